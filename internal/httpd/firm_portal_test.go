package httpd

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
)

// portalSite is a site with staff of two lenders and two agencies: firm and bank_manager of L001, collector of A001 and
// collector2 of A002, which collect for it; rival and rival_manager of L002, for which A001 collects too.
func portalSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	ctx := t.Context()
	ids := map[string]int64{}
	for _, f := range []firm.NewFirm{
		{Code: "L002", Name: "鹭岛消费金融有限公司", Kind: firm.Lender}, {Code: "A002", Name: "汀兰商务服务有限公司", Kind: firm.Agency},
	} {
		made, err := s.Firms.Create(ctx, access.Program, f)
		s.ok(err)
		ids[f.Code] = made.ID
	}
	for _, code := range []string{"L001", "A001"} {
		f, err := s.Firms.ByCode(ctx, code)
		s.ok(err)
		ids[code] = f.ID
	}
	since := calendar.MustDate("2025-01-01")
	s.ok(s.Firms.Connect(ctx, access.Program, "L001", "A002", since, calendar.Date{}))
	s.ok(s.Firms.Connect(ctx, access.Program, "L002", "A001", since, calendar.Date{}))
	for _, p := range []struct {
		name, firm string
		role       access.Role
	}{
		{"bank_manager", "L001", access.FirmManager}, {"collector", "A001", access.Firm}, {"collector2", "A002", access.Firm},
		{"rival", "L002", access.Firm}, {"rival_manager", "L002", access.FirmManager},
	} {
		u, err := s.Accounts.Create(ctx, access.Program, account.NewUser{Email: p.name + "@example.cn", Name: "人员" + p.name, Role: p.role, FirmID: ids[p.firm], Lang: "zh", Password: sitePassword})
		s.ok(err)
		s.users[p.name] = u
	}
	return s
}

