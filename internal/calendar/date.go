package calendar

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a day of the civil calendar, without a time of day or a zone: what
// statutes count in. The zero Date is "no date". Dates compare with == and are
// stored as YYYY-MM-DD text, so that they sort the same in Go and in SQL.
type Date struct {
	year  int
	month time.Month
	day   int
}

// DateOf returns the date y-m-d. Out-of-range values are carried over as
// time.Date does: 32 January is 1 February.
func DateOf(y int, m time.Month, d int) Date {
	return OfTime(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// OfTime returns the date that t shows in its own location. Callers choose the
// zone first: t.In(zone).
func OfTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD. It fails for anything else, impossible days too.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("parse date %q: want YYYY-MM-DD", s)
	}
	return OfTime(t), nil
}

// MustDate is ParseDate for literals in tests and tables; it panics on a mistake.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d == Date{} }

// Year, Month and Day are the parts of d.
func (d Date) Year() int         { return d.year }
func (d Date) Month() time.Month { return d.month }
func (d Date) Day() int          { return d.day }

// Weekday is the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the date n calendar days after d (before, if n < 0).
func (d Date) AddDays(n int) Date {
	if to := d.day + n; to >= 1 && to <= 28 && !d.IsZero() { // clocks and surcharges walk day by day
		return Date{d.year, d.month, to}
	}
	return OfTime(d.utc().AddDate(0, 0, n))
}

// AddMonths returns the same day n months later, or the last day of that month
// where it is shorter: statutory months do not spill over.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.year, d.month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(first.Year(), first.Month(), min(d.day, last))
}

// Sub returns the number of calendar days from e to d.
func (d Date) Sub(e Date) int { return int(d.utc().Sub(e.utc()).Hours() / 24) }

// Compare orders dates: -1, 0 or 1. "No date" sorts first.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.year, e.year), cmp.Compare(d.month, e.month), cmp.Compare(d.day, e.day))
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Start is the instant at which d begins in the zone.
func (d Date) Start(zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
}

// String is YYYY-MM-DD, or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalText and UnmarshalText use YYYY-MM-DD; the empty text is no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value stores a date as text and no date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads what Value stored.
func (d *Date) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		*d = OfTime(v)
		return nil
	default:
		return fmt.Errorf("scan date from %T", v)
	}
}

// GormDataType names the column type for gorm's schema parser.
func (Date) GormDataType() string { return "text" }

func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }
