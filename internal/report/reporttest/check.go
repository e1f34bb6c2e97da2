package reporttest

import (
	"context"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// Reporter is the part of report.Service that lists what is behind a figure.
type Reporter interface {
	Behind(ctx context.Context, by access.Actor, p report.Period, pack string, f report.Figure, lang locale.Lang) (*report.List, error)
}

// Closed are the columns of numbers behind which there are no things of the office: what the rulebook or a firm says, numbers
// of firms, differences, and what a list of would reveal who is one person.
var Closed = map[string]bool{"by_code.severity": true, "firm_rates.customers": true, "firm_rates.overdue_accounts": true, "firm_rates.lent": true,
	"firm_medians.firms": true, "firm_medians.with_rate": true, "firm_movers.difference": true, "headline.average": true,
	"log_findings.hits": true, "repeat_complainants.count": true, "repeat_complainants.of": true}

// Depth is how much of what is behind the figures Check looks at.
type Depth int

// The depths of Check.
const (
	Numbers Depth = iota // the figures alone
	Totals               // and the lists behind the last lines
	Cells                // and those behind each cell
)

// Check holds a report against the oracle: every table, every line, every cell that is no text, the last lines, and the
// lists behind them, thing by thing. A cell that the oracle does not know is an error: nothing is left out by being new.
func (o Oracle) Check(t *testing.T, r *report.Report, s Reporter, by access.Actor, depth Depth) {
	t.Helper()
	if want := o.Headline(); r.Headline != want {
		t.Errorf("%s: headline\n got %+v\nwant %+v", r.Month, r.Headline, want)
	}
	want := o.Tables()
	for i := range r.Tables {
		tab := &r.Tables[i]
		g, ok := want[tab.ID]
		if !ok {
			t.Errorf("nobody counted %s a second time", tab.ID)
			continue
		}
		delete(want, tab.ID)
		o.checkTable(t, r, tab, g, s, by, depth)
	}
	for id := range want {
		t.Errorf("%s: no table %s", r.Month, id)
	}
}

func (o Oracle) checkTable(t *testing.T, r *report.Report, tab *report.Table, g Grid, s Reporter, by access.Actor, depth Depth) {
	t.Helper()
	lines := len(tab.Rows)
	for i, row := range tab.Rows {
		o.checkLine(t, r, tab, tab.RowKeys[i], row, g, func(j int) (string, string) { return tab.Kind(i, j), r.Link(tab, i, j) }, s, by, depth == Cells)
	}
	if tab.Totals != nil {
		lines++
		o.checkLine(t, r, tab, report.Total, tab.Totals, g, func(j int) (string, string) { return tab.Kinds[j], r.TotalLink(tab, j) }, s, by, depth >= Totals)
	}
	if lines != len(g) {
		t.Errorf("%s %s: %d lines, want %d", r.Month, tab.ID, lines, len(g))
	}
}

func (o Oracle) checkLine(t *testing.T, r *report.Report, tab *report.Table, key string, row []any, g Grid, of func(int) (kind, link string), s Reporter, by access.Actor, behind bool) {
	t.Helper()
	want, ok := g[key]
	if !ok {
		t.Errorf("%s %s: line %s is not wanted", r.Month, tab.ID, key)
		return
	}
	for column := range want {
		if tab.Column(column) < 0 {
			t.Errorf("%s: no column %s", tab.ID, column)
		}
	}
	for j, got := range row {
		kind, link := of(j)
		w, counted := want[tab.Keys[j]]
		name := r.Month.String() + " " + r.Pack + " " + tab.ID + "[" + key + "]." + tab.Keys[j]
		if !counted {
			if kind != report.Text {
				t.Errorf("%s: nobody counted it a second time", name)
			}
			continue
		}
		if !same(got, w, kind) {
			t.Errorf("%s = %v, want %v", name, got, shown(w, kind))
		}
		b, opens := w.(*Bag)
		if opens != (link != "") && !Closed[tab.ID+"."+tab.Keys[j]] && got != nil && kind != report.Text && !ratio(kind) {
			t.Errorf("%s opens %q", name, link)
		}
		if opens && behind && link != "" {
			o.checkBehind(t, name, b, link, s, by, r.Month)
		}
	}
}

func ratio(kind string) bool { return kind != report.Count && kind != report.Fen }

// checkBehind holds a list against a bag, thing by thing.
func (o Oracle) checkBehind(t *testing.T, name string, b *Bag, link string, s Reporter, by access.Actor, p report.Period) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Behind(t.Context(), by, p, u.Query().Get("pack"), report.FigureOf(u.Query()), locale.ZH)
	if err != nil {
		t.Fatalf("%s: %v", link, err)
	}
	var got []string
	for _, it := range l.Items {
		got = append(got, line(it.Kind, it.Reference, int64(it.Number), it.Code, it.Fen))
	}
	want := slices.Clone(b.things)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s opens %d things, want %d\n too many: %s\n missing: %s", name, len(got), len(want), less(got, want), less(want, got))
	}
	if l.Fen != b.fen {
		t.Errorf("%s opens things of %d fen, want %d", name, l.Fen, b.fen)
	}
	if l.Definition.Name == "" || l.Title == "" {
		t.Errorf("%s: the list does not say what it is: %+v", link, l.Definition)
	}
}

// less are the first of a that b has not, one for one.
func less(a, b []string) string {
	left := slices.Clone(b)
	var out []string
	for _, x := range a {
		if i := slices.Index(left, x); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else if out = append(out, x); len(out) == 5 {
			break
		}
	}
	return strings.Join(out, " | ")
}

func shown(w any, kind string) any {
	switch w := w.(type) {
	case *Bag:
		if kind == report.Fen {
			return w.fen
		}
		return w.n()
	case rounded:
		return w.v
	}
	return w
}

// same compares a value with what it should be. A value that lies on the edge between two roundings may go either way.
func same(got, want any, kind string) bool {
	switch w := want.(type) {
	case *Bag:
		n, ok := got.(int64)
		return ok && n == shown(w, kind)
	case rounded:
		half := 0.5*math.Pow10(-w.places) + 1e-9
		switch g := got.(type) {
		case float64:
			return math.Abs(g-w.v) <= half && math.Abs(g*math.Pow10(w.places)-math.Round(g*math.Pow10(w.places))) < 1e-6
		case int64:
			return math.Abs(float64(g)-w.v) <= half
		}
		return false
	}
	return got == want
}
