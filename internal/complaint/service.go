package complaint

import (
	"context"
	"errors"
	"io"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/firm"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Service does what this package does.
type Service struct {
	db        *store.DB
	log       *audit.Log
	policy    *access.Policy
	keys      *seal.Keys
	book      *rulebook.Book
	calendars map[string]*calendar.Calendar
	zone      *time.Location
	firms     *firm.Service
	notify    *notify.Service
}

// Deps are what New needs.
type Deps struct {
	DB        *store.DB
	Log       *audit.Log
	Policy    *access.Policy
	Keys      *seal.Keys
	Book      *rulebook.Book
	Calendars map[string]*calendar.Calendar
	Zone      *time.Location // the regulator's
	Firms     *firm.Service
	Notify    *notify.Service
}

// New returns the service.
func New(d Deps) *Service {
	return &Service{d.DB, d.Log, d.Policy, d.Keys, d.Book, d.Calendars, d.Zone, d.Firms, d.Notify}
}

var errStub = errors.ErrUnsupported

// Validate checks a filing without storing it; fields are named as in the JSON body ("complainant.phone"). step limits
// the check to one page of the flow ("what", "who", "you", "check"); "" checks all. Invalid.
func (s *Service) Validate(f *Filing, step string, today calendar.Date) error { return errStub }

// File stores a complaint. idempotencyKey "" means none: with one, a repeated request gets the same answer (access
// code too) and a different body under the same key is a Conflict. source is how it reached the office ("web", "api",
// "phone" ...). draft, if not "", is the token of the draft whose key and files the complaint inherits.
// Invalid, Conflict, Forbidden.
func (s *Service) File(ctx context.Context, by access.Actor, f Filing, source, idempotencyKey, draft string) (*Filed, error) {
	return nil, errStub
}

// Open turns a reference and an access code into a borrower. An unknown reference and a wrong code get the same
// answer after the same work: NotFound. Too many wrong codes: TooMany.
func (s *Service) Open(ctx context.Context, ref, accessCode, address string) (access.Actor, error) {
	return access.Actor{}, errStub
}

// ByRef finds a complaint that the actor may read. NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (*Complaint, error) {
	return nil, errStub
}

// List is the list to screen. Forbidden.
func (s *Service) List(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	return nil, errStub
}

// Timeline lists the events that the actor may see, oldest first.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) ([]Event, error) {
	return nil, errStub
}

// Clocks computes the complaint's clocks as of today.
func (s *Service) Clocks(ctx context.Context, by access.Actor, ref string) ([]Clock, error) {
	return nil, errStub
}

// Mask gives the complainant's masked particulars, which staff may see without a reveal.
func (s *Service) Mask(ctx context.Context, by access.Actor, ref string) (*Masked, error) {
	return nil, errStub
}

// Reveal opens the sealed particulars for a reason and records who looked. Invalid without a reason, Forbidden.
func (s *Service) Reveal(ctx context.Context, by access.Actor, ref, reason string) (*Complainant, error) {
	return nil, errStub
}

// Messages lists the conversation; Send adds to it, from either side.
func (s *Service) Messages(ctx context.Context, by access.Actor, ref string) ([]Message, error) {
	return nil, errStub
}

// Send adds a message.
func (s *Service) Send(ctx context.Context, by access.Actor, ref, body string) (*Message, error) {
	return nil, errStub
}

// Withdraw takes the complaint back. Conflict once it has ended.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, ref, reason string) (*Complaint, error) {
	return nil, errStub
}

// AskForMore (补正), Refuse (不予受理) and Refer (移送) are the screening decisions without a case; Accept is casework's.
func (s *Service) AskForMore(ctx context.Context, by access.Actor, ref string, version int64, what string) (*Complaint, error) {
	return nil, errStub
}

// Refuse does not accept a complaint; ground is a key of the rulebook.
func (s *Service) Refuse(ctx context.Context, by access.Actor, ref string, version int64, ground, note string) (*Complaint, error) {
	return nil, errStub
}

// Refer sends a complaint to another authority.
func (s *Service) Refer(ctx context.Context, by access.Actor, ref string, version int64, to, ground, note string) (*Complaint, error) {
	return nil, errStub
}

