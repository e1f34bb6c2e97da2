package brief

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dunwatch/internal/calendar"
)

const months = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`

// The forms of days and places. A month, and the article of a law, is neither.
var (
	hanDay   = regexp.MustCompile(`(?:(\d{4})年)?([\d十]{1,3})月([\d十廿卅]{1,3})[日号]`)
	isoDay   = regexp.MustCompile(`\b(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	dayOf    = regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ` + months + `\b(?:,? (20\d{2}))?`)
	monthDay = regexp.MustCompile(`\b` + months + `\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (20\d{2}))?(?:[^\d]|$)`)

	house    = regexp.MustCompile(`[路街巷弄道]\d+号|\d+(?:号楼|幢|栋|单元|室|弄\d*号?)|\b\d+ [a-z]+ (?:street|road|avenue|lane)\b|\b(?:room|flat|apartment|apt) \d+`)
	district = regexp.MustCompile(`\p{Han}{1,4}(?:县|区|镇|乡|村|街道|旗)`)
	latin    = regexp.MustCompile(`\b[a-z]{3,} (?:district|county|township|town|village|subdistrict|neighbou?rhood)\b`)
)

// large and common words that end like places and are none, or none of a few people.
var noPlace = []string{"地区", "社区", "小区", "辖区", "片区", "城区", "郊区", "市区", "农村", "乡村", "城镇", "乡镇", "家乡", "故乡", "自治区", "特区", "专区", "误区", "禁区", "校区", "园区", "新区", "景区", "山区", "区县", "省区",
	"各县", "本县", "该县", "某县", "某区", "某镇", "某乡", "某村", "某街道", "该区", "各区", "全区", "区分", "区别", "区间"}

// places looks for days, houses and small places, and for parts of the addresses on record.
func (s *scan) places() {
	flat := s.flat()
	for _, d := range s.days(flat) {
		if s.ofCase(d) {
			s.hit(HitDate, false, d.from, d.to)
		}
	}
	each(house, flat, func(from, to int, _ []string) { s.hit(HitAddress, true, from, to) })
	text := string(s.runes)
	each(district, text, func(from, to int, groups []string) {
		if !slices.ContainsFunc(noPlace, func(w string) bool { return strings.HasSuffix(groups[0], w) }) {
			s.hit(HitPlace, false, from, to)
		}
	})
	each(latin, text, func(from, to int, groups []string) {
		if first, _, _ := strings.Cut(groups[0], " "); !slices.Contains([]string{"the", "her", "his", "one", "home", "same", "small", "their", "another", "every", "each"}, first) {
			s.hit(HitPlace, false, from, to)
		}
	})
	for _, a := range s.known.Addresses {
		s.address(a)
	}
}

// day is an exact day in a text; year 0 where it has none.
type day struct {
	year, month, day int
	from, to         int
}

func (s *scan) days(flat string) (out []day) {
	add := func(y, m, d string, month int, from, to int) {
		x := day{hanNumber(y), month, hanNumber(d), from, to}
		if m != "" {
			x.month = hanNumber(m)
		}
		if x.month >= 1 && x.month <= 12 && x.day >= 1 && x.day <= 31 {
			out = append(out, x)
		}
	}
	each(hanDay, flat, func(from, to int, g []string) { add(g[1], g[2], g[3], 0, from, to) })
	each(isoDay, flat, func(from, to int, g []string) { add(g[1], g[2], g[3], 0, from, to) })
	each(dayOf, flat, func(from, to int, g []string) { add(g[3], "", g[1], monthNamed(g[2]), from, to) })
	each(monthDay, flat, func(from, to int, g []string) { add(g[3], "", g[2], monthNamed(g[1]), from, to) })
	return out
}

// hanNumber reads 8, 18 and, with its digits plain, 十, 1十 (一十), 十8, 2十, 2十4; 0 for nothing.
func hanNumber(text string) int {
	text = strings.NewReplacer("廿", "2十", "卅", "3十").Replace(text)
	tens, ones, parted := strings.Cut(text, "十")
	if !parted {
		n, _ := strconv.Atoi(text)
		return n
	}
	t, o := 1, 0
	if tens != "" {
		t, _ = strconv.Atoi(tens)
	}
	if ones != "" {
		o, _ = strconv.Atoi(ones)
	}
	return 10*t + o
}

func monthNamed(name string) int {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), name[:3]) {
			return int(m)
		}
	}
	return 0
}

// ofCase reports whether a day lies in the time of which the complaint tells; one without year in any year of it. Days of laws
// are others. Where nobody said when it was, every day may be one of the case.
func (s *scan) ofCase(d day) bool {
	from, to := s.known.From, s.known.To
	if from.IsZero() {
		return true
	}
	if to.IsZero() || to.Before(from) {
		to = from
	}
	years := []int{d.year}
	if d.year == 0 {
		years = []int{from.Year(), to.Year()}
	}
	return slices.ContainsFunc(years, func(y int) bool {
		on := calendar.DateOf(y, time.Month(d.month), d.day)
		return !on.Before(from) && !on.After(to)
	})
}

// piece is how many characters of an address on record, beyond its city, give it away.
const piece = 4

var city = regexp.MustCompile(`^.*?(?:市|自治州|盟)`)

// address looks for pieces of an address behind its city: a street, a house.
func (s *scan) address(a string) {
	want := letters(city.ReplaceAllString(a, ""))
	n := piece
	if !han(a) {
		n = 3 * piece
	}
	text, at := s.closed()
	for i := 0; i+n <= len(want); i++ {
		part := want[i : i+n]
		if !slices.ContainsFunc(part, unicode.IsLetter) {
			continue // a number alone meets by chance
		}
		for j := 0; j+n <= len(text); j++ {
			if slices.Equal(text[j:j+n], part) {
				s.hit(HitAddress, true, at[j], at[j+n-1]+1)
				return
			}
		}
	}
}
