package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/evidence/bare"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// look is one way of getting at a file: what the record says of it, and whether a clean copy is wanted.
type look struct {
	act    audit.Action
	detail []any // of the entry, besides which item and in which form
	copy   bool
	small  bool // the small picture instead
	number int
	find   func(*store.Tx) (*complaint.Complaint, error) // the complaint, if the actor may have its files
	may    func(context.Context, *store.Tx, *Item) error // nil: whoever may have one may have each
}

// handle is a file that the actor may have.
type handle struct {
	item Item
	ref  string
	blob string
	key  *seal.DataKey
	bare bool // goes out as a clean copy

	complaintID int64
	own         *seal.DataKey // of the complaint; key may be another's, see blobKey
}

// Open gives a file's bytes to be looked at on the screen and records who looked (staff and borrower alike). The stored
// file is held against its name before the first byte is given out, so that an altered one, or one of the same complaint in
// its place, fails here and not half-way. The caller closes it, and must not rely on what was read before io.EOF.
// Conflict for a file that the scanner suspects, Forbidden for one of a report that the actor may not read, NotFound.
func (s *Service) Open(ctx context.Context, by access.Actor, ref string, number int) (*Item, io.ReadCloser, error) {
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceViewed, number: number, find: s.matter(ctx, by, ref)})
	if err != nil {
		return nil, nil, fmt.Errorf("open evidence: %w", err)
	}
	return item, body, nil
}

// Copy gives a copy to keep: without what the file tells beside its content, as the place where a photo was taken.
// Item.Size is the size of the copy. The complainant gets the own files as they were sent, and what a firm gave as it came
// where no clean copy can be made.
// Conflict for a file of which no clean copy can be made, or that the scanner suspects; Forbidden, NotFound.
func (s *Service) Copy(ctx context.Context, by access.Actor, ref string, number int) (*Item, io.ReadCloser, error) {
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceCopied, copy: true, number: number, find: s.matter(ctx, by, ref)})
	if err != nil {
		return nil, nil, fmt.Errorf("copy evidence: %w", err)
	}
	return item, body, nil
}

// The length of a reason, in characters.
const (
	minReason = 4
	maxReason = 500
)

// Take gives the file as it was received, byte for byte, to staff who say what for; the reason stands in the record.
// Invalid (reason), Conflict for a file that the scanner suspects, Forbidden, NotFound.
func (s *Service) Take(ctx context.Context, by access.Actor, ref string, number int, reason string) (*Item, io.ReadCloser, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, nil, fmt.Errorf("take evidence: %w", err)
	}
	if by.Role == access.Borrower {
		return nil, nil, fmt.Errorf("take evidence: %w", access.Denied(by))
	}
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceCopied, detail: []any{"reason", reason}, number: number, find: s.matter(ctx, by, ref)})
	if err != nil {
		return nil, nil, fmt.Errorf("take evidence: %w", err)
	}
	return item, body, nil
}

// Export gives the file as it was received for a bundle that the program makes, a penalty's case file say; into names the
// bundle in the record. Whoever writes the bundle lists what List shows the actor, leaves out what is Hidden or Barred and
// says so. Conflict for a file that the scanner suspects, Forbidden, NotFound.
func (s *Service) Export(ctx context.Context, by access.Actor, ref string, number int, into string) (*Item, io.ReadCloser, error) {
	item, body, err := s.give(ctx, by, look{act: audit.EvidenceCopied, detail: []any{"into", into}, number: number, find: s.matter(ctx, by, ref)})
	if err != nil {
		return nil, nil, fmt.Errorf("export evidence: %w", err)
	}
	return item, body, nil
}

func reasonOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		wrong.Add("reason", "fault.required")
	case n < minReason:
		wrong.Add("reason", "fault.too_short", minReason)
	case n > maxReason:
		wrong.Add("reason", "fault.too_long", maxReason, n)
	}
	return text, wrong.Err()
}

// matter finds a complaint whose files the actor may read.
func (s *Service) matter(ctx context.Context, by access.Actor, ref string) func(*store.Tx) (*complaint.Complaint, error) {
	return s.mayDo(ctx, by, reading(by), ref)
}

// mayDo finds a complaint with whose files the actor may do something.
func (s *Service) mayDo(ctx context.Context, by access.Actor, act access.Action, ref string) func(*store.Tx) (*complaint.Complaint, error) {
	return func(tx *store.Tx) (*complaint.Complaint, error) {
		c, o, err := s.complaints.Reach(ctx, tx, by, act, ref)
		if err != nil {
			return nil, err
		}
		if !s.complaints.SeesMatter(by, c, o) {
			return nil, fault.New(fault.Forbidden, "complaint.sheltered")
		}
		return c, nil
	}
}

