package casework

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// order is a total order of the queue: the columns of its key, ending with the id.
type order struct {
	name    string
	columns []string // expressions over c; all ascending, or all descending where down
	down    bool
}

// orders by name. Severity is negated so that its key ascends as a whole and can be compared as one row value.
var orders = map[string]order{
	"due":       {"due", []string{"c.due_on", "c.id"}, false},
	"received":  {"received", []string{"c.received_on", "c.id"}, false},
	"-received": {"-received", []string{"c.received_on", "c.id"}, true},
	"severity":  {"severity", []string{"-c.severity", "c.due_on", "c.id"}, false},
	"opened":    {"opened", []string{"c.opened_on", "c.id"}, false},
	"-opened":   {"-opened", []string{"c.opened_on", "c.id"}, true},
}

func (o order) reversed() order { o.down = !o.down; return o }

// by is the ORDER BY over the columns k0, k1 ... of a select.
func (o order) by() string {
	dir := ""
	if o.down {
		dir = " DESC"
	}
	list := make([]string, len(o.columns))
	for i := range list {
		list[i] = "k" + strconv.Itoa(i) + dir
	}
	return strings.Join(list, ", ")
}

// keyOf is the case's place in the order.
func (o order) keyOf(c *Case) []any {
	due := dueColumn(c.DueOn).String()
	switch o.columns[0] {
	case "-c.severity":
		return []any{-c.Severity, due, c.ID}
	case "c.received_on":
		return []any{c.ReceivedOn.String(), c.ID}
	case "c.opened_on":
		return []any{c.OpenedOn.String(), c.ID}
	default:
		return []any{due, c.ID}
	}
}

