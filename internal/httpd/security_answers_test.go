package httpd

import (
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/hardship"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
)

// worksAnswers takes a complaint through its firm: a split letter, more time, a file, an answer that is sent back, a plan,
// the result told, a rating; and then a template, a complaint taken down, and a year's calendar that moves a date.
func (s *site) worksAnswers() {
	s.Helper()
	ctx := s.Context()
	chief, firm := s.as("supervisor"), s.as("firm")
	filed, err := s.Complaints.File(ctx, access.Nobody, filing(), "web", "", "")
	s.ok(err)
	one, _, err := s.Evidence.Split(ctx, chief, filed.Complaint.Reference, filed.Complaint.Version, complaint.TrackReport)
	s.ok(err)
	borrower := access.Actor{Role: access.Borrower, ComplaintID: one.ID, Lang: "zh"}
	_, k, err := s.Cases.Accept(ctx, chief, one.Reference, one.Version, "HZ", complaint.TrackComplaint)
	s.ok(err)
	k, err = s.Cases.Assign(ctx, chief, k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	f := s.forwarded(k, "L001")
	_, err = s.Forwards.AddFile(ctx, firm, f.Reference, "call_log", "外呼日志.csv", strings.NewReader("time,number\n"))
	s.ok(err)
	f, err = s.Forwards.AskTime(ctx, firm, f.Reference, f.Version, forwarding.TimeInput{Days: 5, Ground: "complex", Reason: "外呼录音正在调取。"})
	s.ok(err)
	asked, err := s.Cases.TimeRequests(ctx, chief, k.Reference)
	s.ok(err)
	_, err = s.Cases.DecideTime(ctx, chief, k.Reference, asked[0].ID, asked[0].Version, true, "情况属实。")
	s.ok(err)
	s.answeredTwice(f.Reference)
	s.keepsPlan(f.Reference, borrower)
	s.ok(s.Forwards.Accept(ctx, borrower, one.Reference, ""))
	k, err = s.Cases.ByRef(ctx, s.as("reviewer"), k.Reference)
	s.ok(err)
	_, err = s.Cases.Close(ctx, s.as("reviewer"), k.Reference, k.Version, "投诉人已接受机构的答复。")
	s.ok(err)
	_, err = s.Complaints.LogContact(ctx, s.as("reviewer"), one.Reference, "phone", "reached", "已告知结果。")
	s.ok(err)
	_, err = s.Complaints.Rate(ctx, borrower, one.Reference, 5, "处理及时。")
	s.ok(err)
	s.keepsOffice()
}

// answeredTwice lets the lender answer, be sent back, and answer again so that it passes.
func (s *site) answeredTwice(ref string) {
	s.Helper()
	for i, passed := range []bool{false, true} {
		f, err := s.Forwards.ByRef(s.Context(), s.as("reviewer"), ref)
		s.ok(err)
		_, err = s.Forwards.Answer(s.Context(), s.as("firm"), ref, f.Version, forwarding.AnswerInput{Outcome: "non_monetary_relief", Body: "经核实确有夜间来电，已停止并处理责任人。"})
		s.ok(err)
		f, err = s.Forwards.ByRef(s.Context(), s.as("reviewer"), ref)
		s.ok(err)
		_, err = s.Forwards.Check(s.Context(), s.as("reviewer"), ref, f.Version, passed, []string{"evidence"}[i:], "请附通话记录。")
		s.ok(err)
	}
}

// keepsPlan offers a plan, agrees to it and reports a payment.
func (s *site) keepsPlan(ref string, borrower access.Actor) {
	s.Helper()
	today := calendar.OfTime(s.clock.Now().In(shanghai))
	p, err := s.Plans.Offer(s.Context(), s.as("firm"), ref, hardship.OfferInput{Kind: hardship.Instalments, Terms: "分两期偿还，不另收费用。", TotalFen: 200_000, StopCollection: true,
		Instalments: []hardship.Part{{DueOn: today.AddDays(20), Fen: 100_000}, {DueOn: today.AddDays(50), Fen: 100_000}}})
	s.ok(err)
	p, err = s.Plans.Answer(s.Context(), borrower, p.Reference, p.Version, true)
	s.ok(err)
	_, err = s.Plans.Paid(s.Context(), borrower, p.Reference, p.Version, hardship.PaidInput{Instalment: 1, Fen: 100_000, On: today})
	s.ok(err)
}

// keepsOffice changes a template, takes a complaint down, and imports a year in which a clock ends.
func (s *site) keepsOffice() {
	s.Helper()
	ctx := s.Context()
	now, _, err := s.Letters.Template(ctx, s.as("admin"), "acceptance", locale.ZH)
	s.ok(err)
	_, err = s.Letters.ChangeTemplate(ctx, s.as("admin"), "acceptance", locale.ZH, now.Number, letter.Change{Title: now.Title, Body: now.Body + "\n特此告知。", Note: "文字校对。"})
	s.ok(err)
	s.clock.Set(time.Date(2026, 12, 30, 2, 0, 0, 0, time.UTC))
	_, err = s.Complaints.TakeDown(ctx, s.as("supervisor"), filing(), complaint.Intake{Source: "phone", ArrivedOn: calendar.MustDate("2026-12-30"), Note: "来电登记。"})
	s.ok(err)
	_, err = s.Docket.ImportCalendar(ctx, s.as("admin"), "cn", "放假安排.csv", strings.NewReader("date,off\n2027-01-01,1\n2027-01-04,1\n2027-01-05,1\n"))
	s.ok(err)
}
