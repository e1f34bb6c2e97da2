package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// Say adds what somebody wrote in another deed (a request for review, a broken plan) to the conversation, inside the
// transaction of that deed, whoever asks. The caller has checked the text. It appends the entry of a message and queues
// no mail. NotFound once the key is destroyed.
func (s *Service) Say(ctx context.Context, tx *store.Tx, by access.Actor, c *Complaint, body string) error {
	key, err := s.dataKey(ctx, tx, c.DataKeyID)
	if err != nil {
		return err
	}
	sealed, err := key.Seal(fieldMessage, body)
	if err != nil {
		return fmt.Errorf("say about %s: %w", c.Reference, err)
	}
	r, err := insertMessage(ctx, tx, by, c.ID, sealed)
	if err != nil {
		return err
	}
	kind := EventMessage
	if by.Role == access.Borrower {
		kind = EventReply
	}
	if err := note(ctx, tx, by, c.ID, kind, true, ""); err != nil {
		return err
	}
	_, err = s.log.Append(ctx, tx, by, audit.MessageSent, c.Reference, "message", r.ID)
	return err
}
