package audit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// sequenceBatch bounds how long the sequencer holds the writer.
const sequenceBatch = 256

// Sequence takes every committed entry into the tree and signs the new head. It
// returns how many it took. Only one instance may run it at a time.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := l.db.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = l.sequenceOnce(ctx, tx)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("sequence: %w", err)
		}
		total += n
		if n < sequenceBatch {
			return total, nil
		}
	}
}

// Run sequences whenever entries were committed, and every interval for those
// of other instances, until ctx ends.
func (l *Log) Run(ctx context.Context, every time.Duration, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-tick.C:
		}
		if _, err := l.Sequence(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

func (l *Log) sequenceOnce(ctx context.Context, tx *store.Tx) (int, error) {
	if tx.Dialect == store.Postgres {
		// Two sequencers would give one place in the tree twice.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(730017)"); err != nil {
			return 0, err
		}
	}
	rows, err := pendingEntries(ctx, tx, sequenceBatch)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	size, err := treeSize(ctx, tx)
	if err != nil {
		return 0, err
	}
	r := hashReader{ctx, tx, map[int64]tlog.Hash{}}
	for i, row := range rows {
		e, err := row.entry()
		if err != nil {
			return 0, err
		}
		leaf, err := e.Leaf()
		if err != nil {
			return 0, err
		}
		if err := l.addLeaf(ctx, tx, r, size+int64(i), row.ID, leaf); err != nil {
			return 0, err
		}
	}
	last := rows[len(rows)-1].ID
	if _, err := tx.Exec(ctx, "DELETE FROM audit_pending WHERE entry_id IN (SELECT entry_id FROM audit_leaves WHERE seq >= ?) AND entry_id <= ?", size, last); err != nil {
		return 0, err
	}
	return len(rows), l.signHead(ctx, tx, r, size, size+int64(len(rows)))
}

func (l *Log) addLeaf(ctx context.Context, tx *store.Tx, r hashReader, seq, entry int64, leaf []byte) error {
	hashes, err := tlog.StoredHashes(seq, leaf, r)
	if err != nil {
		return fmt.Errorf("hash entry %d: %w", entry, err)
	}
	at := tlog.StoredHashIndex(0, seq)
	for k, h := range hashes {
		r.fresh[at+int64(k)] = h
		if _, err := tx.Exec(ctx, "INSERT INTO audit_hashes (idx, hash) VALUES (?, ?)", at+int64(k), h[:]); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit_leaves (seq, entry_id) VALUES (?, ?)", seq, entry)
	return err
}

// signHead signs the head at size; after is the size at the head before it.
func (l *Log) signHead(ctx context.Context, tx *store.Tx, r hashReader, after, size int64) error {
	root, err := tlog.TreeHash(size, r)
	if err != nil {
		return fmt.Errorf("tree head at %d: %w", size, err)
	}
	n, err := note.Sign(&note.Note{Text: headText(Head{size, root, tx.Now.Unix(), after})}, l.signer)
	if err != nil {
		return fmt.Errorf("sign head: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit_checkpoints (size, at, note) VALUES (?, ?, ?)", size, tx.Now.Unix(), string(n))
	return err
}

// headText is a checkpoint in the form that transparency logs share: origin,
// size, root, and two lines of our own, so that neither its time nor its place
// behind the checkpoint before it can be changed.
func headText(h Head) string {
	return fmt.Sprintf("%s\n%d\n%s\nat %d\nafter %d\n", Origin, h.Size, base64.StdEncoding.EncodeToString(h.Root[:]), h.At, h.After)
}

// Head is a verified checkpoint.
type Head struct {
	Size  int64
	Root  tlog.Hash
	At    int64 // when it was signed, in seconds since 1970
	After int64 // size at the checkpoint before it; 0 for the first
}

// OpenCheckpoint checks a checkpoint's signature with a verifier key and reads it.
func OpenCheckpoint(text []byte, verifierKey string) (Head, error) {
	v, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Head{}, fmt.Errorf("verifier key: %w", err)
	}
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return Head{}, fmt.Errorf("open checkpoint: %w", err)
	}
	return readHead(n.Text)
}

