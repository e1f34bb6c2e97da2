package complaint

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint/cfpb"
	"dunwatch/internal/deadline"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// ImportOptions of ImportCFPB.
type ImportOptions struct {
	Name     string    // of the file, for messages
	Company  string    // for the 12-column form
	Rejects  io.Writer // gets the rows that were not read, as CSV; may be nil
	DryRun   bool      // say what would happen, change nothing
	Progress func(rows int)
}

// ImportSummary is what an import did. Rows = Stored + Known + Rejected;
// Conflicts counts the known rows that differ from what is stored.
type ImportSummary struct {
	ImportID                                 int64 // 0 for a dry run
	Rows, Stored, Known, Conflicts, Rejected int
	NewFirms                                 []string
	Unmapped                                 map[string]int   // "issue / sub-issue" of debt-collection rows without a code
	ConflictRows                             []ImportConflict // the first ten thousand
}

// ImportConflict is a difference between a stored complaint and a row that came again.
type ImportConflict struct {
	ExternalID, Reference  string
	Line                   int
	Field, Stored, Offered string

	complaintID int64
}

const (
	importBatch      = 500
	maxConflictsKept = 10_000
	importPack       = "us"
	groundOutside    = "not_our_duty"
)

// importRun is one run of an import.
type importRun struct {
	s       *Service
	by      access.Actor
	opt     ImportOptions
	pack    *rulebook.Pack
	key     string // of the screening clock
	limit   deadline.Limit
	cal     *calendar.Calendar
	due     calendar.Date
	keyID   int64 // of the data key, 0 until the first batch is stored
	wrapped []byte
	firms   map[string]party
	seen    map[string]bool // normalised names counted as new firms
	sum     *ImportSummary
	hash    hash.Hash

	batch []cfpb.Complaint
	ids   map[string]bool // numbers in the batch
}

// ImportCFPB stores the complaints of a public CFPB file. Running it again changes nothing.
//
// A complaint about debt collection is received and waits for screening; its
// clock starts on the day of the import, because that is when this office got
// it. Complaints about other products are outside the office's duty: they are
// kept and counted as received, and not accepted on that ground. received_on is
// the day in the file. A row that came before and now says something else is
// reported; the stored one stays. So is a ZIP code that lost its leading zero,
// though it means the same: whoever passes the file on should know.
//
// All complaints of a run share one data key: the public file names nobody, so
// there is nothing in it to forget one by one.
//
// Invalid for a file that is none of these (*cfpb.FormatError), Forbidden.
func (s *Service) ImportCFPB(ctx context.Context, by access.Actor, r io.Reader, opt ImportOptions) (*ImportSummary, error) {
	if err := s.policy.May(by, access.ImportComplaints); err != nil {
		return nil, err
	}
	run, err := s.newRun(by, opt)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opt.Name, err)
	}
	reader, err := cfpb.NewReader(io.TeeReader(r, run.hash), cfpb.Options{Company: opt.Company, Name: opt.Name})
	if err != nil {
		return nil, err // its words are for the person who chose the file
	}
	if err := run.read(ctx, reader); err != nil {
		return run.sum, fmt.Errorf("import %s: after %d rows: %w", opt.Name, run.sum.Rows, err)
	}
	if !opt.DryRun {
		if err := run.finish(ctx); err != nil {
			return run.sum, fmt.Errorf("import %s: %w", opt.Name, err)
		}
	}
	return run.sum, nil
}

func (s *Service) newRun(by access.Actor, opt ImportOptions) (*importRun, error) {
	p, ok := s.book.Pack(importPack)
	if !ok {
		return nil, fmt.Errorf("no rulebook %q is loaded", importPack)
	}
	cal, err := s.calendar(p)
	if err != nil {
		return nil, err
	}
	today := calendar.OfTime(s.db.Now().In(s.zone))
	run := &importRun{s: s, by: by, opt: opt, pack: p, cal: cal, firms: map[string]party{}, seen: map[string]bool{}, ids: map[string]bool{},
		hash: sha256.New(), sum: &ImportSummary{Unmapped: map[string]int{}}}
	if run.key, run.limit, err = acceptLimit(p, TrackComplaint, today); err != nil {
		return nil, err
	}
	st, err := deadline.Compute(cal, deadline.Clock{Kind: run.key, Limit: run.limit, Events: []deadline.Event{{Kind: deadline.Start, On: today}}})
	if err != nil {
		return nil, err
	}
	run.due = st.Due
	_, run.wrapped, err = s.keys.NewDataKey()
	return run, err
}

// read takes the file in batches. A number that comes twice ends the batch, so
// that its second row meets the first one stored.
func (run *importRun) read(ctx context.Context, reader *cfpb.Reader) error {
	var rejects *cfpb.RejectWriter
	if run.opt.Rejects != nil {
		rejects = cfpb.NewRejectWriter(run.opt.Rejects)
	}
	for {
		c, bad, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		run.sum.Rows++
		if bad != nil {
			run.sum.Rejected++
			if rejects != nil {
				if err := rejects.Write(bad); err != nil {
					return fmt.Errorf("write rejects: %w", err)
				}
			}
			continue
		}
		if run.ids[c.ID] || len(run.batch) == importBatch {
			if err := run.flush(ctx); err != nil {
				return err
			}
		}
		run.ids[c.ID] = true
		run.batch = append(run.batch, c)
	}
	if err := run.flush(ctx); err != nil {
		return err
	}
	if rejects != nil {
		return rejects.Flush()
	}
	return nil
}

// flush stores the batch, or looks at what storing it would do.
func (run *importRun) flush(ctx context.Context) error {
	if len(run.batch) == 0 {
		return nil
	}
	next := *run.sum // the batch counts only once it is committed
	var done *batchResult
	work := func(tx *store.Tx) (err error) {
		done, err = run.take(ctx, tx)
		return err
	}
	var err error
	if run.opt.DryRun {
		err = run.s.db.Read(ctx, work)
	} else {
		err = run.s.db.Write(ctx, work)
	}
	if err != nil {
		return err
	}
	next.Stored += done.stored
	next.Known += done.known
	next.Conflicts += done.conflicts
	for _, c := range done.conflictRows {
		if len(next.ConflictRows) < maxConflictsKept {
			next.ConflictRows = append(next.ConflictRows, c)
		}
	}
	for name, p := range done.firms {
		run.firms[name] = p
		if key := ident.NormaliseName(p.name); p.made && !run.seen[key] {
			run.seen[key] = true
			next.NewFirms = append(next.NewFirms, p.name)
		}
	}
	for pair, n := range done.unmapped {
		next.Unmapped[pair] += n
	}
	if done.keyID != 0 {
		run.keyID = done.keyID
	}
	*run.sum = next
	run.batch = run.batch[:0]
	clear(run.ids)
	if run.opt.Progress != nil {
		run.opt.Progress(next.Rows)
	}
	return nil
}

// finish notes the run itself with what it found.
func (run *importRun) finish(ctx context.Context) error {
	return run.s.db.Write(ctx, func(tx *store.Tx) error {
		id, err := insertImport(ctx, tx, run.opt.Name, run.hash.Sum(nil), run.sum)
		if err != nil {
			return err
		}
		run.sum.ImportID = id
		_, err = run.s.log.Append(ctx, tx, run.by, audit.ImportFinished, "import/"+fmt.Sprint(id), "file", run.opt.Name, "rows", run.sum.Rows,
			"stored", run.sum.Stored, "known", run.sum.Known, "conflicts", run.sum.Conflicts, "rejected", run.sum.Rejected)
		return err
	})
}
