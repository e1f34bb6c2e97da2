package httpd

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// Form is a form that was sent back: what the person typed and what is wrong
// with it. A nil Form is a form not sent yet; all methods work on it.
type Form struct {
	Name   string // tells several forms of one page apart; "" where there is one
	Values url.Values
	Fault  *fault.Error // nil when nothing is wrong
}

// NewForm keeps the values that a person sent.
func NewForm(values url.Values) *Form { return &Form{Values: values} }

// Reject keeps err for showing beside the fields, and returns nil. An error that
// people must not read (internal) is returned as it came.
func (f *Form) Reject(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind == fault.Internal {
		return err
	}
	f.Fault = e
	return nil
}

// For returns f if it is the form called name, else an empty form of that name:
// pages with several forms give it to their fields.
func (f *Form) For(name string) *Form {
	if f != nil && f.Name == name {
		return f
	}
	return &Form{Name: name}
}

// Failed reports whether the form was rejected.
func (f *Form) Failed() bool { return f != nil && f.Fault != nil }

// Value is what the person typed for name.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(name)
}

// Sent reports whether the form came back at all, so that an emptied field stays
// empty and an unticked box stays unticked.
func (f *Form) Sent() bool { return f != nil && f.Values != nil }

// Date reads the three inputs of a date field. It returns no date for three
// empty inputs, and fails with fault.date for anything that is not a day.
func (f *Form) Date(name string) (calendar.Date, error) {
	var n [3]int
	empty := 0
	for i, part := range dateParts {
		text := strings.TrimSpace(narrow(f.Value(name + part)))
		if text == "" {
			empty++
			continue
		}
		var err error
		if n[i], err = strconv.Atoi(text); err != nil {
			return calendar.Date{}, fault.New(fault.Invalid, "fault.date")
		}
	}
	if empty == 3 {
		return calendar.Date{}, nil
	}
	d := calendar.DateOf(n[0], time.Month(n[1]), n[2])
	if empty > 0 || n[0] < 1900 || n[0] > 2999 || d.Day() != n[2] || int(d.Month()) != n[1] {
		return calendar.Date{}, fault.New(fault.Invalid, "fault.date")
	}
	return d, nil
}

// dateParts end the names of the three inputs of a date.
var dateParts = [3]string{".year", ".month", ".day"}

// narrow turns full-width digits into plain ones: Chinese keyboards yield both.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

func (f *Form) error(name string) (fault.Field, bool) {
	if f == nil || f.Fault == nil {
		return fault.Field{}, false
	}
	for _, field := range f.Fault.Fields {
		if field.Name == name {
			return field, true
		}
	}
	return fault.Field{}, false
}

// id is the HTML id of the input called name, the same wherever it is asked for.
func (f *Form) id(name string) string {
	if f != nil && f.Name != "" {
		name = f.Name + "-" + name
	}
	return "f-" + idOf(name)
}

// idOf makes a text safe as an id: "accused[0].value" becomes "accused-0--value".
func idOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == '-':
			return r
		default:
			return '-'
		}
	}, s)
}

// Option is one choice of a select or of choice cards.
type Option struct {
	Value string
	Label string
	Hint  string // choice cards only
}

// Field is one input with all that its partial shows. Templates make it with
// {{field}}; see the package's page-author guide in render_doc.go.
type Field struct {
	ID, Name         string
	Label, Hint, Why string
	Error            string
	Value            string
	Values           []string // of multiple choices
	Options          []Option
	Year, Month, Day string // of a date
	Type, InputMode  string
	Autocomplete     string
	Width            string // "short", "medium" or "" for full
	Accept, Limit    string // of files
	Rows, Max        int
	Optional         bool
	Multiple         bool
	Heading          bool // the label is the page's h1
	Inline           bool // small choices in a row
}

// Checked reports whether value was chosen.
func (f Field) Checked(value string) bool {
	if f.Multiple {
		for _, v := range f.Values {
			if v == value {
				return true
			}
		}
		return false
	}
	return f.Value == value
}

// DescribedBy lists the ids of hint, error and counter for aria-describedby.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	if f.Max > 0 {
		ids = append(ids, f.ID+"-count")
	}
	return strings.Join(ids, " ")
}

// set applies one named setting of {{field}}.
func (f *Field) set(name string, v any) error {
	var ok bool
	switch name {
	case "value":
		return f.setValue(v)
	case "options":
		f.Options, ok = v.([]Option)
	case "label":
		f.Label, ok = v.(string)
	case "hint":
		f.Hint, ok = v.(string)
	case "type":
		f.Type, ok = v.(string)
	case "inputmode":
		f.InputMode, ok = v.(string)
	case "autocomplete":
		f.Autocomplete, ok = v.(string)
	case "width":
		f.Width, ok = v.(string)
	case "accept":
		f.Accept, ok = v.(string)
	case "limit":
		f.Limit, ok = v.(string)
	case "rows":
		f.Rows, ok = v.(int)
	case "max":
		f.Max, ok = v.(int)
	case "optional":
		f.Optional, ok = v.(bool)
	case "multiple":
		f.Multiple, ok = v.(bool)
	case "heading":
		f.Heading, ok = v.(bool)
	case "inline":
		f.Inline, ok = v.(bool)
	default:
		return fmt.Errorf("field %s: no setting %q", f.Name, name)
	}
	if !ok {
		return fmt.Errorf("field %s: setting %q cannot be %T", f.Name, name, v)
	}
	return nil
}

func (f *Field) setValue(v any) error {
	switch v := v.(type) {
	case nil:
	case calendar.Date:
		f.Value = v.String()
		if !v.IsZero() {
			f.Year, f.Month, f.Day = strconv.Itoa(v.Year()), strconv.Itoa(int(v.Month())), strconv.Itoa(v.Day())
		}
	case []string:
		f.Values = v
	default:
		f.Value = fmt.Sprint(v)
	}
	return nil
}
