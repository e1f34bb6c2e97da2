package linkage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// lateWindow is how far below the newest compared id the next are looked for on PostgreSQL, where a transaction may commit a
// lower id after a higher one. On SQLite ids are given and committed in one order.
const lateWindow = 5000

// waiting are the next complaints that were not compared yet, oldest first, with their identifiers.
func waiting(ctx context.Context, tx *store.Tx, limit int) ([]*pending, error) {
	q := `SELECT id, received_on, narrative FROM complaints
		WHERE id > coalesce((SELECT max(complaint_id) FROM sketches), 0) ORDER BY id LIMIT ?`
	if tx.Dialect == store.Postgres {
		q = `SELECT c.id, c.received_on, c.narrative FROM complaints c
			WHERE c.id > coalesce((SELECT max(complaint_id) FROM sketches), 0) - ` + strconv.Itoa(lateWindow) + `
			AND NOT EXISTS (SELECT 1 FROM sketches s WHERE s.complaint_id = c.id) ORDER BY c.id LIMIT ?`
	}
	var list []*pending
	at := map[int64]*pending{}
	var ids []any
	err := each(ctx, tx, func(rows *sql.Rows) error {
		p := &pending{}
		if err := rows.Scan(&p.id, &p.receivedOn, &p.narrative); err != nil {
			return err
		}
		list, ids = append(list, p), append(ids, p.id)
		at[p.id] = p
		return nil
	}, q, limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, each(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		var kind, value string
		if err := rows.Scan(&id, &kind, &value); err != nil {
			return err
		}
		if x, ok := ident.NewIdentifier(kind, value); ok && !slices.Contains(at[id].identifiers, x) {
			at[id].identifiers = append(at[id].identifiers, x)
		}
		return nil
	}, "SELECT complaint_id, kind, value FROM accused WHERE complaint_id IN ("+marks(len(ids))+") ORDER BY id", ids...)
}

// each calls f for every row of a query.
func each(ctx context.Context, tx *store.Tx, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// number reads a query that answers one number; 0 where it answers nothing.
func number(ctx context.Context, tx *store.Tx, query string, args ...any) (n int64, err error) {
	err = each(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&n) }, query, args...)
	return n, err
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// claim stores the sketch of a complaint; false where there is one already.
func claim(ctx context.Context, tx *store.Tx, p *pending) (bool, error) {
	var sig any
	if p.sketched {
		sig = p.sketch.bytes()
	}
	n, err := tx.Exec(ctx, "INSERT INTO sketches (complaint_id, signature) VALUES (?, ?) ON CONFLICT (complaint_id) DO NOTHING", p.id, sig)
	return n == 1, err
}

// use notes that a complaint names an identifier.
func use(ctx context.Context, tx *store.Tx, x ident.Identifier, complaintID int64) error {
	id, err := number(ctx, tx, `INSERT INTO identifiers (kind, value_key) VALUES (?, ?)
		ON CONFLICT (kind, value_key) DO UPDATE SET kind = excluded.kind RETURNING id`, x.Kind, x.Key)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO identifier_uses (identifier_id, complaint_id) VALUES (?, ?) ON CONFLICT (identifier_id, complaint_id) DO NOTHING", id, complaintID)
	return err
}

// neighbours are the complaints whose narrative is like sig's, the nearest first; full are the bands that take no more.
func neighbours(ctx context.Context, tx *store.Tx, keys []int64, sig *signature) (near []neighbour, full map[int64]bool, err error) {
	shared, held := map[int64]int{}, map[int64]int{}
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var band, id int64
		if err := rows.Scan(&band, &id); err != nil {
			return err
		}
		shared[id]++
		held[band]++
		return nil
	}, "SELECT band, complaint_id FROM sketch_bands WHERE band IN ("+marks(len(keys))+")", anys(keys)...)
	if err != nil || len(shared) == 0 {
		return nil, nil, err
	}
	full = map[int64]bool{}
	for band, n := range held {
		if n >= bandCap {
			full[band] = true
		}
	}
	ids := make([]int64, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b)) })
	near, err = likeOf(ctx, tx, ids[:min(len(ids), compared)], sig)
	return near, full, err
}

