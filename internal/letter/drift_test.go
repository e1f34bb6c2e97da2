package letter

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTheSchema(t *testing.T) {
	storetest.MatchRows(t, letterRow{}, eventRow{}, templateRow{})
}
