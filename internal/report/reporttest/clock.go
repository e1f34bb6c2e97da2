package reporttest

import (
	"strings"

	"dunwatch/internal/calendar"
)

// judged is a clock as its events up to a day have it, counted with a finger on a wall calendar.
type judged struct {
	started, due, stopped string
	row                   string // clock and unit
	days                  int    // counted until it stopped
}

// days of a clock's history: from start, when it stood still.
type walk struct {
	cal    *calendar.Calendar
	events []Event
}

// held says whether a day is taken out by a suspension, and whether by one that nobody ended.
func (w walk) held(day string) (held, forever bool) {
	since := ""
	for _, e := range w.events {
		switch e.Kind {
		case "suspend":
			since = e.On
		case "resume":
			if day > since && day <= e.On {
				return true, false
			}
			since = ""
		}
	}
	return since != "" && day > since, since != "" && day > since
}

// end is the last day of a limit that begins after from; "" while a suspension holds it.
func (w walk) end(from string, e Event) string {
	need := e.N
	switch e.Unit {
	case "week":
		need = 7 * e.N
	case "month":
		need = calendar.MustDate(from).AddMonths(e.N).Sub(calendar.MustDate(from))
	}
	day := calendar.MustDate(from)
	for need > 0 {
		day = day.AddDays(1)
		held, forever := w.held(day.String())
		if forever {
			return ""
		}
		if !held && (e.Unit != "workday" || w.cal.IsWorkday(day)) {
			need--
		}
	}
	for e.Roll {
		held, forever := w.held(day.String())
		if forever {
			return ""
		}
		if !held && w.cal.IsWorkday(day) {
			break
		}
		day = day.AddDays(1)
	}
	return day.String()
}

// judge reads a clock's events before a day.
func judge(cal *calendar.Calendar, c *Clock, before string) judged {
	var j judged
	w := walk{cal: cal}
	for _, e := range c.Events {
		if e.On < before {
			w.events = append(w.events, e)
		}
	}
	if len(w.events) == 0 {
		return j
	}
	kind, _, _ := strings.Cut(c.Kind, "#") // rounds are one stage
	unit := "day"
	if w.events[0].Unit == "workday" {
		unit = "workday"
	}
	j.row, j.started = kind+"/"+unit, w.events[0].On
	j.due = w.end(j.started, w.events[0])
	for _, e := range w.events {
		if e.Kind == "extend" && j.due != "" {
			j.due = w.end(j.due, e)
		}
		if e.Kind == "stop" {
			j.stopped = e.On
		}
	}
	if j.stopped == "" {
		return j
	}
	for day := calendar.MustDate(j.started).AddDays(1); day.String() <= j.stopped; day = day.AddDays(1) {
		if held, _ := w.held(day.String()); !held && (unit == "day" || cal.IsWorkday(day)) {
			j.days++
		}
	}
	return j
}

// did says whether something happened to a clock on a day that lies in the period, before a day.
func (c *Clock) did(kind string, in func(string) bool) bool {
	for _, e := range c.Events {
		if e.Kind == kind && in(e.On) {
			return true
		}
	}
	return false
}
