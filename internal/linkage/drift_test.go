package linkage

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &addedRow{}, &decisionRow{}, &mergeRow{})
}
