package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Load reads every calendar/*.yaml of fsys (policies.FS) and returns the
// calendars by jurisdiction, which is also the file's name. It is strict: an
// unknown key, a day outside its year, a day named twice, a make-up day that is
// worked anyway, or an announced year without holidays is an error that names
// the file and, but for the shape of the whole file, the line.
func Load(fsys fs.FS) (map[string]*Calendar, error) {
	names, err := fs.Glob(fsys, "calendar/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("load calendars: no calendar/*.yaml")
	}
	all := make(map[string]*Calendar, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		c, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); c.code != want {
			return nil, fmt.Errorf("%s: jurisdiction %q, but the file is named %q", name, c.code, want)
		}
		all[c.code] = c
	}
	return all, nil
}

type fileDoc struct {
	Jurisdiction string    `yaml:"jurisdiction"`
	Name         Text      `yaml:"name"`
	Years        []yearDoc `yaml:"years"`
}

type yearDoc struct {
	Year      lined[int]   `yaml:"year"`
	Announced *bool        `yaml:"announced"`
	Verified  *bool        `yaml:"verified"`
	Source    string       `yaml:"source"`
	URL       string       `yaml:"url"`
	Holidays  []holidayDoc `yaml:"holidays"`
}

type holidayDoc struct {
	ZH   string `yaml:"zh"`
	EN   string `yaml:"en"`
	Off  []span `yaml:"off"`
	Work []span `yaml:"work"`
}

// lined is a scalar that remembers where it stood.
type lined[T any] struct {
	value T
	line  int
}

func (l *lined[T]) UnmarshalYAML(n *yaml.Node) error {
	l.line = n.Line
	return n.Decode(&l.value)
}

// span is "2026-01-01" or "2026-01-01..2026-01-03".
type span struct {
	first, last Date
	line        int
}

func (s *span) UnmarshalYAML(n *yaml.Node) (err error) {
	s.line = n.Line
	first, last, ranged := strings.Cut(n.Value, "..")
	if !ranged {
		last = first
	}
	if s.first, err = ParseDate(first); err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	if s.last, err = ParseDate(last); err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	if s.last.Before(s.first) || s.last.Sub(s.first) > 31 {
		return fmt.Errorf("line %d: %s is no range of at most a month", n.Line, n.Value)
	}
	return nil
}

func parse(data []byte) (*Calendar, error) {
	var doc fileDoc
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read yaml: %w", err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("read yaml: more than one document in the file")
	}
	if doc.Jurisdiction == "" || doc.Name.ZH == "" || doc.Name.EN == "" || len(doc.Years) == 0 {
		return nil, errors.New("jurisdiction, name.zh, name.en and years are required")
	}
	days := map[int]bool{}
	var years []Year
	for _, y := range doc.Years {
		for _, known := range years {
			if known.Year == y.Year.value {
				return nil, fmt.Errorf("line %d: year %d appears twice", y.Year.line, y.Year.value)
			}
		}
		year, err := y.read(days)
		if err != nil {
			return nil, err
		}
		years = append(years, year)
	}
	return build(doc.Jurisdiction, doc.Name, years, days), nil
}

// read checks the year and adds its days.
func (y yearDoc) read(days map[int]bool) (Year, error) {
	if y.Year.value == 0 {
		return Year{}, errors.New("a year without its number")
	}
	if y.Announced == nil || y.Verified == nil || y.Source == "" {
		return Year{}, fmt.Errorf("line %d: year %d: announced, verified and source are required", y.Year.line, y.Year.value)
	}
	if *y.Announced != (len(y.Holidays) > 0) {
		return Year{}, fmt.Errorf("line %d: year %d: holidays are listed for announced years, and only for these", y.Year.line, y.Year.value)
	}
	year := Year{Year: y.Year.value, Announced: *y.Announced, Verified: *y.Verified, Source: y.Source, URL: y.URL}
	for i, h := range y.Holidays {
		if h.ZH == "" || h.EN == "" || len(h.Off) == 0 {
			return Year{}, fmt.Errorf("line %d: year %d, holiday %d: zh, en and off are required", y.Year.line, year.Year, i+1)
		}
		off, err := expand(h.Off, true, year.Year, days)
		if err != nil {
			return Year{}, err
		}
		work, err := expand(h.Work, false, year.Year, days)
		if err != nil {
			return Year{}, err
		}
		year.Holidays = append(year.Holidays, Holiday{Name: Text{h.ZH, h.EN}, Off: off, Work: work})
	}
	return year, nil
}

func expand(spans []span, off bool, year int, days map[int]bool) ([]Date, error) {
	var list []Date
	for _, s := range spans {
		for d := s.first; !d.After(s.last); d = d.AddDays(1) {
			n := dayNumber(d)
			if d.Year() != year {
				return nil, fmt.Errorf("line %d: %s is not in %d", s.line, d, year)
			}
			if _, twice := days[n]; twice {
				return nil, fmt.Errorf("line %d: %s appears twice", s.line, d)
			}
			if !off && !weekend(n) {
				return nil, fmt.Errorf("line %d: %s is a make-up day, but a %s is worked anyway", s.line, d, d.Weekday())
			}
			days[n] = off
			list = append(list, d)
		}
	}
	return list, nil
}
