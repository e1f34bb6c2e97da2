package enforcement

import (
	"context"
	"fmt"
	"io"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/evidence"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// proofGiven are the files that the firm gave under a measure, in their order; none once the complaint's key is destroyed.
func (s *Service) proofGiven(ctx context.Context, tx *store.Tx, m *FirmMeasure) ([]evidence.Item, error) {
	rows, err := findRows[respondentFileRow](ctx, tx, "id", 0, "measure_id = ?", m.ID)
	if err != nil {
		return nil, fmt.Errorf("load files of the firm: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	all, err := s.d.Evidence.Of(ctx, tx, m.Case.Complaint)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(i evidence.Item) bool {
		return !slices.ContainsFunc(rows, func(r respondentFileRow) bool { return r.EvidenceID == i.ID })
	}), nil
}

// looseProof are the files that the firm gave and that go with its next proof.
func (s *Service) looseProof(ctx context.Context, tx *store.Tx, m *FirmMeasure) ([]evidence.Item, error) {
	all, err := s.proofGiven(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(i evidence.Item) bool { return m.proved(i.Label()) }), nil
}

// proved reports whether a file went with a proof.
func (m *FirmMeasure) proved(label string) bool {
	return slices.ContainsFunc(m.Events, func(e MeasureEvent) bool {
		return e.Kind == "proved" && access.Role(e.ActorRole).OfFirm() && slices.Contains(e.Evidence, label)
	})
}

// proofFiles are the firm's files as it and the office read them.
func (s *Service) proofFiles(ctx context.Context, tx *store.Tx, m *FirmMeasure) ([]PartyFile, error) {
	all, err := s.proofGiven(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	out := make([]PartyFile, 0, len(all))
	for n, i := range all {
		out = append(out, PartyFile{n + 1, i.Label(), i.Kind, i.Name, i.Size, i.SHA256, i.Scan, i.ReceivedAt, m.proved(i.Label())})
	}
	return out, nil
}

// Cited is what a line of the history names, the firm's own files by what it called them.
func (m *FirmMeasure) Cited(e MeasureEvent) []string {
	out := slices.Clone(e.Evidence)
	for i, label := range out {
		if n := slices.IndexFunc(m.Files, func(f PartyFile) bool { return f.Label == label }); n >= 0 {
			out[i] = m.Files[n].Name
			if m.Case != nil {
				out[i] = label + " " + out[i]
			}
		}
	}
	return out
}

// mayProve fails unless the actor's firm is the one and can still prove something.
func (s *Service) mayProve(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*FirmMeasure, error) {
	if !by.Role.OfFirm() {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	m, err := s.findMeasure(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.reachMeasure(by, m, access.ReadPenalty); err != nil {
		return nil, err
	}
	if !m.Open() || m.Status == MeasureProved {
		return nil, fault.New(fault.Conflict, "penalty_case.measure_done")
	}
	return m, nil
}

// GiveProof stores a file of the firm that goes with its next proof of correction. Invalid (kind, file), TooLarge, Conflict
// (nothing can be proved now), NotFound.
func (s *Service) GiveProof(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*PartyFile, error) {
	var complaintID int64
	err := s.d.DB.Read(ctx, func(tx *store.Tx) error {
		m, err := s.mayProve(ctx, tx, by, ref)
		if err == nil {
			complaintID = m.Case.Complaint.ID
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("give proof for %s: %w", ref, err)
	}
	var out PartyFile
	_, err = s.d.Evidence.AddFrom(ctx, by, complaintID, kind, name, r, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		m, err := s.mayProve(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if err := store.Insert(ctx, tx, &respondentFileRow{MeasureID: store.ID(m.ID), EvidenceID: i.ID, FirmID: m.Firm.ID}); err != nil {
			return fmt.Errorf("keep file of the firm: %w", err)
		}
		list, err := s.proofFiles(ctx, tx, m)
		if err != nil {
			return err
		}
		out = list[len(list)-1]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("give proof for %s: %w", ref, err)
	}
	return &out, nil
}

// OpenProof gives the firm the bytes of one of its own files, by its number, and records the look. The caller closes it.
// NotFound.
func (s *Service) OpenProof(ctx context.Context, by access.Actor, ref string, number int) (*PartyFile, io.ReadCloser, error) {
	var complaintID int64
	var files []PartyFile
	find := func(ctx context.Context, tx *store.Tx) (i evidence.Item, err error) {
		if !by.Role.OfFirm() {
			return i, fault.New(fault.NotFound, "fault.not_found")
		}
		m, err := s.findMeasure(ctx, tx, ref)
		if err != nil {
			return i, err
		}
		if err := s.reachMeasure(by, m, access.ReadPenalty); err != nil {
			return i, err
		}
		items, err := s.proofGiven(ctx, tx, m)
		if err != nil {
			return i, err
		}
		if number < 1 || number > len(items) {
			return i, fault.New(fault.NotFound, "fault.not_found")
		}
		complaintID = m.Case.Complaint.ID
		files, err = s.proofFiles(ctx, tx, m)
		return items[number-1], err
	}
	var item evidence.Item
	err := s.d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		item, err = find(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open proof of %s: %w", ref, err)
	}
	f := files[number-1]
	_, body, err := s.d.Evidence.OpenFor(ctx, by, complaintID, item.Number, func(ctx context.Context, tx *store.Tx, i *evidence.Item) error {
		now, err := find(ctx, tx)
		if err == nil && now.ID != i.ID {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("open proof of %s: %w", ref, err)
	}
	return &f, body, nil
}

// handable is Handable inside a transaction.
func (s *Service) handable(ctx context.Context, tx *store.Tx, by access.Actor, m *FirmMeasure) ([]string, error) {
	var out []string
	rows, err := findRows[penaltyRow](ctx, tx, "id", 0, "case_id = ? AND EXISTS (SELECT 1 FROM procedures d WHERE d.penalty_id = penalties.id AND d.filing_number IS NOT NULL)", m.CaseID)
	if err != nil {
		return nil, fmt.Errorf("load penalties: %w", err)
	}
	for _, r := range rows {
		out = append(out, r.Reference)
	}
	items, err := s.d.Evidence.Seen(ctx, tx, by, m.Case.Complaint)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	for _, i := range items {
		if !i.Hidden {
			out = append(out, i.Label())
		}
	}
	return out, nil
}

// Handable lists what can be handed over with a referral: the files of the filed penalties of its case by their references, and the
// evidence that the actor may see by its labels. m is one that the actor could read.
func (s *Service) Handable(ctx context.Context, by access.Actor, m *FirmMeasure) (out []string, err error) {
	err = s.d.DB.Read(ctx, func(tx *store.Tx) error {
		out, err = s.handable(ctx, tx, by, m)
		return err
	})
	return out, err
}
