package enforcement

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// MeasureShelf is a part of the list of measures.
type MeasureShelf string

// The shelves. The open ones are in the order of their days, those without one last; the others are newest first.
const (
	ShelfOpen    MeasureShelf = "open"
	ShelfOverdue MeasureShelf = "overdue"
	ShelfSoon    MeasureShelf = "soon"   // due within 14 days from today, today included
	ShelfProved  MeasureShelf = "proved" // a proof waits to be checked
	ShelfEnded   MeasureShelf = "ended"
	ShelfAll     MeasureShelf = "all"
)

// MeasureShelves lists them.
var MeasureShelves = []MeasureShelf{ShelfOpen, ShelfOverdue, ShelfSoon, ShelfProved, ShelfEnded, ShelfAll}

// soonDays is how near "soon" is.
const soonDays = 14

// MeasureFilter narrows the list of measures. Zero values do not filter, but for Shelf: "" is the open ones.
type MeasureFilter struct {
	Shelf  MeasureShelf
	Mine   bool   // ordered by the actor, or of a case that it has
	Unit   string // code; "mine" the actor's
	Firm   string // code; with those merged into it
	Kind   string
	Cursor string
	Limit  int // 1..100, default 50
}

// MeasureList is a page of measures.
type MeasureList struct {
	Items      []FirmMeasure
	NextCursor string               // "" on the last page
	Counts     map[MeasureShelf]int // within the other filters
}

// Measures lists measures within the actor's reach. Invalid (shelf, limit, cursor), Forbidden.
func (s *Service) Measures(ctx context.Context, by access.Actor, f MeasureFilter) (*MeasureList, error) {
	if by.Role.OfFirm() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	if err := s.d.Policy.May(by, access.ReadPenalty); err != nil {
		return nil, err
	}
	at, err := f.check()
	if err != nil {
		return nil, err
	}
	l := &MeasureList{}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		w := s.measureReach(by)
		f.narrow(&w, by)
		if l.Counts, err = countShelves(ctx, tx, w, s.today(tx)); err != nil {
			return err
		}
		ids, next, err := measurePage(ctx, tx, f, w, s.today(tx), at)
		if err != nil {
			return err
		}
		l.NextCursor = next
		l.Items, err = s.measuresByID(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list measures: %w", err)
	}
	return l, nil
}

// measureReach bounds a query to what the actor may read: as reachMeasure does, by the case of today.
func (s *Service) measureReach(by access.Actor) where {
	var w where
	switch s.d.Policy.Widest(by.Role, access.ReadPenalty) {
	case access.Any:
	case access.Unit:
		w.add("k.unit_id = ?", by.UnitID)
	case access.Own:
		w.add("k.officer_id = ?", by.UserID)
	default:
		w.add("1 = 0")
	}
	return w
}

func (f *MeasureFilter) narrow(w *where, by access.Actor) {
	if f.Mine {
		w.add("(m.ordered_by = ? OR k.officer_id = ?)", by.UserID, by.UserID)
	}
	if f.Unit == "mine" {
		w.add("k.unit_id = ?", by.UnitID)
	} else if f.Unit != "" {
		w.add("k.unit_id = (SELECT id FROM units WHERE code = ?)", strings.ToUpper(f.Unit))
	}
	if f.Firm != "" {
		w.add("m.firm_id IN (SELECT id FROM firms WHERE code = ? OR merged_into = (SELECT id FROM firms WHERE code = ?))", f.Firm, f.Firm)
	}
	if f.Kind != "" {
		w.add("m.kind = ?", f.Kind)
	}
}

// on is the condition of a shelf.
func (f MeasureShelf) on(today calendar.Date) (string, []any) {
	switch f {
	case ShelfOverdue:
		return "m.ended_on IS NULL AND m.due_on < ?", []any{today}
	case ShelfSoon:
		return "m.ended_on IS NULL AND m.due_on >= ? AND m.due_on <= ?", []any{today, today.AddDays(soonDays)}
	case ShelfProved:
		return "m.ended_on IS NULL AND m.status = 'proved'", nil
	case ShelfEnded:
		return "m.ended_on IS NOT NULL", nil
	case ShelfAll:
		return "1 = 1", nil
	}
	return "m.ended_on IS NULL", nil
}

// byDay reports whether a shelf is in the order of the days to come.
func (f MeasureShelf) byDay() bool { return f != ShelfEnded && f != ShelfAll }

