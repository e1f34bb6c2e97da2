package letter

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// The places that the seals of a letter are bound to.
const (
	fieldZH      = "letter.body_zh"
	fieldEN      = "letter.body_en"
	fieldNotices = "letter.notices"
)

// What happens to a letter besides its delivery.
const (
	eventWritten   = "written"
	eventEdited    = "edited"
	eventIssued    = "issued"
	eventCancelled = "cancelled"
)

// content is what is sealed of a letter in one language. The office's name and the prefix of the number are kept with the
// text, so that a letter stays as it was when the office or the template changes.
type content struct {
	Office string `json:"office"`
	Prefix string `json:"prefix"`
	Text   string `json:"text"`
}

// Write writes a letter in the open transaction, sealed with the complaint's key. The caller appends the audit entry.
// It fails for a kind without template, for a pack that is not loaded, and for a field that no letter has: mistakes of
// the program.
func (s *Service) Write(ctx context.Context, tx *store.Tx, by access.Actor, key *seal.DataKey, n New) (*Letter, error) {
	l, err := s.write(ctx, tx, by, key, n)
	if err != nil {
		return nil, fmt.Errorf("write letter %s: %w", n.Kind, err)
	}
	return l, nil
}

func (s *Service) write(ctx context.Context, tx *store.Tx, by access.Actor, key *seal.DataKey, n New) (*Letter, error) {
	if _, ok := locale.Parse(n.Lang); !ok {
		n.Lang = string(locale.ZH)
	}
	r := &letterRow{Kind: n.Kind, ComplaintID: n.ComplaintID, CaseID: store.ID(n.CaseID), ForwardID: store.ID(n.ForwardID),
		Recipient: string(n.To), FirmID: store.ID(n.FirmID), Authority: n.Authority, Lang: n.Lang, Status: string(Draft),
		WrittenAt: store.At(tx.Now), WrittenBy: store.ID(by.UserID), Version: 1}
	c, err := s.compose(ctx, tx, n, r)
	if err != nil {
		return nil, err
	}
	if err := c.seal(key, r); err != nil {
		return nil, err
	}
	if c.draft {
		if r.Notices, err = sealNotices(key, n.Notices); err != nil {
			return nil, err
		}
	} else if err := s.number(ctx, tx, c.zh.Prefix, r); err != nil {
		return nil, err
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return nil, err
	}
	if err := event(ctx, tx, by, r.ID, eventWritten, calendar.Date{}, ""); err != nil {
		return nil, err
	}
	l := r.letter()
	if c.draft {
		return l, nil
	}
	return l, s.goOut(ctx, tx, by, l, n.Notices)
}

// composed is a letter in both languages.
type composed struct {
	zh, en content
	draft  bool // its second reading is to come
}

// compose renders a letter and sets its titles and template.
func (s *Service) compose(ctx context.Context, tx *store.Tx, n New, r *letterRow) (*composed, error) {
	pack, ok := s.book.Pack(n.Pack)
	if !ok {
		return nil, fmt.Errorf("no rulebook %q is loaded", n.Pack)
	}
	set, err := s.current(ctx, tx, n.Kind)
	if err != nil {
		return nil, err
	}
	c := &composed{draft: set.secondReading}
	if c.zh, err = s.content(set.zh, n, pack, s.today(tx), locale.ZH); err != nil {
		return nil, err
	}
	if c.en, err = s.content(set.en, n, pack, s.today(tx), locale.EN); err != nil {
		return nil, err
	}
	// One letter has one number, in the manner of the office whose law it is under.
	series := set.en.prefix
	if pack.Letters == string(locale.ZH) {
		series = set.zh.prefix
	}
	c.zh.Prefix, c.en.Prefix = series, series
	r.TitleZH, r.TitleEN = set.zh.title, set.en.title
	r.Template = "zh@" + strconv.FormatInt(set.zh.number, 10) + " en@" + strconv.FormatInt(set.en.number, 10)
	return c, nil
}

func (s *Service) content(t *source, n New, pack *rulebook.Pack, today calendar.Date, lang locale.Lang) (content, error) {
	values, err := s.values(n, pack, today, lang)
	if err != nil {
		return content{}, err
	}
	return content{Office: values["office"], Text: render(t.body, values)}, nil
}

func (c *composed) seal(key *seal.DataKey, r *letterRow) (err error) {
	if r.BodyZH, err = sealContent(key, fieldZH, c.zh); err != nil {
		return err
	}
	r.BodyEN, err = sealContent(key, fieldEN, c.en)
	return err
}

