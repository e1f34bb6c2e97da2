package contactlog

import (
	"dunwatch/internal/lawtest"
	"dunwatch/internal/store/storetest"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

func pack(t testing.TB, id string) *rulebook.Pack {
	t.Helper()
	book := lawtest.Book(t)
	p, ok := book.Pack(id)
	if !ok {
		t.Fatalf("no pack %s", id)
	}
	return p
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		storetest.SkipOrFail(t, "no time zones on this machine (Debian: apt-get install tzdata): "+err.Error())
	}
	return z
}

// open opens text as a file.
func open(t testing.TB, name, text string, opt Options) *Source {
	t.Helper()
	s, err := Open(name, strings.NewReader(text), int64(len(text)), opt)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

// checked reads the texts as files and checks them.
func checked(t testing.TB, terms Terms, opt Options, texts ...string) (*Checker, []Hit) {
	t.Helper()
	if opt.Country == "" {
		opt.Country = terms.Pack.ID
	}
	c, err := NewChecker(terms)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range texts {
		opt.File = i
		s := open(t, fmt.Sprintf("%d.csv", i), x, opt)
		for _, k := range drain(t, s) {
			if err := c.Add(&k); err != nil {
				t.Fatal(err)
			}
		}
		c.AddFile(s.Bill())
	}
	return c, hitsOf(c)
}

func hitsOf(c *Checker) []Hit {
	out, _ := c.Collect(1 << 20)
	return out
}

// of are the hits of one rule, as "day clock: rows".
func of(hits []Hit, rule string) []string {
	out := []string{}
	for _, h := range hits {
		if h.Rule.ID != rule {
			continue
		}
		var rows []string
		for _, r := range h.Rows {
			rows = append(rows, fmt.Sprint(r.Row))
		}
		out = append(out, h.At.Format("01-02 15:04:05")+": "+strings.Join(rows, " "))
	}
	return out
}

func wantHits(t *testing.T, hits []Hit, rule string, want ...string) {
	t.Helper()
	if got := of(hits, rule); !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", rule, got, want)
	}
}

// calls is a borrower's log: the header and the lines.
func calls(lines ...string) string {
	return "开始时间,对方号码,呼叫类型,通话时长,通话状态\n" + strings.Join(lines, "\n") + "\n"
}

// Vector (a): the consumer calls in on Tuesday; five calls follow in the pause.
func TestVectorA(t *testing.T) {
	_, hits := checked(t, Terms{Pack: pack(t, "us")}, Options{Zone: zoneOf(t, "America/New_York")}, calls(
		"2026-09-08 12:00:00,2125550100,呼出,60,接通",
		"2026-09-09 10:00:00,2125550100,呼入,0,未接通",
		"2026-09-10 10:00:00,2125550100,呼入,0,未接通",
		"2026-09-11 10:00:00,2125550100,呼入,0,未接通",
		"2026-09-12 10:00:00,2125550100,呼入,0,未接通",
		"2026-09-14 10:00:00,2125550100,呼入,0,未接通",
		"2026-09-15 10:00:00,2125550100,呼入,0,未接通",
	))
	wantHits(t, hits, "R06", "09-09 10:00:00: 3 2", "09-10 10:00:00: 4 2", "09-11 10:00:00: 5 2", "09-12 10:00:00: 6 2", "09-14 10:00:00: 7 2")
	wantHits(t, hits, "R05")
	for _, h := range hits {
		if h.Rule.ID == "R06" && (h.Strength != "presumption" || h.Rule.Code != "T06" || !h.InForce) {
			t.Errorf("hit %+v", h)
		}
	}
}

// Vector (b): the eighth call in seven days.
func TestVectorB(t *testing.T) {
	var lines []string
	for d := 1; d <= 7; d++ {
		lines = append(lines, fmt.Sprintf("2026-10-%02d 12:00:00,2125550100,呼入,0,未接通", d))
	}
	ny := Options{Zone: zoneOf(t, "America/New_York")}
	_, hits := checked(t, Terms{Pack: pack(t, "us")}, ny, calls(lines...))
	wantHits(t, hits, "R05")
	_, hits = checked(t, Terms{Pack: pack(t, "us")}, ny, calls(append(lines, "2026-10-07 18:00:00,2125550101,呼入,0,未接通")...))
	wantHits(t, hits, "R05", "10-07 18:00:00: 9 2 3 4 5 6 7 8")
	_, hits = checked(t, Terms{Pack: pack(t, "us")}, ny, calls(append(lines, "2026-10-08 12:00:00,2125550100,呼入,0,未接通")...))
	wantHits(t, hits, "R05") // the first of October has left the window
	_, hits = checked(t, Terms{Pack: pack(t, "us"), Consents: []calendar.Date{calendar.MustDate("2026-10-01")}}, ny,
		calls(append(lines, "2026-10-07 18:00:00,2125550101,呼入,0,未接通")...))
	wantHits(t, hits, "R05")
}

