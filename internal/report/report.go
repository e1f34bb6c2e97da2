// Package report computes the enforcement report of a month, a quarter, half a
// year or a year: headline figures and tables of what was received, decided,
// found, closed and penalised, of the firms, and of how long it took.
//
// Every figure counts events by their date in the regulator's zone, never by
// what a record says today, so that a past month stays as it was unless its
// history is corrected: a case reopened, a finding superseded, a decision
// annulled. "Open" and "overdue" are taken at the cut-off: the end of the
// period, or now while it still runs.
//
// Every figure has a definition (definition.go) and, where it counts things, a
// list of exactly these (behind.go): both are made from one description of the
// things that it counts (things.go, opening.go). Counting is done by the
// database; where the working-day calendar is needed, it groups equal histories
// and Go computes each group once.
//
// The model for all forms is Report: sections name tables in reading order, a
// table has columns with kind (type and unit) and definition, its rows have
// keys, and Report.Link gives the address of the list behind a cell.
//
// A director freezes a period (freeze.go, frozen.go): the canonical bytes of the report in
// both languages and what is behind each figure are stored and covered by the
// record. From then on the stored bytes are the report; what was corrected
// since comes out as a numbered revision that explains each difference.
package report

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// All is what Report.Pack says of a report over every pack.
const All = "all"

