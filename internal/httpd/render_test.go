package httpd

import (
	"bytes"
	"io"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/web"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// parsed are the pages in the words that all tests share: parsing them costs
// more than most tests do.
var parsed struct {
	once  sync.Once
	pages *renderer
	err   error
}

func testRenderer(t testing.TB) *renderer {
	t.Helper()
	catalog := lawtest.Words(t)
	parsed.once.Do(func() { parsed.pages, parsed.err = newRenderer(web.FS, catalog, shanghai, false) })
	if parsed.err != nil {
		t.Fatal(parsed.err)
	}
	return parsed.pages
}

func renderPage(t testing.TB, r *renderer, lang locale.Lang, name string, data any) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.render(&b, lang, name, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestStyleguideRendersInBothLanguagesAndRooms(t *testing.T) {
	r := testRenderer(t)
	for _, lang := range locale.Langs {
		for _, address := range []string{"/styleguide", "/styleguide?room=desk", "/styleguide?room=desk&state=ok"} {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			html := renderPage(t, r, lang, "styleguide", newStyleguide(lang, u))
			for _, bad := range []string{" style=", "onclick=", "<style", "no value", "ZgotmplZ", "%!"} {
				if strings.Contains(html, bad) {
					t.Errorf("%s %s: page holds %q", lang, address, bad)
				}
			}
			if want := `<html lang="` + lang.Tag() + `">`; !strings.Contains(html, want) {
				t.Errorf("%s %s: no %s", lang, address, want)
			}
		}
	}
	if missing := r.catalog.Missing(); len(missing) > 0 {
		t.Errorf("messages missing: %v", missing)
	}
}

func TestRejectedFormKeepsWordsAndLinksErrors(t *testing.T) {
	r := testRenderer(t)
	html := renderPage(t, r, locale.ZH, "styleguide", newStyleguide(locale.ZH, &url.URL{Path: "/styleguide"}))
	for _, want := range []string{
		"<title>错误：界面样本", `<a href="#f-phone">请填写 7 至 15 位电话号码</a>`, `value="１３８ 0013"`,
		`id="f-phone-error"`, `aria-describedby="f-phone-hint f-phone-error"`, `name="from.month" value="2"`,
		`id="f-channels" name="channels" value="phone" checked`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("page lacks %s", want)
		}
	}
}

func TestLoadRefusesWhatWouldBeBlank(t *testing.T) {
	catalog, err := locale.Load(fstest.MapFS{"locales/zh/a.yaml": {Data: []byte("a: 甲")}, "locales/en/a.yaml": {Data: []byte("a: A")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, page, want string }{
		{"partial", `{{template "nothing" .}}`, `no template "nothing"`},
		{"message", `{{t "b"}}`, `message "b" is missing`},
		{"argument", `{{template "c" (dict "lable" 1)}}`, `no argument "lable"`},
		{"syntax", `{{if .X}}`, "unexpected EOF"},
		{"escape", `<a href='{{.X}}`, "ends in a non-text context"},
		{"function", `{{nope}}`, `"nope" not defined`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{
				"static/app.css":              {Data: []byte("")},
				"templates/components/c.html": {Data: []byte("{{.label}}")},
				"templates/x/page.html":       {Data: []byte(tt.page)},
			}
			_, err := newRenderer(fsys, catalog, time.UTC, false)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestFailedPageWritesNothing(t *testing.T) {
	r := testRenderer(t)
	var b bytes.Buffer
	if err := r.render(&b, locale.ZH, "styleguide", struct{ Desk bool }{}); err == nil || b.Len() > 0 {
		t.Errorf("wrote %d bytes, error %v", b.Len(), err)
	}
}

// BenchmarkTableOf50Rows is a queue page: 50 rows of six cells with chips,
// deadlines and parties, in the desk's layout.
func BenchmarkTableOf50Rows(b *testing.B) {
	page, err := fs.ReadFile(web.FS, "templates/styleguide.html")
	if err != nil {
		b.Fatal(err)
	}
	// The queue section of the style guide alone.
	text := string(page)
	end := strings.Index(text, `<section class="block"><h2>{{t "styleguide.marks"}}`)
	if end < 0 {
		b.Fatal("the style guide has changed: no section of marks")
	}
	fsys := fstest.MapFS{"templates/queue.html": {Data: []byte(text[:end] + "{{end}}")}}
	err = fs.WalkDir(web.FS, ".", func(file string, d fs.DirEntry, err error) error {
		shared := strings.Contains(file, "/components/") || strings.Contains(file, "/layouts/") || strings.HasPrefix(file, "static/")
		if err != nil || d.IsDir() || !shared {
			return err
		}
		content, err := fs.ReadFile(web.FS, file)
		fsys[file] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	catalog := lawtest.Words(b)
	r, err := newRenderer(fsys, catalog, shanghai, false)
	if err != nil {
		b.Fatal(err)
	}
	p := newStyleguide(locale.ZH, &url.URL{Path: "/styleguide", RawQuery: "room=desk&state=ok"})
	for len(p.Rows) < 50 {
		p.Rows = append(p.Rows, p.Rows...)
	}
	p.Rows = p.Rows[:50]
	b.ReportAllocs()
	for b.Loop() {
		if err := r.render(io.Discard, locale.ZH, "queue", p); err != nil {
			b.Fatal(err)
		}
	}
}

func TestShortLabels(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"T01 禁催时段联系", "T01 禁催时段联系"},
		{strings.Repeat("催", 27), strings.Repeat("催", 27)},
		{strings.Repeat("催", 28), strings.Repeat("催", 27) + "…"},
		{"C04 Private phone, social account or unregistered or rotating numbers", "C04 Private phone, social account or unregistered or r…"},
	} {
		if got := short(tt.in, barName); got != tt.want {
			t.Errorf("%q became %q, want %q", tt.in, got, tt.want)
		}
	}
}
