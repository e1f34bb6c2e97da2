package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/policies"
)

// insert writes the world as rows, the events of all clocks mixed.
func (w *world) insert(t testing.TB, db *store.DB) {
	t.Helper()
	calendars, err := calendar.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(context.Background(), func(tx *store.Tx) error {
		x := &inserter{tx: tx}
		x.put("units", "id, code, name_zh, name_en, created_at, version", 1, "U1", "一处", "Unit", 1, 1)
		for id := int64(1); id <= 3; id++ {
			x.put("users", "id, email, name, role, unit_id, password, totp_used, lang, created_at, version", id, fmt.Sprintf("u%d@x.cn", id), "甲", "reviewer", 1, "x", 0, "zh", 1, 1)
		}
		for id, code := range seedFirms[1:] {
			kind := map[byte]string{'L': "lender", 'A': "agency"}[code[0]]
			x.put("firms", "id, code, kind, name, name_key, provisional, created_at, version", id+1, code, kind, "机构"+code, code, 0, 1, 1)
		}
		x.put("firms", "id, code, kind, name, name_key, provisional, merged_into, created_at, version", mergedFirm, "P1", "agency", "机构P1", "P1", 0, firmA1, 1, 1)
		for _, d := range w.sizes {
			firm := slices.Index(seedFirms, d.firm)
			x.put("firm_denominators", "id, firm_id, month, customers, overdue_accounts, lent_fen, received_on, created_at", x.serial(), firm, d.month, d.customers, d.overdue, d.lent, "2026-10-01", 1)
		}
		x.put("data_keys", "id, created_at", 1, 1)
		for _, c := range w.complaints {
			x.complaint(c)
		}
		longest := 0
		for _, k := range w.clocks {
			longest = max(longest, len(k.events))
		}
		for i := range longest {
			for _, k := range w.clocks {
				if i < len(k.events) {
					x.event(k, k.events[i])
				}
			}
		}
		for _, k := range w.clocks {
			x.state(k, calendars)
		}
		return x.err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The firm P1 was merged into A1. Some of what the world says of A1 is recorded under P1.
const (
	firmA1     = 3
	mergedFirm = 5
)

// recorded is the id under which row n of a table names a firm.
func recorded(firm, n int64) int64 {
	if firm == firmA1 && n%3 == 0 {
		return mergedFirm
	}
	return firm
}

// typed is the product as the form has it: some who had none typed so.
func typed(c *seedComplaint) string {
	if c.product == "" && c.id%2 == 0 {
		return report.None
	}
	return c.product
}

type inserter struct {
	tx     *store.Tx
	err    error
	nextID int64
}

func (x *inserter) put(table, columns string, values ...any) {
	if x.err != nil {
		return
	}
	marks := ""
	for i := range values {
		if i > 0 {
			marks += ", "
		}
		marks += "?"
	}
	if _, err := x.tx.Exec(context.Background(), "INSERT INTO "+table+" ("+columns+") VALUES ("+marks+")", values...); err != nil {
		x.err = fmt.Errorf("%s: %w", table, err)
	}
}

func (x *inserter) serial() int64 { x.nextID++; return x.nextID }

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (x *inserter) complaint(c *seedComplaint) {
	x.put("complaints", "id, reference, pack, lang, track, source, status, received_at, received_on, data_key_id, anonymous, hide_identity, region, lender_id, lender_name,"+
		" agency_id, agency_name, agency_unknown, narrative, demand, product, consent_to_forward, severity, external, rulebook, ground, referred_to, decided_at, ended_at, decided_by, version, phone_idx, id_number_idx",
		c.id, c.ref, c.pack, "zh", "complaint", c.source, c.status, c.receivedAt.Unix(), dayOf(c.receivedAt), 1, 0, 0, c.region, store.ID(c.lender), "",
		store.ID(recorded(c.agency, c.id)), "", 0, "…", "", typed(c), 0, 3, "", "", "", "", store.At(c.decidedAt), store.At(c.endedAt), decidedBy(c), 1, person(c.id, 5, 31), person(c.id, 3, 23))
	for _, code := range c.codes {
		x.put("complaint_codes", "id, complaint_id, code", x.serial(), c.id, code)
	}
	for _, ch := range c.channels {
		x.put("complaint_channels", "id, complaint_id, channel", x.serial(), c.id, ch)
	}
	x.entry(c.ref, "complaint.filed", "public", 0, c.receivedAt) // nobody of the office
	x.logs(c)
	if !c.readAt.IsZero() {
		x.entry(c.ref, "complaint.supplement_asked", "supervisor", 1, c.readAt)
		x.entry(c.ref, "complaint.message_sent", "reviewer", 2, c.readAt.AddDate(0, 0, 3))
	}
	k := c.theCase
	if k == nil {
		return
	}
	x.put("cases", "id, reference, complaint_id, pack, track, status, unit_id, severity, lender_id, agency_id, received_on, opened_at, opened_on, closed_on, outcome, rulebook, version",
		k.id, k.ref, c.id, c.pack, "complaint", k.status, 1, 3, store.ID(c.lender), store.ID(recorded(c.agency, c.id)), dayOf(c.receivedAt), 1, k.openedOn, nullable(k.closedOn), k.outcome, "", 1)
	for i := len(k.findings) - 1; i >= 0; i-- { // a correction stands before what it corrects
		f := k.findings[i]
		x.put("findings", "id, case_id, number, code, severity, outcome, acted_on, standards, bases, reasons, evidence, firm_id, rulebook, found_at, found_on, found_by, superseded_by",
			f.id, k.id, f.number, f.code, f.severity, f.outcome, f.foundOn, "", "", "", "", store.ID(recorded(f.firm, f.id)), "", 1, f.foundOn, 1, store.ID(f.supersededBy))
		if f.id%3 == 0 {
			x.put("finding_checks", "id, finding_id, rule, rulebook, side, hits, places", x.serial(), f.id, pick(rand.New(rand.NewPCG(uint64(f.id), 1)), "R01", "R03", "R99"), "1", "borrower", 1+f.id%7, "[]")
		}
	}
	for _, m := range k.measures {
		id := x.serial()
		x.put("supervisory_measures", "id, reference, case_id, firm_id, kind, status, finding_numbers, text, basis, ground, authority, ordered_on, ordered_by, unit_id, version",
			id, fmt.Sprintf("M-%d", id), k.id, 1, m.kind, "ordered", "", "", "", "", "", m.on, 1, 1, 1)
	}
	if k.viewedOn != "" {
		x.entry(k.ref, "case.viewed", "reviewer", 2, noon(k.viewedOn))
	}
	if k.actedOn != "" {
		x.put("case_events", "id, case_id, at, kind, actor_role, actor_id, note", x.serial(), k.id, noon(k.actedOn).Unix(), "case.noted", "reviewer", 2, "")
	}
	for _, p := range k.penalties {
		status, number := "proposed", any(nil)
		if p.issuedOn != "" {
			status, number = "issued", "〔2026〕"+p.ref
		}
		x.put("penalties", "id, reference, case_id, firm_id, status, facts, reasons, bases, fine_fen, confiscation_fen, proposed_by, proposed_at, decided_by, issued_on, decision_number, unit_id, rulebook, version",
			p.id, p.ref, k.id, recorded(p.firm, p.id), status, "", "", "", p.fine, p.seized, 1, 1, 2, nullable(p.issuedOn), number, 1, "", 1)
		if p.annulled {
			id := x.serial()
			x.put("penalty_events", "id, penalty_id, at, kind, actor_role, actor_id, note", id, p.id, 1, "penalty.step.change", "director", 1, "")
			x.put("penalty_steps", "id, penalty_id, event_id, number, step, on_date, data", id, p.id, id, 30, "change", p.issuedOn, `{"shares":null,"annul":true,"order":"review"}`)
		}
		for _, e := range p.ledger {
			x.put("penalty_entries", "id, penalty_id, party, account, kind, on_date, amount_fen", x.serial(), p.id, 1, e.account, e.kind, e.on, e.fen)
		}
		x.put("penalty_measures", "id, penalty_id, round, kind, amount_fen", x.serial(), p.id, 1, "fine", 99_999_999) // returned, proposed anew
		x.put("penalty_measures", "id, penalty_id, round, kind, amount_fen", x.serial(), p.id, 2, "warning", 0)
		for kind, fen := range map[string]int64{"fine": p.fine, "confiscation": p.seized} {
			if fen > 0 {
				x.put("penalty_measures", "id, penalty_id, round, kind, amount_fen", x.serial(), p.id, 2, kind, fen)
			}
		}
	}
}

// person is the index of a number that every so many complaints share; some have none.
func person(id, none, people int64) []byte {
	if id%none == 0 {
		return nil
	}
	return []byte{byte(none), byte(id % people)}
}

// logs gives some complaints a log of the borrower, some of these the whole file beside it, and one of the firm.
func (x *inserter) logs(c *seedComplaint) {
	if c.id%4 != 0 {
		return
	}
	for i, l := range [][2]string{{"borrower", "extract"}, {"borrower", "original"}, {"firm", "extract"}} {
		if i > 0 && c.id%8 != 0 {
			return
		}
		id := x.serial()
		x.put("evidence", "id, complaint_id, number, kind, name, size, media_type, sha256, blob, scan, received_at, from_role, version", id, c.id, i+1, "call_log", []byte{1}, 1, "text/csv", []byte{1}, "b", "clean", 1, "public", 1)
		x.put("contact_logs", "id, complaint_id, evidence_id, side, part, at", id, c.id, id, l[0], l[1], c.receivedAt.AddDate(0, 0, 9*i).Unix())
	}
}

// decidedBy is nobody before the decision, and where an import decided.
func decidedBy(c *seedComplaint) store.ID {
	if c.auto || c.decidedAt.IsZero() {
		return 0
	}
	return 1
}

// noon of a day in the regulator's zone.
func noon(on string) time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, on, beijing)
	return t.Add(12 * time.Hour)
}

// entry writes a line of the record, without its proof.
func (x *inserter) entry(subject, action, role string, actor int64, at time.Time) {
	x.put("audit_entries", "id, at, actor_role, actor_id, actor_name, action, subject, detail, rows, mac", x.serial(), at.Unix(), role, store.ID(actor), "", action, subject, "", "", []byte{1})
}

func (x *inserter) event(k *seedClock, e seedEvent) {
	n, unit, roll := 0, "", 0
	switch e.kind {
	case "start":
		n, unit = k.n, k.unit
	case "extend":
		n, unit = e.n, k.unit
	}
	x.put("clock_events", "id, owner, owner_id, clock, kind, on_date, n, unit, roll, reason, at", x.serial(), k.owner, k.ownerID, k.kind, e.kind, e.on, n, unit, roll, "", 1)
}

// state is where a clock stands, as the commands keep it.
func (x *inserter) state(k *seedClock, calendars map[string]*calendar.Calendar) {
	c := deadline.Clock{Kind: k.kind, Limit: deadline.Limit{N: k.n, Unit: deadline.Unit(k.unit)}}
	for _, e := range k.events {
		d := deadline.Event{Kind: deadline.EventKind(e.kind), On: calendar.MustDate(e.on)}
		if d.Kind == deadline.Extend {
			d.Limit = deadline.Limit{N: e.n, Unit: deadline.Unit(k.unit)}
		}
		c.Events = append(c.Events, d)
	}
	st, err := deadline.Compute(calendars[k.complaint.pack], c)
	if err != nil {
		x.err = err
		return
	}
	x.put("clock_states", "owner, owner_id, clock, phase, started_on, original_on, due_on, earliest_on, provisional, stopped_on",
		k.owner, k.ownerID, k.kind, string(st.Phase), st.Started, st.Original, st.Due, st.Earliest, 0, st.StoppedOn)
}
