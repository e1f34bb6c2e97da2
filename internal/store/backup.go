package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// Backup writes a consistent copy of the database into dir while others go on
// working, and returns the file's name. On PostgreSQL it runs pg_dump, which
// must be installed.
func (db *DB) Backup(ctx context.Context, dir, databaseURL string) (string, error) {
	if db.dialect == Postgres {
		file := filepath.Join(dir, "dunwatch.dump")
		out, err := exec.CommandContext(ctx, "pg_dump", "--format=custom", "--file="+file, databaseURL).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("pg_dump (Debian: apt-get install postgresql-client): %w: %s", err, out)
		}
		return file, syncFile(file)
	}
	file := filepath.Join(dir, "dunwatch.db")
	// A connection of its own: VACUUM INTO reads one snapshot and must not hold
	// up the writer.
	_, pool, err := openSQLite(db.path, url.Values{"mode": {"ro"}, "_busy_timeout": {"10000"}}, 1)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return "", fmt.Errorf("copy database to %s: %w", file, err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		return "", err
	}
	return file, syncFile(file)
}

// RestorePostgres loads a dump that Backup made into an empty database.
func RestorePostgres(ctx context.Context, file, databaseURL string) error {
	out, err := exec.CommandContext(ctx, "pg_restore", "--no-owner", "--exit-on-error", "--dbname="+databaseURL, file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_restore (Debian: apt-get install postgresql-client): %w: %s", err, out)
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
