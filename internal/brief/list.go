package brief

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Seen is a brief with what its reader can do with it.
type Seen struct {
	Brief
	Moves Moves
	// Hits are what a person should judge, of a text that is not told yet; none to those who may not see who is in the case.
	Hits []Hit
}

// Read finds a brief. Forbidden, NotFound.
func (s *Service) Read(ctx context.Context, by access.Actor, ref string) (*Seen, error) {
	var out *Seen
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		b, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReadBrief, b.Case.Owner()); err != nil {
			return err
		}
		out = &Seen{Brief: *b, Moves: s.moves(ctx, tx, by, b)}
		if b.State == Approved || b.State == Withdrawn || !s.d.Complaints.SeesPerson(by, b.Case.Complaint, b.Case.Owner()) {
			return nil
		}
		known, err := s.known(ctx, tx, b.Case)
		out.Hits = Check(b.Text, known)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read brief %s: %w", ref, err)
	}
	return out, nil
}

// List are the briefs of a month that the actor may read, what waits first. Forbidden.
func (s *Service) List(ctx context.Context, by access.Actor, m calendar.Month) ([]Brief, error) {
	if err := s.d.Policy.May(by, access.ReadBrief); err != nil {
		return nil, err
	}
	var out []Brief
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := s.findBriefs(ctx, tx, "period = ?", m)
		if err != nil {
			return err
		}
		for _, b := range all {
			if s.d.Policy.Check(by, access.ReadBrief, b.Case.Owner()) == nil {
				out = append(out, b)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list briefs of %s: %w", m, err)
	}
	slices.SortStableFunc(out, func(a, b Brief) int { return slices.Index(States, a.State) - slices.Index(States, b.State) })
	return out, nil
}

// OfCase is the brief that tells a case, nil where there is none; may says that the actor can write one now. Forbidden, NotFound.
func (s *Service) OfCase(ctx context.Context, by access.Actor, caseRef string) (b *Brief, may bool, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.d.Cases.Find(ctx, tx, caseRef)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.ReadBrief, k.Owner()); err != nil {
			return err
		}
		list, err := s.findBriefs(ctx, tx, "case_id = ? AND state <> 'withdrawn'", k.ID)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			b = &list[0]
			return nil
		}
		if _, err := s.writable(ctx, tx, by, caseRef); err != nil {
			return nil
		}
		_, err = s.tellable(ctx, tx, k)
		may = err == nil
		if fault.Is(err, fault.Conflict) {
			err = nil
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("brief of %s: %w", caseRef, err)
	}
	return b, may, nil
}

// Frame is what a form for a brief of a case is made of.
type Frame struct {
	Case        *casework.Case
	First, Last calendar.Month // in whose reports the case can be told
	Codes       []string       // that it can be about
	Upheld      []string       // of these, with a finding that upholds them
	Kind        string         // of firm, the likeliest
}

// Frame makes the frame of a form. Conflict where the case cannot be told, Forbidden, NotFound.
func (s *Service) Frame(ctx context.Context, by access.Actor, caseRef string) (*Frame, error) {
	out := &Frame{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		k, err := s.writable(ctx, tx, by, caseRef)
		if err != nil {
			return err
		}
		out.Case, out.Last = k, calendar.MonthOf(s.today(tx))
		if out.First, err = s.tellable(ctx, tx, k); err != nil {
			return err
		}
		if out.Codes, err = s.codesOf(ctx, tx, k); err != nil {
			return err
		}
		findings, err := s.d.Cases.StandingFindings(ctx, tx, k.ID)
		if err != nil {
			return err
		}
		pack, _ := s.d.Book.Pack(k.Pack)
		for _, f := range findings {
			if f.Upheld(pack) {
				out.Upheld = append(out.Upheld, f.Code)
			}
		}
		if out.Kind = "other"; k.Agency != nil {
			out.Kind = "agency"
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("frame a brief of %s: %w", caseRef, err)
	}
	return out, nil
}

// suggested is how many cases are offered to choose from.
const suggested = 12

// Suggest are cases worth telling in a month: closed in it with a finding that stands against the firm, the gravest first, not
// told yet, and within what the actor may write. Somebody chooses; nothing is told by itself. Forbidden.
func (s *Service) Suggest(ctx context.Context, by access.Actor, m calendar.Month) ([]casework.Case, error) {
	if err := s.d.Policy.May(by, access.ReadBrief); err != nil {
		return nil, err
	}
	query := "SELECT k.id FROM cases k WHERE k.status = 'closed' AND k.closed_on >= ? AND k.closed_on < ? AND k.outcome IN ('substantiated', 'partially_substantiated')" +
		" AND NOT EXISTS (SELECT 1 FROM case_briefs b WHERE b.case_id = k.id AND b.state <> 'withdrawn')" +
		" AND NOT EXISTS (SELECT 1 FROM recusals r WHERE r.case_id = k.id AND r.user_id = ?)"
	args := []any{m.First(), m.Next().First(), by.UserID}
	switch s.d.Policy.Widest(by.Role, access.WriteBrief) {
	case access.Own:
		query, args = query+" AND k.officer_id = ?", append(args, by.UserID)
	case access.Unit:
		query, args = query+" AND k.unit_id = ?", append(args, by.UnitID)
	case access.None:
		return nil, nil
	}
	var out []casework.Case
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		order := " ORDER BY (SELECT COUNT(*) FROM penalties p WHERE p.case_id = k.id AND p.issued_on IS NOT NULL) DESC, k.severity DESC, k.closed_on, k.id LIMIT ?"
		list, err := ids(ctx, tx, query+order, append(args, suggested)...)
		if err != nil {
			return err
		}
		cases, err := s.d.Cases.FindAll(ctx, tx, list)
		for _, id := range list {
			if k := cases[id]; k != nil {
				out = append(out, *k)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("suggest cases for %s: %w", m, err)
	}
	return out, nil
}

func ids(ctx context.Context, tx *store.Tx, query string, args ...any) (out []int64, err error) {
	rows, err := tx.Rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
