package complaint

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// DataKey opens the key of a complaint inside an open transaction. NotFound once it is destroyed.
func (s *Service) DataKey(ctx context.Context, tx *store.Tx, c *Complaint) (*seal.DataKey, error) {
	return s.dataKey(ctx, tx, c.DataKeyID)
}

// mayReveal is nil when the actor may open the particulars.
func (s *Service) mayReveal(by access.Actor, c *Complaint, o access.Owner) error {
	if err := s.policy.Check(by, access.RevealIdentity, o); err != nil {
		return err
	}
	if !seesPerson(by, c, o) {
		return fault.New(fault.Forbidden, "complaint.sheltered")
	}
	return nil
}

// Mask gives the complainant's masked particulars, which staff may see without a reveal. Of a sheltered complainant it
// gives nothing (Hidden) to those who may not see who it is; the complainant sees the own ones.
func (s *Service) Mask(ctx context.Context, by access.Actor, ref string) (*Masked, error) {
	var m *Masked
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		m = &Masked{Anonymous: c.Anonymous, HideIdentity: c.HideIdentity}
		if m.Hidden = !seesPerson(by, c, o); m.Hidden {
			return nil
		}
		m.Region = c.Region
		p, err := s.particulars(ctx, tx, c)
		if fault.Is(err, fault.NotFound) {
			return nil // forgotten: the case stays, the person is gone
		}
		if err != nil {
			return err
		}
		m.Name, m.IDNumber, m.Phone = seal.MaskName(p.Name), seal.MaskID(p.IDNumber), seal.MaskPhone(p.Phone)
		m.Email, m.Address = seal.MaskEmail(p.Email), seal.MaskAddress(p.Address)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("mask complainant: %w", err)
	}
	return m, nil
}

// particulars opens the sealed fields.
func (s *Service) particulars(ctx context.Context, tx *store.Tx, c *Complaint) (*Complainant, error) {
	p := &Complainant{Region: c.Region}
	if c.Anonymous {
		return p, nil
	}
	key, err := s.dataKey(ctx, tx, c.DataKeyID)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		to     *string
		field  string
		sealed seal.Sealed
	}{
		{&p.Name, fieldName, c.Name}, {&p.IDNumber, fieldID, c.IDNumber}, {&p.Phone, fieldPhone, c.Phone},
		{&p.Email, fieldEmail, c.Email}, {&p.Address, fieldAddress, c.Address},
	} {
		if *f.to, err = key.Open(f.field, f.sealed); err != nil {
			return nil, fmt.Errorf("open %s of %s: %w", f.field, c.Reference, err)
		}
	}
	return p, nil
}

// Reveal opens the sealed particulars for a reason and records who looked. Invalid without a reason, Forbidden,
// NotFound once the key is destroyed.
func (s *Service) Reveal(ctx context.Context, by access.Actor, ref, reason string) (*Complainant, error) {
	reason = tidy(reason)
	if err := checkNote("reason", reason, true); err != nil {
		return nil, err
	}
	var p *Complainant
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		c, o, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
		if err != nil {
			return err
		}
		if err := s.mayReveal(by, c, o); err != nil {
			return err
		}
		if p, err = s.particulars(ctx, tx, c); err != nil {
			return err
		}
		if err := note(ctx, tx, by, c.ID, EventRevealed, false, reason); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.IdentityRevealed, c.Reference, "reason", reason)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reveal complainant: %w", err)
	}
	return p, nil
}

const maxNote = 2000

// checkNote checks a text that goes into a timeline.
func checkNote(field, text string, required bool) error {
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(text); {
	case required && strings.TrimSpace(text) == "":
		wrong.Add(field, "fault.required")
	case n > maxNote:
		wrong.Add(field, "fault.too_long", maxNote, n)
	case unwanted(text, true):
		wrong.Add(field, "complaint.characters")
	}
	return wrong.Err()
}
