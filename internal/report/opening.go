package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// opening says what the cells of a column count: things under the key of a row. A column whose lines count different
// things has several.
type opening struct {
	of     things
	key    string // SQL of the row's key
	row    string // the only row, where the key is no matter
	prefix string // stands before the key in the key of the row
	back   int    // periods back
	year   int    // years back
	// list gives the things where the database alone cannot tell them; row "" all.
	list func(b *builder, ctx context.Context, q query, row string, yield func(row string, it Item) error) error
}

// at is the query of the period that the opening is about.
func (o opening) at(q query) query {
	p := q.period
	for range o.back {
		p = p.Prev()
	}
	for range o.year {
		p = p.YearBefore()
	}
	return q.at(p)
}

// sqlKey is the key of the row in SQL.
func (o opening) sqlKey() string {
	if o.row != "" {
		return "'" + o.row + "'"
	}
	return o.key
}

// count counts what a column counts, by the keys of the rows, in a period.
func (b *builder) count(ctx context.Context, q query, table, column string) (map[string]sum, error) {
	out := map[string]sum{}
	for _, o := range b.opens[table+"."+column] {
		got, err := b.tally(ctx, o.at(q), o.of, o.sqlKey())
		if err != nil {
			return nil, fmt.Errorf("count %s of %s: %w", column, table, err)
		}
		for key, x := range got {
			out[o.prefix+key] = x
		}
	}
	return out, nil
}

// items lists what a cell counts, or with row "" what all cells of the column count.
func (b *builder) items(ctx context.Context, f Figure, yield func(row string, it Item) error) error {
	for _, o := range b.opens[f.Table+"."+f.Column] {
		row := f.Row
		if o.row != "" && row != "" && row != o.row || !strings.HasPrefix(row, o.prefix) && row != "" {
			continue
		}
		row = strings.TrimPrefix(row, o.prefix)
		one := func(key string, it Item) error { return yield(o.prefix+key, it) }
		var err error
		if o.list != nil {
			err = o.list(b, ctx, o.at(b.query), row, one)
		} else {
			err = b.enumerate(ctx, o.at(b.query), o.of, o.sqlKey(), row, one)
		}
		if err != nil {
			return fmt.Errorf("list %s of %s: %w", f.Column, f.Table, err)
		}
	}
	return nil
}

// once names the tables whose last line counts each thing once although it stands in several lines: their totals are
// figures of the headline.
var once = map[string]string{
	"by_firm.count": "received", "by_firm.accepted": "accepted", "by_firm.upheld": "findings_substantiated", "by_firm.penalties": "penalties_issued",
	"by_firm.amount": "penalty_amount_fen", "penalties.count": "penalties_issued", "penalties.amount": "penalty_amount_fen",
}

// provinceOf is the first level of a region: a province by its two digits; other regions are their own.
const provinceOf = "CASE WHEN length(c.region) = 6 THEN substr(c.region, 1, 2) ELSE c.region END"

