package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// Progress is how far the case of a complaint has come, as its complainant may
// know it: no officer, no finding, no remark.
type Progress struct {
	Status Status
	// Clock is the next limit that still runs; HasClock is false where none does.
	Clock    complaint.Clock
	HasClock bool
	// ExtendedFor is the key of the pack's ground on which the clock was lengthened last; "" where it was not.
	ExtendedFor string
	HeldSince   calendar.Date // of the suspension that holds the clock; zero while it runs
}

// Follow tells somebody who may read a complaint how far its case has come; nil
// while it has no case. NotFound for others, as for a complaint that is not
// there.
func (s *Service) Follow(ctx context.Context, by access.Actor, ref string) (*Progress, error) {
	var out *Progress
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		co, _, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		id, err := caseOf(ctx, tx, co.ID)
		if err != nil || id == 0 {
			return err
		}
		list, err := s.loadCases(ctx, tx, []int64{id})
		if err != nil || len(list) == 0 {
			return err
		}
		out = &Progress{Status: list[0].Status}
		clocks, err := s.caseClocks(ctx, tx, &list[0], by.Lang)
		if err != nil {
			return err
		}
		for _, k := range clocks {
			if !k.Stopped && (!out.HasClock || k.Due.Before(out.Clock.Due)) {
				out.Clock, out.HasClock = k, true
			}
		}
		return s.followClock(ctx, tx, &list[0], out)
	})
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", ref, err)
	}
	return out, nil
}

// followClock adds why the clock was lengthened and since when it is held.
func (s *Service) followClock(ctx context.Context, tx *store.Tx, c *Case, p *Progress) error {
	if !p.HasClock {
		return nil
	}
	asked, err := requestsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, r := range asked {
		if r.Granted && !r.Open && deadline.Base(r.Clock) == p.Clock.Kind {
			p.ExtendedFor = r.Ground
		}
	}
	if !p.Clock.Suspended {
		return nil
	}
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return err
	}
	for _, k := range clocks {
		if deadline.Base(k.Kind) != p.Clock.Kind {
			continue
		}
		for _, e := range k.Events {
			if e.Kind == deadline.Suspend {
				p.HeldSince = e.On
			}
		}
	}
	return nil
}
