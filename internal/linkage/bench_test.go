package linkage_test

import (
	"context"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/casework/caseworktest"
)

// BenchmarkPlanted compares a hundred thousand invented complaints (DUNWATCH_BENCH_COMPLAINTS for another number) and prints
// how much of what was planted is found, and how much of what is found was planted:
//
//	go test ./internal/linkage -run - -bench Planted -benchtime 1x -timeout 1h
func BenchmarkPlanted(b *testing.B) {
	n := 100_000
	if s := os.Getenv("DUNWATCH_BENCH_COMPLAINTS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		caseworktest.Check(b, err)
	}
	for b.Loop() {
		b.StopTimer()
		o := openSQLite(b)
		p := plant(n, 2)
		first := p.store(b, o)
		b.StartTimer()
		start := time.Now()
		done, err := o.Index(b.Context())
		caseworktest.Check(b, err)
		took := time.Since(start)
		b.StopTimer()
		if done != n {
			b.Fatalf("%d of %d were compared", done, n)
		}
		clusters, links := p.clusters(b, o, first), p.links(b, o, 400)
		b.ReportMetric(float64(n)/took.Seconds(), "complaints/s")
		b.ReportMetric(clusters.precision(), "cluster-precision")
		b.ReportMetric(clusters.recall(), "cluster-recall")
		b.ReportMetric(links.precision(), "link-precision")
		b.ReportMetric(links.recall(), "link-recall")
		start = time.Now()
		p.links(b, o, 200)
		b.ReportMetric(float64(time.Since(start).Microseconds())/200/1000, "ms/overview")
		b.StartTimer()
	}
}

// BenchmarkIntakeBeside files complaints as fast as they go, in turns with and without the job beside, and prints the ratio of
// the two rates: 0.90 or more keeps the promise that intake is slowed by less than a tenth.
//
//	go test ./internal/linkage -run - -bench IntakeBeside -benchtime 1x
func BenchmarkIntakeBeside(b *testing.B) {
	const rounds, lasting, filers = 6, 2 * time.Second, 16
	for b.Loop() {
		o := openSQLite(b)
		var alone, beside float64
		file := func(with bool) float64 {
			ctx, stop := context.WithTimeout(b.Context(), lasting)
			defer stop()
			var filed atomic.Int64
			var wg sync.WaitGroup
			for range filers {
				wg.Go(func() {
					f := o.Filing()
					for i := 0; ctx.Err() == nil; i++ {
						f.Narrative = string((&planted{r: newRand(uint64(i))}).story())
						if _, err := o.Complaints.File(ctx, access.Nobody, f, "web", "", ""); err == nil {
							filed.Add(1)
						}
					}
				})
			}
			if with {
				wg.Go(func() {
					for ctx.Err() == nil {
						if _, err := o.Run(ctx); err != nil && ctx.Err() == nil {
							b.Error(err)
						}
						select {
						case <-ctx.Done():
						case <-time.After(time.Second):
						}
					}
				})
			}
			wg.Wait()
			return float64(filed.Load()) / lasting.Seconds()
		}
		file(false) // warm
		for range rounds {
			alone += file(false) / rounds
			beside += file(true) / rounds
		}
		b.ReportMetric(alone, "alone/s")
		b.ReportMetric(beside, "beside/s")
		b.ReportMetric(beside/alone, "ratio")
	}
}
