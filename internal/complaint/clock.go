package complaint

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// acceptKeys name the limit within which a filing of each track is screened,
// the first that the pack has. A pack without petitions screens them as
// complaints.
var acceptKeys = map[Track][]string{
	TrackComplaint: {"complaint.accept"},
	TrackReport:    {"report.accept", "complaint.accept"},
	TrackPetition:  {"petition.tell", "complaint.accept"},
}

const supplementKey = "complaint.supplement"

// acceptLimit is the limit that starts on a day, and its key.
func acceptLimit(p *rulebook.Pack, track Track, on calendar.Date) (string, deadline.Limit, error) {
	for _, key := range acceptKeys[track] {
		if l, ok := p.LimitOn(key, on); ok {
			return key, limitOf(l), nil
		}
	}
	return "", deadline.Limit{}, fmt.Errorf("pack %s has no limit for screening a %s on %s", p.ID, track, on)
}

func limitOf(l rulebook.Limit) deadline.Limit {
	return deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit), Roll: l.Roll}
}

// acceptClock picks the screening clock among the clocks of a complaint,
// whatever track it was filed under.
func acceptClock(clocks []deadline.Clock) (deadline.Clock, bool) {
	for _, keys := range acceptKeys {
		for _, key := range keys {
			if c, ok := deadline.Find(clocks, key); ok {
				return c, true
			}
		}
	}
	return deadline.Clock{}, false
}

// dueAfter applies an event to a clock of the complaint and returns when the
// clock is due after it; no date once it stopped or while it is held back. A
// clock that does not run (an import of history has none) is passed over, and
// one that ran out is not suspended: its lateness stays.
func (s *Service) dueAfter(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, kind deadline.EventKind, pick func([]deadline.Clock) (deadline.Clock, bool)) (calendar.Date, error) {
	p, err := s.pack(c)
	if err != nil {
		return calendar.Date{}, err
	}
	cal, err := s.calendar(p)
	if err != nil {
		return calendar.Date{}, err
	}
	owner := deadline.Owner{Kind: deadline.OfComplaint, ID: c.ID}
	clocks, err := deadline.Of(ctx, tx, owner)
	if err != nil {
		return calendar.Date{}, err
	}
	clock, ok := pick(clocks)
	if !ok {
		return calendar.Date{}, nil
	}
	state, err := deadline.Compute(cal, clock)
	if err != nil {
		return calendar.Date{}, err
	}
	if state.Phase == deadline.Stopped || kind == deadline.Resume && state.Phase != deadline.Suspended {
		return dueOf(state), nil
	}
	next, err := deadline.Happen(ctx, tx, cal, owner, clock.Kind, deadline.Event{Kind: kind, On: s.today(tx)}, by.UserID)
	if deadline.Expired(err) {
		return dueOf(state), nil
	}
	if err != nil {
		return calendar.Date{}, err
	}
	if state, err = deadline.Compute(cal, next); err != nil {
		return calendar.Date{}, err
	}
	return dueOf(state), nil
}

func dueOf(s deadline.State) calendar.Date {
	if s.Phase == deadline.Stopped {
		return calendar.Date{}
	}
	return s.Due
}

func supplementClock(clocks []deadline.Clock) (deadline.Clock, bool) {
	return newest(supplementKey, clocks)
}

// newest is the last round of a clock that still runs: a complainant may be asked twice.
func newest(base string, clocks []deadline.Clock) (deadline.Clock, bool) {
	for i := len(clocks) - 1; i >= 0; i-- {
		c := clocks[i]
		if deadline.Base(c.Kind) == base && c.Events[len(c.Events)-1].Kind != deadline.Stop {
			return c, true
		}
	}
	return deadline.Clock{}, false
}

// stopAll stops every running clock of the complaint on the day of the decision.
func (s *Service) stopAll(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint) error {
	if _, err := s.dueAfter(ctx, tx, by, c, deadline.Stop, acceptClock); err != nil {
		return err
	}
	_, err := s.dueAfter(ctx, tx, by, c, deadline.Stop, supplementClock)
	return err
}

// Clocks computes the complaint's clocks as of today.
func (s *Service) Clocks(ctx context.Context, by access.Actor, ref string) ([]Clock, error) {
	var out []Clock
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.visible(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		clocks, err := deadline.Of(ctx, tx, deadline.Owner{Kind: deadline.OfComplaint, ID: c.ID})
		if err != nil {
			return err
		}
		p, err := s.pack(c)
		if err != nil {
			return err
		}
		for _, dc := range clocks {
			shown, err := s.Show(p, dc, s.today(tx), by.Lang)
			if err != nil {
				return err
			}
			out = append(out, shown)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("clocks of a complaint: %w", err)
	}
	return out, nil
}

// Show is a stored clock as pages and the API show it on a day; casework and
// enforcement show theirs with it too. lang is zh or en, for the article.
func (s *Service) Show(p *rulebook.Pack, c deadline.Clock, today calendar.Date, lang string) (Clock, error) {
	cal, err := s.calendar(p)
	if err != nil {
		return Clock{}, err
	}
	st, err := deadline.Compute(cal, c)
	if err != nil {
		return Clock{}, err
	}
	base := deadline.Base(c.Kind)
	out := Clock{
		Kind: base, Round: roundOf(c.Kind), Original: st.Original, Due: st.Due, Provisional: st.Provisional,
		Suspended: st.Phase == deadline.Suspended, Stopped: st.Phase == deadline.Stopped, InTime: st.InTime,
	}
	left, unit := deadline.Left(cal, st, today)
	out.Left, out.LeftUnit = left, string(unit)
	if l, ok := p.LimitOn(base, st.Started); ok {
		out.Verified, out.Basis, out.Party = !l.Marked(), l.Article.In(lang), l.Party
	}
	return out, nil
}

// roundOf is which time a clock runs: "base#2" the second.
func roundOf(kind string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(kind, deadline.Base(kind)+"#"))
	if err != nil {
		return 1
	}
	return n
}
