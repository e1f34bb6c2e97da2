package httpd

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/store/storetest"
)

// A canary is a word that must not get out.
type canary struct{ what, word string }

// particulars are what is sealed: nowhere in clear, on no page but where
// somebody asked for it with a reason.
var particulars = []canary{
	{"name", "金丝雀鸣鸣"}, {"phone", "13717253941"}, {"ID number", "11010519491231002X"}, {"e-mail", "canary.bird@example.cn"}, {"address", "雀儿巷九十九号乙"},
	{"file content", "雀鸣录音里的原话"},
}

// sealedWords are sealed too, but those on the case read them.
var sealedWords = []canary{{"message", "雀语悄悄话三句"}, {"file name", "雀羽合影留念"}, {"note", "雀案承办人手记"}}

// toldWords are stored readable, so that they can be searched; they still belong
// in no log, no address, no title and on nobody else's screen.
var toldWords = []canary{{"narrative", "雀诉经过在此"}, {"demand", "雀求道歉并停止"}}

// guises are the forms in which a word can lie in a file or an answer.
func guises(w string) []string {
	u16 := func(big int) string {
		var b []byte
		for _, r := range w {
			if big == 1 {
				b = append(b, byte(r>>8), byte(r))
			} else {
				b = append(b, byte(r), byte(r>>8))
			}
		}
		return string(b)
	}
	out := []string{w, url.QueryEscape(w), strings.ToLower(url.QueryEscape(w)), strings.Trim(strconv.QuoteToASCII(w), `"`), hex.EncodeToString([]byte(w)), u16(0), u16(1)}
	for skip := range 3 { // base64 of the word at any place
		b := []byte(w)[skip:]
		b = b[:len(b)-len(b)%3]
		out = append(out, base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b))
	}
	return out
}

// silent fails where one of the words lies in text.
func silent(t *testing.T, where, text string, words ...canary) {
	t.Helper()
	for _, c := range words {
		for i, g := range guises(c.word) {
			if strings.Contains(text, g) {
				at := strings.Index(text, g)
				t.Errorf("%s holds the %s (guise %d): …%.200q…", where, c.what, i, text[max(0, at-60):])
				break
			}
		}
	}
}

func canaryFiling() complaint.Filing {
	f := filing()
	w := map[string]string{}
	for _, c := range append(particulars, toldWords...) {
		w[c.what] = c.word
	}
	f.Complainant = complaint.Complainant{Name: w["name"], Phone: w["phone"], IDNumber: w["ID number"], Email: w["e-mail"], Address: w["address"], Region: "330100"}
	f.Narrative, f.Demand = "十月一日起每天深夜来电。"+w["narrative"]+"，望查处。", w["demand"]
	return f
}

// canaryByPages files the same by the pages and leaves a second draft unfinished.
func (s *site) canaryByPages() (code string) {
	s.Helper()
	f := canaryFiling()
	answer := func(b *browser) {
		b.goesOn("/complain/way", url.Values{"track": {"complaint"}}, "/complain/what")
		b.goesOn("/complain/what", url.Values{"violations": {"T01"}}, "/complain/how")
		b.goesOn("/complain/how", url.Values{"channels": {"phone"}}, "/complain/story")
		b.goesOn("/complain/story", url.Values{"narrative": {f.Narrative}, "demand": {f.Demand}}, "/complain/who")
		b.goesOn("/complain/who", url.Values{"lender.name": {"云川消费金融有限公司"}, "agency_side": {"unknown"}}, "/complain/numbers")
		p := b.upload("/complain/evidence", url.Values{"do": {"upload"}, "kind": {"sms"}}, map[string]map[string]string{"file": {sealedWords[1].word + ".txt": particulars[5].word}})
		b.follow(p).want(200)
		b.goesOn("/complain/you", url.Values{"complainant.name": {f.Complainant.Name}, "complainant.phone": {f.Complainant.Phone}, "complainant.id_number": {f.Complainant.IDNumber},
			"complainant.email": {f.Complainant.Email}, "complainant.address": {f.Complainant.Address}, "complainant.region": {"330100"}, "language": {"zh"}}, "/complain/check")
	}
	answer(s.begun())
	b := s.begun()
	answer(b)
	p := b.get("/complain/check").want(200)
	p = b.goesOn("/complain/check", url.Values{"filing": {p.value("filing")}, "declaration": {"on"}}, "/complain/sent")
	code = p.text(".digits")
	b.goesOn("/complain/sent", nil, "/track/case")
	b.goesOn("/track/message", url.Values{"body": {sealedWords[0].word}}, "/track/case")
	return code
}

