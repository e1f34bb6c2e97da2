package casework_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// start lets a clock begin on a case today.
func start(t *testing.T, o *caseworktest.Office, k *casework.Case, key, on string) (kind string, due calendar.Date) {
	t.Helper()
	check(t, o.DB.Write(t.Context(), func(tx *store.Tx) error {
		c, err := o.Cases.Find(t.Context(), tx, k.Reference)
		if err != nil {
			return err
		}
		var ok bool
		if kind, due, ok, err = o.Cases.StartClock(t.Context(), tx, o.Supervisor, c, key, day(on)); err != nil || !ok {
			return errors.Join(err, errors.New("no clock"))
		}
		return o.Note(t, tx, c.Reference)
	}))
	return kind, due
}

func happen(t *testing.T, o *caseworktest.Office, k *casework.Case, kind string, e deadline.Event) error {
	t.Helper()
	return o.DB.Write(t.Context(), func(tx *store.Tx) error {
		c, err := o.Cases.Find(t.Context(), tx, k.Reference)
		if err != nil {
			return err
		}
		if _, err := o.Cases.ClockEvent(t.Context(), tx, o.Supervisor, c, kind, e); err != nil {
			return err
		}
		return o.Note(t, tx, c.Reference)
	})
}

func dueOf(t *testing.T, o *caseworktest.Office, ref string) calendar.Date {
	t.Helper()
	c, err := o.Cases.ByRef(t.Context(), o.Supervisor, ref)
	check(t, err)
	return c.DueOn
}

// TestFirstClock: what runs from the start, and from which day.
func TestFirstClock(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		// Received on 20 October 2026, asked for more on the 21st, supplied on the 26th, accepted on the 28th: 7 working
		// days from the 26th end on 4 November.
		c := o.File(t, o.Filing())
		by := access.Actor{Role: access.Borrower, ComplaintID: c.ID, Lang: "zh"}
		o.Clock.Add(24 * time.Hour)
		c, err := o.Complaints.AskForMore(ctx, o.Supervisor, c.Reference, c.Version, "请补充通话记录")
		check(t, err)
		o.Clock.Add(5 * 24 * time.Hour)
		c, err = o.Complaints.Supply(ctx, by, c.Reference, "见附件")
		check(t, err)
		o.Clock.Add(2 * 24 * time.Hour)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", "")
		check(t, err)
		if k.DueOn != day("2026-11-04") || dueOf(t, o, k.Reference) != k.DueOn {
			t.Errorf("a complaint is to be forwarded by %s", k.DueOn)
		}
		// A petition runs from its acceptance on the 28th: 60 days.
		c = o.File(t, o.Filing())
		_, k, err = o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", complaint.TrackPetition)
		check(t, err)
		if k.DueOn != day("2026-12-27") {
			t.Errorf("a petition is to be concluded by %s", k.DueOn)
		}
	})
}

// TestDueFollowsClocks: the earliest of what office and firm owe; what is held or the complainant's own is due for nobody.
func TestDueFollowsClocks(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		k := o.Case(t) // complaint.forward, due 2026-10-29
		kind, due := start(t, o, k, "firm.answer", "2026-10-20")
		if kind != "firm.answer" || due != day("2026-11-04") || dueOf(t, o, k.Reference) != day("2026-10-29") {
			t.Errorf("%s due %s, the case %s", kind, due, dueOf(t, o, k.Reference))
		}
		if kind, _ = start(t, o, k, "firm.review_request", "2026-10-20"); kind != "firm.review_request" {
			t.Error(kind)
		}
		check(t, happen(t, o, k, "complaint.forward", deadline.Event{Kind: deadline.Stop, On: day("2026-10-20")}))
		if got := dueOf(t, o, k.Reference); got != day("2026-11-04") {
			t.Errorf("forwarded, and due %s", got)
		}
		check(t, happen(t, o, k, "firm.answer", deadline.Event{Kind: deadline.Stop, On: day("2026-10-21")}))
		if got := dueOf(t, o, k.Reference); !got.IsZero() {
			t.Errorf("only the complainant's time runs, and the case is due %s", got)
		}
		if kind, due = start(t, o, k, "firm.answer", "2026-10-21"); kind != "firm.answer#2" || dueOf(t, o, k.Reference) != due {
			t.Errorf("the second round is %s, due %s", kind, due)
		}
		want(t, happen(t, o, k, "firm.answer", deadline.Event{Kind: deadline.Stop, On: day("2026-10-22")}), fault.Conflict, "casework.clock_stopped")
		want(t, happen(t, o, k, "firm.review", deadline.Event{Kind: deadline.Stop, On: day("2026-10-22")}), fault.Conflict, "casework.no_clock")
	})
}

