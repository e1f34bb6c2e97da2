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
	closed := closedCases.joined(" JOIN complaints c ON c.id = k.complaint_id", false)
	upheld := closed.and(func(b *builder, _ query, s *sql) { oneOf(s, "k.outcome", b.s.outcomes(b.pack).upheld) })
	refused := decidedComplaints.only("c.status = ?", notAccepted)
	for table, key := range map[string]string{"outcome_by_channel": "c.source", "outcome_by_province": provinceOf} {
		o[table+".closed"] = []opening{{of: closed, key: key}}
		o[table+".upheld"] = []opening{{of: upheld, key: key}}
		o[table+".refused"] = []opening{{of: refused, key: key}}
	}
}

// fairness are the regulator's own figures.
func (b *builder) fairness(ctx context.Context) (*Table, error) {
	t := b.table("fairness")
	count, err := b.count(ctx, b.query, "fairness", "count")
	if err != nil {
		return nil, err
	}
	of, err := b.count(ctx, b.query, "fairness", "of")
	if err != nil {
		return nil, err
	}
	waits, err := b.firstReadings(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range fairnessFigures {
		n, all := count[f.key].n, of[f.key].n
		mid, late := any(nil), any(nil)
		if f.key == "first_reading" {
			mid, late = inDays(waits.at(50)), inDays(waits.at(90))
		}
		t.RowDefinitions = append(t.RowDefinitions, f.definition)
		t.add(f.key, f.key, n, all, ratio(n, all), mid, late, b.words.T(b.lang, "report.fair."+f.key))
	}
	return t, nil
}

// firstReadings are the full hours from receipt until somebody of the office first dealt with a complaint.
func (b *builder) firstReadings(ctx context.Context) (spread, error) {
	s := new(sql)
	s.add("SELECT CASE WHEN w.wait < 0 THEN 0 ELSE w.wait / 3600 END, COUNT(*) FROM (SELECT"+
		" (SELECT MIN(a.at) FROM audit_entries a WHERE a.subject = c.reference AND "+byStaff+" AND a.at < ?) - c.received_at AS wait", b.cutOff.Unix())
	b.where(s, b.query, toBeRead)
	s.add(") w WHERE w.wait IS NOT NULL GROUP BY 1")
	out := spread{}
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var hours, n int64
		if err := scan(&hours, &n); err != nil {
			return err
		}
		out[hours] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("time to the first reading: %w", err)
	}
	return out, nil
}

func (b *builder) outcomeByChannel(ctx context.Context) (*Table, error) {
	return b.endedBy(ctx, "outcome_by_channel", b.sourceName)
}

func (b *builder) outcomeByProvince(ctx context.Context) (*Table, error) {
	return b.endedBy(ctx, "outcome_by_province", b.province)
}

// endedBy says how the cases closed in the period ended, and how many complaints were refused, by what they have in common.
func (b *builder) endedBy(ctx context.Context, table string, name func(string) string) (*Table, error) {
	var got [3]map[string]sum
	keys := map[string]int64{}
	for i, column := range []string{"closed", "upheld", "refused"} {
		x, err := b.count(ctx, b.query, table, column)
		if err != nil {
			return nil, err
		}
		got[i] = x
		for key := range x {
			keys[key] += x[key].n
		}
	}
	var lines []tally
	for key := range keys {
		lines = append(lines, tally{key: key, n: got[0][key].n})
	}
	slices.SortFunc(lines, byCount)
	t := b.table(table)
	row := func(key string, closed, upheld, refused int64, name string) []any {
		low, high := interval(upheld, closed)
		return []any{key, closed, upheld, ratio(upheld, closed), low, high, refused, name}
	}
	var all [3]int64
	for _, l := range lines {
		t.add(l.key, row(l.key, got[0][l.key].n, got[1][l.key].n, got[2][l.key].n, name(l.key))...)
		for i := range all {
			all[i] += got[i][l.key].n
		}
	}
	t.Totals = row(Total, all[0], all[1], all[2], b.words.T(b.lang, "report.total"))
	return t, nil
}
