package hardship_test

import (
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/forwarding/forwardingtest"
	"dunwatch/internal/hardship"
	"dunwatch/internal/store/storetest"
)

var (
	check, want = caseworktest.Check, caseworktest.Want
	day         = calendar.MustDate
)

type office struct {
	*forwardingtest.Office
	plans *hardship.Service
	k     *casework.Case
	f     *forwarding.Forward
}

func open(t *testing.T) *office {
	t.Helper()
	clock := storetest.NewClock()
	o := &office{Office: forwardingtest.Open(t, storetest.OpenAt(t, clock), clock)}
	o.plans = hardship.New(hardship.Deps{
		DB: o.DB, Log: o.Log, Policy: o.Policy, Zone: caseworktest.Zone, Accounts: o.Accounts, Firms: o.Firms, Complaints: o.Complaints,
		Cases: o.Cases, Forwards: o.Forwards, Notify: o.Notify, PortalURL: "https://desk.example/firm", CaseURL: "https://desk.example/cases",
	})
	o.On("2026-10-20")
	o.k = o.CaseOf(t, o.Dated("2026-10-10"))
	o.f = o.Told(t, o.k)
	return o
}

func offer() hardship.OfferInput {
	return hardship.OfferInput{
		Kind: hardship.Instalments, Terms: "本金分两期归还，免收违约金。", TotalFen: 300_000, StopCollection: true,
		Instalments: []hardship.Part{{DueOn: day("2026-11-10"), Fen: 100_000}, {DueOn: day("2026-12-10"), Fen: 200_000}},
	}
}

func (o *office) agreed(t *testing.T) *hardship.Plan {
	t.Helper()
	p, err := o.plans.Offer(t.Context(), o.Bank, o.f.Reference, offer())
	check(t, err)
	p, err = o.plans.Answer(t.Context(), o.Borrower(o.k), p.Reference, p.Version, true)
	check(t, err)
	return p
}

func TestPlanIsKept(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	ctx := t.Context()
	p := o.agreed(t)
	if p.Status != hardship.Accepted || p.AnsweredOn.String() != "2026-10-20" {
		t.Errorf("the plan is %+v", p)
	}
	_, err := o.plans.Offer(ctx, o.Bank, o.f.Reference, offer())
	want(t, err, fault.Conflict, "hardship.one_at_a_time")
	o.On("2026-11-09")
	p, err = o.plans.Paid(ctx, o.Borrower(o.k), p.Reference, p.Version, hardship.PaidInput{Instalment: 1, Fen: 100_000, On: day("2026-11-09")})
	check(t, err)
	_, err = o.plans.Paid(ctx, o.Bank, p.Reference, p.Version, hardship.PaidInput{Instalment: 1, Fen: 1, On: day("2026-11-09")})
	want(t, err, fault.Conflict, "hardship.paid_already")
	for in, key := range map[hardship.PaidInput]string{
		{Instalment: 3, Fen: 1, On: day("2026-11-09")}:       "fault.choose",
		{Instalment: 2, Fen: 200_001, On: day("2026-11-09")}: "hardship.open_amount",
		{Instalment: 2, Fen: 0, On: day("2026-11-09")}:       "hardship.open_amount",
		{Instalment: 2, Fen: 1, On: day("2026-11-10")}:       "hardship.paid_on",
		{Instalment: 2, Fen: 1, On: day("2026-10-19")}:       "hardship.paid_on",
		{Instalment: 2, Fen: 1}:                              "fault.required",
	} {
		_, err = o.plans.Paid(ctx, o.Bank, p.Reference, p.Version, in)
		want(t, err, fault.Invalid, key)
	}
	o.On("2026-12-11")
	list, err := o.plans.Plans(ctx, o.Borrower(o.k), o.k.Complaint.Reference)
	check(t, err)
	if f := list[0].Performance; f.OnTime || f.LateFen != 200_000 || f.PaidFen != 100_000 || list[0].Terms != offer().Terms {
		t.Errorf("a day late: %+v %q", f, list[0].Terms)
	}
	p, err = o.plans.Paid(ctx, o.Bank, p.Reference, p.Version, hardship.PaidInput{Instalment: 2, Fen: 200_000, On: day("2026-12-11")})
	check(t, err)
	if p.Status != hardship.Ended || p.EndedOn.String() != "2026-12-11" || p.Performance.PaidFen != 300_000 {
		t.Errorf("all is paid and the plan is %+v", p)
	}
	_, err = o.plans.Paid(ctx, o.Bank, p.Reference, p.Version, hardship.PaidInput{Instalment: 2, Fen: 1, On: day("2026-12-11")})
	want(t, err, fault.Conflict, "hardship.is_ended")
}

func TestOfferIsChecked(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	for key, change := range map[string]func(*hardship.OfferInput){
		"fault.choose":          func(i *hardship.OfferInput) { i.Kind = "gift" },
		"fault.required":        func(i *hardship.OfferInput) { i.Terms = " " },
		"hardship.must_stop":    func(i *hardship.OfferInput) { i.StopCollection = false },
		"hardship.sum":          func(i *hardship.OfferInput) { i.TotalFen++ },
		"hardship.amount":       func(i *hardship.OfferInput) { i.Instalments[0].Fen = -1 },
		"hardship.date_order":   func(i *hardship.OfferInput) { i.Instalments[1].DueOn = i.Instalments[0].DueOn },
		"hardship.how_many":     func(i *hardship.OfferInput) { i.Instalments = nil },
		"hardship.at_least_two": func(i *hardship.OfferInput) { i.Instalments = i.Instalments[:1] },
	} {
		in := offer()
		change(&in)
		_, err := o.plans.Offer(t.Context(), o.Bank, o.f.Reference, in)
		want(t, err, fault.Invalid, key)
	}
}

