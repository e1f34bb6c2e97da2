package httpd

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/store/storetest"
)

const told = "十月三日晚上十一点多，对方打来电话说今晚不还就去单位拉横幅，第二天又打给我的同事。"

// tinyPNG is the smallest file that is what its name says.
const tinyPNG = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

// goesOn sends a page of the flow and fails the test unless it leads to want.
func (b *browser) goesOn(path string, form url.Values, want string) *page {
	b.Helper()
	p := b.post(path, form)
	if p.status != http.StatusSeeOther || p.header.Get("Location") != want {
		b.Fatalf("%s answered %d to %q, want %s: %s", path, p.status, p.header.Get("Location"), want, p.text(".errors"))
	}
	return b.follow(p).want(http.StatusOK)
}

// begun is a browser in which a filing was begun.
func (s *site) begun() *browser {
	s.Helper()
	b := s.browser()
	b.goesOn("/complain/fit", url.Values{"fit": {"collection"}}, "/complain/way")
	return b
}

// answered is a browser with every question answered, at the last check.
func (s *site) answered() *browser {
	s.Helper()
	b := s.begun()
	b.goesOn("/complain/way", url.Values{"track": {"complaint"}}, "/complain/what")
	b.goesOn("/complain/what", url.Values{"violations": {"T01", "H02"}}, "/complain/how")
	b.goesOn("/complain/how", url.Values{"channels": {"phone", "sms"}, "occurred_from.year": {"2026"}, "occurred_from.month": {"２"}, "occurred_from.day": {""}}, "/complain/story")
	b.goesOn("/complain/story", url.Values{"narrative": {told}, "demand": {"停止联系我的同事"}}, "/complain/who")
	b.goesOn("/complain/who", url.Values{"lender.name": {"云川消费金融有限公司"}, "agency_side": {"unknown"}}, "/complain/numbers")
	b.goesOn("/complain/numbers", url.Values{"accused[0].kind": {"phone"}, "accused[0].value": {"139 0013 9000"}}, "/complain/loan")
	b.goesOn("/complain/loan", url.Values{"loan.amount_fen": {"1.2万"}, "loan.product": {"云川贷"}}, "/complain/evidence")
	p := b.upload("/complain/evidence", url.Values{"do": {"upload"}, "kind": {"sms"}}, map[string]map[string]string{"file": {"截图.png": tinyPNG}})
	b.follow(p).want(http.StatusOK)
	p = b.upload("/complain/evidence", url.Values{"do": {"next"}}, nil)
	if p.header.Get("Location") != "/complain/you" {
		s.Fatalf("evidence led to %q: %s", p.header.Get("Location"), p.text(".errors"))
	}
	b.goesOn("/complain/you", url.Values{"complainant.name": {"阿依古丽·买买提"}, "complainant.phone": {"１３８ 0013 8000"}, "complainant.region": {"330000"},
		"consent_to_forward": {"on"}, "language": {"zh"}}, "/complain/check")
	return b
}

func TestFilingFromTheFrontToTheCase(t *testing.T) { filingFromFrontToCase(t, newSite(t)) }

func filingFromFrontToCase(t *testing.T, s *site) {
	t.Helper()
	b := s.answered()
	check := b.get("/complain/check").want(200)
	rows := check.text(".checked")
	for _, want := range []string{"深夜或清晨打电话", told, "云川消费金融有限公司", "不清楚", "139 0013 9000", "¥12,000.00", "截图.png", "阿依古丽·买买提", "13800138000", "浙江省", "2026年2月1日"} {
		if !strings.Contains(rows, want) {
			t.Errorf("the last check does not show %q", want)
		}
	}
	form := url.Values{"filing": {check.value("filing")}}
	p := b.post("/complain/check", form).want(422)
	if p.text("#f-declaration-error") == "" || p.text(".errors a") == "" {
		t.Error("a missing declaration is not said at its field")
	}
	form.Set("declaration", "on")
	first := b.goesOn("/complain/check", form, "/complain/sent")
	ref, code := first.text(".codes code"), first.text(".digits")
	if len(strings.Fields(code)) != 5 || !strings.HasPrefix(ref, "C-2026-") {
		t.Fatalf("reference %q, access code %q", ref, code)
	}
	if !strings.Contains(first.text(".what-next"), "2026年") {
		t.Error("the receipt does not say by when")
	}
	// A double click: the draft is gone, the answer is the same.
	again := b.goesOn("/complain/check", form, "/complain/sent")
	if again.text(".codes code") != ref || again.text(".digits") != code {
		t.Errorf("sent again: %s %s, want %s %s", again.text(".codes code"), again.text(".digits"), ref, code)
	}
	b.get("/complain/check").want(303)

	var r audit.Receipt
	p = b.get("/track/receipt").want(200)
	if err := json.Unmarshal([]byte(p.body), &r); err != nil || r.Reference != ref {
		t.Fatalf("receipt %q: %v", r.Reference, err)
	}
	if _, err := r.Check(s.Deps.Log.VerifierKey()); err != nil {
		t.Errorf("the downloaded receipt does not verify: %v", err)
	}
	b.goesOn("/complain/sent", nil, "/track/case")
	b.get("/complain/sent").want(303)
	s.followsCase(ref, code)
	audittest.MustVerify(t, s.Deps.Log)
}

