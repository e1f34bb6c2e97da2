package httpd

import (
	"archive/zip"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/enforcement/enforcementtest"
)

// course is a case on the statutory course, led by people at their browsers.
type course struct {
	*site
	ref string
	who map[string]*browser
}

func (c *course) as(name string) *browser {
	c.Helper()
	if c.who[name] == nil {
		c.who[name] = c.signIn(name)
	}
	return c.who[name]
}

// lends is a case with an upheld finding against the lender, whose staff can sign in.
func (s *site) lends() *casework.Case {
	s.Helper()
	k := s.assigned()
	k, _, err := s.Cases.Record(s.Context(), s.as("reviewer"), k.Reference, casework.NewFinding{Code: "H02", Outcome: "substantiated", ActedOn: calendar.MustDate("2026-10-05"),
		Firm: "L001", Basis: []string{"cn-bsl-46-5"}, Reasons: "短信内容与通话录音相互印证，足以认定。", Evidence: nil, Version: k.Version})
	s.ok(err)
	return k
}

// step opens the form of a step as its officer, sends it with what is typed, and fails unless it is taken.
func (c *course) step(name string, step enforcement.Step, typed url.Values) *page {
	c.Helper()
	b := c.as(name)
	path := "/penalties/" + c.ref + "/steps/" + string(step)
	form := b.get(path).want(200)
	typed.Set("version", form.value("version"))
	for _, f := range deedForms[step] {
		if f.as == asDay && typed.Get(f.name+".year") == "" {
			for _, part := range dateParts {
				typed.Set(f.name+part, form.value(f.name+part))
			}
		}
	}
	p := b.post(path, typed)
	if p.status != 303 {
		c.Fatalf("%s by %s: %d %s", step, name, p.status, p.text(".errors"))
	}
	return b.follow(p).want(200)
}

// refused opens a step that still lacks something: the page says what, and pressing does not help.
func (c *course) refused(name string, step enforcement.Step, typed url.Values, article string) {
	c.Helper()
	b := c.as(name)
	path := "/penalties/" + c.ref + "/steps/" + string(step)
	form := b.get(path).want(200)
	if !strings.Contains(form.text(".lacks"), article) {
		c.Errorf("%s for %s does not name %q before anybody presses: %q", step, name, article, form.text(".lacks"))
	}
	typed.Set("version", form.value("version"))
	if p := b.post(path, typed); p.status != 409 {
		c.Errorf("%s by %s in spite of %s: %d", step, name, article, p.status)
	}
}

func (c *course) days(n int) {
	c.clock.Add(time.Duration(n) * 24 * time.Hour)
	c.who = map[string]*browser{}
}

func typed(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Add(pairs[i], pairs[i+1])
	}
	return out
}

func dated(v url.Values, name string, on calendar.Date) url.Values {
	v.Set(name+".year", fmt.Sprint(on.Year()))
	v.Set(name+".month", fmt.Sprint(int(on.Month())))
	v.Set(name+".day", fmt.Sprint(on.Day()))
	return v
}

// apply asks for the filing from the page of the case.
func (c *course) apply(k *casework.Case) {
	c.Helper()
	b := c.as("reviewer")
	if page := b.get("/cases/" + k.Reference).want(200); !strings.Contains(page.body, "/penalties/apply") {
		c.Fatal("the case does not lead to the statutory procedure")
	}
	form := b.get("/cases/" + k.Reference + "/penalties/apply").want(200)
	in := dated(typed("version", form.value("version"), "firm", "L001", "codes", "H02", "facts", form.value("facts")), "acted_to", calendar.MustDate("2026-10-05"))
	empty := b.post("/cases/"+k.Reference+"/penalties/apply", typed("version", form.value("version"), "firm", "L001", "facts", "仅此一句但足够长的事实说明文字")).want(422)
	if empty.value("facts") != "仅此一句但足够长的事实说明文字" || empty.text("#f-codes") == "" && empty.text(".errors") == "" {
		c.Errorf("a refused application loses what was typed: %q", empty.value("facts"))
	}
	p := b.post("/cases/"+k.Reference+"/penalties/apply", in)
	if p.status != 303 {
		c.Fatalf("apply: %d %s", p.status, p.text(".errors"))
	}
	c.ref = strings.TrimPrefix(p.header.Get("Location"), "/penalties/")
}

