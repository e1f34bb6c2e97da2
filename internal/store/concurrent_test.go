package store_test

import (
	"sync"
	"testing"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// A reader must stay in its own transaction while others begin and end theirs.
func TestReadersDoNotShareATransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 50 {
					err := db.Read(t.Context(), func(tx *store.Tx) error {
						for range 5 {
							rows, err := tx.Rows(t.Context(), "SELECT 1")
							if err != nil {
								return err
							}
							if err := rows.Close(); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}
