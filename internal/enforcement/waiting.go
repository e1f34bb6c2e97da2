package enforcement

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// Waits is a penalty whose course waits for a step that the actor can take now.
type Waits struct {
	Penalty Penalty
	Stage   Stage
	Step    Step
	DueOn   calendar.Date // of the first limit of the office that runs; no date where none does
}

// mostWaiting is how many open courses are looked through: the computation of each costs a few milliseconds.
const mostWaiting = 200

// onward are the steps that lead a course on, in the order of the work. What only the party or chance brings about, such as a
// payment, is left out: nobody's desk waits with it.
var onward = []Step{
	StepFile, StepInvestigate, StepPreserved, StepRecusal, StepConclude, StepTry, StepLegalReview, StepNotice, StepReply, StepSetHearing, StepHold,
	StepHearReport, StepDeliberate, StepApprove, StepIssue, StepServe, StepPublish, StepAllowParts, StepWithdraw, StepRefund, StepDemand, StepCourt,
	StepClose, StepArchive,
}

// Waiting lists the penalties whose next step is the actor's own, the most urgent first; those with no date come last.
// Forbidden for roles that read no penalty.
func (s *Service) Waiting(ctx context.Context, by access.Actor) (out []Waits, err error) {
	if err := s.d.Policy.May(by, access.ReadPenalty); err != nil {
		return nil, err
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		refs, err := openCourses(ctx, tx, s.reach(by), s.stagesOf(by))
		if err != nil {
			return err
		}
		var ids []int64
		for ref, stage := range refs {
			sc, err := s.enter(ctx, tx, by, ref, probe[stage])
			if err != nil {
				return err
			}
			if step := s.next(by, sc); step != "" {
				out = append(out, Waits{Penalty: *sc.p, Stage: sc.c.Stage, Step: step})
				ids = append(ids, sc.p.ID)
			}
		}
		return s.dueDates(ctx, tx, out, ids)
	})
	if err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	slices.SortFunc(out, func(a, b Waits) int {
		switch {
		case a.DueOn == b.DueOn:
			return int(a.Penalty.ID - b.Penalty.ID)
		case a.DueOn.IsZero():
			return 1
		case b.DueOn.IsZero():
			return -1
		}
		return a.DueOn.Compare(b.DueOn)
	})
	return out, nil
}

// probe is the deed with which the scene of a stage is gathered: findings are needed to conclude, like decisions to approve,
// and neither elsewhere.
var probe = map[Stage]Deed{
	StageLead: &RefuseFiling{}, StageFiled: &Investigate{}, StageInvestigates: &Conclude{}, StageSuspended: &Investigate{}, StageInvestigated: &Try{},
	StageTried: &Try{}, StageNoticed: &ApproveCase{}, StageApproved: &ApproveCase{}, StageDecided: &CloseCase{}, StageServed: &CloseCase{},
	StageClosed: &CloseCase{}, StageEnded: &CloseCase{},
}

// stagesOf are the stages in which a role may lead a course on.
func (s *Service) stagesOf(by access.Actor) []string {
	var out []string
	for _, step := range onward {
		if s.d.Policy.Widest(by.Role, rules[step].action) == access.None {
			continue
		}
		for _, at := range rules[step].from {
			if !slices.Contains(out, string(at)) {
				out = append(out, string(at))
			}
		}
	}
	return out
}

// next is the first step onward that the actor can take now and that the course waits for; "" where there is none.
func (s *Service) next(by access.Actor, sc *scene) Step {
	for _, step := range onward {
		if step.fits(sc.c.Stage) && sc.barred(step) == noPart && sc.awaits(step) && s.may(by, sc, step) == nil {
			return step
		}
	}
	return ""
}

// awaits reports whether a course waits for a step: nothing keeps it, and it is not one that may be taken at any time.
func (sc *scene) awaits(step Step) bool {
	c := sc.c
	only := func(id string) bool { // it is all that the approval lacks, the discussion apart, which comes last
		lacks := slices.DeleteFunc(sc.lacks(StepApprove), func(l Lack) bool { return id != "discussion" && l.Guard == "discussion" })
		return len(lacks) == 1 && lacks[0].Guard == id
	}
	switch step {
	case StepLegalReview:
		if c.Stage == StageTried && (!sc.needsLegal() || c.Review != nil) || c.Stage == StageNoticed && !only("legal_review") {
			return false
		}
	case StepDeliberate:
		if !only("discussion") {
			return false
		}
	case StepNotice:
		if c.Stage != StageTried {
			return false
		}
	case StepSetHearing:
		if c.Hearing == nil || c.Hearing.Set != nil {
			return false
		}
	case StepWithdraw:
		if !c.annulled() && !c.overtaken() {
			return false
		}
	case StepDemand:
		if c.Demanded != nil || c.challenge() != nil {
			return false
		}
	}
	return len(sc.lacks(step)) == 0
}

// dueDates fills in the first limit of the office that runs for each.
func (s *Service) dueDates(ctx context.Context, tx *store.Tx, list []Waits, ids []int64) error {
	clocks, err := deadline.OfAll(ctx, tx, deadline.OfPenalty, ids)
	if err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		pack, err := s.pack(w.Penalty.Case.Pack)
		if err != nil {
			return err
		}
		for _, c := range clocks[w.Penalty.ID] {
			st, err := deadline.Compute(s.d.Calendars[pack.Calendar], c)
			if err != nil {
				return err
			}
			l, _ := pack.Limit(deadline.Base(c.Kind))
			if st.Phase == deadline.Running && l.Party != "respondent" && (w.DueOn.IsZero() || st.Due.Before(w.DueOn)) {
				w.DueOn = st.Due
			}
		}
	}
	return nil
}