func conclusion() url.Values {
	return typed("report", "经调查取证，违法事实清楚，证据确实充分。", "findings", "1", "rows.shares", "3", "shares[0].party", "1",
		"shares[1].party", "1", "shares[2].party", "1", "shares[2].kind", "fine", "shares[2].amount_fen", "300,000", "basis", "cn-bsl-46-5",
		"facts", "当事人的催收人员于2026年10月5日以短信威胁借款人。", "reasons", "侵害消费者人格尊严，情节较重，未见从轻情形。")
}

// TestStatutoryProcedureInTheBrowser leads one case from lead to archive: two officers, legal, director, and the firm's own
// defence and request for a hearing.
func TestStatutoryProcedureInTheBrowser(t *testing.T) {
	s := newSite(t)
	c := &course{site: s, who: map[string]*browser{}}
	c.apply(s.lends())
	if got := c.as("firm").get("/firm/penalties/" + c.ref).status; got != 404 {
		t.Errorf("before the notice the firm reads %d", got)
	}
	second := fmt.Sprint(s.users["reviewer2"].ID)
	c.step("supervisor", enforcement.StepFile, typed("second", second, "reasons", "符合立案条件，准予立案"))
	if p := c.as("reviewer2").get("/penalties/" + c.ref).want(200); !strings.Contains(p.text(".open-steps"), "开始调查") {
		t.Errorf("the second officer may not investigate: %s", p.text(".open-steps"))
	}
	c.step("reviewer2", enforcement.StepInvestigate, typed("cards_shown", "on", "told", "出示执法证并送达调查通知书"))
	wrong := conclusion()
	wrong.Set("shares[2].amount_fen", "三十万")
	wrong.Set("version", c.as("reviewer").get("/penalties/"+c.ref+"/steps/conclude").want(200).value("version"))
	back := c.as("reviewer").post("/penalties/"+c.ref+"/steps/conclude", wrong).want(422)
	if back.value("shares[2].amount_fen") != "三十万" || back.value("shares[2].kind") != "fine" || len(back.find("[aria-invalid]")) != 1 {
		t.Errorf("a refused conclusion comes back as %q, %d marked", back.value("shares[2].amount_fen"), len(back.find("[aria-invalid]")))
	}
	c.step("reviewer", enforcement.StepConclude, conclusion())
	c.step("supervisor", enforcement.StepTry, typed("agree", "true", "major", "on", "report", "事实清楚，证据充分，程序合法，同意处理意见。"))
	c.step("supervisor", enforcement.StepNotice, typed("means", "direct", "proof", "送达回证，法定代表人签收", "hearing_told", "on"))
	c.refused("director", enforcement.StepApprove, typed("note", "同意"), "第六十四条")

	firm := c.as("firm")
	if in := firm.get("/firm").want(200); !strings.Contains(in.body, "/firm/penalties") {
		t.Error("the inbox does not lead to the penalty")
	}
	own := firm.get("/firm/penalties/" + c.ref).want(200)
	if !strings.Contains(own.text("main"), "300,000") || strings.Contains(own.body, "王小明") {
		t.Errorf("the firm reads %s", own.text("main"))
	}
	firm.post("/firm/penalties/"+c.ref+"/steps/defend", typed("version", own.value("version"), "text", "")).want(422)
	given := firm.follow(firm.upload("/firm/penalties/"+c.ref+"/steps/defend", typed("version", own.value("version"), "text", "系统故障导致重复发送，已经整改。", "evidence", "系统日志"),
		map[string]map[string]string{"file": {"整改报告.txt": "已经整改"}})).want(200)
	if !strings.Contains(given.text("#files"), "整改报告.txt") {
		t.Errorf("the firm reads of its files: %s", given.text("#files"))
	}
	if desk := c.as("supervisor").get("/penalties/" + c.ref).want(200); !strings.Contains(desk.text("#defences"), "E-") {
		t.Errorf("staff read of the firm's files: %s", desk.text("#defences"))
	}
	own = firm.get("/firm/penalties/" + c.ref).want(200)
	firm.follow(firm.post("/firm/penalties/"+c.ref+"/steps/ask_hearing", typed("version", own.value("version"), "text", "对罚款数额有异议"))).want(200)
	firm.post("/firm/penalties/"+c.ref+"/steps/approve", typed("version", "1")).want(404)

	c.step("supervisor", enforcement.StepReply, typed("defence", "1", "adopted", "partly", "reasons", "整改属实，但不影响违法事实的认定。"))
	c.hearing()
	c.step("legal", enforcement.StepLegalReview, typed("passed", "true", "opinion", "主体适格，事实清楚，程序合法，同意。"))
	c.refused("director", enforcement.StepApprove, typed("note", "同意"), "第五十七条")
	c.finishes()
	audittest.MustVerify(t, s.Deps.Log)
}

