package storetest

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dunwatch/internal/store"
)

// Migrating costs more than most tests do: each test binary migrates one
// database of each kind, and every test begins with a copy of its own.
var template struct {
	sqlite struct {
		once  sync.Once
		bytes []byte
		err   error
	}
	postgres struct {
		once sync.Once
		err  error
	}
}

// migratedName is the PostgreSQL database that tests copy.
const migratedName = "migrated"

// fill puts a migrated database into a folder that has none.
func fill(tb testing.TB, dir string) {
	tb.Helper()
	path := filepath.Join(dir, "dunwatch.db")
	if _, err := os.Stat(path); err == nil {
		return
	}
	t := &template.sqlite
	t.once.Do(func() { t.bytes, t.err = migratedFile() })
	if t.err != nil {
		tb.Fatal(t.err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, t.bytes, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// migratedFile is a closed database: closing the last connection folds the
// write-ahead log into the file.
func migratedFile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dwdb")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(context.Background(), store.Config{Dir: dir, Now: NewClock().Now, Hasty: true})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "dunwatch.db"))
}

// migrated makes the PostgreSQL database that OpenPostgres copies.
func migrated(admin *sql.DB) error {
	t := &template.postgres
	t.once.Do(func() {
		if _, t.err = admin.Exec("CREATE DATABASE " + migratedName); t.err != nil {
			return
		}
		var db *store.DB
		if db, t.err = store.Open(context.Background(), store.Config{URL: clusterURL(migratedName), Now: NewClock().Now}); t.err == nil {
			t.err = db.Close()
		}
	})
	return t.err
}
