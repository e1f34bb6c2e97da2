package complaint

import (
	"context"
	"fmt"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Letters lists the letters of a complaint, oldest first: for staff all of them, for the complainant those that went out
// to them. NotFound.
func (s *Service) Letters(ctx context.Context, by access.Actor, ref string) ([]*letter.Letter, error) {
	var out []*letter.Letter
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.visible(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		all, err := s.letters.Of(ctx, tx, c.ID)
		for _, l := range all {
			if by.Role != access.Borrower || theirs(l) {
				out = append(out, l)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list letters: %w", err)
	}
	return out, nil
}

// theirs reports whether a letter is one that the complainant got.
func theirs(l *letter.Letter) bool { return l.To == letter.ToComplainant && l.Status == letter.Issued }

// held is a letter that an actor has in hand, with what it hangs on.
type held struct {
	c   *Complaint
	o   access.Owner
	l   *letter.Letter
	key *seal.DataKey
	// name is the complainant's as a letter to them addresses them; "" in letters to others.
	name string
}

// veil takes the complainant's name out of a text: staff see it by a recorded look alone (Reveal, PrintLetter).
func (h *held) veil(by access.Actor, text string) string {
	if by.Role == access.Borrower || h.name == "" {
		return text
	}
	return strings.ReplaceAll(text, h.name, seal.MaskName(h.name))
}

// unveil puts the name back into a text that staff edited as they see it.
func (h *held) unveil(text string) string {
	if h.name == "" {
		return text
	}
	return strings.ReplaceAll(text, seal.MaskName(h.name), h.name)
}

// hold loads a letter of a complaint for a deed of one of the actions, and opens the key. A letter to a sheltered
// complainant names them. NotFound, Forbidden.
func (s *Service) hold(ctx context.Context, tx *store.Tx, by access.Actor, ref string, id int64, acts ...access.Action) (*held, error) {
	h := &held{}
	var err error
	for _, act := range acts {
		if h.c, h.o, err = s.Reach(ctx, tx, by, act, ref); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if h.l, err = s.letters.Find(ctx, tx, id); err != nil {
		return nil, err
	}
	if h.l.ComplaintID != h.c.ID || by.Role == access.Borrower && !theirs(h.l) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if h.l.To == letter.ToComplainant && !seesPerson(by, h.c, h.o) {
		return nil, fault.New(fault.Forbidden, "complaint.sheltered")
	}
	if h.key, err = s.dataKey(ctx, tx, h.c.DataKeyID); err != nil || h.l.To != letter.ToComplainant || len(h.c.Name) == 0 {
		return h, err
	}
	h.name, err = h.key.Open(fieldName, h.c.Name)
	return h, err
}

// resultLetters tell the complainant the result: who got one knows it.
var resultLetters = map[string]bool{"closing": true, "report_opinion": true, "petition_opinion": true}

// LetterText is the title and the text of a letter, for staff with the complainant's name masked. That the complainant opened it is noted. NotFound; Forbidden for a
// letter that names a person whom the actor may not see.
func (s *Service) LetterText(ctx context.Context, by access.Actor, ref string, id int64, lang locale.Lang) (title, body string, err error) {
	err = s.readLetter(ctx, by, ref, id, func(tx *store.Tx, h *held) error {
		title, body, err = s.letters.Text(ctx, tx, h.key, h.l, lang)
		body = h.veil(by, body)
		return err
	})
	return title, body, err
}

// LetterSheet is LetterText for printing: letter.PDF makes a file of it.
func (s *Service) LetterSheet(ctx context.Context, by access.Actor, ref string, id int64, lang locale.Lang) (letter.Sheet, error) {
	var sheet letter.Sheet
	err := s.readLetter(ctx, by, ref, id, func(tx *store.Tx, h *held) (err error) {
		sheet, err = s.letters.Body(ctx, tx, h.key, h.l, lang)
		sheet.Body = h.veil(by, sheet.Body)
		return err
	})
	return sheet, err
}

// mayPrint: who may reveal the person, and while the complaint has no unit whoever screens it.
func (s *Service) mayPrint(by access.Actor, o access.Owner) bool {
	return s.policy.Check(by, access.RevealIdentity, o) == nil || o.UnitID == 0 && s.policy.Check(by, access.Screen, o) == nil
}

// PrintLetter is LetterSheet with the complainant's name, for a letter that goes out on paper: who may see the person may
// print it, and the look is recorded as a reveal. NotFound, Forbidden.
func (s *Service) PrintLetter(ctx context.Context, by access.Actor, ref string, id int64, lang locale.Lang) (letter.Sheet, error) {
	var sheet letter.Sheet
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, ref, id, access.RevealIdentity, access.Screen)
		if err != nil {
			return err
		}
		if !s.mayPrint(by, h.o) {
			return access.Denied(by)
		}
		if sheet, err = s.letters.Body(ctx, tx, h.key, h.l, lang); err != nil || h.name == "" {
			return err
		}
		if err := note(ctx, tx, by, h.c.ID, EventRevealed, false, ""); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.IdentityRevealed, h.c.Reference, "letter", id)
		return err
	})
	if err != nil {
		return letter.Sheet{}, fmt.Errorf("print letter: %w", err)
	}
	return sheet, nil
}

