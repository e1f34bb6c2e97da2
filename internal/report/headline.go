package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// figures computes the headline of the query's month.
func (b *builder) figures(ctx context.Context, q query) (h Headline, err error) {
	for _, f := range []struct {
		into *int64
		of   *sql
	}{
		{&h.Received, q.counted("complaints c", "c.received_on", "c.pack")},
		{&h.Accepted, q.counted("cases k", "k.opened_on", "k.pack")},
		{&h.Closed, q.counted("cases k", "k.closed_on", "k.pack")},
	} {
		if *f.into, err = q.count(ctx, f.of); err != nil {
			return h, fmt.Errorf("headline: %w", err)
		}
	}
	open := new(sql)
	open.add("SELECT COUNT(*) FROM (")
	q.open(open)
	if h.Open, err = q.count(ctx, open.add(") o")); err != nil {
		return h, fmt.Errorf("count open complaints: %w", err)
	}
	if h.Overdue, err = b.overdue(ctx, q); err != nil {
		return h, err
	}
	upheld := b.s.outcomes(q.pack).upheld
	found := new(sql)
	found.add("SELECT COUNT(*) FROM findings f JOIN cases k ON k.id = f.case_id WHERE f.superseded_by IS NULL AND")
	q.within(found, "f.found_on")
	oneOf(q.packed(found, "k.pack"), "f.outcome", upheld)
	if h.FindingsSubstantiated, err = q.count(ctx, found); err != nil {
		return h, fmt.Errorf("count findings: %w", err)
	}
	issued := new(sql)
	issued.add("SELECT COUNT(*), CAST(COALESCE(SUM(p.fine_fen + p.confiscation_fen), 0) AS BIGINT) FROM penalties p JOIN cases k ON k.id = p.case_id WHERE")
	q.within(issued, "p.issued_on")
	if err = q.one(ctx, q.packed(issued, "k.pack"), &h.PenaltiesIssued, &h.PenaltyAmountFen); err != nil {
		return h, fmt.Errorf("count penalties: %w", err)
	}
	return h, nil
}

// counted counts the rows of a table with a date in the month.
func (q query) counted(table, date, pack string) *sql {
	s := new(sql)
	s.add("SELECT COUNT(*) FROM " + table + " WHERE")
	return q.packed(q.within(s, date), pack)
}

// open selects id and pack of the complaints received before the cut-off and not ended by then. The two halves keep to
// one index each: what is open today, and what has ended since. What an import refused by itself (decided by nobody) was
// never open.
func (q query) open(s *sql) *sql {
	s.add("SELECT c.id, c.pack FROM complaints c WHERE c.status IN ('received', 'supplement', 'accepted') AND c.ended_at IS NULL AND c.received_on < ?", q.end)
	q.packed(s, "c.pack")
	s.add(" UNION ALL SELECT c.id, c.pack FROM complaints c WHERE c.ended_at >= ? AND c.received_on < ? AND (c.decided_at IS NULL OR c.decided_by IS NOT NULL)", q.cutOff.Unix(), q.end)
	return q.packed(s, "c.pack")
}

// oneOf is "column is one of the values"; nothing is one of none.
func oneOf(s *sql, column string, values []string) *sql {
	if len(values) == 0 {
		return s.add(" AND 1 = 0")
	}
	s.add(" AND " + column + " IN (?" + strings.Repeat(", ?", len(values)-1) + ")")
	for _, v := range values {
		s.args = append(s.args, v)
	}
	return s
}

// headlineFigures are the lines of the headline table in order. link opens what is behind the figure of the links' month.
var headlineFigures = []struct {
	key, kind string
	of        func(Headline) int64
	link      func(Links) string
}{
	{"received", Count, func(h Headline) int64 { return h.Received }, func(l Links) string { return l.Received() }},
	{"accepted", Count, func(h Headline) int64 { return h.Accepted }, func(l Links) string { return l.Accepted() }},
	{"closed", Count, func(h Headline) int64 { return h.Closed }, func(l Links) string { return l.Closed() }},
	{"open", Count, func(h Headline) int64 { return h.Open }, Links.Open},
	{"overdue", Count, func(h Headline) int64 { return h.Overdue }, func(l Links) string { return l.Behind(Figure{Name: FigureOverdue}) }},
	{"findings_substantiated", Count, func(h Headline) int64 { return h.FindingsSubstantiated }, func(l Links) string { return l.Behind(Figure{Name: FigureFindings, Outcome: Upheld}) }},
	{"penalties_issued", Count, func(h Headline) int64 { return h.PenaltiesIssued }, func(l Links) string { return l.Issued() }},
	{"penalty_amount_fen", Fen, func(h Headline) int64 { return h.PenaltyAmountFen }, func(l Links) string { return l.Issued() }},
}

// headline sets the month beside the month before (环比), the same month a year before (同比) and the mean of the last
// three months, which evens out what a short month or a holiday does.
func (b *builder) headline(ctx context.Context) (*Table, error) {
	at := map[int]Headline{}
	for _, back := range []int{0, 1, 2, 12} {
		h, err := b.figures(ctx, b.at(b.month.Add(-back)))
		if err != nil {
			return nil, err
		}
		at[back] = h
	}
	b.head = at[0]
	t := b.table("headline", column{"figure", Text}, column{"value", Count}, column{"previous", Count}, column{"change", Percent},
		column{"year_before", Count}, column{"year_change", Percent}, column{"average", Count}, column{"name", Text})
	for _, f := range headlineFigures {
		now, previous, year := f.of(at[0]), f.of(at[1]), f.of(at[12])
		mean := round(float64(now+previous+f.of(at[2]))/3, 1)
		t.RowKinds = append(t.RowKinds, f.kind)
		t.add(plain(f.key), cell{now, f.link(b.links)}, cell{previous, f.link(b.links.back(1))}, plain(change(now, previous)),
			cell{year, f.link(b.links.back(12))}, plain(change(now, year)), plain(mean), plain(b.words.T(b.lang, "report.figure."+f.key)))
	}
	return t, nil
}

// back is the links of the month n months earlier.
func (l Links) back(n int) Links { return Links{Month: l.Month.Add(-n), Pack: l.Pack} }

// outcomes are those of the packs in question.
type outcomes struct {
	upheld, counted []string
	order           []string
}

func (o outcomes) isUpheld(id string) bool  { return slices.Contains(o.upheld, id) }
func (o outcomes) isCounted(id string) bool { return slices.Contains(o.counted, id) }

// outcomes gathers the finding outcomes of a pack, or of all.
func (s *Service) outcomes(pack string) outcomes {
	var o outcomes
	for _, p := range s.packs(pack) {
		for _, f := range p.FindingOutcomes() {
			if slices.Contains(o.order, f.ID) {
				continue
			}
			o.order = append(o.order, f.ID)
			if f.Upheld {
				o.upheld = append(o.upheld, f.ID)
			}
			if f.Counted {
				o.counted = append(o.counted, f.ID)
			}
		}
	}
	return o
}
