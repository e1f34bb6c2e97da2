package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// AskForMore (补正) asks the complainant for what is missing; until it comes the
// screening clock stands still, and the complainant's own runs. Nothing is
// suspended when the screening is late already: its lateness stays. Invalid,
// Conflict, Forbidden, NotFound.
func (s *Service) AskForMore(ctx context.Context, by access.Actor, ref string, version int64, what string) (*Complaint, error) {
	what = tidy(what)
	if err := checkNote("what", what, true); err != nil {
		return nil, err
	}
	return s.screen(ctx, by, ref, version, Supplement, func(tx *store.Tx, c *Complaint) error {
		due, err := s.dueAfter(ctx, tx, by, c, deadline.Suspend, acceptClock)
		if err != nil {
			return err
		}
		until, err := s.beginSupplement(ctx, tx, by, c)
		if err != nil {
			return err
		}
		if err := move(ctx, tx, c, version, set{"status": string(Supplement), "due_on": due}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventAsked, true, what); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.SupplementAsked, c.Reference); err != nil {
			return err
		}
		return s.write(ctx, tx, by, c, "supplement", map[string]any{"text": what, "due_on": until}, LetterOptions{MailOn: until})
	})
}

// beginSupplement starts the complainant's clock and returns its due date; no
// date where the pack sets no limit.
func (s *Service) beginSupplement(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint) (calendar.Date, error) {
	p, err := s.pack(c)
	if err != nil {
		return calendar.Date{}, err
	}
	today := s.today(tx)
	l, ok := p.LimitOn(supplementKey, today)
	if !ok {
		return calendar.Date{}, nil
	}
	owner := deadline.Owner{Kind: deadline.OfComplaint, ID: c.ID}
	clocks, err := deadline.Of(ctx, tx, owner)
	if err != nil {
		return calendar.Date{}, err
	}
	cal, err := s.calendar(p)
	if err != nil {
		return calendar.Date{}, err
	}
	clock, err := deadline.Begin(ctx, tx, cal, owner, deadline.Round(supplementKey, clocks), limitOf(l), today, by.UserID)
	if err != nil {
		return calendar.Date{}, err
	}
	st, err := deadline.Compute(cal, clock)
	return st.Due, err
}

// screen is what the decisions of the screening have in common: who may, whether
// the state allows it, and the version (move checks it again as it writes).
func (s *Service) screen(ctx context.Context, by access.Actor, ref string, version int64, next Status, decide func(*store.Tx, *Complaint) error) (*Complaint, error) {
	var c *Complaint
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if c, _, err = s.Reach(ctx, tx, by, access.Screen, ref); err != nil {
			return err
		}
		if c.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if err := c.Status.to(next); err != nil {
			return err
		}
		return decide(tx, c)
	})
	if err != nil {
		return nil, fmt.Errorf("screen complaint: %w", err)
	}
	return c, nil
}

// Refuse (不予受理) does not accept a complaint; ground is a key of the rulebook's grounds for it. Invalid, Conflict,
// Forbidden, NotFound.
func (s *Service) Refuse(ctx context.Context, by access.Actor, ref string, version int64, ground, text string) (*Complaint, error) {
	text = tidy(text)
	if err := checkNote("note", text, false); err != nil {
		return nil, err
	}
	return s.screen(ctx, by, ref, version, NotAccepted, func(tx *store.Tx, c *Complaint) error {
		g, err := s.ground(c, "reject", ground)
		if err != nil {
			return err
		}
		if err := s.end(ctx, tx, by, c, version, set{"status": string(NotAccepted), "ground": ground}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventRefused, true, text); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.ComplaintRefused, c.Reference, "ground", ground); err != nil {
			return err
		}
		return s.write(ctx, tx, by, c, "non_acceptance", map[string]any{"ground": g.Name, "article": g.Article, "text": text}, LetterOptions{})
	})
}

// Refer (移送) sends a complaint to another authority; to is the id of an authority of the pack, ground a key of its
// grounds for referring. Invalid, Conflict, Forbidden, NotFound.
func (s *Service) Refer(ctx context.Context, by access.Actor, ref string, version int64, to, ground, text string) (*Complaint, error) {
	text = tidy(text)
	if err := checkNote("note", text, false); err != nil {
		return nil, err
	}
	return s.screen(ctx, by, ref, version, Referred, func(tx *store.Tx, c *Complaint) error {
		a, err := s.authority(c, to)
		if err != nil {
			return err
		}
		g, err := s.ground(c, "refer", ground)
		if err != nil {
			return err
		}
		if err := s.end(ctx, tx, by, c, version, set{"status": string(Referred), "ground": ground, "referred_to": to}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventReferred, true, text); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.ComplaintRefer, c.Reference, "to", to, "ground", ground); err != nil {
			return err
		}
		fields := map[string]any{"authority": a.Name, "ground": g.Name, "article": g.Article, "text": text}
		if err := s.write(ctx, tx, by, c, "transfer_notice", fields, LetterOptions{}); err != nil {
			return err
		}
		_, err = s.WriteLetter(ctx, tx, by, c, "transfer", letter.ToAuthority, fields, LetterOptions{Authority: to})
		return err
	})
}

