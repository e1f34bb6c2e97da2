package httpd

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// publicAPI is everything under /api that anybody may call, on purpose.
var publicAPI = []string{
	"POST /api/v1/complaints",
	"POST /api/v1/session",
	"GET /api/v1/log/checkpoint",
	"GET /api/v1/log/proof",
	"GET /api/v1/register/penalties",
	"GET /api/v1/register/penalties/:number",
	"GET /api/v1/credentials",
	"GET /api/v1/statistics",
	"GET /api/v1/statistics/:month",
	"POST /api/v1/witness-statements",
	"GET /api/v1/openapi.json",
	"GET /api/docs",
	"GET /api/docs/*",
}

// publicPages is every page that anybody may open, on purpose. Pages of one
// complaint ask for its access code themselves and are not in it.
var publicPages = []string{
	"GET /", "GET /complain", "GET /track", "POST /track", "GET /rights", "GET /sign-in", "POST /sign-in", "GET /set-up", "POST /set-up",
	"GET /healthz", "GET /readyz", "GET /static/:name", "GET /favicon.ico", "GET /robots.txt",
	"GET /register", "GET /register.csv", "GET /register.rss", "GET /register/:number", "GET /register/firms/:code",
	"GET /statistics", "GET /statistics/:month",
	"GET /reports/schema.json", "GET /statistics/schema.json", // the form of the files: holds no figure
	"GET /check-collector", "POST /check-collector", "POST /check-collector/complain", "GET /check-my-log", "POST /check-my-log",
}

// publicAreas are where the public files and follows complaints: every page
// below is for anybody who holds the draft or the access code.
var publicAreas = []string{"/complain/", "/track/", "/rights/", "/accessibility", "/privacy", "/language", "/witness/"}

func TestEveryRouteIsGuardedOrPublicOnPurpose(t *testing.T) {
	s := bareSite(t)
	table := map[string]Route{}
	for _, r := range s.Table() {
		key := r.Method + " " + echoPath(r.Path)
		if _, twice := table[key]; twice {
			t.Errorf("%s stands twice in the table", key)
		}
		table[key] = r
	}
	seen := 0
	for _, r := range s.echo.Routes() {
		method := r.Method
		if method == "HEAD" {
			method = "GET"
		}
		key := method + " " + r.Path
		rt, ok := table[key]
		if !ok {
			t.Errorf("%s is served but not in the table", key)
			continue
		}
		seen++
		if rt.Public {
			if !slices.Contains(publicAPI, key) && !slices.Contains(publicPages, key) && !inPublicArea(r.Path) {
				t.Errorf("%s is public but not on the list", key)
			}
			continue
		}
		if rt.Action == "" {
			t.Errorf("%s has no action", key)
		}
	}
	if seen < 60 || len(table) < 55 {
		t.Errorf("%d routes walked, %d in the table: the walk misses some", seen, len(table))
	}
}

func echoPath(p string) string {
	return strings.ReplaceAll(strings.ReplaceAll(p, "{", ":"), "}", "")
}

func inPublicArea(path string) bool {
	return slices.ContainsFunc(publicAreas, func(a string) bool { return strings.HasPrefix(path, a) })
}

// Nobody gets past the door without a token: not by a hair of another answer.
func TestGuardedOperationsAskForAToken(t *testing.T) {
	s := bareSite(t)
	n := 0
	for _, r := range s.Table() {
		if r.Public || !strings.HasPrefix(r.Path, apiRoot) {
			continue
		}
		n++
		path := strings.NewReplacer("{ref}", "C-2026-000001-1", "{code}", "L001", "{month}", "2026-10", "{number}", "1", "{id}", "1").Replace(r.Path)
		body := ""
		if r.Method == "POST" {
			body = minimalBody(r.Path)
		}
		if w := s.knock(r.Method, path, body); w.Code != 401 {
			t.Errorf("%s %s answers a stranger %d: %.300s", r.Method, path, w.Code, w.Body)
		}
	}
	if n < 35 {
		t.Errorf("only %d guarded operations were tried", n)
	}
}

// minimalBody passes the schema of operations that open to an access code, which
// look at the body before the code.
func minimalBody(path string) string {
	switch {
	case strings.HasSuffix(path, "/messages"):
		return `{"body":"x"}`
	case strings.HasSuffix(path, "/supply"):
		return `{"text":"x"}`
	case strings.HasSuffix(path, "/withdraw"):
		return `{"reason":"x"}`
	}
	return "{}"
}

func TestOpenAPISaysWhoMayCall(t *testing.T) {
	s := bareSite(t)
	var spec struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			ID       string                 `json:"operationId"`
			Summary  string                 `json:"summary"`
			Security []map[string][]string  `json:"security"`
			Answers  map[string]interface{} `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(s.knock("GET", apiRoot+"/openapi.json", "").Body.Bytes(), &spec); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(spec.OpenAPI, "3.1") {
		t.Errorf("openapi %q", spec.OpenAPI)
	}
	documented := 0
	for _, r := range s.Table() {
		path, ok := strings.CutPrefix(r.Path, apiRoot)
		if !ok || path == "/openapi.json" {
			continue
		}
		op, ok := spec.Paths[path][strings.ToLower(r.Method)]
		if !ok || op.ID == "" || op.Summary == "" {
			t.Errorf("%s %s is not described", r.Method, path)
			continue
		}
		documented++
		want := 1
		switch {
		case r.Public:
			want = 0
		case r.Code:
			want = 2
		}
		if op.Security == nil || len(op.Security) != want {
			t.Errorf("%s %s: security %v, want %d ways", r.Method, path, op.Security, want)
		}
		if op.Answers["422"] == nil || op.Answers["401"] == nil {
			t.Errorf("%s %s does not say how it refuses", r.Method, path)
		}
	}
	if documented < 40 {
		t.Errorf("%d operations documented", documented)
	}
	if w := s.knock("GET", "/api/docs/", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "openapi.json") {
		t.Errorf("docs: %d %.200s", w.Code, w.Body)
	}
}
