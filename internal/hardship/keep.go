package hardship

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/notify"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Plans lists the plans of a complaint, oldest first, for who complained and for staff who may read it. NotFound.
func (s *Service) Plans(ctx context.Context, by access.Actor, complaintRef string) ([]*Plan, error) {
	var out []*Plan
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadComplaint, complaintRef)
		if err != nil {
			return err
		}
		key, err := orNone(s.d.Complaints.DataKey(ctx, tx, c))
		if err != nil {
			return err
		}
		out, err = s.plansWhere(ctx, tx, key, "complaint_id = ?", c.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plans of a complaint: %w", err)
	}
	return out, nil
}

// PlansOf lists the plans that a firm offered on a forward. NotFound.
func (s *Service) PlansOf(ctx context.Context, by access.Actor, forwardRef string) ([]*Plan, error) {
	var out []*Plan
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		f, k, err := s.d.Forwards.Reach(ctx, tx, by, access.ReadForward, forwardRef)
		if err != nil {
			return err
		}
		key, err := orNone(s.d.Complaints.DataKey(ctx, tx, k.Complaint))
		if err != nil {
			return err
		}
		if out, err = s.plansWhere(ctx, tx, key, "forward_id = ?", f.ID); err != nil || !by.Role.OfFirm() {
			return err
		}
		for _, p := range out { // what the complainant told the office of the firm is for the office
			p.Performance.Breaches = 0
			p.Events = slices.DeleteFunc(p.Events, func(e Event) bool { return e.Kind == EventBroken })
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("plans of a forward: %w", err)
	}
	return out, nil
}

func orNone(key *seal.DataKey, err error) (*seal.DataKey, error) {
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return key, err
}

// side is who acts on a plan: the complainant whose it is, or the firm that offered it. Nobody else has the plan: NotFound.
func (s *Service) side(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (p *Plan, firm bool, err error) {
	if p, err = s.find(ctx, tx, ref); err != nil {
		return nil, false, err
	}
	if by.Role == access.Borrower {
		if by.ComplaintID != p.ComplaintID {
			return nil, false, fault.New(fault.NotFound, "fault.not_found")
		}
		return p, false, s.d.Policy.Check(by, access.AnswerPlan, access.Owner{ComplaintID: p.ComplaintID})
	}
	own, err := s.d.Forwards.Acts(ctx, tx, by, p.Firm.ID)
	if err != nil {
		return nil, false, err
	}
	if !own {
		return nil, false, fault.New(fault.NotFound, "fault.not_found")
	}
	return p, true, s.d.Policy.Check(by, access.OfferPlan, access.Owner{FirmIDs: []int64{by.FirmID}})
}

// theirs is side for deeds of the complainant alone.
func (s *Service) theirs(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Plan, error) {
	p, firm, err := s.side(ctx, tx, by, ref)
	if err == nil && firm {
		err = access.Denied(by)
	}
	return p, err
}

// Answer accepts or declines an offer. It lapses on the day its first instalment falls due.
// Conflict (stale, answered before, withdrawn, lapsed), Forbidden, NotFound.
func (s *Service) Answer(ctx context.Context, by access.Actor, ref string, version int64, yes bool) (*Plan, error) {
	var p *Plan
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = s.theirs(ctx, tx, by, ref); err != nil {
			return err
		}
		if err := p.at(version); err != nil {
			return err
		}
		d, event := decline, EventDeclined
		if yes {
			d, event = accept, EventAccepted
		}
		if p.Status, err = p.Status.next(d); err != nil {
			return err
		}
		if yes && s.today(tx).After(p.Instalments[0].DueOn) {
			return fault.New(fault.Conflict, "hardship.lapsed", p.Instalments[0].DueOn)
		}
		p.AnsweredOn = s.today(tx)
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		if err := s.mailFirm(ctx, tx, p); err != nil {
			return err
		}
		return s.note(ctx, tx, by, p, Event{Kind: event}, nil, audit.PlanAnswered, "accepted", yes)
	})
	if err != nil {
		return nil, fmt.Errorf("answer plan: %w", err)
	}
	return p, nil
}

