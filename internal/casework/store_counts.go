package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// slot is where a case is counted: a row of case_counts. The zero slot counts nothing.
type slot struct {
	unit, officer int64
	status        Status
}

func (c *Case) slot() slot { return slot{c.UnitID, c.OfficerID, c.Status} }

// count moves one case from a slot to another.
func count(ctx context.Context, tx *store.Tx, from, to slot) error {
	if from == to {
		return nil
	}
	for _, m := range []struct {
		slot
		n int
	}{{from, -1}, {to, 1}} {
		if m.status == "" {
			continue
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO case_counts (unit_id, officer_id, status, n) VALUES (?, ?, ?, ?)
			ON CONFLICT (unit_id, officer_id, status) DO UPDATE SET n = case_counts.n + excluded.n`,
			m.unit, m.officer, string(m.status), m.n)
		if err != nil {
			return fmt.Errorf("count cases: %w", err)
		}
	}
	return nil
}

// countBy sums case_counts under a condition, by status.
func countBy(ctx context.Context, tx *store.Tx, w where) (map[string]int, error) {
	rows, err := tx.Rows(ctx, "SELECT status, SUM(n) FROM case_counts c WHERE "+w.sql()+" GROUP BY status", w.args...)
	if err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var status string
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return nil, fmt.Errorf("count cases: %w", err)
		}
		out[status] = n
	}
	return out, rows.Err()
}

// countOfficers is the number of open cases by officer.
func countOfficers(ctx context.Context, tx *store.Tx, w where) (map[int64]int, error) {
	w.in("c.status", statusArgs(Open))
	rows, err := tx.Rows(ctx, "SELECT officer_id, SUM(n) FROM case_counts c WHERE "+w.sql()+" GROUP BY officer_id", w.args...)
	if err != nil {
		return nil, fmt.Errorf("count cases of officers: %w", err)
	}
	defer rows.Close()
	out := map[int64]int{}
	for rows.Next() {
		var officer int64
		var n int
		if err := rows.Scan(&officer, &n); err != nil {
			return nil, fmt.Errorf("count cases of officers: %w", err)
		}
		out[officer] = n
	}
	return out, rows.Err()
}
