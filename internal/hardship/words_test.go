package hardship

import (
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTheSchema(t *testing.T) {
	storetest.MatchRows(t, planRow{}, instalmentRow{}, eventRow{})
}

func TestWordsExist(t *testing.T) {
	words := lawtest.Words(t)
	var keys []string
	for _, s := range Statuses {
		keys = append(keys, "hardship.status."+string(s), "hardship.is_"+string(s))
	}
	for _, k := range Kinds {
		keys = append(keys, "hardship.kinds."+string(k))
	}
	for _, b := range Breaches {
		keys = append(keys, "hardship.breaches."+string(b))
	}
	for _, e := range Events {
		keys = append(keys, "event."+e)
	}
	for _, m := range []string{mailAnswered, mailBroken} {
		keys = append(keys, m+".subject", m+".body")
	}
	for _, l := range locale.Langs {
		for _, k := range keys {
			if !words.Has(l, k) {
				t.Errorf("no words for %s in %s", k, l)
			}
		}
	}
}

func TestMachine(t *testing.T) {
	want := map[Status][]deed{
		Offered: {accept, decline, withdraw}, Accepted: {pay, finish, complain}, Ended: {complain}, Declined: nil, Withdrawn: nil,
	}
	for _, s := range Statuses {
		open := map[deed]bool{}
		for _, d := range want[s] {
			open[d] = true
		}
		for _, d := range []deed{accept, decline, withdraw, pay, finish, complain} {
			if _, err := s.next(d); (err == nil) != open[d] || s.can(d) != open[d] {
				t.Errorf("%s %s: %v", s, d, err)
			}
		}
	}
}

// How a plan is kept follows from its events.
func TestPerformance(t *testing.T) {
	d := calendar.MustDate
	plan := func(events ...Event) *Plan {
		return &Plan{Events: events, Instalments: []Instalment{{Number: 1, DueOn: d("2026-11-10"), Fen: 100}, {Number: 2, DueOn: d("2026-12-10"), Fen: 200}}}
	}
	paid := func(n int, fen int64, on string) Event {
		return Event{Kind: EventPaid, Instalment: n, Fen: fen, On: d(on)}
	}
	for name, c := range map[string]struct {
		p      *Plan
		today  string
		want   Performance
		states [2]string
	}{
		"before anything":  {plan(), "2026-11-09", Performance{OnTime: true}, [2]string{"open", "open"}},
		"on the due day":   {plan(), "2026-11-10", Performance{DueFen: 100, OnTime: true}, [2]string{"open", "open"}},
		"a day late":       {plan(), "2026-11-11", Performance{DueFen: 100, LateFen: 100, Late: 1}, [2]string{"late", "open"}},
		"part of it":       {plan(paid(1, 40, "2026-11-01")), "2026-11-11", Performance{PaidFen: 40, DueFen: 100, LateFen: 60, Late: 1}, [2]string{"late", "open"}},
		"in two parts":     {plan(paid(1, 40, "2026-11-01"), paid(1, 60, "2026-11-10")), "2026-11-11", Performance{PaidFen: 100, DueFen: 100, OnTime: true}, [2]string{"paid", "open"}},
		"caught up":        {plan(paid(1, 100, "2026-11-12")), "2026-11-13", Performance{PaidFen: 100, DueFen: 100, OnTime: true}, [2]string{"paid_late", "open"}},
		"breach and early": {plan(paid(2, 200, "2026-11-01"), Event{Kind: EventBroken}), "2026-12-11", Performance{PaidFen: 200, DueFen: 300, LateFen: 100, Late: 1, Breaches: 1}, [2]string{"late", "paid"}},
	} {
		c.p.settle(d(c.today))
		if c.p.Performance != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.p.Performance, c.want)
		}
		for i, s := range c.states {
			if got := c.p.Instalments[i].State(d(c.today)); got != s {
				t.Errorf("%s: instalment %d is %s, want %s", name, i+1, got, s)
			}
		}
	}
}
