package contactlog

import (
	"testing"
	"time"
)

func TestParseStamp(t *testing.T) {
	want := map[string]string{
		"2020-03-02 13:13:40":         "2020-03-02 13:13:40 +0800",
		"2020/3/2 13:13":              "2020-03-02 13:13:00 +0800",
		"2017年03月05日 14时03分11秒":       "2017-03-05 14:03:11 +0800",
		"2017年3月5日":                   "2017-03-05 00:00:00 +0800",
		"20200302131340":              "2020-03-02 13:13:40 +0800",
		"20200302 13:13:40":           "2020-03-02 13:13:40 +0800",
		"202003021313":                "2020-03-02 13:13:00 +0800",
		"20200302":                    "2020-03-02 00:00:00 +0800",
		"2020.03.02 13:13:40":         "2020-03-02 13:13:40 +0800",
		"2020-03-02T13:13:40.123Z":    "2020-03-02 21:13:40 +0800",
		"2020-03-02T13:13:40-05:00":   "2020-03-03 02:13:40 +0800",
		"2020-03-02 13:13:40 +0530":   "2020-03-02 15:43:40 +0800",
		"3/2/2020 1:13:40 PM":         "2020-03-02 13:13:40 +0800",
		"13/2/2020 12:05 AM":          "2020-02-13 00:05:00 +0800",
		"2020-03-02 下午 1:13":          "2020-03-02 13:13:00 +0800",
		"Jul 15, 2013 7:07:22 PM":     "2013-07-15 19:07:22 +0800",
		"15 July 2013 07:07":          "2013-07-15 07:07:00 +0800",
		"1373929642000":               "2013-07-16 07:07:22 +0800",
		"1373929642":                  "2013-07-16 07:07:22 +0800",
		"43892.55115740741":           "2020-03-02 13:13:40 +0800",
		"43892":                       "2020-03-02 00:00:00 +0800",
		"\u00a02020-03-02\u300013:13": "2020-03-02 13:13:00 +0800",
	}
	for in, w := range want {
		s, ok := parseStamp([]byte(in), false, false)
		if !ok || s.year == 0 && !s.instant {
			t.Errorf("%q was not read: %+v", in, s)
			continue
		}
		at, _ := s.at(Beijing)
		if got := at.In(Beijing).Format("2006-01-02 15:04:05 -0700"); got != w {
			t.Errorf("%q: %s, want %s", in, got, w)
		}
	}
	for _, in := range []string{"", "x", "2020-13-02", "2020-02-30 10:00", "2020-03-02 24:00:00", "1989-01-01", "99", "99999999999999999999", "2020-03-02 10:61", "=1+1", "-", "：：", "年月日", "2020-03-02 10:00:00 10:00:00", "1.2.3.4.5.6.7.8.9.10"} {
		if s, ok := parseStamp([]byte(in), false, false); ok {
			t.Errorf("%q was read as %+v", in, s)
		}
	}
	if s, ok := parseStamp([]byte("03-02 13:13:40"), false, false); !ok || s.year != 0 || s.month != 3 || s.day != 2 || s.hour != 13 {
		t.Errorf("without a year: %+v, %v", s, ok)
	}
	if s, ok := parseStamp([]byte("3/2/2020"), true, false); !ok || s.month != 2 {
		t.Errorf("day first: %+v, %v", s, ok)
	}
	if s, ok := parseStamp([]byte("0.5"), false, false); !ok || s.date || s.hour != 12 {
		t.Errorf("half a day: %+v, %v", s, ok)
	}
	if s, ok := parseStamp([]byte("42430.5"), false, true); !ok || s.year != 2020 || s.month != 3 || s.day != 2 {
		t.Errorf("Macintosh serial: %+v, %v", s, ok)
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]int{
		"00:05:38": 338, "5:38": 338, "8分27秒": 507, "1小时3分": 3780, "1时2分3秒": 3723, "338": 338, "338秒": 338, "8m27s": 507, "27 sec": 27,
		"0": 0, "00:00:00": 0, "0.00391203703703704": 338, "38.0": 38, "8分": 480,
	} {
		if got, ok := parseDuration([]byte(in), 1); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, ok, want)
		}
	}
	if got, ok := parseDuration([]byte("3"), 60); !ok || got != 180 {
		t.Errorf("minutes: %d %v", got, ok)
	}
	for _, in := range []string{"", "-", "x", "1:2:3:4", "1:99", "99999999999999999999", "秒", ":", "1.2.3"} {
		if got, ok := parseDuration([]byte(in), 1); ok {
			t.Errorf("%q was read as %d", in, got)
		}
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ country, in, want string }{
		{"cn", "138 0013 8000", "13800138000"}, {"cn", "+86-138-0013-8000", "13800138000"}, {"cn", "008613800138000", "13800138000"},
		{"cn", "8613800138000", "13800138000"}, {"cn", "013800138000", "13800138000"}, {"cn", "1795113800138000", "13800138000"},
		{"cn", "１３８００１３８０００", "13800138000"}, {"cn", "١٣٨٠٠١٣٨٠٠٠", "13800138000"}, {"cn", `="13800138000"`, "13800138000"},
		{"cn", "00862156631681", "02156631681"}, {"cn", "(021)5663-1681", "02156631681"}, {"cn", "95500", "95500"}, {"cn", "+8695500", "95500"},
		{"cn", "106575550000", "106575550000"}, {"cn", "4008208820", "4008208820"}, {"cn", "10086", "10086"}, {"cn", "+85221234567", "+85221234567"},
		{"cn", "186****1234", "186****1234"}, {"cn", "***", "*"}, {"cn", "", ""}, {"cn", "未知号码", ""}, {"cn", "ACME Bank", "acme bank"},
		{"us", "+1 (555) 555-0013", "5555550013"}, {"us", "15555550013", "5555550013"}, {"us", "5555550013", "5555550013"}, {"us", "7535", "7535"}, {"us", "null", ""},
		{"uk", "+44 20 7946 0000", "02079460000"}, {"uk", "020 7946 0000", "02079460000"},
	} {
		if got := Normalise(c.in, c.country); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.country, c.in, got, c.want)
		}
	}
	s := NewNumbers("cn", "+8618612341234", "", "***")
	if s.Len() != 1 || !s.Has("18612341234") || !s.Has("186****1234") || s.Has("186****1235") || s.Has("*") || s.Has("1**********") {
		t.Errorf("set %+v", s)
	}
}

