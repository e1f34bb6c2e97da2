package reporttest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/report"
	"dunwatch/internal/rulebook"
)

// Oracle counts the facts for one period and pack.
type Oracle struct {
	Facts     *Facts
	Period    report.Period
	Pack      string // "" all
	Book      *rulebook.Book
	Calendars map[string]*calendar.Calendar
	Zone      *time.Location
	Now       time.Time // the running period ends here

	*index
}

// index finds facts by their ids, and what the clocks come to, once for all periods of the same facts.
type index struct {
	firms       map[int64]Firm
	complaints  map[int64]*Complaint
	cases       map[int64]*Case
	byComplaint map[int64]*Case
	penalties   map[int64]*Penalty
	read        map[string][]int64 // by subject: when somebody of the office did something
	viewed      map[string][]int64
	deeds       map[int64][]int64  // by case
	owned       map[int64][]*Clock // by complaint: its own and its case's
	judged      map[*Clock]map[int]judged
}

// Of begins an oracle; At asks it about other periods.
func Of(f *Facts, book *rulebook.Book, calendars map[string]*calendar.Calendar, zone *time.Location, now time.Time) Oracle {
	x := &index{map[int64]Firm{}, map[int64]*Complaint{}, map[int64]*Case{}, map[int64]*Case{}, map[int64]*Penalty{}, map[string][]int64{}, map[string][]int64{},
		map[int64][]int64{}, map[int64][]*Clock{}, map[*Clock]map[int]judged{}}
	for _, v := range f.Firms {
		x.firms[v.ID] = v
	}
	for _, c := range f.Complaints {
		x.complaints[c.ID] = c
	}
	for _, k := range f.Cases {
		x.cases[k.ID], x.byComplaint[k.Complaint] = k, k
	}
	for _, p := range f.Penalties {
		x.penalties[p.ID] = p
	}
	for _, r := range f.Records {
		x.read[r.Subject] = append(x.read[r.Subject], r.At)
		if r.Action == "case.viewed" {
			x.viewed[r.Subject] = append(x.viewed[r.Subject], r.At)
		}
	}
	for _, d := range f.Deeds {
		id := d.Case
		if k := x.byComplaint[d.Complaint]; k != nil {
			id = k.ID
		}
		x.deeds[id] = append(x.deeds[id], d.At)
	}
	for _, c := range f.Clocks {
		x.judged[c] = map[int]judged{}
		if c.Owner == "complaint" {
			x.owned[c.OwnerID] = append(x.owned[c.OwnerID], c)
		} else if k := x.cases[c.OwnerID]; c.Owner == "case" && k != nil {
			x.owned[k.Complaint] = append(x.owned[k.Complaint], c)
		}
	}
	return Oracle{Facts: f, Book: book, Calendars: calendars, Zone: zone, Now: now, index: x}
}

// At is the same oracle about a period and a pack ("" or report.All: all).
func (o Oracle) At(p report.Period, pack string) Oracle {
	o.Period, o.Pack = p, pack
	if pack == report.All {
		o.Pack = ""
	}
	return o
}

// months is the period so many months away.
func (o Oracle) months(n int) Oracle {
	o.Period.From = o.Period.From.Add(n)
	return o
}

func (o Oracle) prev() Oracle { return o.months(-o.Period.Months) }

// first is the first day of the period, end the first after it, asOf the day on which lateness is asked.
func (o Oracle) first() string { return o.Period.From.String() + "-01" }
func (o Oracle) end() string   { return o.Period.From.Add(o.Period.Months).String() + "-01" }
func (o Oracle) asOf() string  { return min(o.end(), o.day(o.Now.Unix())) }
func (o Oracle) in(day string) bool {
	return day != "" && day >= o.first() && day < o.end()
}

// cut is the first instant that is not counted.
func (o Oracle) cut() int64 {
	t, _ := time.ParseInLocation(time.DateOnly, o.end(), o.Zone)
	return min(t.Unix(), o.Now.Unix()+1)
}

func (o Oracle) day(at int64) string {
	if at == 0 {
		return ""
	}
	return time.Unix(at, 0).In(o.Zone).Format(time.DateOnly)
}

// lately is whether a day lies in the months up to the end of the period.
func (o Oracle) lately(day string, months int) bool {
	return day != "" && day >= o.Period.From.Add(o.Period.Months-months).String()+"-01" && day < o.end()
}

// of is whether a pack is asked about.
func (o Oracle) of(pack string) bool { return o.Pack == "" || o.Pack == pack }

func (o Oracle) packs() []*rulebook.Pack {
	if p, ok := o.Book.Pack(o.Pack); ok {
		return []*rulebook.Pack{p}
	}
	return o.Book.Packs()
}

// code is a firm's code, of one that was merged that of the firm it went into; "none" of no firm.
func (o Oracle) code(id int64) string {
	f, ok := o.firms[id]
	if f.Into != 0 {
		f = o.firms[f.Into]
	}
	if !ok {
		return "none"
	}
	return f.Code
}

// auto is what an import refused by itself.
func (c *Complaint) auto() bool { return c.Decided != 0 && !c.By }

func province(region string) string {
	if len(region) == 6 {
		return region[:2]
	}
	return region
}

func nameless(v string) string {
	if v == "" {
		return "none"
	}
	return v
}

