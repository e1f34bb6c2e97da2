package complaint_test

import (
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

const day = 24 * time.Hour

func TestSupplementSuspendsTheClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		ref, by := filed.Complaint.Reference, o.borrower(t, filed)
		clock.Add(2 * day) // Thursday 22 October, two working days used
		_, err := o.AskForMore(ctx, supervisor, ref, 1, "  ")
		wantKind(t, err, fault.Invalid, "")
		_, err = o.AskForMore(ctx, supervisor, ref, 7, "请补充通话记录")
		wantKind(t, err, fault.Conflict, "fault.stale")
		_, err = o.AskForMore(ctx, by, ref, 1, "请补充通话记录")
		wantKind(t, err, fault.Forbidden, "")
		_, err = o.Supply(ctx, by, ref, "给您")
		wantKind(t, err, fault.Conflict, "complaint.nothing_asked")
		c, err := o.AskForMore(ctx, supervisor, ref, 1, "请补充通话记录")
		check(t, err)
		if c.Status != complaint.Supplement || !c.DueOn.IsZero() || c.Version != 2 {
			t.Errorf("asked: %s due %q version %d", c.Status, c.DueOn, c.Version)
		}
		clocks, err := o.Clocks(ctx, by, ref)
		check(t, err)
		// Ten working days from 22 October, for the complainant.
		if len(clocks) != 2 || !clocks[0].Suspended || clocks[1].Kind != "complaint.supplement" || clocks[1].Due != calendar.MustDate("2026-11-05") {
			t.Errorf("clocks %+v", clocks)
		}
		clock.Add(7 * day)
		c, err = o.Supply(ctx, by, ref, "这是十月的通话记录。")
		check(t, err)
		// Five working days were left; they run from 30 October on.
		if c.Status != complaint.Received || c.DueOn != calendar.MustDate("2026-11-05") {
			t.Errorf("supplied: %s due %s", c.Status, c.DueOn)
		}
		msgs, err := o.Messages(ctx, by, ref)
		check(t, err)
		if len(msgs) != 1 || msgs[0].FromStaff || msgs[0].Body != "这是十月的通话记录。" {
			t.Errorf("messages %+v", msgs)
		}
		// Asked again, the complainant gets a new term.
		_, err = o.AskForMore(ctx, supervisor, ref, c.Version, "还缺截图")
		check(t, err)
		clocks, err = o.Clocks(ctx, supervisor, ref)
		check(t, err)
		if len(clocks) != 3 || clocks[2].Kind != "complaint.supplement" || clocks[2].Stopped || !clocks[1].Stopped {
			t.Errorf("clocks %+v", clocks)
		}
		o.mustVerify(t)
	})
}

func TestLateScreeningIsNotSuspended(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	filed := o.file(t, sample())
	o.clock.Add(20 * day)
	c, err := o.AskForMore(t.Context(), supervisor, filed.Complaint.Reference, 1, "请补充")
	check(t, err)
	if c.Status != complaint.Supplement || c.DueOn != calendar.MustDate("2026-10-29") {
		t.Errorf("%s due %s", c.Status, c.DueOn)
	}
	c, err = o.Supply(t.Context(), o.borrower(t, filed), c.Reference, "补充如下")
	check(t, err)
	if c.Status != complaint.Received || c.DueOn != calendar.MustDate("2026-10-29") {
		t.Errorf("%s due %s", c.Status, c.DueOn)
	}
}

func TestRefuseAndRefer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		ref := filed.Complaint.Reference
		_, err := o.Refuse(ctx, supervisor, ref, 1, "nonsense", "")
		wantKind(t, err, fault.Invalid, "")
		_, err = o.Refuse(ctx, supervisor, ref, 1, "already_handled", "") // a ground for reports only
		wantKind(t, err, fault.Invalid, "")
		_, err = o.Refuse(ctx, reviewer, ref, 1, "not_our_duty", "")
		wantKind(t, err, fault.NotFound, "")
		c, err := o.Refuse(ctx, supervisor, ref, 1, "not_our_duty", "请向银保监局反映")
		check(t, err)
		if c.Status != complaint.NotAccepted || c.Ground != "not_our_duty" || c.DecidedAt.IsZero() || c.EndedAt.IsZero() || !c.DueOn.IsZero() {
			t.Errorf("refused %+v", c)
		}
		_, err = o.Refuse(ctx, supervisor, ref, 2, "not_our_duty", "")
		wantKind(t, err, fault.Conflict, "complaint.status.not_accepted_already")
		clocks, err := o.Clocks(ctx, supervisor, ref)
		check(t, err)
		if !clocks[0].Stopped || clocks[0].InTime == nil || !*clocks[0].InTime {
			t.Errorf("clock %+v", clocks[0])
		}
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.not_accepted'"); n != 0 {
			t.Errorf("%d mails before the second reading", n)
		}
		o.release(t, ref, "non_acceptance")
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.not_accepted'"); n != 1 {
			t.Errorf("%d mails", n)
		}
		second := o.file(t, sample()).Complaint
		_, err = o.Refer(ctx, supervisor, second.Reference, 1, "moon", "other_authority", "")
		wantKind(t, err, fault.Invalid, "")
		p, _ := o.book.Pack("cn")
		c, err = o.Refer(ctx, supervisor, second.Reference, 1, p.Authorities[0].ID, "other_authority", "")
		check(t, err)
		if c.Status != complaint.Referred || c.ReferredTo != p.Authorities[0].ID {
			t.Errorf("referred %+v", c)
		}
		o.mustVerify(t)
	})
}