// Times without a year: the heading tells it, or the option, or the name; over
// New Year it follows the order of the rows.
func TestYears(t *testing.T) {
	rows := "起始时间,对方号码,通信方式,通信时长\n12-31 23:59:59,95500,被叫,10\n01-01 00:00:01,95500,被叫,10\n"
	years := func(name, text string, opt Options) []int {
		var out []int
		for _, c := range drain(t, open(t, name, text, opt)) {
			out = append(out, c.At.Year())
		}
		return out
	}
	for _, c := range []struct {
		name, text string
		year       int
		want       [2]int
	}{
		{"x.csv", "从2025-12-20到2026-01-19 类型：通话详单,,\n" + rows, 2001, [2]int{2025, 2026}},
		{"x.csv", rows, 2025, [2]int{2025, 2026}},
		{"2024年12月语音.csv", rows, 0, [2]int{2024, 2025}},
		{"x.csv", "起始时间,对方号码,通信方式,通信时长\n01-01 00:00:01,95500,被叫,10\n12-31 23:59:59,95500,被叫,10\n", 2026, [2]int{2026, 2025}},
	} {
		if got := years(c.name, c.text, Options{Year: c.year}); len(got) != 2 || [2]int(got) != c.want {
			t.Errorf("%s %d: %v, want %v", c.name, c.year, got, c.want)
		}
	}
	s := open(t, "x.csv", rows, Options{})
	drain(t, s)
	if y := s.Tally(); y.Rows != 2 || y.Read != 0 || y.Dropped[0] != (Drop{NoYear, 2, 2}) {
		t.Errorf("no year: %+v", y)
	}
}

func TestWallClocks(t *testing.T) {
	ny := zoneOf(t, "America/New_York")
	got := drain(t, open(t, "x.csv", "date,time,number,type,duration\n2026-03-08,01:59:59,2125550100,incoming,5\n2026-03-08,03:00:00,2125550100,incoming,5\n", Options{Zone: ny, Country: "us"}))
	if len(got) != 2 || got[1].At.Sub(got[0].At) != time.Second || got[0].Clock != Wall {
		t.Errorf("over the change of clocks: %+v", got)
	}
}
