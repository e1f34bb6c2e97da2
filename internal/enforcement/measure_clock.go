package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// followUpClock counts to the day on which a measure is followed up, so that whoever ordered it is reminded. It is a day that
// the office set, not a limit of the rulebook.
const followUpClock = "measure.follow_up"

// followUp brings the clock of a measure in step with its day: was is the day before the change.
func (s *Service) followUp(ctx context.Context, tx *store.Tx, by access.Actor, m *FirmMeasure, pack *rulebook.Pack, was calendar.Date) error {
	if m.Open() && m.DueOn == was {
		return nil
	}
	cal, today := s.d.Calendars[pack.Calendar], s.today(tx)
	if cal == nil {
		return fmt.Errorf("no calendar %q", pack.Calendar)
	}
	owner := deadline.Owner{Kind: deadline.OfMeasure, ID: m.ID}
	all, err := deadline.Of(ctx, tx, owner)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Events[len(c.Events)-1].Kind == deadline.Stop {
			continue
		}
		if _, err := deadline.Happen(ctx, tx, cal, owner, c.Kind, deadline.Event{Kind: deadline.Stop, On: today}, by.UserID); err != nil {
			return err
		}
	}
	if !m.Open() || m.DueOn.IsZero() {
		return nil
	}
	_, err = deadline.Begin(ctx, tx, cal, owner, deadline.Round(followUpClock, all), deadline.Limit{N: m.DueOn.Sub(today), Unit: deadline.Day}, today, by.UserID)
	return err
}

// measureMail writes about a measure, to nobody who acts.
func (s *Service) measureMail(ctx context.Context, tx *store.Tx, by access.Actor, m *FirmMeasure) *mailing {
	return &mailing{ctx: ctx, tx: tx, s: s, by: by.UserID, on: s.today(tx), told: map[int64]bool{}, ref: m.Reference,
		desk: link(s.d.MeasureDeskURL, m.Reference), portal: link(s.d.MeasurePortalURL, m.Reference), dedupe: fmt.Sprintf("measure:%s:%d", m.Reference, len(m.Events))}
}
