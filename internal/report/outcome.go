package report

import (
	"context"
	"fmt"
	"slices"
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
	screened, err := b.screened(ctx)
	if err != nil {
		return nil, fmt.Errorf("count screening decisions: %w", err)
	}
	closed, err := b.closedBy(ctx)
	if err != nil {
		return nil, fmt.Errorf("count closed cases: %w", err)
	}
	t := b.table("by_outcome", column{"outcome", Text}, column{"count", Count}, column{"share", Percent}, column{"change", Percent},
		column{"stage", Text}, column{"stage_name", Text}, column{"name", Text})
	var decisions int64
	for _, x := range screened {
		decisions += x.n
	}
	for _, x := range screened {
		link := b.links.Accepted()
		if x.key != accepted {
			link = b.links.Decided("status", x.key)
		}
		t.add(plain(x.key), cell{x.n, link}, plain(ratio(x.n, decisions)), plain(change(x.n, x.prior)),
			plain("screening"), plain(b.words.T(b.lang, "report.stage.screening")), plain(b.words.T(b.lang, "report.decision."+x.key)))
	}
	for _, x := range closed {
		t.add(plain(x.key), cell{x.n, b.links.Closed("outcome", x.key)}, plain(ratio(x.n, b.head.Closed)), plain(change(x.n, x.prior)),
			plain("closing"), plain(b.words.T(b.lang, "report.stage.closing")), plain(b.outcomeName(x.key)))
	}
	return t, nil
}

// screened counts the decisions. An acceptance opens a case, whose date stays when the complaint moves on; the others
// are the complaint's last word. What an import refused by itself nobody decided.
func (b *builder) screened(ctx context.Context) ([]tally, error) {
	decided := []tally{{key: accepted}, {key: notAccepted}, {key: referred}}
	for i, q := range []query{b.query, b.at(b.month.Prev())} {
		into := func(t *tally) *int64 {
			if i == 0 {
				return &t.n
			}
			return &t.prior
		}
		n, err := q.count(ctx, q.counted("cases k", "k.opened_on", "k.pack"))
		if err != nil {
			return nil, err
		}
		*into(&decided[0]) = n
		s := new(sql)
		s.add("SELECT c.status, COUNT(*) FROM complaints c WHERE c.decided_by IS NOT NULL AND")
		oneOf(q.packed(q.during(s, "c.decided_at"), "c.pack"), "c.status", []string{notAccepted, referred}).add(" GROUP BY c.status")
		err = q.each(ctx, s, func(scan func(...any) error) error {
			var status string
			var n int64
			if err := scan(&status, &n); err != nil {
				return err
			}
			*into(&decided[slices.IndexFunc(decided, func(t tally) bool { return t.key == status })]) = n
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return decided, nil
}

// closedBy counts the cases closed in this month by outcome, in the order of the rulebook.
func (b *builder) closedBy(ctx context.Context) ([]tally, error) {
	s := new(sql)
	s.add("SELECT k.outcome, COUNT(CASE WHEN k.closed_on >= ? THEN 1 END), COUNT(CASE WHEN k.closed_on < ? THEN 1 END) FROM cases k WHERE k.closed_on >= ? AND k.closed_on < ?",
		b.first, b.first, b.month.Prev().First(), b.end)
	out, err := b.tallies(ctx, b.packed(s, "k.pack").add(" GROUP BY k.outcome"))
	order := b.s.outcomes(b.pack).order
	slices.SortStableFunc(out, func(x, y tally) int { return place(order, x.key) - place(order, y.key) })
	return out, err
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
