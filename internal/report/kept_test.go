package report_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// A large office's report is counted once for some minutes, says up to when it counts, and is never shown older than that or on
// another day; an office of the usual size is counted for each who asks.
func TestKept(t *testing.T) {
	start := time.Date(2026, 10, 20, 23, 30, 0, 0, beijing)
	clock := storetest.NewClock()
	clock.Set(start)
	db := storetest.OpenAt(t, clock)
	newWorld(60, start).insert(t, db)
	d := newDesk(t, db)
	october := report.MonthPeriod(calendar.MustMonth("2026-10"))
	id := int64(10_000)
	file := func() {
		id++
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			x := &inserter{tx: tx, nextID: 100 * id}
			x.complaint(&seedComplaint{id: id, ref: fmt.Sprint("C-", id), pack: "cn", source: "web", status: "received", receivedAt: clock.Now()})
			return x.err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ask := func() *report.Report {
		r, err := d.Whole(context.Background(), supervisor, october, "", locale.ZH)
		if err != nil {
			t.Fatal(err)
		}
		points, err := d.Trend(context.Background(), supervisor, october.From, 3)
		if err != nil {
			t.Fatal(err)
		}
		if n := points[2].Received; n != r.Headline.Received {
			t.Errorf("the trend has %d, the report %d", n, r.Headline.Received)
		}
		return r
	}
	first := ask().Headline.Received
	file()
	if n := ask().Headline.Received; n != first+1 {
		t.Fatalf("usual size: %d received, want %d", n, first+1)
	}
	d.KeepFrom(1)
	for _, step := range []struct {
		what    string
		wait    time.Duration
		freshen bool
		want    int64 // more than at first
	}{
		{"the first who asks has it counted", 0, false, 2},
		{"kept", 9 * time.Minute, false, 2},
		{"too old", 2 * time.Minute, false, 4},
		{"young enough to freshen later", 3 * time.Minute, true, 4},
		{"freshened", 2 * time.Minute, true, 6},
		{"kept before midnight", 8 * time.Minute, false, 6},
		{"of the day before", 7 * time.Minute, false, 8},
	} {
		clock.Add(step.wait)
		file()
		if step.freshen {
			if err := d.Freshen(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		r := ask()
		if got := r.Headline.Received - first; got != step.want {
			t.Errorf("%s: %d more, want %d", step.what, got, step.want)
		}
	}
	clock.Add(11 * time.Minute)
	file()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if n := ask().Headline.Received - first; n != 9 {
				t.Errorf("asked at once: %d more, want 9", n)
			}
		})
	}
	all.Wait()
	if _, err := d.Whole(context.Background(), access.Actor{Role: access.Public}, october, "", locale.ZH); err == nil {
		t.Error("somebody who may read no report was shown the kept one")
	}
}
