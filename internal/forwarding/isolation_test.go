package forwarding_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/forwarding/forwardingtest"
	"dunwatch/internal/store/storetest"
)

const gone = "F-2026-000099-1"

func pass(t *testing.T, o *forwardingtest.Office, f *forwarding.Forward, due string, fields ...string) *forwarding.Forward {
	t.Helper()
	f, err := o.Forwards.PassOn(t.Context(), o.Bank, f.Reference, f.Version, forwarding.PassInput{
		Agency: o.Agency.Code, DueOn: calendar.MustDate(due), Disclose: fields, Note: "请提供该案全部外呼记录。",
	})
	check(t, err)
	return f
}

// child is the reference of what was passed to the agency, which only staff and the agency know.
func child(t *testing.T, o *forwardingtest.Office, f *forwarding.Forward) string {
	t.Helper()
	full, err := o.Forwards.ByRef(t.Context(), o.Supervisor, f.Reference)
	check(t, err)
	return full.Children[0].Reference
}

// deeds are everything that staff of a firm can call with a reference.
func deeds(o *forwardingtest.Office, t *testing.T, by access.Actor, ref string) map[string]error {
	ctx, f := t.Context(), o.Forwards
	out := map[string]error{}
	_, out["view"] = f.View(ctx, by, ref)
	_, out["letters"] = f.Letters(ctx, by, ref)
	_, _, _, out["letter"] = f.LetterText(ctx, by, ref, 1, "zh")
	_, _, out["open"] = f.OpenFile(ctx, by, ref, 1)
	_, out["file"] = f.AddFile(ctx, by, ref, "letter", "a.txt", strings.NewReader("text"))
	_, out["acknowledge"] = f.Acknowledge(ctx, by, ref, 1)
	_, out["time"] = f.AskTime(ctx, by, ref, 1, forwarding.TimeInput{Ground: "complex", Reason: "需要时间。"})
	_, out["answer"] = f.Answer(ctx, by, ref, 1, forwardingtest.Reply())
	_, out["pass"] = f.PassOn(ctx, by, ref, 1, forwarding.PassInput{Agency: "A1", DueOn: calendar.MustDate("2026-10-30")})
	_, out["check"] = f.Check(ctx, by, ref, 1, true, nil, "")
	_, out["end"] = f.End(ctx, by, ref, 1, "理由理由")
	_, out["byref"] = f.ByRef(ctx, by, ref)
	_, out["answers"] = f.Answers(ctx, by, ref)
	return out
}

// What belongs to another firm answers word for word as what nobody ever sent.
func TestFirmsDoNotSeeEachOther(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := pass(t, o, o.Send(t, k), "2026-10-30", forwarding.FieldNarrative)
	agency := child(t, o, f)
	for _, c := range []struct {
		who string
		by  access.Actor
		ref string
	}{
		{"another lender, the lender's", o.Rival, f.Reference},
		{"another lender, the agency's", o.Rival, agency},
		{"another agency, the agency's", o.Other, agency},
		{"the agency, its lender's", o.Collector, f.Reference},
		{"the lender, its agency's", o.Bank, agency},
	} {
		there, never := deeds(o, t, c.by, c.ref), deeds(o, t, c.by, gone)
		for deed, err := range there {
			if !fault.Is(err, fault.NotFound) || fmt.Sprint(err) != fmt.Sprint(never[deed]) {
				t.Errorf("%s, %s: %v; of one that was never sent: %v", c.who, deed, err, never[deed])
			}
		}
	}
	for _, by := range []access.Actor{o.Rival, o.Other} {
		in, err := o.Forwards.Inbox(t.Context(), by, forwarding.InboxFilter{})
		check(t, err)
		if len(in.Items) != 0 || in.Counts != (forwarding.InboxCounts{}) {
			t.Errorf("%s sees %+v", by.Name, in)
		}
	}
	for _, by := range []access.Actor{o.Bank, o.Collector} {
		in, err := o.Forwards.Inbox(t.Context(), by, forwarding.InboxFilter{})
		check(t, err)
		if len(in.Items) != 1 || in.Counts != (forwarding.InboxCounts{Open: 1}) {
			t.Errorf("%s sees %+v", by.Name, in)
		}
	}
	for _, by := range []access.Actor{o.Reviewer, o.Admin, access.Nobody} {
		if _, err := o.Forwards.Inbox(t.Context(), by, forwarding.InboxFilter{}); err == nil {
			t.Errorf("%s has an inbox", by.Role)
		}
		if _, err := o.Forwards.View(t.Context(), by, f.Reference); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s views what the firm sees: %v", by.Role, err)
		}
	}
	if _, err := o.Forwards.Forwards(t.Context(), o.Bank, k.Reference); !fault.Is(err, fault.NotFound) {
		t.Errorf("a firm lists the forwards of a case: %v", err)
	}
	if _, err := o.Forwards.Forwards(t.Context(), o.Admin, k.Reference); !fault.Is(err, fault.NotFound) {
		t.Errorf("the administrator lists the forwards of a case: %v", err)
	}
}

