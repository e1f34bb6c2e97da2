package evidence

import (
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// A row struct that lacks a column would be digested without it, and the record
// would call every row altered.
func TestRowsHaveEveryColumn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for _, row := range []any{
			&evidenceRow{},
		} {
			s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			err = db.Read(t.Context(), func(tx *store.Tx) error {
				rows, err := tx.Rows(t.Context(), "SELECT * FROM "+s.Table+" LIMIT 0")
				if err != nil {
					return err
				}
				defer rows.Close()
				columns, err := rows.Columns()
				if err != nil {
					return err
				}
				have := slices.Clone(s.DBNames)
				slices.Sort(have)
				slices.Sort(columns)
				if !slices.Equal(have, columns) {
					t.Errorf("%s: the struct has %v, the table %v", s.Table, have, columns)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
