package notify

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

type fileSender struct{ dir, from string }

// NewFile returns a sender that writes each message into dir, e-mail as .eml and
// short messages as .txt: for the demo, and to see what would be sent. from is
// the sender's address.
func NewFile(dir, from string) Sender { return fileSender{dir, from} }

// Send writes one file, whole or not at all.
func (f fileSender) Send(_ context.Context, e Envelope) error {
	var b bytes.Buffer
	name := fmt.Sprintf("%06d.txt", e.ID)
	if e.Channel == Email {
		name = fmt.Sprintf("%06d.eml", e.ID)
		m, err := letter(e, f.from)
		if err != nil {
			return err
		}
		if _, err := m.WriteTo(&b); err != nil {
			return fmt.Errorf("write message: %w", err)
		}
	} else {
		fmt.Fprintf(&b, "To: %s\nDate: %s\n\n%s\n", e.To, e.QueuedAt.Format("2006-01-02 15:04:05Z"), e.Body)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("make mail folder: %w", err)
	}
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path+".part", b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}
