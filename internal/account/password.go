package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"dunwatch/internal/fault"
)

// The rules follow NIST SP 800-63B-4: length, a block list and nothing about
// kinds of characters, counted in code points after NFKC. 12 lies between its 15
// for a password alone and 8 beside a second factor.
const (
	minPassword = 12
	maxPassword = 128
)

// checkPassword adds to f what is wrong with a new password.
func checkPassword(f *fault.Fields, password, email, name string) {
	p := strings.ToLower(norm.NFKC.String(password))
	n := utf8.RuneCountInString(p)
	switch {
	case n < minPassword:
		f.Add("password", "account.password.short", minPassword)
	case n > maxPassword:
		f.Add("password", "account.password.long", maxPassword)
	case common(p):
		f.Add("password", "account.password.common")
	case personal(p, email, name):
		f.Add("password", "account.password.personal")
	}
}

// commonStems are what the commonest passwords are made of; what remains beside
// them must be long enough by itself.
var commonStems = []string{
	"password", "passw0rd", "p@ssw0rd", "p@ssword", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "1qaz2wsx", "1q2w3e4r", "qazwsx",
	"administrator", "admin", "welcome", "letmein", "iloveyou", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "changeme",
	"secret", "abc123", "woaini", "5201314", "1314520", "1314", "520", "mima", "abcdefghijklmnopqrstuvwxyz", "abcdef", "dunwatch", "test", "demo", "user", "guest", "login", "root",
	"01234567890", "1234567890", "0987654321", "123456789", "987654321", "12345678", "1234567", "123456", "654321", "12345", "1234", "123", "888888", "666666",
}

// common reports whether little is left of p once the common parts are gone, or
// whether it has few different characters.
func common(p string) bool {
	different := map[rune]bool{}
	for _, r := range p {
		different[r] = true
	}
	if len(different) < 5 {
		return true
	}
	rest := p
	for _, s := range commonStems {
		rest = strings.ReplaceAll(rest, s, "")
	}
	return utf8.RuneCountInString(rest) < 5 && rest != p
}

func personal(p, email, name string) bool {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, own := range append(strings.Fields(strings.ToLower(norm.NFKC.String(name))), local) {
		if utf8.RuneCountInString(own) >= 3 && strings.Contains(p, own) {
			return true
		}
	}
	return false
}

// hash waits its turn and hashes a password.
func (s *Service) hash(ctx context.Context, password string) (h string, err error) {
	err = s.inTurn(ctx, func() error { h = hashPassword(password, s.cost); return nil })
	return h, err
}

// inTurn bounds the memory that hashing takes: whoever waits too long is told to
// come again. Unavailable.
func (s *Service) inTurn(ctx context.Context, f func() error) error {
	patience := time.NewTimer(15 * time.Second)
	defer patience.Stop()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
		return f()
	case <-ctx.Done():
		return ctx.Err()
	case <-patience.C:
		e := fault.New(fault.Unavailable, "fault.unavailable")
		e.RetryAfter = 10
		return e
	}
}

// hashPassword is Argon2id in the PHC string form.
func hashPassword(password string, c Cost) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails (Go 1.24)
	key := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, c.Time, c.MemoryKiB, 1, 32)
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", c.MemoryKiB, c.Time,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// verifyPassword reports whether password is that of the hash, and whether the
// hash was made at another cost than c. A hash it cannot read fits nothing.
func verifyPassword(password, hash string, c Cost) (ok, old bool) {
	var m, t uint32
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != "v=19" {
		return false, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &m, &t); err != nil || m > 1<<20 || t < 1 || t > 100 {
		return false, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != 32 {
		return false, false
	}
	got := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, t, m, 1, 32)
	return subtle.ConstantTimeCompare(got, want) == 1, Cost{m, t} != c
}
