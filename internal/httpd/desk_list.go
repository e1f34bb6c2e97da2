package httpd

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/rulebook"
)

// ask reads the filters of a list from its address. A value that cannot be one
// is an error and not ignored: a list that silently shows more than was asked
// for would be believed.
type ask struct {
	values url.Values
	wrong  fault.Fields
}

func (a *ask) text(name string) string { return strings.TrimSpace(a.values.Get(name)) }

func (a *ask) oneOf(name string, known ...string) string {
	v := a.text(name)
	if v != "" && !slices.Contains(known, v) {
		a.wrong.Add(name, "fault.choose")
		return ""
	}
	return v
}

func (a *ask) month(name string) (m calendar.Month) {
	v := a.text(name)
	if v == "" {
		return m
	}
	m, err := calendar.ParseMonth(v)
	if err != nil {
		a.wrong.Add(name, "desk.month_form")
	}
	return m
}

func (a *ask) date(name string) (d calendar.Date) {
	v := a.text(name)
	if v == "" {
		return d
	}
	d, err := calendar.ParseDate(v)
	if err != nil {
		a.wrong.Add(name, "fault.date")
	}
	return d
}

func (a *ask) number(name string, most int) int {
	v := a.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		a.wrong.Add(name, "fault.number")
		return 0
	}
	return n
}

func (a *ask) err() error {
	if len(a.wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "desk.bad_filter", strings.Join(a.names(), ", "))
}

func (a *ask) names() []string {
	var out []string
	for _, f := range a.wrong {
		out = append(out, f.Name)
	}
	return out
}

// Tab is a ready-made filter of a list.
type Tab struct {
	Label   string // finished text
	Href    string
	Count   int
	AtLeast bool // there are more than Count
	Counted bool
	Current bool
}

// pills lists the filters in force, in the order of names.
func (d desk) pills(q Query, names []string, value func(name, value string) string) []Pill {
	var out []Pill
	for _, name := range names {
		for _, v := range q.Values[name] {
			if v == "" {
				continue
			}
			out = append(out, Pill{Label: d.t("desk.pill", d.t("desk.filter."+name), value(name, v)), Href: q.Drop(name, v)})
		}
	}
	return out
}

// maxBack is how many pages back the address remembers.
const maxBack = 40

// pager pages by cursor. A cursor leads forwards only, so the address keeps
// those of the pages before in "back".
func (d desk) pager(q Query, shown int, next string) Pager {
	const sep = "~"
	p := Pager{Text: d.t("desk.shown", shown)}
	cursor, back := q.Get("cursor"), q.Get("back")
	if next != "" {
		stack := append(split(back, sep), cursor)
		if len(stack) > maxBack {
			stack = stack[len(stack)-maxBack:]
		}
		p.Older = q.With("cursor", next, "back", sep+strings.Join(stack, sep))
	}
	if cursor != "" {
		stack := split(back, sep)
		prev := ""
		if n := len(stack); n > 0 {
			prev, stack = stack[n-1], stack[:n-1]
		}
		rest := ""
		if len(stack) > 0 {
			rest = sep + strings.Join(stack, sep)
		}
		p.Newer = q.With("cursor", prev, "back", rest)
	}
	return p
}

// split undoes what pager joins: every element, the empty first page too, has
// its separator before it.
func split(s, sep string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(s, sep), sep)
}

// filterValue says the value of a filter in words. A list over all packs knows
// the words of each.
func (d desk) filterValue(pack, name, v string) string {
	switch name {
	case "month", "decided", "open", "received", "opened", "closed", "issued":
		if m, err := calendar.ParseMonth(v); err == nil {
			return locale.Month(d.lang, m.Year, m.Month)
		}
	case "due_before", "since", "until", "opened_since", "opened_until", "closed_since", "closed_until":
		if on, err := calendar.ParseDate(v); err == nil {
			return locale.Date(d.lang, on)
		}
	case "firm", "lender", "agency":
		if f, err := d.s.Firms.ByCode(d.ctx, v); err == nil && v != report.None {
			return f.Name
		}
	case "region":
		return report.RegionName(d.s.Words, d.lang, v)
	case "unit":
		if units, err := d.unitOptions(); err == nil {
			for _, u := range units {
				if u.Value == v {
					return u.Label
				}
			}
		}
	case "track":
		return d.t("complaint.tracks." + v)
	default:
		if said := d.ruleWord(pack, name, v); said != "" {
			return said
		}
	}
	if v == report.None {
		return d.t("desk.none")
	}
	return v
}

// ruleWord says a value that the rulebook defines: in the words of the pack, or
// of the first that knows it; "" where none does.
func (d desk) ruleWord(pack, name, v string) string {
	for _, p := range append([]*rulebook.Pack{d.pack(pack)}, d.s.Book.Packs()...) {
		said := v
		switch name {
		case "code":
			if said = d.codeName(p.ID, v); said != v {
				return v + " " + said
			}
		case "channel":
			said = strings.Join(d.channelNames(p.ID, []string{v}), "")
		case "source":
			said = d.sourceName(p.ID, v)
		case "severity":
			said = d.severity(p.ID, atoi(v))
		case "outcome":
			said = d.outcome(p.ID, v)
		case "kind":
			if k, ok := p.PenaltyKind(v); ok {
				said = d.text(k.Name)
			}
		case "pack":
			if p.ID == v {
				said = d.text(p.Name)
			}
		}
		if said != v && said != "" {
			return said
		}
	}
	return ""
}

func (d desk) codeOptions(pack string) []Option {
	var out []Option
	for _, v := range d.pack(pack).Violations() {
		out = append(out, Option{Value: v.Code, Label: v.Code + " " + d.text(v.Name)})
	}
	return out
}

func (d desk) unitOptions() ([]Option, error) {
	units, err := d.s.Accounts.Units(d.ctx)
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, u := range units {
		name := u.NameZH
		if d.lang == "en" {
			name = u.NameEN
		}
		out = append(out, Option{Value: u.Code, Label: name})
	}
	return out, nil
}

// firmCode finds the firm that somebody means by a code or a name; "" where
// that is nobody.
func (d desk) firmCode(text string) (string, error) {
	f, err := d.s.Firms.ByCode(d.ctx, text)
	if err == nil {
		return f.Code, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	for _, kind := range firm.Kinds {
		list, err := d.s.Firms.Suggest(d.ctx, kind, text, 1)
		if err != nil {
			return "", err
		}
		if len(list) > 0 {
			return list[0].Code, nil
		}
	}
	return "", nil
}

// lines cuts a person's text into its lines; none where there is no text.
func lines(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func urlPath(s string) string { return url.PathEscape(s) }

// sortedKeys lists the names of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
