package report

import "slices"

// machineColumns hold keys for programs, whose words stand in another column. Codes that people use as well (of a firm, a
// violation) are not here.
var machineColumns = map[string]bool{"figure": true, "source": true, "channel": true, "product": true, "region": true, "role": true, "stage": true, "outcome": true,
	"clock": true, "measure": true, "province": true, "account": true, "side": true, "rule": true, "holder": true}

// Reading is the order of the columns for people: the name first (of a decision: the firm's), without those for machines.
func (t *Table) Reading() []int {
	var order []int
	for j, key := range t.Keys {
		if key == "name" || key == "firm_name" {
			order = append([]int{j}, order...)
		} else if !machineColumns[key] {
			order = append(order, j)
		}
	}
	return order
}

// Cell is a value of a line as people read it: a key that only says that there is none is left out, since the name says it.
func (m *Report) Cell(v any, kind string) string {
	if v == None || v == Total {
		return ""
	}
	return m.format(v, kind)
}

// lines are the cells of a table in reading order, in words, and its totals; nil where it has none.
func (m *Report) lines(t *Table) (rows [][]string, totals []string) {
	order := t.Reading()
	for i, row := range t.Rows {
		line := make([]string, 0, len(order))
		for _, j := range order {
			line = append(line, m.Cell(row[j], t.Kind(i, j)))
		}
		rows = append(rows, line)
	}
	if t.Totals != nil {
		for _, j := range order {
			totals = append(totals, m.Cell(t.Totals[j], t.Kinds[j]))
		}
	}
	return rows, totals
}

// used are the definitions that the tables name, in the order of the report.
func (m *Report) used() []Definition {
	var ids []string
	for _, t := range m.Listed() {
		ids = append(append(ids, t.Definitions...), t.RowDefinitions...)
	}
	return slices.DeleteFunc(slices.Clone(m.Definitions), func(d Definition) bool { return !slices.Contains(ids, d.ID) })
}
