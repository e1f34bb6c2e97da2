package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dunwatch/internal/calendar"
)

// kind is one sort of complaint with what people say about it. A fragment that
// begins with a tag ("@kid ") belongs to one story: an opening with a tag sets
// it, a tagged incident is told only in its own story. Slots in braces are
// filled by facts.
type kind struct {
	code      string
	also      []string // codes that come along now and then
	channels  []string // the first always
	proof     []string // kinds of evidence that people have
	weight    int
	third     bool // told by somebody who owes nothing
	own       bool // the opening tells the loan itself
	openings  []string
	incidents []string
}

// zhKinds are all kinds told in Chinese.
var zhKinds = slices.Concat(contactKinds, privacyKinds, falseKinds, forceKinds, moneyKinds)

// facts fill the slots of one story, so that it speaks of one firm, one loan
// and days in their order.
type facts struct {
	app, agency, city, number string
	from, to, loan            calendar.Date
	amount, owed, fee         int64 // whole yuan or dollars
	months, paid, overdue     int
	small, many, flood        int
	dollars                   bool
}

// story is what somebody tells, and what they ask for.
type story struct{ narrative, demand string }

// short is the length in bytes under which a story gets more sentences: the office
// would ask for more.
const short = 215

// pick draws one; the zero string from none.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// tell composes a story in a language ("zh", "en").
func tell(r *rand.Rand, lang string, k *kind, f facts) story {
	if lang == "en" {
		return f.tell(r, k, englishVoices, englishLoans, englishAftermaths, englishClosings, englishDemands, " ", fillEnglish)
	}
	return f.tell(r, k, voices, loans, aftermaths, closings, demands, "", fillChinese)
}