// caseOf files a complaint and gives it to the reviewer.
func (s *site) caseOf(f complaint.Filing) *casework.Case {
	s.Helper()
	filed, err := s.Complaints.File(s.Context(), access.Nobody, f, "web", "", "")
	s.ok(err)
	_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	k, err = s.Cases.Assign(s.Context(), s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	return k
}

// forwarded sends a case to a firm, with everything disclosed unless fields say otherwise.
func (s *site) forwarded(k *casework.Case, firmCode string, fields ...string) *forwarding.Forward {
	s.Helper()
	if fields == nil {
		fields = slices.Clone(forwarding.Fields)
	}
	f, err := s.Forwards.Send(s.Context(), s.as("reviewer"), k.Reference, k.Version,
		forwarding.SendInput{Firm: firmCode, Kind: forwarding.ToAnswer, Disclose: fields, Note: "请逐项核实并说明整改措施。"})
	s.ok(err)
	return f
}

func TestPortalWalk(t *testing.T) {
	s := portalSite(t)
	f := s.forwarded(s.assigned(), "L001")
	b := s.browser()
	p := b.post("/sign-in", url.Values{"email": {"firm@example.cn"}, "password": {sitePassword}}).want(303)
	if p.location() != "/firm" {
		t.Fatalf("staff of a firm begin at %s", p.location())
	}
	p = b.get("/firm").want(200)
	p.hasWords("main", f.Reference, "待签收", "云川消费金融有限公司")
	path := portalHref(f.Reference)
	p = b.get(path).want(200)
	p.hasWords("main", "王小明", "13800138000", "停止夜间来电并道歉", "查看本页和下载文件都会留下记录", "待签收")
	version := p.value("version")

	b.follow(b.post(path+"/acknowledge", url.Values{"version": {version}})).want(200).hasWords("main", "待答复", "已签收")
	p = b.post(path+"/acknowledge", url.Values{"version": {version}}).want(409)
	if p.text(".errors") == "" {
		t.Error("a stale form comes back without a word")
	}
	version = p.value("version")

	// More time: what was typed stays, the request stands on the page, a second one is not offered.
	p = b.post(path+"/time", url.Values{"version": {version}, "n": {"7"}, "ground": {"complex"}, "reason": {""}}).want(422)
	if p.value("n") != "7" || p.value("ground") != "complex" || p.text("#f-time-reason-error") == "" {
		t.Errorf("typed %q %q is lost, or nothing says what is wrong: %s", p.value("n"), p.value("ground"), p.text(".errors"))
	}
	p = b.follow(b.post(path+"/time", url.Values{"version": {version}, "n": {"７"}, "ground": {"complex"}, "reason": {"外呼录音正在调取。"}})).want(200)
	p.hasWords("#time", "申请延长 7 日", "待决定", "外呼录音正在调取。")
	if len(p.find(`form[action="`+path+`/time"]`)) != 0 {
		t.Error("more time can be asked for twice")
	}
	full, err := s.Forwards.ByRef(t.Context(), s.as("supervisor"), f.Reference)
	s.ok(err)
	asked, err := s.Cases.TimeRequests(t.Context(), s.as("supervisor"), full.CaseReference)
	s.ok(err)
	_, err = s.Cases.DecideTime(t.Context(), s.as("supervisor"), full.CaseReference, asked[0].ID, asked[0].Version, true, "情况属实。")
	s.ok(err)
	p = b.get(path).want(200)
	p.hasWords("#time", "已同意", "情况属实。")
	p.hasWords("aside", "原期限", "延长答复期限的批复")

	s.portalAnswers(t, b, path)
	audittest.MustVerify(t, s.Deps.Log)
}

// portalAnswers goes on with files, an answer that is sent back, a better one, and the letters.
func (s *site) portalAnswers(t *testing.T, b *browser, path string) {
	t.Helper()
	version := b.get(path).value("version")
	typed := url.Values{"version": {version}, "outcome": {"monetary_relief"}, "body": {"经核实，确有夜间来电，现退还违约金。"}, "amount": {"一千"}, "kind": {"call_log"}, "do": {"file"}}
	p := b.upload(path+"/answer", typed, map[string]map[string]string{"file": {"外呼日志.csv": "time,number\n2026-10-05 23:10,13800138000\n"}}).want(200)
	p.hasWords("#told", "外呼日志.csv", "通话详单", "本机构提交")
	if p.value("outcome") != "monetary_relief" || !strings.Contains(p.value("body"), "退还违约金") || p.value("amount") != "一千" {
		t.Error("the answer is lost when files are stored first")
	}
	if got := b.get(path + "/files/1").want(200); !strings.HasPrefix(got.body, "time,number") || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file is %q, %s", got.body, got.header.Get("Content-Disposition"))
	}
	typed.Set("do", "answer")
	p = b.upload(path+"/answer", typed, nil).want(422)
	if p.text("#f-answer-amount-error") == "" || p.value("amount") != "一千" {
		t.Errorf("a wrong amount: %s", p.text(".errors"))
	}
	typed.Set("amount", "")
	b.upload(path+"/answer", typed, nil).want(422).hasWords("#f-answer-amount-error", "请填写金额")
	typed.Set("amount", "1,400.50")
	b.follow(b.upload(path+"/answer", typed, nil)).want(200).hasWords("#answers", "退费、减免或者赔偿", "¥1,400.50", "待审查")

	ref := strings.TrimPrefix(path, "/firm/forwards/")
	full, err := s.Forwards.ByRef(t.Context(), s.as("reviewer"), ref)
	s.ok(err)
	_, err = s.Forwards.Check(t.Context(), s.as("reviewer"), ref, full.Version, false, []string{"remedy"}, "请写明整改的时间。")
	s.ok(err)
	p = b.get(path).want(200)
	p.hasWords("#answers", "已退回", "未说明处理措施", "请写明整改的时间。")
	p.hasWords("#answer", "上一次提交的内容已退回")
	b.get("/firm").want(200).hasWords("main", "已退回，待补充")

	links := p.find(".portal-letters a")
	if len(links) < 3 {
		t.Fatalf("%d letters are listed", len(links))
	}
	href, _ := attr(links[0], "href")
	if !strings.HasSuffix(href, "/letters/1") {
		t.Errorf("a letter is at %s: an id of the office's", href)
	}
	sheet := b.get(href).want(200)
	sheet.hasWords("article", "云川消费金融有限公司", ref)
	b.get(href+"?text=en").want(200).hasWords("article", ref)
	pdf := b.get(href + "/pdf?text=en").want(200)
	if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the PDF is %.20q", pdf.body)
	}
	b.get(path + "/letters/99").want(404)
	b.get(path + "/letters/x").want(404)
	en := b.get(path + "?lang=en").want(200)
	en.hasWords("main", "What was forwarded", "Monetary relief", "Returned, to complete")
}

