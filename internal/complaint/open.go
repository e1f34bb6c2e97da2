package complaint

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/ident"
	"dunwatch/internal/store"
)

// Open turns a reference and an access code into a borrower. An unknown reference and a wrong code get the same
// answer after the same work: NotFound. Too many wrong codes: TooMany.
func (s *Service) Open(ctx context.Context, ref, accessCode, address string) (access.Actor, error) {
	ref = canonical(ref)
	now := s.db.Now()
	if wait := s.guesses.wait(ref, address, now); wait > 0 {
		return access.Actor{}, &fault.Error{Kind: fault.TooMany, Key: "complaint.too_many_codes", RetryAfter: wait}
	}
	var found lockRow
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = lockOf(ctx, tx, ref)
		return err
	})
	if err != nil {
		return access.Actor{}, fmt.Errorf("open complaint: %w", err)
	}
	// With no row the code is held against nothing, which takes as long.
	if !s.keys.CheckAccessCode(accessCode, found.hash) {
		s.guesses.wrong(ref, address, now)
		return access.Actor{}, fault.New(fault.NotFound, "complaint.code")
	}
	s.guesses.right(ref, address)
	return access.Actor{Role: access.Borrower, ComplaintID: found.id, Lang: found.lang, Address: address}, nil
}

// lockRow is what opens a complaint; zero for an unknown reference.
type lockRow struct {
	id   int64
	lang string
	hash []byte
}

func lockOf(ctx context.Context, tx *store.Tx, ref string) (lockRow, error) {
	var l lockRow
	rows, err := tx.Rows(ctx, "SELECT id, lang, access_hash FROM complaints WHERE reference = ?", ref)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&l.id, &l.lang, &l.hash); err != nil {
			return l, err
		}
	}
	return l, rows.Err()
}

// canonical is a reference in the form in which it is stored; what cannot be one
// stays as it is and is found nowhere.
func canonical(ref string) string {
	prefix, year, serial, err := ident.ParseReference(ref)
	if err != nil {
		return ref
	}
	return ident.NewReference(prefix, year, serial)
}

// visible loads a complaint that the actor may read. It fails with
// fault.NotFound.
func (s *Service) visible(ctx context.Context, tx *store.Tx, by access.Actor, ref string) (*Complaint, error) {
	c, _, err := s.Reach(ctx, tx, by, access.ReadComplaint, ref)
	return c, err
}

// Reach loads a complaint inside an open transaction if the actor may do the deed on it. For evidence. NotFound,
// Forbidden.
func (s *Service) Reach(ctx context.Context, tx *store.Tx, by access.Actor, act access.Action, ref string) (*Complaint, access.Owner, error) {
	c, err := s.Find(ctx, tx, ref)
	if err != nil {
		return nil, access.Owner{}, err
	}
	o, err := ownerOf(ctx, tx, c)
	if err != nil {
		return nil, o, err
	}
	if err := s.policy.Check(by, act, o); err != nil {
		return nil, o, err
	}
	return c, o, nil
}

// Find loads a complaint inside an open transaction, whoever asks. For casework. NotFound.
func (s *Service) Find(ctx context.Context, tx *store.Tx, ref string) (*Complaint, error) {
	return find(ctx, tx, "reference = ?", canonical(ref))
}

// FindAll loads complaints by id inside an open transaction: children joined, no N+1.
func (s *Service) FindAll(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*Complaint, error) {
	list, err := byIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Complaint, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, nil
}

// ByRef finds a complaint that the actor may read. The complainant's first look at a closed case is noted: they know the
// result. NotFound.
func (s *Service) ByRef(ctx context.Context, by access.Actor, ref string) (*Complaint, error) {
	var c *Complaint
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = s.visible(ctx, tx, by, ref)
		return err
	})
	if err == nil {
		err = s.opened(ctx, by, c)
	}
	if err != nil {
		return nil, fmt.Errorf("read complaint: %w", err)
	}
	return c, nil
}

// ByID is ByRef by row id: what a borrower's session holds. NotFound.
func (s *Service) ByID(ctx context.Context, by access.Actor, id int64) (*Complaint, error) {
	var c *Complaint
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = find(ctx, tx, "id = ?", id); err != nil {
			return err
		}
		o, err := ownerOf(ctx, tx, c)
		if err != nil {
			return err
		}
		return s.policy.Check(by, access.ReadComplaint, o)
	})
	if err == nil {
		err = s.opened(ctx, by, c)
	}
	if err != nil {
		return nil, fmt.Errorf("read complaint: %w", err)
	}
	return c, nil
}

// Timeline lists the events that the actor may see, oldest first: a borrower sees
// what is shown to the complainant.
func (s *Service) Timeline(ctx context.Context, by access.Actor, ref string) ([]Event, error) {
	var out []Event
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.visible(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		out, err = events(ctx, tx, c.ID, by.Role == access.Borrower)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("timeline of a complaint: %w", err)
	}
	return out, nil
}

// Events are all events of a complaint inside an open transaction, whoever asks.
// For casework's timeline.
func (s *Service) Events(ctx context.Context, tx *store.Tx, complaintID int64) ([]Event, error) {
	return events(ctx, tx, complaintID, false)
}

// Receipt is the receipt of a complaint the actor may read. NotFound for an
// imported one, which nobody filed here.
func (s *Service) Receipt(ctx context.Context, by access.Actor, ref string) (*audit.Receipt, error) {
	c, err := s.ByRef(ctx, by, ref)
	if err != nil {
		return nil, err
	}
	return s.log.ReceiptOf(ctx, c.Reference, audit.ComplaintFiled)
}
