package httpd

import (
	"testing"

	"dunwatch/internal/store/storetest"
)

// newPostgresSite is newSite on PostgreSQL.
func newPostgresSite(tb testing.TB) *site {
	tb.Helper()
	clock := storetest.NewClock()
	return newSiteAt(tb, clock, storetest.OpenPostgres(tb, clock))
}

// What must hold on one database must hold on the other: the same bodies as the
// tests on SQLite, races included.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, *site){
		"main job":              mainJobByAPI,
		"filings at once":       filingsAtOnce,
		"filing sent again":     filingSentAgain,
		"two assign at once":    twoAssignAtOnce,
		"pages of the penalty":  penaltyFromProposalToDecision,
		"evidence handed out":   evidenceHandedOut,
		"from front to case":    filingFromFrontToCase,
		"screening decisions":   screeningDecisions,
		"bulk assign":           bulkAssign,
		"screening by API":      screeningByAPI,
		"reveal and firms":      revealAndFirms,
		"sessions by API":       sessionByAPI,
		"hostile text is text":  hostileTextStaysText,
		"wrong code is unknown": wrongCodeIsUnknown,
	} {
		t.Run(name, func(t *testing.T) { run(t, newPostgresSite(t)) })
	}
}
