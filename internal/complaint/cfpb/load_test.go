package cfpb

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The heap must not grow with the file, and a quote that is never closed must
// not make it.
func TestMemoryIsFlat(t *testing.T) {
	const n = 200_000
	from, to := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(to, 64<<10)
		writeSample(w, n/2)
		io.WriteString(w, "2020-01-01,\"never closed\n")
		body := &headless{w: w}
		writeSample(body, n/2)
		w.Flush()
		to.Close()
	}()
	r, err := NewReader(from, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var first, most uint64
	rows, lost := 0, 0
	for {
		c, j, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if j != nil {
			lost++
			continue
		}
		rows++
		if rows%20_000 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if first == 0 {
				first = m.HeapAlloc
			}
			most = max(most, m.HeapAlloc)
		}
		runtime.KeepAlive(c)
	}
	if rows != n || lost != 1 {
		t.Errorf("%d rows, %d rejects", rows, lost)
	}
	if most > first+(4<<20) {
		t.Errorf("heap grew from %d to %d bytes", first, most)
	}
}

// headless drops the header that writeSample writes cell by cell.
type headless struct {
	w    io.Writer
	past bool
}

func (h *headless) Write(p []byte) (int, error) {
	if !h.past {
		h.past = bytes.HasSuffix(p, []byte("\n"))
		return len(p), nil
	}
	return h.w.Write(p)
}

// Every line opens a quote anew: the reader must not read the rest of the file
// for each.
func TestManyBrokenQuotesTakeLinearTime(t *testing.T) {
	text := sample(1) + strings.Repeat("x,\"y\n", 200_000) + strings.SplitAfterN(sample(1), "\n", 2)[1]
	start := time.Now()
	rows, rejects, err := read(strings.NewReader(text), Options{})
	if err != nil || len(rows) != 2 || len(rejects) != 1 || rejects[0].LastLine != 200_002 {
		t.Errorf("%v, %d rows, %d rejects", err, len(rows), len(rejects))
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %s", d)
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"eighteen.csv", "eighteen_spreadsheet.csv", "sixteen.csv", "twelve.csv", "broken.csv"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewReader(bytes.NewReader(text), Options{Company: "X"})
		if err != nil {
			return
		}
		last, lines := 0, bytes.Count(text, []byte("\n"))+1
		out := NewRejectWriter(io.Discard)
		for {
			c, j, err := r.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			line := c.Line
			if j != nil {
				line = j.Line
				if j.LastLine < j.Line || j.LastLine > lines {
					t.Fatalf("lines %d to %d of %d", j.Line, j.LastLine, lines)
				}
				if err := out.Write(j); err != nil {
					t.Fatal(err)
				}
			} else {
				id, ok := canonicalID(c.ID)
				if !ok || id != c.ID || c.Received.IsZero() || c.Product == "" || c.Company == "" {
					t.Fatalf("no complaint: %+v", c)
				}
				if d := c.Diff(&c); len(d) > 0 {
					t.Fatalf("differs from itself: %v", d)
				}
			}
			if line <= last || line > lines {
				t.Fatalf("line %d after %d of %d", line, last, lines)
			}
			last = line
			if j != nil {
				last = j.LastLine
			}
		}
	})
}

// BenchmarkReader reports rows a second, and the time as a multiple of what
// encoding/csv takes to split the same text and do nothing with it.
func BenchmarkReader(b *testing.B) {
	const n = 20_000
	text := sample(n)
	var ours, theirs time.Duration
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		start := time.Now()
		if rows := count(b, text); rows != n {
			b.Fatalf("%d rows", rows)
		}
		ours += time.Since(start)
		start = time.Now()
		r := csv.NewReader(strings.NewReader(text))
		for {
			if _, err := r.Read(); err != nil {
				break
			}
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(n*b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "x_encoding/csv")
}

// count reads all rows and keeps none.
func count(tb testing.TB, text string) (rows int) {
	tb.Helper()
	r, err := NewReader(strings.NewReader(text), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for {
		_, j, err := r.Next()
		if err == io.EOF {
			return rows
		}
		if err != nil || j != nil {
			tb.Fatal(err, j)
		}
		rows++
	}
}
