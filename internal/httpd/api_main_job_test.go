package httpd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/store"
)

// must asks the API and fails the test for another status.
func (s *site) must(status int, method, path, token string, body any, header ...string) map[string]any {
	s.Helper()
	got, m := s.api(method, path, token, body, header...)
	if got != status {
		s.Fatalf("%s %s: %d %v, want %d", method, path, got, m, status)
	}
	return m
}

// at digs into an answer: at(m, "case", "reference"), at(m, "items", "0").
func at(m any, path ...string) any {
	for _, p := range path {
		switch v := m.(type) {
		case map[string]any:
			m = v[p]
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(v) {
				return nil
			}
			m = v[i]
		default:
			return nil
		}
	}
	return m
}

func textAt(m any, path ...string) string { s, _ := at(m, path...).(string); return s }

func numberAt(m any, path ...string) float64 { n, _ := at(m, path...).(float64); return n }

type obj = map[string]any

// sendFile adds evidence by the API with an access code.
func (s *site) sendFile(ref, code, kind, name, content string) (int, map[string]any) {
	s.Helper()
	body, contentType := multipartBody(s, url.Values{"kind": {kind}}, map[string]map[string]string{"file": {name: content}})
	r, err := http.NewRequestWithContext(s.Context(), "POST", s.url+apiRoot+"/complaints/"+ref+"/evidence", body)
	s.ok(err)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Access-Code", code)
	status, text := s.send(r)
	var m map[string]any
	s.ok(json.Unmarshal(text, &m))
	return status, m
}

func TestMainJobByAPI(t *testing.T) { mainJobByAPI(t, newSite(t)) }