// readHead reads what headText wrote, and nothing else.
func readHead(text string) (Head, error) {
	f := strings.Split(text, "\n")
	if len(f) != 6 || f[0] != Origin {
		return Head{}, fmt.Errorf("open checkpoint: not a checkpoint of %s", Origin)
	}
	var h Head
	for _, line := range []struct {
		text, name string
		to         *int64
	}{{f[1], "", &h.Size}, {f[3], "at ", &h.At}, {f[4], "after ", &h.After}} {
		digits, ok := strings.CutPrefix(line.text, line.name)
		n, err := strconv.ParseInt(digits, 10, 64)
		if !ok || err != nil {
			return Head{}, fmt.Errorf("open checkpoint: line %q", line.text)
		}
		*line.to = n
	}
	root, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(root) != tlog.HashSize {
		return Head{}, fmt.Errorf("open checkpoint: root %q", f[2])
	}
	h.Root = tlog.Hash(root)
	return h, nil
}

// Checkpoint is the newest signed head. It fails with fault.NotFound while the
// tree is empty.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	var text string
	err := l.db.Read(ctx, func(tx *store.Tx) (err error) {
		text, err = newestCheckpoint(ctx, tx)
		return err
	})
	return text, err
}

func newestCheckpoint(ctx context.Context, tx *store.Tx) (text string, err error) {
	rows, err := tx.Rows(ctx, "SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")
	if err != nil {
		return "", err
	}
	return text, scanOne(rows, &text)
}

// Proof shows that an entry is in the tree of a signed head.
type Proof struct {
	EntryID    int64    `json:"entry_id"`
	Seq        int64    `json:"seq"`
	Size       int64    `json:"size"`
	Hashes     []string `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
}

// Proof proves an entry against the newest head. It fails with fault.NotFound
// for an entry that does not exist or is not in the tree yet.
func (l *Log) Proof(ctx context.Context, entryID int64) (*Proof, error) {
	var p *Proof
	err := l.db.Read(ctx, func(tx *store.Tx) (err error) {
		p, err = l.proof(ctx, tx, entryID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", entryID, err)
	}
	return p, nil
}

func (l *Log) proof(ctx context.Context, tx *store.Tx, entryID int64) (*Proof, error) {
	p := &Proof{EntryID: entryID}
	rows, err := tx.Rows(ctx, "SELECT seq FROM audit_leaves WHERE entry_id = ?", entryID)
	if err != nil {
		return nil, err
	}
	if err := scanOne(rows, &p.Seq); err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "fault.not_found")
	}
	if p.Checkpoint, err = newestCheckpoint(ctx, tx); err != nil {
		return nil, err
	}
	head, err := OpenCheckpoint([]byte(p.Checkpoint), l.verifier)
	if err != nil {
		return nil, err
	}
	p.Size = head.Size
	rp, err := tlog.ProveRecord(p.Size, p.Seq, hashReader{ctx: ctx, tx: tx})
	if err != nil {
		return nil, err
	}
	for _, h := range rp {
		p.Hashes = append(p.Hashes, base64.StdEncoding.EncodeToString(h[:]))
	}
	return p, nil
}

// Check verifies the proof of a leaf offline, against the checkpoint inside it.
func (p *Proof) Check(leaf []byte, verifierKey string) (Head, error) {
	head, err := OpenCheckpoint([]byte(p.Checkpoint), verifierKey)
	if err != nil {
		return Head{}, err
	}
	if head.Size != p.Size {
		return Head{}, fmt.Errorf("the proof is for %d entries, its checkpoint for %d", p.Size, head.Size)
	}
	var rp tlog.RecordProof
	for _, s := range p.Hashes {
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(b) != tlog.HashSize {
			return Head{}, fmt.Errorf("proof hash %q", s)
		}
		rp = append(rp, tlog.Hash(b))
	}
	if err := tlog.CheckRecord(rp, p.Size, head.Root, p.Seq, tlog.RecordHash(leaf)); err != nil {
		return Head{}, fmt.Errorf("check proof: %w", err)
	}
	return head, nil
}
