package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Accept moves a complaint to accepted inside the transaction that opens its
// case; the caller has checked who may, and appends the audit entry. c.Track is
// stored as the caller set it. It stops the screening clock, adds the event and
// queues the message. Conflict.
func (s *Service) Accept(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, version int64) error {
	track := c.Track
	if err := c.Status.to(Accepted); err != nil || c.Status == Closed {
		if err == nil {
			err = fault.New(fault.Conflict, "complaint.status.closed_already")
		}
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	if err := s.stopAll(ctx, tx, by, c); err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	err := move(ctx, tx, c, version, set{
		"status": string(Accepted), "track": string(track), "due_on": calendar.Date{},
		"decided_at": store.At(tx.Now), "decided_by": store.ID(by.UserID),
	})
	if err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventAccepted, true, ""); err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	fields, err := s.promised(tx, c)
	if err != nil {
		return fmt.Errorf("accept %s: %w", c.Reference, err)
	}
	return s.write(ctx, tx, by, c, acceptanceLetter[c.Track], fields, LetterOptions{})
}

// The letters with which each track begins and ends.
var (
	acceptanceLetter = map[Track]string{TrackComplaint: "acceptance", TrackReport: "report_acceptance", TrackPetition: "petition_acceptance"}
	closingLetter    = map[Track]string{TrackComplaint: "closing", TrackReport: "report_opinion", TrackPetition: "petition_opinion"}
)

// handlingKeys name the limits within which what was accepted is answered, where the office itself answers.
var handlingKeys = map[Track]string{TrackReport: "report.investigate", TrackPetition: "petition.close"}

// promised is what an acceptance says about when: the day by which the office answers, or how long the firm has.
func (s *Service) promised(tx *store.Tx, c *Complaint) (map[string]any, error) {
	p, err := s.pack(c)
	if err != nil {
		return nil, err
	}
	cal, err := s.calendar(p)
	if err != nil {
		return nil, err
	}
	today := s.today(tx)
	fields := map[string]any{"on": today}
	if l, ok := p.LimitOn(handlingKeys[c.Track], today); ok {
		st, err := deadline.Compute(cal, deadline.Clock{Limit: limitOf(l), Events: []deadline.Event{{Kind: deadline.Start, On: today}}})
		if err != nil {
			return nil, err
		}
		fields["due_on"] = st.Due
	} else if l, ok := p.LimitOn("firm.answer", today); ok {
		fields["period"] = s.period(l)
	}
	return fields, nil
}

// period says how long a limit is: 15日, 15 days.
func (s *Service) period(l rulebook.Limit) rulebook.Text {
	key := "complaint.period." + l.Unit
	return rulebook.Text{ZH: s.words.T(locale.ZH, key, l.N), EN: s.words.T(locale.EN, key, l.N)}
}

// Close ends an accepted complaint with its case; outcome is what the complainant
// is told, by letter, and the clock for telling them begins. The caller appends the audit entry. A complaint that was
// taken back has ended already and only notes that its case did too. Conflict.
func (s *Service) Close(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, outcome rulebook.Text) error {
	text := outcome.In(c.Lang)
	if c.Status == Withdrawn {
		return note(ctx, tx, by, c.ID, EventCaseClosed, false, text)
	}
	if err := c.Status.to(Closed); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	if err := move(ctx, tx, c, c.Version, set{"status": string(Closed), "ended_at": store.At(tx.Now)}); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventClosed, true, text); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	if err := s.beginNotice(ctx, tx, by, c); err != nil {
		return fmt.Errorf("close %s: %w", c.Reference, err)
	}
	return s.write(ctx, tx, by, c, closingLetter[c.Track], map[string]any{"on": s.today(tx), "outcome": outcome}, LetterOptions{})
}

// Reopen undoes Close when the case is opened again. The caller appends the audit
// entry. A complaint that was taken back stays so. Conflict.
func (s *Service) Reopen(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, text string) error {
	if c.Status == Withdrawn {
		return note(ctx, tx, by, c.ID, EventReopened, false, text)
	}
	if err := c.Status.to(Accepted); err != nil || c.Status != Closed {
		return fmt.Errorf("reopen %s: %w", c.Reference, fault.New(fault.Conflict, "complaint.not_closed"))
	}
	if err := s.endNotice(ctx, tx, by, c); err != nil { // there is no result to tell any more
		return fmt.Errorf("reopen %s: %w", c.Reference, err)
	}
	if err := move(ctx, tx, c, c.Version, set{"status": string(Accepted), "ended_at": store.Time(0)}); err != nil {
		return fmt.Errorf("reopen %s: %w", c.Reference, err)
	}
	if err := note(ctx, tx, by, c.ID, EventReopened, true, text); err != nil {
		return fmt.Errorf("reopen %s: %w", c.Reference, err)
	}
	return s.tell(ctx, tx, c, "mail.reopened", s.today(tx))
}
