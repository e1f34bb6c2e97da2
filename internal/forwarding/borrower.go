package forwarding

import (
	"context"
	"fmt"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// Followed is a forward as the complainant follows it: which firm, since when, its answer once the office found it sound,
// and what they may do about it.
type Followed struct {
	Reference   string
	Firm        string // name
	Status      Status
	SentOn      calendar.Date
	DueOn       calendar.Date // of the firm; zero: not its turn
	ToldOn      calendar.Date
	Answers     []FollowedAnswer
	MayAccept   bool
	MayReview   bool
	ReviewUntil calendar.Date // the last day on which a review may be asked for; zero: no such right, or used
}

// FollowedAnswer is an answer that passed the check.
type FollowedAnswer struct {
	Stage   Stage
	Outcome string // id of the rulebook's AnswerOutcomes
	Body    string
	Fen     int64
	On      calendar.Date
}

// Follow lists what became of a complaint at the firms, for who complained. A report and requests for information show
// nothing. NotFound.
func (s *Service) Follow(ctx context.Context, by access.Actor, complaintRef string) ([]Followed, error) {
	var out []Followed
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.ReadComplaint, complaintRef)
		if err != nil {
			return err
		}
		list, err := s.answerable(ctx, tx, c)
		if err != nil {
			return err
		}
		for _, f := range list {
			one, err := s.follow(ctx, tx, f, c)
			if err != nil {
				return err
			}
			out = append(out, *one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("follow complaint: %w", err)
	}
	return out, nil
}

// answerable are the forwards of a complaint that a firm answers to the complainant.
func (s *Service) answerable(ctx context.Context, tx *store.Tx, c *complaint.Complaint) ([]*Forward, error) {
	if c.Track == complaint.TrackReport {
		return nil, nil
	}
	return s.forwardsWhere(ctx, tx, "complaint_id = ? AND parent_id IS NULL AND kind = ?", c.ID, string(ToAnswer))
}

func (s *Service) follow(ctx context.Context, tx *store.Tx, f *Forward, c *complaint.Complaint) (*Followed, error) {
	h, err := s.holdID(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	key, err := s.keyOrNone(ctx, tx, h.k)
	if err != nil {
		return nil, err
	}
	answers, err := answersOf(ctx, tx, key, f.ID)
	if err != nil {
		return nil, err
	}
	out := &Followed{Reference: f.Reference, Firm: f.Firm.Name, Status: f.Status, SentOn: f.SentOn, DueOn: f.DueOn, ToldOn: f.ToldOn}
	for _, a := range answers[f.ID] {
		if a.Check != nil && a.Check.Passed {
			out.Answers = append(out.Answers, FollowedAnswer{Stage: a.Stage, Outcome: a.Outcome, Body: a.Body, Fen: a.Fen, On: a.On})
		}
	}
	out.MayAccept = f.Status.can(accept) && c.Status == complaint.Accepted
	st, ok, err := s.reviewClock(ctx, tx, h)
	if err != nil || !ok {
		return out, err
	}
	out.ReviewUntil = st.Due
	out.MayReview = f.Status.can(askReview) && c.Status == complaint.Accepted && !st.Overdue(s.today(tx))
	return out, nil
}

// reviewClock is where the complainant's time for asking for a review stands; ok is false where none runs.
func (s *Service) reviewClock(ctx context.Context, tx *store.Tx, h *held) (deadline.State, bool, error) {
	if deadline.Base(h.Clock) != limitAskReview {
		return deadline.State{}, false, nil
	}
	return s.stateOf(ctx, tx, h, h.Clock)
}

// theirs loads the complainant's forward for a deed: the one named, or, with no name, the last one open to the deed.
func (s *Service) theirs(ctx context.Context, tx *store.Tx, by access.Actor, complaintRef, forwardRef string, d deed) (*held, error) {
	c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.RequestReview, complaintRef)
	if err != nil {
		return nil, err
	}
	list, err := s.answerable(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	var f *Forward
	for _, x := range list {
		if forwardRef != "" && x.Reference == canonical(forwardRef) || forwardRef == "" && (f == nil || x.Status.can(d)) {
			f = x
		}
	}
	if f == nil {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if c.Status != complaint.Accepted {
		return nil, fault.New(fault.Conflict, "forwarding.complaint_ended")
	}
	return s.holdID(ctx, tx, f)
}

// Accept says that the complainant is content with a firm's answer; the time for a review stops. forwardRef "" is the
// answer that waits. Conflict (no answer yet, accepted before), Forbidden, NotFound.
func (s *Service) Accept(ctx context.Context, by access.Actor, complaintRef, forwardRef string) error {
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.theirs(ctx, tx, by, complaintRef, forwardRef, accept)
		if err != nil {
			return err
		}
		if h.Status, err = h.Status.next(accept); err != nil {
			return err
		}
		if err := s.stop(ctx, tx, by, h); err != nil {
			return err
		}
		h.EndedAt = tx.Now
		if err := save(ctx, tx, h.Forward); err != nil {
			return err
		}
		return s.note(ctx, tx, by, h, EventAccepted, audit.ForwardAccepted, "complaint", h.k.Complaint.Reference)
	})
	if err != nil {
		return fmt.Errorf("accept answer: %w", err)
	}
	return nil
}

// RequestReview asks the firm, through the office, to look at its answer again (核查), within the period that the pack
// gives. The words go to the conversation with the office; the firm gets them where it was given the narrative too.
// Invalid (text), Conflict (no answer yet, asked before, the pack has no such right, the period is over: the sentence
// names the day), Forbidden, NotFound.
func (s *Service) RequestReview(ctx context.Context, by access.Actor, complaintRef, forwardRef, words string) error {
	var wrong fault.Fields
	words = text(&wrong, "text", words, minText, maxNote)
	if err := wrong.Err(); err != nil {
		return err
	}
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := s.theirs(ctx, tx, by, complaintRef, forwardRef, askReview)
		if err != nil {
			return err
		}
		if err := s.toReview(ctx, tx, by, h); err != nil {
			return err
		}
		if err := s.d.Complaints.Say(ctx, tx, by, h.k.Complaint, words); err != nil {
			return err
		}
		fields := map[string]any{"due_on": h.DueOn, "period": s.period(h, limitReview), "article": s.article(h, limitReview)}
		if slices.Contains(h.Disclosed, FieldNarrative) {
			fields["text"] = words
		}
		if err := s.toFirm(ctx, tx, access.Program, h, "review_notice", mailReview, fields); err != nil {
			return err
		}
		if err := s.mailOfficer(ctx, tx, h, mailReviewed); err != nil {
			return err
		}
		return s.note(ctx, tx, by, h, EventReviewAsked, audit.ReviewRequested, "complaint", h.k.Complaint.Reference)
	})
	if err != nil {
		return fmt.Errorf("request review: %w", err)
	}
	return nil
}

// toReview moves a forward into review, if its period still runs, and starts the firm's clock.
func (s *Service) toReview(ctx context.Context, tx *store.Tx, by access.Actor, h *held) error {
	next, err := h.Status.next(askReview)
	if err != nil {
		return err
	}
	st, ok, err := s.reviewClock(ctx, tx, h)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "forwarding.no_review")
	}
	if st.Overdue(s.today(tx)) {
		return fault.New(fault.Conflict, "forwarding.review_too_late", st.Due)
	}
	if err := s.stop(ctx, tx, by, h); err != nil {
		return err
	}
	due, ok, err := s.start(ctx, tx, by, h, limitReview)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("pack %s has %s and no %s", h.pack.ID, limitAskReview, limitReview)
	}
	h.Status, h.DueOn = next, due
	return save(ctx, tx, h.Forward)
}
