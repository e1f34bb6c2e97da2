package complaint

import (
	"dunwatch/internal/access"
)

// A complainant is sheltered even from colleagues who reports an offence (举报), or asked to be hidden: what shows who it
// is is for the officer of the case, the supervisor of its unit, and, while there is no case, whoever screens. Who judges
// the work of others (legal review, the director, the auditor) reads what a report says, evidence and messages, but not
// who made it. Everybody else in the office knows that the report exists, and what it is about.

// sheltered reports whether the complainant is hidden from colleagues.
func (c *Complaint) sheltered() bool { return c.HideIdentity || c.Track == TrackReport }

// seesPerson reports whether an actor who may read the complaint may see anything of who made it. o is the complaint's
// owner: no unit while it has no case.
func seesPerson(by access.Actor, c *Complaint, o access.Owner) bool {
	if by.Role == access.Borrower || !c.sheltered() {
		return true
	}
	switch by.Role {
	case access.Reviewer:
		return by.UserID != 0 && by.UserID == o.UserID
	case access.Supervisor:
		return o.UnitID == 0 || by.UnitID == o.UnitID
	}
	return false
}

// seesMatter reports whether an actor who may read the complaint may read what was sent with it: messages, and the names
// and content of files. Both may say who made a report.
func seesMatter(by access.Actor, c *Complaint, o access.Owner) bool {
	if c.Track != TrackReport || seesPerson(by, c, o) {
		return true
	}
	return by.Role == access.Legal || by.Role == access.Director || by.Role == access.Auditor
}

// SeesMatter is seesMatter for evidence, whose files are a part of it.
func (s *Service) SeesMatter(by access.Actor, c *Complaint, o access.Owner) bool {
	return seesMatter(by, c, o)
}

// SeesPerson reports whether an actor who may read the complaint may see anything of who made it. For links between
// complaints: that two belong together may tell. o is the complaint's owner.
func (s *Service) SeesPerson(by access.Actor, c *Complaint, o access.Owner) bool {
	return seesPerson(by, c, o)
}

// person narrows a search by particulars to complaints of which the actor may see who made them: that one was found tells
// who it is.
func (q *query) person(by access.Actor) {
	const open, of = "track <> 'report' AND hide_identity = 0", "EXISTS (SELECT 1 FROM cases p WHERE p.complaint_id = complaints.id AND "
	switch by.Role {
	case access.Reviewer:
		q.and("("+open+" OR "+of+"p.officer_id = ?))", by.UserID)
	case access.Supervisor:
		q.and("("+open+" OR NOT "+of+"p.unit_id <> ?))", by.UnitID)
	case access.Borrower:
	default:
		q.and(open)
	}
}
