package enforcement

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"dunwatch/internal/store"
)

// assignment is one column of an update.
type assignment = clause.Assignment

// findRows loads the rows of a table that a condition allows, at most limit; 0 is all of them.
func findRows[R any](ctx context.Context, tx *store.Tx, order string, limit int, where string, args ...any) ([]R, error) {
	q := gorm.G[R](tx.DB).Where(where, args...).Order(order)
	if limit > 0 {
		q = q.Limit(limit)
	}
	return q.Find(ctx)
}

// findRow loads the only row that a condition allows; ok is false where there is none.
func findRow[R any](ctx context.Context, tx *store.Tx, where string, args ...any) (row R, ok bool, err error) {
	row, err = gorm.G[R](tx.DB).Where(where, args...).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, false, nil
	}
	return row, err == nil, err
}
