// Package evidence keeps the files of a complaint: who gave what when, and that
// it is still the same.
//
// A file is read once, in a stream: its type is found from its content, its
// bytes are hashed as they came, sealed with the complaint's own key, and synced
// to disk before the row that names them is written. So a row never points to
// nothing; a crash in between leaves a sealed file without a row, which a job
// removes after a day. Files are stored under the hash of their sealed bytes:
// nobody can swap one without its name, and with it the row's digest in the
// record, telling.
//
// Files are never changed and never deleted with their row. Forgetting a person
// destroys the key, and with it what the files say.
package evidence

import (
	"context"
	"fmt"
	"io"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Item is one file. People know it as E-1, E-2 ... within its complaint.
type Item struct {
	ID         int64
	Number     int
	Kind       string // evidence type of the rulebook
	Name       string // as the person named it
	Size       int64
	MediaType  string // by content
	SHA256     []byte // of the bytes received
	Scan       string // not_scanned, waiting, clean, suspect
	ReceivedAt time.Time
	FromRole   string
	UserID     int64
	From       string // name of the firm that gave it, for staff; "" for everybody else's files
	PassedOn   bool   // a firm's file that the office showed to the complainant
	Hidden     bool   // a file of a report, whose name and content the actor may not see

	Shared       bool // the same file lies with the other half of a split letter
	RedactedOf   int  // number of the item of which this is a copy with parts blacked out; 0: of none
	Redacted     int  // number of the newest such copy of this item; 0: there is none
	Supersedes   int  // number of the item in whose place this one stands; 0: of none
	SupersededBy int  // number of the item that stands in its place; 0: none
	LetThrough   bool // a person let it be opened although the scanner suspects it
	Preview      bool // there is a small picture of it
	Original     bool // a person let the original be given out where no clean copy can be made
}

// Barred reports whether nobody may open the file for now.
func (i Item) Barred() bool { return i.Scan == Suspect && !i.LetThrough }

// What a malware scanner said of a file.
const (
	NotScanned = "not_scanned" // none was at hand, or the file is larger than it takes
	Waiting    = "waiting"     // it has not seen the file yet
	Clean      = "clean"
	Suspect    = "suspect"
)

// Label is E-1, E-2 ...
func (i Item) Label() string { return fmt.Sprintf("E-%d", i.Number) }

// Blobs keeps sealed files by name.
type Blobs interface {
	// Put stores what r yields, durably, and returns its name: the SHA-256 of the stored bytes. It stores nothing when r
	// fails.
	Put(ctx context.Context, r io.Reader) (name string, size int64, err error)
	// Open fails with fs.ErrNotExist for a name that is not stored.
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Remove of a name that is not stored is no error.
	Remove(ctx context.Context, name string) error
	Each(ctx context.Context, f func(Stored) error) error
}

// Stored is a file as the blob store lists it.
type Stored struct {
	Name string
	Size int64
	At   time.Time
}

// Bounds of one complaint's files.
const (
	MaxFiles = 200
	maxTotal = 20 // times the largest file
)

// Service answers for evidence. It is safe for concurrent use.
type Service struct {
	db         *store.DB
	log        *audit.Log
	policy     *access.Policy
	complaints *complaint.Service
	blobs      Blobs
	maxBytes   int64
	scanner    Scanner       // nil: none
	easel      chan struct{} // held by whoever decodes a picture
}

// New returns the service. maxBytes bounds one file.
func New(db *store.DB, log *audit.Log, policy *access.Policy, complaints *complaint.Service, blobs Blobs, maxBytes int64) *Service {
	return &Service{db: db, log: log, policy: policy, complaints: complaints, blobs: blobs, maxBytes: maxBytes, easel: make(chan struct{}, 1)}
}

// fresh is the scan state of a file that has just come.
func (s *Service) fresh() string {
	if s.scanner == nil {
		return NotScanned
	}
	return Waiting
}

// MaxBytes is the largest file taken.
func (s *Service) MaxBytes() int64 { return s.maxBytes }

// List lists a complaint's files by number: a firm's with its name, for staff, and to the complainant only once the office
// passed them on. Files of a report are Hidden from who may not read it. NotFound.
func (s *Service) List(ctx context.Context, by access.Actor, ref string) ([]Item, error) {
	var out []Item
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.reach(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		out, err = s.shown(ctx, tx, by, c, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list evidence: %w", err)
	}
	return out, nil
}

// Of lists the files of a complaint inside an open transaction, whoever asks.
// For casework, whose findings name them. NotFound once the key is destroyed.
func (s *Service) Of(ctx context.Context, tx *store.Tx, c *complaint.Complaint) ([]Item, error) {
	return s.items(ctx, tx, c)
}

// Seen lists the files of a complaint inside an open transaction as the actor may see them: what List shows, for exports.
// Files that the actor may not read are Hidden; none are listed once the complaint's key is destroyed. NotFound.
func (s *Service) Seen(ctx context.Context, tx *store.Tx, by access.Actor, c *complaint.Complaint) ([]Item, error) {
	c, o, err := s.reach(ctx, tx, by, c.Reference)
	if err != nil {
		return nil, err
	}
	out, err := s.shown(ctx, tx, by, c, o)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return out, err
}

// reach loads the complaint if the actor may see its files: a borrower those of
// the own complaint, staff as the policy says.
func (s *Service) reach(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*complaint.Complaint, access.Owner, error) {
	return s.complaints.Reach(ctx, tx, by, reading(by), ref)
}

func reading(by access.Actor) access.Action {
	if by.Role == access.Borrower {
		return access.ReadComplaint
	}
	return access.ReadEvidence
}

func (s *Service) items(ctx context.Context, tx *store.Tx, c *complaint.Complaint) ([]Item, error) {
	rows, err := rowsOf(ctx, tx, c.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.complaints.DataKey(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	out := make([]Item, len(rows))
	for i, r := range rows {
		if out[i], err = r.item(key); err != nil {
			return nil, err
		}
	}
	return out, related(ctx, tx, c.ID, out)
}
