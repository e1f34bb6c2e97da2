package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// The parts that a firm has in a complaint. A firm that lends and also collects for others has a line in each.
const (
	Lender = "lender"
	Agency = "agency"
)

// party is a firm in its part; code None where a complaint names nobody in it.
type party struct{ role, code string }

// partyLine is a line of by_firm.
type partyLine struct {
	party
	tally
	accepted, upheld, penalties, fen int64
	name                             string
}

// firmOf joins the firm f that a column names: of one that was merged the firm that it went into, so that its past counts
// there too. Merging makes no chains.
func firmOf(column string) string {
	return " LEFT JOIN firms r ON r.id = " + column + " LEFT JOIN firms f ON f.id = COALESCE(r.merged_into, r.id)"
}

// partyOf says which part the firm f has in the case k: the agency's if it collected, else the lender's, whatever the firm
// is registered as, so that nothing is counted in both.
const partyOf = "CASE WHEN f.id = (SELECT COALESCE(a.merged_into, a.id) FROM firms a WHERE a.id = k.agency_id) THEN 'agency' ELSE 'lender' END"

// byFirm has a line for each lender and one for each agency. The lender's lines (with the line of complaints that name
// none) add up to all complaints, and the agencies' lines do so again: the two must not be added. Findings and penalties
// fall on one firm each, so over all lines they add up to the headline.
func (b *builder) byFirm(ctx context.Context) (*Table, error) {
	lines, err := b.partyLines(ctx)
	if err != nil {
		return nil, fmt.Errorf("count by firm: %w", err)
	}
	t := b.table("by_firm")
	for _, x := range lines {
		if x.n+x.accepted+x.upheld+x.penalties == 0 {
			continue // of the period before alone
		}
		t.add(x.row(), x.code, x.n, ratio(x.n, b.head.Received), x.change(), x.accepted, x.upheld, x.penalties, x.fen, x.role, b.roleName(x.role), x.name)
	}
	h := b.head
	t.Totals = []any{Total, h.Received, ratio(h.Received, h.Received), nil, h.Accepted, h.FindingsSubstantiated, h.PenaltiesIssued, h.PenaltyAmountFen,
		"", "", b.words.T(b.lang, "report.total_once")}
	return t, nil
}

func (b *builder) roleName(role string) string { return b.words.T(b.lang, "report.role."+role) }

// row is the key of a firm's line.
func (p party) row() string { return p.role + ":" + p.code }

// change is that on the period before; of nothing received there is none.
func (l *partyLine) change() any {
	if l.n == 0 {
		return nil
	}
	return change(l.n, l.prior)
}

// partyLines gathers the lines: lenders first, then agencies, each by count. It keeps them for the other tables of firms.
func (b *builder) partyLines(ctx context.Context) ([]*partyLine, error) {
	if b.firms != nil {
		return b.firms, nil
	}
	lines := map[string]*partyLine{}
	line := func(row string) *partyLine {
		if lines[row] == nil {
			role, code, _ := strings.Cut(row, ":")
			lines[row] = &partyLine{party: party{role, code}, tally: tally{key: code}}
		}
		return lines[row]
	}
	for _, c := range []struct {
		column string
		q      query
		set    func(*partyLine, sum)
	}{
		{"count", b.query, func(l *partyLine, x sum) { l.n = x.n }},
		{"count", b.at(b.period.Prev()), func(l *partyLine, x sum) { l.prior = x.n }},
		{"accepted", b.query, func(l *partyLine, x sum) { l.accepted = x.n }},
		{"upheld", b.query, func(l *partyLine, x sum) { l.upheld = x.n }},
		{"penalties", b.query, func(l *partyLine, x sum) { l.penalties, l.fen = x.n, x.fen }},
	} {
		got, err := b.count(ctx, c.q, "by_firm", c.column)
		if err != nil {
			return nil, err
		}
		for row, x := range got {
			c.set(line(row), x)
		}
	}
	out, err := b.named(ctx, lines)
	b.firms = out
	return out, err
}

// nameBatch keeps a query below the least number of parameters that either database takes.
const nameBatch = 500

// named sorts the lines and gives them the firms' names.
func (b *builder) named(ctx context.Context, lines map[string]*partyLine) ([]*partyLine, error) {
	out := make([]*partyLine, 0, len(lines))
	codes := make([]string, 0, len(lines))
	for _, l := range lines {
		l.name = b.words.T(b.lang, "report.no_"+l.role)
		out, codes = append(out, l), append(codes, l.code)
	}
	names := map[string]string{}
	for batch := range slices.Chunk(codes, nameBatch) {
		s := new(sql)
		oneOf(s.add("SELECT code, name FROM firms WHERE 1 = 1"), "code", batch)
		err := b.each(ctx, s, func(scan func(...any) error) error {
			var code, name string
			defer func() { names[code] = name }()
			return scan(&code, &name)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, l := range out {
		if name, ok := names[l.code]; ok {
			l.name = name
		}
	}
	slices.SortFunc(out, func(x, y *partyLine) int {
		return cmp.Or(-strings.Compare(x.role, y.role), byCount(x.tally, y.tally))
	})
	return out, nil
}
