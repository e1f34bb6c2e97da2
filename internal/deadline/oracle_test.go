package deadline_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
)

// The oracle follows the package comment with a finger on a wall calendar, one
// day at a time, and shares no arithmetic with the package.
type oracle struct {
	cal         *calendar.Calendar
	events      []deadline.Event
	provisional bool
}

// taken reports whether the day is taken out by a suspension; for ever, if that
// suspension was not resumed.
func (o *oracle) taken(day calendar.Date) (taken, forever bool) {
	suspended := false
	for _, e := range o.events {
		switch {
		case e.Kind == deadline.Suspend && e.On.Before(day):
			suspended = true
		case e.Kind == deadline.Resume && e.On.Before(day):
			suspended = false
		}
	}
	if !suspended {
		return false, false
	}
	for _, e := range o.events {
		if e.Kind == deadline.Resume && !e.On.Before(day) {
			return true, false
		}
	}
	return true, true
}

func (o *oracle) lean(day calendar.Date) {
	if !o.cal.Announced(day.Year()) {
		o.provisional = true
	}
}

// end is where the limit ends; no date if it never does.
func (o *oracle) end(from calendar.Date, l deadline.Limit) calendar.Date {
	need := l.N
	switch l.Unit {
	case deadline.Week:
		need *= 7
	case deadline.Month:
		need = daysOfMonths(from, l.N)
	}
	day := from
	for need > 0 {
		day = day.AddDays(1)
		taken, forever := o.taken(day)
		switch {
		case forever:
			return calendar.Date{}
		case taken:
		case l.Unit != deadline.Workday:
			need--
		default:
			o.lean(day)
			if o.cal.IsWorkday(day) {
				need--
			}
		}
	}
	if !l.Roll {
		return day
	}
	for ; ; day = day.AddDays(1) {
		taken, forever := o.taken(day)
		if forever {
			return calendar.Date{}
		}
		if taken {
			continue
		}
		o.lean(day)
		if o.cal.IsWorkday(day) {
			return day
		}
	}
}

// daysOfMonths walks to the day of the same number n months on, or to the last
// day of a month that has no such day.
func daysOfMonths(from calendar.Date, n int) int {
	days, crossed, day := 0, 0, from
	for {
		next := day.AddDays(1)
		days++
		if next.Month() != day.Month() {
			crossed++
		}
		day = next
		last := day.AddDays(1).Month() != day.Month()
		if crossed == n && (day.Day() == from.Day() || last && day.Day() < from.Day()) {
			return days
		}
	}
}

func (o *oracle) due(limit deadline.Limit) calendar.Date {
	due := o.end(o.events[0].On, limit)
	for _, e := range o.events {
		if e.Kind == deadline.Extend && !due.IsZero() {
			due = o.end(due, e.Limit)
		}
	}
	return due
}

func randomLimit(r *rand.Rand) deadline.Limit {
	u := []deadline.Unit{deadline.Workday, deadline.Day, deadline.Week, deadline.Month}[r.IntN(4)]
	n := map[deadline.Unit]int{deadline.Workday: 30, deadline.Day: 60, deadline.Week: 8, deadline.Month: 4}[u]
	return deadline.Limit{N: 1 + r.IntN(n), Unit: u, Roll: r.IntN(2) == 0}
}

func randomClock(r *rand.Rand) deadline.Clock {
	on := calendar.DateOf(2023, time.November, 1).AddDays(r.IntN(1200))
	c := deadline.Clock{Limit: randomLimit(r), Events: []deadline.Event{{Kind: deadline.Start, On: on}}}
	suspended := false
	for range r.IntN(8) {
		on = on.AddDays(r.IntN(25))
		e := deadline.Event{On: on}
		switch k := r.IntN(10); {
		case k == 0:
			e.Kind = deadline.Stop
		case k < 3:
			e.Kind, e.Limit = deadline.Extend, randomLimit(r)
		case suspended:
			e.Kind, suspended = deadline.Resume, false
		default:
			e.Kind, suspended = deadline.Suspend, true
		}
		c.Events = append(c.Events, e)
		if e.Kind == deadline.Stop {
			break
		}
	}
	return c
}

func TestComputeAgreesWithTheOracle(t *testing.T) {
	cn := mustChina(t)
	r := rand.New(rand.NewPCG(2026, 11))
	var held, provisional, rolled int
	for i := range 2000 {
		c := randomClock(r)
		s, err := deadline.Compute(cn, c)
		if err != nil {
			t.Fatalf("history %d: %v\n%+v", i, err, c)
		}
		o := oracle{cal: cn, events: c.Events}
		due, provisionalDue := o.due(c.Limit), o.provisional
		earliest := due
		if due.IsZero() { // as if resumed on the day of the suspension
			held++
			o = oracle{cal: cn, events: append(c.Events[:len(c.Events):len(c.Events)], deadline.Event{Kind: deadline.Resume, On: s.SuspendedSince})}
			earliest, provisionalDue = o.due(c.Limit), o.provisional
		}
		original := (&oracle{cal: cn, events: c.Events[:1]}).due(c.Limit)
		if s.Due != due || s.Earliest != earliest || s.Original != original || s.Provisional != provisionalDue {
			t.Fatalf("history %d: due %s, earliest %s, original %s, provisional %v; the oracle says %s, %s, %s, %v\n%+v",
				i, s.Due, s.Earliest, s.Original, s.Provisional, due, earliest, original, provisionalDue, c)
		}
		if s.Provisional {
			provisional++
		}
		if c.Limit.Roll {
			rolled++
		}
	}
	// Without these the comparison would say little.
	if held < 100 || provisional < 100 || rolled < 500 {
		t.Errorf("poor histories: %d held, %d provisional, %d rolled", held, provisional, rolled)
	}
}
