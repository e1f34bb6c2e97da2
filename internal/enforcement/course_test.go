package enforcement_test

import (
	"slices"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/deadline"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// people of the procedure who are not in every office of a test: legal, and staff of the agency.
func (o *office) legal() access.Actor {
	return access.Actor{Role: access.Legal, UserID: o.Auditor.UserID, Name: o.Auditor.Name, Lang: "zh"}
}

func (o *office) party() access.Actor {
	return access.Actor{Role: access.Firm, UserID: o.Admin.UserID, Name: o.Admin.Name, FirmID: o.Agency.ID, Lang: "zh"}
}

// trier examines: somebody of the unit who is neither director nor an investigator.
func (o *office) trier() access.Actor { return o.Supervisor }

// run is one case that goes the statutory procedure.
type run struct {
	t   *testing.T
	o   *office
	ref string
	v   int64
	p   *enforcement.Penalty
	c   *enforcement.Course
}

func (o *office) begin(t *testing.T) *run {
	t.Helper()
	k := o.Found(t)
	p, c, err := o.Apply(t.Context(), o.Reviewer, k.Reference, k.Version, &enforcement.Apply{
		Firm: "A1", Codes: []string{"H02"}, ActedTo: calendar.MustDate("2026-10-08"), Facts: "催收人员夜间威胁借款人，涉嫌侵害消费者人格尊严。",
	})
	check(t, err)
	return &run{t: t, o: o, ref: p.Reference, v: p.Version, p: p, c: c}
}

// take takes a step that must succeed.
func (r *run) take(by access.Actor, d enforcement.Deed) {
	r.t.Helper()
	p, c, err := r.o.Take(r.t.Context(), by, r.ref, r.v, d)
	if err != nil {
		r.t.Fatalf("%s: %v", d.Step(), err)
	}
	r.p, r.c, r.v = p, c, p.Version
}

// refuse takes a step that must fail.
func (r *run) refuse(by access.Actor, d enforcement.Deed, kind fault.Kind, key string) {
	r.t.Helper()
	_, _, err := r.o.Take(r.t.Context(), by, r.ref, r.v, d)
	if err == nil {
		r.t.Fatalf("%s was taken, want %s", d.Step(), key)
	}
	want(r.t, err, kind, key)
}

// days passes.
func (r *run) days(n int) { r.o.Clock.Add(time.Duration(n) * 24 * time.Hour) }

func sentence(fine int64) enforcement.Sentence {
	return enforcement.Sentence{
		Shares: []enforcement.Share{{Party: 1, Kind: "warning"}, {Party: 1, Kind: "fine", AmountFen: fine}},
		Basis:  []string{"cn-cpl-56"}, Facts: "当事人的催收人员于2026年10月8日夜间以到单位闹事相威胁。", Reasons: "侵害消费者人格尊严，情节较重，未见从轻情形。",
		Factors: []enforcement.Factor{{Key: "many_victims", Effect: "heavier", Evidence: []string{"受害人名册"}}},
	}
}

// tried leads a case to the end of its examination.
func (r *run) tried(s enforcement.Sentence) {
	r.t.Helper()
	o := r.o
	r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
	r.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
	r.take(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Sentence: s})
	r.take(o.trier(), &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"})
}

func notice(told bool) *enforcement.Notice {
	return &enforcement.Notice{Means: "direct", Proof: "送达回证，法定代表人签收", HearingTold: told}
}

// decided leads a case without a hearing to its decision.
func (r *run) decided(s enforcement.Sentence) {
	r.t.Helper()
	o := r.o
	r.tried(s)
	r.take(o.Supervisor, notice(false))
	r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
	r.take(o.Director, &enforcement.ApproveCase{Note: "同意"})
	r.take(o.Director, &enforcement.IssueCase{Account: "国库专户 001", Address: "杭州市西湖区文三路1号"})
}

func (r *run) served(s enforcement.Sentence) {
	r.t.Helper()
	r.decided(s)
	r.take(r.o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收"})
}

func TestStatutoryCourse(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		ctx := t.Context()
		// Filing: not by the applicant; the second officer is another person, and not recused.
		r.refuse(as(o.Reviewer, o.Supervisor), &enforcement.FileCase{Second: o.Second.UserID, Reasons: "准予立案，请办"}, fault.Forbidden, "penalty_case.barred.proposer")
		r.refuse(o.Supervisor, &enforcement.FileCase{Second: o.Reviewer.UserID, Reasons: "准予立案，请办"}, fault.Invalid, "penalty_case.two_officers")
		r.refuse(o.Supervisor, &enforcement.FileCase{Second: o.Admin.UserID, Reasons: "准予立案，请办"}, fault.Invalid, "penalty_case.not_an_officer")
		r.refuse(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "已经告知当事人"}, fault.Conflict, "penalty_case.stage.lead")
		r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
		if r.p.FilingNumber == "" && r.c.FilingNumber == "" || r.p.Status != enforcement.Proceeding {
			t.Errorf("filed %+v", r.p)
		}
		// The second officer investigates too; a stranger does not.
		r.refuse(o.Stranger, &enforcement.Investigate{CardsShown: true, Told: "已经告知当事人"}, fault.NotFound, "")
		r.refuse(o.Reviewer, &enforcement.Investigate{Told: "已经告知当事人"}, fault.Invalid, "penalty_case.cards")
		r.take(o.Second, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
		r.take(o.Reviewer, &enforcement.Preserve{What: "催收录音服务器一台", Approved: "陈立"})
		r.refuse(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据充分。", Findings: []int{1}, Sentence: sentence(200_000_00)},
			fault.Conflict, "penalty_case.lack.preserved")
		r.take(o.Reviewer, &enforcement.DecidePreserved{Decision: "复制后解除登记保存"})
		r.take(o.Supervisor, &enforcement.Suspend{Ground: "expert", Reasons: "等待声纹鉴定结果"})
		r.refuse(o.Reviewer, &enforcement.Preserve{What: "另一台服务器", Approved: "陈立"}, fault.Conflict, "penalty_case.stage.suspended")
		r.days(10)
		r.take(o.Supervisor, &enforcement.Resume{Reasons: "鉴定意见已经收到"})
		r.take(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据充分。", Findings: []int{1}, Sentence: sentence(200_000_00)})
		if r.p.Case.Status != casework.Enforcement || r.p.FineFen != 200_000_00 {
			t.Errorf("concluded %+v, case %s", r.p, r.p.Case.Status)
		}
		// The examination: not by an investigator.
		r.refuse(as(o.Second, o.Supervisor), &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法。"}, fault.Forbidden, "penalty_case.barred.investigator")
		r.take(o.Supervisor, &enforcement.Try{Agree: true, Major: true, Report: "事实清楚，证据充分，程序合法。", Legal: []string{"public_interest"}})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.stage.tried")
		r.take(o.Supervisor, notice(true))
		// What approval needs is said before anybody presses.
		lacks, err := o.Missing(ctx, o.Director, r.ref, enforcement.StepApprove)
		check(t, err)
		var ids []string
		for _, l := range lacks {
			ids = append(ids, l.Guard)
			// The time for a defence is the office's own number, and says so.
			if l.Verified == (l.Guard == "defence_window") || l.Article.ZH == "" {
				t.Errorf("%s with %q, verified %v", l.Guard, l.Article.ZH, l.Verified)
			}
		}
		if got := len(ids); got != 4 { // legal review, defence, hearing window, discussion
			t.Errorf("missing %v", ids)
		}
		// The firm sees its case from the notice on, defends itself, asks for a hearing.
		firm := o.party()
		r.take(firm, &enforcement.Defend{Text: "该催收人员已经离职，公司已经整改。"})
		r.take(firm, &enforcement.AskHearing{Text: "要求听证"})
		r.refuse(firm, &enforcement.ReplyDefence{Defence: 1, Adopted: "yes", Reasons: "我司意见应予采纳"}, fault.Forbidden, "")
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "")
		r.take(o.Supervisor, &enforcement.ReplyDefence{Defence: 1, Adopted: "no", Reasons: "整改不影响违法事实的认定"})
		// Hearing: chair apart, seven working days ahead.
		legal := o.legal()
		today := calendar.OfTime(o.Clock.Now().In(caseworktest.Zone))
		r.refuse(o.Supervisor, &enforcement.SetHearing{On: today.AddDays(30), Place: "三楼会议室", Proof: "送达回证，当事人签收", Chair: o.Second.UserID}, fault.Invalid, "penalty_case.not_a_chair")
		r.refuse(o.Supervisor, &enforcement.SetHearing{On: today.AddDays(3), Place: "三楼会议室", Proof: "送达回证，当事人签收", Chair: o.Supervisor.UserID}, fault.Conflict, "penalty_case.lack.hearing_notice")
		r.take(o.Supervisor, &enforcement.SetHearing{On: today.AddDays(20), Place: "三楼会议室", Proof: "送达回证，当事人签收", Chair: o.Supervisor.UserID})
		hearer := o.Supervisor
		r.refuse(hearer, &enforcement.HoldHearing{Record: "双方到场，宣布纪律，开始听证。", Signed: true}, fault.Conflict, "penalty_case.lack.hearing_to_come")
		r.days(20)
		r.refuse(legal, &enforcement.HoldHearing{Record: "双方到场，宣布纪律，开始听证。", Signed: true}, fault.Conflict, "penalty_case.lack.chair_only")
		r.take(hearer, &enforcement.HoldHearing{Record: "双方到场，宣布纪律，开始听证。", Signed: true, Agents: []string{"律师甲"}})
		r.take(hearer, &enforcement.ReportHearing{Report: "听证认为事实清楚，建议维持拟处罚内容。"})
		r.take(legal, &enforcement.LegalReview{Passed: true, Opinion: "主体适格，程序合法，裁量适当。"})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.discussion")
		r.take(o.Director, &enforcement.Deliberate{Members: []string{"孙国华", "陈立"}, Minutes: "经集体讨论，一致同意处罚意见。", Agree: true})
		// A heavier plan must be announced again; a lighter one needs a new review only.
		r.refuse(o.Reviewer, &enforcement.Revise{Why: "加重处罚金额", Sentence: sentence(300_000_00)}, fault.Invalid, "penalty_case.defence_never_heavier")
		r.take(o.Reviewer, &enforcement.Revise{Why: "部分采纳整改情况", Sentence: sentence(150_000_00)})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.legal_review")
		r.take(legal, &enforcement.LegalReview{Passed: true, Opinion: "主体适格，程序合法，裁量适当。"})
		r.take(o.Director, &enforcement.Deliberate{Members: []string{"孙国华", "陈立"}, Minutes: "经集体讨论，一致同意处罚意见。", Agree: true})
		r.take(o.Director, &enforcement.ApproveCase{Note: "同意"})
		if r.p.Status != enforcement.Approved || r.p.DecidedBy != o.Director.UserID {
			t.Errorf("approved %+v", r.p)
		}
		_, err = o.Issue(ctx, o.Director, r.ref, r.v)
		want(t, err, fault.Conflict, "penalty_case.full_way")
		if m := o.Moves(o.Director, r.p); m.Issue || m.Return {
			t.Errorf("moves of the short way: %+v", m)
		}
		r.refuse(o.Supervisor, &enforcement.IssueCase{Account: "国库专户", Address: "杭州市西湖区文三路1号"}, fault.Forbidden, "penalty_case.barred.trier")
		r.refuse(o.Director, &enforcement.IssueCase{}, fault.Conflict, "penalty_case.lack.content_account")
		r.take(o.Director, &enforcement.IssueCase{Account: "国库专户 001", Address: "杭州市西湖区文三路1号"})
		if r.p.Status != enforcement.Issued || r.p.DecisionNumber != "〔2026〕1号" || r.p.Case.Status != casework.Found {
			t.Errorf("issued %+v, case %s", r.p, r.p.Case.Status)
		}
		r.after()
	})
}

// paysBy fails unless the time to pay runs to these days, one for each clock.
func (r *run) paysBy(days ...calendar.Date) {
	r.t.Helper()
	clocks, err := r.o.Clocks(r.t.Context(), r.o.Director, r.ref)
	check(r.t, err)
	var got []calendar.Date
	for _, c := range clocks {
		if deadline.Base(c.Kind) == "penalty.pay" && c.State.Phase != deadline.Stopped {
			got = append(got, c.State.Due)
		}
	}
	if !slices.Equal(got, days) {
		r.t.Errorf("the time to pay runs to %v, want %v", got, days)
	}
}

// after walks from the decision to the archive.
func (r *run) after() {
	t, o, ctx := r.t, r.o, r.t.Context()
	r.take(o.Supervisor, &enforcement.Publish{Facts: "催收人员夜间威胁借款人，侵害消费者人格尊严。"})
	e, err := o.RegisterEntry(ctx, "2026-1")
	check(t, err)
	if e.Number != "〔2026〕1号" || e.Gone || e.Parties[0] != o.Agency.Name || e.AmountFen != 150_000_00 {
		t.Errorf("register %+v", e)
	}
	r.take(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收"})
	firm := o.party()
	doc, err := o.Document(ctx, firm, r.ref, enforcement.DocDecision, locale.ZH)
	check(t, err)
	if doc.Title != "行政处罚决定书" || doc.SHA256 == "" {
		t.Errorf("decision %+v", doc)
	}
	_, err = o.Document(ctx, firm, r.ref, enforcement.DocLegalOpinion, locale.ZH)
	want(t, err, fault.NotFound, "penalty_case.no_document")
	r.take(firm, &enforcement.AskInstalments{Party: 1, Hardship: "资金周转困难，申请分期", Proof: "财务报表"})
	today := calendar.OfTime(o.Clock.Now().In(caseworktest.Zone))
	r.refuse(o.Director, &enforcement.AllowInstalments{Party: 1, Reasons: "情况属实，同意分期", Parts: []enforcement.Part{{today.AddDays(30), 50_000_00}}}, fault.Invalid, "penalty_case.parts_sum")
	r.take(o.Director, &enforcement.AllowInstalments{Party: 1, Reasons: "情况属实，同意分期", Parts: []enforcement.Part{{today.AddDays(30), 50_000_00}, {today.AddDays(60), 100_000_00}}})
	r.paysBy(today.AddDays(30))
	r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountFine, AmountFen: 50_000_00, Receipt: "R-1"})
	r.paysBy(today.AddDays(60))
	r.refuse(o.Reviewer, &enforcement.CloseCase{Report: "案件执行完毕，拟予结案归档。"}, fault.Conflict, "penalty_case.lack.unpaid")
	r.days(70) // the second part is ten days late
	l, err := o.Ledger(ctx, o.Supervisor, r.ref, calendar.Date{})
	check(t, err)
	if l.OverdueFen != 100_000_00 || l.OutstandingFen != 130_000_00 {
		t.Errorf("ledger %+v", l)
	}
	r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountFine, AmountFen: 100_000_00, Receipt: "R-2"})
	r.refuse(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountSurcharge, AmountFen: 30_000_01, Receipt: "R-3"}, fault.Invalid, "penalty_case.more_than_due")
	r.paysBy(today.AddDays(60))
	r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountSurcharge, AmountFen: 30_000_00, Receipt: "R-3"})
	r.paysBy()
	r.take(o.Reviewer, &enforcement.CloseCase{Report: "案件执行完毕，拟予结案归档。"})
	r.take(o.Reviewer, &enforcement.ArchiveCase{Place: "2026-消保-17"})
	for _, lang := range []locale.Lang{locale.ZH, locale.EN} {
		for _, k := range r.c.Documents() {
			d, err := o.Document(ctx, o.Supervisor, r.ref, k, lang)
			check(t, err)
			if d.Title == "" || len(d.Body) < 40 {
				t.Errorf("%s %s: %q", lang, k, d.Body)
			}
		}
	}
	c, err := o.Course(ctx, o.Auditor, r.ref)
	check(t, err)
	if c.Stage != enforcement.StageArchived || c.Taken[0].ActorName != o.Reviewer.Name {
		t.Errorf("course ends at %s", c.Stage)
	}
}
