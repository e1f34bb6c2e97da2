package linkage

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// clusterOf is the cluster of a complaint, nil for none; pending says that it was not compared yet.
func clusterOf(ctx context.Context, tx *store.Tx, complaintID int64) (c *Cluster, pending bool, err error) {
	pending = true
	var id int64
	err = each(ctx, tx, func(rows *sql.Rows) error {
		pending = false
		return rows.Scan(&id)
	}, "SELECT coalesce(cluster_id, 0) FROM sketches WHERE complaint_id = ?", complaintID)
	if err != nil || id == 0 {
		return nil, pending, err
	}
	c, err = oneCluster(ctx, tx, id)
	return c, false, err
}

const clusterColumns = "SELECT id, size, first_on, last_on FROM clusters"

func scanCluster(rows *sql.Rows) (c Cluster, err error) {
	return c, rows.Scan(&c.Number, &c.Size, &c.FirstOn, &c.LastOn)
}

func oneCluster(ctx context.Context, tx *store.Tx, number int64) (*Cluster, error) {
	var out *Cluster
	err := each(ctx, tx, func(rows *sql.Rows) error {
		c, err := scanCluster(rows)
		out = &c
		return err
	}, clusterColumns+" WHERE id = ?", number)
	if err == nil && out == nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return out, err
}

// listClusters is a page of clusters and one more.
func listClusters(ctx context.Context, tx *store.Tx, f ClusterFilter) ([]Cluster, error) {
	column := "size"
	if f.Sort == "new" {
		column = "last_on"
	}
	q, args := clusterColumns+" WHERE size >= ?", []any{f.Least}
	if f.Cursor != "" {
		value, id, err := cursor(f)
		if err != nil {
			return nil, err
		}
		q += " AND (" + column + " < ? OR " + column + " = ? AND id < ?)"
		args = append(args, value, value, id)
	}
	var out []Cluster
	err := each(ctx, tx, func(rows *sql.Rows) error {
		c, err := scanCluster(rows)
		out = append(out, c)
		return err
	}, q+" ORDER BY "+column+" DESC, id DESC LIMIT ?", append(args, f.Limit+1)...)
	return out, err
}

func cursorAfter(f ClusterFilter, c Cluster) string {
	if f.Sort == "new" {
		return c.LastOn.String() + "." + strconv.FormatInt(c.Number, 10)
	}
	return strconv.Itoa(c.Size) + "." + strconv.FormatInt(c.Number, 10)
}

func cursor(f ClusterFilter) (value any, id int64, err error) {
	bad := fault.Fields{{Name: "cursor", Key: "fault.invalid"}}.Err()
	head, tail, ok := strings.Cut(f.Cursor, ".")
	id, err = strconv.ParseInt(tail, 10, 64)
	if !ok || err != nil {
		return nil, 0, bad
	}
	if f.Sort == "new" {
		d, err := calendar.ParseDate(head)
		if err != nil {
			return nil, 0, bad
		}
		return d.String(), id, nil
	}
	n, err := strconv.Atoi(head)
	if err != nil {
		return nil, 0, bad
	}
	return n, id, nil
}

// fillClusters adds firms and growth to clusters of one page.
func (s *Service) fillClusters(ctx context.Context, tx *store.Tx, list []Cluster) error {
	if len(list) == 0 {
		return nil
	}
	at := map[int64]*Cluster{}
	firms := map[int64]map[FirmCount]int{}
	args := []any{s.today(tx).AddDays(1 - recentDays).String()}
	for i := range list {
		at[list[i].Number], firms[list[i].Number] = &list[i], map[FirmCount]int{}
		args = append(args, list[i].Number)
	}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var cluster, lender, agency int64
		var n, recent int
		if err := rows.Scan(&cluster, &lender, &agency, &n, &recent); err != nil {
			return err
		}
		at[cluster].Recent += recent
		if lender != 0 {
			firms[cluster][FirmCount{FirmID: lender, Lender: true}] += n
		}
		if agency != 0 {
			firms[cluster][FirmCount{FirmID: agency}] += n
		}
		return nil
	}, `SELECT s.cluster_id, coalesce(c.lender_id, 0), coalesce(c.agency_id, 0), count(*), sum(CASE WHEN c.received_on >= ? THEN 1 ELSE 0 END)
		FROM sketches s JOIN complaints c ON c.id = s.complaint_id WHERE s.cluster_id IN (`+marks(len(list))+`)
		GROUP BY s.cluster_id, c.lender_id, c.agency_id`, args...)
	if err != nil {
		return err
	}
	var lists [][]FirmCount
	for number, n := range firms {
		at[number].Firms = sortFirms(n)
		lists = append(lists, at[number].Firms)
	}
	return s.nameFirms(ctx, tx, lists...)
}

func membersOf(ctx context.Context, tx *store.Tx, cluster int64, limit int) ([]int64, error) {
	var ids []int64
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	}, "SELECT complaint_id FROM sketches WHERE cluster_id = ? ORDER BY complaint_id DESC LIMIT ?", cluster, limit)
	return ids, err
}

// factsOf are the facts of complaints that can be counted.
func factsOf(ctx context.Context, tx *store.Tx, ids []int64) ([]facts, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := make([]facts, 0, len(ids))
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var f facts
		var phone, email, name []byte
		if err := rows.Scan(&f.id, &f.lender, &f.agency, &f.on, &f.source, &f.region, &phone, &email, &name); err != nil {
			return err
		}
		for kind, b := range map[string][]byte{"p": phone, "m": email} {
			if len(b) > 0 {
				f.senders = append(f.senders, kind+hex.EncodeToString(b))
			}
		}
		f.name = hex.EncodeToString(name)
		out = append(out, f)
		return nil
	}, `SELECT id, coalesce(lender_id, 0), coalesce(agency_id, 0), received_on, source, region, phone_idx, email_idx, name_idx
		FROM complaints WHERE id IN (`+marks(len(ids))+")", anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("count facts: %w", err)
	}
	return out, nil
}

// identifiersAmong counts the identifiers that more than one of the complaints names, the most frequent first.
func identifiersAmong(ctx context.Context, tx *store.Tx, ids []int64) ([]IdentifierCount, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []IdentifierCount
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var c IdentifierCount
		if err := rows.Scan(&c.Kind, &c.Key, &c.Count); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	}, `SELECT i.kind, i.value_key, count(*) AS n FROM identifier_uses u JOIN identifiers i ON i.id = u.identifier_id
		WHERE u.complaint_id IN (`+marks(len(ids))+`) GROUP BY i.id, i.kind, i.value_key HAVING count(*) > 1 ORDER BY n DESC, i.value_key LIMIT 20`, anys(ids)...)
	return out, err
}
