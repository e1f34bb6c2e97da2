// Package forwarding keeps the firm's half of a complaint: it is sent to the lender or agency (转办), acknowledged, given
// more time, answered, checked for substance by the office, told to the complainant, and reviewed by the firm once more
// (核查) where the complainant asks. status.go holds the states and the moves between them.
//
// A firm sees of a complaint what the officer chose to disclose and nothing else, and of the office's work its own
// forwards and nothing else: those of other firms do not exist for it, nor can their number be guessed from an answer,
// a count or a sentence. Each disclosure is on record (个人信息保护法 23). Who reports an offence is never disclosed: a
// report is asked about with a summary written by staff, without the complaint's reference.
//
// A lender may pass a forward to an agency that collects for it that day, with no more than it was given itself, and
// reads the agency's answer before it gives its own. The statutory clocks run on the case and belong to casework; a
// forward names the clock that runs for it and copies its due date, so that the firm's list sorts by it.
//
// What it does not promise: that the firm's words are true or fit to be read. The complainant sees those alone that
// passed the check.
package forwarding

import (
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/letter"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Kind of a forward.
type Kind string

// ToAnswer asks the firm to answer a complaint; ForInformation asks for facts, without saying who told of what.
const (
	ToAnswer       Kind = "answer"
	ForInformation Kind = "information"
)

// Forward is a complaint sent to a firm, without what is sealed in it.
type Forward struct {
	ID                  int64
	Reference           string // F-2026-000001-5
	CaseID, ComplaintID int64
	Firm                firm.Firm // as it was when it was sent; see firm.Firm.MergedInto
	ParentID            int64     // of what a lender passed to its agency; 0: sent by the office
	Kind                Kind
	Clock               string   // of the case, that runs now for this forward; "" none
	Disclosed           []string // see Fields
	Status              Status
	SentAt              time.Time
	SentOn              calendar.Date
	SentBy              int64
	DueOn               calendar.Date // when the firm is to act; zero when it is not its turn
	AcknowledgedAt      time.Time
	AnsweredOn, ToldOn  calendar.Date
	EndedAt             time.Time
	Version             int64

	summary []byte
}

// Late reports whether the firm is past its due date.
func (f *Forward) Late(today calendar.Date) bool {
	return f.Status.Awaits() && !f.DueOn.IsZero() && today.After(f.DueOn)
}

// at fails with Conflict unless the forward still has the version that the caller saw.
func (f *Forward) at(version int64) error {
	if f.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return nil
}

// Answer is what a firm answered, with the office's check of it.
type Answer struct {
	ID      int64
	Number  int
	Stage   Stage
	Outcome string // id of the rulebook's AnswerOutcomes
	Body    string // "" once the complaint's key is destroyed
	Fen     int64  // of relief in money; 0: none
	At      time.Time
	On      calendar.Date
	UserID  int64
	Check   *Check // nil: not checked
}

// Check is the office's judgement of an answer.
type Check struct {
	Passed bool
	Points []string // what is lacking, see Points
	Note   string
	At     time.Time
	UserID int64
}

// Event is a line of a forward's history; Kind is a key of web/locales: "event." + Kind.
type Event struct {
	At        time.Time
	Kind      string
	ActorRole string
	ActorID   int64
	FirmID    int64
	Note      string
}

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Book       *rulebook.Book
	Calendars  map[string]*calendar.Calendar
	Zone       *time.Location // the regulator's
	Accounts   *account.Service
	Firms      *firm.Service
	Complaints *complaint.Service
	Evidence   *evidence.Service
	Cases      *casework.Service
	Letters    *letter.Service
	Notify     *notify.Service
	PortalURL  string // where a firm reads a forward, for mails: https://…/firm; the reference is appended
	CaseURL    string // where staff read a case: https://…/cases
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	d Deps
}

// New returns the service. It asks casework to be told of decisions on more time and of closed cases.
func New(d Deps) *Service {
	s := &Service{d}
	d.Cases.OnDecided(s.decided)
	d.Cases.OnClosed(s.EndOfCase)
	return s
}

// today is the date of a transaction in the regulator's zone.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }
