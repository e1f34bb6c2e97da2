package httpd

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
)

// sentBy lets the reviewer send a case to its lender on the page.
func sentBy(b *browser, k *casework.Case) *page {
	b.Helper()
	return b.post("/cases/"+k.Reference+"/forward", url.Values{"kind": {"answer"}, "version": {version(k.Version)}, "firm": {"L001"},
		"disclose": {"name", "narrative", "demand"}, "note": {"请逐项核实。"}})
}

// theForward is the only forward of a case.
func (s *site) theForward(k *casework.Case) *forwarding.Full {
	s.Helper()
	list, err := s.Forwards.Forwards(s.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	if len(list) != 1 {
		s.Fatalf("%d forwards, want 1", len(list))
	}
	return list[0]
}

func (s *site) firmAnswers(f *forwarding.Full) {
	s.Helper()
	_, err := s.Forwards.Answer(s.Context(), s.as("firm"), f.Reference, f.Version, forwarding.AnswerInput{Outcome: "non_monetary_relief", Body: "经核实确有夜间来电，已停止并处理责任人。"})
	s.ok(err)
}

func TestCaseGoesToTheFirmAndItsAnswerIsChecked(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	b := s.signIn("reviewer")
	at := "/cases/" + k.Reference
	fresh := b.get(at).want(200)
	fresh.hasWords("#firm-side", "还没有转给机构", "转机构办理", "云川消费金融有限公司")
	if got := fresh.value("firm"); got != "L001" {
		t.Errorf("preselected %q, want the lender", got)
	}

	wrong := b.post(at+"/forward", url.Values{"kind": {"answer"}, "version": {version(k.Version)}, "firm": {"L001"}, "summary": {"短"}, "note": {"请逐项核实整改。"}}).want(422)
	wrong.one("#f-forward-summary-error")
	wrong.hasWords("#f-forward-note", "请逐项核实整改")
	b.post(at+"/forward", url.Values{"kind": {"information"}, "version": {version(k.Version)}, "firm": {"L001"}, "due_on.year": {"2026"}, "due_on.month": {"2"}, "due_on.day": {"31"},
		"summary": {"请说明夜间外呼的安排。"}}).want(422).one("#f-information-due_on-error")
	stale := b.post(at+"/forward", url.Values{"kind": {"answer"}, "version": {version(k.Version + 5)}, "firm": {"L001"}, "disclose": {"narrative"}}).want(409)
	stale.hasWords(".errors", "您填写的文字还在")

	b.follow(sentBy(b, k)).want(200).hasWords("#firm-side", "已转办，待机构签收", "姓名、投诉内容、投诉请求")
	b.get(at).hasWords("#letters", "转办函", "转办告知书")
	f := s.theForward(k)
	s.firmAnswers(f)
	f = s.theForward(k)

	b.get("/waiting").want(200).hasWords("#answers", k.Reference, f.Reference)
	s.signIn("reviewer2").get("/waiting").want(200).lacksWords("main", k.Reference)
	page := b.get(at).want(200)
	page.hasWords("#firm-side", "经核实确有夜间来电", "审查机构的答复")
	page.hasWords(".rail-nav", "待我办理 1")
	form := url.Values{"forward": {f.Reference}, "version": {version(f.Version)}, "verdict": {"back"}}
	b.post(at+"/check", form).want(422).hasWords(".errors", "不足之处")
	form.Set("version", version(f.Version+3))
	form.Set("note", "没有附通话记录。")
	again := b.post(at+"/check", form).want(409)
	again.hasWords("#firm-side textarea", "没有附通话记录")
	form.Set("version", version(f.Version))
	form.Set("points", "evidence")
	b.follow(b.post(at+"/check", form)).want(200).hasWords("#firm-side", "已退回", "未附证明材料", "没有附通话记录")
	b.get("/waiting").want(200).lacksWords("main", f.Reference)

	f = s.theForward(k)
	s.firmAnswers(f)
	f = s.theForward(k)
	for _, who := range []string{"reviewer2", "legal", "auditor"} {
		p := s.signIn(who).post(at+"/check", url.Values{"forward": {f.Reference}, "version": {version(f.Version)}, "verdict": {"pass"}})
		if p.status != 403 {
			t.Errorf("%s passes the answer: %d", who, p.status)
		}
	}
	b.follow(b.post(at+"/check", url.Values{"forward": {f.Reference}, "version": {version(f.Version)}, "verdict": {"pass"}})).want(200).hasWords("#firm-side", "已答复投诉人", "审查通过")
	b.get("/cases/"+k.Reference+"?lang=en").want(200).hasWords("#firm-side", "Complainant told", "Passed")
	audittest.MustVerify(t, s.Deps.Log)
}

func TestNothingOfAReportIsOfferedToAFirm(t *testing.T) {
	s := newSite(t)
	hidden := filing()
	hidden.HideIdentity = true
	report := filing()
	report.Track = complaint.TrackReport
	b := s.signIn("supervisor")
	for name, f := range map[string]complaint.Filing{"hidden": hidden, "report": report} {
		filed, err := s.Complaints.File(s.Context(), access.Nobody, f, "web", "", "")
		s.ok(err)
		_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
		s.ok(err)
		p := b.get("/cases/" + k.Reference).want(200)
		offered := map[string]bool{}
		for _, n := range p.find("#firm-side input") {
			if v, _ := attr(n, "name"); v == "disclose" {
				value, _ := attr(n, "value")
				offered[value] = true
			}
		}
		for _, field := range []string{"name", "phone", "id_number", "email", "narrative", "evidence"} {
			if offered[field] {
				t.Errorf("%s: %s is offered", name, field)
			}
		}
		if name == "hidden" {
			p.hasWords("#firm-side", "投诉人要求不向机构透露身份")
			if !offered["demand"] || !offered["loan"] {
				t.Errorf("what leads to nobody is not offered: %v", offered)
			}
			continue
		}
		p.hasWords("#firm-side", "举报不转办")
		b.post("/cases/"+k.Reference+"/forward", url.Values{"kind": {"answer"}, "version": {version(k.Version)}, "firm": {"L001"}, "summary": {"请说明夜间外呼的安排情况。"}}).want(422)
		p = b.follow(b.post("/cases/"+k.Reference+"/forward", url.Values{"kind": {"information"}, "version": {version(k.Version)}, "firm": {"L001"}, "summary": {"请说明夜间外呼的安排情况。"},
			"due_on.year": {"2027"}, "due_on.month": {"12"}, "due_on.day": {"1"}}))
		p.want(200).hasWords("#firm-side", "请机构提供情况")
	}
}

func TestClocksAreHeldAndLengthenedByTwoPeople(t *testing.T) {
	s := newSite(t)
	f := filing()
	f.Track = complaint.TrackReport
	filed, err := s.Complaints.File(s.Context(), access.Nobody, f, "web", "", "")
	s.ok(err)
	_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	k, err = s.Cases.Assign(s.Context(), s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	at := "/cases/" + k.Reference
	officer, chief := s.signIn("reviewer"), s.signIn("supervisor")

	wrong := officer.post(at+"/ask-time", url.Values{"clock": {"report.investigate"}, "n": {"很多"}, "ground": {"complex"}, "reason": {"涉及多家机构。"}}).want(422)
	wrong.hasWords("#ask-time textarea", "涉及多家机构")
	wrong.one("#f-ask-time-n-error")
	officer.follow(officer.post(at+"/ask-time", url.Values{"clock": {"report.investigate"}, "n": {"１０"}, "ground": {"complex"}, "reason": {"涉及多家机构。"}})).want(200).hasWords("#clocks", "这是您提出的申请")
	list, err := s.Cases.TimeRequests(s.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	id := strconv.FormatInt(list[0].ID, 10)
	decide := url.Values{"request": {id}, "version": {version(list[0].Version)}, "decision": {"grant"}}
	officer.post(at+"/decide-time", decide).want(403)
	chief.get("/waiting").want(200).hasWords("#times", k.Reference, "情况复杂", "10 日")
	chief.post(at+"/decide-time", url.Values{"request": {id}, "version": {version(list[0].Version)}}).want(422).one("#f-decide-time-" + id + "-decision-error")
	done := chief.follow(chief.post(at+"/decide-time", decide)).want(200)
	done.hasWords("#clocks", "延长 10 日", "原定", "涉及多家机构")
	chief.post(at+"/decide-time", decide).want(409)

	officer.post(at+"/suspend", url.Values{"clock": {"report.investigate"}, "ground": {"court"}, "reason": {"等待法院判决。"}}).want(403)
	kept := chief.post(at+"/suspend", url.Values{"clock": {"report.investigate"}, "reason": {"等待法院判决。"}}).want(422)
	kept.hasWords("#suspend textarea", "等待法院判决")
	chief.follow(chief.post(at+"/suspend", url.Values{"clock": {"report.investigate"}, "ground": {"court"}, "reason": {"等待法院判决。"}})).want(200).hasWords("#clocks", "计时中止", "起中止", "等待法院判决")
	q := chief.get("/queue?time=suspended").want(200)
	q.hasWords("tbody", k.Reference, "计时中止")
	q.hasWords(".tabs", "中止 1")
	if n := len(chief.get("/queue?time=today").want(200).find("tbody tr")); n != 0 {
		t.Errorf("%d cases are due today, want none", n)
	}
	chief.get("/queue?time=never").want(422)
	chief.follow(chief.post(at+"/resume", url.Values{"clock": {"report.investigate"}, "reason": {"判决已生效。"}})).want(200).hasWords("#clocks", "恢复计算")
	audittest.MustVerify(t, s.Deps.Log)
}

func TestClosedCaseIsReopened(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	k, err := s.Cases.Close(s.Context(), s.as("reviewer"), k.Reference, k.Version, "双方已经和解，投诉人没有其他要求。")
	s.ok(err)
	at := "/cases/" + k.Reference
	s.signIn("reviewer").get(at).want(200).lacksWords("main", "重新办理")
	b := s.signIn("supervisor")
	b.post(at+"/reopen", url.Values{"version": {version(k.Version)}, "reason": {"收到新的录音。"}}).want(422).hasWords("#reopen textarea", "收到新的录音")
	b.follow(b.post(at+"/reopen", url.Values{"version": {version(k.Version)}, "ground": {"new_facts"}, "reason": {"收到新的录音。"}})).want(200).hasWords(".flash", "已恢复办理")
	b.post(at+"/reopen", url.Values{"version": {version(k.Version)}, "ground": {"new_facts"}, "reason": {"收到新的录音。"}}).want(409)
}

func TestHandlingByTheAPI(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	token := s.token("reviewer")
	status, m := s.api("POST", "/complaints/"+k.Complaint.Reference+"/forward", token, map[string]any{"firm": "L001", "kind": "answer", "disclose": []string{"narrative", "name"}, "version": k.Version})
	if status != 201 || m["status"] != "sent" || m["case"] != k.Reference {
		t.Fatalf("forward: %d %v", status, m)
	}
	ref := m["reference"].(string)
	s.firmAnswers(s.theForward(k))
	f := s.theForward(k)
	if status, _ := s.api("POST", "/forwards/"+ref+"/check", s.token("firm"), map[string]any{"passed": true, "version": f.Version}); status != 403 {
		t.Errorf("the firm checks its own answer: %d", status)
	}
	if status, m := s.api("GET", "/waiting", token, nil); status != 200 || len(m["answers"].([]any)) != 1 {
		t.Errorf("waiting: %d %v", status, m)
	}
	if status, m := s.api("POST", "/forwards/"+ref+"/check", token, map[string]any{"passed": false, "version": f.Version}); status != 422 || !strings.Contains(m["errors"].([]any)[0].(map[string]any)["location"].(string), "points") {
		t.Errorf("sent back without a word: %d %v", status, m)
	}
	status, m = s.api("POST", "/forwards/"+ref+"/check", token, map[string]any{"passed": true, "version": f.Version})
	if status != 200 || m["status"] != "told" {
		t.Errorf("check: %d %v", status, m)
	}
	status, m = s.api("GET", "/cases/"+k.Reference+"/forwards", token, nil)
	if status != 200 || len(m["items"].([]any)) != 1 {
		t.Errorf("forwards: %d %v", status, m)
	}
	if status, _ := s.api("GET", "/cases/"+k.Reference+"/forwards", s.token("outsider"), nil); status != 404 {
		t.Errorf("an outsider lists the forwards: %d", status)
	}
	if status, m := s.api("POST", "/cases/"+k.Reference+"/clocks/nothing/suspend", s.token("supervisor"), map[string]any{"ground": "court", "reason": "等待判决。"}); status != 409 {
		t.Errorf("a clock that is not there is held: %d %v", status, m)
	}
	if status, m := s.api("GET", "/cases/"+k.Reference+"/time-requests", token, nil); status != 200 || len(m["items"].([]any)) != 0 {
		t.Errorf("requests: %d %v", status, m)
	}
	if status, _ := s.api("POST", "/time-requests/99/decide", s.token("supervisor"), map[string]any{"case": k.Reference, "granted": true, "version": 1}); status != 404 {
		t.Errorf("a request that is not there: %d", status)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
