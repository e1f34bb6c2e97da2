package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// gatherer is SQLite's single writer. Callers queue; it takes whoever waits
// into one transaction, each in a savepoint, commits once, and answers all.
type gatherer struct {
	db    *DB
	queue chan *pending

	mu      sync.RWMutex // guards closed against sends
	closed  bool
	stopped chan struct{}
}

// pending is one waiting writer. taken decides between the committer, which
// will answer, and a caller that gave up while still queued.
type pending struct {
	ctx   context.Context
	fn    func(*Tx) error
	taken atomic.Bool
	done  chan error
}

// maxGather bounds how long the first of a batch waits for the rest.
const maxGather = 128

func newGatherer(db *DB) *gatherer {
	g := &gatherer{db: db, queue: make(chan *pending, 1024), stopped: make(chan struct{})}
	go g.loop()
	return g
}

func (g *gatherer) do(ctx context.Context, fn func(*Tx) error) error {
	p := &pending{ctx: ctx, fn: fn, done: make(chan error, 1)}
	if err := g.enqueue(ctx, p); err != nil {
		return err
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		if p.taken.CompareAndSwap(false, true) {
			return ctx.Err() // still queued: nothing was done
		}
		return <-p.done // already running: the answer must be the truth
	}
}

func (g *gatherer) enqueue(ctx context.Context, p *pending) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return unavailable("write", errors.New("the database is closing"))
	}
	select {
	case g.queue <- p:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gatherer) stop() {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return
	}
	g.closed = true
	close(g.queue)
	g.mu.Unlock()
	<-g.stopped
}

func (g *gatherer) loop() {
	defer close(g.stopped)
	for first := range g.queue {
		g.batch(first)
	}
}

// answer is a writer that has run and waits for the commit. One that failed
// waits too: what it ran into ("already there", "somebody was first") may be the
// change of a neighbour, which is not true before it is committed.
type answer struct {
	p   *pending
	tx  *Tx
	err error
}

func (g *gatherer) batch(first *pending) {
	// The transaction outlives any one caller, so no caller's context governs it.
	sqlTx, err := g.db.writeSQL.BeginTx(context.Background(), nil)
	if err != nil {
		if first.taken.CompareAndSwap(false, true) {
			first.done <- unavailable("begin", err)
		}
		return
	}
	var ran []answer
	broken := g.one(sqlTx, first, &ran)
gather:
	for n := 1; n < maxGather && broken == nil; n++ {
		select {
		case p, ok := <-g.queue:
			if !ok {
				break gather
			}
			broken = g.one(sqlTx, p, &ran)
		default:
			break gather
		}
	}
	if broken == nil {
		if err := sqlTx.Commit(); err != nil {
			broken = err
		}
	}
	if broken != nil {
		sqlTx.Rollback()
	}
	for _, a := range ran {
		if broken != nil {
			a.p.done <- unavailable("commit", broken)
			continue
		}
		if a.err == nil {
			a.tx.done()
		}
		a.p.done <- a.err
	}
}

// one runs a writer inside its savepoint. It returns an error only when the
// whole transaction is lost.
func (g *gatherer) one(sqlTx *sql.Tx, p *pending, ran *[]answer) error {
	if !p.taken.CompareAndSwap(false, true) {
		return nil // the caller went away while queued
	}
	ctx := context.Background()
	if _, err := sqlTx.ExecContext(ctx, "SAVEPOINT w"); err != nil {
		p.done <- unavailable("savepoint", err)
		return err
	}
	tx := g.db.newTx(g.db.write, detached{sqlTx})
	err := tx.run(p.fn)
	if err == nil {
		if _, rerr := sqlTx.ExecContext(ctx, "RELEASE w"); rerr != nil {
			p.done <- unavailable("release", rerr)
			return rerr
		}
		*ran = append(*ran, answer{p: p, tx: tx})
		return nil
	}
	if _, rerr := sqlTx.ExecContext(ctx, "ROLLBACK TO w; RELEASE w"); rerr != nil {
		// SQLite itself gave the transaction up (disk full, I/O error).
		p.done <- unavailable("write", errors.Join(err, rerr))
		return fmt.Errorf("a gathered writer lost the transaction: %w", rerr)
	}
	*ran = append(*ran, answer{p: p, err: translate(err)})
	return nil
}

// detached runs statements without the caller's cancellation: an interrupted
// statement makes SQLite roll back the whole transaction, and with it the
// changes of everybody else in the batch.
type detached struct{ tx *sql.Tx }

var _ gorm.ConnPool = detached{}

func (d detached) PrepareContext(ctx context.Context, q string) (*sql.Stmt, error) {
	return d.tx.PrepareContext(context.WithoutCancel(ctx), q)
}

func (d detached) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	return d.tx.ExecContext(context.WithoutCancel(ctx), q, args...)
}

func (d detached) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return d.tx.QueryContext(context.WithoutCancel(ctx), q, args...)
}

func (d detached) QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row {
	return d.tx.QueryRowContext(context.WithoutCancel(ctx), q, args...)
}
