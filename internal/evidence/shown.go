package evidence

import (
	"context"
	"fmt"
	"io"
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

// Linked lists the files that lie with a complaint linked to this one: what was sent with a letter that was split in two
// lies with the one as which it came. Item.Of says where. NotFound.
func (s *Service) Linked(ctx context.Context, by access.Actor, ref string) ([]Item, error) {
	var out []Item
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.reach(ctx, tx, by, ref)
		if err != nil || !s.complaints.SeesMatter(by, c, o) {
			return err
		}
		list, err := s.complaints.Linked(ctx, tx, by, c, o)
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.Kind != complaint.LinkSplitFrom {
				continue // its own files are its own matter
			}
			files, err := s.shown(ctx, tx, by, l.Complaint, o)
			if err != nil {
				return err
			}
			for _, f := range files {
				f.Of = l.Reference
				out = append(out, f)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list linked evidence: %w", err)
	}
	return out, nil
}

// OpenLinked is Open for a file that Linked shows: ref is the complaint that the actor works on, of the one with which the
// file lies. NotFound.
func (s *Service) OpenLinked(ctx context.Context, by access.Actor, ref, of string, number int) (*Item, io.ReadCloser, error) {
	item, body, err := s.openIn(ctx, by, number, func(tx *store.Tx) (*complaint.Complaint, error) {
		c, o, err := s.reach(ctx, tx, by, ref)
		if err != nil {
			return nil, err
		}
		list, err := s.complaints.Linked(ctx, tx, by, c, o)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			if l.Kind == complaint.LinkSplitFrom && l.Reference == of && s.complaints.SeesMatter(by, c, o) {
				return l.Complaint, nil
			}
		}
		return nil, fault.New(fault.NotFound, "fault.not_found")
	})
	if item != nil {
		item.Of = of
	}
	return item, body, err
}

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
