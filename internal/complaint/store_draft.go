package complaint

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type draftRow struct {
	ID        int64
	TokenHash []byte
	Wrapped   []byte
	Answers   seal.Sealed
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	UpdatedAt store.Time `gorm:"autoUpdateTime:false"`
}

func (draftRow) TableName() string { return "drafts" }

type draftFileRow struct {
	ID        int64
	DraftID   int64
	Kind      string
	Name      seal.Sealed
	Size      int64
	MediaType string
	SHA256    []byte `gorm:"column:sha256"`
	Blob      string
	Scan      string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	LogPart   string
}

func (draftFileRow) TableName() string { return "draft_files" }

func (r draftFileRow) file(name string) DraftFile {
	return DraftFile{ID: r.ID, Kind: r.Kind, Name: name, Size: r.Size, MediaType: r.MediaType, SHA256: r.SHA256, Blob: r.Blob, Scan: r.Scan, LogPart: r.LogPart}
}

// fieldFileName is the place that the seal of a file's name is bound to; package
// evidence seals names under the same.
const fieldFileName = "evidence.name"

// evidenceRow is a row of the table that package evidence owns. Filing must turn
// a draft's files into evidence in its own transaction, and evidence imports this
// package; so the row is written from here, this once.
type evidenceRow struct {
	ID          int64
	ComplaintID int64
	Number      int64
	Kind        string
	Name        seal.Sealed
	Size        int64
	MediaType   string
	SHA256      []byte `gorm:"column:sha256"`
	Blob        string
	Scan        string
	ReceivedAt  store.Time
	FromRole    string
	UserID      store.ID
	Version     int64
}

func (evidenceRow) TableName() string { return "evidence" }

// logRow is a row of the table that package logbook owns, written from here for
// the same reason.
type logRow struct {
	ID          int64
	ComplaintID int64
	EvidenceID  int64
	Side        string
	Part        string
	FirmID      store.ID
	RequestID   store.ID
	At          store.Time
	UserID      store.ID
}

func (logRow) TableName() string { return "contact_logs" }

func draftByToken(ctx context.Context, tx *store.Tx, token string) (draftRow, error) {
	return gorm.G[draftRow](tx.DB).Where("token_hash = ?", seal.HashToken(token)).Take(ctx)
}

func draftFiles(ctx context.Context, tx *store.Tx, draftID int64) ([]draftFileRow, error) {
	return gorm.G[draftFileRow](tx.DB).Where("draft_id = ?", draftID).Order("id").Find(ctx)
}

// adopt makes the files of a draft evidence of the complaint, E-1 first, and
// removes the draft. It returns how many there were. A draft that is gone was
// filed by somebody else at the same moment: NotFound.
func adopt(ctx context.Context, tx *store.Tx, d *Draft, complaintID int64) (int, error) {
	if d == nil {
		return 0, nil
	}
	files, err := draftFiles(ctx, tx, d.ID)
	if err != nil {
		return 0, err
	}
	rows := make([]*evidenceRow, len(files))
	for i, f := range files {
		rows[i] = &evidenceRow{
			ComplaintID: complaintID, Number: int64(i + 1), Kind: f.Kind, Name: f.Name, Size: f.Size, MediaType: f.MediaType,
			SHA256: f.SHA256, Blob: f.Blob, Scan: f.Scan, ReceivedAt: f.CreatedAt, FromRole: string(access.Borrower), Version: 1,
		}
	}
	if err := store.InsertAll(ctx, tx, rows); err != nil {
		return 0, err
	}
	var logs []*logRow
	for i, f := range files {
		if f.LogPart != "" {
			logs = append(logs, &logRow{ComplaintID: complaintID, EvidenceID: rows[i].ID, Side: string(access.Borrower), Part: f.LogPart, At: store.At(tx.Now)})
		}
	}
	if err := store.InsertAll(ctx, tx, logs); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, "DELETE FROM drafts WHERE id = ?", d.ID)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "complaint.draft_gone")
	}
	return len(files), err
}

func dropDrafts(ctx context.Context, tx *store.Tx, before time.Time) ([]string, error) {
	rows, err := tx.Rows(ctx, `SELECT f.blob FROM draft_files f JOIN drafts d ON d.id = f.draft_id
		WHERE d.updated_at < ? AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.blob = f.blob)`, before.Unix())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var blobs []string
	for rows.Next() {
		var b string
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("read blobs: %w", err)
		}
		blobs = append(blobs, b)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM drafts WHERE updated_at < ?", before.Unix())
	return blobs, err
}
