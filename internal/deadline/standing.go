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