// Vector (c): the edges of the permitted hours in the United States.
func TestVectorC(t *testing.T) {
	log := calls(
		"2026-10-05 07:59:59,2125550100,呼入,0,未接通",
		"2026-10-05 08:00:00,2125550100,呼入,0,未接通",
		"2026-10-05 21:00:00,2125550100,呼入,0,未接通",
		"2026-10-05 21:00:01,2125550100,呼入,0,未接通",
		"2026-10-05 23:00:00,2125550100,呼出,0,未接通",
	)
	ny := zoneOf(t, "America/New_York")
	_, hits := checked(t, Terms{Pack: pack(t, "us")}, Options{Zone: ny}, log)
	wantHits(t, hits, "R01", "10-05 07:59:59: 2", "10-05 21:00:01: 5")
	// Where the consumer may as well be in Chicago, 8 a.m. in New York is not
	// allowed either.
	_, hits = checked(t, Terms{Pack: pack(t, "us"), Zones: []*time.Location{ny, zoneOf(t, "America/Chicago")}}, Options{Zone: ny}, log)
	wantHits(t, hits, "R01", "10-05 07:59:59: 2", "10-05 08:00:00: 3", "10-05 21:00:01: 5")
}

// Vector (d): the fourth connected call, two by the agency and one by the
// lender before it; the seventh unanswered call to one number. (f): a robot's
// call counts once it is answered.
func TestVectorsDAndF(t *testing.T) {
	firms := []Firm{{"催收公司", "甲银行", []string{"021-60001111", "+86 21 6000 1112"}}, {"甲银行", "甲银行", []string{"95500"}}, {"乙银行", "乙银行", []string{"95566"}}}
	_, hits := checked(t, Terms{Pack: pack(t, "cn"), Firms: firms}, Options{}, "开始时间,对方号码,呼叫类型,通话时长,渠道\n"+
		"2026-10-20 09:00:00,02160001111,被叫,30,电话\n"+
		"2026-10-20 10:00:00,00862160001112,被叫,00:00:40,电话\n"+
		"2026-10-20 11:00:00,95500,被叫,1分5秒,电话\n"+
		"2026-10-20 12:00:00,95566,被叫,60,电话\n"+
		"2026-10-20 13:00:00,95500,主叫,60,电话\n"+
		"2026-10-20 14:00:00,95500,被叫,0,电话\n"+
		"2026-10-20 17:00:00,95500,被叫,20,智能语音\n"+
		"2026-10-21 00:00:00,95500,被叫,20,电话\n")
	wantHits(t, hits, "R03", "10-20 17:00:00: 8 2 3 4")
	wantHits(t, hits, "R01", "10-21 00:00:00: 9")
	if h := hits[len(hits)-1]; h.Rule.ID != "R03" || h.Strength != "standard" || h.Counted != 4 {
		t.Errorf("last hit %+v", h)
	}
	var lines []string
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("2026-10-20 %02d:30:00,95500,被叫,0,未接听", 9+i))
	}
	lines = append(lines, "2026-10-20 20:00:00,95500,被叫,0,空号") // cannot be answered
	_, hits = checked(t, Terms{Pack: pack(t, "cn")}, Options{}, calls(lines...))
	wantHits(t, hits, "R04", "10-20 15:30:00: 8 2 3 4 5 6 7", "10-20 16:30:00: 9 2 3 4 5 6 7 8")
	wantHits(t, hits, "R03")
}

// Vector (e): the edges of the prohibited hours in China.
func TestVectorE(t *testing.T) {
	log := calls(
		"2026-10-20 21:59:59,95500,被叫,10,",
		"2026-10-20 22:00:00,95500,被叫,10,",
		"2026-10-21 07:59:59,95500,被叫,10,",
		"2026-10-21 08:00:00,95500,被叫,10,",
	)
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, log)
	wantHits(t, hits, "R01", "10-20 22:00:00: 3", "10-21 07:59:59: 4")
	agreed := Hours{From: "22:00", To: "23:00", Since: calendar.MustDate("2026-10-20"), Until: calendar.MustDate("2026-10-20")}
	_, hits = checked(t, Terms{Pack: pack(t, "cn"), Agreed: []Hours{agreed}}, Options{}, log)
	wantHits(t, hits, "R01", "10-21 07:59:59: 4")
}

