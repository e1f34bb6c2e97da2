package report

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// alarmRow is an alarm.
type alarmRow struct {
	ID                 int64
	Kind               string
	FirmID             store.ID
	Pack               string
	Code               string
	FirstOn            calendar.Date
	LastOn             calendar.Date
	Observed           int64
	ExpectedHundredths int64
	Usual              int64
	PBillionths        int64 `gorm:"column:p_billionths"`
	Series             int64
	Method             int64
	RaisedAt           store.Time
	SeenOn             calendar.Date
	AcknowledgedAt     store.Time
	AcknowledgedBy     store.ID
	Found              string
	Done               string
	Version            int64
}

func (alarmRow) TableName() string { return "alarms" }

// lastAlarm is the newest alarm of a series; nil for none.
func lastAlarm(ctx context.Context, tx *store.Tx, s series) (*alarmRow, error) {
	r, err := gorm.G[alarmRow](tx.DB).Where("kind = ? AND COALESCE(firm_id, 0) = ? AND pack = ? AND code = ?", s.kind, s.firm, s.pack, s.code).Order("id DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find alarm: %w", err)
	}
	return &r, nil
}

// alarmSQL reads alarms with the names of their firms and of who acknowledged them, and how many complaints there are of them by now.
const alarmSQL = `SELECT a.id, a.kind, COALESCE(f.code, ''), COALESCE(f.name, ''), a.pack, a.code, a.first_on, a.last_on, a.observed, a.expected_hundredths, a.usual,
	a.p_billionths, a.series, a.method, a.raised_at, a.seen_on, a.acknowledged_at, COALESCE(u.name, ''), a.found, a.done, a.version,
	(SELECT COUNT(*) FROM complaints c WHERE c.received_on >= a.first_on AND c.received_on <= a.last_on AND (a.pack = '' OR c.pack = a.pack)
		AND (a.kind <> 'lender' OR c.lender_id IN (SELECT m.id FROM firms m WHERE m.id = a.firm_id OR m.merged_into = a.firm_id))
		AND (a.kind <> 'agency' OR c.agency_id IN (SELECT m.id FROM firms m WHERE m.id = a.firm_id OR m.merged_into = a.firm_id))
		AND (a.kind <> 'code' OR EXISTS (SELECT 1 FROM complaint_codes x WHERE x.complaint_id = c.id AND x.code = a.code)))
	FROM alarms a LEFT JOIN firms f ON f.id = a.firm_id LEFT JOIN users u ON u.id = a.acknowledged_by`

func readAlarms(ctx context.Context, tx *store.Tx, rest string, args ...any) ([]Alarm, error) {
	rows, err := tx.Rows(ctx, alarmSQL+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read alarms: %w", err)
	}
	defer rows.Close()
	var out []Alarm
	for rows.Next() {
		var a Alarm
		var expected, p int64
		var raised, acknowledged store.Time
		if err := rows.Scan(&a.ID, &a.Kind, &a.Firm, &a.FirmName, &a.Pack, &a.Code, &a.FirstOn, &a.LastOn, &a.Observed, &expected, &a.Usual,
			&p, &a.Series, &a.Method, &raised, &a.SeenOn, &acknowledged, &a.By, &a.Found, &a.Done, &a.Version, &a.Listed); err != nil {
			return nil, fmt.Errorf("read alarms: %w", err)
		}
		a.Expected, a.P, a.RaisedAt, a.AcknowledgedAt = float64(expected)/100, float64(p)/1e9, raised.Time(), acknowledged.Time()
		out = append(out, a)
	}
	return out, rows.Err()
}

// watcher is somebody who is told of alarms.
type watcher struct{ email, lang string }

// watchers are the supervisors who are employed.
func watchers(ctx context.Context, tx *store.Tx) (out []watcher, err error) {
	rows, err := tx.Rows(ctx, "SELECT email, lang FROM users WHERE role = ? AND disabled_at IS NULL ORDER BY id", string(access.Supervisor))
	if err != nil {
		return nil, fmt.Errorf("find supervisors: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var w watcher
		if err := rows.Scan(&w.email, &w.lang); err != nil {
			return nil, fmt.Errorf("find supervisors: %w", err)
		}
		out = append(out, w)
	}
	return out, rows.Err()
}
