package enforcement

import (
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
)

// guardsAfter hold once it is decided.
var guardsAfter = []guard{
	{"published", art48, []Step{StepPublish}, func(sc *scene) (bool, []any) { return sc.c.onRegister(), nil }},
	{"annulled", art48, []Step{StepPublish, StepDemand, StepCourt, StepChange, StepChallenge}, func(sc *scene) (bool, []any) { return sc.c.annulled(), nil }},
	{"not_published", art48, []Step{StepCorrect, StepWithdraw}, func(sc *scene) (bool, []any) { return !sc.c.onRegister(), nil }},
	{"nothing_due", art72, []Step{StepPay}, func(sc *scene) (bool, []any) { return sc.ledger(sc.today).OutstandingFen == 0, nil }},
	{"nothing_back", art72, []Step{StepRefund}, func(sc *scene) (bool, []any) { return sc.ledger(sc.today).RefundFen == 0, nil }},
	{"no_fine", art66, []Step{StepAskParts}, func(sc *scene) (bool, []any) { return amountDue(sc, AccountFine) == 0, nil }},
	{"not_asked", art66, []Step{StepAllowParts, StepRefuseParts}, func(sc *scene) (bool, []any) {
		return !slices.ContainsFunc(sc.c.Asked, func(a AskedPlan) bool { return !a.Answered && a.By != sc.by.UserID }), nil
	}},
	{"challenged", own, []Step{StepChallenge}, func(sc *scene) (bool, []any) { return sc.c.challenge() != nil, nil }},
	{"not_challenged", own, []Step{StepChallengeEnd}, func(sc *scene) (bool, []any) { return sc.c.challenge() == nil, nil }},
	{"not_overdue", comp54, []Step{StepDemand}, func(sc *scene) (bool, []any) { return sc.overdue() == 0, nil }},
	{"no_demand", comp54, []Step{StepCourt}, func(sc *scene) (bool, []any) { return sc.c.Demanded == nil, nil }},
	{"demand_window", comp54, []Step{StepCourt}, func(sc *scene) (bool, []any) {
		if sc.c.Demanded == nil {
			return false, nil
		}
		due, over := sc.past("execution.demand", sc.c.Demanded.ReceivedOn)
		return !over, []any{due}
	}},
	{"remedies_open", comp53, []Step{StepCourt}, func(sc *scene) (bool, []any) {
		last, open := sc.remediesUntil()
		return open || !last.IsZero() && !sc.today.After(last), []any{last}
	}},
	{"court_too_late", comp53, []Step{StepCourt}, func(sc *scene) (bool, []any) {
		from, open := sc.remediesUntil()
		last := sc.due("execution.court", from)
		return !open && !last.IsZero() && sc.today.After(last), []any{last}
	}},
	{"court_asked", comp53, []Step{StepCourt}, func(sc *scene) (bool, []any) { return sc.c.Court != nil, nil }},
	{"no_court", comp53, []Step{StepExecuted}, func(sc *scene) (bool, []any) { return sc.c.Court == nil, nil }},
	{"unpaid", art72, []Step{StepClose}, func(sc *scene) (bool, []any) {
		l := sc.ledger(sc.today)
		done := sc.c.Executed != nil && sc.c.Executed.Exhausted
		return l.OutstandingFen > 0 && !done, []any{locale.Fen(l.OutstandingFen)}
	}},
	{"to_refund", art72, []Step{StepClose}, func(sc *scene) (bool, []any) {
		l := sc.ledger(sc.today)
		return l.RefundFen > 0, []any{locale.Fen(l.RefundFen)}
	}},
	{"not_served", own, []Step{StepClose}, func(sc *scene) (bool, []any) { return sc.c.Served == nil && !sc.c.annulled(), nil }},
	{"end_not_served", art61, []Step{StepArchive}, func(sc *scene) (bool, []any) { return sc.c.NoPenalty != nil && sc.c.Served == nil, nil }},
	{"nothing_to_serve", art61, []Step{StepServe}, func(sc *scene) (bool, []any) {
		return sc.c.Stage == StageEnded && (sc.c.NoPenalty == nil || sc.c.Served != nil), nil
	}},
	{"outcome_open", own, []Step{StepClose, StepCourt, StepChallenge}, func(sc *scene) (bool, []any) { return sc.c.outstandingOutcome() != "", nil }},
	{"instalments_open", art66, []Step{StepCourt}, func(sc *scene) (bool, []any) {
		return slices.ContainsFunc(sc.c.Asked, func(a AskedPlan) bool { return !a.Answered }), nil
	}},
	{"challenge_open", own, []Step{StepClose, StepCourt}, func(sc *scene) (bool, []any) { return sc.c.challenge() != nil, nil }},
	{"to_withdraw", art48, []Step{StepClose}, func(sc *scene) (bool, []any) {
		return sc.c.onRegister() && (sc.c.annulled() || sc.c.overtaken()), nil
	}},
}

// pays reports whether something is to be paid.
func (sc *scene) pays() bool {
	return slices.ContainsFunc(sc.c.Sentence.Shares, func(sh Share) bool { return sh.AmountFen > 0 })
}

// overdue is what should have been paid before today, confiscation and restitution included.
func (sc *scene) overdue() int64 {
	l := sc.ledger(sc.today)
	if l.DueOn.IsZero() || !sc.today.After(l.DueOn) {
		return 0
	}
	n := l.OverdueFen
	for _, b := range l.Balances {
		if b.Account != AccountFine {
			n += max(0, b.OutstandingFen)
		}
	}
	return n
}

func amountDue(sc *scene, a Account) int64 { return sc.ledger(sc.today).due(a) }

// remediesUntil is the last day for review or suit; open: one is under way. After a review 15 days remain to sue; with an
// instalment plan the time for the court runs from its last part (art. 72).
func (sc *scene) remediesUntil() (last calendar.Date, open bool) {
	c := sc.c
	if c.Served == nil {
		return calendar.Date{}, false
	}
	last = sc.due("suit.direct", c.Served.ReceivedOn)
	for _, ch := range c.Challenges {
		switch {
		case ch.EndedOn.IsZero():
			open = true
		case ch.Kind == "review" && ch.Outcome != "withdrawn":
			last = sc.due("suit.after_review", ch.EndedOn)
		case ch.Kind == "suit":
			last = ch.EndedOn
		}
	}
	for _, p := range c.Plans {
		if end := p.Parts[len(p.Parts)-1].DueOn; end.After(last) {
			last = end
		}
	}
	return last, open
}
