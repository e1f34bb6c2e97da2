package report

import (
	"context"
	"fmt"
	"math"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// None is the key of what a record does not name: no region, no product, no firm.
const None = "none"

// query is a period of a pack as SQL sees it.
type query struct {
	tx     *store.Tx
	zone   *time.Location
	period Period
	pack   string // "" all
	// first is the first day of the period, end the first day after it.
	first, end calendar.Date
	// from is the first instant of the period, until the first after it; cutOff is the first instant that the report does
	// not count: until, or one second after now while the period runs (what happened within this second is in).
	from, until, cutOff time.Time
	// today is the day on which it is asked whether something is past its due date.
	today calendar.Date
}

func (s *Service) query(tx *store.Tx, p Period, pack string) (query, error) {
	if pack == All {
		pack = ""
	}
	if _, ok := s.book.Pack(pack); pack != "" && !ok {
		return query{}, notFound()
	}
	if p.IsZero() {
		return query{}, notFound()
	}
	return query{tx: tx, zone: s.zone, pack: pack}.at(p), nil
}

// at is the same question about another period.
func (q query) at(p Period) query {
	q.period, q.first, q.end = p, p.First(), p.End()
	q.from, q.until = p.Range(q.zone)
	q.cutOff, q.today = q.until, q.end
	if now := q.tx.Now; now.Before(q.until) {
		q.cutOff, q.today = now.Add(time.Second), calendar.OfTime(now.In(q.zone))
	}
	return q
}

// sql is the text of a query and its arguments, put together side by side.
type sql struct {
	text string
	args []any
}

func (s *sql) add(text string, args ...any) *sql {
	s.text += text
	s.args = append(s.args, args...)
	return s
}

// within is "column lies in the period" (a date column).
func (q query) within(s *sql, column string) *sql {
	return s.add(" "+column+" >= ? AND "+column+" < ?", q.first, q.end)
}

// during is "column lies in the period" (an instant, in unix seconds).
func (q query) during(s *sql, column string) *sql {
	return s.add(" "+column+" >= ? AND "+column+" < ?", q.from.Unix(), q.until.Unix())
}

// packed limits to the pack, if one was asked for.
func (q query) packed(s *sql, column string) *sql {
	if q.pack == "" {
		return s
	}
	return s.add(" AND "+column+" = ?", q.pack)
}

// each runs a query and calls f for every row of the result.
func (q query) each(ctx context.Context, s *sql, f func(scan func(...any) error) error) error {
	rows, err := q.tx.Rows(ctx, s.text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
	}
	return rows.Err()
}

// one reads the numbers of a query that answers with one row.
func (q query) one(ctx context.Context, s *sql, into ...any) error {
	return q.each(ctx, s, func(scan func(...any) error) error { return scan(into...) })
}

func round(v float64, places int) float64 {
	p := math.Pow10(places)
	return math.Round(v*p) / p
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }
