package httpd

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
)

const injection = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

func version(n int64) string { return strconv.FormatInt(n, 10) }

// hasWords fails where the selected part of a page lacks a word.
func (p *page) hasWords(selector string, words ...string) {
	p.Helper()
	text := p.text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.Errorf("%s lacks %q: %.600s", selector, w, text)
		}
	}
}

func (p *page) lacksWords(selector string, words ...string) {
	p.Helper()
	text := p.text(selector)
	for _, w := range words {
		if strings.Contains(text, w) {
			p.Errorf("%s holds %q: %.600s", selector, w, text)
		}
	}
}

func (p *page) location() string { return p.header.Get("Location") }

func TestScreeningListFiltersAndKeepsPrivateNumbersOutOfAddresses(t *testing.T) {
	s := newSite(t)
	f := s.filed()
	ref := f.Complaint.Reference
	b := s.signIn("supervisor")

	list := b.get("/complaints").want(200)
	list.hasWords("tbody", ref, "T01", "云川消费金融有限公司")
	list.lacksWords("main", "王小明", "13800138000")
	b.get("/complaints?status=accepted").want(200).lacksWords("main", ref)
	filtered := b.get("/complaints?code=T01&month=2026-13").want(422)
	filtered.hasWords("main", "month")
	pilled := b.get("/complaints?code=T01&firm=L001").want(200)
	if n := len(pilled.find(".pill")); n != 2 {
		t.Errorf("%d pills, want one for each filter", n)
	}
	if to := b.get("/complaints?firm=" + url.QueryEscape("云川消费金融有限公司")); to.status != 303 || !strings.Contains(to.location(), "firm=L001") {
		t.Errorf("a firm's name did not lead to its code: %d %s", to.status, to.location())
	}

	found := b.post("/complaints/find", url.Values{"phone": {"138 0013 8000"}})
	if found.status != 303 || found.location() != "/complaints/"+ref {
		t.Errorf("search by phone: %d %s", found.status, found.location())
	}
	b.post("/complaints/find", url.Values{"phone": {"13900000000"}}).want(200).lacksWords("main", ref, "13900000000")
	b.post("/complaints/find", url.Values{}).want(422).one("#f-find-phone-error")
}

func TestScreeningDecisions(t *testing.T) { screeningDecisions(t, newSite(t)) }

