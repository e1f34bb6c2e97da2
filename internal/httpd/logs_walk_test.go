package httpd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/casework"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/fault"
	"dunwatch/internal/logbook"
)

// diallerLog is the firm's side of nightLog: its clock is 40 seconds behind, it
// leaves one night call out, and it has a call that the borrower has not.
func diallerLog() string {
	var b strings.Builder
	b.WriteString("呼叫时间,主叫号码,被叫号码,通话时长(秒),呼叫结果\n")
	for _, day := range []string{"05", "06"} {
		for _, clock := range []string{"08:59:20", "11:29:20", "15:19:20", "16:59:20"} {
			fmt.Fprintf(&b, "2026-10-%s %s,13900139000,13800138000,65,接通\n", day, clock)
		}
		fmt.Fprintf(&b, "2026-10-%s 10:00:00,13900139000,13655556666,30,接通\n", day)
	}
	b.WriteString("2026-10-05 23:09:20,057188880001,13800138000,0,未接通\n2026-10-06 13:00:00,13900139000,13800138000,0,未接通\n")
	return b.String()
}

// givenLog is a case of the reviewer's whose borrower gave nightLog on the page of
// the complaint, through the form for files of any kind.
func (s *site) givenLog() (*casework.Case, *browser) {
	s.Helper()
	f := s.filed()
	_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), f.Complaint.Reference, f.Complaint.Version, "HZ", "")
	s.ok(err)
	k, err = s.Cases.Assign(s.Context(), s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	p := b.upload("/track/evidence", url.Values{}, map[string]map[string]string{"file": {"详单.csv": nightLog()}}).want(200)
	p.hasWords("main", "所选文件是通话或者短信记录", "哪些号码是催收方的")
	if n := s.count("SELECT COUNT(*) FROM evidence"); n != 0 {
		s.Errorf("%d files were stored before the numbers were chosen", n)
	}
	form := p.carried()
	if n := len(p.find(".callers input[checked]")); n != 1 {
		s.Errorf("%d numbers are ticked beforehand, want the one of the complaint", n)
	}
	form.Set("do", "numbers")
	form["number"] = []string{"13900139000", "057188880001"}
	if to := b.upload("/track/log", form, nil).want(303).location(); to != "/track/case#files" {
		s.Errorf("leads to %s", to)
	}
	return k, b
}