func TestPortalPassesOn(t *testing.T) {
	s := portalSite(t)
	f := s.forwarded(s.assigned(), "L001", forwarding.FieldNarrative, forwarding.FieldLoan)
	b, path := s.signIn("firm"), portalHref(f.Reference)
	p := b.get(path).want(200)
	p.hasWords("#agencies", "远达信息服务有限公司", "汀兰商务服务有限公司")
	form := url.Values{"version": {p.value("version")}, "agency": {"A001"}, "due_on.year": {"2026"}, "due_on.month": {"12"}, "due_on.day": {"30"}, "disclose": {"narrative"}, "note": {"请提供外呼记录。"}}
	p = b.post(path+"/pass-on", form).want(422)
	if p.value("note") != "请提供外呼记录。" || p.value("due_on.day") != "30" || p.text("#f-pass-due_on-error") == "" {
		t.Errorf("a date after the lender's own: %s", p.text(".errors"))
	}
	form.Set("disclose", "name")
	form.Set("due_on.day", fmt.Sprint(f.DueOn.Day()))
	form.Set("due_on.month", fmt.Sprint(int(f.DueOn.Month())))
	b.post(path+"/pass-on", form).want(422).hasWords("#f-pass-disclose-error", "不能提供")
	form.Set("disclose", "narrative")
	b.follow(b.post(path+"/pass-on", form)).want(200).hasWords("#agencies", "远达信息服务有限公司", "待签收")

	a := s.signIn("collector")
	p = a.get("/firm").want(200)
	p.hasWords("main", "委托机构")
	ref := textOf(p.find("tbody th")[0])
	p = a.get(portalHref(ref)).want(200)
	p.hasWords("main", "云川消费金融有限公司", "期限由委托机构确定", "请提供外呼记录。")
	if strings.Contains(p.body, "王小明") || len(p.find("#offer")) != 0 {
		t.Error("the agency reads more than it was given, or may offer plans")
	}
	a.follow(a.post(portalHref(ref)+"/answer", url.Values{"version": {p.value("version")}, "outcome": {"explanation"}, "body": {"经查，当日无外呼记录，详见附件。"}})).want(200)
	b.get(path).want(200).hasWords("#agencies", "经查，当日无外呼记录")
	a.get(path).want(404)
	b.get(portalHref(ref)).want(404)
}

