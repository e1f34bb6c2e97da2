package report_test

import (
	"context"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store/storetest"
)

// BenchmarkMonthly computes a month of an office with 10^5 complaints, about 6,700 of them in each month.
func BenchmarkMonthly(b *testing.B) {
	db := storetest.Open(b)
	newWorld(100_000, now).insert(b, db)
	d := newDesk(b, db)
	for _, pack := range []string{"", "cn"} {
		for _, month := range []string{"2026-10", "2026-09", "2025-10"} {
			b.Run(month+"/"+pack, func(b *testing.B) {
				for b.Loop() {
					if _, err := d.Monthly(context.Background(), supervisor, calendar.MustMonth(month), pack, locale.ZH); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed()/time.Microsecond)/float64(b.N)/1000, "ms/report")
			})
		}
	}
}

// BenchmarkAlarms counts every series over the weeks that the rule looks at, as the worker does.
//
//	go test ./internal/report -run '^$' -bench Alarms -scale 1000000
func BenchmarkAlarms(b *testing.B) {
	db := storetest.Open(b)
	fillScale(b, db, *scale)
	d, last := newDesk(b, db), calendar.MustDate("2026-10-11")
	for b.Loop() {
		for _, kind := range []string{report.AlarmPack, report.AlarmLender, report.AlarmAgency, report.AlarmCode} {
			if _, err := d.AlarmWeeks(context.Background(), supervisor, &report.Alarm{Kind: kind, LastOn: last}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
