// Package casework keeps the cases: queue, assignment, findings, closing.
package casework

import (
	"context"
	"errors"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence"
	"dunwatch/internal/firm"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Status of a case. The transitions stand in status.go.
type Status string

// The states.
const (
	Unassigned    Status = "unassigned"    // opened, no officer yet
	Investigating Status = "investigating" // an officer works on it
	Found         Status = "found"         // findings recorded
	Enforcement   Status = "enforcement"   // a penalty is proposed or beyond
	Closed        Status = "closed"
)

// Open lists the states of the queue's open cases.
var Open = []Status{Unassigned, Investigating, Found, Enforcement}

// Case is the office's work on an accepted complaint.
type Case struct {
	ID          int64
	Reference   string // K-2026-000001-5
	ComplaintID int64
	Complaint   *complaint.Complaint
	Pack        string
	Track       complaint.Track
	Status      Status
	UnitID      int64
	UnitCode    string
	OfficerID   int64 // 0: nobody
	OfficerName string
	AssignedAt  time.Time
	Severity    int
	Lender      *firm.Firm // nil: unknown
	Agency      *firm.Firm
	ReceivedOn  calendar.Date
	OpenedAt    time.Time
	DueOn       calendar.Date
	ClosedAt    time.Time
	Outcome     string // best finding outcome at closing, or "no_finding"
	Rulebook    string
	Version     int64
}

// Finding says whether one violation happened.
type Finding struct {
	ID           int64
	Number       int
	Code         string
	Severity     int
	Outcome      string // of the rulebook: substantiated, partially_substantiated, unsubstantiated, inconclusive, out_of_scope
	ActedOn      calendar.Date
	Standards    []string // ids of soft law that was breached
	Bases        []string // ids of law on which a penalty may rest, in force on ActedOn
	Reasons      string
	Evidence     []string // E-1, E-2 ...
	FirmID       int64    // who did it
	Rulebook     string
	FoundAt      time.Time
	FoundBy      int64
	FoundByName  string
	SupersededBy int64 // id of the correction; 0 stands
}

// NewFinding is the request to record a finding. Basis holds ids of standards and legal bases alike; the service sorts
// them by what they are. Corrects is the number of the finding it supersedes, 0 for none.
type NewFinding struct {
	Code     string        `json:"code"`
	Outcome  string        `json:"outcome"`
	ActedOn  calendar.Date `json:"acted_on"` // zero: the complaint's first day
	Basis    []string      `json:"basis"`
	Reasons  string        `json:"reasons"`
	Evidence []string      `json:"evidence"`
	Firm     string        `json:"firm"` // code; "": the agency if known, else the lender
	Corrects int           `json:"corrects"`
	Version  int64         `json:"version"`
}

// Note is an internal remark. Event is a line of the case's timeline.
type Note struct {
	ID       int64
	At       time.Time
	UserID   int64
	UserName string
	Body     string
}

// Event is a line of the case's timeline; Kind is a key of web/locales: "event." + Kind.
type Event struct {
	At        time.Time
	Kind      string
	ActorRole string
	ActorID   int64
	ActorName string
	Note      string
}

// Filter of the queue. Zero values do not filter. It is what the URL says.
type Filter struct {
	Status    []Status // empty: open ones
	Unit      string   // code; "mine" the actor's
	Officer   string   // id or e-mail; "me"; "none"
	Firm      string   // code, as lender or agency
	Code      string   // violation code of the complaint
	Channel   string
	Severity  int // at least
	DueBefore calendar.Date
	Late      string // "late" or "in_time"
	Source    string
	Outcome   string
	Received  calendar.Month
	Opened    calendar.Month
	Closed    calendar.Month
	Q         string // reference, external ID or words
	Sort      string // due (default), received, -received, severity, opened
	Cursor    string
	Limit     int // 1..100, default 50
}

// List is a page of the queue. Counts are those of the actor's reach: per status, and "late", "unassigned", "mine".
type List struct {
	Items      []Case
	NextCursor string
	Counts     map[string]int
}

// Assignment is one item's answer of a bulk assign.
type Assignment struct {
	Reference string
	Case      *Case // nil where Err is set
	Err       error
}

// BulkItem names a case and the version that the caller saw (0: whatever it is now).
type BulkItem struct {
	Reference string `json:"reference"`
	Version   int64  `json:"version"`
}

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Book       *rulebook.Book
	Calendars  map[string]*calendar.Calendar
	Zone       *time.Location
	Accounts   *account.Service
	Firms      *firm.Service
	Complaints *complaint.Service
	Evidence   *evidence.Service
	Notify     *notify.Service
}

// Service does what this package does.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

var errStub = errors.ErrUnsupported

