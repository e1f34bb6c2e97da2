package enforcement

import (
	"math/rand/v2"
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

// The last time that a rule was met, months counted to the day.
func TestLastWithin(t *testing.T) {
	day := calendar.MustDate
	for name, tt := range map[string]struct {
		days      []calendar.Date
		n, months int
		from, to  calendar.Date
	}{
		"none":         {n: 2, months: 12},
		"no rule":      {days: []calendar.Date{day("2025-10-01"), day("2025-10-01")}},
		"in a year":    {days: []calendar.Date{day("2025-10-01"), day("2026-10-01")}, n: 2, months: 12, from: day("2025-10-01"), to: day("2026-10-01")},
		"in longer":    {days: []calendar.Date{day("2025-10-01"), day("2026-10-02")}, n: 2, months: 12},
		"the last":     {days: []calendar.Date{day("2024-01-01"), day("2024-02-01"), day("2026-01-31"), day("2026-04-01"), day("2026-07-31")}, n: 3, months: 6, from: day("2026-01-31"), to: day("2026-07-31")},
		"then nothing": {days: []calendar.Date{day("2024-01-01"), day("2024-02-01"), day("2026-10-01")}, n: 2, months: 12, from: day("2024-01-01"), to: day("2024-02-01")},
	} {
		from, to, ok := lastWithin(tt.days, tt.n, tt.months)
		if from != tt.from || to != tt.to || ok != !tt.to.IsZero() {
			t.Errorf("%s: %s to %s, %v", name, from, to, ok)
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
