package casework

import (
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// The row structs name exactly the columns of their tables: the digests of inserted rows depend on it.
func TestRowsMatchTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		for _, row := range []any{&caseRow{}, &eventRow{}, &noteRow{}, &findingRow{}, &recusalRow{}} {
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
				for _, c := range columns {
					if s.FieldsByDBName[c] == nil {
						t.Errorf("%s.%s has no field", s.Table, c)
					}
				}
				if len(s.DBNames) != len(columns) {
					t.Errorf("%s: fields %v, columns %v", s.Table, s.DBNames, columns)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
