package enforcement

import (
	"testing"

	"pgregory.net/rapid"

	"dunwatch/internal/calendar"
)

// served is a decision of a fine, served so that it is to be paid by a day.
func served(fine int64) (*Course, terms) {
	c := &Course{
		Decided: true, DecidedOn: calendar.MustDate("2026-10-01"), Served: &Serve{ReceivedOn: calendar.MustDate("2026-10-01")},
		Sentence: &Sentence{Shares: []Share{{Party: 1, Kind: "fine", AmountFen: fine}, {Party: 1, Kind: confiscate, AmountFen: 70_000}}},
	}
	return c, terms{due: calendar.MustDate("2026-10-16"), perDay: 300, capOf: 100, accountOf: func(kind string) (Account, bool) {
		switch kind {
		case confiscate:
			return AccountConfiscation, true
		case redress:
			return AccountRestitution, true
		default:
			return AccountFine, kind == "fine"
		}
	}}
}

// The vectors of the surcharge: 3 % a day of 500,000 yuan, all of it on the 34th day.
func TestSurcharge(t *testing.T) {
	for days, want := range map[int]int64{0: 0, 1: 15_000_00, 10: 150_000_00, 33: 495_000_00, 34: 500_000_00, 35: 500_000_00, 4000: 500_000_00} {
		c, k := served(500_000_00)
		l := ledgerOf(c, k, k.due.AddDays(days))
		var got int64
		if a := l.account(1, AccountSurcharge); a != nil {
			got = a.DueFen
		}
		if got != want {
			t.Errorf("%d days late: %d, want %d", days, got, want)
		}
	}
}

func TestSurchargeStandsStill(t *testing.T) {
	c, k := served(500_000_00)
	day := func(n int) calendar.Date { return k.due.AddDays(n) }
	due := func(n int) int64 {
		if a := ledgerOf(c, k, day(n)).account(1, AccountSurcharge); a != nil {
			return a.DueFen
		}
		return 0
	}
	// A review from the 4th to the 20th day after: days 4 to 20 are not counted.
	c.Challenges = []Challenged{{Challenge: Challenge{Kind: "review", On: day(4)}, EndedOn: day(20)}}
	for n, want := range map[int]int64{3: 45_000_00, 4: 45_000_00, 20: 45_000_00, 21: 60_000_00, 100: 500_000_00} {
		if got := due(n); got != want {
			t.Errorf("day %d with a review: %d, want %d", n, got, want)
		}
	}
	if l := ledgerOf(c, k, day(20)); !l.Frozen {
		t.Error("not frozen on the last day of the review")
	}
	// Half is paid on the 2nd day: from the 3rd only the rest bears the surcharge.
	c.Challenges, c.Money = nil, []Movement{{1, AccountFine, 250_000_00, day(2), "R"}}
	if got := due(3); got != 30_000_00+7_500_00 {
		t.Errorf("after half was paid: %d", got)
	}
	// A plan moves the days to pay; its first part is not paid.
	c.Plans = []Plan{{Party: 1, On: day(2), Parts: []Part{{day(10), 100_000_00}, {day(20), 150_000_00}}, PaidBefore: 250_000_00}}
	for n, want := range map[int]int64{2: 30_000_00, 10: 30_000_00, 11: 33_000_00, 20: 60_000_00, 21: 67_500_00} {
		if got := due(n); got != want {
			t.Errorf("day %d of the plan: %d, want %d", n, got, want)
		}
	}
	// The fine is lowered to what was paid: no surcharge was ever due beyond it, none is left to grow.
	c.Changes = []Changed{{Change: Change{Shares: []Share{{Party: 1, Kind: "fine", AmountFen: 250_000_00}}}, On: day(30)}}
	l := ledgerOf(c, k, day(30))
	if a := l.account(1, AccountFine); a.OutstandingFen != 0 {
		t.Errorf("lowered: %+v", a)
	}
	c.Changes = []Changed{{Change: Change{Annul: true}, On: day(30)}}
	if l = ledgerOf(c, k, day(30)); l.RefundFen != 250_000_00 || l.OutstandingFen != 0 {
		t.Errorf("annulled: refund %d, outstanding %d", l.RefundFen, l.OutstandingFen)
	}
}

