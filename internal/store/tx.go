package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/fault"
)

// Tx is one transaction and the single moment it happens at.
type Tx struct {
	DB      *gorm.DB  // for files named store.go; use gorm.G[row](tx.DB)
	Now     time.Time // UTC, whole seconds
	Dialect Dialect

	written   []Written // rows of record changed and not yet covered by an audit entry
	committed []func()
}

// Written names a row of a table of record that this transaction inserted or
// changed. Values is set for an insert, whose columns are all known; a changed
// row is read back when it is covered.
type Written struct {
	Table  string
	ID     int64
	Values []Column
}

// Cover hands over the rows written since the last call. Only audit calls it,
// when it appends the entry that vouches for them; what nobody has covered by
// the end of Write keeps the transaction from committing.
func (tx *Tx) Cover() []Written {
	w := tx.written
	tx.written = nil
	return w
}

// AfterCommit runs f once the change is durable, for waking a worker. f must
// not write and must not fail.
func (tx *Tx) AfterCommit(f func()) { tx.committed = append(tx.committed, f) }

// Write runs fn in a transaction and commits if fn returns nil; the answer
// comes after the commit reached the disk. fn must not call Write or Read (it
// holds the only writer) and must do nothing slow: encrypt, hash and read files
// before. A panic in fn is an error of this writer alone.
//
// It fails with what fn returned, or fault.Unavailable where the database
// refused.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.gather != nil {
		return db.gather.do(ctx, fn)
	}
	return db.writeAlone(ctx, fn)
}

func (db *DB) writeAlone(ctx context.Context, fn func(*Tx) error) error {
	sqlTx, err := db.writeSQL.BeginTx(ctx, nil)
	if err != nil {
		return unavailable("begin", err)
	}
	tx := db.newTx(db.write, sqlTx)
	if err := tx.run(fn); err != nil {
		if rerr := sqlTx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			return errors.Join(err, rerr)
		}
		return translate(err)
	}
	if err := sqlTx.Commit(); err != nil {
		return unavailable("commit", err)
	}
	tx.done()
	return nil
}

// Read runs fn in a transaction that sees one moment and cannot write.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	opt := &sql.TxOptions{ReadOnly: true}
	if db.dialect == Postgres {
		opt.Isolation = sql.LevelRepeatableRead
	}
	sqlTx, err := db.readSQL.BeginTx(ctx, opt)
	if err != nil {
		return unavailable("begin read", err)
	}
	defer sqlTx.Rollback()
	return translate(fn(db.newTx(db.read, sqlTx)))
}

func (db *DB) newTx(g *gorm.DB, pool gorm.ConnPool) *Tx {
	// The context makes gorm copy the statement: without one, sessions share that of
	// g, and a reader would run its queries in the transaction of another.
	s := g.Session(&gorm.Session{NewDB: true, Context: context.Background()})
	s.Statement.ConnPool = pool
	return &Tx{DB: s, Now: db.Now(), Dialect: db.dialect}
}

// run calls fn, turns a panic into an error, and refuses uncovered changes.
func (tx *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in transaction: %v", p)
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if len(tx.written) > 0 {
		return fmt.Errorf("row %s/%d was changed without an audit entry", tx.written[0].Table, tx.written[0].ID)
	}
	return nil
}

func (tx *Tx) done() {
	for _, f := range tx.committed {
		f()
	}
}

// translate gives the kinds that every capability wants to the errors of gorm
// and leaves the others alone.
func translate(err error) error {
	var f *fault.Error
	switch {
	case err == nil, errors.As(err, &f):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fault.Wrap(err, fault.NotFound, "fault.not_found")
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return fault.Wrap(err, fault.Conflict, "fault.duplicate")
	default:
		return err
	}
}

func unavailable(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", op, err)
	}
	f := fault.Wrap(fmt.Errorf("%s: %w", op, err), fault.Unavailable, "fault.unavailable")
	f.RetryAfter = 5
	return f
}
