// Package lawtest gives tests what is built in: the policy, the rulebook, the
// words and the calendars. Reading them costs more than most tests do, and
// nothing changes the first three, so a test binary reads those once.
package lawtest

import (
	"io/fs"
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/policies"
	"dunwatch/web"
)

var (
	policy = sync.OnceValues(func() (*access.Policy, error) { return access.Load(policies.FS) })
	words  = sync.OnceValues(func() (*locale.Catalog, error) { return locale.Load(web.FS) })
	book   = sync.OnceValues(func() (*rulebook.Book, error) {
		rules, err := fs.Sub(policies.FS, "rulebook")
		if err != nil {
			return nil, err
		}
		return rulebook.Load(rules)
	})
)

// Policy is who may do what.
func Policy(tb testing.TB) *access.Policy { tb.Helper(); return must(tb, policy) }

// Words are the catalogue of both languages.
func Words(tb testing.TB) *locale.Catalog { tb.Helper(); return must(tb, words) }

// Book is the rulebook of every pack.
func Book(tb testing.TB) *rulebook.Book { tb.Helper(); return must(tb, book) }

// Calendars are the test's own: an import changes them.
func Calendars(tb testing.TB) map[string]*calendar.Calendar {
	tb.Helper()
	return must(tb, func() (map[string]*calendar.Calendar, error) { return calendar.Load(policies.FS) })
}

func must[T any](tb testing.TB, read func() (T, error)) T {
	tb.Helper()
	v, err := read()
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
