package httpd

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/locale"
	"dunwatch/internal/store/storetest"
)

// answerWalk is one complaint on its way through the firm, over National Day and into the next year, by everybody's browser.
// Every due date was counted by hand from the calendar of the State Council.
type answerWalk struct {
	*site
	t          *testing.T
	ref, code  string // of the complaint
	k          *casework.Case
	fwd        string // reference of the forward
	portal, at string // where firm and officer find it
}

// on moves the office to ten in the morning of a day.
func (w *answerWalk) on(day string) {
	w.t.Helper()
	w.clock.Set(calendar.MustDate(day).Start(shanghai).Add(10 * time.Hour))
}

func (w *answerWalk) borrower() *browser {
	w.t.Helper()
	b := w.browser()
	b.post("/track", url.Values{"reference": {w.ref}, "access_code": {w.code}}).want(303)
	return b
}

// due wants a due date on a page, in both languages.
func (w *answerWalk) due(b *browser, path, where, day string) {
	w.t.Helper()
	d := calendar.MustDate(day)
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		p := b.get(path + "?lang=" + string(lang)).want(200)
		if text := p.text(where); !strings.Contains(text, locale.Date(lang, d)) {
			w.t.Errorf("%s in %s does not say %s:\n%.1500s", path, lang, locale.Date(lang, d), text)
		}
	}
	b.get(path + "?lang=zh")
}

// check judges the answer that waits, as the officer of the case.
func (w *answerWalk) check(verdict, points, note string) {
	w.t.Helper()
	b := w.signIn("reviewer")
	f := w.theForward(w.k)
	form := url.Values{"forward": {w.fwd}, "version": {version(f.Version)}, "verdict": {verdict}, "note": {note}}
	if points != "" {
		form.Set("points", points)
	}
	b.follow(b.post(w.at+"/check", form)).want(200)
}

// answers sends an answer of the firm.
func (w *answerWalk) answers(body string) {
	w.t.Helper()
	b := w.signIn("firm")
	p := b.get(w.portal).want(200)
	form := url.Values{"version": {p.value("version")}, "outcome": {"non_monetary_relief"}, "body": {body}, "do": {"answer"}}
	b.follow(b.upload(w.portal+"/answer", form, nil)).want(200).hasWords("#answers", body)
}

func TestComplaintWalksThroughTheFirm(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	w := &answerWalk{site: newSiteAt(t, clock, storetest.OpenAt(t, clock)), t: t}

	w.on("2026-09-24")
	told := filing()
	told.OccurredFrom, told.OccurredTo = "2026-09-01", "2026-09-15"
	f, err := w.Complaints.File(t.Context(), access.Nobody, told, "web", "", "")
	w.ok(err)
	w.ref, w.code = f.Complaint.Reference, f.AccessCode
	w.on("2026-09-28")
	chief := w.signIn("supervisor")
	chief.follow(chief.post("/complaints/"+w.ref+"/accept", url.Values{"version": {version(f.Complaint.Version)}, "unit": {"HZ"}, "track": {"complaint"}})).want(200)
	if w.k, err = w.Cases.OfComplaint(t.Context(), w.as("supervisor"), f.Complaint.ID); err != nil {
		t.Fatal(err)
	}
	w.at = "/cases/" + w.k.Reference
	chief.follow(chief.post(w.at+"/assign", url.Values{"version": {version(w.k.Version)}, "officer": {"reviewer@example.cn"}})).want(200)
	// Seven working days from receipt: 28, 29, 30 September, then 8, 9, 10 (a make-up Saturday) and 12 October.
	w.due(w.signIn("reviewer"), w.at, "#clocks", "2026-10-12")

	w.forward()
	w.moreTime()
	w.twoAnswers()
	w.reviewed()
	w.closed()
	w.letters()
	audittest.MustVerify(t, w.Deps.Log)
}

func (w *answerWalk) forward() {
	w.t.Helper()
	w.on("2026-09-29")
	b := w.signIn("reviewer")
	w.k, _ = w.Cases.ByRef(w.t.Context(), w.as("reviewer"), w.k.Reference)
	b.follow(sentBy(b, w.k)).want(200)
	w.fwd = w.theForward(w.k).Reference
	w.portal = portalHref(w.fwd)
	// Fifteen calendar days, without a roll.
	w.due(b, w.at, "#clocks", "2026-10-14")
	w.due(w.signIn("firm"), w.portal, "main", "2026-10-14")
	w.due(w.borrower(), "/track/case", "main", "2026-10-14")
}