// Whatever happens to the money of a case: entries add up to balances, the surcharge stays within the fine, grows with the
// days, and is what a count day by day gives.
func TestLedgerBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fine := rapid.Int64Range(1, 2_000_000_00).Draw(t, "fine")
		c, k := served(fine)
		day := func(label string) calendar.Date { return c.DecidedOn.AddDays(rapid.IntRange(0, 120).Draw(t, label)) }
		last := c.DecidedOn
		for range rapid.IntRange(0, 5).Draw(t, "payments") {
			last = last.AddDays(rapid.IntRange(0, 30).Draw(t, "later"))
			l := ledgerOf(c, k, last)
			b := l.Balances[rapid.IntRange(0, len(l.Balances)-1).Draw(t, "account")]
			if b.OutstandingFen <= 0 {
				continue
			}
			c.Money = append(c.Money, Movement{1, b.Account, rapid.Int64Range(1, b.OutstandingFen).Draw(t, "sum"), last, "R"})
		}
		if rapid.Bool().Draw(t, "review") {
			from := day("from")
			c.Challenges = []Challenged{{Challenge: Challenge{Kind: "review", On: from}, EndedOn: from.AddDays(rapid.IntRange(0, 60).Draw(t, "long"))}}
		}
		if rapid.Bool().Draw(t, "change") {
			c.Changes = []Changed{{Change: Change{Shares: []Share{{Party: 1, Kind: "fine", AmountFen: rapid.Int64Range(1, fine).Draw(t, "lower")}}}, On: day("change")}}
		}
		before := int64(-1)
		for _, n := range []int{0, 16, 17, 40, 80, 200} {
			on := c.DecidedOn.AddDays(n)
			l := ledgerOf(c, k, on)
			sums := map[Account]int64{}
			for _, e := range l.Entries {
				if e.On.After(on) {
					t.Fatalf("an entry of %s in the ledger of %s", e.On, on)
				}
				sums[e.Account] += e.AmountFen
			}
			var owed, back int64
			for _, b := range l.Balances {
				if b.OutstandingFen != sums[b.Account] || b.OutstandingFen != b.DueFen-b.PaidFen {
					t.Fatalf("%s: %+v, entries add up to %d", on, b, sums[b.Account])
				}
				owed, back = owed+max(0, b.OutstandingFen), back+max(0, -b.OutstandingFen)
			}
			if owed != l.OutstandingFen || back != l.RefundFen {
				t.Fatalf("%s: totals %d, %d; balances %d, %d", on, l.OutstandingFen, l.RefundFen, owed, back)
			}
			now := fineOn(c, on)
			var surcharge int64
			if a := l.account(1, AccountSurcharge); a != nil {
				surcharge = a.DueFen
			}
			if surcharge > now {
				t.Fatalf("%s: surcharge %d beyond the fine %d", on, surcharge, now)
			}
			if want := daily(c, k, now, on); surcharge != want {
				t.Fatalf("%s: surcharge %d, day by day %d", on, surcharge, want)
			}
			if len(c.Changes) == 0 && surcharge < before {
				t.Fatalf("%s: the surcharge shrank from %d to %d", on, before, surcharge)
			}
			before = surcharge
		}
	})
}

func fineOn(c *Course, on calendar.Date) int64 {
	if len(c.Changes) > 0 && !c.Changes[0].On.After(on) {
		return c.Changes[0].Shares[0].AmountFen
	}
	return c.Sentence.Shares[0].AmountFen
}

// daily counts the surcharge again, one day after the other, in ten-thousandths of a fen.
func daily(c *Course, k terms, fine int64, on calendar.Date) int64 {
	var parts int64
	for d := k.due.AddDays(1); !d.After(on); d = d.AddDays(1) {
		if len(c.Challenges) > 0 && !d.Before(c.Challenges[0].On) && !d.After(c.Challenges[0].EndedOn) {
			continue
		}
		left := fine
		for _, m := range c.Money {
			if m.Account == AccountFine && m.On.Before(d) {
				left -= m.AmountFen
			}
		}
		parts += max(0, left) * 300
	}
	return min(parts/10_000, fine)
}
