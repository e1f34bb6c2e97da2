package logbook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
	"dunwatch/internal/store"
)

// Request is what the office asked a firm for: its own log of some days.
type Request struct {
	ID         int64
	ForwardID  int64
	Forward    string // reference
	Firm       string // name
	From, To   calendar.Date
	Due        calendar.Date
	Note       string
	AskedAt    time.Time
	AskedBy    int64
	AnsweredAt time.Time // zero: not yet
}

// Open reports whether the firm still owes its log.
func (r Request) Open() bool { return r.AnsweredAt.IsZero() }

// Late reports whether the firm is past the day that was set.
func (r Request) Late(today calendar.Date) bool { return r.Open() && today.After(r.Due) }

// Ask is the wish for a firm's log. Forward is the reference of what was sent to
// the firm, by which it knows whose log is meant.
type Ask struct {
	Forward  string
	From, To calendar.Date
	Due      calendar.Date
	Note     string
}

const (
	maxAskDays = 366
	maxAskNote = 1000
)

// AskFirm asks a firm for its log and tells its staff. It must have been told who
// the customer is. Invalid (forward, from, to, due_on, note), Conflict (case or
// forward over, asked already), Forbidden, NotFound.
func (s *Service) AskFirm(ctx context.Context, by access.Actor, caseRef string, in Ask) (*Request, error) {
	var out *Request
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.caseFor(ctx, tx, by, access.SendForward, caseRef)
		if err != nil {
			return err
		}
		off, err := s.d.Cases.Recused(ctx, tx, k.ID, by.UserID)
		if err != nil {
			return err
		}
		if off {
			return fault.New(fault.Forbidden, "forwarding.recused")
		}
		f, _, err := s.d.Forwards.Reach(ctx, tx, by, access.SendForward, in.Forward)
		if err != nil || f.CaseID != k.ID {
			return fault.Fields{{Name: "forward", Key: "fault.choose"}}.Err()
		}
		if err := s.checkAsk(ctx, tx, f, &in); err != nil {
			return err
		}
		r := &requestRow{ForwardID: f.ID, FromOn: in.From, ToOn: in.To, DueOn: in.Due, Note: in.Note, AskedAt: store.At(tx.Now), AskedBy: by.UserID}
		if err := store.Insert(ctx, tx, r); err != nil {
			return fmt.Errorf("insert log request: %w", err)
		}
		if err := s.d.Forwards.TellLogAsked(ctx, tx, by, f, in.Due, r.ID); err != nil {
			return err
		}
		out = &Request{ID: r.ID, ForwardID: f.ID, Forward: f.Reference, Firm: f.Firm.Name, From: in.From, To: in.To, Due: in.Due, Note: in.Note, AskedAt: tx.Now, AskedBy: by.UserID}
		_, err = s.d.Log.Append(ctx, tx, by, audit.LogAsked, k.Reference, "forward", f.Reference, "from", in.From, "to", in.To, "due", in.Due)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the log of a firm: %w", err)
	}
	return out, nil
}

