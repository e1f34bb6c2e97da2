package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Accept moves a complaint to accepted inside the transaction that opens its
// case; the caller has checked who may, and appends the audit entry. c.Track is
// stored as the caller set it. It stops the screening clock, adds the event and
// queues the message. Conflict.
func (s *Service) Accept(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, version int64) error {
	track := c.Track
	if err := c.Status.to(Accepted); err != nil || c.Status == Closed {
		if err == nil {
			err = fault.New(fault.Conflict, "complaint.status.closed_already")
		}
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	if err := s.stopAll(ctx, tx, by, c); err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	err := move(ctx, tx, c, version, set{
		"status": string(Accepted), "track": string(track), "due_on": calendar.Date{},
		"decided_at": store.At(tx.Now), "decided_by": store.ID(by.UserID),
	})
	if err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventAccepted, true, ""); err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	return s.tell(ctx, tx, c, "mail.accepted", s.today(tx))
}

// Close ends an accepted complaint with its case; text is what the complainant
// is told. The caller appends the audit entry. A complaint that was taken back
// has ended already and only notes that its case did too. Conflict.
func (s *Service) Close(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, text string) error {
	if c.Status == Withdrawn {
		return note(ctx, tx, by, c.ID, EventCaseClosed, false, text)
	}
	if err := c.Status.to(Closed); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	if err := move(ctx, tx, c, c.Version, set{"status": string(Closed), "ended_at": store.At(tx.Now)}); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventClosed, true, text); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	return s.tell(ctx, tx, c, "mail.closed", s.today(tx))
}

// Reopen undoes Close when the case is opened again. The caller appends the audit
// entry. A complaint that was taken back stays so. Conflict.
func (s *Service) Reopen(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, text string) error {
	if c.Status == Withdrawn {
		return note(ctx, tx, by, c.ID, EventReopened, false, text)
	}
	if err := c.Status.to(Accepted); err != nil || c.Status != Closed {
		return fmt.Errorf("reopen %s: %w", c.Reference, fault.New(fault.Conflict, "complaint.not_closed"))
	}
	if err := move(ctx, tx, c, c.Version, set{"status": string(Accepted), "ended_at": store.Time(0)}); err != nil {
		return fmt.Errorf("reopen %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventReopened, true, text); err != nil {
		return fmt.Errorf("reopen %s: %w", c.Reference, err)
	}
	return s.tell(ctx, tx, c, "mail.reopened", s.today(tx))
}
