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
	t := b.table("by_firm", column{"firm", Text}, column{"count", Count}, column{"share", Percent}, column{"change", Percent}, column{"accepted", Count},
		column{"upheld", Count}, column{"penalties", Count}, column{"amount", Fen}, column{"role", Text}, column{"role_name", Text}, column{"name", Text})
	l := b.links
	for _, x := range lines {
		t.add(plain(x.code), cell{x.n, l.Received(x.role, x.code)}, plain(ratio(x.n, b.head.Received)), plain(change(x.n, x.prior)),
			cell{x.accepted, l.Accepted(x.role, x.code)},
			cell{x.upheld, l.Behind(Figure{Name: FigureFindings, Outcome: Upheld, Firm: x.code, Role: x.role})},
			cell{x.penalties, l.Behind(Figure{Name: FigurePenalties, Firm: x.code, Role: x.role})},
			cell{x.fen, l.Behind(Figure{Name: FigurePenalties, Firm: x.code, Role: x.role})},
			plain(x.role), plain(b.words.T(b.lang, "report.role."+x.role)), plain(x.name))
	}
	h := b.head
	t.total(plain("total"), cell{h.Received, l.Received()}, plain(ratio(h.Received, h.Received)), plain(nil), cell{h.Accepted, l.Accepted()},
		cell{h.FindingsSubstantiated, l.Behind(Figure{Name: FigureFindings, Outcome: Upheld})}, cell{h.PenaltiesIssued, l.Issued()},
		cell{h.PenaltyAmountFen, l.Issued()}, plain(""), plain(""), plain(b.words.T(b.lang, "report.total_once")))
	return t, nil
}

// partyLines gathers the lines: lenders first, then agencies, each by count.
func (b *builder) partyLines(ctx context.Context) ([]*partyLine, error) {
	lines := map[party]*partyLine{}
	line := func(role, code string) *partyLine {
		p := party{role, cmp.Or(code, None)}
		if lines[p] == nil {
			lines[p] = &partyLine{party: p, tally: tally{key: p.code}}
		}
		return lines[p]
	}
	for _, role := range []string{Lender, Agency} {
		received, err := b.received(ctx, "COALESCE(f.code, '')", firmOf("c."+role+"_id"))
		if err != nil {
			return nil, err
		}
		for _, x := range received {
			line(role, x.key).tally = x
		}
		s := new(sql)
		s.add("SELECT '" + role + "', COALESCE(f.code, ''), COUNT(*), 0 FROM cases k" + firmOf("k."+role+"_id") + " WHERE")
		b.packed(b.within(s, "k.opened_on"), "k.pack").add(" GROUP BY f.code")
		if err := b.parties(ctx, s, line, func(l *partyLine, n, _ int64) { l.accepted = n }); err != nil {
			return nil, err
		}
	}
	s := new(sql)
	s.add("SELECT " + partyOf + ", COALESCE(f.code, ''), COUNT(*), 0 FROM findings x JOIN cases k ON k.id = x.case_id" + firmOf("x.firm_id") + " WHERE x.superseded_by IS NULL AND")
	oneOf(b.packed(b.within(s, "x.found_on"), "k.pack"), "x.outcome", b.s.outcomes(b.pack).upheld).add(" GROUP BY 1, 2")
	if err := b.parties(ctx, s, line, func(l *partyLine, n, _ int64) { l.upheld = n }); err != nil {
		return nil, err
	}
	s = new(sql)
	s.add("SELECT " + partyOf + ", f.code, COUNT(*), CAST(SUM(x.fine_fen + x.confiscation_fen) AS BIGINT) FROM penalties x JOIN cases k ON k.id = x.case_id" + firmOf("x.firm_id") + " WHERE")
	b.packed(b.within(s, "x.issued_on"), "k.pack").add(" GROUP BY 1, 2")
	if err := b.parties(ctx, s, line, func(l *partyLine, n, fen int64) { l.penalties, l.fen = n, fen }); err != nil {
		return nil, err
	}
	return b.named(ctx, lines)
}

// parties reads role, code and two numbers.
func (b *builder) parties(ctx context.Context, s *sql, line func(role, code string) *partyLine, set func(l *partyLine, n, fen int64)) error {
	return b.each(ctx, s, func(scan func(...any) error) error {
		var role, code string
		var n, fen int64
		if err := scan(&role, &code, &n, &fen); err != nil {
			return err
		}
		set(line(role, code), n, fen)
		return nil
	})
}

// nameBatch keeps a query below the least number of parameters that either database takes.
const nameBatch = 500

// named sorts the lines and gives them the firms' names.
func (b *builder) named(ctx context.Context, lines map[party]*partyLine) ([]*partyLine, error) {
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
