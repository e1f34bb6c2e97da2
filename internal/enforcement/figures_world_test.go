package enforcement_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/enforcement"
	"dunwatch/internal/store"
)

// past is a made-up office with years of decisions, known in full to the test: what the views say of it is held against a
// count over these lists.
type past struct {
	firms      []pastFirm // index is the id
	sixties    int
	complaints []pastComplaint
	cases      []pastCase
	findings   []pastFinding
	penalties  []pastPenalty
	measures   []pastMeasure
	today      time.Time
}

type pastFirm struct {
	code         string
	lender       bool
	parent, into int // 0: none
}

type pastComplaint struct {
	lender, agency int
	on             time.Time
}

type pastCase struct {
	complaint int
	pack      string
}

type pastFinding struct {
	caseOf, firm int
	number       int
	code         string
	severity     int
	outcome      string
	on           time.Time
	superseded   int
}

type pastPenalty struct {
	ref, number  string
	caseOf, firm int
	status       string
	on           time.Time // of the decision
	findings     []int
	fine, other  int64 // as decided
	changes      []pastChange
	paid         []int64 // refunds are negative
	withdrawn    bool    // from the register, which changes nothing
}

type pastChange struct {
	annul       bool
	fine, other int64
}

type pastMeasure struct {
	caseOf, firm int
	on           time.Time
}

// pastStart is the first day of the made-up past; it ends with the day of the test's clock.
var pastStart = time.Date(2023, 10, 21, 0, 0, 0, 0, time.UTC)

const pastDays = 3 * 365

// newPast makes so many decisions, and what lies around them, against sixty firms for each ten thousand: twenty lenders and
// forty agencies. Of the first sixty some are groups, and some were merged.
func newPast(decisions int) *past {
	r := rand.New(rand.NewPCG(20, 26))
	w := &past{firms: make([]pastFirm, 1), sixties: max(1, decisions/10_000), today: pastStart.AddDate(0, 0, pastDays)}
	for i := 1; i <= 60*w.sixties; i++ {
		f := pastFirm{code: fmt.Sprintf("F%03d", i), lender: (i-1)%60 < 20}
		switch {
		case i > 60:
		case i >= 16 && i <= 18:
			f.parent = 1 // a group of lenders
		case i == 19, i == 40:
			f.parent = 2 // a group with an agency of its own
		case i == 20:
			f.parent = 19
		case i > 55:
			f.into = 50 - i%5 // merged into an agency
		}
		w.firms = append(w.firms, f)
	}
	day := func() time.Time { return pastStart.AddDate(0, 0, r.IntN(pastDays)) }
	for len(w.penalties) < decisions {
		w.matter(r, day())
	}
	return w
}

var pastCodes = []string{"T01", "T03", "H02", "H02", "H02", "P01", "P01", "V01"}

