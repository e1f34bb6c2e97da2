package httpd

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

// bareSite is a server without an office, for what is refused at the door.
func bareSite(tb testing.TB) *site {
	tb.Helper()
	clock := storetest.NewClock()
	s := &site{TB: tb, clock: clock, dir: tb.TempDir(), heard: &heard{}}
	s.stand(s.wire(storetest.OpenAt(tb, clock)))
	return s
}

type problemAnswer struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Location string `json:"location"`
		Message  string `json:"message"`
		Value    any    `json:"value"`
	} `json:"errors"`
}

func (p problemAnswer) locations() string {
	var l []string
	for _, e := range p.Errors {
		l = append(l, e.Location)
	}
	return strings.Join(l, " ")
}

// knock sends a request straight to the handler.
func (s *site) knock(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// endless is a body whose length is not told beforehand.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestAPIRefusesInOneForm(t *testing.T) {
	s := bareSite(t)
	const secret = "13800138000"
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		locations          string
	}{
		"unknown path":           {"GET", "/nope", "", 404, ""},
		"wrong method":           {"PUT", "/complaints", "{}", 405, ""},
		"unknown fields":         {"POST", "/complaints", `{"foo":"` + secret + `","lender":{"nam":"x"}}`, 422, "body.lender.nam body.foo"},
		"wrong types":            {"POST", "/complaints", `{"anonymous":"` + secret + `","channels":"x","loan":{"amount_fen":1.5},"pack":1}`, 422, "body.anonymous body.channels body.loan.amount_fen body.pack"},
		"wrong type deep inside": {"POST", "/complaints", `{"accused":[{"kind":"phone","value":"` + secret + `"},{"value":7}]}`, 422, "body.accused[1].value"},
		"malformed":              {"POST", "/complaints", `{"pack":"` + secret, 422, ""},
		"something behind":       {"POST", "/complaints", `{} {"pack":"` + secret + `"}`, 422, ""},
		"no UTF-8":               {"POST", "/complaints", "{\"narrative\":\"\xff" + secret + "\"}", 422, ""},
		"NUL":                    {"POST", "/complaints", `{"narrative":"` + secret + `\u0000"}`, 422, ""},
		"no body":                {"POST", "/complaints", "", 400, ""},
		"a list":                 {"POST", "/complaints", `["` + secret + `"]`, 422, "body"},
		"too large":              {"POST", "/complaints", `{"narrative":"` + strings.Repeat(secret, 100_000) + `"}`, 413, ""},
		"missing field":          {"POST", "/session", `{"email":"` + secret + `"}`, 422, "body.password"},
		"no token":               {"GET", "/cases", "", 401, ""},
		"no token, no look":      {"POST", "/cases/x/assign", `{"foo":1}`, 401, ""},
		"no code":                {"GET", "/complaints/C-2026-000001-1", "", 401, ""},
		"unknown parameter":      {"GET", "/log/proof?entry=1&sekret=" + secret, "", 422, "query.sekret"},
		"wrong parameter":        {"GET", "/log/proof?entry=" + secret + "x", "", 422, "query.entry"},
		"parameter no UTF-8":     {"GET", "/log/proof?entry=%ff", "", 422, ""},
		"no such entry":          {"GET", "/log/proof?entry=77", "", 404, ""},
	} {
		w := s.knock(c.method, apiRoot+c.path, c.body, "Accept-Language", "en")
		var p problemAnswer
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
			continue
		}
		if w.Code != c.status || p.Status != c.status || !sameWords(p.locations(), c.locations) {
			t.Errorf("%s: %d %q, want %d %q (%+v)", name, w.Code, p.locations(), c.status, c.locations, p)
		}
		if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s: content type %q", name, ct)
		}
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: the answer repeats what was sent: %s", name, w.Body)
		}
		if p.Title == "" || p.Detail == "" || !strings.HasPrefix(p.Type, "urn:dunwatch:problem:") {
			t.Errorf("%s: incomplete problem %+v", name, p)
		}
		for _, e := range p.Errors {
			if strings.HasPrefix(e.Message, "expected") || strings.HasPrefix(e.Message, "api.") || e.Message == "" {
				t.Errorf("%s: message %q is not ours", name, e.Message)
			}
		}
	}
	r := httptest.NewRequest("POST", apiRoot+"/complaints", io.NopCloser(io.LimitReader(endless{}, 3<<20)))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("endless body: %d %s", w.Code, w.Body)
	}
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestAPISpeaksTheCallersLanguage(t *testing.T) {
	s := bareSite(t)
	zh := s.knock("POST", apiRoot+"/session", `{"email":1}`, "Accept-Language", "zh-CN").Body.String()
	en := s.knock("POST", apiRoot+"/session", `{"email":1}`, "Accept-Language", "en-GB").Body.String()
	if !strings.Contains(zh, "应为加引号的文本") || !strings.Contains(en, "Give a text in quotes") {
		t.Errorf("zh %s\nen %s", zh, en)
	}
}

// Every operation's schema uses only checks whose refusals have words of ours.
func TestHumaSentencesHaveWords(t *testing.T) {
	s := bareSite(t)
	for _, h := range humaSentences {
		for _, lang := range locale.Langs {
			if !s.Words.Has(lang, h.key) {
				t.Errorf("%s: no words for %s", lang, h.key)
			}
		}
	}
}

func TestHoldsNUL(t *testing.T) {
	for body, want := range map[string]bool{
		`{"a":"b"}`: false, `{"a":"\u0000"}`: true, `{"a":"\\u0000"}`: false, `{"a":"\\\u0000"}`: true,
		`{"a":"\\u0000 \u0000"}`: true, "{\"a\":\"\x00\"}": true, `{"a":"\u0001"}`: false,
	} {
		if got := holdsNUL([]byte(body)); got != want {
			t.Errorf("%q: %v", body, got)
		}
	}
}
