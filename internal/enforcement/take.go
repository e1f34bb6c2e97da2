package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Apply asks that a case be filed against the lender or agency of a case of one's own: the lead of a statutory procedure.
// version is the case's; firm, codes, acts and facts are in d.
// Invalid, Conflict (stale, closed), Forbidden, NotFound.
func (s *Service) Apply(ctx context.Context, by access.Actor, caseRef string, version int64, d *Apply) (*Penalty, *Course, error) {
	var p *Penalty
	var c *Course
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ProposePenalty, k.Owner()); err != nil {
			return err
		}
		if err := s.notRecused(ctx, tx, by, k); err != nil {
			return err
		}
		switch {
		case k.Version != version:
			return fault.New(fault.Conflict, "fault.stale")
		case k.Status == casework.Closed:
			return fault.New(fault.Conflict, "casework.closed")
		}
		pack, err := s.pack(k.Pack)
		if err != nil {
			return err
		}
		p = &Penalty{
			Case: k, Status: Proceeding, Stage: StageLead, Full: true, ProposedBy: by.UserID, ProposedByName: by.Name, ProposedAt: tx.Now,
			UnitID: k.UnitID, Rulebook: pack.Version(), Version: 1,
		}
		f := k.Firm(d.Firm)
		if f == nil {
			return wrong("firm", "enforcement.choose_party")
		}
		p.Firm = *f
		sc, err := s.scene(ctx, tx, by, p, pack, &Course{Apply: &Apply{}, Sentence: &Sentence{}}, d)
		if err != nil {
			return err
		}
		if err := sc.allow(d); err != nil {
			return err
		}
		p.Facts = d.Facts
		if err := s.insert(ctx, tx, p); err != nil {
			return err
		}
		c, err = s.record(ctx, tx, sc, d)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("apply to file on %s: %w", caseRef, err)
	}
	return p, c, nil
}

// Take takes one step of the statutory procedure of a penalty; version is the penalty's. What the step still needs it says
// first: see Missing.
// Invalid (fields of d), Conflict (stale, wrong stage, a condition of the law not met), Forbidden (role, or a part in the
// case), NotFound.
func (s *Service) Take(ctx context.Context, by access.Actor, ref string, version int64, d Deed) (*Penalty, *Course, error) {
	var p *Penalty
	var c *Course
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		var sc *scene
		if sc, err = s.enter(ctx, tx, by, ref, d); err != nil {
			return err
		}
		p = sc.p
		if err := p.at(version); err != nil {
			return err
		}
		if d.Step().fits(sc.c.Stage) {
			if part := sc.barred(d.Step()); part != noPart {
				return fault.New(fault.Forbidden, "penalty_case.barred."+string(part))
			}
		}
		if err := s.may(by, sc, d.Step()); err != nil {
			return err
		}
		if err := sc.allow(d); err != nil {
			return err
		}
		if err := s.attach(ctx, tx, sc, d); err != nil {
			return err
		}
		c, err = s.record(ctx, tx, sc, d)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s penalty %s: %w", d.Step(), ref, err)
	}
	return p, c, nil
}

// enter loads the scene of a step for somebody who may see the penalty. d may be nil. NotFound; Conflict for a penalty of
// the short way.
func (s *Service) enter(ctx context.Context, tx *store.Tx, by access.Actor, ref string, d Deed) (*scene, error) {
	p, err := s.find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	pack, err := s.pack(p.Case.Pack)
	if err != nil {
		return nil, err
	}
	c, err := s.course(ctx, tx, p, pack)
	if err != nil {
		return nil, err
	}
	if by.Role.OfFirm() {
		// The party learns of its case with the notice.
		if err := s.d.Policy.Check(by, access.AnswerPenalty, p.party()); err != nil || c == nil || len(c.Notices) == 0 {
			return nil, fault.New(fault.NotFound, "fault.not_found")
		}
	} else if err := s.d.Policy.Check(by, access.ReadPenalty, p.owner()); err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.New(fault.Conflict, "penalty_case.short_way")
	}
	return s.scene(ctx, tx, by, p, pack, c, d)
}

// party is the penalty as the policy sees it for the firm penalised.
func (p *Penalty) party() access.Owner { return access.Owner{FirmIDs: []int64{p.Firm.ID}} }

