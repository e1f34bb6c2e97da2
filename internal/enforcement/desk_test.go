package enforcement_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
)

// What is heavier than announced needs a new notice, whatever else is in order.
func TestNothingAboveTheNotice(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.tried(sentence(100_000_00))
		r.take(o.Supervisor, notice(false))
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		more := &enforcement.Revise{Why: "发现新的违法事实", NewFacts: "另有三名借款人被威胁", Sentence: sentence(120_000_00)}
		r.take(o.Reviewer, more)
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.announced")
		r.take(o.Supervisor, notice(false))
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.defence_window")
		r.days(9)
		r.take(o.Director, &enforcement.ApproveCase{})
		stale := r.v - 1
		_, _, err := o.Take(t.Context(), o.Director, r.ref, stale, &enforcement.IssueCase{Account: "国库专户", Address: "杭州市西湖区文三路1号"})
		want(t, err, fault.Conflict, "fault.stale")
		// One act, one fine: another penalty on the same finding cannot fine it again.
		k := r.p.Case
		p2, _, err := o.Apply(t.Context(), o.Reviewer, k.Reference, k.Version, &enforcement.Apply{Firm: "A1", Codes: []string{"H02"}, ActedTo: calendar.MustDate("2026-10-08"), Facts: "催收人员夜间威胁借款人，另案处理。"})
		check(t, err)
		second := &run{t: t, o: o, ref: p2.Reference, v: p2.Version}
		second.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
		second.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
		second.refuse(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Sentence: sentence(1_00)}, fault.Conflict, "enforcement.fined_before")
	})
}

// A revoked decision leaves the register with its reason, and its number goes on answering.
func TestWithdrawnFromTheRegister(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		r := o.begin(t)
		s := sentence(100_000_00)
		s.Shares = append(s.Shares, enforcement.Share{Party: 2, Kind: "warning"})
		o.tried2(t, r, s)
		r.take(o.Supervisor, &enforcement.Publish{Facts: "催收人员夜间威胁借款人。当事人已经整改。"})
		page, err := o.Register(ctx, enforcement.RegisterFilter{Firm: "A1", Q: "诚信", Kind: "fine"})
		check(t, err)
		other, err := o.Register(ctx, enforcement.RegisterFilter{Kind: "confiscation"})
		check(t, err)
		if len(other.Items) != 0 {
			t.Errorf("a fine among confiscations: %+v", other.Items)
		}
		published, err := o.RegisterVersion(ctx)
		check(t, err)
		if len(page.Items) != 1 || page.Items[0].Parties[1] != "刘某某（催收主管）" || strings.Contains(fmt.Sprint(page.Items), "刘德厚") {
			t.Fatalf("register %+v", page.Items)
		}
		r.take(o.Supervisor, &enforcement.CorrectPublication{Facts: "催收人员于夜间电话威胁借款人。", Reasons: "更正事实表述"})
		r.refuse(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收"}, fault.Invalid, "penalty_case.all_parties")
		r.take(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收", AllParties: true})
		r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountFine, AmountFen: 100_000_00, Receipt: "R-1"})
		r.take(o.Supervisor, &enforcement.Challenge{Kind: "review", Body: "上一级主管机关"})
		r.refuse(o.Supervisor, &enforcement.Challenge{Kind: "suit", Body: "杭州市西湖区人民法院"}, fault.Conflict, "penalty_case.lack.challenged")
		r.take(o.Supervisor, &enforcement.ChallengeEnded{Outcome: "annulled"})
		r.take(o.Director, &enforcement.Change{Annul: true, Order: "review", Reasons: "复议决定撤销本处罚决定。"})
		r.refuse(o.Supervisor, &enforcement.Demand{Means: "direct", Proof: "催告书送达回证，当事人签收"}, fault.Conflict, "penalty_case.lack.annulled")
		r.refuse(o.Reviewer, &enforcement.CloseCase{Report: "处罚决定已被撤销，拟结案归档。"}, fault.Conflict, "penalty_case.lack.to_refund")
		clocks, err := o.Clocks(ctx, o.Director, r.ref)
		check(t, err)
		found := false
		for _, k := range clocks {
			found = found || k.Kind == "publication.withdraw" && k.Limit.N == 3
		}
		if !found {
			t.Error("no clock for the withdrawal")
		}
		before, err := o.RegisterVersion(ctx)
		check(t, err)
		r.take(o.Supervisor, &enforcement.WithdrawPublication{Reasons: "复议撤销，撤回公示"})
		after, err := o.RegisterVersion(ctx)
		check(t, err)
		if published == before || before == after {
			t.Errorf("versions of the register: %s, %s corrected, %s withdrawn", published, before, after)
		}
		r.take(o.Supervisor, &enforcement.Refund{Party: 1, Account: enforcement.AccountFine, AmountFen: 100_000_00, Receipt: "R-2"})
		r.take(o.Reviewer, &enforcement.CloseCase{Report: "处罚决定已被撤销，拟结案归档。"})
		page, err = o.Register(ctx, enforcement.RegisterFilter{})
		check(t, err)
		e, err := o.RegisterEntry(ctx, r.p.DecisionNumber)
		check(t, err)
		if len(page.Items) != 0 || !e.Gone || e.Facts != "" || e.Reason != "复议撤销，撤回公示" || len(e.Events) != 3 || len(e.Parties) != 0 {
			t.Errorf("withdrawn: %d listed, %+v", len(page.Items), e)
		}
		h, err := o.History(ctx, o.Director, "A1")
		check(t, err)
		if len(h.Decisions) != 1 || !h.Decisions[0].Annulled || h.Own.FineFen != 0 || h.Own.Decisions != 0 || !h.Few || h.Repeat != nil || h.Codes[0].Code != "H02" {
			t.Errorf("history %+v", h)
		}
		c, err := o.Similar(ctx, o.Director, r.ref)
		check(t, err)
		if c.Usual != nil || c.Percent != -1 || len(c.Nearest) != 0 {
			t.Errorf("a comparison with %d decisions: %+v", c.N, c)
		}
	})
}

