package enforcement

import (
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

// part is what somebody did in a case that bars them from judging it.
type part string

const (
	noPart   part = ""
	proposer part = "proposer"
	officer  part = "officer"
	finder   part = "finder"
	recused  part = "recused"
	former   part = "former"
)

// partOf names the part that a user had in what a penalty rests on. Whoever proposed, investigates the case or made one
// of the findings does not decide: investigation, trial and decision are kept apart (银保监会令2020年第8号 art. 5).
func (p *Penalty) partOf(user int64) part {
	if user == 0 {
		return noPart
	}
	if user == p.ProposedBy {
		return proposer
	}
	if user == p.Case.OfficerID {
		return officer
	}
	for _, f := range p.Findings {
		if f.FoundBy == user {
			return finder
		}
	}
	switch {
	case slices.Contains(p.parts.Recused, user):
		return recused
	case slices.Contains(p.parts.Former, user):
		return former
	}
	return noPart
}

// impartial fails with Forbidden, and a sentence that says who may do it instead, where the actor had a part in the
// penalty, is recused from the case or once investigated it. d is approve (returning is the same judgement) or issue.
func impartial(by access.Actor, p *Penalty, d deed) error {
	if d == giveBack {
		d = approve
	}
	if part := p.partOf(by.UserID); part != noPart {
		return fault.New(fault.Forbidden, "enforcement."+string(part)+"_cannot_"+string(d))
	}
	return nil
}

// Moves are the deeds that role, reach, state and separation of duties leave open to an actor on a penalty, so that
// pages and the API offer nothing that would be refused. p is one that was loaded: what was just proposed does not know
// yet who once had its case.
type Moves struct {
	Amend   bool `json:"amend"`
	Approve bool `json:"approve"`
	Return  bool `json:"return"`
	Drop    bool `json:"drop"`
	Issue   bool `json:"issue"`
	// Barred is the key of web/locales that says why somebody of the right role may not decide here; "" where nothing
	// bars them.
	Barred string `json:"barred,omitempty"`
}

// Moves computes what the actor may do with the penalty now.
func (s *Service) Moves(by access.Actor, p *Penalty) Moves {
	if p.Full {
		return Moves{} // its steps are those of Open
	}
	at := by.Distance(p.owner())
	may := func(a access.Action) bool { return s.d.Policy.Allows(by.Role, a, at) }
	m := Moves{
		Amend:   by.UserID == p.ProposedBy && may(access.ProposePenalty) && p.Status.can(amend),
		Drop:    p.droppedBy(by.UserID) && s.d.Policy.Widest(by.Role, access.ProposePenalty) != access.None && p.Status.can(drop),
		Approve: may(access.ApprovePenalty) && p.Status.can(approve),
		Return:  may(access.ApprovePenalty) && p.Status.can(giveBack),
		Issue:   may(access.IssuePenalty) && p.Status.can(issue),
	}
	if part := p.partOf(by.UserID); part != noPart {
		switch {
		case m.Approve, m.Return:
			m.Barred = "enforcement." + string(part) + "_cannot_approve"
		case m.Issue:
			m.Barred = "enforcement." + string(part) + "_cannot_issue"
		}
		m.Approve, m.Return, m.Issue = false, false, false
	}
	return m
}

// droppedBy reports whether a user may withdraw the proposal: its proposer, or the officer who has the case now, since
// a proposal must not outlive its proposer's leaving.
func (p *Penalty) droppedBy(user int64) bool {
	return user != 0 && (user == p.ProposedBy || user == p.Case.OfficerID)
}