// may checks role and reach for a step. The second officer is as near to the case as the first.
func (s *Service) may(by access.Actor, sc *scene, step Step) error {
	r := rules[step]
	if by.Role.OfFirm() {
		if !r.firm {
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		return s.d.Policy.Check(by, access.AnswerPenalty, sc.p.party())
	}
	o := sc.p.owner()
	if by.UserID != 0 && by.UserID == sc.c.Second {
		o.UserID = by.UserID
	}
	return s.d.Policy.Check(by, r.action, o)
}

// scene gathers what a step depends on.
func (s *Service) scene(ctx context.Context, tx *store.Tx, by access.Actor, p *Penalty, pack *rulebook.Pack, c *Course, d Deed) (*scene, error) {
	cal, ok := s.d.Calendars[pack.Calendar]
	if !ok {
		return nil, fmt.Errorf("no calendar %q for rulebook %s", pack.Calendar, pack.ID)
	}
	sc := &scene{
		p: p, c: c, pack: pack, cal: cal, today: s.today(tx), by: by, level: s.d.Level,
		recused: map[int64]bool{}, former: map[int64]bool{}, officers: map[int64]bool{}, chairs: map[int64]bool{},
	}
	asked := unique([]int64{by.UserID, c.Lead, c.Second})
	switch d := d.(type) {
	case *FileCase:
		asked = unique(append(asked, d.Second))
	case *Officers:
		asked = unique(append(asked, d.Second))
	case *SetHearing:
		asked = unique(append(asked, d.Chair))
	}
	for _, o := range c.Objections {
		if o.Answer != nil {
			asked = unique(append(asked, o.Answer.Person))
		}
	}
	for _, id := range asked {
		var err error
		if sc.recused[id], err = s.d.Cases.Recused(ctx, tx, p.Case.ID, id); err != nil {
			return nil, err
		}
		if sc.former[id], err = s.d.Cases.HadPart(ctx, tx, p.Case.ID, id); err != nil {
			return nil, err
		}
	}
	users, err := s.d.Accounts.Find(ctx, tx, asked)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if !u.DisabledAt.IsZero() {
			continue
		}
		sc.officers[u.ID] = u.Role == access.Reviewer || u.Role == access.Supervisor
		apart := p.partOf(u.ID) == noPart && !sc.former[u.ID] && !sc.recused[u.ID] && !slices.Contains(c.Investigators, u.ID)
		sc.chairs[u.ID] = apart && s.d.Policy.Widest(u.Role, access.HearPenalty) != access.None
	}
	if err := s.files(ctx, tx, sc, d); err != nil {
		return nil, err
	}
	if d == nil || d.Step() == StepConclude || d.Step() == StepRevise {
		if sc.standing, err = s.d.Cases.StandingFindings(ctx, tx, p.Case.ID); err != nil {
			return nil, err
		}
		if sc.fined, err = finedBefore(ctx, tx, p.Case.ID, p.Firm.ID, p.ID); err != nil {
			return nil, err
		}
	}
	if d == nil && !c.Decided || d != nil && (d.Step() == StepApprove || d.Step() == StepIssue) {
		if sc.usual, err = s.usual(ctx, tx, p, pack); err != nil {
			return nil, err
		}
	}
	switch {
	case d == nil:
	case d.Step() == StepFile:
		n, err := store.Next(ctx, tx, fmt.Sprintf("filing.%d", sc.today.Year()))
		if err != nil {
			return nil, err
		}
		sc.number = fmt.Sprintf("〔%d〕立%d号", sc.today.Year(), n)
	case d.Step() == StepIssue:
		n, err := store.Next(ctx, tx, fmt.Sprintf("decision.%d", sc.today.Year()))
		if err != nil {
			return nil, err
		}
		sc.number = numberOf(sc.today, n)
	}
	return sc, nil
}

// files loads the labels of the complaint's files where a step cites some.
func (s *Service) files(ctx context.Context, tx *store.Tx, sc *scene, d Deed) error {
	switch d.(type) {
	case *Conclude, *Revise, *NoPenalty:
	default:
		return nil
	}
	list, err := s.d.Evidence.Of(ctx, tx, sc.p.Case.Complaint)
	if fault.Is(err, fault.NotFound) { // the complaint's key is destroyed
		return nil
	}
	sc.files = map[string]bool{}
	for _, i := range list {
		sc.files[i.Label()] = true
	}
	return err
}
