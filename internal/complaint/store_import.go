package complaint

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"dunwatch/internal/complaint/cfpb"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

type importRow struct {
	ID        int64
	At        store.Time
	Source    string
	File      string
	SHA256    []byte `gorm:"column:sha256"`
	Rows      int64
	Stored    int64
	Known     int64
	Conflicts int64
	Rejects   int64
}

func (importRow) TableName() string { return "imports" }

type conflictRow struct {
	ID          int64
	ImportID    int64
	ComplaintID int64
	Line        int64
	Field       string
	Stored      string
	Offered     string
}

func (conflictRow) TableName() string { return "import_conflicts" }

type unmappedRow struct {
	ID       int64
	ImportID int64
	Kind     string
	Value    string
	N        int64
}

func (unmappedRow) TableName() string { return "import_unmapped" }

// knownExternal finds which rows of a batch are stored.
func knownExternal(ctx context.Context, tx *store.Tx, batch []cfpb.Complaint) (map[string]knownRow, error) {
	args := make([]any, len(batch))
	for i := range batch {
		args[i] = batch[i].ID
	}
	marks := strings.TrimSuffix(strings.Repeat("?,", len(args)), ",")
	rows, err := tx.Rows(ctx, "SELECT id, external_id, external_digest FROM complaints WHERE external_id IN ("+marks+")", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]knownRow{}
	for rows.Next() {
		var k knownRow
		var external string
		if err := rows.Scan(&k.id, &external, &k.digest); err != nil {
			return nil, fmt.Errorf("read known complaints: %w", err)
		}
		out[external] = k
	}
	return out, rows.Err()
}

// numberAll gives rows their references, one count for each year.
func numberAll(ctx context.Context, tx *store.Tx, rows []*complaintRow) error {
	byYear := map[int][]*complaintRow{}
	for _, r := range rows {
		byYear[r.ReceivedOn.Year()] = append(byYear[r.ReceivedOn.Year()], r)
	}
	for year, list := range byYear {
		last, err := nextMany(ctx, tx, "complaint:"+strconv.Itoa(year), len(list))
		if err != nil {
			return err
		}
		for i, r := range list {
			r.Reference = ident.NewReference("C", year, last-int64(len(list)-1-i))
		}
	}
	return nil
}

// nextMany is store.Next for n numbers at once; it returns the last of them.
func nextMany(ctx context.Context, tx *store.Tx, name string, n int) (int64, error) {
	rows, err := tx.Rows(ctx, `INSERT INTO counters (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = counters.n + excluded.n RETURNING n`, name, n)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var last int64
	for rows.Next() { // to the end: the statement is done only then
		if err := rows.Scan(&last); err != nil {
			return 0, fmt.Errorf("count %s: %w", name, err)
		}
	}
	return last, rows.Err()
}

// insertImport notes a run with its conflicts and unmapped pairs. A conflict that
// an earlier run noted is not noted again.
func insertImport(ctx context.Context, tx *store.Tx, file string, sum []byte, s *ImportSummary) (int64, error) {
	r := &importRow{
		At: store.At(tx.Now), Source: "cfpb", File: file, SHA256: sum, Rows: int64(s.Rows), Stored: int64(s.Stored), Known: int64(s.Known),
		Conflicts: int64(s.Conflicts), Rejects: int64(s.Rejected),
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return 0, err
	}
	var conflicts []*conflictRow
	for _, c := range s.ConflictRows {
		noted, err := conflictNoted(ctx, tx, c)
		if err != nil {
			return 0, err
		}
		if !noted {
			conflicts = append(conflicts, &conflictRow{
				ImportID: r.ID, ComplaintID: c.complaintID, Line: int64(c.Line), Field: c.Field, Stored: c.Stored, Offered: c.Offered,
			})
		}
	}
	for len(conflicts) > 0 {
		n := min(importBatch, len(conflicts))
		if err := store.InsertAll(ctx, tx, conflicts[:n]); err != nil {
			return 0, err
		}
		conflicts = conflicts[n:]
	}
	pairs := make([]string, 0, len(s.Unmapped))
	for p := range s.Unmapped {
		pairs = append(pairs, p)
	}
	sort.Strings(pairs)
	var unmapped []*unmappedRow
	for _, p := range pairs {
		unmapped = append(unmapped, &unmappedRow{ImportID: r.ID, Kind: "issue", Value: p, N: int64(s.Unmapped[p])})
	}
	return r.ID, store.InsertAll(ctx, tx, unmapped)
}

func conflictNoted(ctx context.Context, tx *store.Tx, c ImportConflict) (bool, error) {
	rows, err := tx.Rows(ctx, "SELECT 1 FROM import_conflicts WHERE complaint_id = ? AND field = ? AND offered = ?", c.complaintID, c.Field, c.Offered)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
