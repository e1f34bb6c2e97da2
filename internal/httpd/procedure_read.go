package httpd

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

// maxDeedRows is how many rows a list of a form may have.
const maxDeedRows = 60

// deedOf reads the form of a step. at says, list by list, in which row of the form each entry stands: empty rows are none.
// Only what the form cannot mean is refused here; what the deed needs the service says.
func deedOf(step enforcement.Step, fields []deedField, form *Form) (d enforcement.Deed, at map[string][]int, err error) {
	d, ok := enforcement.Blank(step)
	if !ok {
		return nil, nil, fault.New(fault.NotFound, "fault.not_found")
	}
	r := deedReader{form: form, at: map[string][]int{}}
	data, err := json.Marshal(r.all("", fields))
	if err != nil {
		return nil, nil, fmt.Errorf("form of %s: %w", step, err)
	}
	if err := r.wrong.Err(); err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(data, d); err != nil {
		return nil, nil, fault.Wrap(err, fault.Invalid, "fault.invalid")
	}
	return d, r.at, nil
}

type deedReader struct {
	form  *Form
	wrong fault.Fields
	at    map[string][]int
}

func (r *deedReader) all(prefix string, fields []deedField) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		out[f.name] = r.one(prefix+f.name, f)
	}
	return out
}

// one is the value of a field for JSON.
func (r *deedReader) one(name string, f deedField) any {
	text := r.form.Text(name)
	switch f.as {
	case asTick:
		return r.form.Value(name) == "on"
	case asEither:
		if text == "" {
			r.wrong.Add(name, "fault.choose")
		}
		return text == "true"
	case asDay, asLater:
		on, err := r.form.Date(name)
		if err != nil {
			r.wrong.Add(name, "fault.date")
		}
		return on
	case asNumber, asCount:
		return r.whole(name, text)
	case asMoney:
		return portalFen(&r.wrong, r.form, name)
	case asSome, asBases:
		return r.form.List(name)
	case asNumbers:
		out := []int{}
		for _, v := range r.form.List(name) {
			out = append(out, int(r.whole(name, v)))
		}
		return out
	case asLines:
		return deedLines(text)
	case asRows:
		return r.rows(name, f)
	default:
		return text
	}
}

func (r *deedReader) whole(name, text string) int64 {
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(narrow(text), 10, 64)
	if err != nil {
		r.wrong.Add(name, "fault.number")
	}
	return n
}

// deedLines are the lines of a text that say something.
func deedLines(text string) []string {
	out := []string{}
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// rows reads a list. A row counts when anything was typed into it beside what the form fills in itself.
func (r *deedReader) rows(name string, f deedField) any {
	out := []map[string]any{}
	for i := range r.form.rows(name) {
		prefix := fmt.Sprintf("%s[%d].", name, i)
		if !slices.ContainsFunc(f.rows, func(c deedField) bool { return c.name != "party" && r.typed(prefix+c.name, c) }) {
			continue
		}
		row := r.all(prefix, f.rows)
		if key := r.form.Text(prefix + "key"); key != "" {
			row["key"] = key
		}
		out, r.at[name] = append(out, row), append(r.at[name], i)
	}
	return out
}

func (r *deedReader) typed(name string, f deedField) bool {
	if f.as == asDay || f.as == asLater {
		return slices.ContainsFunc(dateParts[:], func(p string) bool { return r.form.Text(name+p) != "" })
	}
	return r.form.Text(name) != ""
}

// rows is how many rows of a list the form had.
func (f *Form) rows(name string) int {
	n, _ := strconv.Atoi(f.Value("rows." + name))
	return min(max(n, 0), maxDeedRows)
}

var (
	deedRowField  = regexp.MustCompile(`^(shares|persons|factors|parts)\[([0-9]+)\](.*)$`)
	deedListField = regexp.MustCompile(`^([a-z_]+)\[[0-9]+\]$`)
)

// atDeed points the errors of a deed at the inputs of its form.
func atDeed(err error, at map[string][]int) error {
	f := faultOf(err)
	if len(f.Fields) == 0 {
		return err
	}
	wrong := slices.Clone(f.Fields)
	for i, field := range wrong {
		if m := deedRowField.FindStringSubmatch(field.Name); m != nil {
			rest := m[3]
			switch {
			case rest == ".key":
				rest = ".effect"
			case rest == "" && m[1] == "shares":
				rest = ".amount_fen"
			}
			if n := atoi(m[2]); n < len(at[m[1]]) {
				wrong[i].Name = fmt.Sprintf("%s[%d]%s", m[1], at[m[1]][n], rest)
			}
		} else if m := deedListField.FindStringSubmatch(field.Name); m != nil {
			wrong[i].Name = m[1]
		}
	}
	return &fault.Error{Kind: f.Kind, Key: f.Key, Args: f.Args, Fields: wrong}
}

// deedValues are the values of a deed by their names in JSON, to fill a form with.
func deedValues(d enforcement.Deed) (map[string]any, error) {
	out, err := jsonValues(d)
	if err != nil {
		return nil, fmt.Errorf("fill the form of %s: %w", d.Step(), err)
	}
	return out, nil
}

// jsonValues is what is said, by the names that it has in JSON.
func jsonValues(v any) (out map[string]any, err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	return out, dec.Decode(&out)
}

// deedValue is a value as a field shows it.
func deedValue(f deedField, v any) any {
	switch f.as {
	case asDay, asLater:
		text, _ := v.(string)
		on, err := calendar.ParseDate(text)
		if err != nil {
			return calendar.Date{}
		}
		return on
	case asMoney:
		n, _ := v.(json.Number)
		fen, _ := n.Int64()
		if fen == 0 {
			return ""
		}
		return yuanOf(fen)
	case asLines:
		return strings.Join(deedTexts(v), "\n")
	case asSome, asNumbers, asBases:
		return deedTexts(v)
	case asTick:
		return v
	case asNumber, asCount:
		if n, _ := v.(json.Number); n == "0" {
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return v
}

func deedTexts(v any) []string {
	list, _ := v.([]any)
	out := []string{}
	for _, x := range list {
		out = append(out, fmt.Sprint(x))
	}
	return out
}

// yuanOf writes fen as people type yuan: 1400.50, 1400.
func yuanOf(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}
