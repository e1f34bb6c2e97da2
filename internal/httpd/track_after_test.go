package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
)

// followed is a complaint with the officer's case and its complainant's browser.
func (s *site) followed(f complaint.Filing) (*complaint.Filed, *casework.Case, *browser) {
	s.Helper()
	ctx := s.Context()
	filed, err := s.Complaints.File(ctx, access.Nobody, f, "web", "", "")
	s.ok(err)
	ref := filed.Complaint.Reference
	_, k, err := s.Cases.Accept(ctx, s.as("supervisor"), ref, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	k, err = s.Cases.Assign(ctx, s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {ref}, "access_code": {filed.AccessCode}}, "/track/case")
	return filed, k, b
}

// answeredBy sends the case to the lender, which answers; the office passes the answer.
func (s *site) answeredBy(k *casework.Case, body string) *forwarding.Forward {
	s.Helper()
	ctx := s.Context()
	f, err := s.Forwards.Send(ctx, s.as("reviewer"), k.Reference, k.Version, forwarding.SendInput{Firm: "L001", Kind: forwarding.ToAnswer, Disclose: []string{"name", "narrative", "demand"}})
	s.ok(err)
	f, err = s.Forwards.Answer(ctx, s.as("firm"), f.Reference, f.Version, forwarding.AnswerInput{Outcome: "non_monetary_relief", Body: body})
	s.ok(err)
	f, err = s.Forwards.Check(ctx, s.as("reviewer"), f.Reference, f.Version, true, nil, "")
	s.ok(err)
	return f
}

func TestBorrowerReadsTheAnswerAndAsksForReview(t *testing.T) {
	s := newSite(t)
	filed, k, b := s.followed(filing())
	ctx := t.Context()
	f, err := s.Forwards.Send(ctx, s.as("reviewer"), k.Reference, k.Version, forwarding.SendInput{Firm: "L001", Kind: forwarding.ToAnswer, Disclose: []string{"name", "narrative", "demand"}})
	s.ok(err)
	p := b.get("/track/case").want(200)
	p.hasWords("main", "等机构答复", "由我们盯着期限，您不用自己去催", "云川消费金融有限公司", "转办告知书", "还没看")
	p.hasWords(".standing", "被投诉的机构须在")
	f, err = s.Forwards.Answer(ctx, s.as("firm"), f.Reference, f.Version, forwarding.AnswerInput{Outcome: "non_monetary_relief", Body: "已经停止夜间来电。\n并向您道歉。"})
	s.ok(err)
	b.get("/track/case").want(200).lacksWords("main", "已经停止夜间来电")
	_, err = s.Forwards.Check(ctx, s.as("reviewer"), f.Reference, f.Version, true, nil, "")
	s.ok(err)
	p = b.get("/track/case").want(200)
	p.hasWords("main", "已经停止夜间来电。", "并向您道歉。", "接受答复", "申请核查")
	b.get("/track/case?lang=en").want(200).hasWords("main", "Accept the answer", "Ask for a review")
	b.get("/?lang=zh")

	p = b.post("/track/review", url.Values{"of": {f.Reference}, "text": {" "}}).want(422)
	p.one("#f-review-" + idOf(f.Reference) + "-text-error")
	b.goesOn("/track/review", url.Values{"of": {f.Reference}, "text": {"昨晚十一点又来电了。"}}, "/track/case")
	p = b.get("/track/case").want(200)
	p.hasWords("main", "等机构核查", "昨晚十一点又来电了。")
	if len(p.find("form[action=/track/review]")) != 0 {
		t.Error("a second review is offered")
	}
	b.post("/track/review", url.Values{"of": {f.Reference}, "text": {"还是不满意，请再核查一次。"}}).want(409)
	_, _, other := s.followed(filing())
	other.post("/track/accept", url.Values{"of": {f.Reference}}).want(404)
	audittest.MustVerify(t, s.Deps.Log)
	_ = filed
}

