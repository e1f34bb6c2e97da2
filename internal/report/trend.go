package report

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Point is a month of the trend.
type Point struct {
	Month    calendar.Month `json:"month"`
	Received int64          `json:"received"`
	Accepted int64          `json:"accepted"`
	Closed   int64          `json:"closed"`
}

// maxTrend is ten years.
const maxTrend = 120

// Trend counts n months (at most 120) up to and including until, oldest first, months without anything too. Forbidden.
func (s *Service) Trend(ctx context.Context, by access.Actor, until calendar.Month, n int) ([]Point, error) {
	return s.PackTrend(ctx, by, "", until, n)
}

// PackTrend is Trend of one pack ("" or All: all packs). Forbidden, NotFound.
func (s *Service) PackTrend(ctx context.Context, by access.Actor, pack string, until calendar.Month, n int) ([]Point, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	key := keepKey{period: MonthPeriod(until), months: min(max(n, 1), maxTrend)}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, key.period, pack)
		key.pack, key.day = q.pack, calendar.OfTime(tx.Now.In(s.zone))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("trend until %s: %w", until, err)
	}
	s.held.asked(key, s.db.Now())
	v, _, err := s.keptOrCounted(ctx, key, keepFor)
	if err != nil {
		return nil, fmt.Errorf("trend until %s: %w", until, err)
	}
	return slices.Clone(v.([]Point)), nil
}

// trendOf counts n months up to the end of the period.
func (b *builder) trendOf(ctx context.Context, n int) ([]Point, error) {
	points := make([]Point, n)
	for i := range points {
		points[i].Month = b.period.Last().Add(i - n + 1)
	}
	if err := b.trendPoints(ctx, points); err != nil {
		return nil, fmt.Errorf("count months: %w", err)
	}
	return points, nil
}

// trendPoints counts the months of points, which follow each other up to the end of the period.
func (b *builder) trendPoints(ctx context.Context, points []Point) error {
	for _, c := range []struct {
		table, date string
		into        func(*Point) *int64
	}{
		{"complaints", "received_on", func(p *Point) *int64 { return &p.Received }},
		{"cases", "opened_on", func(p *Point) *int64 { return &p.Accepted }},
		{"cases", "closed_on", func(p *Point) *int64 { return &p.Closed }},
	} {
		if err := b.trend(ctx, c.table, c.date, points, c.into); err != nil {
			return err
		}
	}
	return nil
}

func (q query) trend(ctx context.Context, table, date string, points []Point, into func(*Point) *int64) error {
	s := new(sql)
	s.add("SELECT substr("+date+", 1, 7), COUNT(*) FROM "+table+" WHERE "+date+" >= ? AND "+date+" < ?", points[0].Month.First(), q.end)
	return q.each(ctx, q.packed(s, "pack").add(" GROUP BY 1"), func(scan func(...any) error) error {
		var m calendar.Month
		var n int64
		if err := scan(&m, &n); err != nil {
			return err
		}
		*into(&points[m.Compare(points[0].Month)]) = n
		return nil
	})
}

// Months lists the months in which anything was received, opened, found, closed or issued, newest first. Forbidden.
func (s *Service) Months(ctx context.Context, by access.Actor) ([]calendar.Month, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	seen := map[calendar.Month]bool{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		for _, c := range [][2]string{{"complaints", "received_on"}, {"cases", "opened_on"}, {"cases", "closed_on"}, {"findings", "found_on"}, {"penalties", "issued_on"}} {
			if err := (query{tx: tx}).months(ctx, c[0], c[1], seen); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list months: %w", err)
	}
	out := make([]calendar.Month, 0, len(seen))
	for m := range seen {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b calendar.Month) int { return b.Compare(a) })
	return out, nil
}

// months leaps through the index from month to month, so that it costs as much as there are months, not rows.
func (q query) months(ctx context.Context, table, date string, seen map[calendar.Month]bool) error {
	for from := calendar.DateOf(1, 1, 1); ; {
		var next calendar.Date
		s := new(sql)
		if err := q.one(ctx, s.add("SELECT MIN("+date+") FROM "+table+" WHERE "+date+" >= ?", from), &next); err != nil {
			return err
		}
		if next.IsZero() {
			return nil
		}
		m := calendar.MonthOf(next)
		seen[m], from = true, m.Next().First()
	}
}
