package brief_test

import (
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
	"dunwatch/internal/witness"
)

type office struct {
	*caseworktest.Office
	*brief.Service
	witnesses *witness.Service
}

func open(t *testing.T, db *store.DB, clock *storetest.Clock) *office {
	o := caseworktest.Open(t, db, clock)
	w := witness.New(witness.Deps{DB: db, Log: o.Log, Policy: o.Policy, Accounts: o.Accounts, Complaints: o.Complaints})
	return &office{o, brief.New(brief.Deps{DB: db, Log: o.Log, Policy: o.Policy, Book: o.Book, Zone: caseworktest.Zone, Accounts: o.Accounts, Complaints: o.Complaints, Cases: o.Cases, Witnesses: w}), w}
}

// telling is what an author writes of it.
func telling() brief.Input {
	return brief.Input{Month: "2026-10", FirmKind: "agency", Codes: []string{"H02"}, Text: brief.Text{
		TitleZH: "深夜来电并威胁上门案", HappenedZH: "2026年10月，某催收机构在22时以后多次拨打借款人电话，并称要到其单位找领导。", RuleZH: "催收不得以威胁方式进行，不得在22时至次日8时外呼。", OutcomeZH: "认定属实，责令改正。",
		TitleEN: "Night calls and threats", HappenedEN: "In October 2026 an agency rang after 22:00 and threatened to come to the borrower's employer.", RuleEN: "Nobody may threaten, or ring between 22:00 and 8:00.", OutcomeEN: "Upheld; the firm was ordered to mend its ways.",
	}}
}

// A brief is written by one person and approved by another who has no part in the case; what names somebody is not kept, as a
// draft neither; what a witness says later is found at approval.
func TestBriefTakesTwo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, ctx := open(t, db, clock), t.Context()
		running := o.Found(t)
		_, token, err := o.witnesses.Invite(ctx, o.Supervisor, running.Complaint.Reference, "表姐")
		caseworktest.Check(t, err)
		_, err = o.Write(ctx, o.Reviewer, running.Reference, telling(), false)
		caseworktest.Want(t, err, fault.Conflict, "brief.not_closed")
		k, err := o.Cases.Close(ctx, o.Reviewer, running.Reference, running.Version, "调查终结，已告知双方。")
		caseworktest.Check(t, err)

		for who, kind := range map[*access.Actor]fault.Kind{&o.Second: fault.Forbidden, &o.Stranger: fault.NotFound, &o.Director: fault.Forbidden, &o.Auditor: fault.Forbidden, &o.Admin: fault.NotFound} {
			if _, err := o.Write(ctx, *who, k.Reference, telling(), true); !fault.Is(err, kind) {
				t.Errorf("%s writes: %v", who.Name, err)
			}
		}
		for what, spoil := range map[string]func(*brief.Input){
			"happened_zh": func(in *brief.Input) { in.HappenedZH += "投诉人张 小 三。" }, "outcome_en": func(in *brief.Input) { in.OutcomeEN += " Ring 138 1234 1234." },
			"title_zh": func(in *brief.Input) { in.TitleZH = "诚信催收服务有限公司案" }, "rule_zh": func(in *brief.Input) { in.RuleZH += k.Complaint.Reference },
			"month": func(in *brief.Input) { in.Month = "2026-09" }, "codes": func(in *brief.Input) { in.Codes = []string{"P01"} }, "firm_kind": func(in *brief.Input) { in.FirmKind = "x" },
		} {
			in := telling()
			spoil(&in)
			_, err := o.Write(ctx, o.Reviewer, k.Reference, in, false)
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "["+what+" ") {
				t.Errorf("%s is spoilt: %v", what, err)
			}
		}
		half := telling()
		half.TitleEN = ""
		if _, err := o.Write(ctx, o.Reviewer, k.Reference, half, true); !fault.Is(err, fault.Invalid) {
			t.Errorf("half a brief is sent for approval: %v", err)
		}
		b, err := o.Write(ctx, o.Reviewer, k.Reference, half, false)
		caseworktest.Check(t, err)
		_, err = o.Write(ctx, o.Reviewer, k.Reference, telling(), false)
		caseworktest.Want(t, err, fault.Conflict, "brief.told_already")
		_, err = o.Rewrite(ctx, o.Supervisor, b.Reference, b.Version, telling(), true)
		caseworktest.Want(t, err, fault.Forbidden, "brief.not_author")
		_, err = o.Approve(ctx, o.Director, b.Reference, b.Version)
		caseworktest.Want(t, err, fault.Conflict, "brief.not_submitted")
		b, err = o.Rewrite(ctx, o.Reviewer, b.Reference, b.Version, telling(), true)
		caseworktest.Check(t, err)
		if strings.Join(b.Rules, " ") == "" || b.State != brief.Submitted {
			t.Errorf("sent: %+v", b)
		}

		// Who became a director since has a part in it: as the author, as the officer.
		risen := o.Reviewer
		risen.Role = access.Director
		_, err = o.Approve(ctx, risen, b.Reference, b.Version)
		caseworktest.Want(t, err, fault.Forbidden, "brief.own")
		if _, err := o.Approve(ctx, o.Supervisor, b.Reference, b.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor approves: %v", err)
		}
		if _, err = o.SendBack(ctx, o.Director, b.Reference, b.Version, "张小三的事写得太细"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a reason that names somebody: %v", err)
		}
		b, err = o.SendBack(ctx, o.Director, b.Reference, b.Version, "英文标题再通顺些")
		caseworktest.Check(t, err)
		in := telling()
		in.HappenedZH += "其表姐赵小兰也接到电话。"
		b, err = o.Rewrite(ctx, o.Reviewer, b.Reference, b.Version, in, true)
		caseworktest.Check(t, err)
		_, err = o.witnesses.State(ctx, token, witness.Answer{Contacted: "yes", Name: "赵小兰"})
		caseworktest.Check(t, err)
		if _, err = o.Approve(ctx, o.Director, b.Reference, b.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("a brief with the name of a witness is approved: %v", err)
		}
		b, err = o.SendBack(ctx, o.Director, b.Reference, b.Version, "请删去亲属的姓名")
		caseworktest.Check(t, err)
		b, err = o.Rewrite(ctx, o.Reviewer, b.Reference, b.Version, telling(), true)
		caseworktest.Check(t, err)
		b, err = o.Approve(ctx, o.Director, b.Reference, b.Version)
		caseworktest.Check(t, err)
		if b.Position != 1 || o.told(t) != b.Reference {
			t.Errorf("approved: %+v, told %q", b, o.told(t))
		}
		_, err = o.Rewrite(ctx, o.Reviewer, b.Reference, b.Version, telling(), false)
		caseworktest.Want(t, err, fault.Conflict, "brief.no_draft")
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE case_briefs SET happened_zh = 'x' WHERE reference = ?", b.Reference)
			return err
		})
		if err == nil {
			t.Error("an approved text was changed behind the program's back")
		}
		b, err = o.Withdraw(ctx, o.Director, b.Reference, b.Version, "细节仍可能被认出")
		caseworktest.Check(t, err)
		if o.told(t) != "" || b.State != brief.Withdrawn {
			t.Errorf("withdrawn, and told: %q", o.told(t))
		}
		if _, err = o.Write(ctx, o.Reviewer, k.Reference, telling(), false); err != nil {
			t.Errorf("told anew: %v", err)
		}
		o.MustVerify(t)
	})
}

