package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
)

// What rates are for, and from when on they are worked out: a firm is not named on two cases, nor for a handful of
// customers (law.md F).
const (
	perCustomers = 10_000         // customers
	perOverdue   = 1_000          // overdue accounts
	perLent      = 10_000_000_000 // fen: 100 million yuan

	leastCount       = 5
	leastDenominator = 1_000 // customers or accounts
	leastFirms       = 3     // for a median over firms

	denominatorMonths = 12 // how old a denominator may be
	moversShown       = 10
)

// denominators are what a firm said of its size for a month.
type denominators struct {
	kind                     string // the part in which the firm is registered
	month                    calendar.Month
	customers, overdue, lent int64
}

// denominatorsByFirm are the newest of each firm for a month that is not after the period and not too long before it. What
// was handed in again replaces what was said before.
func (b *builder) denominatorsByFirm(ctx context.Context) (map[string]denominators, error) {
	last := b.period.Last()
	s := new(sql)
	s.add("SELECT f.code, f.kind, d.month, d.customers, d.overdue_accounts, d.lent_fen FROM firm_denominators d JOIN firms f ON f.id = d.firm_id"+
		" WHERE d.month > ? AND d.month <= ? ORDER BY d.month, d.id", last.Add(-denominatorMonths), last)
	out := map[string]denominators{}
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var code string
		var d denominators
		if err := scan(&code, &d.kind, &d.month, &d.customers, &d.overdue, &d.lent); err != nil {
			return err
		}
		out[code] = d
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read denominators: %w", err)
	}
	return out, nil
}

// rate is n for each so many; nil where there are too few to speak of.
func rate(n, of int64, per float64, least int64) any {
	if n < leastCount || of < least {
		return nil
	}
	return round(float64(n)/float64(of)*per, 2)
}

// rateLine is a firm in its part with what it is measured by.
type rateLine struct {
	*partyLine
	denominators
}

func (l rateLine) perCustomers() any {
	return rate(l.n, l.customers, perCustomers, leastDenominator)
}

// rated are the firms whose size is known, in the part in which they are registered.
func (b *builder) rated(ctx context.Context) ([]rateLine, error) {
	lines, err := b.partyLines(ctx)
	if err != nil {
		return nil, err
	}
	sizes, err := b.denominatorsByFirm(ctx)
	if err != nil {
		return nil, err
	}
	var out []rateLine
	seen := map[string]bool{}
	for _, l := range lines {
		if d, ok := sizes[l.code]; ok && l.role == d.kind && l.n > 0 {
			out = append(out, rateLine{l, d})
			seen[l.code] = true
		}
	}
	quiet := map[string]*partyLine{} // nobody complained: they belong to the median
	for code, d := range sizes {
		if !seen[code] {
			quiet[code] = &partyLine{party: party{d.kind, code}, tally: tally{key: code}}
		}
	}
	named, err := b.named(ctx, quiet)
	if err != nil {
		return nil, err
	}
	for _, l := range named {
		out = append(out, rateLine{l, sizes[l.code]})
	}
	return out, nil
}

