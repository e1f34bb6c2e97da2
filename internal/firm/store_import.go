package firm

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/store"
)

// allFirms calls firm for every firm, parents' codes filled in, and alias for
// every form of a name with the code of its firm.
func allFirms(ctx context.Context, tx *store.Tx, firm func(Firm), alias func(key, code string)) error {
	rows, err := gorm.G[firmRow](tx.DB).Order("id").Find(ctx)
	if err != nil {
		return fmt.Errorf("read firms: %w", err)
	}
	codes := make(map[int64]string, len(rows))
	for _, r := range rows {
		codes[r.ID] = r.Code
	}
	for _, r := range rows {
		f := r.firm()
		f.ParentCode, f.MergedInto = codes[f.ParentID], codes[f.MergedID]
		firm(f)
	}
	aliases, err := gorm.G[aliasRow](tx.DB).Order("id").Find(ctx)
	if err != nil {
		return fmt.Errorf("read aliases: %w", err)
	}
	for _, a := range aliases {
		alias(a.AliasKey, codes[a.FirmID])
	}
	return nil
}

// linkedFirms are the firms on either side of a link.
func linkedFirms(ctx context.Context, tx *store.Tx) (map[int64]bool, error) {
	rows, err := gorm.G[linkRow](tx.DB).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	out := map[int64]bool{}
	for _, r := range rows {
		out[r.LenderID], out[r.AgencyID] = true, true
	}
	return out, nil
}

func insertFirms(ctx context.Context, tx *store.Tx, rows []*firmRow) error {
	return inChunks(rows, func(part []*firmRow) error { return store.InsertAll(ctx, tx, part) })
}

func insertAliases(ctx context.Context, tx *store.Tx, rows []*aliasRow) error {
	return inChunks(rows, func(part []*aliasRow) error { return store.InsertAll(ctx, tx, part) })
}
