package httpd

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
)

// nightLog is a carrier's export: a collector who rings at night and four times
// a day, and two numbers that have nothing to do with it.
func nightLog() string {
	var b strings.Builder
	b.WriteString("中国移动通信客户详单\n起始时间,通信方式,对方号码,通信时长,通话状态\n")
	line := func(day, clock, way, number, length, state string) {
		fmt.Fprintf(&b, "2026-10-%s %s,%s,%s,%s,%s\n", day, clock, way, number, length, state)
	}
	for _, day := range []string{"05", "06"} {
		for _, clock := range []string{"09:00:00", "11:30:00", "15:20:00", "17:00:00"} {
			line(day, clock, "被叫", "13900139000", "00:01:05", "接通")
		}
		line(day, "23:10:00", "被叫", "0571-88880001", "0", "未接通")
		line(day, "12:00:00", "主叫", "13711112222", "00:02:00", "接通")
		line(day, "22:30:00", "被叫", "13733334444", "00:00:20", "接通")
	}
	return b.String()
}

// carried are the fields that a page of the check carries to the next.
func (p *page) carried() url.Values {
	p.Helper()
	v := url.Values{}
	for _, n := range p.find("main input[type=hidden]") {
		name, _ := attr(n, "name")
		value, _ := attr(n, "value")
		v.Add(name, value)
	}
	return v
}

func (b *browser) draftToken() string {
	b.Helper()
	u, err := url.Parse(b.url)
	b.ok(err)
	for _, ck := range b.client.Jar.Cookies(u) {
		if ck.Name == b.cookieName("draft") {
			return ck.Value
		}
	}
	b.Fatal("no draft on this browser")
	return ""
}

// Anybody checks a log without anything being stored: the file goes from page to
// page, unticked numbers play no part, and the result can become a complaint.
func TestCheckMyLog(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := newSite(t)
	b := s.browser()
	before := s.fingerprint()
	p := b.upload("/check-my-log", url.Values{"do": {"file"}, "pack": {"cn"}}, map[string]map[string]string{"file": {"详单.csv": nightLog()}})
	p.want(200)
	if n := len(p.find(".callers input")); n != 4 {
		t.Fatalf("%d numbers to tick, want 4: %s", n, p.text("main"))
	}
	form := p.carried()
	if form.Get("held") == "" || strings.Contains(p.body, "起始时间") {
		t.Error("the page does not carry the file sealed")
	}
	none := b.upload("/check-my-log", form, nil)
	none.want(422)
	if !strings.Contains(none.text(".errors"), "请至少选一个号码") {
		t.Errorf("no number ticked: %s", none.text(".errors"))
	}
	form["number"] = []string{"13900139000", "057188880001"}
	p = b.upload("/check-my-log", form, nil)
	p.want(200)
	text := p.text("main")
	for _, want := range []string{"其中 4 次可能不符合 2 条规则", "禁催时段", "单日有效通话上限", "推荐性标准", "线索，不是违法认定", "与投诉无关的号码", "2026-10-05 23:10:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the result lacks %q", want)
		}
	}
	if strings.Contains(p.body, "13711112222") || strings.Contains(p.body, "13733334444") {
		t.Error("an unticked number is in the result")
	}
	if n := len(p.find(".month-grid svg g.hit")); n != 4 {
		t.Errorf("%d marks in the picture, want 4", n)
	}
	if after := s.fingerprint(); after != before || s.count("SELECT COUNT(*) FROM drafts") != 0 {
		t.Errorf("checking stored something:\n%s\n%s", before, after)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	s.ok(err)
	if len(left) > 0 {
		t.Errorf("temporary files stay: %v", left)
	}
	if strings.Contains(s.heard.String(), "13900139000") {
		t.Error("a number was logged")
	}

	p = b.upload("/check-my-log", p.carried(), nil)
	p.want(303)
	if p.location() != "/complain/way" {
		t.Errorf("leads to %s", p.location())
	}
	p = b.get("/complain/evidence")
	if n := len(p.find(".files li")); n != 1 {
		t.Errorf("%d files in the filing: %s", n, p.text("main"))
	}
	if k := s.count("SELECT COUNT(*) FROM draft_files WHERE log_part = 'extract' AND kind = 'call_log'"); k != 1 {
		t.Errorf("%d extracts in the filing", k)
	}
	d, err := s.Complaints.OpenDraft(t.Context(), b.draftToken())
	s.ok(err)
	if f := d.Filing; f.OccurredFrom != "2026-10-05" || f.OccurredTo != "2026-10-06" || len(f.Accused) != 2 || f.Accused[0] != (complaint.Accused{Kind: "phone", Value: "13900139000"}) || strings.Join(f.Violations, " ") != "T01 T03" || strings.Join(f.Channels, " ") != "phone" {
		t.Errorf("filled in: %+v", f)
	}
	filed, err := s.Complaints.File(t.Context(), access.Nobody, filing(), "web", "", b.draftToken())
	s.ok(err)
	if n := s.count("SELECT COUNT(*) FROM contact_logs WHERE side = 'borrower' AND part = 'extract'"); n != 1 || filed.Complaint.Reference == "" {
		t.Errorf("%d logs with the complaint that was filed", n)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// A table whose header nobody knows is explained by hand, a bill without a year
// is asked for it, and what the page carries is nobody else's and not for ever.
func TestCheckMyLogAsksWhatTheFileDoesNotTell(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	up := func(text string) *page {
		return b.upload("/check-my-log", url.Values{"do": {"file"}, "pack": {"cn"}}, map[string]map[string]string{"file": {"a.csv": text}})
	}
	p := up("甲,乙,丙,丁\n2026-10-05 23:00:00,13900139000,打进,12\n2026-10-06 23:00:00,13900139000,打进,0\n")
	p.want(200)
	form := p.carried()
	if form.Get("do") != "columns" || len(p.find(".column-fields select")) != 4 {
		t.Fatalf("columns are not asked for: %s", p.text("main"))
	}
	form.Set("header", "1")
	form.Set("unit", "1")
	wrong := b.upload("/check-my-log", form, nil)
	wrong.want(422)
	if !strings.Contains(wrong.text(".errors"), "请至少指明") {
		t.Errorf("nothing said of the columns: %s", wrong.text(".errors"))
	}
	form.Set("column-1", "time")
	form.Set("column-2", "number")
	form.Set("column-4", "duration")
	p = b.upload("/check-my-log", form, nil)
	p.want(200)
	form = p.carried()
	form["number"] = []string{"13900139000"}
	p = b.upload("/check-my-log", form, nil)
	p.want(200)
	if !strings.Contains(p.text("main"), "2 条记录看不出是谁打给谁") {
		t.Errorf("what is not known is not said: %s", p.text("main"))
	}

	p = up("起始时间,通信方式,对方号码,通信时长\n10-05 23:00:00,被叫,13900139000,12\n")
	p.want(200)
	form = p.carried()
	form["number"] = []string{"13900139000"}
	wrong = b.upload("/check-my-log", form, nil)
	wrong.want(422)
	form.Set("year", "2026")
	p = b.upload("/check-my-log", form, nil)
	p.want(200)
	if !strings.Contains(p.text("main"), "2026-10-05 23:00:00") {
		t.Errorf("the year was not taken: %s", p.text("main"))
	}

	s.clock.Add(2 * time.Hour)
	late := b.upload("/check-my-log", form, nil)
	late.want(422)
	form.Set("held", form.Get("held")+"x")
	b.upload("/check-my-log", form, nil).want(422)
}
