package enforcement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// MeasureStatus is where a measure short of a penalty stands.
type MeasureStatus string

// ordered -> proved -> corrected | not_corrected; a measure that nobody follows up ends at once.
const (
	MeasureOrdered      MeasureStatus = "ordered"
	MeasureProved       MeasureStatus = "proved"
	MeasureCorrected    MeasureStatus = "corrected"
	MeasureNotCorrected MeasureStatus = "not_corrected"
	MeasureEnded        MeasureStatus = "ended"
)

// Measure kinds that are no kind of penalty in the rulebook: the decision for no penalty, with its ground.
const noPenaltyKind = "no_penalty"

// NewMeasure is the request to order a measure short of a penalty: a talk, a letter, an order to correct, a restriction, a
// referral with the file, or no penalty with its ground.
type NewMeasure struct {
	Firm      string        `json:"firm"`
	Kind      string        `json:"kind"` // of the rulebook with class measure or referral, or no_penalty
	Findings  []int         `json:"findings"`
	Text      string        `json:"text"`
	Basis     []string      `json:"basis"`     // ids of the rulebook; may be empty
	Ground    string        `json:"ground"`    // of no_penalty
	Authority string        `json:"authority"` // of a referral: id of the pack's
	DueOn     calendar.Date `json:"due_on"`    // of an order to correct: when it is followed up
}

// FirmMeasure is a measure and what became of it.
type FirmMeasure struct {
	ID                int64
	Reference         string // M-2026-000001-3
	CaseID            int64
	Firm              firm.Firm
	Kind              string
	Status            MeasureStatus
	Findings          []int
	Text              string
	Basis             []string
	Ground, Authority string
	OrderedOn         calendar.Date
	OrderedBy         int64
	OrderedByName     string
	DueOn, EndedOn    calendar.Date
	Overdue           bool
	Events            []MeasureEvent
	UnitID            int64
	Version           int64
}

// MeasureEvent is a line of a measure's history.
type MeasureEvent struct {
	Kind      string // ordered, proved, checked
	On        calendar.Date
	ActorRole string
	ActorID   int64
	Note      string
	Evidence  []string
}

type firmMeasureRow struct {
	ID             int64
	Reference      string
	CaseID         int64
	FirmID         int64
	Kind           string
	Status         string
	FindingNumbers string
	Text           string
	Basis          string
	Ground         string
	Authority      string
	OrderedOn      calendar.Date
	OrderedBy      int64
	DueOn          calendar.Date
	EndedOn        calendar.Date
	UnitID         int64
	Version        int64
}

func (firmMeasureRow) TableName() string { return "supervisory_measures" }

type firmMeasureEventRow struct {
	ID        int64
	MeasureID int64
	At        store.Time
	Kind      string
	OnDate    calendar.Date
	ActorRole string
	ActorID   store.ID
	Note      string
	Evidence  string
}

func (firmMeasureEventRow) TableName() string { return "supervisory_measure_events" }

// OrderMeasure orders a measure short of a penalty against a firm of a case. An order to correct needs a day to follow it up.
// Invalid, Forbidden, NotFound.
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
		standing, err := s.d.Cases.StandingFindings(ctx, tx, k.ID)
		if err != nil {
			return err
		}
		var bad fault.Fields
		n.check(&bad, pack, s.today(tx))
		if len(n.Findings) > 0 {
			choose(&bad, pack, standing, n.Findings)
		}
		if err := bad.Err(); err != nil {
			return err
		}
		m, err = s.insertMeasure(ctx, tx, by, k.ID, k.UnitID, *f, n)
		if err != nil {
			return err
		}
		_, err = s.d.Log.Append(ctx, tx, by, audit.MeasureOrdered, m.Reference, "case", k.Reference, "kind", n.Kind, "firm", f.Code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("order measure on %s: %w", caseRef, err)
	}
	return m, nil
}

// check finds what is wrong with a measure.
func (n *NewMeasure) check(bad *fault.Fields, pack *rulebook.Pack, today calendar.Date) {
	k, ok := pack.PenaltyKind(n.Kind)
	switch {
	case n.Kind == noPenaltyKind:
		if _, ok := pack.Ground("no_penalty", n.Ground); !ok {
			bad.Add("ground", "fault.choose")
		}
	case !ok || !k.ByOffice || k.Class == "penalty":
		bad.Add("kind", "penalty_case.measure_kind")
	case k.Class == "referral":
		if !slices.ContainsFunc(pack.Authorities, func(a rulebook.Authority) bool { return a.ID == n.Authority }) {
			bad.Add("authority", "fault.choose")
		}
	}
	if n.Kind == "correct" && n.DueOn.IsZero() {
		bad.Add("due_on", "penalty_case.follow_up")
	}
	if !n.DueOn.IsZero() && !n.DueOn.After(today) {
		bad.Add("due_on", "penalty_case.too_early", today)
	}
	for i, id := range n.Basis {
		if _, ok := pack.Basis(id); !ok {
			bad.Add(fmt.Sprintf("basis[%d]", i), "casework.unknown_basis", id)
		}
	}
	text(bad, "text", &n.Text, minText)
}