func sealContent(key *seal.DataKey, field string, c content) (seal.Sealed, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return key.Seal(field, string(text))
}

func openContent(key *seal.DataKey, r *letterRow, lang locale.Lang) (content, error) {
	var c content
	field, body := fieldZH, r.BodyZH
	if lang == locale.EN {
		field, body = fieldEN, r.BodyEN
	}
	text, err := key.Open(field, body)
	if err != nil {
		return c, fmt.Errorf("open letter %d: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("open letter %d: %w", r.ID, err)
	}
	return c, nil
}

func sealNotices(key *seal.DataKey, list []notify.Message) (seal.Sealed, error) {
	if len(list) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return key.Seal(fieldNotices, string(text))
}

func openNotices(key *seal.DataKey, r *letterRow) (list []notify.Message, err error) {
	text, err := key.Open(fieldNotices, r.Notices)
	if err != nil || text == "" {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("open notices of letter %d: %w", r.ID, err)
	}
	return list, nil
}

// number issues a row: the next number of its series this year, today. It is taken in the transaction that issues the
// letter, so that a letter which is not stored leaves no gap.
func (s *Service) number(ctx context.Context, tx *store.Tx, prefix string, r *letterRow) error {
	today := s.today(tx)
	n, err := store.Next(ctx, tx, "letter:"+prefix+":"+strconv.Itoa(today.Year()))
	if err != nil {
		return err
	}
	number := numbered(prefix, today.Year(), n)
	r.Number, r.Status, r.IssuedAt, r.IssuedOn = &number, string(Issued), store.At(tx.Now), today
	return nil
}

// numbered writes a number: 金消投受〔2026〕12号, or ACC/2026/12.
func numbered(prefix string, year int, n int64) string {
	for _, r := range prefix {
		if r > unicode.MaxASCII {
			return fmt.Sprintf("%s〔%d〕%d号", prefix, year, n)
		}
	}
	return fmt.Sprintf("%s/%d/%d", prefix, year, n)
}

// goOut queues the notices of an issued letter.
func (s *Service) goOut(ctx context.Context, tx *store.Tx, by access.Actor, l *Letter, notices []notify.Message) error {
	if err := event(ctx, tx, by, l.ID, eventIssued, l.IssuedOn, l.Number); err != nil {
		return err
	}
	sent := 0
	for _, m := range notices {
		if m.To == "" {
			continue
		}
		m.Dedupe = dedupe(l.ID, sent)
		if err := s.notify.Queue(ctx, tx, m); err != nil {
			return err
		}
		sent++
	}
	if sent == 0 {
		return nil
	}
	l.Delivery, l.DeliveredAt, l.DeliveredOn = Queued, tx.Now, l.IssuedOn
	return event(ctx, tx, by, l.ID, string(Queued), l.IssuedOn, strconv.Itoa(sent))
}

// dedupe names the n-th notice of a letter in the outbox.
func dedupe(id int64, n int) string { return fmt.Sprintf("letter:%d:%d", id, n) }

func (s *Service) today(tx *store.Tx) calendar.Date { return calendar.OfTime(tx.Now.In(s.zone)) }

// set is the templates of a kind that count now.
type set struct {
	zh, en        *source
	secondReading bool
}

// current loads the templates of a kind: per language the newest version, else the built-in text. Whether a second
// reading is asked for is what was said last, in whichever language.
func (s *Service) current(ctx context.Context, tx *store.Tx, kind string) (*set, error) {
	zh, ok := s.builtin[templateKey{kind, locale.ZH}]
	if !ok {
		return nil, fault.New(fault.NotFound, "letter.error.no_kind")
	}
	out := &set{zh: zh, en: s.builtin[templateKey{kind, locale.EN}], secondReading: zh.secondReading}
	rows, err := newest(ctx, tx, kind)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		out.secondReading = bool(rows[i].SecondReading) // rows come in the order in which they were written
		if rows[i].Lang == string(locale.EN) {
			out.en = rows[i].source(s.builtin[templateKey{kind, locale.EN}].prefix)
		} else {
			out.zh = rows[i].source(zh.prefix)
		}
	}
	return out, nil
}

func (r *templateRow) source(prefix string) *source {
	return &source{number: r.Number, title: r.Title, body: r.Body, prefix: prefix, secondReading: bool(r.SecondReading)}
}
