package httpd

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/witness"
)

// witnessPath is the address in the answer to a new link.
func witnessPath(t *testing.T, p *page) string {
	t.Helper()
	link := p.text(".copy code")
	at := strings.Index(link, "/witness/")
	if at < 0 {
		t.Fatalf("no link in the answer: %.300s", p.text("main"))
	}
	return link[at:]
}

// worksWitness leaves a row in every table of witnesses: for those who forge them.
func (s *site) worksWitness(ref string) {
	s.Helper()
	for _, label := range []string{"姐姐", "同事甲"} {
		_, token, err := s.Witnesses.Invite(s.Context(), s.as("supervisor"), ref, label)
		s.ok(err)
		_, err = s.Witnesses.State(s.Context(), token, witness.Answer{Contacted: "yes", Said: "说再不还钱就去单位"})
		s.ok(err)
	}
}

// A link for a relative shows nothing of the complaint, works once, and what was said is read by the office alone until
// somebody releases it.
func TestWitnessSpeaks(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	ref := k.Complaint.Reference
	staff := s.signIn("reviewer")
	list := "/complaints/" + ref + "/witnesses"
	staff.post(list, url.Values{"label": {""}}).want(422).one("#f-invite-label-error")
	path := witnessPath(t, staff.post(list, url.Values{"label": {"姐姐"}}).want(200))
	if strings.Contains(staff.get(list).want(200).body, path) {
		t.Error("the link is shown again")
	}

	b := s.browser()
	p := b.get(path).want(200)
	for _, word := range []string{ref, k.Reference, "王小明", "13800138000", "云川", "远达", filing().Narrative} {
		if strings.Contains(p.body, word) {
			t.Errorf("the witness reads %q", word)
		}
	}
	if got := p.header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("referrer policy %q", got)
	}
	form := url.Values{"contacted": {""}, "said": {"说再不还钱就去单位找我"}, "number": {"13900005555"}, "age": {"minor"}, "name": {"王大红"}}
	p = b.post(path, form).want(422)
	p.one("#f-contacted-error")
	if got := p.text("textarea[name=said]"); got != "说再不还钱就去单位找我" {
		t.Errorf("what was typed is gone: %q", got)
	}
	b.get(path).want(200) // looking and erring use nothing up
	form.Set("contacted", "yes")
	b.follow(b.post(path, form)).want(200).hasWords("h1", "已经收到")
	b.get(path).want(404).hasWords("h1", "链接已失效")
	b.post(path, form).want(404)
	unknown := b.get("/witness/" + strings.Repeat("A", 43)).want(404)
	if got := unknown.text("main"); got != b.get(path).text("main") {
		t.Errorf("an unknown link is told from a used one: %q", got)
	}

	staff.get(list).want(200).hasWords("#statements", "W-1", "接到过", "未满 18 周岁")
	staff.get(list+"/W-1").want(200).hasWords("main", "说再不还钱就去单位找我", "13900005555", "王大红", "收到并封存", "查看")
	staff.get(list + "/W-1").want(200)
	if n := s.count("SELECT COUNT(*) FROM witness_events WHERE kind = 'viewed'"); n != 1 {
		t.Errorf("%d looks within the hour are on record", n)
	}
	s.signIn("outsider").get(list).want(404)
	s.signIn("firm").get(list).want(403)
	audittest.MustVerify(t, s.Deps.Log)
}

// The complainant asks relatives, learns that something came, and reads it when it is released, without the witness's name.
func TestComplainantAsksWitnesses(t *testing.T) {
	s := newSite(t)
	filed := s.filed()
	ref := filed.Complaint.Reference
	b := s.browser()
	b.goesOn("/track", url.Values{"reference": {ref}, "access_code": {filed.AccessCode}}, "/track/case")
	b.get("/track/case").want(200).hasWords("main", "请亲友说明情况")
	path := witnessPath(t, b.post("/track/witness", url.Values{"label": {"妈妈"}}).want(200))
	form := url.Values{"contacted": {"yes"}, "said": {"问我女儿欠钱知不知道"}, "name": {"李秀英"}}
	s.browser().post(path, form).want(303)
	p := b.get("/track/witness").want(200)
	p.hasWords("main", "妈妈", "已提交", "W-1 已收到", "内容尚未公开")
	p.lacksWords("main", "问我女儿", "李秀英")
	now, err := s.Complaints.ByRef(t.Context(), s.as("supervisor"), ref)
	s.ok(err)
	_, _, err = s.Cases.Accept(t.Context(), s.as("supervisor"), ref, now.Version, "HZ", "")
	s.ok(err)
	s.ok(s.Witnesses.Release(t.Context(), s.as("supervisor"), ref, "W-1"))
	p = b.get("/track/witness").want(200)
	p.hasWords("main", "问我女儿欠钱知不知道")
	p.lacksWords("main", "李秀英")

	late := witnessPath(t, b.post("/track/witness", url.Values{"label": {"舅舅"}}).want(200))
	s.clock.Add(witness.Lasting + time.Minute)
	s.browser().get(late).want(404)
	s.browser().post(late, form).want(404)
	if n := s.count("SELECT COUNT(*) FROM witness_statements"); n != 1 {
		t.Errorf("%d statements", n)
	}
	audittest.MustVerify(t, s.Deps.Log)
}