func TestPortalPlan(t *testing.T) {
	s := portalSite(t)
	k := s.assigned()
	f := s.forwarded(k, "L001")
	b, path := s.signIn("firm"), portalHref(f.Reference)
	form := url.Values{"kind": {"instalments"}, "terms": {"免收罚息，按期归还即可。"}, "total": {"300"}, "rows": {"3"}, "stop_collection": {"on"}, "do": {"rows"},
		"instalments[0].due_on": {"2026-12-01"}, "instalments[0].amount": {"100"}, "instalments[2].due_on": {"2027-01-01"}, "instalments[2].amount": {"150"}}
	p := b.post(path+"/plan", form).want(200)
	if p.value("rows") != "6" || p.value("instalments[2].amount") != "150" || p.value("terms") != "免收罚息，按期归还即可。" || p.value("total") != "300" {
		t.Fatal("more rows lose what was typed")
	}
	form.Set("do", "offer")
	b.post(path+"/plan", form).want(422).hasWords("#f-plan-total-error", "不一致")
	form.Set("instalments[2].amount", "200")
	form.Set("instalments[2].due_on", "2026-11-30")
	p = b.post(path+"/plan", form).want(422)
	if p.text("#f-plan-instalments-2--due_on-error") == "" || p.text("#f-plan-instalments-1--due_on-error") != "" {
		t.Errorf("the date out of order is marked at the wrong row: %s", p.text(".errors"))
	}
	form.Set("instalments[2].due_on", "2027-01-01")
	form.Del("stop_collection")
	b.post(path+"/plan", form).want(422).hasWords("#f-plan-stop_collection-error", "停止催收")
	form.Set("stop_collection", "on")
	p = b.follow(b.post(path+"/plan", form)).want(200)
	p.hasWords("#plans", "待投诉人决定", "¥100.00", "¥200.00", "免收罚息")
	if len(p.find("#offer")) != 0 {
		t.Error("a second plan is offered beside the open one")
	}
	plans, err := s.Plans.PlansOf(t.Context(), s.as("firm"), f.Reference)
	s.ok(err)
	plan := plans[0]
	b.follow(b.post(path+"/plan/withdraw", url.Values{"plan": {plan.Reference}, "version": {fmt.Sprint(plan.Version)}})).want(200).hasWords("#plans", "已撤回")
	b.post(path+"/plan/withdraw", url.Values{"plan": {"H-2026-000099-1"}, "version": {"1"}}).want(404)

	b.follow(b.post(path+"/plan", form)).want(200)
	plans, err = s.Plans.PlansOf(t.Context(), s.as("firm"), f.Reference)
	s.ok(err)
	plan = plans[1]
	_, err = s.Plans.Answer(t.Context(), access.Actor{Role: access.Borrower, ComplaintID: k.ComplaintID}, plan.Reference, plan.Version, true)
	s.ok(err)
	today := s.today()
	paid := url.Values{"plan": {plan.Reference}, "version": {fmt.Sprint(plan.Version + 1)}, "instalment": {"1"}, "amount": {"1000"},
		"on.year": {fmt.Sprint(today.Year())}, "on.month": {fmt.Sprint(int(today.Month()))}, "on.day": {fmt.Sprint(today.Day())}}
	p = b.post(path+"/plan/paid", paid).want(422)
	if p.value("amount") != "1000" && !strings.Contains(p.body, `value="1000"`) {
		t.Error("the payment typed is lost")
	}
	paid.Set("amount", "100")
	b.follow(b.post(path+"/plan/paid", paid)).want(200).hasWords("#plans", "已还 ¥100.00", "没有逾期", "已还")
	if x, err := s.Plans.PlansOf(t.Context(), s.as("firm"), f.Reference); err != nil || x[1].Performance.PaidFen != 10_000 || x[1].Status != hardship.Accepted {
		t.Errorf("the plan stands at %+v, %v", x[1].Performance, err)
	}
}

