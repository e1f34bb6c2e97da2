package enforcement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// keepPast writes down what stands of decisions, for the views of the past: see the table past_decisions. It belongs to every
// step that makes, lowers or annuls one.
func (s *Service) keepPast(ctx context.Context, tx *store.Tx, penalties ...int64) error {
	in, args := marks(penalties)
	if _, err := tx.Exec(ctx, "DELETE FROM past_decisions WHERE penalty_id IN ("+in+")", args...); err != nil {
		return fmt.Errorf("forget past decisions: %w", err)
	}
	changes, err := lastChanges(ctx, tx, penalties)
	if err != nil {
		return err
	}
	all, err := decided(ctx, tx, penalties)
	if err != nil {
		return err
	}
	var values []any
	for _, d := range all {
		if c, ok := changes[d.id]; ok {
			if c.Annul {
				continue
			}
			pack, err := s.pack(d.pack)
			if err != nil {
				return err
			}
			d.fine, _ = sums(pack, totals(c.Shares))
		}
		for _, code := range d.codes {
			values = append(values, d.pack, code, d.on, d.id, d.firm, d.gravest, len(d.codes), d.fine)
		}
	}
	return insertPast(ctx, tx, values)
}

// decidedRow is what was decided, before any change.
type decidedRow struct {
	pack, on       string
	id, firm, fine int64
	codes          []string
	gravest        int
}

// decided are the decisions that were issued of some penalties.
func decided(ctx context.Context, tx *store.Tx, penalties []int64) ([]decidedRow, error) {
	in, args := marks(penalties)
	rows, err := tx.Rows(ctx, `SELECT k.pack, f.code, p.issued_on, p.id, p.firm_id, f.severity, p.fine_fen
		FROM penalties p JOIN cases k ON k.id = p.case_id JOIN penalty_findings g ON g.penalty_id = p.id JOIN findings f ON f.id = g.finding_id
		WHERE p.status = 'issued' AND p.id IN (`+in+") ORDER BY p.id, f.code", args...)
	if err != nil {
		return nil, fmt.Errorf("load past decisions: %w", err)
	}
	defer rows.Close()
	var all []decidedRow
	for rows.Next() {
		var d decidedRow
		var code string
		var severity int
		if err := rows.Scan(&d.pack, &code, &d.on, &d.id, &d.firm, &severity, &d.fine); err != nil {
			return nil, fmt.Errorf("load past decisions: %w", err)
		}
		if n := len(all); n == 0 || all[n-1].id != d.id {
			all = append(all, d)
		}
		last := &all[len(all)-1]
		last.gravest = max(last.gravest, severity)
		if !slices.Contains(last.codes, code) {
			last.codes = append(last.codes, code)
		}
	}
	return all, rows.Err()
}

func insertPast(ctx context.Context, tx *store.Tx, values []any) error {
	const columns, atOnce = 8, 100
	for part := range slices.Chunk(values, columns*atOnce) {
		row := "(?" + strings.Repeat(", ?", columns-1) + ")"
		_, err := tx.Exec(ctx, "INSERT INTO past_decisions (pack, code, issued_on, penalty_id, firm_id, severity, codes, fine_fen) VALUES "+
			row+strings.Repeat(", "+row, len(part)/columns-1), part...)
		if err != nil {
			return fmt.Errorf("keep past decisions: %w", err)
		}
	}
	return nil
}

// lastChanges are the changes in force of decisions; those never changed are left out.
func lastChanges(ctx context.Context, tx *store.Tx, penalties []int64) (map[int64]Change, error) {
	in, args := marks(penalties)
	rows, err := tx.Rows(ctx, "SELECT penalty_id, data FROM penalty_steps WHERE step = 'change' AND penalty_id IN ("+in+") ORDER BY penalty_id, number", args...)
	if err != nil {
		return nil, fmt.Errorf("load changes: %w", err)
	}
	defer rows.Close()
	out := map[int64]Change{}
	for rows.Next() {
		var id int64
		var data string
		var c Change
		if err := rows.Scan(&id, &data); err != nil {
			return nil, fmt.Errorf("load changes: %w", err)
		}
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			return nil, fmt.Errorf("read change of %d: %w", id, err)
		}
		out[id] = c
	}
	return out, rows.Err()
}

// marks is ?, ?, ? for a list of arguments.
func marks[T any](list []T) (string, []any) {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	if len(list) == 0 {
		return "NULL", nil
	}
	return "?" + strings.Repeat(", ?", len(list)-1), args
}

// likeRow is a standing decision on some of the codes that are compared.
type likeRow struct {
	id, firm, fine   int64
	on               calendar.Date
	severity         int
	shared, codes    int // how many of the codes compared it has, and how many in all
	victims, repeat  int
	atBest, distance int
}

// newer orders the newest decision first, of one day the one proposed last.
func (l likeRow) newer(o likeRow) int {
	if c := o.on.Compare(l.on); c != 0 {
		return c
	}
	return int(o.id - l.id)
}

