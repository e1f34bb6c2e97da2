package docket

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Move is a date that an imported calendar moved: a due date, or, of a clock that is held back, the earliest it can be.
type Move struct {
	Owner     deadline.Owner
	Reference string // of the complaint, case or penalty
	Clock     string
	Was, Is   calendar.Date
}

// ImportResult is what an import did.
type ImportResult struct {
	Calendar string
	Years    []int // announced by the file, ascending; none: it only put days right
	Days     int
	Known    bool // exactly this file is what counts already: nothing was done
	Moved    []Move
}

// maxSource is in characters; maxListed is how many references an audit entry names, the rest stand in calendar_moves.
const (
	maxSource = 300
	maxListed = 500
)

// ImportCalendar takes in the days of a year, from the file that calendar.ParseImport reads: it stores them as the new
// version of that year, counts every clock that leans on them again, brings the due dates of complaints and cases in
// step and records what moved, all in one transaction. source names the notice or the file. Forbidden; Invalid for an
// unknown calendar or a file with a fault, with the line.
func (s *Service) ImportCalendar(ctx context.Context, by access.Actor, code, source string, r io.Reader) (*ImportResult, error) {
	if err := s.d.Policy.May(by, access.ManageCalendar); err != nil {
		return nil, err
	}
	var f fault.Fields
	if _, ok := s.d.Calendars[code]; !ok {
		f.Add("calendar", "fault.choose")
		return nil, f.Err()
	}
	sum := sha256.New()
	im, err := calendar.ParseImport(io.TeeReader(r, sum))
	if err != nil {
		return nil, unreadable(err)
	}
	var res *ImportResult
	err = s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		res, err = s.take(ctx, tx, by, code, describe(source, im.Sources), sum.Sum(nil), im)
		return err
	})
	if err != nil {
		// What another command may have seen of the import is taken back.
		s.forget()
		_, _ = s.load(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("import calendar %s: %w", code, err)
	}
	_, err = s.load(ctx)
	return res, err
}

func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = -1
}

// unreadable puts a fault of the file into words for the person who chose it.
func unreadable(err error) error {
	var bad *calendar.ImportError
	if !errors.As(err, &bad) {
		return err
	}
	var f fault.Fields
	key := "docket.import." + string(bad.Problem)
	if bad.Problem == calendar.ProblemSyntax && bad.Line > 0 {
		key += "_line"
	}
	f.Add("file", key, bad.Line, bad.Value)
	return f.Err()
}

func describe(source string, notices []string) string {
	all := strings.Join(append([]string{strings.TrimSpace(source)}, notices...), " ")
	if r := []rune(strings.TrimSpace(all)); len(r) > maxSource {
		return string(r[:maxSource])
	}
	return strings.TrimSpace(all)
}

func (s *Service) take(ctx context.Context, tx *store.Tx, by access.Actor, code, source string, sum []byte, im calendar.Import) (_ *ImportResult, err error) {
	// One import at a time: the number makes the next one wait on PostgreSQL too.
	if _, err := store.Next(ctx, tx, "calendar.import"); err != nil {
		return nil, err
	}
	res := &ImportResult{Calendar: code, Years: im.Years, Days: len(im.Days)}
	parts := split(im)
	known, err := counts(ctx, tx, code, sum, parts)
	if err != nil {
		return nil, err
	}
	if known {
		res.Known = true
		return res, nil
	}
	years, err := keepImport(ctx, tx, by, code, source, sum, parts)
	if err != nil {
		return nil, err
	}
	all, err := imports(ctx, tx)
	if err != nil {
		return nil, err
	}
	cal, next := s.d.Calendars[code], s.topped(code, all)
	first, last := span(im.Days)
	for _, y := range im.Years {
		first, last = earlier(first, calendar.DateOf(y, 1, 1)), later(last, calendar.DateOf(y, 12, 31))
	}
	// From here on everybody counts with it, or nobody.
	before := cal.With(nil)
	defer func() {
		if err != nil {
			cal.Adopt(before)
		}
	}()
	res.Moved, err = s.follow(ctx, tx, by, change{code: code, first: first, last: last, years: years, next: next}, func() []any {
		return []any{"years", im.Years, "days", len(im.Days), "source", source}
	})
	return res, err
}

