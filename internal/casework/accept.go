package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Accept takes a complaint in (受理) and opens its case in a unit, whose code must exist. track "" keeps the filed one.
// version is the complaint's. The complainant is told by complaint.Accept in the same transaction.
// Invalid (unit, track), Conflict (decided before, stale), Forbidden, NotFound.
func (s *Service) Accept(ctx context.Context, by access.Actor, ref string, version int64, unit string, track complaint.Track) (*complaint.Complaint, *Case, error) {
	var k *Case
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.d.Complaints.Find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.Screen, access.Owner{ComplaintID: c.ID}); err != nil {
			return err
		}
		u, t, err := s.checkAcceptance(ctx, tx, c, unit, track)
		if err != nil {
			return err
		}
		c.Track = t
		if err := s.d.Complaints.Accept(ctx, tx, by, c, version); err != nil {
			return err
		}
		if _, err := s.d.Log.Append(ctx, tx, by, audit.ComplaintAccept, c.Reference, "unit", u.code, "track", string(t)); err != nil {
			return err
		}
		k, err = s.open(ctx, tx, by, c, u, t)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("accept %s: %w", ref, err)
	}
	return k.Complaint, k, nil
}

func (s *Service) checkAcceptance(ctx context.Context, tx *store.Tx, c *complaint.Complaint, unit string, track complaint.Track) (unitRef, complaint.Track, error) {
	var f fault.Fields
	u, ok, err := unitByCode(ctx, tx, unit)
	if err != nil {
		return unitRef{}, "", err
	}
	switch {
	case unit == "":
		f.Add("unit", "fault.choose")
	case !ok:
		f.Add("unit", "casework.unknown_unit", unit)
	}
	if track == "" {
		track = c.Track
	}
	switch track {
	case complaint.TrackComplaint, complaint.TrackReport, complaint.TrackPetition:
	default:
		f.Add("track", "fault.choose")
	}
	return u, track, f.Err()
}

// open makes the case of a complaint that was just accepted: reference, clock, event, count, audit entry.
func (s *Service) open(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint, u unitRef, track complaint.Track) (*Case, error) {
	pack, ok := s.d.Book.Pack(c.Pack)
	if !ok {
		return nil, fmt.Errorf("open case of %s: no rulebook %q", c.Reference, c.Pack)
	}
	today := s.today(tx)
	n, err := store.Next(ctx, tx, fmt.Sprintf("case.%d", today.Year()))
	if err != nil {
		return nil, err
	}
	k := &Case{
		Reference: ident.NewReference("K", today.Year(), n), ComplaintID: c.ID, Pack: c.Pack, Track: track,
		Status: Unassigned, UnitID: u.id, UnitCode: u.code, Severity: c.Severity,
		ReceivedOn: c.ReceivedOn, OpenedAt: tx.Now, OpenedOn: today, Rulebook: pack.Version(), Version: 1,
	}
	from, err := s.countFrom(ctx, tx, c, track)
	if err != nil {
		return nil, err
	}
	key := handlingKey(pack, track, from)
	if k.DueOn, err = s.firstDue(pack, key, from); err != nil {
		return nil, fmt.Errorf("open case of %s: %w", c.Reference, err)
	}
	if err := insertCase(ctx, tx, k, c.LenderID, c.AgencyID); err != nil {
		return nil, err
	}
	if key != "" {
		if _, _, _, err := s.StartClock(ctx, tx, by, k, key, from); err != nil {
			return nil, err
		}
	}
	if err := addEvent(ctx, tx, by, k.ID, EventOpened, u.code); err != nil {
		return nil, err
	}
	if err := count(ctx, tx, slot{}, k.slot()); err != nil {
		return nil, err
	}
	if err := s.joinLoaded(ctx, tx, []loaded{{k, c.LenderID, c.AgencyID}}); err != nil {
		return nil, err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.CaseOpened, k.Reference, "complaint", c.Reference, "unit", u.code)
	return k, err
}

// countFrom is the day from which the first clock of the case counts.
func (s *Service) countFrom(ctx context.Context, tx *store.Tx, c *complaint.Complaint, track complaint.Track) (calendar.Date, error) {
	var events []complaint.Event
	if track == complaint.TrackComplaint {
		var err error
		if events, err = s.d.Complaints.Events(ctx, tx, c.ID); err != nil {
			return calendar.Date{}, err
		}
	}
	return handlingFrom(track, c, events, s.d.Zone, s.today(tx)), nil
}
