package httpd

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/access"
	"dunwatch/internal/demo"
	"dunwatch/internal/locale"
	"dunwatch/web"
)

// TestEveryPageThatSomebodyReaches follows the links of every role in both
// languages and holds each page to what no page may lack. No link leads nowhere.
func TestEveryPageThatSomebodyReaches(t *testing.T) {
	t.Parallel()
	words, err := locale.Load(web.FS) // of its own, to learn what was missing
	if err != nil {
		t.Fatal(err)
	}
	s, office := demoSite(t, words)
	t.Cleanup(func() { // after the last crawl
		for _, key := range s.Words.Missing() {
			t.Errorf("message %s is not there", key)
		}
	})
	for _, lang := range locale.Langs {
		for _, who := range append([]access.Role{access.Public, access.Borrower}, access.StaffRoles...) {
			t.Run(string(lang)+"/"+string(who), func(t *testing.T) {
				t.Parallel()
				c := &crawl{T: t, b: s.browser(), lang: lang, seen: map[string]bool{}, alike: map[string]int{}, keys: map[string]bool{}}
				for _, key := range s.Words.Keys(lang) {
					c.keys[key] = true
				}
				if who == access.Borrower {
					f := office.Trackable[0]
					c.b.post("/track", url.Values{"reference": {f.Reference}, "access_code": {f.AccessCode}}).want(303)
				} else if who != access.Public {
					i := slices.IndexFunc(office.People, func(p demo.Person) bool { return p.Role == who })
					c.b.post("/sign-in", url.Values{"email": {office.People[i].Email}, "password": {office.Password}}).want(303)
				}
				c.b.get("/?lang=" + string(lang)).want(200)
				c.visit(starts(who))
				t.Logf("%d pages", len(c.seen))
			})
		}
	}
}

// starts are the pages from which somebody reaches the others.
func starts(who access.Role) []string {
	switch who {
	case access.Public:
		return []string{"/", "/complain", "/complain/fit", "/complain/danger", "/complain/elsewhere", "/track", "/rights", "/privacy", "/accessibility", "/sign-in", "/register", "/check-collector"}
	case access.Borrower:
		return []string{"/track/case", "/track/sheet", "/track?other=1", "/"}
	default:
		return []string{homeOf(who), "/account", "/"}
	}
}

type crawl struct {
	*testing.T
	b     *browser
	lang  locale.Lang
	seen  map[string]bool
	alike map[string]int // pages of one shape; one is enough
	keys  map[string]bool
}

var (
	reference = regexp.MustCompile(`[A-Z]-[0-9A-Z-]+|[0-9]{4}-[0-9]{2}|%2[0-9A-F]|/[0-9]+(/|$)`)
	keyLike   = regexp.MustCompile(`[a-z_]+(\.[a-z_]+)+`)
)

// shape is what an address has in common with others of its page.
func shape(u *url.URL) string {
	names := make([]string, 0, 4)
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return reference.ReplaceAllString(u.Path, "*") + "?" + strings.Join(names, "&")
}

func (c *crawl) visit(queue []string) {
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		u, err := url.Parse(path)
		if err != nil {
			c.Errorf("address %q: %v", path, err)
			continue
		}
		u.Fragment = ""
		if u.Host != "" || c.seen[u.String()] || strings.HasPrefix(u.Path, "/static") || u.Query().Has("lang") || c.alike[shape(u)] >= 1 || len(u.Query()) > 2 {
			continue
		}
		c.seen[u.String()] = true
		c.alike[shape(u)]++
		p := c.b.get(u.String())
		switch {
		case p.status == 303:
			queue = append(queue, p.header.Get("Location"))
		case p.status != 200:
			c.Errorf("%s answers %d %s", path, p.status, p.text("h1"))
		case p.doc != nil:
			c.judge(u.String(), p)
			queue = append(queue, links(p)...)
		}
	}
}

func links(p *page) []string {
	var out []string
	for _, a := range p.find("a[href]") {
		if href, _ := attr(a, "href"); strings.HasPrefix(href, "/") {
			out = append(out, href)
		}
	}
	return out
}

// judge holds a page to what none may lack.
func (c *crawl) judge(path string, p *page) {
	if strings.TrimSpace(p.text("title")) == "" {
		c.Errorf("%s has no title", path)
	}
	if n := len(p.find("h1")); n != 1 {
		c.Errorf("%s has %d h1", path, n)
	}
	if n := len(p.find("main")); n != 1 {
		c.Errorf("%s has %d main", path, n)
	}
	ids := map[string]bool{}
	for _, n := range p.find("[id]") {
		id, _ := attr(n, "id")
		if ids[id] {
			c.Errorf("%s: id %q twice", path, id)
		}
		ids[id] = true
	}
	labelled := map[string]bool{}
	for _, n := range p.find("label[for]") {
		id, _ := attr(n, "for")
		labelled[id] = true
	}
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		c.named(path, n, labelled)
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			v, _ := attr(n, name)
			for id := range strings.FieldsSeq(v) {
				if !ids[id] {
					c.Errorf("%s: %s of %s names %q, which is not there", path, name, n.Data, id)
				}
			}
		}
		if href, _ := attr(n, "href"); n.Data == "a" && len(href) > 1 && href[0] == '#' && !ids[href[1:]] {
			c.Errorf("%s: link to %s leads nowhere", path, href)
		}
	}
	for _, word := range keyLike.FindAllString(p.text("body"), -1) {
		if c.keys[word] || strings.HasPrefix(word, "event.") {
			c.Errorf("%s shows the key %q", path, word)
		}
	}
}

// named reports a control that nobody could call by its name.
func (c *crawl) named(path string, n *html.Node, labelled map[string]bool) {
	id, _ := attr(n, "id")
	kind, _ := attr(n, "type")
	label, _ := attr(n, "aria-label")
	hidden, _ := attr(n, "aria-hidden")
	if label != "" || hidden == "true" {
		return
	}
	switch n.Data {
	case "input", "select", "textarea":
		if kind != "hidden" && kind != "submit" && !labelled[id] {
			name, _ := attr(n, "name")
			c.Errorf("%s: %s %q has no label", path, n.Data, name)
		}
	case "a", "button", "summary":
		if textOf(n) == "" {
			c.Errorf("%s: a %s without words", path, n.Data)
		}
	}
}
