package casework

import "dunwatch/internal/access"

// Moves are the deeds that role, reach and state leave open to an actor on a case, so that pages and the API offer
// nothing that would be refused. What depends on other rows (a stale version, a recusal) is still checked by the deed.
type Moves struct {
	Assign  bool `json:"assign"`  // give it to an officer, or to another
	Release bool `json:"release"` // take it from its officer
	Take    bool `json:"take"`
	Note    bool `json:"note"`
	Record  bool `json:"record"` // a finding
	Propose bool `json:"propose"`
	Close   bool `json:"close"`
	Recuse  bool `json:"recuse"`
	Reveal  bool `json:"reveal"` // the complainant's particulars
	Message bool `json:"message"`
}

// Moves computes what the actor may do with the case now.
func (s *Service) Moves(by access.Actor, c *Case) Moves {
	at := by.Distance(c.Owner())
	may := func(a access.Action) bool { return s.d.Policy.Allows(by.Role, a, at) }
	open := c.Status != Closed
	return Moves{
		Assign:  may(access.AssignCase) && c.Status.can(assign),
		Release: may(access.AssignCase) && c.Status.can(release),
		Take:    may(access.TakeCase) && c.Status == Unassigned,
		Note:    may(access.NoteCase),
		Record:  may(access.RecordFinding) && c.Status.can(record),
		Propose: may(access.ProposePenalty) && c.Status.can(propose),
		Close:   may(access.CloseCase) && c.Status.can(finish),
		Recuse:  may(access.RecuseCase) && open,
		Reveal:  may(access.RevealIdentity),
		Message: may(access.Message) && open,
	}
}
