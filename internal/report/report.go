// Package report computes the monthly enforcement report.
package report

import (
	"context"
	"errors"
	"io"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Monthly is the report of one month. Its JSON form is fixed by the design.
type Monthly struct {
	Month    calendar.Month `json:"month"`
	Revision int            `json:"revision"`
	Frozen   bool           `json:"frozen"`
	Pack     string         `json:"pack"`
	Lang     string         `json:"lang"`
	CutOff   time.Time      `json:"cut_off"`
	Headline Headline       `json:"headline"`
	Tables   []Table        `json:"tables"`
}

// Headline figures. Amounts in fen.
type Headline struct {
	Received              int64 `json:"received"`
	Accepted              int64 `json:"accepted"`
	Closed                int64 `json:"closed"`
	Open                  int64 `json:"open"`
	Overdue               int64 `json:"overdue"`
	FindingsSubstantiated int64 `json:"findings_substantiated"`
	PenaltiesIssued       int64 `json:"penalties_issued"`
	PenaltyAmountFen      int64 `json:"penalty_amount_fen"`
}

// Table of the report. Links[i][j] is the path and query that opens the cases behind Rows[i][j]; "" where there is none.
type Table struct {
	ID      string     `json:"id"`
	Title   string     `json:"title"`
	Note    string     `json:"note,omitempty"` // the definition and formula
	Columns []string   `json:"columns"`
	Kinds   []string   `json:"kinds"` // of each column: text, count, percent, days, fen
	Rows    [][]any    `json:"rows"`
	Links   [][]string `json:"-"`
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

// New returns the service.
func New(db *store.DB, policy *access.Policy, book *rulebook.Book, calendars map[string]*calendar.Calendar, zone *time.Location, words *locale.Catalog) *Service {
	return &Service{db, policy, book, calendars, zone, words}
}

var errStub = errors.ErrUnsupported

// Monthly computes a month for a pack ("" all packs) in a language. Forbidden.
func (s *Service) Monthly(ctx context.Context, by access.Actor, m calendar.Month, pack string, lang locale.Lang) (*Monthly, error) {
	return nil, errStub
}

// Months lists the months that have anything, newest first.
func (s *Service) Months(ctx context.Context, by access.Actor) ([]calendar.Month, error) {
	return nil, errStub
}

// WriteCSV writes every table as one UTF-8 CSV with a BOM, each table headed by its id; cells are safe for spreadsheets.
func (m *Monthly) WriteCSV(w io.Writer) error { return errStub }

// WriteJSON writes the fixed JSON form.
func (m *Monthly) WriteJSON(w io.Writer) error { return errStub }
