package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// RegisterVersion changes whenever the public register may read differently: with every publication, correction, expiry
// and withdrawal, each of which is an event, and with the day, on which publications expire. It is one look at an index, so that
// a reader who has the newest copy costs nothing more.
func (s *Service) RegisterVersion(ctx context.Context) (version string, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		var last int64
		if err := tx.DB.WithContext(ctx).Raw("SELECT COALESCE(MAX(id), 0) FROM publication_events").Scan(&last).Error; err != nil {
			return fmt.Errorf("version of the register: %w", err)
		}
		version = fmt.Sprintf("%d.%s", last, s.today(tx))
		return nil
	})
	return version, err
}
