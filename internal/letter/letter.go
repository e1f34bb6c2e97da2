// Package letter writes the office's official letters: acceptance, supplement, forwarding, extension, answer, closing
// and the rest, from templates in Chinese and English that the administrator can change.
//
// A letter belongs to a complaint and is sealed with its key. It is written in the transaction of the deed that it tells
// of. Where its template asks for a second reading it waits as a draft until somebody other than its writer released it;
// else it is issued at once. An issued letter has a number (〔2026〕12号) and keeps its text for good.
//
// In a template {due_on} is a field. A part in [square brackets] goes when one of its fields has no value, and a line goes
// when none of its fields has one. Which fields a kind has, Fields tells.
//
// Who may read or release a letter is decided by the packages whose complaints and forwards it belongs to; this package
// works inside their transactions and appends no audit entry of its own for them. Its own entries are two: a changed
// template, and what the outbox reports of a letter's notices.
package letter

import (
	"io/fs"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/paper"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Recipient is whom a letter is for.
type Recipient string

// The recipients.
const (
	ToComplainant Recipient = "complainant"
	ToFirm        Recipient = "firm"
	ToAuthority   Recipient = "authority"
)

// Status of a letter.
type Status string

// A draft waits for its second reading; a cancelled one never went out.
const (
	Draft     Status = "draft"
	Issued    Status = "issued"
	Cancelled Status = "cancelled"
)

// New is a letter to be written.
type New struct {
	Kind        string // of template: "acceptance", "supplement" ... see Kinds
	Pack        string // id of the rulebook of the complaint: whose name the letter bears, and which remedies it tells of
	ComplaintID int64
	CaseID      int64 // 0: none
	ForwardID   int64 // 0: none
	To          Recipient
	FirmID      int64  // of a letter to a firm
	Authority   string // id of the pack's authority
	Lang        string // in which the recipient is addressed: zh or en; anything else is zh
	// Fields are merged into the text, see Fields. Values: string, int, calendar.Date, rulebook.Text (said in each
	// language), Fen. An empty value is a missing one.
	Fields map[string]any
	// Notices are queued when the letter goes out: at once, or after its second reading. Their Dedupe is set here.
	Notices []notify.Message
}

// Fen is an amount of money in hundredths of yuan, written ¥1,400.00.
type Fen int64

// Letter is a letter without its text.
type Letter struct {
	ID                  int64
	Number              string // "" until issued
	Kind                string
	Template            string // which versions it was written from: "zh@0 en@2", 0 is the built-in text
	ComplaintID, CaseID int64
	ForwardID, FirmID   int64
	To                  Recipient
	Authority           string
	Lang                string
	TitleZH, TitleEN    string
	Status              Status
	WrittenBy, ReadBy   int64
	WrittenAt, IssuedAt time.Time
	IssuedOn            calendar.Date
	Delivery            Delivery
	DeliveredAt         time.Time     // when that was noted
	DeliveredOn         calendar.Date // of which day it was noted
	Version             int64
}

// Title is the title in a language.
func (l *Letter) Title(lang locale.Lang) string {
	if lang == locale.EN {
		return l.TitleEN
	}
	return l.TitleZH
}

// Service writes letters. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	log     *audit.Log
	policy  *access.Policy
	words   *locale.Catalog
	notify  *notify.Service
	book    *rulebook.Book
	zone    *time.Location
	builtin map[templateKey]*source
	fonts   *paper.Fonts
}

// Deps are what NewService needs.
type Deps struct {
	DB        *store.DB
	Log       *audit.Log
	Policy    *access.Policy
	Words     *locale.Catalog
	Notify    *notify.Service
	Book      *rulebook.Book
	Zone      *time.Location // the regulator's
	Templates fs.FS          // policies.FS, with letter/{zh,en}/<kind>.txt
	Fonts     *paper.Fonts   // nil: paper.Standard
}

// NewService returns the service. It fails when a built-in template is missing, malformed, or names an unknown field.
func NewService(d Deps) (*Service, error) {
	builtin, err := load(d.Templates)
	if err != nil {
		return nil, err
	}
	s := &Service{db: d.DB, log: d.Log, policy: d.Policy, words: d.Words, notify: d.Notify, book: d.Book, zone: d.Zone,
		builtin: builtin, fonts: d.Fonts}
	if s.fonts == nil {
		s.fonts = paper.Standard
	}
	return s, nil
}
