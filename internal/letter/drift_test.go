package letter

import (
	"strings"
	"testing"

	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTheSchema(t *testing.T) {
	storetest.MatchRows(t, letterRow{}, eventRow{}, templateRow{})
}

// The job that settles letters runs every minute: it must not read every event there ever was.
func TestWaitingUsesItsIndex(t *testing.T) {
	db := storetest.Open(t)
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "EXPLAIN QUERY PLAN "+waitingSQL, 1, 1, 0, 200)
		if err != nil {
			return err
		}
		defer rows.Close()
		var plan strings.Builder
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			plan.WriteString(detail + "\n")
		}
		if !strings.Contains(plan.String(), "letter_events_queued") || strings.Contains(plan.String(), "SCAN letter_events") {
			t.Errorf("the plan is\n%s", plan.String())
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}
