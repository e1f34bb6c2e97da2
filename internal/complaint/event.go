package complaint

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// Kinds of events, keys of web/locales under "event.".
const (
	EventFiled        = "complaint.filed"
	EventImported     = "complaint.imported"
	EventAsked        = "complaint.supplement_asked"
	EventSupplied     = "complaint.supplement_given"
	EventRefused      = "complaint.not_accepted"
	EventReferred     = "complaint.referred"
	EventAccepted     = "complaint.accepted"
	EventClosed       = "complaint.closed"
	EventReopened     = "complaint.reopened"
	EventWithdrawn    = "complaint.withdrawn"
	EventMessage      = "complaint.message"       // from the office
	EventReply        = "complaint.reply"         // from the complainant
	EventRevealed     = "complaint.revealed"      // staff opened the particulars
	EventFileAdded    = "complaint.file_added"    // by the complainant
	EventStaffFile    = "complaint.file_by_staff" // by the office
	EventCaseClosed   = "complaint.case_closed"   // of a complaint taken back before
	EventSplit        = "complaint.split"         // one letter, two tracks
	EventTakenDown    = "complaint.taken_down"    // by staff, from a call, a letter, a visit
	EventContact      = "complaint.contact"       // an attempt to tell the result
	EventTold         = "complaint.told"          // the complainant knows the result
	EventRated        = "complaint.rated"
	EventReopenAsk    = "complaint.reopen_asked"   // by the complainant
	EventFilePassed   = "complaint.file_passed_on" // a firm's file, shown to the complainant
	EventNumberAdded  = "complaint.number_added"   // of the collector, found by the office
	EventLinked       = "complaint.linked"         // somebody said whether another complaint has to do with this one
	EventMerged       = "complaint.merged"         // handled together with another one of the same person
	EventUnmerged     = "complaint.unmerged"
	EventWitnessAsked = "complaint.witness_asked" // a link for a relative or colleague
	EventWitnessed    = "complaint.witnessed"
)

// EventKinds lists every kind, so that a test can hold the locales against it.
var EventKinds = []string{
	EventFiled, EventImported, EventAsked, EventSupplied, EventRefused, EventReferred, EventAccepted, EventClosed, EventReopened,
	EventWithdrawn, EventMessage, EventReply, EventRevealed, EventFileAdded, EventStaffFile, EventCaseClosed,
	EventSplit, EventTakenDown, EventContact, EventTold, EventRated, EventReopenAsk, EventFilePassed,
	EventNumberAdded, EventLinked, EventMerged, EventUnmerged, EventWitnessAsked, EventWitnessed,
}

// Note adds a line to a complaint's timeline inside an open transaction; shown
// lets the complainant see it. The caller appends the audit entry. For evidence.
func (s *Service) Note(ctx context.Context, tx *store.Tx, by access.Actor, complaintID int64, kind string, shown bool, text string) error {
	return note(ctx, tx, by, complaintID, kind, shown, text)
}

// EvidenceKind reports whether a pack knows a kind of evidence and whether the
// public may choose it. Without a pack (an unfinished filing may not have chosen
// one) any pack's kinds count.
func (s *Service) EvidenceKind(pack, kind string) (known, public bool) {
	for _, p := range s.book.Packs() {
		if pack != "" && p.ID != pack {
			continue
		}
		if t, ok := p.EvidenceType(kind); ok {
			known, public = true, public || t.Public
		}
	}
	return known, public
}
