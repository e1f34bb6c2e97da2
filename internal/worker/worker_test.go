package worker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestOneInstanceAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, c *storetest.Clock) {
		ctx := t.Context()
		a, b := New(db, quiet), New(db, quiet)
		runs := 0
		job := Job{Name: "j", Every: time.Hour, Run: func(ctx context.Context) error { runs++; return nil }}
		nested := job
		nested.Run = func(ctx context.Context) error {
			if ran, err := b.once(ctx, job); ran || err != nil {
				t.Errorf("another instance ran the job meanwhile: %v", err)
			}
			return nil
		}
		if ran, err := a.once(ctx, nested); !ran || err != nil {
			t.Fatal(ran, err)
		}
		if ran, _ := b.once(ctx, job); ran {
			t.Error("ran again before it was due")
		}
		c.Add(54 * time.Minute)
		if ran, err := b.once(ctx, job); !ran || err != nil || runs != 1 {
			t.Errorf("due and not run: %v %v", ran, err)
		}
		c.Add(time.Hour)
		boom := errors.New("boom")
		failing := Job{Name: "j", Every: time.Hour, Run: func(context.Context) error { return boom }}
		if _, err := a.once(ctx, failing); !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		failing.Run = func(context.Context) error { panic("oh") }
		if _, err := a.once(ctx, failing); err == nil {
			t.Error("a panic is no error")
		}
		if ran, _ := b.once(ctx, job); !ran {
			t.Error("a failed job is due at once")
		}
		// A crashed instance keeps its job for the length of the lease.
		c.Add(time.Hour)
		if mine, err := a.lease(ctx, "j", leaseFor); !mine || err != nil {
			t.Fatal(mine, err)
		}
		if ran, _ := b.once(ctx, job); ran {
			t.Error("ran under another's lease")
		}
		c.Add(leaseFor)
		if ran, _ := b.once(ctx, job); !ran {
			t.Error("a lease that ran out still holds")
		}
	})
}

func TestRunDrainsAndComesAgain(t *testing.T) {
	db := storetest.OpenAt(t, storetest.NewClock())
	ctx, cancel := context.WithCancel(t.Context())
	twice, started := make(chan struct{}), make(chan struct{})
	finished, n := false, 0
	w := New(db, quiet,
		Job{Name: "quick", Every: time.Millisecond, Run: func(context.Context) error {
			if n++; n == 2 {
				close(twice)
			}
			panic("every time")
		}},
		Job{Name: "slow", Every: time.Millisecond, Run: func(ctx context.Context) error {
			close(started)
			<-ctx.Done()
			finished = true
			return ctx.Err()
		}})
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	<-started
	<-twice
	cancel()
	<-done
	if !finished {
		t.Error("Run did not wait for the running job")
	}
}
