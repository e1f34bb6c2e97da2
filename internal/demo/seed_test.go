package demo_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/demo"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/office"
	"dunwatch/internal/report"
	"dunwatch/internal/report/reporttest"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var until = time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC)

// seeded is an office in a temporary database, with what is needed to look at it.
type seeded struct {
	made *demo.Office
	demo.Deps
	db      *store.DB
	log     *audit.Log
	reports *report.Service
}

// memory keeps blobs without the two syncs to disk that each costs: what is
// timed here is the seed.
type memory struct{ blobs map[string][]byte }

func (m *memory) Put(_ context.Context, r io.Reader) (string, int64, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	h := sha256.Sum256(b)
	name := hex.EncodeToString(h[:])
	m.blobs[name] = b
	return name, int64(len(b)), nil
}

func (m *memory) Open(_ context.Context, name string) (io.ReadCloser, error) {
	b, ok := m.blobs[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (m *memory) Remove(_ context.Context, name string) error { delete(m.blobs, name); return nil }

func (m *memory) Each(context.Context, func(evidence.Stored) error) error {
	return errors.ErrUnsupported
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// deps wires the services over an empty database whose clock the seed moves.
func deps(tb testing.TB) *seeded {
	tb.Helper()
	dir, clock := tb.TempDir(), storetest.NewClock()
	db, err := store.Open(tb.Context(), store.Config{Dir: dir, Now: clock.Now, Hasty: true})
	check(tb, err)
	tb.Cleanup(func() { db.Close() })
	law, err := office.ReadLaw()
	check(tb, err)
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	check(tb, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	check(tb, err)
	log := audittest.New(tb, db)
	s := &seeded{db: db, log: log}
	o, err := office.Wire(law, office.Options{
		DB: db, Log: log, Keys: keys, Blobs: &memory{blobs: map[string][]byte{}}, Zone: zone, Cost: account.Cheap, MaxEvidence: 1 << 20,
	})
	check(tb, err)
	s.Deps = demo.Deps{SetClock: clock.Set, Office: o}
	s.reports = s.Reports
	return s
}

func seed(tb testing.TB) *seeded {
	tb.Helper()
	s := deps(tb)
	start := time.Now()
	office, err := demo.Seed(tb.Context(), s.Deps, until)
	check(tb, err)
	tb.Logf("%d complaints, %d files, %d cases, %d findings, %d penalties in %v", office.Complaints, office.Files, office.Cases,
		office.Findings, office.Penalties, time.Since(start).Round(time.Millisecond))
	s.made = office
	return s
}

// count groups a table by a column.
func (s *seeded) count(tb testing.TB, sql string, args ...any) map[string]int {
	tb.Helper()
	out := map[string]int{}
	check(tb, s.db.Read(tb.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(tb.Context(), sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k string
			var n int
			if err := rows.Scan(&k, &n); err != nil {
				return err
			}
			out[k] = n
		}
		return rows.Err()
	}))
	return out
}

func wantAll[T ~string](t *testing.T, what string, got map[string]int, want []T) {
	t.Helper()
	for _, k := range want {
		if got[string(k)] == 0 {
			t.Errorf("%s %s does not occur: %v", what, k, got)
		}
	}
}

// TestSeed seeds twice, since that takes seconds, and looks at the first office
// from every side.
func TestSeed(t *testing.T) {
	a := seed(t)
	t.Run("every state", func(t *testing.T) { everyState(t, a) })
	t.Run("firms and letters", func(t *testing.T) { firmsAndLetters(t, a) })
	t.Run("work for today", func(t *testing.T) { workForToday(t, a) })
	t.Run("codes and passwords", func(t *testing.T) { codesAndPasswords(t, a) })
	t.Run("figures", func(t *testing.T) { figures(t, a) })
	t.Run("fixed reports", func(t *testing.T) { fixedReports(t, a) })
	t.Run("ledgers", func(t *testing.T) { ledgers(t, a) })
	t.Run("briefs", func(t *testing.T) { briefs(t, a) })
	t.Run("same again", func(t *testing.T) { sameAgain(t, a, seed(t)) })
	audittest.MustVerify(t, a.log)
}

func everyState(t *testing.T, s *seeded) {
	complaints := s.count(t, `SELECT status, COUNT(*) FROM complaints GROUP BY status`)
	cases := s.count(t, `SELECT status, COUNT(*) FROM cases GROUP BY status`)
	t.Logf("complaints %v, cases %v", complaints, cases)
	wantAll(t, "complaint", complaints, complaint.Statuses)
	wantAll(t, "case", cases, casework.Statuses)
	wantAll(t, "penalty", s.count(t, `SELECT status, COUNT(*) FROM penalties GROUP BY status`), enforcement.Statuses)
	cn, _ := s.Book.Pack("cn")
	var outcomes, grounds []string
	for _, o := range cn.FindingOutcomes() {
		outcomes = append(outcomes, o.ID)
	}
	for _, g := range cn.Grounds("reject") {
		grounds = append(grounds, g.Key)
	}
	wantAll(t, "outcome", s.count(t, `SELECT outcome, COUNT(*) FROM findings GROUP BY outcome`), outcomes)
	wantAll(t, "ground", s.count(t, `SELECT ground, COUNT(*) FROM complaints GROUP BY ground`), grounds)
	wantAll(t, "measure", s.count(t, `SELECT kind, COUNT(*) FROM penalty_measures GROUP BY kind`), []string{"warning", "fine", "correct", "confiscation", "talk", "attention_letter"})
	statutoryCourses(t, s)
	wantAll(t, "track", s.count(t, `SELECT track, COUNT(*) FROM complaints GROUP BY track`), []string{"complaint", "report", "petition"})
	wantAll(t, "pack", s.count(t, `SELECT pack, COUNT(*) FROM complaints GROUP BY pack`), []string{"cn", "us"})
	wantAll(t, "medium", s.count(t, `SELECT media_type, COUNT(*) FROM evidence GROUP BY media_type`), []string{"image/png", "text/csv", "audio/wav"})
	for _, what := range []string{"SELECT 'x', COUNT(*) FROM recusals", "SELECT 'x', COUNT(*) FROM messages WHERE from_staff = 1", "SELECT 'x', COUNT(*) FROM messages WHERE from_staff = 0",
		"SELECT 'x', COUNT(*) FROM case_notes", "SELECT 'x', COUNT(*) FROM findings WHERE superseded_by IS NOT NULL", "SELECT 'x', COUNT(*) FROM complaints WHERE anonymous = 1",
		"SELECT 'x', COUNT(*) FROM complaints WHERE hide_identity = 1", "SELECT 'x', COUNT(*) FROM firm_links WHERE to_on IS NOT NULL", "SELECT 'x', COUNT(*) FROM witness_statements"} {
		if s.count(t, what)["x"] == 0 {
			t.Errorf("nothing in %s", what)
		}
	}
	if len(s.made.People) != 22 || len(s.made.Trackable) < 5 {
		t.Errorf("%d people, %d trackable", len(s.made.People), len(s.made.Trackable))
	}
}

// statutoryCourses looks for a penalty in every stage of the procedure, for a register to read, and for something to do for
// each who decides in one.
func statutoryCourses(t *testing.T, s *seeded) {
	stages := s.count(t, `SELECT stage, COUNT(*) FROM procedures GROUP BY stage`)
	t.Logf("stages %v", stages)
	wantAll(t, "stage", stages, enforcement.Stages)
	wantAll(t, "step", s.count(t, `SELECT step, COUNT(*) FROM penalty_steps GROUP BY step`), []enforcement.Step{
		enforcement.StepPreserve, enforcement.StepDefend, enforcement.StepAskHearing, enforcement.StepHold, enforcement.StepDeliberate, enforcement.StepNoPenalty,
		enforcement.StepTransfer, enforcement.StepRefuse, enforcement.StepPay, enforcement.StepRefund, enforcement.StepAllowParts, enforcement.StepChallenge,
		enforcement.StepDemand, enforcement.StepCourt, enforcement.StepChange, enforcement.StepWithdraw, enforcement.StepCorrect})
	if n := s.count(t, `SELECT 'x', COUNT(*) FROM penalties p JOIN penalty_measures m ON m.penalty_id = p.id WHERE m.kind IN ('fine', 'warning', 'confiscation')
		AND NOT EXISTS (SELECT 1 FROM procedures d WHERE d.penalty_id = p.id)`)["x"]; n != 0 {
		t.Errorf("%d penalties in law went the short way", n)
	}
	months := s.count(t, `SELECT substr(published_on, 1, 7), COUNT(*) FROM publications GROUP BY 1`)
	all := 0
	for _, n := range months {
		all += n
	}
	if all < 25 || len(months) < 11 {
		t.Errorf("%d entries of the register in %d months: %v", all, len(months), months)
	}
	if n := s.count(t, `SELECT 'x', COUNT(*) FROM publications WHERE withdrawn_on IS NOT NULL`)["x"]; n == 0 {
		t.Error("nothing was withdrawn from the register")
	}
	if len(s.made.Standing) < 20 {
		t.Errorf("only these penalties are to be shown: %v", s.made.Standing)
	}
	for _, l := range s.made.Lookups {
		got, err := s.Rosters.Look(t.Context(), l.Firm, l.Number, calendar.Date{})
		check(t, err)
		if want, _, _ := strings.Cut(strings.ReplaceAll(l.Answer, " ", "_"), ":"); string(got.Standing) != want {
			t.Errorf("%s at %s is %s, shown as %s", l.Number, l.Firm, got.Standing, l.Answer)
		}
	}
}

// firmsAndLetters looks for everything that happens between the office, the firms
// and those who complained, and for some of it that waits today.
func firmsAndLetters(t *testing.T, s *seeded) {
	today := calendar.OfTime(until.In(s.Zone)).String()
	forwards := s.count(t, `SELECT status, COUNT(*) FROM forwards GROUP BY status`)
	t.Logf("%d forwards %v", s.made.Forwards, forwards)
	wantAll(t, "forward", forwards, forwarding.Statuses)
	firms := s.count(t, `SELECT CASE WHEN due_on < ? THEN 'late' WHEN due_on = ? THEN 'today' ELSE 'later' END, COUNT(*) FROM forwards
		WHERE status IN ('sent', 'acknowledged', 'returned', 'review', 'review_returned') GROUP BY 1`, today, today)
	wantAll(t, "due", firms, []string{"late", "today", "later"})
	clocks := s.count(t, `SELECT CASE in_time WHEN 1 THEN 'in time' ELSE 'late' END, COUNT(*) FROM clock_states WHERE clock LIKE 'firm.answer' AND phase = 'stopped' GROUP BY 1`)
	sent := s.count(t, `SELECT CASE in_time WHEN 1 THEN 'in time' ELSE 'late' END, COUNT(*) FROM clock_states WHERE clock LIKE 'complaint.forward' AND phase = 'stopped' GROUP BY 1`)
	wantAll(t, "answer", clocks, []string{"in time", "late"})
	if clocks["late"] > clocks["in time"] || sent["late"] > sent["in time"] {
		t.Errorf("more late than in time: answers %v, forwarding %v", clocks, sent)
	}
	letters := s.count(t, `SELECT kind, COUNT(*) FROM letters GROUP BY kind`)
	drafts := s.count(t, `SELECT status, COUNT(*) FROM letters GROUP BY status`)
	plans := s.count(t, `SELECT status, COUNT(*) FROM plans GROUP BY status`)
	t.Logf("firms %v, answered %v, forwarded %v, letters %v %v, plans %v", firms, clocks, sent, letters, drafts, plans)
	for _, kind := range letter.Kinds {
		if letters[kind] == 0 && !strings.HasPrefix(kind, "chase_") { // the first hour of the reminders writes those
			t.Errorf("no letter %s: %v", kind, letters)
		}
	}
	if n := drafts["draft"]; n < 3 || n > 40 {
		t.Errorf("%d letters wait for their second reading", n)
	}
	wantAll(t, "plan", plans, []hardship.Status{hardship.Offered, hardship.Accepted})
	for what, sql := range map[string]string{
		"a child":                  `SELECT 'x', COUNT(*) FROM forwards WHERE parent_id IS NOT NULL`,
		"a wish granted":           `SELECT 'x', COUNT(*) FROM extension_requests WHERE granted = 1`,
		"a wish refused":           `SELECT 'x', COUNT(*) FROM extension_requests WHERE granted = 0`,
		"a firm's wish that waits": `SELECT 'x', COUNT(*) FROM extension_requests WHERE granted IS NULL AND forward_id IS NOT NULL`,
		"a clock held":             `SELECT 'x', COUNT(*) FROM clock_states WHERE phase = 'suspended'`,
		"a provisional date":       `SELECT 'x', COUNT(*) FROM clock_states WHERE provisional = 1 AND phase <> 'stopped' AND due_on > '2027'`,
		"a breach":                 `SELECT 'x', COUNT(*) FROM plan_events WHERE kind = 'plan.broken'`,
		"two payments":             `SELECT 'x', COUNT(*) / 2 FROM plan_events WHERE kind = 'plan.paid'`,
		"two split letters":        `SELECT 'x', COUNT(*) / 2 FROM complaint_links WHERE kind = 'split'`,
		"an original":              `SELECT 'x', COUNT(*) FROM evidence WHERE kind = 'original'`,
		"an attempt":               `SELECT 'x', COUNT(*) FROM contact_attempts WHERE result <> 'reached'`,
		"a rating":                 `SELECT 'x', COUNT(*) FROM ratings`,
		"a dead message":           `SELECT 'x', COUNT(*) FROM outbox WHERE dead_at IS NOT NULL`,
		"nobody informed":          `SELECT 'x', COUNT(*) FROM clock_states WHERE clock LIKE 'complaint.result_notice%' AND phase = 'running'`,
	} {
		n := s.count(t, sql)["x"]
		t.Logf("%s: %d", what, n)
		if n == 0 {
			t.Errorf("there is not %s", what)
		}
	}
	for _, worth := range []string{demo.FirmAnswered, demo.PlanOffered, demo.SplitLetter} {
		if !slices.ContainsFunc(s.made.Trackable, func(x demo.Trackable) bool { return x.Worth == worth }) {
			t.Errorf("nothing to follow of which %s", worth)
		}
	}
}

func workForToday(t *testing.T, s *seeded) {
	today := calendar.OfTime(until.In(s.Zone))
	months := s.count(t, `SELECT substr(received_on, 1, 7), COUNT(*) FROM complaints GROUP BY 1`)
	if len(months) != 14 {
		t.Errorf("%d months: %v", len(months), months)
	}
	inbox := s.count(t, `SELECT status, COUNT(*) FROM complaints WHERE status = 'received' GROUP BY status`)["received"]
	late := s.count(t, `SELECT 'x', COUNT(*) FROM complaints WHERE status = 'received' AND due_on < ?`, today.String())["x"]
	if inbox < 20 || inbox > 30 || late < 3 || late > 12 {
		t.Errorf("inbox %d, of these late %d", inbox, late)
	}
	desks := s.count(t, `SELECT u.name, COUNT(*) FROM cases c JOIN users u ON u.id = c.officer_id WHERE c.status <> 'closed' GROUP BY u.name`)
	t.Logf("inbox %d (%d late), desks %v, due %v", inbox, late, desks,
		s.count(t, `SELECT CASE WHEN due_on < ? THEN 'late' WHEN due_on = ? THEN 'today' ELSE 'later' END, COUNT(*) FROM cases WHERE status <> 'closed' GROUP BY 1`, today.String(), today.String()))
	if len(desks) != 8 {
		t.Errorf("%d reviewers have cases: %v", len(desks), desks)
	}
	for name, n := range desks {
		if n < 5 || n > 30 {
			t.Errorf("%s has %d open cases", name, n)
		}
	}
	shared := s.count(t, `SELECT a.value, COUNT(DISTINCT c.lender_id) FROM accused a JOIN complaints c ON c.id = a.complaint_id WHERE a.kind = 'phone' GROUP BY a.value HAVING COUNT(DISTINCT c.lender_id) > 2`)
	if len(shared) < 3 {
		t.Errorf("numbers across firms: %v", shared)
	}
}

func sameAgain(t *testing.T, a, b *seeded) {
	if !slices.Equal(a.made.Trackable, b.made.Trackable) || !slices.Equal(a.made.People, b.made.People) {
		t.Errorf("who can follow what differs: %v, %v", a.made.Trackable, b.made.Trackable)
	}
	references := func(s *seeded) []string {
		var out []string
		for r := range s.count(t, `SELECT reference || ' ' || status || ' ' || version, id FROM complaints UNION ALL SELECT reference || ' ' || status || ' ' || version, id FROM cases UNION ALL SELECT reference || ' ' || status || ' ' || fine_fen, id FROM penalties`) {
			out = append(out, r)
		}
		slices.Sort(out)
		return out
	}
	if !slices.Equal(references(a), references(b)) {
		t.Error("references or states differ")
	}
	if x, y := a.month(t), b.month(t); x != y {
		t.Errorf("reports differ:\n%s\n%s", x, y)
	}
}

// figures counts the reports of every month, of the quarters, the halves and the year a second time.
func figures(t *testing.T, s *seeded) {
	f := reporttest.Read(t, s.db)
	o := reporttest.Of(f, s.Book, s.Calendars, s.Zone, s.db.Now())
	periods := []string{"2026", "2026-H1", "2026-H2", "2026-Q3", "2026-Q4"}
	for _, c := range f.Complaints {
		if month := c.ReceivedOn[:7]; !slices.Contains(periods, month) {
			periods = append(periods, month)
		}
	}
	if len(periods) < 12 {
		t.Errorf("only %v have complaints", periods)
	}
	frozen := 0
	for _, text := range periods {
		p, err := report.ParsePeriod(text)
		check(t, err)
		depth, packs := reporttest.Totals, []string{""}
		if text == "2026-10" {
			depth, packs = reporttest.Cells, []string{"", "cn", "us"}
		}
		for _, pack := range packs {
			r, err := s.reports.Of(t.Context(), access.Program, p, pack, locale.ZH)
			check(t, err)
			if r.Frozen {
				frozen++
				s.asToday(t, r)
			}
			o.At(p, pack).Check(t, r, s.reports, access.Program, depth)
		}
	}
	if frozen == 0 {
		t.Error("no report is frozen")
	}
}

// asToday puts into a frozen report what its changes say of the figures today: they must explain every difference.
func (s *seeded) asToday(t *testing.T, r *report.Report) {
	changes, _, err := s.reports.Pending(t.Context(), access.Program, r.Month, locale.ZH)
	check(t, err)
	if len(changes) == 0 {
		t.Errorf("nothing changed in %s since it was frozen: the demo shows no revision", r.Month)
	}
	for _, c := range changes {
		tab := r.Table(c.Table)
		row := tab.Totals
		if i := slices.Index(tab.RowKeys, c.Row); i >= 0 {
			row = tab.Rows[i]
		} else if c.Row != report.Total {
			t.Errorf("%+v is of a line that the frozen report does not have", c)
			continue
		}
		row[tab.Column(c.Column)] = c.Is
	}
	r.Frozen = false
}

// fixedReports holds what the numbered reports and the dashboard add up to against plain counts of tables.
func fixedReports(t *testing.T, s *seeded) {
	one := func(query string, args ...any) int64 {
		return int64(s.count(t, "SELECT 'n', ("+query+")", args...)["n"])
	}
	total := func(tab *report.Table, column string) int64 { n, _ := tab.Totals[tab.Column(column)].(int64); return n }
	officer := one("SELECT officer_id FROM cases WHERE status <> 'closed' AND officer_id IS NOT NULL GROUP BY officer_id ORDER BY COUNT(*) DESC LIMIT 1")
	by := access.Actor{Role: access.Reviewer, UserID: officer, UnitID: 1}
	ask := func(n report.NumberedAsk) *report.Report {
		r, err := s.reports.NumberedOf(t.Context(), by, n, locale.ZH)
		check(t, err)
		return r
	}
	month, err := report.ParsePeriod("2026-10")
	check(t, err)
	weekly := ask(report.NumberedAsk{Number: report.WeeklyWork, Period: month})
	today := calendar.OfTime(s.db.Now().In(s.Zone))
	for _, id := range []string{"weekly_units", "weekly_officers"} {
		tab := weekly.Table(id)
		for column, want := range map[string]int64{
			"open": one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL"), "unassigned": one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL AND officer_id IS NULL"),
			"past_due": one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL AND due_on < ?", today),
			"came":     one("SELECT COUNT(*) FROM cases WHERE opened_on LIKE '2026-10-%'"), "went": one("SELECT COUNT(*) FROM cases WHERE closed_on LIKE '2026-10-%'"),
		} {
			if got := total(tab, column); got != want || want == 0 {
				t.Errorf("%s.%s = %d, want %d", id, column, got, want)
			}
		}
	}
	own := ask(report.NumberedAsk{Number: report.OwnCases}).Table("own_cases")
	if want := one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL AND officer_id = ?", officer); int64(len(own.Rows)) != want {
		t.Errorf("%d own cases, want %d", len(own.Rows), want)
	}
	digest := ask(report.NumberedAsk{Number: report.RegisterDigest, Period: month}).Table("register_published")
	if want := one("SELECT COUNT(*) FROM publications WHERE published_on LIKE '2026-10-%'"); int64(len(digest.Rows)) != want || want == 0 {
		t.Errorf("%d published, want %d", len(digest.Rows), want)
	}
	monthly, err := s.reports.Of(t.Context(), by, month, "", locale.ZH)
	check(t, err)
	firms := monthly.Table("by_firm")
	for i, row := range firms.Rows {
		code, role := row[0].(string), row[firms.Column("role")].(string)
		if code == report.None || role != report.Agency {
			continue
		}
		card := ask(report.NumberedAsk{Number: report.FirmScorecard, Period: month, Firm: code}).Table("score_figures")
		if card.Rows[1][card.Column("value")] != row[1] {
			t.Errorf("%s: scorecard %v, monthly report %v", firms.RowKeys[i], card.Rows[1], row)
		}
	}
	if _, err := s.reports.NumberedOf(t.Context(), by, report.NumberedAsk{Number: report.FirmScorecard, Firm: "nobody"}, locale.ZH); err == nil {
		t.Error("a scorecard of nobody")
	}
	d, err := s.reports.Dashboard(t.Context(), by, locale.EN)
	check(t, err)
	for name, x := range map[string][2]int64{
		"open": {d.Open, one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL")}, "unassigned": {d.Unassigned, one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL AND officer_id IS NULL")},
		"overdue":   {d.Overdue, one("SELECT COUNT(*) FROM cases WHERE closed_on IS NULL AND due_on < ?", today)},
		"to screen": {d.ToScreen, one("SELECT COUNT(*) FROM complaints WHERE status = 'received'")},
		"received":  {d.Received, one("SELECT COUNT(*) FROM complaints WHERE received_on = ?", today)}, "yesterday": {d.Days[len(d.Days)-2].Received, one("SELECT COUNT(*) FROM complaints WHERE received_on = ?", today.AddDays(-1))},
	} {
		if x[0] != x[1] {
			t.Errorf("dashboard %s = %d, want %d", name, x[0], x[1])
		}
	}
}

