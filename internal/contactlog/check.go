package contactlog

import (
	"slices"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
)

// Hit is a contact that goes against a rule.
type Hit struct {
	Rule *rulebook.Rule
	// Strength is the rule's, but "heuristic" where the rule was not yet (or no
	// longer) in force on the day, or where only a number set by the office was
	// passed.
	Strength string
	// InForce says that a basis of the rule was in force on the day.
	InForce bool
	// At is in the zone whose clock the rule goes by.
	At time.Time
	// Rows names the contact itself first and then those that it is counted
	// with, in order of time; the latest hundred of them, where there are more.
	// Hits uses it again for the next hit; see Collect.
	Rows []Row
	// Counted is how many there are in all, the contact itself among them.
	Counted int
	// Word and List are what a word list found.
	List, Word string
}

// Row is a place in a file.
type Row struct{ File, Row int }

// NotKey is the key of web/locales for what the hit is not: a standard is an
// indicator and no finding, a presumption may be rebutted, and so on.
func (h Hit) NotKey() string { return "contactlog.not." + h.Strength }

// Why says why a rule was not checked, or not for all rows: the end of a key of
// web/locales, "contactlog.unchecked." + why.
type Why string

// The reasons.
const (
	NoDuration   Why = "no_duration"   // rows that do not say whether anybody was connected
	NoDirection  Why = "no_direction"  // rows that do not say who called
	NoClock      Why = "no_clock"      // rows with a day and no time of day
	NoText       Why = "no_text"       // messages without their text
	NoUnanswered Why = "no_unanswered" // carriers list connected calls alone
	NeedFacts    Why = "need_facts"    // facts that no log holds and nobody gave
	NeedRoles    Why = "need_roles"    // who the people behind the numbers are
	NeedAttempts Why = "need_attempts" // the log holds no calls to the debtor
	NeedNumbers  Why = "need_numbers"  // which numbers are the firm's
	NeedRecords  Why = "need_records"  // recordings and papers
	NeedPerson   Why = "need_person"   // a person must judge
	NotOfLogs    Why = "not_of_logs"   // nothing about contacts
	NoCheck      Why = "no_check"      // a rule that this release does not know
	TooManyWords Why = "too_many_words"
)

// Whys are all of them, so that a test can hold the locales against the list.
func Whys() []Why {
	return []Why{NoDuration, NoDirection, NoClock, NoText, NoUnanswered, NeedFacts, NeedRoles, NeedAttempts, NeedNumbers, NeedRecords, NeedPerson, NotOfLogs, NoCheck, TooManyWords}
}

// Unchecked is a rule that was not checked, or not for Rows rows.
type Unchecked struct {
	Rule string
	Why  Why
	Rows int // 0: the rule as a whole
}

// run is one rule over all contacts.
type run struct {
	*Checker
	rule  rulebook.Rule
	yield func(Hit) bool
	done  bool
	since []int64 // first and last days of the rule's bases, in pairs
	blind map[Why]int
	zone  zoned // the first zone of the rule
	place []Row // of the hit under way
}

// checks run the rules by id. What the rulebook holds beside them is reported
// as unchecked.
var checks = map[string]func(*run){
	"R01": (*run).hours, "R02": (*run).inconvenient, "R03": (*run).connectedADay, "R04": (*run).unansweredADay, "R05": (*run).sevenInSeven,
	"R06": (*run).sevenDayPause, "R07": (*run).thirdPersons, "R08": (*run).contactBook, "R09": (*run).bursts, "R10": (*run).afterRefusal,
	"R11": (*run).afterOptOut, "R12": (*run).noOptOut, "R13": (*run).numbersUsed, "R14": (*run).recordings, "R16": (*run).duringDispute,
	"R17": (*run).duringAgreement, "R19": (*run).wordLists, "R23": (*run).workplace,
}

// elsewhere are rules that no log answers.
var elsewhere = map[string]Why{
	"R15": NeedRecords, "R18": NeedPerson, "R20": NeedPerson, "R21": NotOfLogs, "R22": NotOfLogs, "R24": NotOfLogs, "R25": NeedPerson,
}

// Hits gives each hit to yield, rule by rule in the order of the pack and by
// time within a rule, until yield says stop. It may be called again.
func (c *Checker) Hits(yield func(Hit) bool) {
	c.prepare()
	c.unchecked = nil
	for _, r := range c.terms.Pack.Rules() {
		x := &run{Checker: c, rule: r, yield: yield, blind: map[Why]int{}}
		x.zone = zoned{loc: x.zonesOf()[0]}
		x.bases()
		check := checks[r.ID]
		switch why, known := elsewhere[r.ID]; {
		case check != nil:
			check(x)
		case known:
			x.unseen(why)
		default:
			x.unseen(NoCheck)
		}
		for _, w := range Whys() {
			if n, ok := x.blind[w]; ok {
				c.unchecked = append(c.unchecked, Unchecked{r.ID, w, n})
			}
		}
		if x.done {
			return
		}
	}
}

// Collect returns the first hits, at most as many as said, and whether there
// are more.
func (c *Checker) Collect(most int) (hits []Hit, more bool) {
	c.Hits(func(h Hit) bool {
		if more = len(hits) == most; !more {
			h.Rows = slices.Clone(h.Rows)
			hits = append(hits, h)
		}
		return true // to the end: what was not checked is known only then
	})
	return hits, more
}

// Unchecked is what the last Hits could not check.
func (c *Checker) Unchecked() []Unchecked { return c.unchecked }

