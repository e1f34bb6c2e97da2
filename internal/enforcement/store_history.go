package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// few is how many complaints there must be before a history is more than its cases, where the rulebook does not say.
const few = 5

// loadMatters reads the record of a firm and of its subsidiaries.
func (s *Service) loadMatters(ctx context.Context, tx *store.Tx, f *firm.Firm) (*matters, error) {
	houses, merged, err := mergers(ctx, tx)
	if err != nil {
		return nil, err
	}
	m := &matters{self: f.ID, kind: f.Kind, rules: map[string]RepeatRule{}, minimum: few}
	if f.MergedID != 0 {
		m.self = f.MergedID
	}
	if m.members, err = family(ctx, tx, m.self); err != nil {
		return nil, err
	}
	var ids []int64
	for id := range m.members {
		ids = append(append(ids, id), merged[id]...)
	}
	slices.Sort(ids)
	upheld := map[[2]string]bool{}
	for _, p := range s.d.Book.Packs() {
		m.rules[p.ID] = repeatRule(p)
		for _, o := range upheldOf(p) {
			upheld[[2]string{p.ID, o}] = true
		}
		if t, ok := p.Threshold("history.min_complaints"); ok {
			m.minimum = int(t.Value)
		}
	}
	if m.complaints, err = complaintsOf(ctx, tx, ids); err != nil {
		return nil, err
	}
	if m.findings, err = mattersOf(ctx, tx, ids, "findings x", "x.code, x.outcome", "x.found_on", " AND x.superseded_by IS NULL"); err != nil {
		return nil, err
	}
	m.findings = slices.DeleteFunc(m.findings, func(x matter) bool { return !upheld[[2]string{x.pack, x.outcome}] })
	if m.measures, err = mattersOf(ctx, tx, ids, "supervisory_measures x", "'', ''", "x.ordered_on", ""); err != nil {
		return nil, err
	}
	if m.decisions, err = mattersOf(ctx, tx, ids, "penalties x", "'', ''", "x.issued_on", " AND x.status = 'issued'"); err != nil {
		return nil, err
	}
	m.settle(houses)
	if err := s.detail(ctx, tx, m); err != nil {
		return nil, err
	}
	return m, nil
}

// settle writes every firm that was merged as the one that it went into.
func (m *matters) settle(houses map[int64]int64) {
	house := func(id *int64) {
		if into, ok := houses[*id]; ok {
			*id = into
		}
	}
	for i := range m.complaints {
		house(&m.complaints[i].lender)
		house(&m.complaints[i].agency)
	}
	for _, list := range [][]matter{m.findings, m.decisions, m.measures} {
		for i := range list {
			house(&list[i].accused)
			house(&list[i].lender)
		}
	}
}

// mergers are the firms that were merged with where they went, and the other way.
func mergers(ctx context.Context, tx *store.Tx) (into map[int64]int64, merged map[int64][]int64, err error) {
	into, merged = map[int64]int64{}, map[int64][]int64{}
	rows, err := tx.Rows(ctx, "SELECT id, merged_into FROM firms WHERE merged_into IS NOT NULL")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, nil, err
		}
		into[from], merged[to] = to, append(merged[to], from)
	}
	return into, merged, rows.Err()
}

