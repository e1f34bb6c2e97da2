package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
)

// What a clock did in the period: columns of timeliness.
const (
	ClockStarted = "started"
	ClockDue     = "due"     // ran in the month and had to be done in it
	ClockInTime  = "in_time" // stopped in the month, on or before its due date
	ClockLate    = "late"    // stopped in the month, after it
	ClockOverdue = "overdue" // was due in the month, has passed, and runs on

	ClockSuspended = "suspended" // was suspended in the month
	ClockExtended  = "extended"  // was given more time in the month
)

// clockStates are the columns of timeliness that count clocks.
var clockStates = []string{ClockStarted, ClockDue, ClockInTime, ClockLate, ClockOverdue, ClockSuspended, ClockExtended}

// run is a clock's part in the month.
type run struct {
	clock, unit string
	states      []string
	due         calendar.Date
	stopped     bool
	days        int // that it took, if stopped
}

func (r run) is(state string) bool { return slices.Contains(r.states, state) }

// runOf judges a clock as it stood at the cut-off.
func (q query) runOf(cal *calendar.Calendar, c deadline.Clock) (run, error) {
	st, err := deadline.Compute(cal, c)
	if err != nil {
		return run{}, fmt.Errorf("clock %s: %w", c.Kind, err)
	}
	// The rounds of a limit count as one stage: what firms had to answer again, say.
	r := run{clock: deadline.Base(c.Kind), unit: unitOf(c.Limit.Unit), due: st.Due}
	if q.period.Contains(st.Started) {
		r.states = append(r.states, ClockStarted)
	}
	ended := st.Phase == deadline.Stopped
	if q.period.Contains(st.Due) { // it ran in the month: clockHistories leaves out what stopped before
		r.states = append(r.states, ClockDue)
	}
	switch {
	case ended && q.period.Contains(st.StoppedOn):
		r.stopped, r.days = true, took(cal, c)
		if *st.InTime {
			r.states = append(r.states, ClockInTime)
		} else {
			r.states = append(r.states, ClockLate)
		}
	case q.period.Contains(st.Due) && st.Overdue(q.today):
		r.states = append(r.states, ClockOverdue)
	}
	for state, kind := range map[string]deadline.EventKind{ClockSuspended: deadline.Suspend, ClockExtended: deadline.Extend} {
		if slices.ContainsFunc(c.Events, func(e deadline.Event) bool { return e.Kind == kind && q.period.Contains(e.On) }) {
			r.states = append(r.states, state)
		}
	}
	return r, nil
}

// unitOf is what a clock's days are counted in: weeks and months run in calendar days.
func unitOf(u deadline.Unit) string {
	if u == deadline.Workday {
		return string(deadline.Workday)
	}
	return string(deadline.Day)
}

// took counts the days from the day after the start to the stop, without those of suspensions, in the limit's unit.
func took(cal *calendar.Calendar, c deadline.Clock) int {
	span := func(from, to calendar.Date) int {
		if c.Limit.Unit == deadline.Workday {
			return cal.Workdays(from, to)
		}
		return to.Sub(from)
	}
	days, since := 0, c.Events[0].On
	for _, e := range c.Events[1:] {
		switch e.Kind {
		case deadline.Suspend:
			days, since = days+span(since, e.On), calendar.Date{}
		case deadline.Resume:
			since = e.On
		case deadline.Stop:
			if !since.IsZero() {
				days += span(since, e.On)
			}
		}
	}
	return days
}

// resultNotice begins when its complaint is closed.
const resultNotice = "complaint.result_notice"

// clockHistories selects owner, owner_id, pack, clock and history of every clock that may have a part in the period: its owner
// had an event in it, or a clock that is due in it as things stand, or one that was moved since and may have been; and it did
// not stop before. The day on which a measure is followed up is no limit of the rulebook, and is left out.
func (q query) clockHistories(s *sql) *sql {
	s.add("WITH own AS MATERIALIZED (SELECT owner, owner_id FROM clock_events WHERE on_date >= ? AND on_date < ? AND owner <> 'measure'"+
		" UNION SELECT owner, owner_id FROM clock_states WHERE phase IN ('running', 'suspended', 'stopped') AND due_on >= ? AND due_on < ? AND owner <> 'measure'"+
		" UNION SELECT owner, owner_id FROM clock_events WHERE kind IN ('suspend', 'resume', 'extend') AND on_date >= ? AND owner <> 'measure')"+
		", g AS (SELECT e.owner, e.owner_id, e.clock, "+history+" AS history FROM own CROSS JOIN clock_events e"+
		" WHERE e.owner = own.owner AND e.owner_id = own.owner_id AND e.on_date < ? GROUP BY e.owner, e.owner_id, e.clock HAVING COALESCE(MAX(CASE WHEN e.kind = 'stop' THEN e.on_date END), '9') >= ?)"+
		", h AS (SELECT g.owner, g.owner_id, COALESCE(c.pack, k.pack, pk.pack) AS pack, COALESCE(c.reference, k.reference, p.reference) AS reference, g.clock, g.history FROM g"+
		" LEFT JOIN complaints c ON g.owner = 'complaint' AND c.id = g.owner_id LEFT JOIN cases k ON g.owner = 'case' AND k.id = g.owner_id"+
		" LEFT JOIN penalties p ON g.owner = 'penalty' AND p.id = g.owner_id LEFT JOIN cases pk ON pk.id = p.case_id)",
		q.first, q.end, q.first, q.end, q.end, q.end, q.first)
	return s
}

