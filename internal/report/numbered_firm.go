package report

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"dunwatch/internal/calendar"
)

// concerns is "column names the firm that is asked about", of one that others were merged into those too.
func (ask *numberedAsk) concerns(column string) (string, []any) {
	return column + " IN (SELECT id FROM firms WHERE id = ? OR merged_into = ?)", []any{ask.firm, ask.firm}
}

// about limits things to the firm by a column.
func (ask *numberedAsk) about(th things, column string) things {
	text, args := ask.concerns(column)
	return th.only(text, args...)
}

// either limits complaints c to those that name the firm in one part or the other.
func (ask *numberedAsk) either(th things) things {
	lender, args := ask.concerns("c.lender_id")
	agency, more := ask.concerns("c.agency_id")
	return th.only("("+lender+" OR "+agency+")", slices.Concat(args, more)...)
}

// firmScorecard is what the report says of one firm, in a page.
func (b *builder) firmScorecard(ctx context.Context, ask *numberedAsk) ([]*Table, error) {
	figures, err := b.scoreTable(ctx, ask)
	if err != nil {
		return nil, err
	}
	codes, err := b.scoreCodes(ctx, ask)
	if err != nil {
		return nil, err
	}
	rates, err := b.firmRates(ctx)
	if err != nil {
		return nil, err
	}
	decisions, err := b.decisions(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range []*Table{rates, decisions} {
		t.ofFirm(ask.Firm)
		for j, opens := range t.Opens {
			for i := range t.Rows {
				if opens && t.Rows[i][j] != nil {
					t.opens(i, t.Keys[j], b.behindNumbered(ask, t.ID, t.RowKeys[i], t.Keys[j]))
				}
			}
		}
		t.Opens = make([]bool, len(t.Keys))
	}
	return []*Table{figures, rates, codes, decisions}, nil
}

// ofFirm keeps the lines of one firm.
func (t *Table) ofFirm(code string) {
	rows, keys := [][]any{}, []string{}
	for i, row := range t.Rows {
		if row[t.Column("firm")] == code {
			rows, keys = append(rows, row), append(keys, t.RowKeys[i])
		}
	}
	t.Rows, t.RowKeys, t.Totals, t.Section = rows, keys, nil, "numbered"
}

// scoreFigure is a line of the scorecard's first table.
type scoreFigure struct {
	key, kind, definition string
	of                    things
}

// scoreFigures are the lines of the scorecard's first table.
func scoreFigures(ask *numberedAsk) []scoreFigure {
	return []scoreFigure{
		{"as_lender", Count, "received", ask.about(receivedComplaints, "c.lender_id")},
		{"as_agency", Count, "received", ask.about(receivedComplaints, "c.agency_id")},
		{"accepted_lender", Count, "accepted", ask.about(openedCases, "k.lender_id")},
		{"accepted_agency", Count, "accepted", ask.about(openedCases, "k.agency_id")},
		{"upheld", Count, "findings_substantiated", ask.about(upheldFindings, "x.firm_id")},
		{"penalties", Count, "penalties_issued", ask.about(issuedPenalties, "x.firm_id")},
		{"amount", Fen, "penalty_amount", ask.about(issuedPenalties, "x.firm_id")},
	}
}

// scoreColumns are its columns that count, each in a period of scorePeriods.
var scoreColumns = []string{"value", "previous", "year_before"}

func scorePeriods(p Period) [3]Period { return [3]Period{p, p.Prev(), p.YearBefore()} }

func (b *builder) scoreTable(ctx context.Context, ask *numberedAsk) (*Table, error) {
	t := b.numberedTable("score_figures", column{"figure", Text, ""}, name, column{"value", Count, ""}, column{"previous", Count, "previous"}, column{"change", Percent, "chain"},
		column{"year_before", Count, "year_before"}, column{"year_change", Percent, "year_on_year"})
	for i, f := range scoreFigures(ask) {
		var at [3]int64
		for k, p := range scorePeriods(b.period) {
			got, err := b.tally(ctx, b.at(p), f.of, "'x'")
			if err != nil {
				return nil, fmt.Errorf("figure %s of a firm: %w", f.key, err)
			}
			if at[k] = got["x"].n; f.kind == Fen {
				at[k] = got["x"].fen
			}
		}
		t.RowKinds, t.RowDefinitions = append(t.RowKinds, f.kind), append(t.RowDefinitions, f.definition)
		t.add(f.key, f.key, b.words.T(b.lang, "numbered.score."+f.key), at[0], at[1], change(at[0], at[1]), at[2], change(at[0], at[2]))
		for _, column := range scoreColumns {
			t.opens(i, column, b.behindNumbered(ask, t.ID, f.key, column))
		}
	}
	return t, nil
}

// scoreCodeColumns are the columns of scoreCodes that count, each the things of scoreCodeThings.
var scoreCodeColumns = []string{"count", "findings", "upheld"}

func scoreCodeThings(ask *numberedAsk) [3]things {
	coded := ask.either(receivedComplaints.joined(" JOIN complaint_codes x ON x.complaint_id = c.id", true))
	coded.more[1] = "x.code"
	return [3]things{coded, ask.about(standingFindings, "x.firm_id"), ask.about(upheldFindings, "x.firm_id")}
}

// scoreCodes are the codes that complaints name of the firm, and what was found against it.
func (b *builder) scoreCodes(ctx context.Context, ask *numberedAsk) (*Table, error) {
	var got [3]map[string]sum
	for i, th := range scoreCodeThings(ask) {
		x, err := b.tally(ctx, b.query, th, "x.code")
		if err != nil {
			return nil, fmt.Errorf("codes of a firm: %w", err)
		}
		got[i] = x
	}
	var lines []tally
	for code, x := range got[0] {
		lines = append(lines, tally{key: code, n: x.n})
	}
	for code := range got[1] {
		if _, ok := got[0][code]; !ok {
			lines = append(lines, tally{key: code})
		}
	}
	slices.SortFunc(lines, byCount)
	t := b.numberedTable("score_codes", column{"code", Text, ""}, name, column{"count", Count, "received_code"}, column{"findings", Count, "findings"}, column{"upheld", Count, "findings_substantiated"})
	for _, l := range lines {
		label := l.key
		if v, ok := b.violation(l.key); ok {
			label = v.Name.In(string(b.lang))
		}
		t.add(l.key, l.key, label, l.n, got[1][l.key].n, got[2][l.key].n)
		for _, column := range scoreCodeColumns {
			t.opens(len(t.Rows)-1, column, b.behindNumbered(ask, t.ID, l.key, column))
		}
	}
	return t, nil
}

// registerDigest is what came on the public register in the period, and what went off it.
func (b *builder) registerDigest(ctx context.Context, _ *numberedAsk) ([]*Table, error) {
	var out []*Table
	for _, x := range []struct{ id, column string }{{"register_published", "p.published_on"}, {"register_withdrawn", "p.withdrawn_on"}} {
		t := b.numberedTable(x.id, column{"decision_number", Text, ""}, column{"on", Text, ""}, column{"firm", Text, ""}, column{"firm_name", Text, ""},
			column{"issued_on", Text, ""}, column{"amount", Fen, "penalty_amount"})
		s := new(sql).add("SELECT p.number, " + x.column + ", f.code, f.name, p.decided_on, p.amount_fen, CASE WHEN p.withdrawn_on IS NULL THEN 1 ELSE 0 END FROM publications p JOIN firms f ON f.id = p.firm_id WHERE")
		b.packed(b.within(s, x.column), "p.pack").add(" ORDER BY 2, p.id LIMIT ?", listMost)
		var sum int64
		err := b.each(ctx, s, func(scan func(...any) error) error {
			var number, code, firm string
			var on, decided calendar.Date
			var fen, stands int64
			if err := scan(&number, &on, &code, &firm, &decided, &fen, &stands); err != nil {
				return err
			}
			sum += fen
			t.add(number, number, on.String(), code, firm, decided.String(), fen)
			if stands == 1 {
				t.opens(len(t.Rows)-1, "decision_number", "/register/"+url.PathEscape(number))
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("digest of the register: %w", err)
		}
		t.Totals = []any{b.words.T(b.lang, "report.total"), "", "", "", "", sum}
		out = append(out, t)
	}
	return out, nil
}