func TestSuspendAndResume(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Assigned(t)
		_, err := o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "complaint.forward", "boredom", "等待法院判决")
		want(t, err, fault.Invalid, "complaint.ground")
		_, err = o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "complaint.forward", "court", "")
		want(t, err, fault.Invalid, "fault.required")
		_, err = o.Cases.Suspend(ctx, o.Reviewer, k.Reference, "complaint.forward", "court", "等待法院判决")
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "firm.answer", "court", "等待法院判决")
		want(t, err, fault.Conflict, "casework.no_clock")
		_, err = o.Cases.Resume(ctx, o.Supervisor, k.Reference, "complaint.forward", "法院已经判决")
		want(t, err, fault.Conflict, "casework.clock_running")

		c, err := o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "complaint.forward", "court", "等待法院判决")
		check(t, err)
		if !c.DueOn.IsZero() || !dueOf(t, o, k.Reference).IsZero() {
			t.Errorf("held, and due %s", c.DueOn)
		}
		_, err = o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "complaint.forward", "court", "等待法院判决")
		want(t, err, fault.Conflict, "casework.clock_suspended")
		o.Clock.Add(30 * 24 * time.Hour)
		if l, err := o.Cases.Queue(ctx, o.Supervisor, casework.Filter{}); err != nil || l.Counts["late"] != 0 {
			t.Errorf("a held case counts as late: %v %v", l.Counts, err)
		}
		// Held on the day of its start, resumed on Thursday 19 November: 7 working days end on Monday 30 November.
		c, err = o.Cases.Resume(ctx, o.Supervisor, k.Reference, "complaint.forward", "法院已经判决")
		check(t, err)
		if c.DueOn != day("2026-11-30") {
			t.Errorf("resumed, and due %s", c.DueOn)
		}
		hasEvents(t, o, k.Reference, casework.EventSuspended, casework.EventResumed)
		hasLetters(t, o, k, "suspension", "resumption")
		o.Clock.Add(30 * 24 * time.Hour)
		_, err = o.Cases.Suspend(ctx, o.Supervisor, k.Reference, "complaint.forward", "court", "再次等待")
		want(t, err, fault.Conflict, "casework.clock_expired")
	})
}

func hasEvents(t *testing.T, o *caseworktest.Office, ref string, kinds ...string) {
	t.Helper()
	line, err := o.Cases.Timeline(t.Context(), o.Supervisor, ref)
	check(t, err)
	for _, k := range kinds {
		n := 0
		for _, e := range line {
			if e.Kind == k {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d lines say %s", n, k)
		}
	}
}

// hasLetters holds the letters that were written about a case, by kind, against those wanted.
func hasLetters(t *testing.T, o *caseworktest.Office, k *casework.Case, want ...string) {
	t.Helper()
	var got []string
	check(t, o.DB.Read(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Rows(t.Context(), "SELECT kind FROM letters WHERE case_id = ? AND recipient = 'complainant' ORDER BY id", k.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind string
			if err := rows.Scan(&kind); err != nil {
				return err
			}
			got = append(got, kind)
		}
		return rows.Err()
	}))
	if !slices.Equal(got, want) {
		t.Errorf("the complainant was written %v, want %v", got, want)
	}
}