// The lender reads its agency's answer and files; the agency sees its lender, and no more than it was given.
func TestLenderAndAgency(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := o.Send(t, k)
	_, err := o.Forwards.PassOn(ctx, o.Bank, f.Reference, f.Version, forwarding.PassInput{Agency: "A2", DueOn: calendar.MustDate("2026-10-30")})
	want(t, err, fault.Invalid, "forwarding.not_your_agency")
	_, err = o.Forwards.PassOn(ctx, o.Bank, f.Reference, f.Version, forwarding.PassInput{Agency: "A1", DueOn: calendar.MustDate("2026-11-05")})
	want(t, err, fault.Invalid, "forwarding.due_before_own")
	f = pass(t, o, f, "2026-10-28", forwarding.FieldNarrative, forwarding.FieldLoan)
	ref := child(t, o, f)

	v, err := o.Forwards.View(ctx, o.Collector, ref)
	check(t, err)
	if v.From == nil || v.From.Code != o.Lender.Code || v.Narrative == "" || v.Loan == nil || v.Name+v.Phone+v.Email+v.Demand+v.ComplaintReference != "" {
		t.Errorf("the agency sees %+v", v)
	}
	if v.DueOn.String() != "2026-10-28" || v.Moves.PassOn || v.Moves.AskTime || len(v.Agencies) != 0 || v.Moves != (forwarding.FirmMoves{Acknowledge: true, Answer: true, AddFile: true}) {
		t.Errorf("the agency may %+v, due %s", v.Moves, v.DueOn)
	}
	_, err = o.Forwards.AskTime(ctx, o.Collector, ref, v.Version, forwarding.TimeInput{Ground: "complex", Reason: "需要时间。"})
	want(t, err, fault.Conflict, "forwarding.not_statutory")
	_, err = o.Forwards.AddFile(ctx, o.Collector, ref, "call_log", "外呼记录.txt", strings.NewReader("2026-10-10 23:10 拨打"))
	check(t, err)
	_, err = o.Forwards.Answer(ctx, o.Collector, ref, v.Version, forwardingtest.Reply())
	check(t, err)

	full, err := o.Forwards.ByRef(ctx, o.Reviewer, ref)
	check(t, err)
	_, err = o.Forwards.Check(ctx, o.Reviewer, ref, full.Version, true, nil, "")
	want(t, err, fault.Conflict, "forwarding.lenders_to_check")
	if full.MayCheck {
		t.Error("the office is offered to check the agency's answer")
	}
	lender, err := o.Forwards.View(ctx, o.Banker, f.Reference)
	check(t, err)
	if len(lender.Agencies) != 1 || len(lender.Agencies[0].Answers) != 1 || lender.Agencies[0].Answers[0].Body != forwardingtest.Reply().Body {
		t.Errorf("the lender sees of its agency %+v", lender.Agencies)
	}
	if len(lender.Files) != 1 || lender.Files[0].From != "agency" || lender.Files[0].Number != 1 {
		t.Fatalf("the lender sees files %+v", lender.Files)
	}
	_, body, err := o.Forwards.OpenFile(ctx, o.Bank, f.Reference, 1)
	check(t, err)
	defer body.Close()
	if text, err := io.ReadAll(body); err != nil || string(text) != "2026-10-10 23:10 拨打" {
		t.Errorf("the file says %q, %v", text, err)
	}
	if got := follow(t, o, k); len(got.Answers) != 0 {
		t.Errorf("the complainant sees the agency's answer: %+v", got)
	}
}