// openings says of every column that opens what its cells count; the name is table.column.
func (b *builder) openings() map[string][]opening {
	o := map[string][]opening{}
	b.headlineOpenings(o)
	for table, key := range map[string]string{"by_channel": "c.source", "by_product": "c.product", "by_region": "c.region", "by_province": provinceOf} {
		o[table+".count"] = []opening{{of: receivedComplaints, key: key}}
	}
	o["by_contact_channel.count"] = []opening{{of: receivedComplaints.joined(" JOIN complaint_channels x ON x.complaint_id = c.id", true), key: "x.channel"}}
	coded := receivedComplaints.joined(" JOIN complaint_codes x ON x.complaint_id = c.id", true)
	coded.more[1] = "x.code"
	o["by_code.count"] = []opening{{of: coded, key: "x.code"}}
	o["by_code.findings"] = []opening{{of: standingFindings, key: "x.code"}}
	o["by_code.upheld"] = []opening{{of: upheldFindings, key: "x.code"}}
	o["by_severity.findings"] = []opening{{of: standingFindings, key: "CAST(x.severity AS TEXT)"}}
	o["by_severity.upheld"] = []opening{{of: upheldFindings, key: "CAST(x.severity AS TEXT)"}}
	coded.id = "x.id"
	o["by_severity.count"] = []opening{{of: coded, key: b.severityOf("x.code")}}
	b.firmOpenings(o)
	o["by_outcome.count"] = []opening{{of: openedCases, row: accepted},
		{of: decidedComplaints.only("c.status IN ('not_accepted', 'referred')"), key: "c.status"}, {of: closedCases, key: "k.outcome"}}
	o["measures.count"] = []opening{{of: orderedMeasures, key: "m.kind"}}
	o["screening.decided"] = []opening{{of: decidedComplaints, key: "c.source"}}
	for _, state := range clockStates {
		o["timeliness."+state] = []opening{{list: clockItems(state)}}
	}
	perMeasure := issuedPenalties.joined(" JOIN penalty_measures m ON m.penalty_id = x.id", false).
		only("m.round = (SELECT MAX(y.round) FROM penalty_measures y WHERE y.penalty_id = x.id)")
	perMeasure.fen, perMeasure.many, perMeasure.more = "m.amount_fen", true, [3]string{"", "m.kind", ""}
	o["penalties.count"] = []opening{{of: perMeasure, key: "m.kind"}}
	o["penalties.amount"] = o["penalties.count"]
	for column, fen := range map[string]string{"fine": "x.fine_fen", "confiscation": "x.confiscation_fen", "amount": "x.fine_fen + x.confiscation_fen"} {
		of := issuedPenalties
		of.fen = fen
		o["decisions."+column] = []opening{{of: of, key: "x.reference"}}
	}
	b.collectionOpenings(o)
	b.checkOpenings(o)
	b.fairnessOpenings(o)
	return o
}

// headlineOpenings are those of the headline: the period, the one before, and the same a year before.
func (b *builder) headlineOpenings(o map[string][]opening) {
	for column, at := range map[string]opening{"value": {}, "previous": {back: 1}, "year_before": {year: 1}} {
		for _, f := range headlineFigures {
			x := f.opening
			x.row, x.back, x.year = f.key, at.back, at.year
			o["headline."+column] = append(o["headline."+column], x)
		}
	}
}

// firmOpenings are those of the tables about firms, for both parts that a firm can have in a complaint.
func (b *builder) firmOpenings(o map[string][]opening) {
	both := func(name string, of func(role string) things, key string) {
		for _, role := range []string{Lender, Agency} {
			o[name] = append(o[name], opening{of: of(role), key: key, prefix: role + ":"})
		}
	}
	received := func(role string) things { return receivedComplaints.joined(firmOf("c."+role+"_id"), false) }
	both("by_firm.count", received, "f.code")
	both("by_firm.accepted", func(role string) things { return openedCases.joined(firmOf("k."+role+"_id"), false) }, "f.code")
	both("by_firm.upheld", func(role string) things {
		return upheldFindings.joined(firmOf("x.firm_id"), false).only(partyOf+" = ?", role)
	}, "f.code")
	issued := func(role string) things {
		return issuedPenalties.joined(firmOf("x.firm_id"), false).only(partyOf+" = ?", role)
	}
	both("by_firm.penalties", issued, "f.code")
	both("by_firm.amount", issued, "f.code")
	both("firm_rates.count", received, "f.code")
	both("firm_movers.count", received, "f.code")
	both("firm_movers.previous", received, "f.code")
	for i := range o["firm_movers.previous"] {
		o["firm_movers.previous"][i].back = 1
	}
	lenders := received(Lender).only("f.code IS NOT NULL")
	o["agency_share.count"] = []opening{{of: lenders, key: "f.code"}}
	o["agency_share.through_agency"] = []opening{{of: lenders.only("c.agency_id IS NOT NULL"), key: "f.code"}}
	b.repeatOpenings(o)
}

// severityOf writes the severity of a violation code by the rulebook in SQL; None of a code that it does not have.
func (b *builder) severityOf(code string) string {
	var text strings.Builder
	text.WriteString("CASE " + code)
	seen := []string{}
	for _, p := range b.s.packs(b.pack) {
		for _, v := range p.Violations() {
			if slices.Contains(seen, v.Code) {
				continue
			}
			seen = append(seen, v.Code)
			best, _ := b.violation(v.Code)
			text.WriteString(" WHEN '" + strings.ReplaceAll(v.Code, "'", "''") + "' THEN '" + strconv.Itoa(best.Severity) + "'")
		}
	}
	if len(seen) == 0 {
		return "'" + None + "'"
	}
	text.WriteString(" ELSE '" + None + "' END")
	return text.String()
}
