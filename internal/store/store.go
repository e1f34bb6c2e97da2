// Package store opens the database and runs transactions. It knows no table of
// the trade: each capability owns its rows in a file named store.go and reaches
// them through Tx.
//
// SQLite (the default) is opened twice: one connection that writes and a pool
// that can only read. Write gathers the writers that wait at the same moment
// into one transaction, each inside its own savepoint, and answers each only
// after the commit has reached the disk: every acknowledged change is durable,
// at the price of one fsync for many. PostgreSQL uses one pool for both and one
// transaction for each writer.
//
// A change to a table of record that no audit entry covers does not commit; see
// Tx.Cover. The package does not promise retries: a command that lost a race
// gets fault.Conflict and its caller decides.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Dialect is the database in use.
type Dialect string

// The two databases the program runs on.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open. The zero value is not useful: Dir or URL
// must be set.
type Config struct {
	Dir string // folder of the SQLite file, made if absent
	URL string // postgres://… ; wins over Dir
	// Now is the clock; nil is time.Now. The demo and the tests set it.
	Now func() time.Time
	// Hasty drops the sync to disk, for seeding a demo that can be seeded again.
	Hasty bool
}

// DB is an open, migrated database.
type DB struct {
	dialect     Dialect
	write, read *gorm.DB
	writeSQL    *sql.DB
	readSQL     *sql.DB
	gather      *gatherer // nil on PostgreSQL
	now         func() time.Time
	path        string
}

// Open opens the database and brings its schema up to date. A database that a
// newer program has migrated is refused.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db, err := Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		db.Close()
		return nil, err
	}
	if err := db.openReader(cfg); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Connect opens the database without touching its schema: for `migrate status`.
// Only Migrate, Status and Close may be called on the result.
func Connect(ctx context.Context, cfg Config) (*DB, error) {
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	if cfg.URL != "" {
		return connectPostgres(ctx, cfg, now)
	}
	return connectSQLite(ctx, cfg, now)
}

func connectPostgres(ctx context.Context, cfg Config, now func() time.Time) (*DB, error) {
	conf, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool := stdlib.OpenDB(*conf, stdlib.OptionAfterConnect(planForMemory))
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), gormConfig())
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(8 * runtime.NumCPU())
	pool.SetMaxIdleConns(8 * runtime.NumCPU())
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	return &DB{dialect: Postgres, write: g, read: g, writeSQL: pool, readSQL: pool, now: now}, nil
}

// planForMemory sets what the server's administrator left as PostgreSQL ships it: a cost of reading here and there that is that of
// a spinning disk, at which whole tables are read for some thousand of their rows, and a compiler that takes longer than most
// queries run. What was set for the server, the database or the role stays.
func planForMemory(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT set_config(s.name, w.value, false) FROM pg_settings s JOIN (VALUES ('random_page_cost', '1.1'), ('jit', 'off')) AS w (name, value)"+
		" ON w.name = s.name WHERE s.source = 'default'")
	if err != nil {
		return fmt.Errorf("set costs: %w", err)
	}
	return nil
}

func connectSQLite(ctx context.Context, cfg Config, now func() time.Time) (*DB, error) {
	if cfg.Dir == "" {
		return nil, fmt.Errorf("open database: neither a folder nor a URL was given")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	path := filepath.Join(cfg.Dir, "dunwatch.db")
	sync := "FULL"
	if cfg.Hasty {
		sync = "OFF"
	}
	// Settings ride in the DSN: a PRAGMA after opening reaches one pooled connection only.
	g, pool, err := openSQLite(path, url.Values{
		"_txlock": {"immediate"}, "_journal_mode": {"WAL"}, "_synchronous": {sync}, "_foreign_keys": {"on"},
		"_busy_timeout": {"10000"}, "_secure_delete": {"on"}, "mode": {"rwc"}, "_cache_size": {"-65536"}, "_stmt_cache_size": {"128"},
	}, 1)
	if err != nil {
		return nil, err
	}
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		pool.Close()
		return nil, fmt.Errorf("protect %s: %w", path, err)
	}
	db := &DB{dialect: SQLite, write: g, writeSQL: pool, now: now, path: path}
	db.gather = newGatherer(db)
	return db, nil
}

// openReader comes after the migration, since the WAL files must exist before a
// read-only connection can share them.
func (db *DB) openReader(cfg Config) error {
	if db.dialect == Postgres {
		return nil
	}
	g, pool, err := openSQLite(db.path, url.Values{
		"_busy_timeout": {"10000"}, "_foreign_keys": {"on"}, "mode": {"ro"}, "_query_only": {"1"}, "_cache_size": {"-32768"}, "_stmt_cache_size": {"128"},
	}, max(4, 2*runtime.NumCPU()))
	if err != nil {
		return err
	}
	db.read, db.readSQL = g, pool
	return nil
}

func openSQLite(path string, q url.Values, conns int) (*gorm.DB, *sql.DB, error) {
	dsn := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String()
	pool, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxLifetime(0)
	g, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), gormConfig())
	if err != nil {
		pool.Close()
		return nil, nil, fmt.Errorf("open %s: %w (a build without cgo cannot use SQLite: install gcc and build with CGO_ENABLED=1)", path, err)
	}
	return g, pool, nil
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard, // SQL carries personal data
		TranslateError:         true,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
	}
}

// Dialect tells which database is in use, for the few statements that differ.
func (db *DB) Dialect() Dialect { return db.dialect }

// Now is the moment a transaction begun now would carry: UTC, whole seconds.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Second) }

// Ready reports whether the database answers and takes writes.
func (db *DB) Ready(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := Next(ctx, tx, "ready")
		return err
	})
}

// Close waits for the writers that were let in, then closes.
func (db *DB) Close() error {
	if db.gather != nil {
		db.gather.stop()
	}
	var err error
	if db.readSQL != nil && db.readSQL != db.writeSQL {
		err = db.readSQL.Close()
	}
	if e := db.writeSQL.Close(); e != nil {
		err = e
	}
	return err
}
