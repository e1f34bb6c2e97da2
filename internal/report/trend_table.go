package report

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// trendMonths is what the trend shows: a year, and the month to compare it with.
const trendMonths = 13

// trendColumns are those of the trend. The months before the period are counted as the record has them when the report is made.
var trendColumns = []column{{"month", Text, ""}, {"received", Count, "received"}, {"average", Count, "average"}, {"accepted", Count, "accepted"}, {"closed", Count, "closed"}}

// trendTable is the months up to the last of the period, each with the mean of three months (law.md F: a single month lies).
// It stands beside the tables, not among them: it is about other months.
func (b *builder) trendTable(ctx context.Context) (*Table, error) {
	last := b.period.Last()
	points := make([]Point, trendMonths+2) // the first two only for the mean
	for i := range points {
		points[i].Month = last.Add(i - len(points) + 1)
	}
	if err := b.trendPoints(ctx, points); err != nil {
		return nil, fmt.Errorf("count months: %w", err)
	}
	t := &Table{ID: "trend", Section: sectionIntake, Title: b.words.T(b.lang, "report.trend.title"), Note: b.words.T(b.lang, "report.trend.note"), Rows: [][]any{}, RowKeys: []string{}}
	for _, c := range trendColumns {
		t.Keys, t.Kinds, t.Definitions, t.Opens = append(t.Keys, c.key), append(t.Kinds, c.kind), append(t.Definitions, c.definition), append(t.Opens, false)
		t.Columns = append(t.Columns, b.words.T(b.lang, "report.column."+c.key))
	}
	for i := 2; i < len(points); i++ {
		p := points[i]
		mean := round(float64(p.Received+points[i-1].Received+points[i-2].Received)/3, 1)
		t.add(p.Month.String(), p.Month.String(), p.Received, mean, p.Accepted, p.Closed)
	}
	return t, nil
}

// Whole is Of with the trend beside the tables: what every form shows. Forbidden; NotFound for a pack that the rulebook does not
// have.
func (s *Service) Whole(ctx context.Context, by access.Actor, p Period, pack string, lang locale.Lang) (*Report, error) {
	r, err := s.Of(ctx, by, p, pack, lang)
	if err != nil || r.Frozen {
		return r, err // a frozen report has what it was frozen with
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, p, pack)
		if err != nil {
			return err
		}
		r.Trend, err = s.builder(q, lang).trendTable(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report of %s: %w", p, err)
	}
	return r, nil
}

// Listed are the tables in the order of reading, the trend before the first of the section that it belongs to.
func (m *Report) Listed() []*Table {
	var out []*Table
	trend := m.Trend
	for i := range m.Tables {
		t := &m.Tables[i]
		if trend != nil && t.Section == trend.Section {
			out, trend = append(out, trend), nil
		}
		out = append(out, t)
	}
	return out
}

// TrendLink is the address of the list behind a number of the trend: that of the report of its own month; "" for one that has
// none.
func (m *Report) TrendLink(row, column int) string {
	key := m.Trend.Keys[column]
	if key == "average" || m.Trend.Kinds[column] == Text {
		return ""
	}
	month, err := calendar.ParseMonth(m.Trend.RowKeys[row])
	if err != nil {
		return ""
	}
	pack := m.Pack
	if pack == All {
		pack = ""
	}
	return MonthLinks(month, pack).Behind(Figure{"headline", key, "value"})
}
