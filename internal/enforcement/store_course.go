package enforcement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// procedureRow is where the procedure of a penalty stands, for lists.
type procedureRow struct {
	ID           int64
	PenaltyID    int64
	Stage        string
	FilingNumber *string // NULL until filed: the column is unique
	FiledOn      calendar.Date
	Version      int64
}

func (procedureRow) TableName() string { return "procedures" }

// stepRow is a step; its line of the timeline is the event.
type stepRow struct {
	ID        int64
	PenaltyID int64
	EventID   int64
	Number    int64
	Step      string
	OnDate    calendar.Date
	Data      string
}

func (stepRow) TableName() string { return "penalty_steps" }

// respondentFileRow is evidence that a party gave in a penalty case or under a measure: one of the two is set.
type respondentFileRow struct {
	ID         int64
	PenaltyID  store.ID
	MeasureID  store.ID
	EvidenceID int64
	FirmID     int64
}

func (respondentFileRow) TableName() string { return "respondent_files" }

// addStep stores a step with its line of the timeline. Two people who take the same step at once meet at its number.
func addStep(ctx context.Context, tx *store.Tx, by access.Actor, penaltyID int64, t Taken, note string) error {
	data, err := json.Marshal(t.Deed)
	if err != nil {
		return fmt.Errorf("write step %s: %w", t.Step, err)
	}
	e := &eventRow{PenaltyID: penaltyID, At: store.At(tx.Now), Kind: t.Step.EventKind(), ActorRole: string(by.Role), ActorID: store.ID(by.UserID), Note: note}
	if err := store.Insert(ctx, tx, e); err != nil {
		return fmt.Errorf("note step %s: %w", t.Step, err)
	}
	r := &stepRow{PenaltyID: penaltyID, EventID: e.ID, Number: int64(t.Number), Step: string(t.Step), OnDate: t.On, Data: string(data)}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("store step %s: %w", t.Step, err)
	}
	return nil
}

// loadSteps reads the steps of a penalty in their order; none for one that went the short way.
func loadSteps(ctx context.Context, tx *store.Tx, penaltyID int64) ([]Taken, error) {
	rows, err := tx.Rows(ctx, `SELECT s.number, s.step, s.on_date, s.data, e.at, e.actor_role, e.actor_id
		FROM penalty_steps s JOIN penalty_events e ON e.id = s.event_id WHERE s.penalty_id = ? ORDER BY s.number`, penaltyID)
	if err != nil {
		return nil, fmt.Errorf("load steps: %w", err)
	}
	defer rows.Close()
	var out []Taken
	for rows.Next() {
		var t Taken
		var data string
		var at store.Time
		var actor store.ID
		if err := rows.Scan(&t.Number, &t.Step, &t.On, &data, &at, &t.ActorRole, &actor); err != nil {
			return nil, fmt.Errorf("load steps: %w", err)
		}
		t.At, t.ActorID = at.Time(), int64(actor)
		empty, ok := blank[t.Step]
		if !ok {
			return nil, fmt.Errorf("load steps: unknown step %q", t.Step)
		}
		t.Deed = empty()
		if err := json.Unmarshal([]byte(data), t.Deed); err != nil {
			return nil, fmt.Errorf("read step %d, %s: %w", t.Number, t.Step, err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// course loads the procedure of a penalty; nil for one that went the short way.
func (s *Service) course(ctx context.Context, tx *store.Tx, p *Penalty, pack *rulebook.Pack) (*Course, error) {
	steps, err := loadSteps(ctx, tx, p.ID)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	return read(steps, func(shares []Share) bool { return trigger(pack, s.d.Level, shares) }), nil
}

// keepStage stores where the procedure stands.
func keepStage(ctx context.Context, tx *store.Tx, penaltyID int64, c *Course) error {
	var number *string
	if c.FilingNumber != "" {
		number = &c.FilingNumber
	}
	r, err := gorm.G[procedureRow](tx.DB).Where("penalty_id = ?", penaltyID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return store.Insert(ctx, tx, &procedureRow{PenaltyID: penaltyID, Stage: string(c.Stage), FilingNumber: number, FiledOn: c.FiledOn, Version: 1})
	}
	if err != nil {
		return fmt.Errorf("load procedure: %w", err)
	}
	return store.Update[procedureRow](ctx, tx, r.ID, r.Version,
		store.Set("stage", string(c.Stage)), store.Set("filing_number", number), store.Set("filed_on", c.FiledOn))
}

// stages are where the procedures of penalties stand; those of the short way are left out.
func stages(ctx context.Context, tx *store.Tx, penalties []int64) (map[int64]procedureRow, error) {
	rows, err := gorm.G[procedureRow](tx.DB).Where("penalty_id IN ?", penalties).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load procedures: %w", err)
	}
	out := map[int64]procedureRow{}
	for _, r := range rows {
		out[r.PenaltyID] = r
	}
	return out, nil
}

// addFindings adds those findings to a penalty that it does not rest on yet.
func addFindings(ctx context.Context, tx *store.Tx, p *Penalty, findings []findingOf) error {
	known := map[int64]bool{}
	for _, f := range p.Findings {
		known[f.ID] = true
	}
	var rows []*penaltyFindingRow
	for _, f := range findings {
		if !known[f.ID] {
			rows = append(rows, &penaltyFindingRow{PenaltyID: p.ID, FindingID: f.ID})
		}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return fmt.Errorf("insert findings of penalty: %w", err)
	}
	p.Findings = findings
	return nil
}
