package firm

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

type sizeRow struct {
	ID              int64
	FirmID          int64
	Month           calendar.Month
	Customers       int64
	OverdueAccounts int64
	LentFen         int64
	ReceivedOn      calendar.Date
	CreatedAt       store.Time `gorm:"autoCreateTime:false"`
}

func (sizeRow) TableName() string { return "firm_denominators" }

// insertSize stores a size unless the last one for the month says the same.
func insertSize(ctx context.Context, tx *store.Tx, firm int64, z Size, today calendar.Date) (bool, error) {
	last, err := gorm.G[sizeRow](tx.DB).Where("firm_id = ? AND month = ?", firm, z.Month).Order("id DESC").Take(ctx)
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return false, fmt.Errorf("find size: %w", err)
	}
	if err == nil && last.Customers == z.Customers && last.OverdueAccounts == z.OverdueAccounts && last.LentFen == z.LentFen {
		return false, nil
	}
	return true, store.Insert(ctx, tx, &sizeRow{FirmID: firm, Month: z.Month, Customers: z.Customers, OverdueAccounts: z.OverdueAccounts, LentFen: z.LentFen,
		ReceivedOn: today, CreatedAt: store.At(tx.Now)})
}

// sizesOf lists what counts: of each firm and month what was said last.
func sizesOf(ctx context.Context, tx *store.Tx, code string, limit int) ([]Size, error) {
	query := `SELECT f.code, f.name, f.kind, d.month, d.customers, d.overdue_accounts, d.lent_fen, d.received_on FROM firm_denominators d JOIN firms f ON f.id = d.firm_id
		WHERE NOT EXISTS (SELECT 1 FROM firm_denominators x WHERE x.firm_id = d.firm_id AND x.month = d.month AND x.id > d.id)`
	var args []any
	if code != "" {
		query, args = query+" AND f.code = ?", append(args, code)
	}
	rows, err := tx.Rows(ctx, query+" ORDER BY d.month DESC, f.code LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Size
	for rows.Next() {
		var z Size
		if err := rows.Scan(&z.Firm, &z.Name, &z.Kind, &z.Month, &z.Customers, &z.OverdueAccounts, &z.LentFen, &z.ReceivedOn); err != nil {
			return nil, err
		}
		out = append(out, z)
	}
	return out, rows.Err()
}
