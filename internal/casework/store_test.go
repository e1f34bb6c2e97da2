package casework

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

// The row structs name exactly the columns of their tables: the digests of inserted rows depend on it.
func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &caseRow{}, &eventRow{}, &noteRow{}, &findingRow{}, &recusalRow{})
}
