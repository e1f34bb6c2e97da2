package report_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// scale is how many complaints the largest office of BenchmarkScale has: 10^7 takes minutes to fill and some 15 GB.
var scale = flag.Int("scale", 100_000, "complaints of the largest office of BenchmarkScale")

// scaleDays is how many days the complaints of a large office are spread over: some 76 months.
const scaleDays = 2310

// lastScaleMonth is the last whole month of it.
var lastScaleMonth = calendar.MustMonth("2026-09")

// BenchmarkScale computes the report of a month in offices from 10^4 complaints up, on both databases. It prints the time of
// a live month, what one scan over the index of the complaints of two months takes in the same run, the ratio of the two, and
// the memory that one report needs; then what the page of the month takes a second time (a large office's is kept), the time to
// freeze the month in all packs and languages, and what the page takes once it is frozen.
//
// The sizes are printed against the one before: what grows by more than ten when the office does is not to be borne.
//
//	go test ./internal/report -run '^$' -bench Scale -benchtime 3x -scale 10000000 -timeout 2h
func BenchmarkScale(b *testing.B) {
	for n := 10_000; n <= *scale; n *= 10 {
		b.Run(fmt.Sprintf("sqlite/%d", n), func(b *testing.B) { benchScale(b, storetest.Open(b), n) })
		b.Run(fmt.Sprintf("postgres/%d", n), func(b *testing.B) {
			db, err := store.Open(b.Context(), store.Config{URL: storetest.PostgresURL(b)})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			if err := db.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			benchScale(b, db, n)
		})
	}
}

// smaller are the milliseconds of the office ten times smaller, by database.
var smaller = map[string]float64{}

func benchScale(b *testing.B, db *store.DB, n int) {
	fillScale(b, db, n)
	d, ctx := newDesk(b, db), context.Background()
	live := func(month calendar.Month) time.Duration {
		began := time.Now()
		if _, err := d.Monthly(ctx, supervisor, month, "", locale.ZH); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	live(lastScaleMonth) // the pages of the file come into memory
	var took, scan time.Duration
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		took += live(lastScaleMonth)
		scan += scanMonths(b, db)
	}
	runtime.ReadMemStats(&after)
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) / 1000 }
	b.ReportMetric(each(took), "ms/live")
	b.ReportMetric(each(scan), "ms/scan")
	key := fmt.Sprint(db.Dialect())
	if before, ok := smaller[key]; ok {
		b.ReportMetric(each(took)/before, "x/before")
	}
	smaller[key] = each(took)
	b.ReportMetric(float64(took)/float64(scan), "live/scan")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/(1<<20), "MB/report")
	again := func() float64 { // once more, what was counted before
		began := time.Now()
		if _, err := d.Whole(ctx, supervisor, report.MonthPeriod(lastScaleMonth), "", locale.ZH); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(began).Microseconds()) / 1000
	}
	again()
	b.ReportMetric(again(), "ms/again")
	began := time.Now()
	if _, err := d.freezer(b, db).Freeze(ctx, access.Program, report.MonthPeriod(lastScaleMonth), ""); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(began).Seconds(), "s/freeze")
	again()
	b.ReportMetric(again(), "ms/frozen")
}

