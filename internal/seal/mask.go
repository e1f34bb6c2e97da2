package seal

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// The masks are what a page shows until somebody reveals the field. They follow
// what Chinese authorities print on public lists (公示名单): first and last
// character of a name, 138****5678, and the outer four digits of an identity
// number. That is custom, not a legal form. All of them count characters, not
// bytes, give "" for "" and never return a value of three or more characters
// whole.

// MaskName masks a person's name: 张三 -> 张*, 张小三 -> 张*三, 欧阳娜娜 ->
// 欧**娜, 阿依古丽·买买提 -> 阿***·**提, John Smith -> J*** S***. A compound
// surname is not kept whole: a rare one would name the person.
func MaskName(name string) string {
	letters := graphemes(name)
	if !strings.ContainsFunc(name, isHan) {
		return maskWords(letters)
	}
	n := 0
	for _, g := range letters {
		if isLetter(g) {
			n++
		}
	}
	var b strings.Builder
	seen := 0
	for _, g := range letters {
		if !isLetter(g) {
			b.WriteString(g)
			continue
		}
		seen++
		if (seen == 1 && n > 1) || (seen == n && n > 2) {
			b.WriteString(g)
		} else {
			b.WriteByte('*')
		}
	}
	return strings.TrimSpace(b.String())
}

// maskWords keeps the first letter of each word and hides how long the word is.
func maskWords(letters []string) string {
	var b strings.Builder
	start := true
	for _, g := range letters {
		switch {
		case strings.TrimSpace(g) == "":
			start = true
		case start && isLetter(g):
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(g + "***")
			start = false
		}
	}
	if b.Len() == 0 && len(letters) > 0 {
		return "***"
	}
	return b.String()
}

// graphemes splits s into characters as people count them: a base with its
// combining marks and variation selectors (rare surnames carry them).
// Invisible format characters are dropped.
func graphemes(s string) []string {
	var out []string
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
		case unicode.IsMark(r) && len(out) > 0:
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
	}
	return out
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// isLetter holds for all that is part of a name; separators such as · stay
// visible.
func isLetter(g string) bool {
	for _, r := range g {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar
	}
	return false
}

// MaskPhone masks a telephone number: 13812345678 -> 138****5678,
// 0571-88881234 -> 0571-****1234, +12125551234 -> +1******1234. What is no
// number keeps its last two characters at most.
func MaskPhone(phone string) string {
	p := compact(phone)
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(p, prefix); ok {
			p = rest
			if len(p) > 0 && p[0] != '0' && len(p) != 11 {
				p = "0" + p
			}
		}
	}
	n := len(p)
	switch {
	case !isDigits(strings.TrimPrefix(p, "+")):
		return maskMiddle(p, 0, 2)
	case n == 11 && p[0] == '1':
		return maskMiddle(p, 3, 4)
	case n >= 10 && n <= 12 && p[0] == '0':
		area := 4
		if p[1] == '1' || p[1] == '2' {
			area = 3
		}
		return p[:area] + "-" + maskMiddle(p[area:], 0, 4)
	case strings.HasPrefix(p, "+1") && n == 12:
		return maskMiddle(p, 2, 4)
	case n >= 10:
		return maskMiddle(p, 0, 4)
	default:
		return maskMiddle(p, 0, 2)
	}
}

// MaskID masks an identity number: 11010519491231002X -> 1101**********002X.
// Shorter documents show less: a passport only its first and last two.
func MaskID(id string) string {
	c := strings.ToUpper(compact(id))
	switch n := len([]rune(c)); {
	case n >= 15:
		return maskMiddle(c, 4, 4)
	case n >= 8:
		return maskMiddle(c, 1, 2)
	default:
		return maskMiddle(c, 1, 0)
	}
}

// MaskEmail keeps the first character and the domain: z***@example.com. The
// length of the name does not show.
func MaskEmail(email string) string {
	email = strings.TrimSpace(email)
	if email == "" {
		return ""
	}
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return "***"
	}
	local := graphemes(email[:at])
	first := ""
	if len(local) > 1 {
		first = local[0]
	}
	return first + "***" + email[at:]
}

// MaskCard keeps the last four digits of a bank card and hides its length.
func MaskCard(card string) string {
	c := []rune(compact(card))
	if len(c) == 0 {
		return ""
	}
	if len(c) < 12 {
		return "****"
	}
	return "**** **** **** " + string(c[len(c)-4:])
}

// place reads province, prefecture and county from the front of a Chinese
// address, each optional.
var place = regexp.MustCompile(`^((?:\p{Han}{2,8}?(?:省|自治区|特别行政区))?)` +
	`((?:\p{Han}{1,9}?(?:市|自治州|地区|盟))?)((?:\p{Han}{1,9}?(?:区|县|旗|市))?)`)

// notPlace ends words that look like a district and are a housing estate, a
// market or a campus.
var notPlace = regexp.MustCompile(`(?:[小社园校厂景街院库]区|[超门集菜夜]市)$`)

// MaskAddress keeps an address down to the county: 浙江省杭州市西湖区文三路100号
// -> 浙江省杭州市西湖区******. Of an address in any other form nothing is kept.
func MaskAddress(address string) string {
	address = strings.TrimSpace(address)
	if address == "" {
		return ""
	}
	kept := ""
	for _, part := range place.FindStringSubmatch(address)[1:] {
		if notPlace.MatchString(part) {
			break
		}
		kept += part
	}
	return kept + "******"
}

// maskMiddle keeps the first and the last characters and stars the rest.
func maskMiddle(s string, first, last int) string {
	r := []rune(s)
	if len(r) <= first+last {
		return strings.Repeat("*", len(r))
	}
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}

// compact drops what people put between digits and folds full-width forms.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf, unicode.Cc) || strings.ContainsRune("−().", r) {
			return -1
		}
		return r
	}, width.Fold.String(s))
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
