package report

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/calendar"
)

// things are rows of one kind that figures count. A figure's number, the list behind it and the references kept with a
// frozen report are all made from the same things, so that they cannot disagree.
type things struct {
	kind string                            // Item.Kind
	from func(q query, s *sql)             // the FROM clause
	when func(q query, s *sql)             // the WHERE clause, begun with what lies in the period
	also func(b *builder, q query, s *sql) // more conditions, each begun with AND; nil: none
	pack string                            // column
	id   string                            // column; counted once where many
	many bool                              // the joins may bring one thing several times under one key
	ref  string                            // expression of the reference that people know
	on   string                            // expression: a date, or an instant in unix seconds
	more [3]string                         // expressions of number, code, outcome; "" none
	fen  string                            // expression of an amount; "" none
}

// within is a FROM with a date column in the period, and during one with an instant.
func within(column string) func(query, *sql) {
	return func(q query, s *sql) { q.within(s, column) }
}

func during(column string) func(query, *sql) {
	return func(q query, s *sql) { q.during(s, column) }
}

func from(text string) func(query, *sql) {
	return func(_ query, s *sql) { s.add(text) }
}

// joined adds tables to where the things stand.
func (th things) joined(text string, many bool) things {
	before := th.from
	th.from, th.many = func(q query, s *sql) { before(q, s); s.add(text) }, th.many || many
	return th
}

// and adds a condition.
func (th things) and(more func(b *builder, q query, s *sql)) things {
	before := th.also
	th.also = func(b *builder, q query, s *sql) {
		if before != nil {
			before(b, q, s)
		}
		more(b, q, s)
	}
	return th
}

// only adds a condition in SQL.
func (th things) only(text string, args ...any) things {
	return th.and(func(_ *builder, _ query, s *sql) { s.add(" AND "+text, args...) })
}

// The things that the report counts.
var (
	receivedComplaints = things{kind: "complaint", from: from("complaints c"), when: within("c.received_on"), pack: "c.pack", id: "c.id",
		ref: "c.reference", on: "c.received_on"}
	openComplaints = things{kind: "complaint", from: func(q query, s *sql) { s.add("("); q.open(s); s.add(") c") }, when: func(_ query, s *sql) { s.add(" 1 = 1") },
		pack: "c.pack", id: "c.id", ref: "c.reference", on: "c.received_on"}
	decidedComplaints = things{kind: "complaint", from: from("complaints c"), when: during("c.decided_at"), pack: "c.pack", id: "c.id",
		ref: "c.reference", on: "c.decided_at"}.only("c.decided_by IS NOT NULL")
	openedCases = things{kind: "case", from: from("cases k"), when: within("k.opened_on"), pack: "k.pack", id: "k.id", ref: "k.reference", on: "k.opened_on"}
	closedCases = things{kind: "case", from: from("cases k"), when: within("k.closed_on"), pack: "k.pack", id: "k.id", ref: "k.reference", on: "k.closed_on",
		more: [3]string{"", "", "k.outcome"}}
	standingFindings = things{kind: "finding", from: from("findings x JOIN cases k ON k.id = x.case_id"), when: within("x.found_on"), pack: "k.pack", id: "x.id",
		ref: "k.reference", on: "x.found_on", more: [3]string{"x.number", "x.code", "x.outcome"}}.only("x.superseded_by IS NULL")
	upheldFindings = standingFindings.and(func(b *builder, _ query, s *sql) { oneOf(s, "x.outcome", b.s.outcomes(b.pack).upheld) })
	// A decision that was annulled since no longer counts, as a finding that was corrected does not.
	issuedPenalties = things{kind: "penalty", from: from("penalties x JOIN cases k ON k.id = x.case_id"), when: within("x.issued_on"), pack: "k.pack", id: "x.id",
		ref: "x.reference", on: "x.issued_on", fen: "x.fine_fen + x.confiscation_fen"}.only("NOT " + annulled)
	orderedMeasures = things{kind: "measure", from: from("supervisory_measures m JOIN cases k ON k.id = m.case_id"), when: within("m.ordered_on"), pack: "k.pack", id: "m.id",
		ref: "k.reference", on: "m.ordered_on", more: [3]string{"", "m.kind", ""}}
)