func mainJobByAPI(t *testing.T, s *site) {
	t.Helper()
	supervisor, reviewer, director := s.token("supervisor"), s.token("reviewer"), s.token("director")

	// A borrower files, adds evidence, and follows the complaint.
	filed := s.must(201, "POST", "/complaints", "", filing())
	ref, code := textAt(filed, "reference"), textAt(filed, "access_code")
	if ref == "" || code == "" || textAt(filed, "filed_at") != "2026-10-20T02:00:00Z" || textAt(filed, "receipt", "signature") == "" {
		t.Fatalf("filed %v", filed)
	}
	status, file := s.sendFile(ref, code, "sms", "短信 1.txt", "再不还钱就去你家")
	sum := sha256.Sum256([]byte("再不还钱就去你家"))
	if status != 201 || textAt(file, "sha256") != hex.EncodeToString(sum[:]) || textAt(file, "id") != "E-1" || numberAt(file, "number") != 1 || textAt(file, "media_type") == "" {
		t.Fatalf("evidence: %d %v", status, file)
	}
	get := s.apiRequest(t.Context(), "GET", "/complaints/"+ref+"/evidence/E-1", "", nil)
	get.Header.Set("Access-Code", code)
	if status, back := s.send(get); status != 200 || string(back) != "再不还钱就去你家" {
		t.Errorf("download: %d %q", status, back)
	}
	if l := s.must(200, "GET", "/complaints/"+ref+"/evidence", "", nil, "Access-Code", code); textAt(l, "items", "0", "name") != "短信 1.txt" {
		t.Errorf("evidence list %v", l)
	}
	own := s.must(200, "GET", "/complaints/"+ref, "", nil, "Access-Code", code)
	if textAt(own, "status") != "received" || textAt(own, "next", "by") == "" || textAt(own, "complainant", "phone") == "13800138000" || len(at(own, "timeline").([]any)) == 0 {
		t.Errorf("the borrower reads %v", own)
	}
	if m := s.must(200, "GET", "/complaints/"+ref+"/receipt", "", nil, "Access-Code", code); textAt(m, "entry") == "" {
		t.Errorf("receipt %v", m)
	}
	s.must(201, "POST", "/complaints/"+ref+"/messages", "", obj{"body": "请尽快处理。"}, "Access-Code", code)

	// A supervisor accepts it and gives it to the reviewer.
	list := s.must(200, "GET", "/complaints?status=received", supervisor, nil)
	if textAt(list, "items", "0", "reference") != ref || textAt(list, "items", "0", "lender", "code") != "L001" {
		t.Fatalf("to screen: %v", list)
	}
	version := numberAt(list, "items", "0", "version")
	s.must(409, "POST", "/complaints/"+ref+"/screen", supervisor, obj{"decision": "accept", "unit": "HZ", "version": version + 7})
	screened := s.must(200, "POST", "/complaints/"+ref+"/screen", supervisor, obj{"decision": "accept", "unit": "HZ", "version": version})
	k := textAt(screened, "case", "reference")
	if textAt(screened, "complaint", "status") != "accepted" || !strings.HasPrefix(k, "K-2026-") {
		t.Fatalf("screened: %v", screened)
	}
	s.must(404, "GET", "/cases/"+k, s.token("outsider"), nil)
	s.must(403, "POST", "/cases/"+k+"/assign", reviewer, obj{"officer": "reviewer@example.cn", "version": 1})
	given := s.must(200, "POST", "/cases/"+k+"/assign", supervisor, obj{"officer": s.users["reviewer"].ID, "version": numberAt(screened, "case", "version")})
	if textAt(given, "officer", "name") != s.users["reviewer"].Name || textAt(given, "status") != "investigating" {
		t.Fatalf("assigned: %v", given)
	}
	s.must(409, "POST", "/cases/"+k+"/assign", supervisor, obj{"officer": "reviewer2@example.cn", "version": numberAt(screened, "case", "version")})

	// The reviewer finds what happened and asks to file a case.
	finding := obj{"code": "H02", "outcome": "substantiated", "acted_on": "2026-10-05", "basis": []string{"cn-bsl-46-5"},
		"reasons": "短信内容与通话录音相互印证，足以认定。", "evidence": []any{1}, "version": numberAt(given, "version")}
	bad := obj{"code": "H02", "outcome": "substantiated", "basis": []string{"no-such"}, "reasons": "短信内容与通话录音相互印证，足以认定。", "version": numberAt(given, "version")}
	if m := s.must(422, "POST", "/cases/"+k+"/findings", reviewer, bad); textAt(m, "errors", "0", "location") != "body.basis" {
		t.Errorf("unknown basis: %v", m)
	}
	s.must(403, "POST", "/cases/"+k+"/findings", s.token("reviewer2"), finding)
	found := s.must(201, "POST", "/cases/"+k+"/findings", reviewer, finding)
	if numberAt(found, "number") != 1 || textAt(found, "evidence", "0") != "E-1" || textAt(found, "case", "status") != "found" {
		t.Fatalf("found: %v", found)
	}
	fine := obj{"firm": "A001", "findings": []int{1}, "measures": []obj{{"kind": "fine", "amount_fen": 30_000_000}}, "basis": []string{"cn-bsl-46-5"},
		"facts": "2026年10月5日，当事人以短信威胁借款人家属。", "reasons": "违法事实清楚，证据确凿，应予处罚。", "version": numberAt(found, "version")}
	if m := s.must(409, "POST", "/cases/"+k+"/penalties", reviewer, fine); !strings.Contains(textAt(m, "detail"), "立案") {
		t.Errorf("a fine by the short way: %v", m)
	}
	penalty := s.finesByAPI(k, found["version"])
	if d := s.must(200, "GET", "/penalties/"+penalty+"/decision", s.token("auditor"), nil); !strings.Contains(textAt(d, "text_zh"), "远达信息服务有限公司") {
		t.Errorf("decision %v", d)
	}
	if l := s.must(200, "GET", "/penalties?status=issued&issued=2026-10", director, nil); textAt(l, "items", "0", "reference") != penalty {
		t.Errorf("penalties %v", l)
	}

	// The case is closed, and the month's report shows it all.
	s.must(201, "POST", "/cases/"+k+"/notes", reviewer, obj{"body": "已电话告知投诉人。"})
	after := s.must(200, "GET", "/cases/"+k, reviewer, nil)
	closed := s.must(200, "POST", "/cases/"+k+"/close", reviewer, obj{"reasons": "已作出处罚决定，投诉事项办结。", "version": after["version"]})
	if textAt(closed, "outcome") != "substantiated" {
		t.Errorf("closed: %v", closed)
	}
	s.reportShows(t)
	q := s.must(200, "GET", "/cases?status=closed&firm=A001&code=H02", supervisor, nil)
	if textAt(q, "items", "0", "reference") != k || numberAt(q, "counts", "closed") != 1 {
		t.Errorf("queue %v", q)
	}
	s.nothingStrangeRecorded(t, ref, code)
}

