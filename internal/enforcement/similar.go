package enforcement

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// MinimumLike is how many earlier decisions there must be before a distribution says anything; below it nothing is shown.
const MinimumLike = 30

// nearest is how many cases the view names.
const nearest = 10

// Likeness is by what earlier decisions are compared.
type Likeness struct {
	Codes    []string `json:"codes"` // violations fined
	Severity int      `json:"severity"`
	Victims  int      `json:"victims"` // cases with an upheld finding of the codes compared against the firm, in 24 months
	Repeat   int      `json:"repeat"`  // decisions against the firm in the 24 months before
}

// Usual is how the fines of like cases are spread, in fen. It proposes nothing.
type Usual struct {
	N                                            int `json:"n"`
	LeastFen, P10Fen, MedianFen, P90Fen, MostFen int64
}

// leaves reports whether a fine lies outside of what is usual: below the tenth or above the ninetieth percentile.
func (u *Usual) leaves(fen int64) bool { return fen > 0 && (fen < u.P10Fen || fen > u.P90Fen) }

// Like is an earlier decision beside the one at hand. Distance is 0 for the same in everything.
type Like struct {
	Reference, Number string
	DecidedOn         calendar.Date
	FirmCode          string
	FineFen           int64
	Likeness
	Distance int
}

// Comparison is the consistency view. Usual is nil, and Nearest empty, where there are fewer than MinimumLike decisions on
// the same codes.
type Comparison struct {
	Here    Likeness
	N       int
	Minimum int
	Usual   *Usual
	Percent int // of like decisions with a lower fine than the one at hand; -1: not shown
	Leaves  bool
	Nearest []Like
}

// Similar compares the penalty at hand with earlier decisions on any of the same codes in the same pack. Decisions without a
// fine count as 0 in n, and not in the spread of fines. NotFound.
func (s *Service) Similar(ctx context.Context, by access.Actor, ref string) (out *Comparison, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		p, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		pack, err := s.pack(p.Case.Pack)
		if err != nil {
			return err
		}
		out, err = s.compare(ctx, tx, p, pack)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", ref, err)
	}
	return out, nil
}

// usual is the spread that a decision is held against; nil where there are too few, or none is planned.
func (s *Service) usual(ctx context.Context, tx *store.Tx, p *Penalty, pack *rulebook.Pack) (*Usual, error) {
	if len(p.Findings) == 0 {
		return nil, nil
	}
	c, err := s.compare(ctx, tx, p, pack)
	if err != nil {
		return nil, err
	}
	return c.Usual, nil
}

func (s *Service) compare(ctx context.Context, tx *store.Tx, p *Penalty, pack *rulebook.Pack) (*Comparison, error) {
	out := &Comparison{Minimum: MinimumLike, Percent: -1}
	out.Here = Likeness{Codes: codesOf(p), Severity: severityOf(p)}
	if len(out.Here.Codes) == 0 {
		return out, nil
	}
	today := s.today(tx)
	if !p.IssuedOn.IsZero() {
		today = p.IssuedOn
	}
	past, err := loadPast(ctx, tx, pack, out.Here.Codes)
	if err != nil {
		return nil, err
	}
	all, err := likes(ctx, tx, p, pack.ID, out.Here.Codes, today, past)
	if err != nil {
		return nil, err
	}
	out.Here.Victims, out.Here.Repeat = past.weight(p.Firm.ID, p.ID, today)
	var fined []int64
	for i := range all {
		if all[i].FineFen > 0 {
			fined = append(fined, all[i].FineFen)
		}
		all[i].Distance = out.Here.distance(all[i].Likeness)
	}
	out.N = len(fined)
	if out.N < MinimumLike {
		return out, nil
	}
	out.Usual = spread(fined)
	out.Leaves = out.Usual.leaves(p.FineFen)
	if p.FineFen > 0 {
		lower := 0
		for _, f := range fined {
			if f < p.FineFen {
				lower++
			}
		}
		out.Percent = lower * 100 / len(fined)
	}
	slices.SortStableFunc(all, func(a, b Like) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), b.DecidedOn.Compare(a.DecidedOn))
	})
	out.Nearest = all[:min(nearest, len(all))]
	return out, nil
}

// distance weighs codes heaviest: two for each that only one of them has, one a step of severity, one for each doubling of
// the victims, one for each earlier decision.
func (l Likeness) distance(o Likeness) int {
	d := 0
	for _, c := range l.Codes {
		if !slices.Contains(o.Codes, c) {
			d += 2
		}
	}
	for _, c := range o.Codes {
		if !slices.Contains(l.Codes, c) {
			d += 2
		}
	}
	abs := func(n int) int { return max(n, -n) }
	doublings := func(n int) (k int) {
		for ; n > 1; n /= 2 {
			k++
		}
		return k
	}
	return d + abs(l.Severity-o.Severity) + abs(doublings(l.Victims)-doublings(o.Victims)) + abs(l.Repeat-o.Repeat)
}