// The whole way: the borrower gives a log, the reviewer sees hits and asks the
// firm, the firm gives its own and sees nothing of the borrower's, both are
// compared, and one press drafts a finding that keeps the rows it rests on.
func TestLogWalk(t *testing.T) {
	s := portalSite(t)
	k, borrower := s.givenLog()
	borrower.get("/track/case").want(200).hasWords("main", "与投诉无关的 4 行没有保存", "通话记录摘录")

	_, body, err := s.Evidence.Open(t.Context(), s.as("reviewer"), k.Complaint.Reference, 1)
	s.ok(err)
	kept, err := io.ReadAll(body)
	s.ok(err)
	if text := string(kept); strings.Contains(text, "13711112222") || strings.Contains(text, "13733334444") || !strings.Contains(text, "left out,unrelated,4") {
		t.Errorf("kept: %.600s", text)
	}

	r := s.signIn("reviewer")
	at := "/cases/" + k.Reference + "/contacts"
	r.get("/cases/"+k.Reference).want(200).hasWords(".jump", "联系记录")
	p := r.get(at).want(200)
	p.hasWords("main", "其中 4 次可能不符合 2 条规则", "E-1 第", "推荐性标准", "采用 10 行，文件共 14 行")
	if n := len(p.find(".month-grid svg g.hit")); n != 4 {
		t.Errorf("%d marks, want 4", n)
	}
	if p = r.get(at + "?rule=R01&number=057188880001").want(200); len(p.find(".month-grid svg g.hit")) != 2 || strings.Contains(p.text(".rule-hits"), "单日有效通话上限") {
		t.Errorf("filtered: %s", p.text(".rule-hits"))
	}
	if p = r.get(at + "?number=057188880001").want(200); strings.Contains(p.text(".rule-hits"), "13900139000") {
		t.Error("the filter by number shows another one")
	}

	f := s.forwarded(k, "L001")
	ask := url.Values{"forward": {f.Reference}, "from.year": {"2026"}, "from.month": {"10"}, "from.day": {"5"}, "to.year": {"2026"}, "to.month": {"10"}, "to.day": {"6"}, "due_on.year": {"2026"}, "due_on.month": {"9"}, "due_on.day": {"1"}}
	r.post(at+"/ask", ask).want(422).one("#f-ask-due_on-error")
	due := s.today().AddDays(10)
	ask["due_on.year"], ask["due_on.month"], ask["due_on.day"] = []string{fmt.Sprint(due.Year())}, []string{fmt.Sprint(int(due.Month()))}, []string{fmt.Sprint(due.Day())}
	r.post(at+"/ask", ask).want(303)
	r.post(at+"/ask", ask).want(409)
	r.get(at).want(200).hasWords("#requests", "云川消费金融有限公司", "等待提交")

	firm := s.signIn("firm")
	way := portalHref(f.Reference)
	p = firm.get(way).want(200)
	p.hasWords("#log", "待提交", "提交外呼记录")
	p.lacksWords("main", "通话记录摘录")
	p = firm.upload(way+"/log", url.Values{"do": {"file"}}, map[string]map[string]string{"file": {"外呼.csv": diallerLog()}}).want(200)
	form := p.carried()
	form["number"] = []string{"13800138000"}
	firm.upload(way+"/log", form, nil).want(303)
	firm.get(way).want(200).hasWords("#log", "已提交")
	firm.upload(way+"/log", form, nil).want(409)
	for number := range 4 {
		if p := firm.get(fmt.Sprintf("%s/files/%d", way, number)); strings.Contains(p.body, "借款人") || strings.Contains(p.body, "E-1") || strings.Contains(p.body, "详单.csv") {
			t.Errorf("file %d of the firm is the borrower's log", number)
		}
	}

	p = r.get(at + "?side=both").want(200)
	p.hasWords("main", "双方都有 9 次；只在借款人记录里 1 次；只在机构记录里 1 次", "机构的时钟比借款人的慢 40 秒")
	p.lacksWords("main", "13655556666", "13800138000")
	p = r.get(at + "?side=firm").want(200)
	p.hasWords("main", "单日有效通话上限", "138****8000")

	s.draftsFinding(r, k, at)
	audittest.MustVerify(t, s.Deps.Log)
}

