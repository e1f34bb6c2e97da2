package httpd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
)

// gives puts a file into the only field for files of a page.
func (p *phone) gives(name, text string) {
	p.Helper()
	path := filepath.Join(p.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(`input[type=file]`, []string{path}))
}

// reads fails unless the page says every one of some words, and the page is no wider than its window.
func (p *phone) reads(words ...string) {
	p.Helper()
	text := p.eval("document.querySelector('main').innerText")
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.Errorf("%s does not say %q: %.1500s", p.eval("location.pathname"), w, text)
		}
	}
	if p.eval("String(document.documentElement.scrollWidth > innerWidth)") != "false" {
		p.Errorf("%s scrolls sideways", p.eval("location.pathname"))
	}
}

// inBoth looks at the page that is open in Chinese and in English, at a desk and on a phone, and comes back to it.
func (p *phone) inBoth(name string, zh, en []string) {
	p.Helper()
	p.reads(zh...)
	path := p.eval("location.pathname + location.search")
	with := func(lang string) string {
		if strings.Contains(path, "?") {
			return path + "&lang=" + lang
		}
		return path + "?lang=" + lang
	}
	p.picture(name + "-zh")
	p.open(with("en"))
	p.reads(en...)
	p.picture(name + "-en")
	p.do(chromedp.EmulateViewport(360, 740))
	p.reads(en...)
	p.picture(name + "-en-360")
	p.open(with("zh"))
	p.reads(zh...)
	p.picture(name + "-zh-360")
	p.do(chromedp.EmulateViewport(1280, 900))
}

// TestLogsInChromium: a borrower gives a log of calls while filing, on a phone; the reviewer sees the month and what goes against
// the rules, asks the firm, and compares what it gives; a draft of a finding cites the rows.
func TestLogsInChromium(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := portalSite(t)
	p := newPhone(t, s.url)
	d := &desks{site: s, browser: p.ctx, at: map[string]*phone{}}
	k := d.filesWithLog(p)

	r := d.as("reviewer")
	r.open("/cases/" + k.Reference)
	r.click(`.jump a[href$="/contacts"], main a[href$="/contacts"]`)
	r.inBoth("grid", []string{"其中 4 次可能不符合 2 条规则", "推荐性标准", "采用 10 行，文件共 14 行"}, []string{"R01", "10 of 14 rows"})
	if n := r.eval("String(document.querySelectorAll('.month-grid svg g.hit').length)"); n != "4" {
		t.Errorf("%s marks in the grid, want 4", n)
	}

	f := s.forwarded(k, "L001")
	r.open("/cases/" + k.Reference + "/contacts")
	r.press("#requests summary")
	r.tick(`#requests input[name=forward][value="` + f.Reference + `"]`)
	r.typeDay("from", calendar.MustDate("2026-10-05"))
	r.typeDay("to", calendar.MustDate("2026-10-06"))
	r.typeDay("due_on", s.today().AddDays(10))
	r.click("#requests .button.primary")
	r.inBoth("asked", []string{"云川消费金融有限公司", "等待提交"}, []string{"云川消费金融有限公司", "waiting for the firm"})

	w := d.as("firm")
	d.firmGives(w, f.Reference)

	r.open("/cases/" + k.Reference + "/contacts?side=both")
	r.inBoth("difference", []string{"双方都有 9 次；只在借款人记录里 1 次；只在机构记录里 1 次", "机构的时钟比借款人的慢 40 秒"}, []string{"9 in both; 1 in the borrower's alone; 1 in the firm's alone", "behind the borrower"})

	r.open("/cases/" + k.Reference + "/contacts")
	r.click("#rule-R01 p a.button")
	r.inBoth("draft", []string{"依据联系记录检查：R01 禁催时段", "由您决定"}, []string{"R01"})
	if reasons := r.eval("document.querySelector('[name=reasons]').value"); !strings.Contains(reasons, "E-1 第") || !strings.Contains(reasons, "2026-10-05 23:10:00") {
		t.Errorf("the draft cites no rows: %s", reasons)
	}
	r.tick("input[name=outcome][value=substantiated]")
	r.press(`[name=firm] option[value="L001"], input[name=firm][value="L001"]`)
	r.tick("input[name=evidence][value=E-1]")
	r.click("main form .button.primary")
	r.reads("依据联系记录检查：R01 禁催时段", "E-1 第")
	r.picture("finding")
	audittest.MustVerify(t, s.Deps.Log)
}

// filesWithLog files with a log of calls among the evidence; the case is the reviewer's.
func (d *desks) filesWithLog(p *phone) *casework.Case {
	d.Helper()
	p.filesUntilEvidence()
	p.click(`a[href="/complain/log"]`)
	p.at("/complain/log")
	p.picture("log-360")
	p.gives("详单.csv", nightLog())
	p.click("main .form .button.primary")
	p.at("/complain/log")
	p.reads("哪些号码是催收方的", "13900139000")
	p.picture("numbers-360")
	for _, number := range []string{"13900139000", "057188880001"} {
		p.tick(`input[name=number][value="` + number + `"]`)
	}
	p.click("main .form .button.primary")
	p.at("/complain/evidence")
	p.reads("详单", "与投诉无关的 4 行没有保存")
	p.picture("evidence-360")
	ref, _ := p.filesFromEvidence()
	c, err := d.Complaints.ByRef(d.Context(), d.site.as("supervisor"), ref)
	d.ok(err)
	_, k, err := d.Cases.Accept(d.Context(), d.site.as("supervisor"), ref, c.Version, "HZ", "")
	d.ok(err)
	k, err = d.Cases.Assign(d.Context(), d.site.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	d.ok(err)
	p.open("/track/case") // as "follow it" leads there
	p.at("/track/case")
	p.reads("通话记录摘录（详单）", "摘录只含")
	p.picture("track-360")
	return k
}

// firmGives chooses the customer's number and sends the log of the firm.
func (d *desks) firmGives(w *phone, forward string) {
	d.Helper()
	w.open(portalHref(forward))
	w.inBoth("firm-asked", []string{"待提交"}, []string{"2026"})
	w.click("#log .button.primary")
	w.gives("外呼.csv", diallerLog())
	w.click("main .form .button.primary")
	w.reads("13800138000", "13655556666")
	w.picture("firm-numbers")
	w.tick(`input[name=number][value="13800138000"]`)
	w.click("main .form .button.primary")
	w.open(portalHref(forward))
	w.reads("已提交")
	w.inBoth("given", []string{"已提交"}, []string{"given"})
}