func (s *Service) readLetter(ctx context.Context, by access.Actor, ref string, id int64, read func(*store.Tx, *held) error) error {
	in := s.db.Read
	if by.Role == access.Borrower {
		in = s.db.Write
	}
	err := in(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, ref, id, access.ReadComplaint)
		if err != nil {
			return err
		}
		if err := read(tx, h); err != nil || by.Role != access.Borrower {
			return err
		}
		return s.seen(ctx, tx, by, h)
	})
	if err != nil {
		return fmt.Errorf("read letter: %w", err)
	}
	return nil
}

func (s *Service) seen(ctx context.Context, tx *store.Tx, by access.Actor, h *held) error {
	first, err := s.letters.Seen(ctx, tx, by, h.l.ID)
	if err != nil || !first {
		return err
	}
	if _, err := s.log.Append(ctx, tx, by, audit.LetterSeen, h.c.Reference, "letter", h.l.ID); err != nil {
		return err
	}
	if !resultLetters[h.l.Kind] {
		return nil
	}
	return s.Told(ctx, tx, by, h.c, ToldOnline)
}

// deed is a change of a letter in one transaction, with its audit entry.
func (s *Service) deed(ctx context.Context, by access.Actor, ref string, id int64, entry audit.Action, acts []access.Action,
	change func(*store.Tx, *held) (*letter.Letter, error)) (*letter.Letter, error) {
	var out *letter.Letter
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		h, err := s.hold(ctx, tx, by, ref, id, acts...)
		if err != nil {
			return err
		}
		if out, err = change(tx, h); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, entry, h.c.Reference, "letter", id, "kind", out.Kind, "number", out.Number)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", entry, err)
	}
	return out, nil
}

// EditLetter changes the text of a letter that waits for its second reading, as LetterText shows it: the masked name stands
// for the name. A language left empty stays. Invalid,
// Conflict (stale, no draft), Forbidden, NotFound.
func (s *Service) EditLetter(ctx context.Context, by access.Actor, ref string, id, version int64, body rulebook.Text) (*letter.Letter, error) {
	return s.deed(ctx, by, ref, id, audit.LetterEdited, []access.Action{access.WriteLetter}, func(tx *store.Tx, h *held) (*letter.Letter, error) {
		return s.letters.Edit(ctx, tx, by, h.key, id, version, rulebook.Text{ZH: h.unveil(body.ZH), EN: h.unveil(body.EN)})
	})
}

// ReleaseLetter issues a letter after its second reading, by somebody who had no hand in its text: it gets its number, and
// the complainant is told. Conflict (stale, no draft), Forbidden, NotFound.
func (s *Service) ReleaseLetter(ctx context.Context, by access.Actor, ref string, id, version int64) (*letter.Letter, error) {
	return s.deed(ctx, by, ref, id, audit.LetterIssued, []access.Action{access.ReleaseLetter}, func(tx *store.Tx, h *held) (*letter.Letter, error) {
		return s.letters.Release(ctx, tx, by, h.key, id, version)
	})
}

