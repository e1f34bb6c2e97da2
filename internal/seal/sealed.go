package seal

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
)

// Sealed is an encrypted field as it is stored: a key id or format byte, a
// 12-byte nonce, the cipher text and a 16-byte tag. It is a column type rather
// than a gorm serializer, because gorm skips serializers in Updates(map) and
// would store the plain text. It shows its content to nobody; nil is "no value"
// and is stored as NULL.
type Sealed []byte

// minSealed is the overhead of sealing: 1 + 12 + 16 bytes.
const minSealed = 29

const shown = "[sealed]"

// Value stores the bytes, and no value as NULL. It refuses bytes too short to be
// sealed: somebody converted a plain text.
func (s Sealed) Value() (driver.Value, error) {
	if len(s) == 0 {
		return nil, nil
	}
	if len(s) < minSealed {
		return nil, errors.New("store sealed value: the value is not sealed")
	}
	return []byte(s), nil
}

// Scan reads what Value stored. It refuses text: a sealed column that holds
// text was written around this type.
func (s *Sealed) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s = nil
	case []byte:
		if len(v) > 0 && len(v) < minSealed {
			return errors.New("scan sealed value: the column holds something that is not sealed")
		}
		*s = append(Sealed(nil), v...) // the driver reuses v
	default:
		return fmt.Errorf("scan sealed value from %T", v)
	}
	return nil
}

// GormDataType names the column type for gorm's schema parser.
func (Sealed) GormDataType() string { return "bytes" }

// String tells only whether there is a value.
func (s Sealed) String() string {
	if len(s) == 0 {
		return ""
	}
	return shown
}

// GoString is String: %#v must not show more.
func (s Sealed) GoString() string { return s.String() }

// Format is String for every verb, %x too.
func (s Sealed) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// LogValue is String.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON tells only whether there is a value.
func (s Sealed) MarshalJSON() ([]byte, error) {
	if len(s) == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + shown + `"`), nil
}

// UnmarshalJSON refuses: sealed values never come from outside.
func (s *Sealed) UnmarshalJSON([]byte) error {
	return errors.New("sealed values are not read from JSON")
}
