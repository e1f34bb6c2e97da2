package httpd

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/web"
)

func TestFormDate(t *testing.T) {
	for _, tt := range []struct{ year, month, day, want string }{
		{"2026", "10", "8", "2026-10-08"},
		{"２０２６", " 2 ", "２８", "2026-02-28"},
		{"", "", "", ""},
		{"2026", "2", "30", "error"},
		{"2026", "10", "366", "error"},
		{"2026", "", "8", "error"},
		{"26", "10", "8", "error"},
		{"2026", "十", "8", "error"},
	} {
		f := NewForm(url.Values{"d.year": {tt.year}, "d.month": {tt.month}, "d.day": {tt.day}})
		d, err := f.Date("d")
		got := d.String()
		if err != nil {
			got = "error"
		}
		if got != tt.want {
			t.Errorf("%s-%s-%s: %s, want %s", tt.year, tt.month, tt.day, got, tt.want)
		}
	}
}

func TestRejectKeepsInternalErrorsFromPeople(t *testing.T) {
	f := NewForm(nil)
	if err := f.Reject(errors.New("disk full")); err == nil || f.Failed() {
		t.Error("an internal error was kept for showing")
	}
	if err := f.Reject(fault.New(fault.Conflict, "fault.conflict")); err != nil || !f.Failed() {
		t.Errorf("a conflict was not kept: %v", err)
	}
}

func TestFieldTakesTypedValueOverStored(t *testing.T) {
	catalog := lawtest.Words(t)
	w := words{catalog: catalog, lang: locale.ZH}
	stored := []any{"value", calendar.MustDate("2026-10-08")}
	fresh, err := w.field(nil, "from", "styleguide.from", stored...)
	if err != nil || fresh.Year != "2026" || fresh.Month != "10" || fresh.Day != "8" {
		t.Errorf("fresh: %+v, %v", fresh, err)
	}
	emptied := NewForm(url.Values{"from.year": {""}})
	if f, _ := w.field(emptied, "from", "styleguide.from", stored...); f.Year != "" {
		t.Errorf("an emptied field shows %q again", f.Year)
	}
	// A form of another name says nothing about this one.
	emptied.Name = "other"
	if f, _ := w.field(emptied.For("this"), "from", "styleguide.from", stored...); f.Year != "2026" || f.ID != "f-this-from" {
		t.Errorf("other form: %+v", f)
	}
	if _, err := w.field(nil, "x", "styleguide.from", "rowz", 3); err == nil {
		t.Error("an unknown setting passed")
	}
}

func TestQuery(t *testing.T) {
	u, err := url.Parse("/cases?status=open&status=new&sort=due&cursor=abc&q=%E7%8E%8B")
	if err != nil {
		t.Fatal(err)
	}
	q := QueryOf(u)
	for _, tt := range []struct{ name, got, want string }{
		{"drop one", q.Drop("status", "new"), "/cases?q=%E7%8E%8B&sort=due&status=open"},
		{"turn", q.Sort("due"), "/cases?q=%E7%8E%8B&sort=-due&status=open&status=new"},
		{"sort other", q.Sort("ref"), "/cases?q=%E7%8E%8B&sort=ref&status=open&status=new"},
		{"only", q.Only("sort"), "/cases?sort=due"},
		{"none", q.Only(), "/cases"},
		{"sorted", q.Sorted("due"), "ascending"},
		{"unsorted", q.Sorted("ref"), "none"},
		{"unchanged", q.String(), "/cases?cursor=abc&q=%E7%8E%8B&sort=due&status=open&status=new"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	if got := len(q.Hidden("q")); got != 3 {
		t.Errorf("Hidden: %d values, want status twice and sort", got)
	}
}

func TestAssetsAreKeptForEverUnderTheirHash(t *testing.T) {
	a, err := newAssets(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		a.url("app.css"): "immutable", "/static/app.css": "max-age=300", "/static/nothing.css": "", "/static/../web.go": "",
	} {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		if cache := w.Header().Get("Cache-Control"); !strings.Contains(cache, want) || (want == "") != (w.Code == 404) {
			t.Errorf("%s: status %d, cache %q, want %q", address, w.Code, cache, want)
		}
	}
	if a.url("app.css") == "/static/app.css" {
		t.Error("the address of app.css carries no hash")
	}
}

func TestPlotLeavesGapsAndStartsAtZero(t *testing.T) {
	catalog := lawtest.Words(t)
	w := words{catalog: catalog, lang: locale.EN}
	points := []Point{{Value: 10}, {Value: 20}, {Missing: true}, {Value: 40}}
	line := w.plot(Chart{Line: true, Points: points})
	if len(line.Segments) != 2 {
		t.Errorf("%d segments, want the line cut at the gap", len(line.Segments))
	}
	bars := w.plot(Chart{Points: points})
	if bars.Marks[3].W != 4*bars.Marks[0].W || bars.Marks[2].W != 0 {
		t.Errorf("bars are not in proportion: %+v", bars.Marks)
	}
	if points[0].Text != "" {
		t.Error("the caller's points were changed")
	}
}
