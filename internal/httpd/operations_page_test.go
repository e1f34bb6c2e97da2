package httpd

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/notify"
	"dunwatch/internal/worker"
)

func TestTemplatesAreChangedPreviewedAndRestored(t *testing.T) {
	s := newSite(t)
	b := s.signIn("admin")
	b.get("/admin/letters").want(200).hasWords("tbody", "不予受理告知书")
	const at = "/admin/letters/acceptance/zh"
	p := b.get(at).want(200)
	p.hasWords(".field-list", "{due_on}")
	title, body := p.value("title"), p.value("body")
	if title == "" || !strings.Contains(body, "{") {
		t.Fatalf("no words to change: %q %q", title, body)
	}
	form := url.Values{"version": {"0"}, "title": {title}, "body": {body + "\n{nobody}"}, "note": {"试"}}
	p = b.post(at, form).want(422)
	p.hasWords(".errors", "nobody")
	if !strings.HasSuffix(p.value("body"), "{nobody}") || p.value("note") != "试" {
		t.Error("what was typed is gone")
	}
	form.Set("body", "{name}：\n我们已受理<您>的投诉，{due_on}前答复。")
	form.Set("note", "")
	p = b.post(at+"/preview", form).want(200)
	p.hasWords(".letter-sheet", "张小明", "<您>的投诉")
	if p.value("body") != form.Get("body") {
		t.Error("the preview forgets what was typed")
	}
	b.post(at, form).want(422).hasWords(".errors", "请填写")
	form.Set("note", "更通俗")
	form.Set("second_reading", "on")
	b.follow(b.post(at, form)).want(200).hasWords(".versions", "第 1 版", "更通俗", "同事admin")
	p = b.post(at, form).want(409)
	if p.value("body") != form.Get("body") {
		t.Error("the lost race takes what was typed")
	}
	b.get(at+"?version=0").want(200).hasWords("#old", "{due_on}")
	b.get(at + "?version=7").want(404)
	b.post(at+"/restore", url.Values{"version": {"1"}, "reason": {""}}).want(422).hasWords("#restore .error", "请填写")
	b.follow(b.post(at+"/restore", url.Values{"version": {"1"}, "reason": {"还是原来的好"}})).want(200).hasWords(".versions", "第 2 版")
	if p := b.get(at); p.value("body") != body || len(p.find("#restore")) != 0 {
		t.Error("the built-in text is not back")
	}
	b.get("/admin/letters/nothing/zh").want(404)
	b.get("/admin/letters/acceptance/fr").want(404)
	for _, who := range []string{"supervisor", "auditor", "firm"} {
		s.signIn(who).get(at).want(403)
	}
	token := s.token("admin")
	if status, m := s.api("GET", "/letter-templates/acceptance/en", token, nil); status != 200 || len(m["fields"].([]any)) < 5 {
		t.Errorf("API: %d %v", status, m)
	}
	if status, m := s.api("POST", "/letter-templates/acceptance/en/preview", token, map[string]any{"title": "T", "body": "Dear {name}"}); status != 200 || m["text"] != "Dear Zhang Xiaoming" {
		t.Errorf("preview: %d %v", status, m)
	}
	if status, m := s.api("POST", "/letter-templates/acceptance/en", token, map[string]any{"title": "T", "body": "Dear {name}", "note": "n", "version": 0}); status != 201 || m["version"] != 1.0 {
		t.Errorf("change: %d %v", status, m)
	}
	if status, m := s.api("POST", "/letter-templates/acceptance/en/restore", token, map[string]any{"note": "n", "version": 1}); status != 201 || m["version"] != 2.0 {
		t.Errorf("restore: %d %v", status, m)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

const year2027 = "date,off\n2027-01-01,true\n2027-02-20,false\n2027-02-08,true\n2027-02-09,true\n2027-02-10,true\n2027-02-11,true\n2027-02-12,true\n2027-02-15,true\n2027-02-16,true\n"

func TestCalendarIsImportedAndWhatMovedListed(t *testing.T) {
	s := newSite(t)
	s.clock.Set(time.Date(2026, 12, 28, 2, 0, 0, 0, time.UTC))
	moves := s.filed().Complaint.Reference // due on 6 January by weekends alone
	b := s.signIn("admin")
	b.get("/admin/calendars").want(200).hasWords("#calendar-cn", "2027", "暂定")
	b.upload("/admin/calendars/import", url.Values{"calendar": {"cn"}}, nil).want(422)
	p := b.upload("/admin/calendars/import", url.Values{"calendar": {"cn"}, "source": {"国办通知"}}, map[string]map[string]string{"file": {"y.csv": "date,off\n2027-13-01,true\n"}}).want(422)
	p.hasWords(".errors", "第 2 行")
	if p.value("source") != "国办通知" {
		t.Error("the source is gone")
	}
	b.upload("/admin/calendars/import", url.Values{"calendar": {"xx"}}, map[string]map[string]string{"file": {"y.csv": year2027}}).want(422)
	done := b.follow(b.upload("/admin/calendars/import", url.Values{"calendar": {"cn"}, "source": {"国办通知"}}, map[string]map[string]string{"file": {"y.csv": year2027}})).want(200)
	done.hasWords("tbody", moves, "投诉受理审查", "2027年1月6日", "2027年1月7日")
	b.get("/admin/calendars").want(200).hasWords("#imports", "国办通知", "同事admin")
	b.follow(b.upload("/admin/calendars/import", url.Values{"calendar": {"cn"}}, map[string]map[string]string{"file": {"y.csv": year2027}})).want(200).hasWords(".flash", "无需再导入")
	b.get("/admin/calendars/imports/99").want(404)
	s.signIn("supervisor").get("/admin/calendars").want(403)

	token := s.token("admin")
	if status, m := s.api("POST", "/calendars/cn/import", token, map[string]any{"days": year2027}); status != 200 || m["known"] != true {
		t.Errorf("API: %d %v", status, m)
	}
	if status, m := s.api("POST", "/calendars/cn/import", token, map[string]any{"days": year2027 + "2027-01-04,true\n"}); status != 200 || len(m["moved"].([]any)) == 0 {
		t.Errorf("API: %d %v", status, m)
	}
	if status, _ := s.api("POST", "/calendars/xx/import", token, map[string]any{"days": year2027}); status != 404 {
		t.Errorf("API, no such calendar: %d", status)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// refusing is a gateway that never takes a message.
type refusing struct{}

func (refusing) Send(context.Context, notify.Envelope) error { return notify.ErrRefused }

func TestOperationsShowsMessagesAndJobs(t *testing.T) {
	s := newSite(t)
	s.filed() // one mail waits
	b := s.signIn("admin")
	p := b.get("/operations").want(200)
	p.hasWords("tbody", "已收到", "w***@example.cn", "mail.filed")
	if strings.Contains(p.body, "wang@example.cn") {
		t.Error("the recipient is in the clear")
	}
	p.hasWords("#jobs", "还没有任务运行过")
	dead := notify.New(s.DB, s.Keys, s.Words, notify.Senders{notify.Email: refusing{}})
	_, err := dead.Deliver(t.Context())
	s.ok(err)
	p = b.get("/operations").want(200)
	p.hasWords("tbody", "已放弃")
	form := p.one("tbody form")
	to, _ := attr(form, "action")
	auditor := s.signIn("auditor")
	if a := auditor.get("/operations?show=dead").want(200); len(a.find("main form")) != 0 {
		t.Error("the auditor is offered to send")
	}
	auditor.post(to, nil).want(403)
	b.follow(b.post(to, nil)).want(200).hasWords("tbody", "待发")
	b.post(to, nil).want(409)
	b.post("/operations/outbox/999/resend", nil).want(404)
	b.post("/operations/outbox/x/resend", nil).want(404)
	b.get("/operations?show=nothing").want(422)
	for _, who := range []string{"supervisor", "reviewer", "director", "firm"} {
		s.signIn(who).get("/operations").want(403)
	}
	if status, m := s.api("GET", "/outbox", s.token("auditor"), nil); status != 200 || len(m["items"].([]any)) != 1 || strings.Contains(m["items"].([]any)[0].(map[string]any)["to"].(string), "wang") {
		t.Errorf("API: %d %v", status, m)
	}
	if status, _ := s.api("POST", "/outbox/1/resend", s.token("auditor"), nil); status != 403 {
		t.Errorf("API as auditor: %d", status)
	}
	if status, _ := s.api("POST", "/outbox/1/resend", s.token("admin"), nil); status != 409 {
		t.Errorf("API, not given up: %d", status)
	}

	ctx, cancel := context.WithCancel(t.Context())
	ran := 0
	worker.New(s.DB, s.Logger, worker.Job{Name: "outbox", Every: time.Millisecond, Run: func(context.Context) error { ran++; return nil }},
		worker.Job{Name: "sent mail", Every: time.Millisecond, Run: func(context.Context) error {
			if ran > 0 {
				cancel()
			}
			return errors.New("no")
		}}).Run(ctx)
	p = b.get("/operations").want(200)
	p.hasWords("#jobs", "发送消息", "正常", "清理旧消息", "上次出错")
	b.get("/operations?lang=en").want(200).hasWords("#jobs", "Last run failed")

	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(w.Body.String(), `dunwatch_outbox_messages{state="waiting"} 1`) || !strings.Contains(w.Body.String(), "dunwatch_outbox_oldest_seconds 0") {
		t.Errorf("metrics: %.600s", w.Body)
	}
}
