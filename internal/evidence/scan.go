package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Scanner looks for malware.
type Scanner interface {
	// Scan reads r to its end and returns Clean, or Suspect with the name of what was found, or NotScanned with why for a
	// file that it does not take. An error says that it could not be reached: the file is shown to it again.
	Scan(ctx context.Context, r io.Reader) (verdict, found string, err error)
}

// WithScanner is the service with a malware scanner: files that come wait for it.
func (s *Service) WithScanner(sc Scanner) *Service {
	s.scanner = sc
	return s
}

// Scans reports whether files are checked for malware.
func (s *Service) Scans() bool { return s.scanner != nil }

// ScanWaiting shows the waiting files to the scanner, the oldest first, and returns how many it judged. It stops at the
// first that it cannot judge for lack of a scanner. A job calls it.
func (s *Service) ScanWaiting(ctx context.Context) (n int, err error) {
	if s.scanner == nil {
		return 0, nil
	}
	for {
		var due []evidenceRow
		err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
			due, err = waitingRows(ctx, tx)
			return err
		})
		if err != nil || len(due) == 0 {
			return n, err
		}
		for _, r := range due {
			if err := s.scan(ctx, r); err != nil {
				return n, fmt.Errorf("scan evidence %d: %w", r.ID, err)
			}
			n++
		}
	}
}

func (s *Service) scan(ctx context.Context, r evidenceRow) error {
	key, err := s.keyOf(ctx, r)
	if fault.Is(err, fault.NotFound) {
		return s.judge(ctx, r, NotScanned, "forgotten")
	}
	if err != nil {
		return err
	}
	in := &opened{name: r.Blob, key: key}
	if err := s.unlock(ctx, in); errors.Is(err, seal.ErrAltered) {
		return s.judge(ctx, r, NotScanned, "altered") // Verify names it
	} else if err != nil {
		return err
	}
	verdict, found, err := s.scanner.Scan(ctx, in)
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	return s.judge(ctx, r, verdict, found)
}

// judge records a verdict, unless the file was judged meanwhile.
func (s *Service) judge(ctx context.Context, r evidenceRow, verdict, found string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		changed, err := setScan(ctx, tx, r, verdict)
		if err != nil || !changed {
			return err
		}
		c, err := s.complaintByID(ctx, tx, r.ComplaintID)
		if err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, access.Program, audit.EvidenceScanned, c.Reference, "evidence", Item{Number: int(r.Number)}.Label(), "verdict", verdict, "found", found)
		return err
	})
}

// Release lets something through that the program holds back: with what "suspect" a file that the scanner suspects may be
// opened, with "original" the original of a file goes out where no clean copy can be made. The reason goes on record.
// Invalid (reason), Conflict where there is nothing to let through, Forbidden, NotFound.
func (s *Service) Release(ctx context.Context, by access.Actor, ref string, number int, what, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return fmt.Errorf("release evidence: %w", err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		h, err := s.change(ctx, tx, by, access.ReleaseEvidence, ref, number)
		if err != nil {
			return err
		}
		holds := map[string]bool{whatSuspect: h.item.Barred(), whatOriginal: !MayCopy(h.item) && !h.item.Original && !h.item.ofFirm()}
		if !holds[what] {
			return fault.New(fault.Conflict, "evidence.nothing_held")
		}
		r := releaseRow{EvidenceID: h.item.ID, What: what, Reason: reason, UserID: store.ID(by.UserID), ReleasedAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, &r); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.EvidenceReleased, h.ref, "evidence", h.item.Label(), "what", what, "reason", reason)
		return err
	})
	if err != nil {
		return fmt.Errorf("release evidence: %w", err)
	}
	return nil
}
