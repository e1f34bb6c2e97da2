package report_test

import (
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/report"
)

// oracle counts the world by loops, for one period and pack.
type oracle struct {
	w      *world
	month  string // 2026-09: the first
	pack   string // "" all
	cals   map[string]*calendar.Calendar
	months int
}

// back is the oracle of the period n of its own length earlier.
func (o oracle) back(n int) oracle {
	t, _ := time.Parse("2006-01", o.month)
	o.month = t.AddDate(0, -n*o.months, 0).Format("2006-01")
	return o
}

// yearBack is that of the same period a year before.
func (o oracle) yearBack() oracle {
	t, _ := time.Parse("2006-01", o.month)
	o.month = t.AddDate(0, -12, 0).Format("2006-01")
	return o
}

func (o oracle) in(day string) bool { return day >= o.month+"-01" && day < o.end() }

// lately is whether a day lies in the months up to the end of the period.
func (o oracle) lately(day string, months int) bool {
	t, _ := time.Parse(time.DateOnly, o.end())
	return day >= t.AddDate(0, -months, 0).Format(time.DateOnly) && day < o.end()
}

func (o oracle) at(t time.Time) bool { return !t.IsZero() && o.in(dayOf(t)) }

func (o oracle) each(f func(*seedComplaint)) {
	for _, c := range o.w.complaints {
		if o.pack == "" || o.pack == c.pack {
			f(c)
		}
	}
}

// end is the first day after the month, asOf the day on which lateness is asked.
func (o oracle) end() string {
	t, _ := time.Parse("2006-01", o.month)
	return t.AddDate(0, o.months, 0).Format(time.DateOnly)
}

func (o oracle) asOf() string { return min(o.end(), dayOf(now)) }

func (o oracle) received(match func(*seedComplaint) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if o.at(c.receivedAt) && match(c) {
			n++
		}
	})
	return n
}

func (o oracle) cases(match func(*seedComplaint, *seedCase) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase != nil && match(c, c.theCase) {
			n++
		}
	})
	return n
}

func (o oracle) findings(match func(*seedComplaint, *seedFinding) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase == nil {
			return
		}
		for _, f := range c.theCase.findings {
			if f.supersededBy == 0 && o.in(f.foundOn) && match(c, f) {
				n++
			}
		}
	})
	return n
}

func (o oracle) penalties(match func(*seedComplaint, *seedPenalty) bool) (n, fen int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase == nil {
			return
		}
		for _, p := range c.theCase.penalties {
			if o.in(p.issuedOn) && !p.annulled && match(c, p) {
				n, fen = n+1, fen+p.fine+p.seized
			}
		}
	})
	return n, fen
}

func isUpheld(f *seedFinding) bool {
	return f.outcome == "substantiated" || f.outcome == "partially_substantiated"
}

func (o oracle) isOpen(c *seedComplaint) bool {
	return !c.auto && dayOf(c.receivedAt) < o.end() && (c.endedAt.IsZero() || dayOf(c.endedAt) >= o.end())
}

func (o oracle) isOverdue(c *seedComplaint) bool {
	for _, k := range c.clocks {
		if k.kind == "complaint.accept" || strings.HasPrefix(k.kind, "firm.answer") {
			if s := o.judge(k); s.due != "" && s.stopped == "" && o.asOf() > s.due {
				return true
			}
		}
	}
	return false
}

// judged is a clock as it stood at the cut-off.
type judged struct {
	started, due, stopped string
	days                  int // that it took until it stopped
}

// judge walks day by day from the start.
func (o oracle) judge(k *seedClock) (s judged) {
	type span struct{ after, until string }
	var holds []span
	left := k.n
	for _, e := range k.events {
		switch {
		case e.on >= o.end():
		case e.kind == "start":
			s.started = e.on
		case e.kind == "suspend":
			holds = append(holds, span{e.on, "9999"})
		case e.kind == "resume":
			holds[len(holds)-1].until = e.on
		case e.kind == "extend":
			left += e.n
		case e.kind == "stop":
			s.stopped = e.on
		}
	}
	if s.started == "" {
		return judged{}
	}
	counts := func(day time.Time) bool {
		on := day.Format(time.DateOnly)
		for _, h := range holds {
			if on > h.after && on <= h.until {
				return false
			}
		}
		return k.unit == "day" || o.cals[k.complaint.pack].IsWorkday(calendar.MustDate(on))
	}
	day, _ := time.Parse(time.DateOnly, s.started)
	for i := 0; i < 1000 && (left > 0 || day.Format(time.DateOnly) < s.stopped); i++ {
		day = day.AddDate(0, 0, 1)
		on := day.Format(time.DateOnly)
		if !counts(day) {
			continue
		}
		if on <= s.stopped {
			s.days++
		}
		if left--; left == 0 {
			s.due = on
		}
	}
	return s
}

func (o oracle) headline() report.Headline {
	var h report.Headline
	h.Received = o.received(func(*seedComplaint) bool { return true })
	h.Accepted = o.cases(func(_ *seedComplaint, k *seedCase) bool { return o.in(k.openedOn) })
	h.Closed = o.cases(func(_ *seedComplaint, k *seedCase) bool { return o.in(k.closedOn) })
	o.each(func(c *seedComplaint) {
		if o.isOpen(c) {
			h.Open++
			if o.isOverdue(c) {
				h.Overdue++
			}
		}
	})
	h.FindingsSubstantiated = o.findings(func(_ *seedComplaint, f *seedFinding) bool { return isUpheld(f) })
	h.PenaltiesIssued, h.PenaltyAmountFen = o.penalties(func(*seedComplaint, *seedPenalty) bool { return true })
	return h
}