func TestPortalStaff(t *testing.T) {
	s := portalSite(t)
	s.signIn("firm").get("/firm/staff").want(403)
	s.signIn("reviewer").get("/firm/staff").want(403)
	s.signIn("reviewer").get("/firm").want(403)
	b := s.signIn("bank_manager")
	p := b.get("/firm/staff").want(200)
	p.hasWords("main", "人员bank_manager", "同事firm", "您本人")
	if strings.Contains(p.body, "rival") || strings.Contains(p.body, "collector") {
		t.Error("staff of other firms are listed")
	}
	form := url.Values{"name": {"新来的"}, "email": {"chen@example.cn"}, "role": {"reviewer"}, "password": {"a whole new sentence"}}
	p = b.post("/firm/staff", form).want(422)
	if p.value("name") != "新来的" || strings.Contains(p.body, "a whole new sentence") {
		t.Error("the name is lost, or the password sent back")
	}
	form.Set("role", "firm")
	b.follow(b.post("/firm/staff", form)).want(200).hasWords("main", "新来的", "已为新来的建立账户")
	n := s.browser()
	n.post("/sign-in", url.Values{"email": {"chen@example.cn"}, "password": {"a whole new sentence"}}).want(303)
	b.follow(b.post("/firm/staff/reset", url.Values{"email": {"chen@example.cn"}, "password": {"another new sentence"}})).want(200)
	if p := n.get("/firm"); p.status != 303 {
		t.Error("a session outlives the new password")
	}
	p = b.post("/firm/staff/reset", url.Values{"email": {"chen@example.cn"}, "password": {"x"}}).want(422)
	if len(p.find("details.confirm[open]")) != 1 {
		t.Error("the form that was refused is not open")
	}
	b.follow(b.post("/firm/staff/disable", url.Values{"email": {"chen@example.cn"}})).want(200).hasWords("main", "停用")
	b.post("/firm/staff/disable", url.Values{"email": {"rival@example.cn"}}).want(404)
	b.post("/firm/staff/reset", url.Values{"email": {"rival@example.cn"}, "password": {"another new sentence"}}).want(404)
	b.post("/firm/staff/disable", url.Values{"email": {"bank_manager@example.cn"}}).want(409)
}

func TestPortalAPI(t *testing.T) {
	s := portalSite(t)
	f := s.forwarded(s.assigned(), "L001")
	token := s.token("firm")
	status, m := s.api("GET", "/forwards?tab=open", token, nil)
	if items, _ := m["items"].([]any); status != 200 || len(items) != 1 {
		t.Fatalf("%d %v", status, m)
	}
	status, m = s.api("GET", "/forwards/"+f.Reference, token, nil)
	if status != 200 || m["name"] != "王小明" || m["due_on"] == "" {
		t.Fatalf("%d %v", status, m)
	}
	do := func(path string, body map[string]any, want int) map[string]any {
		t.Helper()
		if _, ok := body["version"]; !ok && !strings.HasSuffix(path, "/plan") {
			body["version"] = m["version"]
		}
		status, got := s.api("POST", path, token, body)
		if status != want {
			t.Fatalf("%s: %d %v", path, status, got)
		}
		return got
	}
	at := "/forwards/" + f.Reference
	m = do(at+"/acknowledge", map[string]any{}, 200)
	do(at+"/acknowledge", map[string]any{"version": 1}, 409)
	m = do(at+"/time", map[string]any{"n": 5, "ground": "complex", "reason": "录音正在调取。"}, 200)
	if asked, _ := m["time_requests"].([]any); len(asked) != 1 || m["may_ask_time"] == true {
		t.Errorf("asked for time: %v", m)
	}
	m = do(at+"/pass-on", map[string]any{"agency": "A002", "due_on": m["due_on"], "disclose": []string{"loan"}}, 200)
	do(at+"/plan", map[string]any{"kind": "deferral", "terms": "延期三个月，免收罚息。", "total_fen": 100, "stop_collection": true,
		"instalments": []map[string]any{{"due_on": "2027-03-01", "amount_fen": 100}}}, 201)
	do(at+"/plan", map[string]any{"kind": "deferral", "terms": "延期三个月，免收罚息。", "total_fen": 100, "stop_collection": true,
		"instalments": []map[string]any{{"due_on": "x", "amount_fen": 100}}}, 422)
	if status, m := s.api("GET", at+"/plans", token, nil); status != 200 || len(m["items"].([]any)) != 1 {
		t.Errorf("plans: %d %v", status, m)
	}
	status, m2 := s.api("GET", at+"/letters", token, nil)
	if letters, _ := m2["items"].([]any); status != 200 || len(letters) == 0 {
		t.Fatalf("letters: %d %v", status, m2)
	}
	if status, m2 = s.api("GET", at+"/letters/1?text=en", token, nil); status != 200 || m2["text"] == "" {
		t.Errorf("letter: %d %v", status, m2)
	}
	body, kind := multipartBody(s, url.Values{"kind": {"call_log"}}, map[string]map[string]string{"file": {"a.csv": "time\n1\n"}})
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.url+apiRoot+at+"/files", body)
	s.ok(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	if status, text := s.send(r); status != 201 || !strings.Contains(string(text), `"number":1`) {
		t.Errorf("upload: %d %s", status, text)
	}
	// The complaint's reference names the forward for the firm that was told it, and for nobody else.
	full, err := s.Forwards.ByRef(t.Context(), s.as("reviewer"), f.Reference)
	s.ok(err)
	k, err := s.Cases.ByRef(t.Context(), s.as("reviewer"), full.CaseReference)
	s.ok(err)
	reply := map[string]any{"version": m["version"], "outcome": "explanation", "body": "经核实，当日没有夜间来电。"}
	for _, who := range []string{"collector2", "rival"} {
		if status, got := s.api("POST", "/complaints/"+k.Complaint.Reference+"/firm-response", s.token(who), reply); status != 404 {
			t.Errorf("%s answers by the complaint's reference: %d %v", who, status, got)
		}
	}
	m = do("/complaints/"+k.Complaint.Reference+"/firm-response", reply, 200)
	if m["status"] != "answered" {
		t.Errorf("after the answer: %v", m["status"])
	}
}

