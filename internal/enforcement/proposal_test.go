package enforcement

import (
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/rulebook"
)

func packOf(t *testing.T, id string) *rulebook.Pack {
	t.Helper()
	b := lawtest.Book(t)
	p, ok := b.Pack(id)
	if !ok {
		t.Fatalf("no pack %s", id)
	}
	return p
}

// Kinds, amounts and bases against the rulebook, by the first key that is wrong ("" for a sound proposal).
func TestMeasuresAndBases(t *testing.T) {
	acts := []casework.Finding{{Number: 1, ActedOn: calendar.MustDate("2026-10-08")}, {Number: 2, ActedOn: calendar.MustDate("2026-10-09")}}
	early := []casework.Finding{{Number: 1, ActedOn: calendar.MustDate("2021-10-31")}}
	for name, tt := range map[string]struct {
		pack     string
		measures []Measure
		basis    []string
		findings []casework.Finding
		want     string
	}{
		"fine within":         {"cn", []Measure{{"fine", 300_000_00}}, []string{"cn-bsl-46-5"}, acts, ""},
		"fine below":          {"cn", []Measure{{"fine", 100_000_00}}, []string{"cn-bsl-46-5"}, acts, "enforcement.amount_outside_basis"},
		"fine above":          {"cn", []Measure{{"fine", 600_000_00}}, []string{"cn-bsl-46-5"}, acts, "enforcement.amount_outside_basis"},
		"either basis":        {"cn", []Measure{{"fine", 100_000_00}}, []string{"cn-bsl-46-5", "cn-cpl-56"}, acts, ""},
		"a person's penalty":  {"cn", []Measure{{"industry_ban", 0}}, []string{"cn-bsl-48"}, acts, "enforcement.kind_not_in_basis"},
		"not a penalty":       {"cn", []Measure{{"talk", 0}}, nil, acts, ""},
		"law of a later day":  {"cn", []Measure{{"warning", 0}}, []string{"cn-pipl-66"}, early, "casework.basis_not_in_force"},
		"two tiers of a fine": {"us", []Measure{{"cmp_tier1", 100}, {"cmp_tier2", 100}}, []string{"us-12cfr1083-1"}, acts, "enforcement.one_fine"},
		"fine and redress":    {"us", []Measure{{"redress", 100}}, []string{"us-12cfr1083-1"}, acts, "enforcement.kind_not_in_basis"},
	} {
		pack := packOf(t, tt.pack)
		p := Proposal{Measures: tt.measures, Basis: tt.basis}
		var bad fault.Fields
		p.checkMeasures(&bad, pack)
		p.checkAmounts(&bad, pack, p.checkBases(&bad, pack, tt.findings))
		got := ""
		if len(bad) > 0 {
			got = bad[0].Key
		}
		if got != tt.want {
			t.Errorf("%s: %q (%v), want %q", name, got, bad, tt.want)
		}
	}
}

func TestSums(t *testing.T) {
	fine, rest := sums(packOf(t, "cn"), []Measure{{"fine", 5}, {"confiscation", 7}, {"warning", 0}})
	if fine != 5 || rest != 7 {
		t.Errorf("fine %d, rest %d", fine, rest)
	}
}
