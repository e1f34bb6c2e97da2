package enforcement_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// office is the casework's office with its penalties.
type office struct {
	*caseworktest.Office
	*enforcement.Service
	evidence *evidence.Service
}

// each opens an office on both databases and verifies the record at the end.
func each(t *testing.T, f func(t *testing.T, o *office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := &office{Office: caseworktest.Open(t, db, clock)}
		blobs, err := evidence.NewDisk(t.TempDir())
		check(t, err)
		o.evidence = evidence.New(db, o.Log, o.Policy, o.Complaints, blobs, 1<<20)
		o.Service = enforcement.New(enforcement.Deps{
			DB: db, Log: o.Log, Policy: o.Policy, Book: o.Book, Calendars: o.Calendars, Zone: caseworktest.Zone, Accounts: o.Accounts, Firms: o.Firms,
			Cases: o.Cases, Evidence: o.evidence, Notify: o.Notify,
		})
		f(t, o)
		o.pastHolds(t)
		o.MustVerify(t)
	})
}

var (
	check = caseworktest.Check
	want  = caseworktest.Want
)

// proposal fines the agency 100,000 yuan on finding 1.
func proposal(version int64) enforcement.Proposal {
	return enforcement.Proposal{
		Firm: "A1", Findings: []int{1}, Measures: []enforcement.Measure{{Kind: "warning"}, {Kind: "fine", AmountFen: 100_000_00}},
		Basis: []string{"cn-cpl-56"}, Facts: "当事人的催收人员于2026年10月8日夜间以到单位闹事相威胁。",
		Reasons: "侵害消费者人格尊严，情节较重，未见从轻情形。", Version: version,
	}
}

func (o *office) proposed(t *testing.T) (*casework.Case, *enforcement.Penalty) {
	t.Helper()
	k := o.Found(t)
	p, err := o.Propose(t.Context(), o.Reviewer, k.Reference, proposal(k.Version))
	check(t, err)
	return k, p
}

// as makes an actor of one person and another role: what a promotion does.
func as(person, role access.Actor) access.Actor {
	role.UserID, role.Name = person.UserID, person.Name
	return role
}

func TestPropose(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		k, p := o.proposed(t)
		if p.Reference[:7] != "P-2026-" || p.Status != enforcement.Proposed || p.FineFen != 100_000_00 || p.Case.Status != casework.Enforcement ||
			len(p.Findings) != 1 || p.Firm.Code != "A1" {
			t.Errorf("proposed %+v", p)
		}
		got, err := o.ByRef(ctx, o.Second, p.Reference)
		check(t, err)
		if got.ProposedByName != o.Reviewer.Name || got.Round != 1 || len(got.Measures) != 2 || got.Case.Reference != k.Reference {
			t.Errorf("stored %+v", got)
		}
		c, err := o.Cases.ByRef(ctx, o.Reviewer, k.Reference)
		check(t, err)
		_, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, c.Version, "调查终结，意见已告知")
		want(t, err, fault.Conflict, "casework.penalty_under_way")
		_, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, o.Threat(c.Version))
		want(t, err, fault.Conflict, "casework.penalty_under_way")
		_, err = o.Propose(ctx, o.Reviewer, k.Reference, proposal(k.Version))
		want(t, err, fault.Invalid, "enforcement.fined_before")
		// The lender may be penalised for the same act in its own right.
		other := proposal(k.Version)
		other.Firm = "L1"
		_, err = o.Propose(ctx, o.Reviewer, k.Reference, other)
		want(t, err, fault.Conflict, "fault.stale")
		other.Version = c.Version
		_, err = o.Propose(ctx, o.Reviewer, k.Reference, other)
		check(t, err)
		list, err := o.OfCase(ctx, o.Director, k.Reference)
		check(t, err)
		if len(list) != 2 {
			t.Errorf("%d penalties of the case", len(list))
		}
	})
}

func TestProposeRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		for name, tt := range map[string]struct {
			spoil func(*enforcement.Proposal)
			key   string
		}{
			"firm":            {func(p *enforcement.Proposal) { p.Firm = "X" }, "enforcement.choose_party"},
			"no finding":      {func(p *enforcement.Proposal) { p.Findings = nil }, "enforcement.choose_findings"},
			"unknown finding": {func(p *enforcement.Proposal) { p.Findings = []int{2} }, "enforcement.not_upheld"},
			"no measure":      {func(p *enforcement.Proposal) { p.Measures = nil }, "enforcement.choose_measures"},
			"unknown kind":    {func(p *enforcement.Proposal) { p.Measures[0].Kind = "flogging" }, "enforcement.unknown_kind"},
			"police kind":     {func(p *enforcement.Proposal) { p.Measures[0].Kind = "detention" }, "enforcement.unknown_kind"},
			"two fines":       {func(p *enforcement.Proposal) { p.Measures[0] = p.Measures[1] }, "enforcement.kind_twice"},
			"fine of nothing": {func(p *enforcement.Proposal) { p.Measures[1].AmountFen = 0 }, "enforcement.amount_needed"},
			"negative fine":   {func(p *enforcement.Proposal) { p.Measures[1].AmountFen = -1 }, "enforcement.amount_needed"},
			"priced warning":  {func(p *enforcement.Proposal) { p.Measures[0].AmountFen = 1 }, "enforcement.no_amount"},
			"soft law":        {func(p *enforcement.Proposal) { p.Basis = []string{"cn-gbt45251-hours"} }, "enforcement.not_a_penalty_basis"},
			"police law":      {func(p *enforcement.Proposal) { p.Basis = []string{"cn-psl2025-50"} }, "enforcement.not_a_penalty_basis"},
			"unknown basis":   {func(p *enforcement.Proposal) { p.Basis = []string{"x"} }, "casework.unknown_basis"},
			"no basis":        {func(p *enforcement.Proposal) { p.Basis = nil }, "enforcement.basis_needed"},
			"kind not in law": {func(p *enforcement.Proposal) { p.Measures[0].Kind = "closure" }, "enforcement.kind_not_in_basis"},
			"facts":           {func(p *enforcement.Proposal) { p.Facts = "威胁" }, "fault.too_short"},
			"reasons":         {func(p *enforcement.Proposal) { p.Reasons = "" }, "fault.too_short"},
		} {
			p := proposal(k.Version)
			tt.spoil(&p)
			_, err := o.Propose(ctx, o.Reviewer, k.Reference, p)
			if err == nil {
				t.Errorf("%s was taken", name)
				continue
			}
			want(t, err, fault.Invalid, tt.key)
		}
		_, err := o.Propose(ctx, o.Second, k.Reference, proposal(k.Version))
		want(t, err, fault.Forbidden, "")
		_, err = o.Propose(ctx, o.Stranger, k.Reference, proposal(k.Version))
		want(t, err, fault.NotFound, "")
		_, err = o.Propose(ctx, o.Reviewer, o.Assigned(t).Reference, proposal(2))
		want(t, err, fault.Conflict, "casework.no_findings")
	})
}