// A contact is held against the rule of its day: before the standard existed
// the same call only sorts.
func TestRuleOfTheDay(t *testing.T) {
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, calls(
		"2025-02-27 23:00:00,95500,被叫,10,",
		"2025-02-28 23:00:00,95500,被叫,10,",
	))
	if len(hits) != 2 || hits[0].InForce || hits[0].Strength != "heuristic" || !hits[1].InForce || hits[1].Strength != "standard" {
		t.Errorf("hits %+v", hits)
	}
}

func whyOf(c *Checker, rule string) []Unchecked {
	var out []Unchecked
	for _, u := range c.Unchecked() {
		if u.Rule == rule {
			out = append(out, u)
		}
	}
	return out
}

// What the log does not tell is never guessed.
func TestUnchecked(t *testing.T) {
	c, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, "日期,对方号码,呼叫类型\n"+
		"2026-10-20,95500,被叫\n2026-10-20,95500,被叫\n2026-10-20,95500,被叫\n2026-10-20,95500,被叫\n2026-10-20,95500,呼叫转移\n")
	if len(hits) != 0 {
		t.Errorf("hits %+v", hits)
	}
	for rule, want := range map[string][]Unchecked{
		"R01": {{"R01", NoDirection, 1}, {"R01", NoClock, 4}},
		"R03": {{"R03", NoDuration, 4}, {"R03", NoDirection, 1}},
		"R04": {{"R04", NoDuration, 4}, {"R04", NoDirection, 1}},
		"R14": {{"R14", NoDirection, 1}, {"R14", NeedRecords, 0}},
		"R22": {{"R22", NotOfLogs, 0}},
		"R07": {{"R07", NoDirection, 1}, {"R07", NeedRoles, 0}, {"R07", NeedAttempts, 0}},
	} {
		got := whyOf(c, rule)
		if rule == "R07" {
			got = slices.DeleteFunc(got, func(u Unchecked) bool { return u.Why == NeedAttempts })
			want = want[:2]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", rule, got, want)
		}
	}
}

// Every rule of every pack is run or said to be unchecked: none is passed over.
func TestEveryRuleIsAccountedFor(t *testing.T) {
	for _, id := range []string{"cn", "us", "uk"} {
		for _, r := range pack(t, id).Rules() {
			if _, known := elsewhere[r.ID]; checks[r.ID] == nil && !known {
				t.Errorf("pack %s has rule %s, which nothing runs and nothing explains", id, r.ID)
			}
		}
	}
}

// dialler is a firm's export: caller, callee, who, what became of it.
func dialler(lines ...string) string {
	return "started_at_utc,from_number,to_endpoint,direction,to_role,outcome,channel,debtor_id,recording_ref\n" + strings.Join(lines, "\n") + "\n"
}

func TestThirdPersons(t *testing.T) {
	call := func(clock, to, role, outcome string) string {
		return fmt.Sprintf("2026-10-20T%s:00Z,02160001111,%s,outbound,%s,%s,voice_human,D1,rec", clock, to, role, outcome)
	}
	log := dialler(
		call("01:00", "13800138000", "debtor", "no_answer"),
		call("01:10", "13800138000", "debtor", "no_answer"),
		call("01:20", "13900139000", "relative", "connected"), // after two attempts: too early
		call("01:30", "13800138000", "debtor", "busy"),
		call("01:40", "13900139000", "relative", "connected"), // after three: allowed
		call("01:50", "13800138000", "debtor", "connected"),
		call("02:00", "13900139001", "colleague", "connected"), // the debtor was reached
	)
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, log)
	wantHits(t, hits, "R07", "10-20 09:20:00: 4 2 3", "10-20 10:00:00: 8")
	refused := map[string]time.Time{"13900139000": time.Date(2026, 10, 20, 1, 30, 0, 0, time.UTC)}
	_, hits = checked(t, Terms{Pack: pack(t, "cn"), Refusals: refused}, Options{}, log)
	wantHits(t, hits, "R07", "10-20 09:20:00: 4 2 3", "10-20 09:40:00: 6", "10-20 10:00:00: 8")
	wantHits(t, hits, "R10", "10-20 09:40:00: 6")
	_, hits = checked(t, Terms{Pack: pack(t, "cn"), Unreachable: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}, Options{}, log)
	wantHits(t, hits, "R07")
}

