package enforcement

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// change is what every deed on a penalty begins with: load, may the actor see it, same version, possible now. f checks
// the rest, saves and appends the audit entry; the penalty has its new state already.
func (s *Service) change(ctx context.Context, by access.Actor, ref string, version int64, d deed, f func(*store.Tx, *Penalty) error) (*Penalty, error) {
	var p *Penalty
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = s.readable(ctx, tx, by, ref); err != nil {
			return err
		}
		if err := p.at(version); err != nil {
			return err
		}
		if p.Full {
			return fault.New(fault.Conflict, "penalty_case.full_way")
		}
		if p.Status, err = p.Status.next(d); err != nil {
			return err
		}
		return f(tx, p)
	})
	if err != nil {
		return nil, fmt.Errorf("%s penalty %s: %w", d, ref, err)
	}
	return p, nil
}

// Approve approves. Forbidden, with a sentence that says who may, for the proposer, for the case's officer, for whoever
// made one of its findings, and for who is recused from the case. note may be "".
// Conflict (stale, not proposed), NotFound.
func (s *Service) Approve(ctx context.Context, by access.Actor, ref string, version int64, note string) (*Penalty, error) {
	if n := utf8.RuneCountInString(note); n > maxText {
		return nil, wrong("note", "fault.too_long", maxText, n)
	}
	return s.change(ctx, by, ref, version, approve, func(tx *store.Tx, p *Penalty) error {
		if err := s.judge(by, p, approve, access.ApprovePenalty); err != nil {
			return err
		}
		p.DecidedBy, p.DecidedByName, p.DecidedAt = by.UserID, by.Name, tx.Now
		return s.finish(ctx, tx, by, p, EventApproved, strings.TrimSpace(note), audit.PenaltyApproved)
	})
}

// Return sends a proposal back with reasons, an approved one too while it is not issued. Those who may not approve may
// not return. Invalid (reasons), Conflict, Forbidden, NotFound.
func (s *Service) Return(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Penalty, error) {
	reasons, err := reasoned(reasons)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, by, ref, version, giveBack, func(tx *store.Tx, p *Penalty) error {
		if err := s.judge(by, p, giveBack, access.ApprovePenalty); err != nil {
			return err
		}
		p.DecidedBy, p.DecidedByName, p.DecidedAt = 0, "", time.Time{}
		return s.finish(ctx, tx, by, p, EventReturned, reasons, audit.PenaltyReturned)
	})
}

// judge checks separation of duties first, for its sentence says more than the policy's refusal.
func (s *Service) judge(by access.Actor, p *Penalty, d deed, act access.Action) error {
	if err := impartial(by, p, d); err != nil {
		return err
	}
	return s.d.Policy.Check(by, act, p.owner())
}

// Drop withdraws a proposal that is not approved. Its proposer does, or the officer who has the case now.
// Invalid (reasons), Conflict, Forbidden, NotFound.
func (s *Service) Drop(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Penalty, error) {
	reasons, err := reasoned(reasons)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, by, ref, version, drop, func(tx *store.Tx, p *Penalty) error {
		if !p.droppedBy(by.UserID) {
			return fault.New(fault.Forbidden, "enforcement.only_proposer")
		}
		if err := s.d.Policy.May(by, access.ProposePenalty); err != nil {
			return err
		}
		if err := s.leave(ctx, tx, by, p, casework.EventPenaltyDropped); err != nil {
			return err
		}
		return s.finish(ctx, tx, by, p, EventDropped, reasons, audit.PenaltyDropped)
	})
}

// Issue numbers, writes and seals the decision. Forbidden for everybody who had a part in it (see Approve); whoever
// approved may issue. Conflict (stale, not approved), NotFound.
func (s *Service) Issue(ctx context.Context, by access.Actor, ref string, version int64) (*Penalty, error) {
	return s.change(ctx, by, ref, version, issue, func(tx *store.Tx, p *Penalty) error {
		if err := s.judge(by, p, issue, access.IssuePenalty); err != nil {
			return err
		}
		today := s.today(tx)
		n, err := store.Next(ctx, tx, fmt.Sprintf("decision.%d", today.Year()))
		if err != nil {
			return err
		}
		p.IssuedBy, p.IssuedByName, p.IssuedAt, p.IssuedOn = by.UserID, by.Name, tx.Now, today
		p.DecisionNumber = numberOf(today, n)
		pack, err := s.pack(p.Case.Pack)
		if err != nil {
			return err
		}
		d, err := compose(pack, p)
		if err != nil {
			return err
		}
		if err := insertDecision(ctx, tx, p.ID, d); err != nil {
			return err
		}
		if err := replaceEntries(ctx, tx, p.ID, p.imposed(today)); err != nil {
			return err
		}
		if err := s.leave(ctx, tx, by, p, casework.EventPenaltyIssued); err != nil {
			return err
		}
		if err := s.finish(ctx, tx, by, p, EventIssued, p.DecisionNumber, audit.PenaltyIssued); err != nil {
			return err
		}
		return s.keepPast(ctx, tx, p.ID)
	})
}

// imposed is the ledger of a decision of the short way, of which nothing is recorded but what it imposes.
func (p *Penalty) imposed(on calendar.Date) []Entry {
	return []Entry{
		{On: on, Kind: "imposed", Party: 1, Account: AccountFine, AmountFen: p.FineFen},
		{On: on, Kind: "imposed", Party: 1, Account: AccountConfiscation, AmountFen: p.ConfiscationFen},
	}
}

// numberOf is the number of a decision: the year in tortoise-shell brackets and the serial of the year.
func numberOf(on calendar.Date, n int64) string { return fmt.Sprintf("〔%d〕%d号", on.Year(), n) }

// leave puts the case back to found unless another penalty of it is under way.
func (s *Service) leave(ctx context.Context, tx *store.Tx, by access.Actor, p *Penalty, kind string) error {
	others, err := underWay(ctx, tx, p.Case.ID, p.ID)
	if err != nil || others > 0 {
		return err
	}
	return s.d.Cases.LeaveEnforcement(ctx, tx, by, p.Case, kind)
}

// finish saves the penalty, notes the event and appends the audit entry, which covers the case's rows too.
func (s *Service) finish(ctx context.Context, tx *store.Tx, by access.Actor, p *Penalty, kind, note string, act audit.Action) error {
	if err := s.save(ctx, tx, p); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, p.ID, kind, note); err != nil {
		return err
	}
	detail := []any{"case", p.Case.Reference}
	if p.DecisionNumber != "" {
		detail = append(detail, "number", p.DecisionNumber)
	}
	_, err := s.d.Log.Append(ctx, tx, by, act, p.Reference, detail...)
	return err
}

// reasoned trims reasons and checks their length. Field "reasons".
func reasoned(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", wrong("reasons", "fault.required")
	case n < minOrder:
		return "", wrong("reasons", "fault.too_short", minOrder)
	case n > maxText:
		return "", wrong("reasons", "fault.too_long", maxText, n)
	}
	return text, nil
}

// wrong is an Invalid failure of one field.
func wrong(field, key string, args ...any) error {
	var f fault.Fields
	f.Add(field, key, args...)
	return f.Err()
}
