package enforcement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

type penaltyRow struct {
	ID              int64
	Reference       string
	CaseID          int64
	FirmID          int64
	Status          string
	Facts           string
	Reasons         string
	Bases           string
	FineFen         int64
	ConfiscationFen int64
	ProposedBy      int64
	ProposedAt      store.Time
	DecidedBy       store.ID
	DecidedAt       store.Time
	IssuedBy        store.ID
	IssuedAt        store.Time
	IssuedOn        calendar.Date
	DecisionNumber  *string // NULL until issued: the column is unique
	UnitID          int64
	Rulebook        string
	Version         int64
}

func (penaltyRow) TableName() string { return "penalties" }

type measureRow struct {
	ID        int64
	PenaltyID int64
	Round     int
	Kind      string
	AmountFen int64
}

func (measureRow) TableName() string { return "penalty_measures" }

type penaltyFindingRow struct {
	ID        int64
	PenaltyID int64
	FindingID int64
}

func (penaltyFindingRow) TableName() string { return "penalty_findings" }

type eventRow struct {
	ID        int64
	PenaltyID int64
	At        store.Time
	Kind      string
	ActorRole string
	ActorID   store.ID
	Note      string
}

func (eventRow) TableName() string { return "penalty_events" }

type decisionRow struct {
	ID        int64
	PenaltyID int64
	Number    string
	IssuedOn  calendar.Date
	TextZH    string
	TextEN    string
	SHA256    []byte
}

func (decisionRow) TableName() string { return "decisions" }

func insertPenalty(ctx context.Context, tx *store.Tx, p *Penalty) error {
	bases, err := json.Marshal(append([]string{}, p.Bases...))
	if err != nil {
		return err
	}
	r := &penaltyRow{
		Reference: p.Reference, CaseID: p.Case.ID, FirmID: p.Firm.ID, Status: string(p.Status), Facts: p.Facts, Reasons: p.Reasons,
		Bases: string(bases), FineFen: p.FineFen, ConfiscationFen: p.ConfiscationFen, ProposedBy: p.ProposedBy,
		ProposedAt: store.At(p.ProposedAt), UnitID: p.UnitID, Rulebook: p.Rulebook, Version: p.Version,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert penalty %s: %w", p.Reference, err)
	}
	p.ID = r.ID
	return nil
}

// save stores what deeds change on a penalty, if it still has its version.
func (s *Service) save(ctx context.Context, tx *store.Tx, p *Penalty) error {
	bases, err := json.Marshal(append([]string{}, p.Bases...))
	if err != nil {
		return err
	}
	var number *string
	if p.DecisionNumber != "" {
		number = &p.DecisionNumber
	}
	err = store.Update[penaltyRow](ctx, tx, p.ID, p.Version,
		store.Set("status", string(p.Status)), store.Set("facts", p.Facts), store.Set("reasons", p.Reasons),
		store.Set("bases", string(bases)), store.Set("fine_fen", p.FineFen), store.Set("confiscation_fen", p.ConfiscationFen),
		store.Set("decided_by", store.ID(p.DecidedBy)), store.Set("decided_at", store.At(p.DecidedAt)),
		store.Set("issued_by", store.ID(p.IssuedBy)), store.Set("issued_at", store.At(p.IssuedAt)),
		store.Set("issued_on", p.IssuedOn), store.Set("decision_number", number))
	if err != nil {
		return fmt.Errorf("save penalty %s: %w", p.Reference, err)
	}
	p.Version++
	return nil
}

func insertMeasures(ctx context.Context, tx *store.Tx, p *Penalty) error {
	rows := make([]*measureRow, len(p.Measures))
	for i, m := range p.Measures {
		rows[i] = &measureRow{PenaltyID: p.ID, Round: p.Round, Kind: m.Kind, AmountFen: m.AmountFen}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return fmt.Errorf("insert measures: %w", err)
	}
	return nil
}

func insertFindings(ctx context.Context, tx *store.Tx, p *Penalty) error {
	rows := make([]*penaltyFindingRow, len(p.Findings))
	for i, f := range p.Findings {
		rows[i] = &penaltyFindingRow{PenaltyID: p.ID, FindingID: f.ID}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return fmt.Errorf("insert findings of penalty: %w", err)
	}
	return nil
}

func addEvent(ctx context.Context, tx *store.Tx, by access.Actor, penaltyID int64, kind, note string) error {
	r := &eventRow{PenaltyID: penaltyID, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID), Note: note}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

func loadEvents(ctx context.Context, tx *store.Tx, penaltyID int64) ([]Event, error) {
	rows, err := gorm.G[eventRow](tx.DB).Where("penalty_id = ?", penaltyID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load events: %w", err)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{At: r.At.Time(), Kind: r.Kind, ActorRole: r.ActorRole, ActorID: int64(r.ActorID), Note: r.Note}
	}
	return out, nil
}

func insertDecision(ctx context.Context, tx *store.Tx, penaltyID int64, d *Decision) error {
	r := &decisionRow{PenaltyID: penaltyID, Number: d.Number, IssuedOn: d.IssuedOn, TextZH: d.TextZH, TextEN: d.TextEN, SHA256: d.SHA256}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert decision %s: %w", d.Number, err)
	}
	return nil
}

func loadDecision(ctx context.Context, tx *store.Tx, penaltyID int64) (*Decision, error) {
	r, err := gorm.G[decisionRow](tx.DB).Where("penalty_id = ?", penaltyID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "enforcement.no_decision")
	}
	if err != nil {
		return nil, fmt.Errorf("load decision: %w", err)
	}
	return &Decision{Number: r.Number, IssuedOn: r.IssuedOn, TextZH: r.TextZH, TextEN: r.TextEN, SHA256: r.SHA256}, nil
}

