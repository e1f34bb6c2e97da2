package report

import (
	"context"

	"dunwatch/internal/calendar"
)

// trendMonths is what the trend shows: a year, and the month to compare it with.
const trendMonths = 13

// trendColumns are those of the trend. The months before the period are counted as the record has them when the report is made.
var trendColumns = []column{{"month", Text, ""}, {"received", Count, "received"}, {"average", Count, "average"}, {"accepted", Count, "accepted"}, {"closed", Count, "closed"}}

// trendTable is the months up to the last of the period, each with the mean of three months (law.md F: a single month lies).
// It stands beside the tables, not among them: it is about other months.
func (b *builder) trendTable(ctx context.Context) (*Table, error) {
	points, err := b.trendOf(ctx, trendMonths+2) // the first two only for the mean
	if err != nil {
		return nil, err
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
