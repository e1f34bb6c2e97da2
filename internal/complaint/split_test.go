package complaint_test

import (
	"errors"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func TestSplit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		ref := filed.Complaint.Reference
		clock.Add(2 * day)
		_, _, err := o.Split(ctx, supervisor, ref, 1, complaint.TrackComplaint, nil)
		wantKind(t, err, fault.Invalid, "")
		_, _, err = o.Split(ctx, supervisor, ref, 5, complaint.TrackReport, nil)
		wantKind(t, err, fault.Conflict, "fault.stale")
		_, _, err = o.Split(ctx, o.borrower(t, filed), ref, 1, complaint.TrackReport, nil)
		wantKind(t, err, fault.Forbidden, "")
		c, other, err := o.Split(ctx, supervisor, ref, 1, complaint.TrackReport, nil)
		check(t, err)
		if c.Version != 2 || c.Track != complaint.TrackComplaint || c.DueOn != calendar.MustDate("2026-10-29") {
			t.Errorf("the first: %s version %d due %s", c.Track, c.Version, c.DueOn)
		}
		if other.Reference == ref || other.Track != complaint.TrackReport || other.Status != complaint.Received || other.ReceivedOn != c.ReceivedOn ||
			other.Narrative != c.Narrative || len(other.Codes) != len(c.Codes) || len(other.Accused) != 2 || other.LenderName != c.LenderName || other.DataKeyID == c.DataKeyID {
			t.Errorf("the other: %+v", other)
		}
		// Its own clock, from the day of receipt: fifteen working days after 20 October for a report.
		clocks, err := o.Clocks(ctx, supervisor, other.Reference)
		check(t, err)
		if len(clocks) != 1 || clocks[0].Kind != "report.accept" || clocks[0].Party != "office" || clocks[0].Round != 1 || clocks[0].Due != other.DueOn {
			t.Errorf("clocks %+v", clocks)
		}
		// The same code opens both, each for itself, and the person is the same under another key.
		by, err := o.Open(ctx, other.Reference, filed.AccessCode, "192.0.2.7")
		check(t, err)
		if by.ComplaintID != other.ID {
			t.Errorf("the code of the other opens %d", by.ComplaintID)
		}
		m, err := o.Mask(ctx, by, other.Reference)
		check(t, err)
		if m.Name != "张*三" || m.Phone != "138****5678" {
			t.Errorf("the other names %+v", m)
		}
		links, err := o.LinksOf(ctx, o.borrower(t, filed), ref)
		check(t, err)
		if len(links) != 1 || links[0].Reference != other.Reference || links[0].Kind != complaint.LinkSplit {
			t.Errorf("links %+v", links)
		}
		if links, err = o.LinksOf(ctx, by, other.Reference); err != nil || len(links) != 1 || links[0].Reference != ref || links[0].Kind != complaint.LinkSplitFrom {
			t.Errorf("links back %+v, %v", links, err)
		}
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.split'"); n != 1 {
			t.Errorf("%d mails name both references", n)
		}
		_, _, err = o.Split(ctx, supervisor, ref, 2, complaint.TrackReport, nil)
		wantKind(t, err, fault.Conflict, "intake.split_before")
		o.mustVerify(t)
	})
}

// That a report and a complaint were one letter tells who made the report.
func TestLinkOfAReportIsSheltered(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	c, other, err := o.Split(ctx, supervisor, o.file(t, sample()).Complaint.Reference, 1, complaint.TrackReport, nil)
	check(t, err)
	o.openCase(t, other, reviewer)
	for _, x := range []struct {
		by    access.Actor
		knows bool
	}{{supervisor, true}, {elsewhere, false}, {legal, false}, {director, false}, {auditor, false}} {
		for _, ref := range []string{c.Reference, other.Reference} {
			links, err := o.LinksOf(ctx, x.by, ref)
			check(t, err)
			if (len(links) == 1) != x.knows {
				t.Errorf("%s (unit %d) sees %d links of %s", x.by.Role, x.by.UnitID, len(links), ref)
			}
		}
	}
	links, err := o.LinksOf(ctx, reviewer, other.Reference)
	check(t, err)
	if len(links) != 1 {
		t.Error("the officer of the report does not know the complaint that came with it")
	}
}

