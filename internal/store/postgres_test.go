package store_test

import (
	"context"
	"testing"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// Every connection plans for data in memory, unless the database was told otherwise.
func TestPostgresPlansForMemory(t *testing.T) {
	ctx, url := context.Background(), storetest.PostgresURL(t)
	costs := func() (page, jit string) {
		db, err := store.Open(ctx, store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.Write(ctx, func(tx *store.Tx) error {
			rows, err := tx.Rows(ctx, "SELECT current_setting('random_page_cost'), current_setting('jit')")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := rows.Scan(&page, &jit); err != nil {
					return err
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET random_page_cost = 3'; END $$")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return page, jit
	}
	if page, jit := costs(); page != "1.1" || jit != "off" {
		t.Errorf("as shipped: random_page_cost %s, jit %s", page, jit)
	}
	if page, jit := costs(); page != "3" || jit != "off" {
		t.Errorf("set for the database: random_page_cost %s, jit %s", page, jit)
	}
}
