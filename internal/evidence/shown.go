package evidence

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// shown lists the files of a complaint as the actor may see them.
func (s *Service) shown(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint, o access.Owner) ([]Item, error) {
	all, err := s.items(ctx, tx, c)
	if err != nil || len(all) == 0 {
		return all, err
	}
	var from map[int64]string
	var passed map[int]bool
	if slices.ContainsFunc(all, Item.ofFirm) {
		if from, err = givers(ctx, tx, c.ID); err != nil {
			return nil, err
		}
		if passed, err = passedOn(ctx, tx, c.ID); err != nil {
			return nil, err
		}
	}
	hidden := !s.complaints.SeesMatter(by, c, o)
	out := all[:0]
	for _, i := range all {
		i.PassedOn = i.ofFirm() && passed[i.Number]
		if by.Role == access.Borrower {
			if i.ofFirm() && !i.PassedOn {
				continue
			}
			i.UserID = 0
		} else {
			i.From = from[i.ID]
		}
		if hidden {
			i.Name, i.SHA256, i.Hidden = "", nil, true
		}
		out = append(out, i)
	}
	return out, nil
}

func (i Item) ofFirm() bool { return access.Role(i.FromRole).OfFirm() }

// PassOn shows a firm's file to the complainant, who is told that there is something new, as of a message. Conflict for a
// file that no firm gave, or that was passed on before; Forbidden, NotFound.
func (s *Service) PassOn(ctx context.Context, by access.Actor, ref string, number int) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.complaints.Reach(ctx, tx, by, access.Message, ref)
		if err != nil {
			return err
		}
		r, err := rowOf(ctx, tx, c.ID, number)
		if err != nil {
			return err
		}
		passed, err := passedOn(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if by.Role == access.Borrower || !r.ofFirm() || passed[number] {
			return fault.New(fault.Conflict, "intake.not_to_pass")
		}
		label := Item{Number: number}.Label()
		if err := s.complaints.Note(ctx, tx, by, c.ID, complaint.EventFilePassed, true, label); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.MessageSent, c.Reference, "evidence", label)
		return err
	})
	if err != nil {
		return fmt.Errorf("pass on evidence: %w", err)
	}
	return nil
}
