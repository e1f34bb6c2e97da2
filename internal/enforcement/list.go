package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Filter of the list of penalties. Zero values do not filter.
type Filter struct {
	Status []Status
	Pack   string // of the case
	Firm   string // code; with those merged into it
	Unit   string // code; "mine" the actor's
	Issued calendar.Month
	Kind   string // a measure of the last round
	Cursor string
	Limit  int // 1..100, default 50
}

// List is a page of penalties, the newest first.
type List struct {
	Items      []Penalty
	NextCursor string         // "" on the last page
	Counts     map[string]int // per status, within the actor's reach
}

const maxPage = 100

// readable finds a penalty that the actor may read. NotFound.
func (s *Service) readable(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Penalty, error) {
	p, err := s.find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	return p, s.d.Policy.Check(by, access.ReadPenalty, p.owner())
}

// ByRef finds a penalty that the actor may read. NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (p *Penalty, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		p, err = s.readable(ctx, tx, by, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find penalty %s: %w", ref, err)
	}
	return p, nil
}

// OfCase lists the penalties of a case, the oldest first. NotFound for a case whose penalties the actor may not read.
func (s *Service) OfCase(ctx context.Context, by access.Actor, caseRef string) (out []Penalty, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReadPenalty, c.Owner()); err != nil {
			return err
		}
		out, err = s.ofCase(ctx, tx, c.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("penalties of %s: %w", caseRef, err)
	}
	return out, nil
}

// List lists penalties within the actor's reach. Invalid (limit, status, cursor), Forbidden.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	if err := s.d.Policy.May(by, access.ReadPenalty); err != nil {
		return nil, err
	}
	before, err := f.check()
	if err != nil {
		return nil, err
	}
	l := &List{}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		reach := s.reach(by)
		ids, next, err := page(ctx, tx, f, by, reach, before)
		if err != nil {
			return err
		}
		l.NextCursor = next
		if l.Items, err = s.load(ctx, tx, ids); err != nil {
			return err
		}
		l.Counts, err = countStatuses(ctx, tx, reach)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list penalties: %w", err)
	}
	return l, nil
}

// check finds what is wrong with a filter and reads its cursor: the id before which the page begins, 0 for the first.
func (f *Filter) check() (before int64, err error) {
	var bad fault.Fields
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Limit < 1 || f.Limit > maxPage {
		bad.Add("limit", "casework.limit", maxPage)
	}
	for _, st := range f.Status {
		if !slices.Contains(AllStatuses, st) {
			bad.Add("status", "fault.choose")
		}
	}
	if f.Cursor != "" {
		if before, err = parseCursor(f.Cursor); err != nil {
			bad.Add("cursor", "casework.cursor")
		}
	}
	return before, bad.Err()
}

// DecisionOf is the sealed decision. NotFound before issue.
func (s *Service) DecisionOf(ctx context.Context, by access.Actor, ref string) (d *Decision, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		p, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		d, err = loadDecision(ctx, tx, p.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("decision of %s: %w", ref, err)
	}
	return d, nil
}

// Timeline lists what happened to a penalty, oldest first. NotFound.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) (out []Event, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		p, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if out, err = loadEvents(ctx, tx, p.ID); err != nil {
			return err
		}
		var users []int64
		for _, e := range out {
			users = append(users, e.ActorID)
		}
		names, err := s.names(ctx, tx, users...)
		if err != nil {
			return err
		}
		for i := range out {
			out[i].ActorName = names[out[i].ActorID]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", ref, err)
	}
	return out, nil
}
