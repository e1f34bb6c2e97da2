package casework

// Kinds of events, keys of web/locales under "event.". A note is a name, a number or what an officer wrote.
const (
	EventOpened          = "case.opened"            // note: the unit's code
	EventAssigned        = "case.assigned"          // note: the officer's name
	EventReassigned      = "case.reassigned"        // note: the new officer's name
	EventTaken           = "case.taken"             // note: the officer's name
	EventReleased        = "case.released"          // note: the former officer's name
	EventFinding         = "case.finding"           // note: number and code
	EventCorrected       = "case.finding_corrected" // note: number and code of the new finding
	EventRecused         = "case.recused"           // note: who is kept off
	EventPenaltyProposed = "case.penalty_proposed"
	EventPenaltyIssued   = "case.penalty_issued"  // the last one under way
	EventPenaltyDropped  = "case.penalty_dropped" // the last one under way
	EventClosed          = "case.closed"          // note: the reasons
	EventReopened        = "case.reopened"        // note: the reasons
	EventSuspended       = "case.suspended"       // note: the clock and the reason
	EventResumed         = "case.resumed"         // note: the clock and the reason
	EventTimeAsked       = "case.time_asked"      // note: the clock and the reason
	EventTimeGranted     = "case.time_granted"    // note: the clock and the new due date
	EventTimeRefused     = "case.time_refused"    // note: the clock and the reason
)

// Events lists every kind, so that a test can hold the locales against it.
var Events = []string{
	EventOpened, EventAssigned, EventReassigned, EventTaken, EventReleased, EventFinding, EventCorrected, EventRecused,
	EventPenaltyProposed, EventPenaltyIssued, EventPenaltyDropped, EventClosed,
	EventReopened, EventSuspended, EventResumed, EventTimeAsked, EventTimeGranted, EventTimeRefused,
}
