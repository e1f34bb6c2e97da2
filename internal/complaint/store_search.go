package complaint

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/store"
)

// indexBatch is how many complaints one transaction of Index takes: enough to
// share its cost, few enough that no filing waits long.
const indexBatch = 200

// lateWindow is how far below the newest indexed id Index looks again on
// PostgreSQL, where a transaction may commit a lower id after a higher one. On
// SQLite ids are given and committed in one order.
const lateWindow = 5000

// Index makes filed complaints searchable; it returns how many it took. A job calls it.
//
// It runs beside the filings, not in them: cutting a story into words costs more
// than storing it, and nobody searches for what was filed a second ago.
func (s *Service) Index(ctx context.Context) (int, error) {
	total := 0
	for {
		var n int
		err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = indexSome(ctx, tx)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("index complaints: %w", err)
		}
		total += n
		if n < indexBatch {
			return total, nil
		}
	}
}

func indexSome(ctx context.Context, tx *store.Tx) (int, error) {
	ids, err := unindexed(ctx, tx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	rows, err := gorm.G[complaintRow](tx.DB).Where("id IN ?", ids).Order("id").Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("load complaints: %w", err)
	}
	list, err := joined(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	insert := "INSERT INTO complaint_search (docid, words) VALUES (?, ?)"
	if tx.Dialect == store.Postgres {
		insert = "INSERT INTO complaint_search (complaint_id, words) VALUES (?, CAST(? AS tsvector))"
	}
	for _, c := range list {
		words := c.words()
		text := strings.Join(words, " ")
		if tx.Dialect == store.Postgres {
			text = tsvector(words)
		}
		if _, err := tx.Exec(ctx, insert, c.ID, text); err != nil {
			return 0, fmt.Errorf("index %s: %w", c.Reference, err)
		}
	}
	return len(list), nil
}

// unindexed are the ids of the next complaints to take.
func unindexed(ctx context.Context, tx *store.Tx) ([]int64, error) {
	q := "SELECT id FROM complaints WHERE id > coalesce((SELECT docid FROM complaint_search ORDER BY docid DESC LIMIT 1), 0) ORDER BY id LIMIT ?"
	if tx.Dialect == store.Postgres {
		q = `SELECT c.id FROM complaints c WHERE c.id > coalesce((SELECT max(complaint_id) FROM complaint_search), 0) - ` + strconv.Itoa(lateWindow) + `
			AND NOT EXISTS (SELECT 1 FROM complaint_search s WHERE s.complaint_id = c.id) ORDER BY c.id LIMIT ?`
	}
	rows, err := tx.Rows(ctx, q, indexBatch)
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
	return ids, rows.Err()
}

// words are what a complaint is found by: what was told, who is accused, and what
// an import says it is about. Particulars of the complainant are not among them.
func (c *Complaint) words() []string {
	parts := []string{c.Narrative, c.Demand, c.LenderName, c.AgencyName, c.Product, c.External["issue"], c.External["sub_issue"], c.External["sub_product"]}
	for _, a := range c.Accused {
		parts = append(parts, a.Value, accusedKey(a))
	}
	return tokens(strings.Join(parts, "\n"))
}

// tsvector writes tokens with their places as PostgreSQL reads them. Tokens hold
// letters and digits only.
func tsvector(words []string) string {
	var b strings.Builder
	for i, w := range words {
		fmt.Fprintf(&b, "'%s':%d ", w, i+1)
	}
	return b.String()
}
