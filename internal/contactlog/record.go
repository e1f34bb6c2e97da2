package contactlog

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/rulebook"
)

// record is a contact as the checks keep it: 24 bytes, so that a million of
// them are 24 megabytes.
type record struct {
	at      int64 // Unix seconds
	party   uint32
	row     uint32
	seconds uint32
	file    uint8
	kind    uint8 // channel, direction, recording
	outcome Outcome
	flags   uint8
}

const (
	flagDuration uint8 = 1 << iota // seconds are known
	flagNoClock
	flagText
	flagOptOut  // the text says how to opt out
	flagStop    // the text asks to stop
	flagWord    // a word list found something
	flagRecKnow // the log says whether there is a recording
	flagDropped // stands in another file too
)

// kind packs channel (4 bits), direction (2), recording listed (1).
func kindOf(c *Contact) uint8 {
	k := uint8(c.Channel) | uint8(c.Direction)<<4
	if c.Recording == RecordingListed {
		k |= 1 << 6
	}
	return k
}

func (r *record) channel() Channel     { return Channel(r.kind & 15) }
func (r *record) direction() Direction { return Direction(r.kind >> 4 & 3) }
func (r *record) recorded() bool       { return r.kind&(1<<6) != 0 }
func (r *record) is(f uint8) bool      { return r.flags&f != 0 }

// talked is Contact.Talked of a record.
func (r *record) talked() (yes, known bool) {
	switch r.outcome {
	case Connected:
		return true, true
	case OutcomeUnknown:
		return r.is(flagDuration) && r.seconds > 0, r.is(flagDuration)
	}
	return false, true
}

// party is a pair of numbers that meet in the log, once.
type party struct {
	number   string // the firm's: the one that is held against its register
	person   string // the person's, "" where the owner of the log is meant
	group    uint32 // a lender with its agencies, and one debtor
	endpoint uint32 // the person's number as a count groups it
	role     Role
}

type partyKey struct {
	number, line, lender, debtor string
	role                         Role
	firm                         bool
}

// hint is what a word list found.
type hint struct {
	record uint32
	list   string
	word   string
}

// The bounds of one check.
const (
	chunk       = 4096
	maxParties  = 200_000
	maxHints    = 100_000
	maxRecords  = 50_000_000
	maxFiles    = 250
	maxRowsAHit = 100
)

// Checker gathers contacts and holds them against a pack. It is for one
// goroutine.
type Checker struct {
	terms   Terms
	country string
	zones   []*time.Location
	agreed  []window
	awkward []window

	chunks  [][]record
	n       int
	ordered bool
	order   []uint32

	parties   []party
	byKey     map[partyKey]uint32
	last      partyKey
	lastID    uint32
	groups    map[[2]string]uint32
	endpoints map[string]uint32
	firmOf    map[string]string // number -> lender
	roles     map[string]Role
	refusals  map[string]time.Time

	optOut  *regexp.Regexp
	lists   []wordList
	hints   []hint
	crowded bool // more hints than are kept

	bills     int // files that list connected calls alone
	files     int
	unchecked []Unchecked
	twice     map[int]Drop
	ready     bool
}

type wordList struct {
	name  string
	words []string
}

// NewChecker makes ready to check against the pack of t. It fails with a
// fault.Invalid where the hours in t are none.
func NewChecker(t Terms) (*Checker, error) {
	c := &Checker{
		terms: t, country: t.Pack.ID, zones: t.Zones, ordered: true, byKey: map[partyKey]uint32{}, groups: map[[2]string]uint32{},
		endpoints: map[string]uint32{}, firmOf: map[string]string{}, roles: map[string]Role{}, refusals: map[string]time.Time{},
	}
	var err error
	if c.agreed, err = windows("agreed", t.Agreed); err != nil {
		return nil, err
	}
	if c.awkward, err = windows("inconvenient", t.Inconvenient); err != nil {
		return nil, err
	}
	if len(c.zones) == 0 {
		c.zones = []*time.Location{zoneNamed(t.Pack.Zone)}
	}
	for _, f := range t.Firms {
		for _, n := range f.Numbers {
			c.firmOf[Normalise(n, c.country)] = f.Lender
		}
	}
	for n, r := range t.Roles {
		c.roles[Normalise(n, c.country)] = r
	}
	for n, at := range t.Refusals {
		c.refusals[Normalise(n, c.country)] = at
	}
	for _, r := range t.Pack.Rules() {
		if p := r.Patterns["opt_out"]; p != "" {
			c.optOut = regexp.MustCompile(p) // the rulebook was checked when it was loaded
		}
		c.lists = append(c.lists, listsOf(r)...)
	}
	return c, nil
}

// zoneNamed is the zone, or Beijing's fixed offset where the machine lacks the
// files of zones.
func zoneNamed(name string) *time.Location {
	if name == Beijing.String() {
		return Beijing
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return Beijing
	}
	return z
}

func listsOf(r rulebook.Rule) []wordList {
	var out []wordList
	for name, words := range r.Lexicons {
		l := wordList{name: name}
		for _, w := range words {
			l.words = append(l.words, strings.ToLower(w))
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b wordList) int { return cmp.Compare(a.name, b.name) })
	return out
}

