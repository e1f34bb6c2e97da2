package httpd

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
)

// orders takes the way of a person through both steps of the form and returns the reference of the measure.
func (s *site) orders(b *browser, k *casework.Case, kind string, in url.Values) string {
	s.Helper()
	if p := b.get("/cases/" + k.Reference).want(200); !strings.Contains(p.body, "/cases/"+k.Reference+"/measures/new") {
		s.Fatal("the case does not lead to a measure")
	}
	pick := b.get("/cases/" + k.Reference + "/measures/new").want(200)
	if !strings.Contains(pick.body, "measures/new?kind="+kind) {
		s.Fatalf("%s cannot be chosen", kind)
	}
	form := b.get("/cases/" + k.Reference + "/measures/new?kind=" + kind).want(200)
	in.Set("kind", form.value("kind"))
	in.Set("firm", "L001")
	p := b.post("/cases/"+k.Reference+"/measures", in)
	if p.status != 303 {
		s.Fatalf("order %s: %d %s", kind, p.status, p.text(".errors"))
	}
	page := b.follow(p).want(200)
	page.hasWords("main", "L001")
	return strings.TrimPrefix(p.location(), "/measures/")
}

// TestMeasuresInTheBrowser: an order to correct that the firm proves with a file, that is checked, followed up again and at last
// corrected; a referral with its papers; no penalty with its ground.
func TestMeasuresInTheBrowser(t *testing.T) {
	s := newSite(t)
	k := s.lends()
	desk, firm := s.signIn("reviewer"), s.signIn("firm")
	rival := s.managerOf("A001")
	s.ordersWrongly(desk, k)
	ref := s.orders(desk, k, "correct", dated(typed("findings", "1", "text", "责令停止以短信威胁借款人家属。", "proof", "整改报告和话术", "basis", "cn-bsl-46-5"), "due_on", s.today().AddDays(20)))

	firm.get("/firm/measures").want(200).hasWords("main", ref, "责令改正")
	own := firm.get("/firm/measures/" + ref).want(200)
	own.hasWords("main", "责令停止以短信威胁借款人家属", "整改报告和话术")
	own.lacksWords("main", k.Reference, "同事reviewer", "违法事实清楚")
	for _, path := range []string{"", "/document", "/document/pdf", "/files/1"} {
		rival.get("/firm/measures/" + ref + path).want(404)
	}
	rival.post("/firm/measures/"+ref+"/prove", typed("version", "1", "note", "我们已经改正")).want(404)
	firm.post("/measures/"+ref+"/check", typed("version", "1", "result", "corrected", "note", "我们已经改正")).want(403)
	firm.get("/measures/" + ref).want(403)

	prove := func(note, file string) {
		t.Helper()
		page := firm.get("/firm/measures/" + ref).want(200)
		p := firm.upload("/firm/measures/"+ref+"/prove", typed("version", page.value("version"), "note", note, "file_kind", "other"), map[string]map[string]string{"file": {file: "已完成整改"}})
		if p.status != 303 {
			t.Fatalf("prove: %d %s", p.status, p.text(".errors"))
		}
		firm.follow(p).want(200).hasWords("main", file, "待检查")
	}
	// A file is kept first, with what was typed; too short a note comes back at its field.
	kept := firm.upload("/firm/measures/"+ref+"/prove", typed("version", "1", "note", "先存文件", "do", "file"), map[string]map[string]string{"file": {"话术.txt": "新话术"}}).want(200)
	if kept.value("version") != "1" || kept.text("textarea") != "先存文件" {
		t.Errorf("after storing a file: version %q, note %q", kept.value("version"), kept.text("textarea"))
	}
	if short := firm.post("/firm/measures/"+ref+"/prove", typed("version", "1", "note", "好")).want(422); short.text(".field.bad textarea") != "好" {
		t.Errorf("a short note comes back as %q", short.text(".field.bad textarea"))
	}
	prove("已经停用原话术，完成整改", "整改报告.txt")
	if got := firm.get("/firm/measures/" + ref + "/files/2").want(200); got.body != "已完成整改" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the firm's file: %q", got.body)
	}

	desk.get("/waiting").want(200).hasWords("#measures", ref, "待检查")
	desk.get("/measures?shelf=proved&whose=me").want(200).hasWords("main", ref)
	page := desk.get("/measures/" + ref).want(200)
	page.hasWords("#files", "话术.txt", "整改报告.txt")
	if p := s.checks(desk, ref, typed("result", "again", "note", "抽查仍有威胁短信")); p.status != 422 || p.text("#check .bad") == "" || p.text("#check textarea") != "抽查仍有威胁短信" {
		t.Errorf("no new day: %d %q", p.status, p.text("#check .bad"))
	}
	if p := s.checks(desk, ref, typed("note", "抽查仍有威胁短信")); p.status != 422 {
		t.Errorf("no result: %d", p.status)
	}
	s.checks(desk, ref, dated(typed("result", "again", "note", "抽查仍有威胁短信", "evidence", "E-2"), "next_on", s.today().AddDays(10))).want(303)
	desk.get("/measures/"+ref).want(200).hasWords("#onward", "申请立案", "进一步措施")
	firm.get("/firm/measures/"+ref).want(200).hasWords("main", "抽查仍有威胁短信", "检查：未改正")
	s.clock.Add(12 * 24 * time.Hour)
	desk, firm = s.signIn("reviewer"), s.signIn("firm")
	desk.get("/measures?shelf=overdue").want(200).hasWords("main", ref, "逾期")
	desk.get("/measures/"+ref).want(200).hasWords(".banner", "超过跟进日期")
	prove("短信渠道已经全部停用", "第二次整改报告.txt")
	s.checks(desk, ref, typed("result", "corrected", "note", "抽查五十条，未再发现")).want(303)
	desk.get("/measures?shelf=ended").want(200).hasWords("main", ref, "已改正")
	if p := s.checks(desk, ref, typed("result", "corrected", "note", "抽查五十条，未再发现")); p.status != 409 {
		t.Errorf("checked after the end: %d", p.status)
	}
	for path, words := range map[string]string{"/document": "责令改正通知书", "/document?text=en": "ORDER TO CORRECT"} {
		for _, who := range []struct {
			b    *browser
			root string
		}{{desk, "/measures/"}, {firm, "/firm/measures/"}} {
			who.b.get(who.root+ref+path).want(200).hasWords("main", words, "〔2026〕监管1号")
		}
	}
	if pdf := desk.get("/measures/" + ref + "/document/pdf").want(200); !strings.HasPrefix(pdf.body, "%PDF") {
		t.Error("no PDF")
	}
	s.refersAndSpares(desk, firm, k)
	audittest.MustVerify(t, s.Deps.Log)
}

