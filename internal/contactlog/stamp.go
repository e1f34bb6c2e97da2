package contactlog

import (
	"bytes"
	"strings"
	"time"
)

// stamp is what a cell says of a time, before a year and a zone are known.
type stamp struct {
	year, month, day     int // year 0: not said
	hour, minute, second int
	clock                bool // a time of day was said
	date                 bool // a day was said
	offset               int  // seconds east of UTC
	zoned                bool // offset was said
	epoch                int64
	instant              bool // epoch was said
}

// stampBytes is more than any way to write a time needs.
const stampBytes = 64

// parseStamp reads the ways in which logs write times: 2020-03-02 13:13:40,
// 2020/3/2 13:13, 2017年03月05日 14时03分11秒, 03-02 13:13:40 (no year),
// 20200302131340, 3/2/2020 1:13:40 PM, Jul 15, 2013 7:07:22 PM, RFC 3339,
// epochs in seconds or milliseconds, and Excel's serial days. dayFirst settles
// 3/2/2020.
func parseStamp(b []byte, dayFirst, date1904 bool) (stamp, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > stampBytes {
		return stamp{}, false
	}
	if s, ok := numericStamp(b, date1904); ok {
		return s, true
	}
	var g groups
	if !g.cut(b) {
		return stamp{}, false
	}
	s, ok := g.stamp(dayFirst)
	if !ok || !s.sane() {
		return stamp{}, false
	}
	return s, true
}

func (s stamp) sane() bool {
	if s.clock && (s.hour > 23 || s.minute > 59 || s.second > 60) {
		return false
	}
	if !s.date {
		return s.clock
	}
	if s.year != 0 && (s.year < 1990 || s.year > 2100) || s.month < 1 || s.month > 12 || s.day < 1 {
		return false
	}
	y := s.year
	if y == 0 {
		y = 2000 // a leap year: the 29th of February may be meant
	}
	return s.day <= monthDays(y, s.month)
}

func monthDays(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// numericStamp reads a cell that is one number.
func numericStamp(b []byte, date1904 bool) (stamp, bool) {
	dot := -1
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
		case c == '.' && dot < 0 && i > 0:
			dot = i
		default:
			return stamp{}, false
		}
	}
	whole := b
	if dot >= 0 {
		whole = b[:dot]
	}
	n := int64(0)
	for _, c := range whole {
		if n > 1e15 {
			return stamp{}, false
		}
		n = n*10 + int64(c-'0')
	}
	switch {
	case dot >= 0 && len(whole) <= 5 || len(whole) == 5:
		return serialStamp(b, n, dot, date1904)
	case dot >= 0:
		return stamp{}, false
	case len(b) == 14:
		s := stamp{year: int(n / 1e10), month: int(n / 1e8 % 100), day: int(n / 1e6 % 100), hour: int(n / 1e4 % 100), minute: int(n / 100 % 100), second: int(n % 100), date: true, clock: true}
		return s, s.sane()
	case len(b) == 12:
		s := stamp{year: int(n / 1e8), month: int(n / 1e6 % 100), day: int(n / 1e4 % 100), hour: int(n / 100 % 100), minute: int(n % 100), date: true, clock: true}
		return s, s.sane()
	case len(b) == 8:
		s := stamp{year: int(n / 1e4), month: int(n / 100 % 100), day: int(n % 100), date: true}
		return s, s.sane()
	case len(b) == 13:
		return stamp{epoch: n / 1000, instant: true, date: true, clock: true}, thisAge(n / 1000)
	case len(b) == 10:
		return stamp{epoch: n, instant: true, date: true, clock: true}, thisAge(n)
	}
	return stamp{}, false
}

// serialStamp reads Excel's count of days since the last of 1899, with the time
// as the fraction; a fraction alone is a time of day.
func serialStamp(b []byte, day int64, dot int, date1904 bool) (stamp, bool) {
	frac, scale := int64(0), int64(1)
	if dot >= 0 {
		for _, c := range b[dot+1 : min(len(b), dot+11)] {
			frac, scale = frac*10+int64(c-'0'), scale*10
		}
	}
	secs := (frac*86400 + scale/2) / scale
	s := stamp{clock: dot >= 0, hour: int(secs / 3600 % 24), minute: int(secs / 60 % 60), second: int(secs % 60)}
	if day == 0 && dot >= 0 {
		return s, true
	}
	if date1904 {
		day += 1462
	}
	if day < 32874 || day > 73415 { // 1990 to 2100
		return stamp{}, false
	}
	t := time.Unix((day-25569)*86400+secs/86400*86400, 0).UTC()
	s.year, s.month, s.day, s.date = t.Year(), int(t.Month()), t.Day(), true
	s.clock = true // a whole number is midnight: Excel writes it so
	return s, true
}

// groups are the numbers in a written time and what stands behind each.
type groups struct {
	n     [9]int
	width [9]int
	sep   [9]byte // '-' date, ':' clock, 'T' space or T, 'y' 'm' 'd' 'h' 'i' 's' the Chinese words, '+' offset, 0 end
	k     int
	pm    int // 1 am, 2 pm
	month int // named in English, standing before group monthAt
	utc   bool
	minus bool
	zone  int // group at which the offset begins, 0 none
}

func (g *groups) cut(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c >= '0' && c <= '9':
			if g.k == len(g.n) {
				return false
			}
			j := i
			for ; i < len(b) && b[i] >= '0' && b[i] <= '9' && i-j < 9; i++ {
				g.n[g.k] = g.n[g.k]*10 + int(b[i]-'0')
			}
			g.width[g.k] = i - j
			g.k++
		case c >= 0x80:
			w := g.han(b[i:])
			if w == 0 {
				return false
			}
			i += w
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			j := i
			for i < len(b) && (b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z') {
				i++
			}
			if !g.word(string(b[j:i])) {
				return false
			}
		default:
			if !g.mark(c) {
				return false
			}
			i++
		}
	}
	return g.k > 0
}

