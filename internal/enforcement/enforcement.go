// Package enforcement keeps the penalties: proposed by the officer of a case, decided by another, issued as a sealed
// and numbered decision.
//
// Who may do what is policy; that those who accuse do not judge is a rule of this package (duties.go), and the database
// holds the hardest part of it too: the decider is never the proposer.
//
// There are two ways. The statutory procedure (行政处罚法 ch. 5) begins with Apply and goes from step to step with Take,
// each step guarded: see stage.go for the machine, guard.go for what each step needs, course.go for how the steps make the
// state. The short way of Propose, Approve and Issue is for measures short of a penalty; what was issued by it stays
// readable, and Deps.FullOnly closes it to penalties in law.
//
// It is not legal advice: every limit comes from the rulebook, each unverified one marked.
//
// Money is in fen (or cents: hundredths of the pack's currency), never a float.
package enforcement

import (
	"sync/atomic"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Penalty is a proposal and what became of it.
type Penalty struct {
	ID              int64
	Reference       string // P-2026-000001-3
	Case            *casework.Case
	Firm            firm.Firm // the party penalised
	Status          Status
	Full            bool   // it goes the statutory procedure
	Stage           Stage  // of the statutory procedure; "" of the short way
	FilingNumber    string // 〔2026〕立3号
	Facts, Reasons  string
	Bases           []string  // ids of the rulebook
	Measures        []Measure // of the last round
	Round           int       // 1 as first proposed, one more with each Amend
	FineFen         int64     // sums of the measures
	ConfiscationFen int64     // confiscation and redress
	Findings        []casework.Finding
	ProposedBy      int64
	ProposedByName  string
	ProposedAt      time.Time
	DecidedBy       int64 // who approved
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

	parts casework.Parts // of a loaded one: who may not judge it, beside those named above
}

// Measure is one kind of penalty with its amount in fen (0 where the kind has none).
type Measure struct {
	Kind      string `json:"kind"` // of the rulebook
	AmountFen int64  `json:"amount_fen"`
}

// Proposal is the request to propose (or, for a returned one, to propose anew).
type Proposal struct {
	Firm     string    `json:"firm"`     // code; anew: "" or the same
	Findings []int     `json:"findings"` // numbers of substantiated findings; anew: none or the same
	Measures []Measure `json:"measures"`
	Basis    []string  `json:"basis"`
	Facts    string    `json:"facts"`
	Reasons  string    `json:"reasons"`
	Version  int64     `json:"version"` // of the case (Propose) or of the penalty (Amend)

	later string        // why a lighter text that came after the act applies
	today calendar.Date // of the transaction, with later
}

// Event is a line of a penalty's timeline; Kind is a key of web/locales: "event." + Kind.
type Event = casework.Event

// Deps are what New needs.
type Deps struct {
	DB     *store.DB
	Log    *audit.Log
	Policy *access.Policy
	Book   *rulebook.Book
	// Calendars count the limits of the statutory procedure.
	Calendars map[string]*calendar.Calendar
	Zone      *time.Location
	Accounts  *account.Service
	Firms     *firm.Service
	Cases     *casework.Service
	Evidence  *evidence.Service // the files that findings and factors cite, and those that a firm gives
	Notify    *notify.Service
	PortalURL string // where the party reads its case, for mails: https://…/firm/penalties; "" while it is not known
	DeskURL   string // where the office does: https://…/penalties
	// The same of measures: https://…/firm/measures and https://…/measures.
	MeasurePortalURL, MeasureDeskURL string
	// Level of the office decides from which sum a hearing is offered: head, bureau or branch; "" is branch, the lowest.
	Level string
	// FullOnly refuses to propose a penalty in law by the short way: it goes the statutory procedure.
	FullOnly bool
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	d Deps

	published atomic.Uint64 // changes of the public register that this program committed
}

// New returns the service.
func New(d Deps) *Service { return &Service{d: d} }

// owner is the penalty as the policy sees it: it belongs to the officer and unit of its case.
func (p *Penalty) owner() access.Owner {
	return access.Owner{UserID: p.Case.OfficerID, UnitID: p.UnitID}
}

// at fails with Conflict unless the penalty still has the version that the caller saw.
func (p *Penalty) at(version int64) error {
	if p.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return nil
}

func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }
