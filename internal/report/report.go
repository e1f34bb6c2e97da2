// Package report computes the monthly enforcement report: headline figures and
// tables of what was received, decided, found, closed and penalised in a month,
// and of how long it took.
//
// Every figure counts events by their date in the regulator's zone, never by
// what a record says today, so that a past month stays as it was unless its
// history is corrected. "Open" and "overdue" are taken at the cut-off: the end
// of the month, or now while the month still runs.
//
// Every figure has a link (links.go) that opens exactly the complaints, cases,
// findings or penalties behind it. Counting is done by the database; where the
// working-day calendar is needed, it groups equal histories and Go computes
// each group once.
//
// The package only reads, and it does not freeze reports yet: Revision is 0 and
// Frozen is false.
package report

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// All is what Monthly.Pack says of a report over every pack.
const All = "all"

// Monthly is the report of one month. Its JSON form is fixed by the design.
type Monthly struct {
	Month    calendar.Month `json:"month"`
	Revision int            `json:"revision"`
	Frozen   bool           `json:"frozen"`
	Pack     string         `json:"pack"` // All where no pack was asked for
	Lang     string         `json:"lang"`
	CutOff   time.Time      `json:"cut_off"` // the report knows nothing from this instant on
	Headline Headline       `json:"headline"`
	Tables   []Table        `json:"tables"`

	words *locale.Catalog
}

// Headline figures. Amounts in fen.
type Headline struct {
	Received              int64 `json:"received"`               // complaints received in the month
	Accepted              int64 `json:"accepted"`               // cases opened in the month
	Closed                int64 `json:"closed"`                 // cases closed in the month
	Open                  int64 `json:"open"`                   // complaints not ended at the cut-off
	Overdue               int64 `json:"overdue"`                // of these, past a due date of the office or the firm
	FindingsSubstantiated int64 `json:"findings_substantiated"` // standing findings of the month, in whole or in part
	PenaltiesIssued       int64 `json:"penalties_issued"`
	PenaltyAmountFen      int64 `json:"penalty_amount_fen"` // fines and confiscations of the penalties issued
}

// The kinds of columns, and so of the values in them. A value of any kind may be
// nil: there is no figure, or too few to compare; it is shown as "–".
const (
	Text    = "text"    // string
	Count   = "count"   // int64; a mean of counts is a float64
	Percent = "percent" // float64, a ratio: 0.125 is 12.5 %
	Days    = "days"    // int64 or float64
	Fen     = "fen"     // int64; a mean of amounts is a float64
)

// Table of the report. Links[i][j] is the path and query that opens the cases behind Rows[i][j]; "" where there is none.
// In the by_* tables a row begins with its machine key (None where the record has none) and its count.
type Table struct {
	ID         string     `json:"id"`
	Title      string     `json:"title"`
	Note       string     `json:"note,omitempty"` // the definition and formula
	Keys       []string   `json:"keys"`           // machine names of the columns
	Columns    []string   `json:"columns"`
	Kinds      []string   `json:"kinds"` // of each column: text, count, percent, days, fen
	Rows       [][]any    `json:"rows"`
	RowKinds   []string   `json:"row_kinds,omitempty"` // headline alone: the kind of a row's figures; see Kind
	Totals     []any      `json:"totals,omitempty"`    // the last line, where there is one
	Links      [][]string `json:"-"`
	TotalLinks []string   `json:"-"` // as long as Totals
}

// Kind is the kind of the value in a cell of Rows.
func (t *Table) Kind(row, column int) string {
	if t.RowKinds != nil && t.Kinds[column] == Count {
		return t.RowKinds[row]
	}
	return t.Kinds[column]
}

// Table finds a table by its id; nil where there is none.
func (m *Monthly) Table(id string) *Table {
	for i := range m.Tables {
		if m.Tables[i].ID == id {
			return &m.Tables[i]
		}
	}
	return nil
}

// Service does what this package does.
type Service struct {
	db        *store.DB
	policy    *access.Policy
	book      *rulebook.Book
	calendars map[string]*calendar.Calendar
	zone      *time.Location
	words     *locale.Catalog
}

// New returns the service. zone is the regulator's: it decides in which month something happened.
func New(db *store.DB, policy *access.Policy, book *rulebook.Book, calendars map[string]*calendar.Calendar, zone *time.Location, words *locale.Catalog) *Service {
	return &Service{db, policy, book, calendars, zone, words}
}

// Monthly computes a month for a pack ("" or All: all packs) in a language. A month that is not over counts what has
// happened so far. Forbidden; NotFound for a pack that the rulebook does not have.
func (s *Service) Monthly(ctx context.Context, by access.Actor, m calendar.Month, pack string, lang locale.Lang) (*Monthly, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var out *Monthly
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, m, pack)
		if err != nil {
			return err
		}
		b := &builder{query: q, s: s, words: s.words, lang: lang, links: Links{Month: m, Pack: q.pack}}
		out, err = b.monthly(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report of %s: %w", m, err)
	}
	return out, nil
}

// builder makes the tables of one report inside one read transaction.
type builder struct {
	query
	s     *Service
	words *locale.Catalog
	lang  locale.Lang
	links Links
	head  Headline
}

func (b *builder) monthly(ctx context.Context) (*Monthly, error) {
	m := &Monthly{Month: b.month, Pack: b.pack, Lang: string(b.lang), CutOff: b.cutOff.In(b.zone), words: b.words}
	if m.Pack == "" {
		m.Pack = All
	}
	for _, part := range []func(context.Context) (*Table, error){
		b.headline, b.byChannel, b.byContactChannel, b.byProduct, b.byRegion, b.byCode, b.byFirm, b.byOutcome,
		b.screening, b.timeliness, b.penalties, b.decisions,
	} {
		t, err := part(ctx)
		if err != nil {
			return nil, err
		}
		m.Tables = append(m.Tables, *t)
	}
	m.Headline = b.head
	return m, nil
}

// column is the machine name and the kind of one.
type column struct{ key, kind string }

// table begins a table. Its words are report.<id>.title and .note, and report.column.<key> for the columns.
func (b *builder) table(id string, columns ...column) *Table {
	t := &Table{ID: id, Title: b.words.T(b.lang, "report."+id+".title"), Note: b.words.T(b.lang, "report."+id+".note"), Rows: [][]any{}}
	for _, c := range columns {
		t.Keys = append(t.Keys, c.key)
		t.Columns = append(t.Columns, b.words.T(b.lang, "report.column."+c.key))
		t.Kinds = append(t.Kinds, c.kind)
	}
	return t
}

// cell is a value and the link that opens what is behind it.
type cell struct {
	value any
	link  string
}

func (t *Table) add(cells ...cell) {
	row, links := split(cells)
	t.Rows, t.Links = append(t.Rows, row), append(t.Links, links)
}

func (t *Table) total(cells ...cell) { t.Totals, t.TotalLinks = split(cells) }

func split(cells []cell) (row []any, links []string) {
	for _, c := range cells {
		row, links = append(row, c.value), append(links, c.link)
	}
	return row, links
}

func plain(v any) cell { return cell{value: v} }

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
