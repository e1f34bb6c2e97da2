package letter

import (
	"context"
	"fmt"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

const maxBody = 20_000 // characters of a letter's text, and of a template

// draft loads a letter that must still wait for its second reading.
func (s *Service) draft(ctx context.Context, tx *store.Tx, id, version int64) (*letterRow, error) {
	r, err := findRow(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r.Version != version {
		return nil, fault.New(fault.Conflict, "fault.stale")
	}
	if r.Status != string(Draft) {
		return nil, fault.New(fault.Conflict, "letter.error.not_draft")
	}
	return r, nil
}

// Edit changes the text of a draft in one or both languages; a language left empty stays as it was. Who edits a draft
// cannot release it. The caller appends the audit entry. Invalid, Conflict for a letter that is no draft any more.
func (s *Service) Edit(ctx context.Context, tx *store.Tx, by access.Actor, key *seal.DataKey, id, version int64, body rulebook.Text) (*Letter, error) {
	var wrong fault.Fields
	zh, en := tidyBody(&wrong, "body_zh", body.ZH), tidyBody(&wrong, "body_en", body.EN)
	if zh == "" && en == "" && len(wrong) == 0 {
		wrong.Add("body_zh", "fault.required")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	r, err := s.draft(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	c := composed{}
	if c.zh, err = openContent(key, r, locale.ZH); err != nil {
		return nil, err
	}
	if c.en, err = openContent(key, r, locale.EN); err != nil {
		return nil, err
	}
	if zh != "" {
		c.zh.Text = zh
	}
	if en != "" {
		c.en.Text = en
	}
	if err := c.seal(key, r); err != nil {
		return nil, err
	}
	if err := store.Update[letterRow](ctx, tx, id, version, store.Set("body_zh", r.BodyZH), store.Set("body_en", r.BodyEN)); err != nil {
		return nil, err
	}
	r.Version++
	return r.letter(), event(ctx, tx, by, id, eventEdited, calendar.Date{}, "")
}

// tidyBody keeps empty lines, which part the sections of a letter.
func tidyBody(wrong *fault.Fields, field, s string) string {
	s = cleanLines(s)
	if n := utf8.RuneCountInString(s); n > maxBody {
		wrong.Add(field, "fault.too_long", maxBody, n)
	}
	return s
}

// Release issues a draft after its second reading: it gets its number and its notices are queued. Whoever wrote or edited
// it is refused, and so is the program. The caller appends the audit entry. Forbidden, Conflict.
func (s *Service) Release(ctx context.Context, tx *store.Tx, by access.Actor, key *seal.DataKey, id, version int64) (*Letter, error) {
	r, err := s.draft(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	if err := s.mayRead(ctx, tx, by, id); err != nil {
		return nil, err
	}
	c, err := openContent(key, r, locale.ZH)
	if err != nil {
		return nil, err
	}
	notices, err := openNotices(key, r)
	if err != nil {
		return nil, err
	}
	if err := s.number(ctx, tx, c.Prefix, r); err != nil {
		return nil, fmt.Errorf("release letter: %w", err)
	}
	r.ReadAt, r.ReadBy, r.Version = store.At(tx.Now), store.ID(by.UserID), version+1
	err = store.Update[letterRow](ctx, tx, id, version, store.Set("status", r.Status), store.Set("number", *r.Number),
		store.Set("issued_at", r.IssuedAt), store.Set("issued_on", r.IssuedOn), store.Set("read_at", r.ReadAt),
		store.Set("read_by", r.ReadBy), store.Set("notices", seal.Sealed(nil)))
	if err != nil {
		return nil, err
	}
	l := r.letter()
	return l, s.goOut(ctx, tx, by, l, notices)
}

// mayRead is nil for a person who had no hand in the text.
func (s *Service) mayRead(ctx context.Context, tx *store.Tx, by access.Actor, id int64) error {
	if by.UserID == 0 {
		return access.Denied(by)
	}
	old, err := events(ctx, tx, []int64{id})
	if err != nil {
		return err
	}
	for _, e := range old {
		if (e.Kind == eventWritten || e.Kind == eventEdited) && int64(e.ActorID) == by.UserID {
			return fault.New(fault.Forbidden, "letter.error.own_draft")
		}
	}
	return nil
}

// Cancel puts a draft away for good, with its notices. The caller appends the audit entry. Invalid without a reason,
// Conflict for a letter that is no draft any more.
func (s *Service) Cancel(ctx context.Context, tx *store.Tx, by access.Actor, id, version int64, reason string) (*Letter, error) {
	reason = clean(reason)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		wrong.Add("reason", "fault.required")
	case n > maxNote:
		wrong.Add("reason", "fault.too_long", maxNote, n)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	r, err := s.draft(ctx, tx, id, version)
	if err != nil {
		return nil, err
	}
	err = store.Update[letterRow](ctx, tx, id, version, store.Set("status", string(Cancelled)), store.Set("notices", seal.Sealed(nil)))
	if err != nil {
		return nil, err
	}
	r.Status, r.Version = string(Cancelled), version+1
	return r.letter(), event(ctx, tx, by, id, eventCancelled, calendar.Date{}, reason)
}
