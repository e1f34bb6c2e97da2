package report

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// subscriptionRow is a choice of a member of the staff; the last one counts.
type subscriptionRow struct {
	ID       int64
	UserID   int64
	Wants    store.Bool
	ChosenAt store.Time
}

func (subscriptionRow) TableName() string { return "report_subscriptions" }

// mailRow says that somebody was sent the report of a period.
type mailRow struct {
	ID       int64
	Period   string
	UserID   int64
	QueuedAt store.Time
}

func (mailRow) TableName() string { return "report_mails" }

// findSubscription is somebody's last choice; nil for none.
func findSubscription(ctx context.Context, tx *store.Tx, user int64) (*subscriptionRow, error) {
	r, err := gorm.G[subscriptionRow](tx.DB).Where("user_id = ?", user).Order("id DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find subscription: %w", err)
	}
	return &r, nil
}

// subscriber is a member of the staff who wants the reports.
type subscriber struct {
	id    int64
	role  access.Role
	email string
	lang  locale.Lang
}

// subscribers are those whose last choice, made before an instant, is to have the reports, and who were not sent that of a period.
func subscribers(ctx context.Context, tx *store.Tx, period string, before time.Time) ([]subscriber, error) {
	rows, err := tx.Rows(ctx, `SELECT u.id, u.role, u.email, u.lang FROM report_subscriptions s JOIN users u ON u.id = s.user_id
		WHERE s.wants = 1 AND s.chosen_at < ? AND u.disabled_at IS NULL AND u.firm_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM report_subscriptions l WHERE l.user_id = s.user_id AND l.id > s.id)
		AND NOT EXISTS (SELECT 1 FROM report_mails m WHERE m.user_id = s.user_id AND m.period = ?) ORDER BY u.id`, before.Unix(), period)
	if err != nil {
		return nil, fmt.Errorf("find subscribers: %w", err)
	}
	defer rows.Close()
	var out []subscriber
	for rows.Next() {
		var x subscriber
		var lang string
		if err := rows.Scan(&x.id, &x.role, &x.email, &lang); err != nil {
			return nil, fmt.Errorf("find subscribers: %w", err)
		}
		if x.lang = locale.ZH; lang == string(locale.EN) {
			x.lang = locale.EN
		}
		out = append(out, x)
	}
	return out, rows.Err()
}
