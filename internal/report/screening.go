package report

import (
	"context"
	"fmt"
	"slices"
)

// screening says how long complaints waited until a person decided on them, by the way in which they came: nobody should
// wait longer because of how they wrote.
func (b *builder) screening(ctx context.Context) (*Table, error) {
	s := new(sql)
	s.add("SELECT c.source, (c.decided_at - c.received_at) / 3600, COUNT(*) FROM complaints c WHERE c.decided_by IS NOT NULL AND")
	b.packed(b.during(s, "c.decided_at"), "c.pack").add(" GROUP BY 1, 2")
	waits, all := map[string]spread{}, spread{}
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var source string
		var hours, n int64
		if err := scan(&source, &hours, &n); err != nil {
			return err
		}
		if waits[source] == nil {
			waits[source] = spread{}
		}
		waits[source][hours] += n
		all[hours] += n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("time to screening: %w", err)
	}
	t := b.table("screening")
	var lines []tally
	for source, w := range waits {
		lines = append(lines, tally{key: source, n: w.total()})
	}
	slices.SortFunc(lines, byCount)
	for _, l := range lines {
		w := waits[l.key]
		t.add(l.key, l.key, l.n, inDays(w.at(50)), inDays(w.at(90)), inDays(w.at(100)), b.sourceName(l.key))
	}
	t.Totals = []any{Total, all.total(), inDays(all.at(50)), inDays(all.at(90)), inDays(all.at(100)), b.words.T(b.lang, "report.total")}
	return t, nil
}

func (s spread) total() (n int64) {
	for _, x := range s {
		n += x
	}
	return n
}

// inDays turns hours into days with one decimal.
func inDays(hours any) any {
	h, ok := hours.(int64)
	if !ok {
		return nil
	}
	return round(float64(h)/24, 1)
}
