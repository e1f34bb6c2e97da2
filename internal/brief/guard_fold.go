package brief

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold gives a text the form in which it is searched.
func fold(text string) folded {
	f := folded{typed: []rune(text)}
	for i, r := range f.typed {
		if unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me) {
			continue
		}
		for _, x := range norm.NFKC.String(string(r)) {
			switch {
			case unicode.Is(unicode.Pd, x) || x == '−' || x == '_':
				x = '-'
			case unicode.IsSpace(x) && x != '\n':
				x = ' '
			default:
				x = unicode.ToLower(x)
			}
			f.runes, f.at = append(f.runes, x), append(f.at, i)
		}
	}
	return f
}

// hanDigits are the characters that people write for single digits, the formal ones and the spoken 幺 too. Those of tens and
// hundreds are no digits: 第二十四条 holds none that belong to a number.
var hanDigits = map[rune]byte{'零': '0', '〇': '0', '○': '0', '一': '1', '壹': '1', '幺': '1', '二': '2', '贰': '2', '貳': '2', '两': '2', '三': '3', '叁': '3', '參': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '陸': '6', '七': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '玖': '9'}

// spelled are the digits as English words.
var spelled = map[string]byte{"zero": '0', "oh": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7', "eight": '8', "nine": '9'}

// digitOf is the digit that a rune stands for, of any script.
func digitOf(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r), true
	}
	if d, ok := hanDigits[r]; ok {
		return d, true
	}
	if unicode.IsDigit(r) { // the digits of a script follow each other from its zero
		n := byte(0)
		for n < 9 && unicode.IsDigit(r-rune(n)-1) {
			n++
		}
		return '0' + n, true
	}
	return 0, false
}

// flat is the folded text with every digit of any script as 0 to 9: for the forms that regular expressions find. A rune stays a
// rune, so that places are the same.
func (f *folded) flat() string {
	var b strings.Builder
	for _, r := range f.runes {
		if d, ok := digitOf(r); ok {
			r = rune(d)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// each calls found with the places, in runes, of what an expression finds: of its first group, or of all of it.
func each(re *regexp.Regexp, text string, found func(from, to int, groups []string)) {
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, 0, len(m)/2)
		for i := 0; i < len(m); i += 2 {
			if m[i] < 0 {
				groups = append(groups, "")
				continue
			}
			groups = append(groups, text[m[i]:m[i+1]])
		}
		from := utf8.RuneCountInString(text[:m[0]])
		found(from, from+utf8.RuneCountInString(text[m[0]:m[1]]), groups)
	}
}

// group is a row of digits with nothing between them.
type group struct {
	digits   string
	from, to int
	before   string // what stands between the group before and this one
}

// gap is how many characters between two digits still make one number of them.
const gap = 3

// runs are the rows of groups that may be one number each: between two groups stand at most a few marks and blanks, no letters
// and no new line.
func (s *scan) runs() (out [][]group) {
	var run []group
	end := func() {
		if len(run) > 0 {
			out, run = append(out, run), nil
		}
	}
	var between []rune
	for i := 0; i < len(s.runes); {
		d, n, ok := s.digitAt(i)
		switch {
		case ok && len(run) > 0 && len(between) == 0 && n == 1 && run[len(run)-1].to == i:
			g := &run[len(run)-1]
			g.digits, g.to = g.digits+string(d), i+1
		case ok:
			run = append(run, group{string(d), i, i + n, string(between)})
		case s.runes[i] == '\n' || unicode.IsLetter(s.runes[i]) || len(between) >= gap:
			end()
		default:
			between = append(between, s.runes[i])
			i++
			continue
		}
		between = nil
		i += n
	}
	end()
	return out
}

// digitAt is the digit that begins at a place: one character, or an English word. A letter o between digits is a zero.
func (s *scan) digitAt(i int) (d byte, n int, ok bool) {
	if d, ok := digitOf(s.runes[i]); ok {
		return d, 1, true
	}
	digit := func(j int) bool {
		if j < 0 || j >= len(s.runes) {
			return false
		}
		_, ok := digitOf(s.runes[j])
		return ok
	}
	if s.runes[i] == 'o' && digit(i-1) && digit(i+1) {
		return '0', 1, true
	}
	end := i
	for end < len(s.runes) && end-i < 6 && s.runes[end] >= 'a' && s.runes[end] <= 'z' {
		end++
	}
	if d, ok := spelled[string(s.runes[i:end])]; ok && s.word(i, end) {
		return d, end - i, true
	}
	return 0, 1, false
}
