package contactlog

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Normalise gives a number the form in which numbers are compared: digits
// alone, of any script or width, without the country's own code and the
// prefixes of cheap long distance. country is "cn", "us" or "uk" and settles
// what a number without a country code is. Names of senders (CHINABANK) become
// lower case; "" means that the number was withheld or is none. Digits that
// somebody masked stay as '*'.
//
// It is looser than ident.ParsePhone: a log holds service numbers, short codes
// and numbers cut by the carrier, and each must still be counted.
func Normalise(number, country string) string {
	n, plus, alien := digits(number)
	if alien {
		return senderName(number)
	}
	if strings.Trim(n, "*") == "" {
		if len(n) > 0 {
			return "*"
		}
		return ""
	}
	if !plus && strings.HasPrefix(n, "00") && len(n) > 6 {
		n, plus = n[2:], true
	}
	switch country {
	case "us":
		return american(n, plus)
	case "uk":
		return british(n, plus)
	}
	return chinese(n, plus)
}

// digits keeps the digits and masks of s. alien: there is something in it that
// no number has.
func digits(s string) (n string, plus, alien bool) {
	var b [40]byte
	k := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r == '*':
		case r == 'x' && k > 0, r == '＊', r == '•':
			r = '*'
		case r == '+' || r == '＋':
			if k == 0 {
				plus = true
			}
			continue
		case r == '#' || r == '-' || r == '(' || r == ')' || r == '.' || r == '=' || r == '"' || r == '\'' || r == '/' ||
			r == '（' || r == '）' || r == '‐' || r == '–' || r == '—' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
			continue
		case unicode.IsDigit(r):
			r = digitValue(r)
		default:
			return "", false, true
		}
		if k == len(b) {
			return "", false, true
		}
		b[k] = byte(r)
		k++
	}
	return string(b[:k]), plus, false
}

// digitValue is the ASCII digit of a decimal digit of any script: they stand in
// runs of ten, from zero.
func digitValue(r rune) rune {
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return '0' + (r - zero)
}

func senderName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "", "null", "unknown", "(unknown)", "private", "private number", "restricted", "anonymous", "withheld",
		"未知", "未知号码", "私人号码", "隐藏号码", "无", "匿名", "未显示号码":
		return ""
	}
	const most = 64 // a name longer than this is none
	if len(s) > most {
		s = s[:most]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return s
}

// ipPrefixes stood before numbers to make long distance cheap; bills still list
// them.
var ipPrefixes = []string{"17951", "12593", "17911", "17909", "17901", "17908", "10193"}

func chinese(n string, plus bool) string {
	for _, p := range ipPrefixes {
		if len(n) >= len(p)+8 && strings.HasPrefix(n, p) {
			n = n[len(p):]
			break
		}
	}
	if len(n) > 11 && strings.HasPrefix(n, "86") || plus && strings.HasPrefix(n, "86") {
		n, plus = n[2:], false
		if !mobile(n) && !service(n) && !strings.HasPrefix(n, "0") {
			n = "0" + n // 0086 21 … is 021 …
		}
	}
	if plus {
		return "+" + n
	}
	if strings.HasPrefix(n, "0") && mobile(n[1:]) {
		n = n[1:]
	}
	return n
}

func mobile(n string) bool { return len(n) == 11 && n[0] == '1' && n[1] >= '3' && n[1] != '*' }

// service reports the ranges that no area code stands before.
func service(n string) bool {
	for _, p := range [...]string{"95", "96", "106", "10", "11", "12", "400", "800"} {
		if strings.HasPrefix(n, p) {
			return true
		}
	}
	return false
}

func american(n string, plus bool) string {
	if len(n) == 11 && n[0] == '1' {
		return n[1:]
	}
	if len(n) == 14 && strings.HasPrefix(n, "0111") {
		return n[4:]
	}
	if plus {
		return "+" + n
	}
	return n
}

func british(n string, plus bool) string {
	switch {
	case plus && strings.HasPrefix(n, "44"), len(n) == 12 && strings.HasPrefix(n, "44"):
		return "0" + strings.TrimPrefix(n[2:], "0")
	case plus:
		return "+" + n
	}
	return n
}

// Numbers is a set of numbers, compared normalised. The zero value matches
// nothing; a nil set, where it is a filter, lets everything through.
type Numbers struct {
	country string
	exact   map[string]bool
	list    []string
	// withheld lets contacts through that show no number.
	withheld bool
}

// NewNumbers makes a set; what has no digits and no letters is left out.
func NewNumbers(country string, numbers ...string) *Numbers {
	s := &Numbers{country: country, exact: map[string]bool{}}
	for _, n := range numbers {
		if k := Normalise(n, country); k != "" && k != "*" && !s.exact[k] {
			s.exact[k] = true
			s.list = append(s.list, k)
		}
	}
	return s
}

// Has reports whether a normalised number is in the set. A number with masked
// digits is, if one of the set agrees with it in every digit shown and at least
// five are shown.
func (s *Numbers) Has(normalised string) bool {
	if s.exact[normalised] || s.withheld && (normalised == "" || normalised == "*") {
		return true
	}
	if !strings.Contains(normalised, "*") {
		return false
	}
	for _, n := range s.list {
		if agrees(normalised, n) {
			return true
		}
	}
	return false
}

// AndWithheld lets contacts through as well that show no number, because the
// owner of the log says that they are meant.
func (s *Numbers) AndWithheld() *Numbers {
	s.withheld = true
	return s
}

// List is the numbers, normalised, in the order in which they were given.
func (s *Numbers) List() []string { return slices.Clone(s.list) }

// Len is how many there are.
func (s *Numbers) Len() int { return len(s.list) }

func agrees(masked, n string) bool {
	if len(masked) != len(n) {
		return false
	}
	shown := 0
	for i := range len(n) {
		switch masked[i] {
		case '*':
		case n[i]:
			shown++
		default:
			return false
		}
	}
	const enough = 5
	return shown >= enough
}