// draftsFinding presses the button of a rule, changes nothing, and records.
func (s *site) draftsFinding(r *browser, k *casework.Case, at string) {
	s.Helper()
	draft := ""
	for _, a := range r.get(at).find("#rule-R01 a.button") {
		draft, _ = attr(a, "href")
	}
	p := r.get(draft).want(200)
	p.hasWords("main", "依据联系记录检查：R01 禁催时段", "由您决定")
	reasons := p.value("reasons")
	for _, want := range []string{"2026-10-05 23:10:00", "057188880001", "E-1 第", "共 2 次"} {
		if !strings.Contains(reasons, want) {
			s.Errorf("the proposed reasons lack %q: %s", want, reasons)
		}
	}
	form := p.carried()
	form.Set("outcome", "substantiated")
	form.Set("firm", "L001")
	form.Set("reasons", reasons)
	form["evidence"] = []string{"E-1"}
	for _, n := range p.find("input[name=basis]") {
		if _, ticked := attr(n, "checked"); ticked {
			v, _ := attr(n, "value")
			form.Add("basis", v)
		}
	}
	if len(form["basis"]) == 0 {
		s.Error("no basis in force is proposed")
	}
	r.post("/cases/"+k.Reference+"/findings", form).want(303)
	list, err := s.Cases.Findings(s.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	if c := list[0].Check; c == nil || c.Rule != "R01" || c.Hits != 2 || c.Side != "borrower" || len(c.Places) != 1 || c.Places[0].Evidence != "E-1" || len(c.Places[0].Rows) != 2 || c.Rulebook == "" {
		s.Errorf("the finding rests on %+v", list[0].Check)
	}
	r.get("/cases/"+k.Reference).want(200).hasWords("#findings", "依据联系记录检查：R01 禁催时段", "E-1 第")
}

// A firm is asked once, only where it can know whose log is meant, and by those
// who may; a made-up check makes no finding.
func TestLogRequestsAreGuarded(t *testing.T) {
	s := portalSite(t)
	k, _ := s.givenLog()
	f := s.forwarded(k, "L001", "demand", "loan", "narrative")
	day := s.today()
	ask := logbook.Ask{Forward: f.Reference, From: day.AddDays(-30), To: day.AddDays(-1), Due: day.AddDays(5)}
	_, err := s.Logs.AskFirm(t.Context(), s.as("reviewer"), k.Reference, ask)
	if e := faultOf(err); len(e.Fields) != 1 || e.Fields[0].Key != "logbook.firm_cannot_tell" {
		t.Errorf("a firm that was not told the name is asked: %v", err)
	}
	for _, who := range []string{"reviewer2", "auditor", "director", "legal"} {
		if _, err := s.Logs.AskFirm(t.Context(), s.as(who), k.Reference, ask); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s asks a firm: %v", who, err)
		}
	}
	if _, err := s.Logs.AskFirm(t.Context(), s.as("outsider"), k.Reference, ask); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody of another unit asks a firm: %v", err)
	}
	if err := s.Logs.KeepOfFirm(t.Context(), s.as("firm"), f.Reference, "x.csv", &contactlog.Extract{Contacts: make([]contactlog.Contact, 1)}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a firm gives what nobody asked for: %v", err)
	}
	fresh, err := s.Cases.ByRef(t.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	_, _, err = s.Logs.Record(t.Context(), s.as("reviewer"), k.Reference, "R05", logbook.Borrower, casework.NewFinding{Code: "T05", Outcome: "substantiated", Reasons: "没有这样的记录，只是试一试。", Version: fresh.Version})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a finding rests on hits that are none: %v", err)
	}
	s.remembersColumns(t)
}

// remembersColumns: what a person said of a carrier's columns is used for others only once
// staff confirmed it, and a header with somebody's number is not remembered.
func (s *site) remembersColumns(t *testing.T) {
	p := contactlog.Preview{Rows: [][]string{{"甲", "乙"}}, Numbers: []int{1}}
	m := contactlog.Mapping{HeaderRow: 1, Signature: contactlog.Signature(p.Rows[0])}
	m.Columns[contactlog.FieldTime], m.Columns[contactlog.FieldNumber] = 1, 2
	s.ok(s.Logs.Propose(t.Context(), access.Nobody, m, p.Rows[0]))
	if known, err := s.Logs.Known(t.Context(), p); err != nil || known != nil {
		t.Errorf("a stranger's word counts: %v %v", known, err)
	}
	if err := s.Logs.Settle(t.Context(), s.as("reviewer"), m.Signature, logbook.Confirmed); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a reviewer confirms: %v", err)
	}
	b := s.signIn("supervisor")
	b.get("/log-mappings").want(200).hasWords("main", "甲", "乙", "待核对")
	b.post("/log-mappings", url.Values{"signature": {m.Signature}, "state": {logbook.Confirmed}}).want(303)
	if known, err := s.Logs.Known(t.Context(), p); err != nil || known == nil || known.HeaderRow != 1 || known.Columns[contactlog.FieldNumber] != 2 {
		t.Errorf("confirmed and not known: %v %v", known, err)
	}
	m.Signature = contactlog.Signature([]string{"13900139000", "乙"})
	s.ok(s.Logs.Propose(t.Context(), access.Nobody, m, []string{"13900139000", "乙"}))
	if list, err := s.Logs.Remembered(t.Context(), s.as("supervisor")); err != nil || len(list) != 1 {
		t.Errorf("%d headers are remembered: %v", len(list), err)
	}
}

