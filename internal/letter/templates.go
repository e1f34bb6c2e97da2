package letter

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Template is one version of the words of a kind of letter in a language.
type Template struct {
	Kind          string
	Lang          locale.Lang
	Number        int64 // of the version; 0 is the built-in text
	Title, Body   string
	Prefix        string // of the letters' numbers; it cannot be changed
	SecondReading bool
	Note          string    // why it was changed
	At            time.Time // zero for the built-in text
	UserID        int64
}

// Change is a new version of a template.
type Change struct {
	Title, Body string
	// SecondReading holds for the kind, in both languages: what was saved last counts.
	SecondReading bool
	Note          string // why; required
}

// Templates lists the version in use of every kind and language, in the order of Kinds.
func (s *Service) Templates(ctx context.Context, by access.Actor) ([]Template, error) {
	if err := s.policy.May(by, access.ManageTemplates); err != nil {
		return nil, err
	}
	var out []Template
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		for _, kind := range Kinds {
			now, err := s.inUse(ctx, tx, kind)
			if err != nil {
				return err
			}
			out = append(out, now[0], now[1])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	return out, nil
}

// inUse is the Chinese and the English version that count now.
func (s *Service) inUse(ctx context.Context, tx *store.Tx, kind string) (now [2]Template, err error) {
	set, err := s.current(ctx, tx, kind)
	if err != nil {
		return now, err
	}
	rows, err := newest(ctx, tx, kind)
	if err != nil {
		return now, err
	}
	for i, t := range []*source{set.zh, set.en} {
		now[i] = Template{Kind: kind, Lang: locale.Langs[i], Number: t.number, Title: t.title, Body: t.body, Prefix: t.prefix, SecondReading: set.secondReading}
		for _, r := range rows {
			if r.Lang == string(locale.Langs[i]) {
				now[i].Note, now[i].At, now[i].UserID = r.Note, r.At.Time(), r.UserID
			}
		}
	}
	return now, nil
}

// Template is the version in use and every version there was, newest first, the built-in text last. NotFound.
func (s *Service) Template(ctx context.Context, by access.Actor, kind string, lang locale.Lang) (now *Template, all []Template, err error) {
	if err := s.policy.May(by, access.ManageTemplates); err != nil {
		return nil, nil, err
	}
	first, ok := s.builtin[templateKey{kind, lang}]
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "letter.error.no_kind")
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		both, err := s.inUse(ctx, tx, kind)
		if err != nil {
			return err
		}
		now = &both[0]
		if lang == locale.EN {
			now = &both[1]
		}
		rows, err := versions(ctx, tx, kind, lang)
		if err != nil {
			return err
		}
		for _, r := range rows {
			all = append(all, Template{Kind: kind, Lang: lang, Number: r.Number, Title: r.Title, Body: r.Body, Prefix: first.prefix,
				SecondReading: bool(r.SecondReading), Note: r.Note, At: r.At.Time(), UserID: r.UserID})
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open template %s: %w", kind, err)
	}
	return now, append(all, Template{Kind: kind, Lang: lang, Title: first.title, Body: first.body, Prefix: first.prefix, SecondReading: first.secondReading}), nil
}

// ChangeTemplate adds a version, from which every letter is written from now on; letters written before keep their text.
// version is the number of the one that was changed. Invalid with every mistake of the text, Conflict when somebody else
// was faster, Forbidden, NotFound.
func (s *Service) ChangeTemplate(ctx context.Context, by access.Actor, kind string, lang locale.Lang, version int64, c Change) (*Template, error) {
	if err := s.policy.May(by, access.ManageTemplates); err != nil {
		return nil, err
	}
	first, ok := s.builtin[templateKey{kind, lang}]
	if !ok {
		return nil, fault.New(fault.NotFound, "letter.error.no_kind")
	}
	c.Title, c.Body, c.Note = clean(c.Title), cleanLines(c.Body), clean(c.Note)
	if err := checkChange(kind, c); err != nil {
		return nil, err
	}
	out := &Template{Kind: kind, Lang: lang, Number: version + 1, Title: c.Title, Body: c.Body, Prefix: first.prefix,
		SecondReading: c.SecondReading, Note: c.Note, UserID: by.UserID}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.unchangedSince(ctx, tx, kind, lang, version, c); err != nil {
			return err
		}
		out.At = tx.Now
		if err := insertTemplate(ctx, tx, by, out); err != nil {
			return err
		}
		_, err := s.log.Append(ctx, tx, by, audit.TemplateChanged, kind, "lang", string(lang), "version", version+1,
			"second_reading", c.SecondReading, "note", c.Note)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change template %s: %w", kind, err)
	}
	return out, nil
}

