package httpd

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
)

// publicPlaces are the pages that a visitor with a begun filing can open.
var publicPlaces = []string{
	"/", "/rights", "/privacy", "/accessibility", "/complain", "/complain/fit", "/complain/danger", "/complain/elsewhere", "/track",
	"/complain/way", "/complain/what", "/complain/how", "/complain/story", "/complain/who", "/complain/numbers", "/complain/loan",
	"/complain/evidence", "/complain/you", "/complain/check",
}

func TestPublicPagesAreSound(t *testing.T) {
	s := newSite(t)
	b := s.begun()
	for _, lang := range locale.Langs {
		titles := map[string]string{}
		for _, path := range publicPlaces {
			p := b.get(path + "?lang=" + string(lang)).want(200)
			title := p.text("title")
			if other := titles[title]; other != "" {
				t.Errorf("%s %s has the title of %s: %s", lang, path, other, title)
			}
			titles[title] = path
			if got, _ := attr(p.one("html"), "lang"); got != lang.Tag() {
				t.Errorf("%s %s: lang %q", lang, path, got)
			}
			p.one("h1")
			labelled(t, path, p)
			for _, bad := range []string{"no value", "ZgotmplZ", "%!", "complain.", " style="} {
				if strings.Contains(p.body, bad) {
					t.Errorf("%s %s: page holds %q", lang, path, bad)
				}
			}
		}
	}
	if missing := s.Words.Missing(); len(missing) > 0 {
		t.Errorf("messages missing: %v", missing)
	}
}

// labelled fails unless every input of a page has a label, every id is used
// once, and what describes an input is there.
func labelled(t *testing.T, path string, p *page) {
	t.Helper()
	labels, ids := map[string]bool{}, map[string]int{}
	for n := range p.doc.Descendants() {
		if v, ok := attr(n, "for"); ok && textOf(n) != "" {
			labels[v] = true
		}
		if v, ok := attr(n, "id"); ok {
			ids[v]++
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s: %d elements have the id %s", path, n, id)
		}
	}
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "input" && n.Data != "select" && n.Data != "textarea" {
			continue
		}
		id, _ := attr(n, "id")
		if kind, _ := attr(n, "type"); kind != "hidden" && !labels[id] {
			name, _ := attr(n, "name")
			t.Errorf("%s: the input %s has no label", path, name)
		}
		by, _ := attr(n, "aria-describedby")
		for ref := range strings.FieldsSeq(by) {
			if ids[ref] == 0 {
				t.Errorf("%s: #%s is described by #%s, which is not there", path, id, ref)
			}
		}
	}
}

func TestOwnParticularsFillThemselvesIn(t *testing.T) {
	p := newSite(t).begun().get("/complain/you")
	for name, want := range map[string]string{"complainant.name": "name", "complainant.phone": "tel", "complainant.email": "email", "complainant.id_number": "off"} {
		if got, _ := attr(p.one("input[name="+name+"]"), "autocomplete"); got != want {
			t.Errorf("%s: autocomplete %q, want %q", name, got, want)
		}
	}
}

func TestFrontNamesTheHotlinesOfTheRulebook(t *testing.T) {
	s := newSite(t)
	p := s.browser().get("/").want(200)
	pack, _ := s.Book.Pack("cn")
	if len(p.find(".hotlines li")) != len(pack.Hotlines) {
		t.Errorf("%d numbers, want %d", len(p.find(".hotlines li")), len(pack.Hotlines))
	}
	verified := 0
	for _, h := range pack.Hotlines {
		if len(p.find(`.hotlines [href=tel:`+h.Number+`]`)) != 1 {
			t.Errorf("%s is not there", h.Number)
		}
		if h.Verified {
			verified++
		}
	}
	if got := len(p.find(".hotlines .verified")); got != verified {
		t.Errorf("%d numbers are marked as verified, want %d", got, verified)
	}
	if got := len(p.find(".doors a")); got != 7 {
		t.Errorf("the front has %d doors, want 7", got)
	}
}

func TestRightsClaimAsLawOnlyWhatIsLawThatDay(t *testing.T) {
	s := newSite(t)
	pack, _ := s.Book.Pack("cn")
	find := func(on, code string) (c conduct) {
		for _, g := range rightsOf(pack, calendar.MustDate(on), locale.ZH) {
			for _, x := range g.Conduct {
				if x.Code == code {
					c = x
				}
			}
		}
		return c
	}
	if c := find("2026-11-21", "T03"); c.Law || len(c.Base) != 1 || c.Base[0].Law {
		t.Errorf("the daily limit of calls stands in a standard alone, shown as %+v", c)
	}
	if c := find("2024-01-01", "T03"); len(c.Base) != 0 {
		t.Errorf("before the standard there was no limit, shown as %+v", c)
	}
	if c := find("2026-11-21", "H02"); !c.Law {
		t.Error("threats are not shown as against the law")
	}
	p := s.browser().get("/rights").want(200)
	if got := p.text("#T03 summary"); !strings.Contains(got, "行业标准") {
		t.Errorf("the page says %q", got)
	}
	if !strings.Contains(p.text("main"), "未经核实") {
		t.Error("no rule is marked as unverified, though the rulebook has such rules")
	}
}

func TestCasePageIsSound(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	for _, path := range []string{"/track/case", "/track/sheet"} {
		p := b.get(path).want(200)
		p.one("h1")
		labelled(t, path, p)
	}
	for _, path := range []string{"/track/case", "/track/sheet", "/track/receipt"} {
		if p := s.browser().get(path).want(303); p.header.Get("Location") != "/track" {
			t.Errorf("%s without a code leads to %s", path, p.header.Get("Location"))
		}
	}
}
