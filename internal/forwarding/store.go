package forwarding

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type forwardRow struct {
	ID             int64
	Reference      string
	CaseID         int64
	ComplaintID    int64
	FirmID         int64
	ParentID       store.ID
	Kind           string
	Clock          string
	Disclosed      string
	Summary        seal.Sealed
	Status         string
	ForwardedAt    store.Time
	ForwardedOn    calendar.Date
	ForwardedBy    store.ID
	DueOn          calendar.Date
	AcknowledgedAt store.Time
	AnsweredOn     calendar.Date
	ToldOn         calendar.Date
	EndedAt        store.Time
	Version        int64
}

func (forwardRow) TableName() string { return "forwards" }

func (r *forwardRow) load() *Forward {
	f := &Forward{
		ID: r.ID, Reference: r.Reference, CaseID: r.CaseID, ComplaintID: r.ComplaintID, ParentID: int64(r.ParentID),
		Kind: Kind(r.Kind), Clock: r.Clock, Disclosed: split(r.Disclosed), Status: Status(r.Status),
		SentAt: r.ForwardedAt.Time(), SentOn: r.ForwardedOn, SentBy: int64(r.ForwardedBy), DueOn: r.DueOn,
		AcknowledgedAt: r.AcknowledgedAt.Time(), AnsweredOn: r.AnsweredOn, ToldOn: r.ToldOn, EndedAt: r.EndedAt.Time(),
		Version: r.Version, summary: r.Summary,
	}
	f.Firm.ID = r.FirmID
	return f
}

// split undoes the joining with commas of words that hold none.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func insertForward(ctx context.Context, tx *store.Tx, f *Forward, summary seal.Sealed) error {
	r := &forwardRow{
		Reference: f.Reference, CaseID: f.CaseID, ComplaintID: f.ComplaintID, FirmID: f.Firm.ID, ParentID: store.ID(f.ParentID),
		Kind: string(f.Kind), Clock: f.Clock, Disclosed: strings.Join(f.Disclosed, ","), Summary: summary, Status: string(f.Status),
		ForwardedAt: store.At(f.SentAt), ForwardedOn: f.SentOn, ForwardedBy: store.ID(f.SentBy), DueOn: f.DueOn, Version: f.Version,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert forward %s: %w", f.Reference, err)
	}
	f.ID, f.summary = r.ID, summary
	return nil
}

// save stores what commands change on a forward, if it still has its version.
func save(ctx context.Context, tx *store.Tx, f *Forward) error {
	err := store.Update[forwardRow](ctx, tx, f.ID, f.Version,
		store.Set("status", string(f.Status)), store.Set("clock", f.Clock), store.Set("due_on", f.DueOn),
		store.Set("acknowledged_at", store.At(f.AcknowledgedAt)), store.Set("answered_on", f.AnsweredOn),
		store.Set("told_on", f.ToldOn), store.Set("ended_at", store.At(f.EndedAt)))
	if err != nil {
		return fmt.Errorf("save forward %s: %w", f.Reference, err)
	}
	f.Version++
	return nil
}

// forwardsWhere loads forwards in the order in which they were sent, with their firms.
func (s *Service) forwardsWhere(ctx context.Context, tx *store.Tx, where string, args ...any) ([]*Forward, error) {
	rows, err := gorm.G[forwardRow](tx.DB).Where(where, args...).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load forwards: %w", err)
	}
	return s.withFirms(ctx, tx, rows)
}

func (s *Service) withFirms(ctx context.Context, tx *store.Tx, rows []forwardRow) ([]*Forward, error) {
	out := make([]*Forward, len(rows))
	ids := make([]int64, len(rows))
	for i := range rows {
		out[i], ids[i] = rows[i].load(), rows[i].FirmID
	}
	firms, err := s.d.Firms.ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range out {
		f.Firm = firms[f.Firm.ID]
	}
	return out, nil
}

// find loads a forward by its canonical reference. NotFound, with the sentence of every forward that one may not see.
func (s *Service) find(ctx context.Context, tx *store.Tx, ref string) (*Forward, error) {
	r, err := gorm.G[forwardRow](tx.DB).Where("reference = ?", canonical(ref)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("find forward: %w", err)
	}
	list, err := s.withFirms(ctx, tx, []forwardRow{r})
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

type eventRow struct {
	ID        int64
	ForwardID int64
	At        store.Time
	Kind      string
	ActorRole string
	ActorID   store.ID
	FirmID    store.ID
	Note      string
}

func (eventRow) TableName() string { return "forward_events" }

func addEvent(ctx context.Context, tx *store.Tx, by access.Actor, forwardID int64, kind, note string) error {
	r := &eventRow{
		ForwardID: forwardID, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID),
		FirmID: store.ID(by.FirmID), Note: note,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

func eventsOf(ctx context.Context, tx *store.Tx, forwardID int64) ([]Event, error) {
	rows, err := gorm.G[eventRow](tx.DB).Where("forward_id = ? AND kind <> ?", forwardID, eventClock).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load events: %w", err)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{
			At: r.At.Time(), Kind: r.Kind, ActorRole: r.ActorRole, ActorID: int64(r.ActorID), FirmID: int64(r.FirmID), Note: r.Note,
		}
	}
	return out, nil
}

// clocksOf names the clocks of the case that began for a forward, oldest first.
func clocksOf(ctx context.Context, tx *store.Tx, forwardID int64) ([]string, error) {
	rows, err := gorm.G[eventRow](tx.DB).Where("forward_id = ? AND kind = ?", forwardID, eventClock).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load clocks: %w", err)
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Note
	}
	return out, nil
}

