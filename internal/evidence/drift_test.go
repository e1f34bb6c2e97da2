package evidence

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &evidenceRow{}, &linkRow{}, &releaseRow{}, &previewRow{}, &checkRow{})
}
