// Package notify queues messages in the transaction of a command and delivers
// them later, so that a message exists exactly when the change it tells of does.
//
// The words of a message are in web/locales, because the recipient may read
// Chinese or English: see Message. The recipient is stored sealed, and a row is
// thrown away some weeks after it was sent.
//
// What it does not promise: that a message arrives (a gateway that accepted it
// may lose it), nor order. A message goes out once, except that one which was
// on its way when the program crashed is sent again; it then carries the same
// identifier, by which a gateway can drop it, and is marked doubtful here.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Channel of a message.
type Channel string

// The channels.
const (
	Email Channel = "email"
	SMS   Channel = "sms"
)

// Message is what is to be sent. Template is a key of web/locales
// ("mail.filed") under which lie `subject` and `body` for e-mail and `sms` for
// short messages; Data its arguments by name, see Arguments: references and
// dates, never personal data.
type Message struct {
	Channel  Channel
	To       string
	Lang     string // zh or en; anything else is zh
	Template string
	Data     map[string]string
	Dedupe   string // a second message with the same value is dropped
	Quiet    bool   // only between 08:00 and 22:00 of the office's zone: what goes to people at home
	// Files are numbers that Keep gave: they go with an e-mail that has a Dedupe.
	Files []int64
}

// Arguments names the placeholders of every message, in order: {0} is the
// reference, {1} the date, and so on. A date is written YYYY-MM-DD and shown as
// the language writes dates.
var Arguments = []string{"reference", "date", "link", "number"}

// Service queues and delivers. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	keys    *seal.Keys
	words   *locale.Catalog
	senders Senders
	zone    *time.Location
	at      func(step string) // set by tests alone, to die in the middle of sending
}

// Senders says what delivers each channel. A channel without one is queued and
// kept for an instance that has it.
type Senders map[Channel]Sender

// Sender hands one message to the outside. An error that wraps ErrRefused is
// final; after any other the message is tried again.
type Sender interface {
	Send(ctx context.Context, e Envelope) error
}

// Envelope is a message in its final words.
type Envelope struct {
	ID            int64 // the same at every attempt
	Channel       Channel
	To            string
	Lang          locale.Lang
	FromName      string
	Subject, Body string // Subject is empty for short messages
	Files         []File // of an e-mail
	QueuedAt      time.Time
}

// New returns the service. senders may be nil for programs that only queue.
func New(db *store.DB, keys *seal.Keys, words *locale.Catalog, senders Senders) *Service {
	return &Service{db: db, keys: keys, words: words, senders: senders, zone: beijing}
}

// beijing is where the office is unless it says otherwise.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// In sets the office's zone, by which quiet messages wait for the morning. It is
// called before the service is used, and returns it.
func (s *Service) In(zone *time.Location) *Service {
	s.zone = zone
	return s
}

// Queue stores a message inside an open transaction. A message without To is
// dropped, and so is one whose Dedupe was queued before. It fails for a template
// without words and for data that no placeholder shows: both are mistakes of the
// program, which its tests must meet before a person does.
func (s *Service) Queue(ctx context.Context, tx *store.Tx, m Message) error {
	to := strings.TrimSpace(m.To)
	if to == "" {
		return nil
	}
	lang := language(m.Lang)
	if err := s.check(m, lang); err != nil {
		return fmt.Errorf("queue %s: %w", m.Template, err)
	}
	data, err := json.Marshal(m.Data)
	if err != nil {
		return fmt.Errorf("queue %s: %w", m.Template, err)
	}
	recipient, err := s.keys.Seal(recipientField, to)
	if err != nil {
		return fmt.Errorf("queue %s: %w", m.Template, err)
	}
	from := tx.Now
	if m.Quiet {
		from = morning(tx.Now, s.zone)
	}
	if err := insertMessage(ctx, tx, m, lang, recipient, string(data), from); err != nil {
		return fmt.Errorf("queue %s: %w", m.Template, err)
	}
	if err := attach(ctx, tx, m.Dedupe, m.Files); err != nil {
		return fmt.Errorf("queue %s: %w", m.Template, err)
	}
	return nil
}

// recipientField is the place that the seal of a recipient is bound to.
const recipientField = "outbox.recipient"

func (s *Service) check(m Message, lang locale.Lang) error {
	if m.Channel != Email && m.Channel != SMS {
		return fmt.Errorf("no channel %q", m.Channel)
	}
	if len(m.Files) > 0 && (m.Channel != Email || m.Dedupe == "") {
		return errors.New("files go with an e-mail that has a dedupe")
	}
	for name := range m.Data {
		if argument(name) < 0 {
			return fmt.Errorf("no placeholder shows %q", name)
		}
	}
	for _, part := range parts[m.Channel] {
		if key := m.Template + "." + part; !s.words.Has(lang, key) {
			return fmt.Errorf("no words %s in %s", key, lang)
		}
	}
	return nil
}

func language(s string) locale.Lang {
	l, ok := locale.Parse(s)
	if !ok {
		return locale.ZH
	}
	return l
}