func (s *Service) insertMeasure(ctx context.Context, tx *store.Tx, by access.Actor, caseID, unitID int64, f firm.Firm, n NewMeasure) (*FirmMeasure, error) {
	today := s.today(tx)
	serial, err := store.Next(ctx, tx, fmt.Sprintf("measure.%d", today.Year()))
	if err != nil {
		return nil, err
	}
	numbers, _ := json.Marshal(append([]int{}, n.Findings...))
	basis, _ := json.Marshal(append([]string{}, n.Basis...))
	r := &firmMeasureRow{
		Reference: ident.NewReference("M", today.Year(), serial), CaseID: caseID, FirmID: f.ID, Kind: n.Kind, Status: string(MeasureOrdered),
		FindingNumbers: string(numbers), Text: n.Text, Basis: string(basis), Ground: n.Ground, Authority: n.Authority, OrderedOn: today,
		OrderedBy: by.UserID, DueOn: n.DueOn, UnitID: unitID, Version: 1,
	}
	if n.DueOn.IsZero() {
		r.Status, r.EndedOn = string(MeasureEnded), today
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, fmt.Errorf("insert measure: %w", err)
	}
	if err := noteMeasure(ctx, tx, by, r.ID, "ordered", today, "", nil); err != nil {
		return nil, err
	}
	return s.findMeasure(ctx, tx, r.Reference)
}

func noteMeasure(ctx context.Context, tx *store.Tx, by access.Actor, id int64, kind string, on calendar.Date, note string, evidence []string) error {
	list, _ := json.Marshal(append([]string{}, evidence...))
	return store.Insert(ctx, tx, &firmMeasureEventRow{MeasureID: id, At: store.At(tx.Now), Kind: kind, OnDate: on, ActorRole: string(by.Role),
		ActorID: store.ID(by.UserID), Note: note, Evidence: string(list)})
}

// ProveCorrection is the firm's proof that it corrected what it was ordered to, or the office's note of one on paper.
// Invalid, Conflict (stale, ended), Forbidden, NotFound.
func (s *Service) ProveCorrection(ctx context.Context, by access.Actor, ref string, version int64, note string, evidence []string) (*FirmMeasure, error) {
	return s.onMeasure(ctx, by, ref, version, "proved", note, evidence, func(m *FirmMeasure) error {
		if m.Status != MeasureOrdered && m.Status != MeasureNotCorrected {
			return fault.New(fault.Conflict, "penalty_case.measure_done")
		}
		m.Status = MeasureProved
		return nil
	})
}

// CheckCorrection says whether the firm corrected it; where it did not, next is the new day to follow it up.
// Invalid, Conflict (stale, ended), Forbidden, NotFound.
func (s *Service) CheckCorrection(ctx context.Context, by access.Actor, ref string, version int64, corrected bool, note string, next calendar.Date) (*FirmMeasure, error) {
	if by.Role.OfFirm() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	return s.onMeasure(ctx, by, ref, version, "checked", note, nil, func(m *FirmMeasure) error {
		switch {
		case m.Status == MeasureCorrected || m.Status == MeasureEnded:
			return fault.New(fault.Conflict, "penalty_case.measure_done")
		case corrected:
			m.Status = MeasureCorrected
		default:
			m.Status = MeasureNotCorrected
			if !next.IsZero() {
				m.DueOn = next
			}
		}
		return nil
	})
}

func (s *Service) onMeasure(ctx context.Context, by access.Actor, ref string, version int64, kind, note string, evidence []string, change func(*FirmMeasure) error) (*FirmMeasure, error) {
	var bad fault.Fields
	text(&bad, "note", &note, minOrder)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	var m *FirmMeasure
	err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = s.findMeasure(ctx, tx, ref); err != nil {
			return err
		}
		if err := s.reachMeasure(ctx, tx, by, m, access.OrderMeasure); err != nil {
			return err
		}
		if m.Version != version {
			return fault.New(fault.Conflict, "fault.stale")
		}
		if err := change(m); err != nil {
			return err
		}
		today := s.today(tx)
		if m.Status == MeasureCorrected {
			m.EndedOn = today
		}
		if err := store.Update[firmMeasureRow](ctx, tx, m.ID, m.Version, store.Set("status", string(m.Status)), store.Set("due_on", m.DueOn),
			store.Set("ended_on", m.EndedOn)); err != nil {
			return err
		}
		if err := noteMeasure(ctx, tx, by, m.ID, kind, today, note, evidence); err != nil {
			return err
		}
		if _, err := s.d.Log.Append(ctx, tx, by, audit.MeasureNoted, m.Reference, "kind", kind, "status", string(m.Status)); err != nil {
			return err
		}
		m, err = s.findMeasure(ctx, tx, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", ref, err)
	}
	return m, nil
}