// A lender passes on no more than it was given.
func TestNoMoreThanGiven(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f, err := o.Forwards.Send(t.Context(), o.Reviewer, k.Reference, k.Version, forwarding.SendInput{
		Firm: "L1", Kind: forwarding.ToAnswer, Disclose: []string{forwarding.FieldLoan}, Summary: "反映夜间催收，请核实。",
	})
	check(t, err)
	_, err = o.Forwards.PassOn(t.Context(), o.Bank, f.Reference, f.Version, forwarding.PassInput{
		Agency: "A1", DueOn: calendar.MustDate("2026-10-28"), Disclose: []string{forwarding.FieldLoan, forwarding.FieldName},
	})
	want(t, err, fault.Invalid, "forwarding.not_disclosable")
}

// canary is a filing whose particulars cannot come from anywhere else.
func canary(o *forwardingtest.Office) complaint.Filing {
	f := o.Dated("2026-10-10")
	f.Complainant = complaint.Complainant{
		Name: "欧阳金丝雀", Phone: "13987654321", Email: "canary@birds.example", IDNumber: "11010519491231002X", Region: "330100",
	}
	f.Narrative, f.Demand = "金丝雀的经过：夜里打电话，威胁到单位。", "金丝雀的请求：停止拨打。"
	f.Loan = complaint.Loan{Product: "金丝雀贷", AmountFen: 1234567}
	return f
}

// needles are what of the canary each field shows.
var needles = map[string]string{
	forwarding.FieldName: "欧阳金丝雀", forwarding.FieldPhone: "13987654321", forwarding.FieldEmail: "canary@birds.example",
	forwarding.FieldIDNumber: "11010519491231002X", forwarding.FieldNarrative: "金丝雀的经过", forwarding.FieldDemand: "金丝雀的请求",
	forwarding.FieldLoan: "金丝雀贷",
}

// Each field shows what it names, and nothing that was not named.
func TestDisclosedAlone(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	k := o.CaseOf(t, canary(o))
	for _, field := range append(slices.Clone(forwarding.Fields), "") {
		var list []string
		if field != "" {
			list = []string{field}
		}
		f, err := o.Forwards.Send(t.Context(), o.Reviewer, k.Reference, o.Fresh(t, k).Version, forwarding.SendInput{
			Firm: "L1", Kind: forwarding.ToAnswer, Disclose: list, Summary: "反映夜间催收，请核实。",
		})
		check(t, err)
		shown := dump(t, o, f.Reference)
		for other, needle := range needles {
			if got := strings.Contains(shown, needle); got != (other == field) {
				t.Errorf("with %q disclosed, %q is shown: %v", field, other, got)
			}
		}
		if got := strings.Contains(shown, k.Complaint.Reference); got != (field == forwarding.FieldName) {
			t.Errorf("with %q disclosed, the complaint's reference is shown: %v", field, got)
		}
		_, err = o.Forwards.End(t.Context(), o.Reviewer, f.Reference, f.Version, "下一次测试。")
		check(t, err)
	}
}

// dump is all that a firm can read of a forward: the view and its letters.
func dump(t *testing.T, o *forwardingtest.Office, ref string) string {
	t.Helper()
	v, err := o.Forwards.View(t.Context(), o.Bank, ref)
	check(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "%+v %+v", *v, v.Loan)
	list, err := o.Forwards.Letters(t.Context(), o.Bank, ref)
	check(t, err)
	for _, l := range list {
		for _, lang := range []string{"zh", "en"} {
			_, title, body, err := o.Forwards.LetterText(t.Context(), o.Bank, ref, l.ID, localeOf(lang))
			check(t, err)
			b.WriteString(title + body)
		}
	}
	return b.String()
}

