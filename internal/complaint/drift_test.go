package complaint

import (
	"slices"
	"testing"

	"dunwatch/internal/store/storetest"
)

func TestRowsMatchTables(t *testing.T) {
	storetest.MatchRows(t, &dataKeyRow{}, &complaintRow{}, &codeRow{}, &channelRow{}, &accusedRow{}, &eventRow{}, &messageRow{}, &draftRow{}, &draftFileRow{}, &logRow{},
		&evidenceRow{}, &importRow{}, &conflictRow{}, &unmappedRow{}, &contactRow{}, &ratingRow{}, &intakeRow{}, &linkRow{})
}

func TestTransitionsNameKnownStates(t *testing.T) {
	for from, list := range transitions {
		for _, to := range append(list, from) {
			if !slices.Contains(Statuses, to) {
				t.Errorf("%s leads to %s, which is no state", from, to)
			}
		}
	}
	for _, s := range Statuses {
		if s.Ended() && s != Closed && len(transitions[s]) > 0 {
			t.Errorf("%s has ended and leads on", s)
		}
	}
}
