package brief

import (
	"slices"
	"strings"
	"unicode"

	"dunwatch/internal/calendar"
)

// The kinds of what could tell who somebody is: keys of web/locales under "brief.found".
const (
	HitName      = "name"       // of somebody in the case
	HitGivenName = "given_name" // a part of such a name
	HitPhone     = "phone"
	HitID        = "id_number"
	HitCard      = "bank_card"
	HitNumber    = "number" // long, of a contract, an account or a parcel
	HitTail      = "tail"   // the last digits of a number
	HitEmail     = "email"
	HitHandle    = "handle" // WeChat, QQ and the like
	HitPlate     = "plate"
	HitReference = "reference"
	HitStaff     = "staff_number"
	HitAlias     = "alias" // what a collector called himself
	HitAddress   = "address"
	HitPlace     = "place"
	HitDate      = "date"
	HitDatePlace = "date_place" // a day of the case together with a small place
	HitFirm      = "firm"
)

// Hit is something in a text that could tell who somebody is. Excerpt is the author's own words around it and nothing else.
type Hit struct {
	Field   string // of Text
	Kind    string
	Excerpt string
	// Blocks says that the text cannot stand; else a person judges it.
	Blocks bool
}

// Known is what the office knows of the people in a case, opened for one check and never shown. The zero Known checks the forms
// of numbers alone.
type Known struct {
	Names     []string // of complainant and witnesses
	Numbers   []string // telephones, ID numbers, accounts: any length, in any form
	Emails    []string
	Handles   []string // WeChat, QQ
	Staff     []string // numbers of a firm's staff
	Aliases   []string
	Addresses []string
	Refs      []string // of complaint, case, penalties and their decisions
	Firms     []string // that must not be named
	From, To  calendar.Date
	Today     calendar.Date
}

// Check finds what could tell who somebody is, field by field, each kind once a place. It sees through full-width and Chinese
// digits, blanks and marks inside numbers, and invisible characters. What it does not promise: a person who knows the case may
// know it from its facts; and it cannot know names that are nowhere on record. Two people read every brief for that.
func Check(t Text, k Known) []Hit {
	var out []Hit
	fields := t.fields()
	for _, f := range fields {
		s := &scan{folded: fold(*f.value), field: f.name, known: k}
		for _, look := range []func(*scan){(*scan).forms, (*scan).digits, (*scan).labels, (*scan).people, (*scan).things, (*scan).places} {
			look(s)
		}
		out = append(out, s.hits...)
	}
	return dayAndPlace(out, k)
}

// Blocking are the hits with which a text cannot stand.
func Blocking(hits []Hit) []Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h Hit) bool { return !h.Blocks })
}

// dayAndPlace blocks where a language of the text has a day of the case and a small place: together they find the event.
func dayAndPlace(hits []Hit, k Known) []Hit {
	for _, lang := range []string{"_zh", "_en"} {
		place := slices.IndexFunc(hits, func(h Hit) bool { return h.Kind == HitPlace && strings.HasSuffix(h.Field, lang) })
		day := slices.IndexFunc(hits, func(h Hit) bool { return h.Kind == HitDate && strings.HasSuffix(h.Field, lang) })
		if place >= 0 && day >= 0 {
			hits[place].Kind, hits[place].Blocks = HitDatePlace, true
		}
	}
	return hits
}

// folded is a text in the form in which it is searched, with the place of each rune in the text as typed.
type folded struct {
	typed []rune
	runes []rune // NFKC, lower case, one hyphen for all, without invisible marks
	at    []int  // of each rune of runes in typed
}

// scan is one field on its way through the checks.
type scan struct {
	folded
	field string
	known Known
	hits  []Hit
}

// around is how many characters of the author's own text stand on each side of a hit.
const around = 6

// hit notes what lies between two places of the folded text, unless something that blocks was found there before.
func (s *scan) hit(kind string, blocks bool, from, to int) {
	if from >= to {
		return
	}
	a, b := s.at[from], s.at[to-1]+1
	text := string(s.typed[max(0, a-around):min(len(s.typed), b+around)])
	text = strings.Join(strings.Fields(text), " ")
	if a > around {
		text = "…" + text
	}
	if b+around < len(s.typed) {
		text += "…"
	}
	h := Hit{Field: s.field, Kind: kind, Excerpt: text, Blocks: blocks}
	if !slices.ContainsFunc(s.hits, func(o Hit) bool { return o.Excerpt == text && (o.Kind == kind || o.Blocks) }) {
		s.hits = append(s.hits, h)
	}
}

// word reports whether nothing that belongs to a word stands before and after a place.
func (s *scan) word(from, to int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(s.runes) && s.runes[i] < 0x2e80 && (unicode.IsLetter(s.runes[i]) || unicode.IsDigit(s.runes[i]))
	}
	return !letter(from-1) && !letter(to)
}

// closed is the text without anything but letters and digits, with their places: so a name with blanks, dots or stars in it is
// still the name.
func (s *scan) closed() (runes []rune, at []int) {
	for i, r := range s.runes {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			runes, at = append(runes, r), append(at, i)
		}
	}
	return runes, at
}

// find are the places of a word in closed text, its letters and digits alone.
func (s *scan) find(word string, found func(from, to int)) {
	text, at := s.closed()
	want := letters(word)
	if len(want) == 0 {
		return
	}
	for i := 0; i+len(want) <= len(text); i++ {
		if slices.Equal(text[i:i+len(want)], want) {
			found(at[i], at[i+len(want)-1]+1)
		}
	}
}

// letters are the letters and digits of a word in the form in which texts are searched.
func letters(word string) []rune {
	f := fold(word)
	return slices.DeleteFunc(f.runes, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
