package complaint

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

const fieldContact = "contact.note"

// Ways to reach a complainant, keys of web/locales under "intake.ways".
var ContactWays = []string{"phone", "email", "sms", "post", "visit"}

// What came of an attempt, keys of web/locales under "intake.results".
const (
	Reached     = "reached"
	NotReached  = "not_reached"
	LeftMessage = "left_message"
	RefusedTalk = "refused"
)

// ContactResults lists what can come of an attempt.
var ContactResults = []string{Reached, NotReached, LeftMessage, RefusedTalk}

// Contact is an attempt to tell the complainant the result.
type Contact struct {
	At          time.Time
	UserID      int64
	Way, Result string
	Note        string // "" for who may not read it, see Hidden
	Hidden      bool   // the reporter is protected, and with them what they said
}

// LogContact notes an attempt to reach the complainant. Who was reached after the closing knows the result: the clock
// for telling it stops. Invalid, Conflict for an anonymous report, whom nobody can reach; Forbidden, NotFound.
func (s *Service) LogContact(ctx context.Context, by access.Actor, ref, way, result, text string) (*Contact, error) {
	text = tidy(text)
	if err := checkContact(way, result, text); err != nil {
		return nil, err
	}
	sealed, err := s.sealNote(ctx, by, access.LogContact, ref, fieldContact, text)
	if err != nil {
		return nil, fmt.Errorf("log contact: %w", err)
	}
	var out *Contact
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, access.LogContact, ref)
		if err != nil {
			return err
		}
		if c.Anonymous {
			return fault.New(fault.Conflict, "intake.nobody_to_tell")
		}
		r := &contactRow{ComplaintID: c.ID, At: store.At(tx.Now), UserID: by.UserID, Way: way, Result: result, Note: sealed}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventContact, false, ""); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.ContactTried, c.Reference, "way", way, "result", result); err != nil {
			return err
		}
		out = &Contact{At: r.At.Time(), UserID: by.UserID, Way: way, Result: result, Note: text}
		if result != Reached {
			return nil
		}
		return s.Told(ctx, tx, by, c, ToldContact)
	})
	if err != nil {
		return nil, fmt.Errorf("log contact: %w", err)
	}
	return out, nil
}

func checkContact(way, result, text string) error {
	var wrong fault.Fields
	if !slices.Contains(ContactWays, way) {
		wrong.Add("way", "fault.choose")
	}
	if !slices.Contains(ContactResults, result) {
		wrong.Add("result", "fault.choose")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return checkNote("note", text, false)
}

// sealNote seals a short text with the complaint's key before a transaction that writes; nothing for none.
func (s *Service) sealNote(ctx context.Context, by access.Actor, act access.Action, ref, field, text string) (seal.Sealed, error) {
	var key *seal.DataKey
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, act, ref)
		if err != nil {
			return err
		}
		if text == "" {
			return nil
		}
		key, err = s.dataKey(ctx, tx, c.DataKeyID)
		return err
	})
	if err != nil || text == "" {
		return nil, err
	}
	return key.Seal(field, text)
}

// Contacts lists the attempts to tell the result, oldest first; for staff alone. Forbidden, NotFound.
func (s *Service) Contacts(ctx context.Context, by access.Actor, ref string) ([]Contact, error) {
	var out []Contact
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		if by.Role == access.Borrower {
			return access.Denied(by)
		}
		rows, err := contacts(ctx, tx, c.ID)
		if err != nil || len(rows) == 0 {
			return err
		}
		out = make([]Contact, len(rows))
		for i, r := range rows {
			out[i] = Contact{At: r.At.Time(), UserID: r.UserID, Way: r.Way, Result: r.Result}
		}
		return s.openNotes(ctx, tx, by, c, o, rows, out)
	})
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return out, nil
}

func (s *Service) openNotes(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, o access.Owner, rows []contactRow, out []Contact) error {
	shown := seesMatter(by, c, o)
	var key *seal.DataKey
	if shown {
		var err error
		key, err = s.dataKey(ctx, tx, c.DataKeyID)
		if fault.Is(err, fault.NotFound) {
			return nil // forgotten: that somebody tried stays
		}
		if err != nil {
			return err
		}
	}
	for i, r := range rows {
		if out[i].Hidden = !shown; !shown || len(r.Note) == 0 {
			continue
		}
		var err error
		if out[i].Note, err = key.Open(fieldContact, r.Note); err != nil {
			return fmt.Errorf("open contact %d: %w", r.ID, err)
		}
	}
	return nil
}
