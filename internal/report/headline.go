package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// headlineFigures are the lines of the headline table in order.
var headlineFigures = []struct {
	key, kind, definition string
	of                    func(*Headline) *int64
	opening               opening
}{
	{"received", Count, "received", func(h *Headline) *int64 { return &h.Received }, opening{of: receivedComplaints}},
	{"accepted", Count, "accepted", func(h *Headline) *int64 { return &h.Accepted }, opening{of: openedCases}},
	{"closed", Count, "closed", func(h *Headline) *int64 { return &h.Closed }, opening{of: closedCases}},
	{"open", Count, "open", func(h *Headline) *int64 { return &h.Open }, opening{of: openComplaints}},
	{"overdue", Count, "overdue", func(h *Headline) *int64 { return &h.Overdue }, opening{list: overdueItems}},
	{"findings_substantiated", Count, "findings_substantiated", func(h *Headline) *int64 { return &h.FindingsSubstantiated }, opening{of: upheldFindings}},
	{"penalties_issued", Count, "penalties_issued", func(h *Headline) *int64 { return &h.PenaltiesIssued }, opening{of: issuedPenalties}},
	{"penalty_amount_fen", Fen, "penalty_amount", func(h *Headline) *int64 { return &h.PenaltyAmountFen }, opening{of: issuedPenalties}},
}

// figures computes the headline of the query's period.
func (b *builder) figures(ctx context.Context, q query) (h Headline, err error) {
	for _, f := range headlineFigures {
		if f.opening.list != nil || f.kind == Fen {
			continue
		}
		got, err := b.tally(ctx, q, f.opening.of, "'"+f.key+"'")
		if err != nil {
			return h, fmt.Errorf("headline %s: %w", f.key, err)
		}
		*f.of(&h) = got[f.key].n
		if f.key == "penalties_issued" {
			h.PenaltyAmountFen = got[f.key].fen
		}
	}
	h.Overdue, err = b.overdue(ctx, q)
	return h, err
}

// open selects the complaints received before the cut-off and not ended by then. The two halves keep to one index each:
// what is open today, and what has ended since. What an import refused by itself (decided by nobody) was never open.
func (q query) open(s *sql) *sql { return q.openWith(s, "c.id, c.pack, c.reference, c.received_on") }

// openWith is open with some columns of the complaints c: id and pack stand in the indexes.
func (q query) openWith(s *sql, columns string) *sql {
	columns = "SELECT " + columns + " FROM complaints c WHERE "
	s.add(columns+"c.status IN ('received', 'supplement', 'accepted') AND c.ended_at IS NULL AND c.received_on < ?", q.end)
	q.packed(s, "c.pack")
	// Joined to nothing, the date is no key of an index: what ended since is not to be looked for among all received.
	s.add(" UNION ALL "+columns+"c.ended_at >= ? AND c.received_on || '' < ? AND (c.decided_at IS NULL OR c.decided_by IS NOT NULL)", q.cutOff.Unix(), q.end)
	return q.packed(s, "c.pack")
}

// wasOpen is open as a condition on a complaint c.
func (q query) wasOpen(s *sql) *sql {
	return s.add("c.received_on || '' < ? AND (c.ended_at IS NULL AND c.status IN ('received', 'supplement', 'accepted')"+
		" OR c.ended_at >= ? AND (c.decided_at IS NULL OR c.decided_by IS NOT NULL))", q.end, q.cutOff.Unix())
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

// headline sets the period beside the one before (环比) and the same a year before (同比), and a month beside the mean of
// the last three, which evens out what a short month or a holiday does.
func (b *builder) headline(ctx context.Context) (*Table, error) {
	periods := []Period{b.period, b.period.Prev(), b.period.YearBefore()}
	if b.period.Kind() == KindMonth {
		periods = append(periods, b.period.Prev().Prev())
	}
	var at []Headline
	for _, p := range periods {
		h, err := b.figures(ctx, b.at(p))
		if err != nil {
			return nil, err
		}
		at = append(at, h)
	}
	b.head = at[0]
	t := b.table("headline")
	for _, f := range headlineFigures {
		now, previous, year := *f.of(&at[0]), *f.of(&at[1]), *f.of(&at[2])
		average := any(nil)
		if len(at) > 3 {
			average = round(float64(now+previous+*f.of(&at[3]))/3, 1)
		}
		t.RowKinds, t.RowDefinitions = append(t.RowKinds, f.kind), append(t.RowDefinitions, f.definition)
		t.add(f.key, f.key, now, previous, change(now, previous), year, change(now, year), average, b.words.T(b.lang, "report.figure."+f.key))
	}
	return t, nil
}

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
