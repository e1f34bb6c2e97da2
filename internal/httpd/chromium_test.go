package httpd

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	devnet "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dunwatch/internal/complaint"
	"dunwatch/internal/store/storetest"
)

// phone is a Chromium window of 360 px in which scripts do not run.
type phone struct {
	testing.TB
	ctx  context.Context
	base string
}

func newPhone(tb testing.TB, base string) *phone {
	tb.Helper()
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			found = p
			break
		}
	}
	if found == "" {
		storetest.SkipOrFail(tb, "Chromium is not installed (Debian: apt-get install chromium)")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(360, 740), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	alloc, stop := chromedp.NewExecAllocator(tb.Context(), opts...)
	tb.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(alloc)
	tb.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	tb.Cleanup(cancel)
	p := &phone{tb, ctx, base}
	p.do(chromedp.EmulateViewport(360, 740))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		tb.Fatal(err)
	}
	p.speaksChinese()
	return p
}

// speaksChinese asks for pages in Chinese, as a browser does that is set up so.
func (p *phone) speaksChinese() {
	p.Helper()
	if _, err := chromedp.Call(p.ctx, devnet.SetExtraHTTPHeaders, devnet.SetExtraHTTPHeadersParams{Headers: devnet.Headers{"Accept-Language": "zh-CN"}}); err != nil {
		p.Fatal(err)
	}
}

// at fails the test unless the page's address ends in path, nothing scrolls
// sideways, and the page speaks Chinese.
func (p *phone) at(path string) {
	p.Helper()
	where := p.eval("location.pathname")
	if where != path {
		p.Fatalf("at %s, want %s: %s", where, path, p.eval("document.querySelector('main').innerText.slice(0, 400)"))
	}
	if wide := p.eval("String(document.documentElement.scrollWidth)"); wide != "360" {
		p.Errorf("%s is %s px wide at 360", path, wide)
	}
	if lang := p.eval("document.documentElement.lang"); lang != "zh-CN" {
		p.Errorf("%s is in %q", path, lang)
	}
}

func TestFilingInChromium(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := newSite(t)
	p := newPhone(t, s.url)
	p.filesUntilEvidence()
	p.addFile()
	p.at("/complain/evidence")
	if got := p.eval("document.querySelector('main').innerText"); !strings.Contains(got, "夜间来电.png") {
		t.Errorf("the uploaded file is not listed: %s", got)
	}
	ref, code := p.filesFromEvidence()

	c, err := s.Complaints.ByRef(t.Context(), s.users["supervisor"].Actor(), ref)
	if err != nil {
		t.Fatalf("the filing %q is not stored: %v", ref, err)
	}
	if c.Status != complaint.Received || c.Narrative != told || strings.Join(c.Codes, " ") != "T01 P04" && strings.Join(c.Codes, " ") != "P04 T01" {
		t.Errorf("stored %s, %q, %v", c.Status, c.Narrative, c.Codes)
	}
	p = newPhone(t, s.url) // another device: it knows nothing but the two codes
	p.open("/track")
	p.at("/track")
	p.fill("reference", ref)
	p.fill("access_code", code)
	p.click(`main form button`)
	p.at("/track/case")
}

// filesUntilEvidence answers the questions of the form up to the page for files.
func (p *phone) filesUntilEvidence() {
	p.Helper()
	p.open("/complain")
	p.at("/complain")
	p.click(`a[href="/complain/fit"]`)
	p.at("/complain/fit")
	p.next() // an empty answer comes back with its error
	p.at("/complain/fit")
	if p.eval("String(document.querySelectorAll('.errors a').length)") == "0" {
		p.Error("an empty answer gets no error")
	}
	p.click(`input[name=fit][value=collection]`)
	p.next()
	p.at("/complain/way")
	p.click(`input[name=track][value=complaint]`)
	p.next()
	p.at("/complain/what")
	p.click(`input[name=violations][value=T01]`)
	p.click(`input[name=violations][value=P04]`)
	p.next()
	p.at("/complain/how")
	p.click(`input[name=channels][value=phone]`)
	p.fill("occurred_from.year", "2026")
	p.fill("occurred_from.month", "10")
	p.fill("occurred_from.day", "3")
	p.next()
	p.at("/complain/story")
	p.fill("narrative", told)
	p.fill("demand", "停止深夜来电，不要再联系我的同事")
	p.next()
	p.at("/complain/who")
	p.fill("lender.name", "云川消费金融有限公司")
	p.click(`input[name=agency_side][value=unknown]`)
	p.next()
	p.at("/complain/numbers")
	p.next()
	p.at("/complain/loan")
	p.next()
	p.at("/complain/evidence")
}

// filesFromEvidence goes on to the end: the two codes that it shows.
func (p *phone) filesFromEvidence() (ref, code string) {
	p.Helper()
	p.next()
	p.at("/complain/you")
	p.fill("complainant.name", "欧阳小燕")
	p.fill("complainant.phone", "13800138000")
	p.click(`input[name=consent_to_forward]`)
	p.next()
	p.at("/complain/check")
	p.click(`input[name=declaration]`)
	p.click(`form[action="/complain/check"] button`)
	p.at("/complain/sent")
	return p.eval("document.querySelector('.codes code').innerText"), p.eval("document.querySelector('.digits').innerText")
}

func (p *phone) do(a chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, a); err != nil {
		p.Fatal(err)
	}
}

func (p *phone) open(path string) { p.Helper(); p.do(chromedp.Navigate(p.base + path)) }

// click waits for what a click leads to: every click here sends a form, follows
// a link or ticks a box.
func (p *phone) click(selector string) {
	p.Helper()
	p.do(chromedp.ScrollIntoView(selector))
	if strings.HasPrefix(selector, "input") {
		p.do(chromedp.Click(selector))
		return
	}
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(selector)); err != nil {
		p.Fatalf("click %s: %v", selector, err)
	}
}

func (p *phone) next() {
	p.Helper()
	p.click(`main button[name=do][value=next], main form:not([action$=remove]) .button.primary`)
}

func (p *phone) fill(name, text string) {
	p.Helper()
	p.do(chromedp.SendKeys(`[name="`+name+`"]`, text))
}

func (p *phone) addFile() {
	p.Helper()
	path := filepath.Join(p.TempDir(), "夜间来电.png")
	if err := os.WriteFile(path, []byte(tinyPNG), 0o600); err != nil {
		p.Fatal(err)
	}
	p.do(chromedp.SendKeys(`select[name=kind]`, "短信"))
	p.do(chromedp.SetUploadFiles(`input[type=file]`, []string{path}))
	p.click(`button[name=do][value=upload]`)
}

// picture writes what the window shows into the folder that DUNWATCH_TEST_PICTURES names, for somebody to look at.
func (p *phone) picture(name string) {
	p.Helper()
	dir := os.Getenv("DUNWATCH_TEST_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		p.Fatal(err)
	}
}

func (p *phone) eval(js string) string {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		p.Fatalf("%s: %v", js, err)
	}
	return v
}