// canaryOf is a filing in which every field holds a word that stands nowhere else.
func canaryOf(mark, lender, agency, phone string) complaint.Filing {
	f := filing()
	f.Complainant.Name, f.Complainant.Phone, f.Complainant.Email = mark+"某", phone, strings.ToLower(mark)+"@birds.example"
	f.Complainant.IDNumber = ""
	f.Lender, f.Agency = complaint.Party{Code: lender}, complaint.Party{Code: agency}
	f.Narrative = mark + "的经过：夜里反复来电，威胁到单位，要求立即还款。"
	f.Demand = mark + "的请求：停止拨打并书面道歉。"
	f.Loan.Product = mark + "贷"
	f.Accused = []complaint.Accused{{Kind: "phone", Value: "1390" + phone[4:]}}
	return f
}

// chained takes a case through everything that leaves words behind: forward, agency, files, answers, time, plan.
func (s *site) chained(t *testing.T, mark, lender, agency, who, collector, phone string) (words []string, f *forwarding.Forward, child string) {
	t.Helper()
	ctx := t.Context()
	k := s.caseOf(canaryOf(mark, lender, agency, phone))
	f = s.forwarded(k, lender)
	f, err := s.Forwards.PassOn(ctx, s.as(who), f.Reference, f.Version, forwarding.PassInput{
		Agency: agency, DueOn: f.DueOn, Disclose: []string{forwarding.FieldNarrative}, Note: mark + "的转交要求。"})
	s.ok(err)
	full, err := s.Forwards.ByRef(ctx, s.as("supervisor"), f.Reference)
	s.ok(err)
	child = full.Children[0].Reference
	_, err = s.Forwards.AddFile(ctx, s.as(collector), child, "call_log", mark+"外呼.csv", strings.NewReader(mark+"的通话"))
	s.ok(err)
	_, err = s.Forwards.Answer(ctx, s.as(collector), child, full.Children[0].Version, forwarding.AnswerInput{Outcome: "explanation", Body: mark + "机构的答复，已核实。"})
	s.ok(err)
	_, err = s.Forwards.AddFile(ctx, s.as(who), f.Reference, "firm_reply", mark+"答复.txt", strings.NewReader(mark+"的材料"))
	s.ok(err)
	f, err = s.Forwards.AskTime(ctx, s.as(who), f.Reference, f.Version, forwarding.TimeInput{Ground: "complex", Reason: mark + "的延期理由。"})
	s.ok(err)
	plan, err := s.Plans.Offer(ctx, s.as(who), f.Reference, hardship.OfferInput{Kind: hardship.Deferral, Terms: mark + "的还款条件。", TotalFen: 7_654_321, StopCollection: true,
		Instalments: []hardship.Part{{DueOn: f.DueOn.AddDays(60), Fen: 7_654_321}}})
	s.ok(err)
	return []string{mark, strings.ToLower(mark) + "@birds", phone, k.Reference, k.Complaint.Reference, f.Reference, child, plan.Reference}, f, child
}

