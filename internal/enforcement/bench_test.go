package enforcement_test

import (
	"testing"
	"time"

	"dunwatch/internal/store/storetest"
)

// BenchmarkPast opens the comparison and the history of penalties and firms among ten thousand and a hundred thousand decisions
// and states how the cost grows: over_10k is the time beside that among ten thousand of the same run.
func BenchmarkPast(b *testing.B) {
	views := map[string]func(testing.TB, *office, *past, int){
		"similar": func(tb testing.TB, o *office, w *past, i int) {
			_, err := o.Similar(tb.Context(), o.Director, w.penalties[i*7919%len(w.penalties)].ref)
			check(tb, err)
		},
		"history": func(tb testing.TB, o *office, w *past, i int) {
			_, err := o.History(tb.Context(), o.Director, w.firms[1+i*7%(len(w.firms)-1)].code)
			check(tb, err)
		},
	}
	base := map[string]float64{}
	for _, size := range []struct {
		name string
		n    int
	}{{"10k", 10_000}, {"100k", 100_000}} {
		w, clock := newPast(size.n), storetest.NewClock()
		o := withPast(b, storetest.OpenAt(b, clock), clock, w)
		for name, view := range views {
			b.Run(name+"/"+size.name, func(b *testing.B) {
				start := time.Now()
				for i := range b.N {
					view(b, o, w, i)
				}
				each := time.Since(start).Seconds() / float64(b.N)
				if size.n == 10_000 {
					base[name] = each
				}
				b.ReportMetric(each*1000, "ms/view")
				if base[name] > 0 {
					b.ReportMetric(each/base[name], "over_10k")
				}
			})
		}
	}
}
