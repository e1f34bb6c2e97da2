package report

import (
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/chart"
	"dunwatch/internal/locale"
)

// barsShown is how many lines of a table a chart of bars draws; the table has all.
const barsShown = 10

// pictures draw tables, by their ids. Each makes what it draws from the table alone, so that the pictures of a frozen report are
// those that it was frozen with.
var pictures = map[string]func(*Report, *Table) []chart.Picture{
	"trend":       (*Report).trendPicture,
	"by_province": (*Report).mapPicture,
	"by_code":     (*Report).codePicture,
	"by_firm":     (*Report).firmPictures,
	"by_outcome":  (*Report).outcomePicture,
	"timeliness":  (*Report).timelinessPicture,
}

// Pictures are the charts of a table, without those that would say nothing.
func (m *Report) Pictures(t *Table) []chart.Picture {
	draw := pictures[t.ID]
	if draw == nil {
		return nil
	}
	return slices.DeleteFunc(draw(m, t), func(p chart.Picture) bool { return p.Empty() })
}

func (m *Report) t(key string, args ...any) string {
	return m.words.T(locale.Lang(m.Lang), key, args...)
}

func (m *Report) format(v any, kind string) string { return Format(locale.Lang(m.Lang), v, kind) }

// titled names a picture in the words of the catalogue: report.picture.<id>.title and .desc.
func (m *Report) titled(p chart.Picture, id string, args ...any) chart.Picture {
	p.ID = "picture-" + strings.ReplaceAll(id, "_", "-")
	p.Title, p.Desc = m.t("report.picture."+id+".title"), m.t("report.picture."+id+".desc", args...)
	return p
}

// amount is a number of a cell; false where it says nothing.
func amount(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// point is a cell as a point of a chart.
func (m *Report) point(t *Table, row, column int, label string) chart.Point {
	v, ok := amount(t.Rows[row][column])
	return chart.Point{Label: label, Value: v, Text: m.format(t.Rows[row][column], t.Kind(row, column)), Missing: !ok}
}

func (m *Report) trendPicture(t *Table) []chart.Picture {
	received, average := t.Column("received"), t.Column("average")
	var points, means []chart.Point
	for i := range t.Rows {
		points, means = append(points, m.point(t, i, received, t.RowKeys[i])), append(means, m.point(t, i, average, t.RowKeys[i]))
	}
	if len(points) < 2 {
		return nil
	}
	last := &points[len(points)-1]
	last.Strong = true
	p := chart.Trend(points, means, [2]string{m.t("report.column.received"), t.Columns[average]})
	return []chart.Picture{m.titled(p, "trend", last.Label, last.Text, means[len(means)-1].Text)}
}

// bars draws the first lines of a table that are wanted; fewer than two say less than the table.
func (m *Report) bars(t *Table, id string, want func(row []any) (label string, ok bool)) []chart.Picture {
	count := t.Column("count")
	var points []chart.Point
	for i, row := range t.Rows {
		label, ok := want(row)
		if p := m.point(t, i, count, label); ok && p.Value > 0 && len(points) < barsShown {
			points = append(points, p)
		}
	}
	if len(points) < 2 {
		return nil
	}
	slices.SortStableFunc(points, func(a, b chart.Point) int { return int(b.Value - a.Value) })
	points[0].Strong = true
	return []chart.Picture{m.titled(chart.Bars(points), id, points[0].Label, points[0].Text, len(points))}
}

func (m *Report) codePicture(t *Table) []chart.Picture {
	name := t.Column("name")
	return m.bars(t, "by_code", func(row []any) (string, bool) { return fmt.Sprintf("%v %v", row[0], row[name]), true })
}

// firmPictures draw lenders and agencies apart: the two must not be added or compared.
func (m *Report) firmPictures(t *Table) []chart.Picture {
	name, role := t.Column("name"), t.Column("role")
	var out []chart.Picture
	for _, x := range []string{Lender, Agency} {
		out = append(out, m.bars(t, "by_firm_"+x, func(row []any) (string, bool) {
			return fmt.Sprint(row[name]), row[role] == x && row[0] != None
		})...)
	}
	return out
}

// outcomePicture divides what was decided at screening, and how cases ended.
func (m *Report) outcomePicture(t *Table) []chart.Picture {
	count, stage, name := t.Column("count"), t.Column("stage"), t.Column("name")
	var out []chart.Picture
	for _, x := range []string{"screening", "closing"} {
		s, whole := chart.Stack{Label: m.t("report.stage." + x)}, int64(0)
		var parts []string
		for _, row := range t.Rows {
			n, _ := row[count].(int64)
			if row[stage] != x || n == 0 {
				continue
			}
			whole += n
			if len(parts) == len(chart.Parts) { // the rest is one part
				s.Values[len(parts)-1] += float64(n)
				s.Texts[len(parts)-1] = m.format(int64(s.Values[len(parts)-1]), Count)
				parts[len(parts)-1] = m.t("report.picture.rest")
				continue
			}
			parts = append(parts, fmt.Sprint(row[name]))
			s.Values, s.Texts = append(s.Values, float64(n)), append(s.Texts, m.format(n, Count))
		}
		if len(parts) < 2 {
			continue
		}
		for i := range parts {
			parts[i] += " " + s.Texts[i]
		}
		s.Whole = m.format(whole, Count)
		out = append(out, m.titled(chart.Stacked([]chart.Stack{s}, parts), "by_outcome_"+x, s.Whole, parts[0]))
	}
	return out
}

// timelinessPicture divides each limit's clocks into those kept, kept too late, and running on.
func (m *Report) timelinessPicture(t *Table) []chart.Picture {
	columns := []int{t.Column(ClockInTime), t.Column(ClockLate), t.Column(ClockOverdue)}
	var stacks []chart.Stack
	sums := make([]int64, len(columns))
	for i, row := range t.Rows {
		s, whole := chart.Stack{Label: fmt.Sprint(row[t.Column("name")])}, int64(0)
		for k, j := range columns {
			n, _ := row[j].(int64)
			whole, sums[k] = whole+n, sums[k]+n
			s.Values, s.Texts = append(s.Values, float64(n)), append(s.Texts, m.format(row[j], t.Kind(i, j)))
		}
		if whole > 0 {
			s.Whole = m.format(whole, Count)
			stacks = append(stacks, s)
		}
	}
	if len(stacks) == 0 {
		return nil
	}
	limits := len(stacks)
	slices.SortStableFunc(stacks, func(a, b chart.Stack) int { return int(sumOf(b.Values) - sumOf(a.Values)) })
	stacks = stacks[:min(limits, barsShown)]
	var parts []string
	for k, j := range columns {
		parts = append(parts, t.Columns[j]+" "+m.format(sums[k], Count))
	}
	return []chart.Picture{m.titled(chart.Stacked(stacks, parts, chart.Parts[0], chart.Parts[1], chart.ClassPast), "timeliness", limits, parts[0], parts[1], parts[2], len(stacks))}
}

func sumOf(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}