// multipartAPI sends a form to the API.
func (s *site) multipartAPI(path, token, code string, form url.Values, files map[string]string) (int, map[string]any) {
	s.Helper()
	body, kind := multipartBody(s, form, map[string]map[string]string{"file": files})
	r, err := http.NewRequestWithContext(s.Context(), "POST", s.url+apiRoot+path, body)
	s.ok(err)
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if code != "" {
		r.Header.Set("Access-Code", code)
	}
	res, err := http.DefaultClient.Do(r)
	s.ok(err)
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	s.ok(err)
	var out map[string]any
	s.ok(json.Unmarshal(b.Bytes(), &out))
	return res.StatusCode, out
}

// The API checks, keeps and lists logs in the shape that scripts rely on.
func TestContactsAPI(t *testing.T) {
	s := portalSite(t)
	k, _ := s.givenLog()
	filed := s.filed()
	files := map[string]string{"a.csv": nightLog()}
	status, got := s.multipartAPI("/contacts/check", s.token("reviewer"), "", url.Values{"pack": {"cn"}, "number": {"13900139000", "0571-88880001"}}, files)
	if status != 200 || got["pack"] != "cn" || len(got["hits"].([]any)) < 4 || len(got["unchecked"].([]any)) == 0 {
		t.Fatalf("check: %d %v", status, got)
	}
	first := got["hits"].([]any)[0].(map[string]any)
	if first["rule"] != "R01" || first["code"] != "T01" || first["strength"] != "standard" || first["at"] != "2026-10-05T23:10:00+08:00" || fmt.Sprint(first["rows"]) != "[map[file:0 line:7]]" {
		t.Errorf("first hit %v", first)
	}
	file := got["files"].([]any)[0].(map[string]any)
	if file["rows"] != 14.0 || file["read"] != 10.0 || file["dropped"].([]any)[0].(map[string]any)["reason"] != "unrelated" {
		t.Errorf("file %v", file)
	}
	if status, _ := s.multipartAPI("/contacts/check", "", filed.AccessCode, url.Values{"complaint": {filed.Complaint.Reference}}, files); status != 200 {
		t.Errorf("a borrower with the code of the own complaint: %d", status)
	}
	for _, c := range []struct {
		token, code string
		form        url.Values
		want        int
	}{
		{"", "", url.Values{}, 401}, {"", filed.AccessCode, url.Values{"complaint": {k.Complaint.Reference}}, 404}, {s.token("firm"), "", url.Values{}, 403},
		{s.token("reviewer"), "", url.Values{"pack": {"xx"}}, 422}, {s.token("reviewer"), "", url.Values{"nonsense": {"1"}}, 422}, {s.token("reviewer"), "", url.Values{"year": {"26"}}, 422},
	} {
		if status, got := s.multipartAPI("/contacts/check", c.token, c.code, c.form, files); status != c.want {
			t.Errorf("%v: %d, want %d: %v", c, status, c.want, got)
		}
	}
	status, got = s.multipartAPI("/complaints/"+filed.Complaint.Reference+"/contact-logs", "", filed.AccessCode, url.Values{"number": {"13900139000"}}, files)
	if status != 201 || s.count("SELECT COUNT(*) FROM contact_logs") != 2 {
		t.Errorf("keep: %d %v", status, got)
	}
	status, got = s.api("GET", "/cases/"+k.Reference+"/contacts", s.token("reviewer"), nil)
	logs, _ := got["logs"].([]any)
	if status != 200 || len(logs) != 1 || len(logs[0].(map[string]any)["contacts"].([]any)) != 10 {
		t.Fatalf("list: %d %v", status, got)
	}
	if n := len(got["check"].(map[string]any)["hits"].([]any)); n < 4 {
		t.Errorf("%d hits", n)
	}
}
