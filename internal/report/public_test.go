package report_test

import (
	"fmt"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store/storetest"
)

// attacker is somebody who gathers every number that was ever published, and subtracts. For each true count they keep the
// least and the most that it can be; an equation says that some counts add up to a published number.
type attacker struct {
	low, high map[string]int64
	sums      []equation
	truth     map[string]int64
}

type equation struct {
	terms []string
	sum   int64
}

const beyond = 1 << 40

func newAttacker() *attacker {
	return &attacker{low: map[string]int64{}, high: map[string]int64{}, truth: map[string]int64{}}
}

// sees takes in a published number; nil is one that is hidden: it is at least 1, since what is not there is not listed.
func (a *attacker) sees(cell string, n *int64) {
	a.low[cell], a.high[cell] = 1, beyond
	if n != nil {
		a.low[cell], a.high[cell] = *n, *n
	}
}

// adds takes in that counts add up.
func (a *attacker) adds(sum int64, terms ...string) {
	a.sums = append(a.sums, equation{terms, sum})
}

// works narrows until nothing moves, subtracting sums that contain each other from one another on the way.
func (a *attacker) works() {
	for i := range a.sums {
		for j := range len(a.sums) {
			if i != j {
				a.subtract(a.sums[i], a.sums[j])
			}
		}
	}
	for moved := true; moved; {
		moved = false
		for _, e := range a.sums {
			var low, high int64
			for _, t := range e.terms {
				low, high = low+a.low[t], high+a.high[t]
			}
			for _, t := range e.terms {
				if most := e.sum - (low - a.low[t]); most < a.high[t] {
					a.high[t], moved = most, true
				}
				if least := e.sum - (high - a.high[t]); least > a.low[t] {
					a.low[t], moved = least, true
				}
			}
		}
	}
}

// subtract adds what one sum has more than another that it contains.
func (a *attacker) subtract(from, what equation) {
	in := map[string]bool{}
	for _, t := range from.terms {
		in[t] = true
	}
	if len(what.terms) >= len(from.terms) {
		return
	}
	for _, t := range what.terms {
		if !in[t] {
			return
		}
		delete(in, t)
	}
	var rest []string
	for t := range in {
		rest = append(rest, t)
	}
	a.adds(from.sum-what.sum, rest...)
}

// finds are the counts from 1 to 4 that the attacker knows exactly.
func (a *attacker) finds() (out []string) {
	a.works()
	for cell, n := range a.truth {
		if low, known := a.low[cell]; known && n >= 1 && n <= 4 && low == a.high[cell] {
			out = append(out, fmt.Sprintf("%s = %d", cell, n))
		}
	}
	return out
}

// reads takes in a public month, and the truth of it to be checked against.
func (a *attacker) reads(p *report.Public, month string) {
	for i := range p.Tables {
		t := &p.Tables[i]
		var terms []string
		for _, r := range t.Rows {
			if r.Key == "penalties_issued" || r.Key == "penalty_amount_fen" {
				continue // on the register
			}
			cell := month + "/" + t.ID + "/" + r.Key
			a.sees(cell, r.Count)
			terms = append(terms, cell)
		}
		if t.Total != nil && !t.Withheld {
			a.adds(*t.Total, terms...)
		}
	}
}

// knows is the truth behind a month.
func (a *attacker) knows(m *report.Report) {
	for i := range m.Tables {
		t := &m.Tables[i]
		for j, row := range t.Rows {
			if n, ok := row[1].(int64); ok {
				a.truth[m.Month.String()+"/"+t.ID+"/"+t.RowKeys[j]] = n
			}
		}
	}
}

// months are the reports of a generated year, with few and with many complaints a month.
func generatedYear(t *testing.T, n int) (zh, en []*report.Report) {
	t.Helper()
	db := storetest.Open(t)
	newWorld(n, now).insert(t, db)
	d := newDesk(t, db)
	for m := calendar.MustMonth("2025-08"); !m.After(calendar.MustMonth("2026-09")); m = m.Next() {
		zh = append(zh, monthly(t, d, m.String(), "", locale.ZH))
		en = append(en, monthly(t, d, m.String(), "", locale.EN))
	}
	return zh, en
}

