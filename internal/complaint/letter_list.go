package complaint

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/letter"
	"dunwatch/internal/store"
)

// LetterFilter chooses letters that went out.
type LetterFilter struct {
	Undelivered bool   // only those that did not reach their recipient, as far as anybody knows
	Q           string // part of the number, or the reference of the complaint
	Cursor      string // "" or what the page before gave as next
	Limit       int    // 0: 50; at most 100
}

// LetterList is a page of letters, the newest first.
type LetterList struct {
	Items       []WaitingLetter
	NextCursor  string
	Undelivered int // how many within reach did not arrive, whatever Q is
}

// IssuedLetters lists the letters that went out, within the actor's reach. Invalid (cursor), Forbidden.
func (s *Service) IssuedLetters(ctx context.Context, by access.Actor, f LetterFilter) (*LetterList, error) {
	if err := s.policy.May(by, access.ReadComplaint); err != nil {
		return nil, err
	}
	q := &query{}
	q.and("letters.status = ?", string(letter.Issued))
	switch s.policy.Widest(by.Role, access.ReadComplaint) {
	case access.Own:
		q.and("EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = letters.complaint_id AND k.officer_id = ?)", by.UserID)
	case access.Unit:
		q.and("EXISTS (SELECT 1 FROM cases k WHERE k.complaint_id = letters.complaint_id AND k.unit_id = ?)", by.UnitID)
	}
	lost := &query{slices.Clone(q.where), slices.Clone(q.args)}
	lost.and(undelivered)
	if f.Undelivered {
		q.and(undelivered)
	}
	q.letterWords(f.Q)
	if f.Cursor != "" {
		before, err := strconv.ParseInt(f.Cursor, 10, 64)
		if err != nil {
			return nil, fault.Fields{{Name: "cursor", Key: "fault.choose"}}.Err()
		}
		q.and("letters.id < ?", before)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	out := &LetterList{Items: []WaitingLetter{}}
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if out.Undelivered, err = lost.countLetters(ctx, tx); err != nil {
			return err
		}
		ids, err := q.letterIDs(ctx, tx, limit+1)
		if err != nil {
			return err
		}
		if len(ids) > limit {
			ids = ids[:limit]
			out.NextCursor = strconv.FormatInt(ids[limit-1], 10)
		}
		out.Items, err = s.lettersByID(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list issued letters: %w", err)
	}
	return out, nil
}

// undelivered is a letter whose last news is that it did not arrive: what a person noted, or that it was opened, weighs
// more than what became of a notice, as letter.Delivery ranks them. The kinds stand in the text, so that the partial
// index is used.
const undelivered = `letters.id IN (SELECT f.letter_id FROM letter_events f WHERE f.kind IN ('failed', 'returned') AND (
	f.kind = 'failed' AND NOT EXISTS (SELECT 1 FROM letter_events n WHERE n.letter_id = f.letter_id
		AND (n.kind IN ('posted', 'returned', 'seen', 'delivered') OR n.kind = 'notified' AND n.id > f.id))
	OR f.kind = 'returned' AND NOT EXISTS (SELECT 1 FROM letter_events n WHERE n.letter_id = f.letter_id
		AND (n.kind IN ('seen', 'delivered') OR n.kind = 'posted' AND n.id > f.id))))`

// letterWords narrows to a complaint's reference or a part of a number, in whichever brackets it was typed.
func (q *query) letterWords(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	if _, _, _, err := ident.ParseReference(text); err == nil {
		q.and("letters.complaint_id = (SELECT c.id FROM complaints c WHERE c.reference = ?)", canonical(text))
		return
	}
	text = strings.NewReplacer("[", "〔", "]", "〕", "［", "〔", "］", "〕", "(", "〔", ")", "〕", "（", "〔", "）", "〕", " ", "",
		`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
	q.and(`letters.number LIKE ? ESCAPE '\'`, "%"+text+"%")
}

func (q *query) letterIDs(ctx context.Context, tx *store.Tx, limit int) ([]int64, error) {
	rows, err := tx.Rows(ctx, "SELECT letters.id FROM letters WHERE "+strings.Join(q.where, " AND ")+" ORDER BY letters.id DESC LIMIT ?", append(q.args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read letters: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

func (q *query) countLetters(ctx context.Context, tx *store.Tx) (n int, err error) {
	rows, err := tx.Rows(ctx, "SELECT count(*) FROM letters WHERE "+strings.Join(q.where, " AND "), q.args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, fmt.Errorf("count letters: %w", err)
		}
	}
	return n, rows.Err()
}

// lettersByID loads letters with the references of their complaints, in the order of ids.
func (s *Service) lettersByID(ctx context.Context, tx *store.Tx, ids []int64) ([]WaitingLetter, error) {
	list, err := s.letters.FindAll(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	about := make([]int64, 0, len(list))
	for _, l := range list {
		about = append(about, l.ComplaintID)
	}
	complaints, err := s.FindAll(ctx, tx, about)
	if err != nil {
		return nil, err
	}
	out := make([]WaitingLetter, 0, len(list))
	for _, id := range ids {
		if l := list[id]; l != nil {
			out = append(out, WaitingLetter{l, complaints[l.ComplaintID].Reference})
		}
	}
	return out, nil
}

// LetterFile is a letter with its life and what the actor may do with it.
type LetterFile struct {
	*letter.Letter
	Reference string // of the complaint
	Case      string // reference of the case it belongs to; "" for none
	Events    []letter.Event
	// Sheltered: the text names somebody whom the actor may not see.
	Sheltered bool
	// OwnHand: the actor wrote or edited it, so that the second reading is for a colleague.
	OwnHand                                 bool
	MayEdit, MayRelease, MayCancel, MayNote bool
	MayPrint                                bool // with the complainant's name; see PrintLetter
}

// LetterAt opens a letter by its id, without its text (see LetterSheet). NotFound for a letter of a complaint that the
// actor may not read.
func (s *Service) LetterAt(ctx context.Context, by access.Actor, id int64) (*LetterFile, error) {
	if err := s.policy.May(by, access.ReadComplaint); err != nil {
		return nil, err
	}
	f := &LetterFile{}
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if f.Letter, err = s.letters.Find(ctx, tx, id); err != nil {
			return err
		}
		about, err := s.FindAll(ctx, tx, []int64{f.ComplaintID})
		if err != nil {
			return err
		}
		f.Reference = about[f.ComplaintID].Reference
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, f.Reference)
		if err != nil {
			return err
		}
		if by.Role == access.Borrower && !theirs(f.Letter) {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		f.Sheltered = f.To == letter.ToComplainant && !seesPerson(by, c, o)
		if f.Case, err = caseReference(ctx, tx, f.CaseID); err != nil {
			return err
		}
		if f.Events, err = s.letters.Events(ctx, tx, id); err != nil {
			return err
		}
		s.deedsOf(f, by, o)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open letter: %w", err)
	}
	return f, nil
}

// deedsOf says what the actor could do now; the deeds themselves ask again.
func (s *Service) deedsOf(f *LetterFile, by access.Actor, o access.Owner) {
	for _, e := range f.Events {
		if (e.Kind == "written" || e.Kind == "edited") && e.ActorID == by.UserID && by.UserID != 0 {
			f.OwnHand = true
		}
	}
	if f.Sheltered {
		return
	}
	writes, releases := s.policy.Check(by, access.WriteLetter, o) == nil, s.policy.Check(by, access.ReleaseLetter, o) == nil
	draft := f.Status == letter.Draft
	f.MayEdit = draft && writes
	f.MayRelease = draft && releases && !f.OwnHand
	f.MayCancel = draft && (writes || releases)
	f.MayNote = f.Status == letter.Issued && writes
	f.MayPrint = f.To == letter.ToComplainant && f.Status == letter.Issued && s.mayPrint(by, o)
}

func caseReference(ctx context.Context, tx *store.Tx, id int64) (ref string, err error) {
	if id == 0 {
		return "", nil
	}
	rows, err := tx.Rows(ctx, "SELECT reference FROM cases WHERE id = ?", id)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&ref); err != nil {
			return "", fmt.Errorf("read case %d: %w", id, err)
		}
	}
	return ref, rows.Err()
}
