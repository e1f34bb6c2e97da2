package report

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
)

// penalties counts what the penalties issued in the month impose, by kind of measure. A penalty may combine several.
func (b *builder) penalties(ctx context.Context) (*Table, error) {
	s := new(sql)
	s.add("SELECT m.kind, COUNT(DISTINCT p.id), CAST(SUM(m.amount_fen) AS BIGINT) FROM penalties p JOIN cases k ON k.id = p.case_id JOIN penalty_measures m ON m.penalty_id = p.id" +
		" WHERE m.round = (SELECT MAX(x.round) FROM penalty_measures x WHERE x.penalty_id = p.id) AND")
	b.packed(b.within(s, "p.issued_on"), "k.pack").add(" GROUP BY m.kind")
	type line struct {
		kind   string
		n, fen int64
	}
	var lines []line
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var l line
		if err := scan(&l.kind, &l.n, &l.fen); err != nil {
			return err
		}
		lines = append(lines, l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count measures: %w", err)
	}
	var order []string
	for _, p := range b.s.packs(b.pack) {
		for _, k := range p.PenaltyKinds() {
			order = append(order, k.ID)
		}
	}
	slices.SortFunc(lines, func(x, y line) int { return place(order, x.kind) - place(order, y.kind) })
	name := b.namer(func(p *rulebook.Pack, id string) (rulebook.Text, bool) {
		k, ok := p.PenaltyKind(id)
		return k.Name, ok
	})
	t := b.table("penalties", column{"measure", Text}, column{"count", Count}, column{"share", Percent}, column{"amount", Fen}, column{"name", Text})
	for _, l := range lines {
		link := b.links.Issued("kind", l.kind)
		t.add(plain(l.kind), cell{l.n, link}, plain(ratio(l.n, b.head.PenaltiesIssued)), cell{l.fen, link}, plain(name(l.kind)))
	}
	h := b.head
	t.total(plain("total"), cell{h.PenaltiesIssued, b.links.Issued()}, plain(ratio(h.PenaltiesIssued, h.PenaltiesIssued)), cell{h.PenaltyAmountFen, b.links.Issued()},
		plain(b.words.T(b.lang, "report.total_penalties")))
	return t, nil
}

// decisions lists the penalties issued in the month.
func (b *builder) decisions(ctx context.Context) (*Table, error) {
	t := b.table("decisions", column{"penalty", Text}, column{"decision_number", Text}, column{"issued_on", Text}, column{"firm", Text},
		column{"fine", Fen}, column{"confiscation", Fen}, column{"amount", Fen}, column{"firm_name", Text})
	s := new(sql)
	s.add("SELECT p.reference, COALESCE(p.decision_number, ''), p.issued_on, f.code, f.name, p.fine_fen, p.confiscation_fen FROM penalties p JOIN cases k ON k.id = p.case_id" + firmOf("p.firm_id") + " WHERE")
	b.packed(b.within(s, "p.issued_on"), "k.pack").add(" ORDER BY p.issued_on, p.id")
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var reference, number, code, name string
		var on calendar.Date
		var fine, confiscation int64
		if err := scan(&reference, &number, &on, &code, &name, &fine, &confiscation); err != nil {
			return err
		}
		link := b.links.Penalty(reference)
		t.add(cell{reference, link}, cell{number, link}, plain(on.String()), plain(code), cell{fine, link}, cell{confiscation, link}, cell{fine + confiscation, link}, plain(name))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list decisions: %w", err)
	}
	h := b.head
	t.total(plain("total"), plain(""), plain(""), plain(""), plain(nil), plain(nil), cell{h.PenaltyAmountFen, b.links.Issued()}, plain(b.words.T(b.lang, "report.total")))
	return t, nil
}