// matter makes a complaint with its case and what came of it.
func (w *past) matter(r *rand.Rand, on time.Time) {
	lender, agency := 60*r.IntN(w.sixties)+1+int(20*r.Float64()*r.Float64()), 60*r.IntN(w.sixties)+21+r.IntN(40) // some lenders have many more
	switch r.IntN(10) {
	case 0:
		agency = 0
	case 1:
		lender = 0
	}
	w.complaints = append(w.complaints, pastComplaint{lender, agency, on})
	if r.IntN(5) == 0 {
		return
	}
	pack := "cn"
	if r.IntN(20) == 0 {
		pack = "us"
	}
	w.cases = append(w.cases, pastCase{len(w.complaints) - 1, pack})
	k := len(w.cases) - 1
	upheld := map[int][]int{}
	number := 0
	for range 1 + r.IntN(3) {
		number++
		firm := agency
		if agency == 0 || lender != 0 && r.IntN(4) == 0 {
			firm = lender
		}
		f := pastFinding{caseOf: k, firm: firm, number: number, code: pastCodes[r.IntN(len(pastCodes))], severity: 1 + r.IntN(4), outcome: "substantiated",
			on: on.AddDate(0, 0, r.IntN(40)), superseded: -1}
		switch r.IntN(8) {
		case 0:
			f.outcome = "unsubstantiated"
		case 1: // corrected later
			f.superseded = len(w.findings) + 1
			w.findings = append(w.findings, f)
			number++
			f.number, f.superseded, f.on = number, -1, f.on.AddDate(0, 0, r.IntN(20))
		case 2:
			f.outcome = "partially_substantiated"
		}
		w.findings = append(w.findings, f)
		if f.outcome != "unsubstantiated" {
			upheld[f.firm] = append(upheld[f.firm], len(w.findings)-1)
		}
	}
	if r.IntN(6) == 0 && number > 0 {
		w.measures = append(w.measures, pastMeasure{k, w.findings[len(w.findings)-1].firm, on.AddDate(0, 0, r.IntN(60))})
	}
	for _, firm := range []int{lender, agency} {
		if list := upheld[firm]; firm != 0 && len(list) > 0 {
			w.penalty(r, k, firm, list, on.AddDate(0, 0, 60+r.IntN(120)))
		}
	}
}

func (w *past) penalty(r *rand.Rand, k, firm int, findings []int, on time.Time) {
	n := len(w.penalties) + 1
	p := pastPenalty{ref: pastRef(n), caseOf: k, firm: firm, status: "issued", on: on, findings: findings, fine: int64(1+r.IntN(50)) * 10_000_00}
	switch r.IntN(20) {
	case 0:
		p.fine = 0 // a warning
	case 1:
		p.other = int64(r.IntN(100)) * 100_00
	case 2:
		p.status, p.on = "ended", time.Time{} // no penalty
	case 3:
		p.status, p.on = "proceeding", time.Time{}
	}
	if p.status == "issued" && p.on.After(pastStart.AddDate(0, 0, pastDays)) {
		p.status, p.on = "proceeding", time.Time{}
	}
	if p.status == "issued" {
		p.number = fmt.Sprintf("〔2026〕%d号", n)
		switch r.IntN(25) {
		case 0:
			p.changes = []pastChange{{annul: true}}
		case 1:
			p.changes = []pastChange{{fine: p.fine / 2, other: p.other / 2}}
		case 2:
			p.changes = []pastChange{{fine: p.fine / 3}, {annul: true}}
		case 3:
			p.changes = []pastChange{{fine: p.fine / 2}, {fine: 0}}
		}
		for range r.IntN(3) {
			p.paid = append(p.paid, int64(1+r.IntN(20))*1_000_00)
		}
		if len(p.paid) > 1 && r.IntN(4) == 0 {
			p.paid = append(p.paid, -p.paid[0])
		}
		p.withdrawn = r.IntN(10) == 0
	}
	w.penalties = append(w.penalties, p)
}

// bulk puts rows into tables by the hundred.
type bulk struct {
	t  testing.TB
	tx *store.Tx
}

func (b *bulk) rows(table, columns string, n int, row func(i int) []any) {
	b.t.Helper()
	width := strings.Count(columns, ",") + 1
	marks := "(?" + strings.Repeat(", ?", width-1) + ")"
	for from := 0; from < n; from += 200 {
		to := min(from+200, n)
		var args []any
		for i := from; i < to; i++ {
			args = append(args, row(i)...)
		}
		if _, err := b.tx.Exec(b.t.Context(), "INSERT INTO "+table+" ("+columns+") VALUES "+marks+strings.Repeat(", "+marks, to-from-1), args...); err != nil {
			b.t.Fatalf("%s: %v", table, err)
		}
	}
}

func iso(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.DateOnly)
}

func idOrNull(n int) any {
	if n < 1 {
		return nil
	}
	return n
}

// pastStep is a step of the procedure with its line of the timeline.
type pastStep struct {
	penalty, number int
	step            string
	on              time.Time
	data            any
}