func (w *answerWalk) moreTime() {
	w.t.Helper()
	w.on("2026-10-08")
	b := w.signIn("firm")
	p := b.get(w.portal).want(200)
	b.follow(b.post(w.portal+"/time", url.Values{"version": {p.value("version")}, "n": {"15"}, "ground": {"complex"}, "reason": {"外呼录音须向合作机构调取。"}})).want(200)
	w.on("2026-10-09")
	list, err := w.Cases.TimeRequests(w.t.Context(), w.as("supervisor"), w.k.Reference)
	w.ok(err)
	chief := w.signIn("supervisor")
	chief.get("/waiting").want(200).hasWords("#times", w.k.Reference, "15 日")
	chief.follow(chief.post(w.at+"/decide-time", url.Values{"request": {version(list[0].ID)}, "version": {version(list[0].Version)}, "decision": {"grant"}, "reason": {"情况属实，同意延期。"}})).want(200)
	// Thirty days in all for what is complex.
	for path, b := range map[string]*browser{w.at: chief, w.portal: w.signIn("firm"), "/track/case": w.borrower()} {
		w.due(b, path, "main", "2026-10-29")
		w.due(b, path, "main", "2026-10-14") // the first date stays readable
	}
}

func (w *answerWalk) twoAnswers() {
	w.t.Helper()
	w.on("2026-10-26")
	w.answers("经核实，确有夜间来电，已经停止。")
	w.due(w.signIn("reviewer"), w.at, "#clocks", "2026-11-02") // five working days
	w.borrower().get("/track/case").want(200).lacksWords("main", "确有夜间来电")
	w.on("2026-10-28")
	w.check("back", "evidence", "请附外呼记录，并说明责任人如何处理。")
	w.due(w.signIn("firm"), w.portal, "main", "2026-11-06") // seven working days
	w.on("2026-11-04")
	w.answers("经核实，九月一日至十五日二十二时后来电九次，责任人已调离催收岗位，附外呼记录。")
	w.due(w.signIn("reviewer"), w.at, "#clocks", "2026-11-11")
	w.on("2026-11-05")
	w.check("pass", "", "")
	// Thirty days end on Saturday 5 December; a right of the complainant rolls to Monday.
	b := w.borrower()
	w.due(b, "/track/case", "main", "2026-12-07")
	b.get("/track/case").want(200).hasWords("main", "责任人已调离催收岗位")
}

func (w *answerWalk) reviewed() {
	w.t.Helper()
	w.on("2026-12-07") // the last day
	b := w.borrower()
	b.post("/track/review", url.Values{"of": {w.fwd}, "text": {""}}).want(422).hasWords("main", "责任人已调离催收岗位")
	b.follow(b.post("/track/review", url.Values{"of": {w.fwd}, "text": {"来电并没有停止，十二月一日夜里又打来两次。"}})).want(200)
	w.due(b, "/track/case", "main", "2027-01-06") // thirty days
	w.due(w.signIn("firm"), w.portal, "main", "2027-01-06")
	w.on("2026-12-18")
	w.answers("核查属实，已更换号码池并全面停止夜间外呼，向您致歉。")
	w.due(w.signIn("reviewer"), w.at, "#clocks", "2026-12-25")
	w.on("2026-12-21")
	w.check("pass", "", "")
	w.borrower().get("/track/case").want(200).hasWords("main", "全面停止夜间外呼")
}

func (w *answerWalk) closed() {
	w.t.Helper()
	w.on("2026-12-22")
	b := w.signIn("reviewer")
	w.k, _ = w.Cases.ByRef(w.t.Context(), w.as("reviewer"), w.k.Reference)
	b.follow(b.post(w.at+"/close", url.Values{"version": {version(w.k.Version)}, "reason": {"机构已更正并致歉，核查决定已经告知。"}, "reasons": {"机构已更正并致歉，核查决定已经告知。"}})).want(200)
	chief := w.signIn("supervisor")
	w.due(chief, w.at, "#clocks", "2026-12-31") // seven working days
	chief.get("/not-informed").want(200).hasWords("main", w.ref, "剩 7 个工作日")
	w.borrower().get("/track/case").want(200).hasWords("main", "办结")
	chief.get("/not-informed").want(200).lacksWords("main", w.ref)
	chief.get(w.at).want(200).hasWords("#letters", "办结告知书")
}

// letters opens every letter in the file, in both languages, on screen and on paper.
func (w *answerWalk) letters() {
	w.t.Helper()
	all, err := w.Complaints.Letters(w.t.Context(), w.as("supervisor"), w.ref)
	w.ok(err)
	want := []string{"acceptance", "forward", "forward_notice", "extension_notice", "more_time_granted", "answer_returned", "answer", "review_notice", "review_decision", "closing"}
	seen := map[string]bool{}
	b := w.signIn("supervisor")
	for _, l := range all {
		seen[l.Kind] = true
		at := "/letters/" + version(l.ID)
		for text, words := range map[string]string{"zh": l.TitleZH, "en": l.TitleEN} {
			b.get(at+"?text="+text).want(200).hasWords("article", words)
			if pdf := b.get(at + "/pdf?text=" + text).want(200); !strings.HasPrefix(pdf.body, "%PDF-") {
				w.t.Errorf("letter %s in %s is no PDF", l.Kind, text)
			}
		}
	}
	for _, kind := range want {
		if !seen[kind] {
			w.t.Errorf("no letter %s is in the file", kind)
		}
	}
}
