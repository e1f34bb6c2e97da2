package evidence

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

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

// fieldName is the place that the seal of a file's name is bound to; package
// complaint seals the names of drafts under the same, so that filing need not
// seal them anew.
const fieldName = "evidence.name"

func (r evidenceRow) item(key *seal.DataKey) (Item, error) {
	name, err := key.Open(fieldName, r.Name)
	if err != nil {
		return Item{}, fmt.Errorf("open name of evidence %d: %w", r.ID, err)
	}
	return Item{
		ID: r.ID, Number: int(r.Number), Kind: r.Kind, Name: name, Size: r.Size, MediaType: r.MediaType, SHA256: r.SHA256,
		Scan: r.Scan, ReceivedAt: r.ReceivedAt.Time(), FromRole: r.FromRole, UserID: int64(r.UserID),
	}, nil
}

func rowsOf(ctx context.Context, tx *store.Tx, complaintID int64) ([]evidenceRow, error) {
	return gorm.G[evidenceRow](tx.DB).Where("complaint_id = ?", complaintID).Order("number").Find(ctx)
}

func rowOf(ctx context.Context, tx *store.Tx, complaintID int64, number int) (evidenceRow, error) {
	return gorm.G[evidenceRow](tx.DB).Where("complaint_id = ? AND number = ?", complaintID, number).Take(ctx)
}

// blobOf is a row of either table that names a blob.
type blobOf struct {
	table string
	id    int64
	blob  string
}

// blobRows are all rows that name blobs, of one moment: filing moves a file from
// one table to the other.
func blobRows(ctx context.Context, tx *store.Tx) ([]blobOf, error) {
	rows, err := tx.Rows(ctx, "SELECT 'evidence', id, blob FROM evidence UNION ALL SELECT 'draft_files', id, blob FROM draft_files")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []blobOf
	for rows.Next() {
		var b blobOf
		if err := rows.Scan(&b.table, &b.id, &b.blob); err != nil {
			return nil, fmt.Errorf("read blobs: %w", err)
		}
		out = append(out, b)
	}
	return out, rows.Err()
}