func (g *groups) mark(c byte) bool {
	last := max(g.k-1, 0)
	switch c {
	case '-', '/':
		if g.k > 0 && g.clockSeen() && c == '-' {
			g.zone, g.minus = g.k, true
		} else if g.sep[last] == 0 {
			g.sep[last] = '-'
		}
	case '.':
		if g.clockSeen() {
			g.sep[last] = '.'
		} else {
			g.sep[last] = '-'
		}
	case ':':
		g.sep[last] = ':'
	case '+':
		g.zone = g.k
	case ' ', ',', '\t', '(', ')', '"', '\'', '=':
		if g.k > 0 && g.sep[last] == 0 {
			g.sep[last] = 'T'
		}
	default:
		return false
	}
	return true
}

func (g *groups) clockSeen() bool {
	for _, s := range g.sep[:g.k] {
		if s == ':' || s == 'h' {
			return true
		}
	}
	return false
}

var hanMarks = []struct {
	word string
	mark byte
}{{"年", 'y'}, {"月", 'm'}, {"日", 'd'}, {"号", 'd'}, {"时", 'h'}, {"点", 'h'}, {"分", 'i'}, {"秒", 's'}, {"：", ':'}, {"／", '-'}, {"－", '-'}, {"\u00a0", ' '}, {"\u3000", ' '}, {"\u202f", ' '}}

func (g *groups) han(b []byte) int {
	for _, h := range hanMarks {
		if !bytes.HasPrefix(b, []byte(h.word)) {
			continue
		}
		switch {
		case h.mark == ' ':
			g.mark(' ')
		case g.k > 0:
			g.sep[g.k-1] = h.mark
		}
		return len(h.word)
	}
	for w, pm := range map[string]int{"上午": 1, "凌晨": 1, "早上": 1, "中午": 0, "下午": 2, "晚上": 2} {
		if bytes.HasPrefix(b, []byte(w)) {
			g.pm = pm
			return len(w)
		}
	}
	return 0
}

var monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

func (g *groups) word(w string) bool {
	w = strings.ToLower(w)
	switch w {
	case "am", "a":
		g.pm = 1
		return true
	case "pm", "p":
		g.pm = 2
		return true
	case "t":
		g.mark(' ')
		return true
	case "z", "utc", "gmt":
		g.utc = true
		return true
	case "m", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "at":
		return true
	}
	for i, m := range monthNames {
		if len(w) >= 3 && strings.HasPrefix(w, m) {
			g.month = i + 1
			if g.k > 0 {
				g.sep[g.k-1] = 'T'
			}
			return true
		}
	}
	return false
}

// stamp gives the groups their meaning.
func (g *groups) stamp(dayFirst bool) (stamp, bool) {
	var s stamp
	end := g.k
	if g.zone > 0 && g.zone < g.k {
		end = g.zone
		s.zoned, s.offset = true, g.offset()
	}
	if g.utc {
		s.zoned = true
	}
	rest, ok := g.dateOf(&s, end, dayFirst)
	if !ok {
		return s, false
	}
	if rest == end {
		return s, s.date
	}
	clock := g.n[rest:end]
	if len(clock) < 2 || g.sep[rest] != ':' && g.sep[rest] != 'h' {
		return s, false
	}
	s.clock, s.hour, s.minute = true, clock[0], clock[1]
	if len(clock) > 2 {
		s.second = clock[2]
	}
	if len(clock) > 3 && g.sep[rest+2] != '.' {
		return s, false
	}
	switch {
	case g.pm == 2 && s.hour < 12:
		s.hour += 12
	case g.pm == 1 && s.hour == 12:
		s.hour = 0
	}
	return s, true
}

func (g *groups) offset() int {
	h, m := g.n[g.zone], 0
	switch {
	case g.width[g.zone] == 4:
		h, m = h/100, h%100
	case g.zone+1 < g.k:
		m = g.n[g.zone+1]
	}
	off := h*3600 + m*60
	if g.minus {
		off = -off
	}
	return off
}

// dateOf takes the groups of the date and says where the clock begins.
func (g *groups) dateOf(s *stamp, end int, dayFirst bool) (rest int, ok bool) {
	n, sep := &g.n, &g.sep
	switch {
	case g.month > 0: // 15 Jul 2013, Jul 15, 2013
		if end < 2 {
			return 0, false
		}
		s.month, s.day, s.year, s.date = g.month, n[0], n[1], true
		return 2, g.width[1] == 4
	case end >= 3 && g.width[0] == 4 && (sep[0] == '-' || sep[0] == 'y'):
		s.year, s.month, s.day, s.date = n[0], n[1], n[2], true
		return 3, true
	case end >= 3 && sep[0] == '-' && sep[1] == '-':
		s.month, s.day, s.year, s.date = n[0], n[1], n[2], true
		if dayFirst || s.month > 12 {
			s.month, s.day = s.day, s.month
		}
		if g.width[2] == 2 {
			s.year += 2000
		}
		return 3, true
	case end >= 2 && (sep[0] == '-' || sep[0] == 'm') && sep[1] != '-':
		s.month, s.day, s.date = n[0], n[1], true
		return 2, true
	case sep[0] == ':' || sep[0] == 'h':
		return 0, true
	case g.width[0] == 8:
		s.year, s.month, s.day, s.date = n[0]/10000, n[0]/100%100, n[0]%100, true
		return 1, true
	}
	return 0, false
}
