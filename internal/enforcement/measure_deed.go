package enforcement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// OrderMeasure orders a measure short of a penalty against a firm of a case and writes to the firm, but for a referral, of
// which it is not told. Invalid, Forbidden, NotFound.
func (s *Service) OrderMeasure(ctx context.Context, by access.Actor, caseRef string, n NewMeasure) (*FirmMeasure, error) {
	var m *FirmMeasure
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.OrderMeasure, k.Owner()); err != nil {
			return err
		}
		if err := s.notRecused(ctx, tx, by, k); err != nil {
			return err
		}
		pack, err := s.pack(k.Pack)
		if err != nil {
			return err
		}
		f := k.Firm(n.Firm)
		if f == nil {
			return wrong("firm", "enforcement.choose_party")
		}
		var bad fault.Fields
		n.check(&bad, pack, s.today(tx))
		if err := s.checkFindings(ctx, tx, &bad, pack, k, n); err != nil {
			return err
		}
		after, err := s.measureBefore(ctx, tx, &bad, k, n.After)
		if err != nil {
			return err
		}
		if err := bad.Err(); err != nil {
			return err
		}
		if m, err = s.insertMeasure(ctx, tx, by, k, *f, n, after); err != nil {
			return err
		}
		if err := s.followUp(ctx, tx, by, m, pack, calendar.Date{}); err != nil {
			return err
		}
		if _, err = s.d.Log.Append(ctx, tx, by, audit.MeasureOrdered, m.Reference, "case", k.Reference, "kind", n.Kind, "firm", f.Code); err != nil {
			return err
		}
		if m.Referral() {
			return nil
		}
		l := s.measureMail(ctx, tx, by, m)
		l.party("measure", f.ID)
		return l.err
	})
	if err != nil {
		return nil, fmt.Errorf("order measure on %s: %w", caseRef, err)
	}
	return m, nil
}

func (s *Service) checkFindings(ctx context.Context, tx *store.Tx, bad *fault.Fields, pack *rulebook.Pack, k *casework.Case, n NewMeasure) error {
	kind, _ := MeasureKindOf(pack, n.Kind)
	if !kind.Finding && len(n.Findings) == 0 {
		return nil
	}
	standing, err := s.d.Cases.StandingFindings(ctx, tx, k.ID)
	if err == nil {
		choose(bad, pack, standing, n.Findings)
	}
	return err
}

// measureBefore is the id of the measure that one follows: of the same case, and not still to be proved.
func (s *Service) measureBefore(ctx context.Context, tx *store.Tx, bad *fault.Fields, k *casework.Case, ref string) (int64, error) {
	if strings.TrimSpace(ref) == "" {
		return 0, nil
	}
	m, err := s.findMeasure(ctx, tx, ref)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	if err != nil || m.CaseID != k.ID {
		bad.Add("after", "fault.choose")
		return 0, nil
	}
	return m.ID, nil
}

// ProveCorrection is the firm's proof that it corrected what it was ordered to, or the office's note of one on paper. The
// files that the firm gave since its last proof go with it; whoever ordered the measure and has the case is written to.
// Invalid, Conflict (stale, ended), Forbidden, NotFound.
func (s *Service) ProveCorrection(ctx context.Context, by access.Actor, ref string, version int64, note string, evidence []string) (*FirmMeasure, error) {
	var bad fault.Fields
	text(&bad, "note", &note, minOrder)
	lines(&bad, "evidence", &evidence, maxCited)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return s.onMeasure(ctx, by, ref, version, func(tx *store.Tx, m *FirmMeasure, today calendar.Date) ([]MeasureEvent, error) {
		if m.Referral() || !m.Open() || m.Status == MeasureProved {
			return nil, fault.New(fault.Conflict, "penalty_case.measure_done")
		}
		if by.Role.OfFirm() {
			loose, err := s.looseProof(ctx, tx, m)
			if err != nil {
				return nil, err
			}
			for _, i := range loose {
				evidence = append(evidence, i.Label())
			}
		}
		m.Status = MeasureProved
		l := s.measureMail(ctx, tx, by, m)
		users, err := s.d.Accounts.Find(ctx, tx, unique([]int64{m.OrderedBy, m.Case.OfficerID}))
		l.send(deskMail+"proved", l.desk, users, err)
		return []MeasureEvent{{Kind: "proved", On: today, Note: note, Evidence: evidence}}, l.err
	})
}

