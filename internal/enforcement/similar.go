package enforcement

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
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

// window is how far back victims and earlier decisions count, in months.
const window = 24

// Likeness is by what earlier decisions are compared. The firm is counted with those that were merged into it.
type Likeness struct {
	Codes    []string `json:"codes"`    // violations fined
	Severity int      `json:"severity"` // of the gravest finding
	// Victims are the cases with a standing, upheld finding of the codes compared against the firm, found in the 24 months
	// to the day of the decision, that of the decision itself included.
	Victims int `json:"victims"`
	Repeat  int `json:"repeat"` // other standing decisions against the firm in those 24 months
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
	UnitID            int64
	FineFen           int64 // in force, of all parties
	Likeness
	Distance int
}

// Comparison is the consistency view. Usual is nil, and Nearest empty, where there are fewer than MinimumLike decisions on
// the same codes.
type Comparison struct {
	Here    Likeness
	N       int // like decisions with a fine
	Unfined int // like decisions without one
	Minimum int
	Usual   *Usual
	Fines   []int64 // of the like decisions, ascending, for a picture of the spread; nil below the minimum
	Percent int     // of like decisions with a lower fine than the one at hand; -1: not shown
	Leaves  bool
	Nearest []Like
}

// Similar compares the penalty at hand with earlier decisions: those of the same pack on any of the same codes, issued no
// later than today or, where the one at hand is issued, than its own day.
//
// A decision counts as long as it stands, with the fine in force: one that was lowered with what remained, of all parties
// together. One that was annulled counts nowhere, neither in the spread nor as an earlier decision against its firm. Whether
// it is on the register, was withdrawn from there or has expired makes no difference, nor does a review under way. A
// decision without a fine, and one whose fine was lowered to nothing, may be among the nearest and is counted in Unfined, not
// in the spread. A case that ended without a penalty is no decision here. NotFound.
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

// usual is the spread that a decision is held against; nil where there are too few, or none is planned. It is one look at a
// range of the standing decisions.
func (s *Service) usual(ctx context.Context, tx *store.Tx, p *Penalty, pack *rulebook.Pack) (*Usual, error) {
	if len(p.Findings) == 0 {
		return nil, nil
	}
	all, err := likes(ctx, tx, p, pack.ID, codesOf(p), s.comparedOn(tx, p))
	if err != nil {
		return nil, err
	}
	if fines := finesOf(all); len(fines) >= MinimumLike {
		return spread(fines), nil
	}
	return nil, nil
}

// comparedOn is the day up to which decisions are earlier ones.
func (s *Service) comparedOn(tx *store.Tx, p *Penalty) calendar.Date {
	if !p.IssuedOn.IsZero() {
		return p.IssuedOn
	}
	return s.today(tx)
}

func (s *Service) compare(ctx context.Context, tx *store.Tx, p *Penalty, pack *rulebook.Pack) (*Comparison, error) {
	out := &Comparison{Minimum: MinimumLike, Percent: -1}
	out.Here = Likeness{Codes: codesOf(p), Severity: severityOf(p)}
	if len(out.Here.Codes) == 0 {
		return out, nil
	}
	day := s.comparedOn(tx, p)
	all, err := likes(ctx, tx, p, pack.ID, out.Here.Codes, day)
	if err != nil {
		return nil, err
	}
	w, err := newWeigher(ctx, tx, pack, out.Here.Codes)
	if err != nil {
		return nil, err
	}
	if out.Here.Victims, out.Here.Repeat, err = w.weigh(p.Firm.ID, p.ID, day); err != nil {
		return nil, err
	}
	fines := finesOf(all)
	out.N, out.Unfined = len(fines), len(all)-len(fines)
	if out.N < MinimumLike {
		return out, nil
	}
	out.Usual, out.Fines = spread(fines), fines
	out.Leaves = out.Usual.leaves(p.FineFen)
	if p.FineFen > 0 {
		lower, _ := slices.BinarySearch(fines, p.FineFen)
		out.Percent = lower * 100 / len(fines)
	}
	near, err := nearestOf(out.Here, all, w)
	if err != nil {
		return nil, err
	}
	out.Nearest, err = describe(ctx, tx, near)
	return out, err
}

// finesOf are the fines above nothing.
func finesOf(all []likeRow) []int64 {
	var out []int64
	for _, l := range all {
		if l.fine > 0 {
			out = append(out, l.fine)
		}
	}
	return out
}

// nearestOf picks the nearest, of equally near ones the newest. Two steps lie between decisions for each code that only one of
// them has, one for each step of severity, and one for each doubling of the victims and of the earlier decisions (none, one, two
// or three, four to seven ...), for whether a firm was fined never or once says more than whether nine or ten times.
// What a decision weighs is asked for only while it could still
// be among them: codes and severity alone say how near it can be at best.
func nearestOf(here Likeness, all []likeRow, w *weigher) ([]likeRow, error) {
	for i := range all {
		l := &all[i]
		l.atBest = 2*(len(here.Codes)-l.shared+l.codes-l.shared) + away(here.Severity, l.severity)
	}
	slices.SortFunc(all, func(a, b likeRow) int { return cmp.Or(cmp.Compare(a.atBest, b.atBest), a.newer(b)) })
	var near []likeRow
	for _, l := range all {
		if len(near) == nearest {
			last := near[nearest-1]
			l.distance = l.atBest
			if cmp.Or(cmp.Compare(last.distance, l.distance), last.newer(l)) < 0 {
				break // this one is no nearer at best, nor is any after it
			}
		}
		var err error
		if l.victims, l.repeat, err = w.weigh(l.firm, l.id, l.on); err != nil {
			return nil, err
		}
		l.distance = l.atBest + away(bits.Len(uint(here.Victims)), bits.Len(uint(l.victims))) + away(bits.Len(uint(here.Repeat)), bits.Len(uint(l.repeat)))
		at, _ := slices.BinarySearchFunc(near, l, func(a, b likeRow) int { return cmp.Or(cmp.Compare(a.distance, b.distance), a.newer(b)) })
		near = slices.Insert(near, at, l)
		near = near[:min(nearest, len(near))]
	}
	return near, nil
}

func away(a, b int) int { return max(a-b, b-a) }

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