// CancelLetter puts a draft away, for whoever may write or release it. Invalid without a reason, Conflict (stale, no
// draft), Forbidden, NotFound.
func (s *Service) CancelLetter(ctx context.Context, by access.Actor, ref string, id, version int64, reason string) (*letter.Letter, error) {
	acts := []access.Action{access.WriteLetter, access.ReleaseLetter}
	return s.deed(ctx, by, ref, id, audit.LetterCancelled, acts, func(tx *store.Tx, _ *held) (*letter.Letter, error) {
		return s.letters.Cancel(ctx, tx, by, id, version, reason)
	})
}

// NoteLetterDelivery notes what became of a letter on paper, and on which day. Once the letter with the result was
// delivered the complainant knows it. Invalid, Conflict (stale, not issued), Forbidden, NotFound.
func (s *Service) NoteLetterDelivery(ctx context.Context, by access.Actor, ref string, id, version int64, d letter.Delivery, on calendar.Date, text string) (*letter.Letter, error) {
	acts := []access.Action{access.WriteLetter}
	return s.deed(ctx, by, ref, id, audit.LetterDelivered, acts, func(tx *store.Tx, h *held) (*letter.Letter, error) {
		l, err := s.letters.NoteDelivery(ctx, tx, by, id, version, d, on, text)
		if err != nil || d != letter.Delivered || !resultLetters[l.Kind] {
			return l, err
		}
		return l, s.Told(ctx, tx, by, h.c, ToldLetter)
	})
}

// PreviewLetter renders a letter that is not written, with what WriteLetter would add. Forbidden, NotFound.
func (s *Service) PreviewLetter(ctx context.Context, by access.Actor, ref, kind string, to letter.Recipient, fields map[string]any, opt LetterOptions, lang locale.Lang) (title, body string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.WriteLetter, ref)
		if err != nil {
			return err
		}
		if to == letter.ToComplainant && !seesPerson(by, c, o) {
			return fault.New(fault.Forbidden, "complaint.sheltered")
		}
		key, err := s.dataKey(ctx, tx, c.DataKeyID)
		if err != nil {
			return err
		}
		n, err := s.letterOf(c, key, kind, to, fields, opt)
		if err != nil {
			return err
		}
		veilFields(n.Fields)
		title, body, err = s.letters.Preview(ctx, tx, n, lang)
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("preview letter: %w", err)
	}
	return title, body, nil
}

// veilFields masks the name in what a preview merges.
func veilFields(fields map[string]any) {
	if name, ok := fields["name"].(string); ok && name != "" {
		fields["name"] = seal.MaskName(name)
	}
}

// WaitingLetter is a letter that waits for its second reading.
type WaitingLetter struct {
	*letter.Letter
	Reference string // of the complaint
}

// maxWaiting bounds LettersToRead.
const maxWaiting = 200

// LettersToRead lists the letters that wait for a second reading by the actor, oldest first: within reach, not of their
// own hand, and not to somebody whom they may not see. Forbidden.
func (s *Service) LettersToRead(ctx context.Context, by access.Actor) ([]WaitingLetter, error) {
	if err := s.policy.May(by, access.ReleaseLetter); err != nil {
		return nil, err
	}
	out := []WaitingLetter{}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		ids, err := drafted(ctx, tx, maxWaiting)
		if err != nil {
			return err
		}
		drafts, err := s.letters.Drafts(ctx, tx, ids)
		if err != nil {
			return err
		}
		about, err := s.FindAll(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, l := range drafts {
			c := about[l.ComplaintID]
			o, err := ownerOf(ctx, tx, c)
			if err != nil {
				return err
			}
			hidden := l.To == letter.ToComplainant && !seesPerson(by, c, o)
			if !hidden && l.WrittenBy != by.UserID && s.policy.Check(by, access.ReleaseLetter, o) == nil {
				out = append(out, WaitingLetter{l, c.Reference})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("letters to read: %w", err)
	}
	return out, nil
}