// cursor is where a page ended. It is opaque to callers and holds no more than the last row's sort key.
type cursor struct {
	Sort string `json:"s"`
	Key  []any  `json:"k"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of the same order. It fails with Invalid.
func parseCursor(s string, o order) ([]any, error) {
	bad := &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: fault.Fields{{Name: "cursor", Key: "casework.cursor"}}}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, bad
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil || c.Sort != o.name || len(c.Key) != len(o.columns) {
		return nil, bad
	}
	for i, col := range o.columns {
		switch v := c.Key[i].(type) {
		case float64:
			if strings.HasSuffix(col, "_on") {
				return nil, bad
			}
			c.Key[i] = int64(v)
		case string:
			if _, err := calendar.ParseDate(v); err != nil || !strings.HasSuffix(col, "_on") {
				return nil, bad
			}
		default:
			return nil, bad
		}
	}
	return c.Key, nil
}

// query is a filtered, ordered read of the queue.
type query struct {
	statuses []Status
	where    where
	order    order
	after    []any
	limit    int
}

// query turns a filter into SQL. Every value a person typed is a parameter.
func (s *Service) query(ctx context.Context, tx *store.Tx, by access.Actor, f Filter) (*query, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	q := &query{statuses: f.Status, where: s.reach(by), order: orders[f.Sort], limit: f.Limit}
	if len(q.statuses) == 0 {
		q.statuses = Open
		if f.Time == "" && (!f.Closed.IsZero() || f.Outcome != "") {
			q.statuses = []Status{Closed} // only those have either
		}
	}
	if f.Cursor != "" {
		key, err := parseCursor(f.Cursor, q.order)
		if err != nil {
			return nil, err
		}
		q.after = key
	}
	f.plain(&q.where, by, s.today(tx))
	if err := s.named(ctx, tx, &q.where, by, f); err != nil {
		return nil, err
	}
	return q, nil
}

// plain adds the conditions that compare columns.
func (f *Filter) plain(w *where, by access.Actor, today calendar.Date) {
	if f.Unit == "mine" {
		w.add("c.unit_id = ?", by.UnitID)
	} else if f.Unit != "" {
		w.add("c.unit_id = (SELECT id FROM units WHERE code = ?)", strings.ToUpper(f.Unit))
	}
	if f.Code != "" {
		w.add("EXISTS (SELECT 1 FROM complaint_codes x WHERE x.complaint_id = c.complaint_id AND x.code = ?)", f.Code)
	}
	if f.Channel != "" {
		w.add("EXISTS (SELECT 1 FROM complaint_channels x WHERE x.complaint_id = c.complaint_id AND x.channel = ?)", f.Channel)
	}
	if f.Source != "" {
		w.add("EXISTS (SELECT 1 FROM complaints x WHERE x.id = c.complaint_id AND x.source = ?)", f.Source)
	}
	if f.Severity > 0 {
		w.add("c.severity >= ?", f.Severity)
	}
	if !f.DueBefore.IsZero() {
		w.add("c.due_on < ?", f.DueBefore)
	}
	switch f.Late {
	case "late":
		w.add("c.due_on < COALESCE(c.closed_on, ?)", today)
	case "in_time":
		w.add("c.due_on >= COALESCE(c.closed_on, ?)", today)
	}
	switch f.Time {
	case "late":
		w.add("c.due_on < ?", today)
	case "in_time":
		w.add("c.due_on >= ?", today)
	case "suspended":
		w.add("c.id IN (SELECT x.owner_id FROM clock_states x WHERE x.owner = 'case' AND x.phase = 'suspended')")
	case "provisional":
		w.add("c.id IN (SELECT x.owner_id FROM clock_states x WHERE x.owner = 'case' AND x.provisional = 1 AND x.phase <> 'stopped')")
	}
	if f.Pack != "" {
		w.add("c.pack = ?", f.Pack)
	}
	switch f.Outcome {
	case "":
	case None:
		w.add("c.outcome IN ('', ?)", None)
	default:
		w.add("c.outcome = ?", f.Outcome)
	}
	for _, m := range []struct {
		column string
		month  calendar.Month
	}{{"c.received_on", f.Received}, {"c.opened_on", f.Opened}, {"c.closed_on", f.Closed}} {
		if !m.month.IsZero() {
			w.add(m.column+" BETWEEN ? AND ?", m.month.First(), m.month.Last())
		}
	}
	for _, d := range []struct {
		condition string
		day       calendar.Date
	}{{"c.opened_on >= ?", f.OpenedSince}, {"c.opened_on <= ?", f.OpenedUntil}, {"c.closed_on >= ?", f.ClosedSince}, {"c.closed_on <= ?", f.ClosedUntil}} {
		if !d.day.IsZero() {
			w.add(d.condition, d.day)
		}
	}
}

// merged is a firm by its code, and those that were merged into it.
const merged = "(SELECT id FROM firms WHERE code = ? OR merged_into = (SELECT id FROM firms WHERE code = ?))"

// named adds the conditions that first look up what a name means. What does not exist matches nothing.
func (s *Service) named(ctx context.Context, tx *store.Tx, w *where, by access.Actor, f Filter) error {
	switch f.Officer {
	case "":
	case "me":
		w.add("c.officer_id = ?", by.UserID)
	case "none":
		w.add("c.officer_id IS NULL")
	default:
		p, _, err := staff(ctx, tx, f.Officer)
		if err != nil {
			return err
		}
		w.add("c.officer_id = ?", p.id)
	}
	if f.Firm != "" {
		w.add("(c.lender_id IN "+merged+" OR c.agency_id IN "+merged+")", f.Firm, f.Firm, f.Firm, f.Firm)
	}
	for _, x := range []struct{ column, code string }{{"c.lender_id", f.Lender}, {"c.agency_id", f.Agency}} {
		switch x.code {
		case "":
		case None:
			w.add(x.column + " IS NULL")
		default:
			w.add(x.column+" IN "+merged, x.code, x.code)
		}
	}
	if f.Q != "" {
		words(tx, w, f.Q)
	}
	return nil
}

// select1 is the query of one status: its index gives the order, so that a page never sorts the whole queue.
func (q *query) select1(st Status) (string, []any) {
	w := q.where.and("c.status = ?", string(st))
	if q.after != nil {
		op := " > ("
		if q.order.down {
			op = " < ("
		}
		w.add("("+strings.Join(q.order.columns, ", ")+")"+op+"?"+strings.Repeat(", ?", len(q.after)-1)+")", q.after...)
	}
	cols := make([]string, len(q.order.columns))
	for i, c := range q.order.columns {
		cols[i] = c + " AS k" + strconv.Itoa(i)
	}
	sql := "SELECT * FROM (SELECT " + strings.Join(cols, ", ") + " FROM cases c WHERE " + w.sql() +
		" ORDER BY " + q.order.by() + " LIMIT " + strconv.Itoa(q.limit+1) + ") AS s_" + string(st)
	return sql, w.args
}

// run reads the keys of one row more than the limit.
func (q *query) run(ctx context.Context, tx *store.Tx) ([][]any, error) {
	parts, args := make([]string, len(q.statuses)), []any(nil)
	for i, st := range q.statuses {
		sql, a := q.select1(st)
		parts[i], args = sql, append(args, a...)
	}
	sql := "SELECT * FROM (" + strings.Join(parts, " UNION ALL ") + ") AS q ORDER BY " + q.order.by() + " LIMIT " + strconv.Itoa(q.limit+1)
	rows, err := tx.Rows(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		key := make([]any, len(q.order.columns))
		ptrs := make([]any, len(key))
		for i := range key {
			ptrs[i] = &key[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return nil, fmt.Errorf("read queue: %w", err)
		}
		for i, v := range key {
			if b, ok := v.([]byte); ok {
				key[i] = string(b)
			}
		}
		out = append(out, key)
	}
	return out, rows.Err()
}

// page is the ids of a page and the cursor of the next, "" on the last.
func (q *query) page(ctx context.Context, tx *store.Tx) (list []int64, next string, err error) {
	keys, err := q.run(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	if len(keys) > q.limit {
		keys = keys[:q.limit]
		next = cursor{q.order.name, keys[q.limit-1]}.String()
	}
	for _, k := range keys {
		id, _ := k[len(k)-1].(int64)
		list = append(list, id)
	}
	return list, next, nil
}

// first is the reference of the first case, "" where there is none.
func (q *query) first(ctx context.Context, tx *store.Tx) (string, error) {
	list, _, err := q.page(ctx, tx)
	if err != nil || len(list) == 0 {
		return "", err
	}
	rows, err := tx.Rows(ctx, "SELECT reference FROM cases WHERE id = ?", list[0])
	if err != nil {
		return "", fmt.Errorf("read queue: %w", err)
	}
	defer rows.Close()
	var ref string
	if rows.Next() {
		err = rows.Scan(&ref)
	}
	if err != nil {
		return "", fmt.Errorf("read queue: %w", err)
	}
	return ref, rows.Err()
}

// countDue counts the open cases past their due date, and those due today, in one walk over the part of an index that
// holds them.
func countDue(ctx context.Context, tx *store.Tx, w where, today calendar.Date) (late, now int, err error) {
	w = w.and("c.due_on <= ?", today)
	w.in("c.status", statusArgs(Open))
	args := append([]any{today, today}, w.args...)
	rows, err := tx.Rows(ctx, `SELECT COUNT(CASE WHEN c.due_on < ? THEN 1 END), COUNT(CASE WHEN c.due_on = ? THEN 1 END)
		FROM cases c WHERE `+w.sql(), args...)
	if err != nil {
		return 0, 0, fmt.Errorf("count due cases: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&late, &now)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count due cases: %w", err)
	}
	return late, now, rows.Err()
}

// countHeld counts the open cases with a clock that is held back. It starts from the clocks, of which few are held.
func countHeld(ctx context.Context, tx *store.Tx, w where) (n int, err error) {
	w = w.and("c.id IN (SELECT x.owner_id FROM clock_states x WHERE x.owner = 'case' AND x.phase = 'suspended')")
	w.in("c.status", statusArgs(Open))
	rows, err := tx.Rows(ctx, "SELECT COUNT(*) FROM cases c WHERE "+w.sql(), w.args...)
	if err != nil {
		return 0, fmt.Errorf("count held cases: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("count held cases: %w", err)
	}
	return n, rows.Err()
}
