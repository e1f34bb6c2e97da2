package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// handlingKeys name the limit within which each track is to be handled, the first that a pack has. A complaint
// proper is the firm's to answer (cn: 15 days, 银行业保险业消费投诉处理管理办法), a report is the office's to investigate
// (cn: 60 days, 银行保险违法行为举报处理办法), a petition the office's to conclude (cn: 60 days, 信访工作条例). Packs
// without petitions treat them as reports.
var handlingKeys = map[complaint.Track][]string{
	complaint.TrackComplaint: {"firm.answer"},
	complaint.TrackReport:    {"report.investigate"},
	complaint.TrackPetition:  {"petition.close", "report.investigate"},
}

// handlingLimit is the limit for handling a track on the day the case is opened, and whether the pack has one.
func handlingLimit(p *rulebook.Pack, t complaint.Track, on calendar.Date) (rulebook.Limit, bool) {
	for _, key := range handlingKeys[t] {
		if l, ok := p.LimitOn(key, on); ok {
			return l, true
		}
	}
	return rulebook.Limit{}, false
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

// firstDue is the due date of a clock that starts on a day.
func (s *Service) firstDue(p *rulebook.Pack, l rulebook.Limit, on calendar.Date) (calendar.Date, error) {
	cal, err := s.calendarOf(p)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, deadline.Clock{Kind: l.Key, Limit: counted(l), Events: []deadline.Event{{Kind: deadline.Start, On: on}}})
	if err != nil {
		return calendar.Date{}, fmt.Errorf("clock %s: %w", l.Key, err)
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
