package firm

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type rosterRow struct {
	ID         int64
	FirmID     int64
	ReceivedOn calendar.Date
	Collectors int64
	Digest     []byte
	CreatedAt  store.Time `gorm:"autoCreateTime:false"`
}

func (rosterRow) TableName() string { return "rosters" }

type collectorRow struct {
	ID       int64
	RosterID int64
	StaffKey []byte
	PhoneKey []byte
	Name     seal.Sealed
	FromOn   calendar.Date
	ToOn     calendar.Date
}

func (collectorRow) TableName() string { return "collectors" }

// rosterOn is the last list that the firms had handed in by a day; nil where there is none.
func rosterOn(ctx context.Context, tx *store.Tx, firms []int64, on calendar.Date) (*rosterRow, error) {
	r, err := gorm.G[rosterRow](tx.DB).Where("firm_id IN ? AND received_on <= ?", firms, on).Order("received_on DESC, id DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find roster: %w", err)
	}
	return &r, nil
}

func rostersOf(ctx context.Context, tx *store.Tx, firm int64) ([]rosterRow, error) {
	return gorm.G[rosterRow](tx.DB).Where("firm_id = ?", firm).Order("received_on DESC, id DESC").Limit(50).Find(ctx)
}

func onRoster(ctx context.Context, tx *store.Tx, roster int64, staff, phone [][]byte, on calendar.Date) (bool, error) {
	for _, k := range []struct {
		column string
		keys   [][]byte
	}{{"staff_key", staff}, {"phone_key", phone}} {
		if len(k.keys) == 0 {
			continue
		}
		n, err := gorm.G[collectorRow](tx.DB).Where("roster_id = ? AND "+k.column+" IN ? AND from_on <= ? AND (to_on IS NULL OR to_on >= ?)",
			roster, k.keys, on, on).Count(ctx, "*")
		if err != nil {
			return false, fmt.Errorf("look into roster: %w", err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}

func insertRoster(ctx context.Context, tx *store.Tx, firm int64, today calendar.Date, l *sealedList) error {
	r := &rosterRow{FirmID: firm, ReceivedOn: today, Collectors: int64(len(l.rows)), Digest: l.digest, CreatedAt: store.At(tx.Now)}
	if err := store.Insert(ctx, tx, r); err != nil {
		return err
	}
	for _, c := range l.rows {
		c.ID, c.RosterID = 0, r.ID
	}
	return inChunks(l.rows, func(part []*collectorRow) error { return store.InsertAll(ctx, tx, part) })
}
