package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/office"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// site is the real server on a real database of its own, with an office in it:
//
//	unit HZ:  reviewer, reviewer2, supervisor, legal, director, director2, auditor
//	unit SH:  outsider (a reviewer), outsider_supervisor
//	no unit:  admin, firm (of lender L001)
//	firms:    lender L001, agency A001 (collects for L001)
//
// Everybody's e-mail is <name>@example.cn and password sitePassword.
type site struct {
	testing.TB
	*Server
	clock *storetest.Clock
	dir   string
	url   string // of the running server, without a slash at its end
	users map[string]*account.User

	tokens map[string]string
	note   *notify.Service // sends into the folder mail
	heard  *heard          // everything that was logged, debug included
	words  *locale.Catalog // of its own where a test asks what was missing; else what all share
}

const sitePassword = "correct horse battery staple"

var sitePeople = []struct {
	name string
	role access.Role
	unit string
}{
	{"admin", access.Admin, ""},
	{"reviewer", access.Reviewer, "HZ"},
	{"reviewer2", access.Reviewer, "HZ"},
	{"supervisor", access.Supervisor, "HZ"},
	{"legal", access.Legal, "HZ"},
	{"director", access.Director, "HZ"},
	{"director2", access.Director, "HZ"},
	{"auditor", access.Auditor, "HZ"},
	{"outsider", access.Reviewer, "SH"},
	{"outsider_supervisor", access.Supervisor, "SH"},
	{"firm", access.Firm, ""},
}

// newSite starts a site that ends with the test.
func newSite(tb testing.TB) *site {
	tb.Helper()
	clock := storetest.NewClock()
	return newSiteAt(tb, clock, storetest.OpenAt(tb, clock))
}

// newSiteAt is newSite on a database of the caller's own.
func newSiteAt(tb testing.TB, clock *storetest.Clock, db *store.DB) *site {
	tb.Helper()
	s := &site{TB: tb, clock: clock, dir: tb.TempDir(), users: map[string]*account.User{}, tokens: map[string]string{}, heard: &heard{}}
	s.stand(s.wire(db))
	s.seedOffice()
	h := httptest.NewServer(s.Handler())
	tb.Cleanup(h.Close)
	s.url = h.URL
	return s
}

// stand builds the server, on the pages that all share unless the site has
// words of its own.
func (s *site) stand(d Deps) {
	s.Helper()
	cfg := Config{PublicURL: "http://localhost", Zone: shanghai, Pack: "cn"}
	var err error
	if s.words != nil {
		s.Server, err = New(d, cfg)
	} else {
		s.Server, err = newServer(d, cfg, testRenderer(s))
	}
	s.ok(err)
}

// ok ends the test unless err is nil.
func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// wire makes every service as cmd/dunwatch does.
func (s *site) wire(db *store.DB) Deps {
	s.Helper()
	log := audittest.New(s.TB, db)
	law := &office.Law{Policy: lawtest.Policy(s.TB), Book: lawtest.Book(s.TB), Calendars: lawtest.Calendars(s.TB), Words: s.words}
	if law.Words == nil {
		law.Words = lawtest.Words(s.TB)
	}
	keys, err := seal.New(bytes.Repeat([]byte{9}, seal.KeySize))
	s.ok(err)
	mail := notify.NewFile(filepath.Join(s.dir, "mail"), "office@example.cn")
	o, err := office.Wire(law, office.Options{
		DB: db, Log: log, Keys: keys, Blobs: siteBlobs(s), Zone: shanghai, Cost: account.Cheap, MaxEvidence: 16 << 20,
		Senders: notify.Senders{notify.Email: mail, notify.SMS: mail},
	})
	s.ok(err)
	s.note = o.Notify
	return Deps{Office: o, Logger: slog.New(slog.NewTextHandler(siteLog{s.TB, s.heard}, &slog.HandlerOptions{Level: slog.LevelDebug}))}
}

// siteLog keeps what the server logs, and sends warnings and errors to the
// test's output.
type siteLog struct {
	testing.TB
	*heard
}

func (l siteLog) Write(b []byte) (int, error) {
	l.add(b)
	if line := strings.TrimSpace(string(b)); strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
		l.Log(line)
	}
	return len(b), nil
}

