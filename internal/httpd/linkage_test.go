package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/linkage"
)

// linkedFiling is a filing of somebody who names the collector's number.
func linkedFiling(name, phone, number string) complaint.Filing {
	f := filing()
	f.Complainant.Name, f.Complainant.Phone, f.Complainant.Email = name, phone, ""
	f.Accused = []complaint.Accused{{Kind: "phone", Value: number}}
	return f
}

// linked files two complaints that name one number, the second in the other unit, and compares them.
func (s *site) linked() (here, there *complaint.Complaint) {
	s.Helper()
	ctx := s.Context()
	one, err := s.Complaints.File(ctx, access.Nobody, linkedFiling("王小明", "13800138000", "139 0000 1234"), "web", "", "")
	s.ok(err)
	two, err := s.Complaints.File(ctx, access.Nobody, linkedFiling("林青禾", "13700137000", "+8613900001234"), "web", "", "")
	s.ok(err)
	for unit, c := range map[string]*complaint.Complaint{"HZ": one.Complaint, "SH": two.Complaint} {
		_, _, err = s.Cases.Accept(ctx, s.as("supervisor"), c.Reference, c.Version, unit, "")
		s.ok(err)
	}
	_, err = s.Links.Index(ctx)
	s.ok(err)
	return one.Complaint, two.Complaint
}

// worksLinks leaves a row in every table of links: for those who forge them.
func (s *site) worksLinks() {
	s.Helper()
	ctx, chief := s.Context(), s.as("supervisor")
	for _, phone := range []string{"13900007777", "13900008888"} {
		a, err := s.Complaints.File(ctx, access.Nobody, linkedFiling("王小明", "13800138000", phone), "web", "", "")
		s.ok(err)
		b, err := s.Complaints.File(ctx, access.Nobody, linkedFiling("王小明", "13800138000", phone), "web", "", "")
		s.ok(err)
		s.ok(s.Links.AddNumber(ctx, chief, a.Complaint.Reference, "alias", "周主任", "电话回访"))
		s.ok(s.Links.Decide(ctx, chief, a.Complaint.Reference, b.Complaint.Reference, linkage.Confirmed, "同一号码"))
		now, err := s.Complaints.ByRef(ctx, chief, b.Complaint.Reference)
		s.ok(err)
		s.ok(s.Links.Merge(ctx, chief, b.Complaint.Reference, a.Complaint.Reference, now.Version, "同一事项"))
		now, err = s.Complaints.ByRef(ctx, chief, b.Complaint.Reference)
		s.ok(err)
		s.ok(s.Links.Part(ctx, chief, b.Complaint.Reference, now.Version, "另有新的事实"))
	}
}

