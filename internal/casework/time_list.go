package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// TimeRoom says how far a clock of a case may be lengthened now, for the form that asks; ok is false where it may not.
// NotFound, Conflict (no such clock, it stopped).
func (s *Service) TimeRoom(ctx context.Context, by access.Actor, ref, clock string) (r Room, ok bool, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		r, ok, err = s.RoomIn(ctx, tx, c, clock)
		return err
	})
	if err != nil {
		return Room{}, false, fmt.Errorf("room of %s of %s: %w", clock, ref, err)
	}
	return r, ok, nil
}

// RoomIn is TimeRoom inside an open transaction, whoever asks. For forwarding.
func (s *Service) RoomIn(ctx context.Context, tx *store.Tx, c *Case, clock string) (Room, bool, error) {
	pack, cal, err := s.law(c)
	if err != nil {
		return Room{}, false, err
	}
	k, err := s.running(ctx, tx, c, clock)
	if err != nil {
		return Room{}, false, err
	}
	return roomOf(pack, cal, k)
}

// TimeRequests lists who asked for more time on a case and what became of it, oldest first. NotFound.
func (s *Service) TimeRequests(ctx context.Context, by access.Actor, ref string) (out []TimeRequest, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if out, err = requestsOf(ctx, tx, c.ID); err != nil {
			return err
		}
		for i := range out {
			out[i].CaseReference = c.Reference
		}
		return s.nameAskers(ctx, tx, out)
	})
	if err != nil {
		return nil, fmt.Errorf("requests for time of %s: %w", ref, err)
	}
	return out, nil
}

// TimeRequestsFor lists the wishes for more time of the firm of a forward and what became of them, oldest first, whoever
// asks. For forwarding.
func (s *Service) TimeRequestsFor(ctx context.Context, tx *store.Tx, forwardID int64) ([]TimeRequest, error) {
	return requestsFor(ctx, tx, forwardID)
}

// WaitingRequest is a wish for more time that somebody has to decide on.
type WaitingRequest struct {
	TimeRequest
	Case Case
	Due  calendar.Date // of the clock now; no date while it is held
	Own  bool          // the actor asked, and so somebody else decides
}

// maxWaiting bounds the list of wishes: nobody reads more at once, and what was decided makes room.
const maxWaiting = 200

// TimeWaiting lists the wishes for more time that wait for somebody of the actor's reach to decide, oldest first; at
// most 200. Forbidden.
func (s *Service) TimeWaiting(ctx context.Context, by access.Actor) (out []WaitingRequest, err error) {
	if err := s.d.Policy.May(by, access.DecideOnTime); err != nil {
		return nil, err
	}
	var w where
	w.add("c.status <> ?", string(Closed))
	switch s.d.Policy.Widest(by.Role, access.DecideOnTime) {
	case access.Any:
	case access.Unit:
		w.add("c.unit_id = ?", by.UnitID)
	default:
		w.add("c.officer_id = ?", by.UserID)
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := requestsWaiting(ctx, tx, w, maxWaiting)
		if err != nil {
			return err
		}
		out, err = s.withCases(ctx, tx, by, list)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests for time: %w", err)
	}
	return out, nil
}

// withCases joins wishes with their cases and clocks: one query each, however many.
func (s *Service) withCases(ctx context.Context, tx *store.Tx, by access.Actor, list []TimeRequest) ([]WaitingRequest, error) {
	if err := s.nameAskers(ctx, tx, list); err != nil {
		return nil, err
	}
	var of ids
	for _, r := range list {
		of.add(r.CaseID)
	}
	cases, err := s.FindAll(ctx, tx, of.list)
	if err != nil {
		return nil, err
	}
	clocks, err := deadline.OfAll(ctx, tx, deadline.OfCase, of.list)
	if err != nil {
		return nil, err
	}
	out := make([]WaitingRequest, 0, len(list))
	for _, r := range list {
		c := cases[r.CaseID]
		_, cal, err := s.law(c)
		if err != nil {
			return nil, err
		}
		r.CaseReference = c.Reference
		k, _ := deadline.Find(clocks[c.ID], r.Clock)
		st, err := deadline.Compute(cal, k)
		if err != nil {
			return nil, err
		}
		if st.Phase == deadline.Stopped {
			continue // what was asked for came to pass without it
		}
		out = append(out, WaitingRequest{TimeRequest: r, Case: *c, Due: st.Due, Own: r.AskedBy == by.UserID})
	}
	return out, nil
}

func (s *Service) nameAskers(ctx context.Context, tx *store.Tx, list []TimeRequest) error {
	var users ids
	for _, r := range list {
		users.add(r.AskedBy)
		users.add(r.DecidedBy)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users.list)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].AskedName, list[i].DecidedName = names[list[i].AskedBy], names[list[i].DecidedBy]
	}
	return nil
}