func TestAnonymousCannotBecomeAComplaint(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	f := sample()
	f.Track, f.Anonymous = complaint.TrackReport, true
	_, _, err := o.Split(t.Context(), supervisor, o.file(t, f).Complaint.Reference, 1, complaint.TrackComplaint, nil)
	wantKind(t, err, fault.Invalid, "")
}

func intake(arrived string) complaint.Intake {
	return complaint.Intake{Source: "post", ArrivedOn: calendar.MustDate(arrived), Note: "来信登记第 12 号"}
}

func TestTakeDown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock) // Tuesday 20 October 2026
		o.staff(t)
		ctx := t.Context()
		filed, err := o.TakeDown(ctx, supervisor, sample(), intake("2026-10-15"))
		check(t, err)
		c := filed.Complaint
		if c.ReceivedOn != calendar.MustDate("2026-10-15") || c.Source != "post" || c.DueOn != calendar.MustDate("2026-10-26") {
			t.Errorf("taken down: received %s by %s, due %s", c.ReceivedOn, c.Source, c.DueOn)
		}
		o.borrower(t, filed) // the code that the clerk hands over opens it
		if _, err := filed.Receipt.Check(o.log.VerifierKey()); err != nil {
			t.Error(err)
		}
		in, err := o.IntakeOf(ctx, supervisor, c.Reference)
		check(t, err)
		if in.UserID != supervisor.UserID || in.ArrivedOn != c.ReceivedOn || in.TypedAt.Format("2006-01-02") != "2026-10-20" || in.Note != "来信登记第 12 号" {
			t.Errorf("intake %+v", in)
		}
		_, err = o.IntakeOf(ctx, o.borrower(t, filed), c.Reference)
		wantKind(t, err, fault.Forbidden, "")
		if in, err := o.IntakeOf(ctx, supervisor, o.file(t, sample()).Complaint.Reference); err != nil || in != nil {
			t.Errorf("a filing from the web has an intake: %+v, %v", in, err)
		}
		o.mustVerify(t)
	})
}

func TestTakeDownBounds(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	// National Day (1 to 7 October) and the working Saturday of the 10th lie within: ten working days before Tuesday the
	// 20th is Wednesday 30 September.
	for _, x := range []struct {
		arrived string
		ok      bool
	}{{"2026-10-20", true}, {"2026-10-21", false}, {"2026-09-30", true}, {"2026-09-29", false}, {"2000-01-01", false}} {
		_, err := o.TakeDown(t.Context(), supervisor, sample(), intake(x.arrived))
		if (err == nil) != x.ok {
			t.Errorf("arrived on %s: %v", x.arrived, err)
		}
	}
	in := intake("2026-10-20")
	in.Source = "web"
	f := sample()
	f.Complainant.Name = ""
	_, err := o.TakeDown(t.Context(), supervisor, f, in)
	said := fields(err)
	if said["source"] == "" || said["complainant.name"] == "" {
		t.Errorf("not every mistake was named: %v", said)
	}
	_, err = o.TakeDown(t.Context(), reviewer, sample(), intake("2026-10-20"))
	wantKind(t, err, fault.Forbidden, "")
	_, err = o.TakeDown(t.Context(), access.Nobody, sample(), intake("2026-10-20"))
	wantKind(t, err, fault.Unauthenticated, "")
	f = sample()
	f.Track, f.Anonymous = complaint.TrackReport, true
	if _, err := o.TakeDown(t.Context(), supervisor, f, complaint.Intake{Source: "phone"}); err != nil {
		t.Errorf("an anonymous call: %v", err)
	}
}

