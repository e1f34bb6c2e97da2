package httpd

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/store/storetest"
)

// desks are the people of a case, each at a window of one Chromium with a session of their own.
type desks struct {
	*site
	ref     string
	browser context.Context
	at      map[string]*phone
}

// as is somebody's window, signed in by hand.
func (d *desks) as(name string) *phone {
	d.Helper()
	if w := d.at[name]; w != nil {
		return w
	}
	ctx, closeWindow := chromedp.NewContext(d.browser, chromedp.WithNewBrowserContext())
	d.Cleanup(closeWindow)
	w := &phone{d, ctx, d.url}
	w.speaksChinese()
	w.do(chromedp.EmulateViewport(1280, 900))
	w.open("/sign-in")
	w.fill("email", name+"@example.cn")
	w.fill("password", sitePassword)
	w.click("main form button")
	if where := w.eval("location.pathname"); where == "/sign-in" {
		d.Fatalf("%s is still at the sign-in: %s", name, w.eval("document.querySelector('main').innerText"))
	}
	d.at[name] = w
	return w
}

// step leads from the penalty to the form of a step by clicks, fills it in and sends it.
func (d *desks) step(name string, step enforcement.Step, fill func(*phone)) {
	d.Helper()
	w := d.as(name)
	w.open("/penalties/" + d.ref)
	w.click(`.open-steps a[href$="/steps/` + string(step) + `"]`)
	fill(w)
	w.click(".step-form .button.primary")
	if where := w.eval("location.pathname"); where != "/penalties/"+d.ref {
		d.Fatalf("%s by %s is not taken: %s", step, name, w.eval("(document.querySelector('.errors, [role=alert]') || document.querySelector('main')).innerText.slice(0, 400)"))
	}
}

// lacks fails unless the page says, before anybody presses, that a step lacks what an article asks for.
func (d *desks) lacks(name string, step enforcement.Step, article string) {
	d.Helper()
	w := d.as(name)
	w.open("/penalties/" + d.ref)
	said := w.eval(`document.querySelector('.open-steps a[href$="/steps/` + string(step) + `"]').closest('li').innerText`)
	if !strings.Contains(said, article) {
		d.Errorf("%s reads of %s: %q, without %s", name, step, said, article)
	}
}

// firmDoes fills in one of the forms on the firm's own page of the case.
func (d *desks) firmDoes(step enforcement.Step, fill func(w *phone, form string)) {
	d.Helper()
	w := d.as("firm")
	w.open("/firm/penalties/" + d.ref)
	w.press("#" + string(step) + " summary")
	fill(w, "#"+string(step)+" ")
	w.click("#" + string(step) + " .button.primary")
	if where := w.eval("location.pathname"); where != "/firm/penalties/"+d.ref {
		d.Fatalf("%s by the firm is not taken: %s", step, w.eval("document.querySelector('main').innerText.slice(0, 400)"))
	}
}

// press clicks what leads nowhere: a box to tick, a summary to open.
func (p *phone) press(selector string) {
	p.Helper()
	p.do(chromedp.ScrollIntoView(selector))
	p.do(chromedp.Click(selector))
}

// tick ticks a box or chooses one of several, unless it is chosen already.
func (p *phone) tick(selector string) {
	p.Helper()
	if p.eval("String(document.querySelector('"+selector+"').checked)") != "true" {
		p.press(selector)
	}
}

// typeDay replaces a date by another.
func (p *phone) typeDay(name string, on calendar.Date) {
	p.Helper()
	for part, n := range map[string]int{".year": on.Year(), ".month": int(on.Month()), ".day": on.Day()} {
		sel := `[name="` + name + part + `"]`
		p.do(chromedp.Clear(sel))
		p.do(chromedp.SendKeys(sel, fmt.Sprint(n)))
	}
}

func fills(pairs ...string) func(*phone) {
	return func(w *phone) {
		w.Helper()
		for i := 0; i+1 < len(pairs); i += 2 {
			if sel, ok := strings.CutPrefix(pairs[i], "!"); ok {
				w.tick(`[name="` + sel + `"]` + pairs[i+1])
				continue
			}
			w.fill(pairs[i], pairs[i+1])
		}
	}
}

