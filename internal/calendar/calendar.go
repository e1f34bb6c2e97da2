package calendar

import (
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Calendar tells working days from days off in one jurisdiction. It may be shared:
// what it knows lies behind one pointer, so that a running server takes in an
// imported year (Update) while others count. Each answer rests on one state of
// knowledge; two answers may fall on either side of an Update. The zero Calendar
// knows weekends only.
type Calendar struct {
	code string
	name Text
	mu   sync.Mutex // of those who update
	data atomic.Pointer[knowledge]
}

// knowledge is what is known of a jurisdiction's days. It never changes once made.
type knowledge struct {
	years  []Year      // ascending
	days   []exception // ascending by day
	counts []int       // counts[i]: what days[:i+1] add to the number of Mondays to Fridays
}

var nothing = &knowledge{}

func (c *Calendar) now() *knowledge {
	if k := c.data.Load(); k != nil {
		return k
	}
	return nothing
}

// Text is a name in both languages of the office.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// Year is what is known of one civil year.
type Year struct {
	Year      int
	Announced bool   // the holidays of the whole year are known
	Verified  bool   // somebody held the days against the source
	Source    string // the notice or the statute; "" for an import
	URL       string
	Holidays  []Holiday // in the order of the source; none for an import
}

// Holiday is one public holiday with the days off and the weekend days that are
// worked instead.
type Holiday struct {
	Name Text
	Off  []Date
	Work []Date
}

// exception is a day that breaks, or confirms, the rule of the weekend.
type exception struct {
	day int // days since 1970-01-01
	off bool
}

// Code is the jurisdiction, as the rulebook packs name it: "cn", "us", "uk".
func (c *Calendar) Code() string { return c.code }

// Name is the calendar's name in both languages.
func (c *Calendar) Name() Text { return c.name }

// Years lists the known years in ascending order, the unannounced ones among
// them too. The result is the caller's, the holidays in it are shared: read only.
func (c *Calendar) Years() []Year { return slices.Clone(c.now().years) }

// Announced reports whether the holidays of the year are known. Where they are
// not, only weekends are off.
func (c *Calendar) Announced(year int) bool { return c.now().announced(year) }

// IsWorkday reports whether d is worked: Monday to Friday but for the days off,
// and the make-up days.
func (c *Calendar) IsWorkday(d Date) bool { return c.now().works(dayNumber(d)) }

// AddWorkdays returns the nth working day after d, or before d if n < 0; d itself
// is never counted, and with n = 0 it is returned as it is. provisional is true
// if a day on the way lies in a year that is not announced.
func (c *Calendar) AddWorkdays(d Date, n int) (end Date, provisional bool) {
	k, day, step := c.now(), dayNumber(d), 1
	if n < 0 {
		n, step = -n, -1
	}
	for n > 0 {
		day += step
		if k.works(day) {
			n--
		}
	}
	end = dateOfNumber(day)
	if end == d {
		return end, false
	}
	if step < 0 {
		return end, k.leansOn(end, d.AddDays(-1))
	}
	return end, k.leansOn(d.AddDays(1), end)
}

// Workdays counts the working days after from, up to and including to. It is
// negative, over the same days, when to is before from: Workdays(a, b) is always
// -Workdays(b, a). From today to a due date it is the working days left.
func (c *Calendar) Workdays(from, to Date) int {
	k := c.now()
	return k.upTo(dayNumber(to)) - k.upTo(dayNumber(from))
}

// RollForward returns d if it is a working day, or else the next one: 民法典 203,
// a period that ends on a day off ends on the next working day. provisional is
// true if d, or a day up to the answer, lies in a year that is not announced.
func (c *Calendar) RollForward(d Date) (end Date, provisional bool) {
	k, day := c.now(), dayNumber(d)
	for !k.works(day) {
		day++
	}
	end = dateOfNumber(day)
	return end, k.leansOn(d, end)
}

// With returns a copy in which each of the days is off (true) or worked (false)
// and each of the years is announced. An announcement is whole: of its years only
// the given days are exceptions, so that a corrected notice takes back what it no
// longer names; such a year is unverified unless nothing about it changed. Of
// other years the days that are not mentioned stay as they are, so a single day
// can be put right.
func (c *Calendar) With(days map[Date]bool, years ...int) *Calendar {
	next := &Calendar{code: c.code, name: c.name}
	next.data.Store(c.now().with(days, years))
	return next
}

// Update is With in place, for everybody who shares the calendar.
func (c *Calendar) Update(days map[Date]bool, years ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data.Store(c.now().with(days, years))
}

// Adopt takes over what another calendar of the jurisdiction knows: what With
// made, once it is to hold for everybody, or what was known before, if not.
func (c *Calendar) Adopt(other *Calendar) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data.Store(other.now())
}