func TestWhatMayBeDisclosed(t *testing.T) {
	open := complaint.Complaint{Track: complaint.TrackComplaint, ConsentToForward: true}
	change := func(f func(*complaint.Complaint)) *complaint.Complaint { c := open; f(&c); return &c }
	some := []string{forwarding.FieldDemand, forwarding.FieldLoan}
	for name, c := range map[string]struct {
		of   *complaint.Complaint
		kind forwarding.Kind
		want []string
	}{
		"open":        {&open, forwarding.ToAnswer, forwarding.Fields},
		"petition":    {change(func(c *complaint.Complaint) { c.Track = complaint.TrackPetition }), forwarding.ToAnswer, forwarding.Fields},
		"no consent":  {change(func(c *complaint.Complaint) { c.ConsentToForward = false }), forwarding.ToAnswer, some},
		"hidden":      {change(func(c *complaint.Complaint) { c.HideIdentity = true }), forwarding.ToAnswer, some},
		"anonymous":   {change(func(c *complaint.Complaint) { c.Anonymous = true }), forwarding.ToAnswer, some},
		"report":      {change(func(c *complaint.Complaint) { c.Track = complaint.TrackReport }), forwarding.ToAnswer, nil},
		"information": {&open, forwarding.ForInformation, nil},
	} {
		if got := forwarding.Disclosable(c.of, c.kind); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A report is asked about without anything that leads to who made it.
func TestReportIsNeverForwarded(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	filing := canary(o)
	filing.Track = complaint.TrackReport
	k := o.CaseOf(t, filing)
	in := forwarding.SendInput{Firm: "L1", Kind: forwarding.ToAnswer, Summary: "请提供八月以来全部外呼记录。"}
	_, err := o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version, in)
	want(t, err, fault.Invalid, "forwarding.report")
	in.Kind, in.DueOn = forwarding.ForInformation, calendar.MustDate("2026-11-03")
	for _, field := range forwarding.Fields {
		in.Disclose = []string{field}
		_, err = o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version, in)
		want(t, err, fault.Invalid, "forwarding.not_disclosable")
	}
	in.Disclose = nil
	f, err := o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version, in)
	check(t, err)
	shown := dump(t, o, f.Reference)
	for field, needle := range needles {
		if strings.Contains(shown, needle) {
			t.Errorf("the firm reads the reporter's %s", field)
		}
	}
	if strings.Contains(shown, k.Complaint.Reference) || strings.Contains(shown, k.Reference) {
		t.Error("the firm reads a reference of the report")
	}
	f, err = o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, forwardingtest.Reply())
	check(t, err)
	f, err = o.Forwards.Check(ctx, o.Reviewer, f.Reference, f.Version, false, nil, "记录不全，请补充。")
	check(t, err)
	is(t, f, forwarding.Returned, "2026-10-29")
	f, err = o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, forwardingtest.Reply())
	check(t, err)
	f, err = o.Forwards.Check(ctx, o.Reviewer, f.Reference, f.Version, true, nil, "")
	check(t, err)
	is(t, f, forwarding.Ended, "")
	list, err := o.Forwards.Follow(ctx, o.Borrower(k), k.Complaint.Reference)
	check(t, err)
	if len(list) != 0 {
		t.Errorf("the reporter follows %+v", list)
	}
}

