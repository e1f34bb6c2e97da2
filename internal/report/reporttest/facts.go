// Package reporttest counts the enforcement report a second time: it reads the
// rows of an office as they stand, or is given them, and counts by loops. It
// shares no query, no key and no arithmetic with package report; what it takes
// from elsewhere is data: the rulebook (which outcomes count, whose a limit is)
// and which days are worked.
package reporttest

import (
	"context"
	"testing"

	"dunwatch/internal/store"
)

// Facts are the rows of an office that figures are made of. Ids are those of the tables; instants are unix seconds; dates
// are 2026-10-31; 0 and "" say that there is none.
type Facts struct {
	Firms      []Firm
	Sizes      []Size // in the order in which they were said
	Complaints []*Complaint
	Cases      []*Case
	Findings   []*Finding
	Penalties  []*Penalty
	Measures   []Measure
	Clocks     []*Clock
	Records    []Record
	Deeds      []Deed
	Logs       []Log
}

// The facts of each kind, by their tables.
type (
	// Firm is one of the registry; Into is the firm that it was merged into.
	Firm struct {
		ID         int64
		Code, Kind string
		Into       int64
	}
	// Size is what a firm said of itself for a month.
	Size struct {
		Firm                     int64
		Month                    string
		Customers, Overdue, Lent int64
	}
	// Complaint is one with its codes and channels. Decided is the instant, By whether a person decided.
	Complaint struct {
		ID                        int64
		Ref, Pack, Source, Status string
		Region, Product           string
		Lender, Agency            int64
		Received                  int64
		ReceivedOn                string
		Decided, Ended            int64
		By                        bool
		Codes, Channels           []string
		External                  string
		Phone, IDNumber           []byte // indexes
	}
	// Case is one of a complaint.
	Case struct {
		ID, Complaint                     int64
		Ref, Pack, Status, Opened, Closed string
		Outcome                           string
		Lender, Agency                    int64
	}
	// Finding is one of a case.
	Finding struct {
		ID, Case, Number, Severity int64
		Code, Outcome, On          string
		Firm                       int64
		Superseded                 bool
		Rule                       string // that was hit in a log
		Hits                       int64
	}
	// Penalty is one of a case with what it imposes (the last round alone) and its ledger.
	Penalty struct {
		ID, Case, Firm    int64
		Ref, Issued       string
		Fine, Confiscated int64
		Annulled          bool
		Imposes           []Imposed
		Ledger            []Money
	}
	// Imposed is a measure of a penalty.
	Imposed struct {
		Kind string
		Fen  int64
	}
	// Money is a line of a ledger: what it adds to the debt of an account.
	Money struct {
		Party             int64
		Account, Kind, On string
		Fen               int64
	}
	// Measure is one short of a penalty.
	Measure struct {
		Case     int64
		Kind, On string
	}
	// Clock is a statutory clock with its events in the order in which they were written.
	Clock struct {
		Owner   string
		OwnerID int64
		Kind    string
		Events  []Event
	}
	// Event is one of a clock; N, Unit and Roll are a limit.
	Event struct {
		Kind, On string
		N        int
		Unit     string
		Roll     bool
	}
	// Record is an entry of the record by a person of the office.
	Record struct {
		At              int64
		Action, Subject string
	}
	// Log is a log of contacts of a complaint.
	Log struct {
		Complaint, At int64
		Side, Part    string
	}
	// Deed is something done in a case, its complaint or a forward of it, other than looking.
	Deed struct{ Case, Complaint, At int64 }
)

// reader reads rows inside one transaction.
type reader struct {
	tb  testing.TB
	ctx context.Context
	tx  *store.Tx
}

