package report

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// freezeRow is a frozen report: its first form or a revision.
type freezeRow struct {
	ID          int64
	Period      string
	Revision    int64
	CutOff      store.Time
	Definitions int64
	Rulebook    string
	Reason      string
	FrozenAt    store.Time
	FrozenBy    store.ID
}

func (freezeRow) TableName() string { return "report_freezes" }

// editionRow holds the bytes of a frozen report for a pack and a language.
type editionRow struct {
	ID       int64
	FreezeID int64
	Pack     string
	Lang     string
	Sha256   []byte
	Content  []byte
}

func (editionRow) TableName() string { return "report_editions" }

// referencesRow holds what was behind the figures of a table.
type referencesRow struct {
	ID       int64
	FreezeID int64
	Pack     string
	TableID  string
	Content  []byte
}

func (referencesRow) TableName() string { return "report_references" }

// publicationRow is what the public sees of a frozen month.
type publicationRow struct {
	ID          int64
	FreezeID    int64
	Period      string
	Revision    int64
	PublishedOn calendar.Date
	Content     []byte
}

func (publicationRow) TableName() string { return "report_publications" }

// latest asks for the newest revision.
const latest = -1

// findFreeze is a revision of a period; nil where the period is not frozen, or has no such revision.
func findFreeze(ctx context.Context, tx *store.Tx, p Period, revision int) (*freezeRow, error) {
	q := gorm.G[freezeRow](tx.DB).Where("period = ?", p.String())
	if revision != latest {
		q = q.Where("revision = ?", revision)
	}
	r, err := q.Order("revision DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find frozen report: %w", err)
	}
	return &r, nil
}

// freezesOf are the revisions of a period, the oldest first; of "" those of all periods.
func freezesOf(ctx context.Context, tx *store.Tx, period string) ([]freezeRow, error) {
	q := gorm.G[freezeRow](tx.DB).Where("1 = 1")
	if period != "" {
		q = q.Where("period = ?", period)
	}
	rows, err := q.Order("period, revision").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list frozen reports: %w", err)
	}
	return rows, nil
}

func findEdition(ctx context.Context, tx *store.Tx, freeze int64, pack, lang string) (*editionRow, error) {
	r, err := gorm.G[editionRow](tx.DB).Where("freeze_id = ? AND pack = ? AND lang = ?", freeze, pack, lang).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil // a pack that came later
	}
	if err != nil {
		return nil, fmt.Errorf("find edition of frozen report: %w", err)
	}
	return &r, nil
}

func findReferences(ctx context.Context, tx *store.Tx, freeze int64, pack, table string) ([]byte, error) {
	r, err := gorm.G[referencesRow](tx.DB).Where("freeze_id = ? AND pack = ? AND table_id = ?", freeze, pack, table).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find what was kept with the frozen report: %w", err)
	}
	return r.Content, nil
}

// findPublication is the last publication of a period; nil where there is none.
func findPublication(ctx context.Context, tx *store.Tx, period string) (*publicationRow, error) {
	r, err := gorm.G[publicationRow](tx.DB).Where("period = ?", period).Order("id DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find published figures: %w", err)
	}
	return &r, nil
}

// storeFreeze inserts a frozen report with everything that belongs to it.
func storeFreeze(ctx context.Context, tx *store.Tx, r *freezeRow, editions []*editionRow, refs []*referencesRow, pub *publicationRow) error {
	if err := store.Insert(ctx, tx, r); err != nil {
		return err
	}
	for _, e := range editions {
		e.ID, e.FreezeID = 0, r.ID
		if err := store.Insert(ctx, tx, e); err != nil {
			return err
		}
	}
	for _, x := range refs {
		x.ID, x.FreezeID = 0, r.ID
		if err := store.Insert(ctx, tx, x); err != nil {
			return err
		}
	}
	if pub != nil {
		pub.ID, pub.FreezeID = 0, r.ID
		return store.Insert(ctx, tx, pub)
	}
	return nil
}
