package deadline

import "dunwatch/internal/calendar"

// Phase is where a clock stands.
type Phase string

// The phases of clocks.
const (
	Running   Phase = "running"
	Suspended Phase = "suspended"
	Stopped   Phase = "stopped"
)

// State is what a clock's events amount to.
type State struct {
	Phase    Phase
	Started  calendar.Date
	Original calendar.Date // due date without suspensions and extensions
	// Due is the last day on which the act is in time. It is no date while an open
	// suspension holds it back, so that nothing can be overdue by it; a due date
	// that had come by the day of the suspension stays.
	Due calendar.Date
	// Earliest is Due, or, while Due is held back, what it would be had the clock
	// been resumed on the day of its suspension: it can only become later.
	Earliest calendar.Date
	// Provisional: Due (or Earliest) leans on a year whose holidays are not
	// announced.
	Provisional    bool
	SuspendedSince calendar.Date // of a suspension that was not resumed, even if the clock stopped in it
	StoppedOn      calendar.Date
	InTime         *bool // nil until stopped; true if stopped on or before Due, or while Due was held back
}

// Overdue reports whether today is past the due date of a clock that nobody has
// stopped. The due day itself is in time until its end.
func (s State) Overdue(today calendar.Date) bool {
	return s.Phase != Stopped && !s.Due.IsZero() && today.After(s.Due)
}

// Compute returns where the clock stands after its last event. It fails with a
// *HistoryError if the events do not make a history. It does not judge whether
// an extension came too late, since an imported calendar must not turn a recorded
// history into an error: Add judges when the event happens.
func Compute(cal *calendar.Calendar, c Clock) (State, error) {
	h, err := readHistory(c)
	if err != nil {
		return State{}, err
	}
	s := State{Phase: Running, Started: h.start, StoppedOn: h.stopped}
	s.Original = run(cal, nil, h.start, c.Limit).end
	p := h.due(cal, c.Limit, h.holds)
	s.Due, s.Earliest, s.Provisional = p.end, p.end, p.provisional
	if since, ok := h.suspended(); ok {
		s.Phase, s.SuspendedSince = Suspended, since
		if p.held {
			p = h.due(cal, c.Limit, h.holds[:len(h.holds)-1])
			s.Due, s.Earliest, s.Provisional = calendar.Date{}, p.end, p.provisional
		}
	}
	if !h.stopped.IsZero() {
		inTime := s.Due.IsZero() || !h.stopped.After(s.Due)
		s.Phase, s.InTime = Stopped, &inTime
	}
	return s, nil
}

// Cap checks the extensions of a clock against a total: "60 days in all". latest
// is the last due date that the total allows, counted from the same start with
// the same suspensions; within is false if the clock's due date is later. While a
// suspension is open both are compared as if it had ended at once. It fails as
// Compute does, and for a total that is no limit.
func Cap(cal *calendar.Calendar, c Clock, total Limit) (latest calendar.Date, within bool, err error) {
	s, err := Compute(cal, c)
	if err != nil {
		return calendar.Date{}, false, err
	}
	whole := Clock{Kind: c.Kind, Limit: total}
	for _, e := range c.Events {
		if e.Kind != Extend {
			whole.Events = append(whole.Events, e)
		}
	}
	w, err := Compute(cal, whole)
	if err != nil {
		return calendar.Date{}, false, err
	}
	return w.Earliest, !s.Earliest.After(w.Earliest), nil
}

// Left is what a badge shows. Before and on the due day it is the working days
// after today up to and including that day, in Workday, whatever the clock
// counts; past it, minus the calendar days since, in Day. A suspended clock shows
// what was left when it was suspended, a stopped one what was left when it stopped.
func Left(cal *calendar.Calendar, s State, today calendar.Date) (int, Unit) {
	due, day := s.Due, today
	if s.Phase == Stopped {
		day = s.StoppedOn
	}
	if due.IsZero() {
		due, day = s.Earliest, s.SuspendedSince
	}
	if day.After(due) {
		return -day.Sub(due), Day
	}
	return cal.Workdays(day, due), Workday
}

// period is where a limit ends. held: an open suspension keeps it from ending.
type period struct {
	end         calendar.Date
	provisional bool
	held        bool
}

// due runs the limit and then each extension from the end of the one before.
func (h history) due(cal *calendar.Calendar, limit Limit, holds []hold) period {
	p := run(cal, holds, h.start, limit)
	for _, l := range h.extensions {
		if p.held {
			break
		}
		leaned := p.provisional
		p = run(cal, holds, p.end, l)
		p.provisional = p.provisional || leaned
	}
	return p
}

// run counts the limit from a day on, which is not counted, in legs between the
// suspensions.
func run(cal *calendar.Calendar, holds []hold, from calendar.Date, l Limit) period {
	day, left := from, l.length(from)
	p := period{}
	for _, h := range holds {
		if !h.open() && !h.until.After(day) {
			continue // over before this leg began
		}
		if h.after.After(day) {
			n := count(cal, l.Unit, day, h.after)
			if left <= n {
				break
			}
			left -= n
			p.provisional = p.provisional || l.Unit == Workday && leans(cal, day.AddDays(1), h.after)
		}
		if h.open() {
			return period{held: true}
		}
		day = h.until
	}
	if l.Unit == Workday {
		end, provisional := cal.AddWorkdays(day, left)
		p.end, p.provisional = end, p.provisional || provisional
	} else {
		p.end = day.AddDays(left)
	}
	if l.Roll {
		p.roll(cal, holds)
	}
	return p
}

// roll moves the end to the first working day that is not suspended.
func (p *period) roll(cal *calendar.Calendar, holds []hold) {
	end, provisional := cal.RollForward(p.end)
	p.provisional = p.provisional || provisional
	for _, h := range holds {
		if !end.After(h.after) || !h.open() && end.After(h.until) {
			continue
		}
		if h.open() {
			*p = period{held: true}
			return
		}
		end, provisional = cal.RollForward(h.until.AddDays(1))
		p.provisional = p.provisional || provisional
	}
	p.end = end
}

func count(cal *calendar.Calendar, unit Unit, from, to calendar.Date) int {
	if unit == Workday {
		return cal.Workdays(from, to)
	}
	return to.Sub(from)
}

func leans(cal *calendar.Calendar, first, last calendar.Date) bool {
	for y := first.Year(); y <= last.Year(); y++ {
		if !cal.Announced(y) {
			return true
		}
	}
	return false
}
