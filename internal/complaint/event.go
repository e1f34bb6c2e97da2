package complaint

// Kinds of events, keys of web/locales under "event.".
const (
	EventFiled      = "complaint.filed"
	EventImported   = "complaint.imported"
	EventAsked      = "complaint.supplement_asked"
	EventSupplied   = "complaint.supplement_given"
	EventRefused    = "complaint.not_accepted"
	EventReferred   = "complaint.referred"
	EventAccepted   = "complaint.accepted"
	EventClosed     = "complaint.closed"
	EventReopened   = "complaint.reopened"
	EventWithdrawn  = "complaint.withdrawn"
	EventMessage    = "complaint.message"       // from the office
	EventReply      = "complaint.reply"         // from the complainant
	EventRevealed   = "complaint.revealed"      // staff opened the particulars
	EventFileAdded  = "complaint.file_added"    // by the complainant
	EventStaffFile  = "complaint.file_by_staff" // by the office
	EventCaseClosed = "complaint.case_closed"   // of a complaint taken back before
)

// EventKinds lists every kind, so that a test can hold the locales against it.
var EventKinds = []string{
	EventFiled, EventImported, EventAsked, EventSupplied, EventRefused, EventReferred, EventAccepted, EventClosed, EventReopened,
	EventWithdrawn, EventMessage, EventReply, EventRevealed, EventFileAdded, EventStaffFile, EventCaseClosed,
}
