package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/firm"
)

// milder ends a matter that no statutory procedure took up: with a measure short of a penalty, by the short way or as an
// order, or without.
func (o *office) milder(ctx context.Context, m *matter) error {
	if m.k.Status == casework.Found && len(m.upheld) > 0 && m.accused() != nil && m.k.Pack == "cn" {
		o.heard = append(o.heard, m)
	}
	switch {
	case m.k.Status != casework.Found || len(m.upheld) == 0 || m.officer.UserID != m.k.OfficerID:
		return o.finish(ctx, m)
	case m.chance(40) || o.until.Sub(o.now) < 14*24*time.Hour:
		return o.propose(ctx, m)
	case m.chance(55):
		if err := o.order(ctx, m); err != nil {
			return err
		}
	}
	o.at(o.workdays(m, 0.5, 4), func(ctx context.Context) error { return o.finish(ctx, m) })
	return nil
}

// propose proposes a measure short of a penalty against whoever did it.
func (o *office) propose(ctx context.Context, m *matter) error {
	if m.k.Status != casework.Found || m.officer.UserID != m.k.OfficerID || len(m.upheld) == 0 || m.accused() == nil {
		return nil
	}
	p, err := o.d.Penalties.Propose(ctx, m.officer, m.k.Reference, o.proposal(m, m.k.Version, m.c.Codes[0]))
	if err != nil {
		return fmt.Errorf("penalty on complaint %d: %w", m.plan.n, err)
	}
	m.k = p.Case
	o.out.Penalties++
	soon := o.now.Add(o.until.Sub(o.now) / 3).Truncate(time.Second)
	switch o.keep(proposals, 14) % 4 {
	case 1:
		o.at(soon, func(ctx context.Context) error {
			_, err := o.d.Penalties.Return(ctx, o.head(m), p.Reference, p.Version, pick(m.plan.r, returns))
			return err
		})
		return nil
	case 2:
		return nil // waits for a director
	case 3:
		o.at(soon, func(ctx context.Context) error {
			_, err := o.d.Penalties.Approve(ctx, o.head(m), p.Reference, p.Version, pick(m.plan.r, approvals))
			return err
		})
		return nil
	}
	switch n := m.plan.r.IntN(100); {
	case n < 8:
		o.at(o.workdays(m, 1, 4), func(ctx context.Context) error { return o.drop(ctx, m, p) })
	case n < 27:
		o.at(o.workdays(m, 1, 6), func(ctx context.Context) error { return o.giveBack(ctx, m, p) })
	default:
		o.at(o.workdays(m, 1, 8), func(ctx context.Context) error { return o.approve(ctx, m, p) })
	}
	return nil
}

// proposal draws the measure.
func (o *office) proposal(m *matter, version int64, code string) enforcement.Proposal {
	r := m.plan.r
	pack, _ := o.d.Book.Pack(m.c.Pack)
	v, _ := pack.Violation(code)
	return enforcement.Proposal{
		Firm: m.accused().Code, Findings: slices.Clone(m.upheld), Version: version,
		Measures: []enforcement.Measure{{Kind: pick(r, []string{"talk", "attention_letter", "warning_letter"})}, {Kind: "correct"}},
		Facts:    strings.NewReplacer("{day}", dayZH(m.c.OccurredFrom, 2), "{what}", v.Name.ZH).Replace(pick(r, proposalFacts)),
		Reasons:  pick(r, milderReasons),
	}
}

// accused is the firm that did it; nil where it is not known.
func (m *matter) accused() *firm.Firm {
	if m.k.Agency != nil {
		return m.k.Agency
	}
	return m.k.Lender
}

// head is the director who decides: not always the same.
func (o *office) head(m *matter) access.Actor { return o.heads[m.plan.n%len(o.heads)] }

func (o *office) drop(ctx context.Context, m *matter, p *enforcement.Penalty) error {
	p, err := o.d.Penalties.Drop(ctx, m.officer, p.Reference, p.Version, pick(m.plan.r, drops))
	if err != nil {
		return err
	}
	m.k = p.Case
	o.at(o.workdays(m, 1, 6), func(ctx context.Context) error { return o.finish(ctx, m) })
	return nil
}

// giveBack returns a proposal, and its proposer mends it.
func (o *office) giveBack(ctx context.Context, m *matter, p *enforcement.Penalty) error {
	p, err := o.d.Penalties.Return(ctx, o.head(m), p.Reference, p.Version, pick(m.plan.r, returns))
	if err != nil {
		return err
	}
	o.at(o.workdays(m, 1.5, 6), func(ctx context.Context) error {
		n := enforcement.Proposal{
			Firm: p.Firm.Code, Findings: slices.Clone(m.upheld), Measures: p.Measures, Basis: p.Bases, Version: p.Version,
			Facts: p.Facts, Reasons: p.Reasons + "本次报送已按退回意见补充同类案件的处罚情况和裁量理由。",
		}
		p, err := o.d.Penalties.Amend(ctx, m.officer, p.Reference, n)
		if err != nil {
			return err
		}
		o.at(o.workdays(m, 1, 6), func(ctx context.Context) error { return o.approve(ctx, m, p) })
		return nil
	})
	return nil
}

func (o *office) approve(ctx context.Context, m *matter, p *enforcement.Penalty) error {
	p, err := o.d.Penalties.Approve(ctx, o.head(m), p.Reference, p.Version, pick(m.plan.r, approvals))
	if err != nil {
		return err
	}
	o.at(o.workdays(m, 0.5, 6), func(ctx context.Context) error { return o.issue(ctx, m, p) })
	return nil
}

// issue is done by the unit's supervisor, and the case is closed after it.
func (o *office) issue(ctx context.Context, m *matter, p *enforcement.Penalty) error {
	p, err := o.d.Penalties.Issue(ctx, o.super[m.plan.unit], p.Reference, p.Version)
	if err != nil {
		return err
	}
	m.k = p.Case
	o.at(o.workdays(m, 1, 7), func(ctx context.Context) error {
		return o.close(ctx, m, finishings.in(false)[3])
	})
	return nil
}