// Whoever subtracts all that is published from one another learns no small count.
func TestSubtractionIsolatesNobody(t *testing.T) {
	for _, n := range []int{60, 400} {
		zh, en := generatedYear(t, n)
		a, shown, hidden := newAttacker(), 0, 0
		for i := range zh {
			p := report.PublicOf(zh[i], en[i])
			a.reads(p, zh[i].Month.String())
			a.knows(zh[i])
			for _, table := range p.Tables {
				for _, r := range table.Rows {
					if r.Count == nil {
						hidden++
					} else {
						shown++
					}
				}
			}
		}
		if found := a.finds(); len(found) > 0 {
			t.Errorf("%d complaints: %d small counts are known: %v", n, len(found), found)
		}
		if shown < 50 || hidden < 20 {
			t.Errorf("%d complaints: %d numbers are shown and %d hidden: nothing is tested", n, shown, hidden)
		}
	}
}

// The attacker is worth something: each leak that is planted is found.
func TestAttackerFindsLeaks(t *testing.T) {
	zh, en := generatedYear(t, 400)
	base := func() *attacker {
		a := newAttacker()
		for i := range zh {
			a.reads(report.PublicOf(zh[i], en[i]), zh[i].Month.String())
			a.knows(zh[i])
		}
		return a
	}
	for what, leak := range map[string]func(*attacker){
		"nothing hidden": func(a *attacker) {
			for _, m := range zh {
				tab := m.Table("by_province")
				for j, row := range tab.Rows {
					n := row[1].(int64)
					a.sees(m.Month.String()+"/by_province/"+tab.RowKeys[j], &n)
				}
			}
		},
		"one alone hidden, and the total": func(a *attacker) {
			for _, m := range zh {
				tab := m.Table("by_channel")
				var terms []string
				for j, row := range tab.Rows {
					cell, n := m.Month.String()+"/by_channel/"+tab.RowKeys[j], row[1].(int64)
					a.sees(cell, &n)
					if n <= 4 {
						a.sees(cell, nil)
					}
					terms = append(terms, cell)
				}
				a.adds(m.Headline.Received, terms...)
			}
		},
		"a quarter beside its months": func(a *attacker) {
			for i := 0; i+2 < len(zh); i++ {
				for key := range rowsOf(zh[i].Table("by_firm")) {
					var sum int64
					var terms []string
					for _, m := range zh[i : i+3] {
						sum += rowsOf(m.Table("by_firm"))[key]
						terms = append(terms, m.Month.String()+"/by_firm/"+key)
					}
					known := true
					for _, term := range terms {
						_, ok := a.low[term]
						known = known && ok
					}
					if known {
						a.adds(sum, terms...)
					}
				}
			}
		},
	} {
		a := base()
		leak(a)
		if found := a.finds(); len(found) == 0 {
			t.Errorf("%s: the attacker found nothing", what)
		}
	}
}

func rowsOf(t *report.Table) map[string]int64 {
	out := map[string]int64{}
	for i, row := range t.Rows {
		out[t.RowKeys[i]] = row[1].(int64)
	}
	return out
}

// Counts that only just can, and just cannot, be told.
func TestHide(t *testing.T) {
	for _, c := range []struct {
		counts []int64
		want   string
	}{
		{[]int64{9, 8, 7}, "9 8 7"}, {[]int64{9, 8, 3}, "9 – –"}, {[]int64{9, 3, 3}, "– – –"}, {[]int64{9, 2, 1}, "– – –"}, {[]int64{20, 9, 4, 4}, "20 – – –"},
		{[]int64{1, 1, 1, 1, 2}, "withheld"}, {[]int64{9}, "9"}, {[]int64{3}, "withheld"}, {[]int64{50, 1}, "– –"}, {[]int64{5, 5, 0}, "5 5 0"},
	} {
		var sum int64
		table := report.Table{ID: "by_channel", Keys: []string{"source", "count", "name"}, Kinds: []string{report.Text, report.Count, report.Text}}
		for i, n := range c.counts {
			sum += n
			table.Rows, table.RowKeys = append(table.Rows, []any{"k", n, "k"}), append(table.RowKeys, fmt.Sprint(i))
		}
		m := &report.Report{Headline: report.Headline{Received: sum}}
		for _, id := range []string{"headline", "by_contact_channel", "by_province", "by_code", "by_firm", "by_outcome"} {
			m.Tables = append(m.Tables, report.Table{ID: id, Keys: []string{"a", "b", "name", "role", "stage"}})
		}
		m.Tables = append(m.Tables, table)
		got := ""
		p := report.PublicOf(m, m).Table("by_channel")
		for i, r := range p.Rows {
			if i > 0 {
				got += " "
			}
			if r.Count == nil {
				got += "–"
			} else {
				got += fmt.Sprint(*r.Count)
			}
		}
		if p.Withheld {
			got = "withheld"
		}
		if got != c.want {
			t.Errorf("%v is shown as %s, want %s", c.counts, got, c.want)
		}
	}
}
