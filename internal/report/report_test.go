package report_test

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// rowKey names a row as the oracle does.
func rowKey(t *report.Table, words *locale.Catalog, row []any) string {
	key := fmt.Sprint(row[0])
	switch t.ID {
	case "by_firm":
		return key + "/" + fmt.Sprint(row[column(t, "role")])
	case "timeliness":
		if row[column(t, "unit")] == words.T(locale.ZH, "report.unit.workday") {
			return key + "/workday"
		}
		return key + "/day"
	}
	return key
}

func column(t *report.Table, key string) int {
	for i, k := range t.Keys {
		if k == key {
			return i
		}
	}
	return -1
}

func same(got, want any) bool {
	w, ok := want.(rounded)
	if !ok {
		return got == want
	}
	v := math.Round(w.v*math.Pow10(w.places)) / math.Pow10(w.places)
	switch g := got.(type) {
	case float64:
		return g == v
	case int64:
		return float64(g) == v
	}
	return false
}

var months = []string{"2025-08", "2026-08", "2026-09", "2026-10"}

// TestMonthly holds every figure against loops over the same facts, the tables against each other, and the links against
// what they open.
func TestMonthly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		w := newWorld(300, now)
		w.insert(t, db)
		d := newDesk(t, db)
		for _, pack := range []string{"", "cn", "us"} {
			for _, month := range months {
				m, err := d.Monthly(context.Background(), supervisor, calendar.MustMonth(month), pack, locale.ZH)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(month+"/"+m.Pack, func(t *testing.T) {
					o := oracle{w, month, pack, d.calendars}
					t.Run("figures", func(t *testing.T) { testFigures(t, d, o, m) })
					t.Run("totals", func(t *testing.T) { testTotals(t, m) })
					t.Run("links", func(t *testing.T) { testLinks(t, d, o, m) })
				})
			}
		}
		if missing := d.words.Missing(); len(missing) > 0 {
			t.Errorf("words missing: %v", missing)
		}
	})
}

func testFigures(t *testing.T, d desk, o oracle, m *report.Monthly) {
	if want := o.headline(); m.Headline != want {
		t.Errorf("headline\n got %+v\nwant %+v", m.Headline, want)
	}
	want := o.tables()
	if len(m.Tables) != len(want) {
		t.Errorf("%d tables, want %d", len(m.Tables), len(want))
	}
	for id, g := range want {
		tab := m.Table(id)
		if tab == nil {
			t.Errorf("no table %s", id)
			continue
		}
		if len(tab.Rows) != len(g) {
			t.Errorf("%s: %d rows, want %d", id, len(tab.Rows), len(g))
		}
		for _, row := range tab.Rows {
			key := rowKey(tab, d.words, row)
			if g[key] == nil {
				t.Errorf("%s: row %s is not wanted", id, key)
			}
			for col, v := range g[key] {
				if got := row[column(tab, col)]; !same(got, v) {
					t.Errorf("%s[%s].%s = %v, want %v", id, key, col, got, v)
				}
			}
		}
	}
}

