package witness

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Invite makes a link for one witness and returns its secret, which is shown once. label says for whom it is, for telling
// links apart; the witness does not see it. Invalid, Conflict (too many wait, the complaint has ended), Forbidden, NotFound.
func (s *Service) Invite(ctx context.Context, by access.Actor, ref, label string) (*Link, string, error) {
	label = strings.TrimSpace(label)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(label); {
	case n == 0:
		wrong.Add("label", "fault.required")
	case n > maxLabel:
		wrong.Add("label", "fault.too_long", maxLabel, n)
	}
	if err := wrong.Err(); err != nil {
		return nil, "", err
	}
	sealed, err := s.sealFor(ctx, by, access.InviteWitness, ref, fieldLabel, label)
	if err != nil {
		return nil, "", fmt.Errorf("invite a witness: %w", err)
	}
	token := seal.NewToken()
	var l *Link
	err = s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.InviteWitness, ref)
		if err != nil {
			return err
		}
		if c.Status.Ended() {
			return fault.New(fault.Conflict, "witness.ended")
		}
		rows, err := linksOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if openLinks(rows, tx.Now) >= maxOpen {
			return fault.New(fault.Conflict, "witness.too_many", maxOpen)
		}
		r := &linkRow{ComplaintID: c.ID, Number: int64(len(rows) + 1), TokenHash: seal.HashToken(token), Label: sealed, MadeBy: string(by.Role), UserID: store.ID(by.UserID),
			CreatedAt: store.At(tx.Now), ExpiresAt: store.At(tx.Now.Add(Lasting)), Version: 1}
		if err := store.Insert(ctx, tx, r); err != nil {
			return err
		}
		if err := s.d.Complaints.Note(ctx, tx, by, c.ID, complaint.EventWitnessAsked, true, ""); err != nil {
			return err
		}
		if _, err := s.d.Log.Append(ctx, tx, by, audit.WitnessInvited, c.Reference, "link", r.Number); err != nil {
			return err
		}
		l = r.link(tx.Now)
		l.Label = label
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("invite a witness: %w", err)
	}
	return l, token, nil
}

func openLinks(rows []linkRow, now time.Time) (n int) {
	for _, r := range rows {
		if r.state(now) == Waiting {
			n++
		}
	}
	return n
}

// sealFor seals a text with the complaint's key, before a transaction that writes.
func (s *Service) sealFor(ctx context.Context, by access.Actor, act access.Action, ref, field, text string) (seal.Sealed, error) {
	var key *seal.DataKey
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, act, ref)
		if err != nil {
			return err
		}
		key, err = s.d.Complaints.DataKey(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return key.Seal(field, text)
}

// Revoke makes a waiting link useless. Conflict where it is used, expired or revoked; Forbidden, NotFound.
func (s *Service) Revoke(ctx context.Context, by access.Actor, ref string, number int) error {
	err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.InviteWitness, ref)
		if err != nil {
			return err
		}
		rows, err := linksOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Number != int64(number) {
				continue
			}
			if r.state(tx.Now) != Waiting {
				return fault.New(fault.Conflict, "witness.not_waiting")
			}
			if err := store.Update[linkRow](ctx, tx, r.ID, r.Version, store.Set("revoked_at", store.At(tx.Now))); err != nil {
				return err
			}
			_, err := s.d.Log.Append(ctx, tx, by, audit.WitnessRevoked, c.Reference, "link", r.Number)
			return err
		}
		return fault.New(fault.NotFound, "fault.not_found")
	})
	if err != nil {
		return fmt.Errorf("revoke a witness's link: %w", err)
	}
	return nil
}

// Links lists the links of a complaint, for those who may make some. Forbidden, NotFound.
func (s *Service) Links(ctx context.Context, by access.Actor, ref string) ([]Link, error) {
	var out []Link
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		c, _, err := s.d.Complaints.Reach(ctx, tx, by, access.InviteWitness, ref)
		if err != nil {
			return err
		}
		rows, err := linksOf(ctx, tx, c.ID)
		if err != nil || len(rows) == 0 {
			return err
		}
		key, err := s.d.Complaints.DataKey(ctx, tx, c)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		for _, r := range rows {
			l := r.link(tx.Now)
			if key != nil {
				if l.Label, err = key.Open(fieldLabel, r.Label); err != nil {
					return err
				}
			}
			out = append(out, *l)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list a complaint's links for witnesses: %w", err)
	}
	return out, nil
}
