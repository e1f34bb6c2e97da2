package evidence_test

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

// What says who the person is, whole or masked.
var personCanaries = []string{"禤", "霂", "159****9352", "15967419352", "9352", "53010219840606891X", "891X", "quokka", "阿里地区", "噶尔"}

// What was sent with the report.
var matterCanaries = []string{"MATTER-MESSAGE", "MATTER-FILE", "MATTER-CONTENT", "MATTER-CONTACT", "MATTER-RATING"}

// Deeds: they change something, and are refused or not by their own tests. What is not listed here is walked.
var deeds = map[string]bool{
	"Accept": true, "Add": true, "AddDraftFile": true, "AddFrom": true, "AddToDraft": true, "AskForMore": true, "AskReopen": true, "AskTime": true,
	"Assign": true, "AssignAll": true, "CancelLetter": true, "Clean": true, "Close": true, "DecideTime": true, "DropDraft": true, "EditLetter": true,
	"File": true, "ImportCFPB": true, "Index": true, "LogContact": true, "NewDraft": true, "Note": true, "NoteLetterDelivery": true, "PassOn": true,
	"Rate": true, "Record": true, "Redact": true, "Release": true, "Supersede": true, "Recuse": true, "Refer": true, "Refuse": true, "ReleaseLetter": true, "Reopen": true, "Resume": true, "SaveDraft": true,
	"Send": true, "Split": true, "Supply": true, "Suspend": true, "Take": true, "TakeDown": true, "TakeNext": true, "Validate": true, "Withdraw": true,
}

// walk calls every read of a service as an actor, with every argument that could fit, and gives what came back to seen.
func walk(t *testing.T, service any, by access.Actor, refs []string, seen func(call, said string)) (calls int) {
	t.Helper()
	v := reflect.ValueOf(service)
	for i := range v.NumMethod() {
		name, m := v.Type().Method(i).Name, v.Method(i)
		if deeds[name] || m.Type().NumIn() < 2 || m.Type().In(1) != reflect.TypeFor[access.Actor]() {
			continue
		}
		for _, args := range combine(m.Type(), refs, by) {
			in := append([]reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(by)}, args...)
			said := ""
			for _, out := range m.Call(in) {
				said += tell(t, out.Interface())
			}
			calls++
			seen(fmt.Sprintf("%T.%s", service, name), said)
		}
	}
	return calls
}

// combine lists the arguments of a read after context and actor.
func combine(f reflect.Type, refs []string, by access.Actor) [][]reflect.Value {
	out := [][]reflect.Value{nil}
	for i := 2; i < f.NumIn(); i++ {
		var next [][]reflect.Value
		for _, sofar := range out {
			for _, x := range candidates(f.In(i), refs) {
				next = append(next, append(append([]reflect.Value{}, sofar...), x))
			}
		}
		out = next
	}
	return out
}

func candidates(typ reflect.Type, refs []string) (out []reflect.Value) {
	switch typ {
	case reflect.TypeFor[locale.Lang]():
		return []reflect.Value{reflect.ValueOf(locale.ZH)}
	case reflect.TypeFor[letter.Recipient]():
		return []reflect.Value{reflect.ValueOf(letter.ToComplainant)}
	case reflect.TypeFor[complaint.Filter]():
		for _, f := range []complaint.Filter{{}, {Phone: "15967419352"}, {IDNumber: "53010219840606891X"}, {Q: "霂"}} {
			out = append(out, reflect.ValueOf(f))
		}
		return out
	case reflect.TypeFor[casework.Filter]():
		for _, f := range []casework.Filter{{}, {Q: "霂"}} {
			out = append(out, reflect.ValueOf(f))
		}
		return out
	}
	switch typ.Kind() {
	case reflect.String:
		for _, r := range append([]string{"closing"}, refs...) {
			out = append(out, reflect.ValueOf(r).Convert(typ))
		}
	case reflect.Int64, reflect.Int:
		for n := range 6 {
			out = append(out, reflect.ValueOf(n+1).Convert(typ))
		}
	default:
		out = append(out, reflect.Zero(typ))
	}
	return out
}

// tell is everything that a result says.
func tell(t *testing.T, x any) string {
	t.Helper()
	switch v := x.(type) {
	case nil:
		return ""
	case error:
		return v.Error()
	case io.ReadCloser:
		if reflect.ValueOf(v).IsNil() {
			return ""
		}
		defer v.Close()
		b, err := io.ReadAll(v)
		check(t, err)
		return string(b)
	}
	b, err := json.Marshal(x)
	check(t, err)
	return string(b)
}

// A person with unusual particulars reports an offence, or complains and asks to be hidden. Every read of the packages
// that know of it is walked as every role: who they are shows to the officer, the supervisor of the unit and themself.
func TestReporterShowsNowhere(t *testing.T) {
	for _, x := range []struct {
		name  string
		track complaint.Track
		hide  bool
	}{{"report", complaint.TrackReport, false}, {"hidden complaint", complaint.TrackComplaint, true}} {
		t.Run(x.name, func(t *testing.T) { canary(t, x.track, x.hide) })
	}
}

