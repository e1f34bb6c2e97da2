package demo

import (
	"math/rand/v2"
	"slices"
	"time"

	"dunwatch/internal/calendar"
)

const (
	months    = 14  // how long the office has been at work
	ordinary  = 450 // complaints that come one by one
	firstRise = time.August
)

// hotDay is a day on which one thing brought in many complaints.
type hotDay struct {
	before int // days before the last one
	n      int
	lender string
	code   string
}

var hotDays = []hotDay{
	{before: 9, n: 13, lender: "L-QINGLUAN", code: "P06"},
	{before: 38, n: 10, lender: "L-YUNJIAN", code: "T07"},
	{before: 160, n: 9, lender: "L-BAIHU", code: "I03"},
}

// hours are the shares of a day's complaints by hour: people write before work,
// at lunch, and most of all when the children are asleep.
var hours = [24]int{3, 2, 1, 1, 1, 1, 2, 5, 9, 12, 13, 11, 9, 8, 11, 12, 11, 9, 7, 8, 11, 13, 10, 6}

// busyness is the weight of a day: the week, the holidays, and the rise since
// August that the office was set up to answer.
func busyness(cal *calendar.Calendar, d, last calendar.Date) float64 {
	w := 1.0
	switch {
	case cal.IsWorkday(d):
	case d.Weekday() == time.Saturday || d.Weekday() == time.Sunday:
		w = 0.55
	default:
		w = 0.4 // a public holiday
	}
	switch m := d.Month(); {
	case m == time.February:
		w *= 0.6 // the Spring Festival: nobody wants to speak of debts
	case m == time.October && d.Day() <= 8:
		w *= 0.7
	case m == time.March:
		w *= 1.15 // consumer day
	}
	// A new firm's queue grows slowly, and since the last August it grows fast.
	august := calendar.DateOf(last.Year(), firstRise, 1)
	if august.After(last) {
		august = august.AddMonths(-12)
	}
	if n := d.Sub(august); n >= 0 {
		w *= 1.15 + 0.45*float64(min(n, 120))/30
	}
	return w
}

// arrivals are the moments at which complaints come in, in order, up to until.
func arrivals(r *rand.Rand, cal *calendar.Calendar, zone *time.Location, first calendar.Date, until time.Time) []time.Time {
	last := calendar.OfTime(until.In(zone))
	var sums []float64
	total := 0.0
	for d := first; !d.After(last); d = d.AddDays(1) {
		total += busyness(cal, d, last)
		sums = append(sums, total)
	}
	var out []time.Time
	for len(out) < ordinary {
		day, _ := slices.BinarySearch(sums, r.Float64()*total)
		if t := momentOf(r, first.AddDays(min(day, len(sums)-1)), zone); !t.After(until) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// momentOf draws a moment of a day.
func momentOf(r *rand.Rand, d calendar.Date, zone *time.Location) time.Time {
	total := 0
	for _, h := range hours {
		total += h
	}
	n, hour := r.IntN(total), 0
	for n >= hours[hour] {
		n -= hours[hour]
		hour++
	}
	return d.Start(zone).Add(time.Duration(hour)*time.Hour + time.Duration(r.IntN(3600))*time.Second)
}
