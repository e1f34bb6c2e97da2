package forwarding

import (
	"context"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// AnswerInput is what a firm answers. Whether it answers the complaint or decides on a review follows from the forward.
type AnswerInput struct {
	Outcome   string // of the rulebook's outcomes with Portal
	Body      string // in plain words: the complainant reads it
	AmountFen int64  // for outcomes with Amount
}

// Answer records the firm's answer, or its decision on a review. Its clock stops that day, the office's for the check
// starts. What an agency answers goes to its lender. Invalid (outcome, body, amount), Conflict (stale, answered, over),
// NotFound.
func (s *Service) Answer(ctx context.Context, by access.Actor, ref string, version int64, in AnswerInput) (*Forward, error) {
	return s.change(ctx, by, "answer", ref, version, func(tx *store.Tx, h *held) error {
		stage := h.Status.stage()
		next, err := h.Status.next(answer)
		if err != nil {
			return err
		}
		if err := in.check(h.pack); err != nil {
			return err
		}
		key, err := s.key(ctx, tx, h.k)
		if err != nil {
			return err
		}
		a, err := s.record(ctx, tx, by, h, key, in, stage)
		if err != nil {
			return err
		}
		if err := s.stop(ctx, tx, by, h); err != nil {
			return err
		}
		h.Status, h.AnsweredOn, h.DueOn = next, s.today(tx), calendar.Date{}
		if h.AcknowledgedAt.IsZero() {
			h.AcknowledgedAt = tx.Now
		}
		if h.Kind == ToAnswer && h.ParentID == 0 {
			if _, _, err := s.start(ctx, tx, by, h, limitCheck); err != nil {
				return err
			}
		}
		if err := save(ctx, tx, h.Forward); err != nil {
			return err
		}
		return s.tellAnswer(ctx, tx, by, h, a)
	})
}

func (in *AnswerInput) check(p *rulebook.Pack) error {
	var wrong fault.Fields
	i := slices.IndexFunc(p.AnswerOutcomes(), func(o rulebook.Outcome) bool { return o.ID == in.Outcome && o.Portal })
	switch {
	case i < 0:
		wrong.Add("outcome", "fault.choose")
	case p.AnswerOutcomes()[i].Amount && in.AmountFen <= 0:
		wrong.Add("amount", "forwarding.amount")
	case !p.AnswerOutcomes()[i].Amount && in.AmountFen != 0:
		wrong.Add("amount", "forwarding.no_amount")
	}
	if in.AmountFen > maxFen {
		wrong.Add("amount", "forwarding.amount")
	}
	in.Body = text(&wrong, "body", in.Body, minText, maxAnswer)
	return wrong.Err()
}

// maxFen keeps slips of the keyboard out: a billion yuan.
const maxFen = 100_000_000_000

func (s *Service) record(ctx context.Context, tx *store.Tx, by access.Actor, h *held, key *seal.DataKey, in AnswerInput, stage Stage) (*Answer, error) {
	before, err := answersOf(ctx, tx, nil, h.ID)
	if err != nil {
		return nil, err
	}
	sealed, err := key.Seal(fieldAnswer, in.Body)
	if err != nil {
		return nil, err
	}
	a := &Answer{
		Number: len(before[h.ID]) + 1, Stage: stage, Outcome: in.Outcome, Body: in.Body, Fen: in.AmountFen,
		At: tx.Now, On: s.today(tx), UserID: by.UserID,
	}
	return a, insertAnswer(ctx, tx, h.ID, a, sealed)
}

// tellAnswer puts an answer on record and tells who reads it next: the officer, or the agency's lender.
func (s *Service) tellAnswer(ctx context.Context, tx *store.Tx, by access.Actor, h *held, a *Answer) error {
	event := EventAnswered
	switch {
	case h.ParentID != 0:
		event = EventAgencyAnswered
		parent, err := s.forwardsWhere(ctx, tx, "id = ?", h.ParentID)
		if err != nil {
			return err
		}
		if err := s.mailFirm(ctx, tx, &held{Forward: parent[0], k: h.k, pack: h.pack}, mailAgency); err != nil {
			return err
		}
		// The lender's own line says so too, without the agency's number.
		if err := addEvent(ctx, tx, by, h.ParentID, EventAgencyAnswered, h.Firm.Name); err != nil {
			return err
		}
	case a.Stage == StageReview:
		event = EventReviewAnswered
		fallthrough
	default:
		if err := s.mailOfficer(ctx, tx, h, mailAnswered); err != nil {
			return err
		}
	}
	return s.note(ctx, tx, by, h, event, audit.ForwardAnswered, "answer", a.Number, "stage", string(a.Stage), "outcome", a.Outcome)
}
