package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Suspend (中止) holds a clock of a case from today on; the days until Resume do not count. ground is a key of the
// rulebook's grounds for it. The complainant is written to. Invalid (ground, reason), Conflict (no such clock, it
// stopped, ran out or is held already), Forbidden, NotFound.
func (s *Service) Suspend(ctx context.Context, by access.Actor, ref, clock, ground, reason string) (*Case, error) {
	return s.hold(ctx, by, ref, clock, ground, reason, deadline.Suspend)
}

// Resume (恢复) lets a held clock run again from tomorrow on. The complainant is written to. Invalid (reason), Conflict
// (no such clock, it is not held), Forbidden, NotFound.
func (s *Service) Resume(ctx context.Context, by access.Actor, ref, clock, reason string) (*Case, error) {
	return s.hold(ctx, by, ref, clock, "", reason, deadline.Resume)
}

func (s *Service) hold(ctx context.Context, by access.Actor, ref, clock, ground, reason string, kind deadline.EventKind) (*Case, error) {
	reason, err := reasoned("reason", reason, minReason)
	if err != nil {
		return nil, err
	}
	var c *Case
	err = s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.find(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.DecideOnTime, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		k, err := s.running(ctx, tx, c, clock)
		if err != nil {
			return err
		}
		return s.holdIn(ctx, tx, by, c, k.Kind, ground, reason, kind)
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s of %s: %w", kind, clock, ref, err)
	}
	return c, nil
}

func (s *Service) holdIn(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, clock, ground, reason string, kind deadline.EventKind) error {
	pack, _, err := s.law(c)
	if err != nil {
		return err
	}
	today := s.today(tx)
	line, action, form, fields := EventResumed, audit.ClockResumed, "resumption", map[string]any{"on": today}
	if kind == deadline.Suspend {
		if err := checkGround(pack, c.Track, "suspend", ground); err != nil {
			return err
		}
		g, _ := pack.Ground("suspend", ground)
		line, action, form, fields = EventSuspended, audit.ClockSuspended, "suspension", map[string]any{"on": today, "ground": g.Name}
	}
	st, err := s.ClockEvent(ctx, tx, by, c, clock, deadline.Event{Kind: kind, On: today, Reason: reason})
	if err != nil {
		return err
	}
	if err := s.EventLine(ctx, tx, by, c, line, clockNote(pack, clock, by.Lang, reason)); err != nil {
		return err
	}
	if _, err := s.d.Log.Append(ctx, tx, by, action, c.Reference, "clock", clock, "ground", ground); err != nil {
		return err
	}
	if kind == deadline.Resume {
		fields["due_on"] = st.Due
	}
	_, err = s.d.Complaints.WriteLetter(ctx, tx, by, c.Complaint, form, letter.ToComplainant, fields, complaint.LetterOptions{CaseID: c.ID})
	return err
}

// running picks a clock of a case that has not stopped, by its kind, or by its limit where that runs in some round.
func (s *Service) running(ctx context.Context, tx *store.Tx, c *Case, clock string) (deadline.Clock, error) {
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return deadline.Clock{}, err
	}
	stopped := false
	for i := len(clocks) - 1; i >= 0; i-- {
		k := clocks[i]
		if k.Kind != clock && deadline.Base(k.Kind) != clock {
			continue
		}
		if k.Events[len(k.Events)-1].Kind != deadline.Stop {
			return k, nil
		}
		stopped = true
	}
	if stopped {
		return deadline.Clock{}, fault.New(fault.Conflict, "casework.clock_stopped")
	}
	return deadline.Clock{}, fault.New(fault.Conflict, "casework.no_clock")
}

// checkGround wants a ground of the pack that fits the track. A petition is handled as a complaint.
func checkGround(p *rulebook.Pack, t complaint.Track, kind, key string) error {
	if t == complaint.TrackPetition {
		t = complaint.TrackComplaint
	}
	if g, ok := p.Ground(kind, key); ok && (g.Track == "both" || g.Track == string(t)) {
		return nil
	}
	return wrong("ground", "complaint.ground")
}

// clockNote is what a line of the timeline says about a clock, in the language of whoever did it: the office's own
// record, which is not translated afterwards.
func clockNote(p *rulebook.Pack, kind, lang, text string) string {
	name := deadline.Base(kind)
	if l, ok := p.Limit(name); ok {
		name = l.Name.In(lang)
	}
	if text == "" {
		return name
	}
	return name + rulebook.Text{ZH: "：", EN: ": "}.In(lang) + text
}

// quotable is the law behind a clock where a letter may quote it: what was not checked against its source is left out,
// and what the office set for itself is no law.
func quotable(p *rulebook.Pack, kind string, started calendar.Date) (rulebook.Text, bool) {
	l, ok := p.LimitOn(deadline.Base(kind), started)
	return l.Article, ok && l.Verified && l.Strength != rulebook.Office
}
