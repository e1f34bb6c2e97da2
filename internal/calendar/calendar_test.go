package calendar_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"dunwatch/internal/calendar"
	"dunwatch/policies"
)

func mustLoad(t testing.TB) map[string]*calendar.Calendar {
	t.Helper()
	all, err := calendar.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var d = calendar.MustDate

// The vectors were computed from the State Council's notices by hand of the law
// notes (E5), not by this code.
func TestAddWorkdaysInChina(t *testing.T) {
	cn := mustLoad(t)["cn"]
	for _, c := range []struct {
		from        string
		n           int
		want        string
		provisional bool
	}{
		{"2026-09-24", 5, "2026-10-09", false}, // over Mid-Autumn and National Day
		{"2026-02-13", 7, "2026-03-02", false}, // over Spring Festival, with both make-up Saturdays
		{"2026-04-30", 5, "2026-05-11", false},
		{"2026-01-01", 3, "2026-01-06", false},
		{"2026-09-18", 5, "2026-09-24", false}, // Sunday the 20th is worked
		{"2025-09-30", 7, "2025-10-16", false},
		{"2026-12-31", 0, "2026-12-31", false},
		{"2026-12-30", 1, "2026-12-31", false},
		{"2026-12-31", 1, "2027-01-01", true}, // nobody knows yet
		{"2026-12-28", 5, "2027-01-04", true},
		{"2023-12-29", 1, "2024-01-02", true}, // 30 and 31 December 2023 are not on record
		{"2023-12-31", 1, "2024-01-02", false},
		{"2026-10-09", -5, "2026-09-24", false},
		{"2026-10-07", -1, "2026-09-30", false},
		{"2027-01-04", -1, "2027-01-01", true},
		{"2027-01-01", -1, "2026-12-31", false},
		{"1969-12-25", 3, "1969-12-30", true}, // before the origin of the day numbers
	} {
		got, provisional := cn.AddWorkdays(d(c.from), c.n)
		if got != d(c.want) || provisional != c.provisional {
			t.Errorf("AddWorkdays(%s, %d) = %s, %v; want %s, %v", c.from, c.n, got, provisional, c.want, c.provisional)
		}
	}
}

func TestRollForwardInChina(t *testing.T) {
	cn := mustLoad(t)["cn"]
	for _, c := range []struct {
		from          string
		n             int
		nominal, want string
		provisional   bool
	}{
		{"2026-09-20", 15, "2026-10-05", "2026-10-08", false},
		{"2026-02-03", 15, "2026-02-18", "2026-02-24", false},
		{"2026-08-03", 60, "2026-10-02", "2026-10-08", false},
		{"2026-04-16", 15, "2026-05-01", "2026-05-06", false},
		{"2026-09-05", 15, "2026-09-20", "2026-09-20", false}, // a make-up Sunday stands
		{"2026-12-16", 15, "2026-12-31", "2026-12-31", false},
		{"2026-12-17", 15, "2027-01-01", "2027-01-01", true}, // surely off, but not announced
		{"2026-12-18", 15, "2027-01-02", "2027-01-04", true},
	} {
		nominal := d(c.from).AddDays(c.n)
		got, provisional := cn.RollForward(nominal)
		if nominal != d(c.nominal) || got != d(c.want) || provisional != c.provisional {
			t.Errorf("%d days after %s: %s, rolled %s, %v; want %s, %s, %v", c.n, c.from, nominal, got, provisional, c.nominal, c.want, c.provisional)
		}
	}
}

func TestWorkdaysLeft(t *testing.T) {
	cn := mustLoad(t)["cn"]
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-09-24", "2026-10-09", 5},
		{"2026-10-09", "2026-09-24", -5},
		{"2026-09-24", "2026-09-24", 0},
		{"2026-10-01", "2026-10-07", 0},
		{"2026-09-19", "2026-09-20", 1},
		{"2026-11-20", "2026-11-23", 1},
		{"1969-12-26", "1969-12-29", 1},
	} {
		if got := cn.Workdays(d(c.from), d(c.to)); got != c.want {
			t.Errorf("Workdays(%s, %s) = %d, want %d", c.from, c.to, got, c.want)
		}
	}
}

// Workdays is arithmetic, IsWorkday is a look-up: they must tell the same.
func TestWorkdaysCountsIsWorkday(t *testing.T) {
	for code, c := range mustLoad(t) {
		rapid.Check(t, func(t *rapid.T) {
			from := d("2023-06-01").AddDays(rapid.IntRange(0, 2000).Draw(t, "from"))
			to := from.AddDays(rapid.IntRange(0, 400).Draw(t, "length"))
			n := 0
			for day := from.AddDays(1); !day.After(to); day = day.AddDays(1) {
				if c.IsWorkday(day) {
					n++
				}
			}
			if got := c.Workdays(from, to); got != n {
				t.Fatalf("%s: Workdays(%s, %s) = %d, want %d", code, from, to, got, n)
			}
			if got := c.Workdays(to, from); got != -n {
				t.Fatalf("%s: Workdays(%s, %s) = %d, want %d", code, to, from, got, -n)
			}
			if end, _ := c.AddWorkdays(from, n); n > 0 && (end.After(to) || !c.IsWorkday(end)) {
				t.Fatalf("%s: AddWorkdays(%s, %d) = %s, after %s or not worked", code, from, n, end, to)
			}
		})
	}
}

