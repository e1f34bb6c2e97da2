package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// RegisterVersion changes whenever the public register may read differently: with every publication, correction, expiry
// and withdrawal, each of which is an event, and with the day, on which publications expire. It counts the events beside
// looking at the last: on PostgreSQL one with a lower number may be committed later.
func (s *Service) RegisterVersion(ctx context.Context) (version string, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, "SELECT COUNT(*), COALESCE(MAX(id), 0) FROM publication_events")
		if err != nil {
			return fmt.Errorf("version of the register: %w", err)
		}
		defer rows.Close()
		var n, last int64
		if rows.Next() {
			if err := rows.Scan(&n, &last); err != nil {
				return fmt.Errorf("version of the register: %w", err)
			}
		}
		version = fmt.Sprintf("%d.%d.%s", n, last, s.today(tx))
		return rows.Err()
	})
	return version, err
}

// RegisterPulse moves with every change of the register that this program committed, so that a reader who keeps a copy knows
// without asking the database. Changes that another program made show in RegisterVersion alone.
func (s *Service) RegisterPulse() uint64 { return s.published.Load() }