// family is a firm with its subsidiaries, and theirs.
func family(ctx context.Context, tx *store.Tx, id int64) (map[int64]bool, error) {
	out := map[int64]bool{id: true}
	for next := []int64{id}; len(next) > 0; {
		in, args := marks(next)
		next = nil
		rows, err := tx.Rows(ctx, "SELECT id FROM firms WHERE merged_into IS NULL AND parent_id IN ("+in+")", args...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var child int64
			if err := rows.Scan(&child); err != nil {
				return nil, err
			}
			if !out[child] {
				out[child], next = true, append(next, child)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// complaintsOf counts the complaints that name one of the firms, each once.
func complaintsOf(ctx context.Context, tx *store.Tx, firms []int64) (out []complaintCell, err error) {
	in, args := marks(firms)
	const cell = "SELECT COALESCE(lender_id, 0), COALESCE(agency_id, 0), SUBSTR(received_on, 1, 7), COUNT(*) FROM complaints WHERE "
	const by = " GROUP BY lender_id, agency_id, SUBSTR(received_on, 1, 7)"
	rows, err := tx.Rows(ctx, cell+"lender_id IN ("+in+")"+by+" UNION ALL "+cell+"agency_id IN ("+in+") AND (lender_id IS NULL OR lender_id NOT IN ("+in+"))"+by,
		slices.Concat(args, args, args)...)
	if err != nil {
		return nil, fmt.Errorf("count complaints: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c complaintCell
		var month string
		if err := rows.Scan(&c.lender, &c.agency, &month, &c.n); err != nil {
			return nil, fmt.Errorf("count complaints: %w", err)
		}
		if c.month, err = calendar.ParseMonth(month); err != nil {
			return nil, fmt.Errorf("count complaints: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// mattersOf reads what there is of a kind against the firms, or against others in cases about them, each once, by day.
func mattersOf(ctx context.Context, tx *store.Tx, firms []int64, table, columns, on, more string) (out []matter, err error) {
	in, ids := marks(firms)
	row := "SELECT x.id, x.firm_id, COALESCE(k.lender_id, 0), k.pack, " + columns + ", " + on + " FROM " + table + " JOIN cases k ON k.id = x.case_id WHERE "
	rows, err := tx.Rows(ctx, row+"x.firm_id IN ("+in+")"+more+" UNION "+row+"k.lender_id IN ("+in+") AND x.firm_id IS NOT NULL"+more+" ORDER BY 7, 1",
		slices.Concat(ids, ids)...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var x matter
		if err := rows.Scan(&x.id, &x.accused, &x.lender, &x.pack, &x.code, &x.outcome, &x.on); err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// detail adds names to firms, and to decisions what is in force and what was paid.
func (s *Service) detail(ctx context.Context, tx *store.Tx, m *matters) (err error) {
	named := []int64{m.self}
	for _, c := range m.complaints {
		named = append(named, c.lender, c.agency)
	}
	for _, list := range [][]matter{m.findings, m.decisions, m.measures} {
		for _, x := range list {
			named = append(named, x.accused, x.lender)
		}
	}
	if m.firms, err = s.d.Firms.ByIDs(ctx, tx, unique(named)); err != nil {
		return err
	}
	at := map[int64]*matter{}
	var all []int64
	for i := range m.decisions {
		at[m.decisions[i].id], all = &m.decisions[i], append(all, m.decisions[i].id)
	}
	for ids := range slices.Chunk(all, 500) { // far below what either database takes in one statement
		if err := s.detailOf(ctx, tx, m, at, ids); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) detailOf(ctx context.Context, tx *store.Tx, m *matters, at map[int64]*matter, ids []int64) error {
	in, args := marks(ids)
	rows, err := tx.Rows(ctx, `SELECT p.id, p.reference, p.decision_number, p.unit_id, p.fine_fen, p.confiscation_fen, COALESCE(d.stage, '')
		FROM penalties p LEFT JOIN procedures d ON d.penalty_id = p.id WHERE p.id IN (`+in+")", args...)
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		d := HistoryDecision{Tally: Tally{Decisions: 1}}
		if err := rows.Scan(&id, &d.Reference, &d.Number, &d.UnitID, &d.FineFen, &d.OtherFen, &d.Stage); err != nil {
			return fmt.Errorf("read decisions: %w", err)
		}
		x := at[id]
		d.On, d.Firm = x.on, m.firms[x.accused]
		x.decision = d
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	return s.settled(ctx, tx, at, ids)
}

// settled adds changes and payments to decisions. What was paid on one that was annulled, and not yet refunded, is not counted:
// it is owed back.
func (s *Service) settled(ctx context.Context, tx *store.Tx, at map[int64]*matter, ids []int64) error {
	in, args := marks(ids)
	rows, err := tx.Rows(ctx, "SELECT penalty_id, step, data FROM penalty_steps WHERE penalty_id IN ("+in+") AND step IN ('change', 'pay', 'refund') ORDER BY penalty_id, number", args...)
	if err != nil {
		return fmt.Errorf("read what was paid: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var step Step
		var data string
		if err := rows.Scan(&id, &step, &data); err != nil {
			return fmt.Errorf("read what was paid: %w", err)
		}
		deed := blank[step]()
		if err := json.Unmarshal([]byte(data), deed); err != nil {
			return fmt.Errorf("read %s of penalty %d: %w", step, id, err)
		}
		x := at[id]
		d := &x.decision
		switch deed := deed.(type) {
		case *Pay:
			d.PaidFen += deed.AmountFen
		case *Refund:
			d.PaidFen -= deed.AmountFen
		case *Change:
			pack, err := s.pack(x.pack)
			if err != nil {
				return err
			}
			d.Changed, d.Annulled = !deed.Annul, deed.Annul
			d.FineFen, d.OtherFen = sums(pack, totals(deed.Shares))
		}
	}
	for _, id := range ids {
		if d := &at[id].decision; d.Annulled {
			d.Tally = Tally{}
		}
	}
	return rows.Err()
}

func upheldOf(p *rulebook.Pack) (out []string) {
	for _, o := range p.FindingOutcomes() {
		if o.Upheld {
			out = append(out, o.ID)
		}
	}
	return out
}
