package locale

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/web"
)

func TestLanguagesAgree(t *testing.T) {
	c, err := Load(web.FS)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Keys(ZH)); n < 50 {
		t.Fatalf("only %d messages: the files were not read", n)
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func catalogOf(t *testing.T, zh, en string) *Catalog {
	t.Helper()
	c, err := Load(fstest.MapFS{"locales/zh/a.yaml": {Data: []byte(zh)}, "locales/en/a.yaml": {Data: []byte(en)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestT(t *testing.T) {
	c := catalogOf(t, "q: {found: '共 {0} 件', who: '{1}由{0}承办'}\ns: {open: 办理中}\nis: 状态：{0}",
		"q: {found: '{0} {0|case|cases}', who: '{0} has {1}'}\ns: {open: open}\nis: 'Status: {0}'")
	day := calendar.MustDate("2026-10-08")
	for _, tt := range []struct {
		lang Lang
		key  string
		args []any
		want string
	}{
		{EN, "q.found", []any{1}, "1 case"},
		{EN, "q.found", []any{int64(1)}, "1 case"},
		{EN, "q.found", []any{0}, "0 cases"},
		{EN, "q.found", []any{"1,204"}, "1,204 cases"},
		{ZH, "q.found", []any{2}, "共 2 件"},
		{ZH, "q.who", []any{"王敏", "K-1"}, "K-1由王敏承办"},
		{ZH, "is", []any{Key("s.open")}, "状态：办理中"},
		{ZH, "is", []any{day}, "状态：2026年10月8日"},
		{EN, "is", []any{Fen(140000000)}, "Status: ¥1,400,000.00"},
		{EN, "q.found", nil, "{0} {0|case|cases}"}, // scripts fill it themselves
	} {
		if got := c.T(tt.lang, tt.key, tt.args...); got != tt.want {
			t.Errorf("T(%s, %s, %v) = %q, want %q", tt.lang, tt.key, tt.args, got, tt.want)
		}
	}
	if got := c.T(ZH, "nothing.here"); got != "nothing.here" {
		t.Errorf("missing key gives %q", got)
	}
	if got := c.Missing(); len(got) != 1 || got[0] != "zh:nothing.here" {
		t.Errorf("Missing() = %v", got)
	}
}

func TestCheckFindsEveryDifference(t *testing.T) {
	c := catalogOf(t, "a: 甲\nb: '{0} 乙'\nc: ''", "a: A\nb: 'B'\nc: C\nd: D")
	err := c.Check()
	if err == nil {
		t.Fatal("nothing found")
	}
	for _, want := range []string{"b: placeholders differ", "c is empty", "d is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q not in:\n%v", want, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, a, b, want string }{
		{"twice", "x: {y: 1st}", "x: {y: 2nd}", "x.y: defined twice"},
		{"not text", "x: 12", "", "want text in quotes, got int"},
		{"brace", "x: 'a {0'", "", "without }"},
		{"plural", "x: '{0|one}'", "", "want {0} or {0|one|other}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"locales/en/a.yaml": {Data: []byte(tt.a)}, "locales/en/b.yaml": {Data: []byte(tt.b)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]Lang{
		"": ZH, "zh-CN,zh;q=0.9,en;q=0.8": ZH, "zh-TW": ZH, "en-GB,en;q=0.9": EN, "fr-FR": EN,
		"en;q=0.4,zh;q=0.9": ZH, "fr,zh;q=0.2": ZH, ";;;": ZH,
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestFormats(t *testing.T) {
	at := time.Date(2026, 10, 7, 16, 5, 0, 0, time.UTC)
	zone := time.FixedZone("CST", 8*3600)
	for _, tt := range []struct{ name, got, want string }{
		{"date zh", Date(ZH, calendar.MustDate("2026-10-08")), "2026年10月8日"},
		{"date en", Date(EN, calendar.MustDate("2026-10-08")), "8 October 2026"},
		{"no date", Date(ZH, calendar.Date{}), ""},
		{"time zh", DateTime(ZH, at, zone), "2026年10月8日 00:05"},
		{"time en", DateTime(EN, at, zone), "8 October 2026, 00:05"},
		{"month", Month(EN, 2026, 2), "February 2026"},
		{"money", Money(ZH, 140000000), "¥1,400,000.00"},
		{"money small", Money(ZH, 7), "¥0.07"},
		{"money minus", Money(EN, -123456), "-¥1,234.56"},
		{"money least", Money(EN, -9223372036854775808), "-¥92,233,720,368,547,758.08"},
		{"short 万", MoneyShort(ZH, 140000000), "140万元"},
		{"short 亿", MoneyShort(ZH, 12345678900), "1.23亿元"},
		{"short 元", MoneyShort(ZH, 999900), "9,999元"},
		{"short m", MoneyShort(EN, 140000000), "¥1.4m"},
		{"short k", MoneyShort(EN, 1250000), "¥12.5k"},
		{"short below", MoneyShort(EN, 123450), "¥1,234.50"},
		{"number", Number(EN, 1234567.5), "1,234,567.5"},
		{"number minus", Number(EN, -0.001), "0"},
		{"percent", Percent(EN, 0.1234), "12.3%"},
		{"bytes", Bytes(EN, 3400000), "3.2 MB"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
