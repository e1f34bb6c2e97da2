package deadline

import (
	"fmt"
	"slices"

	"dunwatch/internal/calendar"
)

// Unit is what a limit counts.
type Unit string

// The units of limits.
const (
	Workday Unit = "workday"
	Day     Unit = "day" // calendar days
	Week    Unit = "week"
	Month   Unit = "month"
)

// maxLimit keeps a slip in the rulebook from counting for minutes: ten years of days.
const maxLimit = 3660

// Limit is a statutory period: N units, 1 to 3660. Roll moves an end on a day off
// to the next working day, for the rights of parties (民法典 203); the office's
// own duties and those of firms do not roll.
type Limit struct {
	N    int
	Unit Unit
	Roll bool
}

func (l Limit) valid() bool {
	known := l.Unit == Workday || l.Unit == Day || l.Unit == Week || l.Unit == Month
	return known && l.N >= 1 && l.N <= maxLimit
}

// length is the number of counted days that the limit takes from a day on:
// working days for a Workday limit, calendar days for the others.
func (l Limit) length(from calendar.Date) int {
	switch l.Unit {
	case Week:
		return 7 * l.N
	case Month:
		return from.AddMonths(l.N).Sub(from)
	default:
		return l.N
	}
}

// EventKind is what happened to a clock.
type EventKind string

// The kinds of events. A clock has one start, first; suspend and resume take
// turns; nothing follows a stop.
const (
	Start   EventKind = "start"
	Suspend EventKind = "suspend"
	Resume  EventKind = "resume"
	Extend  EventKind = "extend"
	Stop    EventKind = "stop"
)

// Event is one step in the life of a clock.
type Event struct {
	Kind   EventKind
	On     calendar.Date
	Limit  Limit  // of an Extend; zero for the others
	Reason string // what the order says; the caller demands it
}

// Clock is a limit and what happened since, in order of date; events of one day
// stay in the order in which they happened.
type Clock struct {
	Kind   string // which clock: the rulebook's name of the time limit
	Limit  Limit
	Events []Event
}

// Extensions counts the extensions granted so far, for rules such as "once".
func (c Clock) Extensions() int {
	n := 0
	for _, e := range c.Events {
		if e.Kind == Extend {
			n++
		}
	}
	return n
}

// Add returns the clock with the event appended; c stays as it is. It fails with
// a *HistoryError if the event does not fit the history, and with
// ProblemExpired if a clock is to be suspended or extended after its due date:
// what has ended cannot be lengthened. A Stop after the due date is late, not
// wrong.
func Add(cal *calendar.Calendar, c Clock, e Event) (Clock, error) {
	next := c
	next.Events = append(slices.Clone(c.Events), e)
	if _, err := readHistory(next); err != nil {
		return Clock{}, err
	}
	if e.Kind != Suspend && e.Kind != Extend {
		return next, nil
	}
	before, err := Compute(cal, c)
	if err != nil {
		return Clock{}, err
	}
	if !before.Due.IsZero() && e.On.After(before.Due) {
		return Clock{}, &HistoryError{Index: len(c.Events), Event: e, Problem: ProblemExpired}
	}
	return next, nil
}

// Problem says what is wrong with a history; its text completes a locale key.
type Problem string

// The problems of histories.
const (
	ProblemLimit     Problem = "limit"     // unknown unit, or not 1 to 3660; or a limit on an event that takes none
	ProblemStart     Problem = "start"     // the first event, and only it, must be the start
	ProblemDate      Problem = "date"      // an event without a date
	ProblemOrder     Problem = "order"     // an event before the one that precedes it
	ProblemSuspended Problem = "suspended" // suspend, but suspended already
	ProblemRunning   Problem = "running"   // resume, but not suspended
	ProblemStopped   Problem = "stopped"   // an event after the stop
	ProblemKind      Problem = "kind"      // unknown kind of event
	ProblemExpired   Problem = "expired"   // suspend or extend after the due date
)

var problemText = map[Problem]string{
	ProblemLimit:     "the limit is not valid",
	ProblemStart:     "a clock has one start, and it comes first",
	ProblemDate:      "the event has no date",
	ProblemOrder:     "the event is earlier than the one before it",
	ProblemSuspended: "the clock is suspended already",
	ProblemRunning:   "the clock is not suspended",
	ProblemStopped:   "the clock has stopped",
	ProblemKind:      "unknown kind of event",
	ProblemExpired:   "the clock has run out",
}

// HistoryError is an event that does not fit. Index counts from 0; it is -1 for
// the clock's own limit and for a clock without events.
type HistoryError struct {
	Index   int
	Event   Event
	Problem Problem
}

// Error is for logs; pages build their own sentence from Problem.
func (e *HistoryError) Error() string {
	if e.Index < 0 {
		return "read clock: " + problemText[e.Problem]
	}
	return fmt.Sprintf("read clock: event %d, %s on %s: %s", e.Index, e.Event.Kind, e.Event.On, problemText[e.Problem])
}

// history is a clock's events, checked and sorted by what they do.
type history struct {
	start      calendar.Date
	holds      []hold
	extensions []Limit
	stopped    calendar.Date
}

// hold is a suspension: the days later than after, up to and including until, do
// not count. An open one has no until.
type hold struct{ after, until calendar.Date }

func (h hold) open() bool { return h.until.IsZero() }

// suspended returns the open suspension, if there is one.
func (h history) suspended() (since calendar.Date, ok bool) {
	if n := len(h.holds); n > 0 && h.holds[n-1].open() {
		return h.holds[n-1].after, true
	}
	return calendar.Date{}, false
}

func readHistory(c Clock) (history, error) {
	if !c.Limit.valid() {
		return history{}, &HistoryError{Index: -1, Problem: ProblemLimit}
	}
	if len(c.Events) == 0 {
		return history{}, &HistoryError{Index: -1, Problem: ProblemStart}
	}
	var h history
	for i, e := range c.Events {
		problem := h.fits(i, e)
		if problem == "" && i > 0 && e.On.Before(c.Events[i-1].On) {
			problem = ProblemOrder
		}
		if problem != "" {
			return history{}, &HistoryError{Index: i, Event: e, Problem: problem}
		}
		switch e.Kind {
		case Start:
			h.start = e.On
		case Suspend:
			h.holds = append(h.holds, hold{after: e.On})
		case Resume:
			h.holds[len(h.holds)-1].until = e.On
		case Extend:
			h.extensions = append(h.extensions, e.Limit)
		case Stop:
			h.stopped = e.On
		}
	}
	return h, nil
}

// fits names what keeps the event from following h, "" if nothing does.
func (h history) fits(i int, e Event) Problem {
	_, suspended := h.suspended()
	switch {
	case e.On.IsZero():
		return ProblemDate
	case (e.Kind == Start) != (i == 0):
		return ProblemStart
	case !h.stopped.IsZero():
		return ProblemStopped
	case e.Kind == Extend && !e.Limit.valid(), e.Kind != Extend && e.Limit != Limit{}:
		return ProblemLimit
	}
	switch e.Kind {
	case Suspend:
		if suspended {
			return ProblemSuspended
		}
	case Resume:
		if !suspended {
			return ProblemRunning
		}
	case Start, Extend, Stop:
	default:
		return ProblemKind
	}
	return ""
}
