package httpd

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
)

// visitor is somebody at the door, and how far they are from the case that the
// matrix is about: it lies with the reviewer in unit HZ.
type visitor struct {
	name  string
	role  access.Role
	reach access.Reach
	page  *browser
	token string
	code  string // of another complaint
}

func (s *site) visitors(w worked) []*visitor {
	s.Helper()
	reach := map[string]access.Reach{"reviewer": access.Own, "reviewer2": access.Unit, "supervisor": access.Unit, "legal": access.Unit, "director": access.Unit, "director2": access.Unit, "auditor": access.Unit}
	out := []*visitor{{name: "public", role: access.Public, reach: access.Any, page: s.browser()}}
	other := s.filed()
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {other.Complaint.Reference}, "access_code": {other.AccessCode}}, "/track/case")
	out = append(out, &visitor{name: "borrower of another", role: access.Public, reach: access.Any, page: b, code: other.AccessCode})
	for _, p := range sitePeople {
		d := reach[p.name]
		if d == access.None {
			d = access.Any
		}
		out = append(out, &visitor{name: p.name, role: p.role, reach: d, page: s.signIn(p.name), token: s.token(p.name)})
	}
	return out
}

// asks sends one request to a route as a visitor; unsafe ones come with a body
// that nothing can be done with.
func (v *visitor) asks(method, path string) *page {
	v.page.Helper()
	v.page.header.Del("Authorization")
	v.page.header.Del("Access-Code")
	kind, body := "", ""
	if strings.HasPrefix(path, "/api/") {
		if v.token != "" {
			v.page.header.Set("Authorization", "Bearer "+v.token)
		}
		if v.code != "" {
			v.page.header.Set("Access-Code", v.code)
		}
		kind, body = "application/json", "{}"
	} else {
		kind = "application/x-www-form-urlencoded"
	}
	if method == "GET" || method == "HEAD" {
		return v.page.do(method, path, "", nil)
	}
	return v.page.do(method, path, kind, strings.NewReader(body))
}

// ofOneThing reports whether a route is about one case, complaint or penalty, so
// that more than the role decides.
func ofOneThing(path string) bool {
	return strings.Contains(path, "{ref}") || strings.Contains(path, ":ref") || strings.Contains(path, "/letters/:id") || strings.Contains(path, "/letters/{id}")
}

// wanted is what the policy answers: let in, asked to sign in, forbidden, or not
// found. Let in may still mean that the body is wrong (422) or the state (409).
func (s *site) wanted(rt Route, v *visitor) (statuses []int, in bool) {
	done := []int{200, 201, 204, 302, 303, 409, 422, 404}
	if rt.Public && (rt.Action == "" || s.Policy.Widest(v.role, rt.Action) != access.None) {
		return append(done, 401, 413, 429), true // signing in wrongly, and too often
	}
	if strings.HasSuffix(rt.Path, "/amend") {
		done = append(done, 403) // nothing issued is amended
	}
	api := strings.HasPrefix(rt.Path, "/api/")
	if v.role == access.Public {
		switch {
		case rt.Code && api && v.code != "":
			return []int{404, 422, 429}, false // a code of another complaint: unknown, and soon tried too often
		case rt.Code && api:
			return []int{401, 422}, false
		case rt.Code && v.code != "":
			return done, true // the page of the own complaint
		case rt.Code:
			return []int{303, 401}, false
		case api:
			return []int{401}, false
		default:
			return []int{303, 401}, false
		}
	}
	if !rt.Code || api {
		if s.Policy.Widest(v.role, rt.Action) == access.None {
			return []int{403}, false
		}
	}
	if rt.Code && !api { // pages of the holder of a code: staff have none
		return []int{303, 401, 403, 404}, false
	}
	if ofOneThing(rt.Path) && !s.Policy.Allows(v.role, rt.Action, v.reach) {
		return []int{403, 404, 409, 422}, false
	}
	return done, true
}

// TestEveryRouteForEveryRole asks every route of the table as every role, with
// the references of a real case, by every method, and with references that lie.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.worksOne(filing())
	visitors := s.visitors(w)
	before := s.fingerprint()
	words := []string{filing().Narrative, "王小明", "13800138000", "违法事实清楚"}
	cells := 0
	for _, rt := range s.Table() {
		if rt.Path == "/sign-out" || rt.Method == "DELETE" || rt.Path == "/track/end" {
			continue // these end the visit
		}
		path := fillPath(rt.Path, w)
		for _, v := range visitors {
			want, in := s.wanted(rt, v)
			methods := []string{rt.Method}
			if rt.Method == "GET" {
				methods = append(methods, "HEAD")
			}
			for _, m := range methods {
				p := v.asks(m, path)
				cells++
				if m == "HEAD" && p.status == 405 && strings.HasPrefix(rt.Path, apiRoot) {
					continue // the API has no HEAD
				}
				if !oneOf(p.status, want) {
					t.Errorf("%s %s as %s: %d, want one of %v: %.200s", m, path, v.name, p.status, want, p.text("h1"))
				}
				if in || v.role != access.Public && s.Policy.Allows(v.role, access.ReadCase, v.reach) && p.doc != nil {
					continue // a refused form comes back on the page that they may read
				}
				if p.status == 303 && !strings.HasPrefix(p.location(), "/sign-in") && !strings.HasPrefix(p.location(), "/track") {
					t.Errorf("%s %s as %s leads to %s", m, path, v.name, p.location())
				}
				for _, word := range words {
					if strings.Contains(p.body, word) {
						t.Errorf("%s %s as %s is refused and yet holds %q", m, path, v.name, word)
					}
				}
			}
		}
	}
	t.Logf("%d cells: %d routes, %d visitors", cells, len(s.Table()), len(visitors))
	if cells < 1800 {
		t.Errorf("only %d cells", cells)
	}
	if after := s.fingerprint(); after != before {
		t.Errorf("empty requests changed something:\n%s\n%s", before, after)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

func oneOf(n int, list []int) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}

