package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

type entryRow struct {
	ID        int64
	At        store.Time
	ActorRole string
	ActorID   store.ID
	ActorName string
	Action    string
	Subject   string
	Detail    string
	Rows      string
	MAC       []byte `gorm:"column:mac"`
}

func (entryRow) TableName() string { return "audit_entries" }

func (r entryRow) entry() (*Entry, error) {
	e := &Entry{
		ID: r.ID, At: r.At.Time(), ActorRole: access.Role(r.ActorRole), ActorID: int64(r.ActorID), ActorName: r.ActorName,
		Action: Action(r.Action), Subject: r.Subject,
	}
	if r.Detail != "" {
		d := json.NewDecoder(strings.NewReader(r.Detail))
		d.UseNumber() // a number must encode again as it was
		if err := d.Decode(&e.Detail); err != nil {
			return nil, fmt.Errorf("entry %d: detail: %w", r.ID, err)
		}
	}
	if r.Rows != "" {
		if err := json.Unmarshal([]byte(r.Rows), &e.Rows); err != nil {
			return nil, fmt.Errorf("entry %d: rows: %w", r.ID, err)
		}
	}
	return e, nil
}

// texts are the detail and the rows of an entry as they are stored; "" for none.
func (e *Entry) texts() (detail, rows string, err error) {
	if e.Detail != nil {
		b, err := json.Marshal(e.Detail)
		if err != nil {
			return "", "", fmt.Errorf("encode detail: %w", err)
		}
		detail = string(b)
	}
	if e.Rows != nil {
		b, err := json.Marshal(e.Rows)
		if err != nil {
			return "", "", fmt.Errorf("encode rows: %w", err)
		}
		rows = string(b)
	}
	return detail, rows, nil
}

// written reports whether the row holds its entry letter for letter: JSON of
// other words may read the same.
func (r entryRow) written(e *Entry) bool {
	detail, rows, err := e.texts()
	return err == nil && detail == r.Detail && rows == r.Rows
}

// insertEntry numbers the entry, so that the number is part of what is signed,
// and stores it.
func (l *Log) insertEntry(ctx context.Context, tx *store.Tx, e *Entry) error {
	q := "SELECT coalesce(max(id), 0) + 1 FROM audit_entries"
	if tx.Dialect == store.Postgres {
		q = "SELECT nextval(pg_get_serial_sequence('audit_entries', 'id'))"
	}
	rows, err := tx.Rows(ctx, q)
	if err != nil {
		return err
	}
	if err := scanOne(rows, &e.ID); err != nil {
		return err
	}
	detail, digests, err := e.texts()
	if err != nil {
		return err
	}
	leaf, err := e.Leaf()
	if err != nil {
		return err
	}
	// Every command pays for this insert: plain SQL takes half of what gorm does.
	if _, err := tx.Exec(ctx, `INSERT INTO audit_entries (id, at, actor_role, actor_id, actor_name, action, subject, detail, rows, mac)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.At.Unix(), string(e.ActorRole), store.ID(e.ActorID), e.ActorName,
		string(e.Action), e.Subject, detail, digests, l.mac(leaf)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO audit_pending (entry_id) VALUES (?)", e.ID)
	return err
}

func scanOne(rows interface {
	Next() bool
	Scan(...any) error
	Close() error
	Err() error
}, dest ...any) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return gorm.ErrRecordNotFound
	}
	return rows.Scan(dest...)
}

// pendingEntries are the oldest committed entries that are not in the tree.
func pendingEntries(ctx context.Context, tx *store.Tx, limit int) ([]entryRow, error) {
	return gorm.G[entryRow](tx.DB).
		Where("id IN (SELECT entry_id FROM audit_pending ORDER BY entry_id LIMIT ?)", limit).
		Order("id").Find(ctx)
}

// treeSize is the number of leaves.
func treeSize(ctx context.Context, tx *store.Tx) (n int64, err error) {
	rows, err := tx.Rows(ctx, "SELECT coalesce(max(seq), -1) + 1 FROM audit_leaves")
	if err != nil {
		return 0, err
	}
	return n, scanOne(rows, &n)
}

// hashReader reads the tree's hashes, newly made ones first.
type hashReader struct {
	ctx   context.Context
	tx    *store.Tx
	fresh map[int64]tlog.Hash
}

func (r hashReader) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		if h, ok := r.fresh[x]; ok {
			out[i] = h
			continue
		}
		rows, err := r.tx.Rows(r.ctx, "SELECT hash FROM audit_hashes WHERE idx = ?", x)
		if err != nil {
			return nil, err
		}
		var b []byte
		if err := scanOne(rows, &b); err != nil {
			return nil, fmt.Errorf("read hash %d: %w", x, err)
		}
		copy(out[i][:], b)
	}
	return out, nil
}

// Find lists the entries on a subject, oldest first: the record as the case
// page shows it.
func (l *Log) Find(ctx context.Context, subject string, limit int) ([]*Entry, error) {
	var out []*Entry
	err := l.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := gorm.G[entryRow](tx.DB).Where("subject = ?", subject).Order("id").Limit(limit).Find(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e, err := r.entry()
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find entries on %s: %w", subject, err)
	}
	return out, nil
}

// About lists the entries on a subject whose actions are of one object ("evidence"), oldest first, inside an open
// transaction.
func (l *Log) About(ctx context.Context, tx *store.Tx, subject, object string) ([]*Entry, error) {
	rows, err := gorm.G[entryRow](tx.DB).Where("subject = ? AND action LIKE ?", subject, object+".%").Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("find entries on %s: %w", subject, err)
	}
	out := make([]*Entry, len(rows))
	for i, r := range rows {
		if out[i], err = r.entry(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// entriesAfter reads the next entries by number.
func entriesAfter(ctx context.Context, tx *store.Tx, id int64, limit int) ([]entryRow, error) {
	return gorm.G[entryRow](tx.DB).Where("id > ?", id).Order("id").Limit(limit).Find(ctx)
}

// firstEntry is the oldest entry of an action on a subject.
func firstEntry(ctx context.Context, tx *store.Tx, subject string, act Action) (*Entry, error) {
	r, err := gorm.G[entryRow](tx.DB).Where("subject = ? AND action = ?", subject, string(act)).Order("id").First(ctx)
	if err != nil {
		return nil, err
	}
	return r.entry()
}

// Begun reports whether anything is on record: from then on no key may be made
// anew.
func Begun(ctx context.Context, db *store.DB) (bool, error) {
	var n int64
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err := tx.Rows(ctx, "SELECT count(*) FROM (SELECT 1 FROM audit_entries LIMIT 1) AS e")
		if err != nil {
			return err
		}
		return scanOne(rows, &n)
	})
	if err != nil {
		return false, fmt.Errorf("look for a record: %w", err)
	}
	return n > 0, nil
}