func (o *office) told(t *testing.T) string {
	t.Helper()
	var refs []string
	err := o.DB.Read(t.Context(), func(tx *store.Tx) error {
		m := calendar.MustMonth("2026-10")
		list, err := o.Told(t.Context(), tx, m, m, "")
		for _, b := range list {
			refs = append(refs, b.Reference)
		}
		return err
	})
	caseworktest.Check(t, err)
	return strings.Join(refs, " ")
}

// What may be chosen are the cases that the author may write about, the gravest first, and none that is told.
func TestSuggestions(t *testing.T) {
	clock := storetest.NewClock()
	o := open(t, storetest.OpenAt(t, clock), clock)
	var refs []string
	for _, threat := range []bool{false, true} {
		k := o.Assigned(t)
		n := o.Threat(k.Version)
		if !threat {
			n.Outcome, n.Basis = "unsubstantiated", nil
		}
		k, _, err := o.Cases.Record(t.Context(), o.Reviewer, k.Reference, n)
		caseworktest.Check(t, err)
		k, err = o.Cases.Close(t.Context(), o.Reviewer, k.Reference, k.Version, "调查终结，已告知双方。")
		caseworktest.Check(t, err)
		refs = append(refs, k.Reference)
	}
	suggested := func(by access.Actor, month string) string {
		list, err := o.Suggest(t.Context(), by, calendar.MustMonth(month))
		caseworktest.Check(t, err)
		var out []string
		for _, k := range list {
			out = append(out, k.Reference)
		}
		return strings.Join(out, " ")
	}
	month := calendar.MonthOf(calendar.OfTime(clock.Now())).String()
	for who, want := range map[*access.Actor]string{&o.Reviewer: refs[1], &o.Supervisor: refs[1], &o.Second: "", &o.Stranger: "", &o.Director: ""} {
		if got := suggested(*who, month); got != want {
			t.Errorf("%s is offered %q, want %q", who.Name, got, want)
		}
	}
	if got := suggested(o.Reviewer, "2026-01"); got != "" {
		t.Errorf("another month offers %q", got)
	}
	in := telling()
	in.Month = month
	_, err := o.Write(t.Context(), o.Reviewer, refs[1], in, false)
	caseworktest.Check(t, err)
	if got := suggested(o.Reviewer, month); got != "" {
		t.Errorf("offered again: %q", got)
	}
}