// authority is an authority of the complaint's pack. Invalid.
func (s *Service) authority(c *Complaint, id string) (rulebook.Authority, error) {
	p, err := s.pack(c)
	if err != nil {
		return rulebook.Authority{}, err
	}
	for _, a := range p.Authorities {
		if a.ID == id {
			return a, nil
		}
	}
	var wrong fault.Fields
	wrong.Add("to", "complaint.authority")
	return rulebook.Authority{}, wrong.Err()
}

// ground wants a ground of the pack that fits the track. A petition is handled as a complaint. Invalid.
func (s *Service) ground(c *Complaint, kind, key string) (rulebook.Ground, error) {
	p, err := s.pack(c)
	if err != nil {
		return rulebook.Ground{}, err
	}
	track := string(c.Track)
	if c.Track == TrackPetition {
		track = string(TrackComplaint)
	}
	g, ok := p.Ground(kind, key)
	if ok && (g.Track == "both" || g.Track == track) {
		return g, nil
	}
	var wrong fault.Fields
	wrong.Add("ground", "complaint.ground")
	return rulebook.Ground{}, wrong.Err()
}

// end stops the clocks and writes the decision that ends the complaint.
func (s *Service) end(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, version int64, columns set) error {
	if err := s.stopAll(ctx, tx, by, c); err != nil {
		return err
	}
	columns["due_on"] = calendar.Date{}
	columns["ended_at"] = store.At(tx.Now)
	if by.Role != access.Borrower {
		columns["decided_at"], columns["decided_by"] = store.At(tx.Now), store.ID(by.UserID)
	}
	return move(ctx, tx, c, version, columns)
}

// Supply is the complainant's answer to AskForMore: the clock resumes. The text
// goes into the conversation. Invalid, Conflict unless something was asked for,
// NotFound.
func (s *Service) Supply(ctx context.Context, by access.Actor, ref, text string) (*Complaint, error) {
	_, sealed, err := s.sealBody(ctx, by, access.AddEvidence, ref, "text", text)
	if err != nil {
		return nil, err
	}
	var c *Complaint
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if c, _, err = s.Reach(ctx, tx, by, access.AddEvidence, ref); err != nil {
			return err
		}
		if c.Status != Supplement {
			return fault.New(fault.Conflict, "complaint.nothing_asked")
		}
		if _, err := insertMessage(ctx, tx, by, c.ID, sealed); err != nil {
			return err
		}
		if _, err := s.dueAfter(ctx, tx, by, c, deadline.Stop, supplementClock); err != nil {
			return err
		}
		due, err := s.dueAfter(ctx, tx, by, c, deadline.Resume, acceptClock)
		if err != nil {
			return err
		}
		if err := move(ctx, tx, c, c.Version, set{"status": string(Received), "due_on": due}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventSupplied, true, ""); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.SupplementGiven, c.Reference)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("supply: %w", err)
	}
	return c, nil
}

// Withdraw takes the complaint back. A case that was opened stays open: the
// office may go on of its own accord, and its officer decides. Conflict once the
// complaint has ended.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, ref, reason string) (*Complaint, error) {
	reason = tidy(reason)
	if err := checkNote("reason", reason, false); err != nil {
		return nil, err
	}
	var c *Complaint
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if c, _, err = s.Reach(ctx, tx, by, access.Withdraw, ref); err != nil {
			return err
		}
		if err := c.Status.to(Withdrawn); err != nil {
			return err
		}
		if err := s.end(ctx, tx, by, c, c.Version, set{"status": string(Withdrawn)}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventWithdrawn, true, reason); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.ComplaintDrawn, c.Reference); err != nil {
			return err
		}
		return s.write(ctx, tx, by, c, "withdrawal", map[string]any{"on": s.today(tx)}, LetterOptions{})
	})
	if err != nil {
		return nil, fmt.Errorf("withdraw: %w", err)
	}
	return c, nil
}
