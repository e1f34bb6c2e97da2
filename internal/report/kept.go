package report

import (
	"context"
	"fmt"
	"sync"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

// The running month of a very large office takes seconds to count. It is counted once for all who ask within some minutes: what
// they are shown says up to when it counts. In an office of the usual size everybody's report is counted for them, so that they
// see what they did a moment ago. What is frozen, or listed behind a figure, is never taken from here.
const (
	// largeOffice is how many complaints a report must count, or months' worth of them a trend, to be kept.
	largeOffice = 20_000
	// keepFor is how old a kept report may be that is shown.
	keepFor = 10 * time.Minute
	// freshenAfter is how old a kept report may be before Freshen counts it anew.
	freshenAfter = 4 * time.Minute
	// askedWithin is how long a report is kept fresh that nobody asks for any more.
	askedWithin = 24 * time.Hour
)

// keepKey tells kept things apart. The day is in it since a running period counts up to its day.
type keepKey struct {
	period Period
	pack   string
	lang   locale.Lang
	months int // of a trend; 0 of a report
	day    calendar.Date
}

// kept is what was counted for somebody.
type kept struct {
	value    any
	counted  time.Time     // when
	asked    time.Time     // when last
	counting chan struct{} // who has put something into it counts the thing anew
}

// keeper holds what was counted in a large office. Its zero value holds nothing.
type keeper struct {
	mu   sync.Mutex
	held map[keepKey]*kept
}

// young returns what is held and younger than max. The thing itself may be older.
func (k *keeper) young(key keepKey, now time.Time, max time.Duration) (value any, e *kept) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e = k.held[key]
	if e != nil && now.Sub(e.counted) < max {
		value = e.value
	}
	return value, e
}

// put holds what was counted, or lets go of what is no longer worth it.
func (k *keeper) put(key keepKey, value any, large bool, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !large {
		delete(k.held, key)
		return
	}
	if k.held == nil {
		k.held = map[keepKey]*kept{}
	}
	e := k.held[key]
	if e == nil {
		e = &kept{asked: now, counting: make(chan struct{}, 1)}
		k.held[key] = e
	}
	e.value, e.counted = value, now
}

// asked notes that somebody wants a thing.
func (k *keeper) asked(key keepKey, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.held[key]; e != nil {
		e.asked = now
	}
}

// wanted are the things that somebody asked for lately; the rest, and those of another day, are let go.
func (k *keeper) wanted(now time.Time, today calendar.Date) (keys []keepKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, e := range k.held {
		if key.day != today || now.Sub(e.asked) > askedWithin {
			delete(k.held, key)
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// keptOrCounted is what is held of a thing, if younger than max, or the thing counted now. While one caller counts a thing that
// is held, others wait for what comes out.
func (s *Service) keptOrCounted(ctx context.Context, key keepKey, max time.Duration) (value any, held bool, err error) {
	now := s.db.Now()
	value, e := s.held.young(key, now, max)
	if value != nil {
		return value, true, nil
	}
	if e != nil {
		select {
		case e.counting <- struct{}{}:
			defer func() { <-e.counting }()
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if value, _ := s.held.young(key, now, max); value != nil {
			return value, true, nil
		}
	}
	value, large, err := s.counted(ctx, key)
	if err != nil {
		return nil, false, err
	}
	s.held.put(key, value, large, now)
	return value, false, nil
}

// counted counts a thing, and says whether that was much work.
func (s *Service) counted(ctx context.Context, key keepKey) (value any, large bool, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, key.period, key.pack)
		if err != nil {
			return err
		}
		if key.months > 0 {
			points, err := (&builder{query: q}).trendOf(ctx, key.months)
			var sum int64
			for _, p := range points {
				sum += p.Received
			}
			value, large = points, sum >= int64(key.months)*s.large()
			return err
		}
		b := s.builder(q, key.lang)
		r, err := b.report(ctx)
		if err != nil {
			return err
		}
		r.Trend, err = b.trendTable(ctx)
		value, large = r, max(r.Headline.Received, r.Headline.Open) >= s.large()
		return err
	})
	return value, large, err
}

func (s *Service) large() int64 {
	if s.largeFrom > 0 {
		return s.largeFrom
	}
	return largeOffice
}

// Freshen counts anew what was kept of a large office's reports and is asked for, so that nobody waits for it: to be called every
// few minutes in each process that serves pages. In an office of the usual size it does nothing.
func (s *Service) Freshen(ctx context.Context) error {
	now := s.db.Now()
	today := calendar.OfTime(now.In(s.zone))
	var received int64
	month := calendar.MonthOf(today)
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		s := new(sql).add("SELECT COUNT(*) FROM complaints WHERE received_on >= ? AND received_on < ?", month.First(), month.Next().First())
		return query{tx: tx}.one(ctx, s, &received)
	})
	if err != nil {
		return fmt.Errorf("freshen reports: %w", err)
	}
	keys := s.held.wanted(now, today)
	if received >= s.large() {
		for _, lang := range locale.Langs {
			keys = append(keys, keepKey{period: MonthPeriod(month), lang: lang, day: today})
		}
	}
	for _, key := range keys {
		if _, _, err := s.keptOrCounted(ctx, key, freshenAfter); err != nil {
			return fmt.Errorf("freshen report of %s: %w", key.period, err)
		}
	}
	return nil
}

// Whole is Of with the trend beside the tables: what every form shows. Of a very large office it may be some minutes old, see
// CutOff. It is not to be changed. Forbidden; NotFound for a pack that the rulebook does not have.
func (s *Service) Whole(ctx context.Context, by access.Actor, p Period, pack string, lang locale.Lang) (*Report, error) {
	if err := s.policy.May(by, access.ReadReport); err != nil {
		return nil, err
	}
	var frozen *Report
	key := keepKey{period: p, lang: lang}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(tx, p, pack)
		if err != nil {
			return err
		}
		key.pack, key.day = q.pack, calendar.OfTime(tx.Now.In(s.zone))
		frozen, err = s.edition(ctx, tx, p, q.pack, lang, latest)
		return err
	})
	if err != nil || frozen != nil {
		return frozen, err // a frozen report has what it was frozen with
	}
	s.held.asked(key, s.db.Now())
	v, held, err := s.keptOrCounted(ctx, key, keepFor)
	if err != nil {
		return nil, fmt.Errorf("report of %s: %w", p, err)
	}
	r := *v.(*Report)
	if held {
		err = s.retell(ctx, key, &r)
	}
	return &r, err
}
