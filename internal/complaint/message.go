package complaint

import (
	"context"
	"fmt"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Messages lists the conversation, oldest first. Who in the office wrote stays
// hidden from the complainant; of a report, what was written stays hidden from who may not read it.
func (s *Service) Messages(ctx context.Context, by access.Actor, ref string) ([]Message, error) {
	var rows []messageRow
	var key *seal.DataKey
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		if rows, err = messages(ctx, tx, c.ID); err != nil || len(rows) == 0 {
			return err
		}
		if !seesMatter(by, c, o) {
			return nil
		}
		key, err = s.dataKey(ctx, tx, c.DataKeyID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	out := make([]Message, len(rows))
	for i, r := range rows {
		out[i] = Message{ID: r.ID, At: r.At.Time(), FromStaff: bool(r.FromStaff), UserID: int64(r.UserID), Hidden: key == nil}
		if key == nil {
			continue
		}
		if out[i].Body, err = key.Open(fieldMessage, r.Body); err != nil {
			return nil, fmt.Errorf("open message %d: %w", r.ID, err)
		}
		if by.Role == access.Borrower {
			out[i].UserID = 0
		}
	}
	return out, nil
}

// Send adds a message from either side; the complainant is told by e-mail that
// there is one, never what it says. Invalid, Forbidden, NotFound.
func (s *Service) Send(ctx context.Context, by access.Actor, ref, body string) (*Message, error) {
	body, sealed, err := s.sealBody(ctx, by, access.Message, ref, "body", body)
	if err != nil {
		return nil, err
	}
	var m *Message
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, access.Message, ref)
		if err != nil {
			return err
		}
		r, err := insertMessage(ctx, tx, by, c.ID, sealed)
		if err != nil {
			return err
		}
		kind := EventMessage
		if by.Role == access.Borrower {
			kind = EventReply
		}
		if err := note(ctx, tx, by, c.ID, kind, true, ""); err != nil {
			return err
		}
		m = &Message{ID: r.ID, At: r.At.Time(), FromStaff: bool(r.FromStaff), UserID: int64(r.UserID), Body: body}
		if _, err := s.log.Append(ctx, tx, by, audit.MessageSent, c.Reference, "message", r.ID); err != nil {
			return err
		}
		if !m.FromStaff {
			return nil
		}
		return s.tell(ctx, tx, c, "mail.message", s.today(tx))
	})
	if err != nil {
		return nil, fmt.Errorf("send message: %w", err)
	}
	return m, nil
}

// sealBody checks a text and seals it with the complaint's key, before any
// transaction that writes.
func (s *Service) sealBody(ctx context.Context, by access.Actor, act access.Action, ref, field, body string) (string, seal.Sealed, error) {
	body = tidy(body)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(body); {
	case n == 0:
		wrong.Add(field, "fault.required")
	case n > maxNarrative:
		wrong.Add(field, "fault.too_long", maxNarrative, n)
	case unwanted(body, true):
		wrong.Add(field, "complaint.characters")
	}
	if err := wrong.Err(); err != nil {
		return "", nil, err
	}
	var key *seal.DataKey
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, act, ref)
		if err != nil {
			return err
		}
		key, err = s.dataKey(ctx, tx, c.DataKeyID)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	sealed, err := key.Seal(fieldMessage, body)
	return body, sealed, err
}

// tell queues a mail to the complainant, if an address was given and the key
// that opens it still exists.
func (s *Service) tell(ctx context.Context, tx *store.Tx, c *Complaint, template string, on calendar.Date) error {
	to, err := s.mailbox(ctx, tx, c)
	if err != nil {
		return err
	}
	return s.mail(ctx, tx, c, to, template, on)
}

// mailbox is the complainant's e-mail address; "" where none was given or its key was destroyed.
func (s *Service) mailbox(ctx context.Context, tx *store.Tx, c *Complaint) (string, error) {
	if len(c.Email) == 0 {
		return "", nil
	}
	key, err := s.dataKey(ctx, tx, c.DataKeyID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	to, err := key.Open(fieldEmail, c.Email)
	if err != nil {
		return "", fmt.Errorf("open e-mail of %s: %w", c.Reference, err)
	}
	return to, nil
}