// finesByAPI leads a case of the reviewer along the whole procedure. Whoever proposed does not approve, and every step is
// refused before its time, with what is missing.
func (s *site) finesByAPI(k string, version any) string {
	s.Helper()
	with := func(version any, body obj) obj { body["version"] = version; return body }
	p := s.must(201, "POST", "/cases/"+k+"/filing", s.token("reviewer"), with(version, obj{"firm": "A001", "codes": []string{"H02"}, "acted_to": "2026-10-05",
		"facts": "2026年10月5日，当事人以短信威胁借款人家属。"}))
	at := "/penalties/" + textAt(p, "reference")
	if textAt(p, "status") != "proceeding" || textAt(p, "case") != k {
		s.Fatalf("applied: %v", p)
	}
	s.must(403, "POST", at+"/approve", s.token("reviewer"), obj{"version": p["version"]})
	s.must(409, "POST", at+"/issue", s.token("director"), obj{"version": p["version"]})
	for _, turn := range []struct {
		who, path string
		body      obj
	}{
		{"supervisor", "/steps", obj{"step": "file", "second": s.users["reviewer2"].ID, "reasons": "符合立案条件，准予立案"}},
		{"reviewer", "/steps", obj{"step": "investigate", "cards_shown": true, "told": "出示执法证并送达调查通知书"}},
		{"reviewer", "/steps", obj{"step": "conclude", "report": "经调查取证，违法事实清楚，证据确实充分。", "findings": []int{1},
			"shares": []obj{{"party": 1, "kind": "fine", "amount_fen": 30_000_000}}, "basis": []string{"cn-bsl-46-5"},
			"facts": "2026年10月5日，当事人以短信威胁借款人家属。", "reasons": "违法事实清楚，证据确凿，应予处罚。"}},
		{"supervisor", "/steps", obj{"step": "try", "agree": true, "report": "事实清楚，证据充分，程序合法。"}},
		{"supervisor", "/notice", obj{"means": "direct", "proof": "送达回证，签收"}},
		{"supervisor", "/steps", obj{"step": "waive", "what": "defence", "proof": "书面声明"}},
		{"director", "/approve", obj{}},
		{"director", "/issue", obj{"account": "国库专户 001", "address": "杭州市西湖区文三路1号"}},
	} {
		s.must(409, "POST", at+turn.path, s.token(turn.who), with(p["version"].(float64)+3, turn.body))
		p = s.must(200, "POST", at+turn.path, s.token(turn.who), with(p["version"], turn.body))
	}
	if textAt(p, "status") != "issued" || textAt(p, "decision_number") == "" || textAt(p, "issued_on") != "2026-10-20" || numberAt(p, "fine_fen") != 30_000_000 {
		s.Fatalf("issued: %v", p)
	}
	return textAt(p, "reference")
}

func (s *site) reportShows(t *testing.T) {
	t.Helper()
	r := s.must(200, "GET", "/reports/monthly/2026-10", s.token("auditor"), nil)
	for key, want := range map[string]float64{"received": 1, "accepted": 1, "closed": 1, "open": 0, "findings_substantiated": 1, "penalties_issued": 1, "penalty_amount_fen": 30_000_000} {
		if got := numberAt(r, "headline", key); got != want {
			t.Errorf("report: %s is %v, want %v", key, got, want)
		}
	}
	req := s.apiRequest(t.Context(), "GET", "/reports/monthly/2026-10?format=csv", s.token("auditor"), nil)
	if status, csv := s.send(req); status != 200 || !strings.HasPrefix(string(csv), "\ufeff") {
		t.Errorf("CSV report: %d %.100q", status, csv)
	}
	s.must(422, "GET", "/reports/monthly/2026-13", s.token("auditor"), nil)
	s.must(403, "GET", "/reports/monthly/2026-10", s.token("admin"), nil)
}

