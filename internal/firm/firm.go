// Package firm keeps the registry of lenders and collection agencies: who they
// are, under which names people know them, and who collected for whom when.
//
// A firm is found by its code or by a name; names meet in the form of
// ident.NormaliseName, and a form belongs to one firm, so that a complaint
// cannot end up with two. A firm that an import met first is provisional until
// a person completes it or merges it into the firm that it really is. Nothing
// is deleted: rows that name a merged firm keep its id, and Resolve, ByCode and
// ByIDs say into which firm it went.
//
// The registry does not promise that a firm exists: a credit code that passes
// its check digits may belong to nobody.
package firm

import (
	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Kind of a firm.
type Kind string

// A lender, or an agency that collects for lenders.
const (
	Lender Kind = "lender"
	Agency Kind = "agency"
)

// Kinds lists both.
var Kinds = []Kind{Lender, Agency}

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
	Provisional bool   // made by an import, to be confirmed by a person
	MergedID    int64  // the firm into which this one was merged; 0: none
	MergedInto  string // its code
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
	From, To       calendar.Date // both days included
}

// Filter of a list.
type Filter struct {
	Q           string // part of a name, or the start of a code
	Kind        Kind
	Provisional bool // only those that wait for a person
	Cursor      string
	Limit       int // 1 to 100; 0 is 50
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	db     *store.DB
	log    *audit.Log
	policy *access.Policy
	known  *cache
}

// New returns the service.
func New(db *store.DB, log *audit.Log, policy *access.Policy) *Service {
	return &Service{db, log, policy, newCache()}
}

// at fails with Conflict when the caller saw an older firm.
func (f *Firm) at(version int64) error {
	if f.Version != version {
		return fault.New(fault.Conflict, "fault.stale")
	}
	return nil
}
