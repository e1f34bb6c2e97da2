package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/complaint"
)

// The moved dates are listed with their references, and only these; a later program counts with the year.
func TestImportCalendarListsWhatMoved(t *testing.T) {
	t.Setenv("LC_ALL", "zh_CN.UTF-8")
	flags := dataFlags{Data: t.TempDir(), Zone: "Asia/Shanghai"}
	day := time.Date(2026, 12, 9, 2, 0, 0, 0, time.UTC)
	file := func() string {
		o, err := openOffice(t.Context(), flags, newLogger(Streams{Err: os.Stderr}, levelQuiet), openOptions{now: func() time.Time { return day }, cost: account.Cheap})
		if err != nil {
			t.Fatal(err)
		}
		defer o.DB.Close()
		filed, err := o.Complaints.File(t.Context(), access.Nobody, complaint.Filing{
			Pack: "cn", Language: "zh", Track: complaint.TrackComplaint, Complainant: complaint.Complainant{Name: "张小三", Phone: "13812341234", Region: "330100"},
			Lender: complaint.Party{Name: "快乐消费金融有限公司"}, Channels: []string{"phone"}, Violations: []string{"T01"},
			Narrative: "每天夜里十一点以后打电话，威胁要到单位找我领导。", Demand: "停止夜间催收", ConsentToForward: true, Declaration: true,
		}, "web", "", "")
		if err != nil {
			t.Fatal(err)
		}
		return filed.Complaint.Reference
	}
	stays := file() // due on 18 December
	day = time.Date(2026, 12, 28, 2, 0, 0, 0, time.UTC)
	moves := file() // due on 6 January 2027 by weekends alone

	name := filepath.Join(t.TempDir(), "2027.csv")
	days := "date,off\n2027-01-01,true\n2027-02-20,false\n"
	for _, d := range []string{"08", "09", "10", "11", "12", "15", "16"} {
		days += "2027-02-" + d + ",true\n"
	}
	if err := os.WriteFile(name, []byte(days), 0o600); err != nil {
		t.Fatal(err)
	}
	out, code := runProgram(t, "import", "calendar", name, "--data", flags.Data)
	if code != exitDone || !strings.Contains(out, "1 dates moved") || !strings.Contains(out, moves+"  投诉受理审查  2027-01-06 -> 2027-01-07") || strings.Contains(out, stays) {
		t.Fatalf("exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "import", "calendar", name, "--data", flags.Data); code != exitDone || !strings.Contains(out, "nothing was done") {
		t.Errorf("again: exit %d: %s", code, out)
	}
	if err := os.WriteFile(name, []byte("date,off\n2027-13-01,true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := runProgram(t, "import", "calendar", name, "--data", flags.Data); code != exitFailed || !strings.Contains(out, "第 2 行") {
		t.Errorf("a bad file: exit %d: %s", code, out)
	}
	if out, code := runProgram(t, "audit", "verify", "--data", flags.Data); code != exitDone {
		t.Errorf("audit verify: exit %d: %s", code, out)
	}
	o, err := openOffice(t.Context(), flags, newLogger(Streams{Err: os.Stderr}, levelQuiet), openOptions{now: func() time.Time { return day }, cost: account.Cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer o.DB.Close()
	if !o.Calendars["cn"].Announced(2027) {
		t.Error("the next start does not know the year")
	}
}
