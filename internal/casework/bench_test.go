package casework

import (
	"context"
	"fmt"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// BenchmarkQueue measures a page of 50 with everything that belongs to its cases and all counts, on SQLite with the
// settings of production. The cases are rows put in directly, in two units and five states, with due dates over a year.
func BenchmarkQueue(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		db := storetest.Open(b)
		s := benchOffice(b, db)
		fill(b, db, n)
		supervisor := access.Actor{Role: access.Supervisor, UserID: 1, UnitID: 1}
		reviewer := access.Actor{Role: access.Reviewer, UserID: 2, UnitID: 1}
		deep, err := s.Queue(b.Context(), supervisor, Filter{DueBefore: calendar.MustDate("2026-10-01"), Limit: 1})
		if err != nil || len(deep.Items) != 1 {
			b.Fatalf("fill: %v", err)
		}
		middle := cursor{"due", []any{"2026-10-15", 1}}.String()
		for _, q := range []struct {
			name string
			by   access.Actor
			f    Filter
		}{
			{"first page", supervisor, Filter{}},
			{"page in the middle", supervisor, Filter{Cursor: middle}},
			{"a reviewer's unit", reviewer, Filter{}},
			{"a reviewer's own", reviewer, Filter{Officer: "me"}},
			{"by severity", supervisor, Filter{Sort: "severity"}},
			{"newest first", supervisor, Filter{Sort: "-received"}},
			{"one code", supervisor, Filter{Code: "T01"}},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, q.name), func(b *testing.B) {
				for b.Loop() {
					l, err := s.Queue(context.Background(), q.by, q.f)
					if err != nil || len(l.Items) != 50 {
						b.Fatalf("%d cases, %v", len(l.Items), err)
					}
				}
			})
		}
	}
}

func benchOffice(b *testing.B, db *store.DB) *Service {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	policy := lawtest.Policy(b)
	book := lawtest.Book(b)
	calendars := lawtest.Calendars(b)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	must(err)
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	log := audittest.New(b, db)
	firms := firm.New(db, log, policy)
	return New(Deps{
		DB: db, Log: log, Policy: policy, Book: book, Calendars: calendars, Zone: zone, Firms: firms,
		Accounts: account.New(db, log, policy, keys, account.Cheap),
		Complaints: complaint.New(complaint.Deps{
			DB: db, Log: log, Policy: policy, Keys: keys, Book: book, Calendars: calendars, Zone: zone, Firms: firms,
		}),
	})
}

// fill puts in units, people, firms and n cases with their complaints, past the record.
func fill(b *testing.B, db *store.DB, n int) {
	b.Helper()
	ctx := b.Context()
	exec := func(q string, args ...any) {
		b.Helper()
		if err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, q, args...)
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
	exec("INSERT INTO units (id, code, name_zh, name_en, created_at, version) VALUES (1, 'A', '一处', 'A', 1, 1), (2, 'B', '二处', 'B', 1, 1)")
	exec(`INSERT INTO users (id, email, name, role, unit_id, password, totp_used, lang, created_at, version) VALUES
		(1, 'c@x.cn', '陈立', 'supervisor', 1, '-', 0, 'zh', 1, 1), (2, 'w@x.cn', '王敏', 'reviewer', 1, '-', 0, 'zh', 1, 1),
		(3, 'l@x.cn', '李强', 'reviewer', 1, '-', 0, 'zh', 1, 1)`)
	exec(`INSERT INTO firms (id, code, kind, name, name_key, provisional, created_at, version) VALUES
		(1, 'L1', 'lender', '快乐消费金融', 'a', 0, 1, 1), (2, 'A1', 'agency', '诚信催收', 'b', 0, 1, 1)`)
	exec("INSERT INTO data_keys (id, created_at) VALUES (1, 1)")
	series := `WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ?) `
	exec(`INSERT INTO complaints (id, reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity,
			region, lender_id, lender_name, agency_id, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external,
			rulebook, ground, referred_to, version)
		`+series+`SELECT i, 'C-' || i, 'cn', 'zh', 'complaint', 'web', 'accepted', 1760000000 + i, date('2025-10-20', '+' || (i % 365) || ' day'), 1, 0, 0,
			'330100', 1, '', 2, '', 0, '每天夜里十一点以后打电话，威胁要到单位找我领导。', '', '', 1, 1 + i % 5, '', 'cn-1', '', '', 1 FROM s`, n)
	exec(`INSERT INTO complaint_codes (complaint_id, code) `+series+`SELECT i, CASE WHEN i % 7 = 0 THEN 'T01' ELSE 'H02' END FROM s`, n)
	exec(`INSERT INTO complaint_channels (complaint_id, channel) `+series+`SELECT i, 'phone' FROM s`, n)
	exec(`INSERT INTO cases (id, reference, complaint_id, pack, track, status, unit_id, officer_id, severity, lender_id, agency_id, received_on,
			opened_at, opened_on, due_on, outcome, rulebook, version)
		`+series+`SELECT i, 'K-' || i, i, 'cn', 'complaint',
			CASE i % 5 WHEN 0 THEN 'unassigned' WHEN 1 THEN 'investigating' WHEN 2 THEN 'found' WHEN 3 THEN 'enforcement' ELSE 'closed' END,
			1 + i % 2, CASE WHEN i % 5 = 0 THEN NULL ELSE 2 + i / 2 % 2 END, 1 + i % 5, 1, 2, date('2025-10-20', '+' || (i % 365) || ' day'),
			1760000000 + i, date('2025-10-20', '+' || (i % 365) || ' day'), date('2026-09-20', '+' || (i % 97) || ' day'), '', 'cn-1', 1 FROM s`, n)
	exec(`INSERT INTO case_counts (unit_id, officer_id, status, n) SELECT unit_id, COALESCE(officer_id, 0), status, COUNT(*) FROM cases GROUP BY 1, 2, 3`)
}