// TestFirmsReadNothingOfEachOther crawls every page and operation as staff of each firm: two lenders that share an agency,
// and another agency of the first. No word, number, name or reference of the others appears, and what is theirs answers
// as what never was.
func TestFirmsReadNothingOfEachOther(t *testing.T) {
	t.Parallel()
	s := portalSite(t)
	one, f1, child1 := s.chained(t, "Jinsique", "L001", "A001", "firm", "collector", "13712340001")
	two, f2, child2 := s.chained(t, "Huangque", "L002", "A001", "rival", "collector", "13712340002")
	three, f3, child3 := s.chained(t, "Baitouweng", "L001", "A002", "firm", "collector2", "13712340003")
	lenders := map[string]string{"L001": "云川消费金融有限公司", "L002": "鹭岛消费金融有限公司", "A001": "远达信息服务有限公司", "A002": "汀兰商务服务有限公司"}
	// What each may know. An agency knows of a complaint what its lender passed: the narrative, and not the lender's own number.
	narrower := func(words []string, child string) []string {
		return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == child || w == words[0] })
	}
	for _, c := range []struct {
		who    string
		own    []string
		theirs []string
		hidden []string // references that must not be found
	}{
		{"firm", []string{f1.Reference, f3.Reference}, slices.Concat(two, []string{child1, child3, lenders["L002"], "人员rival", "人员collector"}), []string{f2.Reference, child1, child2, child3}},
		{"bank_manager", []string{f1.Reference, f3.Reference}, slices.Concat(two, []string{child1, child3, lenders["L002"], "人员rival", "人员collector"}), []string{f2.Reference, child1, child2, child3}},
		{"rival", []string{f2.Reference}, slices.Concat(one, three, []string{child2, lenders["L001"], lenders["A002"], "bank_manager@", "人员collector"}), []string{f1.Reference, f3.Reference, child1, child2, child3}},
		{"collector", []string{child1, child2}, slices.Concat(narrower(one, child1), narrower(two, child2), three, []string{lenders["A002"], "bank_manager@", "人员rival"}), []string{f1.Reference, f2.Reference, f3.Reference, child3}},
		{"collector2", []string{child3}, slices.Concat(narrower(three, child3), one, two, []string{lenders["A001"], lenders["L002"], "bank_manager@", "人员rival"}), []string{f1.Reference, f2.Reference, f3.Reference, child1, child2}},
	} {
		t.Run(c.who, func(t *testing.T) {
			s.crawlsAs(t, c.who, c.own, c.theirs)
			s.findsNothing(t, c.who, c.hidden)
		})
	}
	// What one agency does for two lenders never meets: on the page of the one, nothing of the other.
	b := s.signIn("collector")
	for page, other := range map[string]string{child1: "Huangque", child2: "Jinsique"} {
		if strings.Contains(b.get(portalHref(page)).want(200).body, other) {
			t.Errorf("on %s the agency reads of its other lender's complaint", page)
		}
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// crawlsAs follows every link and asks every GET of the table with the visitor's own references.
func (s *site) crawlsAs(t *testing.T, who string, own, never []string) {
	t.Helper()
	b := s.signIn(who)
	var queue []string
	for _, tab := range portalTabs() {
		queue = append(queue, "/firm?tab="+tab, apiRoot+"/forwards?tab="+tab)
	}
	for _, word := range never {
		queue = append(queue, "/firm?q="+urlQuery(word), apiRoot+"/forwards?q="+urlQuery(word[:min(len(word), 40)]))
	}
	for _, rt := range s.Table() {
		if rt.Method != "GET" {
			continue
		}
		for _, ref := range own {
			for n := range 4 {
				at := strings.NewReplacer("{ref}", ref, ":ref", ref, "{number}", strconv.Itoa(n+1), ":number", strconv.Itoa(n+1), "{code}", "L001", ":code", "L001", "{month}", "2026-10", ":month", "2026-10",
					"{id}", strconv.Itoa(n+1), ":id", strconv.Itoa(n+1)).Replace(rt.Path)
				queue = append(queue, at)
			}
		}
	}
	seen, read := map[string]bool{}, 0
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || strings.HasPrefix(at, "/static") || strings.HasPrefix(at, "/api/docs") || strings.Contains(at, ":name") {
			continue
		}
		seen[at] = true
		b.header.Del("Authorization")
		if strings.HasPrefix(at, "/api/") {
			b.header.Set("Authorization", "Bearer "+s.token(who))
		}
		p := b.get(at)
		if p.status == http.StatusOK {
			read++
		}
		asked, _ := url.QueryUnescape(at) // a search shows what was typed
		for _, word := range never {
			if strings.Contains(p.body, word) && !strings.Contains(asked, word) {
				t.Errorf("%s shows %q", at, word)
			}
		}
		if p.doc != nil {
			queue = append(queue, links(p)...)
		}
	}
	if read < 30 {
		t.Errorf("only %d of %d addresses answered", read, len(seen))
	}
	counted := s.portalCounts(t, b)
	if counted != len(own) {
		t.Errorf("the list counts %d, want %d", counted, len(own))
	}
}

