package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"database/sql"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"dunwatch/internal/store"
)

// Problem is one thing that does not agree.
type Problem struct {
	Table string `json:"table"`
	ID    int64  `json:"id"`
	What  string `json:"what"`
}

// String names the row and what happened to it.
func (p Problem) String() string { return fmt.Sprintf("%s %d: %s", p.Table, p.ID, p.What) }

// Verification is the result of Verify.
type Verification struct {
	Entries     int64     `json:"entries"`
	Leaves      int64     `json:"leaves"`
	Checkpoints int64     `json:"checkpoints"`
	Rows        int64     `json:"rows"`
	Problems    []Problem `json:"problems"`
}

// verifyPage is how many entries are held at once.
const verifyPage = 2000

// maxProblems keeps a wrecked database from filling the screen.
const maxProblems = 1000

// Verify holds every table of record against the last entry of each row, the
// entries against their keyed MACs and the tree, and the tree against its
// signed checkpoints, and older checkpoints kept elsewhere if given. It sees
// one moment of the database and returns an error only when it could not look.
func (l *Log) Verify(ctx context.Context, kept ...Head) (*Verification, error) {
	v := &verifier{log: l, out: &Verification{}, last: map[rowKey][]byte{}}
	err := l.db.Read(ctx, func(tx *store.Tx) error {
		for _, step := range []func(context.Context, *store.Tx) error{v.entries, v.tree, v.checkpoints, v.tables} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		for _, h := range kept {
			v.head(h.Size, h.Root, "a checkpoint kept elsewhere")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return v.out, nil
}

type rowKey struct {
	table string
	id    int64
}

type verifier struct {
	log    *Log
	out    *Verification
	last   map[rowKey][]byte // digest by the newest entry that wrote the row
	leaves map[int64][]byte  // entry id -> leaf, until the tree has used it
	hashes []tlog.Hash       // the tree computed anew
}

func (v *verifier) problem(table string, id int64, what string, args ...any) {
	if len(v.out.Problems) < maxProblems {
		v.out.Problems = append(v.out.Problems, Problem{table, id, fmt.Sprintf(what, args...)})
	}
}

// entries checks each entry's MAC and gathers what it vouches for.
func (v *verifier) entries(ctx context.Context, tx *store.Tx) error {
	v.leaves = map[int64][]byte{}
	if err := v.absent(ctx, tx, "audit_entries", "actor_id = 0"); err != nil { // reads like NULL
		return err
	}
	for after := int64(0); ; {
		rows, err := entriesAfter(ctx, tx, after, verifyPage)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = r.ID
			v.out.Entries++
			v.entry(r)
		}
		if len(rows) < verifyPage {
			return nil
		}
	}
}

func (v *verifier) entry(r entryRow) {
	e, err := r.entry()
	if err != nil {
		v.problem("audit_entries", r.ID, "cannot be read: changed")
		return
	}
	if !r.written(e) {
		v.problem("audit_entries", r.ID, "is not written as the program writes it: changed")
		return
	}
	leaf, err := e.Leaf()
	if err != nil || !hmac.Equal(r.MAC, v.log.mac(leaf)) {
		v.problem("audit_entries", r.ID, "was changed or added outside the program")
		return
	}
	v.leaves[r.ID] = leaf
	for _, d := range e.Rows {
		v.last[rowKey{d.Table, d.ID}] = d.Digest
	}
}

// tree computes every hash anew from the entries and holds the stored ones
// against them.
func (v *verifier) tree(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Rows(ctx, "SELECT seq, entry_id FROM audit_leaves ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	placed := map[int64]bool{}
	for rows.Next() {
		var seq, entry int64
		if err := rows.Scan(&seq, &entry); err != nil {
			return err
		}
		if seq != v.out.Leaves {
			v.problem("audit_leaves", seq, "the place before it is missing")
			return rows.Err()
		}
		leaf, ok := v.leaves[entry]
		if !ok {
			v.problem("audit_leaves", seq, "its entry %d was changed or removed", entry)
			return rows.Err()
		}
		hashes, err := tlog.StoredHashes(seq, leaf, memory(v.hashes))
		if err != nil {
			return err
		}
		v.hashes = append(v.hashes, hashes...)
		v.out.Leaves++
		placed[entry] = true
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := v.unplaced(ctx, tx, placed); err != nil {
		return err
	}
	return v.storedHashes(ctx, tx)
}

// unplaced finds entries that are neither in the tree nor waiting for it.
func (v *verifier) unplaced(ctx context.Context, tx *store.Tx, placed map[int64]bool) error {
	rows, err := tx.Rows(ctx, "SELECT entry_id FROM audit_pending ORDER BY entry_id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if _, ok := v.leaves[id]; !ok || placed[id] {
			v.problem("audit_pending", id, "waits for an entry that is gone or already placed")
		}
		placed[id] = true
	}
	for id := range v.leaves {
		if !placed[id] {
			v.problem("audit_entries", id, "is neither in the tree nor waiting for it")
		}
	}
	return rows.Err()
}

func (v *verifier) storedHashes(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Rows(ctx, "SELECT idx, hash FROM audit_hashes ORDER BY idx")
	if err != nil {
		return err
	}
	defer rows.Close()
	n := int64(0)
	for rows.Next() {
		var idx int64
		var hash []byte
		if err := rows.Scan(&idx, &hash); err != nil {
			return err
		}
		if idx != n || idx >= int64(len(v.hashes)) || !bytes.Equal(hash, v.hashes[idx][:]) {
			v.problem("audit_hashes", idx, "does not follow from the entries")
			return rows.Err()
		}
		n++
	}
	if n != int64(len(v.hashes)) {
		v.problem("audit_hashes", n, "and later hashes are missing")
	}
	return rows.Err()
}

func (v *verifier) checkpoints(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Rows(ctx, "SELECT size, at, note FROM audit_checkpoints ORDER BY size")
	if err != nil {
		return err
	}
	defer rows.Close()
	var newest int64
	for rows.Next() {
		var size, at int64
		var text string
		if err := rows.Scan(&size, &at, &text); err != nil {
			return err
		}
		v.out.Checkpoints++
		before := newest
		newest = size
		h, err := OpenCheckpoint([]byte(text), v.log.verifier)
		if err != nil || h.Size != size || h.At != at {
			v.problem("audit_checkpoints", size, "was changed: %v", err)
			continue
		}
		if h.After != before {
			v.problem("audit_checkpoints", h.After, "was removed: %d follows %d", size, before)
		}
		v.head(h.Size, h.Root, "its checkpoint")
	}
	if newest != v.out.Leaves {
		v.problem("audit_checkpoints", newest, "is the newest, but the tree has %d entries", v.out.Leaves)
	}
	return rows.Err()
}

// head compares the tree computed anew with a signed head.
func (v *verifier) head(size int64, root tlog.Hash, whose string) {
	if size > v.out.Leaves {
		v.problem("audit_leaves", v.out.Leaves, "the tree has %d entries, %s covers %d: the tail was cut off or changed", v.out.Leaves, whose, size)
		return
	}
	got, err := tlog.TreeHash(size, memory(v.hashes))
	if err != nil || got != root {
		v.problem("audit_checkpoints", size, "the entries no longer lead to %s", whose)
	}
}

// tables holds every row of record against its last entry.
func (v *verifier) tables(ctx context.Context, tx *store.Tx) error {
	for _, t := range Recorded {
		if err := v.table(ctx, tx, t); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	var gone []rowKey
	for k := range v.last {
		gone = append(gone, k)
	}
	slices.SortFunc(gone, func(a, b rowKey) int {
		if a.table != b.table {
			return slices.Index(Recorded, a.table) - slices.Index(Recorded, b.table)
		}
		return int(a.id - b.id)
	})
	for _, k := range gone {
		v.problem(k.table, k.id, "was removed outside the program")
	}
	return nil
}

func (v *verifier) table(ctx context.Context, tx *store.Tx, table string) error {
	blobs, err := v.rows(ctx, tx, table)
	if err != nil {
		return err
	}
	// Digests cannot tell an empty blob from NULL, since the drivers do not agree on it. The program stores none.
	for _, b := range blobs {
		if err := v.absent(ctx, tx, table, "length("+b+") = 0"); err != nil {
			return err
		}
	}
	return nil
}

// absent names the rows that meet a condition that no row of the program's meets.
func (v *verifier) absent(ctx context.Context, tx *store.Tx, table, condition string) error {
	rows, err := tx.Rows(ctx, "SELECT id FROM "+table+" WHERE "+condition)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		v.problem(table, id, "was changed outside the program: %s", condition)
	}
	return rows.Err()
}

// rows holds each row against its digest and returns the names of the columns
// that hold bytes.
func (v *verifier) rows(ctx context.Context, tx *store.Tx, table string) (blobs []string, err error) {
	rows, err := tx.Rows(ctx, "SELECT * FROM "+table+" ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	for _, c := range types {
		if t := c.DatabaseTypeName(); t == "BLOB" || t == "BYTEA" {
			blobs = append(blobs, c.Name())
		}
	}
	for rows.Next() {
		if err := v.row(table, rows); err != nil {
			return nil, err
		}
	}
	return blobs, rows.Err()
}

func (v *verifier) row(table string, rows *sql.Rows) error {
	cols, err := store.ScanRow(rows)
	if err != nil {
		return err
	}
	v.out.Rows++
	id := int64(0)
	for _, c := range cols {
		if c.Name == "id" {
			id, _ = c.Value.(int64)
		}
	}
	k := rowKey{table, id}
	want, ok := v.last[k]
	switch {
	case !ok:
		v.problem(table, id, "was added outside the program")
	case !hmac.Equal(want, v.log.rowDigest(table, cols)):
		v.problem(table, id, "was changed outside the program")
	}
	delete(v.last, k)
	return nil
}

// memory reads hashes of a tree held in memory.
type memory []tlog.Hash

func (m memory) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		if x >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d is missing", x)
		}
		out[i] = m[x]
	}
	return out, nil
}
