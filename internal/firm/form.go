package firm

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
)

var codeForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{1,31}$`)

const (
	maxName    = 200 // code points
	maxAliases = 50
)

// tidy gives what a person typed its stored form: codes and credit codes in
// upper case without spaces, names without outer and doubled spaces.
func (n NewFirm) tidy() NewFirm {
	n.Code = tidyCode(n.Code)
	n.ParentCode = tidyCode(n.ParentCode)
	n.Name = tidyName(n.Name)
	n.USCC = strings.ToUpper(ident.NormaliseDigits(n.USCC))
	n.Kind = Kind(strings.ToLower(strings.TrimSpace(string(n.Kind))))
	var aliases []string
	for _, a := range n.Aliases {
		if a = tidyName(a); a != "" && !slices.Contains(aliases, a) {
			aliases = append(aliases, a)
		}
	}
	n.Aliases = aliases
	return n
}

func tidyCode(s string) string { return strings.ToUpper(strings.TrimSpace(width.Fold.String(s))) }

func tidyName(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

// check is the failure of a tidied request, every wrong field named.
func (n NewFirm) check() error {
	var f fault.Fields
	switch {
	case n.Code == "":
		f.Add("code", "fault.required")
	case !codeForm.MatchString(n.Code):
		f.Add("code", "firm.code_form")
	}
	n.checkRest(&f)
	return f.Err()
}

// checkRest checks all but the code, which a known firm has already.
func (n NewFirm) checkRest(f *fault.Fields) {
	checkName(f, "name", n.Name)
	if !slices.Contains(Kinds, n.Kind) {
		f.Add("kind", "firm.kind")
	}
	if n.ParentCode != "" && n.ParentCode == n.Code {
		f.Add("parent_code", "firm.parent_self")
	}
	if n.USCC != "" {
		if _, err := ident.ParseUSCC(n.USCC); err != nil {
			f.Add("uscc", ident.Key(err))
		}
	}
	if len(n.Aliases) > maxAliases {
		f.Add("aliases", "firm.aliases_many", maxAliases)
	}
	for _, a := range n.Aliases {
		checkName(f, "aliases", a)
	}
}

func checkName(f *fault.Fields, field, name string) {
	switch {
	case name == "":
		f.Add(field, "fault.required")
	case utf8.RuneCountInString(name) > maxName:
		f.Add(field, "fault.too_long", maxName, utf8.RuneCountInString(name))
	case ident.NormaliseName(name) == "", !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		f.Add(field, "firm.name_form")
	}
}

// names are the firm's own name and its aliases, one for each form.
func (n NewFirm) names() []name {
	var out []name
	for _, s := range append([]string{n.Name}, n.Aliases...) {
		k := ident.NormaliseName(s)
		if !slices.ContainsFunc(out, func(o name) bool { return o.key == k }) {
			out = append(out, name{s, k})
		}
	}
	return out
}

// name is a name and the form in which it is compared.
type name struct{ text, key string }
