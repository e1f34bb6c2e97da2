// Package worker runs jobs on a schedule, each under a lease in the database, so
// that one instance at a time runs it. It knows no job.
//
// A job's error and panic are logged and the job comes again. What the package
// does not promise: an exact hour, or exactly one run; jobs must bear being run
// twice.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Job is something to do again and again.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Worker runs jobs.
type Worker struct {
	db     *store.DB
	log    *slog.Logger
	jobs   []Job
	holder string
}

// New returns a worker.
func New(db *store.DB, log *slog.Logger, jobs ...Job) *Worker {
	return &Worker{db, log, jobs, seal.NewToken()}
}

const (
	// leaseFor is how long a crashed instance keeps others from its job; a
	// running job renews its lease three times in that span.
	leaseFor = 60 * time.Second
	// lookAgain is how often an instance asks for a job that another holds.
	lookAgain = time.Minute
)

// Run runs the jobs until ctx ends, then waits for those that are running: they
// are told by their own ctx.
func (w *Worker) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, j := range w.jobs {
		wg.Go(func() { w.loop(ctx, j) })
	}
	wg.Wait()
}

func (w *Worker) loop(ctx context.Context, j Job) {
	wait := jitter(min(j.Every, 2*time.Second)) // instances do not all start at once
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = j.Every
		if ran, err := w.once(ctx, j); err != nil && ctx.Err() == nil {
			w.log.Error("job failed", "job", j.Name, "error", err)
			wait = min(j.Every, lookAgain)
		} else if !ran {
			wait = min(j.Every, lookAgain)
		}
		wait = jitter(wait)
	}
}

// jitter is d or up to a tenth less.
func jitter(d time.Duration) time.Duration {
	if d < 10 {
		return d
	}
	return d - time.Duration(rand.Int64N(int64(d/10)))
}

// once runs the job if its lease can be had; false says that it could not. A
// job that succeeded is not due again, for any instance, before Every has
// passed; one that failed, at once.
func (w *Worker) once(ctx context.Context, j Job) (ran bool, err error) {
	mine, err := w.lease(ctx, j.Name, leaseFor)
	if err != nil || !mine {
		return false, err
	}
	began := w.db.Now()
	runCtx, cancel := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		w.renew(runCtx, cancel, j.Name)
	}()
	err = guarded(runCtx, j)
	cancel()
	<-renewed
	next := w.db.Now()
	if due := began.Add(j.Every - j.Every/10); err == nil && due.After(next) {
		next = due
	}
	// The lease is given back even while the program stops, so that another
	// instance need not wait for it to run out.
	if e := w.release(context.WithoutCancel(ctx), j.Name, next, err != nil); err == nil {
		err = e
	}
	return true, err
}

// renew keeps the lease while a job runs, and stops the job when it is lost.
func (w *Worker) renew(ctx context.Context, stop context.CancelFunc, name string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(leaseFor / 3):
		}
		if mine, err := w.lease(ctx, name, leaseFor); ctx.Err() == nil && (err != nil || !mine) {
			w.log.Error("job lost its lease", "job", name, "error", err)
			stop()
			return
		}
	}
}

// guarded turns a panic into an error.
func guarded(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return j.Run(ctx)
}

// lease takes or renews the lease of a job; false when another instance has it
// or the job is not due.
func (w *Worker) lease(ctx context.Context, name string, d time.Duration) (mine bool, err error) {
	err = w.db.Write(ctx, func(tx *store.Tx) error {
		now := tx.Now.Unix()
		n, err := tx.Exec(ctx, `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE leases.until <= ? OR leases.holder = excluded.holder`,
			name, w.holder, tx.Now.Add(d).Unix(), now)
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", name, err)
	}
	return mine, nil
}

// release gives the lease back as of next, to nobody: the job is due then. It notes that the job ran, and how it went.
func (w *Worker) release(ctx context.Context, name string, next time.Time, failed bool) error {
	err := w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE leases SET holder = '', until = ?, ran_at = ?, failed = ? WHERE name = ? AND holder = ?`,
			next.Unix(), tx.Now.Unix(), store.Bool(failed), name, w.holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("release %s: %w", name, err)
	}
	return nil
}

// Run is how a job stands, for those who keep the program running.
type Run struct {
	Name   string
	Held   bool      // an instance has its lease: it runs now, or died while it ran
	RanAt  time.Time // when it last came to its end; zero for never
	Failed bool      // and whether it went wrong then
	Until  time.Time // when the lease ends, or the job is due again
}

// Runs lists the jobs that any instance ever began, by name.
func Runs(ctx context.Context, db *store.DB) ([]Run, error) {
	var out []Run
	err := db.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, "SELECT name, holder, until, ran_at, failed FROM leases ORDER BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r Run
			var holder string
			var until, ran store.Time
			var failed store.Bool
			if err := rows.Scan(&r.Name, &holder, &until, &ran, &failed); err != nil {
				return err
			}
			r.Held, r.Until, r.RanAt, r.Failed = holder != "", until.Time(), ran.Time(), bool(failed)
			out = append(out, r)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return out, nil
}
