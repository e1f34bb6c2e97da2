package letter

import (
	"context"
	"time"

	"dunwatch/internal/store"
)

// delivered asks the outbox after one notice.
func (s *Service) delivered(ctx context.Context, tx *store.Tx, dedupe string) (state string, at time.Time, err error) {
	return s.asked(ctx, tx, dedupe)
}