// followsCase opens a case from another device, as a person types, and does
// everything that its page offers.
func (s *site) followsCase(ref, code string) {
	s.Helper()
	b := s.browser()
	p := b.goesOn("/track", url.Values{"reference": {" " + strings.ToLower(ref) + " "}, "access_code": {strings.ReplaceAll(code, " ", "")}}, "/track/case")
	if strings.Contains(p.text("title"), ref) || strings.Contains(p.body, "阿依古丽·买买提") {
		s.Error("the case's page shows more than it should")
	}
	for _, want := range []string{"等待审查", "材料已收到", "截图.png", "剩"} {
		if !strings.Contains(p.text("main"), want) {
			s.Errorf("the case's page does not say %q", want)
		}
	}
	p = b.post("/track/message", url.Values{"body": {" "}}).want(422)
	if p.text("#f-message-body-error") == "" {
		s.Error("an empty message is not said at its field")
	}
	p = b.goesOn("/track/message", url.Values{"body": {"昨天又打来三次。"}}, "/track/case")
	if !strings.Contains(p.text(".talk"), "昨天又打来三次。") {
		s.Error("the message is not shown")
	}
	p = b.upload("/track/evidence", url.Values{"kind": {"photo"}}, map[string]map[string]string{"file": {"门口.png": tinyPNG}})
	if p = b.follow(p); !strings.Contains(p.text(".files"), "门口.png") {
		s.Error("the added file is not listed")
	}
	b.post("/track/withdraw", url.Values{"reason": {""}}).want(422)
	p = b.goesOn("/track/withdraw", url.Values{"reason": {"已经谈好"}}, "/track/case")
	if !strings.Contains(p.text(".standing"), "已撤回") || len(p.find("#withdraw")) != 0 {
		s.Error("the case is not withdrawn, or offers to be withdrawn again")
	}
	b.get("/track/sheet").want(200)
	b.goesOn("/track/end", nil, "/track?other=1")
	if p := b.get("/track/case").want(303); p.header.Get("Location") != "/track" {
		s.Errorf("after the end /track/case leads to %s", p.header.Get("Location"))
	}
}

