package enforcement

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// PartyFile is a file that the party gave, as it reads it. Number counts its own files, so that nothing tells how many
// others the case has. Sent: it went with a defence, a request for a hearing or an application.
type PartyFile struct {
	Number     int
	Label      string // E-4, by which the office cites it
	Kind       string // of the rulebook's evidence
	Name       string
	Size       int64
	SHA256     []byte
	Scan       string
	ReceivedAt time.Time
	Sent       bool
}

// given are the files of the party, in their order; none once the complaint's key is destroyed.
func (s *Service) given(ctx context.Context, tx *store.Tx, sc *scene) ([]evidence.Item, error) {
	ids, err := s.partyFiles(ctx, tx, sc.p.ID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	all, err := s.d.Evidence.Of(ctx, tx, sc.p.Case.Complaint)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(i evidence.Item) bool { return !slices.Contains(ids, i.ID) }), nil
}

// viewFiles are the party's files as it reads them.
func (s *Service) viewFiles(ctx context.Context, tx *store.Tx, sc *scene) ([]PartyFile, error) {
	all, err := s.given(ctx, tx, sc)
	if err != nil {
		return nil, err
	}
	loose, err := s.loose(ctx, tx, sc)
	if err != nil {
		return nil, err
	}
	out := make([]PartyFile, 0, len(all))
	for n, i := range all {
		sent := !slices.ContainsFunc(loose, func(l evidence.Item) bool { return l.ID == i.ID })
		out = append(out, PartyFile{n + 1, i.Label(), i.Kind, i.Name, i.Size, i.SHA256, i.Scan, i.ReceivedAt, sent})
	}
	return out, nil
}

// mayGive fails unless the actor's firm is the party and may still say something with which a file could go.
func (s *Service) mayGive(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*scene, error) {
	if !by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	sc, err := s.enter(ctx, tx, by, ref, nil)
	if err != nil {
		return nil, err
	}
	if !StepDefend.fits(sc.c.Stage) && !StepAskParts.fits(sc.c.Stage) {
		return nil, fault.New(fault.Conflict, "penalty_case.stage."+string(sc.c.Stage))
	}
	return sc, nil
}

// GiveFile stores a file of the party. It goes with what the party says next: a defence, a request for a hearing, an
// application for instalments. Invalid (kind, file), TooLarge, Conflict (nothing can be said now), NotFound.
func (s *Service) GiveFile(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*PartyFile, error) {
	var complaintID int64
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		sc, err := s.mayGive(ctx, tx, by, ref)
		if err == nil {
			complaintID = sc.p.Case.Complaint.ID
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("give file in %s: %w", ref, err)
	}
	var out PartyFile
	_, err = s.d.Evidence.AddFrom(ctx, by, complaintID, kind, name, r, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		sc, err := s.mayGive(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if err := store.Insert(ctx, tx, &respondentFileRow{PenaltyID: store.ID(sc.p.ID), EvidenceID: i.ID, FirmID: sc.p.Firm.ID}); err != nil {
			return fmt.Errorf("keep file of the party: %w", err)
		}
		if err := addEvent(ctx, tx, by, sc.p.ID, EventFile, i.Label()); err != nil {
			return err
		}
		list, err := s.viewFiles(ctx, tx, sc)
		if err != nil {
			return err
		}
		out = list[len(list)-1]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("give file in %s: %w", ref, err)
	}
	return &out, nil
}

// OpenPartyFile gives the party the bytes of one of its own files, by its number, and records the look. The caller closes
// it. NotFound.
func (s *Service) OpenPartyFile(ctx context.Context, by access.Actor, ref string, number int) (*PartyFile, io.ReadCloser, error) {
	var complaintID int64
	find := func(ctx context.Context, tx *store.Tx) (f PartyFile, i evidence.Item, err error) {
		if !by.Role.OfFirm() {
			return f, i, fault.New(fault.NotFound, "fault.not_found")
		}
		sc, err := s.enter(ctx, tx, by, ref, nil)
		if err != nil {
			return f, i, err
		}
		items, err := s.given(ctx, tx, sc)
		if err != nil {
			return f, i, err
		}
		list, err := s.viewFiles(ctx, tx, sc)
		if err != nil {
			return f, i, err
		}
		if number < 1 || number > len(items) {
			return f, i, fault.New(fault.NotFound, "fault.not_found")
		}
		complaintID = sc.p.Case.Complaint.ID
		return list[number-1], items[number-1], nil
	}
	var f PartyFile
	var item evidence.Item
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		f, item, err = find(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open file of %s: %w", ref, err)
	}
	_, body, err := s.d.Evidence.OpenFor(ctx, by, complaintID, item.Number, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		_, now, err := find(ctx, tx)
		if err == nil && now.ID != i.ID {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open file of %s: %w", ref, err)
	}
	return &f, body, nil
}