// report is a report in the reviewer's hands, to be investigated by 19 December 2026.
func report(t *testing.T, o *caseworktest.Office) *casework.Case {
	t.Helper()
	c := o.File(t, o.Filing())
	_, k, err := o.Cases.Accept(t.Context(), o.Supervisor, c.Reference, c.Version, "A", complaint.TrackReport)
	check(t, err)
	k, err = o.Cases.Assign(t.Context(), o.Supervisor, k.Reference, k.Version, id(o.Reviewer))
	check(t, err)
	return k
}

func TestMoreTime(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), report(t, o)
		ask := func(by access.Actor, n int, ground, reason string) (*casework.TimeRequest, error) {
			return o.Cases.AskTime(ctx, by, k.Reference, "report.investigate", n, "", ground, reason)
		}
		_, err := ask(o.Reviewer, 31, "complex", "涉及多家机构")
		want(t, err, fault.Invalid, "casework.time_cap")
		_, err = ask(o.Reviewer, 0, "complex", "涉及多家机构")
		want(t, err, fault.Invalid, "casework.time_n")
		_, err = ask(o.Reviewer, 30, "because", "涉及多家机构")
		want(t, err, fault.Invalid, "complaint.ground")
		_, err = ask(o.Reviewer, 30, "complex", " ")
		want(t, err, fault.Invalid, "fault.required")
		_, err = ask(o.Second, 30, "complex", "涉及多家机构")
		want(t, err, fault.Forbidden, "")
		r, err := ask(o.Reviewer, 20, "complex", "涉及多家机构")
		check(t, err)
		_, err = ask(o.Supervisor, 20, "complex", "涉及多家机构")
		want(t, err, fault.Conflict, "casework.time_asked_before")

		for by, n := range map[*access.Actor]int{&o.Supervisor: 1, &o.Reviewer: -1, &o.Director: -1} {
			list, err := o.Cases.TimeWaiting(ctx, *by)
			if n < 0 {
				want(t, err, fault.Forbidden, "")
			} else if err != nil || len(list) != n || list[0].Due != day("2026-12-19") || list[0].Own || list[0].AskedName != o.Reviewer.Name {
				t.Errorf("%s: %+v %v", by.Role, list, err)
			}
		}
		_, err = o.Cases.DecideTime(ctx, o.Reviewer, k.Reference, r.ID, r.Version, true, "")
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version+1, true, "")
		want(t, err, fault.Conflict, "fault.stale")
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, false, "")
		want(t, err, fault.Invalid, "fault.required")
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID+1, r.Version, true, "")
		want(t, err, fault.NotFound, "")

		var told []calendar.Date
		o.Cases.OnDecided(func(_ context.Context, _ *store.Tx, _ access.Actor, c *casework.Case, r *casework.TimeRequest, st deadline.State) error {
			if c.Reference == k.Reference && r.Granted {
				told = append(told, st.Due)
			}
			return nil
		})
		r, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, true, "同意")
		check(t, err)
		if got := dueOf(t, o, k.Reference); got != day("2027-01-08") || len(told) != 1 || told[0] != got || !r.Granted || r.Open {
			t.Errorf("granted, due %s, told %v, %+v", got, told, r)
		}
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, false, "改为不同意")
		want(t, err, fault.Conflict, "casework.time_decided")
		// A report is lengthened once, however little of it was granted.
		_, err = ask(o.Reviewer, 5, "complex", "还是复杂")
		want(t, err, fault.Conflict, "casework.no_extension")
		list, err := o.Cases.TimeRequests(ctx, o.Second, k.Reference)
		if err != nil || len(list) != 1 || list[0].DecidedName != o.Supervisor.Name || list[0].Decision != "同意" {
			t.Errorf("%+v %v", list, err)
		}
		hasEvents(t, o, k.Reference, casework.EventTimeAsked, casework.EventTimeGranted)
		hasLetters(t, o, k, "extension_notice")
	})
}

