package casework

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// never stands in due_on for a case without a running clock: both databases sort it last, as a NULL would not be.
var never = calendar.MustDate("9999-12-31")

type caseRow struct {
	ID          int64
	Reference   string
	ComplaintID int64
	Pack        string
	Track       string
	Status      string
	UnitID      int64
	OfficerID   store.ID
	AssignedAt  store.Time
	Severity    int
	LenderID    store.ID
	AgencyID    store.ID
	ReceivedOn  calendar.Date
	OpenedAt    store.Time
	OpenedOn    calendar.Date
	DueOn       calendar.Date
	ClosedAt    store.Time
	ClosedOn    calendar.Date
	Outcome     string
	Rulebook    string
	Version     int64
}

func (caseRow) TableName() string { return "cases" }

// loaded is a case with the ids that join replaces by what they name.
type loaded struct {
	*Case
	lender, agency int64
}

func (r *caseRow) load() loaded {
	c := &Case{
		ID: r.ID, Reference: r.Reference, ComplaintID: r.ComplaintID, Pack: r.Pack, Track: complaint.Track(r.Track),
		Status: Status(r.Status), UnitID: r.UnitID, OfficerID: int64(r.OfficerID), AssignedAt: r.AssignedAt.Time(),
		Severity: r.Severity, ReceivedOn: r.ReceivedOn, OpenedAt: r.OpenedAt.Time(), OpenedOn: r.OpenedOn, DueOn: r.DueOn,
		ClosedAt: r.ClosedAt.Time(), ClosedOn: r.ClosedOn, Outcome: r.Outcome, Rulebook: r.Rulebook, Version: r.Version,
	}
	if c.DueOn == never {
		c.DueOn = calendar.Date{}
	}
	return loaded{c, int64(r.LenderID), int64(r.AgencyID)}
}

func dueColumn(d calendar.Date) calendar.Date {
	if d.IsZero() {
		return never
	}
	return d
}

func insertCase(ctx context.Context, tx *store.Tx, c *Case, lender, agency int64) error {
	r := &caseRow{
		Reference: c.Reference, ComplaintID: c.ComplaintID, Pack: c.Pack, Track: string(c.Track), Status: string(c.Status),
		UnitID: c.UnitID, OfficerID: store.ID(c.OfficerID), AssignedAt: store.At(c.AssignedAt), Severity: c.Severity,
		LenderID: store.ID(lender), AgencyID: store.ID(agency), ReceivedOn: c.ReceivedOn, OpenedAt: store.At(c.OpenedAt),
		OpenedOn: c.OpenedOn, DueOn: dueColumn(c.DueOn), Outcome: c.Outcome, Rulebook: c.Rulebook, Version: c.Version,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert case %s: %w", c.Reference, err)
	}
	c.ID = r.ID
	return nil
}

// save stores what commands change on a case, if it still has its version, and counts it in its new slot.
func (s *Service) save(ctx context.Context, tx *store.Tx, c *Case, was slot) error {
	err := store.Update[caseRow](ctx, tx, c.ID, c.Version,
		store.Set("status", string(c.Status)), store.Set("officer_id", store.ID(c.OfficerID)),
		store.Set("assigned_at", store.At(c.AssignedAt)), store.Set("closed_at", store.At(c.ClosedAt)),
		store.Set("closed_on", c.ClosedOn), store.Set("outcome", c.Outcome), store.Set("due_on", dueColumn(c.DueOn)))
	if err != nil {
		return fmt.Errorf("save case %s: %w", c.Reference, err)
	}
	c.Version++
	return count(ctx, tx, was, c.slot())
}

// saveDue stores when the next clock of a case is due.
func saveDue(ctx context.Context, tx *store.Tx, c *Case) error {
	if err := store.Amend[caseRow](ctx, tx, c.ID, store.Set("due_on", dueColumn(c.DueOn))); err != nil {
		return fmt.Errorf("save due date of %s: %w", c.Reference, err)
	}
	return nil
}

// find loads a case by its reference or its complaint's, with everything that belongs to it. NotFound.
func (s *Service) find(ctx context.Context, tx *store.Tx, ref string) (*Case, error) {
	prefix, canonical := canonical(ref)
	q := gorm.G[caseRow](tx.DB).Where("reference = ?", canonical)
	if prefix == "C" {
		q = gorm.G[caseRow](tx.DB).Where("complaint_id = (SELECT id FROM complaints WHERE reference = ?)", canonical)
	}
	r, err := q.Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) || prefix == "" {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("find case %s: %w", ref, err)
	}
	l := r.load()
	return l.Case, s.joinLoaded(ctx, tx, []loaded{l})
}

