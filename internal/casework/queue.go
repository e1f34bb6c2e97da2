package casework

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Filter of the queue. Zero values do not filter. It is what the URL says.
type Filter struct {
	Status    []Status // empty: open ones
	Unit      string   // code; "mine" the actor's
	Officer   string   // id or e-mail; "me"; "none"
	Pack      string
	Firm      string // code, as lender or agency; with those merged into it, as for Lender and Agency
	Lender    string // code, or None
	Agency    string // code, or None
	Code      string // violation code of the complaint
	Channel   string
	Severity  int           // at least
	DueBefore calendar.Date // due on an earlier day
	Late      string        // "late" or "in_time"; closed cases as of their closing
	Time      string        // one of Times: how an open case stands with its clocks today
	Source    string
	Outcome   string // of closing; None: closed without one
	Received  calendar.Month
	Opened    calendar.Month
	Closed    calendar.Month
	// The days from which and up to which cases were opened or closed, both included.
	OpenedSince, OpenedUntil, ClosedSince, ClosedUntil calendar.Date

	Q      string // reference, external ID or words
	Sort   string // one of Sorts; "" is due
	Cursor string
	Limit  int // 1..100, default 50
}

// None is a value of Filter's Lender, Agency and Outcome: the case has none.
const None = "none"

// Times lists the values of Filter's Time: due today or later, past the due date, with a clock that is held back, with a
// due date that leans on holidays not announced yet.
var Times = []string{"in_time", "late", "suspended", "provisional"}

// Sorts lists the orders of the queue: by due date, by the day received (oldest or newest first), by severity (gravest
// first, then by due date), by the day opened.
var Sorts = []string{"due", "received", "-received", "severity", "opened", "-opened"}

// List is a page of the queue. Counts are those of the actor's reach, whatever the filter: one per status, "open" their
// sum without the closed ones, "late" the open cases past their due date, "today" those due today, "in_time" the open
// ones that are not late, "suspended" those with a clock that is held back, "mine" the actor's own open ones.
type List struct {
	Items      []Case
	NextCursor string // "" on the last page
	Counts     map[string]int
}

// maxPage bounds a page, for people and for the database.
const maxPage = 100

// Queue is the list of cases within the actor's reach. Invalid (limit, sort, status, cursor of another list), Forbidden.
func (s *Service) Queue(ctx context.Context, by access.Actor, f Filter) (*List, error) {
	if err := s.d.Policy.May(by, access.ReadCase); err != nil {
		return nil, err
	}
	l := &List{}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		q, err := s.query(ctx, tx, by, f)
		if err != nil {
			return err
		}
		ids, next, err := q.page(ctx, tx)
		if err != nil {
			return err
		}
		l.NextCursor = next
		if l.Items, err = s.loadCases(ctx, tx, ids); err != nil {
			return err
		}
		l.Counts, err = s.counts(ctx, tx, by)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	return l, nil
}

// Neighbours finds the cases before and after one in a filtered queue, "" at the ends. Its cursor and limit do not
// matter. NotFound for a case that the actor may not read; a case that the filter leaves out still has neighbours.
func (s *Service) Neighbours(ctx context.Context, by access.Actor, f Filter, ref string) (prev, next string, err error) {
	f.Cursor, f.Limit = "", 1
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.readable(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		q, err := s.query(ctx, tx, by, f)
		if err != nil {
			return err
		}
		q.after = q.order.keyOf(c)
		if next, err = q.first(ctx, tx); err != nil {
			return err
		}
		q.order = q.order.reversed()
		prev, err = q.first(ctx, tx)
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("neighbours of %s: %w", ref, err)
	}
	return prev, next, nil
}

// reach bounds a query to what the actor may read.
func (s *Service) reach(by access.Actor) where {
	var w where
	switch s.d.Policy.Widest(by.Role, access.ReadCase) {
	case access.Any:
	case access.Unit:
		if by.UnitID == 0 {
			w.add("c.officer_id = ?", by.UserID)
			break
		}
		w.add("c.unit_id = ?", by.UnitID)
	case access.Own:
		w.add("c.officer_id = ?", by.UserID)
	default:
		w.add("1 = 0")
	}
	return w
}

func (s *Service) counts(ctx context.Context, tx *store.Tx, by access.Actor) (map[string]int, error) {
	reach := s.reach(by)
	out, err := countBy(ctx, tx, reach)
	if err != nil {
		return nil, err
	}
	for _, st := range Statuses {
		out[string(st)] += 0
		if st != Closed {
			out["open"] += out[string(st)]
		}
	}
	mine, err := countOfficers(ctx, tx, reach.and("c.officer_id = ? AND c.officer_id <> 0", by.UserID))
	if err != nil {
		return nil, err
	}
	out["mine"] = mine[by.UserID]
	out["late"], out["today"], err = countDue(ctx, tx, reach, s.today(tx))
	if err != nil {
		return nil, err
	}
	out["in_time"] = out["open"] - out["late"]
	out["suspended"], err = countHeld(ctx, tx, reach)
	return out, err
}

// Load is how many open cases each officer of a unit has, for whoever assigns; 0 is nobody's. unitID 0 is all units.
// Forbidden.
func (s *Service) Load(ctx context.Context, by access.Actor, unitID int64) (out map[int64]int, err error) {
	if err := s.d.Policy.May(by, access.ReadCase); err != nil {
		return nil, err
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		w := s.reach(by)
		if unitID != 0 {
			w.add("c.unit_id = ?", unitID)
		}
		out, err = countOfficers(ctx, tx, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load of unit %d: %w", unitID, err)
	}
	return out, nil
}

// check finds what is wrong with a filter that a person typed.
func (f *Filter) check() error {
	var bad fault.Fields
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Limit < 1 || f.Limit > maxPage {
		bad.Add("limit", "casework.limit", maxPage)
	}
	if f.Sort == "" {
		f.Sort = "due"
	}
	if _, ok := orders[f.Sort]; !ok {
		bad.Add("sort", "fault.choose")
	}
	for _, st := range f.Status {
		if !known(st) {
			bad.Add("status", "fault.choose")
		}
	}
	if f.Late != "" && f.Late != "late" && f.Late != "in_time" {
		bad.Add("late", "fault.choose")
	}
	if f.Time != "" && !slices.Contains(Times, f.Time) {
		bad.Add("time", "fault.choose")
	}
	return bad.Err()
}