// spread takes the nearest rank of each percentile.
func spread(fines []int64) *Usual {
	slices.Sort(fines)
	at := func(percent int) int64 { return fines[max(0, (len(fines)*percent+99)/100-1)] }
	return &Usual{N: len(fines), LeastFen: fines[0], P10Fen: at(10), MedianFen: at(50), P90Fen: at(90), MostFen: fines[len(fines)-1]}
}

func codesOf(p *Penalty) []string {
	var out []string
	for _, f := range p.Findings {
		out = append(out, f.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func severityOf(p *Penalty) (n int) {
	for _, f := range p.Findings {
		n = max(n, f.Severity)
	}
	return n
}

// marks is ?, ?, ? for a list of arguments.
func marks(list []string) (string, []any) {
	args := make([]any, len(list))
	text := ""
	for i, v := range list {
		args[i] = v
		if i > 0 {
			text += ", "
		}
		text += "?"
	}
	return text, args
}

// likes are the decisions of a pack, issued until a day, on any of the codes.
func likes(ctx context.Context, tx *store.Tx, but *Penalty, pack string, codes []string, until calendar.Date, p *past) ([]Like, error) {
	in, args := marks(codes)
	rows, err := tx.Rows(ctx, `SELECT p.id, p.reference, p.decision_number, p.issued_on, p.fine_fen, p.firm_id, f.code, n.code, n.severity
		FROM penalties p JOIN cases k ON k.id = p.case_id JOIN firms f ON f.id = p.firm_id
		JOIN penalty_findings g ON g.penalty_id = p.id JOIN findings n ON n.id = g.finding_id
		WHERE k.pack = ? AND p.id <> ? AND p.status = 'issued' AND p.issued_on <= ? AND EXISTS
			(SELECT 1 FROM penalty_findings y JOIN findings x ON x.id = y.finding_id WHERE y.penalty_id = p.id AND x.code IN (`+in+`))
		ORDER BY p.id`, append([]any{pack, but.ID, until}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Like
	last := int64(0)
	for rows.Next() {
		var id, firmID int64
		var l Like
		var code string
		var severity int
		if err := rows.Scan(&id, &l.Reference, &l.Number, &l.DecidedOn, &l.FineFen, &firmID, &l.FirmCode, &code, &severity); err != nil {
			return nil, err
		}
		if id != last {
			l.Victims, l.Repeat = p.weight(firmID, id, l.DecidedOn)
			out, last = append(out, l), id
		}
		now := &out[len(out)-1]
		if !slices.Contains(now.Codes, code) {
			now.Codes = append(now.Codes, code)
		}
		now.Severity = max(now.Severity, severity)
	}
	return out, rows.Err()
}

// window is how far back victims and earlier decisions count, in months.
const window = 24

// past is what is known of every firm: cases with upheld findings on the codes, and decisions, by their day.
type past struct {
	cases, decisions map[int64][]dated
}

type dated struct {
	id int64
	on calendar.Date
}

func loadPast(ctx context.Context, tx *store.Tx, pack *rulebook.Pack, codes []string) (*past, error) {
	var upheld []string
	for _, o := range pack.FindingOutcomes() {
		if o.Upheld {
			upheld = append(upheld, o.ID)
		}
	}
	in, args := marks(codes)
	out, more := marks(upheld)
	p := &past{}
	var err error
	p.cases, err = byFirm(ctx, tx, `SELECT firm_id, case_id, MIN(found_on) FROM findings WHERE firm_id IS NOT NULL AND superseded_by IS NULL
		AND code IN (`+in+`) AND outcome IN (`+out+`) GROUP BY firm_id, case_id`, append(args, more...)...)
	if err != nil {
		return nil, err
	}
	p.decisions, err = byFirm(ctx, tx, "SELECT firm_id, id, issued_on FROM penalties WHERE status = 'issued'")
	return p, err
}

func byFirm(ctx context.Context, tx *store.Tx, query string, args ...any) (map[int64][]dated, error) {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]dated{}
	for rows.Next() {
		var firm int64
		var d dated
		if err := rows.Scan(&firm, &d.id, &d.on); err != nil {
			return nil, err
		}
		out[firm] = append(out[firm], d)
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b dated) int { return a.on.Compare(b.on) })
	}
	return out, rows.Err()
}

// weight counts, in the 24 months to a day, the cases and the decisions before the one named against a firm.
func (p *past) weight(firm, but int64, to calendar.Date) (victims, repeat int) {
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
	return count(p.cases[firm], 0), count(p.decisions[firm], but)
}
