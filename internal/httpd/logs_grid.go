package httpd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/locale"
	"dunwatch/internal/rulebook"
)

// A month of contacts as a grid: days downwards, hours across. Whether somebody
// was connected shows in the fill of a mark, a message in its corners, and what
// goes against a rule in the diamond around it: none of it in colour alone.

// logMonth is one month laid out in the units of its viewBox.
type logMonth struct {
	ID            string
	Title, Desc   string
	Width, Height int
	Bands         []logBand // hours in which contact is prohibited
	Hours         []logTick
	Days          []logTick
	Marks         []logMark
	Rows          []logDay // the same as a table
	Total, Hits   int
	Compare       bool // of two logs: other columns in its table
}

type logBand struct{ X, W int }

type logTick struct {
	X, Y int
	Text string
}

// logMark is a contact. Kind picks its shape: "talk", "ring", "maybe", "text",
// "other", "own"; of a comparison "both", "left", "right".
type logMark struct {
	X, Y  float64
	Kind  string
	Hit   bool
	Title string
}

// logDay is a day's row of the table.
type logDay struct {
	Day                       calendar.Date
	Talks, Rings, Texts, Own  int
	Times                     string // of what goes against a rule
	Rules                     []string
	Left, Right, Both, Others int // of a comparison
}

const (
	gridLeft  = 32
	gridTop   = 20
	gridHour  = 15
	gridDay   = 15
	gridWidth = gridLeft + 24*gridHour + 8
	maxMonths = 24
	maxMarks  = 3000 // in a month
)

// gridZone is whose clock a pack's pictures go by.
func gridZone(p *rulebook.Pack) *time.Location {
	a := logAsk{pack: p}
	return a.zone()
}

// blankMonth is the grid of a month without its marks.
func (d desk) blankMonth(p *rulebook.Pack, year int, m time.Month) logMonth {
	days := calendar.DateOf(year, m+1, 0).Day()
	g := logMonth{ID: fmt.Sprintf("m-%d-%02d", year, int(m)), Title: locale.Month(d.lang, year, m), Width: gridWidth, Height: gridTop + days*gridDay + 6}
	for h := 0; h <= 24; h += 4 {
		g.Hours = append(g.Hours, logTick{X: gridLeft + h*gridHour, Y: gridTop - 7, Text: fmt.Sprint(h)})
	}
	for day := 1; day <= days; day++ {
		g.Days = append(g.Days, logTick{X: gridLeft - 8, Y: gridTop + (day-1)*gridDay, Text: fmt.Sprint(day)})
	}
	g.Bands = bandsOf(p)
	return g
}

// bandsOf are the hours in which the pack prohibits contact.
func bandsOf(p *rulebook.Pack) []logBand {
	r, ok := p.Rule("R01")
	if !ok || r.Hours == nil {
		return nil
	}
	at := func(s string) int {
		t, err := time.Parse("15:04", s)
		if err != nil {
			return 0
		}
		return (t.Hour()*60 + t.Minute()) * gridHour / 60
	}
	from, to := at(r.Hours.Start), at(r.Hours.End)
	if r.Hours.Kind != "prohibited" {
		from, to = to, from
	}
	if from <= to {
		return []logBand{{gridLeft + from, to - from}}
	}
	return []logBand{{gridLeft, to}, {gridLeft + from, 24*gridHour - from}}
}

// place is where a moment stands in its month.
func gridPlace(t time.Time) (x, y float64) {
	sec := t.Hour()*3600 + t.Minute()*60 + t.Second()
	return round(gridLeft + float64(sec)/3600*gridHour), float64(gridTop+(t.Day()-1)*gridDay) + gridDay/2.0
}

// grid lays out contacts by month, oldest first; cut reports months left out.
func (d desk) grid(p *rulebook.Pack, contacts []contactlog.Contact, hits map[contactlog.Row][]string) (months []logMonth, cut bool) {
	zone := gridZone(p)
	type key struct {
		y int
		m time.Month
	}
	by := map[key][]int{}
	var keys []key
	for i := range contacts {
		t := contacts[i].At.In(zone)
		k := key{t.Year(), t.Month()}
		if by[k] == nil {
			keys = append(keys, k)
		}
		by[k] = append(by[k], i)
	}
	slices.SortFunc(keys, func(a, b key) int { return (a.y-b.y)*12 + int(a.m-b.m) })
	if len(keys) > maxMonths {
		keys, cut = keys[len(keys)-maxMonths:], true
	}
	for _, k := range keys {
		g := d.blankMonth(p, k.y, k.m)
		for _, i := range by[k] {
			c := &contacts[i]
			d.mark(&g, c, c.At.In(zone), hits[contactlog.Row{File: c.File, Row: c.Row}])
		}
		slices.SortFunc(g.Rows, func(a, b logDay) int { return a.Day.Sub(b.Day) })
		g.Desc = d.t("contacts.grid.desc", g.Total, g.Hits)
		months = append(months, g)
	}
	return months, cut
}

