// Package seal keeps personal data unreadable for whoever holds only the
// database: field encryption, keyed indexes for exact search, masks for the
// screen, encrypted streams for evidence, and the secrets that are handed to
// people. It is pure but for its keys: nothing here knows a table or a clock.
//
// What it does not promise: the length of a sealed field shows; a blind index
// shows which rows hold equal values; whoever has the master key and the
// database reads everything; and Go cannot promise to wipe keys from memory.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
)

// KeySize is the length of a master key and of a data key, in bytes.
const KeySize = 32

// Failures of opening. None of them carries a value or a key.
var (
	// ErrForgotten says that the data key was destroyed: the person is forgotten.
	ErrForgotten = errors.New("seal: the data key was destroyed")
	// ErrNoKey says that the data was sealed under a master key that is not loaded.
	ErrNoKey = errors.New("seal: sealed under a master key that is not loaded")
	// ErrAltered says that sealed bytes do not open: altered, cut, moved to
	// another field, or sealed under another key.
	ErrAltered = errors.New("seal: sealed data does not open")
)

// Keys is the ring of master keys: the current one, which seals, and older ones,
// which still open what was sealed before the key was changed. Safe for
// concurrent use. It never prints.
type Keys struct {
	ring    []*zone // current first
	source  string
	created bool
}

// zone holds what is derived from one master key: one key per purpose, so that
// no purpose can be played against another.
type zone struct {
	id          byte // first byte of everything sealed here
	fingerprint string
	wrap, seal  cipher.AEAD
	blind       []byte
	code        []byte
	rows        []byte
}

// New returns the keys derived from master, which must be KeySize random bytes;
// older masters only open. Programs use LoadOrCreate.
func New(master []byte, older ...[]byte) (*Keys, error) {
	k := &Keys{source: "memory"}
	for _, m := range append([][]byte{master}, older...) {
		z, err := newZone(m)
		if err != nil {
			return nil, err
		}
		if !k.has(z.fingerprint) {
			k.ring = append(k.ring, z)
		}
	}
	return k, nil
}

func newZone(master []byte) (*zone, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("master key: %d bytes, want %d", len(master), KeySize)
	}
	print := derive(master, "dunwatch/fingerprint/v1")
	z := &zone{
		id:          print[0],
		fingerprint: hex.EncodeToString(print[:8]),
		blind:       derive(master, "dunwatch/blind-index/v1"),
		code:        derive(master, "dunwatch/access-code/v1"),
		rows:        derive(master, "dunwatch/row-digest/v1"),
	}
	z.wrap = newAEAD(derive(master, "dunwatch/wrap/v1"))
	z.seal = newAEAD(derive(master, "dunwatch/seal/v1"))
	return z, nil
}

// derive makes the key for one purpose (HKDF, RFC 5869).
func derive(secret []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, nil, purpose, KeySize)
	if err != nil {
		panic("seal: hkdf: " + err.Error()) // only for lengths over 8160 bytes
	}
	return k
}

// newAEAD is AES-256-GCM that draws and prepends its own nonce. Random nonces
// are sound for 2^32 messages a key: far more than one complaint, and more
// complaints than there are people.
func newAEAD(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("seal: aes: " + err.Error()) // only for wrong key lengths
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic("seal: gcm: " + err.Error()) // only for blocks that are not AES
	}
	return a
}

func (k *Keys) has(fingerprint string) bool {
	for _, z := range k.ring {
		if z.fingerprint == fingerprint {
			return true
		}
	}
	return false
}

// Source says where the current key came from: the environment variable's name
// or the file's path. For the log and `doctor`.
func (k *Keys) Source() string { return k.source }

// Created reports whether the key was made by this start, so that the operator
// can be told to keep a copy away from the backups of the data.
func (k *Keys) Created() bool { return k.created }

// Fingerprint names the current master key without revealing it: 16 hex digits.
// A database or a backup that notes it can say which key it needs.
func (k *Keys) Fingerprint() string { return k.ring[0].fingerprint }