// checks sends the form of a check with the version that the page shows.
func (s *site) checks(b *browser, ref string, in url.Values) *page {
	s.Helper()
	in.Set("version", b.get("/measures/"+ref).want(200).value("version"))
	if in.Get("version") == "" {
		in.Set("version", "9")
	}
	return b.post("/measures/"+ref+"/check", in)
}

// ordersWrongly sends forms that are refused: each error stands at its field, and what was typed stays.
func (s *site) ordersWrongly(b *browser, k *casework.Case) {
	s.Helper()
	at := "/cases/" + k.Reference + "/measures"
	p := b.post(at, dated(typed("kind", "correct", "firm", "L001", "text", "责令停止以短信威胁借款人家属。", "proof", "改"), "due_on", s.today())).want(422)
	if p.text("#f-text") != "责令停止以短信威胁借款人家属。" || len(p.find(".field.bad")) != 3 || p.value("due_on.year") == "" {
		s.Errorf("a refused order: %d fields marked, text %q", len(p.find(".field.bad")), p.text("#f-text"))
	}
	if p := b.post(at, typed("kind", "fine", "firm", "L001", "text", "责令停止以短信威胁借款人家属。")); p.status != 422 || len(p.find("#kinds")) != 1 {
		s.Errorf("a penalty as a measure: %d", p.status)
	}
	if p := b.get(at + "/new?kind=refer_police").want(200); len(p.find(`select[name="authority"] option`)) != 2 || len(p.find(`[name="proof"]`)) != 0 {
		s.Error("the form of a referral asks for other things than it needs")
	}
	for _, who := range []string{"outsider", "director"} {
		if status := s.signIn(who).get(at + "/new").status; status != 403 && status != 404 {
			s.Errorf("%s opens the form: %d", who, status)
		}
	}
}

// refersAndSpares refers the case with its evidence and ends it with no penalty.
func (s *site) refersAndSpares(desk, firm *browser, k *casework.Case) {
	s.Helper()
	_, err := s.Evidence.Add(s.Context(), s.as("reviewer"), k.Complaint.Reference, "recording", "录音.txt", strings.NewReader("夜间威胁的录音"))
	s.ok(err)
	ref := s.orders(desk, k, "refer_police", typed("text", "催收人员以暴力相威胁，涉嫌违反治安管理。", "authority", "police"))
	firm.get("/firm/measures/" + ref).want(404)
	firm.get("/firm/measures").want(200).lacksWords("main", ref)
	step := func(step string, in url.Values) *page {
		in.Set("version", desk.get("/measures/"+ref).want(200).value("version"))
		in.Set("step", step)
		return desk.post("/measures/"+ref+"/referral", in)
	}
	if p := step("handed", typed("text", "专人送达，对方签收")); p.status != 422 || p.text("#referral-handed .bad") == "" {
		s.Errorf("handed over without papers: %d", p.status)
	}
	step("handed", typed("text", "专人送达，对方签收", "files", "E-1")).want(303)
	step("received", typed("text", "公受字〔2026〕第418号")).want(303)
	desk.get("/measures/"+ref).want(200).hasWords(".timeline", "公受字〔2026〕第418号", "E-1")
	step("answered", typed("text", "已受案调查")).want(303)
	desk.get("/measures/"+ref).want(200).hasWords("main", "已办结", "已受案调查")

	spared := s.orders(desk, k, "no_penalty", typed("text", "主动停止有关行为并完成整改，没有危害后果。", "ground", "slight"))
	firm.get("/firm/measures/"+spared).want(200).hasWords("main", "违法轻微并及时改正")
	desk.get("/measures/"+spared+"/document").want(200).hasWords("main", "不予行政处罚决定书")
}

