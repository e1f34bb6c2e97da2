package evidence

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/store"
)

type checkRow struct {
	ID        int64
	CheckedAt store.Time
	Files     int64
	Missing   int64
	Altered   int64
	Unnamed   int64
}

func (checkRow) TableName() string { return "evidence_checks" }

// keepChecks is how many comparisons are kept: a season of nights.
const keepChecks = 100

func insertCheck(ctx context.Context, tx *store.Tx, c Check) error {
	_, err := tx.Exec(ctx, "INSERT INTO evidence_checks (checked_at, files, missing, altered, unnamed) VALUES (?, ?, ?, ?, ?)",
		c.At.Unix(), c.Files, c.Missing, c.Altered, c.Unnamed)
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM evidence_checks WHERE id <= (SELECT max(id) FROM evidence_checks) - ?", keepChecks)
	}
	if err != nil {
		return fmt.Errorf("keep check of evidence: %w", err)
	}
	return nil
}

func lastCheck(ctx context.Context, tx *store.Tx) (*Check, error) {
	r, err := gorm.G[checkRow](tx.DB).Order("id DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read check of evidence: %w", err)
	}
	return &Check{r.CheckedAt.Time(), int(r.Files), int(r.Missing), int(r.Altered), int(r.Unnamed)}, nil
}

// scanCounts counts files by what the scanner said of them.
func scanCounts(ctx context.Context, tx *store.Tx) (map[string]int64, error) {
	rows, err := tx.Rows(ctx, "SELECT scan, count(*) FROM evidence GROUP BY scan")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{NotScanned: 0, Waiting: 0, Clean: 0, Suspect: 0}
	for rows.Next() {
		var state string
		var n int64
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("count scans: %w", err)
		}
		out[state] = n
	}
	return out, rows.Err()
}
