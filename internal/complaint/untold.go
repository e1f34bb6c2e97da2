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
	"dunwatch/internal/store"
)

// NotInformedFilter narrows NotInformed. Zero values do not.
type NotInformedFilter struct {
	Late   bool // the day for telling has passed
	Cursor string
	Limit  int // 1..100, default 50
}

// NotInformed is a closed complaint whose complainant was not told yet.
type NotInformed struct {
	Reference   string
	Track       Track
	ClosedAt    time.Time
	DueOn       calendar.Date
	Provisional bool
	Attempts    int
	LastAt      time.Time // of the newest attempt; zero: none
	LastResult  string
}

// NotInformedList is a page of them.
type NotInformedList struct {
	Items      []NotInformed
	NextCursor string
}

// NotInformed lists, within the actor's reach, the closed complaints whose complainants were not told the result, the
// first to be late first. Invalid for an unknown cursor, Forbidden.
func (s *Service) NotInformed(ctx context.Context, by access.Actor, f NotInformedFilter) (*NotInformedList, error) {
	if err := s.policy.May(by, access.LogContact); err != nil {
		return nil, err
	}
	q := &query{}
	switch s.policy.Widest(by.Role, access.LogContact) {
	case access.Own:
		q.and("EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = c.id AND k.officer_id = ?)", by.UserID)
	case access.Unit:
		q.and("EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = c.id AND k.unit_id = ?)", by.UnitID)
	}
	after, err := parseUntold(f.Cursor)
	if err != nil {
		return nil, err
	}
	if after != nil {
		q.and("(s.due_on > ? OR s.due_on = ? AND s.owner_id > ?)", after.Key, after.Key, after.ID)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	out := &NotInformedList{Items: []NotInformed{}}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if f.Late {
			q.and("s.due_on < ?", s.today(tx))
		}
		rows, err := untold(ctx, tx, q, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1]
			b, _ := json.Marshal(cursor{Sort: untoldSort, Key: last.DueOn.String(), ID: last.id}) // cannot fail
			out.NextCursor = base64.RawURLEncoding.EncodeToString(b)
		}
		for _, r := range rows {
			out.Items = append(out.Items, r.NotInformed)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list who was not informed: %w", err)
	}
	return out, nil
}

const untoldSort = "untold"

func parseUntold(s string) (*cursor, error) {
	c, err := parseCursor(untoldSort, s)
	if err != nil || c == nil {
		return nil, err
	}
	if _, err := calendar.ParseDate(c.Key); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "complaint.cursor")
	}
	return c, nil
}
