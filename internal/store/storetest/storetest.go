// Package storetest opens real, migrated databases for tests: a SQLite file of
// its own for each test, and a database of a
// throw-away PostgreSQL cluster where its binaries are installed.
package storetest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/store"
)

// Start is the moment at which a test clock begins: a Tuesday, 10:00 in Beijing.
var Start = time.Date(2026, 10, 20, 2, 0, 0, 0, time.UTC)

// Clock is a clock that moves only when a test says so. It is safe for
// concurrent use.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock begins at Start.
func NewClock() *Clock { return &Clock{t: Start} }

// Now is the time shown.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Add moves the clock by d.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// Open returns an empty, migrated SQLite database that closes with the test.
func Open(tb testing.TB) *store.DB {
	tb.Helper()
	return OpenAt(tb, NewClock())
}

// OpenAt is Open with a clock of the test's own.
func OpenAt(tb testing.TB, c *Clock) *store.DB {
	tb.Helper()
	return OpenDir(tb, c, tb.TempDir())
}

// OpenDir opens (again) the SQLite database in dir. It does not wait for the
// disk: no test here survives a loss of power, and those that kill a process
// start the program itself.
func OpenDir(tb testing.TB, c *Clock, dir string) *store.DB {
	tb.Helper()
	fill(tb, dir)
	db, err := store.Open(context.Background(), store.Config{Dir: dir, Now: c.Now, Hasty: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// OpenPostgres returns an empty, migrated PostgreSQL database. Without server
// binaries the test is skipped, or fails under DUNWATCH_TEST_STRICT=1.
func OpenPostgres(tb testing.TB, c *Clock) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), store.Config{URL: postgresURL(tb, true), Now: c.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

// Each runs a test on SQLite and on PostgreSQL.
func Each(t *testing.T, f func(t *testing.T, db *store.DB, c *Clock)) {
	t.Run("sqlite", func(t *testing.T) {
		c := NewClock()
		f(t, OpenAt(t, c), c)
	})
	t.Run("postgres", func(t *testing.T) {
		c := NewClock()
		f(t, OpenPostgres(t, c), c)
	})
}

// SkipOrFail skips a test whose surroundings are missing, and says what to
// install; under DUNWATCH_TEST_STRICT=1 it fails instead.
func SkipOrFail(tb testing.TB, missing string) {
	tb.Helper()
	if os.Getenv("DUNWATCH_TEST_STRICT") == "1" {
		tb.Fatal(missing)
	}
	tb.Skip(missing)
}