func TestContactBookAndRecordings(t *testing.T) {
	var lines []string
	for i := range 6 {
		lines = append(lines, fmt.Sprintf("2026-10-%02dT0%d:00:00Z,02160001111,1390013900%d,outbound,relative,connected,voice_human,D1,%s", 20+i/4, i, i, []string{"rec", "", "rec", "rec", "rec", "rec"}[i]))
	}
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, dialler(lines...))
	wantHits(t, hits, "R08", "10-20 11:00:00: 5 2 3 4", "10-21 13:00:00: 7 2 3 4 5 6")
	wantHits(t, hits, "R14", "10-20 09:00:00: 3")
}

func TestBursts(t *testing.T) {
	var lines []string
	for i := range 6 {
		lines = append(lines, fmt.Sprintf("2026-10-20 10:%02d:00,95500,被叫,0,未接听", 7*i+i/5)) // 0 7 14 21 28, then 36
	}
	_, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, calls(lines...))
	wantHits(t, hits, "R09", "10-20 10:28:00: 6 2 3 4 5", "10-20 10:36:00: 7 3 4 5 6")
}

func sms(lines ...string) string {
	return "<?xml version='1.0'?>\n<smses count=\"1\">\n" + strings.Join(lines, "\n") + "\n</smses>\n"
}

func text(number, at string, box int, body string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`<sms address="%s" date="%d" type="%d" body="%s" />`, number, t.UnixMilli(), box, body)
}

func TestOptOut(t *testing.T) {
	_, hits := checked(t, Terms{Pack: pack(t, "us")}, Options{}, sms(
		text("2125550100", "2026-10-20T15:00:00Z", 1, "Pay now. Reply STOP to end"),
		text("2125550100", "2026-10-20T15:01:00Z", 2, "STOP"),
		text("2125550100", "2026-10-20T15:02:00Z", 1, "You will get no more messages; reply stop was received"), // the one confirmation
		text("2125550100", "2026-10-21T15:00:00Z", 1, "Pay at once or there will be a warrant"),
		text("2125550100", "2026-10-22T15:00:00Z", 2, "Who is this?"),
		text("2125550100", "2026-10-22T15:05:00Z", 1, "ACME. Reply STOP"), // one answer
		text("2125550100", "2026-10-22T15:06:00Z", 1, "Pay. Reply STOP"),
	))
	wantHits(t, hits, "R11", "10-21 11:00:00: 6 4", "10-22 11:06:00: 9 4")
	wantHits(t, hits, "R12", "10-21 11:00:00: 6")
	wantHits(t, hits, "R19", "10-21 11:00:00: 6")
	for _, h := range hits {
		if h.Rule.ID == "R19" && (h.Word != "warrant" || h.List != "false_legal" || h.Strength != "heuristic") {
			t.Errorf("hit %+v", h)
		}
	}
}

func TestCeaseBindsWhereTheLawSaysSo(t *testing.T) {
	log := calls("2026-10-20 10:00:00,2125550100,呼入,5,", "2026-10-20 12:00:00,2125550100,呼入,5,")
	stop := time.Date(2026, 10, 20, 11, 0, 0, 0, zoneOf(t, "America/New_York"))
	_, hits := checked(t, Terms{Pack: pack(t, "us"), Cease: stop}, Options{Zone: stop.Location()}, log)
	wantHits(t, hits, "R10", "10-20 12:00:00: 3")
	_, hits = checked(t, Terms{Pack: pack(t, "cn"), Cease: stop}, Options{Zone: stop.Location()}, log)
	wantHits(t, hits, "R10") // the debtor has no general right to be left alone
}

func TestRegisterAndRotation(t *testing.T) {
	var lines, numbers []string
	for i := range 6 {
		numbers = append(numbers, fmt.Sprintf("1380013800%d", i))
		lines = append(lines, fmt.Sprintf("2026-10-2%d 10:00:00,%s,被叫,10,", i, numbers[i]))
	}
	_, hits := checked(t, Terms{Pack: pack(t, "cn"), Firms: []Firm{{Numbers: numbers}}, Registered: NewNumbers("cn", numbers[1:]...)}, Options{}, calls(lines...))
	wantHits(t, hits, "R13", "10-20 10:00:00: 2", "10-25 10:00:00: 7 2 3 4 5 6")
	for _, h := range hits {
		if h.Rule.ID == "R13" && h.Strength != map[int]string{1: "standard", 6: "heuristic"}[h.Counted] {
			t.Errorf("hit %+v", h)
		}
	}
}