func TestWhoMaySend(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	in := forwarding.SendInput{Firm: "L1", Kind: forwarding.ToAnswer, Summary: "反映夜间催收，请核实。"}
	for _, c := range []struct {
		by   access.Actor
		kind fault.Kind
	}{
		{o.Second, fault.Forbidden}, {o.Stranger, fault.NotFound}, {o.Director, fault.Forbidden}, {o.Auditor, fault.Forbidden},
		{o.Admin, fault.NotFound}, {o.Bank, fault.NotFound}, {o.Borrower(k), fault.NotFound},
	} {
		if _, err := o.Forwards.Send(ctx, c.by, k.Reference, k.Version, in); !fault.Is(err, c.kind) {
			t.Errorf("%s %s: %v, want %s", c.by.Role, c.by.Name, err, c.kind)
		}
	}
	_, err := o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version-1, in)
	want(t, err, fault.Conflict, "fault.stale")
	for _, c := range []struct {
		change func(*forwarding.SendInput)
		key    string
	}{
		{func(i *forwarding.SendInput) { i.Firm = "" }, "fault.choose"},
		{func(i *forwarding.SendInput) { i.Firm = "NONE" }, "forwarding.no_such_firm"},
		{func(i *forwarding.SendInput) { i.Firm = "L2" }, "forwarding.not_a_party"},
		{func(i *forwarding.SendInput) { i.Kind = "letter" }, "fault.choose"},
		{func(i *forwarding.SendInput) { i.Summary = "" }, "fault.required"},
		{func(i *forwarding.SendInput) { i.DueOn = calendar.MustDate("2026-11-20") }, "forwarding.due_by_law"},
		{func(i *forwarding.SendInput) { i.Disclose = []string{"address"} }, "fault.choose"},
		{func(i *forwarding.SendInput) { i.Kind = forwarding.ForInformation }, "fault.required"},
	} {
		bad := in
		c.change(&bad)
		_, err := o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version, bad)
		want(t, err, fault.Invalid, c.key)
	}
	_, err = o.Forwards.Send(ctx, o.Supervisor, k.Reference, k.Version, in)
	check(t, err)
	_, err = o.Forwards.Send(ctx, o.Reviewer, k.Reference, o.Fresh(t, k).Version, in)
	want(t, err, fault.Conflict, "forwarding.sent_already")
	check(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, "li@desk.example", "与当事人相识。"))
}

// Two people at once: one wins, the other hears that somebody was first.
func TestTwoAtOnce(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := o.Send(t, k)
	both := func(do func(by access.Actor) error, a, b access.Actor) {
		t.Helper()
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, by := range []access.Actor{a, b} {
			wg.Go(func() { errs[i] = do(by) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or neither won: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				want(t, err, fault.Conflict, "fault.stale")
			}
		}
	}
	both(func(by access.Actor) error {
		_, err := o.Forwards.Acknowledge(t.Context(), by, f.Reference, f.Version)
		return err
	}, o.Bank, o.Banker)
	f = fresh(t, o, f)
	both(func(by access.Actor) error {
		_, err := o.Forwards.Answer(t.Context(), by, f.Reference, f.Version, forwardingtest.Reply())
		return err
	}, o.Bank, o.Banker)
	f = fresh(t, o, f)
	both(func(by access.Actor) error {
		_, err := o.Forwards.Check(t.Context(), by, f.Reference, f.Version, true, nil, "")
		return err
	}, o.Reviewer, o.Supervisor)
	if all, err := o.Forwards.Answers(t.Context(), o.Reviewer, f.Reference); err != nil || len(all) != 1 {
		t.Errorf("%d answers, %v", len(all), err)
	}
}

func TestAnswerIsChecked(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	f := o.Send(t, o.CaseOf(t, o.Dated("2026-10-10")))
	for _, c := range []struct {
		in  forwarding.AnswerInput
		key string
	}{
		{forwarding.AnswerInput{Outcome: "rejected", Body: "不予支持，理由如下。"}, "fault.choose"},
		{forwarding.AnswerInput{Outcome: "monetary_relief", Body: "退还全部违约金。退还。"}, "forwarding.amount"},
		{forwarding.AnswerInput{Outcome: "explanation", Body: "解释说明如下如下如下。", AmountFen: 1}, "forwarding.no_amount"},
		{forwarding.AnswerInput{Outcome: "explanation"}, "fault.required"},
		{forwarding.AnswerInput{Outcome: "explanation", Body: "好"}, "fault.too_short"},
		{forwarding.AnswerInput{Outcome: "explanation", Body: strings.Repeat("长", 10_001)}, "fault.too_long"},
		{forwarding.AnswerInput{Outcome: "explanation", Body: "含有控制字符\x00的答复文字"}, "forwarding.characters"},
	} {
		_, err := o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, c.in)
		want(t, err, fault.Invalid, c.key)
	}
	f, err := o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, forwarding.AnswerInput{Outcome: "monetary_relief", Body: "退还违约金一千四百元。", AmountFen: 140_000})
	check(t, err)
	_, err = o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, forwardingtest.Reply())
	want(t, err, fault.Conflict, "forwarding.answered_already")
	_, err = o.Forwards.AddFile(ctx, o.Bank, f.Reference, "letter", "a.txt", strings.NewReader("text"))
	want(t, err, fault.Conflict, "forwarding.answered_already")
	_, err = o.Forwards.Check(ctx, o.Reviewer, f.Reference, f.Version, false, nil, "")
	want(t, err, fault.Invalid, "forwarding.say_what_lacks")
	_, err = o.Forwards.Check(ctx, o.Reviewer, f.Reference, f.Version-1, true, nil, "")
	want(t, err, fault.Conflict, "fault.stale")
	_, err = o.Forwards.Check(ctx, o.Second, f.Reference, f.Version, true, nil, "")
	want(t, err, fault.Forbidden, "")
}