// fingerprint says how far the office's work is.
func (s *site) fingerprint() string {
	s.Helper()
	var b strings.Builder
	for _, table := range []string{"complaints", "messages", "evidence", "case_notes", "findings", "penalties", "decisions", "users", "units", "firms", "firm_aliases", "firm_links", "recusals", "penalty_events"} {
		fmt.Fprintf(&b, "%s %d; ", table, s.count("SELECT COUNT(*) FROM "+table))
	}
	fmt.Fprintf(&b, "open %d; issued %d; assigned %d", s.count("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL"), s.count("SELECT COUNT(*) FROM penalties WHERE status = 'issued'"), s.count("SELECT COUNT(*) FROM cases WHERE officer_id IS NOT NULL"))
	return b.String()
}

// lies are references that nobody gave.
func lies(w worked) []string {
	out := []string{
		"1", "0", "-1", "2", "9223372036854775808", "C-2026-000001-1", "K-2026-000999-1", "x", ".", "..", "...", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%2F", "%5c", "%00", "%0d%0aSet-Cookie:%20x=1", "%ff%fe",
		"%EF%BC%91", "C%EF%BC%8D2026%EF%BC%8D000001%EF%BC%8D1", "%D9%A1%D9%A2", "%20", "%E2%80%AE", "*", "%25", "_", "%27%20OR%201=1--", "%27%3BDROP%20TABLE%20cases--", "%22", "%7B%7B.%7D%7D", "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
		"null", "true", "1e3", "0x1", "[]", "%5B%5D", strings.Repeat("A", 4000), strings.Repeat("%E9%87%91", 500), "C-2026-" + strings.Repeat("9", 200) + "-1",
		w.ref + "%00", w.ref + "%20", w.ref + "%2f..", w.ref + "'", w.ref + ";", w.c, w.penalty, w.ref[:len(w.ref)-1], strings.ToLower(w.ref) + "x", strings.Replace(w.ref, "-", "%2D", 1) + "1",
	}
	return out
}

func TestLyingReferencesFindNothing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("thousands of requests")
	}
	s := newSite(t)
	w := s.worksOne(filing())
	visitors := []*visitor{}
	for _, v := range s.visitors(w) {
		if v.name == "public" || v.name == "borrower of another" || v.name == "outsider" || v.name == "director" || v.name == "admin" {
			visitors = append(visitors, v)
		}
	}
	tried := 0
	for _, rt := range s.Table() {
		at := strings.IndexAny(rt.Path, ":{")
		if at < 0 || rt.Method == "DELETE" {
			continue
		}
		for n, lie := range lies(w) {
			path := strings.NewReplacer("{ref}", lie, ":ref", lie, "{code}", lie, ":code", lie, "{month}", lie, ":month", lie, ":name", lie).Replace(rt.Path)
			path = strings.NewReplacer("{number}", lie, ":number", lie).Replace(path)
			for _, v := range visitors {
				if n%4 > 0 && v.name != "director" {
					continue
				}
				p := v.asks(rt.Method, path)
				tried++
				if p.status >= 500 {
					t.Errorf("%s %.100s as %s: %d", rt.Method, path, v.name, p.status)
				}
				if strings.Contains(p.body, filing().Narrative) && !(v.name == "director" && legitimate(rt, lie, w)) {
					t.Errorf("%s %.100s as %s shows the complaint", rt.Method, path, v.name)
				}
				if p.header.Get("Set-Cookie") == "x=1" || strings.Contains(p.body, "<script>alert(1)") {
					t.Errorf("%s %.100s as %s: the reference came through", rt.Method, path, v.name)
				}
			}
		}
	}
	t.Logf("%d requests with lying references", tried)
	if tried < 4000 {
		t.Errorf("only %d were tried", tried)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// legitimate reports whether a "lie" is the right reference in this place.
func legitimate(rt Route, lie string, w worked) bool {
	return strings.Contains(rt.Path, "/cases/") && lie == w.c || strings.Contains(rt.Path, "/penalties/") && lie == w.penalty || strings.EqualFold(lie, w.ref) || strings.HasPrefix(lie, w.ref)
}

// TestRouteTableNamesARuleForEach is `dunwatch routes` as an auditor reads it.
func TestRouteTableNamesARuleForEach(t *testing.T) {
	s := bareSite(t)
	paths := map[string]bool{}
	for _, r := range s.Table() {
		paths[echoPath(r.Path)] = true
		if r.Public == (r.Action != "") && r.Path != apiRoot+"/complaints" { // filing is an action that anybody may do
			t.Errorf("%s %s: public %v, action %q", r.Method, r.Path, r.Public, r.Action)
		}
		if !r.Public && !r.Code {
			who := 0
			for _, role := range access.Roles {
				if s.Policy.Widest(role, r.Action) != access.None {
					who++
				}
			}
			if who == 0 || s.Policy.Widest(access.Public, r.Action) != access.None {
				t.Errorf("%s %s: %s is for %d roles, or for the public", r.Method, r.Path, r.Action, who)
			}
		}
		if r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodDelete {
			t.Errorf("%s %s: an unexpected method", r.Method, r.Path)
		}
	}
	for path := range takesFiles {
		if !paths[path] {
			t.Errorf("%s takes files and is no route", path)
		}
	}
	for path := range takesLogs {
		if !paths[path] {
			t.Errorf("%s takes logs and is no route", path)
		}
	}
}
