package enforcement

import (
	"context"
	"time"

	"dunwatch/internal/audit"
	"dunwatch/internal/casework"
	"dunwatch/internal/store"
)

// record writes an allowed step down with everything that follows from it.
func (s *Service) record(ctx context.Context, tx *store.Tx, sc *scene, d Deed) (*Course, error) {
	p, c, by := sc.p, sc.c, sc.by
	was := entered(c.Stage)
	ready := c.Stage == StageNoticed && len(sc.lacks(StepApprove)) == 0
	first := len(c.Taken) == 0
	t := Taken{Number: len(c.Taken) + 1, Step: d.Step(), On: sc.today, At: tx.Now, ActorRole: string(by.Role), ActorID: by.UserID, ActorName: by.Name, Deed: d}
	c.take(t, func(shares []Share) bool { return trigger(sc.pack, sc.level, shares) })
	if err := addStep(ctx, tx, by, p.ID, t, noteOf(d)); err != nil {
		return nil, err
	}
	if err := s.carry(ctx, tx, sc, d); err != nil {
		return nil, err
	}
	if err := s.clocks(ctx, tx, sc, d); err != nil {
		return nil, err
	}
	if err := s.moveCase(ctx, tx, sc, d, was); err != nil {
		return nil, err
	}
	if err := keepStage(ctx, tx, p.ID, c); err != nil {
		return nil, err
	}
	if err := keepEntries(ctx, tx, sc); err != nil {
		return nil, err
	}
	p.Status, p.Stage = c.status(), c.Stage
	if !first {
		if err := s.save(ctx, tx, p); err != nil {
			return nil, err
		}
	}
	if d.Step() == StepIssue || d.Step() == StepChange {
		if err := s.keepPast(ctx, tx, p.ID); err != nil {
			return nil, err
		}
	}
	detail := []any{"case", p.Case.Reference, "step", string(d.Step()), "number", t.Number}
	if p.DecisionNumber != "" {
		detail = append(detail, "decision", p.DecisionNumber)
	}
	if _, err := s.d.Log.Append(ctx, tx, by, audit.PenaltyStep, p.Reference, detail...); err != nil {
		return nil, err
	}
	return c, s.tell(ctx, tx, sc, t, ready)
}

// carry changes the penalty as a step asks.
func (s *Service) carry(ctx context.Context, tx *store.Tx, sc *scene, d Deed) error {
	p, by := sc.p, sc.by
	switch d := d.(type) {
	case *Conclude:
		if err := addFindings(ctx, tx, p, sc.findings); err != nil {
			return err
		}
		return s.replan(ctx, tx, sc, &d.Sentence)
	case *Revise:
		return s.replan(ctx, tx, sc, &d.Sentence)
	case *ApproveCase:
		p.DecidedBy, p.DecidedByName, p.DecidedAt = by.UserID, by.Name, tx.Now
	case *ReturnCase:
		p.DecidedBy, p.DecidedByName, p.DecidedAt = 0, "", time.Time{}
	case *IssueCase:
		p.IssuedBy, p.IssuedByName, p.IssuedAt, p.IssuedOn, p.DecisionNumber = by.UserID, by.Name, tx.Now, sc.today, d.Number
		dec, err := s.seal(ctx, tx, sc)
		if err != nil {
			return err
		}
		return insertDecision(ctx, tx, p.ID, dec)
	case *Publish, *CorrectPublication, *WithdrawPublication:
		return s.register(ctx, tx, sc, d)
	}
	return nil
}

// replan takes a new sentence into the penalty.
func (s *Service) replan(ctx context.Context, tx *store.Tx, sc *scene, n *Sentence) error {
	p := sc.p
	p.Facts, p.Reasons, p.Bases, p.Measures, p.Round = n.Facts, n.Reasons, n.Basis, totals(n.Shares), sc.c.Round
	p.FineFen, p.ConfiscationFen = sums(sc.pack, p.Measures)
	return insertMeasures(ctx, tx, p)
}

// entered reports whether a stage keeps the case in enforcement: it rests on findings that must not change meanwhile.
func entered(at Stage) bool {
	return at == StageInvestigated || at == StageTried || at == StageNoticed || at == StageApproved
}

// EventSentBack is the line in the timeline of a case whose investigation goes on.
const EventSentBack = "penalty.sent_back"

// moveCase takes the case into enforcement with the proposal and out of it with the decision, or when it is sent back.
func (s *Service) moveCase(ctx context.Context, tx *store.Tx, sc *scene, d Deed, was bool) error {
	now := entered(sc.c.Stage)
	switch {
	case !was && now:
		return s.d.Cases.EnterEnforcement(ctx, tx, sc.by, sc.p.Case, sc.p.Case.Version)
	case was && !now:
		kind := casework.EventPenaltyDropped
		switch d.Step() {
		case StepIssue:
			kind = casework.EventPenaltyIssued
		case StepTry, StepReturn:
			kind = EventSentBack
		}
		return s.leave(ctx, tx, sc.by, sc.p, kind)
	}
	return nil
}

// noteOf is what the timeline says of a step beside its name.
func noteOf(d Deed) string {
	switch d := d.(type) {
	case *FileCase:
		return d.Number
	case *RefuseFiling:
		return d.Reasons
	case *Suspend:
		return d.Reasons
	case *Resume:
		return d.Reasons
	case *Revise:
		return d.Why
	case *ReturnCase:
		return d.Reasons
	case *IssueCase:
		return d.Number
	case *NoPenalty:
		return d.Reasons
	case *Extend:
		return d.Reasons
	case *DecideRecusal:
		return d.Reasons
	case *RefuseInstalments:
		return d.Reasons
	case *Transfer:
		return d.Reasons
	case *WithdrawPublication:
		return d.Reasons
	case *Challenge:
		return d.Body
	case *Change:
		return d.Reasons
	case *ArchiveCase:
		return d.Place
	default:
		return ""
	}
}
