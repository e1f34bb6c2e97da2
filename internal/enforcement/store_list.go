package enforcement

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// where gathers conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

func (w *where) sql() string {
	if len(w.conds) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.conds, " AND ")
}

// reach bounds a query to what the actor may read.
func (s *Service) reach(by access.Actor) where {
	var w where
	switch s.d.Policy.Widest(by.Role, access.ReadPenalty) {
	case access.Any:
	case access.Unit:
		w.add("p.unit_id = ?", by.UnitID)
	case access.Own:
		w.add("EXISTS (SELECT 1 FROM cases x WHERE x.id = p.case_id AND x.officer_id = ?)", by.UserID)
	default:
		w.add("1 = 0")
	}
	return w
}

// A cursor is the id of the last row, opaque to callers.
func cursorOf(id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("p" + strconv.FormatInt(id, 10)))
}

func parseCursor(s string) (int64, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 2 || b[0] != 'p' {
		return 0, fmt.Errorf("cursor %q", s)
	}
	return strconv.ParseInt(string(b[1:]), 10, 64)
}

// page is the ids of a page, newest first, and the cursor of the next.
func page(ctx context.Context, tx *store.Tx, f Filter, by access.Actor, w where, before int64) (ids []int64, next string, err error) {
	if before != 0 {
		w.add("p.id < ?", before)
	}
	if len(f.Status) > 0 {
		args := make([]any, len(f.Status))
		for i, st := range f.Status {
			args[i] = string(st)
		}
		w.add("p.status IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if f.Pack != "" {
		w.add("EXISTS (SELECT 1 FROM cases k WHERE k.id = p.case_id AND k.pack = ?)", f.Pack)
	}
	if f.Firm != "" {
		w.add("p.firm_id IN (SELECT id FROM firms WHERE code = ? OR merged_into = (SELECT id FROM firms WHERE code = ?))", f.Firm, f.Firm)
	}
	if f.Unit == "mine" {
		w.add("p.unit_id = ?", by.UnitID)
	} else if f.Unit != "" {
		w.add("p.unit_id = (SELECT id FROM units WHERE code = ?)", strings.ToUpper(f.Unit))
	}
	if !f.Issued.IsZero() {
		w.add("p.issued_on BETWEEN ? AND ?", f.Issued.First(), f.Issued.Last())
	}
	if f.Kind != "" {
		w.add(`EXISTS (SELECT 1 FROM penalty_measures m WHERE m.penalty_id = p.id AND m.kind = ?
			AND m.round = (SELECT MAX(round) FROM penalty_measures l WHERE l.penalty_id = p.id))`, f.Kind)
	}
	rows, err := tx.Rows(ctx, "SELECT p.id FROM penalties p WHERE "+w.sql()+" ORDER BY p.id DESC LIMIT "+strconv.Itoa(f.Limit+1), w.args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, "", err
		}
		ids = append(ids, id)
	}
	if len(ids) > f.Limit {
		ids = ids[:f.Limit]
		next = cursorOf(ids[f.Limit-1])
	}
	return ids, next, rows.Err()
}

func countStatuses(ctx context.Context, tx *store.Tx, w where) (map[string]int, error) {
	rows, err := tx.Rows(ctx, "SELECT p.status, COUNT(*) FROM penalties p WHERE "+w.sql()+" GROUP BY p.status", w.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for _, st := range Statuses {
		out[string(st)] = 0
	}
	for rows.Next() {
		var status string
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return nil, err
		}
		out[status] = n
	}
	return out, rows.Err()
}

// underWay counts the penalties of a case, but for one, that rest on its findings and are neither issued nor dropped. On PostgreSQL it first locks
// the case: of two penalties that end at the same moment, each would take the other for one still under way.
func underWay(ctx context.Context, tx *store.Tx, caseID, but int64) (n int, err error) {
	if tx.Dialect == store.Postgres {
		if _, err := tx.Exec(ctx, "SELECT 1 FROM cases WHERE id = ? FOR UPDATE", caseID); err != nil {
			return 0, err
		}
	}
	rows, err := tx.Rows(ctx, `SELECT COUNT(*) FROM penalties p WHERE case_id = ? AND id <> ? AND (status IN (?, ?) OR status IN (?, ?)
		AND NOT EXISTS (SELECT 1 FROM procedures d WHERE d.penalty_id = p.id AND d.stage IN (?, ?, ?, ?)))`,
		caseID, but, string(Proposed), string(Returned), string(Approved), string(Proceeding),
		string(StageLead), string(StageFiled), string(StageInvestigates), string(StageSuspended))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if err != nil {
		return 0, err
	}
	return n, rows.Err()
}

// finedBefore lists the findings of a case for which another penalty, not dropped, fines the firm already.
func finedBefore(ctx context.Context, tx *store.Tx, caseID, firmID, but int64) (map[int64]bool, error) {
	rows, err := tx.Rows(ctx, `
		SELECT f.finding_id FROM penalty_findings f JOIN penalties p ON p.id = f.penalty_id
		WHERE p.case_id = ? AND p.firm_id = ? AND p.id <> ? AND p.status NOT IN (?, ?) AND p.fine_fen > 0`,
		caseID, firmID, but, string(Dropped), string(Ended))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, rows.Err()
}

// openCourses are the courses within reach that stand in one of the stages, by reference; the newest where there are many.
func openCourses(ctx context.Context, tx *store.Tx, w where, stages []string) (map[string]Stage, error) {
	out := map[string]Stage{}
	if len(stages) == 0 {
		return out, nil
	}
	args := make([]any, len(stages))
	for i, at := range stages {
		args[i] = at
	}
	w.add("d.stage IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	rows, err := tx.Rows(ctx, "SELECT p.reference, d.stage FROM procedures d JOIN penalties p ON p.id = d.penalty_id WHERE "+w.sql()+
		" ORDER BY p.id DESC LIMIT "+strconv.Itoa(mostWaiting), w.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var ref, stage string
		if err := rows.Scan(&ref, &stage); err != nil {
			return nil, err
		}
		out[ref] = Stage(stage)
	}
	return out, rows.Err()
}
