package complaint

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// CountCap is the most that Counts counts of one status: an index is read that
// far, and a tab says no more than "1,000+".
const CountCap = 1000

// Counts is how many complaints there are in each status; CountCap+1 where there
// are more than CountCap. nil for an actor who may not read all of them: what is
// within reach cannot be counted from the index alone. Forbidden.
func (s *Service) Counts(ctx context.Context, by access.Actor) (map[Status]int, error) {
	if err := s.policy.May(by, access.ReadComplaint); err != nil {
		return nil, err
	}
	if s.policy.Widest(by.Role, access.ReadComplaint) != access.Any {
		return nil, nil
	}
	var out map[Status]int
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = countStatuses(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count complaints: %w", err)
	}
	return out, nil
}

func countStatuses(ctx context.Context, tx *store.Tx) (map[Status]int, error) {
	var parts []string
	var args []any
	for _, st := range Statuses {
		parts = append(parts, "SELECT '"+string(st)+"', COUNT(*) FROM (SELECT 1 FROM complaints WHERE status = ? LIMIT "+strconv.Itoa(CountCap+1)+") AS s_"+string(st))
		args = append(args, string(st))
	}
	rows, err := tx.Rows(ctx, strings.Join(parts, " UNION ALL "), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Status]int{}
	for rows.Next() {
		var status Status
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return nil, err
		}
		out[status] = n
	}
	return out, rows.Err()
}
