package forwarding

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/store"
)

// ToCheck is a firm's answer that the office has not judged yet.
type ToCheck struct {
	Reference     string // of the forward
	CaseReference string
	Pack          string // of the case
	Firm          firm.Firm
	Kind          Kind
	Status        Status // Answered or ReviewAnswered
	AnsweredOn    calendar.Date
	DueOn         calendar.Date // of the check; no date where no clock of the pack measures it, or it is held
}

// maxToCheck bounds the list: nobody reads more at once, and what was judged makes room.
const maxToCheck = 200

// ToCheck lists the answers within the actor's reach that wait for the office's check, the one due first first; at most
// 200. What lenders passed on is theirs to judge and not in it. Forbidden.
func (s *Service) ToCheck(ctx context.Context, by access.Actor) ([]ToCheck, error) {
	if err := s.d.Policy.May(by, access.CheckAnswer); err != nil {
		return nil, err
	}
	reach, args := "1 = 1", []any(nil)
	switch s.d.Policy.Widest(by.Role, access.CheckAnswer) {
	case access.Any:
	case access.Unit:
		reach, args = "c.unit_id = ?", []any{by.UnitID}
	default:
		reach, args = "c.officer_id = ?", []any{by.UserID}
	}
	var out []ToCheck
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = s.unchecked(ctx, tx, reach, args)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("answers to check: %w", err)
	}
	return out, nil
}

func (s *Service) unchecked(ctx context.Context, tx *store.Tx, reach string, args []any) ([]ToCheck, error) {
	rows, err := tx.Rows(ctx, `
		SELECT f.reference, c.reference, c.pack, f.firm_id, f.kind, f.status, coalesce(f.answered_on, ''), coalesce(s.due_on, '')
		FROM forwards f JOIN cases c ON c.id = f.case_id
		LEFT JOIN clock_states s ON s.owner = 'case' AND s.owner_id = f.case_id AND s.clock = f.clock
		WHERE f.status IN ('answered', 'review_answered') AND f.parent_id IS NULL AND c.status <> 'closed' AND `+reach+`
		ORDER BY coalesce(s.due_on, '9999-12-31'), f.id LIMIT `+fmt.Sprint(maxToCheck), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ToCheck
	var firms []int64
	for rows.Next() {
		var t ToCheck
		var kind, status, answered, due string
		if err := rows.Scan(&t.Reference, &t.CaseReference, &t.Pack, &t.Firm.ID, &kind, &status, &answered, &due); err != nil {
			return nil, err
		}
		t.Kind, t.Status = Kind(kind), Status(status)
		if t.AnsweredOn, err = dayOf(answered); err != nil {
			return nil, err
		}
		if t.DueOn, err = dayOf(due); err != nil {
			return nil, err
		}
		out, firms = append(out, t), append(firms, t.Firm.ID)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	known, err := s.d.Firms.ByIDs(ctx, tx, firms)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Firm = known[out[i].Firm.ID]
	}
	return out, nil
}

// dayOf reads a stored day; "" is none.
func dayOf(text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	return calendar.ParseDate(text)
}
