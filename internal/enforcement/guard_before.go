package enforcement

import (
	"slices"
)

var decision = []Step{StepApprove, StepIssue}

// guardsBefore hold from the lead to the end of the investigation.
var guardsBefore = []guard{
	{"limitation", art36, []Step{StepFile}, func(sc *scene) (bool, []any) {
		last := sc.limitation(sc.c.Apply.ActedTo)
		return !last.IsZero() && sc.today.After(last), []any{last}
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
	{"recused", art43, append([]Step{StepInvestigate, StepPreserve, StepConclude, StepNotice}, decision...), func(sc *scene) (bool, []any) {
		return sc.recused[sc.c.Lead] || sc.recused[sc.c.Second], nil
	}},
	{"handed_over", art42, []Step{StepInvestigate, StepConclude}, func(sc *scene) (bool, []any) { return sc.c.Lead != sc.p.Case.OfficerID, nil }},
	{"nothing_preserved", art56, []Step{StepPreserved}, func(sc *scene) (bool, []any) { return !sc.undecided(), nil }},
	{"preserved", art56, []Step{StepConclude}, func(sc *scene) (bool, []any) { return sc.undecided(), nil }},
	{"findings", art57, []Step{StepConclude}, func(sc *scene) (bool, []any) {
		return !slices.ContainsFunc(sc.standing, func(f findingOf) bool { return f.Upheld(sc.pack) }), nil
	}},
}

func (sc *scene) undecided() bool {
	return slices.ContainsFunc(sc.c.Preserved, func(p Preserved) bool { return p.DecidedOn.IsZero() })
}
