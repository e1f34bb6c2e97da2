package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
)

// eventText writes one clock event e as text, so that the database can group equal histories: the calendar that turns a
// history into a due date is known to Go alone, and a month has far fewer different histories than clocks.
const eventText = "e.owner || '/' || e.clock || '|' || e.kind || '|' || e.on_date || '|' || CAST(e.n AS TEXT) || '|' || e.unit || '|' || CAST(e.roll AS TEXT)"

const history = "string_agg(" + eventText + ", ';' ORDER BY e.id)"

// readHistory is the inverse: the clocks in the order in which they began.
func readHistory(h string) ([]deadline.Clock, error) {
	var clocks []deadline.Clock
	at := map[string]int{}
	for _, text := range strings.Split(h, ";") {
		f := strings.Split(text, "|")
		if len(f) != 6 {
			return nil, fmt.Errorf("clock event %q: want 6 fields", text)
		}
		on, err := calendar.ParseDate(f[2])
		if err != nil {
			return nil, fmt.Errorf("clock event %q: %w", text, err)
		}
		n, err := strconv.Atoi(f[3])
		if err != nil {
			return nil, fmt.Errorf("clock event %q: %w", text, err)
		}
		limit := deadline.Limit{N: n, Unit: deadline.Unit(f[4]), Roll: f[5] == "1"}
		e := deadline.Event{Kind: deadline.EventKind(f[1]), On: on}
		i, known := at[f[0]]
		if !known {
			_, kind, _ := strings.Cut(f[0], "/")
			i, at[f[0]] = len(clocks), len(clocks)
			clocks = append(clocks, deadline.Clock{Kind: kind, Limit: limit})
		}
		if e.Kind == deadline.Extend {
			e.Limit = limit
		}
		clocks[i].Events = append(clocks[i].Events, e)
	}
	return clocks, nil
}

// calendarOf is the working-day calendar of a pack; a pack or calendar that the program does not have counts weekends.
func (s *Service) calendarOf(pack string) *calendar.Calendar {
	if p, ok := s.book.Pack(pack); ok {
		if c, ok := s.calendars[p.Calendar]; ok {
			return c
		}
	}
	return &calendar.Calendar{}
}

// openHistories begins a query with the histories of the complaints that were open at the cut-off.
func (q query) openHistories(s *sql) *sql {
	return q.histories(q.open(s.add("WITH o AS MATERIALIZED (")).add(")"))
}

// histories selects, for every complaint of o, id, pack and the histories up to the cut-off of its own and its case's clocks
// that nobody had stopped. CROSS JOIN holds SQLite to the order: without statistics it would read the clocks of all
// complaints and look for the open ones among them.
func (q query) histories(s *sql) *sql {
	s.add(", e AS (SELECT o.id AS complaint, o.pack, e.* FROM o CROSS JOIN clock_events e WHERE e.owner = 'complaint' AND e.owner_id = o.id AND e.on_date < ?"+
		" UNION ALL SELECT o.id, o.pack, e.* FROM o CROSS JOIN cases k CROSS JOIN clock_events e"+
		" WHERE k.complaint_id = o.id AND e.owner = 'case' AND e.owner_id = k.id AND e.on_date < ?)"+
		", g AS (SELECT e.complaint, e.pack, MIN(e.id) AS began, "+history+" AS history FROM e GROUP BY e.complaint, e.pack, e.owner, e.clock"+
		" HAVING COUNT(CASE WHEN e.kind = 'stop' THEN 1 END) = 0)"+
		", h AS (SELECT g.complaint, g.pack, string_agg(g.history, ';' ORDER BY g.began) AS history FROM g GROUP BY g.complaint, g.pack)", q.end, q.end)
	return s
}

// moved begins a query with the complaints that had a clock suspended, resumed or extended after the period: of their clocks,
// and of theirs alone, the due date that stands today need not be the one of then.
func (q query) moved(s *sql) *sql {
	return s.add("WITH moved AS MATERIALIZED (SELECT DISTINCT CASE WHEN e.owner = 'case' THEN k.complaint_id ELSE e.owner_id END AS complaint"+
		" FROM clock_events e LEFT JOIN cases k ON e.owner = 'case' AND k.id = e.owner_id"+
		" WHERE e.kind IN ('suspend', 'resume', 'extend') AND e.on_date >= ? AND e.owner IN ('complaint', 'case'))", q.end)
}

