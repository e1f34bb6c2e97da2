package forwarding

// Kinds of events, keys of web/locales under "event.". The note of a case's event is the forward's reference.
const (
	EventSent           = "forward.sent"
	EventPassed         = "forward.passed_on"
	EventAcknowledged   = "forward.acknowledged"
	EventTimeAsked      = "forward.time_asked"
	EventTimeGranted    = "forward.time_granted"
	EventTimeRefused    = "forward.time_refused"
	EventFile           = "forward.file_added"
	EventAnswered       = "forward.answered"
	EventAgencyAnswered = "forward.agency_answered"
	EventReturned       = "forward.returned"
	EventTold           = "forward.told"
	EventAccepted       = "forward.accepted"
	EventReviewAsked    = "forward.review_asked"
	EventReviewAnswered = "forward.review_answered"
	EventReviewTold     = "forward.review_told"
	EventChased         = "forward.chased"
	EventEnded          = "forward.ended"
	EventLogAsked       = "forward.log_asked"
	eventClock          = "forward.clock" // note: the clock of the case that began for the forward; shown to nobody
)

// Events lists every kind that is shown, so that a test can hold the locales against it.
var Events = []string{
	EventSent, EventPassed, EventAcknowledged, EventTimeAsked, EventTimeGranted, EventTimeRefused, EventFile, EventAnswered,
	EventAgencyAnswered, EventReturned, EventTold, EventAccepted, EventReviewAsked, EventReviewAnswered, EventReviewTold,
	EventChased, EventEnded, EventLogAsked,
}