// reachMeasure checks who may. The firm reaches its own.
func (s *Service) reachMeasure(ctx context.Context, tx *store.Tx, by access.Actor, m *FirmMeasure, act access.Action) error {
	if by.Role.OfFirm() {
		return s.d.Policy.Check(by, access.AnswerPenalty, access.Owner{FirmIDs: []int64{m.Firm.ID}})
	}
	cases, err := s.d.Cases.FindAll(ctx, tx, []int64{m.CaseID})
	if err != nil {
		return err
	}
	return s.d.Policy.Check(by, act, cases[m.CaseID].Owner())
}

// MeasureByRef is a measure with its history. NotFound.
func (s *Service) MeasureByRef(ctx context.Context, by access.Actor, ref string) (m *FirmMeasure, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		if m, err = s.findMeasure(ctx, tx, ref); err != nil {
			return err
		}
		return s.reachMeasure(ctx, tx, by, m, access.ReadPenalty)
	})
	if err != nil {
		return nil, fmt.Errorf("find measure %s: %w", ref, err)
	}
	return m, nil
}

// MeasuresOf lists the measures of a case, the oldest first. NotFound.
func (s *Service) MeasuresOf(ctx context.Context, by access.Actor, caseRef string) (out []FirmMeasure, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReadPenalty, k.Owner()); err != nil {
			return err
		}
		rows, err := findRows[firmMeasureRow](ctx, tx, "id", 0, "case_id = ?", k.ID)
		if err != nil {
			return fmt.Errorf("load measures: %w", err)
		}
		out, err = s.joinMeasures(ctx, tx, rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("measures of %s: %w", caseRef, err)
	}
	return out, nil
}

func (s *Service) findMeasure(ctx context.Context, tx *store.Tx, ref string) (*FirmMeasure, error) {
	r, ok, err := findRow[firmMeasureRow](ctx, tx, "reference = ?", strings.ToUpper(strings.TrimSpace(ref)))
	if err != nil {
		return nil, fmt.Errorf("find measure: %w", err)
	}
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	list, err := s.joinMeasures(ctx, tx, []firmMeasureRow{r})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

func (s *Service) joinMeasures(ctx context.Context, tx *store.Tx, rows []firmMeasureRow) ([]FirmMeasure, error) {
	var ids, firms, users []int64
	for _, r := range rows {
		ids, firms, users = append(ids, r.ID), append(firms, r.FirmID), append(users, r.OrderedBy)
	}
	fs, err := s.d.Firms.ByIDs(ctx, tx, unique(firms))
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, tx, users...)
	if err != nil {
		return nil, err
	}
	events := map[int64][]MeasureEvent{}
	if len(ids) > 0 {
		list, err := findRows[firmMeasureEventRow](ctx, tx, "id", 0, "measure_id IN ?", ids)
		if err != nil {
			return nil, fmt.Errorf("load measure events: %w", err)
		}
		for _, e := range list {
			v := MeasureEvent{Kind: e.Kind, On: e.OnDate, ActorRole: e.ActorRole, ActorID: int64(e.ActorID), Note: e.Note}
			if err := json.Unmarshal([]byte(e.Evidence), &v.Evidence); err != nil {
				return nil, fmt.Errorf("read measure event: %w", err)
			}
			events[e.MeasureID] = append(events[e.MeasureID], v)
		}
	}
	today := s.today(tx)
	out := make([]FirmMeasure, len(rows))
	for i, r := range rows {
		m := FirmMeasure{
			ID: r.ID, Reference: r.Reference, CaseID: r.CaseID, Firm: fs[r.FirmID], Kind: r.Kind, Status: MeasureStatus(r.Status), Text: r.Text,
			Ground: r.Ground, Authority: r.Authority, OrderedOn: r.OrderedOn, OrderedBy: r.OrderedBy, OrderedByName: names[r.OrderedBy],
			DueOn: r.DueOn, EndedOn: r.EndedOn, Events: events[r.ID], UnitID: r.UnitID, Version: r.Version,
		}
		m.Overdue = r.EndedOn.IsZero() && !r.DueOn.IsZero() && today.After(r.DueOn)
		if err := errors.Join(json.Unmarshal([]byte(r.FindingNumbers), &m.Findings), json.Unmarshal([]byte(r.Basis), &m.Basis)); err != nil {
			return nil, fmt.Errorf("read measure %s: %w", r.Reference, err)
		}
		out[i] = m
	}
	return out, nil
}