func (f facts) tell(r *rand.Rand, k *kind, people []voice, debts, after, ends []string, asks map[string][]string,
	gap string, fill func(*rand.Rand, facts, string) string) story {
	opening, tag := cutTag(pick(r, k.openings))
	v := pick(r, people)
	var parts []string
	who := ""
	// People who owe nothing, or say so, and those whose fate is the story do not
	// begin with their trade.
	if !k.third && k.code != "S01" {
		who = pick(r, v.who)
		if r.IntN(3) == 0 {
			who = ""
		}
		if !k.own {
			parts = append(parts, pick(r, debts))
			if r.IntN(5) < 3 {
				parts = append(parts, pick(r, v.reasons))
			}
		}
	}
	if r.IntN(4) == 0 { // some come to the point first
		parts = []string{opening, who + strings.Join(parts, gap)}
	} else {
		parts = []string{who + strings.Join(parts, gap), opening}
	}
	parts = append(parts, k.told(r, tag)...)
	if r.IntN(10) < 7 && !k.third && k.code != "S01" {
		parts = append(parts, pick(r, after))
	}
	for len(strings.Join(parts, "")) < short {
		if s := pick(r, after); !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	parts = append(parts, pick(r, ends))
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	text := fill(r, f, strings.Join(parts, gap))
	if v.plain && r.IntN(2) == 0 {
		text = careless(r, text)
	}
	demand := ""
	list := asks[k.code]
	if len(list) == 0 {
		list = asks[k.code[:1]]
	}
	if len(list) > 0 && r.IntN(6) > 0 {
		demand = fill(r, f, pick(r, list))
	}
	return story{narrative: text, demand: demand}
}

// told draws one to four incidents of a story, in the order of the list, which
// is roughly the order in which such things happen.
func (k *kind) told(r *rand.Rand, tag string) []string {
	var own, open []string
	for _, s := range k.incidents {
		text, t := cutTag(s)
		switch t {
		case "":
			open = append(open, text)
		case tag:
			own = append(own, text)
		}
	}
	n := 1 + r.IntN(4)
	var out []string
	for _, list := range [][]string{own, open} {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		out = append(out, list[:min(n-len(out), len(list))]...)
	}
	return out
}

func cutTag(s string) (text, tag string) {
	if rest, ok := strings.CutPrefix(s, "@"); ok {
		tag, text, _ = strings.Cut(rest, " ")
		return text, tag
	}
	return s, ""
}

// careless is how somebody writes on a telephone between two orders.
func careless(r *rand.Rand, s string) string {
	switch r.IntN(4) {
	case 0:
		return strings.TrimSuffix(strings.ReplaceAll(s, "。", "，"), "，")
	case 1:
		return strings.ReplaceAll(s, "。", "！")
	case 2:
		return strings.NewReplacer("，", " ", "。", " ").Replace(s)
	default:
		return strings.TrimSuffix(s, "。")
	}
}

var (
	nights   = []string{"晚上11点多", "凌晨0点23分", "夜里12点半", "凌晨1点多", "晚上10点40", "23点47分", "凌晨两点", "晚上十一点一刻"}
	days     = []string{"上午10点多", "下午3点", "早上9点刚上班", "中午吃饭的时候", "下午快下班时", "上午11点20分"}
	nightsEN = []string{"11:40 p.m.", "10:52 p.m.", "half past midnight", "1:15 a.m.", "5:30 in the morning"}
	agencies = []string{"一家催收公司", "第三方公司", "委外公司"}
)

func fillChinese(r *rand.Rand, f facts, s string) string {
	agency := f.agency
	if agency == "" {
		agency = pick(r, agencies)
	}
	style := r.IntN(4)
	return strings.NewReplacer(
		"{app}", f.app, "{agency}", agency, "{city}", f.city, "{num}", f.number,
		"{d1}", dayZH(f.from, style), "{d2}", dayZH(f.to, style), "{t}", pick(r, nights), "{w}", pick(r, days),
		"{ym}", monthZH(f.loan, f.to), "{y}", fmt.Sprint(f.loan.Year()-1), "{m}", fmt.Sprint(int(f.from.AddMonths(-2).Month())),
		"{amt}", moneyZH(r, f.amount), "{owe}", moneyZH(r, f.owed), "{fee}", fmt.Sprint(f.fee),
		"{k}", fmt.Sprint(f.months), "{p}", fmt.Sprint(f.paid), "{od}", fmt.Sprint(f.overdue),
		"{s}", fmt.Sprint(f.small), "{n}", fmt.Sprint(f.many), "{big}", fmt.Sprint(f.flood),
	).Replace(s)
}

func fillEnglish(r *rand.Rand, f facts, s string) string {
	const long = "2 January"
	layout := long
	if f.dollars {
		layout = "January 2"
	}
	sign := "CNY "
	if f.dollars {
		sign = "$"
	}
	agency := f.agency
	if agency == "" {
		agency = "a collection company"
	}
	return strings.NewReplacer(
		"{app}", f.app, "{agency}", agency, "{city}", f.city, "{num}", f.number,
		"{d1}", dayEN(f.from, layout), "{d2}", dayEN(f.to, layout), "{t}", pick(r, nightsEN),
		"{ym}", dayEN(f.loan, "January 2006"), "{amt}", sign+thousands(f.amount), "{owe}", sign+thousands(f.owed), "{fee}", sign+thousands(f.fee),
		"{k}", fmt.Sprint(f.months), "{p}", fmt.Sprint(f.paid), "{od}", fmt.Sprint(f.overdue),
		"{s}", fmt.Sprint(f.small), "{n}", fmt.Sprint(f.many), "{big}", fmt.Sprint(f.flood),
	).Replace(s)
}

func dayEN(d calendar.Date, layout string) string { return d.Start(utc).Format(layout) }

// dayZH writes a day in one of the ways in which people write it.
func dayZH(d calendar.Date, style int) string {
	m, n := int(d.Month()), d.Day()
	switch style {
	case 0:
		return fmt.Sprintf("%d.%d", m, n)
	case 1:
		return fmt.Sprintf("%d月%d号", m, n)
	default:
		return fmt.Sprintf("%d月%d日", m, n)
	}
}

func monthZH(d, now calendar.Date) string {
	switch now.Year() - d.Year() {
	case 0:
		return fmt.Sprintf("今年%d月", int(d.Month()))
	case 1:
		return fmt.Sprintf("去年%d月", int(d.Month()))
	default:
		return fmt.Sprintf("%d年%d月", d.Year(), int(d.Month()))
	}
}

// moneyZH writes an amount in digits or in the words of every day.
func moneyZH(r *rand.Rand, yuan int64) string {
	switch {
	case yuan >= 10000 && yuan%1000 == 0 && r.IntN(2) == 0:
		if yuan%10000 == 0 {
			return fmt.Sprintf("%d万元", yuan/10000)
		}
		return fmt.Sprintf("%d.%d万", yuan/10000, yuan%10000/1000)
	case r.IntN(3) == 0:
		return fmt.Sprintf("%d块", yuan)
	default:
		return fmt.Sprintf("%d元", yuan)
	}
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
