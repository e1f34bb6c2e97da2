package enforcement_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/demo"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/lawtest"
	wired "dunwatch/internal/office"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// demoDay is the last day of the demo that is counted.
var demoDay = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

// What the views say of the demo, whose decisions all came through the services, is what a plain count over its rows says.
func TestFiguresOfTheDemo(t *testing.T) {
	clock := storetest.NewClock()
	db := storetest.OpenAt(t, clock)
	o := seedDemo(t, db, clock)
	w := readPast(t, db)
	c := newCount(w)
	director := access.Actor{Role: access.Director}
	check(t, db.Read(t.Context(), func(tx *store.Tx) error {
		return one(t, tx, &director.UserID, "SELECT MIN(id) FROM users WHERE role = 'director'")
	}))
	compared, decided := 0, 0
	for n, p := range w.penalties {
		if _, _, ok := p.inForce(); ok {
			decided++
		}
		if len(p.findings) == 0 { // nothing to compare by yet
			continue
		}
		got, err := o.Penalties.Similar(t.Context(), director, p.ref)
		check(t, err)
		c.holds(t, n, got)
		compared += got.N + got.Unfined
	}
	if decided < 30 || compared == 0 {
		t.Errorf("the demo has %d decisions; %d like ones were compared", decided, compared)
	}
	complaints := 0
	for n := 1; n < len(w.firms); n++ {
		got, err := o.Penalties.History(t.Context(), director, w.firms[n].code)
		check(t, err)
		c.recalls(t, n, got)
		complaints += got.Together.Complaints
	}
	if complaints < len(w.complaints) {
		t.Errorf("the histories hold %d complaints of %d", complaints, len(w.complaints))
	}
}

