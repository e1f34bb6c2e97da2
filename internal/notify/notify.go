// Package notify queues messages in the transaction of a command and delivers them later.
package notify

import (
	"context"
	"errors"

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

// Message is what is to be sent. Template is a key of web/locales ("mail.filed"), Data its arguments: references and
// dates, never personal data.
type Message struct {
	Channel  Channel
	To       string
	Lang     string
	Template string
	Data     map[string]string
	Dedupe   string // a second message with the same value is dropped
}

// Service does what this package does.
type Service struct {
	db   *store.DB
	keys *seal.Keys
}

var errStub = errors.ErrUnsupported

// Queue stores a message inside an open transaction. A message without To is dropped.
func (s *Service) Queue(ctx context.Context, tx *store.Tx, m Message) error { return errStub }

// Deliver sends what is due; it returns how many messages were sent.
func (s *Service) Deliver(ctx context.Context) (int, error) { return 0, errStub }
