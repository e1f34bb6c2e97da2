// Package casework keeps the cases: the office's work on complaints that it took in.
//
// A case is opened in a unit, gets an officer, who establishes in findings what happened, goes through enforcement
// where a penalty is proposed, and is closed with its complaint. status.go holds the states and the moves between them.
//
// Each exported command is one transaction: load, may the actor, same version, pure change, save, audit. What a person
// may not read does not exist for them (NotFound). Nobody acts on a case from which they were recused.
//
// What it does not promise: the words of findings, closings and recusals are stored as written, because decisions and
// reports quote them; only internal notes are sealed with the complaint's key. The forms say so to officers, who leave
// the complainant's name out of them.
package casework

import (
	"context"
	"sync"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

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
	Severity    int        // 1..5 of the rulebook, at filing
	Lender      *firm.Firm // nil: unknown
	Agency      *firm.Firm
	ReceivedOn  calendar.Date
	OpenedAt    time.Time
	OpenedOn    calendar.Date // in the regulator's zone
	DueOn       calendar.Date // of the next clock that runs; of a closed case: what it was due on
	ClosedAt    time.Time
	ClosedOn    calendar.Date
	Outcome     string // best finding outcome at closing, or NoFinding; "" while open
	Rulebook    string // version of the pack under which it was opened
	Version     int64
}

// NoFinding is the outcome of a case closed without any standing finding.
const NoFinding = "no_finding"

// Owner is the case as the policy sees it.
func (c *Case) Owner() access.Owner { return access.Owner{UserID: c.OfficerID, UnitID: c.UnitID} }

// Late reports whether the case is past its due date: an open one as of today, a closed one when it was closed.
func (c *Case) Late(today calendar.Date) bool {
	if c.Status == Closed {
		today = c.ClosedOn
	}
	return !c.DueOn.IsZero() && today.After(c.DueOn)
}

// at fails with Conflict unless the case still has the version that the caller saw.
func (c *Case) at(version int64) error {
	if c.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return nil
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
	Notify     *notify.Service
	CaseURL    string // where an officer finds a case, for messages: https://…/cases/, before its reference
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	d Deps

	decided func(ctx context.Context, tx *store.Tx, by access.Actor, c *Case, r *TimeRequest, st deadline.State) error // see OnDecided
	closed  func(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64) error                               // see OnClosed

	mu     sync.Mutex
	viewed map[view]time.Time // when an actor's look at a case was last recorded
}

// New returns the service.
func New(d Deps) *Service { return &Service{d: d, viewed: map[view]time.Time{}} }

// today is the date of a transaction in the regulator's zone.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }
