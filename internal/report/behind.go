package report

import (
	"context"
	"fmt"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// The names of Figure.
const (
	FigureOverdue   = "overdue"   // complaints that were past a due date at the cut-off
	FigureFindings  = "findings"  // standing findings recorded in the month: Code, Outcome, Firm, Role
	FigurePenalties = "penalties" // penalties issued in the month: Firm, Role
	FigureClocks    = "clocks"    // clocks by what they did in the month: Clock, State
)

// Upheld is a Figure.Outcome: substantiated in whole or in part.
const Upheld = "upheld"

// Figure names a figure whose items the lists of other areas cannot show. Its fields are the parameters of the address
// that Links.Behind writes; empty ones do not filter.
type Figure struct {
	Name    string // figure
	Code    string // code
	Outcome string // outcome: Upheld, or one of the rulebook
	Firm    string // firm: code, or None
	Role    string // role: Lender or Agency, with Firm
	Clock   string // clock: key of the rulebook's limit
	State   string // state: ClockStarted ...
	Unit    string // unit: workday or day, with Clock: packs count one limit in different units
}

// Item is one thing behind a figure.
type Item struct {
	Kind      string // complaint, case, penalty, finding
	Reference string // of the complaint, the case (for a finding too) or the penalty
	Number    int    // of a finding
	Code      string
	Outcome   string
	On        calendar.Date // when due, found or issued
	Fen       int64         // of a penalty: fine and confiscation
	Path      string        // opens it
}

var itemPaths = map[string]string{"complaint": "/complaints/", "case": "/cases/", "finding": "/cases/", "penalty": "/penalties/"}

// Behind lists what is behind a figure of a month, as many as the figure says. Forbidden; NotFound for a figure or a
// pack that does not exist.
func (s *Service) Behind(ctx context.Context, by access.Actor, m calendar.Month, pack string, f Figure) ([]Item, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	list := map[string]func(*builder, context.Context, Figure) ([]Item, error){
		FigureOverdue: (*builder).overdueItems, FigureFindings: (*builder).findingItems,
		FigurePenalties: (*builder).penaltyItems, FigureClocks: (*builder).clockItems,
	}[f.Name]
	if list == nil {
		return nil, notFound()
	}
	var out []Item
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, m, pack)
		if err != nil {
			return err
		}
		out, err = list(&builder{query: q, s: s}, ctx, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("behind %s of %s: %w", f.Name, m, err)
	}
	for i := range out {
		out[i].Path = itemPaths[out[i].Kind] + out[i].Reference
		if out[i].Number > 0 {
			out[i].Path += "#finding-" + strconv.Itoa(out[i].Number)
		}
	}
	return out, nil
}

func (b *builder) overdueItems(ctx context.Context, _ Figure) ([]Item, error) {
	var out []Item
	s := b.openHistories(new(sql)).add(" SELECT c.reference, h.pack, h.history FROM h JOIN complaints c ON c.id = h.complaint ORDER BY c.id")
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var ref, pack, text string
		if err := scan(&ref, &pack, &text); err != nil {
			return err
		}
		due, err := b.s.missed(pack, text, b.today)
		if !due.IsZero() {
			out = append(out, Item{Kind: "complaint", Reference: ref, On: due})
		}
		return err
	})
	return out, err
}

func (b *builder) clockItems(ctx context.Context, f Figure) ([]Item, error) {
	var out []Item
	s := b.clockHistories(new(sql)).add(" SELECT h.owner, h.reference, h.pack, h.history FROM h WHERE (h.clock = ? OR h.clock LIKE ?)", f.Clock, f.Clock+"#%")
	b.packed(s, "h.pack").add(" ORDER BY h.owner, h.owner_id")
	err := b.each(ctx, s, func(scan func(...any) error) error {
		var owner, ref, pack, text string
		if err := scan(&owner, &ref, &pack, &text); err != nil {
			return err
		}
		r, err := b.judged(pack, text)
		if err == nil && r.is(f.State) && (f.Unit == "" || f.Unit == r.unit) {
			out = append(out, Item{Kind: owner, Reference: ref, On: r.due})
		}
		return err
	})
	return out, err
}

func (b *builder) findingItems(ctx context.Context, f Figure) ([]Item, error) {
	s := new(sql)
	s.add("SELECT k.reference, x.number, x.code, x.outcome, x.found_on FROM findings x JOIN cases k ON k.id = x.case_id" + firmOf("x.firm_id") + " WHERE x.superseded_by IS NULL AND")
	f.party(b.packed(b.within(s, "x.found_on"), "k.pack"))
	if f.Code != "" {
		s.add(" AND x.code = ?", f.Code)
	}
	switch f.Outcome {
	case "":
	case Upheld:
		oneOf(s, "x.outcome", b.s.outcomes(b.pack).upheld)
	default:
		s.add(" AND x.outcome = ?", f.Outcome)
	}
	var out []Item
	err := b.each(ctx, s.add(" ORDER BY x.found_on, x.id"), func(scan func(...any) error) error {
		i := Item{Kind: "finding"}
		defer func() { out = append(out, i) }()
		return scan(&i.Reference, &i.Number, &i.Code, &i.Outcome, &i.On)
	})
	return out, err
}

func (b *builder) penaltyItems(ctx context.Context, f Figure) ([]Item, error) {
	s := new(sql)
	s.add("SELECT x.reference, x.issued_on, x.fine_fen + x.confiscation_fen FROM penalties x JOIN cases k ON k.id = x.case_id" + firmOf("x.firm_id") + " WHERE")
	f.party(b.packed(b.within(s, "x.issued_on"), "k.pack"))
	var out []Item
	err := b.each(ctx, s.add(" ORDER BY x.issued_on, x.id"), func(scan func(...any) error) error {
		i := Item{Kind: "penalty"}
		defer func() { out = append(out, i) }()
		return scan(&i.Reference, &i.On, &i.Fen)
	})
	return out, err
}

// party limits to the firm f in its part in the case k of x.
func (f Figure) party(s *sql) {
	if f.Firm == None {
		s.add(" AND f.code IS NULL")
	} else if f.Firm != "" {
		s.add(" AND f.code = ?", f.Firm)
	}
	if f.Role != "" {
		s.add(" AND "+partyOf+" = ?", f.Role)
	}
}
