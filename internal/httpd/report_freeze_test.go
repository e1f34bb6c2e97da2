package httpd

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// october is the month in which the office of the tests works; november the day on which it is reported on.
var october = report.MonthPeriod(calendar.MustMonth("2026-10"))

// freezes a month in which everything happened, and goes on into the next.
func (s *site) freezesOctober() (w worked, p *enforcement.Penalty, closed *casework.Case) {
	s.Helper()
	w = s.worksOne(filing())
	p = s.worksCourse()
	closed = s.closedCase()
	s.clock.Set(time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC))
	_, err := s.Reports.Freeze(s.Context(), s.as("director"), october, "")
	s.ok(err)
	return w, p, closed
}

// closedCase is a case that was closed with a finding.
func (s *site) closedCase() *casework.Case {
	s.Helper()
	k := s.found()
	k, err := s.Cases.ByRef(s.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	k, err = s.Cases.Close(s.Context(), s.as("reviewer"), k.Reference, k.Version, "调查终结，已告知双方。")
	s.ok(err)
	return k
}

func (s *site) bytesOfReport(lang locale.Lang) string {
	s.Helper()
	r, err := s.Reports.Of(s.Context(), s.as("director"), october, "", lang)
	s.ok(err)
	var b bytes.Buffer
	s.ok(r.WriteJSON(&b))
	return b.String()
}

// A month is frozen; then a case of it is reopened, a finding corrected, a decision annulled. The frozen bytes stay, and the
// revision says of each figure what changed it.
func TestFrozenMonthStaysAndIsExplained(t *testing.T) {
	s := newSite(t)
	w, p, closed := s.freezesOctober()
	before := map[locale.Lang]string{locale.ZH: s.bytesOfReport(locale.ZH), locale.EN: s.bytesOfReport(locale.EN)}
	old, err := s.Reports.Of(t.Context(), s.as("director"), october, "", locale.ZH)
	s.ok(err)
	if !old.Frozen || old.Revision != 0 || old.Headline.Closed != 1 || old.Headline.PenaltiesIssued != 2 {
		t.Fatalf("frozen: %+v", old.Headline)
	}

	closed, err = s.Cases.ByRef(t.Context(), s.as("supervisor"), closed.Reference)
	s.ok(err)
	_, err = s.Cases.Reopen(t.Context(), s.as("supervisor"), closed.Reference, closed.Version, "new_facts", "投诉人补充了新的通话录音，需要重新调查。")
	s.ok(err)
	k, err := s.Cases.ByRef(t.Context(), s.as("reviewer"), w.c)
	s.ok(err)
	_, _, err = s.Cases.Record(t.Context(), s.as("reviewer"), w.c, casework.NewFinding{Code: "H02", Outcome: "unsubstantiated", ActedOn: calendar.MustDate("2026-10-05"),
		Basis: []string{"cn-bsl-46-5"}, Reasons: "复听录音后，原认定的事实证据不足，予以更正。", Evidence: []string{"E-1"}, Version: k.Version, Corrects: 2})
	s.ok(err)
	s.takes(p, "director", &enforcement.Change{Annul: true, Order: "own", Reasons: "发现认定事实有误，自行撤销本决定。"})

	for lang, text := range before {
		if s.bytesOfReport(lang) != text {
			t.Errorf("%s: the frozen bytes moved", lang)
		}
	}
	l, err := s.Reports.Behind(t.Context(), s.as("director"), october, "", report.Figure{Table: "headline", Row: "closed", Column: "value"}, locale.ZH)
	s.ok(err)
	if !l.Frozen || len(l.Items) != 1 || l.Items[0].Reference != closed.Reference {
		t.Errorf("behind the frozen figure: %+v", l)
	}
	if _, err := s.Reports.Freeze(t.Context(), s.as("director"), october, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("a revision without a reason: %v", err)
	}
	f, err := s.Reports.Freeze(t.Context(), s.as("director"), october, "一案恢复办理，一项认定更正，一份决定撤销。")
	s.ok(err)
	if f.Revision != 1 || f.Published {
		t.Errorf("revision %+v: what differs by one may not be published", f)
	}
	now, err := s.Reports.Of(t.Context(), s.as("director"), october, "", locale.ZH)
	s.ok(err)
	s.explains(t, now, map[string]explanation{
		"closed":                 {was: 1, is: 0, thing: closed.Reference, action: "case.reopened"},
		"findings_substantiated": {was: old.Headline.FindingsSubstantiated, is: old.Headline.FindingsSubstantiated - 1, thing: w.c, action: "finding.recorded"},
		"penalties_issued":       {was: 2, is: 1, thing: p.Reference, action: "penalty.step"},
	})
	first, err := s.Reports.Revision(t.Context(), s.as("director"), october, "", locale.ZH, 0)
	s.ok(err)
	var b bytes.Buffer
	s.ok(first.WriteJSON(&b))
	if b.String() != before[locale.ZH] {
		t.Error("the first version is no longer what it was")
	}
	if _, err := s.Reports.Freeze(t.Context(), s.as("director"), october, "再来一次"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a revision without a difference: %v", err)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

type explanation struct {
	was, is int64
	thing   string
	action  string
}

// explains holds the changes of a revision against what was done, and against the figures themselves.
func (s *site) explains(t *testing.T, r *report.Report, want map[string]explanation) {
	t.Helper()
	for row, x := range want {
		i := slices.IndexFunc(r.Changes, func(c report.Change) bool {
			return c.Figure == report.Figure{Table: "headline", Row: row, Column: "value"}
		})
		if i < 0 {
			t.Errorf("%s is not explained", row)
			continue
		}
		c := r.Changes[i]
		if c.Was != x.was || c.Is != x.is || len(c.Added) != 0 || len(c.Removed) != 1 || !strings.HasPrefix(c.Removed[0], x.thing) {
			t.Errorf("%s: %+v, want %+v", row, c, x)
		}
		if !slices.ContainsFunc(r.Events, func(e report.Event) bool { return e.Action == x.action && slices.Contains(c.Events, e.Entry) }) {
			t.Errorf("%s: no event %s among %+v", row, x.action, r.Events)
		}
	}
	for _, c := range r.Changes {
		if len(c.Removed)+len(c.Added)+len(c.Altered) > 0 && len(c.Events) == 0 {
			t.Errorf("%+v has no event", c)
		}
	}
}

// Who freezes, when, and on pages.
func TestFreezePage(t *testing.T) {
	s := newSite(t)
	s.worksOne(filing())
	d := s.signIn("director")
	if p := d.post("/reports/2026-10/freeze", url.Values{}); p.status != 409 {
		t.Errorf("a month that runs: %d", p.status)
	}
	s.clock.Set(time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC))
	if p := s.signIn("supervisor").post("/reports/2026-10/freeze", url.Values{}); p.status != 403 {
		t.Errorf("a supervisor: %d", p.status)
	}
	d = s.signIn("director")
	d.follow(d.post("/reports/2026-10/freeze", url.Values{"reason": {"已核对"}})).want(200)
	page := d.get("/reports/2026-10/revisions").want(200)
	if !strings.Contains(page.text("main"), "初稿") || !strings.Contains(page.text("main"), "SHA-256") || !strings.Contains(page.text("main"), "已核对") {
		t.Errorf("page: %s", page.text("main"))
	}
	if p := d.get("/reports/2026-10").want(200); !strings.Contains(p.text("main"), "已定稿") {
		t.Error("the report does not say that it is frozen")
	}
	status, m := s.api("POST", "/reports/monthly/2026-09/freeze", s.token("director"), map[string]string{"reason": ""})
	if status != 201 || m["revision"] != float64(0) || m["sha256"] == "" {
		t.Errorf("API: %d %v", status, m)
	}
	status, m = s.api("GET", "/reports/monthly/2026-09/revisions", s.token("auditor"), nil)
	if items, _ := m["items"].([]any); status != 200 || len(items) != 1 {
		t.Errorf("API revisions: %d %v", status, m)
	}
	// What anybody sees: no count of 1 to 4.
	b := s.browser()
	if p := b.get("/statistics/2026-10").want(200); !strings.Contains(p.text("main"), "不显示") {
		t.Errorf("public page: %s", p.text("main"))
	}
	b.get("/statistics").want(200)
	if p := b.get("/statistics/2026-10?format=csv").want(200); !strings.Contains(p.body, "headline,received") {
		t.Errorf("CSV: %s", p.body)
	}
	if p := b.get("/statistics/2026-08"); p.status != 404 {
		t.Errorf("a month that is not frozen: %d", p.status)
	}
	if status, m = s.api("GET", "/statistics/2026-10", "", nil); status != 200 || m["month"] != "2026-10" {
		t.Errorf("open data: %d %v", status, m)
	}
	_, err := s.Reports.Freeze(t.Context(), access.Actor{Role: access.Auditor}, october, "")
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("an auditor: %v", err)
	}
}

// Two directors freeze at once: one version is stored.
func TestTwoFreezeAtOnce(t *testing.T) {
	s := newSite(t)
	s.worksOne(filing())
	s.clock.Set(time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC))
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := s.Reports.Freeze(t.Context(), s.as("director"), october, "")
			done <- err
		}()
	}
	a, b := <-done, <-done
	if (a == nil) == (b == nil) || a != nil && !fault.Is(a, fault.Conflict) || b != nil && !fault.Is(b, fault.Conflict) {
		t.Errorf("want one winner: %v, %v", a, b)
	}
	if n := s.count("SELECT COUNT(*) FROM report_freezes"); n != 1 {
		t.Errorf("%d versions", n)
	}
}
