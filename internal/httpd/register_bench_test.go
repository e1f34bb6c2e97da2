package httpd

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// BenchmarkRegisterReaders is staff at their desks (the queue and a case, by four people with 20 ms between pages) without and with a
// thousand people reading the register over a thousand connections of their own: once as people read, each opening a page every two
// seconds, and once as fast as the answers come. It states the latency of the desk, its ratio to the desk alone in the same run, and
// the processor time of the whole program for each page of the register, readers included.
func BenchmarkRegisterReaders(b *testing.B) {
	clock := storetest.NewClock()
	db, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Now: clock.Now, Hasty: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	s := newSiteAt(b, clock, db)
	s.manyCases(b, 2_000)
	s.manyPublished(b, 1_000)
	desk := s.deskPages()
	const readers = 1_000
	alone := map[string]float64{}
	for _, mode := range []struct {
		name  string
		count int
		pause time.Duration
	}{{"alone", 0, 0}, {"every=2s", readers, 2 * time.Second}, {"ceaseless", readers, 0}} {
		b.Run(mode.name, func(b *testing.B) {
			crowd := s.crowd(b, mode.count, mode.pause)
			before, start := processorTime(b), time.Now()
			lasts := s.atTheDesk(b, desk, max(b.N, 50))
			spent, took := processorTime(b)-before, time.Since(start)
			pages, failed := crowd.stop()
			if failed > 0 {
				b.Errorf("%d of %d readers' pages failed", failed, pages)
			}
			slices.Sort(lasts)
			for name, q := range map[string]int{"p50": 50, "p99": 99} {
				ms := lasts[(len(lasts)-1)*q/100].Seconds() * 1000
				b.ReportMetric(ms, name+"_ms")
				if mode.name == "alone" {
					alone[name] = ms
				} else if alone[name] > 0 {
					b.ReportMetric(ms/alone[name], name+"_over_alone")
				}
			}
			if pages > 0 {
				b.ReportMetric(float64(pages)/took.Seconds(), "register/s")
				b.ReportMetric(spent.Seconds()*1e6/float64(pages), "cpu_us/register")
			}
			b.ReportMetric(spent.Seconds()/took.Seconds()/float64(runtime.GOMAXPROCS(0))*100, "cpu_%")
		})
	}
}

// manyPublished puts decisions on the register as rows: what is measured reads only.
func (s *site) manyPublished(tb testing.TB, n int) {
	tb.Helper()
	firm, err := s.Firms.ByCode(s.Context(), "A001")
	s.ok(err)
	s.ok(s.DB.Write(s.Context(), func(tx *store.Tx) error {
		for i := 1; i <= n; i++ {
			on := calendar.MustDate("2026-10-01").AddDays(-i % 700)
			if _, err := tx.Exec(s.Context(), `INSERT INTO penalties (id, reference, case_id, firm_id, status, facts, reasons, bases, fine_fen, confiscation_fen, proposed_by, proposed_at, unit_id, rulebook, version)
				VALUES (?, ?, 1, ?, 'issued', '', '', '[]', 0, 0, ?, 1, 1, '', 1)`, i, fmt.Sprint("P-", i), firm.ID, s.users["reviewer"].ID); err != nil {
				return err
			}
			if _, err := tx.Exec(s.Context(), `INSERT INTO publications (id, penalty_id, firm_id, number, pack, parties, facts, bases_zh, bases_en, measures_zh, measures_en, amount_fen, authority_zh, authority_en,
				decided_on, published_on, reason, version) VALUES (?, ?, ?, ?, 'cn', ?, ?, '《消费者权益保护法》第五十六条', 'art. 56', '罚款', 'Fine', 10000000, '本局', 'Office', ?, ?, '', 1)`,
				i, i, firm.ID, fmt.Sprintf("〔2026〕%d号", i), `["远达信息服务有限公司","刘某某"]`, strings.Repeat("催收人员于夜间以电话威胁借款人。", 8), on, on); err != nil {
				return err
			}
		}
		return nil
	}))
}

// deskPages are pages that staff open all day.
func (s *site) deskPages() []string {
	s.Helper()
	var ref string
	s.ok(s.DB.Read(s.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(s.Context(), "SELECT reference FROM cases WHERE id = 7")
		if err != nil {
			return err
		}
		defer rows.Close()
		if rows.Next() {
			return rows.Scan(&ref)
		}
		return rows.Err()
	}))
	return []string{"/queue", "/cases/" + ref, "/complaints"}
}

// atTheDesk lets four people open pages, n in all, and says how long each took.
func (s *site) atTheDesk(tb testing.TB, pages []string, n int) []time.Duration {
	tb.Helper()
	var people []*browser
	for range 4 {
		people = append(people, s.signIn("supervisor"))
	}
	lasts := make([]time.Duration, n)
	var wg sync.WaitGroup
	for i, who := range people {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := i; k < n; k += len(people) {
				start := time.Now()
				if p := who.get(pages[k%len(pages)]); p.status != 200 {
					tb.Errorf("%s: %d", pages[k%len(pages)], p.status)
				}
				lasts[k] = time.Since(start)
				time.Sleep(20 * time.Millisecond)
			}
		}()
	}
	wg.Wait()
	return lasts
}

// crowd reads the register until it is stopped.
type crowd struct {
	quit          chan struct{}
	wg            sync.WaitGroup
	pages, failed atomic.Int64
}

// registerMix is what they read: mostly the list and an entry, sometimes a firm, the feed or a year's file.
func registerMix(reader, n int) string {
	switch n % 20 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return "/register"
	case 15, 16, 17:
		return "/register/firms/A001"
	case 18:
		return "/register.rss"
	case 19:
		return "/register.csv?year=2025"
	default:
		return fmt.Sprintf("/register/2026-%d", 1+(reader*7+n)%200)
	}
}

// crowd begins to read over connections of its own. The readers are as cheap as can be, since they share the processors.
func (s *site) crowd(tb testing.TB, count int, pause time.Duration) *crowd {
	tb.Helper()
	c := &crowd{quit: make(chan struct{})}
	for i := range count {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			tb.Fatal(err)
		}
		c.wg.Add(1)
		go func() {
			defer c.wg.Done()
			defer conn.Close()
			c.read(conn, i, pause)
		}()
	}
	return c
}

func (c *crowd) read(conn net.Conn, reader int, pause time.Duration) {
	in := bufio.NewReaderSize(conn, 4<<10)
	next := time.NewTimer(pause * time.Duration(reader%1000) / 1000) // not all at the same moment
	defer next.Stop()
	for n := reader; ; n++ {
		if pause > 0 {
			select {
			case <-next.C:
				next.Reset(pause)
			case <-c.quit:
				return
			}
		}
		select {
		case <-c.quit:
			return
		default:
		}
		c.pages.Add(1)
		if _, err := io.WriteString(conn, "GET "+registerMix(reader, n)+" HTTP/1.1\r\nHost: localhost\r\nAccept-Language: zh\r\nAccept-Encoding: gzip\r\n\r\n"); err != nil {
			c.failed.Add(1)
			return
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			c.failed.Add(1)
			return
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != 200 {
			c.failed.Add(1)
		}
	}
}

func (c *crowd) stop() (pages, failed int64) {
	close(c.quit)
	c.wg.Wait()
	return c.pages.Load(), c.failed.Load()
}

// processorTime is what this program has used of the processors.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
