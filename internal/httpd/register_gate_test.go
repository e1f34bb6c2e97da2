package httpd

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// Of many who ask for a page at once one makes it, and who asks when all turns are taken waits for one.
func TestRegisterGate(t *testing.T) {
	s := newSite(t)
	var mu sync.Mutex
	made := 0
	release := make(chan struct{})
	build := func() (registerAnswer, error) {
		mu.Lock()
		made++
		mu.Unlock()
		<-release
		return registerAnswer{body: []byte("register")}, nil
	}
	answers := make(chan error, 50)
	for range cap(answers) {
		go func() {
			cp, leave, err := s.registerTurn(t.Context(), "page", build)
			if err == nil {
				if leave(); string(cp.body) != "register" {
					err = errors.New("another page: " + string(cp.body))
				}
			}
			answers <- err
		}()
	}
	close(release)
	for range cap(answers) {
		s.ok(<-answers)
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	// All turns taken: whoever comes waits, and leaves again when they give up.
	var leave []func()
	for range cap(s.gate.readers) {
		f, err := s.gate.enter(t.Context())
		s.ok(err)
		leave = append(leave, f)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.gate.enter(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	s.gate.waiting.Store(registerQueue)
	_, err := s.gate.enter(t.Context())
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Unavailable || f.RetryAfter == 0 {
		t.Errorf("beyond the queue: %v", err)
	}
	r, err := http.Get(s.url + "/register")
	s.ok(err)
	r.Body.Close()
	if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("beyond the queue: %d", r.StatusCode)
	}
	s.gate.waiting.Store(0)
	for _, f := range leave {
		f()
		f()
	}
	s.browser().get("/register").want(200)
	s.browser().get(apiRoot + "/register/penalties").want(200)
}

// The register is made and asked for once, however many read it; copies go out packed for who takes them.
func TestRegisterCostsOneReading(t *testing.T) {
	s := newSite(t)
	p := s.published("A001", "催收人员夜间威胁借款人")
	b := s.browser()
	b.get("/register").want(200)
	version, asked := s.copies.last, s.copies.asked
	for range 3 {
		b.get("/register").want(200)
	}
	if s.copies.last != version || !s.copies.asked.Equal(asked) {
		t.Error("the database was asked again within the second")
	}
	get := func(path, encoding, tag string) *http.Response {
		t.Helper()
		req, err := http.NewRequest("GET", s.url+path, nil)
		s.ok(err)
		req.Header.Set("Accept-Encoding", encoding)
		req.Header.Set("If-None-Match", tag)
		res, err := http.DefaultTransport.RoundTrip(req)
		s.ok(err)
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	plain, packed := get("/register", "identity", ""), get("/register", "br, gzip", "")
	if plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" || packed.ContentLength*2 > plain.ContentLength {
		t.Errorf("%d plain, %d packed as %q", plain.ContentLength, packed.ContentLength, packed.Header.Get("Content-Encoding"))
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") || !strings.Contains(packed.Header.Get("Vary"), "Accept-Encoding") {
		t.Errorf("tags %s, %s", plain.Header.Get("ETag"), packed.Header.Get("ETag"))
	}
	for _, tag := range []string{plain.Header.Get("ETag"), packed.Header.Get("ETag"), `"x", W/` + plain.Header.Get("ETag"), "*"} {
		if r := get("/register", "gzip", tag); r.StatusCode != 304 {
			t.Errorf("%s: %d", tag, r.StatusCode)
		}
	}
	if r := get("/register", "gzip", `"x"`); r.StatusCode != 200 {
		t.Errorf("another tag: %d", r.StatusCode)
	}
	// Another program withdraws it: seen when the second is over, and what this one does at once.
	other := enforcement.New(enforcement.Deps{DB: s.DB, Log: s.Deps.Log, Policy: s.Policy, Book: s.Book, Calendars: s.Calendars, Zone: s.Zone, Accounts: s.Accounts, Firms: s.Firms, Cases: s.Cases, Notify: s.Notify})
	p, _, err := other.Take(t.Context(), s.as("supervisor"), p.Reference, p.Version, &enforcement.CorrectPublication{Facts: "催收人员于夜间电话威胁借款人。", Reasons: "更正事实表述"})
	s.ok(err)
	s.clock.Add(registerAsk)
	if got := b.get("/register").text("main"); !strings.Contains(got, "电话威胁") {
		t.Errorf("after another program corrected it: %s", got)
	}
	s.takes(p, "supervisor", &enforcement.CorrectPublication{Facts: "催收人员在夜间以电话威胁借款人。", Reasons: "再次更正表述"})
	if got := b.get("/register").text("main"); !strings.Contains(got, "以电话威胁") {
		t.Errorf("after this one did: %s", got)
	}
}

// A decision that was withdrawn by mistake is published anew with a last day, and ends with it by itself: its page says so, it is
// on no list, and the record of all of it holds.
func TestRegisterEntryExpires(t *testing.T) {
	s := newSite(t)
	p := s.published("A001", "催收人员夜间威胁借款人")
	b := s.browser()
	href := registerHref(p.DecisionNumber)
	p = s.takes(p, "supervisor", &enforcement.WithdrawPublication{Reasons: "公示内容有误，撤回核对"})
	b.get(href).want(410)
	last := s.today().AddDays(1)
	s.takes(p, "supervisor", &enforcement.Publish{Facts: "催收人员于夜间以到单位闹事相威胁。", ExpiresOn: last})
	lists := []string{"/register", "/register.csv", "/register.rss", "/register/firms/A001", apiRoot + "/register/penalties"}
	shown := func(on bool) {
		t.Helper()
		for _, path := range lists {
			if got := b.get(path).body; strings.Contains(got, p.DecisionNumber) != on {
				t.Errorf("%s: shows the decision: %v", path, !on)
			}
		}
	}
	shown(true)
	b.get(href).want(200)
	s.clock.Add(24 * time.Hour)
	shown(true) // its last day
	s.clock.Add(24 * time.Hour)
	shown(false)
	n, err := s.Penalties.Expire(t.Context())
	s.ok(err)
	if n != 1 {
		t.Errorf("%d expired", n)
	}
	gone := b.get(href).want(410).text("main")
	for _, word := range []string{"公示经过", "公示期满", "公示内容有误，撤回核对"} {
		if !strings.Contains(gone, word) {
			t.Errorf("the page of an expired entry lacks %q: %s", word, gone)
		}
	}
	if strings.Contains(gone, "闹事") || strings.Contains(gone, "刘某某") {
		t.Errorf("it still says what it was about: %s", gone)
	}
	b.get("/register/firms/A001").want(404)
	if status, m := s.api("GET", "/register/penalties/"+enforcement.ShortNumber(p.DecisionNumber), "", nil); status != 200 || m["gone"] != true || len(m["events"].([]any)) != 4 {
		t.Errorf("API: %d %v", status, m)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
