package hardship

import "dunwatch/internal/fault"

// Status of a plan.
//
//	offer
//	  |
//	  v      accept              the last instalment is paid
//	offered --------> accepted ------------------------------> ended
//	  |
//	  +--- decline --> declined
//	  |
//	  +--- withdraw -> withdrawn    by the firm
//
// A breach that the complainant reports changes no state: it is for the office to find out.
type Status string

// The states.
const (
	Offered   Status = "offered"
	Accepted  Status = "accepted"
	Declined  Status = "declined"
	Withdrawn Status = "withdrawn"
	Ended     Status = "ended"
)

// Statuses lists every state, in the order of the work.
var Statuses = []Status{Offered, Accepted, Declined, Withdrawn, Ended}

type deed string

const (
	accept   deed = "accept"
	decline  deed = "decline"
	withdraw deed = "withdraw"
	pay      deed = "pay"
	finish   deed = "finish"
	complain deed = "complain" // of a breach
)

// moves is the whole machine: what is not in it is a Conflict.
var moves = map[deed]map[Status]Status{
	accept:   {Offered: Accepted},
	decline:  {Offered: Declined},
	withdraw: {Offered: Withdrawn},
	pay:      {Accepted: Accepted},
	finish:   {Accepted: Ended},
	complain: {Accepted: Accepted, Ended: Ended},
}

// next is the state after a deed. It fails with Conflict and a sentence that says why the deed is impossible now.
func (s Status) next(d deed) (Status, error) {
	to, ok := moves[d][s]
	if !ok {
		return "", fault.New(fault.Conflict, "hardship.is_"+string(s))
	}
	return to, nil
}

func (s Status) can(d deed) bool { _, ok := moves[d][s]; return ok }