func (s *site) portalCounts(t *testing.T, b *browser) (n int) {
	t.Helper()
	b.header.Del("Authorization")
	for i, c := range b.get("/firm").want(200).find(".tabs b") {
		if i == 1 {
			continue // the late ones are open too
		}
		m, err := strconv.Atoi(textOf(c))
		s.ok(err)
		n += m
	}
	return n
}

// findsNothing asks for what belongs to others by every route that takes a reference: the answer is that of a reference
// which nobody ever gave.
func (s *site) findsNothing(t *testing.T, who string, hidden []string) {
	t.Helper()
	const never = "F-2026-000999-4"
	b := s.signIn(who)
	for _, rt := range s.Table() {
		api := strings.HasPrefix(rt.Path, apiRoot+"/forwards/") || strings.HasSuffix(rt.Path, "/firm-response")
		if !api && !strings.HasPrefix(rt.Path, "/firm/forwards/") {
			continue
		}
		ask := func(ref string) *page {
			at := strings.NewReplacer("{ref}", ref, ":ref", ref, "{number}", "1", ":number", "1").Replace(rt.Path)
			b.header.Del("Authorization")
			if api {
				b.header.Set("Authorization", "Bearer "+s.token(who))
			}
			if rt.Method == "GET" {
				return b.get(at)
			}
			if api {
				return b.do(rt.Method, at, "application/json", strings.NewReader(`{"version":1}`))
			}
			return b.post(at, url.Values{"version": {"1"}, "reason": {"理由理由"}, "outcome": {"explanation"}, "body": {"经核实，没有这种情况。"}, "agency": {"A001"}})
		}
		want := ask(never)
		for _, ref := range hidden {
			got := ask(ref)
			if got.status != want.status || strings.ReplaceAll(got.body, ref, never) != want.body {
				t.Errorf("%s %s answers %d for %s and %d for one that never was", rt.Method, rt.Path, got.status, ref, want.status)
			}
		}
	}
}