func (w *past) steps() (out []pastStep) {
	shares := func(pack string, fine, other int64) (list []map[string]any) {
		list = append(list, map[string]any{"party": 1, "kind": "warning", "amount_fen": 0})
		fined := map[string]string{"cn": "fine", "us": "cmp_tier1"}[pack]
		for kind, fen := range map[string]int64{fined: fine, "confiscation": other} {
			if fen > 0 {
				list = append(list, map[string]any{"party": 1, "kind": kind, "amount_fen": fen})
			}
		}
		return list
	}
	for i, p := range w.penalties {
		n := 0
		add := func(step string, data any) {
			n++
			out = append(out, pastStep{i + 1, n, step, p.on, data})
		}
		if len(p.changes)+len(p.paid) > 0 || p.withdrawn {
			add("serve", map[string]any{"means": "direct"})
		}
		for j, fen := range p.paid {
			if fen < 0 {
				add("refund", map[string]any{"party": 1, "account": "fine", "amount_fen": -fen})
			} else {
				add("pay", map[string]any{"party": 1, "account": "fine", "amount_fen": fen, "receipt": fmt.Sprint(j)})
			}
		}
		for _, c := range p.changes {
			if c.annul {
				add("change", map[string]any{"annul": true, "shares": nil})
			} else {
				add("change", map[string]any{"annul": false, "shares": shares(w.cases[p.caseOf].pack, c.fine, c.other)})
			}
		}
		if p.withdrawn {
			add("withdraw_publication", map[string]any{"reasons": "撤回公示"})
		}
	}
	return out
}

