package hardship

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// The names under which texts are sealed with the complaint's key.
const (
	fieldTerms = "plan.terms"
	fieldNote  = "plan_event.note"
)

type planRow struct {
	ID             int64
	Reference      string
	ComplaintID    int64
	ForwardID      int64
	FirmID         int64
	Kind           string
	Status         string
	Terms          seal.Sealed
	TotalFen       int64
	StopCollection store.Bool
	OfferedAt      store.Time
	OfferedBy      int64
	AnsweredOn     calendar.Date
	EndedOn        calendar.Date
	Version        int64
}

func (planRow) TableName() string { return "plans" }

type instalmentRow struct {
	ID        int64
	PlanID    int64
	Number    int64
	DueOn     calendar.Date
	AmountFen int64
}

func (instalmentRow) TableName() string { return "plan_instalments" }

type eventRow struct {
	ID         int64
	PlanID     int64
	At         store.Time
	Kind       string
	ActorRole  string
	ActorID    store.ID
	Instalment int64
	AmountFen  int64
	OnDate     calendar.Date
	Note       seal.Sealed
}

func (eventRow) TableName() string { return "plan_events" }

func insertPlan(ctx context.Context, tx *store.Tx, p *Plan, terms seal.Sealed) error {
	r := &planRow{
		Reference: p.Reference, ComplaintID: p.ComplaintID, ForwardID: p.ForwardID, FirmID: p.Firm.ID, Kind: string(p.Kind),
		Status: string(p.Status), Terms: terms, TotalFen: p.TotalFen, StopCollection: store.Bool(p.StopCollection),
		OfferedAt: store.At(p.OfferedAt), OfferedBy: p.OfferedBy, Version: p.Version,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert plan %s: %w", p.Reference, err)
	}
	p.ID = r.ID
	rows := make([]*instalmentRow, len(p.Instalments))
	for i, x := range p.Instalments {
		rows[i] = &instalmentRow{PlanID: p.ID, Number: int64(x.Number), DueOn: x.DueOn, AmountFen: x.Fen}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return fmt.Errorf("insert plan %s: %w", p.Reference, err)
	}
	return nil
}

func save(ctx context.Context, tx *store.Tx, p *Plan) error {
	err := store.Update[planRow](ctx, tx, p.ID, p.Version, store.Set("status", string(p.Status)),
		store.Set("answered_on", p.AnsweredOn), store.Set("ended_on", p.EndedOn))
	if err != nil {
		return fmt.Errorf("save plan %s: %w", p.Reference, err)
	}
	p.Version++
	return nil
}

func addEvent(ctx context.Context, tx *store.Tx, by access.Actor, p *Plan, e Event, note seal.Sealed) error {
	r := &eventRow{
		PlanID: p.ID, At: store.At(tx.Now), Kind: e.Kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID),
		Instalment: int64(e.Instalment), AmountFen: e.Fen, OnDate: e.On, Note: note,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("note %s: %w", e.Kind, err)
	}
	return nil
}

// find loads a plan by its reference, without its sealed words. NotFound.
func (s *Service) find(ctx context.Context, tx *store.Tx, ref string) (*Plan, error) {
	if prefix, year, serial, err := ident.ParseReference(ref); err == nil {
		ref = ident.NewReference(prefix, year, serial)
	}
	r, err := gorm.G[planRow](tx.DB).Where("reference = ?", ref).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("find plan: %w", err)
	}
	list, err := s.load(ctx, tx, nil, []planRow{r})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func (s *Service) plansWhere(ctx context.Context, tx *store.Tx, key *seal.DataKey, where string, args ...any) ([]*Plan, error) {
	rows, err := gorm.G[planRow](tx.DB).Where(where, args...).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load plans: %w", err)
	}
	return s.load(ctx, tx, key, rows)
}

// load joins plans with firms, instalments and events, and opens their words where there is a key.
func (s *Service) load(ctx context.Context, tx *store.Tx, key *seal.DataKey, rows []planRow) ([]*Plan, error) {
	out := make([]*Plan, len(rows))
	at, ids, firms := map[int64]*Plan{}, make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		out[i] = &Plan{
			ID: r.ID, Reference: r.Reference, ComplaintID: r.ComplaintID, ForwardID: r.ForwardID, Kind: Kind(r.Kind), Status: Status(r.Status),
			TotalFen: r.TotalFen, StopCollection: bool(r.StopCollection), OfferedAt: r.OfferedAt.Time(), OfferedBy: r.OfferedBy,
			AnsweredOn: r.AnsweredOn, EndedOn: r.EndedOn, Version: r.Version,
		}
		at[r.ID], ids[i], firms[i] = out[i], r.ID, r.FirmID
		if key == nil {
			continue
		}
		terms, err := key.Open(fieldTerms, r.Terms)
		if err != nil {
			return nil, fmt.Errorf("terms of %s: %w", r.Reference, err)
		}
		out[i].Terms = terms
	}
	if len(rows) == 0 {
		return nil, nil
	}
	known, err := s.d.Firms.ByIDs(ctx, tx, firms)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		out[i].Firm = known[r.FirmID]
	}
	parts, err := gorm.G[instalmentRow](tx.DB).Where("plan_id IN ?", ids).Order("plan_id, number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load instalments: %w", err)
	}
	for _, r := range parts {
		p := at[r.PlanID]
		p.Instalments = append(p.Instalments, Instalment{Number: int(r.Number), DueOn: r.DueOn, Fen: r.AmountFen})
	}
	if err := loadEvents(ctx, tx, key, ids, at); err != nil {
		return nil, err
	}
	for _, p := range out {
		p.settle(s.today(tx))
	}
	return out, nil
}

func loadEvents(ctx context.Context, tx *store.Tx, key *seal.DataKey, ids []int64, at map[int64]*Plan) error {
	rows, err := gorm.G[eventRow](tx.DB).Where("plan_id IN ?", ids).Order("plan_id, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("load events: %w", err)
	}
	for _, r := range rows {
		e := Event{
			At: r.At.Time(), Kind: r.Kind, ActorRole: r.ActorRole, ActorID: int64(r.ActorID), Instalment: int(r.Instalment),
			Fen: r.AmountFen, On: r.OnDate,
		}
		if key != nil {
			if e.Note, err = key.Open(fieldNote, r.Note); err != nil {
				return fmt.Errorf("note of event %d: %w", r.ID, err)
			}
		}
		at[r.PlanID].Events = append(at[r.PlanID].Events, e)
	}
	return nil
}
