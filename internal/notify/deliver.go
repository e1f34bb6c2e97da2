package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"dunwatch/internal/store"
)

// ErrRefused says that the other side will never take the message.
var ErrRefused = errors.New("the message was refused for good")

const (
	batch       = 20               // messages read at once
	sendTimeout = 20 * time.Second // for one message
	// claimFor outlasts one message at its slowest, so that nobody else takes it
	// while it is still on its way.
	claimFor    = 5 * sendTimeout
	maxAttempts = 10
	firstRetry  = time.Minute
	lastRetry   = 6 * time.Hour
	maxAge      = 7 * 24 * time.Hour // news older than that only confuses
)

// Deliver sends what is due, until nothing is or ctx ends; it returns how many
// messages were sent. A message that could not be sent is tried again with
// growing pauses and given up after ten attempts or a week. Each message is
// claimed for itself just before it is sent: when the program dies, one message
// at most is in doubt, and it is marked so when it is taken up again. The error
// is about the outbox itself, not about a message.
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
	due, err := s.due(ctx, c)
	if err != nil {
		return 0, false, err
	}
	for _, m := range due {
		if ctx.Err() != nil {
			return sent, false, nil
		}
		s.step("before claim")
		mine, err := s.claim(ctx, &m)
		if err != nil {
			return sent, false, err
		}
		if !mine {
			continue
		}
		s.step("claimed")
		sendErr := s.send(ctx, sender, m)
		s.step("sent")
		// What became of a message is written down even while the program stops:
		// otherwise it would be sent twice.
		if err := s.settle(context.WithoutCancel(ctx), m, sendErr); err != nil {
			return sent, false, err
		}
		if sendErr == nil {
			sent++
		}
	}
	return sent, len(due) == batch, nil
}

// step is where tests stop the program.
func (s *Service) step(name string) {
	if s.at != nil {
		s.at(name)
	}
}

// due reads what could be sent now.
func (s *Service) due(ctx context.Context, c Channel) (due []queued, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = dueMessages(ctx, tx, c, awake(tx.Now, s.zone), batch)
		return err
	})
	return due, err
}

// claim takes a message; false when another instance was faster.
func (s *Service) claim(ctx context.Context, m *queued) (mine bool, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = claimMessage(ctx, tx, m.id, tx.Now.Add(claimFor))
		return err
	})
	if mine {
		m.attempts++
	}
	return mine, err
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
	e := s.envelope(m, to)
	if e.Files, err = s.attached(ctx, m.id); err != nil {
		return err
	}
	return sender.Send(ctx, e)
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
		return markFailed(ctx, tx, m.id, tx.Now.Add(pause(m.attempts)), why, silent(sendErr))
	})
}

// silent reports whether the other side fell silent rather than answered: then it may have taken the message.
func silent(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
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
