package logbook

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// Draft is what the hits of one rule come to: the material of a finding that a
// person decides on.
type Draft struct {
	Rule     rulebook.Rule
	Side     Side
	On       calendar.Date // of the first hit
	Bases    []string      // of the rule, in force on that day
	Hits     []contactlog.Hit
	Evidence []string // E-1 ... that the hits rest on
	Check    casework.Check
}

// maxDraftHits bounds the hits that one finding rests on.
const maxDraftHits = 5000

// Draft gathers the hits of a rule in the logs of one side. Only those count on
// which a finding can rest: of a rule in force on the day, and no mere hint.
// NotFound where there are none.
func (b *Book) Draft(rule string, side Side) (*Draft, error) {
	r, ok := b.Pack.Rule(rule)
	if !ok || side != Borrower && side != OfFirm {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	c, err := b.Checker(side)
	if err != nil {
		return nil, err
	}
	d := &Draft{Rule: r, Side: side, Check: casework.Check{Rule: rule, Rulebook: b.Pack.Version(), Side: string(side)}}
	c.Hits(func(h contactlog.Hit) bool {
		if h.Rule.ID == rule && h.InForce && h.Strength != "heuristic" && len(d.Hits) < maxDraftHits {
			h.Rows = slices.Clone(h.Rows)
			d.Hits = append(d.Hits, h)
		}
		return true
	})
	if len(d.Hits) == 0 {
		return nil, fault.New(fault.NotFound, "logbook.no_hits")
	}
	d.On = calendar.OfTime(d.Hits[0].At)
	for _, id := range r.Bases {
		if basis, ok := b.Pack.Basis(id); ok && basis.InForce(d.On) {
			d.Bases = append(d.Bases, id)
		}
	}
	d.Check.Hits = len(d.Hits)
	for _, h := range d.Hits {
		for _, row := range h.Rows {
			d.Check.Add(b.LogOf(row.File).Label(), row.Row)
		}
	}
	for _, p := range d.Check.Places {
		d.Evidence = append(d.Evidence, p.Evidence)
	}
	return d, nil
}

// Record records a finding that rests on the hits of a rule: they are computed
// anew, and the finding keeps the rule, the version and the rows. It fails as
// casework.Service.Record and Draft do.
func (s *Service) Record(ctx context.Context, by access.Actor, caseRef string, rule string, side Side, n casework.NewFinding) (*casework.Case, *casework.Finding, error) {
	b, err := s.Of(ctx, by, caseRef)
	if err != nil {
		return nil, nil, err
	}
	d, err := b.Draft(rule, side)
	if err != nil {
		return nil, nil, fmt.Errorf("draft finding of %s: %w", caseRef, err)
	}
	for _, e := range d.Evidence {
		if !slices.Contains(n.Evidence, e) {
			n.Evidence = append(n.Evidence, e)
		}
	}
	n.Check = &d.Check
	return s.d.Cases.Record(ctx, by, caseRef, n)
}
