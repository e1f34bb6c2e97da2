package enforcement

import "dunwatch/internal/fault"

// Status of a penalty. One that goes the statutory procedure is Proceeding until it is approved.
//
//	 propose
//	    |
//	    v      approve             issue
//	proposed ----------> approved -------> issued
//	  | | ^                 |
//	  | | | amend           |
//	  | | +---- returned <--+ return
//	  | |        ^   |
//	  | +--------+   | drop
//	  |   return     v
//	  +----------> dropped
//	      drop
type Status string

// The states.
const (
	Proposed Status = "proposed" // waits for a decision by another
	Returned Status = "returned" // sent back to the proposer with reasons
	Approved Status = "approved" // may be issued
	Issued   Status = "issued"   // the decision is written and sealed
	Dropped  Status = "dropped"  // withdrawn

	Proceeding Status = "proceeding" // the statutory procedure is under way, see Course.Stage
	Ended      Status = "ended"      // by the statutory procedure, without a penalty
)

// Statuses lists the states of the short way, in the order of the work.
var Statuses = []Status{Proposed, Returned, Approved, Issued, Dropped}

// AllStatuses are those of both ways.
var AllStatuses = []Status{Proceeding, Proposed, Returned, Approved, Issued, Ended, Dropped}

// Ended reports whether nothing can happen to the penalty any more.
func (s Status) Ended() bool { return s == Issued || s == Dropped || s == Ended }

// deed is what moves a penalty.
type deed string

const (
	amend    deed = "amend"
	approve  deed = "approve"
	giveBack deed = "return"
	drop     deed = "drop"
	issue    deed = "issue"
)

// moves is the whole machine: what is not in it is a Conflict.
var moves = map[deed]map[Status]Status{
	amend:    {Returned: Proposed},
	approve:  {Proposed: Approved},
	giveBack: {Proposed: Returned, Approved: Returned},
	drop:     {Proposed: Dropped, Returned: Dropped},
	issue:    {Approved: Issued},
}

// next is the state after a deed. It fails with Conflict and a sentence that says where the penalty stands.
func (s Status) next(d deed) (Status, error) {
	to, ok := moves[d][s]
	if !ok {
		return "", fault.New(fault.Conflict, "enforcement.already."+string(s))
	}
	return to, nil
}

func (s Status) can(d deed) bool { _, ok := moves[d][s]; return ok }
