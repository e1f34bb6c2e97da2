package httpd

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// refused stores a complaint and refuses it: its letter waits for a second reading.
func (s *site) refused(f complaint.Filing) (string, *letter.Letter) {
	s.Helper()
	filed, err := s.Complaints.File(s.Context(), s.as("supervisor"), f, "web", "", "")
	s.ok(err)
	ref := filed.Complaint.Reference
	_, err = s.Complaints.Refuse(s.Context(), s.as("supervisor"), ref, filed.Complaint.Version, "not_our_duty", "请向有管辖权的机关反映。")
	s.ok(err)
	return ref, s.letterOf(ref, "non_acceptance")
}

func (s *site) letterOf(ref, kind string) *letter.Letter {
	s.Helper()
	list, err := s.Complaints.Letters(s.Context(), s.as("supervisor"), ref)
	s.ok(err)
	for _, l := range list {
		if l.Kind == kind {
			return l
		}
	}
	s.Fatalf("no letter %s of %s", kind, ref)
	return nil
}

func TestLetterIsReadByAColleagueAndFollowed(t *testing.T) {
	s := newSite(t)
	ref, l := s.refused(filing())
	at := fmt.Sprintf("/letters/%d", l.ID)
	writer, reader := s.signIn("supervisor"), s.signIn("outsider_supervisor")

	p := writer.get(at).want(200)
	p.hasWords(".banner", "由其他同事核稿")
	if len(p.find("form[action="+at+"/release]")) != 0 {
		t.Error("the writer is offered the second reading")
	}
	writer.post(at+"/release", url.Values{"version": {version(l.Version)}}).want(403)
	writer.get("/letters").want(200).hasWords(".empty", "没有待核稿")
	if reader.get("/letters").want(200).hasWords("tbody", ref); len(reader.get("/letters").find("tbody tr")) != 1 {
		t.Error("want one letter to read")
	}

	p = reader.get(at).want(200)
	p.hasWords(".letter-sheet", "王*明")
	p.hasWords(".banner", "待您核稿")
	p.one("form[action=" + at + "/release]")
	// An empty draft is refused and what was typed stays.
	p = reader.post(at+"/edit", url.Values{"version": {version(l.Version)}, "body_zh": {" "}, "body_en": {""}}).want(422)
	p.hasWords(".errors", "请填写")
	reader.post(at+"/cancel", url.Values{"version": {version(l.Version)}, "reason": {""}}).want(422)
	p = reader.post(at+"/release", url.Values{"version": {"99"}}).want(409)
	p.one("form[action=" + at + "/release]")
	reader.follow(reader.post(at+"/release", url.Values{"version": {version(l.Version)}})).want(200).hasWords(".letter-sheet", "号")
	l = s.letterOf(ref, "non_acceptance")
	reader.post(at+"/edit", url.Values{"version": {version(l.Version)}, "body_zh": {"改"}}).want(409)

	// On paper.
	day := url.Values{"version": {version(l.Version)}, "delivery": {"returned"}, "on.year": {"2031"}, "on.month": {"1"}, "on.day": {"1"}, "note": {"查无此人"}}
	p = writer.post(at+"/delivery", day).want(422)
	if p.value("note") != "查无此人" || p.value("on.year") != "2031" || p.value("delivery") != "returned" {
		t.Error("what was typed is gone")
	}
	p.hasWords(".errors", "不能晚于今天")
	on := l.IssuedOn
	for k, v := range map[string]int{"on.year": on.Year(), "on.month": int(on.Month()), "on.day": on.Day()} {
		day.Set(k, fmt.Sprint(v))
	}
	writer.follow(writer.post(at+"/delivery", day)).want(200).hasWords(".timeline", "查无此人")
	writer.get("/letters?show=lost").want(200).hasWords("tbody", l.Number)
	for q, found := range map[string]bool{l.Number: true, "1号": true, ref: true, "99999号": false, "%": false, "C-2026-000999-1": false} {
		if got := strings.Contains(writer.get("/letters?show=issued&q="+url.QueryEscape(q)).want(200).body, l.Number+"</small>"); got != found {
			t.Errorf("search for %q: found %v", q, got)
		}
	}
	l = s.letterOf(ref, "non_acceptance")
	day.Set("version", version(l.Version))
	day.Set("delivery", "delivered")
	writer.follow(writer.post(at+"/delivery", day)).want(200)
	writer.get("/letters?show=lost").want(200).hasWords(".empty", "没有未送达")

	en := writer.get(at + "?text=en&lang=en").want(200)
	en.hasWords(".letter-sheet", "Notice of non-acceptance", "号")
	if got, _ := attr(en.one(".letter-sheet"), "lang"); got != "en" {
		t.Errorf("the sheet says it is in %q", got)
	}
	for _, lang := range []string{"zh", "en"} {
		pdf := writer.get(at + "/pdf?text=" + lang).want(200)
		if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
			t.Errorf("no PDF: %.20q", pdf.body)
		}
	}
	audittest.MustVerify(t, s.Deps.Log)
}

