package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Propose proposes a penalty on an own case with substantiated findings, against its lender or agency. Version is the
// case's.
// Invalid (firm, findings, measures, basis, facts, reasons), Conflict (stale, no findings yet), Forbidden, NotFound.
func (s *Service) Propose(ctx context.Context, by access.Actor, caseRef string, n Proposal) (*Penalty, error) {
	var p *Penalty
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ProposePenalty, c.Owner()); err != nil {
			return err
		}
		if err := s.notRecused(ctx, tx, by, c); err != nil {
			return err
		}
		pack, err := s.pack(c.Pack)
		if err != nil {
			return err
		}
		if p, err = s.draft(ctx, tx, by, c, pack, n); err != nil {
			return err
		}
		if err := s.d.Cases.EnterEnforcement(ctx, tx, by, c, n.Version); err != nil {
			return err
		}
		if err := s.insert(ctx, tx, p); err != nil {
			return err
		}
		if err := addEvent(ctx, tx, by, p.ID, EventProposed, ""); err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.PenaltyProposed, p.Reference,
			"case", c.Reference, "firm", p.Firm.Code, "fine_fen", p.FineFen, "confiscation_fen", p.ConfiscationFen)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("propose penalty on %s: %w", caseRef, err)
	}
	return p, nil
}

// draft checks a proposal against its case and the rulebook.
func (s *Service) draft(ctx context.Context, tx *store.Tx, by access.Actor, c *casework.Case, pack *rulebook.Pack, n Proposal) (*Penalty, error) {
	if c.Status == casework.Closed {
		return nil, fault.New(fault.Conflict, "casework.closed")
	}
	standing, err := s.d.Cases.StandingFindings(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	if len(standing) == 0 {
		return nil, fault.New(fault.Conflict, "casework.no_findings")
	}
	var bad fault.Fields
	p := &Penalty{
		Case: c, Status: Proposed, Round: 1, ProposedBy: by.UserID, ProposedByName: by.Name, ProposedAt: tx.Now,
		UnitID: c.UnitID, Rulebook: pack.Version(), Version: 1,
	}
	if f := c.Firm(n.Firm); f != nil {
		p.Firm = *f
	} else {
		bad.Add("firm", "enforcement.choose_party")
	}
	p.Findings = choose(&bad, pack, standing, n.Findings)
	if s.d.FullOnly && n.penalises(pack) {
		return nil, fault.New(fault.Conflict, "penalty_case.full_only")
	}
	p.take(&bad, pack, n)
	if p.FineFen > 0 {
		fined, err := finedBefore(ctx, tx, c.ID, p.Firm.ID, 0)
		if err != nil {
			return nil, err
		}
		for _, f := range p.Findings {
			if fined[f.ID] {
				bad.Add("measures", "enforcement.fined_before", f.Number)
			}
		}
	}
	return p, bad.Err()
}

// take checks what a proposal says and puts it into the penalty.
func (p *Penalty) take(bad *fault.Fields, pack *rulebook.Pack, n Proposal) {
	n.checkMeasures(bad, pack)
	bases := n.checkBases(bad, pack, p.Findings)
	n.checkAmounts(bad, pack, bases)
	n.checkTexts(bad)
	p.Facts, p.Reasons, p.Bases, p.Measures = n.Facts, n.Reasons, n.Basis, n.Measures
	if len(*bad) == 0 {
		p.FineFen, p.ConfiscationFen = sums(pack, n.Measures)
	}
}

// insert numbers and stores a new penalty with its findings and measures.
func (s *Service) insert(ctx context.Context, tx *store.Tx, p *Penalty) error {
	year := s.today(tx).Year()
	n, err := store.Next(ctx, tx, fmt.Sprintf("penalty.%d", year))
	if err != nil {
		return err
	}
	p.Reference = ident.NewReference("P", year, n)
	if err := insertPenalty(ctx, tx, p); err != nil {
		return err
	}
	if err := insertFindings(ctx, tx, p); err != nil {
		return err
	}
	return insertMeasures(ctx, tx, p)
}

// Amend proposes a returned penalty anew, on the same findings against the same firm: whoever wants others withdraws it
// and proposes again. Only its proposer, while the case is theirs.
// Invalid as Propose, Conflict (stale, not returned), Forbidden, NotFound.
func (s *Service) Amend(ctx context.Context, by access.Actor, ref string, n Proposal) (*Penalty, error) {
	return s.change(ctx, by, ref, n.Version, amend, func(tx *store.Tx, p *Penalty) error {
		if by.UserID != p.ProposedBy {
			return fault.New(fault.Forbidden, "enforcement.only_proposer")
		}
		if err := s.d.Policy.Check(by, access.ProposePenalty, p.Case.Owner()); err != nil {
			return err
		}
		if err := s.notRecused(ctx, tx, by, p.Case); err != nil {
			return err
		}
		return s.redraft(ctx, tx, by, p, n)
	})
}

func (s *Service) redraft(ctx context.Context, tx *store.Tx, by access.Actor, p *Penalty, n Proposal) error {
	pack, err := s.pack(p.Case.Pack)
	if err != nil {
		return err
	}
	var bad fault.Fields
	if n.Firm != "" && n.Firm != p.Firm.Code {
		bad.Add("firm", "enforcement.same_firm")
	}
	if len(n.Findings) > 0 && !sameNumbers(p.Findings, n.Findings) {
		bad.Add("findings", "enforcement.same_findings")
	}
	p.take(&bad, pack, n)
	if err := bad.Err(); err != nil {
		return err
	}
	if p.FineFen > 0 {
		fined, err := finedBefore(ctx, tx, p.Case.ID, p.Firm.ID, p.ID)
		if err != nil {
			return err
		}
		for _, f := range p.Findings {
			if fined[f.ID] {
				bad.Add("measures", "enforcement.fined_before", f.Number)
			}
		}
		if err := bad.Err(); err != nil {
			return err
		}
	}
	p.Round++
	if err := insertMeasures(ctx, tx, p); err != nil {
		return err
	}
	if err := s.save(ctx, tx, p); err != nil {
		return err
	}
	if err := addEvent(ctx, tx, by, p.ID, EventAmended, ""); err != nil {
		return err
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.PenaltyProposed, p.Reference,
		"round", p.Round, "fine_fen", p.FineFen, "confiscation_fen", p.ConfiscationFen)
	return err
}

func sameNumbers(findings []casework.Finding, numbers []int) bool {
	want := map[int]bool{}
	for _, f := range findings {
		want[f.Number] = true
	}
	for _, n := range numbers {
		if !want[n] {
			return false
		}
	}
	slices.Sort(numbers)
	return len(slices.Compact(numbers)) == len(want)
}

// notRecused fails with Forbidden where the actor is kept off the case.
func (s *Service) notRecused(ctx context.Context, tx *store.Tx, by access.Actor, c *casework.Case) error {
	off, err := s.d.Cases.Recused(ctx, tx, c.ID, by.UserID)
	if err != nil {
		return err
	}
	if off {
		return fault.New(fault.Forbidden, "casework.you_are_recused")
	}
	return nil
}

func (s *Service) pack(id string) (*rulebook.Pack, error) {
	p, ok := s.d.Book.Pack(id)
	if !ok {
		return nil, fmt.Errorf("no rulebook %q", id)
	}
	return p, nil
}