func (r reader) each(query string, scan func(scan func(...any))) {
	r.tb.Helper()
	rows, err := r.tx.Rows(r.ctx, query)
	if err != nil {
		r.tb.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		scan(func(into ...any) {
			if err := rows.Scan(into...); err != nil {
				r.tb.Fatalf("%s: %v", query, err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		r.tb.Fatalf("%s: %v", query, err)
	}
}

// Read reads the facts of a database: whole tables, without a condition that a figure depends on.
func Read(tb testing.TB, db *store.DB) *Facts {
	tb.Helper()
	f := &Facts{}
	err := db.Read(tb.Context(), func(tx *store.Tx) error {
		r := reader{tb, tb.Context(), tx}
		f.firms(r)
		f.complaints(r)
		f.cases(r)
		f.penalties(r)
		f.clocks(r)
		f.records(r)
		f.logs(r)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func (f *Facts) firms(r reader) {
	r.each("SELECT id, code, kind, COALESCE(merged_into, 0) FROM firms ORDER BY id", func(scan func(...any)) {
		var x Firm
		scan(&x.ID, &x.Code, &x.Kind, &x.Into)
		f.Firms = append(f.Firms, x)
	})
	r.each("SELECT firm_id, month, customers, overdue_accounts, lent_fen FROM firm_denominators ORDER BY id", func(scan func(...any)) {
		var x Size
		scan(&x.Firm, &x.Month, &x.Customers, &x.Overdue, &x.Lent)
		f.Sizes = append(f.Sizes, x)
	})
}

func (f *Facts) complaints(r reader) {
	at := map[int64]*Complaint{}
	r.each("SELECT id, reference, pack, source, status, region, product, COALESCE(lender_id, 0), COALESCE(agency_id, 0), received_at, received_on,"+
		" COALESCE(decided_at, 0), COALESCE(ended_at, 0), COALESCE(decided_by, 0), COALESCE(external_id, ''), phone_idx, id_number_idx FROM complaints ORDER BY id", func(scan func(...any)) {
		x := &Complaint{}
		var by int64
		scan(&x.ID, &x.Ref, &x.Pack, &x.Source, &x.Status, &x.Region, &x.Product, &x.Lender, &x.Agency, &x.Received, &x.ReceivedOn, &x.Decided, &x.Ended, &by, &x.External, &x.Phone, &x.IDNumber)
		x.By = by != 0
		f.Complaints, at[x.ID] = append(f.Complaints, x), x
	})
	for table, into := range map[string]func(*Complaint, string){
		"complaint_codes": func(c *Complaint, v string) { c.Codes = append(c.Codes, v) }, "complaint_channels": func(c *Complaint, v string) { c.Channels = append(c.Channels, v) },
	} {
		column := map[string]string{"complaint_codes": "code", "complaint_channels": "channel"}[table]
		r.each("SELECT complaint_id, "+column+" FROM "+table, func(scan func(...any)) {
			var id int64
			var v string
			scan(&id, &v)
			into(at[id], v)
		})
	}
}

func (f *Facts) cases(r reader) {
	r.each("SELECT id, complaint_id, reference, pack, status, opened_on, COALESCE(closed_on, ''), outcome, COALESCE(lender_id, 0), COALESCE(agency_id, 0) FROM cases ORDER BY id", func(scan func(...any)) {
		x := &Case{}
		scan(&x.ID, &x.Complaint, &x.Ref, &x.Pack, &x.Status, &x.Opened, &x.Closed, &x.Outcome, &x.Lender, &x.Agency)
		f.Cases = append(f.Cases, x)
	})
	r.each("SELECT id, case_id, number, severity, code, outcome, found_on, COALESCE(firm_id, 0), COALESCE(superseded_by, 0) FROM findings ORDER BY id", func(scan func(...any)) {
		x := &Finding{}
		var by int64
		scan(&x.ID, &x.Case, &x.Number, &x.Severity, &x.Code, &x.Outcome, &x.On, &x.Firm, &by)
		x.Superseded = by != 0
		f.Findings = append(f.Findings, x)
	})
	r.each("SELECT case_id, kind, ordered_on FROM supervisory_measures ORDER BY id", func(scan func(...any)) {
		var x Measure
		scan(&x.Case, &x.Kind, &x.On)
		f.Measures = append(f.Measures, x)
	})
}

func (f *Facts) penalties(r reader) {
	at, rounds := map[int64]*Penalty{}, map[int64]int64{}
	r.each("SELECT id, case_id, firm_id, reference, COALESCE(issued_on, ''), fine_fen, confiscation_fen FROM penalties ORDER BY id", func(scan func(...any)) {
		x := &Penalty{}
		scan(&x.ID, &x.Case, &x.Firm, &x.Ref, &x.Issued, &x.Fine, &x.Confiscated)
		f.Penalties, at[x.ID] = append(f.Penalties, x), x
	})
	r.each("SELECT penalty_id, data FROM penalty_steps WHERE step = 'change'", func(scan func(...any)) {
		var id int64
		var data string
		scan(&id, &data)
		at[id].Annulled = at[id].Annulled || annuls(r.tb, data)
	})
	r.each("SELECT penalty_id, round, kind, amount_fen FROM penalty_measures ORDER BY round, id", func(scan func(...any)) {
		var id, round int64
		var x Imposed
		scan(&id, &round, &x.Kind, &x.Fen)
		if round > rounds[id] {
			rounds[id], at[id].Imposes = round, nil
		}
		at[id].Imposes = append(at[id].Imposes, x)
	})
	r.each("SELECT penalty_id, party, account, kind, on_date, amount_fen FROM penalty_entries ORDER BY id", func(scan func(...any)) {
		var id int64
		var x Money
		scan(&id, &x.Party, &x.Account, &x.Kind, &x.On, &x.Fen)
		at[id].Ledger = append(at[id].Ledger, x)
	})
}

func (f *Facts) clocks(r reader) {
	type key struct {
		owner string
		id    int64
		clock string
	}
	at := map[key]*Clock{}
	r.each("SELECT owner, owner_id, clock, kind, on_date, n, unit, roll FROM clock_events WHERE owner <> 'measure' ORDER BY id", func(scan func(...any)) {
		var k key
		var e Event
		var roll int
		scan(&k.owner, &k.id, &k.clock, &e.Kind, &e.On, &e.N, &e.Unit, &roll)
		e.Roll = roll != 0
		if at[k] == nil {
			at[k] = &Clock{Owner: k.owner, OwnerID: k.id, Kind: k.clock}
			f.Clocks = append(f.Clocks, at[k])
		}
		at[k].Events = append(at[k].Events, e)
	})
}

func (f *Facts) records(r reader) {
	r.each("SELECT at, actor_role, COALESCE(actor_id, 0), action, subject FROM audit_entries ORDER BY id", func(scan func(...any)) {
		var x Record
		var role string
		var actor int64
		scan(&x.At, &role, &actor, &x.Action, &x.Subject)
		if actor != 0 && (role == "reviewer" || role == "supervisor" || role == "legal" || role == "director") {
			f.Records = append(f.Records, x)
		}
	})
	for _, query := range []string{"SELECT case_id, 0, at FROM case_events", "SELECT 0, complaint_id, at FROM complaint_events",
		"SELECT f.case_id, 0, e.at FROM forward_events e JOIN forwards f ON f.id = e.forward_id"} {
		r.each(query, func(scan func(...any)) {
			var x Deed
			scan(&x.Case, &x.Complaint, &x.At)
			f.Deeds = append(f.Deeds, x)
		})
	}
}

func (f *Facts) logs(r reader) {
	r.each("SELECT complaint_id, at, side, part FROM contact_logs ORDER BY id", func(scan func(...any)) {
		var x Log
		scan(&x.Complaint, &x.At, &x.Side, &x.Part)
		f.Logs = append(f.Logs, x)
	})
	at := map[int64]*Finding{}
	for _, x := range f.Findings {
		at[x.ID] = x
	}
	r.each("SELECT finding_id, rule, hits FROM finding_checks", func(scan func(...any)) {
		var id, hits int64
		var rule string
		scan(&id, &rule, &hits)
		at[id].Rule, at[id].Hits = rule, hits
	})
}