// likeOf compares a signature with those of complaints and keeps the like ones, the nearest first.
func likeOf(ctx context.Context, tx *store.Tx, ids []int64, sig *signature) ([]neighbour, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var near []neighbour
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var n neighbour
		var b []byte
		if err := rows.Scan(&n.id, &b, &n.cluster); err != nil {
			return err
		}
		if other, ok := readSignature(b); ok {
			if n.likeness = sig.likeness(&other); n.likeness >= Like {
				near = append(near, n)
			}
		}
		return nil
	}, "SELECT complaint_id, signature, coalesce(cluster_id, 0) FROM sketches WHERE complaint_id IN ("+marks(len(ids))+")", anys(ids)...)
	slices.SortFunc(near, func(a, b neighbour) int { return cmp.Or(cmp.Compare(b.likeness, a.likeness), cmp.Compare(a.id, b.id)) })
	return near, err
}

func putBands(ctx context.Context, tx *store.Tx, id int64, keys []int64) error {
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(keys))
	for _, k := range keys {
		args = append(args, k, id)
	}
	_, err := tx.Exec(ctx, "INSERT INTO sketch_bands (band, complaint_id) VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?), ", len(keys)), ", "), args...)
	return err
}

// newCluster begins one with a complaint that had none.
func newCluster(ctx context.Context, tx *store.Tx, first int64) (int64, error) {
	id, err := number(ctx, tx, `INSERT INTO clusters (size, first_on, last_on)
		SELECT 1, received_on, received_on FROM complaints WHERE id = ? RETURNING id`, first)
	if err != nil {
		return 0, fmt.Errorf("begin cluster: %w", err)
	}
	if id == 0 {
		return 0, errors.New("begin cluster: no such complaint")
	}
	_, err = tx.Exec(ctx, "UPDATE sketches SET cluster_id = ? WHERE complaint_id = ?", id, first)
	return id, err
}

// addMember puts a complaint into a cluster and returns how many it has then.
func addMember(ctx context.Context, tx *store.Tx, cluster, id int64, on calendar.Date) (int, error) {
	if _, err := tx.Exec(ctx, "UPDATE sketches SET cluster_id = ? WHERE complaint_id = ?", cluster, id); err != nil {
		return 0, err
	}
	n, err := number(ctx, tx, `UPDATE clusters SET size = size + 1, first_on = CASE WHEN first_on < ? THEN first_on ELSE ? END,
		last_on = CASE WHEN last_on > ? THEN last_on ELSE ? END WHERE id = ? RETURNING size`, on.String(), on.String(), on.String(), on.String(), cluster)
	return int(n), err
}

// addOther is addMember for a complaint that was compared before.
func addOther(ctx context.Context, tx *store.Tx, cluster, id int64) error {
	var on calendar.Date
	err := each(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&on) }, "SELECT received_on FROM complaints WHERE id = ?", id)
	if err != nil {
		return err
	}
	_, err = addMember(ctx, tx, cluster, id, on)
	return err
}

// mergeClusters makes two one.
func mergeClusters(ctx context.Context, tx *store.Tx, keep, gone int64) error {
	if _, err := tx.Exec(ctx, "UPDATE sketches SET cluster_id = ? WHERE cluster_id = ?", keep, gone); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE clusters SET size = size + (SELECT g.size FROM clusters g WHERE g.id = ?),
		first_on = CASE WHEN first_on < (SELECT g.first_on FROM clusters g WHERE g.id = ?) THEN first_on ELSE (SELECT g.first_on FROM clusters g WHERE g.id = ?) END,
		last_on = CASE WHEN last_on > (SELECT g.last_on FROM clusters g WHERE g.id = ?) THEN last_on ELSE (SELECT g.last_on FROM clusters g WHERE g.id = ?) END
		WHERE id = ?`, gone, gone, gone, gone, gone, keep)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM clusters WHERE id = ?", gone)
	return err
}