// canaryCase is a case full of canaries, worked to an issued penalty, everybody's
// eyes on it.
func (s *site) canaryCase() (worked, []string) {
	s.Helper()
	w := s.worksOne(canaryFiling())
	ctx := s.Context()
	borrower := access.Actor{Role: access.Borrower, ComplaintID: w.filed.Complaint.ID, Lang: "zh"}
	status, _ := s.sendFile(w.ref, w.filed.AccessCode, "sms", sealedWords[1].word+".txt", particulars[5].word)
	if status != 201 {
		s.Fatalf("evidence: %d", status)
	}
	_, err := s.Complaints.Send(ctx, borrower, w.ref, sealedWords[0].word)
	s.ok(err)
	_, err = s.Cases.Note(ctx, s.as("reviewer"), w.c, sealedWords[2].word)
	s.ok(err)
	s.must(200, "POST", "/complaints/"+w.ref+"/reveal", s.token("reviewer"), obj{"reason": "电话核实投诉事实经过"})
	revealed := s.signIn("reviewer").post("/cases/"+w.c+"/reveal", url.Values{"reason": {"电话核实投诉事实经过"}})
	if !strings.Contains(revealed.body, particulars[1].word) {
		s.Fatalf("reveal: %d %s", revealed.status, revealed.text(".errors"))
	}
	s.signIn("supervisor").post("/complaints/find", url.Values{"phone": {particulars[1].word}})
	s.signIn("supervisor").post("/complaints/find", url.Values{"phone": {particulars[1].word + "x"}}) // said to be wrong
	code := s.canaryByPages()
	_, err = s.Complaints.Index(ctx)
	s.ok(err)
	if n, err := s.note.Deliver(ctx); err != nil || n == 0 {
		s.Fatalf("%d messages delivered: %v", n, err)
	}
	_, err = s.Deps.Log.Sequence(ctx)
	s.ok(err)
	return w, []string{w.filed.AccessCode, code}
}

func TestNoCanaryLiesInClear(t *testing.T) {
	clock, dir := storetest.NewClock(), t.TempDir()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := newSiteAt(t, clock, storetest.OpenDir(t, clock, dir))
	_, codes := s.canaryCase()
	secrets := []canary{{"password", sitePassword}, {"access token", s.token("reviewer")}}
	for _, code := range codes {
		secrets = append(secrets, canary{"access code", code}, canary{"bare access code", strings.NewReplacer("-", "", " ", "").Replace(code)})
	}
	sealed := append(append([]canary{}, particulars...), sealedWords...)
	files := 0
	var clear strings.Builder // proves that the search finds what is there
	read := func(root string, words ...canary) {
		s.ok(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			clear.Write(b)
			silent(t, filepath.Base(path), string(b), append(words, secrets...)...)
			return nil
		}))
	}
	read(dir, sealed...)
	read(filepath.Join(s.dir, "evidence"), append(sealed, toldWords...)...)
	read(filepath.Join(s.dir, "mail"), append([]canary{particulars[0], particulars[1], particulars[2], particulars[4], particulars[5]}, append(sealedWords, toldWords...)...)...)
	read(temp, append(sealed, toldWords...)...)
	for _, c := range []canary{toldWords[0], particulars[3]} { // searchable by design; the address on the envelope
		if !strings.Contains(clear.String(), c.word) {
			t.Errorf("the %s was not even where it belongs: the search is blind", c.what)
		}
	}
	if files < 8 {
		t.Errorf("only %d files were read", files)
	}
	silent(t, "the log", s.heard.String(), append(append(sealed, toldWords...), secrets...)...)
}

// fillPath puts real references into a route's path.
func fillPath(path string, w worked) string {
	ref := w.ref
	switch {
	case strings.Contains(path, "/cases/"):
		ref = w.c
	case strings.Contains(path, "/penalties/"):
		ref = w.penalty
	}
	return strings.NewReplacer("{ref}", ref, ":ref", ref, "{number}", "1", ":number", "1", "{id}", "1", ":id", "1", "{code}", "L001", ":code", "L001",
		"{month}", "2026-10", ":month", "2026-10", ":name", "app.css", "*", "").Replace(path)
}

// Nobody sees a particular who has not asked for it with a reason; those who are
// not on the case see nothing of it at all; and no address or title tells.
func TestNoCanaryIsSeenByOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w, _ := s.canaryCase()
	mayRead := map[string]bool{"reviewer": true, "reviewer2": true, "supervisor": true, "outsider_supervisor": true, "legal": true, "director": true, "auditor": true}
	pages := 0
	for _, who := range []string{"", "firm", "admin", "outsider", "reviewer", "reviewer2", "supervisor", "outsider_supervisor", "legal", "director", "auditor"} {
		b := s.browser()
		token := ""
		if who != "" {
			b, token = s.signIn(who), s.token(who)
		}
		hidden := append([]canary{}, particulars[:5]...)
		if !mayRead[who] {
			hidden = append(append(append([]canary{}, particulars...), sealedWords...), toldWords...)
		}
		for _, rt := range s.Table() {
			if rt.Method != "GET" || rt.Path == "/metrics" {
				continue
			}
			b.header.Del("Authorization")
			if token != "" && strings.HasPrefix(rt.Path, apiRoot) {
				b.header.Set("Authorization", "Bearer "+token)
			}
			p := b.get(fillPath(rt.Path, w))
			pages++
			where := fmt.Sprintf("%s %s for %q (%d)", rt.Method, rt.Path, who, p.status)
			if p.status >= 500 {
				t.Errorf("%s: server error", where)
			}
			if !strings.Contains(rt.Path, "{number}") && !strings.Contains(rt.Path, ":number") {
				silent(t, where, p.body, hidden...)
			} else if !mayRead[who] {
				silent(t, where, p.body, hidden...)
			}
			silentAddresses(t, where, p)
		}
	}
	if pages < 800 {
		t.Errorf("only %d answers were read", pages)
	}
	silent(t, "the log", s.heard.String(), append(append(append([]canary{}, particulars...), sealedWords...), toldWords...)...)
}