// loadCases loads cases by id, in the order of the ids.
func (s *Service) loadCases(ctx context.Context, tx *store.Tx, ids []int64) ([]Case, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := gorm.G[caseRow](tx.DB).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load cases: %w", err)
	}
	at := map[int64]loaded{}
	all := make([]loaded, len(rows))
	for i := range rows {
		all[i] = rows[i].load()
		at[rows[i].ID] = all[i]
	}
	if err := s.joinLoaded(ctx, tx, all); err != nil {
		return nil, err
	}
	out := make([]Case, 0, len(ids))
	for _, id := range ids {
		if l, ok := at[id]; ok {
			out = append(out, *l.Case)
		}
	}
	return out, nil
}

// joinLoaded fills in complaint, firms, unit and officer of many cases with one query each.
func (s *Service) joinLoaded(ctx context.Context, tx *store.Tx, all []loaded) error {
	var complaints, firms, users, units ids
	for _, c := range all {
		complaints.add(c.ComplaintID)
		firms.add(c.lender)
		firms.add(c.agency)
		users.add(c.OfficerID)
		units.add(c.UnitID)
	}
	cs, err := s.d.Complaints.FindAll(ctx, tx, complaints.list)
	if err != nil {
		return err
	}
	fs, err := s.d.Firms.ByIDs(ctx, tx, firms.list)
	if err != nil {
		return err
	}
	names, err := s.d.Accounts.Names(ctx, tx, users.list)
	if err != nil {
		return err
	}
	codes, err := unitCodes(ctx, tx, units.list)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.Complaint, c.OfficerName, c.UnitCode = cs[c.ComplaintID], names[c.OfficerID], codes[c.UnitID]
		if f, ok := fs[c.lender]; ok {
			c.Lender = &f
		}
		if f, ok := fs[c.agency]; ok {
			c.Agency = &f
		}
	}
	return nil
}

// ids is a list of ids without 0 and without repetition.
type ids struct{ list []int64 }

func (s *ids) add(id int64) {
	if id == 0 {
		return
	}
	for _, x := range s.list {
		if x == id {
			return
		}
	}
	s.list = append(s.list, id)
}

type eventRow struct {
	ID        int64
	CaseID    int64
	At        store.Time
	Kind      string
	ActorRole string
	ActorID   store.ID
	OfficerID store.ID
	Note      string
}

func (eventRow) TableName() string { return "case_events" }

func addEvent(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64, kind, note string) error {
	return addHandover(ctx, tx, by, caseID, kind, 0, note)
}

// addHandover is addEvent for a case that came into an officer's hands.
func addHandover(ctx context.Context, tx *store.Tx, by access.Actor, caseID int64, kind string, officer int64, note string) error {
	r := &eventRow{CaseID: caseID, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID), OfficerID: store.ID(officer), Note: note}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

func loadEvents(ctx context.Context, tx *store.Tx, caseID int64) ([]Event, error) {
	rows, err := gorm.G[eventRow](tx.DB).Where("case_id = ?", caseID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load events: %w", err)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{At: r.At.Time(), Kind: r.Kind, ActorRole: r.ActorRole, ActorID: int64(r.ActorID), Note: r.Note}
	}
	return out, nil
}

// hadPart reports whether a user ever had a case in hand or made a finding in it,
// superseded ones included.
func hadPart(ctx context.Context, tx *store.Tx, caseID, userID int64) (bool, error) {
	had, err := gorm.G[eventRow](tx.DB).Where("case_id = ? AND officer_id = ?", caseID, userID).Count(ctx, "id")
	if err != nil || had > 0 {
		return had > 0, err
	}
	found, err := gorm.G[findingRow](tx.DB).Where("case_id = ? AND found_by = ?", caseID, userID).Count(ctx, "id")
	return found > 0, err
}

type recusalRow struct {
	ID     int64
	CaseID int64
	UserID int64
	Reason string
	At     store.Time
}

func (recusalRow) TableName() string { return "recusals" }

func insertRecusal(ctx context.Context, tx *store.Tx, caseID, userID int64, reason string) error {
	r := &recusalRow{CaseID: caseID, UserID: userID, Reason: reason, At: store.At(tx.Now)}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert recusal: %w", err)
	}
	return nil
}