func TestWithdraw(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	by, ref := o.borrower(t, filed), filed.Complaint.Reference
	_, err := o.Withdraw(ctx, supervisor, ref, "")
	wantKind(t, err, fault.Forbidden, "")
	c, err := o.Withdraw(ctx, by, ref, "已经协商解决")
	check(t, err)
	if c.Status != complaint.Withdrawn || c.EndedAt.IsZero() || !c.DecidedAt.IsZero() {
		t.Errorf("withdrawn %+v", c)
	}
	_, err = o.Withdraw(ctx, by, ref, "")
	wantKind(t, err, fault.Conflict, "complaint.status.withdrawn_already")
	o.mustVerify(t)
}

// inCase runs a step that casework takes in its own transaction.
func (o *office) inCase(t *testing.T, act audit.Action, c *complaint.Complaint, f func(tx *store.Tx) error) error {
	t.Helper()
	return o.db.Write(t.Context(), func(tx *store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		_, err := o.log.Append(t.Context(), tx, supervisor, act, c.Reference)
		return err
	})
}

func TestLifeWithACase(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	ctx := t.Context()
	filed := o.file(t, sample())
	c := filed.Complaint
	o.openCase(t, c, reviewer)
	if c.Status != complaint.Accepted || c.Version != 2 || !c.DueOn.IsZero() || c.DecidedAt.IsZero() || c.EndedAt != (time.Time{}) {
		t.Errorf("accepted %+v", c)
	}
	err := o.inCase(t, audit.ComplaintAccept, c, func(tx *store.Tx) error { return o.Accept(ctx, tx, supervisor, c, c.Version) })
	wantKind(t, err, fault.Conflict, "complaint.status.accepted_already")
	check(t, o.inCase(t, audit.ComplaintClosed, c, func(tx *store.Tx) error {
		return o.Close(ctx, tx, reviewer, c, rulebook.Text{ZH: "已责令改正", EN: "Ordered to put right"})
	}))
	if c.Status != complaint.Closed || c.EndedAt.IsZero() {
		t.Errorf("closed %+v", c)
	}
	ev, err := o.Timeline(ctx, o.borrower(t, filed), c.Reference)
	check(t, err)
	if last := ev[len(ev)-1]; last.Kind != complaint.EventClosed || last.Note != "已责令改正" || last.ActorID != 0 {
		t.Errorf("last event %+v", last)
	}
	err = o.inCase(t, audit.ComplaintAccept, c, func(tx *store.Tx) error { return o.Accept(ctx, tx, supervisor, c, c.Version) })
	wantKind(t, err, fault.Conflict, "complaint.status.closed_already")
	check(t, o.inCase(t, audit.CaseReopened, c, func(tx *store.Tx) error { return o.Reopen(ctx, tx, reviewer, c, "出现新证据") }))
	if c.Status != complaint.Accepted || !c.EndedAt.IsZero() {
		t.Errorf("reopened %+v", c)
	}
	// Taken back while the case goes on: the case's end changes nothing more.
	_, err = o.Withdraw(ctx, o.borrower(t, filed), c.Reference, "")
	check(t, err)
	var again *complaint.Complaint
	check(t, o.inCase(t, audit.ComplaintClosed, c, func(tx *store.Tx) (err error) {
		if again, err = o.Find(ctx, tx, c.Reference); err != nil {
			return err
		}
		return o.Close(ctx, tx, reviewer, again, rulebook.Text{})
	}))
	if again.Status != complaint.Withdrawn {
		t.Errorf("closed a withdrawn complaint: %s", again.Status)
	}
	o.release(t, c.Reference, "closing")
	for _, template := range []string{"mail.accepted", "mail.closed", "mail.reopened", "mail.withdrawn"} {
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = ?", template); n != 1 {
			t.Errorf("%s: %d mails", template, n)
		}
	}
	o.mustVerify(t)
}

func TestMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		ctx := t.Context()
		filed := o.file(t, sample())
		ref, by := filed.Complaint.Reference, o.borrower(t, filed)
		_, err := o.Send(ctx, by, ref, "请问什么时候有结果？")
		check(t, err)
		_, err = o.Send(ctx, reviewer, ref, "您好")
		wantKind(t, err, fault.NotFound, "") // no case of the reviewer's yet
		o.openCase(t, filed.Complaint, reviewer)
		_, err = o.Send(ctx, reviewer, ref, "正在调查，请耐心等待。")
		check(t, err)
		_, err = o.Send(ctx, by, ref, strings.Repeat("长", 5001))
		wantKind(t, err, fault.Invalid, "")
		_, err = o.Send(ctx, by, ref, "a\x00b")
		wantKind(t, err, fault.Invalid, "")
		for _, who := range []access.Actor{by, reviewer} {
			msgs, err := o.Messages(ctx, who, ref)
			check(t, err)
			if len(msgs) != 2 || msgs[0].FromStaff || !msgs[1].FromStaff || msgs[1].Body != "正在调查，请耐心等待。" {
				t.Errorf("%s reads %+v", who.Role, msgs)
			}
			if hidden := msgs[1].UserID == 0; hidden != (who.Role == access.Borrower) {
				t.Errorf("%s reads that user %d wrote", who.Role, msgs[1].UserID)
			}
		}
		if n := o.count(t, "SELECT count(*) FROM outbox WHERE template = 'mail.message'"); n != 1 {
			t.Errorf("%d mails: only the complainant is told, and only of the office's", n)
		}
		o.mustVerify(t)
	})
}