func TestLinksInTheBrowser(t *testing.T) {
	s := newSite(t)
	here, there := s.linked()
	b := s.signIn("supervisor")
	b.get("/complaints/"+here.Reference).want(200).hasWords("#links", "出现在 2 件投诉中，涉及 1 家机构", "同一电话号码 13900001234")
	path := "/complaints/" + here.Reference + "/links"
	p := b.get(path).want(200)
	p.hasWords("#suggested", "强", there.Reference)
	p.hasWords("#graph", "13900001234", "本件")

	form := url.Values{"other": {there.Reference}, "verdict": {"confirmed"}, "reason": {strings.Repeat("长", 501)}}
	p = b.post(path, form).want(422)
	p.one("#f-link-" + there.Reference + "-reason-error")
	if got := p.text("textarea[name=reason]"); !strings.Contains(got, "长长") {
		t.Errorf("what was typed is gone: %.40q", got)
	}
	b.post(path, url.Values{"other": {here.Reference}, "verdict": {"confirmed"}, "reason": {"同一号码"}}).want(422)
	form.Set("reason", "同一号码，话术一致")
	b.follow(b.post(path, form)).want(200).hasWords("#confirmed", there.Reference, "同一号码，话术一致")
	b.get("/complaints/"+there.Reference+"/links").want(200).hasWords("#confirmed", here.Reference)

	number := url.Values{"kind": {"wechat"}, "value": {"zd_888"}, "basis": {""}}
	b.post("/complaints/"+here.Reference+"/numbers", number).want(422).one("#f-number-basis-error")
	number.Set("basis", "证据 E-1")
	b.follow(b.post("/complaints/"+here.Reference+"/numbers", number)).want(200).hasWords("#numbers", "zd_888", "证据 E-1")

	p = b.post("/numbers", url.Values{"kind": {"phone"}, "value": {"139-0000-1235"}}).want(200)
	p.hasWords("main", "没有投诉涉及这个号码")
	p = b.post("/numbers", url.Values{"kind": {"phone"}, "value": {"0086 139 0000 1234"}}).want(200)
	p.hasWords("main", here.Reference, there.Reference, "云川消费金融有限公司")
	silentAddresses(t, "/numbers", p)
	if strings.Contains(s.heard.String(), "13900001234") {
		t.Error("the log holds the number")
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// Somebody of another unit learns that there is more and whom to ask; firms, borrowers and the administrator learn nothing.
func TestLinksTellNobodyElse(t *testing.T) {
	s := newSite(t)
	here, there := s.linked()
	b := s.signIn("reviewer")
	p := b.get("/complaints/" + here.Reference + "/links").want(200)
	p.hasWords("main", "同事outsider_supervisor")
	p.lacksWords("main", there.Reference, "林", "137")
	p = b.post("/numbers", url.Values{"kind": {"phone"}, "value": {"13900001234"}}).want(200)
	p.hasWords("main", here.Reference, "出现在 2 件投诉中")
	p.lacksWords("main", there.Reference, "林青禾")
	b.get("/complaints/" + there.Reference + "/links").want(404)
	b.get("/clusters").want(403)
	_, v := s.api("GET", "/complaints/"+here.Reference+"/links", s.token("reviewer"), nil)
	if len(v["suggested"].([]any)) != 0 || len(v["elsewhere"].([]any)) != 1 {
		t.Errorf("by the API: %v", v)
	}
	_, v = s.api("POST", "/identifiers/search", s.token("reviewer"), obj{"kind": "phone", "value": "13900001234"})
	if v["complaints"].(float64) != 2 || len(v["items"].([]any)) != 1 {
		t.Errorf("the search by the API: %v", v)
	}
	for _, who := range []string{"firm", "admin"} {
		for _, path := range []string{"/numbers", "/clusters", "/complaints/" + here.Reference + "/links"} {
			if p := s.signIn(who).get(path); p.status != 403 && p.status != 404 {
				t.Errorf("%s opens %s: %d", who, path, p.status)
			}
		}
		if status, _ := s.api("POST", "/identifiers/search", s.token(who), obj{"kind": "phone", "value": "13900001234"}); status != 403 {
			t.Errorf("%s searches: %d", who, status)
		}
	}
}

// A merged complaint counts as received like any other, and neither side can be lost from the other.
func TestMergedComplaintsStillCount(t *testing.T) {
	s := newSite(t)
	a, c := s.filed().Complaint, s.filed().Complaint
	received := func() any {
		m, err := s.Reports.Monthly(t.Context(), s.as("director"), calendar.MonthOf(a.ReceivedOn), "cn", "zh")
		s.ok(err)
		return m.Headline.Received
	}
	before := received()
	b := s.signIn("supervisor")
	_, err := s.Links.Index(t.Context())
	s.ok(err)
	p := b.get("/complaints/" + c.Reference).want(200)
	p.hasWords("#links", "疑似重复", a.Reference, "电话相同")
	p = b.get("/complaints/" + c.Reference + "/links").want(200)
	if got := p.value("other"); got == "" {
		t.Error("no original is proposed")
	}
	merge := url.Values{"other": {a.Reference}, "version": {p.value("version")}, "reason": {"同一事项再次提出"}}
	b.follow(b.post("/complaints/"+c.Reference+"/merge", merge)).want(200).hasWords("#duplicates", a.Reference, "已并入该件")
	b.post("/complaints/"+c.Reference+"/merge", merge).want(409)
	b.get("/complaints/"+a.Reference).want(200).hasWords("#links", c.Reference, "已并入本件")
	if after := received(); after != before {
		t.Errorf("received %v, before the merge %v", after, before)
	}
	p = b.get("/complaints/" + c.Reference + "/links").want(200)
	b.follow(b.post("/complaints/"+c.Reference+"/part", url.Values{"version": {p.value("version")}, "reason": {"另有新的事实"}})).want(200).lacksWords("#duplicates", "已并入该件")
	audittest.MustVerify(t, s.Deps.Log)
}