// hearing sets, holds and reports the hearing that the firm asked for.
func (c *course) hearing() {
	c.Helper()
	on := c.today().AddDays(20)
	chair := fmt.Sprint(c.users["legal"].ID)
	c.step("legal", enforcement.StepSetHearing, dated(typed("place", "三楼会议室", "chair", chair, "means", "direct", "proof", "送达回证，当事人签收"), "on", on))
	c.days(20)
	if p := c.as("firm").get("/firm/penalties/" + c.ref).want(200); !strings.Contains(p.text("aside"), "三楼会议室") {
		c.Errorf("the firm does not read where the hearing is: %s", p.text("aside"))
	}
	c.step("legal", enforcement.StepHold, typed("record", "听证按程序举行，双方陈述了意见并进行质证。", "signed", "on"))
	c.step("legal", enforcement.StepHearReport, typed("report", "建议维持拟处罚内容，事实清楚，程序合法。"))
}

// finishes decides, serves, publishes, collects, closes and archives.
func (c *course) finishes() {
	c.Helper()
	c.step("director", enforcement.StepDeliberate, typed("members", "陈立\n周宁", "minutes", "集体讨论一致同意拟处罚内容，罚款三十万元。", "agree", "true"))
	c.step("director", enforcement.StepApprove, typed("note", "同意"))
	c.step("director", enforcement.StepIssue, typed("account", "国库专户 001", "address", "杭州市西湖区文三路1号"))
	c.step("supervisor", enforcement.StepServe, typed("means", "direct", "proof", "送达回证，法定代表人签收"))
	c.step("supervisor", enforcement.StepPublish, typed("facts", "催收人员以短信威胁借款人。"))
	own := c.as("firm").get("/firm/penalties/" + c.ref).want(200)
	if !strings.Contains(own.text("#ledger"), "300,000") {
		c.Errorf("the firm's ledger: %s", own.text("#ledger"))
	}
	c.refused("reviewer", enforcement.StepClose, typed("report", "处罚决定已经执行完毕，拟结案。"), "第七十二条")
	form := c.as("supervisor").get("/penalties/" + c.ref + "/steps/pay").want(200)
	if form.value("amount_fen") != "300000" {
		c.Errorf("the form for payments begins with %q", form.value("amount_fen"))
	}
	c.step("supervisor", enforcement.StepPay, typed("party", "1", "account", "fine", "amount_fen", "300000", "receipt", "R-2026-1"))
	c.step("reviewer", enforcement.StepClose, typed("report", "处罚决定已经执行完毕，拟结案。"))
	p := c.step("reviewer", enforcement.StepArchive, typed("place", "2026-罚-1"))
	if todo := p.find(".course .todo"); len(todo) != 0 || len(p.find(".course .current")) != 0 {
		c.Errorf("an archived case has %d stations to come: %s", len(todo), p.text(".course"))
	}
	docs := p.find("#documents a")
	if len(docs) < 18 {
		c.Errorf("%d links to documents", len(docs))
	}
	for _, a := range docs {
		href, _ := attr(a, "href")
		if d := c.as("director").get(href); d.status != 200 {
			c.Errorf("%s answers %d", href, d.status)
		}
	}
	file := c.as("director").get("/penalties/" + c.ref + "/file").want(200)
	if _, err := zip.NewReader(strings.NewReader(file.body), int64(len(file.body))); err != nil {
		c.Errorf("the exported file: %v", err)
	}
	en := c.as("director")
	en.get("/?lang=en")
	if p := en.get("/penalties/" + c.ref).want(200); !strings.Contains(p.text(".course"), "Archived") {
		c.Errorf("in English: %s", p.text(".course"))
	}
}

