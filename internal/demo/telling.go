package demo

import (
	"context"
	"errors"
	"time"

	"dunwatch/internal/complaint"
	"dunwatch/internal/letter"
	"dunwatch/internal/locale"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// secondReading is for how many days back letters are read twice: the office
// began with that when complaints rose. The story has a practical side, since
// each reading is a command.
const secondReading = 60

// readTwice are the kinds that the office let out at once before. Answers were
// always read twice.
var readTwice = []string{"non_acceptance", "transfer", "transfer_notice", "closing", "report_opinion", "petition_opinion"}

// singleReading is what the administrator set when the office began.
func (o *office) singleReading(ctx context.Context) error {
	for _, kind := range readTwice {
		t, _, err := o.d.Letters.Template(ctx, o.admin, kind, locale.ZH)
		if err != nil {
			return err
		}
		if _, err := o.d.Letters.ChangeTemplate(ctx, o.admin, kind, locale.ZH, t.Number, letter.Change{
			Title: t.Title, Body: t.Body, Note: "机构组建初期人手不足，暂不设复核。",
		}); err != nil {
			return err
		}
	}
	o.at(o.until.Add(-secondReading*24*time.Hour), func(ctx context.Context) error {
		for _, kind := range readTwice {
			if _, err := o.d.Letters.RestoreTemplate(ctx, o.admin, kind, locale.ZH, 1, "恢复文书复核。"); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// read plans the second reading of the letters that were just written.
func (o *office) read(m *matter) {
	o.at(o.workdays(m, 1, 7.5), func(ctx context.Context) error { return o.release(ctx, m) })
}

// readNew is read for kinds that are read twice only of late.
func (o *office) readNew(m *matter) {
	if o.within(secondReading) {
		o.read(m)
	}
}

func (o *office) release(ctx context.Context, m *matter) error {
	list, err := o.d.Complaints.Letters(ctx, o.super[m.plan.unit], m.c.Reference)
	if err != nil {
		return err
	}
	for _, l := range list {
		if l.Status != letter.Draft {
			continue
		}
		if _, err := o.d.Complaints.ReleaseLetter(ctx, o.reader(m, l.WrittenBy), m.c.Reference, l.ID, l.Version); err != nil {
			return err
		}
	}
	return nil
}

// tell plans how the complainant learns the result: most look themselves, some
// are rung up, and some could not be reached so far.
func (o *office) tell(m *matter) {
	if m.c.Anonymous || m.c.Status != complaint.Closed {
		return
	}
	online, reached := 74, 97
	if o.within(24) {
		online, reached = 52, 72
	}
	switch n := m.plan.r.IntN(100); {
	case n < online:
		o.at(o.anyTime(m, 0.2, 7), func(ctx context.Context) error { return o.look(ctx, m) })
	case n < reached:
		o.at(o.workdays(m, 0.5, 8), func(ctx context.Context) error { return o.ring(ctx, m, complaint.Reached) })
	case n < 99:
		for range 1 + m.plan.r.IntN(3) {
			result := pick(m.plan.r, []string{complaint.NotReached, complaint.NotReached, complaint.LeftMessage, complaint.RefusedTalk})
			o.at(o.workdays(m, 0.5, 9), func(ctx context.Context) error { return o.ring(ctx, m, result) })
		}
	}
}

// look is the complainant opening the closed case with the code.
func (o *office) look(ctx context.Context, m *matter) error {
	if m.c.Status != complaint.Closed {
		return nil
	}
	c, err := o.d.Complaints.ByRef(ctx, m.me(), m.c.Reference)
	if err != nil {
		return err
	}
	if m.chance(30) && c.Status == complaint.Closed {
		o.at(o.now.Add(2*time.Minute), func(ctx context.Context) error { return o.rate(ctx, m) })
	}
	return nil
}

func (o *office) rate(ctx context.Context, m *matter) error {
	if !m.c.Status.Ended() {
		return nil
	}
	x := pick(m.plan.r, ratings)
	words := x.zh
	if m.toThem() {
		words = x.en
	}
	_, err := o.d.Complaints.Rate(ctx, m.me(), m.c.Reference, x.score, words)
	return err
}

func (o *office) ring(ctx context.Context, m *matter, result string) error {
	if m.c.Status != complaint.Closed {
		return nil
	}
	way := "phone"
	if m.english() {
		way = "email"
	}
	_, err := o.d.Complaints.LogContact(ctx, o.super[m.plan.unit], m.c.Reference, way, result, contactNotes[result].in(m.english())[0])
	return err
}

// unanswerable is a text message that the gateway refused for good. The demo
// has no gateway, so what refuses it is made here.
func (o *office) unanswerable(ctx context.Context) error {
	for i := len(o.matters) - 1; i >= 0; i-- {
		m := o.matters[i]
		if m.c == nil || m.c.Status != complaint.Accepted || m.plan.filing.Pack != "cn" || m.plan.filing.Complainant.Phone == "" {
			continue
		}
		err := o.d.DB.Write(ctx, func(tx *store.Tx) error {
			return o.d.Notify.Queue(ctx, tx, notify.Message{
				Channel: notify.SMS, To: m.plan.filing.Complainant.Phone, Lang: m.c.Lang, Template: "mail.letter",
				Data: map[string]string{"reference": m.c.Reference}, Dedupe: "demo.sms:" + m.c.Reference,
			})
		})
		if err != nil {
			return err
		}
		_, err = notify.New(o.d.DB, o.d.Keys, o.d.Words, notify.Senders{notify.SMS: deaf{}}).In(o.d.Zone).Deliver(ctx)
		return err
	}
	return nil
}

// deaf refuses what it is given.
type deaf struct{}

func (deaf) Send(context.Context, notify.Envelope) error {
	return errors.Join(notify.ErrRefused, errors.New("运营商返回：空号 (number not in service)"))
}
