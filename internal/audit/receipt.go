package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Receipt is what a complainant keeps: the log's entry of the filing, signed at
// once, and proven against a published checkpoint as soon as there is one. It
// holds no personal data.
type Receipt struct {
	Format    string    `json:"format"` // receiptFormat
	Reference string    `json:"reference"`
	FiledAt   time.Time `json:"filed_at"`
	Entry     string    `json:"entry"` // the leaf, byte for byte: text inside text, since JSON may be laid out anew
	Signature string    `json:"signature"`
	Proof     *Proof    `json:"proof,omitempty"`
	Key       string    `json:"key"`
}

const receiptFormat = "dunwatch-receipt/1"

// Receipt signs an entry that was just appended. It needs no database.
func (l *Log) Receipt(e *Entry) (*Receipt, error) {
	leaf, err := e.Leaf()
	if err != nil {
		return nil, err
	}
	sig, err := note.Sign(&note.Note{Text: receiptText(e.Subject, e.At, leaf)}, l.signer)
	if err != nil {
		return nil, fmt.Errorf("sign receipt: %w", err)
	}
	return &Receipt{Format: receiptFormat, Reference: e.Subject, FiledAt: e.At, Entry: string(leaf), Signature: string(sig), Key: l.verifier}, nil
}

// ReceiptOf finds the entry of an action on a subject and returns its receipt,
// with a proof once the entry is in the tree. It fails with fault.NotFound.
func (l *Log) ReceiptOf(ctx context.Context, subject string, act Action) (*Receipt, error) {
	var r *Receipt
	err := l.db.Read(ctx, func(tx *store.Tx) error {
		e, err := firstEntry(ctx, tx, subject, act)
		if err != nil {
			return err
		}
		if r, err = l.Receipt(e); err != nil {
			return err
		}
		r.Proof, err = l.proof(ctx, tx, e.ID)
		if fault.Is(err, fault.NotFound) {
			err = nil // not in the tree yet: the signature stands alone
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("receipt of %s: %w", subject, err)
	}
	return r, nil
}

func receiptText(reference string, at time.Time, leaf []byte) string {
	h := tlog.RecordHash(leaf)
	return fmt.Sprintf("%s receipt\n%s\n%s\n%s\n", Origin, reference, at.Format(time.RFC3339), base64.StdEncoding.EncodeToString(h[:]))
}

// Check verifies a receipt offline. key is the office's published verifier key;
// "" trusts the key inside the receipt, which proves only that the receipt is
// whole. With a checkpoint from elsewhere, the entry's tree must be an earlier
// or the same state as it where both sizes agree. It returns the head that the
// proof leads to, nil while there is no proof.
func (r *Receipt) Check(key string) (*Head, error) {
	if r.Format != receiptFormat {
		return nil, fmt.Errorf("format %q is not %s", r.Format, receiptFormat)
	}
	if key == "" {
		key = r.Key
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("verifier key: %w", err)
	}
	n, err := note.Open([]byte(r.Signature), note.VerifierList(v))
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if n.Text != receiptText(r.Reference, r.FiledAt, []byte(r.Entry)) {
		return nil, errors.New("the signature is for another entry, reference or time")
	}
	var e Entry
	if err := json.Unmarshal([]byte(r.Entry), &e); err != nil {
		return nil, fmt.Errorf("entry: %w", err)
	}
	if e.Subject != r.Reference || !e.At.Equal(r.FiledAt) {
		return nil, errors.New("the entry is about another reference or time")
	}
	if r.Proof == nil {
		return nil, nil
	}
	head, err := r.Proof.Check([]byte(r.Entry), key)
	if err != nil {
		return nil, err
	}
	return &head, nil
}
