package firm

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// List lists firms by code; the second result is the cursor of the next page, ""
// on the last. Merged firms are left out. Forbidden; Invalid for a cursor that
// is none.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) ([]Firm, string, error) {
	if err := s.policy.May(by, access.ReadFirm); err != nil {
		return nil, "", err
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 50
	}
	after, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	if err != nil || len(after) > 64 {
		return nil, "", errCursor
	}
	var out []Firm
	next := ""
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := listQuery(tx, f, string(after)).Find(ctx)
		if err != nil {
			return err
		}
		if len(rows) > f.Limit {
			rows = rows[:f.Limit]
			next = base64.RawURLEncoding.EncodeToString([]byte(rows[f.Limit-1].Code))
		}
		for _, r := range rows {
			out = append(out, r.firm())
		}
		return complete(ctx, tx, out)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list firms: %w", err)
	}
	return out, next, nil
}

func listQuery(tx *store.Tx, f Filter, after string) gorm.ChainInterface[firmRow] {
	q := gorm.G[firmRow](tx.DB).Where("merged_into IS NULL AND code > ?", after)
	if f.Kind != "" {
		q = q.Where("kind = ?", string(f.Kind))
	}
	if f.Provisional {
		q = q.Where("provisional = 1")
	}
	if strings.TrimSpace(f.Q) != "" {
		code := escape(tidyCode(f.Q)) + "%"
		if key := ident.NormaliseName(f.Q); key != "" {
			q = q.Where(`(code LIKE ? ESCAPE '!' OR id IN (SELECT firm_id FROM firm_aliases WHERE alias_key LIKE ? ESCAPE '!'))`,
				code, "%"+escape(key)+"%")
		} else {
			q = q.Where(`code LIKE ? ESCAPE '!'`, code)
		}
	}
	return q.Order("code").Limit(f.Limit + 1)
}

// escape takes the meaning from the wildcards of LIKE.
func escape(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }

func firmByName(ctx context.Context, tx *store.Tx, key string) (*Firm, error) {
	r, err := gorm.G[firmRow](tx.DB).Where("id = (SELECT firm_id FROM firm_aliases WHERE alias_key = ?)", key).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find firm by name: %w", err)
	}
	fs := []Firm{r.firm()}
	if err := complete(ctx, tx, fs); err != nil {
		return nil, err
	}
	return &fs[0], nil
}

func suggest(ctx context.Context, tx *store.Tx, kind Kind, key string, limit int) ([]Firm, error) {
	rows, err := tx.Rows(ctx, `SELECT f.id FROM firms f JOIN firm_aliases a ON a.firm_id = f.id
		WHERE a.alias_key LIKE ? ESCAPE '!' AND f.provisional = 0 AND f.merged_into IS NULL AND (? = '' OR f.kind = ?)
		GROUP BY f.id, f.name
		ORDER BY MIN(CASE WHEN a.alias_key LIKE ? ESCAPE '!' THEN 0 ELSE 1 END), f.name, f.id LIMIT ?`,
		"%"+escape(key)+"%", string(kind), string(kind), escape(key)+"%", limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	found, err := firmsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Firm, 0, len(ids))
	for _, id := range ids {
		out = append(out, found[id])
	}
	return out, complete(ctx, tx, out)
}

func hasSubsidiaries(ctx context.Context, tx *store.Tx, id int64) (bool, error) {
	n, err := gorm.G[firmRow](tx.DB).Where("parent_id = ?", id).Count(ctx, "*")
	return n > 0, err
}
