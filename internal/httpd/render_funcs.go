package httpd

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// funcs are the template functions, bound to one language.
func (r *renderer) funcs(lang locale.Lang) template.FuncMap {
	w := words{catalog: r.catalog, lang: lang}
	return template.FuncMap{
		"t": func(key any, args ...any) string {
			if key == nil { // the trial run that checks escaping has no data
				return ""
			}
			return r.catalog.T(lang, text(key), spread(args)...)
		},
		"has":      func(key any) bool { return r.catalog.Has(lang, text(key)) },
		"lang":     func() string { return string(lang) },
		"tag":      lang.Tag,
		"other":    func() string { return string(lang.Other()) },
		"otherTag": func() string { return lang.Other().Tag() },

		"date":       func(d calendar.Date) string { return locale.Date(lang, d) },
		"dateIn":     locale.Date,
		"datetime":   func(t time.Time) string { return locale.DateTime(lang, t, r.zone) },
		"iso":        func(t time.Time) string { return t.In(r.zone).Format(time.RFC3339) },
		"month":      func(y int, m time.Month) string { return locale.Month(lang, y, m) },
		"money":      func(fen any) (string, error) { n, err := whole(fen); return locale.Money(lang, n), err },
		"moneyShort": func(fen any) (string, error) { n, err := whole(fen); return locale.MoneyShort(lang, n), err },
		"number":     func(v any) (string, error) { n, err := float(v); return locale.Number(lang, n), err },
		"percent":    func(v any) (string, error) { n, err := float(v); return locale.Percent(lang, n), err },
		"bytes":      func(v any) (string, error) { n, err := whole(v); return locale.Bytes(lang, n), err },

		"asset":    r.assets.url,
		"id":       func(s any) string { return idOf(text(s)) },
		"dict":     dict,
		"list":     func(v ...any) []any { return v },
		"field":    w.field,
		"options":  w.options,
		"problems": w.problems,
		"chip": func(tone, key string, args ...any) Chip {
			return Chip{Tone: tone, Text: r.catalog.T(lang, key, args...)}
		},
		"due":   w.due,
		"icon":  func(name string) string { return icons[name] },
		"shape": func(tone string) string { return shapes[tone] },
		"plot":  w.plot,
	}
}

// words makes what components show, in one language.
type words struct {
	catalog *locale.Catalog
	lang    locale.Lang
}

func (w words) t(key string, args ...any) string { return w.catalog.T(w.lang, key, args...) }

// optional is the message key, or "" where there is none.
func (w words) optional(key string) string {
	if !w.catalog.Has(w.lang, key) {
		return ""
	}
	return w.t(key)
}

// label is the message key.label, or key itself.
func (w words) label(key string) string {
	if w.catalog.Has(w.lang, key+".label") {
		return w.t(key + ".label")
	}
	return w.t(key)
}

// field makes a Field: label, hint and reason from the messages key.label (or
// key), key.hint and key.why, typed value and error from form, the rest from
// settings given as name and value in turn.
func (w words) field(form *Form, name, key string, settings ...any) (Field, error) {
	f := Field{
		ID: form.id(name), Name: name, Type: "text", Rows: 4,
		Label: w.label(key), Hint: w.optional(key + ".hint"), Why: w.optional(key + ".why"),
	}
	if len(settings)%2 != 0 {
		return f, fmt.Errorf("field %s: settings come in pairs", name)
	}
	for i := 0; i < len(settings); i += 2 {
		s, ok := settings[i].(string)
		if !ok {
			return f, fmt.Errorf("field %s: setting %v is not a name", name, settings[i])
		}
		if err := f.set(s, settings[i+1]); err != nil {
			return f, err
		}
	}
	if form.Sent() {
		f.Value, f.Values = form.Value(name), form.Values[name]
		f.Year, f.Month, f.Day = form.Value(name+".year"), form.Value(name+".month"), form.Value(name+".day")
	}
	if wrong, ok := form.error(name); ok {
		f.Error = w.t(wrong.Key, wrong.Args...)
	}
	return f, nil
}

// options makes choices of codes: label and hint of "status.open" are the
// messages prefix.open (or prefix.open.label) and prefix.open.hint.
func (w words) options(prefix string, codes any) ([]Option, error) {
	v := reflect.ValueOf(codes)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil, fmt.Errorf("options %s: want a list of codes, got %T", prefix, codes)
	}
	list := make([]Option, 0, v.Len())
	for i := range v.Len() {
		code := text(v.Index(i).Interface())
		key := prefix + "." + code
		list = append(list, Option{Value: code, Label: w.label(key), Hint: w.optional(key + ".hint")})
	}
	return list, nil
}

// Problem is a line of the error summary.
type Problem struct {
	Href string // of the input, "" for the whole form
	Text string
}

// problems lists what is wrong with a form, in the order of its fields.
func (w words) problems(form *Form) []Problem {
	if !form.Failed() {
		return nil
	}
	var list []Problem
	for _, f := range form.Fault.Fields {
		list = append(list, Problem{Href: "#" + form.id(f.Name), Text: w.t(f.Key, f.Args...)})
	}
	if len(list) == 0 || form.Fault.Kind != fault.Invalid {
		list = append([]Problem{{Text: w.t(form.Fault.Key, form.Fault.Args...)}}, list...)
	}
	return list
}

// dict makes named arguments for a partial: dict "name" value ….
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: names and values come in pairs")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// spread unpacks a list of arguments, such as Flash.Args, that a template passes
// as one.
func spread(args []any) []any {
	if len(args) == 1 {
		if list, ok := args[0].([]any); ok {
			return list
		}
	}
	return args
}

// text takes typed texts too, because statuses and codes are types of their own.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case fmt.Stringer:
		return v.String()
	default:
		return strings.TrimSpace(fmt.Sprint(v))
	}
}

// whole takes any integer type.
func whole(v any) (int64, error) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return r.Int(), nil
	case r.CanUint():
		return int64(r.Uint()), nil
	default:
		return 0, fmt.Errorf("want a whole number, got %T", v)
	}
}

// float takes any number type.
func float(v any) (float64, error) {
	r := reflect.ValueOf(v)
	if r.CanFloat() {
		return r.Float(), nil
	}
	n, err := whole(v)
	return float64(n), err
}
