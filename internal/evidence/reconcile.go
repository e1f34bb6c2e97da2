package evidence

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// Check is what one comparison of rows and stored files found.
type Check struct {
	At      time.Time
	Files   int // rows that name a file
	Missing int // files that a row names and that are not there
	Altered int // files whose content no longer fits their name
	Unnamed int // files a day old that no row names; the hourly cleaning removes them
}

// Sound reports whether nothing was lost or altered. Files without a row are left over, not lost.
func (c Check) Sound() bool { return c.Missing == 0 && c.Altered == 0 }

// Reconcile is Verify for every night: it keeps the counts, so that whoever runs the program sees them without reading
// every file. A job calls it. It returns what Verify found, too.
func (s *Service) Reconcile(ctx context.Context) (*Check, []audit.Problem, error) {
	rows, err := s.rows(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("reconcile evidence: %w", err)
	}
	problems, err := s.Verify(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := &Check{At: s.db.Now(), Files: len(rows)}
	for _, p := range problems {
		switch {
		case p.Table == unnamedTable:
			c.Unnamed++
		case strings.HasSuffix(p.What, isMissing):
			c.Missing++
		default:
			c.Altered++
		}
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { return insertCheck(ctx, tx, *c) })
	if err != nil {
		return nil, nil, fmt.Errorf("reconcile evidence: %w", err)
	}
	return c, problems, nil
}

// LastCheck is what the latest comparison found; nil before the first.
func (s *Service) LastCheck(ctx context.Context) (c *Check, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c, err = lastCheck(ctx, tx)
		return err
	})
	return c, err
}

// ScanCounts counts the files by what the scanner said of them.
func (s *Service) ScanCounts(ctx context.Context) (n map[string]int64, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		n, err = scanCounts(ctx, tx)
		return err
	})
	return n, err
}
