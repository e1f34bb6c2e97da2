// Package evidence keeps the files of a complaint.
package evidence

import (
	"context"
	"errors"
	"io"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
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
}

// Label is E-1, E-2 ...
func (i Item) Label() string { return "" }

// Blobs keeps sealed files by name.
type Blobs interface {
	// Put stores what r yields, durably, and returns its name: the SHA-256 of the stored bytes.
	Put(ctx context.Context, r io.Reader) (name string, size int64, err error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Remove(ctx context.Context, name string) error
	Each(ctx context.Context, f func(name string, size int64) error) error
}

// Service does what this package does.
type Service struct {
	db         *store.DB
	log        *audit.Log
	policy     *access.Policy
	complaints *complaint.Service
	blobs      Blobs
	maxBytes   int64
}

// New returns the service. maxBytes bounds one file.
func New(db *store.DB, log *audit.Log, policy *access.Policy, complaints *complaint.Service, blobs Blobs, maxBytes int64) *Service {
	return &Service{db, log, policy, complaints, blobs, maxBytes}
}

var errStub = errors.ErrUnsupported

// MaxBytes is the largest file taken.
func (s *Service) MaxBytes() int64 { return s.maxBytes }

// Add stores a file: sealed and synced to disk before its row, type by content, refused when too large or of a type
// that is not taken. Invalid (field "file"), TooLarge, NotFound.
func (s *Service) Add(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*Item, error) {
	return nil, errStub
}

// AddToDraft stores a file of an unfinished filing.
func (s *Service) AddToDraft(ctx context.Context, token, kind, name string, r io.Reader) (*complaint.DraftFile, error) {
	return nil, errStub
}

// List lists a complaint's files by number.
func (s *Service) List(ctx context.Context, by access.Actor, ref string) ([]Item, error) {
	return nil, errStub
}

// Open gives a file's bytes and records who looked (staff and borrower alike). The caller closes it.
func (s *Service) Open(ctx context.Context, by access.Actor, ref string, number int) (*Item, io.ReadCloser, error) {
	return nil, nil, errStub
}

// Verify holds every row against its blob (hash of the stored bytes) and finds blobs without a row.
func (s *Service) Verify(ctx context.Context) ([]audit.Problem, error) { return nil, errStub }
