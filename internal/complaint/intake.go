package complaint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// maxArrival is how many working days may lie between the arrival of a letter and its typing; no ten of them take
// maxArrivalDays, and further back no calendar need be asked.
const (
	maxArrival     = 10
	maxArrivalDays = 60
)

// IntakeSources are the ways in which a complaint can reach a clerk, ids of the rulebook's ways of filing.
var IntakeSources = []string{"phone", "visit", "post", "fax", "email", "referral"}

// Intake is how a complaint reached the clerk who takes it down.
type Intake struct {
	Source    string
	ArrivedOn calendar.Date // the day of receipt that the law counts from; zero is today
	Note      string        // for the office: file number of the letter, extension that rang ...
	Key       string        // as File's idempotencyKey: a form sent twice is one complaint
}

// TakenDown is who took a complaint down, and when.
type TakenDown struct {
	Intake
	UserID  int64
	TypedAt time.Time
}

// TakeDown files what somebody told or sent to the office, as File does: consent and declaration are those given orally
// or on paper. The clocks run from the day on which it arrived. The answer's reference and access code are for the clerk
// to hand to the person. Invalid (also fields "source", "arrived_on", "note"), Forbidden.
func (s *Service) TakeDown(ctx context.Context, by access.Actor, f Filing, in Intake) (*Filed, error) {
	if by.UserID == 0 {
		return nil, access.Denied(by)
	}
	if err := s.policy.May(by, access.FileComplaint); err != nil {
		return nil, err
	}
	today := calendar.OfTime(s.db.Now().In(s.zone))
	if in.ArrivedOn.IsZero() {
		in.ArrivedOn = today
	}
	in.Note = tidy(in.Note)
	wrong, err := s.checkIntake(f.Pack, in, today)
	if err != nil {
		return nil, err
	}
	if err := s.Validate(&f, "", today); err != nil {
		said, ok := errors.AsType[*fault.Error](err)
		if !ok {
			return nil, err
		}
		wrong = append(wrong, said.Fields...)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	n, err := s.prepare(ctx, f, in.Source, in.Key, "")
	if err != nil {
		return nil, fmt.Errorf("take down a complaint: %w", err)
	}
	n.intake = &in
	filed, err := s.store(ctx, by, n)
	if fault.Is(err, fault.Conflict) && in.Key != "" {
		if again, rerr := s.repeated(ctx, f, in.Source, in.Key); again != nil || rerr != nil {
			return again, rerr
		}
	}
	if err != nil {
		return nil, fmt.Errorf("take down a complaint: %w", err)
	}
	return filed, nil
}

func (s *Service) checkIntake(pack string, in Intake, today calendar.Date) (fault.Fields, error) {
	var wrong fault.Fields
	if !slices.Contains(IntakeSources, in.Source) {
		wrong.Add("source", "fault.choose")
	}
	if in.ArrivedOn.After(today) {
		wrong.Add("arrived_on", "intake.arrived_later")
	} else if p, ok := s.book.Pack(pack); ok {
		cal, err := s.calendar(p)
		if err != nil {
			return nil, err
		}
		if in.ArrivedOn.Before(today.AddDays(-maxArrivalDays)) || cal.Workdays(in.ArrivedOn, today) > maxArrival {
			wrong.Add("arrived_on", "intake.arrived_long_ago", maxArrival)
		}
	}
	if len(in.Key) > maxIdempotencyKey {
		wrong.Add("key", "complaint.idempotency_long", maxIdempotencyKey)
	}
	switch n := utf8.RuneCountInString(in.Note); {
	case n > maxNote:
		wrong.Add("note", "fault.too_long", maxNote, n)
	case unwanted(in.Note, true):
		wrong.Add("note", "complaint.characters")
	}
	return wrong, nil
}

// takenDown keeps who took the complaint down; the caller appends the audit entry of its filing after it.
func (n *filing) takenDown(ctx context.Context, tx *store.Tx, by access.Actor, id int64) error {
	if n.intake == nil {
		return nil
	}
	r := &intakeRow{ComplaintID: id, UserID: by.UserID, TypedAt: store.At(tx.Now), ArrivedOn: n.intake.ArrivedOn, Note: n.intake.Note}
	if err := store.Insert(ctx, tx, r); err != nil {
		return err
	}
	return note(ctx, tx, by, id, EventTakenDown, false, "")
}

// arrived gives the row of a complaint that was taken down the day on which it arrived.
func (s *Service) arrived(n *filing, r *complaintRow) {
	if n.intake == nil || n.intake.ArrivedOn == r.ReceivedOn {
		return
	}
	r.ReceivedOn = n.intake.ArrivedOn
	r.ReceivedAt = store.At(r.ReceivedOn.Start(s.zone))
}

// IntakeOf is who took a complaint down; nil for one that was filed by the complainant. For staff alone. NotFound.
func (s *Service) IntakeOf(ctx context.Context, by access.Actor, ref string) (*TakenDown, error) {
	var out *TakenDown
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.visible(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if by.Role == access.Borrower {
			return access.Denied(by)
		}
		r, err := one[intakeRow](ctx, tx, c.ID)
		if err != nil || r == nil {
			return err
		}
		out = &TakenDown{Intake{Source: c.Source, ArrivedOn: r.ArrivedOn, Note: r.Note}, r.UserID, r.TypedAt.Time()}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("intake of a complaint: %w", err)
	}
	return out, nil
}

// recordIntake appends the entry of a complaint that was taken down.
func (s *Service) recordIntake(ctx context.Context, tx *store.Tx, by access.Actor, n *filing, c *Complaint) error {
	if n.intake == nil {
		return nil
	}
	_, err := s.log.Append(ctx, tx, by, audit.ComplaintTaken, c.Reference, "source", c.Source, "arrived_on", c.ReceivedOn.String())
	return err
}
