package report_test

import (
	"context"
	"testing"

	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/report/reporttest"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// periods are those that are reported on, by pack: over the new year, whole, and running.
var periods = map[string][]string{"": {"2025-08", "2026-08", "2026-09", "2026-10", "2026-Q3", "2026-H2", "2026"}, "cn": {"2026-09", "2026-Q4"}, "us": {"2026-09"}}

// TestMonthly holds every figure and what is behind it against a second count of the same facts, and the tables against each
// other.
func TestMonthly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		newWorld(240, now).insert(t, db)
		d := newDesk(t, db)
		o := d.oracle(t, db)
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
					depth := reporttest.Totals
					if p.Months <= 3 {
						depth = reporttest.Cells
					}
					o.At(p, pack).Check(t, m, d, supervisor, depth)
					testTotals(t, m)
				})
			}
		}
		if missing := d.words.Missing(); len(missing) > 0 {
			t.Errorf("words missing: %v", missing)
		}
	})
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
