package letter_test

import (
	"context"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/letter"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func (d *desk) find(id int64) (l *letter.Letter) {
	d.t.Helper()
	check(d.t, d.db.Read(d.t.Context(), func(tx *store.Tx) (err error) {
		l, err = d.Find(d.t.Context(), tx, id)
		return err
	}))
	return l
}

// sent marks a message of the outbox as delivered or given up, as the job that sends them does.
func (d *desk) mark(column, dedupe string) {
	d.t.Helper()
	check(d.t, d.db.Write(d.t.Context(), func(tx *store.Tx) error {
		n, err := tx.Exec(d.t.Context(), `UPDATE outbox SET `+column+` = ? WHERE dedupe = ?`, tx.Now.Unix(), dedupe)
		if n != 1 {
			d.t.Errorf("%d messages are %s", n, dedupe)
		}
		return err
	}))
}

func TestSettle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		two := []notify.Message{mail, mail}
		a := d.write(letter.New{Kind: "acceptance", Notices: two})
		b := d.write(letter.New{Kind: "acceptance", Notices: two})
		c := d.write(letter.New{Kind: "acceptance", Notices: two})
		bare := d.write(letter.New{Kind: "acceptance"})
		check(t, d.Settle(t.Context()))
		if got := d.find(a.ID).Delivery; got != letter.Queued {
			t.Errorf("got %s before anything was sent", got)
		}
		d.mark("dead_at", "letter:1:0")
		d.mark("sent_at", "letter:1:1")
		d.mark("dead_at", "letter:2:0")
		d.mark("dead_at", "letter:2:1")
		d.mark("dead_at", "letter:3:0")
		for range 2 { // the second time changes nothing
			check(t, d.Settle(t.Context()))
		}
		for _, tt := range []struct {
			l    *letter.Letter
			want letter.Delivery
		}{{a, letter.Notified}, {b, letter.Failed}, {c, letter.Queued}, {bare, letter.None}} {
			if got := d.find(tt.l.ID).Delivery; got != tt.want {
				t.Errorf("letter %d: got %s, want %s", tt.l.ID, got, tt.want)
			}
		}
		if n := d.count(`SELECT COUNT(*) FROM letter_events WHERE kind IN ('notified', 'failed')`); n != 2 {
			t.Errorf("%d outcomes were written", n)
		}
		d.verify()
	})
}

func (d *desk) seen(l *letter.Letter) (first bool) {
	d.t.Helper()
	check(d.t, d.deed(access.Nobody, func(ctx context.Context, tx *store.Tx) (err error) {
		first, err = d.Seen(ctx, tx, access.Nobody, l.ID)
		return err
	}))
	return first
}

func (d *desk) note(l *letter.Letter, state letter.Delivery, on string) (*letter.Letter, error) {
	d.t.Helper()
	var day calendar.Date
	if on != "" {
		day = calendar.MustDate(on)
	}
	return d.change(d.writer, func(ctx context.Context, tx *store.Tx) (*letter.Letter, error) {
		return d.NoteDelivery(ctx, tx, d.writer, l.ID, l.Version, state, day, "挂号信")
	})
}

func TestDeliveryOnPaper(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		draft := d.write(letter.New{Kind: "closing"})
		_, err := d.note(draft, letter.Posted, "2026-10-20")
		want(t, err, fault.Conflict, "letter.error.not_issued")
		l := d.write(letter.New{Kind: "acceptance"})
		for _, tt := range []struct {
			state letter.Delivery
			on    string
			key   string
		}{
			{letter.Seen, "2026-10-20", "fault.choose"}, {"lost", "2026-10-20", "fault.choose"}, {letter.Posted, "", "fault.required"},
			{letter.Posted, "2026-10-21", "letter.error.future"}, {letter.Posted, "2026-10-19", "letter.error.before_issue"},
		} {
			_, err := d.note(l, tt.state, tt.on)
			want(t, err, fault.Invalid, tt.key)
		}
		posted, err := d.note(l, letter.Posted, "2026-10-20")
		check(t, err)
		_, err = d.note(l, letter.Delivered, "2026-10-20")
		want(t, err, fault.Conflict, "fault.stale")
		delivered, err := d.note(posted, letter.Delivered, "2026-10-20")
		check(t, err)
		if got := d.find(l.ID); got.Delivery != letter.Delivered || got.DeliveredOn != calendar.MustDate("2026-10-20") || got.Version != delivered.Version {
			t.Errorf("got %+v", got)
		}
		d.verify()
	})
}

func TestSeenOnce(t *testing.T) {
	d := open(t, storetest.Open(t))
	l := d.write(letter.New{Kind: "acceptance", Notices: []notify.Message{mail}})
	if d.seen(d.write(letter.New{Kind: "closing"})) {
		t.Error("a draft was seen")
	}
	if !d.seen(l) || d.seen(l) {
		t.Error("the first time was not told from the second")
	}
	// News of the notice does not take back that the letter was read.
	d.mark("sent_at", "letter:1:0")
	check(t, d.Settle(t.Context()))
	if got := d.find(l.ID).Delivery; got != letter.Seen {
		t.Errorf("got %s", got)
	}
}

func TestWhoseLetters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := open(t, db)
		d.write(letter.New{Kind: "acceptance"})
		d.write(letter.New{Kind: "closing"})
		check(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
			all, err := d.Of(t.Context(), tx, d.complaint)
			if len(all) != 2 || all[0].Kind != "acceptance" {
				t.Errorf("got %v", all)
			}
			check(t, err)
			none, err := d.ForFirm(t.Context(), tx, 1, []int64{1, 2})
			if len(none) != 0 {
				t.Errorf("a firm got %v", none)
			}
			check(t, err)
			drafts, err := d.Drafts(t.Context(), tx, []int64{d.complaint})
			if len(drafts) != 1 || drafts[0].Kind != "closing" {
				t.Errorf("got %v", drafts)
			}
			return err
		}))
	})
}

// More letters than one batch, all queued in the same second, some of them still waiting.
func TestSettleMany(t *testing.T) {
	d := open(t, storetest.Open(t))
	const many = 450
	check(t, d.deed(d.writer, func(ctx context.Context, tx *store.Tx) error {
		for range many {
			_, err := d.Write(ctx, tx, d.writer, d.key, letter.New{Kind: "acceptance", Pack: "cn", ComplaintID: d.complaint, To: letter.ToComplainant, Notices: []notify.Message{mail}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	check(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE outbox SET sent_at = created_at WHERE id % 3 <> 0`)
		return err
	}))
	check(t, d.Settle(t.Context()))
	if n := d.count(`SELECT COUNT(*) FROM letter_events WHERE kind = 'notified'`); n != many*2/3 {
		t.Errorf("%d letters were notified", n)
	}
}
