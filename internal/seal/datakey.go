package seal

import (
	"crypto/cipher"
	"fmt"
	"log/slog"
)

// DataKey seals everything that belongs to one complaint. It is stored wrapped
// by the master key; when the wrapped bytes are destroyed, in the database and
// its backups, nothing it sealed can be read again, while digests over the
// sealed bytes still verify. Safe for concurrent use. It never prints.
type DataKey struct {
	field, blob cipher.AEAD
}

const (
	wrapAAD       = "dunwatch data key"
	formatV1 byte = 1 // first byte of a field sealed by a DataKey
)

// NewDataKey returns a fresh key and its wrapped form, 61 bytes, to be stored
// with the complaint. It fails never with the keys of this package; the error
// is for a key service.
func (k *Keys) NewDataKey() (d *DataKey, wrapped []byte, err error) {
	raw := randomKey()
	return newDataKey(raw), k.wrapRaw(raw), nil
}

func newDataKey(raw []byte) *DataKey {
	return &DataKey{
		field: newAEAD(derive(raw, "dunwatch/field/v1")),
		blob:  newAEAD(derive(raw, "dunwatch/blob/v1")),
	}
}

func (k *Keys) wrapRaw(raw []byte) []byte {
	z := k.ring[0]
	return z.wrap.Seal([]byte{z.id}, nil, raw, []byte(wrapAAD))
}

func (k *Keys) unwrapRaw(wrapped []byte) ([]byte, error) {
	if len(wrapped) == 0 {
		return nil, fmt.Errorf("unwrap data key: %w", ErrForgotten)
	}
	raw, err := k.open(wrapped, []byte(wrapAAD), func(z *zone) cipher.AEAD { return z.wrap })
	if err != nil {
		return nil, fmt.Errorf("unwrap data key: %w", err)
	}
	return raw, nil
}

// Unwrap returns the data key that NewDataKey wrapped. It fails with
// ErrForgotten for empty bytes, ErrNoKey or ErrAltered.
func (k *Keys) Unwrap(wrapped []byte) (*DataKey, error) {
	raw, err := k.unwrapRaw(wrapped)
	if err != nil {
		return nil, err
	}
	return newDataKey(raw), nil
}

// Rewrap moves a data key from an older master key to the current one; what the
// data key sealed stays as it is. changed is false where the current key
// wrapped it already. It fails as Unwrap does.
func (k *Keys) Rewrap(wrapped []byte) (fresh []byte, changed bool, err error) {
	raw, err := k.unwrapRaw(wrapped)
	if err != nil {
		return nil, false, err
	}
	z := k.ring[0]
	if wrapped[0] == z.id {
		if _, err := z.wrap.Open(nil, nil, wrapped[1:], []byte(wrapAAD)); err == nil {
			return wrapped, false, nil
		}
	}
	return k.wrapRaw(raw), true, nil
}

// Seal encrypts a value of the complaint for one field, named as
// "complaint.phone"; it opens only under the same name. The same value seals to
// other bytes each time. The empty string gives a nil Sealed. It fails only
// without a field name.
func (d *DataKey) Seal(field, plain string) (Sealed, error) {
	if err := checkField(field); err != nil {
		return nil, err
	}
	if plain == "" {
		return nil, nil
	}
	return d.field.Seal([]byte{formatV1}, nil, []byte(plain), []byte(field)), nil
}

// Open decrypts what Seal encrypted for the same field. An empty Sealed is "".
// It fails with ErrAltered.
func (d *DataKey) Open(field string, s Sealed) (string, error) {
	if len(s) == 0 {
		return "", nil
	}
	if s[0] != formatV1 {
		return "", fmt.Errorf("open %s: %w", field, ErrAltered)
	}
	plain, err := d.field.Open(nil, nil, s[1:], []byte(field))
	if err != nil {
		return "", fmt.Errorf("open %s: %w", field, ErrAltered)
	}
	return string(plain), nil
}

// Format keeps key material out of every log and error text.
func (d *DataKey) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[data key]") }

// MarshalJSON never shows a key.
func (d *DataKey) MarshalJSON() ([]byte, error) { return []byte(`"[data key]"`), nil }

// LogValue never shows a key.
func (d *DataKey) LogValue() slog.Value { return slog.StringValue("[data key]") }
