package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// noticeKey is the limit within which the complainant is told the result.
const noticeKey = "complaint.result_notice"

// beginNotice starts the clock for telling the result. Nobody can be told who did not say who they are.
func (s *Service) beginNotice(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint) error {
	if c.Anonymous {
		return nil
	}
	p, err := s.pack(c)
	if err != nil {
		return err
	}
	today := s.today(tx)
	l, ok := p.LimitOn(noticeKey, today)
	if !ok {
		return nil
	}
	cal, err := s.calendar(p)
	if err != nil {
		return err
	}
	owner := deadline.Owner{Kind: deadline.OfComplaint, ID: c.ID}
	clocks, err := deadline.Of(ctx, tx, owner)
	if err != nil {
		return err
	}
	_, err = deadline.Begin(ctx, tx, cal, owner, deadline.Round(noticeKey, clocks), limitOf(l), today, by.UserID)
	return err
}

// endNotice stops the clock for telling the result, if it runs.
func (s *Service) endNotice(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint) error {
	_, err := s.dueAfter(ctx, tx, by, c, deadline.Stop, noticeClock)
	return err
}

func noticeClock(clocks []deadline.Clock) (deadline.Clock, bool) { return newest(noticeKey, clocks) }

// Ways in which a complainant learned the result.
const (
	ToldOnline  = "online"  // opened the closed case with the code
	ToldContact = "contact" // was reached by somebody of the office
	ToldLetter  = "letter"  // the letter was delivered
)

// Told notes in the open transaction that the complainant knows the result, and stops the clock for telling it. It does
// nothing where that clock does not run: nothing to tell, or told before.
func (s *Service) Told(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, how string) error {
	waits, err := s.untold(ctx, tx, c)
	if err != nil || !waits {
		return err
	}
	if err := s.endNotice(ctx, tx, by, c); err != nil {
		return fmt.Errorf("told %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventTold, false, ""); err != nil {
		return fmt.Errorf("told %s: %w", c.Reference, err)
	}
	_, err = s.log.Append(ctx, tx, by, audit.ComplaintTold, c.Reference, "how", how)
	return err
}

// untold reports whether the clock for telling the result runs.
func (s *Service) untold(ctx context.Context, tx *store.Tx, c *Complaint) (bool, error) {
	if c.Status != Closed {
		return false, nil
	}
	clocks, err := deadline.Of(ctx, tx, deadline.Owner{Kind: deadline.OfComplaint, ID: c.ID})
	if err != nil {
		return false, err
	}
	_, ok := noticeClock(clocks)
	return ok, nil
}

// opened notes the first look of the complainant at the closed case. It costs a look at the clocks of a closed case, and
// a transaction once.
func (s *Service) opened(ctx context.Context, by access.Actor, c *Complaint) error {
	if by.Role != access.Borrower || c.Status != Closed {
		return nil
	}
	waits := false
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		waits, err = s.untold(ctx, tx, c)
		return err
	})
	if err != nil || !waits {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		now, err := find(ctx, tx, "id = ?", c.ID) // it may have been opened again meanwhile
		if err != nil {
			return err
		}
		return s.Told(ctx, tx, by, now, ToldOnline)
	})
}
