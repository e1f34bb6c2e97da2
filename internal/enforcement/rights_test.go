package enforcement_test

import (
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
)

func (r *run) today() calendar.Date { return calendar.OfTime(r.o.Clock.Now().In(caseworktest.Zone)) }

// How a notice is served decides from when the party's time runs, and a person beside the firm has time of their own.
func TestNoticeReachesTheParty(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		s := sentence(100_000_00)
		s.Factors[0].Evidence = []string{"E-9"}
		r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
		r.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
		conclude := func(s enforcement.Sentence) *enforcement.Conclude {
			return &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Sentence: s}
		}
		r.refuse(o.Reviewer, conclude(s), fault.Invalid, "penalty_case.no_such_evidence")
		s.Factors[0].Evidence = []string{"见卷"}
		r.refuse(o.Reviewer, conclude(s), fault.Invalid, "penalty_case.evidence_or_reason")
		r.take(o.Reviewer, conclude(sentence(100_000_00)))
		r.take(o.trier(), &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"})
		n := notice(false)
		n.Means = "electronic"
		r.refuse(o.Supervisor, n, fault.Invalid, "penalty_case.consent")
		n.Means = "public"
		r.refuse(o.Supervisor, n, fault.Invalid, "penalty_case.public_last")
		n.Failed = "直接、邮寄送达均被退回"
		r.take(o.Supervisor, n)
		v, err := o.PartyCase(t.Context(), o.party(), r.ref)
		check(t, err)
		// Thirty days of the public notice, then five working days.
		if d := v.DefenceDue.Sub(r.today()); d < 35 {
			t.Errorf("the time for defence ends after %d days", d)
		}
		r.days(20)
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.defence_window")
		// A provision that was never announced cannot carry the decision.
		other := sentence(100_000_00)
		other.Basis = append(other.Basis, "cn-bsl-48")
		r.take(o.Reviewer, &enforcement.Revise{Why: "补充处罚依据", Sentence: other})
		r.days(30)
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.announced_basis")
		r.take(o.Reviewer, &enforcement.Revise{Why: "恢复原处罚依据", NewFacts: "另有三名借款人受到威胁", Sentence: sentence(100_000_00)})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.announced_facts")
	})
}

// A new notice takes no hearing away that was asked for; the days before it are whole working days.
func TestHearingOutlivesANewNotice(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.tried(sentence(200_000_00))
		r.take(o.Supervisor, notice(true))
		r.take(o.party(), &enforcement.AskHearing{Text: "要求听证"})
		r.take(o.Reviewer, &enforcement.Revise{Why: "部分事实不予认定", Sentence: sentence(50_000_00)})
		r.refuse(o.Supervisor, notice(false), fault.Conflict, "penalty_case.lack.hearing_told")
		r.take(o.Supervisor, notice(true))
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.hearing_done")
		cal := o.Calendars["cn"]
		seventh, _ := cal.AddWorkdays(r.today(), 7)
		set := func(on calendar.Date) *enforcement.SetHearing {
			return &enforcement.SetHearing{On: on, Place: "三楼会议室", Proof: "送达回证，当事人签收", Chair: o.legal().UserID}
		}
		legal := o.Supervisor
		wrong := set(seventh)
		wrong.Chair = o.Supervisor.UserID
		r.refuse(legal, wrong, fault.Conflict, "penalty_case.lack.hearing_notice")
		wrong.On = seventh.AddDays(1)
		r.take(legal, wrong)
		r.days(wrong.On.Sub(r.today()))
		r.refuse(legal, &enforcement.HoldHearing{On: r.today().AddDays(-1), Record: "双方到场，宣布纪律，开始听证。", Signed: true}, fault.Invalid, "penalty_case.too_early")
		r.take(legal, &enforcement.HoldHearing{Record: "双方到场，宣布纪律，开始听证。", Signed: true})
		r.take(legal, &enforcement.ReportHearing{Report: "听证认为事实清楚，建议维持拟处罚内容。"})
		// The sum is small, but the case went through a hearing: legal reviews it all the same.
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.legal_review")
		r.take(o.legal(), &enforcement.LegalReview{Passed: true, Opinion: "主体适格，程序合法，裁量适当。"})
		r.refuse(as(o.legal(), o.Director), &enforcement.ApproveCase{}, fault.Forbidden, "penalty_case.barred.reviewer")
		r.take(o.Director, &enforcement.ApproveCase{})
	})
}

// Whoever works on the case can be objected to; nothing is decided before the answer, nor before it is carried out.
func TestRecusalIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.tried(sentence(100_000_00))
		r.take(o.Supervisor, notice(false))
		r.take(o.party(), &enforcement.AskRecusal{Against: "审理人员", Reasons: "与投诉人为亲属关系"})
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.recusal_open")
		r.refuse(o.Supervisor, &enforcement.DecideRecusal{Request: 1, Reasons: "不存在亲属关系"}, fault.Forbidden, "")
		r.refuse(o.Director, &enforcement.DecideRecusal{Request: 2, Reasons: "不存在亲属关系"}, fault.Invalid, "fault.choose")
		r.take(o.Director, &enforcement.DecideRecusal{Request: 1, Upheld: true, Person: o.Auditor.UserID, Reasons: "经查证属实，准予回避"})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.recusal_done")
		check(t, o.Cases.Recuse(t.Context(), o.Supervisor, r.p.Case.Reference, caseworktest.ID(o.Auditor), "亲属"))
		r.take(o.Director, &enforcement.ApproveCase{})
		v, err := o.PartyCase(t.Context(), o.party(), r.ref)
		check(t, err)
		if len(v.Objections) != 1 || v.Objections[0].Answer == nil || !v.Objections[0].ByFirm {
			t.Errorf("the party reads %+v", v.Objections)
		}
	})
}

