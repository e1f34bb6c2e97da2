package calendar

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Month is a month of a civil year, as reports and rosters use it. The zero Month
// is "no month". Months compare with == and are stored as YYYY-MM text.
type Month struct {
	Year  int
	Month time.Month
}

// ParseMonth reads YYYY-MM. It fails for anything else.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Month{}, fmt.Errorf("parse month %q: want YYYY-MM", s)
	}
	return Month{t.Year(), t.Month()}, nil
}

// MustMonth is ParseMonth for literals in tests and tables; it panics on a mistake.
func MustMonth(s string) Month {
	m, err := ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

// MonthOf returns the month in which d lies.
func MonthOf(d Date) Month { return Month{d.Year(), d.Month()} }

// IsZero reports whether m is "no month".
func (m Month) IsZero() bool { return m == Month{} }

// String is YYYY-MM, or "" for no month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year, m.Month)
}

// Add returns the month n months later (earlier, if n < 0).
func (m Month) Add(n int) Month { return MonthOf(DateOf(m.Year, m.Month+time.Month(n), 1)) }

// Next is the month after m.
func (m Month) Next() Month { return m.Add(1) }

// Prev is the month before m.
func (m Month) Prev() Month { return m.Add(-1) }

// First is the first day of m.
func (m Month) First() Date { return DateOf(m.Year, m.Month, 1) }

// Last is the last day of m.
func (m Month) Last() Date { return DateOf(m.Year, m.Month+1, 0) }

// Contains reports whether d lies in m.
func (m Month) Contains(d Date) bool { return !d.IsZero() && MonthOf(d) == m }

// Compare orders months: negative, 0 or positive.
func (m Month) Compare(o Month) int { return (m.Year-o.Year)*12 + int(m.Month-o.Month) }

// Before reports whether m is earlier than o.
func (m Month) Before(o Month) bool { return m.Compare(o) < 0 }

// After reports whether m is later than o.
func (m Month) After(o Month) bool { return m.Compare(o) > 0 }

// Range returns the instants between which m lies in the zone: start belongs to
// it, end is the first instant that does not.
func (m Month) Range(zone *time.Location) (start, end time.Time) {
	return m.First().Start(zone), m.Next().First().Start(zone)
}

// MarshalText is YYYY-MM; no month is the empty text.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (m *Month) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = Month{}
		return nil
	}
	v, err := ParseMonth(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}

// Value stores a month as text and no month as NULL.
func (m Month) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.String(), nil
}

// Scan reads what Value stored.
func (m *Month) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*m = Month{}
		return nil
	case string:
		return m.UnmarshalText([]byte(v))
	case []byte:
		return m.UnmarshalText(v)
	default:
		return fmt.Errorf("scan month from %T", v)
	}
}

// GormDataType names the column type for gorm's schema parser.
func (Month) GormDataType() string { return "text" }
