package httpd

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
)

// TestOtherSitesCannotAct sends every unsafe page route, signed in, with the
// headers that a browser sends for another site's page.
func TestOtherSitesCannotAct(t *testing.T) {
	s := newSite(t)
	w := s.worksOne(filing())
	before := s.fingerprint()
	hostile := []map[string]string{
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
		{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"}, {"Sec-Fetch-Site": "nonsense"},
	}
	n := 0
	for _, who := range []string{"supervisor", "reviewer", "director", "admin"} {
		b := s.signIn(who)
		for _, rt := range s.Table() {
			if rt.Method == "GET" || strings.HasPrefix(rt.Path, "/api/") {
				continue
			}
			for _, h := range hostile {
				b.header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
				for k, v := range h {
					b.header.Set(k, v)
				}
				p := b.do(rt.Method, fillPath(rt.Path, w), "", strings.NewReader("reason=x&body=x&version=1&email=legal@example.cn"))
				n++
				if p.status != http.StatusForbidden {
					t.Errorf("%s %s as %s with %v: %d, want 403", rt.Method, rt.Path, who, h, p.status)
				}
			}
		}
		b.header.Set("Accept-Language", "zh-CN")
		if p := b.get("/desk"); p.status == 303 && strings.HasPrefix(p.location(), "/sign-in") {
			t.Errorf("%s was signed out by another site", who)
		}
	}
	if n < 1200 {
		t.Errorf("only %d requests", n)
	}
	if after := s.fingerprint(); after != before {
		t.Errorf("another site changed something:\n%s\n%s", before, after)
	}
}

func sessionOf(t *testing.T, h http.Header, name string) *http.Cookie {
	t.Helper()
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == name && c.MaxAge >= 0 {
			return c
		}
	}
	t.Fatalf("no cookie %s in %v", name, h["Set-Cookie"])
	return nil
}

func TestCookiesOnHTTPSAreBoundToTheHost(t *testing.T) {
	s := newSite(t)
	srv, err := New(s.Deps, Config{PublicURL: "https://office.example", Zone: shanghai, Pack: "cn"})
	s.ok(err)
	r := httptest.NewRequest("POST", "https://office.example/sign-in", strings.NewReader(url.Values{"email": {"reviewer@example.cn"}, "password": {sitePassword}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	rec := httptest.NewRecorder()
	srv.Handler().ServeHTTP(rec, r)
	c := sessionOf(t, rec.Header(), "__Host-session")
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("session cookie %+v", c)
	}
	if !strings.HasPrefix(rec.Header().Get("Strict-Transport-Security"), "max-age=") {
		t.Error("no HSTS on https")
	}
	lang := httptest.NewRecorder()
	srv.Handler().ServeHTTP(lang, httptest.NewRequest("GET", "https://office.example/complain?lang=en", nil))
	for _, line := range lang.Header()["Set-Cookie"] {
		if !strings.HasPrefix(line, "__Host-") || !strings.Contains(line, "Secure") || !strings.Contains(line, "HttpOnly") {
			t.Errorf("cookie %s", line)
		}
	}
}

// Every way in which a session must end, and none by which one can be planted.
func TestSessionsEndAndCannotBePlanted(t *testing.T) {
	s := newSite(t)
	name := s.cookieName("session")
	site, err := url.Parse(s.url)
	s.ok(err)
	alive := func(token string) bool {
		b := s.browser()
		b.client.Jar.SetCookies(site, []*http.Cookie{{Name: name, Value: token, Path: "/"}})
		return !strings.HasPrefix(b.get("/desk").location(), "/sign-in")
	}
	token := func(b *browser) string {
		for _, c := range b.client.Jar.Cookies(site) {
			if c.Name == name {
				return c.Value
			}
		}
		return "" // dropped: it had ended
	}
	planted := strings.Repeat("a", 43)
	b := s.browser()
	b.client.Jar.SetCookies(site, []*http.Cookie{{Name: name, Value: planted, Path: "/"}})
	p := b.post("/sign-in", url.Values{"email": {"reviewer@example.cn"}, "password": {sitePassword}}).want(303)
	if c := sessionOf(t, p.header, name); c.Value == planted || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("after a planted cookie: %+v", c)
	}
	if alive(planted) {
		t.Error("the planted token opens the desk")
	}
	first := token(b)
	b.post("/sign-in", url.Values{"email": {"reviewer@example.cn"}, "password": {sitePassword}}).want(303)
	if token(b) == first {
		t.Error("signing in again keeps the token")
	}
	for _, bad := range []string{"", "x", first[:len(first)-1], first + "A", strings.ToUpper(first), "' OR 1=1--", s.token("reviewer")} {
		if alive(bad) {
			t.Errorf("token %q opens the desk", bad)
		}
	}
	if status, _ := s.api("GET", "/session", token(b), nil); status != 401 {
		t.Errorf("a cookie's token is taken as a bearer's: %d", status)
	}
	admin := s.as("admin")
	for _, end := range []struct {
		name, who string
		do        func(*browser)
	}{
		{"signing out", "legal", func(b *browser) { b.post("/sign-out", nil).want(303) }},
		{"a new password", "legal", func(*browser) {
			s.ok(s.Accounts.Reset(t.Context(), admin, "legal@example.cn", "another quite long password"))
		}},
		{"another role", "auditor", func(*browser) {
			u := s.users["auditor"]
			s.ok(s.Accounts.Change(t.Context(), admin, u.Email, account.Change{Name: u.Name, Role: access.Legal, Unit: "HZ", Lang: "zh", Version: u.Version}))
		}},
		{"disabling", "reviewer2", func(*browser) { s.ok(s.Accounts.Disable(t.Context(), admin, "reviewer2@example.cn")) }},
		{"half an hour of rest", "director", func(*browser) { s.clock.Add(31 * time.Minute) }},
	} {
		b := s.signIn(end.who)
		bearer := s.token(end.who)
		old := token(b)
		if !alive(old) {
			t.Fatalf("%s: not signed in", end.name)
		}
		end.do(b)
		if alive(old) {
			t.Errorf("the session outlives %s", end.name)
		}
		if end.name != "signing out" && end.name != "half an hour of rest" {
			if status, _ := s.api("GET", "/session", bearer, nil); status != 401 {
				t.Errorf("the bearer token outlives %s: %d", end.name, status)
			}
		}
	}
	long := s.signIn("supervisor")
	for range 26 { // used all the time
		s.clock.Add(29 * time.Minute)
		long.get("/desk")
	}
	if alive(token(long)) {
		t.Error("a session lives longer than twelve hours")
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// The cookie that holds a followed case opens no other, however it is bent.
func TestBentCaseCookieOpensNothing(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	site, err := url.Parse(s.url)
	s.ok(err)
	var held string
	for _, c := range b.client.Jar.Cookies(site) {
		if c.Name == s.cookieName("case") {
			held = c.Value
		}
	}
	raw, err := decodeCookie(held)
	s.ok(err)
	for i := range raw {
		bent := append([]byte{}, raw...)
		bent[i] ^= 1
		other := s.browser()
		other.client.Jar.SetCookies(site, []*http.Cookie{{Name: s.cookieName("case"), Value: encodeCookie(bent), Path: "/"}})
		if p := other.get("/track/case"); p.status != 303 || p.location() != "/track" {
			t.Fatalf("byte %d bent: %d %s", i, p.status, p.location())
		}
	}
}
