package firm

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Absorbed lists the firms that were merged into a firm, and into those in turn, inside an open transaction: what was
// sent to them is the firm's now.
func (s *Service) Absorbed(ctx context.Context, tx *store.Tx, id int64) ([]int64, error) {
	var out []int64
	for next := []int64{id}; len(next) > 0; {
		of := next[0]
		next = next[1:]
		rows, err := tx.Rows(ctx, "SELECT id FROM firms WHERE merged_into = ? ORDER BY id", of)
		if err != nil {
			return nil, fmt.Errorf("firms merged into %d: %w", id, err)
		}
		found, err := scanIDs(rows)
		if err != nil {
			return nil, fmt.Errorf("firms merged into %d: %w", id, err)
		}
		for _, f := range found {
			if f != id && !slices.Contains(out, f) {
				out, next = append(out, f), append(next, f)
			}
		}
	}
	return out, nil
}

// Linked reports whether an agency collects for a lender on a day, inside an open transaction.
func (s *Service) Linked(ctx context.Context, tx *store.Tx, lender, agency int64, on calendar.Date) (bool, error) {
	l, err := linkDuring(ctx, tx, lender, agency, on, on)
	return l != nil, err
}

// Agencies lists the agencies that collect for a lender on a day, by name, inside an open transaction.
func (s *Service) Agencies(ctx context.Context, tx *store.Tx, lender int64, on calendar.Date) ([]Firm, error) {
	links, err := linksOf(ctx, tx, lender)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, l := range links {
		if l.LenderID == lender && !on.Before(l.FromOn) && (l.ToOn.IsZero() || !on.After(l.ToOn)) {
			ids = append(ids, l.AgencyID)
		}
	}
	firms, err := s.ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Firm, 0, len(firms))
	for _, f := range firms {
		out = append(out, f)
	}
	slices.SortFunc(out, compareNames)
	return out, nil
}

func compareNames(a, b Firm) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return strings.Compare(a.Code, b.Code)
}

func scanIDs(rows *sql.Rows) ([]int64, error) {
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
