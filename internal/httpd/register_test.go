package httpd

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/enforcement/enforcementtest"
	"dunwatch/internal/firm"
	"dunwatch/internal/report"
)

// published leads a case against a firm and a person the statutory way to the register. It returns the penalty as it is then.
func (s *site) published(firm, facts string) *enforcement.Penalty {
	s.Helper()
	k := s.threatened()
	return s.takes(s.decides(k, enforcementtest.Matter{
		Firm: firm, Codes: []string{"H02"}, ActedTo: calendar.MustDate("2026-10-08"), Findings: []int{1}, Persons: []enforcement.Person{{Name: "刘德厚", Post: "催收主管"}},
		Sentence: enforcement.Sentence{Shares: []enforcement.Share{{Party: 1, Kind: "warning"}, {Party: 1, Kind: "fine", AmountFen: 100_000_00}, {Party: 2, Kind: "warning"}},
			Basis: []string{"cn-cpl-56", "cn-bsl-48"}, Facts: "当事人的催收人员于2026年10月8日夜间以到单位闹事相威胁。", Reasons: "侵害消费者人格尊严，情节较重，未见从轻情形。",
			Factors: []enforcement.Factor{{Key: "many_victims", Effect: "heavier", Evidence: []string{"受害人名册"}}}},
	}), "supervisor", &enforcement.Publish{Facts: facts})
}

// threatened is a case of the reviewer with a finding of threats.
func (s *site) threatened() *casework.Case {
	s.Helper()
	k := s.assigned()
	k, _, err := s.Cases.Record(s.Context(), s.as("reviewer"), k.Reference, casework.NewFinding{
		Code: "H02", Outcome: "substantiated", ActedOn: calendar.MustDate("2026-10-08"), Basis: []string{"cn-psl2025-50", "cn-cpl-56"},
		Reasons: "录音和通话记录相互印证，威胁属实。", Version: k.Version})
	s.ok(err)
	return k
}

// decides leads a case of the reviewer along the statutory procedure to the sealed decision.
func (s *site) decides(k *casework.Case, m enforcementtest.Matter) *enforcement.Penalty {
	s.Helper()
	return enforcementtest.MustDecide(s, s.Penalties, enforcementtest.Cast{
		Officer: s.as("reviewer"), Second: s.users["reviewer2"].ID, Supervisor: s.as("supervisor"), Legal: s.as("legal"), Director: s.as("director"),
	}, k, m)
}

func (s *site) takes(p *enforcement.Penalty, who string, d enforcement.Deed) *enforcement.Penalty {
	s.Helper()
	return enforcementtest.MustTake(s, s.Penalties, s.as(who), p, d)
}

