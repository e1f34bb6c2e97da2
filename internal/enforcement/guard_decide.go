package enforcement

import "slices"

// guardsOfDecision hold from the notice to the decision.
var guardsOfDecision = []guard{
	{"limitation_finding", art36, append([]Step{StepNotice}, decision...), func(sc *scene) (bool, []any) {
		for _, f := range sc.p.Findings {
			if last := sc.limitation(f.ActedOn); !last.IsZero() && sc.c.FiledOn.After(last) {
				return true, []any{f.Number, last}
			}
		}
		return false, nil
	}},
	{"legal_review", art58, decision, func(sc *scene) (bool, []any) {
		c := sc.c
		return sc.needsLegal() && (c.Review == nil || !c.Review.Passed || c.ReviewedAt < max(c.SentencedAt, c.HeardAt)), nil
	}},
	{"announced", art44, decision, func(sc *scene) (bool, []any) { return heavier(sc, sc.c.Sentence.Shares, sc.c.announced()) != "", nil }},
	{"announced_basis", art44, decision, func(sc *scene) (bool, []any) {
		told := sc.c.notice().Basis
		if len(told) == 0 { // notices from before it was kept
			return false, nil
		}
		i := slices.IndexFunc(sc.c.Sentence.Basis, func(id string) bool { return !slices.Contains(told, id) })
		return i >= 0, nil
	}},
	{"announced_facts", art44, decision, func(sc *scene) (bool, []any) { return sc.c.NewFactsAt > sc.c.notice().At, nil }},
	{"consent_given", own, decision, func(sc *scene) (bool, []any) {
		agreed := slices.ContainsFunc(sc.c.Sentence.Shares, func(sh Share) bool {
			k, ok := sc.pack.PenaltyKind(sh.Kind)
			return ok && k.ByConsent
		})
		return agreed && !sc.c.notice().DefenceWaived, nil
	}},
	{"recusal_open", art43, append([]Step{StepNoPenalty}, decision...), func(sc *scene) (bool, []any) {
		i := slices.IndexFunc(sc.c.Objections, func(o Objection) bool { return o.Answer == nil })
		return i >= 0, []any{i + 1}
	}},
	{"recusal_done", art43, append([]Step{StepNoPenalty}, decision...), func(sc *scene) (bool, []any) {
		i := slices.IndexFunc(sc.c.Objections, func(o Objection) bool { return o.Answer != nil && o.Answer.Upheld && !sc.recused[o.Answer.Person] })
		return i >= 0, []any{i + 1}
	}},
	{"no_recusal_asked", art43, []Step{StepRecusal}, func(sc *scene) (bool, []any) {
		return !slices.ContainsFunc(sc.c.Objections, func(o Objection) bool { return o.Answer == nil }), nil
	}},
	{"extension_late", art60, []Step{StepExtend}, func(sc *scene) (bool, []any) {
		due, late := sc.late()
		return late, []any{due}
	}},
	{"hearing_told", art63, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		return trigger(sc.pack, sc.level, sc.c.Sentence.Shares) && !n.HearingTold, nil
	}},
	{"defence_window", art45, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		due, over := sc.past("penalty.defence", n.ReceivedOn)
		return !over && !n.DefenceWaived, []any{due}
	}},
	{"defence_reply", art45, decision, func(sc *scene) (bool, []any) {
		i := slices.IndexFunc(sc.c.Defences, func(d Defence) bool { return d.Reply == nil })
		return i >= 0, []any{i + 1}
	}},
	{"hearing_window", art64, decision, func(sc *scene) (bool, []any) {
		n := sc.c.notice()
		due, over := sc.past("hearing.request", n.ReceivedOn)
		return n.HearingTold && sc.c.Hearing == nil && !over && !n.HearingWaived, []any{due}
	}},
	{"hearing_done", art64, decision, func(sc *scene) (bool, []any) {
		return sc.c.Hearing != nil && sc.c.Hearing.Report == nil, nil
	}},
	{"discussion", art57, append([]Step{StepNoPenalty}, decision...), func(sc *scene) (bool, []any) {
		c := sc.c
		// What was discussed before the notice, the defence or the hearing was another case.
		last := max(c.SentencedAt, c.notice().At, c.RepliedAt, c.HeardAt)
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
}