func (k *knowledge) with(days map[Date]bool, years []int) *knowledge {
	merged := make(map[int]bool, len(k.days)+len(days))
	for _, e := range k.days {
		if !slices.Contains(years, dateOfNumber(e.day).Year()) {
			merged[e.day] = e.off
		}
	}
	for d, off := range days {
		merged[dayNumber(d)] = off
	}
	list := slices.Clone(k.years)
	for _, y := range years {
		i := slices.IndexFunc(list, func(known Year) bool { return known.Year == y })
		if i < 0 {
			list = append(list, Year{Year: y})
			i = len(list) - 1
		}
		if !list[i].Announced || !k.agrees(y, merged) { // its source says something else
			list[i] = Year{Year: y, Announced: true}
		}
	}
	return know(list, merged)
}

// agrees reports whether the days of the year are worked as these exceptions say.
func (k *knowledge) agrees(year int, days map[int]bool) bool {
	for d := DateOf(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
		n := dayNumber(d)
		off, listed := days[n]
		if !listed {
			off = weekend(n)
		}
		if k.works(n) == off {
			return false
		}
	}
	return true
}

func build(code string, name Text, years []Year, days map[int]bool) *Calendar {
	c := &Calendar{code: code, name: name}
	c.data.Store(know(years, days))
	return c
}

func know(years []Year, days map[int]bool) *knowledge {
	k := &knowledge{years: years}
	slices.SortFunc(k.years, func(a, b Year) int { return a.Year - b.Year })
	for day, off := range days {
		k.days = append(k.days, exception{day, off})
	}
	slices.SortFunc(k.days, func(a, b exception) int { return a.day - b.day })
	total := 0
	for _, e := range k.days {
		switch {
		case e.off && !weekend(e.day):
			total--
		case !e.off && weekend(e.day):
			total++
		}
		k.counts = append(k.counts, total)
	}
	return k
}

func (k *knowledge) announced(year int) bool {
	i := sort.Search(len(k.years), func(i int) bool { return k.years[i].Year >= year })
	return i < len(k.years) && k.years[i].Year == year && k.years[i].Announced
}

// leansOn reports whether a day from first to last lies in an unannounced year.
func (k *knowledge) leansOn(first, last Date) bool {
	for y := first.Year(); y <= last.Year(); y++ {
		if !k.announced(y) {
			return true
		}
	}
	return false
}

// after is the index of the first exception later than the day.
func (k *knowledge) after(day int) int {
	return sort.Search(len(k.days), func(i int) bool { return k.days[i].day > day })
}

func (k *knowledge) works(day int) bool {
	if i := k.after(day); i > 0 && k.days[i-1].day == day {
		return !k.days[i-1].off
	}
	return !weekend(day)
}

// upTo numbers the working days: the difference between two days is how many lie
// between them. Arithmetic for the weekdays, a table for the exceptions, because
// a queue asks this for each of its rows.
func (k *knowledge) upTo(day int) int {
	n := weekdaysUpTo(day)
	if i := k.after(day); i > 0 {
		n += k.counts[i-1]
	}
	return n
}

// dayNumber counts the days since Thursday 1970-01-01.
func dayNumber(d Date) int { return int(d.utc().Unix() / 86400) }

func dateOfNumber(day int) Date { return OfTime(time.Unix(int64(day)*86400, 0).UTC()) }

// weekOf splits a day number into whole weeks since Monday 1969-12-29 and the day
// of that week, 0 for Monday.
func weekOf(day int) (week, weekday int) {
	monday := day + 3
	weekday = ((monday % 7) + 7) % 7
	return (monday - weekday) / 7, weekday
}

func weekend(day int) bool {
	_, weekday := weekOf(day)
	return weekday >= 5
}

func weekdaysUpTo(day int) int {
	week, weekday := weekOf(day)
	return week*5 + min(weekday+1, 5)
}
