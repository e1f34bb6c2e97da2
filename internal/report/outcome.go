package report

import (
	"context"
	"slices"

	"dunwatch/internal/rulebook"
)

// The lines of by_outcome that are screening decisions.
const (
	accepted    = "accepted"
	notAccepted = "not_accepted"
	referred    = "referred"
)

// byOutcome says how complaints were decided on at screening in the month, and how the cases ended that were closed in
// it. The two groups are of different matters and are not added.
func (b *builder) byOutcome(ctx context.Context) (*Table, error) {
	screened, closed, err := b.endings(ctx)
	if err != nil {
		return nil, err
	}
	t := b.table("by_outcome")
	var decisions int64
	for _, x := range screened {
		decisions += x.n
	}
	for _, x := range screened {
		t.add(x.key, x.key, x.n, ratio(x.n, decisions), change(x.n, x.prior), "screening", b.words.T(b.lang, "report.stage.screening"), b.words.T(b.lang, "report.decision."+x.key))
	}
	for _, x := range closed {
		t.add(x.key, x.key, x.n, ratio(x.n, b.head.Closed), change(x.n, x.prior), "closing", b.words.T(b.lang, "report.stage.closing"), b.outcomeName(x.key))
	}
	return t, nil
}

// endings are the keys of by_outcome: the decisions at screening and how cases ended. An acceptance opens a case, whose date
// stays when the complaint moves on; the others are the complaint's last word. What an import refused by itself nobody
// decided.
func (b *builder) endings(ctx context.Context) (screened, closed []tally, err error) {
	now, err := b.count(ctx, b.query, "by_outcome", "count")
	if err != nil {
		return nil, nil, err
	}
	before, err := b.count(ctx, b.at(b.period.Prev()), "by_outcome", "count")
	if err != nil {
		return nil, nil, err
	}
	decisions := []string{accepted, notAccepted, referred}
	for _, key := range decisions {
		screened = append(screened, tally{key, now[key].n, before[key].n})
	}
	for key, x := range now {
		if !slices.Contains(decisions, key) {
			closed = append(closed, tally{key, x.n, before[key].n})
		}
	}
	order := b.s.outcomes(b.pack).order
	slices.SortFunc(closed, byCount)
	slices.SortStableFunc(closed, func(x, y tally) int { return place(order, x.key) - place(order, y.key) })
	return screened, closed, nil
}

// place is where a value stands in an order; strangers come last.
func place(order []string, v string) int {
	if i := slices.Index(order, v); i >= 0 {
		return i
	}
	return len(order)
}

// outcomeName is the rulebook's name, or that of a case closed without a finding.
func (b *builder) outcomeName(id string) string {
	for _, p := range b.s.packs(b.pack) {
		for _, o := range p.FindingOutcomes() {
			if o.ID == id {
				return o.Name.In(string(b.lang))
			}
		}
	}
	if key := "report.decision." + id; b.words.Has(b.lang, key) {
		return b.words.T(b.lang, key)
	}
	return id
}

// measures are those short of a penalty that were ordered in the period, by kind.
func (b *builder) measures(ctx context.Context) (*Table, error) {
	tallies, err := b.tallies(ctx, "measures", "count")
	if err != nil {
		return nil, err
	}
	name := b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		k, ok := p.PenaltyKind(id)
		return k.Name, ok
	})
	t := b.table("measures")
	var all int64
	for _, x := range tallies {
		t.add(x.key, x.key, x.n, change(x.n, x.prior), name(x.key))
		all += x.n
	}
	t.Totals = []any{Total, all, nil, b.words.T(b.lang, "report.total")}
	return t, nil
}