func (g *logMonth) day(t time.Time) *logDay {
	on := calendar.OfTime(t)
	for i := range g.Rows {
		if g.Rows[i].Day == on {
			return &g.Rows[i]
		}
	}
	g.Rows = append(g.Rows, logDay{Day: on})
	return &g.Rows[len(g.Rows)-1]
}

func (d desk) mark(g *logMonth, c *contactlog.Contact, t time.Time, rules []string) {
	m := logMark{Kind: markKind(c), Hit: len(rules) > 0}
	m.X, m.Y = gridPlace(t)
	m.Title = d.contactWords(c, t)
	row := g.day(t)
	switch m.Kind {
	case "own":
		row.Own++
	case "talk":
		row.Talks++
	case "text", "other":
		row.Texts++
	default:
		row.Rings++
	}
	g.Total++
	if m.Hit {
		g.Hits++
		m.Title += " · " + strings.Join(rules, " ")
		if row.Times != "" {
			row.Times += d.t("desk.comma")
		}
		row.Times += t.Format("15:04")
		for _, r := range rules {
			if !slices.Contains(row.Rules, r) {
				row.Rules = append(row.Rules, r)
			}
		}
	}
	if len(g.Marks) < maxMarks {
		g.Marks = append(g.Marks, m)
	}
}

func markKind(c *contactlog.Contact) string {
	if c.Direction == contactlog.ToFirm {
		return "own"
	}
	switch yes, known := c.Talked(); {
	case c.Channel.Written():
		return "text"
	case !c.Channel.Spoken():
		return "other"
	case !known:
		return "maybe"
	case yes:
		return "talk"
	}
	return "ring"
}

// contactWords says a contact in one line: 10月20日 23:05 来电，接通，62秒.
func (d desk) contactWords(c *contactlog.Contact, t time.Time) string {
	return d.t("contacts.mark", t.Format("01-02"), d.clockWords(c, t), d.contactKind(c))
}

func (d desk) clockWords(c *contactlog.Contact, t time.Time) string {
	if c.Clock == contactlog.DateOnly {
		return d.t("contacts.no_clock")
	}
	return t.Format("15:04:05")
}

// contactKind says what a contact was: a call that came and was answered, how
// long, or a message.
func (d desk) contactKind(c *contactlog.Contact) string {
	way := "in"
	switch c.Direction {
	case contactlog.ToFirm:
		way = "out"
	case contactlog.DirectionUnknown:
		way = "unknown"
	}
	if !c.Channel.Spoken() {
		return d.t("contacts.kind.message_"+way, d.t("contacts.channel."+c.Channel.String()))
	}
	said := d.t("contacts.kind.call_" + way)
	switch yes, known := c.Talked(); {
	case !known:
	case yes && c.DurationKnown && c.Duration > 0:
		said = d.t("contacts.kind.talked", said, d.length(c.Duration))
	case yes:
		said = d.t("contacts.kind.connected", said)
	case c.Outcome == contactlog.OutcomeUnknown:
		said = d.t("contacts.kind.result", said, d.t("contacts.outcome.no_answer"))
	default:
		said = d.t("contacts.kind.result", said, d.t("contacts.outcome."+outcomeNames[c.Outcome]))
	}
	return said
}

var outcomeNames = map[contactlog.Outcome]string{
	contactlog.NoAnswer: "no_answer", contactlog.Busy: "busy", contactlog.Rejected: "rejected", contactlog.VoicemailLeft: "voicemail",
	contactlog.NotInService: "not_in_service", contactlog.WrongNumber: "wrong_number", contactlog.Delivered: "no_answer", contactlog.Failed: "no_answer",
}

// length is a talk time in words.
func (d desk) length(secs int) string {
	if secs < 60 {
		return d.t("contacts.seconds", secs)
	}
	return d.t("contacts.minutes", secs/60, secs%60)
}
