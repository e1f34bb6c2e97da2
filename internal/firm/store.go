package firm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

type firmRow struct {
	ID          int64
	Code        string
	Kind        string
	Name        string
	NameKey     string
	ParentID    store.ID
	USCC        *string `gorm:"column:uscc"`
	Provisional store.Bool
	MergedInto  store.ID
	CreatedAt   store.Time `gorm:"autoCreateTime:false"`
	Version     int64
}

func (firmRow) TableName() string { return "firms" }

type aliasRow struct {
	ID        int64
	FirmID    int64
	Alias     string
	AliasKey  string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
}

func (aliasRow) TableName() string { return "firm_aliases" }

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (r *firmRow) firm() Firm {
	f := Firm{ID: r.ID, Code: r.Code, Kind: Kind(r.Kind), Name: r.Name, ParentID: int64(r.ParentID),
		Provisional: bool(r.Provisional), MergedID: int64(r.MergedInto), Version: r.Version}
	if r.USCC != nil {
		f.USCC = *r.USCC
	}
	return f
}

// serialise makes changes of the registry happen one after another on
// PostgreSQL too: names, overlaps and circles are rules over many rows.
func serialise(ctx context.Context, tx *store.Tx) error {
	_, err := store.Next(ctx, tx, "firm.change")
	return err
}

// findFirm reads a firm by its code. NotFound.
func findFirm(ctx context.Context, tx *store.Tx, code string) (*Firm, error) {
	r, err := gorm.G[firmRow](tx.DB).Where("code = ?", code).First(ctx)
	if err != nil {
		return nil, fmt.Errorf("find firm %s: %w", code, err)
	}
	fs := []Firm{r.firm()}
	if err := complete(ctx, tx, fs); err != nil {
		return nil, err
	}
	return &fs[0], nil
}

// lookUp is findFirm with nil for none.
func lookUp(ctx context.Context, tx *store.Tx, code string) (*Firm, error) {
	f, err := findFirm(ctx, tx, code)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return f, err
}

// inChunks keeps the number of parameters below what both databases take.
func inChunks[T any](all []T, f func([]T) error) error {
	for part := range slices.Chunk(all, 500) {
		if err := f(part); err != nil {
			return err
		}
	}
	return nil
}

func firmsByID(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]Firm, error) {
	out := make(map[int64]Firm, len(ids))
	err := inChunks(ids, func(part []int64) error {
		rows, err := gorm.G[firmRow](tx.DB).Where("id IN ?", part).Find(ctx)
		for _, r := range rows {
			out[r.ID] = r.firm()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read firms: %w", err)
	}
	return out, nil
}

// complete adds aliases and the codes of parents and of those merged into.
func complete(ctx context.Context, tx *store.Tx, firms []Firm) error {
	place := map[int64]int{}
	var ids, others []int64
	for i, f := range firms {
		place[f.ID] = i
		ids = append(ids, f.ID)
		for _, id := range []int64{f.ParentID, f.MergedID} {
			if id != 0 {
				others = append(others, id)
			}
		}
	}
	near, err := firmsByID(ctx, tx, others)
	if err != nil {
		return err
	}
	for i := range firms {
		firms[i].ParentCode, firms[i].MergedInto = near[firms[i].ParentID].Code, near[firms[i].MergedID].Code
	}
	return inChunks(ids, func(part []int64) error {
		rows, err := gorm.G[aliasRow](tx.DB).Where("firm_id IN ?", part).Order("id").Find(ctx)
		if err != nil {
			return fmt.Errorf("read aliases: %w", err)
		}
		for _, r := range rows {
			if f := &firms[place[r.FirmID]]; r.Alias != f.Name {
				f.Aliases = append(f.Aliases, r.Alias)
			}
		}
		return nil
	})
}

// aliasOwner finds the firm to which the form of a name belongs; 0: to none.
func aliasOwner(ctx context.Context, tx *store.Tx, key string) (int64, error) {
	r, err := gorm.G[aliasRow](tx.DB).Where("alias_key = ?", key).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find alias: %w", err)
	}
	return r.FirmID, nil
}

// usccOwner finds the code of another registered firm with a credit code.
func usccOwner(ctx context.Context, tx *store.Tx, uscc string, self int64) (string, error) {
	r, err := gorm.G[firmRow](tx.DB).Where("uscc = ? AND id <> ?", uscc, self).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	return r.Code, err
}

func newRow(n NewFirm, parent int64, provisional bool, tx *store.Tx) *firmRow {
	return &firmRow{Code: n.Code, Kind: string(n.Kind), Name: n.Name, NameKey: ident.NormaliseName(n.Name),
		ParentID: store.ID(parent), USCC: nullable(n.USCC), Provisional: store.Bool(provisional),
		CreatedAt: store.At(tx.Now), Version: 1}
}

func insertFirm(ctx context.Context, tx *store.Tx, n NewFirm, parent int64, provisional bool) (*firmRow, error) {
	r := newRow(n, parent, provisional, tx)
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, err
	}
	return r, insertNames(ctx, tx, r.ID, n.names())
}

// insertNames stores the names whose form the firm does not have yet; that none
// belongs to another firm was checked before.
func insertNames(ctx context.Context, tx *store.Tx, firm int64, names []name) error {
	for _, nm := range names {
		owner, err := aliasOwner(ctx, tx, nm.key)
		if err != nil {
			return err
		}
		if owner != 0 {
			continue
		}
		r := &aliasRow{FirmID: firm, Alias: nm.text, AliasKey: nm.key, CreatedAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

func updateFirm(ctx context.Context, tx *store.Tx, f *Firm) error {
	err := store.Update[firmRow](ctx, tx, f.ID, f.Version,
		store.Set("name", f.Name), store.Set("name_key", ident.NormaliseName(f.Name)), store.Set("kind", string(f.Kind)),
		store.Set("parent_id", store.ID(f.ParentID)), store.Set("uscc", nullable(f.USCC)),
		store.Set("provisional", store.Bool(f.Provisional)), store.Set("merged_into", store.ID(f.MergedID)))
	if err != nil {
		return fmt.Errorf("update firm %s: %w", f.Code, err)
	}
	f.Version++
	return nil
}

// checkParents fails with Invalid when the way up from a firm leads back to it.
func checkParents(ctx context.Context, tx *store.Tx, f *Firm) error {
	for id := f.ParentID; id != 0; {
		if id == f.ID {
			return fault.Fields{{Name: "parent_code", Key: "firm.parent_circle"}}.Err()
		}
		r, err := gorm.G[firmRow](tx.DB).Where("id = ?", id).First(ctx)
		if err != nil {
			return fmt.Errorf("walk up from firm %s: %w", f.Code, err)
		}
		id = int64(r.ParentID)
	}
	return nil
}
