package report

import (
	"context"
	"fmt"
	"slices"
)

// What the regulator says of its own work (who was read when, who was told, who was looked at and left): a complainant
// must not fare worse for the way or the place from which they wrote.

// byStaff is what people of the office did, in the record of a subject.
const byStaff = "a.actor_id IS NOT NULL AND a.actor_role IN ('reviewer', 'supervisor', 'legal', 'director')"

// readByPerson says of a complaint c that somebody of the office dealt with it before the cut-off, as the record shows.
func readByPerson(q query, s *sql) {
	s.add("EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = c.reference AND "+byStaff+" AND a.at < ?)", q.cutOff.Unix())
}

// toBeRead are the complaints received but for those that an import refused by itself.
var toBeRead = receivedComplaints.only("(c.decided_at IS NULL OR c.decided_by IS NOT NULL)")

var (
	readComplaints = toBeRead.and(func(_ *builder, q query, s *sql) { s.add(" AND "); readByPerson(q, s) })
	unread         = toBeRead.and(func(_ *builder, q query, s *sql) { s.add(" AND NOT "); readByPerson(q, s) })
	// The clock of the result runs until the complainant was told, or could not be reached after the attempts that are due.
	notInformed = closedCases.and(func(_ *builder, q query, s *sql) {
		s.add(" AND EXISTS (SELECT 1 FROM clock_states t WHERE t.owner = 'complaint' AND t.owner_id = k.complaint_id AND t.clock = '"+resultNotice+"'"+
			" AND (t.stopped_on IS NULL OR t.stopped_on >= ?))", q.end)
	})
	closedWithComplaint = closedCases.joined(" JOIN complaints c ON c.id = k.complaint_id", false)

	lookedAt = things{kind: "case",
		from: func(q query, s *sql) { // those looked at are few; the open ones may be many
			s.add("(SELECT DISTINCT a.subject FROM audit_entries a WHERE a.action = 'case.viewed' AND a.at >= ? AND a.at < ?) v CROSS JOIN cases k", q.from.Unix(), q.cutOff.Unix())
		},
		when: func(q query, s *sql) {
			s.add(" k.reference = v.subject AND k.opened_on < ? AND (k.closed_on IS NULL OR k.closed_on >= ?)", q.end, q.end)
		},
		pack: "k.pack", id: "k.id", ref: "k.reference", on: "k.opened_on"}
	lookedAtOnly = lookedAt.and(func(_ *builder, q query, s *sql) {
		from, until := q.from.Unix(), q.cutOff.Unix()
		s.add(" AND NOT EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = k.id AND e.at >= ? AND e.at < ?)", from, until)
		s.add(" AND NOT EXISTS (SELECT 1 FROM complaint_events e WHERE e.complaint_id = k.complaint_id AND e.at >= ? AND e.at < ?)", from, until)
		s.add(" AND NOT EXISTS (SELECT 1 FROM forwards f JOIN forward_events e ON e.forward_id = f.id WHERE f.case_id = k.id AND e.at >= ? AND e.at < ?)", from, until)
	})
)

// fairnessFigures are the lines of the table.
var fairnessFigures = []struct {
	key, definition string
	of, whole       things
}{
	{"first_reading", "first_reading", readComplaints, toBeRead},
	{"unread", "unread", unread, toBeRead},
	{"not_informed", "not_informed", notInformed, closedCases},
	{"viewed_only", "viewed_only", lookedAtOnly, lookedAt},
}

func (b *builder) fairnessOpenings(o map[string][]opening) {
	for _, f := range fairnessFigures {
		o["fairness.count"] = append(o["fairness.count"], opening{of: f.of, row: f.key})
		o["fairness.of"] = append(o["fairness.of"], opening{of: f.whole, row: f.key})
	}
	upheld := closedWithComplaint.and(func(b *builder, _ query, s *sql) { oneOf(s, "k.outcome", b.s.outcomes(b.pack).upheld) })
	refused := decidedComplaints.only("c.status = ?", notAccepted)
	for table, key := range map[string]string{"outcome_by_channel": "c.source", "outcome_by_province": provinceOf} {
		o[table+".closed"] = []opening{{of: closedWithComplaint, key: key}}
		o[table+".upheld"] = []opening{{of: upheld, key: key}}
		o[table+".refused"] = []opening{{of: refused, key: key}}
	}
}

