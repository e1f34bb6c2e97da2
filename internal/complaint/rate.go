package complaint

import (
	"context"
	"fmt"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

const fieldRating = "rating.comment"

// Rating is what the complainant thinks of how the office handled it.
type Rating struct {
	At      time.Time
	Score   int // 1, very bad, to 5, very good
	Comment string
}

// Rate takes the complainant's rating of the handling, once, after it ended. Invalid, Conflict while it is under way and
// the second time, Forbidden, NotFound.
func (s *Service) Rate(ctx context.Context, by access.Actor, ref string, score int, comment string) (*Rating, error) {
	comment = tidy(comment)
	if score < 1 || score > 5 {
		var wrong fault.Fields
		wrong.Add("score", "intake.score")
		return nil, wrong.Err()
	}
	if err := checkNote("comment", comment, false); err != nil {
		return nil, err
	}
	sealed, err := s.sealNote(ctx, by, access.RateHandling, ref, fieldRating, comment)
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	var out *Rating
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, access.RateHandling, ref)
		if err != nil {
			return err
		}
		if !c.Status.Ended() {
			return fault.New(fault.Conflict, "intake.rate_later")
		}
		before, err := rating(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if before != nil {
			return fault.New(fault.Conflict, "intake.rated")
		}
		if err := store.Insert(ctx, tx, &ratingRow{ComplaintID: c.ID, At: store.At(tx.Now), Score: int64(score), Comment: sealed}); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventRated, true, ""); err != nil {
			return err
		}
		out = &Rating{At: tx.Now, Score: score, Comment: comment}
		_, err = s.log.Append(ctx, tx, by, audit.HandlingRated, c.Reference, "score", score)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return out, nil
}

// Rating is the complainant's rating; nil while there is none. Of a report only who may read its messages reads the
// words. NotFound.
func (s *Service) Rating(ctx context.Context, by access.Actor, ref string) (*Rating, error) {
	var out *Rating
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		r, err := rating(ctx, tx, c.ID)
		if err != nil || r == nil {
			return err
		}
		out = &Rating{At: r.At.Time(), Score: int(r.Score)}
		if len(r.Comment) == 0 || !seesMatter(by, c, o) {
			return nil
		}
		var key *seal.DataKey
		key, err = s.dataKey(ctx, tx, c.DataKeyID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		out.Comment, err = key.Open(fieldRating, r.Comment)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read rating: %w", err)
	}
	return out, nil
}

// AskReopen is the complainant's request to have a closed case opened again; the words go into the conversation, and the
// office decides (casework.Reopen). Invalid, Conflict unless it is closed, Forbidden, NotFound.
func (s *Service) AskReopen(ctx context.Context, by access.Actor, ref, text string) (*Message, error) {
	text, sealed, err := s.sealBody(ctx, by, access.RequestReview, ref, "text", text)
	if err != nil {
		return nil, err
	}
	var m *Message
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.Reach(ctx, tx, by, access.RequestReview, ref)
		if err != nil {
			return err
		}
		if c.Status != Closed {
			return fault.New(fault.Conflict, "complaint.not_closed")
		}
		r, err := insertMessage(ctx, tx, by, c.ID, sealed)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventReopenAsk, true, ""); err != nil {
			return err
		}
		m = &Message{ID: r.ID, At: r.At.Time(), Body: text}
		_, err = s.log.Append(ctx, tx, by, audit.ReviewRequested, c.Reference, "message", r.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask to reopen: %w", err)
	}
	return m, nil
}
