// Package enforcement keeps the penalties: proposal, approval by another, issue.
package enforcement

import (
	"context"
	"errors"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/firm"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Status of a penalty. The transitions stand in status.go; the full statutory procedure will add states between
// Approved and Issued.
type Status string

// The states.
const (
	Proposed Status = "proposed" // waits for a decision by another
	Returned Status = "returned" // sent back to the proposer with reasons
	Approved Status = "approved" // may be issued
	Issued   Status = "issued"   // the decision is written and sealed
	Dropped  Status = "dropped"  // withdrawn by its proposer
)

// Penalty is a proposal and what became of it.
type Penalty struct {
	ID              int64
	Reference       string // P-2026-000001-3
	Case            *casework.Case
	Firm            firm.Firm // the party penalised
	Status          Status
	Facts, Reasons  string
	Bases           []string // ids of the rulebook
	Measures        []Measure
	FineFen         int64 // sums of the measures
	ConfiscationFen int64
	Findings        []casework.Finding
	ProposedBy      int64
	ProposedByName  string
	ProposedAt      time.Time
	DecidedBy       int64
	DecidedByName   string
	DecidedAt       time.Time
	IssuedBy        int64
	IssuedByName    string
	IssuedAt        time.Time
	IssuedOn        calendar.Date
	DecisionNumber  string // 〔2026〕12号
	UnitID          int64
	Rulebook        string
	Version         int64
}

// Measure is one kind of penalty with its amount in fen (0 where the kind has none).
type Measure struct {
	Kind      string `json:"kind"` // of the rulebook
	AmountFen int64  `json:"amount_fen"`
}

// Proposal is the request to propose (or, for a returned one, to propose anew).
type Proposal struct {
	Firm     string    `json:"firm"`     // code
	Findings []int     `json:"findings"` // numbers of substantiated findings
	Measures []Measure `json:"measures"`
	Basis    []string  `json:"basis"`
	Facts    string    `json:"facts"`
	Reasons  string    `json:"reasons"`
	Version  int64     `json:"version"` // of the case (Propose) or of the penalty (Amend)
}

// Decision is the sealed text of an issued penalty.
type Decision struct {
	Number         string
	IssuedOn       calendar.Date
	TextZH, TextEN string
	SHA256         []byte
}

// Event is a line of a penalty's timeline; Kind is a key of web/locales: "event." + Kind.
type Event = casework.Event

// Filter of the list of penalties.
type Filter struct {
	Status []Status
	Firm   string
	Unit   string
	Issued calendar.Month
	Kind   string
	Cursor string
	Limit  int
}

// List is a page of penalties.
type List struct {
	Items      []Penalty
	NextCursor string
	Counts     map[string]int // per status, within the actor's reach
}

// Deps are what New needs.
type Deps struct {
	DB       *store.DB
	Log      *audit.Log
	Policy   *access.Policy
	Book     *rulebook.Book
	Zone     *time.Location
	Accounts *account.Service
	Firms    *firm.Service
	Cases    *casework.Service
	Notify   *notify.Service
}

// Service does what this package does.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

var errStub = errors.ErrUnsupported

// Propose proposes a penalty on an own case with substantiated findings. Invalid (no such finding, basis not in force,
// kind or amount outside the rulebook), Conflict, Forbidden.
func (s *Service) Propose(ctx context.Context, by access.Actor, caseRef string, p Proposal) (*Penalty, error) {
	return nil, errStub
}

// Amend proposes a returned penalty anew. Only its proposer.
func (s *Service) Amend(ctx context.Context, by access.Actor, ref string, p Proposal) (*Penalty, error) {
	return nil, errStub
}

// Approve approves. Forbidden for the proposer, for the case's officer, and for anybody who made one of its findings.
func (s *Service) Approve(ctx context.Context, by access.Actor, ref string, version int64, note string) (*Penalty, error) {
	return nil, errStub
}

// Return sends a proposal back with reasons.
func (s *Service) Return(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Penalty, error) {
	return nil, errStub
}

// Drop withdraws a proposal that is not approved yet. Only its proposer.
func (s *Service) Drop(ctx context.Context, by access.Actor, ref string, version int64, reasons string) (*Penalty, error) {
	return nil, errStub
}

// Issue writes and seals the decision and numbers it. Forbidden for the proposer.
func (s *Service) Issue(ctx context.Context, by access.Actor, ref string, version int64) (*Penalty, error) {
	return nil, errStub
}

// ByRef finds a penalty that the actor may read. NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (*Penalty, error) {
	return nil, errStub
}

// OfCase lists the penalties of a case.
func (s *Service) OfCase(ctx context.Context, by access.Actor, caseRef string) ([]Penalty, error) {
	return nil, errStub
}

// List lists penalties within the actor's reach.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	return nil, errStub
}

// DecisionOf is the sealed decision. NotFound before issue.
func (s *Service) DecisionOf(ctx context.Context, by access.Actor, ref string) (*Decision, error) {
	return nil, errStub
}

// Timeline lists what happened to a penalty.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) ([]Event, error) {
	return nil, errStub
}