// unseen notes that the rule as a whole was not checked.
func (x *run) unseen(w Why) { x.blind[w] = 0 }

// blindTo notes a row that the rule cannot judge.
func (x *run) blindTo(w Why) { x.blind[w]++ }

func (x *run) bases() {
	for _, id := range x.rule.Bases {
		if b, ok := x.terms.Pack.Basis(id); ok {
			lo, hi := span(b.From, b.To)
			x.since = append(x.since, lo, hi)
		}
	}
}

func (x *run) inForce(day int64) bool {
	for i := 0; i < len(x.since); i += 2 {
		if day >= x.since[i] && day <= x.since[i+1] {
			return true
		}
	}
	return len(x.since) == 0
}

// zonesOf are the zones whose clocks the rule goes by.
func (x *run) zonesOf() []*time.Location {
	switch x.rule.Zone {
	case "consumer":
		return x.zones
	case "":
		return []*time.Location{zoneNamed(x.terms.Pack.Zone)}
	}
	return []*time.Location{zoneNamed(x.rule.Zone)}
}

// zoned turns instants into local days and seconds of the day. Contacts come in
// order of time, so that a change of clocks is looked up once.
type zoned struct {
	loc        *time.Location
	start, end int64 // the offset holds from start until before end
	offset     int64
}

func (z *zoned) local(at int64) (day, sec int64) {
	if at < z.start || at >= z.end {
		t := time.Unix(at, 0).In(z.loc)
		_, off := t.Zone()
		z.offset = int64(off)
		z.start, z.end = -1<<62, 1<<62
		from, to := t.ZoneBounds()
		if !from.IsZero() {
			z.start = from.Unix()
		}
		if !to.IsZero() {
			z.end = to.Unix()
		}
	}
	l := at + z.offset
	day = l / daySeconds
	if sec = l % daySeconds; sec < 0 {
		day, sec = day-1, sec+daySeconds
	}
	return day, sec
}

// zoneClocks are the clocks of the rule's zones.
func (x *run) zoneClocks() []zoned {
	var out []zoned
	for _, l := range x.zonesOf() {
		out = append(out, zoned{loc: l})
	}
	return out
}

// hit reports a contact and those it is counted with, oldest first.
func (x *run) hit(i uint32, with []uint32) { x.hitAs(i, with, Hit{Strength: x.rule.Strength}) }

func (x *run) hitAs(i uint32, with []uint32, h Hit) {
	r := x.at(i)
	day, _ := x.zone.local(r.at)
	h.Rule, h.InForce, h.At, h.Counted = &x.rule, x.inForce(day), time.Unix(r.at, 0).In(x.zone.loc), len(with)+1
	if !h.InForce {
		h.Strength = heuristic
	}
	with = with[max(0, len(with)-maxRowsAHit+1):]
	x.place = append(x.place[:0], Row{int(r.file), int(r.row)})
	for _, j := range with {
		w := x.at(j)
		x.place = append(x.place, Row{int(w.file), int(w.row)})
	}
	h.Rows = x.place
	x.done = !x.yield(h)
}

// heuristic is the strength of what only sorts.
const heuristic = "heuristic"

// each gives every contact from the firm, in order of time, that the rule's
// channels cover. Contacts of unknown direction are counted as not judged.
func (x *run) each(f func(i uint32, r *record, p *party)) {
	var covered [channels]bool
	for c := range channels {
		covered[c] = len(x.rule.Channels) == 0 || slices.Contains(x.rule.Channels, c.String())
	}
	x.all(func(i uint32, r *record, p *party) {
		switch {
		case !covered[r.channel()]:
		case r.direction() == DirectionUnknown:
			x.blindTo(NoDirection)
		case r.direction() == FromFirm:
			f(i, r, p)
		}
	})
}

// all gives every contact in order of time.
func (x *run) all(f func(i uint32, r *record, p *party)) {
	for _, i := range x.order {
		if x.done {
			return
		}
		r := x.at(i)
		f(i, r, &x.parties[r.party])
	}
}

// need is a number of the rulebook; the rule cannot run without it.
func (x *run) need(name string) (int64, bool) {
	n, ok := x.rule.Number(name)
	if !ok {
		x.unseen(NoCheck)
	}
	return int64(n), ok
}

// queue is the contacts of a moving window.
type queue struct {
	rows []uint32
	keys []int64
	head int
}

func (q *queue) push(i uint32, key int64) {
	if q.head > 1024 && q.head > len(q.rows)/2 {
		n := copy(q.rows, q.rows[q.head:])
		copy(q.keys, q.keys[q.head:])
		q.rows, q.keys, q.head = q.rows[:n], q.keys[:n], 0
	}
	q.rows, q.keys = append(q.rows, i), append(q.keys, key)
}

// cut drops what has a key below.
func (q *queue) cut(below int64) {
	for q.head < len(q.rows) && q.keys[q.head] < below {
		q.head++
	}
	if q.head == len(q.rows) {
		q.rows, q.keys, q.head = q.rows[:0], q.keys[:0], 0
	}
}

func (q *queue) held() []uint32 { return q.rows[q.head:] }

// perKey keeps a state for each lender or number.
type perKey[T any] struct{ list []T }

func (p *perKey[T]) of(k uint32) *T {
	for int(k) >= len(p.list) {
		var zero T
		p.list = append(p.list, zero)
	}
	return &p.list[k]
}

func (x *run) consented(day, days int64) bool {
	return slices.ContainsFunc(x.terms.Consents, func(d calendar.Date) bool {
		c := dayNumber(d)
		return day >= c && day < c+days
	})
}
