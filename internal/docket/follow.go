package docket

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

// change is a calendar that came to know more, and where.
type change struct {
	code        string
	first, last calendar.Date // the days that changed; none: only what is provisional is counted again
	years       []*yearRow    // the imports that it came by; none: built in
	next        *calendar.Calendar
}

// follow counts again what leans on a change, records what moved and brings the due dates in step. detail is for the
// audit entry, which is written if anything moved or detail is not nil.
func (s *Service) follow(ctx context.Context, tx *store.Tx, by access.Actor, c change, detail func() []any) ([]Move, error) {
	subjects, err := leaning(ctx, tx, c.first, c.last)
	if err != nil {
		return nil, err
	}
	of := func(kind deadline.OwnerKind, id int64) *calendar.Calendar {
		p, ok := s.d.Book.Pack(subjects[deadline.Owner{Kind: kind, ID: id}].pack)
		if !ok || p.Calendar != c.code {
			return nil
		}
		return c.next
	}
	moved, err := deadline.Recompute(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	if !c.first.IsZero() {
		more, err := deadline.RecomputeOver(ctx, tx, c.first, c.last, of)
		if err != nil {
			return nil, err
		}
		moved = append(moved, more...)
	}
	s.d.Calendars[c.code].Adopt(c.next)
	moves := make([]Move, len(moved))
	for i, m := range moved {
		moves[i] = Move{m.Owner, subjects[m.Owner].reference, m.Clock, m.Was, m.Is}
	}
	slices.SortFunc(moves, func(a, b Move) int {
		return cmp.Or(a.Is.Compare(b.Is), strings.Compare(a.Reference, b.Reference), strings.Compare(a.Clock, b.Clock))
	})
	if err := keepMoves(ctx, tx, c.years, moves); err != nil {
		return nil, err
	}
	if err := s.redue(ctx, tx, moves); err != nil {
		return nil, err
	}
	if len(moves) == 0 && detail == nil {
		return nil, nil
	}
	entry := []any{"moved", len(moves), "references", listed(moves)}
	if detail != nil {
		entry = append(entry, detail()...)
	}
	_, err = s.d.Log.Append(ctx, tx, by, audit.CalendarImported, "calendar/"+c.code, entry...)
	return moves, err
}

// listed names what moved, each reference once, for the audit entry.
func listed(moves []Move) []string {
	seen := map[string]bool{}
	list := []string{}
	for _, m := range moves {
		if !seen[m.Reference] && len(list) < maxListed {
			seen[m.Reference] = true
			list = append(list, m.Reference)
		}
	}
	return list
}

// keepMoves records each move with the imported year that it leans on.
func keepMoves(ctx context.Context, tx *store.Tx, years []*yearRow, moves []Move) error {
	if len(years) == 0 {
		return nil
	}
	rows := make([]*moveRow, len(moves))
	for i, m := range moves {
		year := years[0]
		for _, y := range years {
			if int(y.Year) == m.Is.Year() {
				year = y
			}
		}
		rows[i] = &moveRow{
			CalendarYearID: year.ID, Owner: string(m.Owner.Kind), OwnerID: m.Owner.ID, Clock: m.Clock, Reference: m.Reference, WasOn: m.Was, IsOn: m.Is,
		}
	}
	for some := range slices.Chunk(rows, 1000) {
		if err := store.InsertAll(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// redue has the owners bring their due dates in step.
func (s *Service) redue(ctx context.Context, tx *store.Tx, moves []Move) error {
	ids := map[deadline.OwnerKind][]int64{}
	seen := map[deadline.Owner]bool{}
	for _, m := range moves {
		if !seen[m.Owner] {
			seen[m.Owner] = true
			ids[m.Owner.Kind] = append(ids[m.Owner.Kind], m.Owner.ID)
		}
	}
	for kind, f := range map[deadline.OwnerKind]func(context.Context, *store.Tx, []int64) error{
		deadline.OfComplaint: s.d.RedueComplaints, deadline.OfCase: s.d.RedueCases,
	} {
		for some := range slices.Chunk(ids[kind], 500) {
			if err := f(ctx, tx, some); err != nil {
				return err
			}
		}
	}
	return nil
}