// ledgers forgets the ledgers, as if the office were older than they are, and has them written anew.
func ledgers(t *testing.T, s *seeded) {
	const lines = "SELECT penalty_id || ' ' || party || ' ' || account || ' ' || kind || ' ' || on_date, SUM(amount_fen) FROM penalty_entries GROUP BY 1"
	before := s.count(t, lines)
	check(t, s.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM penalty_entries WHERE penalty_id % 2 = 0")
		return err
	}))
	for i, want := range []bool{true, false} {
		n, err := s.Penalties.KeepLedgers(t.Context())
		check(t, err)
		if (n > 0) != want {
			t.Errorf("run %d wrote %d ledgers", i+1, n)
		}
	}
	if after := s.count(t, lines); len(before) == 0 || !maps.Equal(before, after) {
		t.Errorf("%d lines before, %d after, or not the same", len(before), len(after))
	}
}

// briefs looks for what the report of the last whole month tells of cases, and for anybody of any complaint in it.
func briefs(t *testing.T, s *seeded) {
	month := report.MonthPeriod(calendar.MustMonth("2026-10"))
	var told strings.Builder
	for _, lang := range locale.Langs {
		r, err := s.reports.Of(t.Context(), access.Program, month, "", lang)
		check(t, err)
		if len(r.Briefs) != 2 {
			t.Fatalf("%d briefs in %s", len(r.Briefs), lang)
		}
		for _, b := range r.Briefs {
			if b.Title == "" || b.Happened == "" || b.Rule == "" || b.Outcome == "" || len(b.Codes) != 1 || len(b.Rules) == 0 {
				t.Errorf("half a brief in %s: %+v", lang, b)
			}
			told.WriteString(strings.ToLower(strings.Join([]string{b.Title, b.Happened, b.Rule, b.Outcome}, " ")) + "\n")
		}
	}
	states := s.count(t, "SELECT state, COUNT(*) FROM case_briefs WHERE period LIKE '2026-10%' GROUP BY state")
	if !maps.Equal(states, map[string]int{"approved": 2, "submitted": 1, "draft": 1}) {
		t.Errorf("briefs in states %v", states)
	}
	if n := s.count(t, "SELECT 'x', COUNT(*) FROM case_briefs b JOIN cases k ON k.id = b.case_id WHERE k.officer_id <> b.author_id OR b.approved_by = b.author_id")["x"]; n != 0 {
		t.Errorf("%d briefs are not by the officer, or not approved by another", n)
	}
	people := 0
	check(t, s.db.Read(t.Context(), func(tx *store.Tx) error {
		for ref := range s.count(t, "SELECT reference, 1 FROM complaints WHERE anonymous = 0") {
			c, err := s.Complaints.Find(t.Context(), tx, ref)
			if err != nil {
				return err
			}
			p, err := s.Complaints.Particulars(t.Context(), tx, c)
			if err != nil {
				return err
			}
			people++
			for _, word := range []string{p.Name, p.Phone, p.IDNumber, p.Email} {
				if word != "" && strings.Contains(told.String(), strings.ToLower(word)) {
					t.Errorf("the briefs have %q of %s:\n%s", word, ref, told.String())
				}
			}
		}
		return nil
	}))
	if people < 300 {
		t.Errorf("only %d people were looked for", people)
	}
}

func (s *seeded) month(tb testing.TB) string {
	tb.Helper()
	m, err := s.reports.Monthly(tb.Context(), access.Program, calendar.MustMonth("2026-10"), "cn", locale.ZH)
	check(tb, err)
	j, err := json.Marshal(m)
	check(tb, err)
	return string(j)
}

func codesAndPasswords(t *testing.T, s *seeded) {
	for _, x := range s.made.Trackable {
		by, err := s.Complaints.Open(context.Background(), x.Reference, x.AccessCode, "127.0.0.1")
		check(t, err)
		if _, err := s.Complaints.Timeline(context.Background(), by, x.Reference); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Accounts.SignIn(context.Background(), account.Credentials{Email: s.made.People[0].Email, Password: s.made.Password, Kind: account.Cookie}); err != nil {
		t.Error(err)
	}
}
