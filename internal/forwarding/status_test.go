package forwarding

import (
	"slices"
	"testing"

	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

func TestMachine(t *testing.T) {
	deeds := []deed{acknowledge, answer, pass, sendBack, accept, askReview, finish}
	want := map[Status][]deed{
		Sent: {acknowledge, answer, finish}, Acknowledged: {answer, finish}, Answered: {pass, sendBack, finish}, Returned: {answer, finish},
		Told: {accept, askReview, finish}, Review: {answer, finish}, ReviewAnswered: {pass, sendBack, finish},
		ReviewReturned: {answer, finish}, ReviewTold: {accept, finish}, Accepted: nil, Ended: nil,
	}
	for _, s := range Statuses {
		for _, d := range deeds {
			next, err := s.next(d)
			if got := slices.Contains(want[s], d); (err == nil) != got || s.can(d) != got {
				t.Errorf("%s %s: %v", s, d, err)
			}
			if err == nil && !slices.Contains(Statuses, next) {
				t.Errorf("%s %s leads to %q", s, d, next)
			}
		}
		if got := s.can(answer); got != s.Awaits() {
			t.Errorf("%s: the firm may answer: %v, is to act: %v", s, got, s.Awaits())
		}
		if over := slices.Contains(Over, s); over == s.can(finish) {
			t.Errorf("%s: over: %v, can end: %v", s, over, s.can(finish))
		}
	}
	// Whatever the state of the firm, an answer leads to the check, and the check back to the firm or on to the complainant.
	for _, s := range Waiting {
		a, err := s.next(answer)
		if err != nil || !a.can(pass) || !a.can(sendBack) {
			t.Errorf("%s is answered as %q, %v", s, a, err)
		}
		if a.stage() != s.stage() {
			t.Errorf("%s is of stage %s and answered in stage %s", s, s.stage(), a.stage())
		}
	}
}

func TestRowsMatchTheSchema(t *testing.T) {
	storetest.MatchRows(t,
		forwardRow{}, eventRow{}, answerRow{}, checkRow{}, fileRow{}, disclosureRow{})
}

func TestWordsExist(t *testing.T) {
	words := lawtest.Words(t)
	var keys []string
	for _, s := range Statuses {
		keys = append(keys, "forwarding.status."+string(s))
		for _, d := range []deed{acknowledge, answer, pass, sendBack, accept, askReview, finish} {
			keys = append(keys, s.refusal(d))
		}
	}
	for _, e := range Events {
		keys = append(keys, "event."+e)
	}
	for _, m := range Mails {
		keys = append(keys, m+".subject", m+".body")
	}
	for _, f := range Fields {
		keys = append(keys, "forwarding.fields."+f)
	}
	for _, p := range Points {
		keys = append(keys, "forwarding.points."+p)
		if pointWords[p].IsZero() {
			t.Errorf("no words for letters about %s", p)
		}
	}
	for _, x := range Tabs {
		keys = append(keys, "forwarding.tabs."+string(x))
	}
	for _, k := range []Kind{ToAnswer, ForInformation} {
		keys = append(keys, "forwarding.kinds."+string(k))
	}
	for _, l := range locale.Langs {
		for _, k := range keys {
			if !words.Has(l, k) {
				t.Errorf("no words for %s in %s", k, l)
			}
		}
	}
}
