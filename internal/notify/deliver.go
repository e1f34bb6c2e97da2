package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/store"
)

// ErrRefused says that the other side will never take the message.
var ErrRefused = errors.New("the message was refused for good")

const (
	batch       = 20               // messages claimed at once
	sendTimeout = 20 * time.Second // for one message
	// claimFor outlasts a whole batch at its slowest, so that nobody else takes
	// a message that is still on its way.
	claimFor    = (batch + 4) * sendTimeout
	maxAttempts = 10
	firstRetry  = time.Minute
	lastRetry   = 6 * time.Hour
	maxAge      = 7 * 24 * time.Hour // news older than that only confuses
)

// Deliver sends what is due, until nothing is or ctx ends; it returns how many
// messages were sent. A message that could not be sent is tried again with
// growing pauses and given up after ten attempts or a week. The error is about
// the outbox itself, not about a message.
func (s *Service) Deliver(ctx context.Context) (int, error) {
	sent := 0
	for channel, sender := range s.senders {
		for {
			n, more, err := s.deliverBatch(ctx, channel, sender)
			sent += n
			if err != nil {
				return sent, fmt.Errorf("deliver %s: %w", channel, err)
			}
			if !more {
				break
			}
		}
	}
	return sent, ctx.Err()
}

func (s *Service) deliverBatch(ctx context.Context, c Channel, sender Sender) (sent int, more bool, err error) {
	claimed, more, err := s.claim(ctx, c)
	if err != nil {
		return 0, false, err
	}
	for _, m := range claimed {
		// What became of a message is written down even while the program stops:
		// otherwise it would be sent twice.
		mark := context.WithoutCancel(ctx)
		if ctx.Err() != nil {
			more = false
			if err := s.db.Write(mark, func(tx *store.Tx) error { return returnMessage(mark, tx, m.id) }); err != nil {
				return sent, false, err
			}
			continue
		}
		sendErr := s.send(ctx, sender, m)
		if err := s.settle(mark, m, sendErr); err != nil {
			return sent, false, err
		}
		if sendErr == nil {
			sent++
		}
	}
	return sent, more, nil
}

// claim takes a batch. more says that the outbox may hold another.
func (s *Service) claim(ctx context.Context, c Channel) (claimed []queued, more bool, err error) {
	// Looking first costs no write, and most of the time there is nothing.
	var due []queued
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = dueMessages(ctx, tx, c, batch)
		return err
	})
	if err != nil || len(due) == 0 {
		return nil, false, err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		claimed = claimed[:0]
		for _, m := range due {
			mine, err := claimMessage(ctx, tx, m.id, tx.Now.Add(claimFor))
			if err != nil {
				return err
			}
			if mine {
				m.attempts++
				claimed = append(claimed, m)
			}
		}
		return nil
	})
	return claimed, len(due) == batch, err
}

func (s *Service) send(ctx context.Context, sender Sender, m queued) (err error) {
	to, err := s.keys.Open(recipientField, m.to)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while sending: %v", p)
		}
		if err != nil {
			err = redacted{strings.ReplaceAll(err.Error(), to, "[recipient]"), err}
		}
	}()
	return sender.Send(ctx, s.envelope(m, to))
}

// redacted is an error without the recipient's address, which mail servers like
// to repeat: the outbox's last_error is not sealed.
type redacted struct {
	text  string
	cause error
}

func (r redacted) Error() string { return r.text }
func (r redacted) Unwrap() error { return r.cause }

// settle writes down what became of a message.
func (s *Service) settle(ctx context.Context, m queued, sendErr error) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if sendErr == nil {
			return markSent(ctx, tx, m.id)
		}
		why := shorten(sendErr.Error(), 500)
		if errors.Is(sendErr, ErrRefused) || m.attempts >= maxAttempts || tx.Now.Sub(m.at) >= maxAge {
			return markDead(ctx, tx, m.id, why)
		}
		return markFailed(ctx, tx, m.id, tx.Now.Add(pause(m.attempts)), why)
	})
}

// pause is how long to wait after the n-th attempt: 1, 2, 4 ... minutes, at
// most six hours.
func pause(n int) time.Duration {
	d := firstRetry
	for ; n > 1 && d < lastRetry; n-- {
		d *= 2
	}
	return min(d, lastRetry)
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