// likes are the standing decisions of a pack on any of the codes, issued until a day, but for one.
func likes(ctx context.Context, tx *store.Tx, but *Penalty, pack string, codes []string, until calendar.Date) ([]likeRow, error) {
	in, args := marks(codes)
	rows, err := tx.Rows(ctx, `SELECT penalty_id, firm_id, issued_on, severity, codes, fine_fen FROM past_decisions
		WHERE pack = ? AND code IN (`+in+`) AND issued_on <= ? AND penalty_id <> ?`, append(append([]any{pack}, args...), until, but.ID)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []likeRow
	at := map[int64]int{}
	for rows.Next() {
		l := likeRow{shared: 1}
		if err := rows.Scan(&l.id, &l.firm, &l.on, &l.severity, &l.codes, &l.fine); err != nil {
			return nil, err
		}
		if i, known := at[l.id]; known {
			out[i].shared++
			continue
		}
		if len(codes) > 1 {
			at[l.id] = len(out)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// describe gives the nearest what people call them by.
func describe(ctx context.Context, tx *store.Tx, near []likeRow) ([]Like, error) {
	ids := make([]int64, len(near))
	out := make([]Like, len(near))
	for i, l := range near {
		ids[i] = l.id
		out[i] = Like{DecidedOn: l.on, FineFen: l.fine, Distance: l.distance, Likeness: Likeness{Severity: l.severity, Victims: l.victims, Repeat: l.repeat}}
	}
	in, args := marks(ids)
	rows, err := tx.Rows(ctx, `SELECT p.id, p.reference, p.decision_number, p.unit_id, f.code, d.code
		FROM penalties p JOIN firms f ON f.id = p.firm_id JOIN past_decisions d ON d.penalty_id = p.id WHERE p.id IN (`+in+") ORDER BY d.code", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, unit int64
		var ref, number, firm, code string
		if err := rows.Scan(&id, &ref, &number, &unit, &firm, &code); err != nil {
			return nil, err
		}
		l := &out[slices.Index(ids, id)]
		l.Reference, l.Number, l.FirmCode, l.UnitID, l.Codes = ref, number, firm, unit, append(l.Codes, code)
	}
	return out, rows.Err()
}

// weigher counts victims and earlier decisions of firms. It reads of a firm once, when it is first asked.
type weigher struct {
	ctx    context.Context
	tx     *store.Tx
	codes  []string
	upheld []string
	houses map[int64]int64   // a merged firm and the one that it went into
	merged map[int64][]int64 // the other way
	past   map[int64]*past
}

// past is what is known of a firm: cases with standing findings on the codes, and standing decisions, by their day.
type past struct {
	cases, decisions []dated
}

type dated struct {
	id int64
	on calendar.Date
}

func newWeigher(ctx context.Context, tx *store.Tx, pack *rulebook.Pack, codes []string) (*weigher, error) {
	houses, merged, err := mergers(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &weigher{ctx: ctx, tx: tx, codes: codes, upheld: upheldOf(pack), houses: houses, merged: merged, past: map[int64]*past{}}, nil
}

// weigh counts, in the 24 months to a day, the cases and the decisions but for one against a firm.
func (w *weigher) weigh(firm, but int64, to calendar.Date) (victims, repeat int, err error) {
	if into, ok := w.houses[firm]; ok {
		firm = into
	}
	p := w.past[firm]
	if p == nil {
		if p, err = w.load(firm); err != nil {
			return 0, 0, err
		}
		w.past[firm] = p
	}
	victims, repeat = p.weight(but, to)
	return victims, repeat, nil
}

func (w *weigher) load(firm int64) (*past, error) {
	houses, args := marks(append([]int64{firm}, w.merged[firm]...))
	codes, more := marks(w.codes)
	upheld, most := marks(w.upheld)
	p := &past{}
	var err error
	if p.decisions, err = w.days("SELECT p.id, p.issued_on FROM penalties p WHERE p.firm_id IN ("+houses+
		") AND p.issued_on IS NOT NULL AND EXISTS (SELECT 1 FROM past_decisions d WHERE d.penalty_id = p.id)", args...); err != nil {
		return nil, err
	}
	p.cases, err = w.days("SELECT case_id, MIN(found_on) FROM findings WHERE firm_id IN ("+houses+") AND code IN ("+codes+
		") AND superseded_by IS NULL AND outcome IN ("+upheld+") GROUP BY case_id", append(append(args, more...), most...)...)
	return p, err
}

// days reads ids with their days, the earliest first.
func (w *weigher) days(query string, args ...any) ([]dated, error) {
	rows, err := w.tx.Rows(w.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []dated
	for rows.Next() {
		var d dated
		if err := rows.Scan(&d.id, &d.on); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b dated) int { return a.on.Compare(b.on) })
	return out, rows.Err()
}

// weight counts what lies in the 24 months to a day, both ends included.
func (p *past) weight(but int64, to calendar.Date) (victims, repeat int) {
	from := to.AddMonths(-window)
	count := func(list []dated, but int64) (n int) {
		i, _ := slices.BinarySearchFunc(list, from, func(d dated, day calendar.Date) int { return d.on.Compare(day) })
		for ; i < len(list) && !list[i].on.After(to); i++ {
			if list[i].id != but {
				n++
			}
		}
		return n
	}
	return count(p.cases, 0), count(p.decisions, but)
}