func screeningDecisions(t *testing.T, s *site) {
	t.Helper()
	b := s.signIn("supervisor")

	c := s.filed().Complaint
	at := "/complaints/" + c.Reference
	p := b.get(at).want(200)
	p.hasWords(".told", "十月一日起")
	p.lacksWords("main", "王小明", "13800138000")
	p.lacksWords("title", "王")
	if got := p.value("version"); got != version(c.Version) {
		t.Errorf("version in the form %s, want %d", got, c.Version)
	}

	b.post(at+"/reject", url.Values{"version": {version(c.Version)}, "note": {"写好的说明"}}).want(422).hasWords("#f-reject-note", "写好的说明")
	stale := b.post(at+"/reject", url.Values{"version": {version(c.Version + 7)}, "ground": {"not_our_duty"}, "note": {"写好的说明"}}).want(409)
	stale.hasWords(".errors", "您填写的文字还在")
	stale.hasWords("#f-reject-note", "写好的说明")
	if got := stale.value("version"); got != version(c.Version) {
		t.Errorf("the page after a lost race carries version %s, want the new one %d", got, c.Version)
	}
	done := b.post(at+"/reject", url.Values{"version": {version(c.Version)}, "ground": {"not_our_duty"}, "note": {"请向有权机关反映"}})
	b.follow(done).hasWords(".flash", c.Reference)
	after := b.get(at).want(200)
	after.hasWords(".page-head", "不予受理")
	if n := len(after.find(".decide")); n != 0 {
		t.Error("a decided complaint still offers decisions")
	}

	asked := s.filed().Complaint
	b.post("/complaints/"+asked.Reference+"/ask", url.Values{"version": {version(asked.Version)}, "what": {"请补充对方来电的时间"}}).want(303)
	b.get("/complaints?status=supplement").want(200).hasWords("tbody", asked.Reference)

	moved := s.filed().Complaint
	authority := optionOf(b.get("/complaints/"+moved.Reference).want(200), "to")
	b.post("/complaints/"+moved.Reference+"/refer", url.Values{"version": {version(moved.Version)}, "to": {authority}, "ground": {"other_authority"}}).want(303)
	b.get("/complaints?status=referred").want(200).hasWords("tbody", moved.Reference)

	taken := s.filed().Complaint
	res := b.post("/complaints/"+taken.Reference+"/accept", url.Values{"version": {version(taken.Version)}, "unit": {"HZ"}, "track": {"complaint"}})
	if res.status != 303 || !strings.HasPrefix(res.location(), "/cases/K-") {
		t.Fatalf("accept: %d %s", res.status, res.location())
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// optionOf is the first value of a select that chooses something.
func optionOf(p *page, name string) string {
	for _, n := range p.find("select option") {
		if parent, _ := attr(n.Parent, "name"); parent == name {
			if v, _ := attr(n, "value"); v != "" {
				return v
			}
		}
	}
	p.Fatalf("select %s has no choice", name)
	return ""
}

func TestDeskIsClosedToOthers(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	if p := s.browser().get("/queue"); p.status != 303 || !strings.HasPrefix(p.location(), "/sign-in") {
		t.Errorf("the public at the queue: %d %s", p.status, p.location())
	}
	for _, c := range []struct {
		who, path string
		want      int
	}{
		{"outsider", "/cases/" + k.Reference, 404}, // of another unit: it does not exist for them
		{"outsider", "/complaints/" + k.Complaint.Reference, 404},
		{"admin", "/queue", 403},
		{"admin", "/complaints", 403},
		{"reviewer", "/admin", 403},
		{"reviewer", "/audit", 403},
		{"supervisor", "/cases/" + k.Reference + "/findings/new", 403},
		{"reviewer2", "/cases/" + k.Reference + "/findings/new", 403},
		{"auditor", "/cases/" + k.Reference, 200},
		{"firm", "/queue", 403},
		{"auditor", "/audit?subject=" + k.Reference, 200},
		{"admin", "/admin", 200},
	} {
		if p := s.signIn(c.who).get(c.path); p.status != c.want {
			t.Errorf("%s at %s: %d, want %d", c.who, c.path, p.status, c.want)
		}
	}
	if p := s.signIn("reviewer").post("/cases/"+k.Reference+"/assign", url.Values{"officer": {"reviewer2@example.cn"}}); p.status != 403 {
		t.Errorf("a reviewer assigned: %d", p.status)
	}
}

func TestPenaltyFromProposalToDecision(t *testing.T) { penaltyFromProposalToDecision(t, newSite(t)) }

func penaltyFromProposalToDecision(t *testing.T, s *site) {
	t.Helper()
	k := s.found()
	b := s.signIn("reviewer")
	at := "/cases/" + k.Reference + "/penalties"
	page := b.get(at + "/new").want(200)
	if got := page.value("facts"); !strings.Contains(got, "十二次来电") {
		t.Errorf("the facts are not drafted from the findings: %q", got)
	}
	form := url.Values{"version": {version(k.Version)}, "firm": {"A001"}, "findings": {"1"}, "kind": {"fine"}, "amount.fine": {"5万"},
		"basis": basesOf(page), "facts": {page.value("facts")}, "reasons": {"情节较重，影响恶劣，首次被查。"}}
	bad := b.post(at, form).want(422)
	bad.hasWords(".measure", "1400.50")
	if got := bad.value("amount.fine"); got != "5万" {
		t.Errorf("the amount typed is gone: %q", got)
	}
	form.Set("kind", "warning_letter")
	form.Del("amount.fine")
	done := b.post(at, form)
	if done.status != 303 {
		t.Fatalf("propose: %d %s", done.status, done.text(".errors"))
	}
	pen := done.location()
	proposal := b.follow(done).want(200)
	proposal.hasWords("main", "远达信息服务有限公司")
	if n := len(proposal.find(".decide")); n != 1 {
		t.Error("the proposer cannot withdraw")
	}
	if p := b.post(pen+"/approve", url.Values{"version": {"1"}}); p.status != 403 {
		t.Errorf("the proposer approved: %d", p.status)
	}
	b.get(pen + "/decision").want(404)

	d := s.signIn("director")
	d.get("/penalties?status=proposed").want(200).hasWords("tbody", "远达信息服务有限公司")
	v := d.get(pen).want(200).value("version")
	d.post(pen+"/approve", url.Values{"version": {"99"}, "note": {"同意，按程序办"}}).want(409).hasWords("#f-approve-note", "同意，按程序办")
	d.follow(d.post(pen+"/approve", url.Values{"version": {v}})).want(200).hasWords(".page-head", "已批准")
	v = d.get(pen).want(200).value("version")
	d.follow(d.post(pen+"/issue", url.Values{"version": {v}})).want(200)
	letter := d.get(pen + "/decision").want(200)
	letter.hasWords(".letter", "远达信息服务有限公司")
	if n := len([]rune(letter.text(".hash code"))); n != 64 {
		t.Errorf("the decision shows a hash of %d characters", n)
	}
	letter.lacksWords("main", "王小明")
	d.get(pen+"/decision?lang=en").want(200).hasWords(".sheet-tools", "P-")
	audittest.MustVerify(t, s.Deps.Log)
}

func TestFenOfIsExact(t *testing.T) {
	for text, want := range map[string]int64{"1400.5": 140050, "1,400.50": 140050, "１４００": 140000, "￥0.07": 7, "19.99元": 1999, "9999999999999.99": 999999999999999} {
		if got, ok := fenOf(text); !ok || got != want {
			t.Errorf("fenOf(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-1", "1.005", "5万", "1e3", ".5", "12345678901234"} {
		if got, ok := fenOf(text); ok {
			t.Errorf("fenOf(%q) = %d, want a refusal", text, got)
		}
	}
}

func TestEvidenceIsHandedOutAsAnAttachment(t *testing.T) { evidenceHandedOut(t, newSite(t)) }

func evidenceHandedOut(t *testing.T, s *site) {
	t.Helper()
	c := s.filed().Complaint
	by := access.Actor{Role: access.Borrower, ComplaintID: c.ID}
	item, err := s.Evidence.Add(s.Context(), by, c.Reference, "sms", "截图\".txt", strings.NewReader("十月五日 23:40 来电"))
	s.ok(err)
	b := s.signIn("supervisor")
	b.get("/complaints/"+c.Reference).want(200).hasWords(".evidence", "E-1")
	p := b.get("/evidence/" + c.Reference + "/" + strconv.Itoa(item.Number)).want(200)
	if p.body != "十月五日 23:40 来电" {
		t.Errorf("body %q", p.body)
	}
	for name, want := range map[string]string{"Content-Disposition": "attachment;", "Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff", "Content-Type": "application/octet-stream"} {
		if got := p.header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	s.signIn("outsider").get("/evidence/" + c.Reference + "/1").want(http.StatusNotFound)
	b.get("/evidence/" + c.Reference + "/99").want(http.StatusNotFound)
}

// TestHostileTextStaysText files a complaint whose every text is an attack and
// looks at each page that shows it.
func TestHostileTextStaysText(t *testing.T) { hostileTextStaysText(t, newSite(t)) }

func hostileTextStaysText(t *testing.T, s *site) {
	t.Helper()
	f := filing()
	f.Narrative, f.Demand = strings.Repeat(injection, 2)+"对方多次夜间来电", injection
	f.Lender = complaint.Party{Name: "坏" + injection}
	filed, err := s.Complaints.File(s.Context(), access.Nobody, f, "web", "", "")
	s.ok(err)
	_, k, err := s.Cases.Accept(s.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	b := s.signIn("supervisor")
	for _, path := range []string{"/complaints?status=all", "/complaints/" + filed.Complaint.Reference, "/queue", "/cases/" + k.Reference, "/queue?q=" + url.QueryEscape(injection),
		"/firms?q=" + url.QueryEscape(injection), "/cases/" + k.Reference + "?list=" + url.QueryEscape("q="+injection)} {
		p := b.get(path).want(200)
		for _, n := range p.find("script") {
			if src, ok := attr(n, "src"); !ok || !strings.HasPrefix(src, "/static/") {
				t.Errorf("%s holds a foreign script", path)
			}
		}
		for n := range p.doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || n.Data == "img" {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

func TestStyleguideOnlyInTheDemo(t *testing.T) {
	s := newSite(t)
	s.browser().get("/styleguide").want(404)
}
