package forwarding_test

import (
	"maps"
	"slices"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/forwarding/forwardingtest"
	"dunwatch/internal/letter"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var check, want = caseworktest.Check, caseworktest.Want

func open(t *testing.T, day string) *forwardingtest.Office {
	t.Helper()
	clock := storetest.NewClock()
	db := storetest.OpenAt(t, clock)
	o := forwardingtest.Open(t, db, clock)
	o.On(day)
	return o
}

// The whole way of a complaint at a firm, over the make-up days and holidays of autumn 2026: every due date was counted by
// hand from the calendar of the State Council.
func TestWholeWay(t *testing.T) {
	o := open(t, "2026-09-17")
	defer o.MustVerify(t)
	ctx := t.Context()
	k := o.CaseOf(t, o.Dated("2026-09-10"))
	clocks := func(more map[string]string) {
		t.Helper()
		got := o.Clocks(t, k)
		for kind, due := range more {
			if got[kind] != due {
				t.Errorf("%s: clock %s is %q, want %q", o.DB.Now().In(caseworktest.Zone).Format("01-02"), kind, got[kind], due)
			}
		}
	}
	caseDue := func(due string) {
		t.Helper()
		if got := o.Fresh(t, k).DueOn.String(); got != due {
			t.Errorf("the case is due %q, want %q", got, due)
		}
	}
	// 7 working days: 18, 20 (a Sunday worked), 21, 22, 23, 24, 28 (25 to 27: Mid-Autumn).
	clocks(map[string]string{"complaint.forward": "2026-09-28"})

	o.On("2026-09-24")
	f := o.Send(t, o.Fresh(t, k))
	clocks(map[string]string{"complaint.forward": "2026-09-28 x", "firm.answer": "2026-10-09"})
	caseDue("2026-10-09")
	is(t, f, forwarding.Sent, "2026-10-09")

	o.On("2026-09-25")
	f, err := o.Forwards.Acknowledge(ctx, o.Banker, f.Reference, f.Version)
	check(t, err)
	is(t, f, forwarding.Acknowledged, "2026-10-09")

	// Complex: 30 days in all.
	o.On("2026-09-28")
	f, err = o.Forwards.AskTime(ctx, o.Bank, f.Reference, f.Version, forwarding.TimeInput{Ground: "complex", Reason: "需要调取全部录音。"})
	check(t, err)
	f = decide(t, o, k, f, true)
	is(t, f, forwarding.Acknowledged, "2026-10-24")
	clocks(map[string]string{"firm.answer": "2026-10-24"})
	caseDue("2026-10-24")

	// 30 more with approval, refused: the date stays.
	o.On("2026-09-29")
	f, err = o.Forwards.AskTime(ctx, o.Bank, f.Reference, f.Version, forwarding.TimeInput{Days: 30, Ground: "third_party", Reason: "等待第三方材料。"})
	check(t, err)
	f = decide(t, o, k, f, false)
	is(t, f, forwarding.Acknowledged, "2026-10-24")

	// The check: 5 working days over National Day: 8, 9, 10 (a Saturday worked), 12, 13.
	o.On("2026-09-30")
	f = answer(t, o, f)
	is(t, f, forwarding.Answered, "")
	clocks(map[string]string{"firm.answer": "2026-10-24 x", "complaint.quality_check": "2026-10-13"})
	caseDue("2026-10-13")

	// Back: 7 working days: 10, 12, 13, 14, 15, 16, 19.
	o.On("2026-10-09")
	f = back(t, o, f)
	is(t, f, forwarding.Returned, "2026-10-19")
	clocks(map[string]string{"complaint.quality_check": "2026-10-13 x", "firm.answer_again": "2026-10-19"})

	o.On("2026-10-19")
	f = answer(t, o, f)
	clocks(map[string]string{"firm.answer_again": "2026-10-19 x", "complaint.quality_check#2": "2026-10-26"})

	// Back a second time, and answered a day late.
	o.On("2026-10-20")
	f = back(t, o, f)
	is(t, f, forwarding.Returned, "2026-10-29")
	clocks(map[string]string{"complaint.quality_check#2": "2026-10-26 x", "firm.answer_again#2": "2026-10-29"})
	o.On("2026-10-30")
	f = answer(t, o, f)
	clocks(map[string]string{"firm.answer_again#2": "2026-10-29 x late", "complaint.quality_check#3": "2026-11-06"})

	// Told: the 30 days for a review end on a Saturday and roll to Monday.
	o.On("2026-11-05")
	if got := follow(t, o, k); len(got.Answers) != 0 || got.MayAccept || got.MayReview {
		t.Errorf("before the check the complainant sees %+v", got)
	}
	f, err = o.Forwards.Check(ctx, o.Reviewer, f.Reference, f.Version, true, nil, "")
	check(t, err)
	is(t, f, forwarding.Told, "")
	clocks(map[string]string{"complaint.quality_check#3": "2026-11-06 x", "firm.review_request": "2026-12-07"})
	got := follow(t, o, k)
	if len(got.Answers) != 1 || got.Answers[0].Body != "第三次答复：已停止夜间拨打并道歉。" || got.ReviewUntil.String() != "2026-12-07" || !got.MayReview || !got.MayAccept {
		t.Errorf("after the check the complainant sees %+v", got)
	}

	// On the last day the complainant asks for a review: 30 days for the firm.
	o.On("2026-12-07")
	check(t, o.Forwards.RequestReview(ctx, o.Borrower(k), k.Complaint.Reference, "", "答复没有说明处理了谁，请重新核查。"))
	f = fresh(t, o, f)
	is(t, f, forwarding.Review, "2027-01-06")
	clocks(map[string]string{"firm.review_request": "2026-12-07 x", "firm.review": "2027-01-06"})
	caseDue("2027-01-06")

	o.On("2026-12-21")
	f = answer(t, o, f)
	is(t, f, forwarding.ReviewAnswered, "")
	clocks(map[string]string{"firm.review": "2027-01-06 x", "complaint.quality_check#4": "2026-12-28"})
	o.On("2026-12-22")
	f, err = o.Forwards.Check(ctx, o.Supervisor, f.Reference, f.Version, true, nil, "")
	check(t, err)
	is(t, f, forwarding.ReviewTold, "")
	clocks(map[string]string{"complaint.quality_check#4": "2026-12-28 x"})
	caseDue("")
	want(t, o.Forwards.RequestReview(ctx, o.Borrower(k), k.Complaint.Reference, "", "还是不满意，请再核查一次。"), fault.Conflict, "forwarding.reviewed_already")
	check(t, o.Forwards.Accept(ctx, o.Borrower(k), k.Complaint.Reference, ""))
	is(t, fresh(t, o, f), forwarding.Accepted, "")
	letters(t, o, k, f)
}

// letters checks which letters the way produced, in order, and for whom.
func letters(t *testing.T, o *forwardingtest.Office, k *casework.Case, f *forwarding.Forward) {
	t.Helper()
	var kinds []string
	check(t, o.DB.Read(t.Context(), func(tx *store.Tx) error {
		all, err := o.Letters.Of(t.Context(), tx, k.ComplaintID)
		for _, l := range all {
			if l.ForwardID == f.ID || l.Kind == "extension_notice" {
				kinds = append(kinds, l.Kind+" "+string(l.To))
			}
		}
		return err
	}))
	wanted := []string{
		"forward firm", "forward_notice complainant", "extension_notice complainant", "more_time_granted firm", "more_time_refused firm",
		"answer_returned firm", "answer_returned firm", "answer complainant", "review_notice firm", "review_decision complainant",
	}
	if !slices.Equal(kinds, wanted) {
		t.Errorf("letters:\n got %q\nwant %q", kinds, wanted)
	}
	own, err := o.Forwards.Letters(t.Context(), o.Bank, f.Reference)
	check(t, err)
	if len(own) != 6 {
		t.Fatalf("the firm has %d letters, want 6", len(own))
	}
	for _, l := range own {
		if l.To != letter.ToFirm {
			t.Errorf("the firm has a letter %s to %s", l.Kind, l.To)
		}
		_, _, body, err := o.Forwards.LetterText(t.Context(), o.Bank, f.Reference, l.ID, "zh")
		check(t, err)
		if body == "" {
			t.Errorf("letter %s has no text", l.Kind)
		}
	}
}

func is(t *testing.T, f *forwarding.Forward, s forwarding.Status, due string) {
	t.Helper()
	if f.Status != s || f.DueOn.String() != due {
		t.Errorf("forward is %s, due %q; want %s, %q", f.Status, f.DueOn, s, due)
	}
}

func fresh(t *testing.T, o *forwardingtest.Office, f *forwarding.Forward) *forwarding.Forward {
	t.Helper()
	full, err := o.Forwards.ByRef(t.Context(), o.Supervisor, f.Reference)
	check(t, err)
	return &full.Forward
}

var replies = []string{"第一次答复：没有发现问题。", "第二次答复：仍在核实之中。", "第三次答复：已停止夜间拨打并道歉。", "核查决定：维持，并已处理责任人。"}

func answer(t *testing.T, o *forwardingtest.Office, f *forwarding.Forward) *forwarding.Forward {
	t.Helper()
	before, err := o.Forwards.Answers(t.Context(), o.Reviewer, f.Reference)
	check(t, err)
	f, err = o.Forwards.Answer(t.Context(), o.Bank, f.Reference, f.Version, forwarding.AnswerInput{
		Outcome: "explanation", Body: replies[len(before)],
	})
	check(t, err)
	return f
}

func back(t *testing.T, o *forwardingtest.Office, f *forwarding.Forward) *forwarding.Forward {
	t.Helper()
	f, err := o.Forwards.Check(t.Context(), o.Reviewer, f.Reference, f.Version, false, []string{"complete", "facts"}, "请说明每次通话的时间。")
	check(t, err)
	return f
}

func follow(t *testing.T, o *forwardingtest.Office, k *casework.Case) forwarding.Followed {
	t.Helper()
	list, err := o.Forwards.Follow(t.Context(), o.Borrower(k), k.Complaint.Reference)
	check(t, err)
	if len(list) != 1 {
		t.Fatalf("the complainant follows %d forwards, want 1", len(list))
	}
	return list[0]
}

// decide grants or refuses the request that waits.
func decide(t *testing.T, o *forwardingtest.Office, k *casework.Case, f *forwarding.Forward, grant bool) *forwarding.Forward {
	t.Helper()
	list, err := o.Cases.TimeRequests(t.Context(), o.Supervisor, k.Reference)
	check(t, err)
	i := slices.IndexFunc(list, func(r casework.TimeRequest) bool { return r.Open })
	if i < 0 {
		t.Fatal("no request for time waits")
	}
	_, err = o.Cases.DecideTime(t.Context(), o.Supervisor, k.Reference, list[i].ID, list[i].Version, grant, "已经给足时间。")
	check(t, err)
	return fresh(t, o, f)
}

// The packs of other countries have other limits: what they do not know does not happen.
func TestOtherPacks(t *testing.T) {
	for pack, c := range map[string]struct {
		sent, told map[string]string
	}{
		// 15 days, and 60 in all.
		"us": {
			map[string]string{"complaint.forward": "2026-06-08 x", "firm.answer": "2026-06-16"},
			map[string]string{"complaint.quality_check": "2026-06-08 x", "firm.answer": "2026-06-16 x"},
		},
		// 8 weeks, and beside them three working days for a quick resolution.
		"uk": {
			map[string]string{"complaint.forward": "2026-06-08 x", "firm.answer": "2026-07-27", "firm.summary_resolution": "2026-06-04"},
			map[string]string{"complaint.quality_check": "2026-06-08 x", "firm.answer": "2026-07-27 x", "firm.summary_resolution": "2026-06-04 x"},
		},
	} {
		t.Run(pack, func(t *testing.T) {
			o := open(t, "2026-06-01")
			defer o.MustVerify(t)
			filing := o.Dated("2026-05-20")
			filing.Pack, filing.Complainant.Region, filing.Violations = pack, "", []string{"T01"}
			filing.Complainant.Phone = "+1 202 555 0143"
			k := o.CaseOf(t, filing)
			f := o.Send(t, k)
			same(t, o.Clocks(t, k), c.sent)
			f, err := o.Forwards.Answer(t.Context(), o.Bank, f.Reference, f.Version, forwardingtest.Reply())
			check(t, err)
			_, err = o.Forwards.Check(t.Context(), o.Reviewer, f.Reference, f.Version, true, nil, "")
			check(t, err)
			after := maps.Clone(c.told)
			after["complaint.forward"] = c.sent["complaint.forward"]
			same(t, o.Clocks(t, k), after)
			got := follow(t, o, k)
			if got.MayReview || !got.MayAccept {
				t.Errorf("the complainant sees %+v", got)
			}
			want(t, o.Forwards.RequestReview(t.Context(), o.Borrower(k), k.Complaint.Reference, "", "Please look at this again."), fault.Conflict, "forwarding.no_review")
		})
	}
}

func TestMoreTimeOfOtherPacks(t *testing.T) {
	o := open(t, "2026-06-01")
	defer o.MustVerify(t)
	filing := o.Dated("2026-05-20")
	filing.Pack, filing.Complainant.Region, filing.Complainant.Phone = "us", "", "+1 202 555 0143"
	k := o.CaseOf(t, filing)
	f := o.Send(t, k)
	f, err := o.Forwards.AskTime(t.Context(), o.Bank, f.Reference, f.Version, forwarding.TimeInput{Ground: "complex", Reason: "Recordings are being fetched."})
	check(t, err)
	f = decide(t, o, k, f, true)
	is(t, f, forwarding.Sent, "2026-07-31")
	_, err = o.Forwards.AskTime(t.Context(), o.Bank, f.Reference, f.Version, forwarding.TimeInput{Ground: "complex", Reason: "Still more."})
	want(t, err, fault.Conflict, "forwarding.no_more_time")
}

func same(t *testing.T, got, wanted map[string]string) {
	t.Helper()
	if !maps.Equal(got, wanted) {
		t.Errorf("clocks are %v, want %v", got, wanted)
	}
}

func TestReviewAfterThePeriod(t *testing.T) {
	o := open(t, "2026-11-05")
	defer o.MustVerify(t)
	k := o.CaseOf(t, o.Dated("2026-10-20"))
	o.Told(t, k)
	o.On("2026-12-08")
	if got := follow(t, o, k); got.MayReview || got.ReviewUntil.String() != "2026-12-07" || !got.MayAccept {
		t.Errorf("the day after, the complainant sees %+v", got)
	}
	err := o.Forwards.RequestReview(t.Context(), o.Borrower(k), k.Complaint.Reference, "", "现在才看到答复，请核查。")
	want(t, err, fault.Conflict, "forwarding.review_too_late")
	var f *fault.Error
	if !asFault(err, &f) || len(f.Args) != 1 || f.Args[0].(interface{ String() string }).String() != "2026-12-07" {
		t.Errorf("the sentence does not name the day: %+v", f)
	}
}

// An imported calendar may move the firm's due date; its list follows.
func TestRedue(t *testing.T) {
	o := open(t, "2026-10-20")
	defer o.MustVerify(t)
	k := o.CaseOf(t, o.Dated("2026-10-10"))
	f := o.Send(t, k)
	f, err := o.Forwards.Answer(t.Context(), o.Bank, f.Reference, f.Version, forwardingtest.Reply())
	check(t, err)
	f = back(t, o, f)
	check(t, o.DB.Write(t.Context(), func(tx *store.Tx) error {
		e := deadline.Event{Kind: deadline.Extend, On: f.DueOn, Limit: deadline.Limit{N: 3, Unit: deadline.Workday}}
		if _, err := o.Cases.ClockEvent(t.Context(), tx, access.Program, k, f.Clock, e); err != nil {
			return err
		}
		if err := o.Forwards.Redue(t.Context(), tx, []int64{k.ID}); err != nil {
			return err
		}
		_, err := o.Log.Append(t.Context(), tx, access.Program, "calendar.imported", "test")
		return err
	}))
	is(t, fresh(t, o, f), forwarding.Returned, o.Clocks(t, k)[f.Clock])
	if d := fresh(t, o, f).DueOn; d == f.DueOn {
		t.Errorf("the due date stayed %s", d)
	}
}
