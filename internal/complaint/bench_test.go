package complaint_test

import (
	"sync/atomic"
	"testing"

	"dunwatch/internal/access"
)

// BenchmarkFile is a whole filing in process, synced to disk, with many people
// filing at once.
func BenchmarkFile(b *testing.B) {
	o := openSQLite(b)
	f := sample()
	var failed atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := o.File(b.Context(), access.Nobody, f, "web", "", ""); err != nil {
				failed.Add(1)
			}
		}
	})
	if n := failed.Load(); n > 0 {
		b.Fatalf("%d filings failed", n)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "filings/s")
}
