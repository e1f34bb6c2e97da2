package complaint

import "dunwatch/internal/fault"

// Status of a complaint. The transitions stand in the table below.
type Status string

// The states.
//
//	            ask for more
//	(filed) ┌───────────────────► supplement
//	   │    │ ◄───────────────────────┤
//	   ▼    │        supplied         │
//	received ──┬──► not_accepted ◄────┤   refused with a ground
//	           ├──► referred ◄────────┤   another authority is competent
//	           ├──► withdrawn ◄───────┤   by the complainant
//	           └──► accepted ◄────────┘   has a case
//	                 │  │   ▲
//	    withdrawn ◄──┘  ▼   │ reopened
//	                   closed
const (
	Received    Status = "received"     // to be screened
	Supplement  Status = "supplement"   // the complainant was asked for more; the clock is suspended
	NotAccepted Status = "not_accepted" // refused with a ground
	Referred    Status = "referred"     // sent to another authority
	Accepted    Status = "accepted"     // has a case
	Closed      Status = "closed"       // its case is closed
	Withdrawn   Status = "withdrawn"    // taken back by the complainant
)

// Statuses lists the states in the order in which people read them.
var Statuses = []Status{Received, Supplement, Accepted, Closed, NotAccepted, Referred, Withdrawn}

var transitions = map[Status][]Status{
	Received:   {Supplement, NotAccepted, Referred, Accepted, Withdrawn},
	Supplement: {Received, NotAccepted, Referred, Accepted, Withdrawn},
	Accepted:   {Closed, Withdrawn},
	Closed:     {Accepted},
}

// Ended reports whether nothing more is decided about the complaint, unless its
// case is opened again.
func (s Status) Ended() bool {
	return s == NotAccepted || s == Referred || s == Withdrawn || s == Closed
}

// Screened reports whether the office has decided whether to accept it.
func (s Status) Screened() bool { return s != Received && s != Supplement }

// to is nil when a complaint may go from s to next. It fails with
// fault.Conflict: somebody else has decided already.
func (s Status) to(next Status) error {
	for _, n := range transitions[s] {
		if n == next {
			return nil
		}
	}
	return fault.New(fault.Conflict, "complaint.status."+string(s)+"_already")
}
