package deadline

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Moved is a clock that nobody has stopped and whose date a calendar moved: its
// due date, or, while a suspension holds that back, the earliest it can be.
type Moved struct {
	Owner   Owner
	Clock   string
	Was, Is calendar.Date
	Held    bool // by a suspension
}

// Calendars gives the calendar of an owner, nil for an owner of no concern.
type Calendars func(owner OwnerKind, id int64) *calendar.Calendar

// recomputeOwners bounds the ids of one query.
const recomputeOwners = 500

// Recompute brings every clock whose stored state is provisional in step with
// its calendar and returns exactly those whose date moved, by owner. Stopped
// clocks follow too, since whether they were in time may have leaned on the
// calendar, but a stopped clock is due on no day and is not returned.
func Recompute(ctx context.Context, tx *store.Tx, calOf Calendars) ([]Moved, error) {
	return recompute(ctx, tx, calOf, "provisional = 1 ORDER BY owner, owner_id, clock")
}

// RecomputeOver is Recompute for the clocks that run over a day from first to
// last, whatever their state: when days that were announced are corrected.
func RecomputeOver(ctx context.Context, tx *store.Tx, first, last calendar.Date, calOf Calendars) ([]Moved, error) {
	return recompute(ctx, tx, calOf, "started_on < ? AND earliest_on >= ? ORDER BY owner, owner_id, clock", last, first)
}

func recompute(ctx context.Context, tx *store.Tx, calOf Calendars, where string, args ...any) ([]Moved, error) {
	all, err := standings(ctx, tx, where, args...)
	if err != nil {
		return nil, err
	}
	of := map[Owner]*calendar.Calendar{}
	ids := map[OwnerKind][]int64{}
	for _, s := range all {
		if _, seen := of[s.Owner]; seen {
			continue
		}
		of[s.Owner] = calOf(s.Owner.Kind, s.Owner.ID)
		if of[s.Owner] != nil {
			ids[s.Owner.Kind] = append(ids[s.Owner.Kind], s.Owner.ID)
		}
	}
	clocks, err := load(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var moved []Moved
	var changed []Standing
	for _, was := range all {
		cal := of[was.Owner]
		if cal == nil {
			continue
		}
		c, _ := Find(clocks[was.Owner], was.Clock)
		st, err := Compute(cal, c)
		if err != nil {
			return nil, fmt.Errorf("recompute clock %s of %s %d: %w", was.Clock, was.Owner.Kind, was.Owner.ID, err)
		}
		is := standing(was.Owner, was.Clock, st)
		if is.same(was) {
			continue
		}
		changed = append(changed, is)
		if is.Phase != Stopped && is.Earliest != was.Earliest {
			moved = append(moved, Moved{Owner: was.Owner, Clock: was.Clock, Was: was.Earliest, Is: is.Earliest, Held: is.Due.IsZero()})
		}
	}
	return moved, keep(ctx, tx, changed)
}

func load(ctx context.Context, tx *store.Tx, ids map[OwnerKind][]int64) (map[Owner][]Clock, error) {
	out := map[Owner][]Clock{}
	for kind, list := range ids {
		for part := range slices.Chunk(list, recomputeOwners) {
			clocks, err := OfAll(ctx, tx, kind, part)
			if err != nil {
				return nil, err
			}
			for id, c := range clocks {
				out[Owner{kind, id}] = c
			}
		}
	}
	return out, nil
}

func (s Standing) same(o Standing) bool {
	inTime := s.InTime == nil && o.InTime == nil || s.InTime != nil && o.InTime != nil && *s.InTime == *o.InTime
	s.InTime, o.InTime = nil, nil
	return inTime && s == o
}

// Fill writes the state of up to limit clocks that have none, in a database from
// before states were kept, and returns how many it wrote: 0 when nothing is
// missing. It fails for an owner without a calendar.
func Fill(ctx context.Context, tx *store.Tx, limit int, calOf Calendars) (int, error) {
	missing, ids, err := stateless(ctx, tx, limit)
	if err != nil {
		return 0, err
	}
	clocks, err := load(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	filled := make([]Standing, len(missing))
	for i, m := range missing {
		cal := calOf(m.Owner.Kind, m.Owner.ID)
		if cal == nil {
			return 0, fmt.Errorf("fill in clock %s of %s %d: it has no calendar", m.Clock, m.Owner.Kind, m.Owner.ID)
		}
		c, _ := Find(clocks[m.Owner], m.Clock)
		st, err := Compute(cal, c)
		if err != nil {
			return 0, fmt.Errorf("fill in clock %s of %s %d: %w", m.Clock, m.Owner.Kind, m.Owner.ID, err)
		}
		filled[i] = standing(m.Owner, m.Clock, st)
	}
	return len(filled), keep(ctx, tx, filled)
}

func stateless(ctx context.Context, tx *store.Tx, limit int) ([]Standing, map[OwnerKind][]int64, error) {
	rows, err := tx.Rows(ctx, "SELECT e.owner, e.owner_id, e.clock FROM clock_events e WHERE e.kind = 'start' AND NOT EXISTS"+
		" (SELECT 1 FROM clock_states s WHERE s.owner = e.owner AND s.owner_id = e.owner_id AND s.clock = e.clock) ORDER BY e.id LIMIT ?", limit)
	if err != nil {
		return nil, nil, fmt.Errorf("find clocks without a state: %w", err)
	}
	defer rows.Close()
	var out []Standing
	ids := map[OwnerKind][]int64{}
	for rows.Next() {
		var s Standing
		if err := rows.Scan(&s.Owner.Kind, &s.Owner.ID, &s.Clock); err != nil {
			return nil, nil, fmt.Errorf("find clocks without a state: %w", err)
		}
		out = append(out, s)
		if !slices.Contains(ids[s.Owner.Kind], s.Owner.ID) {
			ids[s.Owner.Kind] = append(ids[s.Owner.Kind], s.Owner.ID)
		}
	}
	return out, ids, rows.Err()
}