func TestAskerNeverDecides(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), report(t, o)
		r, err := o.Cases.AskTime(ctx, o.Supervisor, k.Reference, "report.investigate", 10, deadline.Day, "complex", "涉及多家机构")
		check(t, err)
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, true, "同意")
		want(t, err, fault.Forbidden, "casework.asker_cannot_decide")
		if list, err := o.Cases.TimeWaiting(ctx, o.Supervisor); err != nil || len(list) != 1 || !list[0].Own {
			t.Errorf("%+v %v", list, err)
		}
		// The database says so too.
		err = o.DB.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE extension_requests SET granted = 1, decided_by = asked_by WHERE id = ?", r.ID)
			return err
		})
		if err == nil {
			t.Error("the database took the asker's own decision")
		}
	})
}

// TestTooLateToDecide: what ran out before anybody decided is not lengthened.
func TestTooLateToDecide(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), report(t, o)
		r, err := o.Cases.AskTime(ctx, o.Reviewer, k.Reference, "report.investigate", 10, "", "complex", "涉及多家机构")
		check(t, err)
		o.Clock.Set(time.Date(2026, 12, 20, 1, 0, 0, 0, time.UTC))
		_, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, true, "")
		want(t, err, fault.Conflict, "casework.clock_expired")
		r, err = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, false, "期限已经届满")
		if err != nil || r.Granted {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestOneDecisionOfTwo(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), report(t, o)
		r, err := o.Cases.AskTime(ctx, o.Reviewer, k.Reference, "report.investigate", 10, "", "complex", "涉及多家机构")
		check(t, err)
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = o.Cases.DecideTime(ctx, o.Supervisor, k.Reference, r.ID, r.Version, i%2 == 0, "决定")
			})
		}
		wg.Wait()
		ok := 0
		for _, err := range errs {
			if err == nil {
				ok++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		if ok != 1 {
			t.Errorf("%d decisions stand", ok)
		}
	})
}

func TestReopen(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Found(t)
		_, err := o.Cases.Reopen(ctx, o.Supervisor, k.Reference, k.Version, "new_facts", "新的录音")
		want(t, err, fault.Conflict, "casework.not_closed")
		k, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version, "调查终结，意见已告知")
		check(t, err)
		o.Clock.Add(10 * 24 * time.Hour)
		_, err = o.Cases.Reopen(ctx, o.Reviewer, k.Reference, k.Version, "new_facts", "新的录音")
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.Reopen(ctx, o.Supervisor, k.Reference, k.Version-1, "new_facts", "新的录音")
		want(t, err, fault.Conflict, "fault.stale")
		_, err = o.Cases.Reopen(ctx, o.Supervisor, k.Reference, k.Version, "mood", "新的录音")
		want(t, err, fault.Invalid, "complaint.ground")
		k, err = o.Cases.Reopen(ctx, o.Supervisor, k.Reference, k.Version, "new_facts", "新的录音")
		check(t, err)
		if k.Status != casework.Found || k.OfficerID != o.Reviewer.UserID || k.Complaint.Status != complaint.Accepted || k.Outcome != "" || !k.ClosedOn.IsZero() {
			t.Errorf("open again: %+v", k)
		}
		// Opened again on 30 October: 7 working days end on 10 November.
		if k.DueOn != day("2026-11-10") || dueOf(t, o, k.Reference) != k.DueOn {
			t.Errorf("due %s", k.DueOn)
		}
		clocks, err := o.Cases.Clocks(ctx, o.Supervisor, k.Reference)
		check(t, err)
		running := 0
		for _, x := range clocks {
			if x.Kind == "complaint.forward" && !x.Stopped {
				running++
			}
		}
		if running != 1 {
			t.Errorf("%d clocks to forward run: %+v", running, clocks)
		}
		if l, err := o.Cases.Queue(ctx, o.Supervisor, casework.Filter{}); err != nil || l.Counts["found"] != 1 || l.Counts["closed"] != 0 {
			t.Errorf("counts %v %v", l.Counts, err)
		}
		hasEvents(t, o, k.Reference, casework.EventReopened)

		// An officer who was recused meanwhile does not get it back; nor is it Found while it waits.
		check(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, id(o.Reviewer), "与当事人是亲属"))
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version+1, id(o.Second))
		check(t, err)
		k, err = o.Cases.Close(ctx, o.Second, k.Reference, k.Version, "调查终结，意见已告知")
		check(t, err)
		check(t, o.Accounts.Disable(ctx, o.Admin, "li@desk.example"))
		k, err = o.Cases.Reopen(ctx, o.Supervisor, k.Reference, k.Version, "ordered", "复议机关要求重新办理")
		check(t, err)
		if k.Status != casework.Unassigned || k.OfficerID != 0 {
			t.Errorf("with nobody there: %+v", k)
		}
	})
}