// Withdraw takes an offer back that nobody answered. Conflict (stale, answered), Forbidden, NotFound.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, ref string, version int64) (*Plan, error) {
	var p *Plan
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		var firm bool
		if p, firm, err = s.side(ctx, tx, by, ref); err != nil {
			return err
		}
		if !firm {
			return access.Denied(by)
		}
		if err := p.at(version); err != nil {
			return err
		}
		if p.Status, err = p.Status.next(withdraw); err != nil {
			return err
		}
		p.EndedOn = s.today(tx)
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		return s.note(ctx, tx, by, p, Event{Kind: EventWithdrawn}, nil, audit.PlanEnded, "withdrawn", true)
	})
	if err != nil {
		return nil, fmt.Errorf("withdraw plan: %w", err)
	}
	return p, nil
}

// PaidInput is a payment that somebody reports.
type PaidInput struct {
	Instalment int
	Fen        int64 // at most what is open of the instalment
	On         calendar.Date
}

// Paid records a payment that the firm or the complainant reports; the last one ends the plan.
// Invalid (instalment, amount, on), Conflict (stale, not accepted, paid already), NotFound.
func (s *Service) Paid(ctx context.Context, by access.Actor, ref string, version int64, in PaidInput) (*Plan, error) {
	var p *Plan
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if p, _, err = s.side(ctx, tx, by, ref); err != nil {
			return err
		}
		if err := p.at(version); err != nil {
			return err
		}
		if _, err := p.Status.next(pay); err != nil {
			return err
		}
		if err := p.takes(in, s.today(tx), calendar.OfTime(p.OfferedAt.In(s.d.Zone))); err != nil {
			return err
		}
		if err := save(ctx, tx, p); err != nil {
			return err
		}
		e := Event{Kind: EventPaid, Instalment: in.Instalment, Fen: in.Fen, On: in.On}
		if err := s.note(ctx, tx, by, p, e, nil, audit.PlanPaid, "instalment", in.Instalment, "fen", in.Fen, "on", in.On.String()); err != nil {
			return err
		}
		for i := range p.Instalments {
			p.Instalments[i].PaidFen, p.Instalments[i].PaidOn = 0, calendar.Date{}
		}
		p.settle(s.today(tx))
		if !p.paid() {
			return nil
		}
		return s.end(ctx, tx, by, p)
	})
	if err != nil {
		return nil, fmt.Errorf("report payment: %w", err)
	}
	return p, nil
}

func (s *Service) end(ctx context.Context, tx *store.Tx, by access.Actor, p *Plan) (err error) {
	if p.Status, err = p.Status.next(finish); err != nil {
		return err
	}
	p.EndedOn = s.today(tx)
	if err := save(ctx, tx, p); err != nil {
		return err
	}
	return s.note(ctx, tx, by, p, Event{Kind: EventEnded}, nil, audit.PlanEnded, "paid_fen", p.Performance.PaidFen)
}

// takes checks a payment against what is open.
func (p *Plan) takes(in PaidInput, today, offered calendar.Date) error {
	var wrong fault.Fields
	if in.Instalment < 1 || in.Instalment > len(p.Instalments) {
		wrong.Add("instalment", "fault.choose")
		return wrong.Err()
	}
	x := p.Instalments[in.Instalment-1]
	left := x.Fen - x.PaidFen
	switch {
	case left <= 0:
		return fault.New(fault.Conflict, "hardship.paid_already", in.Instalment)
	case in.Fen <= 0 || in.Fen > left:
		wrong.Add("amount", "hardship.open_amount")
	}
	switch {
	case in.On.IsZero():
		wrong.Add("on", "fault.required")
	case in.On.After(today) || in.On.Before(offered):
		wrong.Add("on", "hardship.paid_on")
	}
	return wrong.Err()
}