// unchangedSince refuses a change of a version that is not in use any more, and one that changes nothing.
func (s *Service) unchangedSince(ctx context.Context, tx *store.Tx, kind string, lang locale.Lang, version int64, c Change) error {
	set, err := s.current(ctx, tx, kind)
	if err != nil {
		return err
	}
	now := set.zh
	if lang == locale.EN {
		now = set.en
	}
	if now.number != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	if now.title == c.Title && now.body == c.Body && set.secondReading == c.SecondReading {
		return fault.New(fault.Conflict, "letter.error.unchanged")
	}
	return nil
}

const maxTitle = 100 // characters

func checkChange(kind string, c Change) error {
	var wrong fault.Fields
	for _, f := range []struct {
		name, text string
		most       int
	}{{"title", c.Title, maxTitle}, {"body", c.Body, maxBody}, {"note", c.Note, maxNote}} {
		switch n := utf8.RuneCountInString(f.text); {
		case n == 0:
			wrong.Add(f.name, "fault.required")
		case n > f.most:
			wrong.Add(f.name, "fault.too_long", f.most, n)
		}
	}
	for _, m := range faults(kind, c.Title, c.Body) {
		wrong.Add(m.field, m.key, m.what)
	}
	return wrong.Err()
}

// RestoreTemplate makes the built-in words the newest version. As ChangeTemplate.
func (s *Service) RestoreTemplate(ctx context.Context, by access.Actor, kind string, lang locale.Lang, version int64, note string) (*Template, error) {
	first, ok := s.builtin[templateKey{kind, lang}]
	if !ok {
		return nil, fault.New(fault.NotFound, "letter.error.no_kind")
	}
	return s.ChangeTemplate(ctx, by, kind, lang, version, Change{first.title, first.body, first.secondReading, note})
}

// PreviewTemplate renders words that are not saved yet with sample values for every field, so that the administrator
// sees the letter without any complaint's content. Invalid, Forbidden, NotFound.
func (s *Service) PreviewTemplate(ctx context.Context, by access.Actor, kind string, lang locale.Lang, c Change) (Sheet, error) {
	if err := s.policy.May(by, access.ManageTemplates); err != nil {
		return Sheet{}, err
	}
	first, ok := s.builtin[templateKey{kind, lang}]
	if !ok {
		return Sheet{}, fault.New(fault.NotFound, "letter.error.no_kind")
	}
	c.Title, c.Body, c.Note = clean(c.Title), cleanLines(c.Body), "preview"
	if err := checkChange(kind, c); err != nil {
		return Sheet{}, err
	}
	today := calendar.OfTime(s.db.Now().In(s.zone))
	n := New{Kind: kind, To: ToComplainant, Fields: s.sample(today)}
	pack := s.book.Packs()[0]
	values, err := s.values(n, pack, today, lang)
	if err != nil {
		return Sheet{}, fmt.Errorf("preview template %s: %w", kind, err)
	}
	return Sheet{Lang: lang, Number: numbered(first.prefix, today.Year(), 1), Title: c.Title, Body: render(c.Body, values),
		Office: values["office"], On: today, At: s.db.Now(), Draft: true}, nil
}

func (s *Service) sample(today calendar.Date) map[string]any {
	said := func(name string) rulebook.Text {
		key := "letter.sample." + name
		return rulebook.Text{ZH: s.words.T(locale.ZH, key), EN: s.words.T(locale.EN, key)}
	}
	out := map[string]any{
		"reference": "C-2026-000123-7", "received_on": today.AddDays(-10), "original_on": today.AddDays(5), "due_on": today.AddDays(15),
		"amount": Fen(140_000), "days": 3, "instalments": 12,
	}
	for _, name := range []string{"name", "lender", "agency", "ground", "article", "authority", "outcome", "text", "track", "period"} {
		out[name] = said(name)
	}
	return out
}

// SecondReading reports whether letters of a kind wait for a second reading before they go out.
func (s *Service) SecondReading(ctx context.Context, tx *store.Tx, kind string) (bool, error) {
	set, err := s.current(ctx, tx, kind)
	if err != nil {
		return false, fmt.Errorf("second reading of %s: %w", kind, err)
	}
	return set.secondReading, nil
}