// Evidence is disclosed as it was that day; what came later, and what others sent, is not counted either.
func TestFiles(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	add := func(by access.Actor, name string) {
		t.Helper()
		_, err := o.Evidence.Add(ctx, by, k.Complaint.Reference, "letter", name, strings.NewReader("内容"+name))
		check(t, err)
	}
	add(o.Borrower(k), "之前.txt")
	add(o.Reviewer, "内部.txt")
	f := o.Send(t, k)
	o.On("2026-10-21")
	add(o.Borrower(k), "之后.txt")
	file, err := o.Forwards.AddFile(ctx, o.Bank, f.Reference, "firm_reply", "答复.txt", strings.NewReader("答复"))
	check(t, err)
	if file.Number != 2 {
		t.Errorf("the firm's own file is number %d, want 2", file.Number)
	}
	v, err := o.Forwards.View(ctx, o.Bank, f.Reference)
	check(t, err)
	if len(v.Files) != 2 || v.Files[0].Name != "之前.txt" || v.Files[1].Name != "答复.txt" {
		t.Errorf("the firm sees %+v", v.Files)
	}
	_, _, err = o.Forwards.OpenFile(ctx, o.Bank, f.Reference, 3)
	want(t, err, fault.NotFound, "fault.not_found")
	refs, err := o.Forwards.FilesOf(ctx, o.Reviewer, k.Reference)
	check(t, err)
	if len(refs) != 1 {
		t.Errorf("staff see %v", refs)
	}
}

// What was sent to a firm is answered by the firm into which it was merged.
func TestMergedFirm(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	var met *firm.Firm
	check(t, write(t, o, func(tx tx) (err error) {
		met, _, err = o.Firms.Ensure(ctx, tx, firm.Lender, "快乐金融")
		return err
	}))
	filing := o.Dated("2026-10-10")
	filing.Lender = complaint.Party{Code: met.Code, Name: met.Name}
	k := o.CaseOf(t, filing)
	f, err := o.Forwards.Send(ctx, o.Reviewer, k.Reference, k.Version, forwarding.SendInput{
		Firm: k.Lender.Code, Kind: forwarding.ToAnswer, Summary: "反映夜间催收，请核实。",
	})
	check(t, err)
	_, err = o.Firms.Confirm(ctx, o.Admin, k.Lender.Code, k.Lender.Version, firm.NewFirm{Code: "L1", Name: "快乐金融", Kind: firm.Lender})
	check(t, err)
	_, err = o.Forwards.View(ctx, o.Bank, f.Reference)
	check(t, err)
}

