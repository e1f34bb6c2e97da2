package evidence

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Split is complaint.Split with the files: what was sent with the letter is evidence of both halves, each with numbers of
// its own, so that findings on either can cite it. The file is kept once, sealed with the key of the complaint as which it
// came. It fails as complaint.Split does.
func (s *Service) Split(ctx context.Context, by access.Actor, ref string, version int64, track complaint.Track) (c, other *complaint.Complaint, err error) {
	return s.complaints.Split(ctx, by, ref, version, track, func(ctx context.Context, tx *store.Tx, c, other *complaint.Complaint) error {
		return s.share(ctx, tx, by, c, other)
	})
}

// share gives every file of a complaint to another, in the order in which they came. Neither's record names the other: who
// may know that the two belong together is for complaint.LinksOf to say.
func (s *Service) share(ctx context.Context, tx *store.Tx, by access.Actor, from, to *complaint.Complaint) error {
	rows, err := rowsOf(ctx, tx, from.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	old, err := s.complaints.DataKey(ctx, tx, from)
	if err != nil {
		return err
	}
	fresh, err := s.complaints.DataKey(ctx, tx, to)
	if err != nil {
		return err
	}
	for _, r := range rows {
		source, _, err := origin(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if source == 0 {
			source = r.ID
		}
		was := Item{Number: int(r.Number)}.Label()
		name, err := old.Open(fieldName, r.Name)
		if err != nil {
			return fmt.Errorf("open name of evidence %d: %w", r.ID, err)
		}
		if r.Name, err = fresh.Seal(fieldName, name); err != nil {
			return err
		}
		r.ID, r.ComplaintID, r.Version = 0, to.ID, 1
		if err := store.Insert(ctx, tx, &r); err != nil {
			return err
		}
		link := linkRow{EvidenceID: r.ID, SourceID: source, Relation: relShared, UserID: store.ID(by.UserID), MadeAt: store.At(tx.Now)}
		if err := store.Insert(ctx, tx, &link); err != nil {
			return err
		}
		hash := fmt.Sprintf("%x", r.SHA256)
		if _, err := s.log.Append(ctx, tx, by, audit.EvidenceShared, to.Reference, "evidence", Item{Number: int(r.Number)}.Label(), "sha256", hash); err != nil {
			return err
		}
		if _, err := s.log.Append(ctx, tx, by, audit.EvidenceShared, from.Reference, "evidence", was, "sha256", hash); err != nil {
			return err
		}
	}
	return nil
}

// blobKey is the key that sealed an item's file: its complaint's, or that of the complaint with which the file is shared.
// NotFound once it is destroyed.
func (s *Service) blobKey(ctx context.Context, tx *store.Tx, r evidenceRow, own *seal.DataKey) (*seal.DataKey, error) {
	_, complaintID, err := origin(ctx, tx, r.ID)
	if err != nil || complaintID == 0 {
		return own, err
	}
	c, err := s.complaintByID(ctx, tx, complaintID)
	if err != nil {
		return nil, err
	}
	return s.complaints.DataKey(ctx, tx, c)
}
