package docket

import (
	"context"
	"fmt"
	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

type yearRow struct {
	ID       int64
	Calendar string
	Year     int64
	Source   string
	SHA256   []byte `gorm:"column:sha256"`
	At       store.Time
	UserID   store.ID
}

func (yearRow) TableName() string { return "calendar_years" }

type dayRow struct {
	ID             int64
	CalendarYearID int64
	OnDate         calendar.Date
	Off            store.Bool
}

func (dayRow) TableName() string { return "calendar_days" }

type moveRow struct {
	ID             int64
	CalendarYearID int64
	Owner          string
	OwnerID        int64
	Clock          string
	Reference      string
	WasOn          calendar.Date
	IsOn           calendar.Date
}

func (moveRow) TableName() string { return "calendar_moves" }

// stored is one import of a year with its days.
type stored struct {
	yearRow
	days map[calendar.Date]bool
}

// imports reads every stored import with its days, the oldest first.
func imports(ctx context.Context, tx *store.Tx) ([]stored, error) {
	rows, err := tx.Rows(ctx, "SELECT y.id, y.calendar, y.year, y.source, y.sha256, y.at, y.user_id, d.on_date, d.off"+
		" FROM calendar_years y JOIN calendar_days d ON d.calendar_year_id = y.id ORDER BY y.id, d.id")
	if err != nil {
		return nil, fmt.Errorf("read imported calendars: %w", err)
	}
	defer rows.Close()
	var out []stored
	for rows.Next() {
		var y yearRow
		var on calendar.Date
		var off store.Bool
		if err := rows.Scan(&y.ID, &y.Calendar, &y.Year, &y.Source, &y.SHA256, &y.At, &y.UserID, &on, &off); err != nil {
			return nil, fmt.Errorf("read imported calendars: %w", err)
		}
		if n := len(out); n == 0 || out[n-1].ID != y.ID {
			out = append(out, stored{y, map[calendar.Date]bool{}})
		}
		out[len(out)-1].days[on] = bool(off)
	}
	return out, rows.Err()
}

// subject is what a clock's owner is to people: its reference, and the pack that it is judged by.
type subject struct{ reference, pack string }

// leaning reads the owners of clocks that may move with a calendar: provisional ones, and those that run over a day
// from first to last.
func leaning(ctx context.Context, tx *store.Tx, first, last calendar.Date) (map[deadline.Owner]subject, error) {
	const ids = " (SELECT owner_id FROM clock_states WHERE owner = ? AND (provisional = 1 OR started_on < ? AND earliest_on >= ?))"
	rows, err := tx.Rows(ctx, "SELECT 'case', id, reference, pack FROM cases WHERE id IN"+ids+
		" UNION ALL SELECT 'complaint', id, reference, pack FROM complaints WHERE id IN"+ids+
		" UNION ALL SELECT 'penalty', p.id, p.reference, k.pack FROM penalties p JOIN cases k ON k.id = p.case_id WHERE p.id IN"+ids,
		string(deadline.OfCase), last, first, string(deadline.OfComplaint), last, first, string(deadline.OfPenalty), last, first)
	if err != nil {
		return nil, fmt.Errorf("find who leans on a calendar: %w", err)
	}
	defer rows.Close()
	out := map[deadline.Owner]subject{}
	for rows.Next() {
		var o deadline.Owner
		var s subject
		if err := rows.Scan(&o.Kind, &o.ID, &s.reference, &s.pack); err != nil {
			return nil, fmt.Errorf("find who leans on a calendar: %w", err)
		}
		out[o] = s
	}
	return out, rows.Err()
}

// packOf reads the pack of one owner; "" for an owner that is not there.
func packOf(ctx context.Context, tx *store.Tx, o deadline.Owner) (pack string, err error) {
	q := map[deadline.OwnerKind]string{
		deadline.OfCase:      "SELECT pack FROM cases WHERE id = ?",
		deadline.OfComplaint: "SELECT pack FROM complaints WHERE id = ?",
		deadline.OfPenalty:   "SELECT k.pack FROM penalties p JOIN cases k ON k.id = p.case_id WHERE p.id = ?",
		deadline.OfMeasure:   "SELECT k.pack FROM supervisory_measures m JOIN cases k ON k.id = m.case_id WHERE m.id = ?",
	}[o.Kind]
	rows, err := tx.Rows(ctx, q, o.ID)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&pack); err != nil {
			return "", err
		}
	}
	return pack, rows.Err()
}

// newestVersion is the last import of a year; none or one.
func newestVersion(ctx context.Context, tx *store.Tx, calendar string, year int) ([]yearRow, error) {
	return gorm.G[yearRow](tx.DB).Where("calendar = ? AND year = ?", calendar, year).Order("id DESC").Limit(1).Find(ctx)
}

// movesOf are the due dates that an imported year moved, in the order of the new dates.
func movesOf(ctx context.Context, tx *store.Tx, yearID int64) ([]moveRow, error) {
	return gorm.G[moveRow](tx.DB).Where("calendar_year_id = ?", yearID).Order("is_on, reference, id").Find(ctx)
}