func TestWrongAnswersAreSaidAtTheirFields(t *testing.T) {
	s := newSite(t)
	b := s.begun()
	for _, x := range []struct {
		path string
		form url.Values
		id   string // of the error
		kept string // a field and what must still stand in it
	}{
		{"/complain/fit", url.Values{}, "f-fit-error", ""},
		{"/complain/way", url.Values{}, "f-track-error", ""},
		{"/complain/what", url.Values{"violations": {"Z99"}}, "f-violations-0--error", ""},
		{"/complain/how", url.Values{"occurred_from.year": {"2026"}, "occurred_from.month": {"2"}, "occurred_from.day": {"30"}}, "f-occurred_from-error", "occurred_from.day=30"},
		{"/complain/how", url.Values{"occurred_to.year": {"2099"}}, "f-occurred_to-error", "occurred_to.year=2099"},
		{"/complain/story", url.Values{"narrative": {"太短"}, "demand": {"道歉"}}, "f-narrative-error", "demand=道歉"},
		{"/complain/story", url.Values{"narrative": {"十到三十字之间没有选任何情形的经过"}}, "f-narrative-error", ""},
		{"/complain/who", url.Values{"agency_side": {"lender"}}, "f-lender-name-error", "agency_side=lender"},
		{"/complain/who", url.Values{"lender.name": {"甲"}, "agency_side": {"agency"}}, "f-agency-name-error", "lender.name=甲"},
		{"/complain/who", url.Values{"lender.name": {"云川"}}, "f-lender-pick-error", "lender.name=云川"},
		{"/complain/numbers", url.Values{"accused[0].kind": {"phone"}, "accused[0].value": {""}, "accused[1].kind": {"phone"}, "accused[1].value": {"张"}}, "f-accused-0--value-error", "accused[0].value=张"},
		{"/complain/loan", url.Values{"loan.amount_fen": {"五千"}, "loan.product": {"某某贷"}}, "f-loan-amount_fen-error", "loan.product=某某贷"},
		{"/complain/evidence", url.Values{"do": {"upload"}}, "f-file-error", ""},
		{"/complain/evidence", url.Values{"do": {"upload"}, "kind": {"sms"}}, "f-file-error", "kind=sms"},
		{"/complain/you", url.Values{"complainant.phone": {"123"}}, "f-complainant-name-error", "complainant.phone=123"},
		{"/complain/you", url.Values{"complainant.name": {"王"}, "complainant.id_number": {"11010119900101123X"}, "complainant.phone": {"13800138000"}}, "f-complainant-id_number-error", "complainant.name=王"},
	} {
		p := b.post(x.path, x.form).want(422)
		if x.path == "/complain/what" {
			if p.text(".errors") == "" { // a forged code: no box of ours sends it
				t.Errorf("%s: nothing says what is wrong", x.path)
			}
			continue
		}
		if p.text("#"+x.id) == "" {
			t.Errorf("%s %v: no error at #%s, the summary says %q", x.path, x.form, x.id, p.text(".errors"))
		}
		if !strings.HasPrefix(p.text("title"), "错误：") {
			t.Errorf("%s: title %q", x.path, p.text("title"))
		}
		if name, value, ok := strings.Cut(x.kept, "="); ok && p.value(name) != value {
			t.Errorf("%s: %s holds %q, want %q", x.path, name, p.value(name), value)
		}
		if n := len(p.find(".number-row")); x.path == "/complain/numbers" && n != 1 {
			t.Errorf("%d rows after one of two was empty, want 1", n)
		}
		linksLead(t, x.path, p)
	}
}

// linksLead fails unless every line of the error summary leads somewhere on the
// page.
func linksLead(t *testing.T, path string, p *page) {
	t.Helper()
	for _, a := range p.find(".errors a") {
		if href, _ := attr(a, "href"); len(p.find(href)) == 0 {
			t.Errorf("%s: the summary leads to %s, which is not there", path, href)
		}
	}
}

func TestAddedRowKeepsWhatWasTyped(t *testing.T) {
	b := newSite(t).begun()
	p := b.post("/complain/numbers", url.Values{"do": {"add"}, "accused[0].kind": {"wechat"}, "accused[0].value": {"yd_zhang"}}).want(200)
	if p.value("accused[0].value") != "yd_zhang" || p.value("accused[0].kind") != "wechat" {
		t.Errorf("first row: %q %q", p.value("accused[0].kind"), p.value("accused[0].value"))
	}
	if len(p.find(".number-row")) != 2 {
		t.Errorf("%d rows, want 2", len(p.find(".number-row")))
	}
}

func TestLikeNameIsAskedAboutOnceAndGetsItsCode(t *testing.T) {
	b := newSite(t).begun()
	p := b.post("/complain/who", url.Values{"lender.name": {"云川"}}).want(422)
	if p.value("lender.asked") != "云川" || len(p.find("[name=lender.pick]")) != 2 {
		t.Fatalf("asked about %q with %d choices", p.value("lender.asked"), len(p.find("[name=lender.pick]")))
	}
	b.goesOn("/complain/who", url.Values{"lender.name": {"云川"}, "lender.asked": {"云川"}, "lender.pick": {"L001"}}, "/complain/numbers")
	if p := b.get("/complain/who"); p.value("lender.name") != "云川消费金融有限公司" {
		t.Errorf("the lender is %q", p.value("lender.name"))
	}
	// The registered name is not asked about again; "none of these" keeps the typed one.
	b.goesOn("/complain/who", url.Values{"lender.name": {"云川消费金融有限公司"}}, "/complain/numbers")
	b.goesOn("/complain/who", url.Values{"lender.name": {"云川"}, "lender.asked": {"云川"}, "lender.pick": {"-"}}, "/complain/numbers")
	if p := b.get("/complain/who"); p.value("lender.name") != "云川" {
		t.Errorf("the lender is %q", p.value("lender.name"))
	}
}