// tried2 leads a case with a person beside the firm to its decision.
func (o *office) tried2(t *testing.T, r *run, s enforcement.Sentence) {
	t.Helper()
	s.Basis = append(s.Basis, "cn-bsl-48")
	r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
	r.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"})
	r.take(o.Reviewer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: []int{1}, Persons: []enforcement.Person{{Name: "刘德厚", Post: "催收主管"}}, Sentence: s})
	r.take(o.Supervisor, &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"})
	told := notice(false)
	told.AllParties = true
	r.take(o.Supervisor, told)
	r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明", AllParties: true})
	r.take(o.Director, &enforcement.ApproveCase{Note: "同意"})
	r.take(o.Director, &enforcement.IssueCase{Account: "国库专户 001", Address: "杭州市西湖区文三路1号"})
}

// A case transferred or ended without a penalty frees its finding and its case.
func TestEndsWithoutPenalty(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		r.tried(sentence(100_000_00))
		r.refuse(o.Director, &enforcement.NoPenalty{Ground: "whim", Reasons: "违法行为轻微并及时改正。", Evidence: []string{"整改验收记录"}}, fault.Invalid, "fault.choose")
		r.take(o.Director, &enforcement.NoPenalty{Ground: "slight", Reasons: "违法行为轻微并及时改正。", Evidence: []string{"整改验收记录"}})
		if r.p.Status != enforcement.Ended || r.p.Case.Status != "found" {
			t.Errorf("ended %s, case %s", r.p.Status, r.p.Case.Status)
		}
		p, err := o.Propose(t.Context(), o.Reviewer, r.p.Case.Reference, proposal(r.p.Case.Version))
		check(t, err)
		if p.Full || p.Stage != "" {
			t.Errorf("short way %+v", p)
		}
		_, err = o.Missing(t.Context(), o.Director, p.Reference, enforcement.StepApprove)
		want(t, err, fault.Conflict, "penalty_case.short_way")
	})
}

