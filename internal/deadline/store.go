package deadline

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// OwnerKind is what a stored clock belongs to.
type OwnerKind string

// The owners of clocks.
const (
	OfComplaint OwnerKind = "complaint"
	OfCase      OwnerKind = "case"
	OfPenalty   OwnerKind = "penalty"
	OfMeasure   OwnerKind = "measure" // short of a penalty: the day on which it is followed up
)

// Owner is the row that a clock belongs to. It has at most one clock of a kind.
type Owner struct {
	Kind OwnerKind
	ID   int64
}

// eventRow is one event. The start carries the limit of the whole clock, so that
// a clock keeps the limit it began with when the rulebook changes.
type eventRow struct {
	ID      int64
	Owner   string
	OwnerID int64
	Clock   string
	Kind    string
	OnDate  calendar.Date
	N       int64
	Unit    string
	Roll    store.Bool
	Reason  string
	At      store.Time
	ActorID store.ID
}

func (eventRow) TableName() string { return "clock_events" }

// Begin starts a clock of an owner in the open transaction: kind is the
// rulebook's key of the limit, with its Round where it can run again, actorID who
// set it off (0: nobody in particular). The caller's audit entry covers the row;
// where the clock stands is kept beside it. It fails with a *HistoryError for a
// limit that cannot be.
func Begin(ctx context.Context, tx *store.Tx, cal *calendar.Calendar, o Owner, kind string, l Limit, on calendar.Date, actorID int64) (Clock, error) {
	return BeginAll(ctx, tx, cal, o.Kind, []int64{o.ID}, kind, l, on, actorID)
}

// BeginAll is Begin for many owners with one statement a table: what an import
// takes in on one day.
func BeginAll(ctx context.Context, tx *store.Tx, cal *calendar.Calendar, owner OwnerKind, ids []int64, kind string, l Limit, on calendar.Date, actorID int64) (Clock, error) {
	c := Clock{Kind: kind, Limit: l, Events: []Event{{Kind: Start, On: on}}}
	st, err := Compute(cal, c)
	if err != nil {
		return Clock{}, err
	}
	rows, stands := make([]*eventRow, len(ids)), make([]Standing, len(ids))
	for i, id := range ids {
		stands[i] = standing(Owner{owner, id}, kind, st)
		rows[i] = &eventRow{
			Owner: string(owner), OwnerID: id, Clock: kind, Kind: string(Start), OnDate: on,
			N: int64(l.N), Unit: string(l.Unit), Roll: store.Bool(l.Roll), At: store.At(tx.Now), ActorID: store.ID(actorID),
		}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return Clock{}, fmt.Errorf("begin clock %s: %w", kind, err)
	}
	if err := keep(ctx, tx, stands); err != nil {
		return Clock{}, fmt.Errorf("begin clock %s: %w", kind, err)
	}
	return c, nil
}

// Happen appends an event to a clock of an owner in the open transaction and
// returns the clock with it; where the clock stands follows. The caller's audit entry covers the row. It fails
// as Add does, and with a *HistoryError of ProblemStart where the owner has no
// such clock.
func Happen(ctx context.Context, tx *store.Tx, cal *calendar.Calendar, o Owner, kind string, e Event, actorID int64) (Clock, error) {
	clocks, err := Of(ctx, tx, o)
	if err != nil {
		return Clock{}, err
	}
	c, _ := Find(clocks, kind)
	next, err := Add(cal, c, e)
	if err != nil {
		return Clock{}, fmt.Errorf("clock %s of %s %d: %w", kind, o.Kind, o.ID, err)
	}
	row := &eventRow{
		Owner: string(o.Kind), OwnerID: o.ID, Clock: kind, Kind: string(e.Kind), OnDate: e.On, N: int64(e.Limit.N), Unit: string(e.Limit.Unit),
		Roll: store.Bool(e.Limit.Roll), Reason: e.Reason, At: store.At(tx.Now), ActorID: store.ID(actorID),
	}
	if err := store.Insert(ctx, tx, row); err != nil {
		return Clock{}, fmt.Errorf("clock %s of %s %d: %w", kind, o.Kind, o.ID, err)
	}
	st, err := Compute(cal, next)
	if err != nil {
		return Clock{}, fmt.Errorf("clock %s of %s %d: %w", kind, o.Kind, o.ID, err)
	}
	if err := keep(ctx, tx, []Standing{standing(o, kind, st)}); err != nil {
		return Clock{}, fmt.Errorf("clock %s of %s %d: %w", kind, o.Kind, o.ID, err)
	}
	return next, nil
}

// Find picks the clock of a kind.
func Find(clocks []Clock, kind string) (Clock, bool) {
	for _, c := range clocks {
		if c.Kind == kind {
			return c, true
		}
	}
	return Clock{Kind: kind}, false
}

// Of loads the clocks of an owner in the order in which they began.
func Of(ctx context.Context, tx *store.Tx, o Owner) ([]Clock, error) {
	all, err := OfAll(ctx, tx, o.Kind, []int64{o.ID})
	return all[o.ID], err
}

// OfAll loads the clocks of many owners with one query.
func OfAll(ctx context.Context, tx *store.Tx, kind OwnerKind, ids []int64) (map[int64][]Clock, error) {
	out := map[int64][]Clock{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := gorm.G[eventRow](tx.DB).Where("owner = ? AND owner_id IN ?", string(kind), ids).Order("owner_id, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load clocks: %w", err)
	}
	for _, r := range rows {
		out[r.OwnerID] = appendEvent(out[r.OwnerID], r)
	}
	return out, nil
}

func appendEvent(clocks []Clock, r eventRow) []Clock {
	l := Limit{N: int(r.N), Unit: Unit(r.Unit), Roll: bool(r.Roll)}
	e := Event{Kind: EventKind(r.Kind), On: r.OnDate, Reason: r.Reason}
	if e.Kind == Start {
		return append(clocks, Clock{Kind: r.Clock, Limit: l, Events: []Event{e}})
	}
	e.Limit = l
	for i := range clocks {
		if clocks[i].Kind == r.Clock {
			clocks[i].Events = append(clocks[i].Events, e)
		}
	}
	return clocks
}

// Expired reports whether err says that a clock had run out before it was to be
// suspended or extended.
func Expired(err error) bool {
	var h *HistoryError
	return errors.As(err, &h) && h.Problem == ProblemExpired
}