// MeasureCheck is what the office found when it looked whether the firm corrected it.
type MeasureCheck struct {
	Corrected bool          `json:"corrected"`
	Note      string        `json:"note"`
	Evidence  []string      `json:"evidence"`
	NextOn    calendar.Date `json:"next_on"` // not corrected: when it is followed up again
	// GiveUp ends a measure that was not corrected: a penalty or a further measure takes its place.
	GiveUp bool `json:"give_up"`
}

func (x *MeasureCheck) check(today calendar.Date) error {
	var bad fault.Fields
	text(&bad, "note", &x.Note, minOrder)
	lines(&bad, "evidence", &x.Evidence, maxCited)
	switch {
	case x.Corrected && (x.GiveUp || !x.NextOn.IsZero()), x.GiveUp && !x.NextOn.IsZero():
		bad.Add("next_on", "measure.not_asked")
	case x.Corrected || x.GiveUp:
	case x.NextOn.IsZero():
		bad.Add("next_on", "measure.next_on")
	default:
		ahead(&bad, "next_on", x.NextOn, today)
	}
	return bad.Err()
}

// CheckCorrection says whether the firm corrected it. Where it did not, the measure is followed up again on a new day, or given
// up for a penalty or a further measure. The firm is written to. Invalid, Conflict (stale, ended), Forbidden, NotFound.
func (s *Service) CheckCorrection(ctx context.Context, by access.Actor, ref string, version int64, x MeasureCheck) (*FirmMeasure, error) {
	if by.Role.OfFirm() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.onMeasure(ctx, by, ref, version, func(tx *store.Tx, m *FirmMeasure, today calendar.Date) ([]MeasureEvent, error) {
		if m.Referral() || !m.Open() {
			return nil, fault.New(fault.Conflict, "penalty_case.measure_done")
		}
		if err := x.check(today); err != nil {
			return nil, err
		}
		done := MeasureEvent{Kind: "corrected", On: today, Note: x.Note, Evidence: x.Evidence}
		events := []MeasureEvent{done}
		switch {
		case x.Corrected:
			m.Status, m.EndedOn = MeasureCorrected, today
		case x.GiveUp:
			m.Status, m.EndedOn, events[0].Kind = MeasureNotCorrected, today, "given_up"
		default:
			m.Status, m.DueOn, events[0].Kind = MeasureNotCorrected, x.NextOn, "not_corrected"
			events = append(events, MeasureEvent{Kind: "follow_up", On: x.NextOn})
		}
		l := s.measureMail(ctx, tx, by, m)
		l.party("checked", m.Firm.ID)
		return events, l.err
	})
}

// ReferralStep is what happens to a referral: the file is handed over, the authority gives it a number, the authority answers.
type ReferralStep struct {
	Step  string        `json:"step"`  // handed, received, answered
	On    calendar.Date `json:"on"`    // none: today
	Files []string      `json:"files"` // of handed: references of penalties whose file went, labels of evidence
	Text  string        `json:"text"`  // of handed: how, and the proof; of received: the number; of answered: the answer
}

// ReferralSteps lists them in their order.
var ReferralSteps = []string{"handed", "received", "answered"}