func (s *Service) checkAsk(ctx context.Context, tx *store.Tx, f *forwarding.Forward, in *Ask) error {
	if f.Status == forwarding.Ended {
		return fault.New(fault.Conflict, "logbook.forward_over")
	}
	if !Knows(f) {
		return fault.Fields{{Name: "forward", Key: "logbook.firm_cannot_tell"}}.Err()
	}
	asked, err := s.requestsWhere(ctx, tx, "forward_id = ?", f.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(asked, Request.Open) {
		return fault.New(fault.Conflict, "logbook.asked_already")
	}
	var wrong fault.Fields
	today := s.today(tx)
	switch {
	case in.From.IsZero():
		wrong.Add("from", "fault.required")
	case in.From.After(today):
		wrong.Add("from", "fault.date_future")
	}
	switch {
	case in.To.IsZero():
		wrong.Add("to", "fault.required")
	case in.To.Before(in.From):
		wrong.Add("to", "logbook.to_before_from")
	case in.To.Sub(in.From) > maxAskDays:
		wrong.Add("to", "logbook.too_long", maxAskDays)
	}
	switch {
	case in.Due.IsZero():
		wrong.Add("due_on", "fault.required")
	case !in.Due.After(today):
		wrong.Add("due_on", "forwarding.due_past")
	}
	in.Note = strings.TrimSpace(in.Note)
	if n := utf8.RuneCountInString(in.Note); n > maxAskNote {
		wrong.Add("note", "fault.too_long", maxAskNote, n)
	}
	return wrong.Err()
}

// Knows reports whether the firm of a forward was told who the customer is.
func Knows(f *forwarding.Forward) bool {
	return f.Kind == forwarding.ToAnswer && (slices.Contains(f.Disclosed, forwarding.FieldName) || slices.Contains(f.Disclosed, forwarding.FieldPhone) || slices.Contains(f.Disclosed, forwarding.FieldIDNumber))
}

// Given is what a firm gave on a request, as the firm itself may see it.
type Given struct {
	Request
	Logs []Log // its own, without what they say
}

// AskedOf lists what the office asked the actor's firm for with a forward, and
// what the firm gave. NotFound.
func (s *Service) AskedOf(ctx context.Context, by access.Actor, forwardRef string) (out []Given, err error) {
	if !by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		f, _, err := s.d.Forwards.Reach(ctx, tx, by, access.ReadForward, forwardRef)
		if err != nil {
			return err
		}
		list, err := s.requestsWhere(ctx, tx, "forward_id = ?", f.ID)
		if err != nil {
			return err
		}
		for _, r := range list {
			r.AskedBy = 0 // who in the office asked stays hidden
			out = append(out, Given{Request: r})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("log requests of a forward: %w", err)
	}
	return out, nil
}

// KeepOfFirm stores what a firm's staff gave of its own log, on the request that
// is open for the forward. Invalid (file), TooLarge, Conflict (nothing is asked
// for), NotFound.
func (s *Service) KeepOfFirm(ctx context.Context, by access.Actor, forwardRef, name string, x *contactlog.Extract) error {
	if !by.Role.OfFirm() {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if len(x.Contacts) == 0 {
		return wrongFile("logbook.nothing_kept")
	}
	var complaintID int64
	ready := func(ctx context.Context, tx *store.Tx) (*forwarding.Forward, *Request, error) {
		f, _, err := s.d.Forwards.Reach(ctx, tx, by, access.AnswerForward, forwardRef)
		if err != nil {
			return nil, nil, err
		}
		list, err := s.requestsWhere(ctx, tx, "forward_id = ?", f.ID)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(list, Request.Open)
		if i < 0 {
			return nil, nil, fault.New(fault.Conflict, "logbook.not_asked")
		}
		return f, &list[i], nil
	}
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		f, _, err := ready(ctx, tx)
		if err == nil {
			complaintID = f.ComplaintID
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep log of a firm: %w", err)
	}
	r := written(x)
	_, err = s.d.Evidence.AddFrom(ctx, by, complaintID, "call_log", name, r, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		f, q, err := ready(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.room(ctx, tx, complaintID); err != nil {
			return err
		}
		if err := s.d.Forwards.AttachLog(ctx, tx, by, f, i.ID); err != nil {
			return err
		}
		if err := insertLog(ctx, tx, by, &logRow{ComplaintID: complaintID, EvidenceID: i.ID, Side: string(OfFirm), Part: complaint.LogExtract, FirmID: store.ID(f.Firm.ID), RequestID: store.ID(q.ID)}); err != nil {
			return err
		}
		return s.kept(ctx, tx, by, f.Reference, i.Label(), x)
	})
	closeReader(r)
	if err != nil {
		return fmt.Errorf("keep log of a firm: %w", err)
	}
	return nil
}
