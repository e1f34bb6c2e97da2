package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// When a firm is a repeat offender. The rule is the office's own, no law (law.md F).
const (
	repeatPenalties      = 2 // decisions
	repeatPenaltyMonths  = 12
	repeatSameCode       = 3 // findings upheld of one code
	repeatSameCodeMonths = 6
)

// lately is a WHERE for what lies in so many months up to the end of the period.
func lately(column string, months int) func(query, *sql) {
	return func(q query, s *sql) {
		s.add(" "+column+" >= ? AND "+column+" < ?", q.period.Last().Add(1-months).First(), q.end)
	}
}

// repeated are the things that repeat offenders are judged by; f is the firm.
func repeated() (penalties, findings things) {
	penalties = issuedPenalties.joined(firmOf("x.firm_id"), false)
	penalties.when = lately("x.issued_on", repeatPenaltyMonths)
	findings = upheldFindings.joined(firmOf("x.firm_id"), false).only("f.code IS NOT NULL")
	findings.when = lately("x.found_on", repeatSameCodeMonths)
	return penalties, findings
}

func (b *builder) repeatOpenings(o map[string][]opening) {
	penalties, _ := repeated()
	o["repeat_offenders.penalties"] = []opening{{of: penalties, key: "f.code"}}
	o["repeat_offenders.same_code"] = []opening{{list: (*builder).sameCodeItems}}
}

// repeatLine is a firm with its decisions, and the code that was upheld most often.
type repeatLine struct {
	firm      string
	penalties int64
	code      string
	same      int64
}

// repeaters are the firms that meet one of the two conditions.
func (b *builder) repeaters(ctx context.Context) ([]repeatLine, error) {
	penalties, err := b.count(ctx, b.query, "repeat_offenders", "penalties")
	if err != nil {
		return nil, err
	}
	lines := map[string]*repeatLine{}
	for code, x := range penalties {
		lines[code] = &repeatLine{firm: code, penalties: x.n}
	}
	_, findings := repeated()
	s := new(sql)
	s.add("SELECT f.code, x.code, COUNT(*)")
	b.where(s, b.query, findings)
	err = b.each(ctx, s.add(" GROUP BY 1, 2 ORDER BY 3 DESC, 2"), func(scan func(...any) error) error {
		var firm, code string
		var n int64
		if err := scan(&firm, &code, &n); err != nil {
			return err
		}
		l := lines[firm]
		if l == nil {
			l = &repeatLine{firm: firm}
			lines[firm] = l
		}
		if n > l.same {
			l.code, l.same = code, n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count repeated codes: %w", err)
	}
	var out []repeatLine
	for _, l := range lines {
		if l.penalties >= repeatPenalties || l.same >= repeatSameCode {
			out = append(out, *l)
		}
	}
	slices.SortFunc(out, func(x, y repeatLine) int {
		return cmp.Or(cmp.Compare(y.penalties, x.penalties), cmp.Compare(y.same, x.same), strings.Compare(x.firm, y.firm))
	})
	return out, nil
}

// repeatOffenders lists them.
func (b *builder) repeatOffenders(ctx context.Context) (*Table, error) {
	lines, err := b.repeaters(ctx)
	if err != nil {
		return nil, err
	}
	firms := map[string]*partyLine{}
	for _, l := range lines {
		firms[l.firm] = &partyLine{party: party{Lender, l.firm}}
	}
	if _, err := b.named(ctx, firms); err != nil {
		return nil, err
	}
	t := b.table("repeat_offenders")
	for _, l := range lines {
		t.add(l.firm, l.firm, l.penalties, l.same, l.code, firms[l.firm].name)
	}
	return t, nil
}

// sameCodeItems are the findings of the code that was upheld most often.
func (b *builder) sameCodeItems(ctx context.Context, q query, row string, yield func(string, Item) error) error {
	at := *b
	at.query = q
	lines, err := at.repeaters(ctx)
	if err != nil {
		return err
	}
	_, findings := repeated()
	for _, l := range lines {
		if row != "" && row != l.firm {
			continue
		}
		if err := at.enumerate(ctx, q, findings.only("x.code = ?", l.code), "f.code", l.firm, yield); err != nil {
			return err
		}
	}
	return nil
}