// Holds reports whether the ring holds the master key of that fingerprint.
func (k *Keys) Holds(fingerprint string) bool { return k.has(fingerprint) }

// RowDigestKey is the 32-byte key with which audit digests the rows of record.
func (k *Keys) RowDigestKey() []byte { return append([]byte(nil), k.ring[0].rows...) }

// RowDigestKeys are the digest keys of the whole ring, the current one first:
// entries written before a change of key are verified under an older one.
func (k *Keys) RowDigestKeys() [][]byte {
	var keys [][]byte
	for _, z := range k.ring {
		keys = append(keys, append([]byte(nil), z.rows...))
	}
	return keys
}

// Blind is the keyed index of a value: 16 bytes that are equal for equal values
// of the same kind ("phone", "id_number") and say nothing without the key. The
// caller normalises first (package ident). Empty in, nil out.
func (k *Keys) Blind(kind, normalised string) []byte {
	return k.ring[0].blindIndex(kind, normalised)
}

// Blinds is Blind under every key of the ring, for `WHERE col IN ?` while rows
// from before a change of key remain. Empty in, nil out.
func (k *Keys) Blinds(kind, normalised string) [][]byte {
	if normalised == "" {
		return nil
	}
	var all [][]byte
	for _, z := range k.ring {
		all = append(all, z.blindIndex(kind, normalised))
	}
	return all
}

// blindIndex is HMAC-SHA256 cut to 128 bits: long enough that two values never
// meet, short enough for an index. The NUL keeps kind and value apart.
func (z *zone) blindIndex(kind, normalised string) []byte {
	if normalised == "" {
		return nil
	}
	return mac(z.blind, kind+"\x00"+normalised)[:16]
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

// Seal encrypts a value that belongs to no complaint, such as a firm user's
// phone or a TOTP secret. field names its place and is checked by Open: use
// "table.column" and, where swapping two rows would matter, the row too
// ("account.totp/42"). The empty string gives a nil Sealed. It fails only
// without a field name.
func (k *Keys) Seal(field, plain string) (Sealed, error) {
	if err := checkField(field); err != nil {
		return nil, err
	}
	if plain == "" {
		return nil, nil
	}
	z := k.ring[0]
	return z.seal.Seal([]byte{z.id}, nil, []byte(plain), []byte(field)), nil
}

// Open decrypts what Seal encrypted for the same field. An empty Sealed is "".
// It fails with ErrNoKey or ErrAltered.
func (k *Keys) Open(field string, s Sealed) (string, error) {
	if len(s) == 0 {
		return "", nil
	}
	plain, err := k.open(s, []byte(field), func(z *zone) cipher.AEAD { return z.seal })
	if err != nil {
		return "", fmt.Errorf("open %s: %w", field, err)
	}
	return string(plain), nil
}

// open tries each master key whose id the bytes name: ids are one byte derived
// from the key, so two keys of a ring may share one.
func (k *Keys) open(b, aad []byte, of func(*zone) cipher.AEAD) ([]byte, error) {
	err := ErrNoKey
	for _, z := range k.ring {
		if z.id != b[0] {
			continue
		}
		plain, openErr := of(z).Open(nil, nil, b[1:], aad)
		if openErr == nil {
			return plain, nil
		}
		err = ErrAltered
	}
	return nil, err
}

var errNoField = errors.New("seal: no field name")

func checkField(field string) error {
	if field == "" {
		return errNoField
	}
	return nil
}

func randomKey() []byte {
	b := make([]byte, KeySize)
	rand.Read(b) // never fails (Go 1.24)
	return b
}

// Format keeps key material out of every log and error text.
func (k *Keys) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[keys]") }

// MarshalJSON never shows a key.
func (k *Keys) MarshalJSON() ([]byte, error) { return []byte(`"[keys]"`), nil }

// LogValue never shows a key.
func (k *Keys) LogValue() slog.Value { return slog.StringValue("[keys]") }
