package httpd

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver, without the store around it

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// BenchmarkFiling files complaints over HTTP on loopback, whole server, full
// durability, and holds the rate against what this machine can do at best at
// the same moment: one synced write at a time, and one prepared insert a
// transaction into SQLite with the same settings.
func BenchmarkFiling(b *testing.B) {
	for _, conns := range []int{1, 64} {
		b.Run(fmt.Sprintf("connections=%d", conns), func(b *testing.B) {
			s := newSite(b)
			syncs, inserts := syncRate(b), insertRate(b)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns, MaxConnsPerHost: conns}}
			body, err := json.Marshal(filing())
			s.ok(err)
			var failed atomic.Int64
			b.ResetTimer()
			start := time.Now()
			workers(conns, b.N, func(int) {
				r, err := client.Post(s.url+apiRoot+"/complaints", "application/json", bytes.NewReader(body))
				if err != nil {
					failed.Add(1)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				if r.StatusCode != http.StatusCreated {
					failed.Add(1)
				}
			})
			rate := float64(b.N) / time.Since(start).Seconds()
			b.StopTimer()
			if n := failed.Load(); n > 0 {
				b.Fatalf("%d filings failed", n)
			}
			if n := s.count("SELECT COUNT(*) FROM complaints"); n != int64(b.N) {
				b.Fatalf("%d complaints stored, want %d", n, b.N)
			}
			b.ReportMetric(rate, "filings/s")
			b.ReportMetric(syncs, "fdatasync/s")
			b.ReportMetric(inserts, "rawinserts/s")
			b.ReportMetric(rate/syncs, "x_fdatasync")
			b.ReportMetric(rate/inserts, "x_rawinsert")
		})
	}
}

// workers runs n calls of f on so many goroutines.
func workers(count, n int, f func(int)) {
	next := make(chan int)
	done := make(chan struct{})
	for range count {
		go func() {
			for i := range next {
				f(i)
			}
			done <- struct{}{}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	for range count {
		<-done
	}
}

// syncRate is how many appended pages a second this disk makes durable, one
// after the other.
func syncRate(tb testing.TB) float64 {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.TempDir(), "sync"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	n, start := 0, time.Now()
	for ; time.Since(start) < 500*time.Millisecond; n++ {
		if _, err := f.Write(page); err != nil {
			tb.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			tb.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

// insertRate is how many rows a second the driver alone inserts, prepared, each
// in a transaction of its own, into a WAL with synchronous=FULL.
func insertRate(tb testing.TB) float64 {
	tb.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(tb.TempDir(), "raw.db")+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, c INTEGER NOT NULL) STRICT"); err != nil {
		tb.Fatal(err)
	}
	st, err := db.Prepare("INSERT INTO t (a, b, c) VALUES (?, ?, ?)")
	if err != nil {
		tb.Fatal(err)
	}
	defer st.Close()
	text := filing().Narrative
	n, start := 0, time.Now()
	for ; time.Since(start) < 500*time.Millisecond; n++ {
		if _, err := st.Exec(text, text, n); err != nil {
			tb.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

// BenchmarkQueuePage reads the first page of the queue as a supervisor, as JSON
// and as the page, with many open cases.
func BenchmarkQueuePage(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		if n > 10_000 && testing.Short() {
			continue
		}
		// Read only below: what it takes to make the cases durable is not measured.
		clock := storetest.NewClock()
		db, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: clock.Now, Hasty: true})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { db.Close() })
		s := newSiteAt(b, clock, db)
		s.manyCases(b, n)
		token := s.token("supervisor")
		browser := s.signIn("supervisor")
		b.Run(fmt.Sprintf("cases=%d/json", n), func(b *testing.B) {
			for b.Loop() {
				status, _ := s.send(s.apiRequest(context.Background(), "GET", "/cases?limit=50", token, nil))
				if status != 200 {
					b.Fatal(status)
				}
			}
		})
		b.Run(fmt.Sprintf("cases=%d/html", n), func(b *testing.B) {
			for b.Loop() {
				if p := browser.get("/queue"); p.status != 200 {
					b.Fatal(p.status)
				}
			}
		})
	}
}

// manyCases files and accepts n complaints through the services, many at once.
func (s *site) manyCases(tb testing.TB, n int) {
	tb.Helper()
	by := s.as("supervisor")
	var failed atomic.Pointer[error]
	workers(128, n, func(i int) {
		if failed.Load() != nil {
			return
		}
		if err := s.oneCase(by, i); err != nil {
			failed.CompareAndSwap(nil, &err)
		}
	})
	if err := failed.Load(); err != nil {
		tb.Fatal(*err)
	}
}

func (s *site) oneCase(by access.Actor, i int) error {
	ctx := context.Background()
	f, err := s.Complaints.File(ctx, access.Nobody, filing(), "web", "", "")
	if err != nil {
		return err
	}
	var k *casework.Case
	if _, k, err = s.Cases.Accept(ctx, by, f.Complaint.Reference, f.Complaint.Version, "HZ", ""); err != nil || i%2 == 0 {
		return err
	}
	_, err = s.Cases.Assign(ctx, by, k.Reference, k.Version, "reviewer@example.cn")
	return err
}