// Report is the report of one period. Its JSON form is fixed by the design; Month holds any period.
type Report struct {
	Month Period `json:"month"`
	Kind  string `json:"kind"` // month, quarter, half, year
	// Number and Name are of a fixed report (numbered.go).
	Number   int       `json:"number,omitempty"`
	Name     string    `json:"name,omitempty"`
	Revision int       `json:"revision"`
	Frozen   bool      `json:"frozen"`
	Pack     string    `json:"pack"` // All where no pack was asked for
	Lang     string    `json:"lang"`
	CutOff   time.Time `json:"cut_off"` // the report knows nothing from this instant on
	// DefinitionVersion is the version of the definitions, Rulebook that of the packs in question, by pack.
	DefinitionVersion int               `json:"definition_version"`
	Rulebook          map[string]string `json:"rulebook"`
	Headline          Headline          `json:"headline"`
	Sections          []Section         `json:"sections"`
	Tables            []Table           `json:"tables"`
	// Briefs are anonymised case briefs that a person chose; none where nobody chose any.
	Briefs []Brief `json:"briefs,omitempty"`
	// Trend is the months up to the period's last, see Whole; nil of a report that was computed without it.
	Trend       *Table       `json:"trend,omitempty"`
	Definitions []Definition `json:"definitions"`
	// Notes are those of the method, in the order of reading.
	Notes []string `json:"notes"`
	// The rest is of a frozen report: Changes is what differs from the revision before, Events the entries that did it.
	FrozenAt *time.Time `json:"frozen_at,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Changes  []Change   `json:"changes,omitempty"`
	Events   []Event    `json:"events,omitempty"`

	words *locale.Catalog
	raw   []byte // of a frozen report: its bytes
}

// Section is a part of the report: its tables in the order of reading.
type Section struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Tables []string `json:"tables"`
}

// Headline figures. Amounts in fen.
type Headline struct {
	Received              int64 `json:"received"`               // complaints received in the period
	Accepted              int64 `json:"accepted"`               // cases opened in the period
	Closed                int64 `json:"closed"`                 // cases closed in the period
	Open                  int64 `json:"open"`                   // complaints not ended at the cut-off
	Overdue               int64 `json:"overdue"`                // of these, past a due date of the office or the firm
	FindingsSubstantiated int64 `json:"findings_substantiated"` // standing findings of the period, in whole or in part
	PenaltiesIssued       int64 `json:"penalties_issued"`       // not annulled since
	PenaltyAmountFen      int64 `json:"penalty_amount_fen"`     // fines and confiscations of the penalties issued
}

// The kinds of columns, and so of the values in them. A value of any kind may be
// nil: there is no figure, or too few to compare; it is shown as "–".
const (
	Text    = "text"    // string
	Count   = "count"   // int64; a mean of counts is a float64
	Percent = "percent" // float64, a ratio: 0.125 is 12.5 %
	Days    = "days"    // int64 or float64
	Fen     = "fen"     // int64; a mean of amounts is a float64
	Rate    = "rate"    // float64: so many for each unit that the definition names
)

// Table of the report. All slices about columns are as long as Keys.
type Table struct {
	ID      string `json:"id"`
	Section string `json:"section"`
	Title   string `json:"title"`
	Note    string `json:"note,omitempty"` // how the table counts
	// Of the columns: machine names, names, kinds, ids of the definitions ("" where a text needs none), and whether the
	// cells open the things that they count.
	Keys        []string `json:"keys"`
	Columns     []string `json:"columns"`
	Kinds       []string `json:"kinds"`
	Definitions []string `json:"definition_ids"`
	Opens       []bool   `json:"opens"`
	// Rows begin with their machine key (None where the record has none) and, in the by_* tables, their count. RowKeys are
	// unique in the table.
	Rows    [][]any  `json:"rows"`
	RowKeys []string `json:"row_keys"`
	// RowKinds and RowDefinitions are of the headline alone, whose lines are different figures; see Kind.
	RowKinds       []string `json:"row_kinds,omitempty"`
	RowDefinitions []string `json:"row_definitions,omitempty"`
	Totals         []any    `json:"totals,omitempty"` // the last line, where there is one

	hrefs map[spot]string // addresses of lists, in a fixed report
}

// spot is a cell: of Rows, or of the last line.
type spot struct{ row, column int }

const lastLine = -1

// opens notes the address of the list behind a cell; "" notes nothing.
func (t *Table) opens(row int, column, to string) {
	if to == "" {
		return
	}
	if t.hrefs == nil {
		t.hrefs = map[spot]string{}
	}
	t.hrefs[spot{row, t.Column(column)}] = to
}

// Kind is the kind of the value in a cell of Rows.
func (t *Table) Kind(row, column int) string {
	if t.RowKinds != nil && t.Kinds[column] == Count {
		return t.RowKinds[row]
	}
	return t.Kinds[column]
}

// Column is the place of a column by its machine name, -1 where the table has none.
func (t *Table) Column(key string) int {
	for j, k := range t.Keys {
		if k == key {
			return j
		}
	}
	return -1
}

// Table finds a table by its id; nil where there is none.
func (r *Report) Table(id string) *Table {
	for i := range r.Tables {
		if r.Tables[i].ID == id {
			return &r.Tables[i]
		}
	}
	return nil
}

// SectionTitle is what a section is called; "" of none.
func (r *Report) SectionTitle(id string) string {
	for _, s := range r.Sections {
		if s.ID == id {
			return s.Title
		}
	}
	return ""
}

// Link is the address of the list behind a cell of Rows; "" where the cell counts nothing or says nothing.
func (r *Report) Link(t *Table, row, column int) string {
	if to, ok := t.hrefs[spot{row, column}]; ok {
		return to
	}
	if !t.Opens[column] || t.Rows[row][column] == nil {
		return ""
	}
	return r.behind(Figure{t.ID, t.RowKeys[row], t.Keys[column]})
}

// TotalLink is the address of the list behind a cell of Totals.
func (r *Report) TotalLink(t *Table, column int) string {
	if to, ok := t.hrefs[spot{lastLine, column}]; ok {
		return to
	}
	if !t.Opens[column] || t.Totals[column] == nil {
		return ""
	}
	return r.behind(Figure{t.ID, Total, t.Keys[column]})
}

func (r *Report) behind(f Figure) string {
	pack := r.Pack
	if pack == All {
		pack = ""
	}
	return Links{Period: r.Month, Pack: pack}.Behind(f)
}

// Service does what this package does.
type Service struct {
	db        *store.DB
	log       *audit.Log
	policy    *access.Policy
	book      *rulebook.Book
	calendars map[string]*calendar.Calendar
	zone      *time.Location
	words     *locale.Catalog
	mail      mailing
	held      keeper
	largeFrom int64          // 0 is largeOffice; a test's is smaller
	briefs    *brief.Service // nil: none are told
}

// New returns the service. zone is the regulator's: it decides in which month something happened.
func New(db *store.DB, log *audit.Log, policy *access.Policy, book *rulebook.Book, calendars map[string]*calendar.Calendar, zone *time.Location, words *locale.Catalog) *Service {
	return &Service{db: db, log: log, policy: policy, book: book, calendars: calendars, zone: zone, words: words}
}

// Monthly is Of for one month.
func (s *Service) Monthly(ctx context.Context, by access.Actor, m calendar.Month, pack string, lang locale.Lang) (*Report, error) {
	return s.Of(ctx, by, MonthPeriod(m), pack, lang)
}

// Of is the report of a period for a pack ("" or All: all packs) in a language: as it was frozen, or computed. A period
// that is not over counts what has happened so far. Forbidden; NotFound for a pack that the rulebook does not have.
func (s *Service) Of(ctx context.Context, by access.Actor, p Period, pack string, lang locale.Lang) (*Report, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out *Report
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, p, pack)
		if err != nil {
			return err
		}
		if out, err = s.edition(ctx, tx, p, q.pack, lang, latest); err != nil || out != nil {
			return err
		}
		out, err = s.builder(q, lang).report(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report of %s: %w", p, err)
	}
	return out, nil
}

// builder makes the tables of one report inside one read transaction.
type builder struct {
	query
	s     *Service
	words *locale.Catalog
	lang  locale.Lang
	head  Headline
	opens map[string][]opening
	firms []*partyLine // kept by partyLines
	// tallied are the counts made for this report, by query and arguments.
	tallied map[string]map[string]sum
	ended   []ending // kept by closings
}

func (s *Service) builder(q query, lang locale.Lang) *builder {
	b := &builder{query: q, s: s, words: s.words, lang: lang}
	b.opens = b.openings()
	return b
}

func (b *builder) report(ctx context.Context) (*Report, error) {
	r := &Report{Month: b.period, Kind: b.period.Kind(), Pack: b.pack, Lang: string(b.lang), CutOff: b.cutOff.In(b.zone), DefinitionVersion: DefinitionVersion,
		Rulebook: map[string]string{}, Definitions: definitionsIn(b.words, b.lang), words: b.words}
	if r.Pack == "" {
		r.Pack = All
	}
	for _, p := range b.s.packs(b.pack) {
		r.Rulebook[p.ID] = p.Version()
	}
	for _, x := range contents {
		t, err := x.make(b, ctx)
		if err != nil {
			return nil, err
		}
		r.Tables = append(r.Tables, *t)
		if n := len(r.Sections); n == 0 || r.Sections[n-1].ID != x.section {
			r.Sections = append(r.Sections, Section{ID: x.section, Title: b.words.T(b.lang, "report.section."+x.section)})
		}
		last := &r.Sections[len(r.Sections)-1]
		last.Tables = append(last.Tables, x.id)
	}
	r.Headline = b.head
	if err := b.tell(ctx, r); err != nil {
		return nil, err
	}
	for _, note := range methodNotes {
		r.Notes = append(r.Notes, b.words.T(b.lang, "report.method."+note))
	}
	return r, nil
}

// methodNotes are the notes that close the report.
var methodNotes = []string{"events", "once", "small", "intervals", "firms", "law", "alarms", "corrections", "public"}

// table begins a table of contents. Its words are report.<id>.title and .note, and report.column.<key> for the columns.
func (b *builder) table(id string) *Table {
	c := contentOf(id)
	t := &Table{ID: id, Section: c.section, Title: b.words.T(b.lang, "report."+id+".title"), Note: b.words.T(b.lang, "report."+id+".note"), Rows: [][]any{}, RowKeys: []string{}}
	for _, col := range c.columns {
		t.Keys = append(t.Keys, col.key)
		t.Columns = append(t.Columns, b.columnName(id, col.key))
		t.Kinds = append(t.Kinds, col.kind)
		t.Definitions = append(t.Definitions, col.definition)
		t.Opens = append(t.Opens, len(b.opens[id+"."+col.key]) > 0)
	}
	return t
}

// columnName is what a column is called, in a table of its own words if it has any there.
func (b *builder) columnName(table, key string) string {
	if own := "report.column_of." + table + "." + key; b.words.Has(b.lang, own) {
		return b.words.T(b.lang, own)
	}
	return b.words.T(b.lang, "report.column."+key)
}

func (t *Table) add(key string, row ...any) {
	t.Rows, t.RowKeys = append(t.Rows, row), append(t.RowKeys, key)
}

// smallBase is the least count that a change is worked out from: "2 after 1" is not a rise of 100 % (law.md F).
const smallBase = 5

// change is the growth from base to v, nil where the base is too small.
func change(v, base int64) any {
	if base < smallBase {
		return nil
	}
	return ratio(v-base, base)
}

// ratio is v / of with four decimals, nil where there is nothing to divide by.
func ratio(v, of int64) any {
	if of == 0 {
		return nil
	}
	return round(float64(v)/float64(of), 4)
}
