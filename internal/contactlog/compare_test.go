package contactlog

import (
	"math/rand/v2"
	"testing"
	"time"
)

// sides makes a borrower's log and the firm's of the same calls: the firm's
// clock is off by skew, its times lie some seconds before the phone's.
func sides(r *rand.Rand, n int, skew time.Duration) (b, f []Contact) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, Beijing)
	for i := range n {
		at = at.Add(time.Duration(20+r.IntN(400)) * time.Minute)
		c := Contact{At: at, Direction: FromFirm, Number: "02160001111", Duration: 30 + i%50, DurationKnown: true, Row: i + 2}
		b = append(b, c)
		c.At, c.Number, c.Line, c.Firm = at.Add(-skew-time.Duration(r.IntN(8))*time.Second), "13800138000", "02160001111", true
		f = append(f, c)
	}
	return b, f
}

func TestCompare(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, skew := range []time.Duration{0, 7 * time.Minute, -11 * time.Minute} {
		b, f := sides(r, 60, skew)
		f[10].Duration += 40                                              // the firm says that it talked longer
		f[20].Duration, f[20].Outcome = 0, NoAnswer                       // and that nobody answered
		b, f = append(b[:30:30], b[31:]...), append(f[:40:40], f[41:]...) // each side lacks one
		got := Compare(b, f, CompareOptions{})
		if !got.Sure || (got.Skew-skew).Abs() > 8*time.Second {
			t.Errorf("skew %s sure %v, want %s", got.Skew, got.Sure, skew)
		}
		if len(got.Pairs) != 58 || len(got.OnlyBorrower) != 1 || len(got.OnlyFirm) != 1 || got.Outside != 0 {
			t.Fatalf("%d pairs, %d of the borrower alone, %d of the firm alone, %d outside", len(got.Pairs), len(got.OnlyBorrower), len(got.OnlyFirm), got.Outside)
		}
		if got.OnlyBorrower[0].Row != 42 || got.OnlyFirm[0].Row != 32 {
			t.Errorf("alone: rows %d and %d", got.OnlyBorrower[0].Row, got.OnlyFirm[0].Row)
		}
		lengths, results := 0, 0
		for _, p := range got.Pairs {
			if p.Borrower.Row != p.Firm.Row {
				t.Errorf("row %d matched with %d", p.Borrower.Row, p.Firm.Row)
			}
			if p.LengthDiffers {
				lengths++
			}
			if p.ResultDiffers {
				results++
			}
		}
		if lengths != 2 || results != 1 {
			t.Errorf("%d lengths and %d results differ", lengths, results)
		}
	}
}

func TestCompareIsCareful(t *testing.T) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, Beijing)
	one := func(d time.Duration, number, line string, dir Direction) Contact {
		return Contact{At: at.Add(d), Number: number, Line: line, Direction: dir}
	}
	for name, c := range map[string]struct {
		b, f          []Contact
		pairs, b1, f1 int
		outside       int
	}{
		"nothing":                 {nil, nil, 0, 0, 0, 0},
		"one side":                {[]Contact{one(0, "1", "", FromFirm)}, nil, 0, 0, 0, 1},
		"other number":            {[]Contact{one(0, "95500", "", FromFirm)}, []Contact{one(0, "1", "95501", FromFirm)}, 0, 1, 1, 0},
		"other way":               {[]Contact{one(0, "95500", "", FromFirm)}, []Contact{one(0, "1", "95500", ToFirm)}, 0, 1, 1, 0},
		"number not told":         {[]Contact{one(0, "95500", "", FromFirm)}, []Contact{one(5*time.Second, "1", "", FromFirm)}, 1, 0, 0, 0},
		"two at once":             {[]Contact{one(0, "95500", "", FromFirm), one(20*time.Second, "95500", "", FromFirm)}, []Contact{one(18*time.Second, "1", "95500", FromFirm)}, 1, 1, 0, 0},
		"before the other begins": {[]Contact{one(-time.Hour, "95500", "", FromFirm), one(0, "95500", "", FromFirm)}, []Contact{one(0, "1", "95500", FromFirm)}, 1, 0, 0, 1},
	} {
		got := Compare(c.b, c.f, CompareOptions{})
		if len(got.Pairs) != c.pairs || len(got.OnlyBorrower) != c.b1 || len(got.OnlyFirm) != c.f1 || got.Outside != c.outside || got.Sure {
			t.Errorf("%s: %d pairs, %d, %d, %d outside, sure %v", name, len(got.Pairs), len(got.OnlyBorrower), len(got.OnlyFirm), got.Outside, got.Sure)
		}
	}
}

// A storm of calls in one minute costs no more than it must.
func TestCompareStorm(t *testing.T) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, Beijing)
	storm := make([]Contact, 20_000)
	for i := range storm {
		storm[i] = Contact{At: at.Add(time.Duration(i%60) * time.Second), Number: "95500", Direction: FromFirm}
	}
	start := time.Now()
	got := Compare(storm, storm, CompareOptions{})
	if took := time.Since(start); took > 20*time.Second || len(got.Pairs) == 0 {
		t.Errorf("%d pairs in %s", len(got.Pairs), took)
	}
}
