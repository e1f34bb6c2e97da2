package linkage

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

type mergeRow struct {
	ID          int64
	ComplaintID int64
	OriginalID  int64
	Reason      string
	At          store.Time
	UserID      int64
	UndoneAt    store.Time
	UndoneBy    store.ID
	UndoReason  string
}

func (mergeRow) TableName() string { return "duplicates" }

// other is the complaint on the other side of the merge.
func (r *mergeRow) other(id int64) int64 {
	if r.ComplaintID == id {
		return r.OriginalID
	}
	return r.ComplaintID
}

// mergesOf are the standing merges that a complaint is in, on either side.
func mergesOf(ctx context.Context, tx *store.Tx, complaintID int64) ([]mergeRow, error) {
	rows, err := gorm.G[mergeRow](tx.DB).Where("undone_at IS NULL AND (complaint_id = ? OR original_id = ?)", complaintID, complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load merges: %w", err)
	}
	return rows, nil
}

// mergeOf is the standing merge that makes a complaint a copy; nil for none.
func mergeOf(ctx context.Context, tx *store.Tx, complaintID int64) (*mergeRow, error) {
	rows, err := gorm.G[mergeRow](tx.DB).Where("undone_at IS NULL AND complaint_id = ?", complaintID).Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func undo(ctx context.Context, tx *store.Tx, by access.Actor, id int64, reason string) error {
	return store.Amend[mergeRow](ctx, tx, id, store.Set("undone_at", store.At(tx.Now)), store.Set("undone_by", store.ID(by.UserID)), store.Set("undo_reason", reason))
}

// repoint leads the copies of a complaint that becomes a copy itself to its original.
func repoint(ctx context.Context, tx *store.Tx, by access.Actor, from, to int64) error {
	copies, err := gorm.G[mergeRow](tx.DB).Where("undone_at IS NULL AND original_id = ?", from).Order("id").Find(ctx)
	if err != nil {
		return fmt.Errorf("load copies: %w", err)
	}
	for _, m := range copies {
		if err := undo(ctx, tx, by, m.ID, m.Reason); err != nil {
			return err
		}
		r := &mergeRow{ComplaintID: m.ComplaintID, OriginalID: to, Reason: m.Reason, At: store.At(tx.Now), UserID: by.UserID}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}
