package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
)

// letterForm is what a clerk types from a letter.
func letterForm(once string) url.Values {
	return url.Values{
		"once": {once}, "do": {"file"}, "source": {"post"}, "arrived_on.year": {"2026"}, "arrived_on.month": {"10"}, "arrived_on.day": {"19"}, "track": {"complaint"}, "note": {"来信登记第12号"},
		"complainant.name": {"李大山"}, "complainant.phone": {"13712345678"}, "language": {"zh"}, "consent_to_forward": {"on"}, "lender.name": {"云川消费金融有限公司"}, "agency_side": {"unknown"},
		"narrative": {"来信人说，十月以来每天深夜都有催收电话打到家里，家里老人受到惊吓住院。"}, "violations": {"T01"}, "channels": {"phone"}, "declaration": {"on"},
		"accused[0].kind": {"phone"}, "accused[0].value": {"13900139000"}, "kind": {"original"},
	}
}

func TestClerkTakesDownALetter(t *testing.T) {
	s := newSite(t)
	b := s.signIn("supervisor")
	p := b.get("/intake").want(200)
	p.hasWords(".rail-nav", "代为登记", "待告知")
	once := p.value("once")
	if once == "" || once == b.get("/intake").value("once") {
		t.Fatal("the form has no name of its own")
	}
	wrong := letterForm(once)
	wrong.Set("source", "")
	wrong.Set("arrived_on.day", "25")
	wrong.Set("complainant.phone", "12")
	wrong.Del("declaration")
	p = b.upload("/intake", wrong, map[string]map[string]string{"file": {"来信.txt": "来信全文"}}).want(422)
	for _, id := range []string{"#f-source-error", "#f-declaration-error", "#f-complainant-phone-error"} {
		p.one(id)
	}
	for name, want := range map[string]string{"complainant.name": "李大山", "note": "来信登记第12号", "once": once, "accused[0].value": "13900139000", "arrived_on.day": "25"} {
		if got := p.value(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	p.hasWords("main", "请重新选择")
	late := letterForm(once)
	late.Set("arrived_on.day", "25") // tomorrow's post
	b.upload("/intake", late, nil).want(422).one("#f-arrived_on-error")
	like := letterForm(once)
	like.Set("lender.name", "云川")
	b.upload("/intake", like, nil).want(422).hasWords("main", "是不是下面这一家", "云川消费金融有限公司")
	if n := s.count("SELECT COUNT(*) FROM complaints"); n != 0 {
		t.Fatalf("%d complaints were stored by refused forms", n)
	}

	slip := b.follow(b.upload("/intake", letterForm(once), map[string]map[string]string{"file": {"来信.txt": "来信全文"}})).want(200)
	again := b.follow(b.upload("/intake", letterForm(once), map[string]map[string]string{"file": {"来信.txt": "来信全文"}})).want(200)
	code, ref := slip.text(".digits"), slip.text("dl .big code")
	if ref == "" {
		ref = strings.Fields(slip.text("dl output"))[0]
	}
	if again.text(".digits") != code || s.count("SELECT COUNT(*) FROM complaints") != 1 || s.count("SELECT COUNT(*) FROM evidence") != 1 {
		t.Errorf("a form sent twice made %d complaints with %d files", s.count("SELECT COUNT(*) FROM complaints"), s.count("SELECT COUNT(*) FROM evidence"))
	}
	slip.hasWords("main", "2026年10月19日", "请妥善保管")
	b.get("/complaints/"+ref).want(200).hasWords("main", "代为登记", "同事supervisor", "来信登记第12号", "来信.txt", "李")
	home := s.browser()
	home.goesOn("/track", url.Values{"reference": {ref}, "access_code": {code}}, "/track/case")
	home.get("/track/case").want(200).lacksWords("main", "来信登记第12号")

	s.signIn("reviewer").get("/intake").want(403)
	s.signIn("reviewer").post("/intake", letterForm("x")).want(403)
	s.browser().get("/intake").want(303)
	s.signIn("outsider_supervisor").get("/intake/slip").want(303)
	audittest.MustVerify(t, s.Deps.Log)
}

func TestIntakeSpeaksEnglish(t *testing.T) {
	s := newSite(t)
	b := s.signIn("supervisor")
	b.get("/intake?lang=en").want(200).hasWords("main", "Take down a complaint", "Arrived on")
	b.get("/not-informed?lang=en").want(200).hasWords("main", "Closed, to be told")
}

func TestComplainantsAreTold(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	_, k, err := s.Cases.Accept(t.Context(), s.as("supervisor"), f.Complaint.Reference, f.Complaint.Version, "HZ", "")
	s.ok(err)
	k, err = s.Cases.Assign(t.Context(), s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	_, err = s.Cases.Close(t.Context(), s.as("reviewer"), k.Reference, k.Version, "双方已经和解，投诉人没有其他要求。")
	s.ok(err)
	ref := f.Complaint.Reference
	b := s.signIn("reviewer")
	b.get("/not-informed").want(200).hasWords("tbody", ref, "联系过 0 次", "剩")
	s.signIn("reviewer2").get("/not-informed").want(200).lacksWords("main", ref)
	p := b.post("/complaints/"+ref+"/contacts", url.Values{"from": {"list"}, "way": {"phone"}, "note": {"上午打过"}}).want(422)
	p.hasWords("#f-contact-"+idOf(ref)+"-note", "上午打过")
	p.one("#f-contact-" + idOf(ref) + "-result-error")
	b.goesOn("/complaints/"+ref+"/contacts", url.Values{"from": {"list"}, "way": {"phone"}, "result": {"not_reached"}, "note": {"上午打过"}}, "/not-informed")
	b.get("/not-informed").hasWords("tbody", "联系过 1 次", "未联系上")
	b.get("/complaints/"+ref).want(200).hasWords("#contacts", "上午打过", "电话")
	s.signIn("reviewer2").post("/complaints/"+ref+"/contacts", url.Values{"way": {"phone"}, "result": {"reached"}}).want(403)
	b.follow(b.post("/complaints/"+ref+"/contacts", url.Values{"way": {"phone"}, "result": {"reached"}})).want(200)
	b.get("/not-informed").want(200).lacksWords("main", ref)
	s.signIn("supervisor").get("/not-informed?late=yes").want(200).hasWords("main", "没有待告知的")
}

// TestAfterlifeByAPI walks the complainant's side and the clerk's by the API.
func TestAfterlifeByAPI(t *testing.T) {
	s := newSite(t)
	filed, k, _ := s.followed(filing())
	f := s.answeredBy(k, "已经停止夜间来电，并且向投诉人道歉。")
	at, code := "/complaints/"+filed.Complaint.Reference, filed.AccessCode
	mine := func(status int, method, path string, body any) map[string]any {
		t.Helper()
		return s.must(status, method, at+path, "", body, "Access-Code", code)
	}
	letters := mine(200, "GET", "/letters", nil)["items"].([]any)
	if len(letters) == 0 {
		t.Fatal("no letters")
	}
	id := formatID(int64(letters[0].(map[string]any)["id"].(float64)))
	if l := mine(200, "GET", "/letters/"+id+"?text=en", nil); l["language"] != "en" || l["body"] == "" {
		t.Errorf("letter %v", l)
	}
	r := s.apiRequest(t.Context(), "GET", at+"/letters/"+id+"/pdf", "", nil)
	r.Header.Set("Access-Code", code)
	if status, pdf := s.send(r); status != 200 || !strings.HasPrefix(string(pdf), "%PDF") {
		t.Errorf("pdf: %d %.20q", status, pdf)
	}
	got := mine(200, "GET", "/answers", nil)["items"].([]any)[0].(map[string]any)
	if got["forward"] != f.Reference || got["may_review"] != true {
		t.Errorf("answers %v", got)
	}
	mine(422, "POST", "/review-request", obj{"text": ""})
	mine(200, "POST", "/accept-answer", obj{})
	mine(409, "POST", "/accept-answer", obj{"forward": f.Reference})
	mine(409, "POST", "/rate", obj{"score": 3})
	mine(422, "POST", "/plan", obj{"plan": "H-2026-000001-7", "answer": "perhaps"})
	mine(404, "POST", "/plan/breach", obj{"plan": "H-2026-000001-7", "what": "collected", "text": "昨天又有人来催收。"})
	mine(409, "POST", "/reopen-request", obj{"text": "又来了"})
	s.must(401, "POST", at+"/rate", "", obj{"score": 3})
	s.must(403, "POST", at+"/rate", s.token("supervisor"), obj{"score": 3})

	k, err := s.Cases.ByRef(t.Context(), s.as("reviewer"), k.Reference)
	s.ok(err)
	_, err = s.Cases.Close(t.Context(), s.as("reviewer"), k.Reference, k.Version, "双方已经和解，投诉人没有其他要求。")
	s.ok(err)
	list := s.must(200, "GET", "/complaints/not-informed", s.token("reviewer"), nil)["items"].([]any)
	if len(list) != 1 {
		t.Errorf("not informed %v", list)
	}
	s.must(422, "POST", at+"/contacts", s.token("reviewer"), obj{"way": "pigeon", "result": "reached"})
	s.must(201, "POST", at+"/contacts", s.token("reviewer"), obj{"way": "phone", "result": "left_message", "note": "留了话"})
	if c := s.must(200, "GET", at+"/contacts", s.token("reviewer"), nil)["items"].([]any); len(c) != 1 {
		t.Errorf("contacts %v", c)
	}
	if v := mine(200, "POST", "/rate", obj{"score": 4, "comment": "办得快"}); v["score"] != float64(4) {
		t.Errorf("rating %v", v)
	}
	mine(200, "POST", "/reopen-request", obj{"text": "办结以后又来催收。"})

	other, err := s.Complaints.File(t.Context(), access.Nobody, filing(), "web", "", "")
	s.ok(err)
	split := s.must(200, "POST", "/complaints/"+other.Complaint.Reference+"/screen", s.token("supervisor"), obj{"decision": "split", "version": other.Complaint.Version, "track": "report"})
	if o, ok := split["other"].(map[string]any); !ok || o["track"] != "report" {
		t.Errorf("split %v", split["other"])
	}
	body := obj{"pack": "cn", "language": "zh", "track": "complaint", "complainant": obj{"name": "李大山", "phone": "13712345678"}, "lender": obj{"name": "云川消费金融有限公司"}, "agency_unknown": true,
		"violations": []string{"T01"}, "channels": []string{"phone"}, "narrative": "来电人说，十月以来每天深夜都有催收电话打到家里，家里老人受到惊吓住院。", "declaration": true, "source": "phone", "arrived_on": "2026-10-19"}
	taken := s.must(201, "POST", "/intake", s.token("supervisor"), body, "Idempotency-Key", "one")
	if twice := s.must(201, "POST", "/intake", s.token("supervisor"), body, "Idempotency-Key", "one"); twice["reference"] != taken["reference"] || twice["access_code"] != taken["access_code"] {
		t.Errorf("sent twice: %v and %v", taken["reference"], twice["reference"])
	}
	body["source"] = "web"
	s.must(422, "POST", "/intake", s.token("supervisor"), body)
	s.must(403, "POST", "/intake", s.token("reviewer"), body)
}