func TestDraftWaitsOnTheDeviceAndCanBeDeleted(t *testing.T) {
	s := newSite(t)
	b := s.answered()
	if p := b.get("/complain").want(200); len(p.find(".waiting")) != 1 {
		t.Fatal("the start does not offer to go on")
	}
	if p := b.get("/complain/resume").want(303); p.header.Get("Location") != "/complain/check" {
		t.Errorf("a full draft goes on at %s", p.header.Get("Location"))
	}
	// The language switch keeps the answers; a change from the last check goes back there.
	if p := b.get("/complain/story?lang=en"); p.value("narrative") != told || p.text("h1") != "Tell us what happened" {
		t.Errorf("in English: %q, %q", p.text("h1"), p.value("narrative"))
	}
	b.goesOn("/complain/story", url.Values{"narrative": {told + "补充。"}, "return": {"check"}}, "/complain/check")
	other := s.browser()
	if p := other.get("/complain/check").want(303); p.header.Get("Location") != "/complain" {
		t.Errorf("another device gets to %s", p.header.Get("Location"))
	}
	b.goesOn("/complain/discard", nil, "/complain")
	b.get("/complain/story").want(303)
}

func TestResumeLeadsToTheFirstGap(t *testing.T) {
	b := newSite(t).begun()
	b.goesOn("/complain/what", url.Values{"violations": {"T01"}}, "/complain/how")
	if p := b.get("/complain/resume").want(303); p.header.Get("Location") != "/complain/story" {
		t.Errorf("goes on at %s, want /complain/story", p.header.Get("Location"))
	}
}

func TestAnonymousReportKeepsNoParticulars(t *testing.T) {
	b := newSite(t).begun()
	b.goesOn("/complain/way", url.Values{"track": {"report"}}, "/complain/what")
	b.goesOn("/complain/story", url.Values{"narrative": {told}}, "/complain/who")
	b.goesOn("/complain/who", url.Values{"agency.name": {"远达信息服务有限公司"}}, "/complain/numbers")
	b.goesOn("/complain/you", url.Values{"anonymous": {"on"}, "complainant.name": {"王小明"}, "complainant.phone": {"13800138000"}}, "/complain/check")
	p := b.get("/complain/check")
	if strings.Contains(p.text("main"), "王小明") || strings.Contains(p.text("main"), "13800138000") {
		t.Error("the anonymous report still holds a name or number")
	}
	b.goesOn("/complain/check", url.Values{"filing": {p.value("filing")}, "declaration": {"on"}}, "/complain/sent")
}

func TestFilingThatLacksAnAnswerLeadsBackToIt(t *testing.T) {
	b := newSite(t).begun()
	p := b.get("/complain/check").want(200)
	p = b.post("/complain/check", url.Values{"filing": {p.value("filing")}, "declaration": {"on"}}).want(422)
	linksLead(t, "/complain/check", p)
	for _, id := range []string{"f-narrative", "f-lender-name", "f-complainant-name"} {
		if p.text("#"+id+" .error") == "" {
			t.Errorf("no error at #%s", id)
		}
	}
	b.post("/complain/check", url.Values{"filing": {"forged"}, "declaration": {"on"}}).want(303)
}

