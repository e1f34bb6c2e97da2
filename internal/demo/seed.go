package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
	house "dunwatch/internal/office"
)

// Deps are the services that the seed works through, and the clock of their
// database (store.Config.Now), which it moves.
type Deps struct {
	*house.Office // wired with account.Cheap, or hashing takes longer than all the rest
	SetClock      func(time.Time)
}

// Office is what Seed made: who can sign in, and what a visitor can follow.
type Office struct {
	Password  string // of everybody
	People    []Person
	Trackable []Trackable
	Standing  []Standing // penalties with something to do
	Lookups   []Lookup   // collectors to check
	Until     time.Time
	// How much there is.
	Complaints, Files, Cases, Forwards, Findings, Penalties int
}

// Person is a line of the sign-in table.
type Person struct {
	Role        access.Role
	Name, Email string
	Unit        string // code; "" where the role has none
	Firm        string // code, for role firm
}

// Trackable is a complaint with the code that opens it.
type Trackable struct {
	Reference, AccessCode, Lang string
	Status                      complaint.Status
	Worth                       string // what there is to do or see; "" for no more than the state
}

// office is the seed at work.
type office struct {
	d       Deps
	until   time.Time
	first   calendar.Date
	cal     *calendar.Calendar
	r       *rand.Rand // of what concerns no single complaint
	queue   queue
	now     time.Time
	admin   access.Actor
	super   map[string]access.Actor   // by unit
	desk    map[string][]access.Actor // reviewers by unit
	heads   []access.Actor            // directors
	legal   access.Actor
	matters []*matter
	ready   []*matter      // with upheld findings that a procedure may take up, oldest first
	firms   map[string]int // penalties by firm, for the repeat offender
	load    map[int64]int  // open cases by officer
	share   map[int64]int
	recent  [5]int // see keep
	refused map[complaint.Track]int
	mail    map[int64]string         // of who is employed, by user
	clerks  map[int64][]access.Actor // staff of firms by firm
	sent    []*matter                // forwarded, oldest first
	heard   []*matter                // with upheld findings and no procedure, oldest first; each is taken once
	out     Office
}

func newOffice(d Deps, until time.Time) *office {
	until = until.UTC().Truncate(time.Second)
	o := &office{d: d, until: until, r: rand.New(rand.NewPCG(seedOf, 2)), super: map[string]access.Actor{}, desk: map[string][]access.Actor{}, firms: map[string]int{}, load: map[int64]int{}, share: map[int64]int{}, clerks: map[int64][]access.Actor{}, mail: map[int64]string{}, refused: map[complaint.Track]int{}}
	o.first = calendar.MonthOf(calendar.OfTime(until.In(d.Zone))).Add(1 - months).First()
	o.cal = d.Calendars["cn"]
	o.out = Office{Password: Password, Until: until}
	return o
}

// Seed fills an empty database with an office that has worked for fourteen
// months up to until, and leaves the clock there. It fails with what the first
// refused command failed with; the database is then of no use.
func Seed(ctx context.Context, d Deps, until time.Time) (*Office, error) {
	o := newOffice(d, until)
	if o.cal == nil {
		return nil, fmt.Errorf("seed demo: no calendar cn")
	}
	o.clock(o.first.AddDays(-20).Start(d.Zone).Add(9 * time.Hour))
	if err := o.staff(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	if err := o.singleReading(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	plans := o.plans()
	plantLinks(plans, o.until)
	for _, p := range plans {
		m := &matter{plan: p}
		o.matters = append(o.matters, m)
		o.at(p.at, func(ctx context.Context) error { return o.file(ctx, m) })
	}
	o.lastDays()
	o.procedures()
	o.handsIn()
	o.lastMeasures()
	o.watching()
	o.measured()
	o.freezing()
	o.briefing()
	if err := o.run(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	o.clock(o.until)
	if err := o.d.Reports.Watch(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	if err := o.linkUp(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	if err := o.contactLogs(ctx); err != nil {
		return nil, fmt.Errorf("seed demo: %w", err)
	}
	o.follow()
	slices.SortFunc(o.out.Standing, func(a, b Standing) int { return strings.Compare(a.Reference, b.Reference) })
	return &o.out, nil
}

func (o *office) clock(t time.Time) {
	o.now = t.UTC().Truncate(time.Second)
	o.d.SetClock(o.now)
}

// The lists of which keep counts the last entries.
const (
	screenings = iota
	acceptances
	proposals
	splits
	dueToday
)

// keep counts what happens in the last days and says the number of this one, so
// that states that pass quickly are there on whichever day the office is looked
// at; 0 before those days.
func (o *office) keep(list int, days float64) int {
	if o.until.Sub(o.now).Hours() > days*24 {
		return 0
	}
	o.recent[list]++
	return o.recent[list]
}

// follow lists one complaint of each state that a visitor may look at, and the
// newest first: two where one is English; and those in which the complainant has
// something to decide. Codes of what a clerk took down are drawn anew each time.
func (o *office) follow() {
	seen := map[string]bool{}
	for i := len(o.matters) - 1; i >= 0; i-- {
		m := o.matters[i]
		if m.c == nil || m.plan.filing.Anonymous || m.plan.source != "web" {
			continue
		}
		k, worth := string(m.c.Status), m.worth()
		switch {
		case worth != "":
			k = worth
		case m.plan.filing.Language == "en":
			k = "en"
		case m.replies == 0 && m.c.Status == complaint.Accepted:
			continue // an open case is worth following for its conversation
		}
		if seen[k] {
			continue
		}
		seen[k] = true
		o.out.Trackable = append(o.out.Trackable, Trackable{m.c.Reference, m.code, m.c.Lang, m.c.Status, worth})
	}
}

// What a complainant finds that is more than a state.
const (
	FirmAnswered = "the firm has answered: accept, or ask for a review"
	PlanOffered  = "the firm offers a plan: accept or decline"
	SplitLetter  = "one of two from a split letter: the code opens both"
)

func (m *matter) worth() string {
	switch {
	case m.split && m.c.Track != complaint.TrackReport:
		return SplitLetter
	case m.offered && m.runs():
		return PlanOffered
	case m.f != nil && m.f.Status == forwarding.Told && m.runs() && m.c.Lang == "zh":
		return FirmAnswered
	default:
		return ""
	}
}