// Accept takes a complaint in (受理) and opens its case in a unit, which must exist. track "" keeps the filed one.
// Invalid, Conflict, Forbidden, NotFound.
func (s *Service) Accept(ctx context.Context, by access.Actor, ref string, version int64, unit string, track complaint.Track) (*complaint.Complaint, *Case, error) {
	return nil, nil, errStub
}

// Queue is the list of cases within the actor's reach.
func (s *Service) Queue(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	return nil, errStub
}

// ByRef finds a case that the actor may read (by case or complaint reference). NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (*Case, error) {
	return nil, errStub
}

// View is ByRef that records that somebody looked.
func (s *Service) View(ctx context.Context, by access.Actor, ref string) (*Case, error) {
	return nil, errStub
}

// OfComplaint finds the case of a complaint; nil while there is none.
func (s *Service) OfComplaint(ctx context.Context, by access.Actor, complaintID int64) (*Case, error) {
	return nil, errStub
}

// Neighbours finds the cases before and after one in a filtered queue, "" at the ends.
func (s *Service) Neighbours(ctx context.Context, by access.Actor, f Filter, ref string) (prev, next string, err error) {
	return "", "", errStub
}

// Assign gives a case to an officer (id or e-mail; "" takes it from its officer). Conflict, Invalid, Forbidden.
func (s *Service) Assign(ctx context.Context, by access.Actor, ref string, version int64, officer string) (*Case, error) {
	return nil, errStub
}

// AssignAll assigns many; each item is answered alone.
func (s *Service) AssignAll(ctx context.Context, by access.Actor, items []BulkItem, officer string) ([]Assignment, error) {
	return nil, errStub
}

// TakeNext gives the most urgent unassigned case of the actor's unit to the actor. NotFound when there is none.
func (s *Service) TakeNext(ctx context.Context, by access.Actor) (*Case, error) { return nil, errStub }

// Load is how many open cases each officer of a unit has.
func (s *Service) Load(ctx context.Context, by access.Actor, unitID int64) (map[int64]int, error) {
	return nil, errStub
}

// Note adds an internal remark; Notes lists them.
func (s *Service) Note(ctx context.Context, by access.Actor, ref, body string) (*Note, error) {
	return nil, errStub
}

// Notes lists the internal remarks, oldest first.
func (s *Service) Notes(ctx context.Context, by access.Actor, ref string) ([]Note, error) {
	return nil, errStub
}

// Timeline merges the events of complaint and case, oldest first.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) ([]Event, error) {
	return nil, errStub
}

// Clocks computes the clocks of the case and its complaint.
func (s *Service) Clocks(ctx context.Context, by access.Actor, ref string) ([]complaint.Clock, error) {
	return nil, errStub
}

// Record records a finding on an own case. Invalid (code, outcome, basis not in force on the day, evidence that does not
// exist), Conflict, Forbidden.
func (s *Service) Record(ctx context.Context, by access.Actor, ref string, n NewFinding) (*Case, *Finding, error) {
	return nil, nil, errStub
}

// Findings lists the findings of a case by number.
func (s *Service) Findings(ctx context.Context, by access.Actor, ref string) ([]Finding, error) {
	return nil, errStub
}

// Close ends a case and its complaint. Conflict while a penalty is under way.
func (s *Service) Close(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Case, error) {
	return nil, errStub
}

// Recuse keeps an officer off a case; an assigned one loses it.
func (s *Service) Recuse(ctx context.Context, by access.Actor, ref string, officer, reason string) error {
	return errStub
}

// Recused reports whether a user may not act on a case, inside an open transaction.
func (s *Service) Recused(ctx context.Context, tx *store.Tx, caseID, userID int64) (bool, error) {
	return false, errStub
}

// Find loads a case with its complaint inside an open transaction, whoever asks. For enforcement.
func (s *Service) Find(ctx context.Context, tx *store.Tx, ref string) (*Case, error) {
	return nil, errStub
}

// StandingFindings are the findings not superseded, inside an open transaction.
func (s *Service) StandingFindings(ctx context.Context, tx *store.Tx, caseID int64) ([]Finding, error) {
	return nil, errStub
}

// EnterEnforcement and LeaveEnforcement move a case when a penalty is proposed, and when the last one is issued or
// dropped, inside the caller's transaction; the caller appends the audit entry.
func (s *Service) EnterEnforcement(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, version int64) error {
	return errStub
}

// LeaveEnforcement puts the case back to found; note is a key of web/locales.
func (s *Service) LeaveEnforcement(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, note string) error {
	return errStub
}

// Owner is the case as the policy sees it.
func (c *Case) Owner() access.Owner { return access.Owner{UserID: c.OfficerID, UnitID: c.UnitID} }
