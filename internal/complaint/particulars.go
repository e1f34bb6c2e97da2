package complaint

import (
	"context"

	"dunwatch/internal/store"
)

// Particulars opens the sealed particulars of a complainant inside an open transaction, whoever asks: for forwarding,
// which gives a firm those that an officer disclosed to it and records that it looked. NotFound once the key is destroyed.
func (s *Service) Particulars(ctx context.Context, tx *store.Tx, c *Complaint) (*Complainant, error) {
	return s.particulars(ctx, tx, c)
}