// annulled says of a penalty x that its decision was annulled, by the office itself, on review or by a court.
const annulled = `EXISTS (SELECT 1 FROM penalty_steps a WHERE a.penalty_id = x.id AND a.step = 'change' AND a.data LIKE '%"annul":true%')`

// sum is how many things there are under a key, and their amounts.
type sum struct{ n, fen int64 }

// keyed is an expression with nothing said as None.
func keyed(expr string) string {
	if len(expr) > 0 && expr[0] == '\'' {
		return expr
	}
	return "COALESCE(NULLIF(" + expr + ", ''), '" + None + "')"
}

// where writes FROM and WHERE.
func (b *builder) where(s *sql, q query, th things) {
	s.add(" FROM ")
	th.from(q, s)
	s.add(" WHERE")
	th.when(q, s)
	q.packed(s, th.pack)
	if th.also != nil {
		th.also(b, q, s)
	}
}

// tally counts things by a key in the database. Tables that show the same numbers share one count; nobody changes what they are
// given.
func (b *builder) tally(ctx context.Context, q query, th things, key string) (map[string]sum, error) {
	s := new(sql)
	count, fen := "COUNT(*)", "0"
	if th.many {
		count = "COUNT(DISTINCT " + th.id + ")"
	}
	if th.fen != "" {
		fen = "CAST(COALESCE(SUM(" + th.fen + "), 0) AS BIGINT)"
	}
	s.add("SELECT " + keyed(key) + ", " + count + ", " + fen)
	b.where(s, q, th)
	s.add(" GROUP BY 1")
	asked := fmt.Sprintf("%s %#v", s.text, s.args)
	if out, ok := b.tallied[asked]; ok {
		return out, nil
	}
	out := map[string]sum{}
	err := q.each(ctx, s, func(scan func(...any) error) error {
		var key string
		var x sum
		if err := scan(&key, &x.n, &x.fen); err != nil {
			return err
		}
		out[key] = x
		return nil
	})
	if b.tallied == nil {
		b.tallied = map[string]map[string]sum{}
	}
	b.tallied[asked] = out
	return out, err
}

// enumerate lists things in the order of their dates: all, or those under one key.
func (b *builder) enumerate(ctx context.Context, q query, th things, key, row string, yield func(row string, it Item) error) error {
	s := new(sql)
	distinct := ""
	if th.many {
		distinct = "DISTINCT "
	}
	or := func(expr, none string) string {
		if expr == "" {
			return none
		}
		return expr
	}
	s.add("SELECT " + distinct + keyed(key) + ", " + th.ref + ", " + or(th.more[0], "0") + ", " + or(th.more[1], "''") + ", " + or(th.more[2], "''") + ", " +
		th.on + ", " + or(th.fen, "0") + ", " + th.id)
	b.where(s, q, th)
	if row != "" {
		s.add(" AND "+keyed(key)+" = ?", row)
	}
	return q.each(ctx, s.add(" ORDER BY 6, 8"), func(scan func(...any) error) error {
		it := Item{Kind: th.kind}
		var key string
		var on any
		var id int64
		if err := scan(&key, &it.Reference, &it.Number, &it.Code, &it.Outcome, &on, &it.Fen, &id); err != nil {
			return err
		}
		var err error
		if it.On, err = b.dayOf(on); err != nil {
			return err
		}
		return yield(key, it)
	})
}

// dayOf reads a date, or the day of an instant in the regulator's zone.
func (q query) dayOf(v any) (calendar.Date, error) {
	switch v := v.(type) {
	case nil:
		return calendar.Date{}, nil
	case int64:
		return calendar.OfTime(time.Unix(v, 0).In(q.zone)), nil
	case string:
		return calendar.ParseDate(v)
	case []byte:
		return calendar.ParseDate(string(v))
	default:
		return calendar.Date{}, fmt.Errorf("read day from %T", v)
	}
}
