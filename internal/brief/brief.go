// Package brief keeps the anonymised case briefs (典型案例) of the enforcement report: closed cases that a person chose to tell,
// in both languages, without anybody in them.
//
// A brief is written by somebody who works on the case, and approved by a director who did not write it. Whatever is kept is
// held against what the office knows of the people in the case first, drafts too, since the table is not sealed: the seals are
// opened inside the check, and what it says quotes only what the author typed. It is held against it again at approval and when
// the month is frozen, for a witness may have told more by then.
//
// A brief says what kind of firm it was and not which, as long as the decision is not on the public register: a brief must not
// publish by the way what the office decided not to publish (行政处罚法第四十八条), and the firm, the product and the month
// together may tell colleagues who complained. While the decision stands on the register the text may name the firm.
//
// What it does not promise: that nobody recognises the facts. For that two people read it.
package brief

import (
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/witness"
)

// State of a brief.
//
//	          submit            approve
//	draft ------------> submitted -------> approved
//	  ^  |                 |    |             |
//	  |  |    send back    |    |             |
//	  +--|-----------------+    |             |
//	     +----------------------+-------------+--> withdrawn
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Approved  State = "approved"
	Withdrawn State = "withdrawn"
)

// States lists them in the order in which lists show them.
var States = []State{Submitted, Draft, Approved, Withdrawn}

// FirmKinds say what a firm is without saying which: keys of web/locales under "brief.firm".
var FirmKinds = []string{"consumer_finance", "bank", "micro_loan", "platform", "auto_finance", "guarantee", "agency", "other"}

// Text is a brief in the words of both languages.
type Text struct {
	TitleZH    string `json:"title_zh"`
	HappenedZH string `json:"happened_zh"`
	RuleZH     string `json:"rule_zh"`
	OutcomeZH  string `json:"outcome_zh"`
	TitleEN    string `json:"title_en"`
	HappenedEN string `json:"happened_en"`
	RuleEN     string `json:"rule_en"`
	OutcomeEN  string `json:"outcome_en"`
}

// Brief is a stored brief.
type Brief struct {
	Reference    string // B-2026-000001-5, its own
	Case         *casework.Case
	Month        calendar.Month // of the report in which it is told
	State        State
	FirmKind     string
	Codes        []string // violations that it is about
	Rules        []string // ids of the norms on which the findings about these rest
	Text         Text
	Position     int // among the briefs of its month, from 1; 0 until it is approved
	AuthorID     int64
	Author       string
	WrittenAt    time.Time
	SubmittedAt  time.Time
	ApprovedAt   time.Time
	Approver     string
	WithdrawnAt  time.Time
	WithdrawnBy  string
	Note         string // why it was sent back, or withdrawn
	Version      int64
	id, caseID   int64
	digest       []byte
	approverID   int64
	withdrawerID int64
}

// Deps are what New needs.
type Deps struct {
	DB         *store.DB
	Log        *audit.Log
	Policy     *access.Policy
	Book       *rulebook.Book
	Zone       *time.Location // the regulator's
	Accounts   *account.Service
	Complaints *complaint.Service
	Cases      *casework.Service
	Witnesses  *witness.Service
}

// Service does what this package does. It is safe for concurrent use.
type Service struct{ d Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

// today is the date of a transaction in the regulator's zone.
func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.d.Zone)) }
