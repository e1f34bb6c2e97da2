package enforcement

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dunwatch/internal/calendar"
)

// The nearest rank, against a count by hand: of 10, 20 ... 400 the tenth percentile is 40, the median 200, the ninetieth 360.
func TestSpread(t *testing.T) {
	var list []int64
	for i := range 40 {
		list = append(list, int64(i+1)*10)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	u := spread(list)
	if *u != (Usual{N: 40, LeastFen: 10, P10Fen: 40, MedianFen: 200, P90Fen: 360, MostFen: 400}) {
		t.Errorf("%+v", u)
	}
	for fen, want := range map[int64]bool{0: false, 39: true, 40: false, 360: false, 361: true} {
		if u.leaves(fen) != want {
			t.Errorf("leaves(%d) is %v", fen, !want)
		}
	}
}

// Victims and earlier decisions in 24 months, against a plain count over 10,000 of them.
func TestWeight(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	p := &past{cases: map[int64][]dated{}, decisions: map[int64][]dated{}}
	day := func() calendar.Date { return calendar.MustDate("2022-01-01").AddDays(r.IntN(1800)) }
	for i := range int64(10_000) {
		firm := int64(r.IntN(50))
		p.cases[firm] = append(p.cases[firm], dated{i + 1, day()})
		p.decisions[firm] = append(p.decisions[firm], dated{i + 1, day()})
	}
	for _, m := range []map[int64][]dated{p.cases, p.decisions} {
		for _, list := range m {
			slices.SortFunc(list, func(a, b dated) int { return a.on.Compare(b.on) })
		}
	}
	for range 500 {
		firm, to := int64(r.IntN(50)), day()
		but := p.decisions[firm][r.IntN(len(p.decisions[firm]))].id
		victims, repeat := 0, 0
		for _, d := range p.cases[firm] {
			if !d.on.Before(to.AddMonths(-24)) && !d.on.After(to) {
				victims++
			}
		}
		for _, d := range p.decisions[firm] {
			if d.id != but && !d.on.Before(to.AddMonths(-24)) && !d.on.After(to) {
				repeat++
			}
		}
		if v, n := p.weight(firm, but, to); v != victims || n != repeat {
			t.Fatalf("firm %d to %s: %d, %d; counted %d, %d", firm, to, v, n, victims, repeat)
		}
	}
}

func TestDistance(t *testing.T) {
	a := Likeness{Codes: []string{"H02"}, Severity: 3, Victims: 4, Repeat: 1}
	for want, b := range map[int]Likeness{
		0: a,
		1: {Codes: []string{"H02"}, Severity: 4, Victims: 4, Repeat: 1},
		2: {Codes: []string{"H02", "T01"}, Severity: 3, Victims: 4, Repeat: 1},
		7: {Codes: []string{"T01"}, Severity: 3, Victims: 16, Repeat: 0},
	} {
		if got := a.distance(b); got != want || b.distance(a) != want {
			t.Errorf("distance to %+v is %d, want %d", b, got, want)
		}
	}
}

func TestRepeatOffender(t *testing.T) {
	day := calendar.MustDate
	for name, tt := range map[string]struct {
		decisions []HistoryDecision
		days      map[string][]calendar.Date
		want      bool
	}{
		"none":           {},
		"two in a year":  {decisions: []HistoryDecision{{On: day("2025-10-01")}, {On: day("2026-10-01")}}, want: true},
		"two in longer":  {decisions: []HistoryDecision{{On: day("2025-10-01")}, {On: day("2026-10-02")}}},
		"one annulled":   {decisions: []HistoryDecision{{On: day("2026-09-01"), Annulled: true}, {On: day("2026-10-01")}}},
		"three findings": {days: map[string][]calendar.Date{"H02": {day("2026-01-31"), day("2026-04-01"), day("2026-07-31")}}, want: true},
		"other codes":    {days: map[string][]calendar.Date{"H02": {day("2026-01-31"), day("2026-04-01")}, "T01": {day("2026-02-01")}}},
	} {
		if got := repeats(tt.decisions, tt.days); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// One norm with a higher verified sum, in force on the day and without a further condition, must be taken or argued away.
func TestHeavierNorm(t *testing.T) {
	pack, _ := law(t)
	basis, _ := pack.Basis("cn-cpl-56")
	if fen, ok := highestFine(basis); !ok || fen != 500_000_00 {
		t.Errorf("highest fine of %s: %d, %v", basis.ID, fen, ok)
	}
	for _, old := range pack.AllBases() {
		if old.ReplacedBy == "" || old.To.IsZero() {
			continue
		}
		later, ok := pack.Basis(old.ReplacedBy)
		if !ok {
			continue
		}
		acted, today := old.To, later.From
		was, knownWas := highestFine(old)
		is, knownIs := highestFine(later)
		if want := !knownWas || !knownIs || is <= was; lighter(pack, later, acted, today) != want {
			t.Errorf("%s for an act under %s: lighter is %v", later.ID, old.ID, !want)
		}
		if lighter(pack, later, today, today) || lighter(pack, old, acted, today) {
			t.Errorf("%s or %s applies by itself", later.ID, old.ID)
		}
	}
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{"张三": "张某", "张小三": "张某某", "欧阳小三丰": "欧某某", "Ann Lee": "A*** L***", " ": ""} {
		if got := MaskName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if ShortNumber("〔2026〕12号") != "2026-12" || fullNumber("2026-12") != "〔2026〕12号" || fullNumber("x") != "x" {
		t.Error("numbers in addresses")
	}
}
