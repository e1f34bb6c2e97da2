package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// received is a file that was stored and has no row yet.
type received struct {
	blob, mediaType string
	size            int64
	sha256          []byte
}

// Add stores a file: sealed and synced to disk before its row, type by content, refused when too large or of a type
// that is not taken. Invalid (field "file" or "kind"), TooLarge, Conflict for a borrower whose complaint has ended,
// Forbidden, NotFound.
func (s *Service) Add(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader) (*Item, error) {
	return s.AddThen(ctx, by, ref, kind, name, r, nil)
}

// AddThen is Add with something to store beside the file: after, if not nil, runs in the transaction that stores the row,
// and its error leaves nothing. For packages that know more of a file than this one.
func (s *Service) AddThen(ctx context.Context, by access.Actor, ref, kind, name string, r io.Reader, after func(context.Context, *store.Tx, *complaint.Complaint, *Item) error) (*Item, error) {
	var key *seal.DataKey
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		c, err := s.open(ctx, tx, by, ref, kind)
		if err != nil {
			return err
		}
		key, err = s.complaints.DataKey(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("add evidence: %w", err)
	}
	name = fileName(name)
	sealed, err := key.Seal(fieldName, name)
	if err != nil {
		return nil, fmt.Errorf("add evidence: %w", err)
	}
	in, err := s.receive(ctx, key, r)
	if err != nil {
		return nil, fmt.Errorf("add evidence: %w", err)
	}
	var row *evidenceRow
	for range 5 {
		row, err = s.record(ctx, by, ref, kind, sealed, in, func(ctx context.Context, tx *store.Tx, c *complaint.Complaint, row *evidenceRow) error {
			if after == nil {
				return nil
			}
			item, err := row.item(key)
			if err != nil {
				return err
			}
			return after(ctx, tx, c, &item)
		})
		if !fault.Is(err, fault.Conflict) || !isDuplicate(err) {
			break // else two files asked for one number at once
		}
	}
	if err != nil {
		return nil, fmt.Errorf("add evidence: %w", err)
	}
	item, err := row.item(key)
	return &item, err
}

func isDuplicate(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Key == "fault.duplicate"
}

// open loads the complaint if the actor may add a file of the kind to it.
func (s *Service) open(ctx context.Context, tx *store.Tx, by access.Actor, ref, kind string) (*complaint.Complaint, error) {
	c, _, err := s.complaints.Reach(ctx, tx, by, access.AddEvidence, ref)
	if err != nil {
		return nil, err
	}
	if c.Status.Ended() && by.Role == access.Borrower {
		return nil, fault.New(fault.Conflict, "evidence.ended")
	}
	return c, s.checkKind(c.Pack, kind, by.Role == access.Borrower)
}

func (s *Service) checkKind(pack, kind string, publicOnly bool) error {
	known, public := s.complaints.EvidenceKind(pack, kind)
	if known && (public || !publicOnly) {
		return nil
	}
	var w fault.Fields
	w.Add("kind", "evidence.kind")
	return w.Err()
}

// record writes the row of a stored file, and what after stores beside it.
func (s *Service) record(ctx context.Context, by access.Actor, ref, kind string, name seal.Sealed, in *received, after func(context.Context, *store.Tx, *complaint.Complaint, *evidenceRow) error) (*evidenceRow, error) {
	var row *evidenceRow
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := s.open(ctx, tx, by, ref, kind)
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
		row = &evidenceRow{
			ComplaintID: c.ID, Number: int64(len(files) + 1), Kind: kind, Name: name, Size: in.size, MediaType: in.mediaType, SHA256: in.sha256,
			Blob: in.blob, Scan: s.fresh(), ReceivedAt: store.At(tx.Now), FromRole: string(by.Role), UserID: store.ID(by.UserID), Version: 1,
		}
		if err := store.Insert(ctx, tx, row); err != nil {
			return err
		}
		if err := after(ctx, tx, c, row); err != nil {
			return err
		}
		label, event := Item{Number: int(row.Number)}.Label(), complaint.EventStaffFile
		if by.Role == access.Borrower {
			event = complaint.EventFileAdded
		}
		if err := s.complaints.Note(ctx, tx, by, c.ID, event, by.Role == access.Borrower, label); err != nil {
			return err
		}
		_, err = s.log.Append(ctx, tx, by, audit.EvidenceAdded, c.Reference, "evidence", label, "sha256", fmt.Sprintf("%x", in.sha256), "kind", kind)
		return err
	})
	return row, err
}