func TestOfferLapses(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	p, err := o.plans.Offer(t.Context(), o.Bank, o.f.Reference, offer())
	check(t, err)
	o.On("2026-11-11")
	_, err = o.plans.Answer(t.Context(), o.Borrower(o.k), p.Reference, p.Version, true)
	want(t, err, fault.Conflict, "hardship.lapsed")
	_, err = o.plans.Answer(t.Context(), o.Borrower(o.k), p.Reference, p.Version, false)
	check(t, err)
}

// Nobody but the firm that offered and the complainant has a plan.
func TestWhoseThePlanIs(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	ctx := t.Context()
	p, err := o.plans.Offer(ctx, o.Bank, o.f.Reference, offer())
	check(t, err)
	other := o.CaseOf(t, o.Dated("2026-10-10"))
	for _, by := range []access.Actor{o.Rival, o.Other, o.Collector, o.Borrower(other), o.Reviewer, access.Nobody} {
		_, err := o.plans.Answer(ctx, by, p.Reference, p.Version, true)
		want(t, err, fault.NotFound, "fault.not_found")
		_, err = o.plans.Paid(ctx, by, p.Reference, p.Version, hardship.PaidInput{Instalment: 1, Fen: 1, On: day("2026-10-20")})
		want(t, err, fault.NotFound, "fault.not_found")
		want(t, o.plans.Breach(ctx, by, p.Reference, hardship.BreachInput{What: hardship.Collected, Text: "仍在打电话催收。"}), fault.NotFound, "fault.not_found")
		_, err = o.plans.Offer(ctx, by, o.f.Reference, offer())
		want(t, err, fault.NotFound, "fault.not_found")
		_, err = o.plans.PlansOf(ctx, by, o.f.Reference)
		if by.Role != access.Reviewer {
			want(t, err, fault.NotFound, "fault.not_found")
		}
	}
	_, err = o.plans.Answer(ctx, o.Bank, p.Reference, p.Version, true)
	want(t, err, fault.Forbidden, "")
	_, err = o.plans.Withdraw(ctx, o.Borrower(o.k), p.Reference, p.Version)
	want(t, err, fault.Forbidden, "")
	_, err = o.plans.Withdraw(ctx, o.Banker, p.Reference, p.Version)
	check(t, err)
	_, err = o.plans.Answer(ctx, o.Borrower(o.k), p.Reference, p.Version+1, true)
	want(t, err, fault.Conflict, "hardship.is_withdrawn")
}

func TestTwoReportOnePayment(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	p := o.agreed(t)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, by := range []access.Actor{o.Bank, o.Borrower(o.k)} {
		wg.Go(func() {
			_, errs[i] = o.plans.Paid(t.Context(), by, p.Reference, p.Version, hardship.PaidInput{Instalment: 1, Fen: 60_000, On: day("2026-10-20")})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both or neither: %v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			want(t, err, fault.Conflict, "fault.stale")
		}
	}
}

// A breach opens the case: one that runs hears of it, one that was closed runs again.
func TestBreachOpensTheCase(t *testing.T) {
	o := open(t)
	defer o.MustVerify(t)
	ctx := t.Context()
	p := o.agreed(t)
	in := hardship.BreachInput{What: hardship.Collected, Text: "按期还款，仍每天打电话催收。"}
	want(t, o.plans.Breach(ctx, o.Bank, p.Reference, in), fault.Forbidden, "")
	want(t, o.plans.Breach(ctx, o.Borrower(o.k), p.Reference, hardship.BreachInput{What: "other", Text: in.Text}), fault.Invalid, "fault.choose")
	check(t, o.plans.Breach(ctx, o.Borrower(o.k), p.Reference, in))
	if k := o.Fresh(t, o.k); k.Status == casework.Closed {
		t.Errorf("the case is %s", k.Status)
	}
	k, err := o.Cases.Close(ctx, o.Reviewer, o.k.Reference, o.Fresh(t, o.k).Version, "机构已答复，投诉人接受。")
	check(t, err)
	if k.Status != casework.Closed {
		t.Fatalf("the case is %s", k.Status)
	}
	o.On("2026-11-20")
	check(t, o.plans.Breach(ctx, o.Borrower(o.k), p.Reference, in))
	if k = o.Fresh(t, o.k); k.Status == casework.Closed || k.Complaint.Status != complaint.Accepted || k.DueOn.IsZero() {
		t.Errorf("after the breach the case is %s, the complaint %s, due %s", k.Status, k.Complaint.Status, k.DueOn)
	}
	messages, err := o.Complaints.Messages(ctx, o.Reviewer, o.k.Complaint.Reference)
	check(t, err)
	if len(messages) != 2 || messages[1].Body != in.Text {
		t.Errorf("messages %+v", messages)
	}
	mine, err := o.plans.PlansOf(ctx, o.Bank, o.f.Reference)
	check(t, err)
	if mine[0].Performance.Breaches != 0 {
		t.Error("the firm reads that the complainant reported it")
	}
	theirs, err := o.plans.Plans(ctx, o.Reviewer, o.k.Complaint.Reference)
	check(t, err)
	if theirs[0].Performance.Breaches != 2 {
		t.Errorf("staff see %d breaches, want 2", theirs[0].Performance.Breaches)
	}
}
