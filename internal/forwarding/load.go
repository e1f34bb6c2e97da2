package forwarding

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// The names under which a forward's texts are sealed with the key of its complaint.
const (
	fieldSummary = "forward.summary"
	fieldAnswer  = "firm_answer.body"
)

// The bounds of texts, in characters.
const (
	maxSummary = 5_000
	maxAnswer  = 10_000
	maxNote    = 2_000
	minText    = 10 // shorter ones say nothing
)

// canonical is a reference as it is stored; what cannot be one stays as it is and is found nowhere.
func canonical(ref string) string {
	prefix, year, serial, err := ident.ParseReference(ref)
	if err != nil {
		return ref
	}
	return ident.NewReference(prefix, year, serial)
}

// held is a forward in the hands of a command, with what belongs to it.
type held struct {
	*Forward
	k    *casework.Case
	pack *rulebook.Pack
}

// hold loads a forward if the actor may do the deed on it. What belongs to another firm does not exist: NotFound, in the
// words of a reference that nobody ever gave.
func (s *Service) hold(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string) (*held, error) {
	f, err := s.find(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	h, err := s.holdID(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	o := access.Owner{UserID: h.k.OfficerID, UnitID: h.k.UnitID, FirmIDs: []int64{f.Firm.ID}}
	if by.Role.OfFirm() {
		own, err := s.ownFirms(ctx, tx, by.FirmID)
		if err != nil {
			return nil, err
		}
		o = access.Owner{}
		if by.FirmID != 0 && slices.Contains(own, f.Firm.ID) {
			o.FirmIDs = []int64{by.FirmID}
		}
	}
	if err := s.d.Policy.Check(by, act, o); err != nil {
		return nil, err
	}
	return h, nil
}

// Reach loads a forward and its case inside an open transaction if the actor may do the deed on it. For hardship. NotFound,
// Forbidden.
func (s *Service) Reach(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string) (*Forward, *casework.Case, error) {
	h, err := s.hold(ctx, tx, by, act, ref)
	if err != nil {
		return nil, nil, err
	}
	return h.Forward, h.k, nil
}

// Acts reports whether an actor is of the firm, or of the one into which it was merged.
func (s *Service) Acts(ctx context.Context, tx *store.Tx, by access.Actor, firmID int64) (bool, error) {
	if !by.Role.OfFirm() || by.FirmID == 0 {
		return false, nil
	}
	own, err := s.ownFirms(ctx, tx, by.FirmID)
	return slices.Contains(own, firmID), err
}

func (s *Service) holdID(ctx context.Context, tx *store.Tx, f *Forward) (*held, error) {
	cases, err := s.d.Cases.FindAll(ctx, tx, []int64{f.CaseID})
	if err != nil {
		return nil, err
	}
	k := cases[f.CaseID]
	if k == nil {
		return nil, fmt.Errorf("forward %s: no case %d", f.Reference, f.CaseID)
	}
	pack, ok := s.d.Book.Pack(k.Pack)
	if !ok {
		return nil, fmt.Errorf("forward %s: no rulebook %q", f.Reference, k.Pack)
	}
	return &held{Forward: f, k: k, pack: pack}, nil
}

// refuseRecused is Forbidden for staff who are recused from the case.
func (s *Service) refuseRecused(ctx context.Context, tx *store.Tx, by access.Actor, k *casework.Case) error {
	off, err := s.d.Cases.Recused(ctx, tx, k.ID, by.UserID)
	if err != nil {
		return err
	}
	if off {
		return fault.New(fault.Forbidden, "forwarding.recused")
	}
	return nil
}

// key opens the key of the complaint. NotFound once it is destroyed.
func (s *Service) key(ctx context.Context, tx *store.Tx, k *casework.Case) (*seal.DataKey, error) {
	return s.d.Complaints.DataKey(ctx, tx, k.Complaint)
}

// keyOrNone is key for reading: nil once the key is destroyed, and the words with it.
func (s *Service) keyOrNone(ctx context.Context, tx *store.Tx, k *casework.Case) (*seal.DataKey, error) {
	key, err := s.key(ctx, tx, k)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return key, err
}

func (f *Forward) openSummary(key *seal.DataKey) (string, error) {
	if key == nil || len(f.summary) == 0 {
		return "", nil
	}
	text, err := key.Open(fieldSummary, f.summary)
	if err != nil {
		return "", fmt.Errorf("summary of %s: %w", f.Reference, err)
	}
	return text, nil
}

// text trims a text and checks its length; least 0 lets it be empty.
func text(wrong *fault.Fields, field, body string, least, most int) string {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(body); {
	case n == 0 && least > 0:
		wrong.Add(field, "fault.required")
	case n > 0 && n < least:
		wrong.Add(field, "fault.too_short", least)
	case n > most:
		wrong.Add(field, "fault.too_long", most, n)
	case strings.ContainsFunc(body, unwanted):
		wrong.Add(field, "forwarding.characters")
	}
	return body
}

// unwanted are the control characters that no text needs.
func unwanted(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }
