package ident

import (
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/width"
)

// PhoneKind says what sort of line a number is.
type PhoneKind string

// The kinds of number.
const (
	Mobile        PhoneKind = "mobile"         // 1[3-9] and nine digits
	Landline      PhoneKind = "landline"       // with area code
	Hotline       PhoneKind = "hotline"        // 400 and 800
	ServiceNumber PhoneKind = "service"        // 95xxx, 96xxx, 1010xxxx, 12345, 10086, 110
	SMSPort       PhoneKind = "sms_port"       // 106..., only sends messages
	NorthAmerican PhoneKind = "north_american" // ten digits
)

// Phone is a telephone number in the form in which numbers are compared.
type Phone struct {
	// Number is digits: 13812345678, 057188881234, 4008123456, 95588. North
	// American numbers are +1 and ten digits, because 1 310 555 1234 without
	// the + is also a Chinese mobile.
	Number string
	Kind   PhoneKind
	Ext    string // digits of the extension, or ""
}

// Personal reports whether a person can be reached at the number. The other
// kinds occur only as the number that rang or wrote.
func (p Phone) Personal() bool {
	return p.Kind == Mobile || p.Kind == Landline || p.Kind == NorthAmerican
}

var (
	mobile    = regexp.MustCompile(`^1[3-9]\d{9}$`)
	bigCity   = regexp.MustCompile(`^0(?:10|2\d)[2-9]\d{7}$`)
	otherArea = regexp.MustCompile(`^0[3-9]\d{2}[2-9]\d{6,7}$`)
	hotline   = regexp.MustCompile(`^[48]00\d{7}$`)
)

func landline(n string) bool { return bigCity.MatchString(n) || otherArea.MatchString(n) }

// phoneShapes are tried in order. The digits of services come from the numbering
// in use, not from a law.
var phoneShapes = []struct {
	kind  PhoneKind
	shape *regexp.Regexp
}{
	{Mobile, mobile},
	{Landline, bigCity},
	{Landline, otherArea},
	{Hotline, hotline},
	{SMSPort, regexp.MustCompile(`^106\d{5,17}$`)},
	{ServiceNumber, regexp.MustCompile(`^(?:95\d{3,10}|96\d{3,6}|1010\d{4}|100\d{2,3}|12\d{3}|11[0-9]|12[0-2])$`)},
	{NorthAmerican, regexp.MustCompile(`^[2-9]\d{2}[2-9]\d{6}$`)},
}

var (
	extension   = regexp.MustCompile(`^(.*\d[\s)]*)(?:转|轉|分机|ext\.?|x|#)[\s:]*(\d{1,6})$`)
	areaService = regexp.MustCompile(`^0(?:10|2\d|[3-9]\d{2})(95\d{3,4})$`)
)

// ParsePhone reads a number as typed or exported: spaces, hyphens, brackets,
// full-width digits, +86, 0086, an extension after 转 or ext. It fails with
// ErrPhone.
func ParsePhone(s string) (Phone, error) {
	s = strings.ToLower(strings.TrimSpace(width.Fold.String(s)))
	ext := ""
	if m := extension.FindStringSubmatch(s); m != nil {
		s, ext = m[1], m[2]
	}
	n := strings.NewReplacer("(", "", ")", "", ".", "").Replace(NormaliseDigits(s))
	n, country := cutCountry(n)
	if !isDigits(n) {
		return Phone{}, ErrPhone
	}
	if m := areaService.FindStringSubmatch(n); m != nil {
		n = m[1] // switchboards put their area code before 95588
	}
	for _, p := range phoneShapes {
		if country == "1" && p.kind != NorthAmerican || country == "86" && p.kind == NorthAmerican {
			continue
		}
		if !p.shape.MatchString(n) {
			continue
		}
		if p.kind == NorthAmerican {
			n = "+1" + n
		}
		return Phone{Number: n, Kind: p.kind, Ext: ext}, nil
	}
	return Phone{}, ErrPhone
}

// cutCountry takes off +86, 0086 and +1; and 86 before a mobile, as exports of
// calls write it. A landline gets back the 0 that +86 replaces.
func cutCountry(n string) (national, country string) {
	for _, prefix := range []string{"+86", "0086"} {
		rest, ok := strings.CutPrefix(n, prefix)
		if !ok {
			continue
		}
		// 400 numbers look like landlines of an area 0400 that does not exist.
		if landline("0"+rest) && !hotline.MatchString(rest) {
			return "0" + rest, "86"
		}
		return rest, "86"
	}
	for _, prefix := range []string{"+1", "001"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok {
			return rest, "1"
		}
	}
	if rest, ok := strings.CutPrefix(n, "86"); ok && mobile.MatchString(rest) {
		return rest, "86"
	}
	return n, ""
}

var emailLocal = regexp.MustCompile("^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")

// ParseEmail reads an address and returns it in lower case, its domain in ASCII
// (IDNA). Quoted names, display names and bare hosts are refused; so is all
// beyond ASCII before the @, which few servers accept. Case is given up in the
// local part too: no large provider tells Zhang@ from zhang@, and one person
// must not get two accounts. It fails with ErrEmail.
func ParseEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(width.Fold.String(s)))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || !emailLocal.MatchString(s[:at]) {
		return "", ErrEmail
	}
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || at+1+len(domain) > 254 {
		return "", ErrEmail
	}
	// An all-digit end is an address of a machine, not a name.
	if isDigits(domain[strings.LastIndexByte(domain, '.')+1:]) || strings.ContainsAny(domain, " _/") {
		return "", ErrEmail
	}
	return s[:at+1] + domain, nil
}