func TestAgreementsAndHours(t *testing.T) {
	log := calls("2026-10-20 10:00:00,95500,被叫,5,", "2026-10-21 10:00:00,95500,被叫,5,", "2026-10-21 13:00:00,95500,主叫,5,")
	_, hits := checked(t, Terms{
		Pack: pack(t, "cn"), Agreements: []Days{{From: calendar.MustDate("2026-10-21")}},
		Inconvenient: []Hours{{From: "09:30", To: "10:30", Until: calendar.MustDate("2026-10-20")}},
	}, Options{}, log)
	wantHits(t, hits, "R17", "10-21 10:00:00: 3")
	wantHits(t, hits, "R02", "10-20 10:00:00: 2")
	if _, err := NewChecker(Terms{Pack: pack(t, "cn"), Agreed: []Hours{{From: "25:00", To: "x"}}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("hours that are none: %v", err)
	}
}

// The same backup twice is one log; what one file alone holds stays.
func TestDuplicates(t *testing.T) {
	a := sms(text("95500", "2026-10-20T02:00:00Z", 1, "一"), text("95500", "2026-10-20T02:00:00Z", 1, "二"), text("95500", "2026-10-20T16:00:00Z", 1, "三"))
	b := sms(text("95500", "2026-10-20T02:00:00Z", 1, "一"), text("95500", "2026-10-20T17:00:00Z", 1, "四"))
	c, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, a, b)
	wantHits(t, hits, "R01", "10-21 00:00:00: 5", "10-21 01:00:00: 4")
	if d := c.Duplicates(1); d.Rows != 1 || d.Reason != Duplicate || d.First != 3 {
		t.Errorf("duplicates of the second file: %+v", d)
	}
	if d := c.Duplicates(0); d.Rows != 0 {
		t.Errorf("duplicates of the first file: %+v", d)
	}
	y := Tally{Rows: 2, Read: 2}
	y.Withdraw(1, Duplicate, 3)
	if y.Rows != 2 || y.Read != 1 || y.Dropped[0] != (Drop{Duplicate, 1, 3}) {
		t.Errorf("tally %+v", y)
	}
}

// The phone's log and the carrier's bill hold the same calls, some seconds apart:
// two calls in both are two.
func TestBillBesidePhone(t *testing.T) {
	phone := calls(
		"2026-10-20 22:10:00,95500,呼入,35,接通",
		"2026-10-20 22:10:50,95500,呼入,36,接通",
		"2026-10-20 22:30:30,95500,呼入,35,接通", // the bill has one before and one after: two calls
		"2026-10-20 23:00:00,95500,呼入,35,接通",
		"2026-10-20 23:30:00,95500,呼入,0,未接听",
	)
	bill := "起始时间,对方号码,通信方式,通信时长,通信费\n" +
		"2026-10-20 22:10:12,008695500,被叫,35秒,0\n2026-10-20 22:11:04,95500,被叫,35秒,0\n2026-10-20 22:30:00,95500,被叫,35秒,0\n2026-10-20 22:30:50,95500,被叫,35秒,0\n2026-10-20 23:00:20,95500,被叫,90秒,0\n2026-10-20 23:30:05,95500,被叫,5秒,0\n"
	c, hits := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, phone, bill)
	wantHits(t, hits, "R01", "10-20 22:10:00: 2", "10-20 22:10:50: 3", "10-20 22:30:30: 4", "10-20 22:30:50: 5", "10-20 23:00:00: 5", "10-20 23:00:20: 6", "10-20 23:30:00: 6", "10-20 23:30:05: 7")
	if d := c.Duplicates(1); d.Rows != 3 || d.First != 2 {
		t.Errorf("duplicates %+v", d)
	}
}

func TestHitsStop(t *testing.T) {
	c, _ := checked(t, Terms{Pack: pack(t, "cn")}, Options{}, calls("2026-10-20 23:00:00,95500,被叫,5,", "2026-10-20 23:30:00,95500,被叫,5,"))
	n := 0
	c.Hits(func(Hit) bool { n++; return false })
	if n != 1 {
		t.Errorf("%d hits after saying stop", n)
	}
	if hits, more := c.Collect(1); len(hits) != 1 || !more {
		t.Errorf("%d hits, more %v", len(hits), more)
	}
	if hits, more := c.Collect(2); len(hits) != 2 || more {
		t.Errorf("%d hits, more %v", len(hits), more)
	}
}

func TestErrorsAreRefusals(t *testing.T) {
	_, err := Open("x", strings.NewReader("hello"), 5, Options{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Key != "contactlog.refused.not_a_log" {
		t.Errorf("got %v", err)
	}
}
