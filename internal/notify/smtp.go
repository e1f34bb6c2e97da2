package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/wneessen/go-mail"
)

// SMTP is the mail server to hand e-mail to.
type SMTP struct {
	Host           string
	Port           int // 0: 465 for TLS, else 587
	User, Password string
	From           string // the address of the office
	Security       Security
}

// Security says how the way to the mail server is protected.
type Security string

// STARTTLS is what "" means: the connection is encrypted or refused. Plain is
// for a server on the same machine.
const (
	STARTTLS Security = "starttls"
	TLS      Security = "tls"
	Plain    Security = "none"
)

type smtpSender struct {
	cfg SMTP
	// roots is set by tests alone, whose server has a certificate of its own.
	roots *tls.Config
}

// NewSMTP returns a sender of e-mail. It fails for settings that cannot work,
// and for a password over an open line to another machine.
func NewSMTP(cfg SMTP) (Sender, error) {
	s := &smtpSender{cfg: cfg}
	if err := mail.NewMsg().From(cfg.From); err != nil {
		return nil, fmt.Errorf("mail: sender address %q: %w", cfg.From, err)
	}
	switch cfg.Security {
	case "", STARTTLS, TLS:
	case Plain:
		if !loopback(cfg.Host) && cfg.User != "" {
			return nil, fmt.Errorf("mail: a password must not go to %s unencrypted; use starttls or tls", cfg.Host)
		}
	default:
		return nil, fmt.Errorf("mail: security %q: want starttls, tls or none", cfg.Security)
	}
	if _, err := s.client(); err != nil {
		return nil, err
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *smtpSender) client() (*mail.Client, error) {
	opts := []mail.Option{mail.WithTimeout(sendTimeout)}
	switch s.cfg.Security {
	case TLS:
		opts = append(opts, mail.WithSSLPort(false))
	case Plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPortPolicy(mail.TLSMandatory))
	}
	if s.cfg.Port != 0 {
		opts = append(opts, mail.WithPort(s.cfg.Port))
	}
	if s.roots != nil {
		opts = append(opts, mail.WithTLSConfig(s.roots))
	}
	if s.cfg.User != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.cfg.User), mail.WithPassword(s.cfg.Password))
	}
	c, err := mail.NewClient(s.cfg.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("mail server %s: %w", s.cfg.Host, err)
	}
	return c, nil
}

// Send hands over one message. The server's 5xx answers are final.
func (s *smtpSender) Send(ctx context.Context, e Envelope) error {
	m, err := letter(e, s.cfg.From)
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return err
	}
	err = c.DialAndSendWithContext(ctx, m)
	if err != nil && m.IsDelivered() {
		return nil // what goes wrong after the server took a message does not unsend it
	}
	if sendErr, ok := errors.AsType[*mail.SendError](err); ok {
		if code := sendErr.ErrorCode(); code >= 500 && code < 600 && !sendErr.IsTemp() {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	if err != nil {
		return fmt.Errorf("hand to mail server: %w", err)
	}
	return nil
}

// letter is the message in the form of RFC 5322. Its identifier is the same at
// every attempt, and the header names it as written by a program, so that
// absence notes are not answered to it.
func letter(e Envelope, from string) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.FromFormat(e.FromName, from); err != nil {
		return nil, fmt.Errorf("%w: sender: %w", ErrRefused, err)
	}
	if err := m.To(e.To); err != nil {
		return nil, fmt.Errorf("%w: recipient: %w", ErrRefused, err)
	}
	m.Subject(e.Subject)
	m.SetDateWithValue(e.QueuedAt)
	m.SetMessageIDWithValue("outbox-" + strconv.FormatInt(e.ID, 10) + "-" + strconv.FormatInt(e.QueuedAt.Unix(), 10) + "@" + domain(from))
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(mail.HeaderContentLang, e.Lang.Tag())
	m.SetBodyString(mail.TypeTextPlain, e.Body)
	for _, f := range e.Files {
		if err := m.AttachReader(f.Name, bytes.NewReader(f.Content), mail.WithFileContentType(mail.ContentType(f.Type))); err != nil {
			return nil, fmt.Errorf("%w: file %s: %w", ErrRefused, f.Name, err)
		}
	}
	return m, nil
}

func domain(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return "localhost"
}
