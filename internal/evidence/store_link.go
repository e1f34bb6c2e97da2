package evidence

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// How an item came out of another, as evidence_links has it.
const (
	relShared     = "shared"
	relRedacted   = "redacted"
	relSupersedes = "supersedes"
)

type linkRow struct {
	ID         int64
	EvidenceID int64
	SourceID   int64
	Relation   string
	Reason     string
	UserID     store.ID
	MadeAt     store.Time
}

func (linkRow) TableName() string { return "evidence_links" }

// What a person let through, as evidence_releases has it.
const (
	whatSuspect  = "suspect"
	whatOriginal = "original"
)

type releaseRow struct {
	ID         int64
	EvidenceID int64
	What       string
	Reason     string
	UserID     store.ID
	ReleasedAt store.Time
}

func (releaseRow) TableName() string { return "evidence_releases" }

// related fills in how items of a complaint hang together and what was let through.
func related(ctx context.Context, tx *store.Tx, complaintID int64, items []Item) error {
	at := make(map[int64]*Item, len(items))
	for i := range items {
		at[items[i].ID] = &items[i]
	}
	rows, err := tx.Rows(ctx, `SELECT l.relation, e.id, e.number, s.id, s.number FROM evidence_links l
		JOIN evidence e ON e.id = l.evidence_id JOIN evidence s ON s.id = l.source_id
		WHERE e.complaint_id = ? OR s.complaint_id = ? ORDER BY l.id`, complaintID, complaintID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var relation string
		var id, source int64
		var number, from int
		if err := rows.Scan(&relation, &id, &number, &source, &from); err != nil {
			return fmt.Errorf("read links of evidence: %w", err)
		}
		item, of := at[id], at[source]
		if item == nil {
			item = &Item{}
		}
		if of == nil {
			of = &Item{}
		}
		switch relation {
		case relShared:
			item.Shared, of.Shared = true, true
		case relRedacted:
			item.RedactedOf, of.Redacted = from, number
		case relSupersedes:
			item.Supersedes, of.SupersededBy = from, number
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read links of evidence: %w", err)
	}
	if err := released(ctx, tx, complaintID, at); err != nil {
		return err
	}
	return pictured(ctx, tx, complaintID, at)
}

func released(ctx context.Context, tx *store.Tx, complaintID int64, at map[int64]*Item) error {
	rows, err := tx.Rows(ctx, "SELECT r.evidence_id, r.what FROM evidence_releases r JOIN evidence e ON e.id = r.evidence_id WHERE e.complaint_id = ?", complaintID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var what string
		if err := rows.Scan(&id, &what); err != nil {
			return fmt.Errorf("read releases of evidence: %w", err)
		}
		if i := at[id]; i != nil {
			i.LetThrough, i.Original = i.LetThrough || what == whatSuspect, i.Original || what == whatOriginal
		}
	}
	return rows.Err()
}

// origin is the item with which a shared one has its file, and the complaint whose key sealed it; 0 for an item with a
// file of its own.
func origin(ctx context.Context, tx *store.Tx, id int64) (evidenceID, complaintID int64, err error) {
	rows, err := tx.Rows(ctx, `SELECT s.id, s.complaint_id FROM evidence_links l JOIN evidence s ON s.id = l.source_id
		WHERE l.evidence_id = ? AND l.relation = ?`, id, relShared)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&evidenceID, &complaintID)
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		err = fmt.Errorf("read origin of evidence: %w", err)
	}
	return evidenceID, complaintID, err
}
