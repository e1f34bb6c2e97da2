package casework

import (
	"context"
	"fmt"
	"time"

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

// TimeRequest is somebody's wish that a clock of a case be lengthened, and what became of it. Who asks never decides.
type TimeRequest struct {
	ID            int64
	CaseID        int64
	CaseReference string
	ForwardID     int64 // of the forward whose firm asks; 0: the office asks
	Clock         string
	N             int
	Unit          deadline.Unit
	Ground        string // key of the rulebook's grounds for extending
	Reason        string
	AskedRole     access.Role
	AskedBy       int64
	AskedName     string
	AskedAt       time.Time
	Open          bool // nobody decided yet
	Granted       bool
	Decision      string // the reasons given with it
	DecidedBy     int64
	DecidedName   string
	DecidedAt     time.Time
	Version       int64
}

// minReason is the shortest reason for asking for time, refusing it, or holding a clock, in characters.
const minReason = 2

// OnDecided sets what happens in the transaction in which more time is granted or refused, after it was written down:
// forwarding writes to the firm. It is called once, before the service is used.
func (s *Service) OnDecided(f func(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, r *TimeRequest, st deadline.State) error) {
	s.decided = f
}

// OnClosed sets what happens in the transaction in which a case is closed, before its clocks stop: forwarding ends what
// firms still had to answer. It is called once, before the service is used.
func (s *Service) OnClosed(f func(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64) error) {
	s.closed = f
}

// AskTime asks for more time on a running clock of a case: n of a unit ("" is the rule's own). A supervisor decides.
// Invalid (n, ground, reason), Conflict (no such clock, it stopped or ran out, it may not be lengthened, asked before),
// Forbidden, NotFound.
func (s *Service) AskTime(ctx context.Context, by access.Actor, ref, clock string, n int, unit deadline.Unit, ground, reason string) (*TimeRequest, error) {
	var r *TimeRequest
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.AskForTime, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		r, err = s.AskTimeIn(ctx, tx, by, c, clock, deadline.Limit{N: n, Unit: unit}, ground, reason, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for time on %s: %w", ref, err)
	}
	return r, nil
}

// AskTimeIn is AskTime inside the transaction of a caller who has checked who may. forwardID is 0 for the office's own
// wish. It appends the audit entry.
func (s *Service) AskTimeIn(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, clock string, l deadline.Limit, ground, reason string, forwardID int64) (*TimeRequest, error) {
	reason, err := reasoned("reason", reason, minReason)
	if err != nil {
		return nil, err
	}
	pack, cal, err := s.law(c)
	if err != nil {
		return nil, err
	}
	if err := checkGround(pack, c.Track, "extend", ground); err != nil {
		return nil, err
	}
	k, err := s.running(ctx, tx, c, clock)
	if err != nil {
		return nil, err
	}
	if l, err = fits(pack, cal, k, l, s.today(tx)); err != nil {
		return nil, err
	}
	asked, err := waitsFor(ctx, tx, c.ID, k.Kind)
	if err != nil {
		return nil, err
	}
	if asked {
		return nil, fault.New(fault.Conflict, "casework.time_asked_before")
	}
	r := &TimeRequest{
		CaseID: c.ID, CaseReference: c.Reference, ForwardID: forwardID, Clock: k.Kind, N: l.N, Unit: l.Unit, Ground: ground, Reason: reason,
		AskedRole: by.Role, AskedBy: by.UserID, AskedName: by.Name, AskedAt: tx.Now, Open: true, Version: 1,
	}
	if err := insertRequest(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := s.EventLine(ctx, tx, by, c, EventTimeAsked, clockNote(pack, k.Kind, by.Lang, reason)); err != nil {
		return nil, err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.TimeAsked, c.Reference, "clock", k.Kind, "request", r.ID, "n", l.N, "unit", string(l.Unit), "ground", ground)
	return r, err
}

// fits holds a wish against the rules on a day and gives it its unit.
func fits(p *rulebook.Pack, cal *calendar.Calendar, k deadline.Clock, l deadline.Limit, today calendar.Date) (deadline.Limit, error) {
	room, ok, err := roomOf(p, cal, k)
	if err != nil {
		return l, err
	}
	if !ok {
		return l, fault.New(fault.Conflict, "casework.no_extension")
	}
	if l.Unit == "" {
		l.Unit = room.Unit
	}
	l.Roll = false
	if l.N < 1 || l.Unit != deadline.Day && l.Unit != deadline.Workday {
		return l, wrong("n", "casework.time_n", room.Most)
	}
	if _, err := deadline.Add(cal, k, deadline.Event{Kind: deadline.Extend, On: today, Limit: l}); err != nil {
		return l, unfit(err)
	}
	due, err := lengthened(cal, k, l)
	if err != nil {
		return l, err
	}
	if due.After(room.Latest) {
		return l, wrong("n", "casework.time_cap", room.Latest)
	}
	return l, nil
}

// DecideTime grants or refuses more time; refusing needs a reason. The complainant is written to when a due date moved,
// the firm by whoever asked for it with OnDecided. What has run out meanwhile is not lengthened.
// Invalid (reason), Conflict (stale, decided before, ran out), Forbidden (the asker, a recused person), NotFound.
func (s *Service) DecideTime(ctx context.Context, by access.Actor, ref string, request, version int64, grant bool, reason string) (*TimeRequest, error) {
	if !grant || reason != "" {
		var err error
		if reason, err = reasoned("reason", reason, minReason); err != nil {
			return nil, err
		}
	}
	var r *TimeRequest
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.DecideOnTime, c.Owner()); err != nil {
			return err
		}
		if err := s.refuseRecused(ctx, tx, by, c); err != nil {
			return err
		}
		if r, err = findRequest(ctx, tx, c, request); err != nil {
			return err
		}
		if err := r.decide(by, version, grant, reason, tx.Now); err != nil {
			return err
		}
		return s.decide(ctx, tx, by, c, r)
	})
	if err != nil {
		return nil, fmt.Errorf("decide on time for %s: %w", ref, err)
	}
	return r, nil
}

