package httpd

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"dunwatch/internal/locale"
)

// Page is what every page's data embeds: who looks, where, and what the layout
// needs. Everything but Lang and Query may stay zero.
type Page struct {
	Lang   locale.Lang
	Query  Query     // this page's address; lists build their links from it
	User   *Viewer   // nil for a visitor
	Nav    []NavItem // of the desk's rail, or of the public head
	Crumbs []Crumb   // from the outside in, without this page
	Flash  []Flash   // what has just happened
	Form   *Form     // the rejected form, nil when nothing was rejected
	Demo   bool      // says on every page that all is invented
	Exit   string    // address of the quick exit; "" leaves it out
	Idle   int       // seconds until the session ends; 0 gives no notice
	Now    time.Time // for the foot of printed sheets
}

// Viewer is the signed-in person as the layout names them.
type Viewer struct {
	Name string
	Role string // the role; "role." + Role is its message
	Unit string // may be empty
}

// NavItem is a link of the navigation.
type NavItem struct {
	Label   string // a message key
	Href    string
	Icon    string // a name that components/icon.html knows; "" for none
	Count   int    // shown when above zero
	Current bool
}

// Crumb is a step of the breadcrumb. Text is finished, because it is often a
// reference.
type Crumb struct {
	Text string
	Href string
}

// Flash is one notice at the top of the page. Tone: "good", "wait", "danger" or
// "" for neutral.
type Flash struct {
	Tone string
	Key  string
	Args []any
}

// Query is the address of a list page. It never changes in place: each method
// returns an address for an href.
type Query struct {
	Path   string
	Values url.Values
}

// QueryOf takes the address of a request.
func QueryOf(u *url.URL) Query { return Query{Path: u.Path, Values: u.Query()} }

// String is the address itself.
func (q Query) String() string {
	if len(q.Values) == 0 {
		return q.Path
	}
	return q.Path + "?" + q.Values.Encode()
}

// Get is the first value of name, or "".
func (q Query) Get(name string) string { return q.Values.Get(name) }

// With sets names to values, given in turn: q.With("sort", "due", "cursor", "").
// An empty value removes the name.
func (q Query) With(pairs ...string) string {
	v := q.copy()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return Query{q.Path, v}.String()
}

// Drop removes one value of name and goes back to the first page.
func (q Query) Drop(name, value string) string {
	v := q.copy()
	v[name] = slices.DeleteFunc(v[name], func(s string) bool { return s == value })
	if len(v[name]) == 0 {
		v.Del(name)
	}
	v.Del("cursor")
	return Query{q.Path, v}.String()
}

// Only keeps the names given and nothing else: Only("sort") clears all filters.
func (q Query) Only(names ...string) string {
	v := url.Values{}
	for _, name := range names {
		if list := q.Values[name]; len(list) > 0 {
			v[name] = list
		}
	}
	return Query{q.Path, v}.String()
}

// Sort is the address that sorts by col, or turns the order around where the
// list is sorted by col already: "due", then "-due".
func (q Query) Sort(col string) string {
	if q.Get("sort") == col {
		col = "-" + col
	}
	return q.With("sort", col, "cursor", "")
}

// Sorted is the value of aria-sort for col.
func (q Query) Sorted(col string) string {
	switch q.Get("sort") {
	case col:
		return "ascending"
	case "-" + col:
		return "descending"
	default:
		return "none"
	}
}

// Hidden lists the names and values that a GET form must carry along, without
// those that it asks for itself.
func (q Query) Hidden(without ...string) []Option {
	var list []Option
	for name, values := range q.Values {
		if name == "cursor" || slices.Contains(without, name) {
			continue
		}
		for _, v := range values {
			list = append(list, Option{Label: name, Value: v})
		}
	}
	slices.SortFunc(list, func(a, b Option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return list
}

func (q Query) copy() url.Values {
	v := make(url.Values, len(q.Values))
	for name, list := range q.Values {
		v[name] = slices.Clone(list)
	}
	return v
}
