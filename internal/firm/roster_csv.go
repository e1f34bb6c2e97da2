package firm

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
)

var rosterColumns = []string{"firm_code", "staff_number", "name", "phone", "from", "to"}

const (
	maxStaffNumber = 40     // code points
	maxCollectors  = 50_000 // of one list
)

// rosterList is one firm's part of a file.
type rosterList struct {
	firm       string
	line       int // of its first row
	wrong      bool
	collectors []Collector
}

// rosterBuild gathers rows into lists.
type rosterBuild struct {
	lists []rosterList
	place map[string]int
	seen  map[string][]seenRow // by firm and staff number
}

type seenRow struct {
	line     int
	from, to calendar.Date
}

// add tidies and checks a row; key says what is wrong with which field. A firm with a wrong row has no list.
func (b *rosterBuild) add(code string, line int, c Collector) (field, key string, args []any) {
	if b.place == nil {
		b.place, b.seen = map[string]int{}, map[string][]seenRow{}
	}
	at, known := b.place[code]
	if !known {
		at = len(b.lists)
		b.lists, b.place[code] = append(b.lists, rosterList{firm: code, line: line}), at
	}
	l := &b.lists[at]
	if field, key, args = c.tidy(); key == "" {
		field, key, args = b.overlap(code, line, c)
	}
	if key == "" && len(l.collectors) >= maxCollectors {
		field, key, args = "staff_number", "firm.roster.rows", []any{maxCollectors}
	}
	if key != "" {
		l.wrong = true
		return field, key, args
	}
	l.collectors = append(l.collectors, c)
	return "", "", nil
}

func (b *rosterBuild) overlap(code string, line int, c Collector) (field, key string, args []any) {
	id := code + " " + c.StaffNumber
	for _, o := range b.seen[id] {
		if (o.to.IsZero() || !c.From.After(o.to)) && (c.To.IsZero() || !o.from.After(c.To)) {
			return "staff_number", "firm.roster.twice", []any{c.StaffNumber, o.line}
		}
	}
	b.seen[id] = append(b.seen[id], seenRow{line, c.From, c.To})
	return "", "", nil
}

// tidy gives a row the form in which numbers are compared.
func (c *Collector) tidy() (field, key string, args []any) {
	c.StaffNumber, c.Name = staffNumber(c.StaffNumber), tidyName(c.Name)
	switch {
	case c.StaffNumber == "" || utf8.RuneCountInString(c.StaffNumber) > maxStaffNumber || strings.ContainsFunc(c.StaffNumber, unicode.IsControl):
		return "staff_number", "firm.roster.staff", nil
	case utf8.RuneCountInString(c.Name) > maxName:
		return "name", "firm.roster.name", []any{maxName}
	case c.From.IsZero():
		return "from", "firm.roster.from", nil
	case !c.To.IsZero() && c.To.Before(c.From):
		return "to", "firm.roster.order", nil
	}
	if c.Phone = strings.TrimSpace(c.Phone); c.Phone != "" {
		p, err := ident.ParsePhone(c.Phone)
		if err != nil {
			return "phone", "firm.roster.phone", nil
		}
		c.Phone = p.Number
	}
	return "", "", nil
}

// staffNumber is the form in which staff numbers are compared: people say a number on the telephone, where no blank,
// hyphen or capital is heard.
func staffNumber(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-_‐‑–—./", r) {
			return -1
		}
		return r
	}, width.Fold.String(s)))
}

// readRosters reads the file. own is the only firm that it may be about; "" for any.
func readRosters(in io.Reader, own string, res *RosterResult) ([]rosterList, error) {
	needed := []string{"firm_code", "staff_number", "from"}
	if own != "" {
		needed = needed[1:]
	}
	r, place, err := openCSV(in, rosterColumns, needed)
	if err != nil {
		return nil, err
	}
	b, width := rosterBuild{}, len(place)
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		res.Rows++
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			// Whose row it was cannot be told, so no list of the file can be trusted to be whole.
			res.Rejects = append(res.Rejects, ImportReject{bad.StartLine, "firm.import.quotes", nil})
			b.spoil()
			return b.lists, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if len(rec) != width {
			res.Rejects = append(res.Rejects, ImportReject{line, "firm.import.width", []any{width, len(rec)}})
			b.spoil()
			return b.lists, nil
		}
		if key, args := b.row(rec, place, own, line); key != "" {
			res.Rejects = append(res.Rejects, ImportReject{line, key, args})
		}
	}
	if res.Rows == 0 {
		return nil, badFile("firm.roster.empty")
	}
	return b.lists, nil
}

// spoil drops every list.
func (b *rosterBuild) spoil() {
	for i := range b.lists {
		b.lists[i].wrong = true
	}
}

// row adds a line of the file.
func (b *rosterBuild) row(rec []string, place map[string]int, own string, line int) (key string, args []any) {
	at := func(col string) string {
		i, ok := place[col]
		if !ok {
			return ""
		}
		return strings.TrimSpace(rec[i])
	}
	code := tidyCode(at("firm_code"))
	if own != "" && code != "" && code != own {
		b.add(own, line, Collector{}) // the file is not the own list
		return "firm.roster.own_only", []any{code}
	}
	if own != "" {
		code = own
	}
	c := Collector{StaffNumber: at("staff_number"), Name: at("name"), Phone: at("phone")}
	from, errFrom := rosterDay(at("from"))
	to, errTo := rosterDay(at("to"))
	c.From, c.To = from, to
	switch {
	case errFrom != nil:
		key = "firm.roster.from"
	case errTo != nil:
		key = "firm.roster.to"
	}
	if key != "" {
		b.add(code, line, Collector{})
		return key, nil
	}
	_, key, args = b.add(code, line, c)
	return key, args
}

func rosterDay(s string) (calendar.Date, error) {
	if s == "" {
		return calendar.Date{}, nil
	}
	d, err := calendar.ParseDate(s)
	if err == nil && (d.Year() < 1900 || d.Year() > 2999) {
		err = fault.New(fault.Invalid, "fault.date")
	}
	return d, err
}

// Wrong reports the first reject in the words of the catalogue: T writes a message.
func (r *RosterResult) Wrong(t func(key string, args ...any) string) error {
	if len(r.Rejects) == 0 {
		return nil
	}
	first := slices.MinFunc(r.Rejects, func(a, b ImportReject) int { return a.Line - b.Line })
	return badFile("firm.roster.rejected", first.Line, t(first.Reason, first.Args...))
}
