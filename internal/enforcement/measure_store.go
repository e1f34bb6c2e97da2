package enforcement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

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

type particularsRow struct {
	ID        int64
	MeasureID int64
	AfterID   store.ID
	HeldOn    calendar.Date
	Place     string
	Present   string
	Proof     string
	UntilOn   calendar.Date

	FirstDueOn calendar.Date
}

func (particularsRow) TableName() string { return "supervisory_measure_particulars" }

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

func (s *Service) insertMeasure(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case, f firm.Firm, n NewMeasure, after int64) (*FirmMeasure, error) {
	today := s.today(tx)
	serial, err := store.Next(ctx, tx, fmt.Sprintf("measure.%d", today.Year()))
	if err != nil {
		return nil, err
	}
	numbers, _ := json.Marshal(append([]int{}, n.Findings...))
	basis, _ := json.Marshal(append([]string{}, n.Basis...))
	present, _ := json.Marshal(append([]string{}, n.Present...))
	r := &firmMeasureRow{
		Reference: ident.NewReference("M", today.Year(), serial), CaseID: k.ID, FirmID: f.ID, Kind: n.Kind, Status: string(MeasureOrdered),
		FindingNumbers: string(numbers), Text: n.Text, Basis: string(basis), Ground: n.Ground, Authority: n.Authority, OrderedOn: today,
		OrderedBy: by.UserID, DueOn: n.DueOn, UnitID: k.UnitID, Version: 1,
	}
	if n.DueOn.IsZero() && n.Authority == "" {
		r.Status, r.EndedOn = string(MeasureEnded), today
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, fmt.Errorf("insert measure: %w", err)
	}
	if err := store.Insert(ctx, tx, &particularsRow{MeasureID: r.ID, AfterID: store.ID(after), HeldOn: n.HeldOn, Place: n.Place, Present: string(present),
		Proof: n.Proof, UntilOn: n.UntilOn, FirstDueOn: n.DueOn}); err != nil {
		return nil, fmt.Errorf("insert particulars of measure: %w", err)
	}
	if err := noteMeasure(ctx, tx, by, r.ID, MeasureEvent{Kind: "ordered", On: today}); err != nil {
		return nil, err
	}
	return s.findMeasure(ctx, tx, r.Reference)
}

func noteMeasure(ctx context.Context, tx *store.Tx, by access.Actor, id int64, e MeasureEvent) error {
	list, _ := json.Marshal(append([]string{}, e.Evidence...))
	return store.Insert(ctx, tx, &firmMeasureEventRow{MeasureID: id, At: store.At(tx.Now), Kind: e.Kind, OnDate: e.On, ActorRole: string(by.Role),
		ActorID: store.ID(by.UserID), Note: e.Note, Evidence: string(list)})
}

