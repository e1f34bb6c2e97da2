package httpd

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/casework"
	"dunwatch/internal/witness"
)

// briefWords are a brief as somebody types it.
func briefWords(happened string) url.Values {
	return url.Values{"month": {"2026-10"}, "firm_kind": {"agency"}, "codes": {"H02"}, "title_zh": {"扬言上门的催收"}, "happened_zh": {happened}, "rule_zh": {"催收不得以威胁方式进行。"},
		"outcome_zh": {"认定属实，责令改正。"}, "title_en": {"Threats of a visit"}, "happened_en": {"An agency said it would come."}, "rule_en": {"No threats."}, "outcome_en": {"Upheld."}}
}

// A case is told: what could tell who somebody is stops at its field with what was typed kept, another person approves, and the
// report and the public read it without the way to the case.
func TestBriefPages(t *testing.T) {
	s := newSite(t)
	k := s.toldCase()
	at := "/cases/" + k.Reference + "/brief"
	author := s.signIn("reviewer")
	if p := author.get("/cases/" + k.Reference).want(200); len(p.find("a[href='"+at+"']")) != 1 {
		t.Error("the closed case does not lead to the form")
	}
	author.get(at).want(200)
	const number = "某机构深夜来电，留下一三八 零零一三 八零零零要求回电。"
	for _, deed := range []string{"look", "save", "submit"} {
		form := briefWords(number)
		form.Set("deed", deed)
		p := author.post(at, form)
		if p.status != 422 || p.text("textarea[name=happened_zh]") != number || !strings.Contains(p.text("#f-brief-happened_zh-error"), "电话号码") {
			t.Errorf("%s of a telephone number: %d, %q, error %q", deed, p.status, p.text("textarea[name=happened_zh]"), p.text("#f-brief-happened_zh-error"))
		}
	}
	good := briefWords("某催收机构多次在深夜来电，并称要到借款人单位。")
	good.Set("deed", "look")
	if p := author.post(at, good).want(200); len(p.find(".brief")) != 2 || !strings.Contains(p.text("#look"), "扬言上门的催收") {
		t.Errorf("preview: %s", p.text("main"))
	}
	if n := s.count("SELECT COUNT(*) FROM case_briefs"); n != 0 {
		t.Fatalf("%d briefs were kept by a look", n)
	}
	good.Set("deed", "submit")
	told := author.post(at, good).location()
	if !strings.HasPrefix(told, "/briefs/B-2026-") {
		t.Fatalf("submitted to %q", told)
	}
	if p := author.post(told+"/approve", url.Values{"version": {"1"}}); p.status != 403 {
		t.Errorf("its author approves: %d", p.status)
	}
	director := s.signIn("director")
	list := director.get("/reports/2026-10/briefs").want(200)
	list.hasWords("main", "待审定", "扬言上门的催收")
	version := director.get(told).want(200).value("version")
	if p := director.post(told+"/return", url.Values{"version": {version}, "reason": {""}}); p.status != 422 || p.text("#return .error") == "" {
		t.Errorf("sent back without a reason: %d", p.status)
	}
	director.follow(director.post(told+"/approve", url.Values{"version": {version}})).want(200).hasWords("main", "已审定")
	director.get("/reports/2026-10").want(200).hasWords("#briefs", "扬言上门的催收", "催收机构")
	s.clock.Set(time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC))
	director = s.signIn("director")
	director.follow(director.post("/reports/2026-10/freeze", url.Values{"reason": {""}})).want(200)
	public := s.browser().get("/statistics/2026-10").want(200)
	public.hasWords("#briefs", "扬言上门的催收")
	if strings.Contains(public.body, k.Reference) || strings.Contains(public.body, "/briefs/") {
		t.Error("the public is shown the way to the case")
	}
	version = director.get(told).want(200).value("version")
	director.follow(director.post(told+"/withdraw", url.Values{"version": {version}, "reason": {"当事人提出异议。"}})).want(200).hasWords("main", "已撤下", "当事人提出异议。")
	if p := s.browser().get("/statistics/2026-10").want(200); strings.Contains(p.body, "扬言上门的催收") {
		t.Error("a withdrawn brief is still public")
	}
	director.get("/reports/2026-10/revisions").want(200).hasWords("main", "扬言上门的催收")
	director.follow(director.post("/reports/2026-10/freeze", url.Values{"reason": {"撤下一则案例"}})).want(200)
	if p := director.get("/reports/2026-10").want(200); strings.Contains(p.text("#briefs"), "扬言上门的催收") {
		t.Error("the revision tells a withdrawn brief")
	}
	director.get("/reports/2026-10?revision=0").want(200).hasWords("#briefs", "扬言上门的催收")
}

// A draft waits for its author, who alone edits it.
func TestBriefDraft(t *testing.T) {
	s := newSite(t)
	k := s.toldCase()
	author := s.signIn("reviewer")
	form := briefWords("某催收机构多次在深夜来电。")
	form.Set("deed", "save")
	told := author.post("/cases/"+k.Reference+"/brief", form).location()
	p := author.get(told + "/edit").want(200)
	if got := p.text("textarea[name=happened_zh]"); got != "某催收机构多次在深夜来电。" {
		t.Errorf("the form begins with %q", got)
	}
	if p := author.get("/cases/" + k.Reference + "/brief"); p.location() != told {
		t.Errorf("a case that is told leads to %q", p.location())
	}
	if p := s.signIn("supervisor").get(told + "/edit"); p.location() != told {
		t.Errorf("somebody else edits: %d %q", p.status, p.location())
	}
	form.Set("version", p.value("version"))
	form.Set("happened_zh", "某催收机构反复来电。")
	form.Set("deed", "submit")
	author.follow(author.post(told+"/edit", form)).want(200).hasWords("main", "待审定", "反复来电")
	form.Set("deed", "save")
	if p := author.post(told+"/edit", form); p.status != 409 {
		t.Errorf("a submitted brief is edited: %d", p.status)
	}
}

// A month is not frozen over a brief that names a witness who spoke after it was approved.
func TestFreezeHoldsBriefsAgain(t *testing.T) {
	s := newSite(t)
	var token string
	k := s.toldCase(func(k *casework.Case) {
		var err error
		_, token, err = s.Witnesses.Invite(t.Context(), s.as("supervisor"), k.Complaint.Reference, "表姐")
		s.ok(err)
	})
	form := briefWords("某催收机构深夜来电，其表姐赵小兰也接到电话。")
	form.Set("deed", "submit")
	told := s.signIn("reviewer").post("/cases/"+k.Reference+"/brief", form).location()
	director := s.signIn("director")
	director.follow(director.post(told+"/approve", url.Values{"version": {director.get(told).want(200).value("version")}})).want(200)
	_, err := s.Witnesses.State(t.Context(), token, witness.Answer{Contacted: "yes", Name: "赵小兰"})
	s.ok(err)
	s.clock.Set(time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC))
	director = s.signIn("director")
	ref := strings.TrimPrefix(told, "/briefs/")
	p := director.post("/reports/2026-10/freeze", url.Values{"reason": {""}})
	if p.status != 409 || !strings.Contains(p.text("main"), ref) || strings.Contains(p.text("main"), "赵小兰") {
		t.Errorf("frozen over a brief with a witness's name: %d %s", p.status, p.text("main"))
	}
	director.follow(director.post(told+"/withdraw", url.Values{"version": {director.get(told).want(200).value("version")}, "reason": {"文中有亲属姓名"}})).want(200)
	director.follow(director.post("/reports/2026-10/freeze", url.Values{"reason": {""}})).want(200)
}