// Supply is the complainant's answer to AskForMore: the clock resumes.
func (s *Service) Supply(ctx context.Context, by access.Actor, ref, text string) (*Complaint, error) {
	return nil, errStub
}

// Find loads a complaint inside an open transaction, whoever asks. For casework.
func (s *Service) Find(ctx context.Context, tx *store.Tx, ref string) (*Complaint, error) {
	return nil, errStub
}

// FindAll loads complaints by id inside an open transaction: children joined, no N+1.
func (s *Service) FindAll(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*Complaint, error) {
	return nil, errStub
}

// Accept moves a complaint to accepted inside the transaction that opens its case; Close ends it with its case, Reopen
// undoes Close. They stop and start clocks, add events and queue messages; the caller appends the audit entry.
func (s *Service) Accept(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, version int64) error {
	return errStub
}

// Close ends an accepted complaint.
func (s *Service) Close(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, note string) error {
	return errStub
}

// DataKey opens the key of a complaint inside an open transaction. NotFound once it is destroyed.
func (s *Service) DataKey(ctx context.Context, tx *store.Tx, c *Complaint) (*seal.DataKey, error) {
	return nil, errStub
}

// Receipt is the receipt of a complaint the actor may read.
func (s *Service) Receipt(ctx context.Context, by access.Actor, ref string) (*audit.Receipt, error) {
	return nil, errStub
}

// Draft is an unfinished filing.
type Draft struct {
	ID      int64
	Token   string
	Filing  Filing
	Key     *seal.DataKey
	Files   []DraftFile
	Touched time.Time
}

// DraftFile is a file added before filing.
type DraftFile struct {
	ID        int64
	Kind      string
	Name      string
	Size      int64
	MediaType string
	SHA256    []byte
	Blob      string // name in the blob store
	Scan      string
}

// NewDraft begins a draft; OpenDraft finds it by its token (NotFound); SaveDraft keeps its answers.
func (s *Service) NewDraft(ctx context.Context) (*Draft, error) { return nil, errStub }

// OpenDraft finds a draft by its token. NotFound.
func (s *Service) OpenDraft(ctx context.Context, token string) (*Draft, error) { return nil, errStub }

// SaveDraft keeps the answers of a draft.
func (s *Service) SaveDraft(ctx context.Context, token string, f Filing) error { return errStub }

// AddDraftFile notes a file whose blob is already stored.
func (s *Service) AddDraftFile(ctx context.Context, token string, f DraftFile) (*DraftFile, error) {
	return nil, errStub
}

// RemoveDraftFile forgets a file of a draft.
func (s *Service) RemoveDraftFile(ctx context.Context, token string, id int64) error { return errStub }

// DropDrafts deletes drafts untouched for longer than age and returns the blobs that nobody needs any more.
func (s *Service) DropDrafts(ctx context.Context, age time.Duration) ([]string, error) {
	return nil, errStub
}

// Index makes filed complaints searchable; it returns how many it took. A job calls it.
func (s *Service) Index(ctx context.Context) (int, error) { return 0, errStub }

// ImportOptions of ImportCFPB.
type ImportOptions struct {
	Name     string // of the file, for messages
	Company  string // for the 12-column form
	Rejects  io.Writer
	DryRun   bool
	Progress func(rows int)
}

// ImportSummary is what an import did.
type ImportSummary struct {
	ImportID                                 int64
	Rows, Stored, Known, Conflicts, Rejected int
	NewFirms                                 []string
	Unmapped                                 map[string]int // "issue / sub-issue" of debt-collection rows without a code
	ConflictRows                             []ImportConflict
}

// ImportConflict is a difference between a stored complaint and a row that came again.
type ImportConflict struct {
	ExternalID, Reference  string
	Line                   int
	Field, Stored, Offered string
}

// ImportCFPB stores the complaints of a public CFPB file. Running it again changes nothing.
func (s *Service) ImportCFPB(ctx context.Context, by access.Actor, r io.Reader, opt ImportOptions) (*ImportSummary, error) {
	return nil, errStub
}