// heard is a log that many write.
type heard struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (h *heard) add(b []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.String()
}

func (s *site) seedOffice() {
	s.Helper()
	ctx := s.Context()
	for _, u := range []account.Unit{{Code: "HZ", NameZH: "杭州处", NameEN: "Hangzhou"}, {Code: "SH", NameZH: "上海处", NameEN: "Shanghai"}} {
		_, err := s.Accounts.CreateUnit(ctx, access.Program, u)
		s.ok(err)
	}
	lender, err := s.Firms.Create(ctx, access.Program, firm.NewFirm{Code: "L001", Name: "云川消费金融有限公司", Kind: firm.Lender})
	s.ok(err)
	_, err = s.Firms.Create(ctx, access.Program, firm.NewFirm{Code: "A001", Name: "远达信息服务有限公司", Kind: firm.Agency})
	s.ok(err)
	s.ok(s.Firms.Connect(ctx, access.Program, "L001", "A001", calendar.MustDate("2025-01-01"), calendar.Date{}))
	for _, p := range sitePeople {
		n := account.NewUser{Email: p.name + "@example.cn", Name: "同事" + p.name, Role: p.role, Unit: p.unit, Lang: "zh", Password: sitePassword}
		if p.role == access.Firm {
			n.FirmID = lender.ID
		}
		u, err := s.Accounts.Create(ctx, access.Program, n)
		s.ok(err)
		s.users[p.name] = u
	}
}

// as is somebody of sitePeople as an actor.
func (s *site) as(name string) access.Actor {
	s.Helper()
	u := s.users[name]
	if u == nil {
		s.Fatalf("nobody is called %q in sitePeople", name)
	}
	return u.Actor()
}

// Filings, cases and penalties to begin a test from.

// filing is a complete, valid complaint.
func filing() complaint.Filing {
	return complaint.Filing{
		Pack: "cn", Language: "zh", Track: complaint.TrackComplaint,
		Complainant: complaint.Complainant{Name: "王小明", Phone: "13800138000", Email: "wang@example.cn", Region: "330100"},
		Lender:      complaint.Party{Code: "L001", Name: "云川消费金融有限公司"},
		Agency:      complaint.Party{Code: "A001", Name: "远达信息服务有限公司"},
		Channels:    []string{"phone", "sms"}, Violations: []string{"T01", "H02"},
		OccurredFrom: "2026-10-01", OccurredTo: "2026-10-15",
		Narrative:   "十月一日起，对方每天深夜打来十几个电话，并在短信中威胁要上门找我的家人。",
		Demand:      "停止夜间来电并道歉。",
		Accused:     []complaint.Accused{{Kind: "phone", Value: "13900139000"}},
		Loan:        complaint.Loan{Product: "online_loan", AmountFen: 500000, ContractDate: "2025-03-01"},
		Declaration: true, ConsentToForward: true,
	}
}

// filed stores a complaint.
func (s *site) filed() *complaint.Filed {
	s.Helper()
	f, err := s.Complaints.File(s.Context(), access.Nobody, filing(), "web", "", "")
	s.ok(err)
	return f
}

// opened stores a complaint and accepts it into unit HZ.
func (s *site) opened() *casework.Case {
	s.Helper()
	f := s.filed()
	_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), f.Complaint.Reference, f.Complaint.Version, "HZ", "")
	s.ok(err)
	return k
}

