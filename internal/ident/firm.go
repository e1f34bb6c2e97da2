package ident

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// usccAlphabet leaves out I, O, S, V and Z, which look like digits or like each
// other (GB 32100-2015). A character's value is its place.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseUSCC reads a unified social credit code (统一社会信用代码, GB 32100-2015)
// and returns its 18 characters. It also checks the organisation code inside
// (GB 11714). It fails with ErrUSCCForm or ErrUSCCCheck.
func ParseUSCC(s string) (string, error) {
	c := strings.ToUpper(NormaliseDigits(s))
	if len(c) != 18 || strings.Trim(c, usccAlphabet) != "" || !isDigits(c[2:8]) {
		return "", ErrUSCCForm
	}
	if organisationCheck(c[8:16]) != c[16] || usccCheck(c) != c[17] {
		return "", ErrUSCCCheck
	}
	return c, nil
}

func usccCheck(c string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += weight * strings.IndexByte(usccAlphabet, c[i])
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

// organisationCheck is GB 11714: letters count on from 10 without gaps, unlike
// in the credit code.
func organisationCheck(c string) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		v := int(c[i] - '0')
		if c[i] >= 'A' {
			v = int(c[i]-'A') + 10
		}
		sum += w * v
	}
	return "0X987654321"[sum%11] // 11 - sum mod 11: 10 is X, 11 is 0
}

var (
	// countryMark says only that the firm is Chinese; a city in brackets tells
	// two firms apart and stays.
	countryMark = regexp.MustCompile(`\((?:中国|china|prc|usa|us)\)`)
	// partnership forms come in brackets at the end.
	partnership = regexp.MustCompile(`\((?:有限合伙|普通合伙|特殊普通合伙)\)\s*$`)
)

// hanForms are company forms at the end of a Chinese name, longest first. A
// branch (分公司) is not a form: it is another party.
var hanForms = []string{"股份有限公司", "有限责任公司", "有限公司", "股份公司", "公司"}

var latinForms = []string{
	"llc", "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited",
	"na", "lp", "llp", "plc", "pc", "pllc", "fsb", "and",
}

// NormaliseName gives a firm's name the form in which spellings of one firm
// meet: NFKC, lower case, without punctuation, company form (有限公司, LLC,
// N.A. ...) and the mark （中国）. It is for matching only, never for showing,
// and two firms may meet in it.
func NormaliseName(s string) string {
	s = norm.NFKC.String(strings.ToLower(norm.NFKC.String(s)))
	s = countryMark.ReplaceAllString(s, " ")
	s = partnership.ReplaceAllString(s, " ")
	s = strings.ReplaceAll(s, "national association", "na")
	s = strings.ReplaceAll(s, "&", " and ")
	words := strings.Fields(strings.Map(nameRune, s))
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	for len(words) > 1 && slices.Contains(latinForms, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return stripHanForm(join(words))
}

// nameRune keeps letters, digits and marks, drops what stands inside a word
// (N.A., O'Neil) and turns all else into a space.
func nameRune(r rune) rune {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return r
	case strings.ContainsRune(".'’‘`´", r), unicode.Is(unicode.Cf, r):
		return -1
	default:
		return ' '
	}
}

// join puts a space between words only where neither side is Chinese: spaces
// within Chinese names come from typesetting.
func join(words []string) string {
	var b strings.Builder
	han := true
	for _, w := range words {
		r := []rune(w)
		if !han && !unicode.Is(unicode.Han, r[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
		han = unicode.Is(unicode.Han, r[len(r)-1])
	}
	return b.String()
}

func stripHanForm(s string) string {
	if strings.HasSuffix(s, "分公司") || strings.HasSuffix(s, "子公司") {
		return s
	}
	for _, form := range hanForms {
		if rest, ok := strings.CutSuffix(s, form); ok && rest != "" {
			return rest
		}
	}
	return s
}
