package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/audit/audittest"
)

// formFields are the names of every field that a page of a signed-in person has.
func formFields(t *testing.T, p *page) (names []string) {
	t.Helper()
	if p.doc == nil {
		return nil
	}
	for n := range p.doc.Descendants() {
		if name, ok := attr(n, "name"); ok && (n.Data == "input" || n.Data == "textarea" || n.Data == "select" || n.Data == "button") && name != "version" {
			names = append(names, name)
		}
	}
	return names
}

// TestHostileStringsThroughEveryForm sends hostile strings in every field of
// every form of the office, and looks at what comes back.
func TestHostileStringsThroughEveryForm(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a thousand pages")
	}
	s := newSite(t)
	w := s.worksOne(filing())
	open := s.assigned()
	evils := hostile(t)
	fields := map[string]bool{"otp": true, "code": true}
	browsers := map[string]*browser{}
	for _, who := range []string{"supervisor", "reviewer", "director", "admin"} {
		b := s.signIn(who)
		browsers[who] = b
		for _, path := range []string{"/admin", "/firms/L001", "/queue", "/complaints", "/numbers", "/complaints/" + open.Complaint.Reference + "/links", "/complaints/" + s.filed().Complaint.Reference, "/cases/" + open.Reference,
			"/cases/" + open.Reference + "/findings/new", "/cases/" + w.c + "/penalties/new", "/penalties/" + w.penalty, "/reports", "/penalties", "/firms", "/audit"} {
			for _, name := range formFields(t, b.get(path)) {
				fields[name] = true
			}
		}
	}
	if len(fields) < 30 {
		t.Fatalf("only %d fields were found", len(fields))
	}
	n := 0
	for i, rt := range s.Table() {
		if strings.HasPrefix(rt.Path, "/api/") || rt.Path == "/sign-out" || strings.HasPrefix(rt.Path, "/complain/") || strings.HasPrefix(rt.Path, "/track") {
			continue
		}
		for who, b := range browsers {
			if !rt.Public && s.Policy.May(s.as(who), rt.Action) != nil {
				continue
			}
			for k := range 6 {
				evil := evils[(i*37+k*11)%len(evils)]
				if k == 0 {
					evil = evils[0]
				}
				form := url.Values{"version": {"1"}}
				for name := range fields {
					form.Set(name, evil)
				}
				path := fillPath(rt.Path, worked{ref: open.Complaint.Reference, c: open.Reference, penalty: w.penalty})
				p := (*page)(nil)
				if rt.Method == "GET" {
					p = b.get(path + "?" + form.Encode())
				} else {
					p = b.post(path, form)
				}
				n++
				if p.status >= 500 {
					t.Errorf("%s %s as %s with %q: %d", rt.Method, rt.Path, who, evil, p.status)
				}
				if p.doc != nil && !strings.HasPrefix(rt.Path, "/api/") {
					sound(t, evil, p)
				}
			}
		}
	}
	t.Logf("%d requests, %d fields each", n, len(fields))
	if n < 600 {
		t.Errorf("only %d requests", n)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