// findMeasure loads a measure by its reference. NotFound.
func (s *Service) findMeasure(ctx context.Context, tx *store.Tx, ref string) (*FirmMeasure, error) {
	prefix, year, serial, err := ident.ParseReference(ref)
	if err != nil || prefix != "M" {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	r, ok, err := findRow[firmMeasureRow](ctx, tx, "reference = ?", ident.NewReference(prefix, year, serial))
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

// beside is what several measures are joined with, loaded at once.
type beside struct {
	cases       map[int64]*casework.Case
	firms       map[int64]firm.Firm
	names       map[int64]string
	particulars map[int64]particularsRow
	events      map[int64][]MeasureEvent
	followers   map[int64][]string
	references  map[int64]string
}

func (s *Service) joinMeasures(ctx context.Context, tx *store.Tx, rows []firmMeasureRow) ([]FirmMeasure, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	b, err := s.besideMeasures(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	today := s.today(tx)
	out := make([]FirmMeasure, len(rows))
	for i, r := range rows {
		x := b.particulars[r.ID]
		m := FirmMeasure{
			ID: r.ID, Reference: r.Reference, Number: measureNumber(r.Reference), CaseID: r.CaseID, Case: b.cases[r.CaseID], Firm: b.firms[r.FirmID], Kind: r.Kind,
			Status: MeasureStatus(r.Status), Text: r.Text, Ground: r.Ground, Authority: r.Authority, OrderedOn: r.OrderedOn, OrderedBy: r.OrderedBy,
			OrderedByName: b.names[r.OrderedBy], DueOn: r.DueOn, EndedOn: r.EndedOn, Events: b.events[r.ID], UnitID: r.UnitID, Version: r.Version,
			Particulars: Particulars{HeldOn: x.HeldOn, Place: x.Place, Proof: x.Proof, UntilOn: x.UntilOn, FirstDueOn: x.FirstDueOn}, Follows: b.references[int64(x.AfterID)], FollowedBy: b.followers[r.ID],
		}
		m.Overdue = m.Open() && !r.DueOn.IsZero() && today.After(r.DueOn)
		err := errors.Join(json.Unmarshal([]byte(r.FindingNumbers), &m.Findings), json.Unmarshal([]byte(r.Basis), &m.Basis))
		if x.Present != "" {
			err = errors.Join(err, json.Unmarshal([]byte(x.Present), &m.Present))
		}
		if err != nil {
			return nil, fmt.Errorf("read measure %s: %w", r.Reference, err)
		}
		out[i] = m
	}
	return out, nil
}

func (s *Service) besideMeasures(ctx context.Context, tx *store.Tx, rows []firmMeasureRow) (b beside, err error) {
	var ids, cases, firms, users []int64
	for _, r := range rows {
		ids, cases, firms, users = append(ids, r.ID), append(cases, r.CaseID), append(firms, r.FirmID), append(users, r.OrderedBy)
	}
	if b.cases, err = s.d.Cases.FindAll(ctx, tx, unique(cases)); err != nil {
		return b, err
	}
	if b.firms, err = s.d.Firms.ByIDs(ctx, tx, unique(firms)); err != nil {
		return b, err
	}
	more, err := findRows[particularsRow](ctx, tx, "id", 0, "measure_id IN ? OR after_id IN ?", ids, ids)
	if err != nil {
		return b, fmt.Errorf("load particulars of measures: %w", err)
	}
	if err := s.chain(ctx, tx, &b, more); err != nil {
		return b, err
	}
	events, err := findRows[firmMeasureEventRow](ctx, tx, "id", 0, "measure_id IN ?", ids)
	if err != nil {
		return b, fmt.Errorf("load measure events: %w", err)
	}
	for _, e := range events {
		users = append(users, int64(e.ActorID))
	}
	if b.names, err = s.names(ctx, tx, users...); err != nil {
		return b, err
	}
	b.events = map[int64][]MeasureEvent{}
	for _, e := range events {
		v := MeasureEvent{Kind: e.Kind, At: e.At.Time(), On: e.OnDate, ActorRole: e.ActorRole, ActorID: int64(e.ActorID), ActorName: b.names[int64(e.ActorID)], Note: e.Note}
		if err := json.Unmarshal([]byte(e.Evidence), &v.Evidence); err != nil {
			return b, fmt.Errorf("read measure event: %w", err)
		}
		b.events[e.MeasureID] = append(b.events[e.MeasureID], v)
	}
	return b, nil
}

// chain finds which measure follows which.
func (s *Service) chain(ctx context.Context, tx *store.Tx, b *beside, rows []particularsRow) error {
	b.particulars, b.followers, b.references = map[int64]particularsRow{}, map[int64][]string{}, map[int64]string{}
	var linked []int64
	for _, r := range rows {
		b.particulars[r.MeasureID] = r
		if r.AfterID != 0 {
			linked = append(linked, r.MeasureID, int64(r.AfterID))
		}
	}
	if len(linked) == 0 {
		return nil
	}
	list, err := findRows[firmMeasureRow](ctx, tx, "id", 0, "id IN ?", unique(linked))
	if err != nil {
		return fmt.Errorf("load linked measures: %w", err)
	}
	for _, r := range list {
		b.references[r.ID] = r.Reference
	}
	for _, r := range rows {
		if r.AfterID != 0 {
			b.followers[int64(r.AfterID)] = append(b.followers[int64(r.AfterID)], b.references[r.MeasureID])
		}
	}
	return nil
}

// measureNumber is the number that the paper of a measure bears: its own series of the year, 〔2026〕监管12号.
func measureNumber(ref string) string {
	_, year, serial, err := ident.ParseReference(ref)
	if err != nil {
		return ref
	}
	return fmt.Sprintf("〔%d〕监管%d号", year, serial)
}
