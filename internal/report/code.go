package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"dunwatch/internal/rulebook"
)

// codeLine is a violation code, or a degree of severity, in the period.
type codeLine struct {
	tally
	findings, counted, upheld int64
}

// byCode counts codes, not complaints: a complaint may carry several. Findings are those recorded in the period, which
// belong to complaints of this and earlier ones.
func (b *builder) byCode(ctx context.Context) (*Table, error) {
	lines, err := b.codeLines(ctx, "by_code", "x.code")
	if err != nil {
		return nil, err
	}
	t := b.table("by_code")
	var sum codeLine
	for _, l := range lines {
		v, _ := b.violation(l.key)
		name, severity := l.key, any(nil)
		if v.Code != "" {
			name, severity = v.Name.In(string(b.lang)), int64(v.Severity)
		}
		low, high := interval(l.upheld, l.counted)
		t.add(l.key, l.key, l.n, ratio(l.n, b.head.Received), change(l.n, l.prior), severity, l.findings, l.upheld,
			ratio(l.upheld, l.counted), low, high, ratio(l.upheld, l.findings), name)
		sum.add(l)
	}
	low, high := interval(sum.upheld, sum.counted)
	t.Totals = []any{Total, sum.n, ratio(sum.n, b.head.Received), nil, nil, sum.findings, sum.upheld, ratio(sum.upheld, sum.counted), low, high,
		ratio(sum.upheld, sum.findings), b.words.T(b.lang, "report.total_codes")}
	return t, nil
}

func (l *codeLine) add(o *codeLine) {
	l.n, l.findings, l.counted, l.upheld = l.n+o.n, l.findings+o.findings, l.counted+o.counted, l.upheld+o.upheld
}

// bySeverity is by_code by the gravity of the codes: that of the rulebook for what was complained of, that which was
// recorded for what was found.
func (b *builder) bySeverity(ctx context.Context) (*Table, error) {
	lines, err := b.codeLines(ctx, "by_severity", "CAST(x.severity AS TEXT)")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(lines, func(x, y *codeLine) int { // the gravest first, what is unknown last
		a, _ := strconv.Atoi(x.key)
		b, _ := strconv.Atoi(y.key)
		return b - a
	})
	t := b.table("by_severity")
	var sum codeLine
	for _, l := range lines {
		sum.add(l)
	}
	for _, l := range lines {
		low, high := interval(l.upheld, l.counted)
		t.add(l.key, l.key, l.n, ratio(l.n, sum.n), change(l.n, l.prior), l.findings, l.upheld, ratio(l.upheld, l.counted), low, high, b.severityName(l.key))
	}
	low, high := interval(sum.upheld, sum.counted)
	t.Totals = []any{Total, sum.n, ratio(sum.n, sum.n), nil, sum.findings, sum.upheld, ratio(sum.upheld, sum.counted), low, high, b.words.T(b.lang, "report.total_codes")}
	return t, nil
}

func (b *builder) severityName(key string) string {
	n, err := strconv.Atoi(key)
	if err != nil {
		return b.words.T(b.lang, "report.unknown_code")
	}
	for _, p := range b.s.packs(b.pack) {
		for _, sv := range p.Severities() {
			if sv.Level == n {
				return sv.Name.In(string(b.lang))
			}
		}
	}
	return key
}

// codeLines gathers the lines of a table of codes by a key of findings x.
func (b *builder) codeLines(ctx context.Context, table, key string) ([]*codeLine, error) {
	tallies, err := b.tallies(ctx, table, "count")
	if err != nil {
		return nil, err
	}
	lines := map[string]*codeLine{}
	for _, x := range tallies {
		lines[x.key] = &codeLine{tally: x}
	}
	known := b.s.outcomes(b.pack)
	s := new(sql)
	s.add("SELECT " + key + ", x.outcome, COUNT(*)")
	b.where(s, b.query, standingFindings)
	err = b.each(ctx, s.add(" GROUP BY 1, 2"), func(scan func(...any) error) error {
		var key, outcome string
		var n int64
		if err := scan(&key, &outcome, &n); err != nil {
			return err
		}
		l := lines[key]
		if l == nil {
			l = &codeLine{tally: tally{key: key}}
			lines[key] = l
		}
		l.findings += n
		if known.isCounted(outcome) {
			l.counted += n
		}
		if known.isUpheld(outcome) {
			l.upheld += n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count findings for %s: %w", table, err)
	}
	out := make([]*codeLine, 0, len(lines))
	for _, l := range lines {
		out = append(out, l)
	}
	slices.SortFunc(out, func(x, y *codeLine) int { return byCount(x.tally, y.tally) })
	return out, nil
}

// violation is a code as the packs in question have it; where they differ, the gravest.
func (b *builder) violation(code string) (best rulebook.Violation, ok bool) {
	for _, p := range b.s.packs(b.pack) {
		if v, found := p.Violation(code); found && (!ok || v.Severity > best.Severity) {
			best, ok = v, true
		}
	}
	return best, ok
}