// fairness are the regulator's own figures.
func (b *builder) fairness(ctx context.Context) (*Table, error) {
	t := b.table("fairness")
	waits, never, err := b.firstReadings(ctx)
	if err != nil {
		return nil, err
	}
	read := waits.total()
	counted := map[string][2]int64{"first_reading": {read, read + never}, "unread": {never, read + never}}
	for _, f := range fairnessFigures {
		if _, ok := counted[f.key]; ok {
			continue
		}
		var x [2]int64
		for i, th := range []things{f.of, f.whole} {
			got, err := b.tally(ctx, b.query, th, "'"+f.key+"'")
			if err != nil {
				return nil, fmt.Errorf("count %s: %w", f.key, err)
			}
			x[i] = got[f.key].n
		}
		counted[f.key] = x
	}
	for _, f := range fairnessFigures {
		n, all := counted[f.key][0], counted[f.key][1]
		mid, late := any(nil), any(nil)
		if f.key == "first_reading" {
			mid, late = inDays(waits.at(50)), inDays(waits.at(90))
		}
		t.RowDefinitions = append(t.RowDefinitions, f.definition)
		t.add(f.key, f.key, n, all, ratio(n, all), mid, late, b.words.T(b.lang, "report.fair."+f.key))
	}
	return t, nil
}

// firstReadings are the full hours from receipt until somebody of the office first dealt with a complaint, and how many nobody
// has dealt with. One pass serves the median and both counts: the record is long, and this is the dearest look into it.
func (b *builder) firstReadings(ctx context.Context) (waits spread, never int64, err error) {
	s := new(sql)
	s.add("SELECT COALESCE(CASE WHEN w.wait < 0 THEN 0 ELSE w.wait / 3600 END, -1), COUNT(*) FROM (SELECT"+
		" (SELECT MIN(a.at) FROM audit_entries a WHERE a.subject = c.reference AND "+byStaff+" AND a.at < ?) - c.received_at AS wait", b.cutOff.Unix())
	b.where(s, b.query, toBeRead)
	s.add(") w GROUP BY 1")
	waits = spread{}
	err = b.each(ctx, s, func(scan func(...any) error) error {
		var hours, n int64
		if err := scan(&hours, &n); err != nil {
			return err
		}
		if hours < 0 {
			never = n
		} else {
			waits[hours] = n
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("time to the first reading: %w", err)
	}
	return waits, never, nil
}

func (b *builder) outcomeByChannel(ctx context.Context) (*Table, error) {
	return b.endedBy(ctx, "outcome_by_channel", func(e ending) string { return e.source }, b.sourceName)
}

func (b *builder) outcomeByProvince(ctx context.Context) (*Table, error) {
	return b.endedBy(ctx, "outcome_by_province", func(e ending) string { return e.province }, b.province)
}

// ending is how many cases of complaints that came one way from one place were closed with one outcome.
type ending struct {
	source, province, outcome string
	n                         int64
}

// closings counts the cases closed in the period once for both tables that set their outcomes beside each other.
func (b *builder) closings(ctx context.Context) ([]ending, error) {
	if b.ended != nil {
		return b.ended, nil
	}
	s := new(sql).add("SELECT " + keyed("c.source") + ", " + keyed(provinceOf) + ", k.outcome, COUNT(*)")
	b.where(s, b.query, closedWithComplaint)
	b.ended = []ending{}
	err := b.each(ctx, s.add(" GROUP BY 1, 2, 3"), func(scan func(...any) error) error {
		var e ending
		err := scan(&e.source, &e.province, &e.outcome, &e.n)
		b.ended = append(b.ended, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count closed cases: %w", err)
	}
	return b.ended, nil
}

// endedBy says how the cases closed in the period ended, and how many complaints were refused, by what they have in common.
func (b *builder) endedBy(ctx context.Context, table string, key func(ending) string, name func(string) string) (*Table, error) {
	endings, err := b.closings(ctx)
	if err != nil {
		return nil, err
	}
	refused, err := b.count(ctx, b.query, table, "refused")
	if err != nil {
		return nil, err
	}
	outcomes := b.s.outcomes(b.pack)
	rows := map[string]*[3]int64{} // closed, upheld, refused
	at := func(key string) *[3]int64 {
		if rows[key] == nil {
			rows[key] = new([3]int64)
		}
		return rows[key]
	}
	for _, e := range endings {
		row := at(key(e))
		row[0] += e.n
		if outcomes.isUpheld(e.outcome) {
			row[1] += e.n
		}
	}
	for key, x := range refused {
		at(key)[2] = x.n
	}
	var lines []tally
	for key, n := range rows {
		lines = append(lines, tally{key: key, n: n[0]})
	}
	slices.SortFunc(lines, byCount)
	t := b.table(table)
	row := func(key string, n [3]int64, name string) []any {
		low, high := interval(n[1], n[0])
		return []any{key, n[0], n[1], ratio(n[1], n[0]), low, high, n[2], name}
	}
	var all [3]int64
	for _, l := range lines {
		t.add(l.key, row(l.key, *rows[l.key], name(l.key))...)
		for i := range all {
			all[i] += rows[l.key][i]
		}
	}
	t.Totals = row(Total, all, b.words.T(b.lang, "report.total"))
	return t, nil
}
