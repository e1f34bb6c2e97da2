package complaint

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Page sizes of List.
const (
	defaultLimit = 50
	maxLimit     = 100
)

// Orders of List.
const (
	SortDue      = "due" // the first to be late first; what has no due date last
	SortOldest   = "received"
	SortNewest   = "-received"
	SortSeverity = "severity" // the gravest first
)

// None is a value of Filter's Region, Product, Lender and Agency: the complaint
// names none.
const None = "none"

// List is the list to screen, within the actor's reach. Invalid for an unknown sort or cursor, Forbidden.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	if err := s.policy.May(by, access.ReadComplaint); err != nil {
		return nil, err
	}
	q := &query{}
	if err := s.narrow(q, by, f); err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	out := &List{Items: []Complaint{}}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		if f.Q != "" {
			q.words(tx, f.Q)
		}
		rows, err := q.page(ctx, tx, f.Sort, f.Cursor, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			out.NextCursor = cursorOf(f.Sort, &rows[limit-1])
		}
		list, err := joined(ctx, tx, rows)
		for _, c := range list {
			out.Items = append(out.Items, *c)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list complaints: %w", err)
	}
	return out, nil
}

// narrow turns filter and reach into conditions.
func (s *Service) narrow(q *query, by access.Actor, f Filter) error {
	switch s.policy.Widest(by.Role, access.ReadComplaint) {
	case access.Own:
		q.and("(id = ? OR EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = complaints.id AND k.officer_id = ?))", by.ComplaintID, by.UserID)
	case access.Unit:
		q.and("EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = complaints.id AND k.unit_id = ?)", by.UnitID)
	}
	q.attributes(f)
	q.firms(f)
	s.months(q, f)
	if f.Phone != "" || f.IDNumber != "" {
		q.person(by)
	}
	if f.Phone != "" {
		q.blind("phone_idx", s.keys.Blinds("phone", searchPhone(f.Phone)))
	}
	if f.IDNumber != "" {
		q.blind("id_number_idx", s.keys.Blinds("id_number", searchID(f.IDNumber, calendar.OfTime(s.db.Now().In(s.zone)))))
	}
	return nil
}

// months adds the conditions about when something happened.
func (s *Service) months(q *query, f Filter) {
	if !f.Month.IsZero() {
		q.and("received_on >= ? AND received_on <= ?", f.Month.First(), f.Month.Last())
	}
	if !f.Since.IsZero() {
		q.and("received_on >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		q.and("received_on <= ?", f.Until)
	}
	if !f.Decided.IsZero() {
		from, end := f.Decided.Range(s.zone)
		q.and("decided_at >= ? AND decided_at < ? AND decided_by IS NOT NULL", from.Unix(), end.Unix())
	}
	if !f.Open.IsZero() {
		_, cutOff := f.Open.Range(s.zone)
		if now := s.db.Now(); now.Before(cutOff) {
			cutOff = now.Add(time.Second) // what happened within this second is in
		}
		q.open(f.Open.Next().First(), cutOff)
	}
}

// searchPhone and searchID give a search term the form in which filings are
// indexed.
func searchPhone(s string) string {
	if n, err := personalPhone("", s); err == nil {
		return n
	}
	return tidy(s)
}

func searchID(s string, today calendar.Date) string {
	if id, err := ident.ParseResidentID(s, today); err == nil {
		return id.Number
	}
	return tidy(s)
}

// cursor is where a page ended: the value of the sort column and the row id.
type cursor struct {
	Sort string `json:"s"`
	Key  string `json:"k"`
	ID   int64  `json:"i"`
}

func cursorOf(sort string, last *complaintRow) string {
	c := cursor{Sort: sort, ID: last.ID}
	switch sort {
	case SortOldest, SortNewest:
		c.Key = last.ReceivedOn.String()
	case SortSeverity:
		c.Key = fmt.Sprint(last.Severity)
	default:
		c.Key = last.DueOn.String()
	}
	b, _ := json.Marshal(c) // strings and numbers cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(sort, s string) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Sort != sort {
		var wrong fault.Fields
		wrong.Add("cursor", "complaint.cursor")
		return nil, wrong.Err()
	}
	return &c, nil
}
