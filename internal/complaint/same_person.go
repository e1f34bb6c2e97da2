package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// Ways in which two complaints show to be one person's.
const (
	SamePhone    = "phone"
	SameIDNumber = "id_number"
)

// SamePerson finds other complaints made under the same telephone number or ID number, newest first, at most limit, each
// with what is the same, inside an open transaction and whoever asks: the caller must hold back what the actor may not know.
// It compares keyed indexes and opens no seal. For linkage.
func (s *Service) SamePerson(ctx context.Context, tx *store.Tx, c *Complaint, limit int) ([]int64, map[int64][]string, error) {
	same := map[int64][]string{}
	r, err := rowByID(ctx, tx, c.ID)
	if err != nil {
		return nil, nil, err
	}
	var ids []int64
	for _, f := range []struct {
		way, query string
		index      []byte
	}{
		{SameIDNumber, "SELECT id FROM complaints WHERE id_number_idx = ? AND id <> ? ORDER BY id DESC LIMIT ?", r.IDNumberIdx},
		{SamePhone, "SELECT id FROM complaints WHERE phone_idx = ? AND id <> ? ORDER BY id DESC LIMIT ?", r.PhoneIdx},
	} {
		if len(f.index) == 0 {
			continue
		}
		found, err := idList(ctx, tx, f.query, f.index, c.ID, limit)
		if err != nil {
			return nil, nil, fmt.Errorf("find the same person: %w", err)
		}
		for _, id := range found {
			if same[id] == nil {
				ids = append(ids, id)
			}
			same[id] = append(same[id], f.way)
		}
	}
	return ids, same, nil
}

func idList(ctx context.Context, tx *store.Tx, query string, args ...any) ([]int64, error) {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Together adds the event of a merge or its undoing to both complaints and a version to each, so that two who merge at once
// cannot both succeed. The caller appends the entry of the deed. Conflict (stale). For linkage.
func (s *Service) Together(ctx context.Context, tx *store.Tx, by access.Actor, act audit.Action, a, b *Complaint, event, reason string) error {
	if b.ID < a.ID {
		a, b = b, a // always in one order: two merges must not wait for each other
	}
	for _, c := range []*Complaint{a, b} {
		if err := move(ctx, tx, c, c.Version, set{"status": string(c.Status)}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, event, true, ""); err != nil {
			return err
		}
	}
	for _, c := range []*Complaint{a, b} {
		if _, err := s.log.Append(ctx, tx, by, act, c.Reference, "reason", reason); err != nil {
			return err
		}
	}
	return nil
}