// silentAddresses looks at title, headers and every address of a page.
func silentAddresses(t *testing.T, where string, p *page) {
	t.Helper()
	all := append(append(append([]canary{}, particulars...), sealedWords...), toldWords...)
	for name, vs := range p.header {
		if http.CanonicalHeaderKey(name) != "Content-Disposition" { // the file's own name, for those who may have it
			silent(t, where+" header "+name, strings.Join(vs, "\n"), all...)
		}
	}
	if p.doc == nil {
		return
	}
	silent(t, where+" title", p.text("title"), all...)
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "href" || a.Key == "action" || a.Key == "src" || a.Key == "formaction" {
				silent(t, where+" "+a.Key, a.Val, all...)
			}
		}
	}
}

// Who reports an offence is hidden from the firm and from colleagues who do not need to know: on pages, in the API, in
// letters, mails, lists to take away, and in the log.
func TestNobodyLearnsWhoReports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := canaryFiling()
	f.Track, f.HideIdentity, f.ConsentToForward = complaint.TrackReport, true, false
	w := s.worksOne(f)
	ctx := t.Context()
	k, err := s.Cases.ByRef(ctx, s.as("reviewer"), w.c)
	s.ok(err)
	asked, err := s.Forwards.Send(ctx, s.as("reviewer"), w.c, k.Version, forwarding.SendInput{Firm: "L001", Kind: forwarding.ForInformation,
		Summary: "请说明贵公司十月份夜间外呼的安排和号码。", Note: "请附外呼系统记录。", DueOn: s.today().AddDays(10)})
	s.ok(err)
	if n, err := s.note.Deliver(ctx); err != nil || n == 0 {
		t.Fatalf("%d messages delivered: %v", n, err)
	}
	person, told := particulars[:5], append(append([]canary{}, toldWords...), sealedWords...)
	firmHidden := append(append([]canary{}, person...), told...)
	letters := s.lettersOf(w.ref)
	if len(letters) == 0 {
		t.Fatal("no letters were written")
	}
	pages := 0
	for _, who := range []string{"firm", "reviewer2", "outsider_supervisor", "legal", "director", "auditor", "admin"} {
		b, token, hidden := s.signIn(who), s.token(who), person
		if who == "firm" {
			hidden = firmHidden
		}
		visit := func(path string) {
			b.header.Del("Authorization")
			if strings.HasPrefix(path, apiRoot) {
				b.header.Set("Authorization", "Bearer "+token)
			}
			p := b.get(path)
			pages++
			where := fmt.Sprintf("%s for %s (%d)", path, who, p.status)
			silent(t, where, p.body, hidden...)
			if who == "firm" && !strings.Contains(path, w.ref) && !strings.Contains(path, w.c) { // else it reads its own address
				silent(t, where, p.body, canary{"reference of the report", w.ref}, canary{"reference of the case", w.c})
			}
			silentAddresses(t, path, p)
		}
		for _, rt := range s.Table() {
			if rt.Method != "GET" {
				continue
			}
			if !strings.Contains(rt.Path, ":id") && !strings.Contains(rt.Path, "{id}") {
				visit(fillPath(rt.Path, w))
				continue
			}
			for _, id := range letters {
				for _, lang := range []string{"zh", "en"} {
					visit(fillPath(strings.NewReplacer(":id", id, "{id}", id).Replace(rt.Path), w) + "?text=" + lang)
				}
			}
		}
		visit("/firm/forwards/" + asked.Reference)
		visit(apiRoot + "/forwards/" + asked.Reference)
	}
	if pages < 400 {
		t.Errorf("only %d answers were read", pages)
	}
	silent(t, "the log", s.heard.String(), append(append(append([]canary{}, particulars...), sealedWords...), toldWords...)...)
	s.ok(filepath.WalkDir(filepath.Join(s.dir, "mail"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		silent(t, filepath.Base(path), string(b), person[0], person[1], person[2], person[4])
		return err
	}))
	// The search is not blind: the officer on the case, who may know, reads it for a reason.
	seen := s.signIn("reviewer").post("/cases/"+w.c+"/reveal", url.Values{"reason": {"电话核实举报事实经过"}})
	if !strings.Contains(seen.body, particulars[0].word) {
		t.Errorf("the officer does not see who reports: %d", seen.status)
	}
}

// lettersOf lists the ids of the letters of a complaint, and lies about one.
func (s *site) lettersOf(ref string) []string {
	s.Helper()
	list, err := s.Complaints.Letters(s.Context(), s.as("supervisor"), ref)
	s.ok(err)
	var ids []string
	for _, l := range list {
		ids = append(ids, formatID(l.ID))
	}
	return ids
}