func canary(t *testing.T, track complaint.Track, hide bool) {
	clock := storetest.NewClock()
	o := caseworktest.Open(t, storetest.OpenAt(t, clock), clock)
	blobs, err := evidence.NewDisk(filepath.Join(t.TempDir(), "blobs"))
	check(t, err)
	t.Cleanup(func() { blobs.Close() })
	files := evidence.New(o.DB, o.Log, o.Policy, o.Complaints, blobs, 1<<20)
	ref, caseRef, self, other := told(t, o, files, track, hide)
	boss := access.Actor{Role: access.Supervisor, Name: "外处", UserID: o.Admin.UserID, UnitID: o.UnitB}
	report := track == complaint.TrackReport
	for _, x := range []struct {
		who            string
		by             access.Actor
		person, matter bool
	}{
		{"the person", self, true, true},
		{"officer", o.Reviewer, true, true},
		{"supervisor", o.Supervisor, true, true},
		{"another complainant", other, false, false},
		{"public", access.Nobody, false, false},
		{"the lender's staff", access.Actor{Role: access.Firm, FirmID: o.Lender.ID}, false, false},
		{"the lender's manager", access.Actor{Role: access.FirmManager, FirmID: o.Lender.ID}, false, false},
		{"colleague", o.Second, false, !report},
		{"stranger", o.Stranger, false, false},
		{"supervisor of another unit", boss, false, !report},
		{"legal", access.Actor{Role: access.Legal}, false, true},
		{"director", o.Director, false, true},
		{"auditor", o.Auditor, false, true},
		{"administrator", o.Admin, false, false},
		{"program", access.Program, false, false},
	} {
		found := map[string]bool{}
		calls := 0
		for _, s := range []any{o.Complaints, files, o.Cases} {
			calls += walk(t, s, x.by, []string{ref, caseRef}, func(call, said string) {
				for _, c := range append(append([]string{}, personCanaries...), matterCanaries...) {
					if !strings.Contains(said, c) {
						continue
					}
					found[c] = true
					if isPerson := !strings.HasPrefix(c, "MATTER"); isPerson && !x.person || !isPerson && !x.matter {
						t.Errorf("%s reads %q in %s", x.who, c, call)
					}
				}
			})
		}
		if calls < 50 {
			t.Errorf("%s: only %d reads were walked", x.who, calls)
		}
		for c, want := range map[string]bool{"禤": x.person, "MATTER-MESSAGE": x.matter, "MATTER-FILE": x.matter, "MATTER-CONTENT": x.matter} {
			if want && !found[c] {
				t.Errorf("%s does not see %q anywhere: the walk proves nothing", x.who, c)
			}
		}
	}
}

// told makes the whole life of a complaint that everything may be read of.
func told(t *testing.T, o *caseworktest.Office, files *evidence.Service, track complaint.Track, hide bool) (ref, caseRef string, self, other access.Actor) {
	t.Helper()
	ctx := t.Context()
	f := o.Filing()
	plain, err := o.Complaints.File(ctx, access.Nobody, f, "web", "", "")
	check(t, err)
	other, err = o.Complaints.Open(ctx, plain.Complaint.Reference, plain.AccessCode, "192.0.2.9")
	check(t, err)
	f.Track, f.HideIdentity, f.ConsentToForward = track, hide, false
	f.Complainant = complaint.Complainant{Name: "禤霁霂", Phone: "15967419352", IDNumber: "53010219840606891X", Email: "quokka@quokka.example",
		Address: "西藏自治区阿里地区噶尔县狮泉河镇9号", Region: "330100"}
	filed, err := o.Complaints.File(ctx, access.Nobody, f, "web", "", "")
	check(t, err)
	ref = filed.Complaint.Reference
	self, err = o.Complaints.Open(ctx, ref, filed.AccessCode, "192.0.2.9")
	check(t, err)
	_, err = files.Add(ctx, self, ref, "call_log", "MATTER-FILE.csv", strings.NewReader("时间,内容\n2026-10-01,MATTER-CONTENT\n"))
	check(t, err)
	_, k, err := o.Cases.Accept(ctx, o.Supervisor, ref, filed.Complaint.Version, "A", "")
	check(t, err)
	k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
	check(t, err)
	_, err = o.Complaints.Send(ctx, self, ref, "MATTER-MESSAGE")
	check(t, err)
	if k, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version, "调查终结，意见已告知"); err != nil {
		t.Fatal(err)
	}
	_, err = o.Complaints.LogContact(ctx, o.Reviewer, ref, "phone", complaint.NotReached, "MATTER-CONTACT")
	check(t, err)
	_, err = o.Complaints.Rate(ctx, self, ref, 4, "MATTER-RATING")
	check(t, err)
	return ref, k.Reference, self, other
}