func TestDutiesAreSeparate(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		k, p := o.proposed(t)
		_, err := o.Approve(ctx, o.Reviewer, p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.proposer_cannot_approve")
		_, err = o.Approve(ctx, as(o.Reviewer, o.Director), p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.proposer_cannot_approve")
		_, err = o.Return(ctx, as(o.Reviewer, o.Director), p.Reference, p.Version, "事实不清，请补充")
		want(t, err, fault.Forbidden, "enforcement.proposer_cannot_approve")
		_, err = o.Approve(ctx, o.Supervisor, p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "fault.forbidden")
		_, err = o.Approve(ctx, o.Stranger, p.Reference, p.Version, "")
		want(t, err, fault.NotFound, "")

		// The case passes to a colleague, who becomes director: still the investigator.
		c, err := o.Cases.ByRef(ctx, o.Supervisor, k.Reference)
		check(t, err)
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, c.Version, caseworktest.ID(o.Second))
		check(t, err)
		_, err = o.Approve(ctx, as(o.Second, o.Director), p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.officer_cannot_approve")
		check(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, caseworktest.ID(o.Auditor), "亲属"))
		_, err = o.Approve(ctx, as(o.Auditor, o.Director), p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.recused_cannot_approve")

		if m := o.Moves(o.Director, p); !m.Approve || !m.Return || m.Issue || m.Barred != "" {
			t.Errorf("director: %+v", m)
		}
		if m := o.Moves(as(o.Reviewer, o.Director), p); m.Approve || m.Barred != "enforcement.proposer_cannot_approve" {
			t.Errorf("proposer as director: %+v", m)
		}
		// Nor is it offered to whoever was recused, or once had the case and is not its officer any more.
		check(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, caseworktest.ID(o.Second), "亲属"))
		loaded, err := o.ByRef(ctx, o.Director, p.Reference)
		check(t, err)
		c, err = o.Cases.ByRef(ctx, o.Supervisor, k.Reference)
		check(t, err)
		if c.OfficerID != 0 {
			t.Fatalf("still in the hands of %d", c.OfficerID)
		}
		for barred, key := range map[*access.Actor]string{&o.Auditor: "enforcement.recused_cannot_approve", &o.Second: "enforcement.recused_cannot_approve",
			&o.Reviewer: "enforcement.proposer_cannot_approve"} {
			if m := o.Moves(as(*barred, o.Director), loaded); m.Approve || m.Return || m.Issue || m.Barred != key {
				t.Errorf("%s as director: %+v, want %s", barred.Name, m, key)
			}
		}
		if m := o.Moves(o.Director, loaded); !m.Approve || !m.Return || m.Barred != "" {
			t.Errorf("director: %+v", m)
		}
		p, err = o.Approve(ctx, o.Director, p.Reference, p.Version, "同意")
		check(t, err)
		if p.Status != enforcement.Approved || p.DecidedBy != o.Director.UserID {
			t.Errorf("approved %+v", p)
		}
		_, err = o.Issue(ctx, as(o.Reviewer, o.Supervisor), p.Reference, p.Version)
		want(t, err, fault.Forbidden, "enforcement.proposer_cannot_issue")
		_, err = o.Issue(ctx, as(o.Second, o.Supervisor), p.Reference, p.Version)
		want(t, err, fault.Forbidden, "enforcement.recused_cannot_issue")
	})
}

// Who once had the case in hand is offered nothing and refused.
func TestFormerOfficerIsOfferedNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Case(t)
		k, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Second))
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		check(t, err)
		k, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, o.Threat(k.Version))
		check(t, err)
		p, err := o.Propose(ctx, o.Reviewer, k.Reference, proposal(k.Version))
		check(t, err)
		former := as(o.Second, o.Director)
		loaded, err := o.ByRef(ctx, former, p.Reference)
		check(t, err)
		if m := o.Moves(former, loaded); m.Approve || m.Return || m.Barred != "enforcement.former_cannot_approve" {
			t.Errorf("former officer as director: %+v", m)
		}
		_, err = o.Approve(ctx, former, p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.former_cannot_approve")
		p, err = o.Approve(ctx, o.Director, p.Reference, p.Version, "同意")
		check(t, err)
		former = as(o.Second, o.Supervisor)
		if m := o.Moves(former, p); m.Issue || m.Barred != "enforcement.former_cannot_issue" {
			t.Errorf("former officer as supervisor: %+v", m)
		}
		_, err = o.Issue(ctx, former, p.Reference, p.Version)
		want(t, err, fault.Forbidden, "enforcement.former_cannot_issue")
	})
}

// A finding made by somebody else than the proposer and the officer bars its maker too.
func TestFinderCannotApprove(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, k := t.Context(), o.Found(t)
		k, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Second))
		check(t, err)
		p, err := o.Propose(ctx, o.Second, k.Reference, proposal(k.Version))
		check(t, err)
		_, err = o.Approve(ctx, as(o.Reviewer, o.Director), p.Reference, p.Version, "")
		want(t, err, fault.Forbidden, "enforcement.finder_cannot_approve")
	})
}