func TestMeasuresShortOfAPenalty(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		today := calendar.OfTime(o.Clock.Now().In(caseworktest.Zone))
		n := enforcement.NewMeasure{Firm: "A1", Kind: "correct", Findings: []int{1}, Text: "责令停止夜间催收并整改话术。", Basis: []string{"cn-cpl-56"}, Proof: "整改报告和话术"}
		_, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, n)
		want(t, err, fault.Invalid, "penalty_case.follow_up")
		n.DueOn = today.AddDays(15)
		bad := n
		bad.Kind = "fine"
		_, err = o.OrderMeasure(ctx, o.Reviewer, k.Reference, bad)
		want(t, err, fault.Invalid, "penalty_case.measure_kind")
		_, err = o.OrderMeasure(ctx, o.Stranger, k.Reference, n)
		want(t, err, fault.NotFound, "")
		m, err := o.OrderMeasure(ctx, o.Reviewer, k.Reference, n)
		check(t, err)
		stranger := o.party()
		stranger.FirmID = o.Lender.ID
		_, err = o.ProveCorrection(ctx, stranger, m.Reference, m.Version, "已经整改完毕", nil)
		want(t, err, fault.NotFound, "")
		m, err = o.ProveCorrection(ctx, o.party(), m.Reference, m.Version, "已经整改完毕，附话术", []string{"话术.pdf"})
		check(t, err)
		_, err = o.CheckCorrection(ctx, o.party(), m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "整改到位"})
		want(t, err, fault.Forbidden, "")
		m, err = o.CheckCorrection(ctx, o.Reviewer, m.Reference, m.Version, enforcement.MeasureCheck{Corrected: true, Note: "抽查录音，整改到位"})
		check(t, err)
		if m.Status != enforcement.MeasureCorrected || len(m.Events) != 3 || m.EndedOn != today {
			t.Errorf("corrected %+v", m)
		}
		list, err := o.MeasuresOf(ctx, o.Director, k.Reference)
		check(t, err)
		if len(list) != 1 || list[0].Firm.Code != "A1" {
			t.Errorf("measures %+v", list)
		}
	})
}

func TestCaseFile(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		r := o.begin(t)
		err := o.Service.File(ctx, o.Director, r.ref, locale.ZH, io.Discard)
		want(t, err, fault.Conflict, "penalty_case.export_empty")
		r.served(sentence(100_000_00))
		err = o.Service.File(ctx, o.party(), r.ref, locale.ZH, io.Discard)
		want(t, err, fault.Forbidden, "")
		var b bytes.Buffer
		check(t, o.Service.File(ctx, o.Director, r.ref, locale.ZH, &b))
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		check(t, err)
		files := map[string][]byte{}
		for _, f := range z.File {
			in, err := f.Open()
			check(t, err)
			files[f.Name], err = io.ReadAll(in)
			check(t, err)
		}
		index := strings.Split(strings.TrimSpace(string(files["index.csv"])), "\n")[1:]
		if len(index) != len(files)-1 || !bytes.HasPrefix(files["00-file.pdf"], []byte("%PDF")) {
			t.Errorf("%d lines of %d files", len(index), len(files))
		}
		for _, l := range index {
			f := strings.Split(l, ",")
			h := sha256.Sum256(files[f[0]])
			if f[2] != hex.EncodeToString(h[:]) {
				t.Errorf("%s: digest of the index is wrong", f[0])
			}
		}
		// A document reads the same on every day.
		first, err := o.Document(ctx, o.Director, r.ref, enforcement.DocNotice, locale.ZH)
		check(t, err)
		r.days(3)
		again, err := o.Document(ctx, o.Director, r.ref, enforcement.DocNotice, locale.ZH)
		check(t, err)
		if first.SHA256 != again.SHA256 {
			t.Error("the notice changed with the day")
		}
		// The decision in the file is the one that was sealed.
		d, err := o.DecisionOf(ctx, o.Director, r.ref)
		check(t, err)
		for name, data := range files {
			if strings.HasSuffix(name, "-decision.txt") && !strings.HasPrefix(string(data), d.TextZH) {
				t.Errorf("%s differs from the sealed text", name)
			}
		}
		v, err := o.PartyCase(ctx, o.party(), r.ref)
		check(t, err)
		if v.OutstandingFen != 100_000_00 || v.Number == "" || len(v.Documents) != 3 {
			t.Errorf("party sees %+v", v)
		}
		other := o.party()
		other.FirmID = o.Lender.ID
		_, err = o.PartyCase(ctx, other, r.ref)
		want(t, err, fault.NotFound, "")
	})
}

