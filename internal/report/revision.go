package report

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"dunwatch/internal/store"
)

// Change is a figure of a frozen report that is another today, and why.
type Change struct {
	Figure
	// Name says the figure in words; Kind is that of the value.
	Name string `json:"name"`
	Kind string `json:"kind"`
	Was  any    `json:"was"` // nil: there was no such line
	Is   any    `json:"is"`  // nil: there is none any more
	// Removed and Added are the references that left and joined the figure, Altered those whose part in it is another.
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
	Altered []string `json:"altered,omitempty"`
	// Events are the entries of the record, since the period was frozen, about these things.
	Events []int64 `json:"events,omitempty"`
}

// Event is an entry of the record that changed figures.
type Event struct {
	Entry   int64     `json:"entry"`
	At      time.Time `json:"at"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
	Role    string    `json:"role"`
	Step    string    `json:"step,omitempty"` // of a procedure
}

// changes holds a report computed now against a frozen one: every cell that differs, what left and joined it, and the
// entries of the record that did it.
func (b *builder) changes(ctx context.Context, now *Report, last *freezeRow, refs []*referencesRow) ([]Change, []Event, error) {
	before, err := b.s.edition(ctx, b.tx, b.period, now.Pack, b.lang, int(last.Revision))
	if err != nil || before == nil {
		return nil, nil, err
	}
	var out []Change
	events := map[int64]Event{}
	for i := range now.Tables {
		t := &now.Tables[i]
		moved, err := b.moved(ctx, t.ID, now.Pack, last, refs)
		if err != nil {
			return nil, nil, err
		}
		for _, c := range cellChanges(before.Table(t.ID), t) {
			if m := moved[c.Figure]; m != nil {
				c.Removed, c.Added, c.Altered = m.lists()
				delete(moved, c.Figure)
			}
			out = append(out, c)
		}
		for _, f := range slices.SortedFunc(maps.Keys(moved), Figure.compare) {
			c := Change{Figure: f, Name: f.in(t), Kind: t.Kinds[max(0, t.Column(f.Column))], Was: t.value(f), Is: t.value(f)}
			c.Removed, c.Added, c.Altered = moved[f].lists()
			out = append(out, c)
		}
	}
	out = append(out, briefChanges(before, now)...)
	for i := range out {
		if err := b.explain(ctx, &out[i], last.FrozenAt, events); err != nil {
			return nil, nil, err
		}
	}
	list := slices.SortedFunc(maps.Values(events), func(x, y Event) int { return cmp.Compare(x.Entry, y.Entry) })
	return out, list, nil
}

func (f Figure) compare(o Figure) int {
	return cmp.Or(cmp.Compare(f.Table, o.Table), cmp.Compare(f.Column, o.Column), cmp.Compare(f.Row, o.Row))
}

// in says the figure in the words of its table.
func (f Figure) in(t *Table) string {
	row, name, column := f.Row, t.Column("name"), t.Column(f.Column)
	if i := slices.Index(t.RowKeys, f.Row); i >= 0 && name >= 0 {
		row, _ = t.Rows[i][name].(string)
	} else if f.Row == Total && name >= 0 && t.Totals != nil {
		row, _ = t.Totals[name].(string)
	}
	return t.Title + " · " + row + " · " + t.Columns[max(0, column)]
}

// value is what a cell says; nil where the table has no such row.
func (t *Table) value(f Figure) any {
	j := t.Column(f.Column)
	if i := slices.Index(t.RowKeys, f.Row); i >= 0 && j >= 0 {
		return t.Rows[i][j]
	}
	return nil
}

// cellChanges are the numbers that differ between two forms of a table.
func cellChanges(was, is *Table) (out []Change) {
	if was == nil {
		was = &Table{ID: is.ID}
	}
	rows := func(t *Table) map[string][]any {
		m := map[string][]any{}
		for i, key := range t.RowKeys {
			m[key] = t.Rows[i]
		}
		if t.Totals != nil {
			m[Total] = t.Totals
		}
		return m
	}
	old, now := rows(was), rows(is)
	keys := slices.Clone(is.RowKeys)
	for _, key := range was.RowKeys {
		if now[key] == nil {
			keys = append(keys, key)
		}
	}
	if is.Totals != nil {
		keys = append(keys, Total)
	}
	for _, key := range keys {
		for j, column := range is.Keys {
			kind := is.Kinds[j]
			if i := slices.Index(is.RowKeys, key); i >= 0 {
				kind = is.Kind(i, j)
			}
			x, y := at(old[key], was.Column(column)), at(now[key], j)
			if kind == Text || same(x, y) {
				continue
			}
			f := Figure{is.ID, key, column}
			t := is
			if now[key] == nil {
				t = was
			}
			out = append(out, Change{Figure: f, Name: f.in(t), Kind: kind, Was: x, Is: y})
		}
	}
	return out
}

func at(row []any, j int) any {
	if j < 0 || j >= len(row) {
		return nil
	}
	return row[j]
}

// same reports whether two values are written alike.
func same(x, y any) bool {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case int64:
			return float64(v), true
		case float64:
			return v, true
		}
		return 0, false
	}
	if a, ok := number(x); ok {
		b, also := number(y)
		return also && a == b
	}
	return reflect.DeepEqual(x, y)
}

// move is what left and joined a figure, and whose part changed.
type move struct{ was, is map[string]int64 }

func (m *move) lists() (removed, added, altered []string) {
	for ref, fen := range m.was {
		now, ok := m.is[ref]
		switch {
		case !ok:
			removed = append(removed, ref)
		case now != fen:
			altered = append(altered, ref)
		}
	}
	for ref := range m.is {
		if _, ok := m.was[ref]; !ok {
			added = append(added, ref)
		}
	}
	slices.Sort(removed)
	slices.Sort(added)
	slices.Sort(altered)
	return removed, added, altered
}

// moved are the figures of a table whose lists differ.
func (b *builder) moved(ctx context.Context, table, pack string, last *freezeRow, refs []*referencesRow) (map[Figure]*move, error) {
	was, err := findReferences(ctx, b.tx, last.ID, pack, table)
	if err != nil {
		return nil, err
	}
	all := map[Figure]*move{}
	gather := func(content []byte, into func(*move) map[string]int64) error {
		if content == nil {
			return nil
		}
		return readReferences(content, func(r reference) {
			f := Figure{table, r.Row, r.Column}
			if all[f] == nil {
				all[f] = &move{map[string]int64{}, map[string]int64{}}
			}
			ref := r.Reference
			if r.Number > 0 {
				ref = fmt.Sprintf("%s #%d", ref, r.Number)
			}
			into(all[f])[ref] += r.Fen
		})
	}
	if err := gather(was, func(m *move) map[string]int64 { return m.was }); err != nil {
		return nil, err
	}
	for _, r := range refs {
		if r.TableID == table && r.Pack == pack {
			if err := gather(r.Content, func(m *move) map[string]int64 { return m.is }); err != nil {
				return nil, err
			}
		}
	}
	maps.DeleteFunc(all, func(_ Figure, m *move) bool { return maps.Equal(m.was, m.is) })
	return all, nil
}

// explained is how many things of one figure are looked up in the record.
const explained = 200

// explain finds the entries since a moment that wrote what the figure is counted by, about the things that moved: about the
// complaint, its case, or the penalty. Of a thing about which none did, it finds those that wrote anything.
func (b *builder) explain(ctx context.Context, c *Change, since store.Time, events map[int64]Event) error {
	seen := map[string]bool{}
	for _, ref := range slices.Concat(c.Removed, c.Added, c.Altered) {
		if len(seen) >= explained {
			break
		}
		if i := slices.Index([]rune(ref), ' '); i >= 0 {
			ref = string([]rune(ref)[:i])
		}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		found, err := b.eventsOf(ctx, ref, since, b.written(c.Figure))
		if err == nil && len(found) == 0 {
			found, err = b.eventsOf(ctx, ref, since, nil)
		}
		if err != nil {
			return fmt.Errorf("explain %s: %w", ref, err)
		}
		for _, e := range found {
			events[e.Entry] = e
			if !slices.Contains(c.Events, e.Entry) {
				c.Events = append(c.Events, e.Entry)
			}
		}
	}
	slices.Sort(c.Events)
	return nil
}

// eventsOf are the entries since a moment about a thing, its complaint and its case, that wrote to one of some tables; with none,
// to any.
func (b *builder) eventsOf(ctx context.Context, ref string, since store.Time, tables []string) (out []Event, err error) {
	s := new(sql)
	s.add("SELECT a.id, a.at, a.action, a.subject, a.actor_role, a.detail FROM audit_entries a WHERE a.at >= ? AND a.rows <> '' AND a.subject IN (SELECT ?"+
		" UNION SELECT k.reference FROM cases k JOIN complaints c ON c.id = k.complaint_id WHERE c.reference = ?"+
		" UNION SELECT c.reference FROM complaints c JOIN cases k ON k.complaint_id = c.id WHERE k.reference = ?)", since, ref, ref, ref)
	for i, t := range tables {
		s.add(map[bool]string{true: " AND (", false: " OR "}[i == 0]+"a.rows LIKE ?", `%"t":"`+t+`"%`)
	}
	if len(tables) > 0 {
		s.add(")")
	}
	err = b.each(ctx, s.add(" ORDER BY a.id"), func(scan func(...any) error) error {
		var e Event
		var at store.Time
		var detail string
		if err := scan(&e.Entry, &at, &e.Action, &e.Subject, &e.Role, &detail); err != nil {
			return err
		}
		var said struct {
			Step string `json:"step"`
		}
		if detail != "" {
			if err := json.Unmarshal([]byte(detail), &said); err != nil {
				return err
			}
		}
		e.At, e.Step = at.Time().In(b.zone), said.Step
		out = append(out, e)
		return nil
	})
	return out, err
}

// writtenBy are the tables that hold what a kind of things is counted by.
var writtenBy = map[string][]string{
	"complaint": {"complaints", "complaint_codes", "complaint_channels"}, "case": {"cases"}, "finding": {"findings", "cases"}, "penalty": {"penalties", "penalty_steps"},
	"measure": {"supervisory_measures"},
}

// written are the tables whose rows decide a figure; nil of one that many do.
func (b *builder) written(f Figure) []string {
	switch {
	case f.Table == "timeliness" || f.Table == "headline" && f.Row == "overdue":
		return []string{"clock_events"}
	case f.Table == "collection":
		return []string{"penalty_entries"}
	case f.Table == "fairness":
		return nil
	}
	for _, o := range b.opens[f.Table+"."+f.Column] {
		if o.list == nil && (o.row == "" || o.row == f.Row) {
			return writtenBy[o.of.kind]
		}
	}
	return nil
}
