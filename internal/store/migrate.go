package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"dunwatch/migrations"
)

// Migration is one numbered change of the schema.
type Migration struct {
	Version int64
	Name    string
	Applied bool
}

// Migrate brings the schema up to date, forward only. Several instances may
// start at once on PostgreSQL: one migrates, the others wait.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	if err := db.refuseNewer(ctx, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Status lists every migration, oldest first.
func (db *DB) Status(ctx context.Context) ([]Migration, error) {
	p, err := db.provider()
	if err != nil {
		return nil, err
	}
	st, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	var out []Migration
	for _, s := range st {
		out = append(out, Migration{s.Source.Version, s.Source.Path, s.State == goose.StateApplied})
	}
	return out, nil
}

// refuseNewer keeps an old program off a schema that a newer one has changed:
// it would write rows the newer rules do not expect.
func (db *DB) refuseNewer(ctx context.Context, p *goose.Provider) error {
	at, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	src := p.ListSources()
	if len(src) > 0 && at > src[len(src)-1].Version {
		return fmt.Errorf("the database has schema %d, this program knows %d: start the newer program", at, src[len(src)-1].Version)
	}
	return nil
}

func (db *DB) provider() (*goose.Provider, error) {
	dir, dialect := "sqlite", database.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithLogger(goose.NopLogger())}
	if db.dialect == Postgres {
		dir, dialect = "postgres", database.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations.FS, dir)
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(dialect, db.writeSQL, files, opts...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, fmt.Errorf("no migrations are built in: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}