// assigned is opened, with the reviewer as its officer.
func (s *site) assigned() *casework.Case {
	s.Helper()
	k := s.opened()
	k, err := s.Cases.Assign(s.Context(), s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	return k
}

// siteBlobs keeps evidence in the site's folder.
func siteBlobs(s *site) evidence.Blobs {
	s.Helper()
	d, err := evidence.NewDisk(filepath.Join(s.dir, "evidence"))
	s.ok(err)
	s.Cleanup(func() { d.Close() })
	return d
}

// Browsers.

// browser is somebody's browser: it keeps cookies and follows no redirect.
type browser struct {
	*site
	client *http.Client
	header http.Header // sent with every request
}

// page is an answer.
type page struct {
	*site
	status int
	header http.Header
	body   string
	doc    *html.Node // nil unless it is HTML
}

// browser opens one that is not signed in, in Chinese.
func (s *site) browser() *browser {
	s.Helper()
	jar, err := cookiejar.New(nil)
	s.ok(err)
	return &browser{site: s, header: http.Header{"Accept-Language": {"zh-CN"}}, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signIn opens a browser in which somebody of sitePeople has signed in.
func (s *site) signIn(name string) *browser {
	s.Helper()
	b := s.browser()
	p := b.post("/sign-in", url.Values{"email": {name + "@example.cn"}, "password": {sitePassword}})
	if p.status != http.StatusSeeOther {
		s.Fatalf("%s could not sign in: %d %s", name, p.status, p.text(".error-summary"))
	}
	return b
}

func (b *browser) do(method, path, contentType string, body io.Reader) *page {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, body)
	b.ok(err)
	r.Header = b.header.Clone()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.client.Do(r)
	b.ok(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.ok(err)
	p := &page{site: b.site, status: res.StatusCode, header: res.Header, body: string(text)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		p.doc, err = html.Parse(strings.NewReader(p.body))
		b.ok(err)
	}
	return p
}

// get fetches a page.
func (b *browser) get(path string) *page { b.Helper(); return b.do("GET", path, "", nil) }

// post sends a form.
func (b *browser) post(path string, form url.Values) *page {
	b.Helper()
	return b.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload sends a form with files: field name -> file name -> content.
func (b *browser) upload(path string, form url.Values, files map[string]map[string]string) *page {
	b.Helper()
	body, kind := multipartBody(b.site, form, files)
	return b.do("POST", path, kind, body)
}

func multipartBody(s *site, form url.Values, files map[string]map[string]string) (io.Reader, string) {
	s.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name, vs := range form {
		for _, v := range vs {
			s.ok(w.WriteField(name, v))
		}
	}
	for field, fs := range files {
		for name, content := range fs {
			part, err := w.CreateFormFile(field, name)
			s.ok(err)
			_, err = io.WriteString(part, content)
			s.ok(err)
		}
	}
	s.ok(w.Close())
	return &buf, w.FormDataContentType()
}

// follow fetches where a redirect leads; it fails the test for other answers.
func (b *browser) follow(p *page) *page {
	b.Helper()
	if p.status < 300 || p.status > 399 {
		b.Fatalf("want a redirect, got %d: %s", p.status, p.text(".error-summary"))
	}
	u, err := url.Parse(p.header.Get("Location"))
	b.ok(err)
	return b.get(u.RequestURI())
}

// want fails the test unless the answer has a status.
func (p *page) want(status int) *page {
	p.Helper()
	if p.status != status {
		p.Fatalf("status %d, want %d: %.2000s", p.status, status, p.body)
	}
	return p
}

// The API.

// token signs somebody in for the API, once.
func (s *site) token(name string) string {
	s.Helper()
	if t := s.tokens[name]; t != "" {
		return t
	}
	status, m := s.api("POST", "/session", "", map[string]string{"email": name + "@example.cn", "password": sitePassword})
	if status >= 300 {
		s.Fatalf("%s got no token: %d %v", name, status, m)
	}
	s.tokens[name], _ = m["token"].(string)
	return s.tokens[name]
}

// api asks the API: path below /api/v1, token "" for the public, body as JSON
// (a string goes as it is).
func (s *site) api(method, path, token string, body any, header ...string) (int, map[string]any) {
	s.Helper()
	r := s.apiRequest(s.Context(), method, path, token, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	status, text := s.send(r)
	m := map[string]any{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &m); err != nil {
			s.Fatalf("%s %s answered %d with no JSON object: %.500s", method, path, status, text)
		}
	}
	return status, m
}

func (s *site) apiRequest(ctx context.Context, method, path, token string, body any) *http.Request {
	s.Helper()
	var rd io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		rd = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		s.ok(err)
		rd = bytes.NewReader(j)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.url+apiRoot+path, rd)
	s.ok(err)
	if rd != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func (s *site) send(r *http.Request) (int, []byte) {
	s.Helper()
	res, err := http.DefaultClient.Do(r)
	s.ok(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	s.ok(err)
	return res.StatusCode, text
}

// Looking into pages.

// find lists the elements that match a selector: tag, #id, .class, [attr] and
// [attr=value], joined as in CSS, with blanks for descendants.
func (p *page) find(selector string) []*html.Node {
	p.Helper()
	if p.doc == nil {
		p.Fatalf("no page to search for %s: status %d %s", selector, p.status, p.header.Get("Content-Type"))
	}
	found := []*html.Node{p.doc}
	for part := range strings.FieldsSeq(selector) {
		var next []*html.Node
		seen := map[*html.Node]bool{}
		for _, root := range found {
			for n := range root.Descendants() {
				if !seen[n] && matches(n, part) {
					seen[n] = true
					next = append(next, n)
				}
			}
		}
		found = next
	}
	return found
}

// one is the only element that matches; it fails the test otherwise.
func (p *page) one(selector string) *html.Node {
	p.Helper()
	found := p.find(selector)
	if len(found) != 1 {
		p.Fatalf("%d elements match %s, want 1 (status %d)", len(found), selector, p.status)
	}
	return found[0]
}

// text is what the matching elements say, blanks folded.
func (p *page) text(selector string) string {
	if p.doc == nil {
		return p.body
	}
	var parts []string
	for _, n := range p.find(selector) {
		parts = append(parts, textOf(n))
	}
	return strings.Join(parts, " | ")
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// value is what a form's input, select or textarea of that name holds.
func (p *page) value(name string) string {
	p.Helper()
	for n := range p.doc.Descendants() {
		if got, ok := attr(n, "name"); !ok || got != name || n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "textarea":
			if n.FirstChild == nil {
				return ""
			}
			return n.FirstChild.Data
		case "select":
			for o := range n.Descendants() {
				if _, ok := attr(o, "selected"); ok {
					v, _ := attr(o, "value")
					return v
				}
			}
			return ""
		case "input":
			kind, _ := attr(n, "type")
			if _, on := attr(n, "checked"); (kind == "radio" || kind == "checkbox") && !on {
				continue
			}
			v, _ := attr(n, "value")
			return v
		}
	}
	return ""
}

func matches(n *html.Node, part string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	cut := strings.IndexAny(part, "#.[")
	if cut < 0 {
		return n.Data == part
	}
	if cut > 0 && n.Data != part[:cut] {
		return false
	}
	for rest := part[cut:]; rest != ""; {
		end := strings.IndexAny(rest[1:], "#.[")
		if rest[0] == '[' {
			end = strings.IndexByte(rest, ']')
		}
		if end < 0 {
			end = len(rest) - 1
		}
		if !matchesOne(n, rest[:end+1]) {
			return false
		}
		rest = rest[end+1:]
	}
	return true
}

func matchesOne(n *html.Node, s string) bool {
	switch s[0] {
	case '#':
		id, _ := attr(n, "id")
		return id == s[1:]
	case '.':
		classes, _ := attr(n, "class")
		for c := range strings.FieldsSeq(classes) {
			if c == s[1:] {
				return true
			}
		}
		return false
	default:
		name, want, exact := strings.Cut(strings.Trim(s, "[]"), "=")
		got, ok := attr(n, name)
		return ok && (!exact || got == strings.Trim(want, `"'`))
	}
}

func TestSelector(t *testing.T) {
	doc, err := html.Parse(strings.NewReader(`<main id=m><p class="a b">one</p><form><input name=x value=1><a href="/q?x=1">go</a></form></main>`))
	if err != nil {
		t.Fatal(err)
	}
	p := &page{site: &site{TB: t}, doc: doc}
	for sel, want := range map[string]int{
		"p": 1, ".a": 1, "p.a.b": 1, "p.c": 0, "#m p": 1, "form p": 0, "main#m form input[name=x]": 1, "[name]": 1, `a[href="/q?x=1"]`: 1, "input[name=y]": 0,
	} {
		if got := len(p.find(sel)); got != want {
			t.Errorf("%s: %d elements, want %d", sel, got, want)
		}
	}
	if p.text("#m p") != "one" || p.value("x") != "1" {
		t.Errorf("text %q, value %q", p.text("#m p"), p.value("x"))
	}
}
