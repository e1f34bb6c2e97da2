package main

import (
	"testing"

	"dunwatch/internal/store"
)

// countRows counts a table without the help of any capability.
func countRows(t *testing.T, o *running, table string) (n int) {
	t.Helper()
	err := o.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT count(*) FROM "+table)
		if err != nil {
			return err
		}
		defer rows.Close()
		rows.Next()
		return rows.Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
