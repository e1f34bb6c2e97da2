package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// settled is how old a blob without a row must be before it counts as left over:
// an upload stores its blob first, and a slow one is not in the way of anybody.
const settled = 24 * time.Hour

// How problems are told apart, see Reconcile.
const (
	unnamedTable = "blobs"
	isMissing    = " is missing"
)

// Verify holds every row against its blob (hash of the stored bytes) and finds blobs without a row. It reads every
// blob, one at a time.
func (s *Service) Verify(ctx context.Context) ([]audit.Problem, error) {
	stored, err := s.stored(ctx) // before the rows: a blob always comes before its row
	if err != nil {
		return nil, fmt.Errorf("verify evidence: %w", err)
	}
	rows, err := s.rows(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify evidence: %w", err)
	}
	var out []audit.Problem
	named := map[string]bool{}
	for _, r := range rows {
		named[r.blob] = true
		what, err := s.inspect(ctx, r.blob)
		if err != nil {
			return nil, fmt.Errorf("verify evidence: %w", err)
		}
		if what != "" {
			out = append(out, audit.Problem{Table: r.table, ID: r.id, What: what})
		}
	}
	old := time.Now().Add(-settled)
	for _, b := range stored {
		if !named[b.Name] && b.At.Before(old) {
			out = append(out, audit.Problem{Table: unnamedTable, What: "file " + b.Name + " belongs to no row"})
		}
	}
	return out, nil
}

// inspect says what is wrong with a blob; "" if nothing is.
func (s *Service) inspect(ctx context.Context, name string) (string, error) {
	f, err := s.blobs.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "its file " + name + isMissing, nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != name {
		return "its file " + name + " was changed", nil
	}
	return "", nil
}

func (s *Service) stored(ctx context.Context) ([]Stored, error) {
	var out []Stored
	err := s.blobs.Each(ctx, func(b Stored) error {
		out = append(out, b)
		return nil
	})
	return out, err
}

func (s *Service) rows(ctx context.Context) ([]blobOf, error) {
	var out []blobOf
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = blobRows(ctx, tx)
		return err
	})
	return out, err
}

// Clean drops drafts untouched for longer than draftAge with their files, and
// files that no row names and that are a day old: what removed draft files,
// crashes and refused filings leave. It returns how many files it removed. A job
// calls it.
func (s *Service) Clean(ctx context.Context, draftAge time.Duration) (int, error) {
	gone, err := s.complaints.DropDrafts(ctx, draftAge)
	if err != nil {
		return 0, err
	}
	for _, name := range gone {
		if err := s.blobs.Remove(ctx, name); err != nil {
			return 0, fmt.Errorf("clean evidence: %w", err)
		}
	}
	n, err := s.removeOrphans(ctx, time.Now().Add(-settled))
	if err != nil {
		return n + len(gone), fmt.Errorf("clean evidence: %w", err)
	}
	if d, ok := s.blobs.(*Disk); ok {
		swept, err := d.Sweep(time.Now().Add(-settled))
		return n + len(gone) + swept, err
	}
	return n + len(gone), nil
}

func (s *Service) removeOrphans(ctx context.Context, before time.Time) (int, error) {
	stored, err := s.stored(ctx)
	if err != nil {
		return 0, err
	}
	rows, err := s.rows(ctx)
	if err != nil {
		return 0, err
	}
	named := map[string]bool{}
	for _, r := range rows {
		named[r.blob] = true
	}
	n := 0
	for _, b := range stored {
		if named[b.Name] || !b.At.Before(before) {
			continue
		}
		if err := s.blobs.Remove(ctx, b.Name); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
