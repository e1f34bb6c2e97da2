package main

import (
	"crypto/rand"
	"log/slog"
	"strings"
)

// levelQuiet keeps a chore's terminal free of anything but errors.
const levelQuiet = slog.LevelError

// newPassword makes a password that can be read aloud: 25 letters in groups of
// five, 117 bits.
func newPassword() string {
	s := strings.ToLower(rand.Text())[:25]
	var groups []string
	for i := 0; i < len(s); i += 5 {
		groups = append(groups, s[i:i+5])
	}
	return strings.Join(groups, "-")
}