func TestTellingTheResult(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		c := filed.Complaint
		o.openCase(t, c, reviewer)
		o.closeCase(t, c)
		// Seven working days after Tuesday 20 October.
		list, err := o.NotInformed(ctx, reviewer, complaint.NotInformedFilter{})
		check(t, err)
		if len(list.Items) != 1 || list.Items[0].Reference != c.Reference || list.Items[0].DueOn != calendar.MustDate("2026-10-29") || list.Items[0].Attempts != 0 {
			t.Errorf("not informed %+v", list.Items)
		}
		if list, err := o.NotInformed(ctx, stranger, complaint.NotInformedFilter{}); err != nil || len(list.Items) != 0 {
			t.Errorf("another's case shows: %+v, %v", list, err)
		}
		_, err = o.LogContact(ctx, reviewer, c.Reference, "pigeon", complaint.Reached, "")
		wantKind(t, err, fault.Invalid, "")
		_, err = o.LogContact(ctx, colleague, c.Reference, "phone", complaint.Reached, "")
		wantKind(t, err, fault.Forbidden, "")
		_, err = o.LogContact(ctx, reviewer, c.Reference, "phone", complaint.NotReached, "无人接听，张小三的手机停机")
		check(t, err)
		clock.Add(10 * day)
		late, err := o.NotInformed(ctx, supervisor, complaint.NotInformedFilter{Late: true})
		check(t, err)
		if len(late.Items) != 1 || late.Items[0].Attempts != 1 || late.Items[0].LastResult != complaint.NotReached || late.Items[0].LastAt.IsZero() {
			t.Errorf("late %+v", late.Items)
		}
		_, err = o.LogContact(ctx, supervisor, c.Reference, "phone", complaint.Reached, "")
		check(t, err)
		o.noticeStopped(t, c.Reference, true, false)
		tries, err := o.Contacts(ctx, reviewer, c.Reference)
		check(t, err)
		if len(tries) != 2 || tries[0].Note != "无人接听，张小三的手机停机" || tries[1].Result != complaint.Reached {
			t.Errorf("contacts %+v", tries)
		}
		_, err = o.Contacts(ctx, o.borrower(t, filed), c.Reference)
		wantKind(t, err, fault.Forbidden, "")
		// Opened again there is nothing to tell; closed again there is, as a new round.
		check(t, o.inCase(t, audit.CaseReopened, c, func(tx *store.Tx) (err error) {
			if c, err = o.Find(ctx, tx, c.Reference); err != nil {
				return err
			}
			return o.Reopen(ctx, tx, supervisor, c, "")
		}))
		o.closeCase(t, c)
		o.noticeStopped(t, c.Reference, false, false)
		_, err = o.ByRef(ctx, o.borrower(t, filed), c.Reference)
		check(t, err)
		o.noticeStopped(t, c.Reference, true, true)
		_, err = o.ByID(ctx, o.borrower(t, filed), c.ID)
		check(t, err)
		if n := o.count(t, "SELECT count(*) FROM complaint_events WHERE kind = ?", complaint.EventTold); n != 2 {
			t.Errorf("told %d times, want once a closing", n)
		}
		o.mustVerify(t)
	})
}

// noticeStopped checks the newest clock for telling the result.
func (o *office) noticeStopped(t *testing.T, ref string, stopped, inTime bool) {
	t.Helper()
	clocks, err := o.Clocks(t.Context(), supervisor, ref)
	check(t, err)
	c := clocks[len(clocks)-1]
	if c.Kind != "complaint.result_notice" || c.Stopped != stopped || stopped && *c.InTime != inTime {
		t.Errorf("clock %+v, want stopped %v", c, stopped)
	}
}