const measureFrom = " FROM supervisory_measures m JOIN cases k ON k.id = m.case_id WHERE "

func countShelves(ctx context.Context, tx *store.Tx, w where, today calendar.Date) (map[MeasureShelf]int, error) {
	var columns []string
	var args []any
	for _, sh := range MeasureShelves {
		cond, a := sh.on(today)
		columns = append(columns, "COALESCE(SUM(CASE WHEN "+cond+" THEN 1 ELSE 0 END), 0)")
		args = append(args, a...)
	}
	rows, err := tx.Rows(ctx, "SELECT "+strings.Join(columns, ", ")+measureFrom+w.sql(), append(args, w.args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	n, to := make([]int, len(MeasureShelves)), make([]any, len(MeasureShelves))
	for i := range n {
		to[i] = &n[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
	}
	out := map[MeasureShelf]int{}
	for i, sh := range MeasureShelves {
		out[sh] = n[i]
	}
	return out, rows.Err()
}

// measureAt is where a page begins: after this day and id. Without a day the order is by id alone, downwards.
type measureAt struct {
	day string
	id  int64
}

// never is the day of those without one, after all others.
const never = "9999-12-31"

func (a measureAt) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte("m" + a.day + "|" + strconv.FormatInt(a.id, 10)))
}

func parseMeasureAt(s string) (a measureAt, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 3 || b[0] != 'm' {
		return a, fmt.Errorf("cursor %q", s)
	}
	day, id, _ := strings.Cut(string(b[1:]), "|")
	if day != "" {
		if _, err := calendar.ParseDate(day); err != nil {
			return a, err
		}
	}
	a.day = day
	a.id, err = strconv.ParseInt(id, 10, 64)
	return a, err
}

// check finds what is wrong with a filter and reads its cursor.
func (f *MeasureFilter) check() (at *measureAt, err error) {
	var bad fault.Fields
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Limit < 1 || f.Limit > maxPage {
		bad.Add("limit", "casework.limit", maxPage)
	}
	if f.Shelf == "" {
		f.Shelf = ShelfOpen
	}
	if !slices.Contains(MeasureShelves, f.Shelf) {
		bad.Add("shelf", "fault.choose")
	}
	if f.Cursor != "" {
		a, err := parseMeasureAt(f.Cursor)
		if err != nil || f.Shelf.byDay() != (a.day != "") {
			bad.Add("cursor", "casework.cursor")
		}
		at = &a
	}
	return at, bad.Err()
}

// measurePage is the ids of a page and the cursor of the next.
func measurePage(ctx context.Context, tx *store.Tx, f MeasureFilter, w where, today calendar.Date, at *measureAt) (ids []int64, next string, err error) {
	cond, args := f.Shelf.on(today)
	w.add("("+cond+")", args...)
	const dueOn = "COALESCE(m.due_on, '" + never + "')"
	order := dueOn + ", m.id"
	switch {
	case !f.Shelf.byDay():
		order = "m.id DESC"
		if at != nil {
			w.add("m.id < ?", at.id)
		}
	case at != nil:
		w.add("("+dueOn+" > ? OR "+dueOn+" = ? AND m.id > ?)", at.day, at.day, at.id)
	}
	rows, err := tx.Rows(ctx, "SELECT m.id, "+dueOn+measureFrom+w.sql()+" ORDER BY "+order+" LIMIT "+strconv.Itoa(f.Limit+1), w.args...)
	if err != nil {
		return nil, "", err
	}
	defer rows.Close()
	var last measureAt
	for rows.Next() {
		var a measureAt
		if err := rows.Scan(&a.id, &a.day); err != nil {
			return nil, "", err
		}
		if len(ids) == f.Limit {
			next = last.String()
			break
		}
		if !f.Shelf.byDay() {
			a.day = ""
		}
		ids, last = append(ids, a.id), a
	}
	return ids, next, rows.Err()
}

// measuresByID loads measures in the order of their ids given.
func (s *Service) measuresByID(ctx context.Context, tx *store.Tx, ids []int64) ([]FirmMeasure, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := findRows[firmMeasureRow](ctx, tx, "id", 0, "id IN ?", ids)
	if err != nil {
		return nil, fmt.Errorf("load measures: %w", err)
	}
	slices.SortFunc(rows, func(a, b firmMeasureRow) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return s.joinMeasures(ctx, tx, rows)
}
