package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

type webhook struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
}

// The headers of a call. The signature is "v1=" and the hex of HMAC-SHA256 over
// timestamp, a dot, and the body; the receiver refuses old timestamps and
// remembers the Idempotency-Key.
const (
	TimestampHeader = "Dunwatch-Timestamp" // seconds since 1970
	SignatureHeader = "Dunwatch-Signature"
)

// NewWebhook returns a sender of short messages that posts each as JSON
// {id, channel, to, lang, text} to an SMS gateway's address, signed with a
// secret that the gateway knows. The address must be https, or http on this
// machine; the secret has at least 32 bytes.
func NewWebhook(address string, secret []byte) (Sender, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("sms webhook: the address cannot be read")
	}
	if u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errors.New("sms webhook: the address must begin with https://")
	}
	if len(secret) < 32 {
		return nil, fmt.Errorf("sms webhook: the secret has %d bytes, want at least 32", len(secret))
	}
	c := &http.Client{
		Timeout: sendTimeout,
		// A redirect would carry a telephone number to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &webhook{address, secret, c, time.Now}, nil
}

// Send posts one message. Answers 4xx are final, save those that ask to wait.
func (w *webhook) Send(ctx context.Context, e Envelope) error {
	body, err := json.Marshal(map[string]any{
		"id": e.ID, "channel": e.Channel, "to": e.To, "lang": e.Lang, "text": e.Body,
	})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call gateway: %w", err)
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("outbox-%d-%d", e.ID, e.QueuedAt.Unix()))
	req.Header.Set(TimestampHeader, at)
	req.Header.Set(SignatureHeader, Sign(w.secret, at, body))
	res, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("call gateway: %w", err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusRequestTimeout, res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		return fmt.Errorf("the gateway answered %s", res.Status)
	default:
		return fmt.Errorf("%w: the gateway answered %s", ErrRefused, res.Status)
	}
}

// Sign is the signature of a call, for the receiver to compare with.
func Sign(secret []byte, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "v1=" + hex.EncodeToString(h.Sum(nil))
}
