package docket

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
)

const (
	// watchEvery is how long another instance may count without an imported year.
	watchEvery = time.Minute
	// settleFor outlasts the commands that had begun to count on some instance
	// before it heard of the import.
	settleFor = 5 * watchEvery
	// fillAtOnce bounds a step of Rebuild, so that nobody waits for it.
	fillAtOnce = 500
)

// LoadImports tops the calendars up by what was imported into the database, for programs that only count. Whoever runs
// jobs or imports has a Service and calls its Refresh.
func LoadImports(ctx context.Context, db *store.DB, calendars map[string]*calendar.Calendar) error {
	_, err := New(Deps{DB: db, Calendars: calendars}).load(ctx)
	return err
}

// load brings the calendars in step with the stored imports and returns these.
func (s *Service) load(ctx context.Context) (all []stored, err error) {
	// The lock spans the reading: an older answer must not overtake a newer one.
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = imports(ctx, tx)
		return err
	}); err != nil {
		return nil, err
	}
	if newest(all) == s.known {
		return all, nil
	}
	for code, cal := range s.d.Calendars {
		cal.Adopt(s.topped(code, all))
	}
	s.known = newest(all)
	return all, nil
}

func newest(all []stored) int64 {
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].ID
}

// topped is a built-in calendar with the stored imports, one after the other.
func (s *Service) topped(code string, all []stored) *calendar.Calendar {
	cal := s.base[code].With(nil)
	for _, im := range all {
		if im.Calendar == code {
			cal.Update(im.days, calendar.Announces(im.days)...)
		}
	}
	return cal
}

// Refresh takes in what other instances imported. For some minutes after an import it also counts again what may have
// been counted without it meanwhile. Call it at the start and let every instance call it each minute (Watch): unlike a
// job, it is not done for all by being done once.
func (s *Service) Refresh(ctx context.Context) error {
	all, err := s.load(ctx)
	if err != nil {
		return fmt.Errorf("refresh calendars: %w", err)
	}
	for code := range s.d.Calendars {
		var last stored
		for _, im := range all {
			if im.Calendar == code {
				last = im
			}
		}
		if last.ID == 0 || s.d.DB.Now().Sub(last.At.Time()) > settleFor {
			continue
		}
		first, end := span(last.days)
		err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := s.follow(ctx, tx, access.Program, change{code: code, first: first, last: end, years: []*yearRow{&last.yearRow}, next: s.d.Calendars[code]}, nil)
			return err
		})
		if err != nil {
			return fmt.Errorf("refresh calendars: %w", err)
		}
	}
	return nil
}

// Watch calls Refresh each minute until ctx ends; failed hears of what went wrong.
func (s *Service) Watch(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}

// Rebuild fills in the state of clocks that have none, in a database from before states were kept, and brings the
// provisional ones in step with the calendars, whose built-in years a new release of the program may have topped up. It
// is cheap where there is nothing to do; call it at the start, after Refresh.
func (s *Service) Rebuild(ctx context.Context) error {
	for {
		var n int
		err := s.d.DB.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = s.fill(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("rebuild the state of clocks: %w", err)
		}
		if n == 0 {
			break
		}
	}
	for code, cal := range s.d.Calendars {
		err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := s.follow(ctx, tx, access.Program, change{code: code, next: cal}, nil)
			return err
		})
		if err != nil {
			return fmt.Errorf("rebuild the state of clocks: %w", err)
		}
	}
	return nil
}

func (s *Service) fill(ctx context.Context, tx *store.Tx) (int, error) {
	var lost error
	n, err := deadline.Fill(ctx, tx, fillAtOnce, func(kind deadline.OwnerKind, id int64) *calendar.Calendar {
		pack, err := packOf(ctx, tx, deadline.Owner{Kind: kind, ID: id})
		if err != nil {
			lost = err
			return nil
		}
		return s.calendarOf(pack)
	})
	if lost != nil {
		return 0, lost
	}
	return n, err
}
