package enforcement

import (
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// Lack is what a step still needs. Key is a sentence of web/locales with Args; Article is what asks for it, with its mark.
type Lack struct {
	Guard    string        `json:"guard"`
	Key      string        `json:"key"`
	Args     []any         `json:"args,omitempty"`
	Article  rulebook.Text `json:"article"`
	Verified bool          `json:"verified"`
}

// article is a provision that asks for a step. It was read in the source law.md names S1, S9 or S11.
type article struct {
	zh, en   string
	verified bool
}

// The provisions behind the guards. Other packs than cn follow the same procedure as the office's own rule.
var (
	art36  = article{"《行政处罚法》第三十六条", "Administrative Penalty Law, art. 36", true}
	art42  = article{"《行政处罚法》第四十二条", "Administrative Penalty Law, art. 42", true}
	art43  = article{"《行政处罚法》第四十三条", "Administrative Penalty Law, art. 43", true}
	art44  = article{"《行政处罚法》第四十四条、第六十二条", "Administrative Penalty Law, arts. 44, 62", true}
	art45  = article{"《行政处罚法》第四十五条、第六十二条", "Administrative Penalty Law, arts. 45, 62", true}
	art48  = article{"《行政处罚法》第四十八条", "Administrative Penalty Law, art. 48", true}
	art56  = article{"《行政处罚法》第五十六条", "Administrative Penalty Law, art. 56", true}
	art57  = article{"《行政处罚法》第五十七条", "Administrative Penalty Law, art. 57", true}
	art58  = article{"《行政处罚法》第五十八条", "Administrative Penalty Law, art. 58", true}
	art59  = article{"《行政处罚法》第五十九条", "Administrative Penalty Law, art. 59", true}
	art63  = article{"《行政处罚法》第六十三条", "Administrative Penalty Law, art. 63", true}
	art64  = article{"《行政处罚法》第六十四条、第六十五条", "Administrative Penalty Law, arts. 64, 65", true}
	art66  = article{"《行政处罚法》第六十六条", "Administrative Penalty Law, art. 66", true}
	art72  = article{"《行政处罚法》第七十二条", "Administrative Penalty Law, art. 72", true}
	comp53 = article{"《行政强制法》第五十三条", "Administrative Compulsion Law, art. 53", true}
	comp54 = article{"《行政强制法》第五十四条", "Administrative Compulsion Law, art. 54", true}
	own    = article{"本机关内部规定", "set by the office", false}
)

// guard is a condition of steps: missing says whether it is not met, with the arguments of its sentence. The sentence is
// "penalty_case.lack." + id.
type guard struct {
	id      string
	article article
	steps   []Step
	missing func(sc *scene) (bool, []any)
}

var decision = []Step{StepApprove, StepIssue}

// guards is the table of all conditions, in the order in which people meet them.
var guards = []guard{
	{"limitation", art36, []Step{StepFile}, func(sc *scene) (bool, []any) {
		last := sc.limitation(sc.c.Apply.ActedTo)
		return !last.IsZero() && sc.today.After(last), []any{last}
	}},
	{"limitation_finding", art36, append([]Step{StepNotice}, decision...), func(sc *scene) (bool, []any) {
		for _, f := range sc.p.Findings {
			if last := sc.limitation(f.ActedOn); !last.IsZero() && sc.c.FiledOn.After(last) {
				return true, []any{f.Number, last}
			}
		}
		return false, nil
	}},
	{"officer_of_case", art42, []Step{StepFile, StepOfficers}, func(sc *scene) (bool, []any) { return sc.p.Case.OfficerID == 0, nil }},
	{"officers", art42, append([]Step{StepInvestigate, StepPreserve, StepConclude, StepTry, StepNotice}, decision...), func(sc *scene) (bool, []any) {
		n := 2
		if t, ok := sc.pack.Threshold("officers.min"); ok {
			n = int(t.Value)
		}
		have := 0
		for _, id := range []int64{sc.c.Lead, sc.c.Second} {
			if id != 0 {
				have++
			}
		}
		return have < n || sc.c.Lead == sc.c.Second, []any{n}
	}},
	{"recused", art43, append([]Step{StepInvestigate, StepPreserve, StepConclude, StepTry}, decision...), func(sc *scene) (bool, []any) {
		before := sc.c.Stage == StageFiled || sc.c.Stage == StageInvestigates
		return before && (sc.recused[sc.c.Lead] || sc.recused[sc.c.Second]), nil
	}},
	{"handed_over", art42, []Step{StepInvestigate, StepConclude}, func(sc *scene) (bool, []any) { return sc.c.Lead != sc.p.Case.OfficerID, nil }},
	{"nothing_preserved", art56, []Step{StepPreserved}, func(sc *scene) (bool, []any) { return !sc.undecided(), nil }},
	{"preserved", art56, []Step{StepConclude}, func(sc *scene) (bool, []any) { return sc.undecided(), nil }},
	{"findings", art57, []Step{StepConclude}, func(sc *scene) (bool, []any) {
		return !slices.ContainsFunc(sc.standing, func(f findingOf) bool { return f.Upheld(sc.pack) }), nil
	}},
	{"legal_review", art58, decision, func(sc *scene) (bool, []any) {
		c := sc.c
		if !sc.needsLegal() {
			return false, nil
		}
		last := c.SentencedAt
		if c.Hearing != nil {
			last = max(last, c.Hearing.DoneAt)
		}
		return c.Review == nil || !c.Review.Passed || c.ReviewedAt < last, nil
	}},
	{"announced", art44, decision, func(sc *scene) (bool, []any) { return heavier(sc, sc.c.Sentence.Shares, sc.c.announced()) != "", nil }},
	{"hearing_told", art63, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		return trigger(sc.pack, sc.level, sc.c.Sentence.Shares) && !n.HearingTold, nil
	}},
	{"defence_window", art45, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		due, over := sc.past("penalty.defence", n.ServedOn)
		return !over && !n.DefenceWaived, []any{due}
	}},
	{"defence_reply", art45, decision, func(sc *scene) (bool, []any) {
		i := slices.IndexFunc(sc.c.Defences, func(d Defence) bool { return d.Reply == nil })
		return i >= 0, []any{i + 1}
	}},
	{"hearing_window", art64, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		due, over := sc.past("hearing.request", n.ServedOn)
		return n.HearingTold && sc.c.Hearing == nil && !over && !n.HearingWaived, []any{due}
	}},
	{"hearing_done", art64, decision, func(sc *scene) (bool, []any) {
		return sc.c.Hearing != nil && sc.c.Hearing.Report == nil, nil
	}},
	{"discussion", art57, decision, func(sc *scene) (bool, []any) {
		c := sc.c
		last := max(c.SentencedAt, c.notice().At)
		return sc.needsDiscussion() && (c.Deliberate == nil || !c.Deliberate.Agree || c.DeliberatedAt < last), nil
	}},
	{"usual_range", own, decision, func(sc *scene) (bool, []any) {
		return sc.usual != nil && sc.c.Sentence.RangeReason == "" && sc.usual.leaves(sc.p.FineFen), nil
	}},
	{"review_too_soon", art58, []Step{StepLegalReview}, func(sc *scene) (bool, []any) {
		return sc.c.Hearing != nil && sc.c.Hearing.Report == nil, nil
	}},
	{"no_hearing_right", art63, []Step{StepAskHearing}, func(sc *scene) (bool, []any) { return !sc.c.notice().HearingTold, nil }},
	{"hearing_asked", art64, []Step{StepAskHearing}, func(sc *scene) (bool, []any) { return sc.c.Hearing != nil, nil }},
	{"hearing_waived", art64, []Step{StepAskHearing}, func(sc *scene) (bool, []any) { return sc.c.notice().HearingWaived, nil }},
	{"no_hearing_asked", art64, []Step{StepSetHearing}, func(sc *scene) (bool, []any) { return sc.c.Hearing == nil, nil }},
	{"hearing_held", art64, []Step{StepSetHearing, StepHold}, func(sc *scene) (bool, []any) {
		return sc.c.Hearing != nil && sc.c.Hearing.Held != nil, nil
	}},
	{"hearing_not_set", art64, []Step{StepHold}, func(sc *scene) (bool, []any) { return sc.c.Hearing == nil || sc.c.Hearing.Set == nil, nil }},
	{"hearing_to_come", art64, []Step{StepHold}, func(sc *scene) (bool, []any) {
		h := sc.c.Hearing
		if h == nil || h.Set == nil {
			return false, nil
		}
		return sc.today.Before(h.Set.On), []any{h.Set.On}
	}},
	{"chair_only", art64, []Step{StepHold, StepHearReport}, func(sc *scene) (bool, []any) {
		h := sc.c.Hearing
		return h != nil && h.Set != nil && h.Set.Chair != sc.by.UserID, nil
	}},
	{"hearing_not_held", art64, []Step{StepHearReport}, func(sc *scene) (bool, []any) { return sc.c.Hearing == nil || sc.c.Hearing.Held == nil, nil }},
	{"hearing_reported", art64, []Step{StepHearReport}, func(sc *scene) (bool, []any) {
		return sc.c.Hearing != nil && sc.c.Hearing.Report != nil, nil
	}},
	{"no_defence", art45, []Step{StepReply}, func(sc *scene) (bool, []any) {
		return !slices.ContainsFunc(sc.c.Defences, func(d Defence) bool { return d.Reply == nil }), nil
	}},
	{"content_party", art59, []Step{StepIssue}, func(sc *scene) (bool, []any) { return sc.p.Firm.Name == "", nil }},
	{"content_facts", art59, []Step{StepIssue}, func(sc *scene) (bool, []any) {
		return sc.c.Sentence.Facts == "" || len(sc.p.Findings) == 0, nil
	}},
	{"content_evidence", art59, []Step{StepIssue}, func(sc *scene) (bool, []any) {
		for _, f := range sc.p.Findings {
			if len(f.Evidence) == 0 && f.Reasons == "" {
				return true, []any{f.Number}
			}
		}
		return false, nil
	}},
	{"content_basis", art59, []Step{StepIssue}, func(sc *scene) (bool, []any) { return len(sc.c.Sentence.Basis) == 0 && sc.penalises(), nil }},
	{"content_remedies", art59, []Step{StepIssue}, func(sc *scene) (bool, []any) {
		_, review := sc.pack.LimitOn("review.apply", sc.today)
		_, suit := sc.pack.LimitOn("suit.direct", sc.today)
		return sc.pack.ID == "cn" && (!review || !suit), nil
	}},
	{"published", art48, []Step{StepPublish}, func(sc *scene) (bool, []any) { return sc.c.onRegister(), nil }},
	{"annulled", art48, []Step{StepPublish, StepDemand, StepCourt, StepChange, StepChallenge}, func(sc *scene) (bool, []any) { return sc.c.annulled(), nil }},
	{"not_published", art48, []Step{StepCorrect, StepWithdraw}, func(sc *scene) (bool, []any) { return !sc.c.onRegister(), nil }},
	{"nothing_due", art72, []Step{StepPay}, func(sc *scene) (bool, []any) { return sc.ledger(sc.today).OutstandingFen == 0, nil }},
	{"nothing_back", art72, []Step{StepRefund}, func(sc *scene) (bool, []any) { return sc.ledger(sc.today).RefundFen == 0, nil }},
	{"no_fine", art66, []Step{StepAskParts}, func(sc *scene) (bool, []any) { return amountDue(sc, AccountFine) == 0, nil }},
	{"not_asked", art66, []Step{StepAllowParts}, func(sc *scene) (bool, []any) {
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
		due, over := sc.past("execution.demand", sc.c.Demanded.ServedOn)
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
	{"challenge_open", own, []Step{StepClose, StepCourt}, func(sc *scene) (bool, []any) { return sc.c.challenge() != nil, nil }},
	{"to_withdraw", art48, []Step{StepClose}, func(sc *scene) (bool, []any) { return sc.c.annulled() && sc.c.onRegister(), nil }},
}

func (sc *scene) undecided() bool {
	return slices.ContainsFunc(sc.c.Preserved, func(p Preserved) bool { return p.DecidedOn.IsZero() })
}

func (sc *scene) penalises() bool {
	return slices.ContainsFunc(sc.c.Sentence.Shares, func(sh Share) bool {
		k, ok := sc.pack.PenaltyKind(sh.Kind)
		return ok && k.Class == "penalty"
	})
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

// lacks is what a step needs and does not have, the stage and the actor apart.
func (sc *scene) lacks(step Step) (out []Lack) {
	for _, g := range guards {
		if !slices.Contains(g.steps, step) {
			continue
		}
		if missing, args := g.missing(sc); missing {
			out = append(out, sc.lack(g.id, g.article, args...))
		}
	}
	return out
}

func (sc *scene) lack(id string, a article, args ...any) Lack {
	if sc.pack.ID != "cn" {
		a = own
	}
	return Lack{Guard: id, Key: "penalty_case.lack." + id, Args: args, Article: rulebook.Text{ZH: a.zh, EN: a.en}, Verified: a.verified}
}

// after are the conditions that depend on what was said: dates of a hearing, an account to pay into.
func (sc *scene) after(d Deed) error {
	refuse := func(id string, a article, args ...any) error {
		l := sc.lack(id, a, args...)
		return fault.New(fault.Conflict, l.Key, l.Args...)
	}
	switch d := d.(type) {
	case *Notice:
		if trigger(sc.pack, sc.level, d.Shares) && !d.HearingTold {
			return refuse("hearing_told", art63)
		}
	case *AskHearing:
		if due := sc.due("hearing.request", sc.c.notice().ServedOn); !due.IsZero() && d.On.After(due) {
			return refuse("hearing_late", art64, due)
		}
	case *SetHearing:
		if due := sc.due("hearing.notice", d.NoticedOn); !due.IsZero() && d.On.Before(due) {
			return refuse("hearing_notice", art64, due)
		}
	case *IssueCase:
		if sc.pays() && d.Account == "" {
			return refuse("content_account", art59)
		}
	case *Conclude:
		return sc.oneAct(&d.Sentence)
	case *Revise:
		return sc.oneAct(&d.Sentence)
	}
	return nil
}

// oneAct holds a sentence against art. 29: an act is fined once, and under the norm with the higher fine.
func (sc *scene) oneAct(s *Sentence) error {
	fine := slices.ContainsFunc(s.Shares, func(sh Share) bool {
		k, ok := sc.pack.PenaltyKind(sh.Kind)
		return ok && fines(k) && sh.Party == 1
	})
	if !fine {
		return nil
	}
	for _, f := range sc.findings {
		if sc.fined[f.ID] {
			return fault.New(fault.Conflict, "enforcement.fined_before", f.Number)
		}
	}
	if id := heavierNorm(sc.pack, sc.findings, s.Basis); id != "" && s.NormReason == "" {
		return fault.New(fault.Conflict, "penalty_case.lack.heavier_norm", id)
	}
	return nil
}

// GuardIDs lists every guard, so that a test can hold the locales against it.
func GuardIDs() []string {
	ids := []string{"stage", "apart", "hearing_late", "hearing_notice", "content_account", "heavier_norm"}
	for _, g := range guards {
		ids = append(ids, g.id)
	}
	return ids
}