func TestLetterCanBeCancelledAndEdited(t *testing.T) {
	s := newSite(t)
	ref, l := s.refused(filing())
	at := fmt.Sprintf("/letters/%d", l.ID)
	b := s.signIn("supervisor")
	p := b.get(at).want(200)
	if !strings.Contains(p.value("body_zh"), "王*明") || p.value("body_en") == "" {
		t.Error("the draft is not there to edit")
	}
	b.follow(b.post(at+"/edit", url.Values{"version": {version(l.Version)}, "body_zh": {"新的正文<b>。"}})).want(200).hasWords(".letter-sheet", "新的正文<b>。")
	l = s.letterOf(ref, "non_acceptance")
	b.follow(b.post(at+"/cancel", url.Values{"version": {version(l.Version)}, "reason": {"写错了"}})).want(200).hasWords(".timeline", "写错了")
	b.post(at+"/cancel", url.Values{"version": {fmt.Sprint(l.Version + 1)}, "reason": {"再来"}}).want(409)
}

func TestLettersStayWithinReach(t *testing.T) {
	s := newSite(t)
	k := s.assigned()
	l := s.letterOf(k.Complaint.Reference, "acceptance")
	at := fmt.Sprintf("/letters/%d", l.ID)
	for who, want := range map[string]int{"reviewer": 200, "reviewer2": 200, "supervisor": 200, "auditor": 200, "legal": 200, "director": 200,
		"outsider": 404, "firm": 403, "admin": 403} {
		b := s.signIn(who)
		if p := b.get(at); p.status != want {
			t.Errorf("%s gets %d, want %d", who, p.status, want)
		}
		if p := b.get(at + "/pdf"); p.status != want {
			t.Errorf("%s gets the PDF with %d, want %d", who, p.status, want)
		}
		status, m := s.api("GET", at, s.token(who), nil)
		if status != want {
			t.Errorf("%s gets %d from the API, want %d", who, status, want)
		}
		if want == 200 && !strings.Contains(fmt.Sprint(m["text"]), "王*明") {
			t.Errorf("%s gets no text: %v", who, m)
		}
		if p := b.get("/letters?show=issued"); p.status == 200 && strings.Contains(p.body, l.Number) != (want == 200) {
			t.Errorf("%s finds the letter in the list: %v", who, want != 200)
		}
	}
	for _, lie := range []string{"0", "-1", "x", "9223372036854775808", "999"} {
		s.signIn("director").get("/letters/" + lie).want(404)
	}
	if p := s.browser().get(at); p.status != 303 {
		t.Errorf("a stranger gets %d", p.status)
	}
	s.signIn("reviewer2").post(at+"/delivery", url.Values{"version": {version(l.Version)}}).want(403)
	s.signIn("auditor").post(at+"/delivery", url.Values{"version": {version(l.Version)}}).want(403)
}

// Staff read letters with the name masked, edit them so, and print them with it by a recorded deed.
func TestLetterIsPrintedWithTheName(t *testing.T) {
	s := newSite(t)
	ref, l := s.refused(filing())
	at := fmt.Sprintf("/letters/%d", l.ID)
	b := s.signIn("supervisor")
	body := b.get(at).want(200).value("body_zh")
	b.follow(b.post(at+"/edit", url.Values{"version": {version(l.Version)}, "body_zh": {body + "\n另行告知王*明。"}})).want(200)
	l = s.letterOf(ref, "non_acceptance")
	_, err := s.Complaints.ReleaseLetter(t.Context(), s.as("outsider_supervisor"), ref, l.ID, l.Version)
	s.ok(err)
	id := s.mustComplaint(ref)
	_, text, err := s.Complaints.LetterText(t.Context(), access.Actor{Role: access.Borrower, ComplaintID: id}, ref, l.ID, locale.ZH)
	s.ok(err)
	if !strings.HasPrefix(text, "王小明：") || !strings.Contains(text, "另行告知王小明。") || strings.Contains(text, "王*明") {
		t.Errorf("the complainant reads %s", text)
	}
	before := s.revealed(ref)
	for _, who := range []string{"reviewer2", "director", "auditor", "firm"} {
		if p := s.signIn(who).post(at+"/print", url.Values{"text": {"zh"}}); p.status < 400 {
			t.Errorf("%s prints the name: %d", who, p.status)
		}
	}
	sheet, err := s.Complaints.PrintLetter(t.Context(), s.as("supervisor"), ref, l.ID, locale.ZH)
	s.ok(err)
	if !strings.HasPrefix(sheet.Body, "王小明：") {
		t.Errorf("printed: %.60s", sheet.Body)
	}
	if pdf := b.post(at+"/print", url.Values{"text": {"en"}}).want(200); !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("no PDF: %.20q", pdf.body)
	}
	if n := s.revealed(ref) - before; n != 2 {
		t.Errorf("%d looks are on record, want 2", n)
	}
	audittest.MustVerify(t, s.Deps.Log)
}

