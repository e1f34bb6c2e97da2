package report

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/rulebook"
)

// codeLine is a violation code in the month.
type codeLine struct {
	tally
	findings, counted, upheld int64
}

// byCode counts codes, not complaints: a complaint may carry several. Findings are those recorded in the month, which
// belong to complaints of this and earlier months.
func (b *builder) byCode(ctx context.Context) (*Table, error) {
	lines, err := b.codeLines(ctx)
	if err != nil {
		return nil, err
	}
	t := b.table("by_code", column{"code", Text}, column{"count", Count}, column{"share", Percent}, column{"change", Percent}, column{"severity", Count},
		column{"findings", Count}, column{"upheld", Count}, column{"upheld_rate", Percent}, column{"upheld_of_all", Percent}, column{"name", Text})
	var sum codeLine
	for _, l := range lines {
		v, _ := b.violation(l.key)
		name, severity := l.key, any(nil)
		if v.Code != "" {
			name, severity = v.Name.In(string(b.lang)), int64(v.Severity)
		}
		t.add(plain(l.key), cell{l.n, b.links.Received("code", l.key)}, plain(ratio(l.n, b.head.Received)), plain(change(l.n, l.prior)), plain(severity),
			cell{l.findings, b.links.Behind(Figure{Name: FigureFindings, Code: l.key})},
			cell{l.upheld, b.links.Behind(Figure{Name: FigureFindings, Code: l.key, Outcome: Upheld})},
			plain(ratio(l.upheld, l.counted)), plain(ratio(l.upheld, l.findings)), plain(name))
		sum.n, sum.findings, sum.counted, sum.upheld = sum.n+l.n, sum.findings+l.findings, sum.counted+l.counted, sum.upheld+l.upheld
	}
	t.total(plain("total"), plain(sum.n), plain(ratio(sum.n, b.head.Received)), plain(nil), plain(nil),
		cell{sum.findings, b.links.Behind(Figure{Name: FigureFindings})}, cell{sum.upheld, b.links.Behind(Figure{Name: FigureFindings, Outcome: Upheld})},
		plain(ratio(sum.upheld, sum.counted)), plain(ratio(sum.upheld, sum.findings)), plain(b.words.T(b.lang, "report.total")))
	return t, nil
}

func (b *builder) codeLines(ctx context.Context) ([]*codeLine, error) {
	tallies, err := b.received(ctx, "x.code", "JOIN complaint_codes x ON x.complaint_id = c.id")
	if err != nil {
		return nil, fmt.Errorf("count by code: %w", err)
	}
	lines := map[string]*codeLine{}
	for _, x := range tallies {
		lines[x.key] = &codeLine{tally: x}
	}
	s := new(sql)
	s.add("SELECT f.code, f.outcome, COUNT(*) FROM findings f JOIN cases k ON k.id = f.case_id WHERE f.superseded_by IS NULL AND")
	b.packed(b.within(s, "f.found_on"), "k.pack").add(" GROUP BY f.code, f.outcome")
	known := b.s.outcomes(b.pack)
	err = b.each(ctx, s, func(scan func(...any) error) error {
		var code, outcome string
		var n int64
		if err := scan(&code, &outcome, &n); err != nil {
			return err
		}
		l := lines[code]
		if l == nil {
			l = &codeLine{tally: tally{key: code}}
			lines[code] = l
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
		return nil, fmt.Errorf("count findings by code: %w", err)
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
