package httpd

import (
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
)

func TestReportFiguresOpenTheirLists(t *testing.T) {
	s := newSite(t)
	k := s.found()
	month := calendar.MonthOf(k.ReceivedOn).String()
	b := s.signIn("auditor")
	b.get("/reports").want(200).hasWords(".months", "年")
	p := b.get("/reports/" + month).want(200)
	p.one("#by_code")
	n := 0
	for _, a := range p.find("main a") {
		href, _ := attr(a, "href")
		if !strings.HasPrefix(href, "/complaints") && !strings.HasPrefix(href, "/queue") && !strings.HasPrefix(href, "/penalties") && !strings.Contains(href, "/behind") {
			continue
		}
		n++
		if got := b.get(href); got.status != 200 {
			t.Errorf("%s opens with %d: %s", href, got.status, got.text("h1"))
		}
	}
	if n < 8 {
		t.Errorf("only %d figures can be opened", n)
	}
	b.get("/reports/"+month+"/behind?table=by_code&row=total&column=findings").want(200).hasWords("tbody", k.Reference)
	if j := b.get("/reports/" + month + "?format=json").want(200); !strings.Contains(j.body, `"headline"`) {
		t.Error("no JSON")
	}
	csv := b.get("/reports/" + month + "?format=csv").want(200)
	if !strings.HasPrefix(csv.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the CSV is no download: %s", csv.header.Get("Content-Disposition"))
	}
	b.get("/reports/2026-13").want(404)
	b.get("/reports/" + month + "?pack=xx").want(404)
}

func TestAdminKeepsAccountsUnitsAndFirms(t *testing.T) {
	s := newSite(t)
	b := s.signIn("admin")
	p := b.post("/admin/users", url.Values{"name": {injection}, "email": {"x"}, "role": {"reviewer"}, "unit": {"HZ"}, "password": {"correct horse battery"}}).want(422)
	if strings.Contains(p.body, "<script>alert") || strings.Contains(p.body, "correct horse battery") {
		t.Error("what was typed reaches the page raw, or a password is sent back")
	}
	if p.value("name") != injection {
		t.Errorf("the name typed is gone: %q", p.value("name"))
	}
	b.follow(b.post("/admin/users", url.Values{"name": {"新同事"}, "email": {"new@example.cn"}, "role": {"reviewer"}, "unit": {"HZ"}, "password": {"correct horse battery"}})).want(200).hasWords("#users", "新同事")
	b.follow(b.post("/admin/users/disable", url.Values{"email": {"new@example.cn"}})).want(200).hasWords("#users", "停用")
	b.follow(b.post("/admin/units", url.Values{"code": {"NB"}, "name_zh": {"宁波处"}, "name_en": {"Ningbo"}})).want(200).hasWords("#units", "宁波处")
	b.follow(b.post("/admin/firms", url.Values{"code": {"A777"}, "name": {"测试催收有限公司"}, "kind": {"agency"}})).want(200)
	res := b.upload("/admin/firms/import", nil, map[string]map[string]string{"file": {"f.csv": "code,name,kind\nL888,好借消费金融有限公司,lender\nx,,bank\n"}}).want(200)
	res.hasWords(".panel", "新增 1", "1 行没有导入")
	b.follow(b.post("/firms/A777/links", url.Values{"other": {"L888"}, "from.year": {"2026"}, "from.month": {"1"}, "from.day": {"1"}})).want(200).hasWords("main", "好借消费金融有限公司")
	b.follow(b.post("/firms/A777/aliases", url.Values{"alias": {"测试催收"}})).want(200).hasWords("main", "测试催收")
	b.get("/firms?q="+url.QueryEscape("好借")).want(200).hasWords("tbody", "L888")
	audit := s.signIn("auditor").get("/audit?subject=A777").want(200)
	audit.hasWords("tbody", "登记机构", "添加机构名称")
	audittest.MustVerify(t, s.Deps.Log)
}
