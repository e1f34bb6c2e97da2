package forwarding

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

// PassInput is what a lender decides about what it passes on.
type PassInput struct {
	Agency   string // code, of an agency that collects for the lender that day
	DueOn    calendar.Date
	Disclose []string // of what the lender was given itself
	Note     string   // to the agency
}

// PassOn gives a forward to an agency of the lender, for the lender's own answer. The agency's due date is the lender's
// choice, not a statute's, and lies before the lender's own. Invalid (agency, due_on, disclose, note), Conflict (stale,
// not the lender's turn, with that agency already), NotFound.
func (s *Service) PassOn(ctx context.Context, by access.Actor, ref string, version int64, in PassInput) (*Forward, error) {
	return s.change(ctx, by, "pass on", ref, version, func(tx *store.Tx, h *held) error {
		if !h.Status.Awaits() {
			return fault.New(fault.Conflict, h.Status.refusal(answer))
		}
		if h.ParentID != 0 || h.Firm.Kind != firm.Lender {
			return fault.New(fault.Conflict, "forwarding.only_lenders_pass_on")
		}
		to, err := s.checkPass(ctx, tx, h, &in)
		if err != nil {
			return err
		}
		key, err := s.key(ctx, tx, h.k)
		if err != nil {
			return err
		}
		summary, err := h.openSummary(key)
		if err != nil {
			return err
		}
		if in.Note != "" {
			summary += "\n\n" + in.Note
		}
		child := &Forward{Firm: *to, ParentID: h.ID, Kind: h.Kind, Disclosed: in.Disclose, DueOn: in.DueOn}
		ch, err := s.put(ctx, tx, by, h.k, child, summary)
		if err != nil {
			return err
		}
		if err := s.mailFirm(ctx, tx, ch, mailPassed); err != nil {
			return err
		}
		if err := s.note(ctx, tx, by, ch, EventPassed, audit.ForwardPassed, "lender", h.Firm.Code, "agency", to.Code,
			"disclosed", fmt.Sprint(in.Disclose)); err != nil {
			return err
		}
		if err := save(ctx, tx, h.Forward); err != nil { // two of the lender's staff at once
			return err
		}
		if err := addEvent(ctx, tx, by, h.ID, EventPassed, to.Name); err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.ForwardPassed, h.Reference, "agency", to.Code)
		return err
	})
}

func (s *Service) checkPass(ctx context.Context, tx *store.Tx, h *held, in *PassInput) (*firm.Firm, error) {
	var wrong fault.Fields
	linked, err := s.agencies(ctx, tx, h)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(linked, func(f firm.Firm) bool { return f.Code == in.Agency })
	switch {
	case in.Agency == "":
		wrong.Add("agency", "fault.choose")
	case i < 0:
		wrong.Add("agency", "forwarding.not_your_agency")
	}
	switch {
	case in.DueOn.IsZero():
		wrong.Add("due_on", "fault.required")
	case in.DueOn.Before(s.today(tx)):
		wrong.Add("due_on", "forwarding.due_past")
	case !h.DueOn.IsZero() && in.DueOn.After(h.DueOn):
		wrong.Add("due_on", "forwarding.due_before_own", h.DueOn)
	}
	in.Disclose = disclosure(in.Disclose, h.Disclosed, &wrong)
	in.Note = text(&wrong, "note", in.Note, 0, maxNote)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return &linked[i], s.notThereYet(ctx, tx, h.CaseID, linked[i].ID, h.ID)
}

// agencies are those that collect today for the firm of a forward, under the name it had or has now.
func (s *Service) agencies(ctx context.Context, tx *store.Tx, h *held) ([]firm.Firm, error) {
	if h.Firm.Kind != firm.Lender {
		return nil, nil
	}
	now, err := s.liveFirm(ctx, tx, h.Firm)
	if err != nil {
		return nil, err
	}
	return s.d.Firms.Agencies(ctx, tx, now.ID, s.today(tx))
}