func TestRegisterFromPublicationToWithdrawal(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	if got := b.get("/register").want(200).text(".empty h2"); got == "" {
		t.Error("an empty register says nothing")
	}
	p := s.published("A001", "=HYPERLINK(1) 催收人员夜间威胁借款人")
	list := b.get("/register").want(200)
	said := list.text("main")
	for _, w := range []string{"远达信息服务有限公司", "刘某某", p.DecisionNumber, "罚款"} {
		if !strings.Contains(said, w) {
			t.Errorf("the list lacks %q: %s", w, said)
		}
	}
	s.registerHides(t, b)
	// The permalink, the firm's page and the same in English.
	href := "/register/" + enforcement.ShortNumber(p.DecisionNumber)
	if a := list.find(".register h2 a"); len(a) != 1 {
		t.Fatalf("%d entries", len(a))
	} else if got, _ := attr(a[0], "href"); got != href {
		t.Errorf("link %q, want %q", got, href)
	}
	if got := b.get(href).want(200).text("main"); !strings.Contains(got, "催收人员夜间威胁") || !strings.Contains(got, "公示经过") {
		t.Errorf("entry: %s", got)
	}
	if got := b.get("/register/firms/A001").want(200).text("main"); !strings.Contains(got, p.DecisionNumber) || strings.Contains(got, "云川消费金融有限公司") {
		t.Errorf("firm: %s", got)
	}
	if got := s.browser().get("/register?lang=en").want(200).text("h1"); got != "Public register of penalties" {
		t.Errorf("h1 %q", got)
	}
	// Filters lie in the address.
	year := fmt.Sprint(s.today().Year())
	for query, n := range map[string]int{"?firm=A001": 1, "?firm=L001": 0, "?year=" + year: 1, "?year=2022": 0, "?kind=fine": 1, "?kind=confiscation": 0,
		"?q=" + url.QueryEscape("远达"): 1, "?q=" + url.QueryEscape("%"): 0, "?q=" + enforcement.ShortNumber("nobody"): 0} {
		if got := len(b.get("/register" + query).want(200).find(".register article")); got != n {
			t.Errorf("%s finds %d, want %d", query, got, n)
		}
	}
	for _, bad := range []string{"?year=x", "?kind=x", "?cursor=x", "?limit=1000"} {
		b.get("/register" + bad).want(422)
	}
	b.get("/register/2026-999").want(404)
	b.get("/register/firms/X9").want(404)

	p = s.takes(p, "supervisor", &enforcement.CorrectPublication{Facts: "催收人员于夜间电话威胁借款人。", Reasons: "更正事实表述"})
	if got := b.get(href).text("main"); !strings.Contains(got, "更正事实表述") || strings.Contains(got, "HYPERLINK") {
		t.Errorf("corrected: %s", got)
	}
	open, _, err := s.Penalties.Take(s.Context(), s.as("supervisor"), p.Reference, p.Version, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收", AllParties: true})
	s.ok(err)
	open = s.takes(open, "supervisor", &enforcement.Challenge{Kind: "review", Body: "上一级主管机关"})
	open = s.takes(open, "supervisor", &enforcement.ChallengeEnded{Outcome: "annulled"})
	open = s.takes(open, "director", &enforcement.Change{Annul: true, Order: "review", Reasons: "复议决定撤销本处罚决定。"})
	s.takes(open, "supervisor", &enforcement.WithdrawPublication{Reasons: "复议撤销，撤回公示"})

	// Gone at once from the list, the file, the feed, the firm's page and the API; the link tells why.
	for _, path := range []string{"/register", "/register.csv", "/register.rss", apiRoot + "/register/penalties"} {
		if got := b.get(path).want(200).body; strings.Contains(got, p.DecisionNumber) || strings.Contains(got, "刘某某") {
			t.Errorf("%s still has it", path)
		}
	}
	b.get("/register/firms/A001").want(404)
	gone := b.get(href).want(410).text("main")
	if !strings.Contains(gone, "复议撤销，撤回公示") || !strings.Contains(gone, "已于") || strings.Contains(gone, "刘某某") || strings.Contains(gone, "威胁") || strings.Contains(b.get(href).body, "A001") {
		t.Errorf("withdrawn: %s", gone)
	}
	if status, m := s.api("GET", "/register/penalties/"+enforcement.ShortNumber(p.DecisionNumber), "", nil); status != 200 || m["gone"] != true || m["firm"] != "" || m["reason"] != "复议撤销，撤回公示" || len(m["events"].([]any)) != 3 {
		t.Errorf("API: %d %v", status, m)
	}
	audittest.MustVerify(t, s.Deps.Log) // what was shown, and that it was taken away, stays on record
}

// registerHides holds what a machine reads of the register to what it may say.
func (s *site) registerHides(t *testing.T, b *browser) {
	t.Helper()
	for _, path := range []string{"/register", "/register.csv", "/register.rss", apiRoot + "/register/penalties"} {
		got := b.get(path).want(200).body
		if strings.Contains(got, "刘德厚") || !strings.Contains(got, "刘某某") {
			t.Errorf("%s does not mask the person: %.500s", path, got)
		}
	}
	text := b.get("/register.csv").body
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	s.ok(err)
	if len(rows) != 2 || len(rows[1]) != len(registerColumns) || rows[1][1] != "A001" || rows[1][6] != "100000.00" {
		t.Fatalf("CSV %q", rows)
	}
	for _, cell := range rows[1] {
		if cell != report.SafeCell(cell) || strings.HasPrefix(cell, "=") {
			t.Errorf("a spreadsheet would run %q", cell)
		}
	}
	if !strings.HasPrefix(rows[1][3], "'=HYPERLINK") {
		t.Errorf("facts %q", rows[1][3])
	}
	var feed registerFeed
	s.ok(xml.Unmarshal([]byte(b.get("/register.rss").body), &feed))
	if it := feed.Channel.Items; len(it) != 1 || !strings.HasPrefix(it[0].Link, "http://localhost/register/") || it[0].GUID != it[0].Link {
		t.Errorf("feed %+v", feed)
	}
	if status, m := s.api("GET", "/register/penalties?kind=fine&limit=1", "", nil); status != 200 || len(m["items"].([]any)) != 1 {
		t.Errorf("API: %d %v", status, m)
	}
}

func TestRegisterIsCached(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	first := b.get("/register")
	tag := first.header.Get("ETag")
	if tag == "" || !strings.Contains(first.header.Get("Cache-Control"), "max-age=20") || !strings.Contains(first.header.Get("Vary"), "Accept-Language") {
		t.Fatalf("headers %v", first.header)
	}
	b.header.Set("If-None-Match", tag)
	if again := b.get("/register"); again.status != 304 || again.body != "" {
		t.Errorf("again: %d", again.status)
	}
	s.published("A001", "催收人员夜间威胁借款人")
	if after := b.get("/register"); after.status != 200 || after.header.Get("ETag") == tag {
		t.Errorf("after a publication: %d %s", after.status, after.header.Get("ETag"))
	}
	// Nothing of one person's goes into what others get.
	if own := s.signIn("director").get("/register"); own.header.Get("Cache-Control") != "no-store" || !strings.Contains(own.body, "同事director") {
		t.Errorf("signed in: %s", own.header.Get("Cache-Control"))
	}
	if other := s.browser().get("/register"); strings.Contains(other.body, "同事director") {
		t.Error("another reader sees who was signed in")
	}
	if lang := s.browser().get("/register?lang=en"); strings.Contains(lang.header.Get("Cache-Control"), "public") {
		t.Errorf("an answer with a cookie: %s", lang.header.Get("Cache-Control"))
	}
}

// managerOf adds a manager of the agency A001 and signs them in.
func (s *site) managerOf(code string) *browser {
	s.Helper()
	f, err := s.Firms.ByCode(s.Context(), code)
	s.ok(err)
	u, err := s.Accounts.Create(s.Context(), access.Program, account.NewUser{Email: "manager@example.cn", Name: "经理", Role: access.FirmManager, FirmID: f.ID, Lang: "zh", Password: sitePassword})
	s.ok(err)
	s.users["manager"] = u
	return s.signIn("manager")
}

func TestCheckCollector(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	ask := func(firm, number string) *page {
		t.Helper()
		return b.post("/check-collector", url.Values{"firm": {firm}, "number": {number}})
	}
	b.get("/check-collector").want(200)
	if p := ask("", "").want(422); len(p.find(".field.bad")) != 2 {
		t.Errorf("empty form: %s", p.text(".errors"))
	}
	if got := ask("A001", "1001").want(200).text(".credential h2"); got != "无法核验" {
		t.Errorf("without a roster: %q", got)
	}
	m := s.managerOf("A001")
	if got := m.get("/firm/roster").want(200).text("main"); !strings.Contains(got, "云川消费金融有限公司") {
		t.Errorf("roster page: %s", got)
	}
	hand := func(text string) *page {
		return m.upload("/firm/roster", nil, map[string]map[string]string{"file": {"roster.csv": text}})
	}
	if p := hand("staff_number,name,from\n1001,张小三,soon\n").want(422); !strings.Contains(p.text(".errors"), "第 2 行") {
		t.Errorf("a wrong row: %s", p.text(".errors"))
	}
	hand("staff_number,name,phone,from,to\n1001,张小三,13900139000,2025-01-01,\n").want(303)
	if got := m.get("/firm/roster").text(".block"); !strings.Contains(got, "1") {
		t.Errorf("lists: %s", got)
	}
	m.upload("/firm/roster", url.Values{"x": {"y"}}, nil).want(422)
	s.signIn("firm").get("/firm/roster").want(403)

	good := ask("远达信息服务有限公司", "139 0013 9000").want(200)
	if got := good.text(".credential h2"); got != "已登记" || strings.Contains(good.body, "张小三") {
		t.Errorf("registered: %q", got)
	}
	bad := ask("A001", "<b>7777").want(200)
	if got := bad.text(".credential h2"); got != "没有登记" || bad.value("number") == "" {
		t.Errorf("not registered: %q", got)
	}
	if p := ask("远达信息", "1001").want(422); len(p.find("input[name=pick]")) != 2 {
		t.Errorf("a name like a registered one is not asked about: %s", p.text("main"))
	}
	// The mismatch becomes a complaint with its fields filled.
	b.follow(b.post("/check-collector/complain", url.Values{"firm": {"远达信息服务有限公司"}, "number": {"7777"}})).want(200)
	if got := b.get("/complain/who").value("agency.name"); got != "远达信息服务有限公司" {
		t.Errorf("agency %q", got)
	}
	if p := b.get("/complain/numbers"); !strings.Contains(p.body, "7777") {
		t.Errorf("numbers: %s", p.text("main"))
	}
	// The API says the same, and no more.
	status, v := s.api("GET", "/credentials?firm=A001&number=1001", "", nil)
	if status != 200 || v["result"] != "registered" || v["registered_at"] != "A001" || strings.Contains(fmt.Sprint(v), "张小三") {
		t.Errorf("API: %d %v", status, v)
	}
	if status, v = s.api("GET", "/credentials?firm=A001&number=1002", "", nil); status != 200 || v["result"] != "not_registered" {
		t.Errorf("API: %d %v", status, v)
	}
	if status, v = s.api("GET", "/credentials?firm=L001&number=1002", "", nil); status != 200 || v["result"] != "cannot_tell" || v["reason"] != "roster" {
		t.Errorf("API: %d %v", status, v)
	}
	if status, _ = s.api("GET", "/credentials?firm=A001", "", nil); status != 422 {
		t.Errorf("API without a number: %d", status)
	}
	body := map[string]any{"collectors": []any{map[string]any{"staff_number": "2002", "from": "2025-01-01"}}}
	if status, v = s.api("POST", "/roster", s.token("manager"), body); status != 201 || v["collectors"] != 1.0 {
		t.Errorf("hand in by the API: %d %v", status, v)
	}
	if status, v = s.api("GET", "/roster", s.token("manager"), nil); status != 200 || len(v["items"].([]any)) != 2 {
		t.Errorf("lists by the API: %d %v", status, v)
	}
}

// A number that stands on another firm's list is answered as one that stands nowhere: the answer tells of the pair asked about alone.
func TestCheckCollectorTellsOfThePairAlone(t *testing.T) {
	s := newSite(t)
	for code, number := range map[string]string{"A001": "1001", "L001": "2002"} {
		f, err := s.Firms.ByCode(t.Context(), code)
		s.ok(err)
		by := access.Actor{Role: access.FirmManager, UserID: s.users["firm"].ID, FirmID: f.ID, Lang: "zh"}
		_, err = s.Rosters.HandIn(t.Context(), by, []firm.Collector{{StaffNumber: number, From: calendar.MustDate("2025-01-01")}})
		s.ok(err)
	}
	ask := func(number string) string {
		t.Helper()
		_, v := s.api("GET", "/credentials?firm=A001&number="+number, "", nil)
		page := s.browser().post("/check-collector", url.Values{"firm": {"A001"}, "number": {number}}).want(200)
		return strings.ReplaceAll(fmt.Sprint(v, page.text("main")), number, "N")
	}
	if elsewhere, nowhere := ask("2002"), ask("9999"); elsewhere != nowhere || !strings.Contains(nowhere, "not_registered") {
		t.Errorf("on another list: %s\nnowhere: %s", elsewhere, nowhere)
	}
	if here := ask("1001"); !strings.Contains(here, "已登记") {
		t.Errorf("on its own list: %s", here)
	}
}

// Nobody learns a roster by asking for every number: one address is soon told to wait, on the page and in the API alike.
func TestCheckCollectorIsSlow(t *testing.T) {
	s := newSite(t)
	s.limits.on = true
	b := s.browser()
	for i := range paces["credential"].burst {
		b.post("/check-collector", url.Values{"firm": {"A001"}, "number": {fmt.Sprint(i)}}).want(200)
	}
	p := b.post("/check-collector", url.Values{"firm": {"A001"}, "number": {"99"}}).want(429)
	if p.header.Get("Retry-After") == "" || p.value("number") != "99" {
		t.Errorf("waits %q, keeps %q", p.header.Get("Retry-After"), p.value("number"))
	}
	if status, _ := s.api("GET", "/credentials?firm=A001&number=1", "", nil); status != 429 {
		t.Errorf("API: %d", status)
	}
}