// nothingStrangeRecorded verifies the record, proves the filing, and looks for
// the access code in it.
func (s *site) nothingStrangeRecorded(t *testing.T, ref, code string) {
	t.Helper()
	_, err := s.Deps.Log.Sequence(t.Context())
	s.ok(err)
	receipt := s.must(200, "GET", "/complaints/"+ref+"/receipt", "", nil, "Access-Code", code)
	entry := strconv.Itoa(int(numberAt(receipt, "proof", "entry_id")))
	if m := s.must(200, "GET", "/log/proof?entry="+entry, "", nil); textAt(m, "checkpoint") == "" {
		t.Errorf("proof %v", m)
	}
	if m := s.must(200, "GET", "/log/checkpoint", "", nil); numberAt(m, "size") < 10 || textAt(m, "key") == "" {
		t.Errorf("checkpoint %v", m)
	}
	if n := s.count("SELECT COUNT(*) FROM audit_entries WHERE detail LIKE '%" + code + "%' OR detail LIKE '%13800138000%'"); n != 0 {
		t.Errorf("%d entries hold a secret", n)
	}
	audittest.MustVerify(t, s.Deps.Log)
	problems, err := s.Evidence.Verify(t.Context())
	s.ok(err)
	for _, p := range problems {
		t.Errorf("evidence: %s", p)
	}
}