func annuls(tb testing.TB, data string) bool {
	var v struct {
		Annul bool `json:"annul"`
	}
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		tb.Fatal(err)
	}
	return v.Annul
}

// Bag is what a cell counts: a line for each thing, in the form of line.
type Bag struct {
	things []string
	fen    int64
}

func line(kind, ref string, number int64, code string, fen int64) string {
	return fmt.Sprint(kind, " ", ref, "#", number, " ", code, " ", fen)
}

func (b *Bag) add(kind, ref string, number int64, code string, fen int64) {
	b.things, b.fen = append(b.things, line(kind, ref, number, code, fen)), b.fen+fen
}

func (b *Bag) n() int64 {
	if b == nil {
		return 0
	}
	return int64(len(b.things))
}

// all puts bags into one.
func all(bags ...*Bag) *Bag {
	out := &Bag{}
	for _, b := range bags {
		if b != nil {
			out.things, out.fen = append(out.things, b.things...), out.fen+b.fen
		}
	}
	return out
}

// heap is bags by key.
type heap map[string]*Bag

func (h heap) at(key string) *Bag {
	if h[key] == nil {
		h[key] = &Bag{}
	}
	return h[key]
}

func (h heap) all() *Bag {
	var list []*Bag
	for _, key := range h.keys() {
		list = append(list, h[key])
	}
	return all(list...)
}

func (h heap) keys() (out []string) {
	for key := range h {
		out = append(out, key)
	}
	sort.Strings(out)
	return out
}

// Grid is what a table should say: row key (total for the last line) -> column key -> value.
type Grid map[string]map[string]any

// rounded is a number that is shown with so many decimals.
type rounded struct {
	v      float64
	places int
}

func growth(v, base int64) any {
	if base < 5 {
		return nil
	}
	return part(v-base, base)
}

func part(v, of int64) any {
	if of == 0 {
		return nil
	}
	return rounded{float64(v) / float64(of), 4}
}

// wilson are the two proportions p that lie 1.96 of their own standard errors from n in of: the roots of
// (n/of - p)^2 = z^2 p (1-p) / of.
func wilson(n, of int64) (low, high any) {
	if of == 0 {
		return nil, nil
	}
	const z = 1.959963984540054
	m, p := float64(of), float64(n)/float64(of)
	a, b, c := 1+z*z/m, -(2*p + z*z/m), p*p
	root := math.Sqrt(math.Max(0, b*b-4*a*c))
	return rounded{math.Max(0, (-b-root)/(2*a)), 4}, rounded{math.Min(1, (-b+root)/(2*a)), 4}
}

// rank is the percentile by nearest rank, of hours in days.
func rank(hours []int64, p int) any {
	if len(hours) == 0 {
		return nil
	}
	slices.Sort(hours)
	return rounded{float64(hours[(len(hours)*p+99)/100-1]) / 24, 1}
}

func rankDays(days []int64, p int) any {
	if len(days) == 0 {
		return nil
	}
	slices.Sort(days)
	return days[(len(days)*p+99)/100-1]
}

func middle(v []float64, least int) any {
	if len(v) < least || len(v) == 0 {
		return nil
	}
	sort.Float64s(v)
	return rounded{(v[(len(v)-1)/2] + v[len(v)/2]) / 2, 2}
}

// upheld and counted are the outcomes of findings that say so in the packs in question.
func (o Oracle) upheld(outcome string) bool {
	return slices.ContainsFunc(o.packs(), func(p *rulebook.Pack) bool {
		return slices.ContainsFunc(p.FindingOutcomes(), func(f rulebook.Outcome) bool { return f.ID == outcome && f.Upheld })
	})
}

func (o Oracle) counted(outcome string) bool {
	return slices.ContainsFunc(o.packs(), func(p *rulebook.Pack) bool {
		return slices.ContainsFunc(p.FindingOutcomes(), func(f rulebook.Outcome) bool { return f.ID == outcome && f.Counted })
	})
}

// severity is the gravest that the packs in question give a code; 0 none.
func (o Oracle) severity(code string) (n int) {
	for _, p := range o.packs() {
		for _, v := range p.Violations() {
			if v.Code == code {
				n = max(n, v.Severity)
			}
		}
	}
	return n
}

// duty is a clock of the office or of the firm.
func (o Oracle) duty(pack, clock string) bool {
	kind, _, _ := strings.Cut(clock, "#")
	p, ok := o.Book.Pack(pack)
	if !ok {
		return true
	}
	for _, l := range p.Limits() {
		if l.Key == kind {
			return l.Party == "office" || l.Party == "firm"
		}
	}
	return true
}

func (o Oracle) calendar(pack string) *calendar.Calendar {
	if p, ok := o.Book.Pack(pack); ok && o.Calendars[p.Calendar] != nil {
		return o.Calendars[p.Calendar]
	}
	return &calendar.Calendar{}
}

// judge is a clock as it stood at the end of the period.
func (o Oracle) judge(pack string, c *Clock) judged {
	known := 0
	for _, e := range c.Events {
		if e.On < o.end() {
			known++
		}
	}
	j, ok := o.judged[c][known]
	if !ok {
		j = judge(o.calendar(pack), c, o.end())
		o.judged[c][known] = j
	}
	return j
}
