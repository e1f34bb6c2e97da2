package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// handlingKeys name the limit that runs on a case from the start, the first that a pack has: a complaint proper is
// forwarded to the firm, which then has its own time to answer (forwarding starts that); a report is the office's to
// investigate (cn: 60 days, 银行保险违法行为举报处理办法), a petition the office's to conclude (cn: 60 days, 信访工作条例).
// Packs without petitions treat them as reports.
var handlingKeys = map[complaint.Track][]string{
	complaint.TrackComplaint: {"complaint.forward"},
	complaint.TrackReport:    {"report.investigate"},
	complaint.TrackPetition:  {"petition.close", "report.investigate"},
}

// handlingKey is the limit of a track that a pack has on a day; "" where it has none.
func handlingKey(p *rulebook.Pack, t complaint.Track, on calendar.Date) string {
	for _, key := range handlingKeys[t] {
		if _, ok := p.LimitOn(key, on); ok {
			return key
		}
	}
	return ""
}

// handlingFrom is the day from which the first clock of a case counts. The time to forward a complaint runs from the
// day it was complete: received, or last supplied; of one that was imported, from the day the office took it in, since
// it only learned of it then. The times of reports and petitions run from their acceptance.
func handlingFrom(t complaint.Track, c *complaint.Complaint, events []complaint.Event, zone *time.Location, today calendar.Date) calendar.Date {
	if t != complaint.TrackComplaint || c.Source == "import" {
		return today
	}
	from := c.ReceivedOn
	for _, e := range events {
		if on := calendar.OfTime(e.At.In(zone)); e.Kind == complaint.EventSupplied && on.After(from) {
			from = on
		}
	}
	return from
}

// clocks names the case as the owner of clocks.
func (c *Case) clocks() deadline.Owner { return deadline.Owner{Kind: deadline.OfCase, ID: c.ID} }

// stopClocks stops every clock of a case that still runs.
func (s *Service) stopClocks(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, p *rulebook.Pack) error {
	cal, err := s.calendarOf(p)
	if err != nil {
		return err
	}
	all, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Events[len(k.Events)-1].Kind == deadline.Stop {
			continue
		}
		if _, err := deadline.Happen(ctx, tx, cal, c.clocks(), k.Kind, deadline.Event{Kind: deadline.Stop, On: s.today(tx)}, by.UserID); err != nil {
			return err
		}
	}
	return nil
}

func counted(l rulebook.Limit) deadline.Limit {
	return deadline.Limit{N: l.N, Unit: deadline.Unit(l.Unit), Roll: l.Roll}
}

// law is the pack of a case and the calendar that it counts with.
func (s *Service) law(c *Case) (*rulebook.Pack, *calendar.Calendar, error) {
	pack, ok := s.d.Book.Pack(c.Pack)
	if !ok {
		return nil, nil, fmt.Errorf("case %s: no rulebook %q", c.Reference, c.Pack)
	}
	cal, err := s.calendarOf(pack)
	return pack, cal, err
}

// StartClock starts a limit of the rulebook on a case from a day on, inside the caller's transaction; the caller appends
// the audit entry. A limit that ran before starts a new round: "firm.answer#2". ok is false, and nothing happened, where
// the pack has no such limit on that day. It keeps c.DueOn and the row in step.
func (s *Service) StartClock(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, key string, on calendar.Date) (kind string, due calendar.Date, ok bool, err error) {
	pack, cal, err := s.law(c)
	if err != nil {
		return "", calendar.Date{}, false, err
	}
	limit, ok := pack.LimitOn(key, on)
	if !ok {
		return "", calendar.Date{}, false, nil
	}
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return "", calendar.Date{}, false, err
	}
	clock, err := deadline.Begin(ctx, tx, cal, c.clocks(), deadline.Round(key, clocks), counted(limit), on, by.UserID)
	if err != nil {
		return "", calendar.Date{}, false, err
	}
	st, err := deadline.Compute(cal, clock)
	if err != nil {
		return "", calendar.Date{}, false, err
	}
	return clock.Kind, st.Due, true, s.redue(ctx, tx, c, append(clocks, clock))
}

// ClockEvent lets something happen to a clock of a case, inside the caller's transaction; the caller appends the audit
// entry. kind names the clock with its round. It keeps c.DueOn and the row in step. Conflict where the event does not
// fit: the clock stopped, ran out, is suspended or is not.
func (s *Service) ClockEvent(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, kind string, e deadline.Event) (deadline.State, error) {
	_, cal, err := s.law(c)
	if err != nil {
		return deadline.State{}, err
	}
	clock, err := deadline.Happen(ctx, tx, cal, c.clocks(), kind, e, by.UserID)
	if err != nil {
		return deadline.State{}, unfit(err)
	}
	st, err := deadline.Compute(cal, clock)
	if err != nil {
		return deadline.State{}, err
	}
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return deadline.State{}, err
	}
	return st, s.redue(ctx, tx, c, clocks)
}

// unfit says an event that a clock's history does not allow as a conflict that people can read.
func unfit(err error) error {
	var h *deadline.HistoryError
	if !errors.As(err, &h) {
		return err
	}
	if h.Index < 0 {
		return fault.Wrap(err, fault.Conflict, "casework.no_clock")
	}
	switch h.Problem {
	case deadline.ProblemExpired, deadline.ProblemSuspended, deadline.ProblemRunning, deadline.ProblemStopped:
		return fault.Wrap(err, fault.Conflict, "casework.clock_"+string(h.Problem))
	default:
		return err
	}
}

