package letter

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Of lists the letters of a complaint, oldest first, to whomever they went.
func (s *Service) Of(ctx context.Context, tx *store.Tx, complaintID int64) ([]*Letter, error) {
	return list(ctx, tx, "complaint_id = ?", complaintID)
}

// ForFirm lists the issued letters to firms about forwards, oldest first. The caller names only the forwards that the
// reader may see, and of each only letters to firmID come back.
func (s *Service) ForFirm(ctx context.Context, tx *store.Tx, firmID int64, forwardIDs []int64) ([]*Letter, error) {
	if len(forwardIDs) == 0 {
		return nil, nil
	}
	return list(ctx, tx, "firm_id = ? AND recipient = ? AND status = ? AND forward_id IN ?", firmID, string(ToFirm), string(Issued), forwardIDs)
}

// Drafts lists the letters of complaints that wait for their second reading, oldest first.
func (s *Service) Drafts(ctx context.Context, tx *store.Tx, complaintIDs []int64) ([]*Letter, error) {
	if len(complaintIDs) == 0 {
		return nil, nil
	}
	return list(ctx, tx, "status = ? AND complaint_id IN ?", string(Draft), complaintIDs)
}

// FindAll loads letters without their texts, by id. Ids that nobody has are left out.
func (s *Service) FindAll(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*Letter, error) {
	out := make(map[int64]*Letter, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	all, err := list(ctx, tx, "id IN ?", ids)
	for _, l := range all {
		out[l.ID] = l
	}
	return out, err
}

// Find loads a letter without its text. NotFound.
func (s *Service) Find(ctx context.Context, tx *store.Tx, id int64) (*Letter, error) {
	r, err := findRow(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	l := r.letter()
	all, err := events(ctx, tx, []int64{id})
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		l.deliver(e)
	}
	return l, nil
}

// Event is a line of what happened to a letter.
type Event struct {
	At        time.Time
	Kind      string // written, edited, issued, cancelled, or a Delivery
	ActorRole string
	ActorID   int64
	On        calendar.Date // of a delivery
	Note      string
}

// Events lists what happened to a letter, oldest first.
func (s *Service) Events(ctx context.Context, tx *store.Tx, id int64) ([]Event, error) {
	rows, err := events(ctx, tx, []int64{id})
	if err != nil {
		return nil, err
	}
	out := make([]Event, len(rows))
	for i, e := range rows {
		out[i] = Event{At: e.At.Time(), Kind: e.Kind, ActorRole: e.ActorRole, ActorID: int64(e.ActorID), On: e.OnDate, Note: e.Note}
	}
	return out, nil
}

// Body loads and opens the text of a letter in a language: seal.ErrForgotten and its kin where the key is gone.
func (s *Service) Body(ctx context.Context, tx *store.Tx, key *seal.DataKey, l *Letter, lang locale.Lang) (Sheet, error) {
	r, err := findRow(ctx, tx, l.ID)
	if err != nil {
		return Sheet{}, err
	}
	c, err := openContent(key, r, lang)
	if err != nil {
		return Sheet{}, err
	}
	return Sheet{Lang: lang, Number: l.Number, Title: l.Title(lang), Body: c.Text, Office: c.Office, On: l.IssuedOn, At: l.IssuedAt,
		Draft: l.Status != Issued}, nil
}

// Text is the title and the text of a letter as a page shows them: the text ends with the office and, once the letter was
// issued, the day.
func (s *Service) Text(ctx context.Context, tx *store.Tx, key *seal.DataKey, l *Letter, lang locale.Lang) (title, body string, err error) {
	sheet, err := s.Body(ctx, tx, key, l, lang)
	if err != nil {
		return "", "", fmt.Errorf("read letter: %w", err)
	}
	return sheet.Title, sheet.text(), nil
}

// Preview renders a letter that is not written: nothing is stored and no number taken.
func (s *Service) Preview(ctx context.Context, tx *store.Tx, n New, lang locale.Lang) (title, body string, err error) {
	r := &letterRow{}
	c, err := s.compose(ctx, tx, n, r)
	if err != nil {
		return "", "", fmt.Errorf("preview letter %s: %w", n.Kind, err)
	}
	text := c.zh
	if lang == locale.EN {
		text = c.en
	}
	sheet := Sheet{Lang: lang, Title: r.letter().Title(lang), Body: text.Text, Office: text.Office, On: s.today(tx)}
	return sheet.Title, sheet.text(), nil
}
