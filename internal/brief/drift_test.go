package brief

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &briefRow{})
}