func TestBorrowerAcceptsAnAnswerRatesAndAsksToReopen(t *testing.T) {
	s := newSite(t)
	filed, k, b := s.followed(filing())
	f := s.answeredBy(k, "已经停止夜间来电，并且向投诉人道歉。")
	b.post("/track/rate", url.Values{"score": {"5"}}).want(409)
	b.goesOn("/track/accept", url.Values{"of": {f.Reference}}, "/track/case")
	p := b.get("/track/case").want(200)
	p.hasWords("main", "您接受了云川消费金融有限公司的答复")
	p.hasWords("section[aria-labelledby=events]", "您接受了答复", "把机构的答复告知您")
	k, err := s.Cases.ByRef(t.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	_, err = s.Cases.Close(t.Context(), s.as("reviewer"), k.Reference, k.Version, "双方已经和解，投诉人没有其他要求。")
	s.ok(err)
	p = b.get("/track/case").want(200)
	p.hasWords("main", "请您评价", "有新的情况")
	p = b.post("/track/rate", url.Values{"comment": {"还可以"}}).want(422)
	p.one("#f-rate-score-error")
	p.hasWords("#f-rate-comment", "还可以")
	b.goesOn("/track/rate", url.Values{"score": {"4"}, "comment": {"办得快"}}, "/track/case")
	p = b.get("/track/case").want(200)
	p.hasWords("main", "您的评价", "4 星", "办得快")
	b.post("/track/rate", url.Values{"score": {"1"}}).want(409)
	b.post("/track/reopen", url.Values{"text": {""}}).want(422).one("#f-reopen-text-error")
	b.goesOn("/track/reopen", url.Values{"text": {"办结以后又来催收。"}}, "/track/case")
	b.get("/track/case").hasWords(".talk", "办结以后又来催收。")
	_ = filed
}

func TestBorrowerReadsLettersInBothLanguages(t *testing.T) {
	s := newSite(t)
	filed, _, b := s.followed(filing())
	ref := filed.Complaint.Reference
	l := s.letterOf(ref, "acceptance")
	at := "/track/letters/" + formatID(l.ID)
	p := b.get("/track/case").want(200)
	if len(p.find("a[href="+at+"]")) != 1 {
		t.Fatalf("no link to %s", at)
	}
	b.get(at).want(200).hasWords(".letter", "受理通知书", "王小明", ref, l.Number)
	b.get(at+"?text=en").want(200).hasWords(".letter", "王小明", ref)
	b.get("/track/case").lacksWords("#letters", "还没看")
	pdf := b.get(at + "/pdf?text=zh").want(200)
	if !strings.HasPrefix(pdf.body, "%PDF") || pdf.header.Get("Content-Type") != "application/pdf" || strings.Contains(pdf.header.Get("Content-Disposition"), "王小明") {
		t.Errorf("%v %.20q", pdf.header, pdf.body)
	}
	for _, lie := range []string{"999", "x", "-1"} {
		b.get("/track/letters/" + lie).want(404)
	}
	_, _, other := s.followed(filing())
	other.get(at).want(404)
	other.get(at + "/pdf").want(404)
	s.browser().get(at).want(303)
}

func TestBorrowerAnswersAPlanAndReportsItsBreach(t *testing.T) {
	s := newSite(t)
	_, k, b := s.followed(filing())
	f := s.answeredBy(k, "我司愿意与投诉人协商分期还款。")
	day := s.today()
	offer := func() *hardship.Plan {
		p, err := s.Plans.Offer(t.Context(), s.as("firm"), f.Reference, hardship.OfferInput{Kind: hardship.Instalments, Terms: "分两期，免收违约金。", TotalFen: 300000, StopCollection: true,
			Instalments: []hardship.Part{{DueOn: day.AddDays(20), Fen: 100000}, {DueOn: day.AddDays(50), Fen: 200000}}})
		s.ok(err)
		return p
	}
	plan := offer()
	p := b.get("/track/case").want(200)
	p.hasWords("main", "分期还款的安排", "免收违约金", "1,000.00", "2,000.00", "停止催收", "还没到期")
	form := url.Values{"of": {plan.Reference}, "version": {formatID(plan.Version)}, "answer": {"decline"}}
	b.post("/track/plan", url.Values{"of": {plan.Reference}, "version": {formatID(plan.Version + 4)}, "answer": {"accept"}}).want(409)
	b.goesOn("/track/plan", form, "/track/case")
	b.get("/track/case").hasWords("main", "您没有接受")
	plan = offer()
	b.goesOn("/track/plan", url.Values{"of": {plan.Reference}, "version": {formatID(plan.Version)}, "answer": {"accept"}}, "/track/case")
	p = b.post("/track/breach", url.Values{"of": {plan.Reference}, "text": {"昨天又有人打电话来催。"}}).want(422)
	p.hasWords("#f-breach-"+idOf(plan.Reference)+"-text", "昨天又有人打电话来催")
	b.goesOn("/track/breach", url.Values{"of": {plan.Reference}, "what": {"collected"}, "text": {"昨天又有人打电话来催。"}}, "/track/case")
	b.get("/track/case").hasWords(".talk", "昨天又有人打电话来催。")
	_, _, other := s.followed(filing())
	other.post("/track/breach", url.Values{"of": {plan.Reference}, "what": {"collected"}, "text": {"不是我的安排也来说。"}}).want(404)
}

func TestHeldClockIsExplained(t *testing.T) {
	s := newSite(t)
	_, k, b := s.followed(filing())
	clocks, err := s.Cases.Clocks(t.Context(), s.as("supervisor"), k.Reference)
	s.ok(err)
	running, _ := runningClock(clocks)
	p, _ := s.Book.Pack("cn")
	_, err = s.Cases.Suspend(t.Context(), s.as("supervisor"), k.Reference, running.Kind, p.Grounds("suspend")[0].Key, "等待法院作出判决。")
	s.ok(err)
	page := b.get("/track/case").want(200)
	page.hasWords(".standing", "起暂停计算", "看暂停的原因")
	href, _ := attr(page.one(".standing a"), "href")
	b.get(href).want(200).hasWords(".letter", "中止办理告知书")
}

func TestSplitLetterIsTwoForStaffAndForItsAuthor(t *testing.T) {
	s := newSite(t)
	filed := s.filed()
	ref := filed.Complaint.Reference
	staff := s.signIn("supervisor")
	v := formatID(filed.Complaint.Version)
	at := "/complaints/" + ref

	p := staff.post(at+"/reject", url.Values{"version": {v}, "ground": {"not_our_duty"}, "note": {"请向有管辖权的机关反映。"}, "do": {"preview"}}).want(200)
	p.hasWords("#preview", "不予受理告知书", "请向有管辖权的机关反映。", "尚未作出决定", "须核稿后发出")
	p.hasWords("#f-reject-note", "请向有管辖权的机关反映。")
	staff.post(at+"/ask", url.Values{"version": {v}, "what": {""}, "do": {"preview"}}).want(422).one("#f-ask-what-error")
	if n := s.count("SELECT COUNT(*) FROM letters"); n != 0 {
		t.Fatalf("a preview wrote %d letters", n)
	}
	staff.post(at+"/split", url.Values{"version": {v}, "track": {"complaint"}}).want(422).one("#f-split-track-error")
	s.signIn("reviewer").post(at+"/split", url.Values{"version": {v}, "track": {"report"}}).want(403)
	staff.goesOn(at+"/split", url.Values{"version": {v}, "track": {"report"}}, at)
	staff.post(at+"/split", url.Values{"version": {v}, "track": {"report"}}).want(409)
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {ref}, "access_code": {filed.AccessCode}}, "/track/case")
	p = b.get("/track/case").want(200)
	p.hasWords("main", "同一封信里的另一件", "您的身份不告诉被举报的机构")
	other := p.value("reference")
	if other == "" || other == ref {
		t.Fatalf("the other half is %q", other)
	}
	b.post("/track/other", url.Values{"reference": {"C-2026-000099-1"}}).want(404)
	b.goesOn("/track/other", url.Values{"reference": {other}}, "/track/case")
	b.get("/track/case").hasWords(".kicker", other)
	staff.get("/complaints/"+other).want(200).hasWords("aside", ref)
	s.signIn("auditor").get("/complaints/"+other).want(200).lacksWords("aside", ref, "王小明", "王")
}