// find loads a penalty by reference. NotFound.
func (s *Service) find(ctx context.Context, tx *store.Tx, ref string) (*Penalty, error) {
	prefix, year, serial, err := ident.ParseReference(ref)
	if err != nil || prefix != "P" {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	r, err := gorm.G[penaltyRow](tx.DB).Where("reference = ?", ident.NewReference(prefix, year, serial)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("find penalty %s: %w", ref, err)
	}
	list, err := s.join(ctx, tx, []penaltyRow{r})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// load loads penalties by id, in the order of the ids.
func (s *Service) load(ctx context.Context, tx *store.Tx, ids []int64) ([]Penalty, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := gorm.G[penaltyRow](tx.DB).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load penalties: %w", err)
	}
	slices.SortFunc(rows, func(a, b penaltyRow) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return s.join(ctx, tx, rows)
}

func (s *Service) ofCase(ctx context.Context, tx *store.Tx, caseID int64) ([]Penalty, error) {
	rows, err := gorm.G[penaltyRow](tx.DB).Where("case_id = ?", caseID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load penalties: %w", err)
	}
	return s.join(ctx, tx, rows)
}

// join turns rows into penalties with case, firm, measures, findings and names: one query each for all of them.
func (s *Service) join(ctx context.Context, tx *store.Tx, rows []penaltyRow) ([]Penalty, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var ids, cases, firms, users []int64
	for _, r := range rows {
		ids, cases, firms = append(ids, r.ID), append(cases, r.CaseID), append(firms, r.FirmID)
		users = append(users, r.ProposedBy, int64(r.DecidedBy), int64(r.IssuedBy))
	}
	cs, err := s.d.Cases.FindAll(ctx, tx, unique(cases))
	if err != nil {
		return nil, err
	}
	fs, err := s.d.Firms.ByIDs(ctx, tx, unique(firms))
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, tx, users...)
	if err != nil {
		return nil, err
	}
	measures, err := loadMeasures(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	findings, err := s.loadFindings(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	parts, err := s.d.Cases.PartsOf(ctx, tx, unique(cases))
	if err != nil {
		return nil, err
	}
	full, err := stages(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Penalty, len(rows))
	for i, r := range rows {
		p := Penalty{
			ID: r.ID, Reference: r.Reference, Case: cs[r.CaseID], Firm: fs[r.FirmID], Status: Status(r.Status), Facts: r.Facts,
			Reasons: r.Reasons, Measures: measures[r.ID].list, Round: measures[r.ID].round, FineFen: r.FineFen,
			ConfiscationFen: r.ConfiscationFen, Findings: findings[r.ID],
			ProposedBy: r.ProposedBy, ProposedByName: names[r.ProposedBy], ProposedAt: r.ProposedAt.Time(),
			DecidedBy: int64(r.DecidedBy), DecidedByName: names[int64(r.DecidedBy)], DecidedAt: r.DecidedAt.Time(),
			IssuedBy: int64(r.IssuedBy), IssuedByName: names[int64(r.IssuedBy)], IssuedAt: r.IssuedAt.Time(), IssuedOn: r.IssuedOn,
			UnitID: r.UnitID, Rulebook: r.Rulebook, Version: r.Version, parts: parts[r.CaseID],
		}
		if r.DecisionNumber != nil {
			p.DecisionNumber = *r.DecisionNumber
		}
		if d, ok := full[r.ID]; ok {
			p.Full, p.Stage = true, Stage(d.Stage)
			if d.FilingNumber != nil {
				p.FilingNumber = *d.FilingNumber
			}
		}
		if err := json.Unmarshal([]byte(r.Bases), &p.Bases); err != nil {
			return nil, fmt.Errorf("read bases of %s: %w", r.Reference, err)
		}
		out[i] = p
	}
	return out, nil
}

// measuresOf are the measures of the last round.
type measuresOf struct {
	round int
	list  []Measure
}

func loadMeasures(ctx context.Context, tx *store.Tx, penalties []int64) (map[int64]measuresOf, error) {
	rows, err := gorm.G[measureRow](tx.DB).Where("penalty_id IN ?", penalties).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load measures: %w", err)
	}
	out := map[int64]measuresOf{}
	for _, r := range rows {
		m := out[r.PenaltyID]
		if r.Round > m.round {
			m = measuresOf{round: r.Round}
		}
		m.list = append(m.list, Measure{r.Kind, r.AmountFen})
		out[r.PenaltyID] = m
	}
	return out, nil
}

// loadFindings are the findings of penalties, by number.
func (s *Service) loadFindings(ctx context.Context, tx *store.Tx, penalties []int64) (map[int64][]casework.Finding, error) {
	rows, err := gorm.G[penaltyFindingRow](tx.DB).Where("penalty_id IN ?", penalties).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load findings of penalties: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.FindingID
	}
	all, err := s.d.Cases.FindingsByID(ctx, tx, unique(ids))
	if err != nil {
		return nil, err
	}
	out := map[int64][]casework.Finding{}
	for _, r := range rows {
		out[r.PenaltyID] = append(out[r.PenaltyID], all[r.FindingID])
	}
	for id := range out {
		slices.SortFunc(out[id], func(a, b casework.Finding) int { return a.Number - b.Number })
	}
	return out, nil
}

func (s *Service) names(ctx context.Context, tx *store.Tx, users ...int64) (map[int64]string, error) {
	return s.d.Accounts.Names(ctx, tx, unique(users))
}

// unique is the list without 0 and without repetition.
func unique(list []int64) []int64 {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(id int64) bool { return id == 0 })
}