// firmRates measures the complaints of firms by their size.
func (b *builder) firmRates(ctx context.Context) (*Table, error) {
	lines, err := b.rated(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(lines, func(x, y rateLine) int {
		return cmp.Or(-cmp.Compare(orNone(x.perCustomers()), orNone(y.perCustomers())), byCount(x.tally, y.tally), strings.Compare(x.role, y.role))
	})
	t := b.table("firm_rates")
	for _, l := range lines {
		low, high := any(nil), any(nil)
		if l.perCustomers() != nil {
			lo, hi := countInterval(l.n)
			low, high = round(lo/float64(l.customers)*perCustomers, 2), round(hi/float64(l.customers)*perCustomers, 2)
		}
		t.add(l.row(), l.code, l.n, l.month.String(), l.customers, l.perCustomers(), low, high, l.overdue, rate(l.n, l.overdue, perOverdue, leastDenominator),
			l.lent, rate(l.n, l.lent, perLent, perLent/100), l.role, b.roleName(l.role), l.name)
	}
	return t, nil
}

func orNone(v any) float64 {
	if f, ok := v.(float64); ok {
		return f
	}
	return -1
}

// firmMedians says what is usual among lenders and among agencies.
func (b *builder) firmMedians(ctx context.Context) (*Table, error) {
	lines, err := b.partyLines(ctx)
	if err != nil {
		return nil, err
	}
	sized, err := b.rated(ctx)
	if err != nil {
		return nil, err
	}
	t := b.table("firm_medians")
	for _, role := range []string{Lender, Agency} {
		var counts []float64
		var all, top int64
		for _, l := range lines { // by count
			if l.role != role || l.code == None || l.n == 0 {
				continue
			}
			if counts = append(counts, float64(l.n)); len(counts) <= 5 {
				top += l.n
			}
			all += l.n
		}
		var rates [3][]float64
		for _, l := range sized {
			if l.role != role {
				continue
			}
			for i, d := range []struct {
				of, least int64
				per       float64
			}{{l.customers, leastDenominator, perCustomers}, {l.overdue, leastDenominator, perOverdue}, {l.lent, perLent / 100, perLent}} {
				if d.of >= d.least {
					rates[i] = append(rates[i], float64(l.n)/float64(d.of)*d.per)
				}
			}
		}
		t.add(role, role, int64(len(counts)), median(counts, 1), int64(len(rates[0])), median(rates[0], leastFirms), median(rates[1], leastFirms), median(rates[2], leastFirms),
			ratio(top, all), b.roleName(role))
	}
	return t, nil
}

// median is the middle value, or the mean of the two middle ones; nil of fewer than least.
func median(v []float64, least int) any {
	if len(v) < least || len(v) == 0 {
		return nil
	}
	slices.Sort(v)
	n := len(v)
	return round((v[(n-1)/2]+v[n/2])/2, 2)
}

// firmMovers are the firms whose number changed most, more than chance alone would have it: the difference of two Poisson
// counts is beyond twice its standard error.
func (b *builder) firmMovers(ctx context.Context) (*Table, error) {
	lines, err := b.partyLines(ctx)
	if err != nil {
		return nil, err
	}
	var moved []*partyLine
	for _, l := range lines {
		if l.code != None && max(l.n, l.prior) >= leastCount && math.Abs(float64(l.n-l.prior)) > 2*math.Sqrt(float64(l.n+l.prior)) {
			moved = append(moved, l)
		}
	}
	distance := func(l *partyLine) int64 { return max(l.n-l.prior, l.prior-l.n) }
	slices.SortStableFunc(moved, func(x, y *partyLine) int {
		return cmp.Or(-cmp.Compare(distance(x), distance(y)), strings.Compare(x.row(), y.row()))
	})
	t := b.table("firm_movers")
	for _, l := range moved[:min(len(moved), moversShown)] {
		t.add(l.row(), l.code, l.n, l.prior, l.n-l.prior, change(l.n, l.prior), l.role, b.roleName(l.role), l.name)
	}
	return t, nil
}

// agencyShare says how much of what is complained of at each lender concerns an agency. The lender answers for both parts.
func (b *builder) agencyShare(ctx context.Context) (*Table, error) {
	lines, err := b.partyLines(ctx)
	if err != nil {
		return nil, err
	}
	through, err := b.count(ctx, b.query, "agency_share", "through_agency")
	if err != nil {
		return nil, err
	}
	t := b.table("agency_share")
	var all, part int64
	for _, l := range lines {
		if l.role != Lender || l.code == None || l.n == 0 {
			continue
		}
		n := through[l.code].n
		t.add(l.code, l.code, l.n, n, ratio(n, l.n), l.name)
		all, part = all+l.n, part+n
	}
	t.Totals = []any{Total, all, part, ratio(part, all), b.words.T(b.lang, "report.total")}
	return t, nil
}
