package complaint

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type contactRow struct {
	ID          int64
	ComplaintID int64
	At          store.Time
	UserID      int64
	Way         string
	Result      string
	Note        seal.Sealed
}

func (contactRow) TableName() string { return "contact_attempts" }

type ratingRow struct {
	ID          int64
	ComplaintID int64
	At          store.Time
	Score       int64
	Comment     seal.Sealed
}

func (ratingRow) TableName() string { return "ratings" }

type intakeRow struct {
	ID          int64
	ComplaintID int64
	UserID      int64
	TypedAt     store.Time
	ArrivedOn   calendar.Date
	Note        string
}

func (intakeRow) TableName() string { return "intakes" }

type linkRow struct {
	ID          int64
	ComplaintID int64
	OtherID     int64
	Kind        string
	At          store.Time
	UserID      store.ID
}

func (linkRow) TableName() string { return "complaint_links" }

func contacts(ctx context.Context, tx *store.Tx, complaintID int64) ([]contactRow, error) {
	rows, err := gorm.G[contactRow](tx.DB).Where("complaint_id = ?", complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load contacts: %w", err)
	}
	return rows, nil
}

// one is the row of a complaint in a table that has at most one of it; nil for none.
func one[R any](ctx context.Context, tx *store.Tx, complaintID int64) (*R, error) {
	rows, err := gorm.G[R](tx.DB).Where("complaint_id = ?", complaintID).Limit(1).Find(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func rating(ctx context.Context, tx *store.Tx, complaintID int64) (*ratingRow, error) {
	return one[ratingRow](ctx, tx, complaintID)
}

func links(ctx context.Context, tx *store.Tx, complaintID int64) ([]linkRow, error) {
	rows, err := gorm.G[linkRow](tx.DB).Where("complaint_id = ?", complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load links: %w", err)
	}
	return rows, nil
}

// untoldRow is a row of the list with its id for the cursor.
type untoldRow struct {
	NotInformed
	id int64
}

// untold reads the running clocks for telling a result by due date, through the index of clock_states.
func untold(ctx context.Context, tx *store.Tx, q *query, limit int) ([]untoldRow, error) {
	where := append([]string{"s.phase = 'running'", "s.owner = 'complaint'", "(s.clock = ? OR s.clock LIKE ?)"}, q.where...)
	args := append([]any{noticeKey, noticeKey + "#%"}, q.args...)
	rows, err := tx.Rows(ctx, `SELECT c.id, c.reference, c.track, c.ended_at, s.due_on, s.provisional,
			(SELECT count(*) FROM contact_attempts a WHERE a.complaint_id = c.id),
			(SELECT max(a.at) FROM contact_attempts a WHERE a.complaint_id = c.id),
			coalesce((SELECT a.result FROM contact_attempts a WHERE a.complaint_id = c.id ORDER BY a.id DESC LIMIT 1), '')
		FROM clock_states s JOIN complaints c ON c.id = s.owner_id
		WHERE `+strings.Join(where, " AND ")+" ORDER BY s.due_on, s.owner_id LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []untoldRow
	for rows.Next() {
		var r untoldRow
		var closed, last store.Time
		var provisional store.Bool
		if err := rows.Scan(&r.id, &r.Reference, &r.Track, &closed, &r.DueOn, &provisional, &r.Attempts, &last, &r.LastResult); err != nil {
			return nil, fmt.Errorf("read who was not informed: %w", err)
		}
		r.ClosedAt, r.LastAt, r.Provisional = closed.Time(), last.Time(), bool(provisional)
		out = append(out, r)
	}
	return out, rows.Err()
}

// drafted are the complaints with letters that wait for a second reading, those that wait longest first.
func drafted(ctx context.Context, tx *store.Tx, limit int) ([]int64, error) {
	rows, err := tx.Rows(ctx, "SELECT complaint_id FROM letters WHERE status = 'draft' GROUP BY complaint_id ORDER BY min(id) LIMIT ?", limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read drafts: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