// room refuses a file for which a complaint has no room left.
func (s *Service) room(files []evidenceRow, size int64) error {
	if len(files) >= MaxFiles {
		return wrong("evidence.too_many", MaxFiles)
	}
	for _, f := range files {
		size += f.Size
	}
	if size > maxTotal*s.maxBytes {
		return wrong("evidence.too_much", maxTotal*s.maxBytes>>20)
	}
	return nil
}

// AddToDraft stores a file of an unfinished filing. Invalid, TooLarge, NotFound.
func (s *Service) AddToDraft(ctx context.Context, token, kind, name string, r io.Reader) (*complaint.DraftFile, error) {
	return s.AddLogToDraft(ctx, token, "", kind, name, r)
}

// AddLogToDraft is AddToDraft for a file that is a log of contacts: part is complaint.LogExtract or LogOriginal.
func (s *Service) AddLogToDraft(ctx context.Context, token, part, kind, name string, r io.Reader) (*complaint.DraftFile, error) {
	d, err := s.complaints.OpenDraft(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := s.checkKind(d.Filing.Pack, kind, true); err != nil {
		return nil, err
	}
	if len(d.Files) >= complaint.MaxDraftFiles {
		return nil, wrong("evidence.too_many", complaint.MaxDraftFiles)
	}
	in, err := s.receive(ctx, d.Key, r)
	if err != nil {
		return nil, fmt.Errorf("add file to draft: %w", err)
	}
	return s.complaints.AddDraftFile(ctx, token, complaint.DraftFile{
		Kind: kind, Name: fileName(name), Size: in.size, MediaType: in.mediaType, SHA256: in.sha256, Blob: in.blob, Scan: s.fresh(), LogPart: part,
	})
}

// receive reads a file once: type, size, hash, seal and store in one stream.
func (s *Service) receive(ctx context.Context, key *seal.DataKey, r io.Reader) (*received, error) {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("read file: %w", err)
	}
	head = head[:n]
	in := &received{}
	if in.mediaType, err = mediaType(head); err != nil {
		return nil, err
	}
	whole := io.MultiReader(bytes.NewReader(head), r)
	if in.mediaType == xlsx || in.mediaType == xls {
		if whole, err = s.workbook(whole); err != nil {
			return nil, err
		}
	}
	plain := &measure{r: whole, left: s.maxBytes, hash: sha256.New()}
	pr, pw := io.Pipe()
	go func() {
		pw.CloseWithError(sealInto(key, pw, plain))
	}()
	in.blob, _, err = s.blobs.Put(ctx, pr)
	pr.CloseWithError(err) // the writer must not wait for a reader that gave up
	if plain.over {
		return nil, s.tooLarge()
	}
	if err != nil {
		return nil, err
	}
	in.size, in.sha256 = plain.n, plain.hash.Sum(nil)
	return in, nil
}

func sealInto(key *seal.DataKey, w io.Writer, plain io.Reader) error {
	out, err := key.EncryptTo(w)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, plain); err != nil {
		return err
	}
	return out.Close()
}

// workbook reads a workbook into memory and looks into it.
func (s *Service) workbook(r io.Reader) (io.Reader, error) {
	most := min(s.maxBytes, maxWorkbook)
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if int64(len(b)) > most {
		return nil, fault.New(fault.TooLarge, "evidence.too_large", most>>20)
	}
	return bytes.NewReader(b), soundWorkbook(b)
}

func (s *Service) tooLarge() error {
	return fault.New(fault.TooLarge, "evidence.too_large", s.maxBytes>>20)
}
