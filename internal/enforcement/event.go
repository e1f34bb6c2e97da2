package enforcement

// Kinds of events, keys of web/locales under "event.". A note is what somebody wrote, or the decision's number.
const (
	EventProposed = "penalty.proposed"
	EventAmended  = "penalty.amended"
	EventApproved = "penalty.approved"
	EventReturned = "penalty.returned"
	EventDropped  = "penalty.dropped"
	EventIssued   = "penalty.issued"
	EventFile     = "penalty.file_given" // by the party; the note is the file's number
)

// Events lists every kind, so that a test can hold the locales against it.
var Events = []string{EventProposed, EventAmended, EventApproved, EventReturned, EventDropped, EventIssued, EventFile}