// TestWholeCaseInChromium leads a case from lead to archive by clicks and typed words: two officers, a supervisor, legal, the
// director, and the firm with its own defence and request for a hearing. The exported file is opened at the end.
func TestWholeCaseInChromium(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := newSite(t)
	d := &desks{site: s, browser: newPhone(t, s.url).ctx, at: map[string]*phone{}}
	k := s.lends()
	w := d.as("reviewer")
	w.open("/cases/" + k.Reference)
	w.click(`a[href$="/penalties/apply"]`)
	w.fill("firm", "云川")
	w.tick(`[name=codes][value=H02]`)
	w.typeDay("acted_to", calendar.MustDate("2026-10-05"))
	w.click(".step-form .button.primary")
	d.ref = strings.TrimPrefix(w.eval("location.pathname"), "/penalties/")
	if !strings.HasPrefix(d.ref, "P-2026-") {
		t.Fatalf("the application is not taken: %s", w.eval("document.querySelector('main').innerText.slice(0, 600)"))
	}
	d.step("supervisor", enforcement.StepFile, fills("second", s.users["reviewer2"].Name, "reasons", "符合立案条件，准予立案"))
	d.step("reviewer2", enforcement.StepInvestigate, fills("!cards_shown", "", "told", "出示执法证并送达调查通知书"))
	d.step("reviewer", enforcement.StepConclude, func(w *phone) {
		w.fill("report", "经调查取证，违法事实清楚，证据确实充分。")
		w.tick(`[name=findings][value="1"]`)
		w.fill("address", "杭州市西湖区文三路1号")
		w.fill("shares[0].kind", "罚款")
		w.fill("shares[0].amount_fen", "300,000")
		w.tick(`[name=basis][value="cn-bsl-46-5"]`)
		w.fill("reasons", "侵害消费者人格尊严，情节较重，未见从轻情形。")
	})
	d.step("supervisor", enforcement.StepTry, fills("!agree", `[value="true"]`, "report", "事实清楚，证据充分，程序合法，同意处理意见。", "!major", ""))
	d.step("supervisor", enforcement.StepNotice, fills("means", "直接送达", "proof", "送达回证，法定代表人签收", "!hearing_told", ""))
	d.lacks("director", enforcement.StepApprove, "第六十四条")
	d.firmAnswers()
	d.decides()
	d.performs()
	d.opensFile()
	audittest.MustVerify(t, s.Deps.Log)
}

// firmAnswers is the firm's defence and its hearing.
func (d *desks) firmAnswers() {
	d.Helper()
	d.firmDoes(enforcement.StepDefend, func(w *phone, form string) {
		w.do(chromedp.SendKeys(form+"[name=text]", "系统故障导致重复发送，已经整改。"))
		w.do(chromedp.SendKeys(form+"[name=evidence]", "整改报告"))
	})
	d.firmDoes(enforcement.StepAskHearing, func(w *phone, form string) {
		w.do(chromedp.SendKeys(form+"[name=text]", "对罚款数额有异议，要求听证"))
	})
	d.step("supervisor", enforcement.StepReply, fills("adopted", "部分", "reasons", "整改属实，但不影响违法事实的认定。"))
	on := d.today().AddDays(20)
	d.step("legal", enforcement.StepSetHearing, func(w *phone) {
		w.typeDay("on", on)
		w.fill("place", "三楼会议室")
		w.fill("chair", d.users["legal"].Name)
		w.fill("means", "直接送达")
		w.fill("proof", "送达回证，当事人签收")
	})
	d.clock.Add(20 * 24 * time.Hour)
	d.at = map[string]*phone{} // sessions are over by then
	w := d.as("firm")
	w.open("/firm/penalties/" + d.ref)
	if text := w.eval("document.querySelector('main').innerText"); !strings.Contains(text, "三楼会议室") {
		d.Errorf("the firm does not read where its hearing is: %s", text)
	}
	d.step("legal", enforcement.StepHold, fills("record", "听证按程序举行，双方陈述了意见并进行质证。", "!signed", ""))
	d.step("legal", enforcement.StepHearReport, fills("report", "建议维持拟处罚内容，事实清楚，程序合法。"))
}

// decides reviews, discusses, approves and seals.
func (d *desks) decides() {
	d.Helper()
	d.step("legal", enforcement.StepLegalReview, fills("!passed", `[value="true"]`, "opinion", "主体适格，事实清楚，程序合法，同意。"))
	d.lacks("director", enforcement.StepApprove, "第五十七条")
	d.step("director", enforcement.StepDeliberate, fills("members", "陈立\n周宁", "minutes", "集体讨论一致同意拟处罚内容，罚款三十万元。", "!agree", `[value="true"]`))
	d.step("director", enforcement.StepApprove, fills("note", "同意"))
	d.step("director", enforcement.StepIssue, fills("account", "国库专户 001"))
}