// TestMeasuresByAPI goes the same way without pages.
func TestMeasuresByAPI(t *testing.T) {
	s := newSite(t)
	k := s.lends()
	desk, firm := s.token("reviewer"), s.token("firm")
	status, got := s.api("POST", "/cases/"+k.Reference+"/measures", desk, map[string]any{"firm": "L001", "kind": "correct", "findings": []int{1}, "text": "责令停止以短信威胁借款人家属。", "due_on": "2020-01-01"})
	if text := fmt.Sprint(got); status != 422 || !strings.Contains(text, "body.proof") || !strings.Contains(text, "body.due_on") {
		t.Errorf("a bad order: %d %s", status, text)
	}
	m := s.must(201, "POST", "/cases/"+k.Reference+"/measures", desk, map[string]any{"firm": "L001", "kind": "correct", "findings": []int{1}, "text": "责令停止以短信威胁借款人家属。",
		"proof": "整改报告和话术", "due_on": s.today().AddDays(20).String()})
	ref := m["reference"].(string)
	if list := s.must(200, "GET", "/cases/"+k.Reference+"/measures", desk, nil)["items"].([]any); len(list) != 1 {
		t.Errorf("%d measures of the case", len(list))
	}
	own := s.must(200, "GET", "/firm/measures/"+ref, firm, nil)
	if own["case"] != nil || own["ordered_by"] != nil {
		t.Errorf("the firm reads %v", own)
	}
	if status, got := s.multipartAPI("/firm/measures/"+ref+"/files", firm, "", url.Values{"kind": {"other"}}, map[string]string{"整改报告.txt": "已完成整改"}); status != 201 || got["number"] != 1.0 {
		t.Errorf("a file: %d %v", status, got)
	}
	m = s.must(200, "POST", "/firm/measures/"+ref+"/proof", firm, map[string]any{"version": m["version"], "note": "已经完成整改", "evidence": []string{"E-99"}})
	if m["status"] != "proved" || strings.Contains(fmt.Sprint(m), "E-99") {
		t.Errorf("proved: %v", m)
	}
	if status, _ := s.api("POST", "/measures/"+ref+"/check", firm, map[string]any{"version": m["version"], "corrected": true, "note": "已经完成整改"}); status != 403 {
		t.Errorf("the firm checks itself: %d", status)
	}
	page := s.must(200, "GET", "/measures?shelf=proved&mine=true", desk, nil)
	if len(page["items"].([]any)) != 1 || page["counts"].(map[string]any)["open"] != 1.0 {
		t.Errorf("the list: %v", page)
	}
	if status, got := s.api("POST", "/measures/"+ref+"/check", desk, map[string]any{"version": m["version"], "corrected": false, "note": "抽查仍有威胁短信"}); status != 422 || !strings.Contains(fmt.Sprint(got), "body.next_on") {
		t.Errorf("no new day: %d %v", status, got)
	}
	m = s.must(200, "POST", "/measures/"+ref+"/check", desk, map[string]any{"version": m["version"], "corrected": true, "note": "抽查五十条，未再发现"})
	if m["status"] != "corrected" || m["ended_on"] != calendar.OfTime(s.clock.Now().In(shanghai)).String() {
		t.Errorf("checked: %v", m)
	}
	r := s.must(201, "POST", "/cases/"+k.Reference+"/measures", desk, map[string]any{"firm": "L001", "kind": "refer_other", "authority": "cac", "text": "涉嫌违法处理个人信息，应当移送。"})
	if status, _ := s.api("GET", "/firm/measures/"+r["reference"].(string), firm, nil); status != 404 {
		t.Errorf("the firm reads a referral: %d", status)
	}
	r = s.must(200, "POST", "/measures/"+r["reference"].(string)+"/referral", desk, map[string]any{"version": r["version"], "step": "handed", "text": "专人送达，对方签收", "files": []string{"E-1"}})
	if r["status"] != "handed" {
		t.Errorf("handed over: %v", r)
	}
}