// TakeReferral records what happened to a referral. That the file is handed over comes first; the answer ends it.
// Invalid, Conflict (stale, too early, ended), Forbidden, NotFound.
func (s *Service) TakeReferral(ctx context.Context, by access.Actor, ref string, version int64, x ReferralStep) (*FirmMeasure, error) {
	if by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return s.onMeasure(ctx, by, ref, version, func(tx *store.Tx, m *FirmMeasure, today calendar.Date) ([]MeasureEvent, error) {
		var bad fault.Fields
		oneOf(&bad, "step", x.Step, ReferralSteps...)
		if err := bad.Err(); err != nil {
			return nil, err
		}
		if !slices.Contains(m.ReferralOpen(), x.Step) {
			return nil, fault.New(fault.Conflict, "measure.referral_step")
		}
		if err := s.checkReferral(ctx, tx, by, m, &x, today); err != nil {
			return nil, err
		}
		switch x.Step {
		case "handed":
			m.Status = MeasureHanded
		case "answered":
			m.Status, m.EndedOn = MeasureEnded, today
		}
		return []MeasureEvent{{Kind: x.Step, On: x.On, Note: x.Text, Evidence: x.Files}}, nil
	})
}

// ReferralOpen are the steps that a referral can take now.
func (m *FirmMeasure) ReferralOpen() []string {
	switch {
	case !m.Referral() || !m.Open():
		return nil
	case m.Status == MeasureOrdered:
		return []string{"handed"}
	case slices.ContainsFunc(m.Events, func(e MeasureEvent) bool { return e.Kind == "received" }):
		return []string{"answered"}
	}
	return []string{"received", "answered"}
}

// checkReferral checks a step: its day, which is not before the last one's, and its own fields.
func (s *Service) checkReferral(ctx context.Context, tx *store.Tx, by access.Actor, m *FirmMeasure, x *ReferralStep, today calendar.Date) error {
	var bad fault.Fields
	day(&scene{today: today}, &bad, "on", &x.On, m.Events[len(m.Events)-1].On)
	if x.Step != "handed" {
		x.Files = nil
		text(&bad, "text", &x.Text, 1)
		return bad.Err()
	}
	text(&bad, "text", &x.Text, minOrder)
	known, err := s.handable(ctx, tx, by, m)
	if err != nil {
		return err
	}
	if len(x.Files) == 0 && len(known) > 0 { // else the letter goes alone
		bad.Add("files", "penalty_case.file_sent")
	}
	for _, f := range x.Files {
		if !slices.Contains(known, f) {
			bad.Add("files", "fault.choose")
			break
		}
	}
	x.Files = slices.Compact(slices.Sorted(slices.Values(x.Files)))
	return bad.Err()
}

// onMeasure loads a measure for somebody who may act on it, changes it and notes what happened.
func (s *Service) onMeasure(ctx context.Context, by access.Actor, ref string, version int64,
	change func(*store.Tx, *FirmMeasure, calendar.Date) ([]MeasureEvent, error)) (*FirmMeasure, error) {
	var m *FirmMeasure
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = s.findMeasure(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.reachMeasure(by, m, access.OrderMeasure); err != nil {
			return err
		}
		if !by.Role.OfFirm() {
			if err := s.notRecused(ctx, tx, by, m.Case); err != nil {
				return err
			}
		}
		if m.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		was := m.DueOn
		events, err := change(tx, m, s.today(tx))
		if err != nil {
			return err
		}
		if err := store.Update[firmMeasureRow](ctx, tx, m.ID, m.Version, store.Set("status", string(m.Status)), store.Set("due_on", m.DueOn),
			store.Set("ended_on", m.EndedOn)); err != nil {
			return err
		}
		for _, e := range events {
			if err := noteMeasure(ctx, tx, by, m.ID, e); err != nil {
				return err
			}
		}
		pack, err := s.pack(m.Case.Pack)
		if err != nil {
			return err
		}
		if err := s.followUp(ctx, tx, by, m, pack, was); err != nil {
			return err
		}
		if _, err := s.d.Log.Append(ctx, tx, by, audit.MeasureNoted, m.Reference, "kind", events[0].Kind, "status", string(m.Status)); err != nil {
			return err
		}
		m, err = s.measureInFull(ctx, tx, by, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", ref, err)
	}
	return m, nil
}