// Two people take the same step at once: one wins.
func TestOneStepAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := o.begin(t)
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, _, err := o.Take(t.Context(), o.Supervisor, r.ref, r.v, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "符合立案条件，准予立案"})
				errs <- err
			}()
		}
		a, b := <-errs, <-errs
		if (a == nil) == (b == nil) {
			t.Fatalf("both: %v, %v", a, b)
		}
		if a == nil {
			a = b
		}
		if !fault.Is(a, fault.Conflict) {
			t.Errorf("the loser reads %v", a)
		}
	})
}

// Every sentence that a guard, a stage or a part can say exists in both languages.
func TestProcedureWords(t *testing.T) {
	words := lawtest.Words(t)
	var keys []string
	for _, s := range enforcement.Stages {
		keys = append(keys, "penalty_case.at."+string(s), "penalty_case.stage."+string(s))
	}
	for _, s := range enforcement.Steps {
		keys = append(keys, "penalty_case.step."+string(s), "event."+s.EventKind())
	}
	for _, g := range enforcement.GuardIDs() {
		keys = append(keys, "penalty_case.lack."+g)
	}
	for _, d := range enforcement.DocumentKinds {
		keys = append(keys, "penalty_case.document."+string(d))
	}
	for _, p := range []string{"proposer", "officer", "finder", "investigator", "former", "trier", "recused"} {
		keys = append(keys, "penalty_case.barred."+p)
	}
	keys = append(keys, "event."+enforcement.EventSentBack, "enforcement.status.proceeding", "enforcement.status.ended")
	for _, k := range keys {
		if !words.Has(locale.ZH, k) || !words.Has(locale.EN, k) {
			t.Errorf("no words for %s", k)
		}
	}
}

// The consistency view over decisions made by the desk itself: nothing below the minimum, then the spread, the nearest, and
// a reason for leaving it.
func TestSimilarDecisions(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		issue := func(fine int64) {
			k := o.Found(t)
			n := proposal(k.Version)
			n.Measures[1].AmountFen = fine
			p, err := o.Propose(ctx, o.Reviewer, k.Reference, n)
			check(t, err)
			p, err = o.Approve(ctx, o.Director, p.Reference, p.Version, "")
			check(t, err)
			_, err = o.Issue(ctx, o.Director, p.Reference, p.Version)
			check(t, err)
		}
		for i := range enforcement.MinimumLike - 1 {
			issue(int64(i+1) * 10_000_00)
		}
		r := o.begin(t)
		r.tried(sentence(450_000_00))
		c, err := o.Similar(ctx, o.Director, r.ref)
		check(t, err)
		if c.N != enforcement.MinimumLike-1 || c.Usual != nil || c.Percent != -1 || len(c.Nearest) != 0 {
			t.Errorf("below the minimum: %+v", c)
		}
		issue(enforcement.MinimumLike * 10_000_00)
		c, err = o.Similar(ctx, o.Director, r.ref)
		check(t, err)
		if c.Usual == nil || c.Usual.P10Fen != 30_000_00 || c.Usual.MedianFen != 150_000_00 || c.Usual.P90Fen != 270_000_00 || c.Percent != 100 ||
			!c.Leaves || len(c.Nearest) != 10 || c.Nearest[0].Codes[0] != "H02" {
			t.Errorf("compared: %+v, %+v", c, c.Usual)
		}
		if c.Here.Repeat != enforcement.MinimumLike || c.Here.Victims != enforcement.MinimumLike+1 {
			t.Errorf("weighed: %+v", c.Here)
		}
		r.take(o.Supervisor, notice(false))
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明"})
		r.refuse(o.Director, &enforcement.ApproveCase{}, fault.Conflict, "penalty_case.lack.usual_range")
		s := sentence(450_000_00)
		s.RangeReason = "受害人数量远多于同类案件"
		r.take(o.Reviewer, &enforcement.Revise{Why: "补充说明理由", Sentence: s})
		r.take(o.Director, &enforcement.ApproveCase{})
		h, err := o.History(ctx, o.Director, "A1")
		check(t, err)
		if len(h.Decisions) != enforcement.MinimumLike || len(h.Repeat) != 2 || h.Few || h.Codes[0].N != enforcement.MinimumLike+1 {
			t.Errorf("history: %d decisions, %+v", len(h.Decisions), h.Codes)
		}
	})
}