type answerRow struct {
	ID        int64
	ForwardID int64
	Number    int64
	Stage     string
	Outcome   string
	Body      seal.Sealed
	AmountFen *int64
	At        store.Time
	OnDate    calendar.Date
	UserID    int64
}

func (answerRow) TableName() string { return "firm_answers" }

type checkRow struct {
	ID       int64
	AnswerID int64
	Passed   store.Bool
	Points   string
	Note     string
	At       store.Time
	UserID   int64
}

func (checkRow) TableName() string { return "answer_checks" }

// answersOf loads the answers of forwards, oldest first, with their checks; key nil leaves the words out.
func answersOf(ctx context.Context, tx *store.Tx, key *seal.DataKey, forwardIDs ...int64) (map[int64][]Answer, error) {
	out := map[int64][]Answer{}
	if len(forwardIDs) == 0 {
		return out, nil
	}
	rows, err := gorm.G[answerRow](tx.DB).Where("forward_id IN ?", forwardIDs).Order("forward_id, number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load answers: %w", err)
	}
	checks, err := gorm.G[checkRow](tx.DB).
		Where("answer_id IN (SELECT id FROM firm_answers WHERE forward_id IN ?)", forwardIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load checks: %w", err)
	}
	of := map[int64]*Check{}
	for _, c := range checks {
		of[c.AnswerID] = &Check{Passed: bool(c.Passed), Points: split(c.Points), Note: c.Note, At: c.At.Time(), UserID: c.UserID}
	}
	for _, r := range rows {
		a := Answer{
			ID: r.ID, Number: int(r.Number), Stage: Stage(r.Stage), Outcome: r.Outcome, At: r.At.Time(), On: r.OnDate,
			UserID: r.UserID, Check: of[r.ID],
		}
		if r.AmountFen != nil {
			a.Fen = *r.AmountFen
		}
		if key != nil {
			if a.Body, err = key.Open(fieldAnswer, r.Body); err != nil {
				return nil, fmt.Errorf("answer %d: %w", r.ID, err)
			}
		}
		out[r.ForwardID] = append(out[r.ForwardID], a)
	}
	return out, nil
}

func insertAnswer(ctx context.Context, tx *store.Tx, forwardID int64, a *Answer, body seal.Sealed) error {
	r := &answerRow{
		ForwardID: forwardID, Number: int64(a.Number), Stage: string(a.Stage), Outcome: a.Outcome, Body: body,
		At: store.At(a.At), OnDate: a.On, UserID: a.UserID,
	}
	if a.Fen != 0 {
		r.AmountFen = &a.Fen
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert answer: %w", err)
	}
	a.ID = r.ID
	return nil
}

func insertCheck(ctx context.Context, tx *store.Tx, by access.Actor, answerID int64, c *Check) error {
	r := &checkRow{
		AnswerID: answerID, Passed: store.Bool(c.Passed), Points: strings.Join(c.Points, ","), Note: c.Note,
		At: store.At(tx.Now), UserID: by.UserID,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert check: %w", err)
	}
	return nil
}

type fileRow struct {
	ID         int64
	ForwardID  int64
	EvidenceID int64
	FirmID     int64
}

func (fileRow) TableName() string { return "forward_files" }

func insertFile(ctx context.Context, tx *store.Tx, forwardID, evidenceID, firmID int64) error {
	if err := store.Insert(ctx, tx, &fileRow{ForwardID: forwardID, EvidenceID: evidenceID, FirmID: firmID}); err != nil {
		return fmt.Errorf("insert file: %w", err)
	}
	return nil
}

// filesOf says which evidence was sent with which of the forwards: id of the evidence to id of the forward.
func filesOf(ctx context.Context, tx *store.Tx, forwardIDs ...int64) (map[int64]int64, error) {
	rows, err := gorm.G[fileRow](tx.DB).Where("forward_id IN ?", forwardIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load files: %w", err)
	}
	out := map[int64]int64{}
	for _, r := range rows {
		out[r.EvidenceID] = r.ForwardID
	}
	return out, nil
}

// borrowersLogs are the files of a complaint that are logs of the borrower's contacts: no firm is given them, whatever
// else was disclosed. The table is package logbook's, which stands above.
func borrowersLogs(ctx context.Context, tx *store.Tx, complaintID int64) (map[int64]bool, error) {
	rows, err := tx.Rows(ctx, "SELECT evidence_id FROM contact_logs WHERE complaint_id = ? AND side = 'borrower'", complaintID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read logs of the borrower: %w", err)
		}
		out[id] = true
	}
	return out, rows.Err()
}

type disclosureRow struct {
	ID          int64
	ComplaintID int64
	ForwardID   int64
	FirmID      int64
	Fields      string
	At          store.Time
	UserID      store.ID
}

func (disclosureRow) TableName() string { return "disclosures" }

func insertDisclosure(ctx context.Context, tx *store.Tx, by access.Actor, f *Forward) error {
	err := store.Insert(ctx, tx, &disclosureRow{
		ComplaintID: f.ComplaintID, ForwardID: f.ID, FirmID: f.Firm.ID, Fields: strings.Join(f.Disclosed, ","),
		At: store.At(tx.Now), UserID: store.ID(by.UserID),
	})
	if err != nil {
		return fmt.Errorf("insert disclosure: %w", err)
	}
	return nil
}
