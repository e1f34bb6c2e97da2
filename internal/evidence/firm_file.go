package evidence

import (
	"context"
	"fmt"
	"io"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// AddFrom stores a file that staff of a firm give to a complaint which was forwarded to them and which they may not read.
// The caller has checked who may, and checks it again in after, which runs in the transaction that stores the row; its
// error leaves nothing. It appends the entry evidence.added. Invalid (kind, file), TooLarge, NotFound.
func (s *Service) AddFrom(ctx context.Context, by access.Actor, complaintID int64, kind, name string, r io.Reader, after func(ctx context.Context, tx *store.Tx, i *Item) error) (*Item, error) {
	var key *seal.DataKey
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.complaintByID(ctx, tx, complaintID)
		if err != nil {
			return err
		}
		if err := s.checkKind(c.Pack, kind, false); err != nil {
			return err
		}
		key, err = s.complaints.DataKey(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("add evidence of a firm: %w", err)
	}
	sealed, err := key.Seal(fieldName, fileName(name))
	if err != nil {
		return nil, fmt.Errorf("add evidence of a firm: %w", err)
	}
	in, err := s.receive(ctx, key, r)
	if err != nil {
		return nil, fmt.Errorf("add evidence of a firm: %w", err)
	}
	var item Item
	for range 5 {
		item, err = s.recordFrom(ctx, by, complaintID, kind, sealed, key, in, after)
		if !fault.Is(err, fault.Conflict) || !isDuplicate(err) {
			break // else two files asked for one number at once
		}
	}
	if err != nil {
		return nil, fmt.Errorf("add evidence of a firm: %w", err)
	}
	return &item, nil
}

func (s *Service) recordFrom(ctx context.Context, by access.Actor, complaintID int64, kind string, name seal.Sealed, key *seal.DataKey, in *received, after func(ctx context.Context, tx *store.Tx, i *Item) error) (item Item, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := s.complaintByID(ctx, tx, complaintID)
		if err != nil {
			return err
		}
		files, err := rowsOf(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if err := s.room(files, in.size); err != nil {
			return err
		}
		row := &evidenceRow{
			ComplaintID: c.ID, Number: int64(len(files) + 1), Kind: kind, Name: name, Size: in.size, MediaType: in.mediaType, SHA256: in.sha256,
			Blob: in.blob, Scan: s.fresh(), ReceivedAt: store.At(tx.Now), FromRole: string(access.Firm), UserID: store.ID(by.UserID), Version: 1,
		}
		if err := store.Insert(ctx, tx, row); err != nil {
			return err
		}
		if item, err = row.item(key); err != nil {
			return err
		}
		if err := after(ctx, tx, &item); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.EvidenceAdded, c.Reference, "evidence", item.Label(), "sha256", fmt.Sprintf("%x", in.sha256), "kind", kind)
		return err
	})
	return item, err
}

// OpenFor gives a file's bytes to somebody who may not read the complaint, if may has no objection to the file; it is
// asked in the transaction that records the look, too. What a firm gave goes out as it came, everything else as a clean
// copy, see Copy. As Open, it fails for an altered file before the first byte. Conflict, NotFound.
func (s *Service) OpenFor(ctx context.Context, by access.Actor, complaintID int64, number int, may func(ctx context.Context, tx *store.Tx, i *Item) error) (*Item, io.ReadCloser, error) {
	if may == nil {
		return nil, nil, fmt.Errorf("open evidence for a firm: %w", fault.New(fault.NotFound, "fault.not_found")) // nobody said who may
	}
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceCopied, copy: true, number: number, may: may, find: func(tx *store.Tx) (*complaint.Complaint, error) {
		return s.complaintByID(ctx, tx, complaintID)
	}})
	if err != nil {
		return nil, nil, fmt.Errorf("open evidence for a firm: %w", err)
	}
	return item, body, nil
}

func (s *Service) complaintByID(ctx context.Context, tx *store.Tx, id int64) (*complaint.Complaint, error) {
	all, err := s.complaints.FindAll(ctx, tx, []int64{id})
	if err != nil {
		return nil, err
	}
	c, ok := all[id]
	if !ok {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return c, nil
}
