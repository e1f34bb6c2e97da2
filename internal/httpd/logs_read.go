package httpd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// logAsk is what people say about the logs that they sent.
type logAsk struct {
	pack     *rulebook.Pack
	files    []heldFile
	maps     []*contactlog.Mapping // by file; nil where nobody named its columns
	firm     bool                  // it is the firm's own log
	year     int
	own      []string
	numbers  []string // whose contacts count
	withheld bool     // those that show no number count too
	chosen   bool     // somebody said which
	suggest  []string // numbers that the complaint names, to tick beforehand
}

// logSurvey is what the files hold before anybody chose numbers.
type logSurvey struct {
	callers  []contactlog.Caller
	accounts []contactlog.Account
	unknown  int  // index of the first file whose columns must be named; -1 none
	noYear   bool // rows lack a year that nobody told
}

const maxNumbersTyped = 200

// askOf reads what a form says about the files.
func (s *Server) askOf(form *Form, p *rulebook.Pack, files []heldFile) (*logAsk, error) {
	a := &logAsk{pack: p, files: files, maps: make([]*contactlog.Mapping, len(files))}
	var wrong fault.Fields
	if y := narrow(form.Text("year")); y != "" {
		n, err := strconv.Atoi(y)
		if a.year = n; err != nil || n < 1990 || n > s.today().Year()+1 {
			wrong.Add("year", "contacts.bad_year")
		}
	}
	a.own = numbersIn(form.Text("own"))
	a.numbers = append(slices.Clone(form.List("number")), numbersIn(form.Text("numbers"))...)
	if len(a.numbers) > maxNumbersTyped {
		wrong.Add("numbers", "contacts.many_numbers", maxNumbersTyped)
	}
	a.withheld = form.Value("withheld") == "on"
	if form.Text("numbers") != "" && contactlog.NewNumbers(p.ID, a.numbers...).Len() == 0 {
		wrong.Add("numbers", "contacts.no_number")
	}
	a.chosen = a.withheld || contactlog.NewNumbers(p.ID, a.numbers...).Len() > 0
	for i := range files {
		text := form.Value("mapping-" + strconv.Itoa(i))
		if text == "" {
			continue
		}
		var m contactlog.Mapping
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, fault.New(fault.Invalid, "fault.invalid")
		}
		a.maps[i] = &m
	}
	return a, wrong.Err()
}

// numbersIn are the numbers of a line or a list that a person typed.
func numbersIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；\n\t|", r) })
}

func (a *logAsk) zone() *time.Location {
	if a.pack.Zone == contactlog.Beijing.String() {
		return contactlog.Beijing
	}
	z, err := time.LoadLocation(a.pack.Zone)
	if err != nil {
		return contactlog.Beijing
	}
	return z
}

func (a *logAsk) options(i int) contactlog.Options {
	opt := contactlog.Options{File: i, Country: a.pack.ID, Zone: a.zone(), Year: a.year, Firm: a.firm, MaxRows: 1_000_000}
	if len(a.own) > 0 {
		opt.Own = contactlog.NewNumbers(a.pack.ID, a.own...)
	}
	return opt
}

// filter is the numbers that count.
func (a *logAsk) filter() *contactlog.Numbers {
	n := contactlog.NewNumbers(a.pack.ID, a.numbers...)
	if a.withheld {
		n.AndWithheld()
	}
	return n
}

// survey reads all files and counts their numbers. A file that cannot be read is
// named at the field "file".
func (a *logAsk) survey(ctx context.Context, s *Server, d desk) (*logSurvey, error) {
	out := &logSurvey{unknown: -1}
	var v contactlog.Survey
	for i, f := range a.files {
		acc, err := contactlog.Each(ctx, f.file(a.maps[i]), a.options(i), v.Add)
		if contactlog.Unrecognised(err) {
			if out.unknown < 0 {
				out.unknown = i
			}
			continue
		}
		if err != nil {
			return nil, a.named(d, f, tookTooLong(ctx, err))
		}
		out.accounts = append(out.accounts, acc)
		out.noYear = out.noYear || slices.ContainsFunc(acc.Tally.Dropped, func(x contactlog.Drop) bool { return x.Reason == contactlog.NoYear })
	}
	out.callers = v.Callers()
	if out.unknown < 0 && len(out.callers) == 0 && !out.noYear {
		return nil, fileFault("contacts.nothing_in_it")
	}
	return out, nil
}

// named says which file was refused.
func (a *logAsk) named(d desk, f heldFile, err error) error {
	bad := faultOf(err)
	if bad.Kind != fault.Invalid {
		return err
	}
	if len(bad.Fields) > 0 {
		return err
	}
	return fileFault("complain.one_because", f.Name, d.t(bad.Key, bad.Args...))
}

// take keeps what counts of each file.
func (a *logAsk) take(ctx context.Context, d desk) ([]*contactlog.Extract, error) {
	var out []*contactlog.Extract
	for i, f := range a.files {
		opt := a.options(i)
		opt.Filter = a.filter()
		x, err := contactlog.Take(ctx, f.file(a.maps[i]), opt)
		if err != nil {
			return nil, a.named(d, f, tookTooLong(ctx, err))
		}
		out = append(out, x)
	}
	return out, nil
}

// mapFields are what a column of an unknown table can be, in the order of the
// form.
var mapFields = []contactlog.Field{
	contactlog.FieldTime, contactlog.FieldDay, contactlog.FieldClock, contactlog.FieldNumber, contactlog.FieldFrom, contactlog.FieldTo,
	contactlog.FieldDirection, contactlog.FieldDuration, contactlog.FieldOutcome, contactlog.FieldChannel, contactlog.FieldText,
}

// mappingOf reads what a form says of the columns of a table.
func mappingOf(form *Form, p contactlog.Preview) (*contactlog.Mapping, error) {
	m := contactlog.Mapping{DurationUnit: 1}
	m.HeaderRow, _ = strconv.Atoi(form.Text("header"))
	if form.Text("unit") == "60" {
		m.DurationUnit = 60
	}
	var wrong fault.Fields
	for col := range columnsOf(p) {
		name := form.Text("column-" + strconv.Itoa(col+1))
		for _, f := range mapFields {
			if contactlog.FieldNames[f] != name {
				continue
			}
			if m.Columns[f] != 0 {
				wrong.Add("columns", "contacts.column_twice")
			}
			m.Columns[f] = col + 1
		}
	}
	c := m.Columns
	if c[contactlog.FieldTime]+c[contactlog.FieldDay] == 0 || c[contactlog.FieldNumber] == 0 && (c[contactlog.FieldFrom] == 0 || c[contactlog.FieldTo] == 0) {
		wrong.Add("columns", "contactlog.refused.mapping")
	}
	if i := slices.Index(p.Numbers, m.HeaderRow); i >= 0 {
		m.Signature = contactlog.Signature(p.Rows[i])
	} else {
		m.HeaderRow = 0
	}
	return &m, wrong.Err()
}

func columnsOf(p contactlog.Preview) int {
	n := 0
	for _, r := range p.Rows {
		n = max(n, len(r))
	}
	return min(n, 40)
}

// encode puts a mapping into a hidden field.
func encodeMapping(m *contactlog.Mapping) (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("encode a mapping: %w", err)
	}
	return string(b), nil
}
