package complaint

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// Draft is an unfinished filing. Its answers and files are sealed with a key of
// its own, which the complaint inherits.
type Draft struct {
	ID      int64
	Token   string
	Filing  Filing
	Key     *seal.DataKey
	Files   []DraftFile // in the order in which they were added
	Touched time.Time
}

// DraftFile is a file added before filing.
type DraftFile struct {
	ID        int64
	Kind      string
	Name      string
	Size      int64
	MediaType string
	SHA256    []byte
	Blob      string // name in the blob store
	Scan      string
	LogPart   string // LogExtract or LogOriginal of a log of contacts; "" for every other file
}

// What a file of a log of contacts is: the contacts that were kept, or the whole
// file as it was given.
const (
	LogExtract  = "extract"
	LogOriginal = "original"
)

// MaxDraftFiles bounds the files of one unfinished filing.
const MaxDraftFiles = 50

// NewDraft begins a draft. Its token is the only way to it.
func (s *Service) NewDraft(ctx context.Context) (*Draft, error) {
	key, wrapped, err := s.keys.NewDataKey()
	if err != nil {
		return nil, fmt.Errorf("begin draft: %w", err)
	}
	d := &Draft{Token: seal.NewToken(), Key: key}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		r := &draftRow{TokenHash: seal.HashToken(d.Token), Wrapped: wrapped, CreatedAt: store.At(tx.Now), UpdatedAt: store.At(tx.Now)}
		if err := store.InsertPlain(ctx, tx, r); err != nil {
			return err
		}
		d.ID, d.Touched = r.ID, tx.Now
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin draft: %w", err)
	}
	return d, nil
}

// OpenDraft finds a draft by its token. NotFound.
func (s *Service) OpenDraft(ctx context.Context, token string) (*Draft, error) {
	d, _, err := s.openDraft(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("open draft: %w", err)
	}
	return d, nil
}

func (s *Service) openDraft(ctx context.Context, token string) (*Draft, []byte, error) {
	var r draftRow
	var files []draftFileRow
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if r, err = draftByToken(ctx, tx, token); err != nil {
			return err
		}
		files, err = draftFiles(ctx, tx, r.ID)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, nil, fault.Wrap(err, fault.NotFound, "complaint.draft_gone")
	}
	if err != nil {
		return nil, nil, err
	}
	d := &Draft{ID: r.ID, Token: token, Touched: r.UpdatedAt.Time()}
	if d.Key, err = s.keys.Unwrap(r.Wrapped); err != nil {
		return nil, nil, err
	}
	answers, err := d.Key.Open(fieldDraft, r.Answers)
	if err != nil {
		return nil, nil, err
	}
	if answers != "" {
		if err := json.Unmarshal([]byte(answers), &d.Filing); err != nil {
			return nil, nil, fmt.Errorf("read answers: %w", err)
		}
	}
	for _, f := range files {
		name, err := d.Key.Open(fieldFileName, f.Name)
		if err != nil {
			return nil, nil, err
		}
		d.Files = append(d.Files, f.file(name))
	}
	return d, r.Wrapped, nil
}

// SaveDraft keeps the answers of a draft, finished or not. NotFound.
func (s *Service) SaveDraft(ctx context.Context, token string, f Filing) error {
	d, _, err := s.openDraft(ctx, token)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	answers, err := d.Key.Seal(fieldDraft, string(b))
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE drafts SET answers = ?, updated_at = ? WHERE id = ?", []byte(answers), tx.Now.Unix(), d.ID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "complaint.draft_gone")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// AddDraftFile notes a file whose blob is already stored. NotFound; Invalid when there are too many.
func (s *Service) AddDraftFile(ctx context.Context, token string, f DraftFile) (*DraftFile, error) {
	d, _, err := s.openDraft(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("add file to draft: %w", err)
	}
	name, err := d.Key.Seal(fieldFileName, f.Name)
	if err != nil {
		return nil, fmt.Errorf("add file to draft: %w", err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if n, err := tx.Exec(ctx, "UPDATE drafts SET updated_at = ? WHERE id = ?", tx.Now.Unix(), d.ID); err != nil || n == 0 {
			if err == nil {
				err = fault.New(fault.NotFound, "complaint.draft_gone")
			}
			return err
		}
		files, err := draftFiles(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		if len(files) >= MaxDraftFiles {
			var wrong fault.Fields
			wrong.Add("file", "evidence.too_many", MaxDraftFiles)
			return wrong.Err()
		}
		r := &draftFileRow{DraftID: d.ID, Kind: f.Kind, Name: name, Size: f.Size, MediaType: f.MediaType, SHA256: f.SHA256,
			Blob: f.Blob, Scan: f.Scan, CreatedAt: store.At(tx.Now), LogPart: f.LogPart}
		if err := store.InsertPlain(ctx, tx, r); err != nil {
			return err
		}
		f.ID = r.ID
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add file to draft: %w", err)
	}
	return &f, nil
}

// RemoveDraftFile forgets a file of a draft; its blob is cleaned later. NotFound.
func (s *Service) RemoveDraftFile(ctx context.Context, token string, id int64) error {
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		d, err := draftByToken(ctx, tx, token)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "DELETE FROM draft_files WHERE id = ? AND draft_id = ?", id, d.ID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove file of draft: %w", err)
	}
	return nil
}

// DropDrafts deletes drafts untouched for longer than age and returns the blobs that nobody needs any more.
func (s *Service) DropDrafts(ctx context.Context, age time.Duration) ([]string, error) {
	var blobs []string
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		blobs, err = dropDrafts(ctx, tx, tx.Now.Add(-age))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("drop drafts: %w", err)
	}
	return blobs, nil
}
