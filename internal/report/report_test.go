package report_test

import (
	"context"
	"math"
	"net/url"
	"testing"

	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

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

// periods are those that are reported on, by pack: over the new year, whole, and running.
var periods = map[string][]string{"": {"2025-08", "2026-08", "2026-09", "2026-10", "2026-Q3", "2026-H2", "2026"}, "cn": {"2026-09", "2026-Q4"}, "us": {"2026-09"}}

// TestMonthly holds every figure against loops over the same facts, the tables against each other, and the lists behind
// the figures against what they say.
func TestMonthly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		w := newWorld(240, now)
		w.insert(t, db)
		d := newDesk(t, db)
		for pack, texts := range periods {
			for _, text := range texts {
				p, err := report.ParsePeriod(text)
				if err != nil {
					t.Fatal(err)
				}
				m, err := d.Of(context.Background(), supervisor, p, pack, locale.ZH)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(text+"/"+m.Pack, func(t *testing.T) {
					o := oracle{w, p.From.String(), pack, d.calendars, p.Months}
					t.Run("figures", func(t *testing.T) { testFigures(t, o, m) })
					t.Run("totals", func(t *testing.T) { testTotals(t, m) })
					if p.Months <= 3 {
						t.Run("behind", func(t *testing.T) { testBehind(t, d, m) })
					}
				})
			}
		}
		if missing := d.words.Missing(); len(missing) > 0 {
			t.Errorf("words missing: %v", missing)
		}
	})
}

func testFigures(t *testing.T, o oracle, m *report.Report) {
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
		for i, row := range tab.Rows {
			key := tab.RowKeys[i]
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
func testTotals(t *testing.T, m *report.Report) {
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
		"by_province":            {sum("by_province", "count", nil), h.Received},
		"codes by severity":      {sum("by_severity", "count", nil), sum("by_code", "count", nil)},
		"upheld by severity":     {sum("by_severity", "upheld", nil), h.FindingsSubstantiated},
		"findings by severity":   {sum("by_severity", "findings", nil), sum("by_code", "findings", nil)},
		"named lenders":          {sum("agency_share", "count", nil), sum("by_firm", "count", func(r map[string]any) bool { return r["role"] == "lender" && r["firm"] != "none" })},
		"closed by channel":      {sum("outcome_by_channel", "closed", nil), h.Closed},
		"closed by province":     {sum("outcome_by_province", "closed", nil), h.Closed},
		"refused by channel":     {sum("outcome_by_channel", "refused", nil), sum("by_outcome", "count", where("outcome", "not_accepted"))},
		"refused by province":    {sum("outcome_by_province", "refused", nil), sum("by_outcome", "count", where("outcome", "not_accepted"))},
		"closed, fairness":       {sum("fairness", "of", where("figure", "not_informed")), h.Closed},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// Every cell that opens lists as many things as its figure says, or things that add up to it; every count and amount
// opens, but for those of closed.
func testBehind(t *testing.T, d desk, m *report.Report) {
	check := func(tab *report.Table, j int, row string, v any, kind, link string) {
		n, counted := v.(int64)
		if !counted || kind != report.Count && kind != report.Fen {
			return
		}
		if link == "" {
			if !closed[tab.ID+"."+tab.Keys[j]] {
				t.Errorf("%s.%s of %s opens nothing", tab.ID, tab.Keys[j], row)
			}
			return
		}
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		l, err := d.Behind(context.Background(), supervisor, m.Month, u.Query().Get("pack"), report.FigureOf(u.Query()), locale.ZH)
		if err != nil {
			t.Fatalf("%s: %v", link, err)
		}
		if got := int64(len(l.Items)); kind == report.Count && got != n {
			t.Errorf("%s.%s of %s = %d, but it opens %d", tab.ID, tab.Keys[j], row, n, got)
		}
		if kind == report.Fen && l.Fen != n {
			t.Errorf("%s.%s of %s = %d fen, but it opens %d", tab.ID, tab.Keys[j], row, n, l.Fen)
		}
		if l.Definition.Name == "" || l.Title == "" {
			t.Errorf("%s: the list does not say what it is: %+v", link, l.Definition)
		}
	}
	for i := range m.Tables {
		tab := &m.Tables[i]
		for r, row := range tab.Rows {
			for j, v := range row {
				check(tab, j, tab.RowKeys[r], v, tab.Kind(r, j), m.Link(tab, r, j))
			}
		}
		for j, v := range tab.Totals {
			check(tab, j, report.Total, v, tab.Kinds[j], m.TotalLink(tab, j))
		}
	}
}

// closed are the numbers behind which there are no things of the office: what the rulebook or a firm says, numbers of firms,
// differences.
var closed = map[string]bool{"by_code.severity": true, "firm_rates.customers": true, "firm_rates.overdue_accounts": true, "firm_rates.lent": true,
	"firm_medians.firms": true, "firm_medians.with_rate": true, "firm_movers.difference": true}

// Every cell that is a figure has a definition in both languages, and every definition is used.
func TestDefinitions(t *testing.T) {
	db := storetest.Open(t)
	newWorld(100, now).insert(t, db)
	d := newDesk(t, db)
	for _, lang := range locale.Langs {
		m := monthly(t, d, "2026-09", "", lang)
		used := map[string]bool{}
		for i := range m.Tables {
			tab := &m.Tables[i]
			for r := range tab.Rows {
				for j, kind := range tab.Kinds {
					def := m.CellDefinition(tab, r, j)
					if kind == report.Text {
						continue
					}
					if def == nil || def.Name == "" || def.Text == "" || def.Formula == "" || def.Version < 1 {
						t.Errorf("%s.%s: definition %+v", tab.ID, tab.Keys[j], def)
						continue
					}
					used[def.ID] = true
				}
			}
			for j := range tab.Keys {
				used[tab.Definitions[j]] = true
			}
		}
		for _, def := range m.Definitions {
			if !used[def.ID] {
				t.Errorf("definition %s is of no figure", def.ID)
			}
		}
	}
	if missing := d.words.Missing(); len(missing) > 0 {
		t.Errorf("words missing: %v", missing)
	}
}