// TestQueueByTime: the tabs of the queue and their counts.
func TestQueueByTime(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		a := o.Case(t) // to be forwarded by 29 October
		o.Clock.Add(24 * time.Hour)
		b := o.Case(t) // by 30 October
		held := o.Case(t)
		_, err := o.Cases.Suspend(ctx, o.Supervisor, held.Reference, "complaint.forward", "court", "等待法院判决")
		check(t, err)
		o.Clock.Set(time.Date(2026, 12, 20, 1, 0, 0, 0, time.UTC))
		c := o.Case(t)
		o.Clock.Set(time.Date(2026, 12, 29, 1, 0, 0, 0, time.UTC)) // the day on which c is due
		year := o.Case(t)                                          // due in 2027, whose holidays nobody announced
		done := o.Assigned(t)
		_, err = o.Cases.Close(ctx, o.Reviewer, done.Reference, done.Version, "已经答复投诉人")
		check(t, err)
		for tab, wants := range map[string][]string{
			"": {a.Reference, b.Reference, c.Reference, year.Reference, held.Reference}, "late": {a.Reference, b.Reference},
			"in_time": {c.Reference, year.Reference, held.Reference}, "suspended": {held.Reference}, "provisional": {year.Reference},
		} {
			l, err := o.Cases.Queue(ctx, o.Supervisor, casework.Filter{Time: tab})
			check(t, err)
			var got []string
			for _, k := range l.Items {
				got = append(got, k.Reference)
			}
			if !slices.Equal(got, wants) {
				t.Errorf("%s: %v, want %v", tab, got, wants)
			}
			if n := l.Counts; n["open"] != 5 || n["late"] != 2 || n["today"] != 1 || n["in_time"] != 3 {
				t.Errorf("%s: counts %v", tab, n)
			}
		}
		_, err = o.Cases.Queue(ctx, o.Supervisor, casework.Filter{Time: "soon"})
		want(t, err, fault.Invalid, "fault.choose")
	})
}

// TestAssignedHear: who is given a case by another hears of it, once, without a word about the complainant.
func TestAssignedHear(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Case(t)
		k, err := o.Cases.Take(ctx, o.Reviewer, k.Reference, k.Version)
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Second))
		check(t, err)
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Second))
		check(t, err)
		n := 0
		check(t, o.DB.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.Rows(ctx, "SELECT data FROM outbox WHERE template = 'mail.assigned'")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var data string
				if err := rows.Scan(&data); err != nil {
					return err
				}
				if n++; data != `{"date":"2026-10-29","reference":"`+k.Reference+`"}` {
					t.Error(data)
				}
			}
			return rows.Err()
		}))
		if n != 1 {
			t.Errorf("%d mails tell of an assignment", n)
		}
	})
}
