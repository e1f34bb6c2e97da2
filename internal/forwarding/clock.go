package forwarding

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// The limits of the rulebook that this package runs on the case.
const (
	limitForward   = "complaint.forward" // begun by casework when it opens the case
	limitAnswer    = "firm.answer"
	limitSummary   = "firm.summary_resolution" // runs beside the answer where a pack has it (uk)
	limitAgain     = "firm.answer_again"
	limitCheck     = "complaint.quality_check"
	limitAskReview = "firm.review_request"
	limitReview    = "firm.review"
	limitComplex   = "firm.answer_complex"
	limitExtension = "firm.answer_extension"
)

// start begins the next round of a clock for the forward; ok is false where the pack has no such limit.
func (s *Service) start(ctx context.Context, tx *store.Tx, by access.Actor, h *held, key string) (due calendar.Date, ok bool, err error) {
	kind, due, ok, err := s.d.Cases.StartClock(ctx, tx, by, h.k, key, s.today(tx))
	if err != nil || !ok {
		return calendar.Date{}, false, err
	}
	h.Clock = kind
	return due, true, addEvent(ctx, tx, by, h.ID, eventClock, kind)
}

// clocks loads the clocks of the case.
func (s *Service) clocks(ctx context.Context, tx *store.Tx, k *casework.Case) ([]deadline.Clock, error) {
	return deadline.Of(ctx, tx, deadline.Owner{Kind: deadline.OfCase, ID: k.ID})
}

func running(c deadline.Clock) bool {
	return len(c.Events) > 0 && c.Events[len(c.Events)-1].Kind != deadline.Stop
}

// stop stops every clock that began for the forward and still runs.
func (s *Service) stop(ctx context.Context, tx *store.Tx, by access.Actor, h *held) error {
	own, err := clocksOf(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	h.Clock = ""
	return s.stopWhere(ctx, tx, by, h.k, func(kind string) bool { return slices.Contains(own, kind) })
}

func (s *Service) stopWhere(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, match func(kind string) bool) error {
	all, err := s.clocks(ctx, tx, k)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !running(c) || !match(c.Kind) {
			continue
		}
		if _, err := s.d.Cases.ClockEvent(ctx, tx, by, k, c.Kind, deadline.Event{Kind: deadline.Stop, On: s.today(tx)}); err != nil {
			return err
		}
	}
	return nil
}

// stateOf computes a clock of the case; ok is false where there is none.
func (s *Service) stateOf(ctx context.Context, tx *store.Tx, h *held, kind string) (deadline.State, bool, error) {
	all, err := s.clocks(ctx, tx, h.k)
	if err != nil {
		return deadline.State{}, false, err
	}
	c, ok := deadline.Find(all, kind)
	if !ok || kind == "" {
		return deadline.State{}, false, nil
	}
	cal, err := s.calendarOf(h.pack)
	if err != nil {
		return deadline.State{}, false, err
	}
	st, err := deadline.Compute(cal, c)
	return st, err == nil, err
}

func (s *Service) calendarOf(p *rulebook.Pack) (*calendar.Calendar, error) {
	cal, ok := s.d.Calendars[p.Calendar]
	if !ok {
		return nil, fmt.Errorf("no calendar %q for rulebook %s", p.Calendar, p.ID)
	}
	return cal, nil
}

// Redue copies the due dates of the firm's clocks of some cases anew, after an imported calendar moved them. The caller
// appends the audit entry.
func (s *Service) Redue(ctx context.Context, tx *store.Tx, caseIDs []int64) error {
	if len(caseIDs) == 0 {
		return nil
	}
	list, err := s.forwardsWhere(ctx, tx, "case_id IN ? AND clock <> '' AND status IN ?", caseIDs, names(Waiting))
	if err != nil {
		return err
	}
	for _, f := range list {
		h, err := s.holdID(ctx, tx, f)
		if err != nil {
			return err
		}
		st, ok, err := s.stateOf(ctx, tx, h, f.Clock)
		if err != nil {
			return err
		}
		if !ok || st.Phase == deadline.Stopped || st.Due == f.DueOn {
			continue
		}
		if err := store.Amend[forwardRow](ctx, tx, f.ID, store.Set("due_on", st.Due)); err != nil {
			return fmt.Errorf("redue forward %s: %w", f.Reference, err)
		}
	}
	return nil
}

// chases are the letters of the marks that a firm's clock reaches: warn some working days before it is due, due on the
// day, escalate some working days after it.
var chases = map[string]string{"warn": "chase_due", "due": "chase_due", "escalate": "chase_escalated"}

// Chase writes the letter of a mark that a clock of a case reached, if the clock is a firm's and the firm still owes its
// answer; nothing otherwise. The caller makes sure that a mark is told once; the audit entry is appended here.
func (s *Service) Chase(ctx context.Context, tx *store.Tx, caseID int64, clock, mark string) error {
	list, err := s.forwardsWhere(ctx, tx, "case_id = ? AND clock = ? AND status IN ?", caseID, clock, names(Waiting))
	if err != nil {
		return err
	}
	for _, f := range list {
		h, err := s.holdID(ctx, tx, f)
		if err != nil {
			return err
		}
		kind, ok := chases[mark]
		if !ok {
			return fmt.Errorf("chase %s: no mark %q", f.Reference, mark)
		}
		if kind == "chase_due" && f.Late(s.today(tx)) {
			kind = "chase_overdue" // the job was not there on the day
		}
		if err := s.toFirm(ctx, tx, access.Program, h, kind, mailChase, map[string]any{"due_on": f.DueOn, "days": days(f.DueOn, s.today(tx))}); err != nil {
			return err
		}
		if err := s.note(ctx, tx, access.Program, h, EventChased, audit.ForwardChased, "mark", mark); err != nil {
			return err
		}
	}
	return nil
}

// days is how far a day lies from another, whichever comes first.
func days(a, b calendar.Date) int {
	if a.Before(b) {
		return b.Sub(a)
	}
	return a.Sub(b)
}