// split gives each day to a year: its own where the file announces it, the nearest announced one for the few days of a
// neighbouring year; a file that announces nothing puts days of their own years right.
func split(im calendar.Import) map[int]map[calendar.Date]bool {
	parts := map[int]map[calendar.Date]bool{}
	for d, off := range im.Days {
		year := d.Year()
		for i, y := range im.Years {
			if i == 0 || abs(y-d.Year()) < abs(year-d.Year()) {
				year = y
			}
		}
		if parts[year] == nil {
			parts[year] = map[calendar.Date]bool{}
		}
		parts[year][d] = off
	}
	return parts
}

func abs(n int) int { return max(n, -n) }

// span is the first and the last of some days.
func span(days map[calendar.Date]bool) (first, last calendar.Date) {
	for d := range days {
		first, last = earlier(first, d), later(last, d)
	}
	return first, last
}

func earlier(a, b calendar.Date) calendar.Date {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a, b calendar.Date) calendar.Date {
	if b.After(a) {
		return b
	}
	return a
}

// counts reports whether the newest version of each of the years came from this very file.
func counts(ctx context.Context, tx *store.Tx, code string, sum []byte, parts map[int]map[calendar.Date]bool) (bool, error) {
	for year := range parts {
		rows, err := newestVersion(ctx, tx, code, year)
		if err != nil {
			return false, fmt.Errorf("find the known version of %d: %w", year, err)
		}
		if len(rows) == 0 || !bytes.Equal(rows[0].SHA256, sum) {
			return false, nil
		}
	}
	return true, nil
}

func keepImport(ctx context.Context, tx *store.Tx, by access.Actor, code, source string, sum []byte, parts map[int]map[calendar.Date]bool) ([]*yearRow, error) {
	var years []*yearRow
	for _, year := range slices.Sorted(maps.Keys(parts)) {
		years = append(years, &yearRow{Calendar: code, Year: int64(year), Source: source, SHA256: sum, At: store.At(tx.Now), UserID: store.ID(by.UserID)})
	}
	if err := store.InsertAll(ctx, tx, years); err != nil {
		return nil, err
	}
	var days []*dayRow
	for _, y := range years {
		part := parts[int(y.Year)]
		for _, d := range slices.SortedFunc(maps.Keys(part), calendar.Date.Compare) {
			days = append(days, &dayRow{CalendarYearID: y.ID, OnDate: d, Off: store.Bool(part[d])})
		}
	}
	for some := range slices.Chunk(days, 1000) {
		if err := store.InsertAll(ctx, tx, some); err != nil {
			return nil, err
		}
	}
	return years, nil
}

// Imported is one stored version of a year.
type Imported struct {
	ID       int64
	Calendar string
	Year     int
	Source   string
	At       time.Time
	By       string // name of the account; "" for the command line
	Days     int
	Moved    int
}

// Imports lists the imported years, the newest first. Forbidden.
func (s *Service) Imports(ctx context.Context, by access.Actor) ([]Imported, error) {
	if err := s.d.Policy.May(by, access.ManageCalendar); err != nil {
		return nil, err
	}
	var out []Imported
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, "SELECT y.id, y.calendar, y.year, y.source, y.at, COALESCE(u.name, ''),"+
			" (SELECT count(*) FROM calendar_days d WHERE d.calendar_year_id = y.id), (SELECT count(*) FROM calendar_moves m WHERE m.calendar_year_id = y.id)"+
			" FROM calendar_years y LEFT JOIN users u ON u.id = y.user_id ORDER BY y.id DESC")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var i Imported
			var at store.Time
			if err := rows.Scan(&i.ID, &i.Calendar, &i.Year, &i.Source, &at, &i.By, &i.Days, &i.Moved); err != nil {
				return err
			}
			i.At = at.Time()
			out = append(out, i)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list imported years: %w", err)
	}
	return out, nil
}

// Moves lists what one imported year moved, in the order of the new dates. Forbidden.
func (s *Service) Moves(ctx context.Context, by access.Actor, yearID int64) ([]Move, error) {
	if err := s.d.Policy.May(by, access.ManageCalendar); err != nil {
		return nil, err
	}
	var out []Move
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := movesOf(ctx, tx, yearID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			out = append(out, Move{deadline.Owner{Kind: deadline.OwnerKind(r.Owner), ID: r.OwnerID}, r.Reference, r.Clock, r.WasOn, r.IsOn})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list what import %d moved: %w", yearID, err)
	}
	return out, nil
}
