package httpd

import (
	"net/url"
	"strings"
	"testing"
)

// Somebody has the report by mail, by the page or by the API, and the record says so.
func TestReportByMailAndAsFiles(t *testing.T) {
	s := newSite(t)
	s.found()
	b := s.signIn("reviewer")
	b.get("/reports").want(200).hasWords("aside", "发给我")
	if p := b.post("/reports/subscription", url.Values{"wants": {"yes"}}); p.status != 303 {
		t.Fatalf("subscribe: %d", p.status)
	}
	b.get("/reports").want(200).hasWords("aside", "不再发给我")
	token := s.token("reviewer")
	if got := s.must(200, "GET", "/reports/subscription", token, nil); got["wants"] != true {
		t.Errorf("the API says %v", got)
	}
	if got := s.must(200, "POST", "/reports/subscription", token, obj{"wants": false}); got["wants"] != false {
		t.Errorf("the API says %v", got)
	}
	if n := s.count("SELECT COUNT(*) FROM audit_entries WHERE action = 'report.subscribed'"); n != 2 {
		t.Errorf("%d entries, want one for each choice", n)
	}
	for format, begins := range map[string]string{"pdf": "%PDF-", "xlsx": "PK", "csv": "\ufeff", "json": "{"} {
		p := b.get("/reports/2026-10?format=" + format).want(200)
		if !strings.HasPrefix(p.body, begins) || !strings.Contains(p.header.Get("Content-Disposition"), "."+format) {
			t.Errorf("%s: %.20q, %s", format, p.body, p.header.Get("Content-Disposition"))
		}
	}
	one := b.get("/reports/2026-10?format=csv&table=by_channel").want(200)
	if strings.Contains(one.body, "by_region") || !strings.Contains(one.header.Get("Content-Disposition"), "by_channel") {
		t.Errorf("one table: %q", one.body)
	}
	b.get("/reports/2026-10?format=exe").want(404)
	b.get("/reports/2026-10?format=csv&table=none").want(404)
	page := b.get("/reports/2026-10").want(200)
	if n := len(page.find(".picture svg")); n == 0 || n != len(page.find(".picture desc")) {
		t.Errorf("%d pictures, %d of them say what they show", n, len(page.find(".picture desc")))
	}
	if p := s.browser().get("/reports/schema.json").want(200); !strings.Contains(p.body, "2020-12") {
		t.Error("no schema")
	}
}
