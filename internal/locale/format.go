package locale

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"dunwatch/internal/calendar"
)

var matcher = language.NewMatcher([]language.Tag{language.MustParse("zh-Hans"), language.English})

// Match picks the language for an Accept-Language header: Chinese when there is
// none, English for readers of neither.
func Match(acceptLanguage string) Lang {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return ZH
	}
	// The index is compared, not the tag: the matcher decorates tags.
	_, i, confidence := matcher.Match(tags...)
	if i == 0 && confidence != language.No {
		return ZH
	}
	return EN
}

// Date writes 2026年10月8日 or 8 October 2026; no date is the empty text.
func Date(lang Lang, d calendar.Date) string {
	switch {
	case d.IsZero():
		return ""
	case lang == EN:
		return fmt.Sprintf("%d %s %d", d.Day(), d.Month(), d.Year())
	default:
		return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
	}
}

// DateTime writes the date and the time of day in zone: 2026年10月8日 14:05.
func DateTime(lang Lang, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(zone)
	sep := " "
	if lang == EN {
		sep = ", "
	}
	return Date(lang, calendar.OfTime(t)) + sep + t.Format("15:04")
}

// Month writes 2026年10月 or October 2026.
func Month(lang Lang, year int, month time.Month) string {
	if lang == EN {
		return fmt.Sprintf("%s %d", month, year)
	}
	return fmt.Sprintf("%d年%d月", year, int(month))
}

// Money writes an amount of fen in full: ¥1,400,000.00.
func Money(_ Lang, fen int64) string {
	sign, n := split(fen)
	return fmt.Sprintf("%s¥%s.%02d", sign, group(strconv.FormatUint(n/100, 10)), n%100)
}

// MoneyShort writes an amount of fen for narrow places: 140万元 or ¥1.4m. It
// rounds to two decimals of the unit.
func MoneyShort(lang Lang, fen int64) string {
	sign, n := split(fen)
	for _, u := range moneyUnits[lang] {
		if n >= u.from {
			return sign + u.mark + decimal(float64(n)/u.per, 2) + u.name
		}
	}
	small := group(strconv.FormatUint(n/100, 10))
	if n%100 != 0 {
		small += fmt.Sprintf(".%02d", n%100)
	}
	if lang == EN {
		return sign + "¥" + small
	}
	return sign + small + "元"
}

// moneyUnits are tried from large to small; from and per are in fen.
var moneyUnits = map[Lang][]struct {
	from       uint64
	per        float64
	mark, name string
}{
	ZH: {{1e10, 1e10, "", "亿元"}, {1e6, 1e6, "", "万元"}},
	EN: {{1e11, 1e11, "¥", "bn"}, {1e8, 1e8, "¥", "m"}, {1e6, 1e5, "¥", "k"}},
}

// Number writes a number with grouped thousands and at most two decimals.
func Number(_ Lang, v float64) string { return decimal(v, 2) }

// Percent writes a ratio: 0.125 is 12.5%.
func Percent(_ Lang, ratio float64) string { return decimal(ratio*100, 1) + "%" }

// Bytes writes a file size in units of 1024: 3.4 MB.
func Bytes(_ Lang, n int64) string {
	switch {
	case n >= 1<<30:
		return decimal(float64(n)/(1<<30), 1) + " GB"
	case n >= 1<<20:
		return decimal(float64(n)/(1<<20), 1) + " MB"
	case n >= 1<<10:
		return decimal(float64(n)/(1<<10), 0) + " KB"
	default:
		return strconv.FormatInt(n, 10) + " B"
	}
}

// decimal rounds to at most places decimals and drops the zeros at the end.
func decimal(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	if frac != "" {
		frac = "." + frac
	}
	sign := ""
	if v < 0 && strings.Trim(s, "0.") != "" {
		sign = "-"
	}
	return sign + group(whole) + frac
}

func group(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	first := len(digits) % 3
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

func split(fen int64) (sign string, n uint64) {
	if fen < 0 {
		return "-", -uint64(fen)
	}
	return "", uint64(fen)
}
