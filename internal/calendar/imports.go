package calendar

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Import is what a file of days says: what With takes.
type Import struct {
	Days    map[Date]bool // true: off, false: worked
	Years   []int         // ascending; the years that the file announces
	Sources []string      // addresses of the notices, where the file names them
}

// wholeYear is how many days off of a year make the file an announcement of that
// year rather than a correction of single days: a year taken for announced by
// mistake would show provisional dates as final. England and Wales has the
// fewest, eight.
const wholeYear = 8

// maxImport is in bytes; a year takes some 4 KB.
const maxImport = 1 << 20

// Problem says what is wrong with an import; its text completes a locale key.
type Problem string

// The problems of imports.
const (
	ProblemLarge   Problem = "large"   // more than a megabyte
	ProblemEmpty   Problem = "empty"   // no day in the file: the year is not announced yet
	ProblemSyntax  Problem = "syntax"  // neither CSV nor JSON of the known shape
	ProblemHeader  Problem = "header"  // the first line is not date,off
	ProblemColumns Problem = "columns" // a line has not two columns
	ProblemDate    Problem = "date"    // not YYYY-MM-DD, or no such day
	ProblemOff     Problem = "off"     // not true, false, 1 or 0
	ProblemTwice   Problem = "twice"   // a day appears twice
	ProblemYear    Problem = "year"    // a day is more than a week outside the year that the file is about
)

// ImportError is a fault of an import file. Line counts from 1; it is 0 where the
// fault is of the whole file.
type ImportError struct {
	Line    int
	Problem Problem
	Value   string // what stood there; "" where that says nothing
}

// Error is for logs and the command line; pages build their own sentence.
func (e *ImportError) Error() string {
	var s string
	switch e.Problem {
	case ProblemLarge:
		s = "the file is larger than 1 MB"
	case ProblemEmpty:
		s = "no day in the file"
	case ProblemSyntax:
		s = "not readable"
	case ProblemHeader:
		s = `want the header "date,off"`
	case ProblemColumns:
		s = "want two columns, date and off"
	case ProblemDate:
		s = "want a date YYYY-MM-DD"
	case ProblemOff:
		s = "off: want true or false"
	case ProblemTwice:
		s = "the day appears twice"
	case ProblemYear:
		s = "the day is outside the year of the file"
	}
	if e.Value != "" {
		s += fmt.Sprintf(", have %q", e.Value)
	}
	if e.Line == 0 {
		return "read calendar import: " + s
	}
	return fmt.Sprintf("read calendar import: line %d: %s", e.Line, s)
}

// ParseImport reads CSV with the header date,off or the holiday-cn JSON, telling
// them apart by the first character. It refuses the whole file at its first
// fault with an *ImportError; an error of r is returned wrapped. A file without
// days is refused too: holiday-cn carries such files for years to come.
func ParseImport(r io.Reader) (Import, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxImport+1))
	if err != nil {
		return Import{}, fmt.Errorf("read calendar import: %w", err)
	}
	if len(data) > maxImport {
		return Import{}, &ImportError{Problem: ProblemLarge}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // spreadsheets write it
	im := Import{Days: map[Date]bool{}}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		err = im.readJSON(data)
	} else {
		err = im.readCSV(data)
	}
	if err != nil {
		return Import{}, err
	}
	if len(im.Days) == 0 {
		return Import{}, &ImportError{Problem: ProblemEmpty}
	}
	im.Years = Announces(im.Days)
	return im, nil
}

func (im *Import) add(line int, date string, off bool) error {
	d, err := ParseDate(date)
	if err != nil {
		return &ImportError{line, ProblemDate, date}
	}
	if _, twice := im.Days[d]; twice {
		return &ImportError{line, ProblemTwice, date}
	}
	im.Days[d] = off
	return nil
}

// Announces names the years, ascending, of which days list so many days off that
// they are an announcement rather than a correction.
func Announces(days map[Date]bool) []int {
	off := map[int]int{}
	for d, o := range days {
		if o {
			off[d.Year()]++
		}
	}
	var years []int
	for y, n := range off {
		if n >= wholeYear {
			years = append(years, y)
		}
	}
	slices.Sort(years)
	return years
}

func (im *Import) readCSV(data []byte) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1 // counted below, with our own error
	r.TrimLeadingSpace = true
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return &ImportError{bad.Line, ProblemSyntax, ""}
		}
		if err != nil {
			return fmt.Errorf("read calendar import: %w", err)
		}
		line, _ := r.FieldPos(0)
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if first {
			if len(row) != 2 || !strings.EqualFold(row[0], "date") || !strings.EqualFold(row[1], "off") {
				return &ImportError{line, ProblemHeader, strings.Join(row, ",")}
			}
			continue
		}
		if len(row) != 2 {
			return &ImportError{line, ProblemColumns, strings.Join(row, ",")}
		}
		off, ok := map[string]bool{"true": true, "1": true, "false": false, "0": false}[strings.ToLower(row[1])]
		if !ok {
			return &ImportError{line, ProblemOff, row[1]}
		}
		if err := im.add(line, row[0], off); err != nil {
			return err
		}
	}
}

// readJSON decodes the days one by one, so that a bad day is named with its
// line.
func (im *Import) readJSON(data []byte) error {
	type day struct {
		Date string
		Off  *bool `json:"isOffDay"`
	}
	var doc struct {
		Year   int
		Papers []string
		Days   []json.RawMessage
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return &ImportError{jsonLine(data, err), ProblemSyntax, ""}
	}
	im.Sources = doc.Papers
	at := 0
	for _, raw := range doc.Days {
		// The raw text of each day occurs in the file as it is, one after the other.
		at += bytes.Index(data[at:], raw)
		line := lineAt(data, at)
		at += len(raw)
		var d day
		if err := json.Unmarshal(raw, &d); err != nil || d.Off == nil {
			return &ImportError{line, ProblemSyntax, ""}
		}
		if err := im.add(line, d.Date, *d.Off); err != nil {
			return err
		}
		// A year's notice may reach a few days into its neighbours (2022-12-31 is in
		// the notice of 2023), never further.
		date := MustDate(d.Date)
		if date.Before(DateOf(doc.Year, 1, 1-7)) || date.After(DateOf(doc.Year, 12, 31+7)) {
			return &ImportError{line, ProblemYear, d.Date}
		}
	}
	return nil
}

func jsonLine(data []byte, err error) int {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return lineAt(data, int(syntax.Offset))
	case errors.As(err, &typ):
		return lineAt(data, int(typ.Offset))
	default:
		return 0
	}
}

func lineAt(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}
