package casework

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Reopen takes up a closed case again, and its complaint with it: it goes back to its officer, or waits for one, and the
// clock of its track starts anew. ground is a key of the rulebook's grounds for it; the reasons stay inside the office,
// the complainant hears the ground. Invalid (ground, reason), Conflict (stale, not closed), Forbidden, NotFound.
func (s *Service) Reopen(ctx context.Context, by access.Actor, ref string, version int64, ground, reason string) (*Case, error) {
	var c *Case
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReopenCase, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		if err := c.at(version); err != nil {
			return err
		}
		return s.ReopenIn(ctx, tx, by, c, ground, reason)
	})
	if err != nil {
		return nil, fmt.Errorf("reopen case %s: %w", ref, err)
	}
	return c, nil
}

// ReopenIn is Reopen inside the transaction of a caller who has checked who may: a broken plan opens its case by itself.
// It appends the audit entry.
func (s *Service) ReopenIn(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, ground, reason string) error {
	reason, err := reasoned("reason", reason, minReason)
	if err != nil {
		return err
	}
	pack, _, err := s.law(c)
	if err != nil {
		return err
	}
	if err := checkGround(pack, c.Track, "reopen", ground); err != nil {
		return err
	}
	if err := s.revive(ctx, tx, c); err != nil {
		return err
	}
	g, _ := pack.Ground("reopen", ground)
	if err := s.d.Complaints.Reopen(ctx, tx, by, c.Complaint, g.Name.In(c.Complaint.Lang)); err != nil {
		return err
	}
	today := s.today(tx)
	if key := handlingKey(pack, c.Track, today); key != "" {
		if _, _, _, err := s.StartClock(ctx, tx, by, c, key, today); err != nil {
			return err
		}
	}
	if err := addEvent(ctx, tx, by, c.ID, EventReopened, reason); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.CaseReopened, c.Reference, "ground", ground)
	return err
}

// revive puts a closed case back to where it was, with an officer only if that person may still have it.
func (s *Service) revive(ctx context.Context, tx *store.Tx, c *Case) error {
	was := c.slot()
	found, err := s.hasFindings(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if c.Status, err = c.Status.next(reopen, found); err != nil {
		return err
	}
	stays, err := s.mayKeep(ctx, tx, c)
	if err != nil {
		return err
	}
	if !stays {
		if c.Status, err = c.Status.next(release, false); err != nil {
			return err
		}
		c.drop()
	}
	c.ClosedAt, c.ClosedOn, c.Outcome, c.DueOn = time.Time{}, calendar.Date{}, "", calendar.Date{}
	return s.save(ctx, tx, c, was)
}

// mayKeep reports whether the officer of a closed case may go on with it: still a reviewer of its unit, and not recused.
func (s *Service) mayKeep(ctx context.Context, tx *store.Tx, c *Case) (bool, error) {
	if c.OfficerID == 0 {
		return false, nil
	}
	_, err := s.eligible(ctx, tx, c, fmt.Sprint(c.OfficerID))
	if fault.Is(err, fault.Invalid) {
		return false, nil
	}
	return err == nil, err
}