func TestReturnAndAmend(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		_, p := o.proposed(t)
		_, err := o.Amend(ctx, o.Reviewer, p.Reference, proposal(p.Version))
		want(t, err, fault.Conflict, "enforcement.already.proposed")
		_, err = o.Return(ctx, o.Director, p.Reference, p.Version, "")
		want(t, err, fault.Invalid, "fault.required")
		p, err = o.Approve(ctx, o.Director, p.Reference, p.Version, "")
		check(t, err)
		p, err = o.Return(ctx, o.Director, p.Reference, p.Version, "金额偏高，请说明理由")
		check(t, err)
		if p.Status != enforcement.Returned || p.DecidedBy != 0 {
			t.Errorf("returned %+v", p)
		}
		anew := proposal(p.Version)
		anew.Measures = []enforcement.Measure{{Kind: "fine", AmountFen: 50_000_00}, {Kind: "confiscation", AmountFen: 12_345_67}}
		_, err = o.Amend(ctx, o.Second, p.Reference, anew)
		want(t, err, fault.Forbidden, "enforcement.only_proposer")
		other := anew
		other.Firm = "L1"
		_, err = o.Amend(ctx, o.Reviewer, p.Reference, other)
		want(t, err, fault.Invalid, "enforcement.same_firm")
		anew.Findings = nil
		p, err = o.Amend(ctx, o.Reviewer, p.Reference, anew)
		check(t, err)
		got, err := o.ByRef(ctx, o.Reviewer, p.Reference)
		check(t, err)
		if got.Status != enforcement.Proposed || got.Round != 2 || len(got.Measures) != 2 || got.FineFen != 50_000_00 || got.ConfiscationFen != 12_345_67 {
			t.Errorf("amended %+v", got)
		}
		_, err = o.Approve(ctx, o.Director, p.Reference, p.Version-1, "")
		want(t, err, fault.Conflict, "fault.stale")
		all, err := o.Timeline(ctx, o.Reviewer, p.Reference)
		check(t, err)
		var kinds []string
		for _, e := range all {
			kinds = append(kinds, e.Kind)
		}
		if !slices.Equal(kinds, []string{"penalty.proposed", "penalty.approved", "penalty.returned", "penalty.amended"}) ||
			all[2].Note != "金额偏高，请说明理由" || all[1].ActorName != o.Director.Name {
			t.Errorf("timeline %+v", all)
		}
	})
}

func TestIssue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		k, p := o.proposed(t)
		_, err := o.DecisionOf(ctx, o.Reviewer, p.Reference)
		want(t, err, fault.NotFound, "enforcement.no_decision")
		_, err = o.Issue(ctx, o.Director, p.Reference, p.Version)
		want(t, err, fault.Conflict, "enforcement.already.proposed")
		p, err = o.Approve(ctx, o.Director, p.Reference, p.Version, "")
		check(t, err)
		p, err = o.Issue(ctx, o.Supervisor, p.Reference, p.Version)
		check(t, err)
		if p.Status != enforcement.Issued || p.DecisionNumber != "〔2026〕1号" || p.IssuedOn != calendar.MustDate("2026-10-20") || p.Case.Status != casework.Found {
			t.Errorf("issued %+v", p)
		}
		d, err := o.DecisionOf(ctx, o.Auditor, p.Reference)
		check(t, err)
		sum := sha256.Sum256([]byte(d.TextZH + "\x00" + d.TextEN))
		if !bytes.Equal(sum[:], d.SHA256) || d.Number != p.DecisionNumber {
			t.Errorf("sealed %x for %s", d.SHA256, d.Number)
		}
		for _, s := range []string{
			"行政处罚决定书\n〔2026〕1号", k.Reference, "诚信催收服务有限公司", "认定第1号", "（H02），属实", "以到单位闹事相威胁",
			"《中华人民共和国消费者权益保护法》第五十六条", "警告", "罚款人民币壹拾万元整（¥100,000.00）", "自收到本决定书之日起15日（《行政处罚法》第六十七条）",
			"每日按罚款数额的3%加处罚款", "申请行政复议：自知道本决定之日起60日", "6个月（《行政诉讼法》第四十六条）", "2026年10月20日",
		} {
			if !strings.Contains(d.TextZH, s) {
				t.Errorf("the decision lacks %q", s)
			}
		}
		for _, s := range []string{"PENALTY DECISION", "Fine: CNY 100,000.00", "15 days", "60 days", "6 months", "20 October 2026"} {
			if !strings.Contains(d.TextEN, s) {
				t.Errorf("the translation lacks %q", s)
			}
		}
		if t.Failed() {
			t.Log(d.TextZH + d.TextEN)
		}
		_, err = o.Drop(ctx, o.Reviewer, p.Reference, p.Version, "不应当作出处罚")
		want(t, err, fault.Conflict, "enforcement.already.issued")
		c, err := o.Cases.ByRef(ctx, o.Reviewer, k.Reference)
		check(t, err)
		_, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, c.Version, "处罚决定已经作出")
		check(t, err)
	})
}