// insert puts the past into the database as rows, and what stands of its decisions as the steps would have written it.
func (w *past) insert(t testing.TB, o *office) {
	t.Helper()
	ctx := t.Context()
	check(t, o.DB.Write(ctx, func(tx *store.Tx) error {
		b := &bulk{t, tx}
		base := int(o.Agency.ID)
		b.rows("firms", "id, code, kind, name, name_key, parent_id, provisional, merged_into, created_at, version", len(w.firms)-1, func(i int) []any {
			f := w.firms[i+1]
			kind := map[bool]string{true: "lender", false: "agency"}[f.lender]
			up := func(n int) any {
				if n == 0 {
					return nil
				}
				return base + n
			}
			return []any{base + i + 1, f.code, kind, "机构" + f.code, f.code, up(f.parent), 0, up(f.into), 1, 1}
		})
		firm := func(n int) any { return idOrNull(map[bool]int{true: base + n}[n > 0]) }
		b.rows("data_keys", "id, created_at", 1, func(int) []any { return []any{1, 1} })
		b.rows("complaints", "id, reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity, region, lender_id, lender_name,"+
			" agency_id, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook, ground, referred_to, version", len(w.complaints), func(i int) []any {
			c := w.complaints[i]
			return []any{i + 1, fmt.Sprint("C-", i), "cn", "zh", "complaint", "web", "accepted", c.on.Unix(), iso(c.on), 1, 0, 0, "", firm(c.lender), "", firm(c.agency), "", 0, "…", "", "", 0, 3, "", "", "", "", 1}
		})
		b.rows("cases", "id, reference, complaint_id, pack, track, status, unit_id, severity, lender_id, agency_id, received_on, opened_at, opened_on, outcome, rulebook, version", len(w.cases), func(i int) []any {
			k := w.cases[i]
			c := w.complaints[k.complaint]
			return []any{i + 1, fmt.Sprint("K-", i), k.complaint + 1, k.pack, "complaint", "closed", o.UnitA, 3, firm(c.lender), firm(c.agency), iso(c.on), 1, iso(c.on), "", "", 1}
		})
		// From the last on: a correction stands before what it corrects.
		b.rows("findings", "id, case_id, number, code, severity, outcome, acted_on, standards, bases, reasons, evidence, firm_id, rulebook, found_at, found_on, found_by, superseded_by", len(w.findings), func(j int) []any {
			i := len(w.findings) - 1 - j
			f := w.findings[i]
			return []any{i + 1, f.caseOf + 1, f.number, f.code, f.severity, f.outcome, iso(f.on), "[]", "[]", "", "[]", firm(f.firm), "", 1, iso(f.on), o.Reviewer.UserID, idOrNull(f.superseded + 1)}
		})
		w.insertPenalties(b, o, firm)
		for from := 0; from < len(w.penalties); from += 500 {
			var ids []int64
			for i := from; i < min(from+500, len(w.penalties)); i++ {
				ids = append(ids, int64(i+1))
			}
			if err := enforcement.KeepPast(o.Service, ctx, tx, ids...); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *past) insertPenalties(b *bulk, o *office, firm func(int) any) {
	b.t.Helper()
	b.rows("penalties", "id, reference, case_id, firm_id, status, facts, reasons, bases, fine_fen, confiscation_fen, proposed_by, proposed_at, issued_on, decision_number, unit_id, rulebook, version", len(w.penalties), func(i int) []any {
		p := w.penalties[i]
		number := any(p.number)
		if p.number == "" {
			number = nil
		}
		return []any{i + 1, p.ref, p.caseOf + 1, firm(p.firm), p.status, "", "", "[]", p.fine, p.other, o.Reviewer.UserID, 1, iso(p.on), number, o.UnitA, "", 1}
	})
	var links [][2]int
	for i, p := range w.penalties {
		for _, f := range p.findings {
			links = append(links, [2]int{i + 1, f + 1})
		}
	}
	b.rows("penalty_findings", "penalty_id, finding_id", len(links), func(i int) []any { return []any{links[i][0], links[i][1]} })
	b.rows("penalty_measures", "penalty_id, round, kind, amount_fen", len(w.penalties), func(i int) []any { return []any{i + 1, 1, "fine", w.penalties[i].fine} })
	steps := w.steps()
	b.rows("penalty_events", "id, penalty_id, at, kind, actor_role, note", len(steps), func(i int) []any {
		return []any{i + 1, steps[i].penalty, 1, "penalty." + steps[i].step, "supervisor", ""}
	})
	b.rows("penalty_steps", "penalty_id, event_id, number, step, on_date, data", len(steps), func(i int) []any {
		s := steps[i]
		data, err := json.Marshal(s.data)
		check(b.t, err)
		return []any{s.penalty, i + 1, s.number, s.step, iso(s.on), string(data)}
	})
	b.rows("supervisory_measures", "reference, case_id, firm_id, kind, status, finding_numbers, text, basis, ground, authority, ordered_on, ordered_by, unit_id, version", len(w.measures), func(i int) []any {
		m := w.measures[i]
		return []any{fmt.Sprint("M-", i), m.caseOf + 1, firm(m.firm), "talk", "ended", "[]", "", "[]", "", "", iso(m.on), o.Reviewer.UserID, o.UnitA, 1}
	})
}

// house is the firm that counts: of one that was merged the one that it went into.
func (w *past) house(n int) int {
	if into := w.firms[n].into; into != 0 {
		return into
	}
	return n
}

// inForce is what stands of a penalty; ok is false for one that was not decided or was annulled.
func (p *pastPenalty) inForce() (fine, other int64, ok bool) {
	if p.status != "issued" {
		return 0, 0, false
	}
	fine, other = p.fine, p.other
	for _, c := range p.changes {
		if c.annul {
			return 0, 0, false
		}
		fine, other = c.fine, c.other
	}
	return fine, other, true
}

// codes are the violations of a penalty, each once, and its gravest severity.
func (w *past) codes(p *pastPenalty) (codes []string, gravest int) {
	for _, f := range p.findings {
		x := w.findings[f]
		if !slices.Contains(codes, x.code) {
			codes = append(codes, x.code)
		}
		if x.severity > gravest {
			gravest = x.severity
		}
	}
	slices.Sort(codes)
	return codes, gravest
}
