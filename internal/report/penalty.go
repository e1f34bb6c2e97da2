package report

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
)

// penalties counts what the penalties issued in the period impose, by kind of measure. A penalty may combine several.
func (b *builder) penalties(ctx context.Context) (*Table, error) {
	got, err := b.count(ctx, b.query, "penalties", "count")
	if err != nil {
		return nil, err
	}
	var order, kinds []string
	for _, p := range b.s.packs(b.pack) {
		for _, k := range p.PenaltyKinds() {
			order = append(order, k.ID)
		}
	}
	for kind := range got {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	slices.SortStableFunc(kinds, func(x, y string) int { return place(order, x) - place(order, y) })
	name := b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		k, ok := p.PenaltyKind(id)
		return k.Name, ok
	})
	t := b.table("penalties")
	for _, kind := range kinds {
		t.add(kind, kind, got[kind].n, ratio(got[kind].n, b.head.PenaltiesIssued), got[kind].fen, name(kind))
	}
	h := b.head
	t.Totals = []any{Total, h.PenaltiesIssued, ratio(h.PenaltiesIssued, h.PenaltiesIssued), h.PenaltyAmountFen, b.words.T(b.lang, "report.total_penalties")}
	return t, nil
}

// decisions lists the penalties issued in the period.
func (b *builder) decisions(ctx context.Context) (*Table, error) {
	t := b.table("decisions")
	s := new(sql)
	s.add("SELECT x.reference, COALESCE(x.decision_number, ''), x.issued_on, f.code, f.name, x.fine_fen, x.confiscation_fen")
	b.where(s, b.query, issuedPenalties.joined(firmOf("x.firm_id"), false))
	var fines, seized int64
	err := b.each(ctx, s.add(" ORDER BY x.issued_on, x.id"), func(scan func(...any) error) error {
		var reference, number, code, name string
		var on calendar.Date
		var fine, confiscation int64
		if err := scan(&reference, &number, &on, &code, &name, &fine, &confiscation); err != nil {
			return err
		}
		fines, seized = fines+fine, seized+confiscation
		t.add(reference, reference, number, on.String(), code, fine, confiscation, fine+confiscation, name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	t.Totals = []any{Total, "", "", "", fines, seized, b.head.PenaltyAmountFen, b.words.T(b.lang, "report.total")}
	return t, nil
}