func TestDeliveredLetterTellsTheResult(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	c := o.file(t, sample()).Complaint
	o.openCase(t, c, reviewer)
	o.closeCase(t, c)
	l := o.release(t, c.Reference, "closing")
	o.noticeStopped(t, c.Reference, false, false)
	l, err := o.NoteLetterDelivery(ctx, reviewer, c.Reference, l.ID, l.Version, "posted", calendar.MustDate("2026-10-20"), "挂号 XA123")
	check(t, err)
	o.noticeStopped(t, c.Reference, false, false)
	_, err = o.NoteLetterDelivery(ctx, reviewer, c.Reference, l.ID, l.Version, "delivered", calendar.MustDate("2026-10-20"), "")
	check(t, err)
	o.noticeStopped(t, c.Reference, true, true)
	o.mustVerify(t)
}

func TestRateAndAskToReopen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		c, by := filed.Complaint, o.borrower(t, filed)
		o.openCase(t, c, reviewer)
		_, err := o.Rate(ctx, by, c.Reference, 5, "")
		wantKind(t, err, fault.Conflict, "intake.rate_later")
		_, err = o.AskReopen(ctx, by, c.Reference, "机构没有履行")
		wantKind(t, err, fault.Conflict, "complaint.not_closed")
		o.closeCase(t, c)
		_, err = o.Rate(ctx, by, c.Reference, 6, "")
		wantKind(t, err, fault.Invalid, "")
		_, err = o.Rate(ctx, supervisor, c.Reference, 5, "")
		wantKind(t, err, fault.Forbidden, "")
		_, err = o.Rate(ctx, by, c.Reference, 2, "等了太久")
		check(t, err)
		_, err = o.Rate(ctx, by, c.Reference, 5, "")
		wantKind(t, err, fault.Conflict, "intake.rated")
		r, err := o.Rating(ctx, director, c.Reference)
		check(t, err)
		if r == nil || r.Score != 2 || r.Comment != "等了太久" {
			t.Errorf("rating %+v", r)
		}
		_, err = o.AskReopen(ctx, supervisor, c.Reference, "机构没有履行")
		wantKind(t, err, fault.Forbidden, "")
		_, err = o.AskReopen(ctx, by, c.Reference, "机构没有履行承诺")
		check(t, err)
		msgs, err := o.Messages(ctx, reviewer, c.Reference)
		check(t, err)
		events, err := o.Timeline(ctx, reviewer, c.Reference)
		check(t, err)
		if len(msgs) != 1 || msgs[0].Body != "机构没有履行承诺" || events[len(events)-1].Kind != complaint.EventReopenAsk {
			t.Errorf("messages %+v, last event %+v", msgs, events[len(events)-1])
		}
		o.mustVerify(t)
	})
}

func TestSearchByParticularsFindsNoSheltered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		f := sample()
		f.Track = complaint.TrackReport
		c := o.file(t, f).Complaint
		search := func(by access.Actor) int {
			t.Helper()
			phone, err := o.List(t.Context(), by, complaint.Filter{Phone: "138 1234 5678"})
			check(t, err)
			id, err := o.List(t.Context(), by, complaint.Filter{IDNumber: "11010519491231002X"})
			check(t, err)
			if len(phone.Items) != len(id.Items) {
				t.Errorf("%s: %d by phone, %d by number", by.Role, len(phone.Items), len(id.Items))
			}
			return len(phone.Items)
		}
		if search(supervisor) != 1 || search(elsewhere) != 1 || search(auditor) != 0 {
			t.Error("while it is screened, supervisors alone find it")
		}
		o.openCase(t, c, reviewer)
		for _, x := range []struct {
			by   access.Actor
			want int
		}{{reviewer, 1}, {supervisor, 1}, {colleague, 0}, {elsewhere, 0}, {legal, 0}, {director, 0}, {auditor, 0}} {
			if got := search(x.by); got != x.want {
				t.Errorf("%s (unit %d, user %d) finds %d", x.by.Role, x.by.UnitID, x.by.UserID, got)
			}
		}
		o.file(t, sample())
		if search(auditor) != 1 {
			t.Error("a plain complaint is not found")
		}
	})
}

// fields are the keys of what was wrong, by field.
func fields(err error) map[string]string {
	out := map[string]string{}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for _, x := range f.Fields {
			out[x.Name] = x.Key
		}
	}
	return out
}
