// Package docket watches the clocks of the whole house: it takes in the calendar
// of a year and says which dates moved by it, and it tells people of clocks that
// come near their end or ran out, once for each mark and in one mail a day.
//
// It stands beside report, above every package that owns clocks: it reads their
// states (deadline.Standing), never decides about a case, and has the owners
// bring their own due dates in step (Redue) in its transactions.
//
// What it does not promise: that a person reads a mail, nor that another
// instance counts with an imported year at once; it does within a minute, and
// what it counted wrongly until then is counted again (Refresh).
package docket

import (
	"context"
	"sync"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
)

// Deps are what New needs.
type Deps struct {
	DB        *store.DB
	Log       *audit.Log
	Policy    *access.Policy
	Book      *rulebook.Book
	Calendars map[string]*calendar.Calendar // the ones that every other package counts with
	Zone      *time.Location                // the regulator's
	Words     *locale.Catalog
	Notify    *notify.Service
	DeskURL   string // where officers find their queue, for mails: https://…/queue; "" while it is not known

	// RedueComplaints and RedueCases bring the stored due dates of complaints and
	// cases in step with their clocks; the caller appends the audit entry.
	RedueComplaints func(ctx context.Context, tx *store.Tx, ids []int64) error
	RedueCases      func(ctx context.Context, tx *store.Tx, ids []int64) error
	// Chase writes to the firm whose clock of a case reached a mark, with its own
	// audit entry; nil: nobody writes to firms.
	Chase func(ctx context.Context, tx *store.Tx, caseID int64, clock string, mark deadline.Mark) error
}

// Service does what this package does. It is safe for concurrent use.
type Service struct {
	d    Deps
	base map[string]*calendar.Calendar // what is known without stored imports

	mu    sync.Mutex // of those who bring the calendars in step
	known int64      // the newest import that the calendars hold
}

// New returns the service.
func New(d Deps) *Service {
	s := &Service{d: d, base: make(map[string]*calendar.Calendar, len(d.Calendars))}
	for code, cal := range d.Calendars {
		s.base[code] = cal.With(nil)
	}
	return s
}

// today is the date of a moment in the regulator's zone.
func (s *Service) today(now time.Time) calendar.Date { return calendar.OfTime(now.In(s.d.Zone)) }

// calendarOf is the calendar that a pack counts with; nil for a pack that is not loaded.
func (s *Service) calendarOf(pack string) *calendar.Calendar {
	if p, ok := s.d.Book.Pack(pack); ok {
		return s.d.Calendars[p.Calendar]
	}
	return nil
}