func seedDemo(t *testing.T, db *store.DB, clock *storetest.Clock) *wired.Office {
	t.Helper()
	law := &wired.Law{Policy: lawtest.Policy(t), Book: lawtest.Book(t), Calendars: lawtest.Calendars(t), Words: lawtest.Words(t)}
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	check(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	check(t, err)
	blobs, err := evidence.NewDisk(t.TempDir())
	check(t, err)
	t.Cleanup(func() { blobs.Close() })
	o, err := wired.Wire(law, wired.Options{DB: db, Log: audittest.New(t, db), Keys: keys, Blobs: blobs.Hasty(), Zone: zone, Cost: account.Cheap, MaxEvidence: 1 << 20})
	check(t, err)
	_, err = demo.Seed(t.Context(), demo.Deps{SetClock: clock.Set, Office: o}, demoDay.Add(6*time.Hour))
	check(t, err)
	return o
}

func one(t *testing.T, tx *store.Tx, into any, sql string) error {
	rows, err := tx.Rows(t.Context(), sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	rows.Next()
	if err := rows.Scan(into); err != nil {
		return err
	}
	return rows.Err()
}

// reader reads a past from rows; ids of the database become places in its lists.
type reader struct {
	t  *testing.T
	tx *store.Tx
	w  *past

	firms, complaints, cases, findings, penalties map[int64]int
}

// readPast is the past that stands in a database, from its plain facts: rows of findings and penalties and the data of the
// steps. Nothing that the services keep to be fast is read.
func readPast(t *testing.T, db *store.DB) *past {
	t.Helper()
	r := &reader{t: t, w: &past{firms: make([]pastFirm, 1), today: demoDay}}
	check(t, db.Read(t.Context(), func(tx *store.Tx) error {
		r.tx = tx
		r.facts()
		r.decisions()
		return nil
	}))
	return r.w
}

// each calls f for every row: as many numbers, then as many texts, as asked for.
func (r *reader) each(sql string, numbers, texts int, f func(n []int64, s []string)) {
	r.t.Helper()
	rows, err := r.tx.Rows(r.t.Context(), sql)
	check(r.t, err)
	defer rows.Close()
	n, s := make([]int64, numbers), make([]string, texts)
	var into []any
	for i := range n {
		into = append(into, &n[i])
	}
	for i := range s {
		into = append(into, &s[i])
	}
	for rows.Next() {
		check(r.t, rows.Scan(into...))
		f(n, s)
	}
	check(r.t, rows.Err())
}

func dayOf(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	d, err := time.Parse(time.DateOnly, s)
	check(t, err)
	return d
}

func (r *reader) facts() {
	t, w := r.t, r.w
	r.firms, r.complaints, r.cases, r.findings = map[int64]int{}, map[int64]int{}, map[int64]int{}, map[int64]int{}
	r.each("SELECT id, code FROM firms ORDER BY id", 1, 1, func(n []int64, s []string) {
		r.firms[n[0]] = len(w.firms)
		w.firms = append(w.firms, pastFirm{code: s[0]})
	})
	r.each("SELECT id, COALESCE(parent_id, 0), COALESCE(merged_into, 0), kind FROM firms", 3, 1, func(n []int64, s []string) {
		f := &w.firms[r.firms[n[0]]]
		f.lender, f.parent, f.into = s[0] == "lender", r.firms[n[1]], r.firms[n[2]]
	})
	r.each("SELECT id, COALESCE(lender_id, 0), COALESCE(agency_id, 0), received_on FROM complaints ORDER BY id", 3, 1, func(n []int64, s []string) {
		r.complaints[n[0]] = len(w.complaints)
		w.complaints = append(w.complaints, pastComplaint{r.firms[n[1]], r.firms[n[2]], dayOf(t, s[0])})
	})
	r.each("SELECT id, complaint_id, pack FROM cases ORDER BY id", 2, 1, func(n []int64, s []string) {
		r.cases[n[0]] = len(w.cases)
		w.cases = append(w.cases, pastCase{r.complaints[n[1]], s[0]})
	})
	replaced := map[int]int64{}
	r.each("SELECT id, case_id, COALESCE(firm_id, 0), number, severity, COALESCE(superseded_by, 0), code, outcome, found_on FROM findings ORDER BY id", 6, 3, func(n []int64, s []string) {
		k := len(w.findings)
		r.findings[n[0]], replaced[k] = k, n[5]
		w.findings = append(w.findings, pastFinding{r.cases[n[1]], r.firms[n[2]], int(n[3]), s[0], int(n[4]), s[1], dayOf(t, s[2]), -1})
	})
	for k, id := range replaced {
		if id != 0 {
			w.findings[k].superseded = r.findings[id]
		}
	}
	r.each("SELECT case_id, firm_id, ordered_on FROM supervisory_measures", 2, 1, func(n []int64, s []string) {
		w.measures = append(w.measures, pastMeasure{r.cases[n[0]], r.firms[n[1]], dayOf(t, s[0])})
	})
}

func (r *reader) decisions() {
	t, w := r.t, r.w
	r.penalties = map[int64]int{}
	r.each("SELECT id, case_id, firm_id, fine_fen, confiscation_fen, reference, COALESCE(decision_number, ''), status, COALESCE(issued_on, '') FROM penalties ORDER BY id", 5, 4, func(n []int64, s []string) {
		r.penalties[n[0]] = len(w.penalties)
		w.penalties = append(w.penalties, pastPenalty{caseOf: r.cases[n[1]], firm: r.firms[n[2]], fine: n[3], other: n[4], ref: s[0], number: s[1], status: s[2], on: dayOf(t, s[3])})
	})
	r.each("SELECT penalty_id, finding_id FROM penalty_findings ORDER BY id", 2, 0, func(n []int64, _ []string) {
		p := &w.penalties[r.penalties[n[0]]]
		if k := r.findings[n[1]]; !slices.Contains(p.findings, k) {
			p.findings = append(p.findings, k)
		}
	})
	r.each("SELECT penalty_id, step, data FROM penalty_steps WHERE step IN ('pay', 'refund', 'change') ORDER BY penalty_id, number", 1, 2, func(n []int64, s []string) {
		var d struct {
			AmountFen int64 `json:"amount_fen"`
			Annul     bool  `json:"annul"`
			Shares    []enforcement.Share
		}
		check(t, json.Unmarshal([]byte(s[1]), &d))
		p := &w.penalties[r.penalties[n[0]]]
		switch s[0] {
		case "pay":
			p.paid = append(p.paid, d.AmountFen)
		case "refund":
			p.paid = append(p.paid, -d.AmountFen)
		default:
			c := pastChange{annul: d.Annul}
			for _, sh := range d.Shares {
				if sh.Kind == "fine" || strings.HasPrefix(sh.Kind, "cmp") {
					c.fine += sh.AmountFen
				} else {
					c.other += sh.AmountFen
				}
			}
			p.changes = append(p.changes, c)
		}
	})
}