func TestChinaMatchesTheNotices(t *testing.T) {
	cn := mustLoad(t)["cn"]
	for _, year := range []int{2024, 2025, 2026} {
		im := mustImport(t, strconv.Itoa(year)+".json")
		if len(im.Years) != 1 || im.Years[0] != year || len(im.Sources) != 1 {
			t.Errorf("%d: years %v, sources %v", year, im.Years, im.Sources)
		}
		for day := calendar.DateOf(year, 1, 1); day.Year() == year; day = day.AddDays(1) {
			off, listed := im.Days[day]
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			want := !weekend
			if listed {
				want = !off
			}
			if got := cn.IsWorkday(day); got != want {
				t.Errorf("%s: worked %v, the notice says %v", day, got, want)
			}
		}
		if !cn.Announced(year) {
			t.Errorf("%d is not announced", year)
		}
	}
	if cn.Announced(2027) || cn.Announced(2023) || cn.Announced(2028) {
		t.Error("a year without a notice is announced")
	}
	years := cn.Years()
	if len(years) != 4 || years[3].Year != 2027 || years[2].Holidays[0].Name.ZH != "元旦" || !years[2].Verified {
		t.Errorf("years = %+v", years)
	}
}

func mustFixture(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/fixtures/holidays", name))
	if err != nil {
		if os.Getenv("DUNWATCH_TEST_STRICT") == "1" {
			t.Fatal(err)
		}
		t.Skipf("the holiday fixtures are absent: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func mustImport(t testing.TB, name string) calendar.Import {
	t.Helper()
	im, err := calendar.ParseImport(mustFixture(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestWithImportedYears(t *testing.T) {
	cn := mustLoad(t)["cn"]
	more := cn.With(map[calendar.Date]bool{
		d("2027-01-01"): true, d("2027-01-02"): false, d("2026-12-31"): true,
	}, 2027)
	if end, provisional := more.AddWorkdays(d("2026-12-30"), 1); end != d("2027-01-02") || provisional {
		t.Errorf("with 2027: %s, %v", end, provisional)
	}
	if end, provisional := cn.AddWorkdays(d("2026-12-31"), 1); end != d("2027-01-01") || !provisional {
		t.Errorf("the original changed: %s, %v", end, provisional)
	}
	if !more.IsWorkday(d("2026-10-10")) || more.IsWorkday(d("2026-10-05")) {
		t.Error("days that the import does not mention changed")
	}
	y := more.Years()[3]
	if !y.Announced || y.Verified || y.Source != "" {
		t.Errorf("imported year = %+v", y)
	}
	if back := more.With(map[calendar.Date]bool{d("2026-12-31"): false}); !back.IsWorkday(d("2026-12-31")) {
		t.Error("an imported day cannot be put right")
	}
}

// A corrected notice takes back what it no longer names; a notice that says what
// is known already changes nothing.
func TestAnnouncementIsWhole(t *testing.T) {
	cn := mustLoad(t)["cn"]
	first := map[calendar.Date]bool{}
	for i := range 8 {
		first[d("2027-10-01").AddDays(i)] = true
	}
	cn.Update(first, 2027)
	if cn.IsWorkday(d("2027-10-08")) || !cn.Announced(2027) {
		t.Fatal("the first notice was not taken in")
	}
	delete(first, d("2027-10-08"))
	cn.Update(first, 2027)
	if !cn.IsWorkday(d("2027-10-08")) || cn.IsWorkday(d("2027-10-07")) {
		t.Error("the second notice does not stand alone")
	}
	if cn.IsWorkday(d("2026-10-05")) {
		t.Error("another year changed")
	}
	im := mustImport(t, "2026.json")
	before := cn.Years()[2]
	cn.Update(im.Days, im.Years...)
	if after := cn.Years()[2]; !after.Verified || after.Source != before.Source || len(after.Holidays) != len(before.Holidays) {
		t.Errorf("the same notice again changed %+v to %+v", before, after)
	}
	delete(im.Days, d("2026-10-10"))
	cn.Update(im.Days, im.Years...)
	if after := cn.Years()[2]; after.Verified || after.Source != "" || len(after.Holidays) != 0 || !after.Announced {
		t.Errorf("another notice, but the year still shows the old one: %+v", after)
	}
}

// Run with -race: counting goes on while a year is taken in, and each answer
// rests on one state of knowledge.
func TestUpdateWhileOthersCount(t *testing.T) {
	cn := mustLoad(t)["cn"]
	days := map[calendar.Date]bool{}
	for i := range 8 {
		days[d("2027-01-01").AddDays(i)] = true
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				end, provisional := cn.AddWorkdays(d("2026-12-31"), 1)
				if old := end == d("2027-01-01") && provisional; !old && (end != d("2027-01-11") || provisional) {
					t.Errorf("%s, %v: neither before nor after", end, provisional)
				}
				cn.Workdays(d("2026-12-01"), d("2027-02-01"))
				cn.Years()
			}
		})
	}
	before := cn.With(nil)
	cn.Update(days, 2027)
	wg.Wait()
	cn.Adopt(before)
	if cn.Announced(2027) {
		t.Error("what was adopted is not what is known")
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	cn, day := mustLoad(t)["cn"], d("2026-09-20")
	if n := testing.AllocsPerRun(100, func() {
		cn.IsWorkday(day)
		cn.AddWorkdays(day, 20)
		cn.Workdays(day, day.AddDays(40))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWorkdays(b *testing.B) {
	cn, from, to := mustLoad(b)["cn"], d("2026-09-20"), d("2026-12-20")
	for b.Loop() {
		cn.Workdays(from, to)
	}
}

func BenchmarkAddWorkdays(b *testing.B) {
	cn, from := mustLoad(b)["cn"], d("2026-09-20")
	for b.Loop() {
		cn.AddWorkdays(from, 10)
	}
}

func TestLoadRefuses(t *testing.T) {
	const head = "jurisdiction: xx\nname: {zh: 甲, en: A}\nyears:\n"
	const year = "  - year: 2026\n    announced: true\n    verified: false\n    source: s\n    holidays:\n"
	for name, c := range map[string]struct{ yaml, want string }{
		"unknown key":       {head + year + "      - {zh: 甲, en: A, off: [2026-01-01], of: 1}\n", "line 9"},
		"no such day":       {head + year + "      - {zh: 甲, en: A, off: [2026-02-30]}\n", `line 9: parse date "2026-02-30"`},
		"backward range":    {head + year + "      - {zh: 甲, en: A, off: [2026-02-03..2026-02-01]}\n", "line 9"},
		"other year":        {head + year + "      - {zh: 甲, en: A, off: [2025-12-31]}\n", "line 9: 2025-12-31 is not in 2026"},
		"twice":             {head + year + "      - {zh: 甲, en: A, off: [2026-01-01, 2026-01-01]}\n", "line 9: 2026-01-01 appears twice"},
		"make-up on Monday": {head + year + "      - {zh: 甲, en: A, off: [2026-01-01], work: [2026-01-05]}\n", "line 9"},
		"no days off":       {head + year + "      - {zh: 甲, en: A}\n", "line 4"},
		"year twice":        {head + year + "      - {zh: 甲, en: A, off: [2026-01-01]}\n" + year + "      - {zh: 甲, en: A, off: [2026-01-02]}\n", "line 10: year 2026 appears twice"},
		"announced, empty":  {head + "  - {year: 2026, announced: true, verified: true, source: s}\n", "line 4"},
		"verified unsaid":   {head + "  - {year: 2027, announced: false, source: s}\n", "line 4"},
		"no years":          {"jurisdiction: xx\nname: {zh: 甲, en: A}\n", "required"},
		"two documents":     {head + "  - {year: 2027, announced: false, verified: false, source: s}\n---\na: 1\n", "more than one document"},
		"wrong name":        {strings.Replace(head, "xx", "yy", 1) + "  - {year: 2027, announced: false, verified: false, source: s}\n", `"yy"`},
	} {
		_, err := calendar.Load(fstest.MapFS{"calendar/xx.yaml": {Data: []byte(c.yaml)}})
		if err == nil || !strings.Contains(err.Error(), "calendar/xx.yaml") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := calendar.Load(fstest.MapFS{}); err == nil {
		t.Error("no calendars at all: no error")
	}
}

// Dates compare and count days as moments do, over the ends of months and years;
// no date comes before all of them.
func TestDatesAreAsMomentsAre(t *testing.T) {
	for _, from := range []string{"2023-12-20", "2024-02-20", "2025-02-20", "2026-10-05"} {
		d := calendar.MustDate(from)
		for n := -400; n <= 400; n++ {
			m := d.Start(time.UTC).AddDate(0, 0, n)
			got := d.AddDays(n)
			if want := calendar.OfTime(m); got != want || got.String() != m.Format(time.DateOnly) {
				t.Errorf("%s and %d days: %s, want %s", d, n, got, want)
			}
			if got.Compare(d) != m.Compare(d.Start(time.UTC)) || d.Compare(got) != -got.Compare(d) || got.Sub(d) != n {
				t.Errorf("%s against %s: %d, %d days", got, d, got.Compare(d), got.Sub(d))
			}
		}
		if none := (calendar.Date{}); none.Compare(d) != -1 || d.Compare(none) != 1 || none.Compare(none) != 0 || none.AddDays(5) != calendar.OfTime(none.Start(time.UTC).AddDate(0, 0, 5)) {
			t.Errorf("no date against %s: %d", d, none.Compare(d))
		}
	}
}
