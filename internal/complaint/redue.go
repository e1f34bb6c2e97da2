package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// Redue computes the stored due dates of complaints again from their clocks, in the open transaction, after a calendar
// was imported. Nobody's page becomes stale by it: the versions stay. The caller appends the audit entry.
func (s *Service) Redue(ctx context.Context, tx *store.Tx, ids []int64) error {
	list, err := byIDs(ctx, tx, ids)
	if err != nil {
		return fmt.Errorf("due dates of complaints: %w", err)
	}
	clocks, err := deadline.OfAll(ctx, tx, deadline.OfComplaint, ids)
	if err != nil {
		return fmt.Errorf("due dates of complaints: %w", err)
	}
	for _, c := range list {
		due, err := s.screeningDue(c, clocks[c.ID])
		if err != nil {
			return fmt.Errorf("due date of %s: %w", c.Reference, err)
		}
		if due == c.DueOn {
			continue
		}
		if err := store.Amend[complaintRow](ctx, tx, c.ID, store.Set("due_on", due)); err != nil {
			return fmt.Errorf("due date of %s: %w", c.Reference, err)
		}
	}
	return nil
}

// screeningDue is when the screening is due; no date once it is done or while it is held back.
func (s *Service) screeningDue(c *Complaint, clocks []deadline.Clock) (calendar.Date, error) {
	clock, ok := acceptClock(clocks)
	if !ok || c.Status.Screened() {
		return calendar.Date{}, nil
	}
	p, err := s.pack(c)
	if err != nil {
		return calendar.Date{}, err
	}
	cal, err := s.calendar(p)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, clock)
	return dueOf(st), err
}
