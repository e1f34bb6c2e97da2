// Package access decides who may do what. The policy is data
// (policies/access): roles, actions and reach, nothing per user and nothing per
// case. It is the only package that knows casbin.
//
// Reach is a ladder: what is my own is also my unit's, and what is my unit's is
// also anybody's. A capability names the owner of a thing; this package says how
// far that is from the actor and asks the policy. Lists are filtered in SQL by
// Widest, never row by row.
//
// Separation of duties ("the approver is not the proposer") is not policy: those
// rules live with the deeds they limit.
package access

import (
	"dunwatch/internal/fault"
)

// Role is what a person is to the office.
type Role string

// The roles of the office, the public, and the program itself.
const (
	Public      Role = "public"       // anybody, not signed in
	Borrower    Role = "borrower"     // holds the access code of one complaint
	Firm        Role = "firm"         // staff of a lender or agency
	FirmManager Role = "firm_manager" // keeps the accounts of a firm's staff, and answers like them
	Reviewer    Role = "reviewer"     // investigates own cases, proposes penalties
	Supervisor  Role = "supervisor"   // screens, assigns, runs a unit's queue
	Legal       Role = "legal"        // legal review, hearing chair
	Director    Role = "director"     // approves what others propose
	Auditor     Role = "auditor"      // reads everything, changes nothing
	Admin       Role = "admin"        // accounts, firms, calendars; reads no case content
	System      Role = "system"       // jobs and imports of the program itself
)

// Roles lists every role, in the order in which people read them.
var Roles = []Role{Public, Borrower, Firm, FirmManager, Reviewer, Supervisor, Legal, Director, Auditor, Admin, System}

// StaffRoles lists the roles that an account can have.
var StaffRoles = []Role{Reviewer, Supervisor, Legal, Director, Auditor, Admin, Firm, FirmManager}

// Reach is how far from the actor a thing may lie.
type Reach int

// The ladder. None is "not at all".
const (
	None Reach = iota
	Own
	Unit
	Any
)

var reachNames = [...]string{"none", "own", "unit", "any"}

// String is the reach as policy.csv writes it.
func (r Reach) String() string { return reachNames[r] }

// OfFirm reports whether the role belongs to staff of a firm rather than of the office.
func (r Role) OfFirm() bool { return r == Firm || r == FirmManager }

// Actor is who does something. It is an argument of every command.
type Actor struct {
	Role        Role
	UserID      int64  // 0 for public, borrower, system
	Name        string // of staff, for the record; never a complainant's
	UnitID      int64
	FirmID      int64
	ComplaintID int64  // for a borrower: the one complaint the code opens
	Lang        string // zh or en, for what is sent to the actor
	Address     string // where the request came from, for limits; not stored
}

// Nobody is the public.
var Nobody = Actor{Role: Public}

// Program is the actor of jobs and imports.
var Program = Actor{Role: System, Name: "dunwatch"}

// Owner names to whom a thing belongs. A field of 0 is nobody, and never makes
// a thing somebody's own.
type Owner struct {
	UserID      int64
	UnitID      int64
	FirmIDs     []int64 // firms to which it was opened
	ComplaintID int64
}

// Distance is how far o lies from the actor: Own, Unit or Any.
func (a Actor) Distance(o Owner) Reach {
	if a.UserID != 0 && a.UserID == o.UserID || a.ComplaintID != 0 && a.ComplaintID == o.ComplaintID {
		return Own
	}
	if a.FirmID != 0 {
		for _, f := range o.FirmIDs {
			if f == a.FirmID {
				return Own
			}
		}
	}
	if a.UnitID != 0 && a.UnitID == o.UnitID {
		return Unit
	}
	return Any
}

// Check is nil when the actor may do the action on a thing of owner o. It fails
// with fault.NotFound when the actor may not even see the thing, else with
// fault.Forbidden.
func (p *Policy) Check(by Actor, act Action, o Owner) error {
	d := by.Distance(o)
	if p.Allows(by.Role, act, d) {
		return nil
	}
	if see, ok := seeing[act.Object()]; ok && !p.Allows(by.Role, see, d) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return Denied(by)
}

// May is Check for deeds on no thing in particular (lists, forms).
func (p *Policy) May(by Actor, act Action) error {
	if p.Widest(by.Role, act) == None {
		return Denied(by)
	}
	return nil
}

// Denied is the failure of somebody who may not: Unauthenticated for the
// public, who may be asked to sign in, else Forbidden.
func Denied(by Actor) error {
	if by.Role == Public {
		return fault.New(fault.Unauthenticated, "fault.unauthenticated")
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}
