package evidence

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
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

// waitingRows are the next files that no scanner has seen.
func waitingRows(ctx context.Context, tx *store.Tx) ([]evidenceRow, error) {
	return gorm.G[evidenceRow](tx.DB).Where("scan = 'waiting'").Order("id").Limit(20).Find(ctx)
}

// setScan keeps a verdict on a file that still waits for one; false says that it no longer does.
func setScan(ctx context.Context, tx *store.Tx, r evidenceRow, verdict string) (bool, error) {
	err := store.Update[evidenceRow](ctx, tx, r.ID, r.Version, store.Set("scan", verdict))
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

func (r evidenceRow) ofFirm() bool { return access.Role(r.FromRole).OfFirm() }

// givers are the names of the firms that gave files of a complaint, by the files' ids. The tables are those of forwarding and
// enforcement, which stand above.
func givers(ctx context.Context, tx *store.Tx, complaintID int64) (map[int64]string, error) {
	rows, err := tx.Rows(ctx, `SELECT e.id, f.name FROM evidence e JOIN
		(SELECT evidence_id, firm_id FROM forward_files UNION ALL SELECT evidence_id, firm_id FROM respondent_files) g ON g.evidence_id = e.id
		JOIN firms f ON f.id = g.firm_id WHERE e.complaint_id = ?`, complaintID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("read givers of evidence: %w", err)
		}
		out[id] = name
	}
	return out, rows.Err()
}

// passedOn are the numbers of the firms' files of a complaint that the office showed to the complainant: the timeline
// says so.
func passedOn(ctx context.Context, tx *store.Tx, complaintID int64) (map[int]bool, error) {
	rows, err := tx.Rows(ctx, "SELECT note FROM complaint_events WHERE complaint_id = ? AND kind = ?", complaintID, complaint.EventFilePassed)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var label string
		if err := rows.Scan(&label); err != nil {
			return nil, fmt.Errorf("read passed evidence: %w", err)
		}
		if n, err := strconv.Atoi(strings.TrimPrefix(label, "E-")); err == nil {
			out[n] = true
		}
	}
	return out, rows.Err()
}

// blobOf is a row of one of the tables that name blobs.
type blobOf struct {
	table string
	id    int64
	blob  string
}

// blobRows are all rows that name blobs, of one moment: filing moves a file from
// one table to the other.
func blobRows(ctx context.Context, tx *store.Tx) ([]blobOf, error) {
	rows, err := tx.Rows(ctx, `SELECT 'evidence', id, blob FROM evidence UNION ALL SELECT 'draft_files', id, blob FROM draft_files
		UNION ALL SELECT 'evidence_previews', evidence_id, blob FROM evidence_previews WHERE blob <> ''`)
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
