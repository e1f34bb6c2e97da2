package casework

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// The shortest reasons for closing a case and for a recusal, in characters.
const (
	minClosing = 5
	minRecusal = 2
)

// reasoned trims reasons and checks their length.
func reasoned(field, text string, least int) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", wrong(field, "fault.required")
	case n < least:
		return "", wrong(field, "fault.too_short", least)
	case n > maxReasons:
		return "", wrong(field, "fault.too_long", maxReasons, n)
	}
	return text, nil
}

// Close ends a case and its complaint, stops the case's clocks and keeps as outcome the best standing finding.
// The reasons stay inside the office; the complainant hears the outcome.
// Invalid (reasons), Conflict (stale, closed, a penalty is under way), Forbidden, NotFound.
func (s *Service) Close(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Case, error) {
	reasons, err := reasoned("reasons", reasons, minClosing)
	if err != nil {
		return nil, err
	}
	var c *Case
	err = s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.CloseCase, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		if err := c.at(version); err != nil {
			return err
		}
		return s.finish(ctx, tx, by, c, reasons)
	})
	if err != nil {
		return nil, fmt.Errorf("close case %s: %w", ref, err)
	}
	return c, nil
}

// outcomeName says an outcome of closing.
func outcomeName(p *rulebook.Pack, id string) rulebook.Text {
	if o, ok := outcomeOf(p, id); ok {
		return o.Name
	}
	return rulebook.Text{ZH: "未作认定", EN: "No finding"}
}

func (s *Service) finish(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, reasons string) error {
	was := c.slot()
	next, err := c.Status.next(finish, false)
	if err != nil {
		return err
	}
	pack, ok := s.d.Book.Pack(c.Pack)
	if !ok {
		return fmt.Errorf("no rulebook %q", c.Pack)
	}
	standing, err := s.StandingFindings(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.Status, c.Outcome, c.ClosedAt, c.ClosedOn = next, Best(pack, standing), tx.Now, s.today(tx)
	// A complaint that its sender took back ended before and only notes that its case did too.
	accepted := c.Complaint.Status == complaint.Accepted
	if err := s.d.Complaints.Close(ctx, tx, by, c.Complaint, outcomeName(pack, c.Outcome)); err != nil {
		return err
	}
	if accepted {
		if _, err := s.d.Log.Append(ctx, tx, by, audit.ComplaintClosed, c.Complaint.Reference, "outcome", c.Outcome); err != nil {
			return err
		}
	}
	if s.closed != nil {
		if err := s.closed(ctx, tx, by, c.ID); err != nil {
			return err
		}
	}
	if err := s.stopClocks(ctx, tx, by, c, pack); err != nil {
		return err
	}
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, c.ID, EventClosed, reasons); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.CaseClosed, c.Reference, "outcome", c.Outcome)
	return err
}

// Recuse keeps a person of the office off a case for good; an officer who has it loses it. A reviewer recuses only
// themself. During enforcement the case stays where it is and waits for another officer.
// Invalid (officer, reason), Conflict (recused before, closed), Forbidden, NotFound.
func (s *Service) Recuse(ctx context.Context, by access.Actor, ref string, officer, reason string) error {
	reason, err := reasoned("reason", reason, minRecusal)
	if err != nil {
		return err
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.RecuseCase, c.Owner()); err != nil {
			return err
		}
		p, ok, err := staff(ctx, tx, officer)
		if err != nil {
			return err
		}
		if !ok {
			return wrong("officer", "casework.no_such_person")
		}
		if by.Role == access.Reviewer && p.id != by.UserID {
			return fault.New(fault.Forbidden, "casework.recuse_only_yourself")
		}
		return s.recuse(ctx, tx, by, c, p, reason)
	})
	if err != nil {
		return fmt.Errorf("recuse from %s: %w", ref, err)
	}
	return nil
}

func (s *Service) recuse(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, p person, reason string) error {
	if c.Status == Closed {
		return fault.New(fault.Conflict, "casework.closed")
	}
	before, err := recused(ctx, tx, c.ID, p.id)
	if err != nil {
		return err
	}
	if before {
		return fault.New(fault.Conflict, "casework.recused_before", p.name)
	}
	if err := insertRecusal(ctx, tx, c.ID, p.id, reason); err != nil {
		return err
	}
	was := c.slot()
	if c.OfficerID == p.id {
		if c.Status.can(release) {
			if c.Status, err = c.Status.next(release, false); err != nil {
				return err
			}
		}
		c.drop()
		if err := s.save(ctx, tx, c, was); err != nil {
			return err
		}
	}
	if err := addEvent(ctx, tx, by, c.ID, EventRecused, p.name); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.OfficerRecused, c.Reference, "officer", p.id)
	return err
}

// Recused reports whether a user may not act on a case, inside an open transaction.
func (s *Service) Recused(ctx context.Context, tx *store.Tx, caseID, userID int64) (bool, error) {
	return recused(ctx, tx, caseID, userID)
}

// HadPart reports whether a user ever had a case in hand or made a finding in it, inside an open transaction: who once
// investigated does not judge what came of it.
func (s *Service) HadPart(ctx context.Context, tx *store.Tx, caseID, userID int64) (bool, error) {
	return hadPart(ctx, tx, caseID, userID)
}

// EnterEnforcement moves a case when a penalty is proposed, inside the caller's transaction; the caller appends the
// audit entry. version is the case's as the proposer saw it. Conflict.
func (s *Service) EnterEnforcement(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, version int64) error {
	if err := c.at(version); err != nil {
		return err
	}
	was := c.slot()
	next, err := c.Status.next(propose, false)
	if err != nil {
		return err
	}
	c.Status = next
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	return addEvent(ctx, tx, by, c.ID, EventPenaltyProposed, "")
}

// LeaveEnforcement puts the case back to found when its last open penalty was issued or dropped, inside the caller's
// transaction; the caller appends the audit entry. kind is the event: EventPenaltyIssued or EventPenaltyDropped.
func (s *Service) LeaveEnforcement(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, kind string) error {
	was := c.slot()
	next, err := c.Status.next(leave, false)
	if err != nil {
		return err
	}
	c.Status = next
	if err := s.save(ctx, tx, c, was); err != nil {
		return err
	}
	return addEvent(ctx, tx, by, c.ID, kind, "")
}