// AddFile says that a file was read, and whether it is a carrier's bill.
func (c *Checker) AddFile(bill bool) {
	c.files++
	if bill {
		c.bills++
	}
}

// Add takes a contact. It keeps no text and fails with a fault.Invalid where
// the log holds more than a check can: too many different numbers, say.
func (c *Checker) Add(k *Contact) error {
	id, err := c.partyOf(k)
	if err != nil {
		return err
	}
	if c.n == maxRecords || k.File > maxFiles {
		return refuse("too_many_rows", maxRecords)
	}
	r := record{at: k.At.Unix(), party: id, row: uint32(k.Row), seconds: uint32(max(k.Duration, 0)), file: uint8(k.File), kind: kindOf(k), outcome: k.Outcome}
	if k.DurationKnown {
		r.flags |= flagDuration
	}
	if k.Clock == DateOnly {
		r.flags |= flagNoClock
	}
	if k.Recording != RecordingUnknown {
		r.flags |= flagRecKnow
	}
	if k.TextKnown {
		r.flags |= flagText | c.readText(k)
	}
	if c.n%chunk == 0 {
		c.chunks = append(c.chunks, make([]record, 0, chunk))
	}
	if c.n > 0 && c.ordered {
		c.ordered = c.compare(c.at(uint32(c.n-1)), &r) <= 0
	}
	last := len(c.chunks) - 1
	c.chunks[last] = append(c.chunks[last], r)
	c.n++
	return nil
}

// readText looks for opting out and for words; the text itself is not kept.
func (c *Checker) readText(k *Contact) (flags uint8) {
	if c.optOut != nil && c.optOut.MatchString(k.Text) {
		flags |= flagOptOut
		const short = 24 // bytes: STOP, 退订, and not a long letter that has the word in it
		if k.Direction == ToFirm && len(strings.TrimSpace(k.Text)) <= short {
			flags |= flagStop
		}
	}
	if k.Direction != FromFirm || len(c.lists) == 0 {
		return flags
	}
	text := strings.ToLower(k.Text)
	for _, l := range c.lists {
		for _, w := range l.words {
			if !strings.Contains(text, w) {
				continue
			}
			flags |= flagWord
			if len(c.hints) < maxHints {
				c.hints = append(c.hints, hint{uint32(c.n), l.name, w})
			} else {
				c.crowded = true
			}
		}
	}
	return flags
}

func (c *Checker) partyOf(k *Contact) (uint32, error) {
	key := partyKey{k.Number, k.Line, k.Lender, k.Debtor, k.Role, k.Firm}
	if key == c.last && len(c.parties) > 0 {
		return c.lastID, nil
	}
	id, ok := c.byKey[key]
	if !ok {
		if len(c.parties) == maxParties {
			return 0, refuse("too_many_numbers", maxParties)
		}
		id = uint32(len(c.parties))
		c.parties = append(c.parties, c.newParty(k))
		c.byKey[key] = id
	}
	c.last, c.lastID = key, id
	return id, nil
}

// newParty settles for a pair of numbers whose lender and whose phone it is.
func (c *Checker) newParty(k *Contact) party {
	p := party{number: k.Number, person: k.Line, role: k.Role}
	if k.Firm {
		p.number, p.person = k.Line, k.Number
		if r, ok := c.roles[k.Number]; ok {
			p.role = r
		}
	}
	lender, named := c.firmOf[p.number]
	if !named {
		lender = k.Lender
	}
	p.group = intern(c.groups, [2]string{lender, c.debtorOf(k, p.role)})
	p.endpoint = intern(c.endpoints, p.person)
	return p
}

// debtorOf names whom a count belongs to. A borrower's log has one debtor. In a
// firm's export each number is somebody, but the numbers that the complaint
// names, and those of third persons, belong to its debtor.
func (c *Checker) debtorOf(k *Contact, r Role) string {
	switch own := c.terms.Debtor; {
	case k.Debtor != "":
		return "=" + k.Debtor
	case !k.Firm, r.Third(), own != nil && own.Has(k.Number):
		return ""
	}
	return k.Number
}

func intern[K comparable](m map[K]uint32, s K) uint32 {
	id, ok := m[s]
	if !ok {
		id = uint32(len(m))
		m[s] = id
	}
	return id
}

func (c *Checker) at(i uint32) *record { return &c.chunks[i/chunk][i%chunk] }

func (c *Checker) compare(a, b *record) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.file, b.file), cmp.Compare(a.row, b.row))
}

// Len is how many contacts there are.
func (c *Checker) Len() int { return c.n }

// prepare puts the contacts in order of time and drops what several files hold.
func (c *Checker) prepare() {
	if c.ready {
		return
	}
	c.ready = true
	c.order = make([]uint32, c.n)
	for i := range c.order {
		c.order[i] = uint32(i)
	}
	if !c.ordered {
		slices.SortFunc(c.order, func(a, b uint32) int { return c.compare(c.at(a), c.at(b)) })
	}
	c.twice = map[int]Drop{}
	if c.files != 1 {
		c.dedupe()
	}
}