func TestWrongCodeAndUnknownReferenceReadTheSame(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	wrong := s.browser().post("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {"1111 2222 3333 4444 5555"}}).want(422)
	unknown := s.browser().post("/track", url.Values{"reference": {"C-2026-999999-1"}, "access_code": {"1111 2222 3333 4444 5555"}}).want(422)
	if a, b := wrong.text(".errors"), unknown.text(".errors"); a == "" || a != b {
		t.Errorf("a wrong code reads %q, an unknown reference %q", a, b)
	}
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	s.clock.Add(holdingTime + 1)
	if p := b.get("/track/case").want(303); p.header.Get("Location") != "/track" {
		t.Errorf("after half an hour /track/case leads to %s", p.header.Get("Location"))
	}
}

func TestAskedForMoreAnswersOnItsPage(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	_, err := s.Complaints.AskForMore(t.Context(), s.as("supervisor"), f.Complaint.Reference, f.Complaint.Version, "请补充通话详单。")
	s.ok(err)
	b := s.browser()
	p := b.goesOn("/track", url.Values{"reference": {f.Complaint.Reference}, "access_code": {f.AccessCode}}, "/track/case")
	if !strings.Contains(p.text(".ask"), "请补充通话详单。") {
		t.Fatalf("the page does not say what is asked for: %s", p.text(".standing"))
	}
	b.post("/track/supply", url.Values{"text": {""}}).want(422)
	p = b.goesOn("/track/supply", url.Values{"text": {"已经上传。"}}, "/track/case")
	if len(p.find(".ask")) != 0 || !strings.Contains(p.text(".standing"), "等待审查") {
		t.Errorf("after the answer it stands at %q", p.text(".standing"))
	}
}

// hostile lists strings that have broken programs.
func hostile(t *testing.T) []string {
	t.Helper()
	own := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `{{.}}`, `</textarea><b>x</b>`, `javascript:alert(1)`}
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "fixtures", "payloads", "blns", "blns.json"))
	if err != nil {
		storetest.SkipOrFail(t, "hostile strings: "+err.Error())
	}
	var list []string
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return append(own, list...)
}

func TestHostileTextNeverBecomesMarkup(t *testing.T) {
	s := newSite(t)
	b := s.answered()
	plain := markup(b.get("/complain/check"))
	list := hostile(t)
	for i := 0; i < len(list); i += 4 { // a string in each of several fields, another in the next
		evil := func() []string { i++; return []string{list[(i-1)%len(list)]} }
		start := i
		pages := []*page{
			b.post("/complain/story", url.Values{"narrative": evil(), "demand": evil()}),
			b.post("/complain/who", url.Values{"lender.name": evil(), "agency.name": evil(), "agency_side": evil()}),
			b.post("/complain/numbers", url.Values{"accused[0].kind": evil(), "accused[0].value": evil()}),
			b.post("/complain/loan", url.Values{"loan.product": evil(), "loan.amount_fen": evil(), "loan.contract_date.year": evil()}),
			b.post("/complain/you", url.Values{"complainant.name": evil(), "complainant.phone": evil(), "complainant.email": evil(), "complainant.id_number": evil(),
				"complainant.region": evil(), "complainant.address": evil()}),
			b.post("/track", url.Values{"reference": evil(), "access_code": evil()}),
		}
		i = start
		for _, p := range pages {
			if p.status >= 500 {
				t.Fatalf("strings from %d (%q): status %d", i, list[i], p.status)
			}
			if p.doc != nil {
				sound(t, list[i], p)
			}
		}
	}
	for _, evil := range list[:6] {
		b.goesOn("/complain/story", url.Values{"narrative": {told + evil}, "demand": {evil}, "return": {"check"}}, "/complain/check")
		if got := markup(b.get("/complain/check")); got != plain {
			t.Errorf("%q: %d elements on the last check, want %d", evil, got, plain)
		}
	}
}

// markup counts the elements of a page but for the lines of answers.
func markup(p *page) int {
	n := 0
	for d := range p.doc.Descendants() {
		if d.Type == html.ElementNode && d.Data != "p" && d.Data != "svg" && d.Data != "path" {
			n++
		}
	}
	return n
}

// sound fails when a page holds a script of its own, an event attribute or a
// foreign address.
func sound(t *testing.T, evil string, p *page) {
	t.Helper()
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if src, ok := attr(n, "src"); n.Data == "script" && (!ok || !strings.HasPrefix(src, "/static/")) || n.Data == "img" || n.Data == "iframe" || n.Data == "b" && textOf(n) == "x" {
			t.Fatalf("%q became <%s>", evil, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && strings.HasPrefix(strings.ToLower(a.Val), "javascript") {
				t.Fatalf("%q became %s=%q", evil, a.Key, a.Val)
			}
		}
	}
}

func TestParseMoney(t *testing.T) {
	for in, want := range map[string]int64{"": 0, "5000": 500000, "¥5,000.50": 500050, "１２００元": 120000, "1.2万": 1200000, "0.01": 1, " 3 000 ": 300000} {
		if got, ok := parseMoney(in); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{"五千", "-5", "1.234", "1e9", "万", "99999999999999", "+3", ".5"} {
		if got, ok := parseMoney(in); ok {
			t.Errorf("%q was read as %d", in, got)
		}
	}
}
