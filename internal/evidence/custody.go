package evidence

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// Custody is the chain of custody of an item, oldest first: received, checked, viewed, copied, given out, what was made of
// it. It is read from the record, which no other list can contradict. Forbidden for a file of a report that the actor may
// not read, NotFound.
func (s *Service) Custody(ctx context.Context, by access.Actor, ref string, number int) ([]*audit.Entry, error) {
	var out []*audit.Entry
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.matter(ctx, by, ref)(tx)
		if err != nil {
			return err
		}
		if by.Role == access.Borrower {
			return access.Denied(by) // it names officers
		}
		r, err := rowOf(ctx, tx, c.ID, number)
		if err != nil {
			return err
		}
		all, err := s.log.About(ctx, tx, c.Reference, "evidence")
		if err != nil {
			return err
		}
		label := Item{Number: int(r.Number)}.Label()
		for _, e := range all {
			if names(e, label) {
				out = append(out, e)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("custody of evidence: %w", err)
	}
	return out, nil
}

// names reports whether an entry is about an item: alone, or among several.
func names(e *audit.Entry, label string) bool {
	if e.Detail["evidence"] == label {
		return true
	}
	items, _ := e.Detail["items"].([]any)
	for _, i := range items {
		if i == label {
			return true
		}
	}
	return false
}

// Disclosed records inside an open transaction that items went to somebody outside the house, a firm or another authority:
// to is a name that may stand in the record. For forwarding and enforcement, which decide it.
func (s *Service) Disclosed(ctx context.Context, tx *store.Tx, by access.Actor, ref string, items []Item, to string) error {
	if len(items) == 0 {
		return nil
	}
	labels := make([]any, len(items))
	for i, it := range items {
		labels[i] = it.Label()
	}
	_, err := s.log.Append(ctx, tx, by, audit.EvidenceDisclosed, ref, "items", labels, "to", to)
	return err
}