// The API walks the same course; what is missing is named with its article.
func TestStatutoryProcedureByAPI(t *testing.T) {
	s := newSite(t)
	k := s.lends()
	take := func(want int, who, path string, body obj) obj {
		t.Helper()
		return s.must(want, "POST", path, s.token(who), body)
	}
	made := take(201, "reviewer", "/cases/"+k.Reference+"/filing", obj{"version": k.Version, "firm": "L001", "codes": []string{"H02"}, "acted_to": "2026-10-05", "facts": "催收人员以短信威胁借款人，涉嫌违法。"})
	ref := fmt.Sprint(made["reference"])
	at := "/penalties/" + ref
	version := func() any { return s.must(200, "GET", at, s.token("supervisor"), nil)["version"] }
	take(422, "supervisor", at+"/steps", obj{"version": version(), "step": "fly"})
	take(409, "supervisor", at+"/notice", obj{"version": version(), "means": "direct", "proof": "送达回证，签收"})
	take(200, "supervisor", at+"/steps", obj{"version": version(), "step": "file", "second": s.users["reviewer2"].ID, "reasons": "符合立案条件，准予立案"})
	take(200, "reviewer", at+"/steps", obj{"version": version(), "step": "investigate", "cards_shown": true, "told": "出示执法证并送达调查通知书"})
	take(200, "reviewer", at+"/steps", obj{"version": version(), "step": "conclude", "report": "经调查取证，违法事实清楚，证据确实充分。", "findings": []int{1},
		"shares": []obj{{"party": 1, "kind": "fine", "amount_fen": 30000000}}, "basis": []string{"cn-bsl-46-5"}, "facts": "当事人的催收人员以短信威胁借款人。", "reasons": "侵害消费者人格尊严，情节较重。"})
	take(200, "supervisor", at+"/steps", obj{"version": version(), "step": "try", "agree": true, "report": "事实清楚，证据充分，程序合法。"})
	take(200, "supervisor", at+"/notice", obj{"version": version(), "means": "direct", "proof": "送达回证，签收", "hearing_told": true})
	missing := s.must(200, "GET", at+"/missing?step=approve", s.token("director"), nil)
	if text := fmt.Sprint(missing); !strings.Contains(text, "defence_window") || !strings.Contains(text, "第四十五条") {
		t.Errorf("missing: %s", text)
	}
	refused := take(409, "director", at+"/approve", obj{"version": version()})
	if !strings.Contains(fmt.Sprint(refused["detail"], refused["title"]), "陈述申辩期限") {
		t.Errorf("the refusal does not name the missing step: %v", refused)
	}
	own := s.must(200, "GET", "/firm/penalties/"+ref, s.token("firm"), nil)
	take(422, "firm", "/firm/penalties/"+ref+"/steps", obj{"version": own["version"], "step": "approve"})
	own = take(200, "firm", "/firm/penalties/"+ref+"/steps", obj{"version": own["version"], "step": "defend", "text": "系统故障导致重复发送，已经整改。"})
	take(409, "firm", "/firm/penalties/"+ref+"/steps", obj{"version": 1, "step": "ask_hearing", "text": "有异议"})
	take(403, "firm", at+"/serve", obj{"version": own["version"]})
	course := s.must(200, "GET", at+"/course", s.token("director"), nil)
	if steps, _ := course["steps"].([]any); len(steps) != 7 || course["stage"] != "noticed" {
		t.Errorf("course: %v", course)
	}
	s.must(200, "GET", at+"/ledger?on=2026-11-01", s.token("director"), nil)
	s.must(422, "GET", at+"/ledger?on=x", s.token("director"), nil)
}

// worksCourse leads a case along the statutory course to its publication, without a browser.
func (s *site) worksCourse() *enforcement.Penalty {
	s.Helper()
	return s.takes(s.decides(s.lends(), enforcementtest.Matter{
		Firm: "L001", Codes: []string{"H02"}, ActedTo: calendar.MustDate("2026-10-05"), Findings: []int{1}, Sentence: enforcement.Sentence{
			Shares: []enforcement.Share{{Party: 1, Kind: "fine", AmountFen: 300_000_00}}, Basis: []string{"cn-bsl-46-5"},
			Facts: "当事人的催收人员以短信威胁借款人。", Reasons: "侵害消费者人格尊严，情节较重。"},
	}), "supervisor", &enforcement.Publish{Facts: "催收人员以短信威胁借款人。"})
}
