package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	casebrief "dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
)

// How many case briefs of the last whole month are in which state, chosen in this order.
const (
	briefsTold    = 2
	briefsWaiting = 1
	briefsBegun   = 1
)

// briefing lets officers tell some of the gravest cases that were closed in the last whole month, and a director approve two of
// them: one is left for a visitor to approve, and one to finish.
func (o *office) briefing() {
	month := calendar.MonthOf(calendar.OfTime(o.until.In(o.d.Zone))).Add(-1)
	at := month.Next().First().AddDays(3).Start(o.d.Zone).Add(10 * time.Hour)
	if last := o.until.Add(-time.Hour); at.After(last) { // the month has only just ended
		at = last
	}
	o.at(at, func(ctx context.Context) error {
		if err := o.tellCases(ctx, month); err != nil {
			return fmt.Errorf("briefs of %s: %w", month, err)
		}
		return nil
	})
}

// tellCases writes the briefs, each about another violation. No chance is drawn: everything else stays as it was.
func (o *office) tellCases(ctx context.Context, month calendar.Month) error {
	told, n := map[string]bool{}, 0
	for _, m := range o.tellable(month) {
		code := m.c.Codes[0]
		if told[code] {
			continue
		}
		in, err := o.briefOf(ctx, m, month)
		if err != nil {
			return err
		}
		if in == nil {
			continue
		}
		begun := n >= briefsTold+briefsWaiting
		if begun {
			in.OutcomeEN = "" // the author has not come to it yet
		}
		b, err := o.d.Briefs.Write(ctx, m.officer, m.k.Reference, *in, !begun)
		if fault.Is(err, fault.Invalid) {
			continue // a word of it happens to be in what is known of this case
		}
		if err != nil {
			return err
		}
		if n < briefsTold {
			o.at(o.now.Add(time.Duration(20+10*n)*time.Minute), func(ctx context.Context) error {
				_, err := o.d.Briefs.Approve(ctx, o.head(m), b.Reference, b.Version)
				return err
			})
		}
		told[code] = true
		if n++; n == briefsTold+briefsWaiting+briefsBegun {
			break
		}
	}
	return nil
}

// tellable are the matters that were closed in a month against the firm and of whose violation there is a text, the gravest
// first.
func (o *office) tellable(month calendar.Month) (out []*matter) {
	for _, m := range o.matters {
		if m.k == nil || m.k.Status != casework.Closed || m.k.Pack != "cn" || len(m.upheld) == 0 || m.k.OfficerID != m.officer.UserID {
			continue
		}
		if _, ok := briefTexts[m.c.Codes[0]]; ok && calendar.MonthOf(m.k.ClosedOn) == month && m.accused() != nil {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *matter) int { return cmp.Compare(b.k.Severity, a.k.Severity) })
	return out
}

// borneOut says how far the standing finding on a violation upholds it; "" where it does not.
func (o *office) borneOut(ctx context.Context, m *matter, code string) (string, error) {
	findings, err := o.d.Cases.Findings(ctx, m.officer, m.k.Reference)
	for _, f := range findings {
		if f.Code == code && f.SupersededBy == 0 && (f.Outcome == "substantiated" || f.Outcome == "partially_substantiated") {
			return f.Outcome, err
		}
	}
	return "", err
}

// briefOf is what the officer writes of a matter; nil where the violation was not upheld.
func (o *office) briefOf(ctx context.Context, m *matter, month calendar.Month) (*casebrief.Input, error) {
	code := m.c.Codes[0]
	outcome, err := o.borneOut(ctx, m, code)
	if err != nil || outcome == "" {
		return nil, err
	}
	end, err := o.endOf(ctx, m)
	if err != nil {
		return nil, err
	}
	kind, opening := kindOfFirm(m.accused()), briefOpenings[m.accused().Kind == firm.Agency]
	t := briefTexts[code]
	if outcome == "partially_substantiated" {
		t.found = [2]string{strings.Replace(t.found[0], "属实", "部分属实", 1), strings.Replace(t.found[1], "bore out", "bore out in part", 1)}
	}
	return &casebrief.Input{Month: month.String(), FirmKind: kind, Codes: []string{code}, Text: casebrief.Text{
		TitleZH: t.title[0], HappenedZH: opening[0] + t.happened[0], RuleZH: t.rule[0], OutcomeZH: t.found[0] + end[0],
		TitleEN: t.title[1], HappenedEN: opening[1] + " " + t.happened[1], RuleEN: t.rule[1], OutcomeEN: t.found[1] + " " + end[1],
	}}, nil
}

// endOf says how a matter ended, as the record has it.
func (o *office) endOf(ctx context.Context, m *matter) ([2]string, error) {
	penalties, err := o.d.Penalties.OfCase(ctx, m.officer, m.k.Reference)
	if err != nil {
		return briefEnds.told, err
	}
	if slices.ContainsFunc(penalties, func(p enforcement.Penalty) bool { return !p.IssuedOn.IsZero() }) {
		return briefEnds.decided, nil
	}
	measures, err := o.d.Penalties.MeasuresOf(ctx, m.officer, m.k.Reference)
	if slices.ContainsFunc(measures, func(x enforcement.FirmMeasure) bool { return x.Kind == "correct" }) {
		return briefEnds.ordered, err
	}
	return briefEnds.told, err
}

// kindOfFirm is one of FirmKinds of the package brief, read from the firm's name.
func kindOfFirm(f *firm.Firm) string {
	if f.Kind == firm.Agency {
		return "agency"
	}
	for _, k := range [][2]string{{"消费金融", "consumer_finance"}, {"汽车金融", "auto_finance"}, {"银行", "bank"}, {"小额贷款", "micro_loan"}, {"担保", "guarantee"}} {
		if strings.Contains(f.Name, k[0]) {
			return k[1]
		}
	}
	return "other"
}
