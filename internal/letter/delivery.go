package letter

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/notify"
	"dunwatch/internal/store"
)

// Delivery is how far an issued letter has come to its recipient.
type Delivery string

// The states. The office notes the last four; the rest come by themselves.
const (
	None      Delivery = "none"     // nothing was sent: the recipient finds it on the pages
	Queued    Delivery = "queued"   // the notice of it is on its way
	Notified  Delivery = "notified" // the notice was handed over to the gateway
	Seen      Delivery = "seen"     // the recipient opened it
	Posted    Delivery = "posted"
	Delivered Delivery = "delivered"
	Returned  Delivery = "returned"
	Failed    Delivery = "failed"
)

// Noted lists what a person can note.
var Noted = []Delivery{Posted, Delivered, Returned, Failed}

// rank orders what speaks against what: news of a notice does not take back that somebody has read the letter.
var rank = map[Delivery]int{Queued: 1, Notified: 2, Failed: 2, Posted: 3, Returned: 3, Seen: 4, Delivered: 4}

// deliver lets an event speak. Among equals the later one counts.
func (l *Letter) deliver(e eventRow) {
	d := Delivery(e.Kind)
	if rank[d] == 0 || rank[d] < rank[l.Delivery] {
		return
	}
	l.Delivery, l.DeliveredAt, l.DeliveredOn = d, e.At.Time(), e.OnDate
}

const maxNote = 500 // characters

// NoteDelivery notes what became of an issued letter on paper, and on which day. The caller appends the audit entry.
// Invalid, Conflict for a letter that was not issued or that somebody changed meanwhile.
func (s *Service) NoteDelivery(ctx context.Context, tx *store.Tx, by access.Actor, id, version int64, d Delivery, on calendar.Date, note string) (*Letter, error) {
	note = clean(note)
	if err := s.checkDelivery(tx, d, on, note); err != nil {
		return nil, err
	}
	l, err := s.Find(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if l.Status != Issued {
		return nil, fault.New(fault.Conflict, "letter.error.not_issued")
	}
	if on.Before(l.IssuedOn) {
		var wrong fault.Fields
		wrong.Add("on", "letter.error.before_issue")
		return nil, wrong.Err()
	}
	if err := store.Update[letterRow](ctx, tx, id, version); err != nil {
		return nil, err
	}
	if err := event(ctx, tx, by, id, string(d), on, note); err != nil {
		return nil, err
	}
	l.Version = version + 1
	l.deliver(eventRow{Kind: string(d), At: store.At(tx.Now), OnDate: on})
	return l, nil
}

func (s *Service) checkDelivery(tx *store.Tx, d Delivery, on calendar.Date, note string) error {
	var wrong fault.Fields
	known := false
	for _, n := range Noted {
		known = known || n == d
	}
	if !known {
		wrong.Add("delivery", "fault.choose")
	}
	switch {
	case on.IsZero():
		wrong.Add("on", "fault.required")
	case on.After(s.today(tx)):
		wrong.Add("on", "letter.error.future")
	}
	if n := utf8.RuneCountInString(note); n > maxNote {
		wrong.Add("note", "fault.too_long", maxNote, n)
	}
	return wrong.Err()
}

// Seen notes that the recipient opened an issued letter, once: first says whether this was the first time, and only then
// does the caller append an audit entry.
func (s *Service) Seen(ctx context.Context, tx *store.Tx, by access.Actor, id int64) (first bool, err error) {
	r, err := findRow(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if r.Status != string(Issued) {
		return false, nil
	}
	old, err := events(ctx, tx, []int64{id})
	if err != nil {
		return false, err
	}
	for _, e := range old {
		if e.Kind == string(Seen) {
			return false, nil
		}
	}
	return true, event(ctx, tx, by, id, string(Seen), s.today(tx), "")
}

const (
	settleBatch = 200
	// settleFor is longer than a message can wait in the outbox before it is given up, and shorter than it is kept there.
	settleFor = 30 * 24 * time.Hour
)

// Settle is the job that learns from the outbox which notices of letters went out: a letter is notified when one of them
// did, and failed when all were given up. It can be stopped anywhere and run again.
func (s *Service) Settle(ctx context.Context) error {
	last := eventRow{At: store.At(s.db.Now().Add(-settleFor))}
	for {
		batch, err := s.settleBatch(ctx, last)
		if err != nil {
			return fmt.Errorf("settle letters: %w", err)
		}
		if len(batch) < settleBatch {
			return nil
		}
		last = batch[len(batch)-1]
	}
}

type outcome struct {
	id    int64
	state Delivery
	at    time.Time
}

func (s *Service) settleBatch(ctx context.Context, after eventRow) (batch []eventRow, err error) {
	var found []outcome
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if batch, err = waiting(ctx, tx, after, settleBatch); err != nil {
			return err
		}
		for _, e := range batch {
			o, err := s.outcome(ctx, tx, e)
			if err != nil {
				return err
			}
			if o.state != "" {
				found = append(found, o)
			}
		}
		return nil
	})
	if err != nil || len(found) == 0 {
		return batch, err
	}
	return batch, s.db.Write(ctx, func(tx *store.Tx) error {
		for _, o := range found {
			if err := s.settled(ctx, tx, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// outcome asks the outbox after the notices of a letter; no state while one of them is still to go.
func (s *Service) outcome(ctx context.Context, tx *store.Tx, queued eventRow) (outcome, error) {
	o := outcome{id: queued.LetterID}
	sent, err := strconv.Atoi(queued.Note)
	if err != nil {
		return o, fmt.Errorf("letter %d: %w", queued.LetterID, err)
	}
	dead := 0
	for i := range sent {
		state, at, err := s.notify.Delivered(ctx, tx, dedupe(queued.LetterID, i))
		if err != nil {
			return o, err
		}
		switch state {
		case notify.StateSent:
			return outcome{queued.LetterID, Notified, at}, nil
		case notify.StateDead:
			dead++
			if at.After(o.at) {
				o.at = at
			}
		}
	}
	if dead == sent {
		o.state = Failed
	}
	return o, nil
}

// settled writes an outcome down, unless another instance was faster.
func (s *Service) settled(ctx context.Context, tx *store.Tx, o outcome) error {
	old, err := events(ctx, tx, []int64{o.id})
	if err != nil {
		return err
	}
	for _, e := range old {
		if d := Delivery(e.Kind); d == Notified || d == Failed && e.ActorRole == string(access.System) {
			return nil
		}
	}
	r, err := findRow(ctx, tx, o.id)
	if err != nil {
		return err
	}
	if err := event(ctx, tx, access.Program, o.id, string(o.state), calendar.OfTime(o.at.In(s.zone)), ""); err != nil {
		return err
	}
	_, err = s.log.Append(ctx, tx, access.Program, audit.LetterDelivered, *r.Number, "delivery", string(o.state))
	return err
}
