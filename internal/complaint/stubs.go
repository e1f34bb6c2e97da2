package complaint

import (
	"context"
	"errors"
	"io"

	"dunwatch/internal/access"
)

var errStub = errors.ErrUnsupported

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
