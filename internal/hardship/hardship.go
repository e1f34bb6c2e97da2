// Package hardship keeps the plans by which a borrower in difficulty repays: deferral (延期) or instalments (个性化分期).
// A firm offers one on a complaint that was forwarded to it; the borrower accepts or declines; payments are reported by
// either side; and while the plan is kept nobody collects (商业银行信用卡业务监督管理办法 70). A breach that the borrower
// reports opens the case again.
//
// Terms and words are sealed with the complaint's key. Money is in fen, and instalments add up to the total. How a plan
// is kept follows from its events and is stored nowhere.
//
// What it does not promise: that a payment was made. The office sees who reported it.
package hardship

import (
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// Kind of a plan.
type Kind string

// Later, or in parts.
const (
	Deferral    Kind = "deferral"
	Instalments Kind = "instalments"
)

// Kinds lists both.
var Kinds = []Kind{Deferral, Instalments}

// Breach is what a borrower can report.
type Breach string

// The breaches.
const (
	Collected Breach = "collected" // though the plan was kept
	Changed   Breach = "changed"   // the firm wants something else than the plan says
)

// Breaches lists them in the order of the form.
var Breaches = []Breach{Collected, Changed}

// Plan is a plan of repayment.
type Plan struct {
	ID             int64
	Reference      string // H-2026-000001-7
	ComplaintID    int64
	ForwardID      int64
	Firm           firm.Firm
	Kind           Kind
	Status         Status
	Terms          string // "" once the complaint's key is destroyed
	TotalFen       int64
	StopCollection bool
	OfferedAt      time.Time
	OfferedBy      int64
	AnsweredOn     calendar.Date
	EndedOn        calendar.Date
	Instalments    []Instalment
	Events         []Event
	Performance    Performance
	Version        int64
}

// Instalment is a part of a plan, and how much of it was reported as paid.
type Instalment struct {
	Number  int
	DueOn   calendar.Date
	Fen     int64
	PaidFen int64
	PaidOn  calendar.Date // when the last part of it was paid; zero while some is open
}

// State is where an instalment stands on a day: "paid", "paid_late", "late", "open".
func (i Instalment) State(today calendar.Date) string {
	switch {
	case i.PaidFen >= i.Fen && i.PaidOn.After(i.DueOn):
		return "paid_late"
	case i.PaidFen >= i.Fen:
		return "paid"
	case today.After(i.DueOn):
		return "late"
	default:
		return "open"
	}
}

// Event is a line of a plan's history. Kind is a key of web/locales: "event." + Kind.
type Event struct {
	At         time.Time
	Kind       string
	ActorRole  string
	ActorID    int64
	Instalment int
	Fen        int64
	On         calendar.Date
	Note       string // opened; "" once the key is destroyed
}

// Performance is how a plan is kept as of a day.
type Performance struct {
	PaidFen  int64
	DueFen   int64 // due by now
	LateFen  int64 // due before today and not paid
	Late     int   // instalments
	Breaches int   // that the borrower reported
	OnTime   bool
}

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Zone       *time.Location // the regulator's
	Accounts   *account.Service
	Firms      *firm.Service
	Complaints *complaint.Service
	Cases      *casework.Service
	Forwards   *forwarding.Service
	Notify     *notify.Service
	PortalURL  string // where a firm reads a forward, for mails: https://…/firm; the forward's reference is appended
	CaseURL    string // where staff read a case: https://…/cases
}

// Service does what this package does. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }

func (p *Plan) at(version int64) error {
	if p.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return nil
}

// settle works payments into the instalments and computes how the plan is kept on a day.
func (p *Plan) settle(today calendar.Date) {
	at := map[int]*Instalment{}
	for i := range p.Instalments {
		at[p.Instalments[i].Number] = &p.Instalments[i]
	}
	f := Performance{}
	for _, e := range p.Events {
		switch e.Kind {
		case EventPaid:
			i := at[e.Instalment]
			if i == nil {
				continue
			}
			i.PaidFen += e.Fen
			f.PaidFen += e.Fen
			if i.PaidFen >= i.Fen && e.On.After(i.PaidOn) {
				i.PaidOn = e.On
			}
		case EventBroken:
			f.Breaches++
		}
	}
	for _, i := range p.Instalments {
		if !i.DueOn.After(today) {
			f.DueFen += i.Fen
		}
		if i.State(today) == "late" {
			f.Late++
			f.LateFen += i.Fen - i.PaidFen
		}
	}
	f.OnTime = f.Late == 0
	p.Performance = f
}

// paid reports whether nothing is left to pay.
func (p *Plan) paid() bool {
	for _, i := range p.Instalments {
		if i.PaidFen < i.Fen {
			return false
		}
	}
	return true
}

// Kinds of events, keys of web/locales under "event.".
const (
	EventOffered   = "plan.offered"
	EventAccepted  = "plan.accepted"
	EventDeclined  = "plan.declined"
	EventWithdrawn = "plan.withdrawn"
	EventPaid      = "plan.paid"
	EventBroken    = "plan.broken"
	EventEnded     = "plan.ended"
)

// Events lists every kind, so that a test can hold the locales against it.
var Events = []string{EventOffered, EventAccepted, EventDeclined, EventWithdrawn, EventPaid, EventBroken, EventEnded}

const (
	mailAnswered = "mail.plan_answered" // to the firm
	mailBroken   = "mail.plan_broken"   // to the officer
)