// Ninety days from filing, held while suspended, extended while they run; a late decision says why.
func TestDecisionInTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.tried(sentence(100_000_00))
		r.refuse(o.Director, &enforcement.Extend{Days: 400, Basis: "规章另有规定", Reasons: "案情复杂，取证困难"}, fault.Invalid, "penalty_case.extension")
		r.take(o.Director, &enforcement.Extend{Days: 30, Basis: "规章另有规定", Reasons: "案情复杂，取证困难"})
		r.days(100)
		r.take(o.Supervisor, notice(false))
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		r.take(o.Director, &enforcement.ApproveCase{})
		r.refuse(o.Director, &enforcement.IssueCase{Account: "国库专户"}, fault.Conflict, "penalty_case.lack.content_address")
		content, err := o.Content(t.Context(), o.Director, r.ref)
		check(t, err)
		for _, e := range content {
			asked := e.ID == "address" || e.ID == "account"
			if e.Present == asked || e.Asked != asked || e.Article.ZH == "" {
				t.Errorf("%s: %+v", e.ID, e)
			}
		}
		r.days(25)
		issue := &enforcement.IssueCase{Account: "国库专户", Address: "杭州市西湖区文三路1号"}
		r.refuse(o.Director, issue, fault.Invalid, "penalty_case.late_reason")
		r.refuse(o.Director, &enforcement.Extend{Days: 30, Basis: "规章另有规定", Reasons: "案情复杂，取证困难"}, fault.Conflict, "penalty_case.stage.approved")
		issue.LateReason = "规章另有规定，取证困难"
		r.take(o.Director, issue)
	})
}

// What came after the decision: an application that is refused, a review after the archive, a decision for no penalty that is
// served before its file goes to the archive.
func TestAfterTheEnd(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.served(sentence(100_000_00))
		r.take(o.party(), &enforcement.AskInstalments{Party: 1, Hardship: "资金周转困难，申请分期", Proof: "财务报表"})
		r.refuse(o.Director, &enforcement.RefuseInstalments{Party: 2, Reasons: "不存在经济困难"}, fault.Invalid, "fault.choose")
		r.take(o.Director, &enforcement.RefuseInstalments{Party: 1, Reasons: "不存在经济困难"})
		r.take(o.Supervisor, &enforcement.Publish{Facts: "催收人员夜间威胁借款人。当事人已经整改。"})
		r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountFine, AmountFen: 100_000_00, Receipt: "R-1"})
		r.take(o.Reviewer, &enforcement.CloseCase{Report: "案件执行完毕，拟予结案归档。"})
		r.take(o.Reviewer, &enforcement.ArchiveCase{Place: "2026-消保-17"})
		r.take(o.Supervisor, &enforcement.Challenge{Kind: "review", Body: "上一级主管机关"})
		r.take(o.Supervisor, &enforcement.ChallengeEnded{Outcome: "changed"})
		if out, err := o.Missing(t.Context(), o.Supervisor, r.ref, enforcement.StepChallenge); err != nil || len(out) != 1 || out[0].Guard != "outcome_open" {
			t.Errorf("an outcome that was not carried out: %v, %v", out, err)
		}
		lower := []enforcement.Share{{Party: 1, Kind: "warning"}, {Party: 1, Kind: "fine", AmountFen: 40_000_00}}
		r.take(o.Director, &enforcement.Change{Shares: lower, Order: "review", Reasons: "复议决定变更罚款数额。"})
		clocks, err := o.Clocks(t.Context(), o.Director, r.ref)
		check(t, err)
		if last := clocks[len(clocks)-1]; last.Kind != "publication.withdraw" || !last.State.StoppedOn.IsZero() {
			t.Errorf("a changed decision stays published: %s", last.Kind)
		}
		r.take(o.Supervisor, &enforcement.WithdrawPublication{Reasons: "复议变更，撤回公示"})
		r.take(o.Supervisor, &enforcement.Refund{Party: 1, Account: enforcement.AccountFine, AmountFen: 60_000_00, Receipt: "R-2"})

		none := o.begin(t)
		none.tried(sentence(100_000_00))
		none.take(o.Director, &enforcement.NoPenalty{Ground: "slight", Reasons: "违法行为轻微并及时改正。", Evidence: []string{"整改验收记录"}, Taught: "已当面教育，当事人承诺不再发生"})
		none.refuse(o.Reviewer, &enforcement.ArchiveCase{Place: "2026-消保-18"}, fault.Conflict, "penalty_case.lack.end_not_served")
		none.take(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收"})
		none.refuse(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收"}, fault.Conflict, "penalty_case.lack.nothing_to_serve")
		none.take(o.Reviewer, &enforcement.ArchiveCase{Place: "2026-消保-18"})
	})
}

// The court is asked once, when no remedy is open any more, and within its three months.
func TestCourtIsAskedOnceAndInTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		demanded := func() *run {
			r := o.begin(t)
			r.served(sentence(100_000_00))
			r.days(30)
			r.take(o.Supervisor, &enforcement.Demand{Means: "direct", Proof: "催告书送达回证，当事人签收"})
			return r
		}
		court := &enforcement.Court{Name: "杭州市西湖区人民法院"}
		r := demanded()
		r.days(20)
		r.refuse(o.Supervisor, court, fault.Conflict, "penalty_case.lack.remedies_open")
		r.days(150)
		r.take(o.Supervisor, court)
		r.refuse(o.Supervisor, court, fault.Conflict, "penalty_case.lack.court_asked")
		r = demanded()
		r.days(330)
		r.refuse(o.Supervisor, court, fault.Conflict, "penalty_case.lack.court_too_late")
	})
}
