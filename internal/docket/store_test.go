package docket

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &yearRow{}, &dayRow{}, &moveRow{})
}
