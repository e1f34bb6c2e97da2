// Package audittest makes logs with throw-away keys for tests.
package audittest

import (
	"bytes"
	"crypto/rand"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// DigestKey is the digest key of every log that New makes.
var DigestKey = bytes.Repeat([]byte{7}, 32)

// New returns a log on db with a signing key of its own.
func New(tb testing.TB, db *store.DB) *audit.Log {
	tb.Helper()
	skey, _, err := note.GenerateKey(rand.Reader, "dunwatch")
	if err != nil {
		tb.Fatal(err)
	}
	l, err := audit.New(db, DigestKey, skey)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// MustVerify fails the test when the record does not agree with the tables.
func MustVerify(tb testing.TB, l *audit.Log) {
	tb.Helper()
	v, err := l.Verify(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range v.Problems {
		tb.Errorf("audit verify: %s", p)
	}
}
