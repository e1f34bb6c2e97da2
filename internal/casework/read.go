package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

// readable finds a case that the actor may read. NotFound.
func (s *Service) readable(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Case, error) {
	c, err := s.find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	return c, s.d.Policy.Check(by, access.ReadCase, c.Owner())
}

// ByRef finds a case that the actor may read, by its own or its complaint's reference. NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (c *Case, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err = s.readable(ctx, tx, by, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find case %s: %w", ref, err)
	}
	return c, nil
}

// view is who looked at what.
type view struct{ caseID, userID int64 }

// viewEvery is how often one actor's looks at one case are recorded, and maxViews bounds what is remembered of them.
const (
	viewEvery = time.Hour
	maxViews  = 50_000
)

// View is ByRef that records that somebody looked: at most once per actor, case and hour, so that reloading a page does
// not drown the log. What was recorded is remembered by this instance alone; after a restart, or on another instance,
// a look within the hour is recorded again. NotFound.
func (s *Service) View(ctx context.Context, by access.Actor, ref string) (*Case, error) {
	c, err := s.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	k := view{c.ID, by.UserID}
	if !s.unseen(k) {
		return c, nil
	}
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := s.d.Log.Append(ctx, tx, by, audit.CaseViewed, c.Reference)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("view case %s: %w", ref, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewed[k] = s.d.DB.Now()
	return c, nil
}

// unseen reports whether a look is to be recorded, and forgets old ones when there are too many.
func (s *Service) unseen(k view) bool {
	now := s.d.DB.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.viewed) >= maxViews {
		for old, at := range s.viewed {
			if now.Sub(at) >= viewEvery {
				delete(s.viewed, old)
			}
		}
	}
	at, ok := s.viewed[k]
	return !ok || now.Sub(at) >= viewEvery
}

// OfComplaint finds the case of a complaint; nil while there is none, or none that the actor may read.
func (s *Service) OfComplaint(ctx context.Context, by access.Actor, complaintID int64) (*Case, error) {
	var c *Case
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		id, err := caseOf(ctx, tx, complaintID)
		if err != nil || id == 0 {
			return err
		}
		list, err := s.loadCases(ctx, tx, []int64{id})
		if err != nil || len(list) == 0 {
			return err
		}
		if s.d.Policy.Check(by, access.ReadCase, list[0].Owner()) == nil {
			c = &list[0]
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("case of complaint %d: %w", complaintID, err)
	}
	return c, nil
}

// Find loads a case with its complaint inside an open transaction, whoever asks. For enforcement. NotFound.
func (s *Service) Find(ctx context.Context, tx *store.Tx, ref string) (*Case, error) {
	return s.find(ctx, tx, ref)
}

// FindAll loads cases by id inside an open transaction, whoever asks: children joined, no N+1. For enforcement.
func (s *Service) FindAll(ctx context.Context, tx *store.Tx, list []int64) (map[int64]*Case, error) {
	cases, err := s.loadCases(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Case, len(cases))
	for i := range cases {
		out[cases[i].ID] = &cases[i]
	}
	return out, nil
}

// Firm is the lender or agency of the case that has the code; nil where neither has.
func (c *Case) Firm(code string) *firm.Firm {
	for _, f := range []*firm.Firm{c.Agency, c.Lender} {
		if f != nil && strings.EqualFold(f.Code, strings.TrimSpace(code)) {
			return f
		}
	}
	return nil
}

// Event is a line of the case's timeline; Kind is a key of web/locales: "event." + Kind.
type Event struct {
	At        time.Time
	Kind      string
	ActorRole string
	ActorID   int64
	ActorName string // of staff; "" for the public and the program
	Note      string
}

// Timeline merges the events of complaint and case, oldest first. NotFound.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) ([]Event, error) {
	c, err := s.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	first, err := s.d.Complaints.Timeline(ctx, by, c.Complaint.Reference)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", ref, err)
	}
	out := make([]Event, 0, len(first)+8)
	for _, e := range first {
		out = append(out, Event{At: e.At, Kind: e.Kind, ActorRole: e.ActorRole, ActorID: e.ActorID, Note: e.Note})
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		own, err := loadEvents(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		out = append(out, own...)
		return s.nameActors(ctx, tx, out)
	})
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", ref, err)
	}
	// Stable: events of one second stay as they came, the complaint's before the case's.
	slices.SortStableFunc(out, func(a, b Event) int { return a.At.Compare(b.At) })
	return out, nil
}

func (s *Service) nameActors(ctx context.Context, tx *store.Tx, list []Event) error {
	var users ids
	for _, e := range list {
		users.add(e.ActorID)
	}
	names, err := s.d.Accounts.Names(ctx, tx, users.list)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].ActorName = names[list[i].ActorID]
	}
	return nil
}
