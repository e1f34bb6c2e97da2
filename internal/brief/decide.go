package brief

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Approve lets a brief into the report of its month, behind those that are there. Forbidden for its author, and for whoever had
// a part in the case or is kept from it; Invalid where the text now has what could tell who somebody is: a witness may have
// spoken since; Conflict, NotFound.
func (s *Service) Approve(ctx context.Context, by access.Actor, ref string, version int64) (*Brief, error) {
	return s.decide(ctx, by, ref, version, "approve", func(ctx context.Context, tx *store.Tx, b *Brief) error {
		if _, err := s.tellable(ctx, tx, b.Case); err != nil {
			return err
		}
		known, err := s.known(ctx, tx, b.Case)
		if err != nil {
			return err
		}
		if hits := Blocking(Check(b.Text, known)); len(hits) > 0 {
			if !s.d.Complaints.SeesPerson(by, b.Case.Complaint, b.Case.Owner()) {
				return fault.New(fault.Conflict, "brief.found_again") // what it is would tell who made a report
			}
			return Faults(hits)
		}
		last, err := count(ctx, tx, "SELECT COALESCE(MAX(position), 0) FROM case_briefs WHERE period = ? AND state = 'approved'", b.Month)
		if err != nil {
			return err
		}
		b.State, b.Position, b.ApprovedAt, b.Approver, b.approverID = Approved, int(last)+1, tx.Now, by.Name, by.UserID
		err = store.Update[briefRow](ctx, tx, b.id, b.Version, store.Set("state", string(Approved)), store.Set("position", last+1), store.Set("approved_by", store.ID(by.UserID)),
			store.Set("approved_at", store.At(tx.Now)), store.Set("note", ""))
		if err != nil {
			return err
		}
		return s.append(ctx, tx, by, audit.BriefApproved, b)
	})
}

// SendBack gives a brief back to its author, with a reason. Invalid (reason), Conflict, Forbidden, NotFound.
func (s *Service) SendBack(ctx context.Context, by access.Actor, ref string, version int64, reason string) (*Brief, error) {
	reason, err := reasoned(reason)
	if err != nil {
		return nil, err
	}
	return s.decide(ctx, by, ref, version, "send_back", func(ctx context.Context, tx *store.Tx, b *Brief) error {
		if err := s.namesNobody(ctx, tx, b, reason); err != nil {
			return err
		}
		b.State, b.Note = Draft, reason
		if err := store.Update[briefRow](ctx, tx, b.id, b.Version, store.Set("state", string(Draft)), store.Set("note", reason)); err != nil {
			return err
		}
		return s.append(ctx, tx, by, audit.BriefReturned, b)
	})
}

// namesNobody checks a reason as it checks texts: it is kept readable too.
func (s *Service) namesNobody(ctx context.Context, tx *store.Tx, b *Brief, reason string) error {
	known, err := s.known(ctx, tx, b.Case)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	for _, h := range Blocking(Check(Text{HappenedZH: reason}, known)) {
		wrong.Add("reason", "brief.found."+h.Kind, h.Excerpt)
	}
	return wrong.Err()
}

// decide runs what a director does with a submitted brief: somebody who did not write it and has no part in the case.
func (s *Service) decide(ctx context.Context, by access.Actor, ref string, version int64, what string, deed func(context.Context, *store.Tx, *Brief) error) (*Brief, error) {
	var out *Brief
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		b, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.mayDecide(ctx, tx, by, b); err != nil {
			return err
		}
		if b.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if b.State != Submitted {
			return fault.New(fault.Conflict, "brief.not_submitted")
		}
		if err := deed(ctx, tx, b); err != nil {
			return err
		}
		b.Version++
		out = b
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s brief %s: %w", what, ref, err)
	}
	return out, nil
}

func (s *Service) mayDecide(ctx context.Context, tx *store.Tx, by access.Actor, b *Brief) error {
	if err := s.d.Policy.Check(by, access.ApproveBrief, b.Case.Owner()); err != nil {
		return err
	}
	if b.AuthorID == by.UserID {
		return fault.New(fault.Forbidden, "brief.own")
	}
	if err := s.notRecused(ctx, tx, by, b.Case); err != nil {
		return err
	}
	part, err := s.d.Cases.HadPart(ctx, tx, b.Case.ID, by.UserID)
	if err == nil && part {
		err = fault.New(fault.Forbidden, "brief.had_part")
	}
	return err
}

// Withdraw takes a brief back for good, with a reason: its author, whoever runs the unit of the case, or a director. An approved one leaves
// the report and the public's pages at once; what was frozen stays as it was, and the next revision says so. Invalid (reason),
// Conflict, Forbidden, NotFound.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, ref string, version int64, reason string) (*Brief, error) {
	reason, err := reasoned(reason)
	if err != nil {
		return nil, err
	}
	var out *Brief
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		b, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.mayWithdraw(ctx, tx, by, b); err != nil {
			return err
		}
		if b.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if b.State == Withdrawn {
			return fault.New(fault.Conflict, "brief.withdrawn_already")
		}
		if err := s.namesNobody(ctx, tx, b, reason); err != nil {
			return err
		}
		err = store.Update[briefRow](ctx, tx, b.id, b.Version, store.Set("state", string(Withdrawn)), store.Set("withdrawn_by", store.ID(by.UserID)),
			store.Set("withdrawn_at", store.At(tx.Now)), store.Set("note", reason))
		if err != nil {
			return err
		}
		b.State, b.Note, b.WithdrawnAt, b.WithdrawnBy, b.withdrawerID = Withdrawn, reason, tx.Now, by.Name, by.UserID
		b.Version++
		out = b
		return s.append(ctx, tx, by, audit.BriefWithdrawn, b)
	})
	if err != nil {
		return nil, fmt.Errorf("withdraw brief %s: %w", ref, err)
	}
	return out, nil
}

func (s *Service) mayWithdraw(ctx context.Context, tx *store.Tx, by access.Actor, b *Brief) error {
	o := b.Case.Owner()
	director := s.d.Policy.Check(by, access.ApproveBrief, o) == nil
	if !director {
		if err := s.d.Policy.Check(by, access.WriteBrief, o); err != nil {
			return err
		}
	}
	return s.notRecused(ctx, tx, by, b.Case)
}

// Moves are what an actor can do with a brief now.
type Moves struct{ Edit, Approve, SendBack, Withdraw bool }

func (s *Service) moves(ctx context.Context, tx *store.Tx, by access.Actor, b *Brief) (m Moves) {
	if b.State == Draft {
		_, err := s.own(ctx, tx, by, b.Reference)
		m.Edit = err == nil
	}
	if b.State == Submitted {
		m.Approve = s.mayDecide(ctx, tx, by, b) == nil
		m.SendBack = m.Approve
	}
	m.Withdraw = b.State != Withdrawn && s.mayWithdraw(ctx, tx, by, b) == nil
	return m
}