func (s *site) count(query string, args ...any) (n int64) {
	s.Helper()
	s.ok(s.DB.Read(s.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(s.Context(), query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&n); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
	return n
}

func TestWrongCodeReadsLikeUnknownReference(t *testing.T) { wrongCodeIsUnknown(t, newSite(t)) }

func wrongCodeIsUnknown(t *testing.T, s *site) {
	t.Helper()
	f := s.filed()
	answers := map[string]string{}
	for name, ref := range map[string]string{"wrong code": f.Complaint.Reference, "unknown": "C-2026-000999-1", "nonsense": "x"} {
		for _, path := range []string{"", "/receipt", "/evidence", "/messages"} {
			status, m := s.api("GET", "/complaints/"+ref+path, "", nil, "Access-Code", "0000-0000-0000-0000-0000")
			answers[fmt.Sprint(status, m)] += name + path + " "
		}
		status, m := s.sendFile(ref, "0000-0000-0000-0000-0000", "sms", "a.txt", "text")
		answers[fmt.Sprint(status, m)] += name + "/upload "
	}
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
	for a := range answers {
		if !strings.HasPrefix(a, "404 ") {
			t.Error(a)
		}
	}
	s.must(200, "GET", "/complaints/"+f.Complaint.Reference, "", nil, "Access-Code", f.AccessCode)
}

func TestFilingsAtOnceWithOnePoisoned(t *testing.T) { filingsAtOnce(t, newSite(t)) }

func filingsAtOnce(t *testing.T, s *site) {
	t.Helper()
	const n = 64
	statuses := make([]int, n)
	answers := make([]map[string]any, n)
	var wg sync.WaitGroup
	for i := range n {
		f := filing()
		f.Narrative += fmt.Sprintf("（第%d件）", i)
		if i == 17 {
			f.Lender.Code = "L999" // found out only inside the transaction that all share
		}
		wg.Go(func() { statuses[i], answers[i] = s.api("POST", "/complaints", "", f) })
	}
	wg.Wait()
	refs := map[string]bool{}
	for i, st := range statuses {
		if i == 17 {
			if st != 422 || textAt(answers[i], "errors", "0", "location") != "body.lender.code" {
				t.Errorf("the poisoned filing: %d %v", st, answers[i])
			}
			continue
		}
		if st != 201 {
			t.Errorf("filing %d: %d %v", i, st, answers[i])
		}
		refs[textAt(answers[i], "reference")] = true
	}
	if stored := s.count("SELECT COUNT(*) FROM complaints"); len(refs) != n-1 || stored != n-1 {
		t.Errorf("%d references, %d stored, want %d", len(refs), stored, n-1)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

func TestFilingSentAgainHasTheSameAnswer(t *testing.T) { filingSentAgain(t, newSite(t)) }

func filingSentAgain(t *testing.T, s *site) {
	t.Helper()
	seen := make([]string, 20)
	var wg sync.WaitGroup
	for i := range seen {
		wg.Go(func() {
			status, m := s.api("POST", "/complaints", "", filing(), "Idempotency-Key", "9d3f-phone-lost-its-network")
			seen[i] = fmt.Sprint(status, textAt(m, "reference"), textAt(m, "access_code"))
		})
	}
	wg.Wait()
	for _, a := range seen {
		if a != seen[0] || !strings.HasPrefix(a, "201") {
			t.Fatalf("answers differ: %v", seen)
		}
	}
	if n := s.count("SELECT COUNT(*) FROM complaints"); n != 1 {
		t.Errorf("%d complaints stored", n)
	}
	other := filing()
	other.Demand = "另一项诉求"
	s.must(409, "POST", "/complaints", "", other, "Idempotency-Key", "9d3f-phone-lost-its-network")
	audittest.MustVerify(t, s.Deps.Log)
}

func TestTwoAssignAtOnce(t *testing.T) { twoAssignAtOnce(t, newSite(t)) }

func twoAssignAtOnce(t *testing.T, s *site) {
	t.Helper()
	k := s.opened()
	token := s.token("supervisor")
	officers := []string{"reviewer@example.cn", "reviewer2@example.cn"}
	statuses, answers := make([]int, 2), make([]map[string]any, 2)
	var wg sync.WaitGroup
	for i := range officers {
		wg.Go(func() {
			statuses[i], answers[i] = s.api("POST", "/cases/"+k.Reference+"/assign", token, obj{"officer": officers[i], "version": k.Version}, "Accept-Language", "zh-CN")
		})
	}
	wg.Wait()
	won, lost := 0, 1
	if statuses[0] == 409 {
		won, lost = 1, 0
	}
	if statuses[won] != 200 || statuses[lost] != 409 || textAt(answers[lost], "detail") == "" {
		t.Fatalf("%v %v", statuses, answers)
	}
	after := s.must(200, "GET", "/cases/"+k.Reference, token, nil)
	if textAt(after, "officer", "name") != s.users[strings.TrimSuffix(officers[won], "@example.cn")].Name {
		t.Errorf("the case belongs to %v", after["officer"])
	}
	audittest.MustVerify(t, s.Deps.Log)
}

func TestBulkAssignAnswersEachAlone(t *testing.T) { bulkAssign(t, newSite(t)) }

func bulkAssign(t *testing.T, s *site) {
	t.Helper()
	a, b := s.opened(), s.opened()
	m := s.must(200, "POST", "/cases/bulk/assign", s.token("supervisor"), obj{"officer": "reviewer@example.cn", "items": []obj{
		{"reference": a.Reference, "version": a.Version}, {"reference": "K-2026-000999-9", "version": 1}, {"reference": b.Reference, "version": b.Version + 5},
	}})
	for i, want := range []float64{200, 404, 409} {
		if got := numberAt(m, "items", strconv.Itoa(i), "status"); got != want {
			t.Errorf("item %d: %v, want %v", i, got, want)
		}
	}
	if numberAt(m, "done") != 1 || numberAt(m, "refused") != 2 || textAt(m, "items", "2", "problem", "detail") == "" {
		t.Errorf("%v", m)
	}
	taken := s.must(200, "POST", "/cases/take-next", s.token("reviewer2"), nil)
	if textAt(taken, "reference") != b.Reference {
		t.Errorf("took %v", taken)
	}
	s.must(404, "POST", "/cases/take-next", s.token("reviewer2"), nil)
	audittest.MustVerify(t, s.Deps.Log)
}

func TestSessionByAPI(t *testing.T) { sessionByAPI(t, newSite(t)) }

func sessionByAPI(t *testing.T, s *site) {
	t.Helper()
	status, wrong := s.api("POST", "/session", "", obj{"email": "reviewer@example.cn", "password": "wrong but long enough"})
	other, unknown := s.api("POST", "/session", "", obj{"email": "nobody@example.cn", "password": "wrong but long enough"})
	if status != 401 || other != 401 || fmt.Sprint(wrong) != fmt.Sprint(unknown) {
		t.Errorf("%d %v, %d %v", status, wrong, other, unknown)
	}
	token := s.token("reviewer")
	if m := s.must(200, "GET", "/session", token, nil); textAt(m, "user", "email") != "reviewer@example.cn" || textAt(m, "user", "unit") != "HZ" || m["token"] != nil {
		t.Errorf("session %v", m)
	}
	s.must(204, "DELETE", "/session", token, nil)
	s.must(401, "GET", "/session", token, nil)
	s.must(401, "GET", "/cases", token, nil)
}

func TestScreeningByAPI(t *testing.T) { screeningByAPI(t, newSite(t)) }

func screeningByAPI(t *testing.T, s *site) {
	t.Helper()
	token := s.token("supervisor")
	for decision, c := range map[string]struct {
		more   obj
		status string
	}{
		"reject":     {obj{"ground": "not_our_duty", "note": "您反映的事项不属于本机关职责范围。"}, "not_accepted"},
		"supplement": {obj{"note": "请补充通话详单或短信截图。"}, "supplement"},
		"refer":      {obj{"to": "police", "ground": "crime", "note": "涉嫌犯罪，已移送公安机关。"}, "referred"},
	} {
		f := s.filed()
		path := "/complaints/" + f.Complaint.Reference
		body := obj{"decision": decision, "version": f.Complaint.Version}
		for k, v := range c.more {
			body[k] = v
		}
		m := s.must(200, "POST", path+"/screen", token, body)
		if textAt(m, "complaint", "status") != c.status || m["case"] != nil {
			t.Errorf("%s: %v", decision, m)
		}
		own := s.must(200, "GET", path, "", nil, "Access-Code", f.AccessCode)
		if textAt(own, "next", "text") == "" || strings.HasPrefix(textAt(own, "next", "text"), "api.") {
			t.Errorf("%s: next %v", decision, own["next"])
		}
		if decision == "supplement" {
			back := s.must(200, "POST", path+"/supply", "", obj{"text": "已补充十月份的通话详单。"}, "Access-Code", f.AccessCode)
			if textAt(back, "status") != "received" {
				t.Errorf("after supplying: %v", back["status"])
			}
		}
	}
	f := s.filed()
	m := s.must(422, "POST", "/complaints/"+f.Complaint.Reference+"/screen", token, obj{"decision": "perhaps", "version": 1})
	if textAt(m, "errors", "0", "location") != "body.decision" {
		t.Errorf("unknown decision: %v", m)
	}
	if w := s.must(200, "POST", "/complaints/"+f.Complaint.Reference+"/withdraw", "", obj{"reason": "已协商一致"}, "Access-Code", f.AccessCode); textAt(w, "status") != "withdrawn" {
		t.Errorf("withdrawn: %v", w)
	}
	s.must(409, "POST", "/complaints/"+f.Complaint.Reference+"/withdraw", "", obj{"reason": "再次"}, "Access-Code", f.AccessCode)
	audittest.MustVerify(t, s.Deps.Log)
}

func TestRevealAndFirmsByAPI(t *testing.T) { revealAndFirms(t, newSite(t)) }

func revealAndFirms(t *testing.T, s *site) {
	t.Helper()
	k := s.assigned()
	path := "/complaints/" + k.Complaint.Reference
	s.must(422, "POST", path+"/reveal", s.token("reviewer"), obj{"reason": ""})
	s.must(403, "POST", path+"/reveal", s.token("auditor"), obj{"reason": "想看看是谁投诉的"})
	if m := s.must(200, "POST", path+"/reveal", s.token("reviewer"), obj{"reason": "电话核实投诉事实经过"}); textAt(m, "phone") != "13800138000" {
		t.Errorf("revealed %v", m)
	}
	s.must(403, "POST", "/firms", s.token("supervisor"), obj{"code": "L002", "name": "新机构有限公司", "kind": "lender"})
	s.must(201, "POST", "/firms", s.token("admin"), obj{"code": "L002", "name": "新机构有限公司", "kind": "lender"})
	s.must(409, "POST", "/firms", s.token("admin"), obj{"code": "L002", "name": "又一机构有限公司", "kind": "lender"})
	if m := s.must(200, "GET", "/firms/L001", s.token("auditor"), nil); textAt(m, "links", "0", "agency", "code") != "A001" {
		t.Errorf("firm %v", m)
	}
	s.must(200, "GET", "/firms/L001/history", s.token("auditor"), nil)
	s.must(404, "GET", "/firms/X/history", s.token("auditor"), nil)
	first := s.must(200, "GET", "/firms?limit=2", s.token("auditor"), nil)
	rest := s.must(200, "GET", "/firms?limit=2&cursor="+url.QueryEscape(textAt(first, "next_cursor")), s.token("auditor"), nil)
	if len(at(first, "items").([]any)) != 2 || len(at(rest, "items").([]any)) != 1 || textAt(rest, "next_cursor") != "" {
		t.Errorf("pages %v, %v", first, rest)
	}
	for _, limit := range []string{"0", "101", "-1", "x"} {
		s.must(422, "GET", "/firms?limit="+limit, s.token("auditor"), nil)
		s.must(422, "GET", "/cases?limit="+limit, s.token("auditor"), nil)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