func TestDropLeavesEnforcementWithTheLast(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		k, first := o.proposed(t)
		n := proposal(k.Version + 1)
		n.Firm = "L1"
		second, err := o.Propose(ctx, o.Reviewer, k.Reference, n)
		check(t, err)
		_, err = o.Drop(ctx, o.Director, first.Reference, first.Version, "不再处罚催收机构")
		want(t, err, fault.Forbidden, "enforcement.only_proposer")
		var wg sync.WaitGroup
		for _, p := range []*enforcement.Penalty{first, second} {
			wg.Go(func() {
				if _, err := o.Drop(ctx, o.Reviewer, p.Reference, p.Version, "证据不足，撤回建议"); err != nil {
					t.Errorf("drop %s: %v", p.Reference, err)
				}
			})
		}
		wg.Wait()
		c, err := o.Cases.ByRef(ctx, o.Reviewer, k.Reference)
		check(t, err)
		if c.Status != casework.Found {
			t.Errorf("the case is %s after its last penalty was withdrawn", c.Status)
		}
		// What was withdrawn fines nobody: the same act can be proposed again.
		_, err = o.Propose(ctx, o.Reviewer, k.Reference, proposal(c.Version))
		check(t, err)
	})
}

func TestTwoApproveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, p := o.proposed(t)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() { _, errs[i] = o.Approve(t.Context(), o.Director, p.Reference, p.Version, "") })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or neither won: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("the loser got %v", err)
			}
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		_, a := o.proposed(t)
		_, b := o.proposed(t)
		b, err := o.Approve(ctx, o.Director, b.Reference, b.Version, "")
		check(t, err)
		b, err = o.Issue(ctx, o.Director, b.Reference, b.Version)
		check(t, err)
		for name, tt := range map[string]struct {
			by   access.Actor
			f    enforcement.Filter
			want []string
		}{
			"all":         {o.Director, enforcement.Filter{}, []string{b.Reference, a.Reference}},
			"the unit's":  {o.Reviewer, enforcement.Filter{Unit: "mine"}, []string{b.Reference, a.Reference}},
			"another's":   {o.Stranger, enforcement.Filter{}, nil},
			"status":      {o.Director, enforcement.Filter{Status: []enforcement.Status{enforcement.Proposed}}, []string{a.Reference}},
			"firm":        {o.Director, enforcement.Filter{Firm: "L1"}, nil},
			"other pack":  {o.Director, enforcement.Filter{Pack: "us"}, nil},
			"issued":      {o.Director, enforcement.Filter{Issued: calendar.MustMonth("2026-10")}, []string{b.Reference}},
			"kind":        {o.Director, enforcement.Filter{Kind: "warning", Pack: "cn"}, []string{b.Reference, a.Reference}},
			"other kind":  {o.Director, enforcement.Filter{Kind: "closure"}, nil},
			"other unit":  {o.Director, enforcement.Filter{Unit: "B"}, nil},
			"other month": {o.Director, enforcement.Filter{Issued: calendar.MustMonth("2026-09")}, nil},
		} {
			l, err := o.List(ctx, tt.by, tt.f)
			check(t, err)
			var got []string
			for _, p := range l.Items {
				got = append(got, p.Reference)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		}
		l, err := o.List(ctx, o.Director, enforcement.Filter{Limit: 1})
		check(t, err)
		if l.NextCursor == "" || l.Counts["issued"] != 1 || l.Counts["proposed"] != 1 {
			t.Errorf("first page %+v", l)
		}
		l, err = o.List(ctx, o.Director, enforcement.Filter{Limit: 1, Cursor: l.NextCursor})
		check(t, err)
		if len(l.Items) != 1 || l.Items[0].Reference != a.Reference || l.NextCursor != "" {
			t.Errorf("last page %+v", l)
		}
		_, err = o.List(ctx, o.Director, enforcement.Filter{Cursor: "?"})
		want(t, err, fault.Invalid, "casework.cursor")
		_, err = o.List(ctx, o.Admin, enforcement.Filter{})
		want(t, err, fault.Forbidden, "")
	})
}
