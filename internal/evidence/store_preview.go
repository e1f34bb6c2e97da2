package evidence

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/store"
)

type previewRow struct {
	EvidenceID int64
	Blob       string
	Size       int64
	MadeAt     store.Time
}

func (previewRow) TableName() string { return "evidence_previews" }

// previewOf is the small picture of an item; nil while there is none.
func previewOf(ctx context.Context, tx *store.Tx, id int64) (*previewRow, error) {
	r, err := gorm.G[previewRow](tx.DB).Where("evidence_id = ? AND blob <> ''", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read preview: %w", err)
	}
	return &r, nil
}

// pictured marks the items that have small pictures.
func pictured(ctx context.Context, tx *store.Tx, complaintID int64, at map[int64]*Item) error {
	rows, err := tx.Rows(ctx, "SELECT p.evidence_id FROM evidence_previews p JOIN evidence e ON e.id = p.evidence_id WHERE e.complaint_id = ? AND p.blob <> ''", complaintID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read previews: %w", err)
		}
		if i := at[id]; i != nil {
			i.Preview = true
		}
	}
	return rows.Err()
}

// insertPreview keeps a small picture, or with blob "" that there can be none. Two instances may make the same one: the
// first stays, and the other's file is removed with the orphans.
func insertPreview(ctx context.Context, tx *store.Tx, id int64, blob string, size int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO evidence_previews (evidence_id, blob, size, made_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", id, blob, size, tx.Now.Unix())
	if err != nil {
		return fmt.Errorf("keep preview: %w", err)
	}
	return nil
}

// unpictured are the next pictures of which no small one was made.
func unpictured(ctx context.Context, tx *store.Tx) ([]evidenceRow, error) {
	types := make([]string, 0, len(pictures))
	for t := range pictures {
		types = append(types, t)
	}
	return gorm.G[evidenceRow](tx.DB).Where("media_type IN ? AND scan NOT IN ? AND id NOT IN (SELECT evidence_id FROM evidence_previews)",
		types, []string{Waiting, Suspect}).Order("id").Limit(20).Find(ctx)
}
