package paper

import (
	"strings"
	"unicode"
)

// Marks that do not begin a line, and marks that do not end one (标点避头尾).
const (
	noStart = "，。、；：？！）》〉」』】〕〗｝”’…—～·％‰℃°,.;:?!)]}%%›»-/"
	noEnd   = "（《〈「『【〔〖｛“‘￥¥$£€([{«‹〔#"
)

// wide reports whether lines can break beside r: the characters of Chinese and its full-width marks.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF ||
		r == '…' || r == '—' || r == '“' || r == '”' || r == '□'
}

// latin sets the quotes of a text without Chinese straight: the fonts that have Chinese draw the curved ones as wide as its
// characters.
func latin(s string) string {
	for _, r := range s {
		if unicode.In(r, unicode.Han) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF {
			return s
		}
	}
	return straight.Replace(s)
}

var straight = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`)

// breaks reports whether a line may end after a, with b to begin the next.
func breaks(a, b rune) bool {
	switch {
	case b == ' ':
		return false // spaces hang at the end of a line
	case a == ' ':
		return true
	case strings.ContainsRune(noEnd, a):
		return false
	case strings.ContainsRune(noStart, b):
		return false
	case a >= '0' && a <= '9' && strings.ContainsRune("年月日号元", b):
		return false // 2026年 stays together
	case a == '-' || a == '/':
		return unicode.IsLetter(b)
	default:
		return wide(a) || wide(b)
	}
}

// wrap cuts text into lines of at most width, the first of at most first. A word longer than a line is cut anywhere.
func wrap(text string, first, width float64, measure func(rune) float64) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n") {
		out = append(out, wrapPart([]rune(part), &first, width, measure)...)
	}
	return out
}

func wrapPart(rs []rune, first *float64, width float64, measure func(rune) float64) []string {
	var out []string
	for {
		room := width
		if *first > 0 {
			room, *first = *first, 0
		}
		n := fitting(rs, room, measure)
		out = append(out, strings.TrimRight(string(rs[:n]), " "))
		rs = rs[n:]
		for len(rs) > 0 && rs[0] == ' ' {
			rs = rs[1:]
		}
		if len(rs) == 0 {
			return out
		}
	}
}

// fitting is how many runes go on a line.
func fitting(rs []rune, room float64, measure func(rune) float64) int {
	used, last := 0.0, 0
	for i, r := range rs {
		if i > 0 && breaks(rs[i-1], r) {
			last = i
		}
		used += measure(r)
		if used > room+0.01 && r != ' ' && i > 0 {
			if last > 0 {
				return last
			}
			return i
		}
	}
	return len(rs)
}
