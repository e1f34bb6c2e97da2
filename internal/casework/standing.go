package casework

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// Standing is what a complaint's case is to others: its reference, where it stands, and whose it is.
type Standing struct {
	Reference string
	Status    Status
	Owner     access.Owner
}

// Standings finds the cases of complaints inside an open transaction, whoever asks; complaints without a case are left out.
// For linkage, which speaks of many complaints at once.
func (s *Service) Standings(ctx context.Context, tx *store.Tx, complaintIDs []int64) (map[int64]Standing, error) {
	out := make(map[int64]Standing, len(complaintIDs))
	if len(complaintIDs) == 0 {
		return out, nil
	}
	var w where
	w.in("complaint_id", anys(complaintIDs))
	rows, err := tx.Rows(ctx, "SELECT complaint_id, reference, status, unit_id, coalesce(officer_id, 0) FROM cases WHERE "+w.sql(), w.args...)
	if err != nil {
		return nil, fmt.Errorf("find cases of complaints: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var st Standing
		if err := rows.Scan(&id, &st.Reference, &st.Status, &st.Owner.UnitID, &st.Owner.UserID); err != nil {
			return nil, fmt.Errorf("find cases of complaints: %w", err)
		}
		st.Owner.ComplaintID = id
		out[id] = st
	}
	return out, rows.Err()
}
