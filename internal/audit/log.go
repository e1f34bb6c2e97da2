// Package audit keeps the append-only record of what was done, by whom, when
// and why.
//
// An entry is appended in the transaction of the command it describes, so that
// neither exists without the other. It carries a keyed digest of every row that
// the command wrote, all columns and the id, which store.Write enforces: a row
// of record that no entry covers does not commit. A sequencer takes committed
// entries into an RFC 6962 Merkle tree and signs its head; filing receipts carry
// the entry with a signature at once and a proof of inclusion soon after.
//
// Verify holds the tables against the entries, the entries against the tree,
// and the tree against its signed heads, and names what was changed, removed,
// added or swapped by whoever reached the database file. What it does not
// promise: a thief of the keys can forge, and a tail cut off together with its
// rows shows only against a checkpoint that was kept elsewhere. Keep some.
//
// Entries name people of the office and references. They never hold personal
// data of a complainant: an entry outlives the key that seals a person's data.
package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// Log appends entries and answers for them. It is safe for concurrent use.
type Log struct {
	db       *store.DB
	digest   []byte // key of row digests and entry MACs, kept outside the database
	signer   note.Signer
	verifier string
	wake     chan struct{}
}

// Origin names the log in its checkpoints.
const Origin = "dunwatch/log"

// New returns the log of db. digestKey has 32 bytes; signerKey is a note signer
// key as LoadOrCreateKey gives it.
func New(db *store.DB, digestKey []byte, signerKey string) (*Log, error) {
	if len(digestKey) != 32 {
		return nil, fmt.Errorf("open log: the digest key has %d bytes, want 32", len(digestKey))
	}
	s, err := note.NewSigner(signerKey)
	if err != nil {
		return nil, fmt.Errorf("open log: signer key: %w", err)
	}
	v, err := verifierOf(signerKey)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return &Log{db: db, digest: digestKey, signer: s, verifier: v, wake: make(chan struct{}, 1)}, nil
}

// VerifierKey is the public key with which anybody checks receipts and
// checkpoints.
func (l *Log) VerifierKey() string { return l.verifier }

// Entry is one line of the record.
type Entry struct {
	ID        int64          `json:"id"`
	At        time.Time      `json:"at"`
	ActorRole access.Role    `json:"actor_role"`
	ActorID   int64          `json:"actor_id,omitempty"`
	ActorName string         `json:"actor_name,omitempty"`
	Action    Action         `json:"action"`
	Subject   string         `json:"subject"`
	Detail    map[string]any `json:"detail,omitempty"`
	Rows      []RowDigest    `json:"rows,omitempty"`
}

// RowDigest vouches for one row.
type RowDigest struct {
	Table  string `json:"t"`
	ID     int64  `json:"i"`
	Digest []byte `json:"d"` // 16 bytes
}

// Append writes the entry of a command and covers every row that the
// transaction has written so far. subject is a reference that people know
// ("C-2026-000123-7"); detail comes in pairs of name and value, without
// personal data. It returns the entry, whose Leaf goes into receipts.
func (l *Log) Append(ctx context.Context, tx *store.Tx, by access.Actor, act Action, subject string, detail ...any) (*Entry, error) {
	e := &Entry{At: tx.Now, ActorRole: by.Role, ActorID: by.UserID, ActorName: by.Name, Action: act, Subject: subject}
	if len(detail)%2 != 0 {
		return nil, fmt.Errorf("append %s: detail without a value", act)
	}
	for i := 0; i < len(detail); i += 2 {
		name, ok := detail[i].(string)
		if !ok {
			return nil, fmt.Errorf("append %s: detail name %v is no string", act, detail[i])
		}
		if e.Detail == nil {
			e.Detail = map[string]any{}
		}
		e.Detail[name] = detail[i+1]
	}
	if err := l.coverRows(ctx, tx, e); err != nil {
		return nil, fmt.Errorf("append %s: %w", act, err)
	}
	if err := l.insertEntry(ctx, tx, e); err != nil {
		return nil, fmt.Errorf("append %s: %w", act, err)
	}
	tx.AfterCommit(l.nudge)
	return e, nil
}

// coverRows digests the rows written. A row written twice is read back once, in
// its final form.
func (l *Log) coverRows(ctx context.Context, tx *store.Tx, e *Entry) error {
	written := tx.Cover()
	type row struct {
		table string
		id    int64
	}
	times := map[row]int{}
	for _, w := range written {
		times[row{w.Table, w.ID}]++
	}
	for _, w := range written {
		k := row{w.Table, w.ID}
		n := times[k]
		if n == 0 {
			continue // digested already
		}
		times[k] = 0
		cols := w.Values
		if cols == nil || n > 1 {
			var err error
			if cols, err = store.ReadRow(ctx, tx, w.Table, w.ID); err != nil {
				return err
			}
		}
		e.Rows = append(e.Rows, RowDigest{w.Table, w.ID, l.rowDigest(w.Table, cols)})
	}
	return nil
}

// nudge wakes the sequencer without waiting for it.
func (l *Log) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// rowDigest is a keyed hash over the table's name and every column, each with
// its length, so that no two rows encode alike.
func (l *Log) rowDigest(table string, cols []store.Column) []byte {
	h := hmac.New(sha256.New, l.digest)
	var num [8]byte
	text := func(tag byte, s []byte) {
		binary.BigEndian.PutUint64(num[:], uint64(len(s)))
		h.Write([]byte{tag})
		h.Write(num[:])
		h.Write(s)
	}
	text('r', []byte(table))
	for _, c := range cols {
		text('c', []byte(c.Name))
		switch v := c.Value.(type) {
		case nil:
			text('n', nil)
		case int64:
			binary.BigEndian.PutUint64(num[:], uint64(v))
			h.Write([]byte{'i'})
			h.Write(num[:])
		case string:
			text('s', []byte(v))
		case []byte:
			text('b', v)
		default:
			text('o', fmt.Appendf(nil, "%v", v))
		}
	}
	return h.Sum(nil)[:16]
}

// Leaf is the entry as the tree holds it: canonical JSON.
func (e *Entry) Leaf() ([]byte, error) {
	b, err := json.Marshal(e) // struct order is fixed, map keys are sorted
	if err != nil {
		return nil, fmt.Errorf("encode entry %d: %w", e.ID, err)
	}
	return b, nil
}

// Hash is the leaf's hash in the tree, base64.
func (e *Entry) Hash() (string, error) {
	leaf, err := e.Leaf()
	if err != nil {
		return "", err
	}
	h := tlog.RecordHash(leaf)
	return base64.StdEncoding.EncodeToString(h[:]), nil
}

func (l *Log) mac(leaf []byte) []byte {
	h := hmac.New(sha256.New, l.digest)
	h.Write([]byte("entry\x00"))
	h.Write(leaf)
	return h.Sum(nil)
}
