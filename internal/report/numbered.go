package report

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// The fixed reports, by the numbers under which people ask for them. A number is never given to another report.
const (
	WeeklyWork     = 1 // what each unit and officer has in hand
	FirmScorecard  = 2 // everything about one firm
	OwnCases       = 3 // the reader's own open cases
	RegisterDigest = 4 // what came on the public register
)

// numbered are the fixed reports. Its words are numbered.<number>.title and .lead.
var numbered = []struct {
	number int
	firm   bool // it is about a firm
	now    bool // without a period it is about the last seven days
	make   func(*builder, context.Context, *numberedAsk) ([]*Table, error)
}{
	{WeeklyWork, false, true, (*builder).weeklyWork},
	{FirmScorecard, true, false, (*builder).firmScorecard},
	{OwnCases, false, true, (*builder).ownCases},
	{RegisterDigest, false, false, (*builder).registerDigest},
}

// NumberedReport says what a fixed report is.
type NumberedReport struct {
	Number      int
	Title, Lead string
	Firm        bool // it needs a firm's code
	Period      bool // it can be asked about a period
}

// Numbered lists the fixed reports.
func (s *Service) Numbered(lang locale.Lang) []NumberedReport {
	var out []NumberedReport
	for _, n := range numbered {
		key := "numbered." + strconv.Itoa(n.number)
		out = append(out, NumberedReport{n.number, s.words.T(lang, key+".title"), s.words.T(lang, key+".lead"), n.firm, n.number != OwnCases})
	}
	return out
}

// NumberedAsk is what a fixed report is asked about.
type NumberedAsk struct {
	Number int
	Period Period // none: the last seven days, or the month that runs
	Pack   string // "" or All: all packs
	Firm   string // code
}

// numberedAsk is an ask with what was looked up for it.
type numberedAsk struct {
	NumberedAsk
	by         access.Actor
	firm       int64
	from, till calendar.Date // days of what happened: from the first up to before the last
}

// NumberedOf computes a fixed report as of now. It is a Report with other tables, so that whatever writes reports writes it
// too. Forbidden; NotFound for a number, a pack or a firm that does not exist; Invalid without a firm where one is needed.
func (s *Service) NumberedOf(ctx context.Context, by access.Actor, ask NumberedAsk, lang locale.Lang) (*Report, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out *Report
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = s.numbered(ctx, tx, &numberedAsk{NumberedAsk: ask, by: by}, lang)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report number %d: %w", ask.Number, err)
	}
	return out, nil
}

func (s *Service) numbered(ctx context.Context, tx *store.Tx, ask *numberedAsk, lang locale.Lang) (*Report, error) {
	today := calendar.OfTime(tx.Now.In(s.zone))
	for _, n := range numbered {
		if n.number != ask.Number {
			continue
		}
		b, err := s.asked(ctx, tx, ask, n.firm, lang)
		if err != nil {
			return nil, err
		}
		if n.now && ask.Period.IsZero() {
			ask.from, ask.till = today.AddDays(-6), today.AddDays(1)
		}
		p, q := b.period, b.query
		key := "numbered." + strconv.Itoa(n.number)
		r := &Report{Month: p, Kind: p.Kind(), Number: n.number, Name: s.words.T(lang, key+".title"), Pack: All, Lang: string(lang), CutOff: q.cutOff.In(q.zone),
			DefinitionVersion: DefinitionVersion, Rulebook: map[string]string{}, Notes: []string{s.words.T(lang, key+".note")}, words: s.words}
		if q.pack != "" {
			r.Pack = q.pack
		}
		for _, pack := range s.packs(q.pack) {
			r.Rulebook[pack.ID] = pack.Version()
		}
		tables, err := n.make(b, ctx, ask)
		if err != nil {
			return nil, err
		}
		return r.with(b, tables), nil
	}
	return nil, notFound()
}

// asked begins a fixed report: of the month that runs where no period was asked for, and of the firm where it needs one.
func (s *Service) asked(ctx context.Context, tx *store.Tx, ask *numberedAsk, firm bool, lang locale.Lang) (*builder, error) {
	p := ask.Period
	if p.IsZero() {
		p = MonthPeriod(calendar.MonthOf(calendar.OfTime(tx.Now.In(s.zone))))
	}
	q, err := s.query(tx, p, ask.Pack)
	if err != nil {
		return nil, err
	}
	b := s.builder(q, lang)
	ask.from, ask.till = q.first, q.end
	if firm {
		if err := b.lookUp(ctx, ask); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// with puts tables into one section and adds the definitions of their columns.
func (r *Report) with(b *builder, tables []*Table) *Report {
	section := Section{ID: "numbered", Title: r.Name}
	for _, t := range tables {
		r.Tables = append(r.Tables, *t)
		section.Tables = append(section.Tables, t.ID)
		for _, id := range t.Definitions {
			known := slices.ContainsFunc(r.Definitions, func(d Definition) bool { return d.ID == id })
			if d := definitionIn(b.words, b.lang, id); !known && d.ID != "" {
				r.Definitions = append(r.Definitions, d)
			}
		}
		for _, id := range t.RowDefinitions {
			if r.Definition(id) == nil {
				r.Definitions = append(r.Definitions, definitionIn(b.words, b.lang, id))
			}
		}
	}
	r.Sections = []Section{section}
	return r
}

// lookUp finds the firm that is asked about; of one that was merged the firm that it went into.
func (b *builder) lookUp(ctx context.Context, ask *numberedAsk) error {
	if ask.Firm == "" {
		return fault.Fields{{Name: "firm", Key: "fault.required"}}.Err()
	}
	s := new(sql)
	s.add("SELECT f.id, f.code FROM firms r JOIN firms f ON f.id = COALESCE(r.merged_into, r.id) WHERE r.code = ?", ask.Firm)
	if err := b.one(ctx, s, &ask.firm, &ask.Firm); err != nil {
		return fmt.Errorf("find firm %s: %w", ask.Firm, err)
	}
	if ask.firm == 0 {
		return notFound()
	}
	return nil
}

// numberedTable begins a table of a fixed report. Its words are numbered.<id>.title and .note.
func (b *builder) numberedTable(id string, columns ...column) *Table {
	t := &Table{ID: id, Section: "numbered", Title: b.words.T(b.lang, "numbered."+id+".title"), Note: b.words.T(b.lang, "numbered."+id+".note"), Rows: [][]any{}, RowKeys: []string{}}
	for _, c := range columns {
		t.Keys, t.Columns, t.Kinds = append(t.Keys, c.key), append(t.Columns, b.words.T(b.lang, "report.column."+c.key)), append(t.Kinds, c.kind)
		t.Definitions, t.Opens = append(t.Definitions, c.definition), append(t.Opens, false)
	}
	return t
}
