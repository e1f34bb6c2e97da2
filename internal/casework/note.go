package casework

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Note is an internal remark. It is sealed with the complaint's key, since officers write about people in it.
type Note struct {
	ID       int64
	At       time.Time
	UserID   int64
	UserName string
	Body     string // "" once the complaint's key is destroyed
}

const (
	noteField = "case.note" // the name under which a note is sealed
	maxNote   = 5_000       // characters
)

// Note adds an internal remark; a closed case takes them too. Invalid (body), Forbidden, NotFound.
func (s *Service) Note(ctx context.Context, by access.Actor, ref, body string) (*Note, error) {
	body = strings.TrimSpace(body)
	if n := utf8.RuneCountInString(body); n == 0 {
		return nil, wrong("body", "fault.required")
	} else if n > maxNote {
		return nil, wrong("body", "fault.too_long", maxNote, n)
	}
	var note *Note
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		if err := s.d.Policy.Check(by, access.NoteCase, c.Owner()); err != nil {
			return err
		}
		key, err := s.d.Complaints.DataKey(ctx, tx, c.Complaint)
		if err != nil {
			return err
		}
		sealed, err := key.Seal(noteField, body)
		if err != nil {
			return err
		}
		id, err := insertNote(ctx, tx, c.ID, by.UserID, sealed)
		if err != nil {
			return err
		}
		note = &Note{ID: id, At: tx.Now, UserID: by.UserID, UserName: by.Name, Body: body}
		_, err = s.d.Log.Append(ctx, tx, by, audit.CaseNoted, c.Reference, "note", id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("note on %s: %w", ref, err)
	}
	return note, nil
}

// Notes lists the internal remarks, oldest first. NotFound.
func (s *Service) Notes(ctx context.Context, by access.Actor, ref string) (out []Note, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		rows, err := loadNotes(ctx, tx, c.ID)
		if err != nil || len(rows) == 0 {
			return err
		}
		key, err := s.d.Complaints.DataKey(ctx, tx, c.Complaint)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		out, err = s.openNotes(ctx, tx, rows, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notes of %s: %w", ref, err)
	}
	return out, nil
}

func (s *Service) openNotes(ctx context.Context, tx *store.Tx, rows []noteRow, key *seal.DataKey) ([]Note, error) {
	var users ids
	out := make([]Note, len(rows))
	for i, r := range rows {
		users.add(r.UserID)
		out[i] = Note{ID: r.ID, At: r.At.Time(), UserID: r.UserID}
		if key == nil {
			continue
		}
		body, err := key.Open(noteField, r.Body)
		if err != nil {
			return nil, fmt.Errorf("note %d: %w", r.ID, err)
		}
		out[i].Body = body
	}
	names, err := s.d.Accounts.Names(ctx, tx, users.list)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].UserName = names[out[i].UserID]
	}
	return out, nil
}
