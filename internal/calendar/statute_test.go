package calendar_test

import (
	"testing"
	"time"

	"dunwatch/internal/calendar"
)

// The files of the United States and of England and Wales are recomputed from
// the statutes, so that a slip of the pen in one of 80 dates is noticed.

func TestUnitedStatesFollowsTheStatute(t *testing.T) {
	want := map[calendar.Date]bool{}
	for y := 2024; y <= 2027; y++ {
		for _, day := range []calendar.Date{
			nth(y, time.January, time.Monday, 3), nth(y, time.February, time.Monday, 3), nth(y, time.May, time.Monday, -1),
			nth(y, time.September, time.Monday, 1), nth(y, time.October, time.Monday, 2), nth(y, time.November, time.Thursday, 4),
		} {
			want[day] = true
		}
		for _, day := range []calendar.Date{
			calendar.DateOf(y, 1, 1), calendar.DateOf(y, 6, 19), calendar.DateOf(y, 7, 4),
			calendar.DateOf(y, 11, 11), calendar.DateOf(y, 12, 25), calendar.DateOf(y+1, 1, 1),
		} {
			switch day.Weekday() {
			case time.Saturday:
				day = day.AddDays(-1)
			case time.Sunday:
				day = day.AddDays(1)
			}
			want[day] = true
		}
	}
	checkOff(t, mustLoad(t)["us"], want)
}

func TestEnglandAndWalesFollowsTheAct(t *testing.T) {
	want := map[calendar.Date]bool{}
	for y := 2024; y <= 2027; y++ {
		easter := easterSunday(y)
		for _, day := range []calendar.Date{
			easter.AddDays(-2), easter.AddDays(1),
			nth(y, time.May, time.Monday, 1), nth(y, time.May, time.Monday, -1), nth(y, time.August, time.Monday, -1),
			calendar.DateOf(y, 1, 1), calendar.DateOf(y, 12, 25), calendar.DateOf(y, 12, 26),
		} {
			for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || want[day] {
				day = day.AddDays(1)
			}
			want[day] = true
		}
	}
	checkOff(t, mustLoad(t)["uk"], want)
}

func checkOff(t *testing.T, c *calendar.Calendar, off map[calendar.Date]bool) {
	t.Helper()
	for day := d("2024-01-01"); day.Year() < 2028; day = day.AddDays(1) {
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		if want := !weekend && !off[day]; c.IsWorkday(day) != want {
			t.Errorf("%s %s: worked %v, want %v", c.Code(), day, !want, want)
		}
	}
	for y := 2024; y < 2028; y++ {
		if !c.Announced(y) {
			t.Errorf("%s: %d is not announced", c.Code(), y)
		}
	}
}

// nth is the nth such weekday of the month, the last one for -1.
func nth(year int, month time.Month, day time.Weekday, n int) calendar.Date {
	if n < 0 {
		last := calendar.DateOf(year, month+1, 0)
		return last.AddDays(-(int(last.Weekday()-day) + 7) % 7)
	}
	first := calendar.DateOf(year, month, 1)
	return first.AddDays((int(day-first.Weekday())+7)%7 + 7*(n-1))
}

// easterSunday is Meeus's form of the Gregorian computus.
func easterSunday(y int) calendar.Date {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return calendar.DateOf(y, time.Month(n/31), n%31+1)
}
