package brief

import (
	"slices"
	"strings"
	"unicode"

	"dunwatch/internal/ident"
)

// longNumber is from how many digits on a row of them is a number of something and no amount: a thousand million yuan is no
// consumer's loan.
const longNumber = 9

// most is how many parts a number is written in: 138 1234 5678, 6222 0212 3456 7890 123; or digit by digit.
const most = 6

// digits looks for numbers in rows of digits, however they are parted, and for those that are on record.
func (s *scan) digits() {
	for _, run := range s.runs() {
		for i := 0; i < len(run); {
			i += s.numberAt(run[i:])
		}
		for _, g := range run {
			if len(g.digits) >= longNumber && !s.amount(g) {
				s.hit(HitNumber, true, g.from, g.to)
			}
		}
	}
	s.recorded()
}

// numberAt finds the longest number that begins with the first of some groups, and says how many groups belong to it, at least 1.
func (s *scan) numberAt(run []group) int {
	for n := len(run); n > 0; n-- {
		part := run[:n]
		if kind := s.numberOf(part); kind != "" {
			s.hit(kind, true, part[0].from, part[n-1].to)
			return n
		}
	}
	return 1
}

// numberOf says what kind of number groups of digits make together; "" for none.
func (s *scan) numberOf(part []group) string {
	var b strings.Builder
	single, clock := true, false
	for i, g := range part {
		b.WriteString(g.digits)
		single = single && len(g.digits) == 1
		clock = clock || i > 0 && strings.Contains(g.before, ":")
	}
	n := b.String()
	if len(n) < 10 || len(n) > 20 || clock || len(part) > most && !single { // times of day, lists of small numbers
		return ""
	}
	last := part[len(part)-1].to
	id := n
	if len(n) == 17 && s.crossed(last) {
		id += "X"
	}
	if _, err := ident.ParseResidentID(id, s.known.Today); err == nil {
		return HitID
	}
	if p, err := ident.ParsePhone(n); err == nil && p.Personal() && (p.Kind != ident.NorthAmerican || northAmerican(part)) {
		return HitPhone
	}
	if _, err := ident.ParseBankCard(n); err == nil && !dated(part) {
		return HitCard
	}
	return ""
}

// crossed reports whether an X follows, as the last character of an ID number.
func (s *scan) crossed(i int) bool {
	for n := 0; i < len(s.runes) && n <= gap; i, n = i+1, n+1 {
		if s.runes[i] == 'x' {
			return true
		}
		if unicode.IsLetter(s.runes[i]) || unicode.IsDigit(s.runes[i]) {
			return false
		}
	}
	return false
}

// northAmerican reports whether ten digits are parted as numbers there are, and not as an amount.
func northAmerican(part []group) bool {
	var sizes []int
	for i, g := range part {
		if i > 0 && strings.Contains(g.before, ",") {
			return false
		}
		sizes = append(sizes, len(g.digits))
	}
	return slices.Equal(sizes, []int{10}) || slices.Equal(sizes, []int{3, 3, 4}) || slices.Equal(sizes, []int{3, 7}) || slices.Equal(sizes, []int{1, 3, 3, 4}) || len(sizes) == 10
}

// dated reports whether groups hold a day as 2026-10-08: days in a row make long numbers that are none.
func dated(part []group) bool {
	for i := 0; i+2 < len(part); i++ {
		y := part[i].digits
		if len(y) == 4 && (y[:2] == "19" || y[:2] == "20") && len(part[i+1].digits) <= 2 && len(part[i+2].digits) <= 2 {
			return true
		}
	}
	return false
}

// amount reports whether a unit of money follows.
func (s *scan) amount(g group) bool {
	rest := strings.TrimLeft(string(s.runes[g.to:min(len(s.runes), g.to+8)]), " ")
	for _, unit := range []string{"元", "万", "yuan", "cny", "rmb"} {
		if strings.HasPrefix(rest, unit) {
			return true
		}
	}
	return false
}

// shortest is from how many digits on a number on record is looked for among all the digits of a text: fewer meet by chance.
const shortest = 7

// recorded looks for the numbers on record among all digits of the text, whatever stands between them.
func (s *scan) recorded() {
	var all []byte
	var at []int
	for i := 0; i < len(s.runes); {
		d, n, ok := s.digitAt(i)
		if ok {
			all, at = append(all, d), append(at, i+n-1)
		}
		i += n
	}
	for _, number := range s.known.Numbers {
		want := onlyDigits(number)
		if len(want) < shortest {
			continue
		}
		if i := strings.Index(string(all), want); i >= 0 {
			s.hit(HitNumber, true, at[i], at[i+len(want)-1]+1)
		}
	}
}

// onlyDigits are the digits of a number, without its country.
func onlyDigits(number string) string {
	if p, err := ident.ParsePhone(number); err == nil {
		number = strings.TrimPrefix(p.Number, "+1")
	}
	var b strings.Builder
	for _, r := range fold(number).runes {
		if d, ok := digitOf(r); ok {
			b.WriteByte(d)
		}
	}
	return b.String()
}
