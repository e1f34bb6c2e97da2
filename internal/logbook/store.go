package logbook

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// logRow is a file of a complaint that is a log. Filing a complaint writes such
// rows too, from package complaint.
type logRow struct {
	ID          int64
	ComplaintID int64
	EvidenceID  int64
	Side        string
	Part        string
	FirmID      store.ID
	RequestID   store.ID
	At          store.Time
	UserID      store.ID

	number int64 // of the file
}

func (logRow) TableName() string { return "contact_logs" }

func insertLog(ctx context.Context, tx *store.Tx, by access.Actor, r *logRow) error {
	r.At, r.UserID = store.At(tx.Now), store.ID(by.UserID)
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert contact log: %w", err)
	}
	return nil
}

// logsOf loads the logs of a complaint by the numbers of their files.
func logsOf(ctx context.Context, tx *store.Tx, complaintID int64) ([]logRow, error) {
	rows, err := gorm.G[logRow](tx.DB).Where("complaint_id = ?", complaintID).Order("id").Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	numbers, err := tx.Rows(ctx, "SELECT id, number FROM evidence WHERE complaint_id = ?", complaintID)
	if err != nil {
		return nil, err
	}
	defer numbers.Close()
	of := map[int64]int64{}
	for numbers.Next() {
		var id, n int64
		if err := numbers.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("read numbers of evidence: %w", err)
		}
		of[id] = n
	}
	for i := range rows {
		rows[i].number = of[rows[i].EvidenceID]
	}
	return rows, numbers.Err()
}

type requestRow struct {
	ID        int64
	ForwardID int64
	FromOn    calendar.Date
	ToOn      calendar.Date
	DueOn     calendar.Date
	Note      string
	AskedAt   store.Time
	AskedBy   int64
}

func (requestRow) TableName() string { return "log_requests" }

// requestsWhere loads requests, oldest first, with the forward, its firm, and
// when they were answered.
func (s *Service) requestsWhere(ctx context.Context, tx *store.Tx, where string, args ...any) ([]Request, error) {
	rows, err := gorm.G[requestRow](tx.DB).Where(where, args...).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load log requests: %w", err)
	}
	out := make([]Request, len(rows))
	for i, r := range rows {
		out[i] = Request{ID: r.ID, ForwardID: r.ForwardID, From: r.FromOn, To: r.ToOn, Due: r.DueOn, Note: r.Note, AskedAt: r.AskedAt.Time(), AskedBy: r.AskedBy}
		if err := out[i].complete(ctx, tx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *Request) complete(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Rows(ctx, `SELECT f.reference, p.name, (SELECT MIN(l.at) FROM contact_logs l WHERE l.request_id = ?) FROM forwards f JOIN firms p ON p.id = f.firm_id WHERE f.id = ?`, r.ID, r.ForwardID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var at store.Time
		if err := rows.Scan(&r.Forward, &r.Firm, &at); err != nil {
			return fmt.Errorf("read log request: %w", err)
		}
		r.AnsweredAt = at.Time()
	}
	return rows.Err()
}

type mappingRow struct {
	ID        int64
	Signature string
	Header    string
	Mapping   string
	State     string
	At        store.Time
	Role      string
	UserID    store.ID
}

func (mappingRow) TableName() string { return "log_mappings" }

// mappingsOf loads the latest word on a signature, or on every one, latest first.
func mappingsOf(ctx context.Context, tx *store.Tx, signature string) ([]Columns, error) {
	q := gorm.G[mappingRow](tx.DB).Where("id IN (SELECT MAX(id) FROM log_mappings GROUP BY signature)")
	if signature != "" {
		q = q.Where("signature = ?", signature)
	}
	rows, err := q.Order("id DESC").Limit(500).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load mappings: %w", err)
	}
	out := make([]Columns, len(rows))
	for i, r := range rows {
		out[i] = Columns{Signature: r.Signature, State: r.State, At: r.At.Time(), Role: r.Role}
		if err := json.Unmarshal([]byte(r.Header), &out[i].Header); err != nil {
			return nil, fmt.Errorf("read header: %w", err)
		}
		if err := json.Unmarshal([]byte(r.Mapping), &out[i].Mapping); err != nil {
			return nil, fmt.Errorf("read mapping: %w", err)
		}
	}
	return out, nil
}
