package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Course is the statutory procedure of a penalty, with the names of who took each step. NotFound; Conflict for a penalty of
// the short way.
func (s *Service) Course(ctx context.Context, by access.Actor, ref string) (c *Course, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		if by.Role.OfFirm() {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		c = sc.c
		var ids []int64
		for _, t := range c.Taken {
			ids = append(ids, t.ActorID)
		}
		names, err := s.names(ctx, tx, ids...)
		if err != nil {
			return err
		}
		for i := range c.Taken {
			c.Taken[i].ActorName = names[c.Taken[i].ActorID]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("course of %s: %w", ref, err)
	}
	return c, nil
}

// Missing says what a step still needs, for the actor, before anybody presses: the stage, a part that bars them, and every
// condition of the law, each with its article. Nothing is missing where the list is empty. NotFound, Forbidden (the role may
// never take it).
func (s *Service) Missing(ctx context.Context, by access.Actor, ref string, step Step) (out []Lack, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		if err := s.may(by, sc, step); err != nil {
			return err
		}
		out = sc.all(step)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what %s of %s needs: %w", step, ref, err)
	}
	return out, nil
}

// all is everything that keeps the actor from a step now.
func (sc *scene) all(step Step) (out []Lack) {
	if !step.fits(sc.c.Stage) {
		l := sc.lack("stage", own)
		l.Key = "penalty_case.stage." + string(sc.c.Stage)
		out = append(out, l)
	}
	if part := sc.barred(step); part != noPart {
		l := sc.lack("apart", art43)
		l.Key = "penalty_case.barred." + string(part)
		out = append(out, l)
	}
	return append(out, sc.lacks(step)...)
}

// Open are the steps that stage, role, reach and parts leave to an actor, each with what it still needs.
func (s *Service) Open(ctx context.Context, by access.Actor, ref string) (out map[Step][]Lack, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		out = map[Step][]Lack{}
		for _, step := range Steps {
			if step.fits(sc.c.Stage) && sc.barred(step) == noPart && s.may(by, sc, step) == nil {
				out[step] = sc.lacks(step)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open steps of %s: %w", ref, err)
	}
	return out, nil
}

// Content is what the decision must say (art. 59), element by element, as the case stands. NotFound.
func (s *Service) Content(ctx context.Context, by access.Actor, ref string) (out []Element, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		if by.Role.OfFirm() {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		out = sc.content()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("content of the decision of %s: %w", ref, err)
	}
	return out, nil
}

// Ledger is the money of a penalty as of a day; no date is today. NotFound.
func (s *Service) Ledger(ctx context.Context, by access.Actor, ref string, on calendar.Date) (l *Ledger, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return err
		}
		if on.IsZero() {
			on = sc.today
		}
		l = sc.ledger(on)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ledger of %s: %w", ref, err)
	}
	return l, nil
}
