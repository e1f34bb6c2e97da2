package docket

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// The limits of the rulebook that say when people are told.
const (
	warnKey     = "mark.warn"
	escalateKey = "mark.escalate"
)

// chase names the mark of a letter to a firm among the marks that were told of.
func chase(m deadline.Mark) deadline.Mark { return "chase." + m }

// running is a clock with a due date, and who answers for it.
type running struct {
	owner         deadline.Owner
	clock         string
	due           calendar.Date
	reference     string
	pack          string
	caseID        int64 // 0: a complaint that nobody took in yet
	officer, unit int64
	party         string // whose limit it is
	tell          []deadline.Mark
	chase         []deadline.Mark // of a firm's clock
}

type clockKey struct {
	owner deadline.Owner
	clock string
}

// due finds the running clocks with marks that were reached on a day and not told of.
func (s *Service) due(ctx context.Context, tx *store.Tx, today calendar.Date) ([]running, error) {
	all, err := s.near(ctx, tx, today)
	if err != nil {
		return nil, err
	}
	told, err := told(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, r := range all {
		p, ok := s.d.Book.Pack(r.pack)
		cal := s.calendarOf(r.pack)
		if !ok || cal == nil {
			return nil, fmt.Errorf("clock %s of %s: no rulebook or calendar for %q", r.clock, r.reference, r.pack)
		}
		r.party = partyOf(p, r.clock, today)
		had := told[clockKey{r.owner, r.clock}]
		for _, m := range deadline.Marks(cal, r.due, days(p, warnKey, today), days(p, escalateKey, today)) {
			if m.On.After(today) {
				continue
			}
			if concerns(r.party, m.Mark) && !slices.Contains(had, m.Mark) {
				r.tell = append(r.tell, m.Mark)
			}
			if r.party == "firm" && r.owner.Kind == deadline.OfCase && !slices.Contains(had, chase(m.Mark)) {
				r.chase = append(r.chase, m.Mark)
			}
		}
		if len(r.tell)+len(r.chase) > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// concerns reports whether the office is told of a mark. The end of the complainant's own time is news, since the office
// can go on; that it nears, or was not used, is not: nobody is late.
func concerns(party string, m deadline.Mark) bool {
	return party != "complainant" || m == deadline.DueDay
}

func partyOf(p *rulebook.Pack, clock string, today calendar.Date) string {
	l, ok := p.LimitOn(deadline.Base(clock), today)
	if !ok {
		l, _ = p.Limit(deadline.Base(clock))
	}
	return l.Party
}

// days is a number of working days that the office set for itself; 0 where the pack has none.
func days(p *rulebook.Pack, key string, today calendar.Date) int {
	l, _ := p.LimitOn(key, today)
	return l.N
}

// near reads the running clocks that are due before the last warning of today could be about them, the first due first.
func (s *Service) near(ctx context.Context, tx *store.Tx, today calendar.Date) ([]running, error) {
	until := today
	for _, p := range s.d.Book.Packs() {
		if cal := s.d.Calendars[p.Calendar]; cal != nil {
			// One more, and the days off behind it: a due date may lie on any of them.
			end, _ := cal.AddWorkdays(today, days(p, warnKey, today)+1)
			until = later(until, end)
		}
	}
	const columns = "SELECT s.owner, s.owner_id, s.clock, s.due_on, "
	const isRunning = " s.phase = 'running' AND s.due_on <= ?"
	rows, err := tx.Rows(ctx, columns+"k.reference, k.pack, k.id, COALESCE(k.officer_id, 0), k.unit_id"+
		" FROM clock_states s JOIN cases k ON k.id = s.owner_id WHERE s.owner = 'case' AND"+isRunning+
		" UNION ALL "+columns+"c.reference, c.pack, COALESCE(k.id, 0), COALESCE(k.officer_id, 0), COALESCE(k.unit_id, 0)"+
		" FROM clock_states s JOIN complaints c ON c.id = s.owner_id LEFT JOIN cases k ON k.complaint_id = c.id WHERE s.owner = 'complaint' AND"+isRunning+
		" UNION ALL "+columns+"p.reference, k.pack, k.id, COALESCE(k.officer_id, 0), k.unit_id"+
		" FROM clock_states s JOIN penalties p ON p.id = s.owner_id JOIN cases k ON k.id = p.case_id WHERE s.owner = 'penalty' AND"+isRunning+
		// Of a measure whoever ordered it is told.
		" UNION ALL "+columns+"p.reference, k.pack, k.id, p.ordered_by, k.unit_id"+
		" FROM clock_states s JOIN supervisory_measures p ON p.id = s.owner_id JOIN cases k ON k.id = p.case_id WHERE s.owner = 'measure' AND"+isRunning+
		" ORDER BY 4, 1, 2, 3", until, until, until, until)
	if err != nil {
		return nil, fmt.Errorf("find clocks near their end: %w", err)
	}
	defer rows.Close()
	var out []running
	for rows.Next() {
		var r running
		if err := rows.Scan(&r.owner.Kind, &r.owner.ID, &r.clock, &r.due, &r.reference, &r.pack, &r.caseID, &r.officer, &r.unit); err != nil {
			return nil, fmt.Errorf("find clocks near their end: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// told reads the marks that running clocks reached with their present due date and that somebody was told of.
func told(ctx context.Context, tx *store.Tx) (map[clockKey][]deadline.Mark, error) {
	rows, err := tx.Rows(ctx, "SELECT m.owner, m.owner_id, m.clock, m.mark FROM clock_marks m JOIN clock_states s"+
		" ON s.owner = m.owner AND s.owner_id = m.owner_id AND s.clock = m.clock AND s.due_on = m.due_on WHERE s.phase = 'running'")
	if err != nil {
		return nil, fmt.Errorf("find marks told of: %w", err)
	}
	defer rows.Close()
	out := map[clockKey][]deadline.Mark{}
	for rows.Next() {
		var k clockKey
		var m deadline.Mark
		if err := rows.Scan(&k.owner.Kind, &k.owner.ID, &k.clock, &m); err != nil {
			return nil, fmt.Errorf("find marks told of: %w", err)
		}
		out[k] = append(out[k], m)
	}
	return out, rows.Err()
}

// toldOf is a mark of a clock as it is put down.
type toldOf struct {
	r    *running
	mark deadline.Mark
}

// putDown records marks; it returns how many were new.
func putDown(ctx context.Context, tx *store.Tx, marks []toldOf) (int64, error) {
	var fresh int64
	for some := range slices.Chunk(marks, 2000) {
		const row = "(?,?,?,?,?,?)"
		args := make([]any, 0, 6*len(some))
		for _, m := range some {
			args = append(args, string(m.r.owner.Kind), m.r.owner.ID, m.r.clock, string(m.mark), m.r.due, tx.Now.Unix())
		}
		n, err := tx.Exec(ctx, "INSERT INTO clock_marks (owner, owner_id, clock, mark, due_on, at) VALUES "+row+
			strings.Repeat(","+row, len(some)-1)+" ON CONFLICT (owner, owner_id, clock, mark, due_on) DO NOTHING", args...)
		if err != nil {
			return fresh, fmt.Errorf("put down marks: %w", err)
		}
		fresh += n
	}
	return fresh, nil
}

// person is an account that may be told.
type person struct {
	id    int64
	role  access.Role
	unit  int64
	email string
	lang  string
}

// staff reads the active accounts of the office.
func staff(ctx context.Context, tx *store.Tx) ([]person, error) {
	rows, err := tx.Rows(ctx, "SELECT id, role, COALESCE(unit_id, 0), email, lang FROM users WHERE disabled_at IS NULL AND firm_id IS NULL ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("find staff: %w", err)
	}
	defer rows.Close()
	var out []person
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.id, &p.role, &p.unit, &p.email, &p.lang); err != nil {
			return nil, fmt.Errorf("find staff: %w", err)
		}
		out = append(out, p)
	}
	return out, rows.Err()
}
