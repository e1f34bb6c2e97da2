package cfpb

import (
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/calendar"
)

// ParseDate reads a date in any of the forms in which the public files have
// been seen: 2020-03-18, 2020/3/18, 03/18/2020, 03/18/20 and timestamps such as
// 2019-04-13T12:00:00-05:00, of which the date counts as written: the regulator
// stamps noon of its own day, and moving it to another zone could change it.
// Slashes with the year last are month first, as in the United States. Years
// outside 2000 to 2099 are refused; the database begins in 2011.
func ParseDate(s string) (calendar.Date, error) {
	day := s
	if i := strings.IndexAny(s, "T "); i >= 0 {
		if !clock(s[i+1:]) {
			return calendar.Date{}, fmt.Errorf("parse date %q", clip(s, 40))
		}
		day = s[:i]
	}
	y, m, d, ok := parts(day)
	if !ok || y < 2000 || y > 2099 || m < 1 || m > 12 || d < 1 {
		return calendar.Date{}, fmt.Errorf("parse date %q", clip(s, 40))
	}
	date := calendar.DateOf(y, time.Month(m), d)
	if date.Day() != d {
		return calendar.Date{}, fmt.Errorf("parse date %q: no such day", clip(s, 40))
	}
	return date, nil
}

// parts cuts the day into numbers. The place of the year tells the order.
func parts(s string) (y, m, d int, ok bool) {
	sep := byte('-')
	if strings.IndexByte(s, '/') >= 0 {
		sep = '/'
	}
	a, rest, ok1 := strings.Cut(s, string(sep))
	b, c, ok2 := strings.Cut(rest, string(sep))
	if !ok1 || !ok2 {
		return 0, 0, 0, false
	}
	na, nb, nc := number(a), number(b), number(c)
	if na < 0 || nb < 0 || nc < 0 || len(b) > 2 {
		return 0, 0, 0, false
	}
	switch {
	case len(a) == 4 && len(c) <= 2:
		return na, nb, nc, true
	case len(a) <= 2 && len(c) == 4:
		return nc, na, nb, true
	case len(a) <= 2 && len(c) == 2 && sep == '/':
		return 2000 + nc, na, nb, true
	}
	return 0, 0, 0, false
}

// number reads one to four digits; -1 for anything else.
func number(s string) int {
	if len(s) == 0 || len(s) > 4 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// clock reports whether s can be the time part of a timestamp. Which time it
// is does not matter.
func clock(s string) bool {
	if !strings.Contains(s, ":") || len(s) > 24 {
		return false
	}
	for i := range len(s) {
		if !strings.ContainsRune("0123456789:.+-Z AMPamp", rune(s[i])) {
			return false
		}
	}
	return s[0] >= '0' && s[0] <= '9'
}
