package storetest

import (
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"dunwatch/internal/store"
)

// MatchRows fails unless every row struct names exactly the columns of its
// table, on both databases. The audit digest of an inserted row is taken from
// its struct: a column that the struct lacks would make the record call every
// row altered.
func MatchRows(t *testing.T, rows ...any) {
	t.Helper()
	Each(t, func(t *testing.T, db *store.DB, _ *Clock) {
		for _, row := range rows {
			s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			columns := columnsOf(t, db, s.Table)
			have := slices.Sorted(slices.Values(s.DBNames))
			if !slices.Equal(have, columns) {
				t.Errorf("%s: the struct has %v, the table %v", s.Table, have, columns)
			}
		}
	})
}

func columnsOf(t *testing.T, db *store.DB, table string) (columns []string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT * FROM "+table+" LIMIT 0")
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err = rows.Columns()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(columns)
	return columns
}