// scanMonths is one scan over the covering index of two months of complaints: what a report cannot do without.
func scanMonths(b *testing.B, db *store.DB) time.Duration {
	began := time.Now()
	err := db.Read(b.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(b.Context(), "SELECT source, COUNT(*) FROM complaints WHERE received_on >= ? AND received_on < ? GROUP BY source",
			lastScaleMonth.Prev().First(), lastScaleMonth.Next().First())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var source string
			var n int64
			if err := rows.Scan(&source, &n); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// fillScale makes an office of n complaints by the database itself, a few statements for all.
func fillScale(b testing.TB, db *store.DB, n int) {
	b.Helper()
	began := time.Now()
	(&world{}).insert(b, db)
	exec := func(query string) {
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			if tx.Dialect == store.Postgres {
				query = strings.ReplaceAll(query, "MAC", "'\\x01'::bytea")
				query = strings.ReplaceAll(query, "NUMBERS", fmt.Sprintf("generate_series(1, %d) AS n(i)", n))
			} else {
				query = strings.ReplaceAll(query, "MAC", "x'01'")
				query = strings.ReplaceAll(query, "NUMBERS", fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) AS n", n))
			}
			_, err := tx.Exec(context.Background(), query)
			return err
		})
		if err != nil {
			b.Fatalf("%s: %v", query, err)
		}
	}
	exec("CREATE TABLE scale_days (d BIGINT PRIMARY KEY, on_date TEXT, at BIGINT)")
	var days []string
	first := time.Date(2026, 10, 1, 4, 0, 0, 0, time.UTC).AddDate(0, 0, -scaleDays)
	for d := range scaleDays + 100 {
		at := first.AddDate(0, 0, d)
		days = append(days, fmt.Sprintf("(%d, '%s', %d)", d, dayOf(at), at.Unix()))
	}
	exec("INSERT INTO scale_days VALUES " + strings.Join(days, ", "))
	// Consecutive numbers are consecutive days of filing, as in a real office.
	day := fmt.Sprintf("(CAST(i AS BIGINT) * %d / %d)", scaleDays, n+1)
	const end = "CASE WHEN i % 50 = 0 THEN NULL ELSE e.on_date END"
	for _, q := range []string{
		`INSERT INTO complaints (id, reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity, region, lender_id, lender_name,
			agency_id, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook, ground, referred_to, decided_at, decided_by, ended_at, version)
			SELECT i, 'C-' || i, CASE WHEN i % 10 = 0 THEN 'us' ELSE 'cn' END, 'zh', 'complaint', CASE i % 7 WHEN 0 THEN 'phone' WHEN 1 THEN 'post' ELSE 'web' END,
			CASE WHEN i % 50 = 0 THEN 'received' ELSE 'closed' END, s.at, s.on_date, 1, 0, 0, CAST(110000 + (i % 31) * 10000 AS TEXT), 1 + i % 2, '',
			3 + i % 2, '', 0, 'x', '', 'p' || (i % 40), 0, 3, '', '', '', '', CASE WHEN i % 50 = 0 THEN NULL ELSE s.at + 86400 END, CASE WHEN i % 50 = 0 THEN NULL ELSE 1 END,
			CASE WHEN i % 50 = 0 THEN NULL ELSE e.at END, 1 FROM NUMBERS JOIN scale_days s ON s.d = DAY JOIN scale_days e ON e.d = DAY + 5 + i % 40`,
		`INSERT INTO complaint_codes (complaint_id, code) SELECT i, CASE i % 5 WHEN 0 THEN 'T01' WHEN 1 THEN 'T03' WHEN 2 THEN 'H02' ELSE 'P01' END FROM NUMBERS`,
		`INSERT INTO complaint_channels (complaint_id, channel) SELECT i, CASE i % 3 WHEN 0 THEN 'sms' ELSE 'phone' END FROM NUMBERS`,
		`INSERT INTO cases (id, reference, complaint_id, pack, track, status, unit_id, severity, lender_id, agency_id, received_on, opened_at, opened_on, closed_on, outcome, rulebook, version)
			SELECT i, 'K-' || i, i, CASE WHEN i % 10 = 0 THEN 'us' ELSE 'cn' END, 'complaint', CASE WHEN i % 50 = 0 THEN 'investigating' ELSE 'closed' END, 1, 3, 1 + i % 2, 3 + i % 2,
			s.on_date, s.at, s.on_date, ` + end + `, CASE WHEN i % 50 = 0 THEN '' WHEN i % 3 = 0 THEN 'substantiated' ELSE 'unsubstantiated' END, '', 1
			FROM NUMBERS JOIN scale_days s ON s.d = DAY JOIN scale_days e ON e.d = DAY + 5 + i % 40 WHERE i % 5 <> 4`,
		`INSERT INTO findings (case_id, number, code, severity, outcome, acted_on, standards, bases, reasons, evidence, firm_id, rulebook, found_at, found_on, found_by)
			SELECT i, 1, 'T01', 3, CASE WHEN i % 3 = 0 THEN 'substantiated' ELSE 'unsubstantiated' END, s.on_date, '', '', '', '', 3 + i % 2, '', 1, s.on_date, 1
			FROM NUMBERS JOIN scale_days s ON s.d = DAY WHERE i % 5 = 1`,
		`INSERT INTO clock_events (owner, owner_id, clock, kind, on_date, n, unit, roll, reason, at)
			SELECT 'complaint', i, 'complaint.accept', 'start', s.on_date, 7, 'workday', 0, '', 1 FROM NUMBERS JOIN scale_days s ON s.d = DAY`,
		`INSERT INTO clock_events (owner, owner_id, clock, kind, on_date, n, unit, roll, reason, at)
			SELECT 'complaint', i, 'complaint.accept', 'stop', s.on_date, 0, '', 0, '', 1 FROM NUMBERS JOIN scale_days s ON s.d = DAY + 2 + i % 9 WHERE i % 50 <> 0`,
		`INSERT INTO clock_states (owner, owner_id, clock, phase, started_on, original_on, due_on, earliest_on, provisional, stopped_on)
			SELECT 'complaint', i, 'complaint.accept', CASE WHEN i % 50 = 0 THEN 'running' ELSE 'stopped' END, s.on_date, d.on_date, d.on_date, d.on_date, 0,
			CASE WHEN i % 50 = 0 THEN NULL ELSE e.on_date END FROM NUMBERS JOIN scale_days s ON s.d = DAY JOIN scale_days d ON d.d = DAY + 9 JOIN scale_days e ON e.d = DAY + 2 + i % 9`,
		`INSERT INTO audit_entries (at, actor_role, actor_id, actor_name, action, subject, detail, rows, mac)
			SELECT s.at + 3600 * (i % 90), 'supervisor', 1, '', 'complaint.accepted', 'C-' || i, '', 'x', MAC FROM NUMBERS JOIN scale_days s ON s.d = DAY WHERE i % 50 <> 0`,
	} {
		q = strings.ReplaceAll(q, "DAY", day)
		exec(q)
	}
	exec("ANALYZE")
	b.Logf("%d complaints in %s", n, time.Since(began).Round(time.Second))
}
