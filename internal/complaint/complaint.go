// Package complaint keeps what the public said: filing, drafts, screening,
// messages, withdrawal, search, and the import of public data.
//
// A complaint is stored once as it was told and never rewritten: its words, its
// date and its author are frozen by the database. What changes is where it
// stands (status.go) and when the next answer is due, which the clocks decide.
// A complaint that is accepted gets a case, which lives in casework; that
// package moves the complaint through Accept, Close and Reopen inside its own
// transaction.
//
// Particulars of the complainant are sealed with a key of the complaint's own.
// What the narrative says is not: the office works with it and searches it, and
// the filing pages ask people not to name themselves there.
package complaint

import (
	"time"

	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/seal"
)

// Track is the legal nature of a complaint.
type Track string

// 投诉, 举报, 信访.
const (
	TrackComplaint Track = "complaint"
	TrackReport    Track = "report"
	TrackPetition  Track = "petition"
)

// Filing is what a complainant sends: the body of POST /complaints and the answers of the filing flow.
type Filing struct {
	Pack             string      `json:"pack"`
	Language         string      `json:"language"`
	Track            Track       `json:"track"`
	Complainant      Complainant `json:"complainant"`
	Anonymous        bool        `json:"anonymous"`
	HideIdentity     bool        `json:"hide_identity"`
	Lender           Party       `json:"lender"`
	Agency           Party       `json:"agency"`
	AgencyUnknown    bool        `json:"agency_unknown"`
	Channels         []string    `json:"channels"`
	Violations       []string    `json:"violations"`
	OccurredFrom     string      `json:"occurred_from"` // YYYY-MM-DD as typed; checked by Validate
	OccurredTo       string      `json:"occurred_to"`
	Narrative        string      `json:"narrative"`
	Demand           string      `json:"demand"`
	Accused          []Accused   `json:"accused"`
	Loan             Loan        `json:"loan"`
	ConsentToForward bool        `json:"consent_to_forward"`
	Declaration      bool        `json:"declaration"`
}

// Complainant is who complains.
type Complainant struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	Address  string `json:"address"`
	Region   string `json:"region"` // GB/T 2260 code, or a US state
}

// Party is a firm as the complainant names it.
type Party struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Accused is a number or account that the collector used.
type Accused struct {
	Kind  string `json:"kind"` // phone, wechat, qq, email, account, staff_number, alias
	Value string `json:"value"`
}

// Loan is the debt in question.
type Loan struct {
	Product      string `json:"product"`
	AmountFen    int64  `json:"amount_fen"`
	ContractDate string `json:"contract_date"`
}

// Complaint is a stored complaint. Personal fields are sealed; see Service.Reveal and Masked.
type Complaint struct {
	ID         int64
	Reference  string
	Pack       string
	Lang       string
	Track      Track
	Source     string // web, phone, post, email, fax, referral, visit, api, import values of the rulebook's channels.yaml
	Status     Status
	ReceivedAt time.Time
	ReceivedOn calendar.Date // in the regulator's zone

	Anonymous, HideIdentity               bool
	Name, IDNumber, Phone, Email, Address seal.Sealed
	Region                                string
	LenderID, AgencyID                    int64
	LenderName, AgencyName                string // as typed
	AgencyUnknown                         bool
	OccurredFrom, OccurredTo              calendar.Date
	Narrative, Demand                     string
	Product                               string
	LoanFen                               int64
	ContractOn                            calendar.Date
	ConsentToForward                      bool
	Codes, Channels                       []string
	Accused                               []Accused
	Severity                              int
	ExternalID                            string            // CFPB complaint ID
	External                              map[string]string // what the import kept: issue, sub_issue, response, timely, zip ...
	Rulebook                              string            // version of the pack it was filed under
	Ground, ReferredTo                    string
	DecidedAt                             time.Time
	EndedAt                               time.Time
	DueOn                                 calendar.Date // of the clock that runs now; zero while suspended or stopped
	DataKeyID                             int64
	Version                               int64
}

// Masked is the complainant as staff see it before a reveal.
type Masked struct {
	Name, IDNumber, Phone, Email, Address string
	Region                                string
	Anonymous, HideIdentity               bool
	Hidden                                bool // the complainant is sheltered from the actor: nothing above is given
}

// Event is a line of a complaint's timeline. Kind is a key of web/locales: "event." + Kind.
type Event struct {
	At        time.Time
	Kind      string
	ActorRole string
	ActorID   int64
	Shown     bool // to the complainant
	Note      string
}

// Message is a line of the conversation between complainant and office.
type Message struct {
	ID        int64
	At        time.Time
	FromStaff bool
	UserID    int64
	Body      string
	Hidden    bool // a message of a report, whose words the actor may not read
}

// Filed is the answer to a filing. AccessCode is shown once: only its hash is
// kept.
type Filed struct {
	Complaint  *Complaint
	AccessCode string
	Receipt    *audit.Receipt
	Repeated   bool // the same request was answered before
}

// Clock is a running or ended statutory clock, computed from its events.
type Clock struct {
	Kind        string // limit key of the rulebook
	Round       int    // 1, or which time it runs
	Party       string // whose it is: office, firm, complainant ... as the rulebook says; "" where it has no such limit
	Original    calendar.Date
	Due         calendar.Date
	Provisional bool
	Suspended   bool
	Stopped     bool
	InTime      *bool
	Left        int    // working days (or calendar days) left; negative is overdue
	LeftUnit    string // workday, day
	Verified    bool   // the rulebook's limit was checked against its source
	Basis       string // article
}

// Filter of the screening list. Zero values do not filter.
type Filter struct {
	Status   Status
	Source   string
	Track    Track
	Pack     string
	Firm     string // code, as lender or agency; with those merged into it, as for Lender and Agency
	Lender   string // code, or None
	Agency   string // code, or None
	Code     string
	Channel  string         // by which the collector made contact
	Region   string         // or None
	Product  string         // or None
	Month    calendar.Month // received in
	Since    calendar.Date  // received on or after
	Until    calendar.Date  // received on or before
	Decided  calendar.Month // decided on by a person in, in the regulator's zone
	Open     calendar.Month // received before the end of, and not ended by then (or by now, while the month runs)
	Q        string         // reference, external ID, or words
	Phone    string         // exact, by blind index
	IDNumber string         // exact, by blind index
	Sort     string         // due (default), received, -received, severity
	Cursor   string
	Limit    int // 1..100, default 50
}

// List is a page of complaints.
type List struct {
	Items      []Complaint
	NextCursor string
}
