// Package firm keeps the lenders and collection agencies.
package firm

import (
	"context"
	"errors"
	"io"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Kind of a firm.
type Kind string

// A lender, or an agency that collects for lenders.
const (
	Lender Kind = "lender"
	Agency Kind = "agency"
)

// Firm is a lender or an agency.
type Firm struct {
	ID          int64
	Code        string
	Kind        Kind
	Name        string
	Aliases     []string // other names, the own one not included
	ParentID    int64
	ParentCode  string
	USCC        string
	Provisional bool // made by an import, to be confirmed by a person
	Version     int64
}

// NewFirm is the request to register a firm.
type NewFirm struct {
	Code, Name string
	Kind       Kind
	ParentCode string
	USCC       string
	Aliases    []string
}

// Link says that an agency collects for a lender from a day, to a day (zero: still).
type Link struct {
	ID             int64
	Lender, Agency Firm
	From, To       calendar.Date
}

// Filter of a list.
type Filter struct {
	Q      string
	Kind   Kind
	Cursor string
	Limit  int
}

// ImportResult is what a CSV import did.
type ImportResult struct {
	Rows, Created, Changed, Unchanged int
	Rejects                           []ImportReject
}

// ImportReject is a row that was not taken.
type ImportReject struct {
	Line   int
	Reason string
}

// Service does what this package does.
type Service struct {
	db     *store.DB
	log    *audit.Log
	policy *access.Policy
}

// New returns the service.
func New(db *store.DB, log *audit.Log, policy *access.Policy) *Service {
	return &Service{db, log, policy}
}

var errStub = errors.ErrUnsupported

// Create registers a firm. Invalid (code, name, USCC check digits), Conflict.
func (s *Service) Create(ctx context.Context, by access.Actor, n NewFirm) (*Firm, error) {
	return nil, errStub
}

// ByCode finds a firm. NotFound.
func (s *Service) ByCode(ctx context.Context, code string) (*Firm, error) { return nil, errStub }

// List lists firms by code, with a cursor.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) ([]Firm, string, error) {
	return nil, "", errStub
}

// AddAlias adds a name under which the firm is known.
func (s *Service) AddAlias(ctx context.Context, by access.Actor, code, alias string) error {
	return errStub
}

// Connect links an agency to a lender from a day on; Disconnect ends the link.
func (s *Service) Connect(ctx context.Context, by access.Actor, lender, agency string, from, to calendar.Date) error {
	return errStub
}

// Disconnect ends a link on a day.
func (s *Service) Disconnect(ctx context.Context, by access.Actor, lender, agency string, to calendar.Date) error {
	return errStub
}

// Links lists the links of a firm on either side, newest first.
func (s *Service) Links(ctx context.Context, code string) ([]Link, error) { return nil, errStub }

// Confirm makes a provisional firm a registered one, or merges it as an alias into the firm named.
func (s *Service) Confirm(ctx context.Context, by access.Actor, code string, version int64, n NewFirm) (*Firm, error) {
	return nil, errStub
}

// ImportCSV reads code,name,kind,parent_code,uscc,aliases; repeating it changes nothing.
func (s *Service) ImportCSV(ctx context.Context, by access.Actor, r io.Reader) (*ImportResult, error) {
	return nil, errStub
}

// Suggest finds up to limit firms of a kind whose name or alias is like q: for the public form.
func (s *Service) Suggest(ctx context.Context, kind Kind, q string, limit int) ([]Firm, error) {
	return nil, errStub
}

// Resolve finds the firm that a code, name or alias means, inside an open transaction; nil where none does.
func (s *Service) Resolve(ctx context.Context, tx *store.Tx, code, name string) (*Firm, error) {
	return nil, errStub
}

// Ensure is Resolve that registers an unknown name as a provisional firm. The caller's audit entry covers the rows.
func (s *Service) Ensure(ctx context.Context, tx *store.Tx, kind Kind, name string) (*Firm, bool, error) {
	return nil, false, errStub
}

// ByIDs finds firms by id, inside an open transaction.
func (s *Service) ByIDs(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]Firm, error) {
	return nil, errStub
}