// performs serves, publishes, collects, closes and archives.
func (d *desks) performs() {
	d.Helper()
	d.step("supervisor", enforcement.StepServe, fills("means", "直接送达", "proof", "送达回证，法定代表人签收"))
	d.step("supervisor", enforcement.StepPublish, fills("facts", "催收人员以短信威胁借款人。"))
	d.lacks("reviewer", enforcement.StepClose, "第七十二条")
	d.step("supervisor", enforcement.StepPay, fills("receipt", "R-2026-1"))
	d.step("reviewer", enforcement.StepClose, fills("report", "处罚决定已经执行完毕，拟结案。"))
	d.step("reviewer", enforcement.StepArchive, fills("place", "2026-罚-1"))
	if left := d.as("reviewer").eval("String(document.querySelectorAll('.course .todo, .course .current').length)"); left != "0" {
		d.Errorf("%s stations are left of an archived case", left)
	}
}

// opensFile opens what the director exports: a PDF that has every document and numbers its pages, and a ZIP whose index
// holds.
func (d *desks) opensFile() {
	d.Helper()
	w := d.as("director")
	w.open("/penalties/" + d.ref)
	names := strings.Split(w.eval(`[...document.querySelectorAll('#documents li a:first-child')].map(a => a.textContent.trim()).join('|')`), "|")
	if len(names) < 11 {
		d.Errorf("the page lists %d documents: %v", len(names), names)
	}
	b := d.signIn("director")
	b.get("/?lang=zh")
	pdf := filepath.Join(d.TempDir(), "file.pdf")
	d.ok(os.WriteFile(pdf, []byte(b.get("/penalties/"+d.ref+"/file/pdf").want(200).body), 0o600))
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		storetest.SkipOrFail(d, "pdftotext is not installed (Debian: apt-get install poppler-utils)")
	}
	out, err := exec.CommandContext(d.Context(), tool, "-layout", pdf, "-").Output()
	d.ok(err)
	pages := strings.Split(strings.TrimRight(string(out), "\f"), "\f")
	for i, p := range pages {
		if !strings.HasSuffix(strings.Join(strings.Fields(p), ""), fmt.Sprintf("第%d页共%d页", i+1, len(pages))) {
			d.Errorf("page %d of %d has no number: %q", i+1, len(pages), p[max(0, len(p)-90):])
		}
	}
	words := strings.Join(strings.Fields(string(out)), "")
	for i, name := range names {
		begins := func(page string) bool {
			head, _, _ := strings.Cut(strings.TrimSpace(page), "\n")
			return strings.HasPrefix(head, fmt.Sprint(i+1, " ")) && strings.Contains(head, name)
		}
		if !slices.ContainsFunc(pages, begins) {
			d.Errorf("%q does not begin a page of its own", name)
		}
		if strings.Count(words, strings.Join(strings.Fields(name), "")) < 2 {
			d.Errorf("the file does not both list and hold %q", name)
		}
	}
	for _, said := range []string{"系统故障导致重复发送", "三楼会议室", "主体适格", "300,000"} {
		if !strings.Contains(words, said) {
			d.Errorf("the file does not hold %q", said)
		}
	}
	d.opensZIP(b.get("/penalties/" + d.ref + "/file").want(200).body)
}

// opensZIP holds every line of the index against its file.
func (d *desks) opensZIP(body string) {
	d.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	d.ok(err)
	sums, index := map[string]string{}, ""
	for _, f := range z.File {
		r, err := f.Open()
		d.ok(err)
		data, err := io.ReadAll(r)
		d.ok(err)
		r.Close()
		h := sha256.Sum256(data)
		if sums[f.Name] = hex.EncodeToString(h[:]); f.Name == "index.csv" {
			index = string(data)
		}
	}
	delete(sums, "index.csv")
	for name, sum := range sums {
		if !strings.Contains(index, name) || !strings.Contains(index, sum) {
			d.Errorf("the index does not have %s with its digest", name)
		}
	}
	if len(sums) < 13 {
		d.Errorf("the ZIP has %d files: %v", len(sums), sums)
	}
}