// BreachInput is what a complainant reports of a plan that is not kept by the firm.
type BreachInput struct {
	What Breach
	Text string
}

// Breach records that the firm does not keep to a plan: it collects although the plan is kept, or wants something else.
// The words join the conversation, the officer is told, and a case that was closed is opened again.
// Invalid (what, text), Conflict (no plan was agreed), Forbidden, NotFound.
func (s *Service) Breach(ctx context.Context, by access.Actor, ref string, in BreachInput) error {
	var wrong fault.Fields
	if !slices.Contains(Breaches, in.What) {
		wrong.Add("what", "fault.choose")
	}
	in.Text = checkText(&wrong, "text", in.Text)
	if err := wrong.Err(); err != nil {
		return err
	}
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := s.theirs(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if _, err := p.Status.next(complain); err != nil {
			return err
		}
		k, err := s.caseOf(ctx, tx, p)
		if err != nil {
			return err
		}
		key, err := s.d.Complaints.DataKey(ctx, tx, k.Complaint)
		if err != nil {
			return err
		}
		words, err := key.Seal(fieldNote, in.Text)
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, by, p, Event{Kind: EventBroken}, words, audit.PlanBroken, "what", string(in.What)); err != nil {
			return err
		}
		if err := s.d.Complaints.Say(ctx, tx, by, k.Complaint, in.Text); err != nil {
			return err
		}
		if k.Status == casework.Closed {
			if err := s.d.Cases.ReopenIn(ctx, tx, access.Program, k, "new_facts", p.Reference); err != nil {
				return err
			}
		}
		return s.mailOfficer(ctx, tx, k, p)
	})
	if err != nil {
		return fmt.Errorf("report breach of plan: %w", err)
	}
	return nil
}

// caseOf loads the case of a plan, whoever asks.
func (s *Service) caseOf(ctx context.Context, tx *store.Tx, p *Plan) (*casework.Case, error) {
	all, err := s.d.Complaints.FindAll(ctx, tx, []int64{p.ComplaintID})
	if err != nil {
		return nil, err
	}
	c, ok := all[p.ComplaintID]
	if !ok {
		return nil, fmt.Errorf("plan %s: no complaint %d", p.Reference, p.ComplaintID)
	}
	return s.d.Cases.Find(ctx, tx, c.Reference)
}

func (s *Service) mailFirm(ctx context.Context, tx *store.Tx, p *Plan) error {
	id := p.Firm.ID
	if p.Firm.MergedID != 0 {
		id = p.Firm.MergedID
	}
	users, err := s.d.Accounts.OfFirm(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, u := range users {
		if err := s.mail(ctx, tx, u, mailAnswered, p.Reference, s.d.PortalURL, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) mailOfficer(ctx context.Context, tx *store.Tx, k *casework.Case, p *Plan) error {
	if k.OfficerID == 0 {
		return nil
	}
	users, err := s.d.Accounts.Find(ctx, tx, []int64{k.OfficerID})
	if err != nil {
		return err
	}
	for _, u := range users {
		link := s.d.CaseURL
		if link != "" {
			link = strings.TrimRight(link, "/") + "/" + k.Reference
		}
		if err := s.mail(ctx, tx, u, mailBroken, k.Reference, link, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) mail(ctx context.Context, tx *store.Tx, to account.User, template, ref, link string, p *Plan) error {
	return s.d.Notify.Queue(ctx, tx, notify.Message{
		Channel: notify.Email, To: to.Email, Lang: to.Lang, Template: template,
		Data:   map[string]string{"reference": ref, "date": s.today(tx).String(), "link": link},
		Dedupe: fmt.Sprintf("%s:%s:%d:%d:%d", template, p.Reference, p.Version, to.ID, len(p.Events)),
	})
}
