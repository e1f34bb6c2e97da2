// Package contactlog reads logs of calls and messages, as phones, carriers and
// diallers export them, and holds the contacts in them against the countable
// rules of a rulebook pack.
//
// It is pure: no database, no HTTP, no clock. Files are read as a stream and a
// million rows fit in a few dozen megabytes. Every row of a file is accounted
// for: read, or dropped for a reason that Tally names. What a log cannot tell
// (who was connected, which way a call went) is never guessed: the rule is then
// reported as unchecked, with the number of rows it could not judge.
package contactlog

import "time"

// Channel is how a contact was made, in the words of the rulebook.
type Channel uint8

// The channels.
const (
	Voice Channel = iota // a person, as far as the log tells
	Robot
	Voicemail
	SMS
	MMS
	IM
	Email
	Letter
	Visit
	Public
	Push
	channels
)

var channelNames = [channels]string{"voice_human", "voice_robot", "voicemail", "sms", "sms", "im", "email", "letter", "visit", "social_public", "push"}

// String is the name that rules use. MMS counts as sms there.
func (c Channel) String() string { return channelNames[c] }

// Spoken reports a call.
func (c Channel) Spoken() bool { return c <= Voicemail }

// Written reports a message of the kind of which ten a day are a nuisance.
func (c Channel) Written() bool { return c == SMS || c == MMS || c == IM || c == Email || c == Push }

// Direction is who began the contact. It is always the firm's: a call that the
// borrower's phone lists as incoming is FromFirm.
type Direction uint8

// The directions.
const (
	DirectionUnknown Direction = iota
	FromFirm
	ToFirm
)

func (d Direction) String() string { return [...]string{"unknown", "outbound", "inbound"}[d] }

// Outcome is what became of a contact, where the log says it.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	Connected
	NoAnswer
	Busy
	Rejected
	VoicemailLeft
	NotInService
	WrongNumber
	Delivered
	Failed
)

// Clock says how the time of a contact is known.
type Clock uint8

const (
	// Instant: the log holds an instant (an epoch, or a time with its offset).
	Instant Clock = iota
	// Wall: the log holds a wall clock, read in the zone of Options.
	Wall
	// DateOnly: no time of day; At is the start of the day.
	DateOnly
)

// Role is who the person is that the firm contacted.
type Role uint8

// The roles, as far as rules tell them apart.
const (
	Debtor      Role = iota
	Related          // spouse, guarantor, guardian, executor: stands in for the debtor
	Attorney         // of the debtor
	ThirdPerson      // relative, colleague, emergency contact
	Employer
)

// Third reports somebody who does not owe the debt.
func (r Role) Third() bool { return r == ThirdPerson || r == Employer }

// Recording is whether the log points to a recording of the call.
type Recording uint8

// What a log says of the recording.
const (
	RecordingUnknown Recording = iota
	RecordingListed
	RecordingMissing
)

// Contact is one row of a log.
type Contact struct {
	// At is in whole seconds, in the zone of the file.
	At        time.Time
	Clock     Clock
	Direction Direction
	Channel   Channel
	// Number is the other party as the owner of the log sees it, normalised (see
	// Normalise); "" where the number was withheld.
	Number string
	// Line is the owner's own number, where the file tells it.
	Line string
	// Duration is the talk time in seconds.
	Duration      int
	DurationKnown bool
	Outcome       Outcome
	// Text of a message, for word lists alone; nothing keeps it.
	Text      string
	TextKnown bool
	Recording Recording
	// Role, Lender and Debtor are set where a dialler's export names them.
	Role   Role
	Lender string
	Debtor string
	// Firm says that the log is the firm's own: Number is then the person's.
	Firm bool
	// File is the index that the caller gave the file, Row its line (text
	// files) or row (spreadsheets), counted from 1.
	File int
	Row  int
	// Origin is the row of the file from which an extract took the contact; 0
	// elsewhere.
	Origin int
}

// Talked reports whether somebody was connected, and whether the log tells.
func (c *Contact) Talked() (yes, known bool) {
	switch c.Outcome {
	case Connected:
		return true, true
	case OutcomeUnknown:
		return c.DurationKnown && c.Duration > 0, c.DurationKnown
	}
	return false, true
}
