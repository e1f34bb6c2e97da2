package contactlog

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// millionRows writes a log of a million calls over some eighteen years of storms
// and returns its name.
func millionRows(b *testing.B, rows int, way string) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "million.csv")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "起始时间,通信地点,通信方式,对方号码,通信时长,通信类型,通话状态")
	at := time.Date(2008, 1, 1, 0, 0, 0, 0, Beijing)
	for i := range rows {
		at = at.Add(time.Duration(i*7919%1140) * time.Second)
		state, length := "接通", i%300
		if i%3 == 0 {
			state, length = "未接听", 0
		}
		fmt.Fprintf(w, "%s,上海,%s,0086%d,%02d:%02d:%02d,国内被叫,%s\n", at.Format("2006-01-02 15:04:05"), way, 13800000000+i%5000, length/3600, length/60%60, length%60, state)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return name
}

// readAll reads a file, and adds its contacts to c if there is one.
func readAll(b *testing.B, name string, opt Options, c *Checker) int {
	s, err := openFile(b, name, opt)
	if err != nil {
		b.Fatal(err)
	}
	var k Contact
	n := 0
	for s.Next(&k) == nil {
		n++
		if c != nil {
			if err := c.Add(&k); err != nil {
				b.Fatal(err)
			}
		}
	}
	return n
}

// peakOf runs f and returns the largest heap that was seen meanwhile.
func peakOf(f func()) uint64 {
	runtime.GC()
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				done <- most
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	f()
	close(stop)
	return <-done
}

// BenchmarkMillion reads a log of a million rows, alone and with the checks, and
// states both rates, their ratio, and the largest heap. A dialler's export has
// five thousand debtors; in a storm all million calls are to one, and most of
// them are hits.
func BenchmarkMillion(b *testing.B) {
	const rows = 1_000_000
	rules := pack(b, "cn")
	for kind, opt := range map[string]Options{"dialler": {Firm: true}, "storm": {}} {
		b.Run(kind, func(b *testing.B) {
			name := millionRows(b, rows, map[string]string{"dialler": "主叫", "storm": "被叫"}[kind])
			check := func() (hits int) {
				c, err := NewChecker(Terms{Pack: rules})
				if err != nil {
					b.Fatal(err)
				}
				readAll(b, name, opt, c)
				c.Hits(func(Hit) bool { hits++; return true })
				return hits
			}
			var alone, both time.Duration
			hits := 0
			for b.Loop() {
				start := time.Now()
				if n := readAll(b, name, opt, nil); n != rows {
					b.Fatalf("%d rows", n)
				}
				alone += time.Since(start)
				start = time.Now()
				hits = check()
				both += time.Since(start)
			}
			n := float64(rows * b.N)
			b.ReportMetric(n/alone.Seconds(), "rows-parsed/s")
			b.ReportMetric(n/both.Seconds(), "rows-checked/s")
			b.ReportMetric(alone.Seconds()/both.Seconds(), "of-parsing")
			b.ReportMetric(float64(peakOf(func() { check() }))/(1<<20), "peak-MB")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}