// A closed case ends what is open at firms; chasing stops with it.
func TestEndOfCase(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := pass(t, o, o.Send(t, k), "2026-10-30")
	check(t, write(t, o, func(tx tx) error { return o.Forwards.EndOfCase(ctx, tx, o.Supervisor, k.ID) }))
	is(t, fresh(t, o, f), forwarding.Ended, "")
	if got := o.Clocks(t, k)["firm.answer"]; got != "2026-11-04 x" {
		t.Errorf("the firm's clock is %q", got)
	}
	_, err := o.Forwards.Answer(ctx, o.Bank, f.Reference, fresh(t, o, f).Version, forwardingtest.Reply())
	want(t, err, fault.Conflict, "forwarding.over")
	in, err := o.Forwards.Inbox(ctx, o.Collector, forwarding.InboxFilter{Tab: forwarding.TabEnded})
	check(t, err)
	if in.Counts != (forwarding.InboxCounts{Ended: 1}) || len(in.Items) != 1 {
		t.Errorf("the agency sees %+v", in)
	}
}

func TestChase(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := o.Send(t, k)
	var kinds []string
	for _, c := range []struct{ day, mark, kind string }{
		{"2026-10-30", "warn", "chase_due"}, {"2026-11-04", "due", "chase_due"}, {"2026-11-05", "due", "chase_overdue"}, {"2026-11-09", "escalate", "chase_escalated"},
	} {
		o.On(c.day)
		check(t, write(t, o, func(tx tx) error { return o.Forwards.Chase(ctx, tx, k.ID, f.Clock, c.mark) }))
		kinds = append(kinds, c.kind)
	}
	list, err := o.Forwards.Letters(ctx, o.Bank, f.Reference)
	check(t, err)
	var got []string
	for _, l := range list[1:] {
		got = append(got, l.Kind)
	}
	if !slices.Equal(got, kinds) {
		t.Errorf("letters %v, want %v", got, kinds)
	}
	_, err = o.Forwards.Answer(ctx, o.Bank, f.Reference, f.Version, forwardingtest.Reply())
	check(t, err)
	check(t, write(t, o, func(tx tx) error { return o.Forwards.Chase(ctx, tx, k.ID, f.Clock, "escalate") }))
	if list, err = o.Forwards.Letters(ctx, o.Bank, f.Reference); err != nil || len(list) != 5 {
		t.Errorf("a firm that answered is chased: %d letters, %v", len(list), err)
	}
}

// The firm's list: what is due first comes first, page by page, on both databases.
func TestInbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *storeDB, clock *storetest.Clock) {
		o := forwardingtest.Open(t, db, clock)
		defer o.MustVerify(t)
		o.On("2026-10-20")
		var refs []string
		for i := range 5 {
			k := o.CaseOf(t, o.Dated("2026-10-10"))
			if i == 4 {
				o.Told(t, k)
				continue
			}
			o.On(fmt.Sprintf("2026-10-2%d", i+1))
			refs = append(refs, o.Send(t, k).Reference)
		}
		var got []string
		cursor := ""
		for {
			in, err := o.Forwards.Inbox(t.Context(), o.Bank, forwarding.InboxFilter{Limit: 2, Cursor: cursor})
			check(t, err)
			for _, i := range in.Items {
				got = append(got, i.Reference)
			}
			if cursor = in.NextCursor; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, refs) {
			t.Errorf("the list is %v, want %v", got, refs)
		}
		o.On("2026-11-06") // the first is due on the 5th
		in, err := o.Forwards.Inbox(t.Context(), o.Bank, forwarding.InboxFilter{Tab: forwarding.TabLate})
		check(t, err)
		if in.Counts != (forwarding.InboxCounts{Open: 4, Late: 1, Answered: 1}) || len(in.Items) != 1 || !in.Items[0].Late || in.Items[0].Reference != refs[0] {
			t.Errorf("late: %+v", in)
		}
		in, err = o.Forwards.Inbox(t.Context(), o.Bank, forwarding.InboxFilter{Q: strings.ToLower(refs[2])})
		check(t, err)
		if len(in.Items) != 1 || in.Items[0].Reference != refs[2] {
			t.Errorf("search: %+v", in.Items)
		}
		if in, err = o.Forwards.Inbox(t.Context(), o.Bank, forwarding.InboxFilter{Q: "%"}); err != nil || len(in.Items) != 0 {
			t.Errorf("a wildcard finds %d, %v", len(in.Items), err)
		}
	})
}
