package complaint

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/store"
)

// byIdempotency finds the filing of an earlier request; nil where there is none.
func byIdempotency(ctx context.Context, tx *store.Tx, hashes [][]byte) (*complaintRow, error) {
	rows, err := gorm.G[complaintRow](tx.DB).Where("idempotency_hash IN ?", hashes).Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// byIDs loads complaints with their children, in no order.
func byIDs(ctx context.Context, tx *store.Tx, ids []int64) ([]*Complaint, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := gorm.G[complaintRow](tx.DB).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load complaints: %w", err)
	}
	return joined(ctx, tx, rows)
}
