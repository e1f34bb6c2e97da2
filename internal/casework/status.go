package casework

import (
	"slices"

	"dunwatch/internal/fault"
)

// Status of a case.
//
//	 accept
//	   |
//	   v      assign, take               record                propose
//	unassigned ----------> investigating --------> found ----------------> enforcement
//	   ^  ^                  |    |                 | ^ |                   |
//	   |  |     release      |    |     release     | | |  leave            |
//	   |  +------------------+    |   +-------------+ | |                   |
//	   +--------------------------|---+               +-|-------------------+
//	                              |                     |
//	                              +-------> closed <----+      (also from unassigned)
//
// A closed case that is opened again is investigating or found; where its officer may not go on with it, it is released at
// once.
//
// A case that has findings and lost its officer waits in unassigned like any other; when somebody takes it, it is
// found again.
type Status string

// The states.
const (
	Unassigned    Status = "unassigned"    // waits for an officer
	Investigating Status = "investigating" // an officer works on it
	Found         Status = "found"         // findings are recorded
	Enforcement   Status = "enforcement"   // a penalty is proposed and not yet issued or dropped
	Closed        Status = "closed"
)

// Open lists the states of the queue's open cases.
var Open = []Status{Unassigned, Investigating, Found, Enforcement}

// Statuses lists every state, in the order of the work.
var Statuses = []Status{Unassigned, Investigating, Found, Enforcement, Closed}

// deed is what moves a case.
type deed string

const (
	assign  deed = "assign"  // to an officer, by a supervisor or by taking it
	release deed = "release" // the officer is taken off
	record  deed = "record"  // a finding
	propose deed = "propose" // a penalty
	leave   deed = "leave"   // the last penalty was issued or dropped
	finish  deed = "close"
	reopen  deed = "reopen"
)

// moves is the whole machine: what is not in it is a Conflict. Where a deed leads to two states, the first is of a case
// without standing findings and the second of one that has some.
var moves = map[deed]map[Status][]Status{
	assign: {
		Unassigned:    {Investigating, Found},
		Investigating: {Investigating},
		Found:         {Found},
		Enforcement:   {Enforcement},
	},
	release: {
		Investigating: {Unassigned},
		Found:         {Unassigned},
	},
	record: {
		Investigating: {Found},
		Found:         {Found},
	},
	propose: {
		Found:       {Enforcement},
		Enforcement: {Enforcement},
	},
	leave: {
		Enforcement: {Found},
	},
	finish: {
		Unassigned:    {Closed},
		Investigating: {Closed},
		Found:         {Closed},
	},
	reopen: {
		Closed: {Investigating, Found},
	},
}

// next is the state after a deed. It fails with Conflict and a sentence that says why the deed is impossible now.
func (s Status) next(d deed, findings bool) (Status, error) {
	to, ok := moves[d][s]
	if !ok {
		return "", fault.New(fault.Conflict, s.refusal(d))
	}
	if findings {
		return to[len(to)-1], nil
	}
	return to[0], nil
}

// can reports whether a deed is possible in a state.
func (s Status) can(d deed) bool { _, ok := moves[d][s]; return ok }

// refusal is the key of the sentence about an impossible deed.
func (s Status) refusal(d deed) string {
	switch {
	case d == reopen:
		return "casework.not_closed"
	case s == Closed:
		return "casework.closed"
	case s == Enforcement:
		return "casework.penalty_under_way"
	case s == Unassigned && d == release:
		return "casework.no_officer"
	case s == Unassigned:
		return "casework.unassigned"
	case d == propose:
		return "casework.no_findings"
	default:
		return "casework.no_penalty"
	}
}

func known(s Status) bool { return slices.Contains(Statuses, s) }
