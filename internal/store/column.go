package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is an instant as it is stored: whole seconds since 1970 in UTC, NULL for
// none. Integers sort the same on both databases and in every zone, which text
// with an offset does not.
type Time int64

// At stores t; the zero time is none.
func At(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.Unix())
}

// Time is the instant in UTC; the zero time where there is none.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(int64(t), 0).UTC()
}

// Value stores seconds, or NULL.
func (t Time) Value() (driver.Value, error) {
	if t == 0 {
		return nil, nil
	}
	return int64(t), nil
}

// Scan reads what Value stored.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*t = 0
	case int64:
		*t = Time(v)
	default:
		return fmt.Errorf("scan time from %T", v)
	}
	return nil
}

// Bool is stored as 0 or 1 on both databases.
type Bool bool

// Value stores 0 or 1.
func (b Bool) Value() (driver.Value, error) {
	if b {
		return int64(1), nil
	}
	return int64(0), nil
}

// Scan reads what Value stored.
func (b *Bool) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*b = false
	case int64:
		*b = v != 0
	case bool:
		*b = Bool(v)
	default:
		return fmt.Errorf("scan bool from %T", v)
	}
	return nil
}

// ID is a reference to another row; 0 is none and stored as NULL.
type ID int64

// Value stores the id, or NULL.
func (i ID) Value() (driver.Value, error) {
	if i == 0 {
		return nil, nil
	}
	return int64(i), nil
}

// Scan reads what Value stored.
func (i *ID) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*i = 0
	case int64:
		*i = ID(v)
	default:
		return fmt.Errorf("scan id from %T", v)
	}
	return nil
}
