package deadline

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/store"
)

// Standing is where one stored clock stands: what lists, reminders and reports
// ask for without reading its events. It is derived, kept by Begin and Happen in
// the transaction of the event, and computed anew by Recompute.
type Standing struct {
	Owner       Owner
	Clock       string
	Phase       Phase
	Started     calendar.Date
	Original    calendar.Date
	Due         calendar.Date // none while a suspension holds it back
	Earliest    calendar.Date
	Provisional bool
	StoppedOn   calendar.Date
	InTime      *bool // nil until stopped
}

func standing(o Owner, kind string, s State) Standing {
	return Standing{
		Owner: o, Clock: kind, Phase: s.Phase, Started: s.Started, Original: s.Original, Due: s.Due, Earliest: s.Earliest,
		Provisional: s.Provisional, StoppedOn: s.StoppedOn, InTime: s.InTime,
	}
}

const standingColumns = "owner, owner_id, clock, phase, started_on, original_on, due_on, earliest_on, provisional, stopped_on, in_time"

// keepRows bounds a statement: PostgreSQL takes 65,535 parameters, SQLite half of that.
const keepRows = 2000

// keep writes where clocks stand, over what stood there before.
func keep(ctx context.Context, tx *store.Tx, all []Standing) error {
	for len(all) > 0 {
		part := all[:min(len(all), keepRows)]
		all = all[len(part):]
		args := make([]any, 0, 11*len(part))
		for _, s := range part {
			inTime := sql.NullInt64{}
			if s.InTime != nil {
				inTime.Valid = true
				if *s.InTime {
					inTime.Int64 = 1
				}
			}
			args = append(args, string(s.Owner.Kind), s.Owner.ID, s.Clock, string(s.Phase), s.Started, s.Original, s.Due, s.Earliest,
				store.Bool(s.Provisional), s.StoppedOn, inTime)
		}
		const marks = "(?,?,?,?,?,?,?,?,?,?,?)"
		_, err := tx.Exec(ctx, "INSERT INTO clock_states ("+standingColumns+") VALUES "+marks+strings.Repeat(","+marks, len(part)-1)+
			" ON CONFLICT (owner, owner_id, clock) DO UPDATE SET phase = excluded.phase, started_on = excluded.started_on, original_on = excluded.original_on,"+
			" due_on = excluded.due_on, earliest_on = excluded.earliest_on, provisional = excluded.provisional, stopped_on = excluded.stopped_on, in_time = excluded.in_time", args...)
		if err != nil {
			return fmt.Errorf("keep the state of clocks: %w", err)
		}
	}
	return nil
}

// Filter narrows States.
type Filter struct {
	DueBy  calendar.Date // due on or before; none: whenever, held ones too
	Owner  OwnerKind     // "": of every kind
	Clocks []string      // bases of clocks, any round; none: all
	Limit  int           // rows; 0: all
}

// States lists the clocks that nobody has stopped, the one due next first; those
// held back by a suspension come last.
func States(ctx context.Context, tx *store.Tx, f Filter) ([]Standing, error) {
	where, args := "phase <> ?", []any{string(Stopped)}
	if !f.DueBy.IsZero() {
		where, args = where+" AND due_on <= ?", append(args, f.DueBy)
	}
	if f.Owner != "" {
		where, args = where+" AND owner = ?", append(args, string(f.Owner))
	}
	if len(f.Clocks) > 0 {
		where += " AND ("
		for i, base := range f.Clocks {
			if i > 0 {
				where += " OR "
			}
			// A base holds dots and underscores; only its round follows a #.
			where, args = where+"clock = ? OR substr(clock, 1, ?) = ?", append(args, base, len(base)+1, base+"#")
		}
		where += ")"
	}
	where += " ORDER BY due_on IS NULL, due_on, owner, owner_id, clock"
	if f.Limit > 0 {
		where, args = where+" LIMIT ?", append(args, f.Limit)
	}
	return standings(ctx, tx, where, args...)
}

func standings(ctx context.Context, tx *store.Tx, where string, args ...any) ([]Standing, error) {
	rows, err := tx.Rows(ctx, "SELECT "+standingColumns+" FROM clock_states WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read the state of clocks: %w", err)
	}
	defer rows.Close()
	var out []Standing
	for rows.Next() {
		var s Standing
		var provisional store.Bool
		var inTime sql.NullInt64
		if err := rows.Scan(&s.Owner.Kind, &s.Owner.ID, &s.Clock, &s.Phase, &s.Started, &s.Original, &s.Due, &s.Earliest, &provisional, &s.StoppedOn, &inTime); err != nil {
			return nil, fmt.Errorf("read the state of clocks: %w", err)
		}
		s.Provisional = bool(provisional)
		if inTime.Valid {
			yes := inTime.Int64 != 0
			s.InTime = &yes
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
