package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// canonical is a reference as it is stored, and its prefix; "" for what is no reference.
func canonical(ref string) (prefix, ref1 string) {
	p, year, serial, err := ident.ParseReference(ref)
	if err != nil {
		return "", ""
	}
	return p, ident.NewReference(p, year, serial)
}

type unitRef struct {
	id   int64
	code string
}

func unitByCode(ctx context.Context, tx *store.Tx, code string) (u unitRef, ok bool, err error) {
	code = strings.ToUpper(strings.TrimSpace(code)) // as account stores it
	rows, err := tx.Rows(ctx, "SELECT id, code FROM units WHERE code = ?", code)
	if err != nil {
		return u, false, fmt.Errorf("find unit %s: %w", code, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return u, false, rows.Err()
	}
	return u, true, rows.Scan(&u.id, &u.code)
}

func unitCodes(ctx context.Context, tx *store.Tx, list []int64) (map[int64]string, error) {
	out := map[int64]string{}
	if len(list) == 0 {
		return out, nil
	}
	var w where
	w.in("id", anys(list))
	rows, err := tx.Rows(ctx, "SELECT id, code FROM units WHERE "+w.sql(), w.args...)
	if err != nil {
		return nil, fmt.Errorf("load units: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var code string
		if err := rows.Scan(&id, &code); err != nil {
			return nil, fmt.Errorf("load units: %w", err)
		}
		out[id] = code
	}
	return out, rows.Err()
}

// person is a member of the office as recusals and filters name one: of any role.
type person struct {
	id, unit int64
	name     string
	role     access.Role
}

// staff finds a person of the office by id or e-mail, active or not; firms' people are none.
func staff(ctx context.Context, tx *store.Tx, idOrEmail string) (p person, ok bool, err error) {
	id, _ := strconv.ParseInt(strings.TrimSpace(idOrEmail), 10, 64)
	rows, err := tx.Rows(ctx, "SELECT id, COALESCE(unit_id, 0), name, role FROM users WHERE (id = ? OR email = ?) AND role NOT IN (?, ?)",
		id, strings.ToLower(strings.TrimSpace(idOrEmail)), string(access.Firm), string(access.FirmManager))
	if err != nil {
		return p, false, fmt.Errorf("find user: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return p, false, rows.Err()
	}
	return p, true, rows.Scan(&p.id, &p.unit, &p.name, &p.role)
}

// recused reports whether a user is kept off a case.
func recused(ctx context.Context, tx *store.Tx, caseID, userID int64) (bool, error) {
	rows, err := tx.Rows(ctx, "SELECT 1 FROM recusals WHERE case_id = ? AND user_id = ?", caseID, userID)
	if err != nil {
		return false, fmt.Errorf("look up recusal: %w", err)
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// Parts are who may not judge what comes of a case: who was recused from it, and who ever had it in hand or made a
// finding in it, superseded ones included.
type Parts struct{ Recused, Former []int64 }

// PartsOf loads the parts of many cases inside an open transaction with one query.
func (s *Service) PartsOf(ctx context.Context, tx *store.Tx, cases []int64) (map[int64]Parts, error) {
	out := map[int64]Parts{}
	if len(cases) == 0 {
		return out, nil
	}
	var w where
	w.in("case_id", anys(cases))
	args := append(append(append([]any(nil), w.args...), w.args...), w.args...)
	rows, err := tx.Rows(ctx, `
		SELECT case_id, user_id, 1 FROM recusals WHERE `+w.sql()+`
		UNION SELECT case_id, officer_id, 0 FROM case_events WHERE officer_id IS NOT NULL AND `+w.sql()+`
		UNION SELECT case_id, found_by, 0 FROM findings WHERE `+w.sql(), args...)
	if err != nil {
		return nil, fmt.Errorf("load parts in cases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, user, recused int64
		if err := rows.Scan(&id, &user, &recused); err != nil {
			return nil, fmt.Errorf("load parts in cases: %w", err)
		}
		p := out[id]
		if recused == 1 {
			p.Recused = append(p.Recused, user)
		} else {
			p.Former = append(p.Former, user)
		}
		out[id] = p
	}
	return out, rows.Err()
}

// where gathers conditions and their arguments.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

// in adds "column IN (...)"; an empty list matches nothing.
func (w *where) in(column string, list []any) {
	if len(list) == 0 {
		w.add("1 = 0")
		return
	}
	w.add(column+" IN (?"+strings.Repeat(", ?", len(list)-1)+")", list...)
}

func (w *where) sql() string {
	if len(w.conds) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.conds, " AND ")
}

// and is a copy with one more condition.
func (w where) and(cond string, args ...any) where {
	return where{append(append([]string(nil), w.conds...), cond), append(append([]any(nil), w.args...), args...)}
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}

func statusArgs(list []Status) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// mostUrgent finds the case that TakeNext gives; 0 where there is none. On PostgreSQL, where writers run side by side,
// it locks the row and passes over those that others are taking.
func mostUrgent(ctx context.Context, tx *store.Tx, unit, user int64) (id int64, err error) {
	sql := `
		SELECT c.id FROM cases c
		WHERE c.status = ? AND c.unit_id = ?
			AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = c.id AND r.user_id = ?)
		ORDER BY -c.severity, c.due_on, c.id LIMIT 1`
	if tx.Dialect == store.Postgres {
		sql += " FOR UPDATE OF c SKIP LOCKED"
	}
	rows, err := tx.Rows(ctx, sql, string(Unassigned), unit, user)
	if err != nil {
		return 0, fmt.Errorf("find next case: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("find next case: %w", err)
	}
	return id, rows.Err()
}

// caseOf finds the case of a complaint; 0 where there is none.
func caseOf(ctx context.Context, tx *store.Tx, complaintID int64) (id int64, err error) {
	rows, err := tx.Rows(ctx, "SELECT id FROM cases WHERE complaint_id = ?", complaintID)
	if err != nil {
		return 0, fmt.Errorf("find case: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("find case: %w", err)
	}
	return id, rows.Err()
}
