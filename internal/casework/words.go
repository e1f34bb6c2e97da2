package casework

import (
	"context"

	"dunwatch/internal/store"
)

// words adds what somebody searched for: a reference of case or complaint, an external number, or words.
func (s *Service) words(ctx context.Context, tx *store.Tx, w *where, q string) error {
	prefix, ref := canonical(q)
	switch prefix {
	case "K":
		w.add("c.reference = ?", ref)
	default:
		w.add("EXISTS (SELECT 1 FROM complaints x WHERE x.id = c.complaint_id AND (x.reference = ? OR x.external_id = ?))", ref, q)
	}
	return nil
}
