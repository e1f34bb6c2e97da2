package firm

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

type linkRow struct {
	ID        int64
	LenderID  int64
	AgencyID  int64
	FromOn    calendar.Date
	ToOn      calendar.Date
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	Version   int64
}

func (linkRow) TableName() string { return "firm_links" }

// linkDuring finds a link of the two that holds on a day of the span; nil: none.
// A zero to is open.
func linkDuring(ctx context.Context, tx *store.Tx, lender, agency int64, from, to calendar.Date) (*linkRow, error) {
	last := to.String()
	if to.IsZero() {
		last = "9999-12-31"
	}
	r, err := gorm.G[linkRow](tx.DB).Where("lender_id = ? AND agency_id = ? AND from_on <= ? AND (to_on IS NULL OR to_on >= ?)",
		lender, agency, last, from.String()).Order("from_on").First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find link: %w", err)
	}
	return &r, nil
}

func insertLink(ctx context.Context, tx *store.Tx, lender, agency int64, from, to calendar.Date) error {
	return store.Insert(ctx, tx, &linkRow{LenderID: lender, AgencyID: agency, FromOn: from, ToOn: to, CreatedAt: store.At(tx.Now), Version: 1})
}

func endLink(ctx context.Context, tx *store.Tx, l *linkRow, to calendar.Date) error {
	return store.Update[linkRow](ctx, tx, l.ID, l.Version, store.Set("to_on", to))
}

func linksOf(ctx context.Context, tx *store.Tx, firm int64) ([]linkRow, error) {
	rows, err := gorm.G[linkRow](tx.DB).Where("lender_id = ? OR agency_id = ?", firm, firm).Order("from_on DESC, id DESC").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return rows, nil
}

func hasLinks(ctx context.Context, tx *store.Tx, firm int64) (bool, error) {
	n, err := gorm.G[linkRow](tx.DB).Where("lender_id = ? OR agency_id = ?", firm, firm).Count(ctx, "*")
	return n > 0, err
}
