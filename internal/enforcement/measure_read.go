package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// reachMeasure checks who may. A firm reaches its own, but no referral: it is not told of it.
func (s *Service) reachMeasure(by access.Actor, m *FirmMeasure, act access.Action) error {
	if by.Role.OfFirm() {
		if m.Referral() {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return s.d.Policy.Check(by, access.AnswerPenalty, access.Owner{FirmIDs: []int64{m.Firm.ID}})
	}
	return s.d.Policy.Check(by, act, m.Case.Owner())
}

// MeasureByRef is a measure with its history and the firm's files. NotFound.
func (s *Service) MeasureByRef(ctx context.Context, by access.Actor, ref string) (m *FirmMeasure, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		m, err = s.measureInFull(ctx, tx, by, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find measure %s: %w", ref, err)
	}
	return m, nil
}

// measureInFull is a measure as the actor may read it, with its files.
func (s *Service) measureInFull(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*FirmMeasure, error) {
	m, err := s.findMeasure(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.reachMeasure(by, m, access.ReadPenalty); err != nil {
		return nil, err
	}
	if m.Files, err = s.proofFiles(ctx, tx, m); err != nil {
		return nil, err
	}
	if by.Role.OfFirm() {
		m.forParty()
	}
	return m, nil
}

// forParty leaves out what the office keeps to itself: the case and its evidence, who acts for it, and the measures that follow.
func (m *FirmMeasure) forParty() {
	m.CaseID, m.Case, m.Findings, m.OrderedBy, m.OrderedByName, m.UnitID, m.Follows, m.FollowedBy = 0, nil, nil, 0, "", 0, "", nil
	m.Events = slices.Clone(m.Events)
	for i := range m.Events {
		e := &m.Events[i]
		if access.Role(e.ActorRole).OfFirm() {
			continue
		}
		e.ActorID, e.ActorName = 0, ""
		if e.Kind != "proved" {
			e.Evidence = nil
		}
	}
}

// MeasureActs are what an actor may do with a measure now, so that pages and the API offer nothing that would be refused.
type MeasureActs struct {
	Prove    bool
	Check    bool
	Referral []string // the steps that are open
	Further  bool     // order another measure of the case
}

// MeasureActs computes them.
func (s *Service) MeasureActs(ctx context.Context, by access.Actor, m *FirmMeasure) (x MeasureActs, err error) {
	settled := m.Referral() || !m.Open()
	if by.Role.OfFirm() {
		x.Prove = !settled && m.Status != MeasureProved
		return x, nil
	}
	if m.Case == nil || s.d.Policy.Check(by, access.OrderMeasure, m.Case.Owner()) != nil {
		return x, nil
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		kept, err := s.d.Cases.Recused(ctx, tx, m.CaseID, by.UserID)
		if err != nil || kept {
			return err
		}
		x = MeasureActs{Prove: !settled && m.Status != MeasureProved, Check: !settled, Referral: m.ReferralOpen(), Further: true}
		return nil
	})
	return x, err
}

// MayOrder fails as OrderMeasure would for an actor who may order no measure on a case. Forbidden, NotFound.
func (s *Service) MayOrder(ctx context.Context, by access.Actor, caseRef string) error {
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.OrderMeasure, k.Owner()); err != nil {
			return err
		}
		return s.notRecused(ctx, tx, by, k)
	})
	if err != nil {
		return fmt.Errorf("may order on %s: %w", caseRef, err)
	}
	return nil
}

// MeasuresOf lists the measures of a case, the oldest first. NotFound.
func (s *Service) MeasuresOf(ctx context.Context, by access.Actor, caseRef string) (out []FirmMeasure, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReadPenalty, k.Owner()); err != nil {
			return err
		}
		rows, err := findRows[firmMeasureRow](ctx, tx, "id", 0, "case_id = ?", k.ID)
		if err != nil {
			return fmt.Errorf("load measures: %w", err)
		}
		out, err = s.joinMeasures(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measures of %s: %w", caseRef, err)
	}
	return out, nil
}

// mostOwn is how many measures a firm is shown.
const mostOwn = 200

// PartyMeasures lists the measures against the actor's own firm that it was told of, the newest first; at most 200.
// Forbidden for others.
func (s *Service) PartyMeasures(ctx context.Context, by access.Actor) (out []FirmMeasure, err error) {
	if !by.Role.OfFirm() || by.FirmID == 0 {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := findRows[firmMeasureRow](ctx, tx, "id DESC", mostOwn, "firm_id = ? AND authority = ''", by.FirmID)
		if err != nil {
			return err
		}
		out, err = s.joinMeasures(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measures of firm %d: %w", by.FirmID, err)
	}
	for i := range out {
		out[i].forParty()
	}
	return out, nil
}

// MeasuresWaiting lists the open measures for which the actor is to do something now: a proof to check, a day that has passed, a
// referral whose file is still here. It looks at those that the actor ordered and those of its cases, the most urgent first, at
// most 100. None for roles that order no measures.
func (s *Service) MeasuresWaiting(ctx context.Context, by access.Actor) (out []FirmMeasure, err error) {
	if s.d.Policy.Widest(by.Role, access.OrderMeasure) == access.None || by.UserID == 0 {
		return nil, nil
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := findRows[firmMeasureRow](ctx, tx, "COALESCE(due_on, '9999-12-31'), id", maxPage,
			`ended_on IS NULL AND (status = 'proved' OR due_on < ? OR authority <> '' AND status = 'ordered')
			AND (ordered_by = ? OR case_id IN (SELECT id FROM cases WHERE officer_id = ?))`, s.today(tx), by.UserID, by.UserID)
		if err != nil {
			return err
		}
		out, err = s.joinMeasures(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measures that wait: %w", err)
	}
	return slices.DeleteFunc(out, func(m FirmMeasure) bool { return s.d.Policy.Check(by, access.OrderMeasure, m.Case.Owner()) != nil }), nil
}
