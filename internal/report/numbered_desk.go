package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
)

// listMost bounds the lines of a list of cases or decisions.
const listMost = 2000

// noDueYear is the year of the date that casework keeps where no clock of a case runs.
const noDueYear = 9999

// soonDays is what "due soon" means: within so many days, today included.
const soonDays = 7

// load is what a unit or an officer has in hand.
type load struct {
	id                                        int64
	code, name                                string // code of a unit, e-mail of an officer
	open, unassigned, overdue, soon, in, done int64
	oldest                                    calendar.Date
}

func (l *load) row(key string, today calendar.Date, name string) []any {
	days := any(nil)
	if !l.oldest.IsZero() {
		days = int64(today.Sub(l.oldest))
	}
	return []any{key, name, l.open, l.unassigned, l.overdue, l.soon, l.in, l.done, days}
}

func (l *load) add(o *load) {
	l.open, l.unassigned, l.overdue, l.soon, l.in, l.done = l.open+o.open, l.unassigned+o.unassigned, l.overdue+o.overdue, l.soon+o.soon, l.in+o.in, l.done+o.done
	if !o.oldest.IsZero() && (l.oldest.IsZero() || o.oldest.Before(l.oldest)) {
		l.oldest = o.oldest
	}
}

func openStatuses() (out []string) {
	for _, st := range casework.Statuses {
		if st != casework.Closed {
			out = append(out, string(st))
		}
	}
	return out
}

// weeklyWork is the supervisor's weekly: what is open, late and due soon with each unit and officer, and what came and went.
func (b *builder) weeklyWork(ctx context.Context, ask *numberedAsk) ([]*Table, error) {
	today := calendar.OfTime(b.tx.Now.In(b.zone))
	units, officers := map[int64]*load{}, map[int64]*load{}
	at := func(m map[int64]*load, id int64) *load {
		if m[id] == nil {
			m[id] = &load{id: id}
		}
		return m[id]
	}
	s := new(sql).add("SELECT k.unit_id, COALESCE(k.officer_id, 0), COUNT(*), COUNT(CASE WHEN k.officer_id IS NULL THEN 1 END), COUNT(CASE WHEN k.due_on < ? THEN 1 END),"+
		" COUNT(CASE WHEN k.due_on >= ? AND k.due_on < ? THEN 1 END), 0, 0, MIN(k.received_on) FROM cases k WHERE 1 = 1", today, today, today.AddDays(soonDays))
	b.packed(oneOf(s, "k.status", openStatuses()), "k.pack").add(" GROUP BY 1, 2")
	for _, f := range [][2]string{{"opened_on", "COUNT(*), 0"}, {"closed_on", "0, COUNT(*)"}} {
		s.add(" UNION ALL SELECT k.unit_id, COALESCE(k.officer_id, 0), 0, 0, 0, 0, "+f[1]+", NULL FROM cases k WHERE k."+f[0]+" >= ? AND k."+f[0]+" < ?", ask.from, ask.till)
		b.packed(s, "k.pack").add(" GROUP BY 1, 2")
	}
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var unit, officer int64
		var l load
		if err := scan(&unit, &officer, &l.open, &l.unassigned, &l.overdue, &l.soon, &l.in, &l.done, &l.oldest); err != nil {
			return err
		}
		at(units, unit).add(&l)
		at(officers, officer).add(&l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count work: %w", err)
	}
	names := "name_zh"
	if b.lang == "en" {
		names = "name_en"
	}
	var out []*Table
	for _, x := range []struct {
		id, holder, query string
		loads             map[int64]*load
	}{{"weekly_units", "unit", "SELECT id, code, " + names + " FROM units", units}, {"weekly_officers", "officer", "SELECT id, email, name FROM users", officers}} {
		t, err := b.loads(ctx, x.id, x.holder, x.query, x.loads, ask)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// loads is a table of units or officers, the most overdue first.
func (b *builder) loads(ctx context.Context, id, holder, query string, loads map[int64]*load, ask *numberedAsk) (*Table, error) {
	today := calendar.OfTime(b.tx.Now.In(b.zone))
	err := b.each(ctx, new(sql).add(query), func(scan func(...any) error) error {
		var n int64
		var code, name string
		if err := scan(&n, &code, &name); err != nil {
			return err
		}
		if loads[n] != nil {
			loads[n].code, loads[n].name = code, name
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var lines []*load
	for _, l := range loads {
		if l.id == 0 {
			l.code, l.name = "none", b.words.T(b.lang, "numbered.nobody")
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(x, y *load) int {
		return cmp.Or(cmp.Compare(y.overdue, x.overdue), cmp.Compare(y.open, x.open), cmp.Compare(x.id, y.id))
	})
	t := b.numberedTable(id, column{"holder", Text, ""}, name, column{"open", Count, "cases_open"}, column{"unassigned", Count, "cases_unassigned"},
		column{"past_due", Count, "cases_overdue"}, column{"soon", Count, "cases_due_soon"}, column{"came", Count, "accepted"}, column{"went", Count, "closed"}, column{"oldest", Days, "cases_oldest"})
	var all load
	for _, l := range lines {
		key := strconv.FormatInt(l.id, 10)
		t.add(key, l.row(key, today, l.name)...)
		b.loadLinks(t, len(t.Rows)-1, ask, holder, l.code)
		all.add(l)
	}
	t.Totals = all.row(Total, today, b.words.T(b.lang, "report.total"))
	b.loadLinks(t, lastLine, ask, "", "")
	return t, nil
}

// ownCases are the open cases of whoever asks, the most urgent first.
func (b *builder) ownCases(ctx context.Context, ask *numberedAsk) ([]*Table, error) {
	today := calendar.OfTime(b.tx.Now.In(b.zone))
	t := b.numberedTable("own_cases", column{"case", Text, ""}, column{"status_name", Text, ""}, column{"respondent", Text, ""}, column{"received_on", Text, ""},
		column{"due_on", Text, ""}, column{"days_left", Days, "case_days_left"}, column{"severity", Count, "severity"})
	s := new(sql).add("SELECT k.reference, k.status, COALESCE(f.name, ''), k.received_on, k.due_on, k.severity FROM cases k LEFT JOIN firms f ON f.id = COALESCE(k.agency_id, k.lender_id)"+
		" WHERE k.officer_id = ?", ask.by.UserID)
	b.packed(oneOf(s, "k.status", openStatuses()), "k.pack").add(" ORDER BY k.due_on IS NULL, k.due_on, k.id LIMIT ?", listMost)
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var ref, status, firm string
		var received, due calendar.Date
		var severity int64
		if err := scan(&ref, &status, &firm, &received, &due, &severity); err != nil {
			return err
		}
		day, left := "–", any(nil)
		if !due.IsZero() && due.Year() < noDueYear {
			day, left = due.String(), int64(due.Sub(today))
		}
		t.add(ref, ref, b.words.T(b.lang, "numbered.status."+status), firm, received.String(), day, left, severity)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list own cases: %w", err)
	}
	return []*Table{t}, nil
}
