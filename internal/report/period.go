package report

import (
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
)

// Period is what a report is about: a month, a quarter, half a year or a year. Periods compare with ==.
type Period struct {
	From   calendar.Month
	Months int // 1, 3, 6 or 12
}

// MonthPeriod is the period of one month.
func MonthPeriod(m calendar.Month) Period { return Period{m, 1} }

// ParsePeriod reads 2026-10, 2026-Q4, 2026-H2 or 2026. It fails for anything else.
func ParsePeriod(s string) (Period, error) {
	year, part, _ := strings.Cut(s, "-")
	if len(year) != 4 {
		return Period{}, fmt.Errorf("parse period %q: want 2026-10, 2026-Q4, 2026-H2 or 2026", s)
	}
	first, months := "01", 12
	switch part {
	case "":
		if len(s) != 4 {
			return Period{}, fmt.Errorf("parse period %q: want 2026-10, 2026-Q4, 2026-H2 or 2026", s)
		}
	case "Q1", "Q2", "Q3", "Q4":
		first, months = fmt.Sprintf("%02d", 3*int(part[1]-'1')+1), 3
	case "H1", "H2":
		first, months = fmt.Sprintf("%02d", 6*int(part[1]-'1')+1), 6
	default:
		first, months = part, 1
	}
	m, err := calendar.ParseMonth(year + "-" + first)
	if err != nil {
		return Period{}, fmt.Errorf("parse period %q: want 2026-10, 2026-Q4, 2026-H2 or 2026", s)
	}
	return Period{m, months}, nil
}

// String is the form that ParsePeriod reads; "" for no period.
func (p Period) String() string {
	n := int(p.From.Month)
	switch p.Months {
	case 3:
		return fmt.Sprintf("%04d-Q%d", p.From.Year, (n+2)/3)
	case 6:
		return fmt.Sprintf("%04d-H%d", p.From.Year, (n+5)/6)
	case 12:
		return fmt.Sprintf("%04d", p.From.Year)
	default:
		return p.From.String()
	}
}

// The kinds of periods.
const (
	KindMonth   = "month"
	KindQuarter = "quarter"
	KindHalf    = "half"
	KindYear    = "year"
)

// Kind is month, quarter, half or year.
func (p Period) Kind() string {
	switch p.Months {
	case 3:
		return KindQuarter
	case 6:
		return KindHalf
	case 12:
		return KindYear
	default:
		return KindMonth
	}
}

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p.Months == 0 || p.From.IsZero() }

// First is the first day, End the first day after it.
func (p Period) First() calendar.Date { return p.From.First() }

// End is the first day after the period.
func (p Period) End() calendar.Date { return p.From.Add(p.Months).First() }

// Last is the last month of it.
func (p Period) Last() calendar.Month { return p.From.Add(p.Months - 1) }

// Prev is the period of the same length before it.
func (p Period) Prev() Period { return Period{p.From.Add(-p.Months), p.Months} }

// Next is the period of the same length after it.
func (p Period) Next() Period { return Period{p.From.Add(p.Months), p.Months} }

// YearBefore is the same period of the year before.
func (p Period) YearBefore() Period { return Period{p.From.Add(-12), p.Months} }

// Contains reports whether a day lies in it.
func (p Period) Contains(d calendar.Date) bool {
	return !d.IsZero() && !d.Before(p.First()) && d.Before(p.End())
}

// Range returns the first instant of the period in a zone, and the first after it.
func (p Period) Range(zone *time.Location) (start, end time.Time) {
	return p.First().Start(zone), p.End().Start(zone)
}

// Over reports whether the period has ended at an instant.
func (p Period) Over(now time.Time, zone *time.Location) bool {
	_, end := p.Range(zone)
	return !now.Before(end)
}

// Name is how people call it: 2026年10月, 2026年第四季度, 2026年下半年, 2026年.
func (p Period) Name(words *locale.Catalog, lang locale.Lang) string {
	n := int(p.From.Month)
	switch p.Kind() {
	case KindQuarter:
		return words.T(lang, fmt.Sprintf("report.period.q%d", (n+2)/3), p.From.Year)
	case KindHalf:
		return words.T(lang, fmt.Sprintf("report.period.h%d", (n+5)/6), p.From.Year)
	case KindYear:
		return words.T(lang, "report.period.year", p.From.Year)
	default:
		return locale.Month(lang, p.From.Year, p.From.Month)
	}
}

// MarshalText is String.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePeriod.
func (p *Period) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePeriod(string(b))
	return err
}