// stage is a line of the timeliness table: one limit, in one unit.
type stage struct {
	clock, unit string
	n           map[string]int64
	days        spread
}

// row is the key of the clock's line: packs count one limit in different units.
func (r run) row() string { return r.clock + "/" + r.unit }

// timeliness holds every statutory clock of the period against its limit.
func (b *builder) timeliness(ctx context.Context) (*Table, error) {
	stages, err := b.stages(ctx)
	if err != nil {
		return nil, fmt.Errorf("count clocks: %w", err)
	}
	t := b.table("timeliness")
	for _, g := range stages {
		done := g.n[ClockInTime] + g.n[ClockLate] + g.n[ClockOverdue]
		t.add(g.clock+"/"+g.unit, g.clock, g.n[ClockStarted], g.n[ClockDue], g.n[ClockInTime], g.n[ClockLate], g.n[ClockOverdue],
			ratio(g.n[ClockInTime], done), g.days.at(50), g.days.at(90), g.n[ClockSuspended], g.n[ClockExtended],
			b.words.T(b.lang, "report.unit."+g.unit), b.clockName(g.clock))
	}
	return t, nil
}

func (b *builder) stages(ctx context.Context) ([]*stage, error) {
	byKey := map[[2]string]*stage{}
	s := b.clockHistories(new(sql)).add(" SELECT h.pack, h.history, COUNT(*) FROM h WHERE 1 = 1")
	b.packed(s, "h.pack").add(" GROUP BY h.pack, h.history")
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var pack, text string
		var n int64
		if err := scan(&pack, &text, &n); err != nil {
			return err
		}
		r, err := b.judged(pack, text)
		if err != nil || len(r.states) == 0 {
			return err
		}
		g := byKey[[2]string{r.clock, r.unit}]
		if g == nil {
			g = &stage{r.clock, r.unit, map[string]int64{}, spread{}}
			byKey[[2]string{r.clock, r.unit}] = g
		}
		for _, state := range r.states {
			g.n[state] += n
		}
		if r.stopped {
			g.days[int64(r.days)] += n
		}
		return nil
	})
	out := make([]*stage, 0, len(byKey))
	for _, g := range byKey {
		out = append(out, g)
	}
	order := b.clockOrder()
	slices.SortFunc(out, func(x, y *stage) int {
		return cmp.Or(cmp.Compare(place(order, x.clock), place(order, y.clock)), cmp.Compare(x.clock, y.clock), cmp.Compare(x.unit, y.unit))
	})
	return out, err
}

// judged is the part of the one clock in a history.
func (b *builder) judged(pack, text string) (run, error) {
	clocks, err := readHistory(text)
	if err != nil {
		return run{}, err
	}
	return b.runOf(b.s.calendarOf(pack), clocks[0])
}

// clockOrder is the order of the limits in the rulebook.
func (b *builder) clockOrder() (order []string) {
	for _, p := range b.s.packs(b.pack) {
		for _, l := range p.Limits() {
			order = append(order, l.Key)
		}
	}
	return order
}

func (b *builder) clockName(key string) string {
	for _, p := range b.s.packs(b.pack) {
		if l, ok := p.Limit(key); ok {
			return l.Name.In(string(b.lang))
		}
	}
	return key
}

// spread is how often each duration came up.
type spread map[int64]int64

// at is the percentile by nearest rank: the least duration that p percent did not exceed; nil of nothing.
func (s spread) at(p int64) any {
	total, seen := s.total(), int64(0)
	durations := make([]int64, 0, len(s))
	for d := range s {
		durations = append(durations, d)
	}
	if total == 0 {
		return nil
	}
	slices.Sort(durations)
	for _, d := range durations {
		if seen += s[d]; seen*100 >= total*p {
			return d
		}
	}
	return durations[len(durations)-1]
}

// clockItems are the clocks that did something in the period, with the date on which they are due.
func clockItems(state string) func(*builder, context.Context, query, string, func(string, Item) error) error {
	return func(b *builder, ctx context.Context, q query, row string, yield func(string, Item) error) error {
		at := *b
		at.query = q
		s := q.clockHistories(new(sql)).add(" SELECT h.owner, h.reference, h.pack, h.history FROM h WHERE 1 = 1")
		if clock, _, ok := strings.Cut(row, "/"); ok {
			s.add(" AND (h.clock = ? OR h.clock LIKE ?)", clock, clock+"#%")
		}
		q.packed(s, "h.pack").add(" ORDER BY h.owner, h.owner_id, h.clock")
		return q.each(ctx, s, func(scan func(...any) error) error {
			var owner, ref, pack, text string
			if err := scan(&owner, &ref, &pack, &text); err != nil {
				return err
			}
			r, err := at.judged(pack, text)
			if err != nil || !r.is(state) || row != "" && row != r.row() {
				return err
			}
			return yield(r.row(), Item{Kind: owner, Reference: ref, On: r.due})
		})
	}
}