// give opens a file in two steps: what takes long, holding it against its name and measuring the copy, comes first; then
// the entry, in a transaction that asks again who may. So nothing is on record that was not given, and nothing is given
// that is not on record.
func (s *Service) give(ctx context.Context, by access.Actor, l look) (*Item, io.ReadCloser, error) {
	var h handle
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		h, err = s.hold(ctx, tx, by, l)
		return err
	})
	if err == nil {
		err = h.barred(by)
	}
	if err != nil {
		return nil, nil, err
	}
	out := &opened{name: h.blob, key: h.key}
	if err := s.unlock(ctx, out); err != nil {
		return nil, nil, fmt.Errorf("%s of %s: %w", h.item.Label(), h.ref, err)
	}
	if h.bare {
		if err := s.strip(ctx, out, &h.item); err != nil {
			return nil, nil, fmt.Errorf("%s of %s: %w", h.item.Label(), h.ref, err)
		}
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		again, err := s.hold(ctx, tx, by, l)
		if err := errors.Join(err, again.barred(by)); err != nil {
			return err
		}
		if again.item.ID != h.item.ID {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		_, err = s.log.Append(ctx, tx, by, l.act, h.ref, append([]any{"evidence", h.item.Label(), "form", formOf(h.bare)}, l.detail...)...)
		return err
	})
	if err != nil {
		return nil, nil, errors.Join(err, out.Close())
	}
	return &h.item, out, nil
}

func formOf(bare bool) string {
	if bare {
		return "copy"
	}
	return "original"
}

// hold finds a file that the actor may have, and how.
func (s *Service) hold(ctx context.Context, tx *store.Tx, by access.Actor, l look) (handle, error) {
	var h handle
	c, err := l.find(tx)
	if err != nil {
		return h, err
	}
	r, err := rowOf(ctx, tx, c.ID, l.number)
	if err != nil {
		return h, fault.Wrap(err, fault.NotFound, "fault.not_found")
	}
	if by.Role == access.Borrower && r.ofFirm() {
		passed, err := passedOn(ctx, tx, c.ID)
		if err != nil {
			return h, err
		}
		if !passed[int(r.Number)] {
			return h, fault.New(fault.NotFound, "fault.not_found")
		}
	}
	key, err := s.complaints.DataKey(ctx, tx, c)
	if err != nil {
		return h, err
	}
	if h.item, err = r.item(key); err != nil {
		return h, err
	}
	if h.key, err = s.blobKey(ctx, tx, r, key); err != nil {
		return h, err
	}
	one := []Item{h.item}
	if err := related(ctx, tx, c.ID, one); err != nil {
		return h, err
	}
	h.item, h.ref, h.blob, h.complaintID, h.own = one[0], c.Reference, r.Blob, c.ID, key
	if l.may != nil {
		if err := l.may(ctx, tx, &h.item); err != nil {
			return h, err
		}
	}
	h.bare = l.copy && bared(by, h.item)
	if l.small {
		p, err := previewOf(ctx, tx, h.item.ID)
		if err != nil {
			return h, err
		}
		if p == nil {
			return h, fault.New(fault.NotFound, "fault.not_found")
		}
		h.blob, h.item.Size = p.Blob, p.Size
	}
	return h, nil
}

// bared reports whether a copy goes out clean: all but what somebody gets back as they gave it, and what a person let go
// out as it is.
func bared(by access.Actor, i Item) bool {
	switch {
	case by.Role == access.Borrower && i.FromRole == string(access.Borrower), by.Role.OfFirm() && i.ofFirm():
		return false
	case by.Role == access.Borrower && i.ofFirm():
		return bare.Can(i.MediaType)
	case by.Role.OfFirm() && i.Original && !bare.Can(i.MediaType):
		return false
	}
	return true
}

// MayCopy reports whether a clean copy of an item can be made.
func MayCopy(i Item) bool { return bare.Can(i.MediaType) }

// barred refuses what may not be opened now. Nobody outside the house gets a file that the scanner has not seen yet.
func (h handle) barred(by access.Actor) error {
	outside := by.Role == access.Borrower || by.Role.OfFirm()
	switch {
	case h.item.Barred():
		return fault.New(fault.Conflict, "evidence.barred")
	case outside && h.item.Scan == Waiting:
		return fault.New(fault.Conflict, "evidence.not_yet")
	case h.bare && outside && !bare.Can(h.item.MediaType):
		return fault.New(fault.Conflict, "evidence.ask_office")
	case h.bare && !bare.Can(h.item.MediaType):
		return fault.New(fault.Conflict, "evidence.no_copy")
	}
	return nil
}

// unlock holds the stored file against its name and opens it.
func (s *Service) unlock(ctx context.Context, out *opened) error {
	what, err := s.inspect(ctx, out.name)
	if err != nil {
		return err
	}
	if what != "" {
		return fmt.Errorf("%s: %w", what, seal.ErrAltered)
	}
	return out.open(ctx, s.blobs)
}

// strip puts the clean copy in the place of the file: once to learn its size and that it can be made, then as it is read.
func (s *Service) strip(ctx context.Context, out *opened, i *Item) error {
	var n counter
	err := bare.Strip(&n, out, i.MediaType)
	if errors.Is(err, bare.ErrKept) {
		err = fault.Wrap(err, fault.Conflict, "evidence.no_copy")
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	i.Size = int64(n)
	if err := out.open(ctx, s.blobs); err != nil {
		return err
	}
	pr, pw := io.Pipe()
	plain, blob := out.plain, out.blob
	done := make(chan struct{})
	go func() {
		defer close(done)
		pw.CloseWithError(bare.Strip(pw, plain, i.MediaType))
	}()
	out.plain, out.blob = pr, closing(func() error {
		pr.Close() // ends the goroutine, which must not read a closed blob
		<-done
		return blob.Close()
	})
	return nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

type closing func() error

func (f closing) Close() error { return f() }
