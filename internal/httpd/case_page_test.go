package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
)

func TestQueueAssignsManyAndSaysWhichFailed(t *testing.T) {
	s := newSite(t)
	one, two, three := s.opened(), s.opened(), s.opened()
	b := s.signIn("supervisor")
	q := b.get("/queue").want(200)
	q.hasWords("tbody", one.Reference, two.Reference)
	q.hasWords(".tabs", "待指派 3")
	item := func(k *casework.Case, v int64) string { return k.Reference + ":" + version(v) }
	officer := version(s.users["reviewer"].ID)

	b.post("/queue/assign", url.Values{"officer": {officer}}).want(422).hasWords(".errors", "至少")
	res := b.post("/queue/assign", url.Values{"officer": {officer}, "list": {"status=unassigned"}, "item": {item(one, one.Version), item(two, two.Version+3)}}).want(200)
	res.hasWords(".errors", two.Reference, "1 件已指派，1 件没有指派")
	res.lacksWords(".errors", one.Reference)
	b.get("/queue?officer="+officer).want(200).hasWords("tbody", one.Reference)
	b.follow(b.post("/queue/assign", url.Values{"officer": {officer}, "item": {item(three, three.Version)}})).hasWords(".flash", "已指派 1 件")

	r := s.signIn("reviewer2")
	taken := r.post("/queue/take-next", nil)
	if taken.status != 303 || !strings.HasPrefix(taken.location(), "/cases/"+two.Reference) {
		t.Errorf("take next: %d %s", taken.status, taken.location())
	}
	r.follow(r.post("/queue/take-next", nil)).hasWords(".flash", "没有")
	r.get("/queue?officer=me").want(200).hasWords("tbody", two.Reference)
	r.get("/queue?status=nonsense").want(422)
}

func TestQueuePagesAndCaseNeighbours(t *testing.T) {
	s := newSite(t)
	var refs []string
	for range 5 {
		refs = append(refs, s.opened().Reference)
	}
	b := s.signIn("supervisor")
	first := b.get("/queue?limit=2").want(200)
	if n := len(first.find("tbody tr th")); n != 2 {
		t.Fatalf("%d rows on a page of 2", n)
	}
	href := func(p *page, rel string) string {
		for _, a := range p.find("a") {
			if v, _ := attr(a, "rel"); v == rel {
				h, _ := attr(a, "href")
				return h
			}
		}
		return ""
	}
	second := b.get(href(first, "next")).want(200)
	third := b.get(href(second, "next")).want(200)
	third.hasWords("tbody", refs[4])
	if href(third, "next") != "" {
		t.Error("the last page leads on")
	}
	b.get(href(third, "prev")).want(200).hasWords("tbody", refs[2], refs[3])
	back := b.get(href(second, "prev")).want(200)
	back.hasWords("tbody", refs[0], refs[1])
	if href(back, "prev") != "" {
		t.Error("the first page leads back")
	}
	step := b.get("/queue?limit=1").want(200)
	for range 4 {
		step = b.get(href(step, "next")).want(200)
	}
	for i := 3; i >= 0; i-- {
		step = b.get(href(step, "prev")).want(200)
		step.hasWords("tbody", refs[i])
	}
	k := b.get("/cases/" + refs[1] + "?list=" + url.QueryEscape("status=unassigned")).want(200)
	if got := href(k, "next"); !strings.HasPrefix(got, "/cases/"+refs[2]+"?list=") {
		t.Errorf("next case %s", got)
	}
	if got := href(k, "prev"); !strings.HasPrefix(got, "/cases/"+refs[0]+"?list=") {
		t.Errorf("previous case %s", got)
	}
}

func TestCaseFindingAndReveal(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	b := s.signIn("reviewer")
	at := "/cases/" + k.Reference

	b.post(at+"/reveal", url.Values{}).want(422).lacksWords("main", "王小明")
	b.post(at+"/reveal", url.Values{"reason": {"核对身份"}}).want(200).hasWords("aside", "王小明", "13800138000")
	b.get(at).want(200).lacksWords("main", "王小明", "13800138000")

	day := url.Values{"code": {"T01"}, "acted_on.year": {"2026"}, "acted_on.month": {"10"}, "acted_on.day": {"5"}}
	b.get(at + "/findings/new?code=T01&acted_on.year=2026&acted_on.month=2&acted_on.day=30").want(422).one("#f-which-acted_on-error")
	step := b.get(at + "/findings/new?" + day.Encode()).want(200)
	step.hasWords("form", "违反的标准", "处罚的法律依据")
	bases := basesOf(step)
	if len(bases) == 0 {
		t.Fatal("T01 offers no provision")
	}
	form := url.Values{"version": {version(k.Version + 9)}, "outcome": {"substantiated"}, "reasons": {"通话记录显示当晚有十二次来电，属实。" + injection}, "basis": bases, "firm": {"A001"}}
	for name, v := range day {
		form[name] = v
	}
	stale := b.post(at+"/findings", form).want(409)
	stale.hasWords(".errors", "您填写的文字还在")
	if got := stale.value("reasons"); !strings.Contains(got, "十二次来电") {
		t.Errorf("the reasons typed are gone: %q", got)
	}
	if got := stale.value("basis"); got != bases[0] {
		t.Errorf("the provision ticked is gone: %q", got)
	}
	form.Set("version", stale.value("version"))
	page := b.follow(b.post(at+"/findings", form)).want(200)
	page.hasWords("#finding-1", "T01", "属实", "十二次来电")
	if strings.Contains(page.body, "<script>alert") || strings.Contains(page.body, "<img src=x") {
		t.Error("the reasons reach the page unescaped")
	}
	corrected := b.get(hrefIn(page, "#finding-1", "corrects")).want(200)
	if got := corrected.value("corrects"); got != "1" {
		t.Errorf("corrects %q", got)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// basesOf are the provisions that a page offers to tick.
func basesOf(p *page) []string {
	var out []string
	for _, n := range p.find("input") {
		if name, _ := attr(n, "name"); name == "basis" {
			v, _ := attr(n, "value")
			out = append(out, v)
		}
	}
	return out
}

func hrefIn(p *page, selector, part string) string {
	p.Helper()
	for _, n := range p.find(selector + " a") {
		if h, _ := attr(n, "href"); strings.Contains(h, part) {
			return h
		}
	}
	p.Fatalf("no link with %q in %s", part, selector)
	return ""
}

// found is assigned, with a substantiated finding that carries every penalty basis.
func (s *site) found() *casework.Case {
	s.Helper()
	k := s.assigned()
	v, _ := s.Book.Packs()[0].Violation("T01")
	if p, ok := s.Book.Pack("cn"); ok {
		v, _ = p.Violation("T01")
	}
	on := calendar.MustDate("2026-10-05")
	var ids []string
	for _, b := range v.Bases(on) {
		ids = append(ids, b.ID)
	}
	k, _, err := s.Cases.Record(s.Context(), s.as("reviewer"), k.Reference, casework.NewFinding{
		Code: "T01", Outcome: "substantiated", ActedOn: on, Basis: ids, Reasons: "通话记录显示当晚有十二次来电，属实。", Version: k.Version})
	s.ok(err)
	return k
}