// decide is the pure change.
func (r *TimeRequest) decide(by access.Actor, version int64, grant bool, reason string, at time.Time) error {
	switch {
	case !r.Open:
		return fault.New(fault.Conflict, "casework.time_decided")
	case r.Version != version:
		return fault.New(fault.Conflict, "fault.stale")
	case r.AskedBy == by.UserID:
		return fault.New(fault.Forbidden, "casework.asker_cannot_decide")
	}
	r.Open, r.Granted, r.Decision, r.DecidedBy, r.DecidedName, r.DecidedAt = false, grant, reason, by.UserID, by.Name, at
	return nil
}

// decide writes a decision down, with everything that follows from it.
func (s *Service) decide(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, r *TimeRequest) error {
	pack, cal, err := s.law(c)
	if err != nil {
		return err
	}
	if err := saveDecision(ctx, tx, r); err != nil {
		return err
	}
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return err
	}
	k, _ := deadline.Find(clocks, r.Clock)
	st, err := deadline.Compute(cal, k)
	if err != nil {
		return unfit(err)
	}
	kind, action, note := EventTimeRefused, audit.TimeRefused, r.Decision
	if r.Granted {
		l, err := fits(pack, cal, k, deadline.Limit{N: r.N, Unit: r.Unit}, s.today(tx))
		if err != nil {
			return err
		}
		if st, err = s.ClockEvent(ctx, tx, by, c, r.Clock, deadline.Event{Kind: deadline.Extend, On: s.today(tx), Limit: l, Reason: r.Reason}); err != nil {
			return err
		}
		kind, action, note = EventTimeGranted, audit.TimeGranted, st.Earliest.String()
	}
	if err := s.EventLine(ctx, tx, by, c, kind, clockNote(pack, r.Clock, by.Lang, note)); err != nil {
		return err
	}
	if _, err := s.d.Log.Append(ctx, tx, by, action, c.Reference, "clock", r.Clock, "request", r.ID); err != nil {
		return err
	}
	if r.Granted {
		if err := s.tellExtension(ctx, tx, by, c, pack, r, st); err != nil {
			return err
		}
	}
	if s.decided == nil {
		return nil
	}
	return s.decided(ctx, tx, by, c, r, st)
}

// tellExtension writes to the complainant that the answer will take longer.
func (s *Service) tellExtension(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, pack *rulebook.Pack, r *TimeRequest, st deadline.State) error {
	ground, _ := pack.Ground("extend", r.Ground)
	fields := map[string]any{"on": s.today(tx), "due_on": st.Earliest, "ground": ground.Name}
	if article, ok := quotable(pack, r.Clock, st.Started); ok {
		fields["article"] = article
	}
	opt := complaint.LetterOptions{CaseID: c.ID, MailOn: st.Earliest}
	_, err := s.d.Complaints.WriteLetter(ctx, tx, by, c.Complaint, "extension_notice", letter.ToComplainant, fields, opt)
	return err
}