// mustComplaint is the row of a complaint.
func (s *site) mustComplaint(ref string) int64 {
	s.Helper()
	c, err := s.Complaints.ByRef(s.Context(), s.as("auditor"), ref)
	s.ok(err)
	return c.ID
}

// revealed counts the looks at a complainant that are on record.
func (s *site) revealed(ref string) (n int) {
	s.Helper()
	events, err := s.Complaints.Timeline(s.Context(), s.as("auditor"), ref)
	s.ok(err)
	for _, e := range events {
		if e.Kind == complaint.EventRevealed {
			n++
		}
	}
	return n
}

// A report's letter names who reported: colleagues see that there is a letter, and nothing of its text.
func TestShelteredLetterKeepsItsText(t *testing.T) {
	s := newSite(t)
	f := filing()
	f.Track = complaint.TrackReport
	filed, err := s.Complaints.File(s.Context(), s.as("supervisor"), f, "web", "", "")
	s.ok(err)
	_, _, err = s.Cases.Accept(s.Context(), s.as("supervisor"), filed.Complaint.Reference, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	l := s.letterOf(filed.Complaint.Reference, "report_acceptance")
	at := fmt.Sprintf("/letters/%d", l.ID)
	s.signIn("supervisor").get(at).want(200).hasWords(".letter-sheet", "王*明")
	b := s.signIn("director")
	p := b.get(at).want(200)
	p.hasWords(".banner", "身份信息")
	if strings.Contains(p.body, "王小明") || len(p.find(".letter-sheet")) != 0 {
		t.Error("the director reads who reported")
	}
	b.get(at + "/pdf").want(403)
	if status, m := s.api("GET", at, s.token("director"), nil); status != 403 || strings.Contains(fmt.Sprint(m), "王小明") {
		t.Errorf("the API answers %d %v", status, m)
	}
}

func TestLetterAPI(t *testing.T) {
	s := newSite(t)
	ref, l := s.refused(filing())
	at := fmt.Sprintf("/letters/%d", l.ID)
	writer, reader := s.token("supervisor"), s.token("outsider_supervisor")
	if status, m := s.api("GET", "/letters/to-read", reader, nil); status != 200 || len(m["items"].([]any)) != 1 {
		t.Errorf("to read: %d %v", status, m)
	}
	if status, m := s.api("POST", at+"/text", writer, map[string]any{"body_en": "New words.", "version": l.Version}); status != 200 || m["version"] != float64(l.Version+1) {
		t.Fatalf("edit: %d %v", status, m)
	}
	if status, _ := s.api("POST", at+"/release", writer, map[string]any{"version": l.Version + 1}); status != 403 {
		t.Errorf("its writer released it: %d", status)
	}
	if status, _ := s.api("POST", at+"/release", reader, map[string]any{"version": l.Version}); status != 409 {
		t.Errorf("stale: %d", status)
	}
	status, m := s.api("POST", at+"/release", reader, map[string]any{"version": l.Version + 1})
	if status != 200 || m["number"] == "" || m["complaint"] != ref {
		t.Fatalf("release: %d %v", status, m)
	}
	if status, m := s.api("GET", "/letters?q="+url.QueryEscape(m["number"].(string)), writer, nil); status != 200 || len(m["items"].([]any)) != 1 {
		t.Errorf("list: %d %v", status, m)
	}
	if status, _ := s.api("POST", at+"/delivery", writer, map[string]any{"delivery": "posted", "on": "2026-02-30", "version": l.Version + 2}); status != 422 {
		t.Errorf("no such day: %d", status)
	}
	day := s.letterOf(ref, "non_acceptance").IssuedOn.String()
	if status, m := s.api("POST", at+"/delivery", writer, map[string]any{"delivery": "posted", "on": day, "version": l.Version + 2}); status != 200 || m["delivery"] != "posted" {
		t.Errorf("delivery: %d %v", status, m)
	}
	if status, _ := s.api("POST", at+"/cancel", writer, map[string]any{"reason": "x", "version": l.Version + 3}); status != 409 {
		t.Errorf("an issued letter was cancelled: %d", status)
	}
}
