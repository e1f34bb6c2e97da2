package firm

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// cache remembers what names and codes mean, for imports that ask a million
// times for some thousand firms. It learns only from committed transactions, so
// that a firm whose transaction was rolled back is never remembered; a change
// here empties it at once, a change by another instance shows within its age.
type cache struct {
	mu    sync.Mutex
	firms map[string]cached
	turn  int // counts the emptyings
}

type cached struct {
	firm  Firm
	until time.Time
}

const (
	cacheAge  = 30 * time.Second
	cacheSize = 50_000
)

func newCache() *cache { return &cache{firms: map[string]cached{}} }

func (c *cache) get(key string, now time.Time) (*Firm, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.firms[key]
	if !ok || now.After(e.until) {
		return nil, false
	}
	f := e.firm
	f.Aliases = slices.Clone(f.Aliases)
	return &f, true
}

// learn remembers f once tx has committed, unless the registry changed since
// now: f may be old by then.
func (c *cache) learn(tx *store.Tx, key string, f *Firm) {
	c.mu.Lock()
	turn := c.turn
	c.mu.Unlock()
	e := cached{*f, tx.Now.Add(cacheAge)}
	e.firm.Aliases = slices.Clone(f.Aliases)
	tx.AfterCommit(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.turn != turn {
			return
		}
		if len(c.firms) >= cacheSize {
			clear(c.firms)
		}
		c.firms[key] = e
	})
}

// forget empties the cache once tx has committed.
func (c *cache) forget(tx *store.Tx) {
	tx.AfterCommit(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.turn++
		clear(c.firms)
	})
}

// Resolve finds the firm that a code, name or alias means, inside an open
// transaction; nil where none does. The code counts first. For a firm that was
// merged it gives the one into which it went.
func (s *Service) Resolve(ctx context.Context, tx *store.Tx, code, name string) (*Firm, error) {
	if code = tidyCode(code); code != "" {
		f, err := s.resolve(ctx, tx, "code:"+code, func() (*Firm, error) { return lookUp(ctx, tx, code) })
		if f != nil || err != nil {
			return f, err
		}
	}
	key := ident.NormaliseName(name)
	if key == "" {
		return nil, nil
	}
	return s.resolve(ctx, tx, "name:"+key, func() (*Firm, error) { return firmByName(ctx, tx, key) })
}

func (s *Service) resolve(ctx context.Context, tx *store.Tx, key string, read func() (*Firm, error)) (*Firm, error) {
	if f, ok := s.known.get(key, tx.Now); ok {
		return f, nil
	}
	f, err := read()
	if err != nil || f == nil {
		return nil, err
	}
	if f.MergedID != 0 {
		if f, err = findFirm(ctx, tx, f.MergedInto); err != nil {
			return nil, err
		}
	}
	s.known.learn(tx, key, f)
	return f, nil
}

// Ensure is Resolve that registers an unknown name as a provisional firm with a
// code of its own (P-000123); true says that it did. The caller's audit entry
// covers the rows. Invalid for a name that cannot be one.
func (s *Service) Ensure(ctx context.Context, tx *store.Tx, kind Kind, name string) (*Firm, bool, error) {
	f, err := s.Resolve(ctx, tx, "", name)
	if f != nil || err != nil {
		return f, false, err
	}
	n := NewFirm{Code: "P-0", Name: name, Kind: kind}.tidy()
	if err := n.check(); err != nil {
		return nil, false, fmt.Errorf("ensure firm: %w", err)
	}
	if f, err = s.register(ctx, tx, n); err != nil {
		return nil, false, fmt.Errorf("ensure firm: %w", err)
	}
	return f, true, nil
}

func (s *Service) register(ctx context.Context, tx *store.Tx, n NewFirm) (*Firm, error) {
	if err := serialise(ctx, tx); err != nil {
		return nil, err
	}
	key := ident.NormaliseName(n.Name)
	// Another instance may have been faster while this one waited its turn.
	if f, err := firmByName(ctx, tx, key); f != nil || err != nil {
		return f, err
	}
	number, err := store.Next(ctx, tx, "firm.provisional")
	if err != nil {
		return nil, err
	}
	n.Code = fmt.Sprintf("P-%06d", number)
	r, err := insertFirm(ctx, tx, n, 0, true)
	if err != nil {
		return nil, err
	}
	f := r.firm()
	s.known.learn(tx, "name:"+key, &f)
	return &f, nil
}

// ByIDs finds firms by id, inside an open transaction. A merged firm comes as it
// was recorded, with MergedID and MergedInto set.
func (s *Service) ByIDs(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]Firm, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 })
	out, err := firmsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var near []int64
	for _, f := range out {
		for _, id := range []int64{f.ParentID, f.MergedID} {
			if id != 0 {
				near = append(near, id)
			}
		}
	}
	others, err := firmsByID(ctx, tx, near)
	if err != nil {
		return nil, err
	}
	for id, f := range out {
		f.ParentCode, f.MergedInto = others[f.ParentID].Code, others[f.MergedID].Code
		out[id] = f
	}
	return out, nil
}

// ByCode finds a firm. NotFound.
func (s *Service) ByCode(ctx context.Context, code string) (*Firm, error) {
	var f *Firm
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		f, err = findFirm(ctx, tx, tidyCode(code))
		return err
	})
	return f, err
}

// Suggest finds up to limit (at most 20) registered firms of a kind ("" for any)
// whose name or alias begins with q or holds it, the former first: for the
// public form. Provisional firms are left out, since nobody has looked at their
// names, and so is everything for fewer than two characters.
func (s *Service) Suggest(ctx context.Context, kind Kind, q string, limit int) ([]Firm, error) {
	key := ident.NormaliseName(q)
	if n := utf8.RuneCountInString(key); n < 2 || n > maxName {
		return nil, nil
	}
	var out []Firm
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = suggest(ctx, tx, kind, key, min(max(limit, 1), 20))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("suggest firms: %w", err)
	}
	return out, nil
}

var errCursor = fault.Fields{{Name: "cursor", Key: "firm.cursor"}}.Err()