// A table's column adds up to what another table, or the headline, says.
func testTotals(t *testing.T, m *report.Monthly) {
	sum := func(id, col string, of func(row map[string]any) bool) (n int64) {
		tab := m.Table(id)
		for _, r := range tab.Rows {
			row := map[string]any{}
			for i, k := range tab.Keys {
				row[k] = r[i]
			}
			if of == nil || of(row) {
				n += row[col].(int64)
			}
		}
		return n
	}
	where := func(col, v string) func(map[string]any) bool {
		return func(row map[string]any) bool { return row[col] == v }
	}
	h := m.Headline
	for name, c := range map[string]struct{ got, want int64 }{
		"by_channel":             {sum("by_channel", "count", nil), h.Received},
		"by_product":             {sum("by_product", "count", nil), h.Received},
		"by_region":              {sum("by_region", "count", nil), h.Received},
		"lenders":                {sum("by_firm", "count", where("role", "lender")), h.Received},
		"agencies":               {sum("by_firm", "count", where("role", "agency")), h.Received},
		"accepted by lender":     {sum("by_firm", "accepted", where("role", "lender")), h.Accepted},
		"accepted by agency":     {sum("by_firm", "accepted", where("role", "agency")), h.Accepted},
		"accepted by outcome":    {sum("by_outcome", "count", where("outcome", "accepted")), h.Accepted},
		"closed by outcome":      {sum("by_outcome", "count", where("stage", "closing")), h.Closed},
		"decisions at screening": {sum("screening", "decided", nil), sum("by_outcome", "count", where("stage", "screening"))},
		"upheld by code":         {sum("by_code", "upheld", nil), h.FindingsSubstantiated},
		"upheld by firm":         {sum("by_firm", "upheld", nil), h.FindingsSubstantiated},
		"penalties by firm":      {sum("by_firm", "penalties", nil), h.PenaltiesIssued},
		"decisions":              {int64(len(m.Table("decisions").Rows)), h.PenaltiesIssued},
		"amount by firm":         {sum("by_firm", "amount", nil), h.PenaltyAmountFen},
		"amount by measure":      {sum("penalties", "amount", nil), h.PenaltyAmountFen},
		"amount by decision":     {sum("decisions", "amount", nil), h.PenaltyAmountFen},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// Every link opens as many things as its figure says.
func testLinks(t *testing.T, d desk, o oracle, m *report.Monthly) {
	check := func(tab *report.Table, j int, v any, kind, link string) {
		n, counted := v.(int64)
		if link == "" || !counted || kind != report.Count {
			return
		}
		if got := o.open(t, d, link); got != n {
			t.Errorf("%s.%s = %d, but %s opens %d", tab.ID, tab.Keys[j], n, link, got)
		}
	}
	for i := range m.Tables {
		tab := &m.Tables[i]
		for r, row := range tab.Rows {
			for j, v := range row {
				check(tab, j, v, tab.Kind(r, j), tab.Links[r][j])
			}
		}
		for j, v := range tab.Totals {
			check(tab, j, v, tab.Kinds[j], tab.TotalLinks[j])
		}
	}
}

// open counts what a list with these parameters shows, by the definitions in links.go.
func (o oracle) open(t *testing.T, d desk, link string) (n int64) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	v := u.Query()
	o.pack = v.Get("pack")
	firm := func(c *seedComplaint, role string) bool {
		return !v.Has(role) || nameless(seedFirms[inRole(c, role)]) == v.Get(role)
	}
	is := func(name, value string) bool { return !v.Has(name) || v.Get(name) == value }
	switch {
	case u.Path == "/complaints":
		o.each(func(c *seedComplaint) {
			yes := is("source", c.source) && is("region", nameless(c.region)) && is("product", nameless(c.product)) && is("status", c.status) &&
				firm(c, "lender") && firm(c, "agency") && (!v.Has("code") || has(c.codes, v.Get("code"))) && (!v.Has("channel") || has(c.channels, v.Get("channel")))
			for name, match := range map[string]func(oracle) bool{
				"month": func(o oracle) bool { return o.at(c.receivedAt) }, "decided": func(o oracle) bool { return o.at(c.decidedAt) && !c.auto }, "open": func(o oracle) bool { return o.isOpen(c) },
			} {
				if v.Has(name) {
					o.month = v.Get(name)
					yes = yes && match(o)
				}
			}
			if yes {
				n++
			}
		})
	case u.Path == "/queue":
		return o.cases(func(c *seedComplaint, k *seedCase) bool {
			return strings.HasPrefix(k.openedOn, v.Get("opened")) && strings.HasPrefix(k.closedOn, v.Get("closed")) && is("outcome", k.outcome) &&
				(v.Get("status") == "all" || v.Get("status") == k.status) && firm(c, "lender") && firm(c, "agency")
		})
	case u.Path == "/penalties":
		o.month = v.Get("issued")
		n, _ = o.penalties(func(_ *seedComplaint, p *seedPenalty) bool {
			kind := v.Get("kind")
			return kind == "" || kind == "warning" || kind == "fine" && p.fine > 0 || kind == "confiscation" && p.seized > 0
		})
	case strings.HasPrefix(u.Path, "/reports/") && strings.HasSuffix(u.Path, "/behind"):
		month := calendar.MustMonth(strings.Split(u.Path, "/")[2])
		items, err := d.Behind(context.Background(), supervisor, month, o.pack, report.FigureOf(v))
		if err != nil {
			t.Fatal(err)
		}
		return int64(len(items))
	default:
		t.Fatalf("link %s leads nowhere", link)
	}
	return n
}