// overdue counts the open complaints that were past a due date: by where their clocks stand, and where that has changed
// since, by their histories. A clock that was stopped after the period and due in it was stopped late: saying so names the
// index of those few.
func (b *builder) overdue(ctx context.Context, q query) (total int64, err error) {
	s := q.moved(new(sql)).add(", late AS (SELECT owner, owner_id, clock FROM clock_states WHERE phase IN ('running', 'suspended') AND due_on < ?"+
		" UNION ALL SELECT owner, owner_id, clock FROM clock_states WHERE stopped_on > due_on AND stopped_on >= ? AND due_on < ?)"+
		", l AS (SELECT owner_id AS complaint, clock FROM late WHERE owner = 'complaint'"+
		" UNION ALL SELECT k.complaint_id, late.clock FROM late CROSS JOIN cases k WHERE late.owner = 'case' AND k.id = late.owner_id)"+
		", o AS MATERIALIZED (", q.today, q.end, q.today)
	q.openWith(s, "c.id, c.pack").add(") SELECT COUNT(DISTINCT c.id) FROM l JOIN o c ON c.id = l.complaint WHERE c.id NOT IN (SELECT complaint FROM moved)")
	b.duties(s)
	if err := q.one(ctx, s, &total); err != nil {
		return 0, fmt.Errorf("count overdue complaints: %w", err)
	}
	s = q.moved(new(sql)).add(", o AS MATERIALIZED (SELECT c.id, c.pack FROM moved CROSS JOIN complaints c WHERE c.id = moved.complaint AND ")
	q.histories(q.packed(q.wasOpen(s), "c.pack").add(")")).add(" SELECT h.pack, h.history, COUNT(*) FROM h GROUP BY h.pack, h.history")
	err = q.each(ctx, s, func(scan func(...any) error) error {
		var pack, text string
		var n int64
		if err := scan(&pack, &text, &n); err != nil {
			return err
		}
		due, err := b.s.missed(pack, text, q.today)
		if !due.IsZero() {
			total += n
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count overdue complaints: %w", err)
	}
	return total, nil
}

// duties leaves out the clocks l of complaints c that are no duty of the office or the firm: isDuty in SQL.
func (b *builder) duties(s *sql) *sql {
	for _, p := range b.s.book.Packs() {
		for _, l := range p.Limits() {
			if !b.s.isDuty(p.ID, l.Key) {
				s.add(" AND NOT (c.pack = ? AND (l.clock = ? OR l.clock LIKE ?))", p.ID, l.Key, l.Key+"#%")
			}
		}
	}
	return s
}

// missed is the earliest due date that passed before today without the act, no date if there is none. It looks at the
// duties of the office and of the firm: that a complainant or a respondent lets an own period pass is no delay.
func (s *Service) missed(pack, text string, today calendar.Date) (earliest calendar.Date, err error) {
	clocks, err := readHistory(text)
	if err != nil {
		return earliest, err
	}
	for _, c := range clocks {
		if !s.isDuty(pack, c.Kind) {
			continue
		}
		st, err := deadline.Compute(s.calendarOf(pack), c)
		if err != nil {
			return earliest, fmt.Errorf("clock %s: %w", c.Kind, err)
		}
		if st.Overdue(today) && (earliest.IsZero() || st.Due.Before(earliest)) {
			earliest = st.Due
		}
	}
	return earliest, nil
}

func (s *Service) isDuty(pack, clock string) bool {
	p, ok := s.book.Pack(pack)
	if !ok {
		return true
	}
	l, ok := p.Limit(deadline.Base(clock))
	return !ok || l.Party == "office" || l.Party == "firm"
}

// overdueItems are the open complaints that are past a due date, with that date.
func overdueItems(b *builder, ctx context.Context, q query, _ string, yield func(string, Item) error) error {
	s := q.openHistories(new(sql)).add(" SELECT c.reference, h.pack, h.history FROM h JOIN complaints c ON c.id = h.complaint ORDER BY c.id")
	return q.each(ctx, s, func(scan func(...any) error) error {
		var ref, pack, text string
		if err := scan(&ref, &pack, &text); err != nil {
			return err
		}
		due, err := b.s.missed(pack, text, q.today)
		if err != nil || due.IsZero() {
			return err
		}
		return yield("overdue", Item{Kind: "complaint", Reference: ref, On: due})
	})
}