// EventLine adds a line to the timeline of a case inside the caller's transaction; kind is a key of web/locales:
// "event." + kind. The caller appends the audit entry.
func (s *Service) EventLine(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, kind, note string) error {
	return addEvent(ctx, tx, by, c.ID, kind, note)
}

// nextDue is the earliest due date of the clocks that run against the office or a firm; no date where none runs. A
// clock that is held back by a suspension is due on no day. The complainant's own time is nobody's duty.
func nextDue(pack *rulebook.Pack, cal *calendar.Calendar, clocks []deadline.Clock) (due calendar.Date, err error) {
	for _, k := range clocks {
		st, err := deadline.Compute(cal, k)
		if err != nil {
			return calendar.Date{}, fmt.Errorf("clock %s: %w", k.Kind, err)
		}
		if p := partyOf(pack, k.Kind, st.Started); p != "office" && p != "firm" {
			continue
		}
		if st.Phase != deadline.Stopped && !st.Due.IsZero() && (due.IsZero() || st.Due.Before(due)) {
			due = st.Due
		}
	}
	return due, nil
}

// partyOf is whose time a clock measures.
func partyOf(pack *rulebook.Pack, kind string, started calendar.Date) string {
	l, ok := pack.LimitOn(deadline.Base(kind), started)
	if !ok {
		l, _ = pack.Limit(deadline.Base(kind))
	}
	return l.Party
}

// redue brings the due date of an open case in step with its clocks. The version stays: what somebody typed into a form
// meanwhile is none the worse for it. A closed case keeps what it was due on.
func (s *Service) redue(ctx context.Context, tx *store.Tx, c *Case, clocks []deadline.Clock) error {
	pack, cal, err := s.law(c)
	if err != nil {
		return err
	}
	due, err := nextDue(pack, cal, clocks)
	if err != nil {
		return fmt.Errorf("case %s: %w", c.Reference, err)
	}
	if c.Status == Closed || due == c.DueOn {
		return nil
	}
	c.DueOn = due
	return saveDue(ctx, tx, c)
}

// Redue computes the due dates of cases anew, after a calendar changed, inside the caller's transaction; the caller
// appends the audit entry. Closed cases keep theirs.
func (s *Service) Redue(ctx context.Context, tx *store.Tx, ids []int64) error {
	for part := range slices.Chunk(ids, 500) {
		cases, err := s.loadCases(ctx, tx, part)
		if err != nil {
			return err
		}
		clocks, err := deadline.OfAll(ctx, tx, deadline.OfCase, part)
		if err != nil {
			return err
		}
		for i := range cases {
			if err := s.redue(ctx, tx, &cases[i], clocks[cases[i].ID]); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstDue is the due date of a limit that starts to run on a day; no date where key is "".
func (s *Service) firstDue(p *rulebook.Pack, key string, on calendar.Date) (calendar.Date, error) {
	l, ok := p.LimitOn(key, on)
	if !ok || l.Party != "office" && l.Party != "firm" {
		return calendar.Date{}, nil
	}
	cal, err := s.calendarOf(p)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, deadline.Clock{Kind: key, Limit: counted(l), Events: []deadline.Event{{Kind: deadline.Start, On: on}}})
	if err != nil {
		return calendar.Date{}, fmt.Errorf("clock %s: %w", key, err)
	}
	return st.Due, nil
}

func (s *Service) calendarOf(p *rulebook.Pack) (*calendar.Calendar, error) {
	cal, ok := s.d.Calendars[p.Calendar]
	if !ok {
		return nil, fmt.Errorf("no calendar %q for rulebook %s", p.Calendar, p.ID)
	}
	return cal, nil
}

// Clocks computes the clocks of the complaint and of its case as of today. NotFound.
func (s *Service) Clocks(ctx context.Context, by access.Actor, ref string) ([]complaint.Clock, error) {
	var own []complaint.Clock
	var c *Case
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = s.readable(ctx, tx, by, ref); err != nil {
			return err
		}
		own, err = s.caseClocks(ctx, tx, c, by.Lang)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("clocks of %s: %w", ref, err)
	}
	all, err := s.d.Complaints.Clocks(ctx, by, c.Complaint.Reference)
	if err != nil {
		return nil, fmt.Errorf("clocks of %s: %w", ref, err)
	}
	return append(all, own...), nil
}

func (s *Service) caseClocks(ctx context.Context, tx *store.Tx, c *Case, lang string) ([]complaint.Clock, error) {
	pack, ok := s.d.Book.Pack(c.Pack)
	if !ok {
		return nil, fmt.Errorf("no rulebook %q", c.Pack)
	}
	clocks, err := deadline.Of(ctx, tx, c.clocks())
	if err != nil {
		return nil, err
	}
	out := make([]complaint.Clock, len(clocks))
	for i, k := range clocks {
		if out[i], err = s.d.Complaints.Show(pack, k, s.today(tx), lang); err != nil {
			return nil, fmt.Errorf("clock %s: %w", k.Kind, err)
		}
	}
	return out, nil
}
