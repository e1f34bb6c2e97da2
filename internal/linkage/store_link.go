package linkage

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// missing reports a complaint that is not there, or not for the actor.
func missing(err error) bool {
	return fault.Is(err, fault.NotFound) || errors.Is(err, gorm.ErrRecordNotFound)
}

type addedRow struct {
	ID          int64
	ComplaintID int64
	Kind        string
	Value       string
	Basis       string
	At          store.Time
	UserID      int64
}

func (addedRow) TableName() string { return "accused_added" }

func addedTo(ctx context.Context, tx *store.Tx, complaintID int64) ([]addedRow, error) {
	rows, err := gorm.G[addedRow](tx.DB).Where("complaint_id = ?", complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load added numbers: %w", err)
	}
	return rows, nil
}

type decisionRow struct {
	ID       int64
	AID      int64
	BID      int64
	Verdict  string
	Strength int64 // per cent
	Grounds  string
	Reason   string
	At       store.Time
	UserID   int64
}

func (decisionRow) TableName() string { return "link_decisions" }

// decisionsOf are the newest words about each pair that a complaint is in, by the other's id.
func decisionsOf(ctx context.Context, tx *store.Tx, complaintID int64) (map[int64]*Decision, error) {
	rows, err := gorm.G[decisionRow](tx.DB).Where("a_id = ? OR b_id = ?", complaintID, complaintID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load decisions: %w", err)
	}
	out := map[int64]*Decision{}
	for _, r := range rows {
		other := r.AID
		if other == complaintID {
			other = r.BID
		}
		out[other] = r.decision()
	}
	return out, nil
}

func (r *decisionRow) decision() *Decision {
	return &Decision{Verdict: Verdict(r.Verdict), Strength: float64(r.Strength) / 100, Reason: r.Reason, At: r.At.Time(), UserID: r.UserID}
}

// identifiersOf are the identifiers that a complaint names, in the order in which they were first seen anywhere.
func identifiersOf(ctx context.Context, tx *store.Tx, complaintID int64) ([]Use, error) {
	var out []Use
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var u Use
		if err := rows.Scan(&u.ID, &u.Kind, &u.Key); err != nil {
			return err
		}
		out = append(out, u)
		return nil
	}, `SELECT i.id, i.kind, i.value_key FROM identifier_uses u JOIN identifiers i ON i.id = u.identifier_id
		WHERE u.complaint_id = ? ORDER BY i.id`, complaintID)
	return out, err
}

// spread counts an identifier's complaints and firms and returns the newest complaints that name it. One that means
// something within a firm only is counted within the firms given.
func spread(ctx context.Context, tx *store.Tx, u *Use, within []int64) ([]int64, error) {
	firms := map[int64]bool{}
	var out []int64
	n := 0
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id, agency, lender int64
		if err := rows.Scan(&id, &agency, &lender); err != nil {
			return err
		}
		if n++; n > counted {
			u.Capped = true
			return nil
		}
		if u.Local() && within != nil && !slices.Contains(within, agency) && !slices.Contains(within, lender) {
			return nil
		}
		if f := cmp.Or(agency, lender); f != 0 {
			firms[f] = true
		}
		out = append(out, id)
		return nil
	}, `SELECT u.complaint_id, coalesce(c.agency_id, 0), coalesce(c.lender_id, 0) FROM identifier_uses u JOIN complaints c ON c.id = u.complaint_id
		WHERE u.identifier_id = ? ORDER BY u.complaint_id DESC LIMIT ?`, u.ID, counted+1)
	u.Complaints, u.Firms = len(out), len(firms)
	return out, err
}

// likeMembers are the newest members of the cluster of a complaint that are told in like words.
func likeMembers(ctx context.Context, tx *store.Tx, complaintID int64) ([]neighbour, error) {
	var b []byte
	var cluster int64
	err := each(ctx, tx, func(rows *sql.Rows) error { return rows.Scan(&b, &cluster) },
		"SELECT signature, coalesce(cluster_id, 0) FROM sketches WHERE complaint_id = ?", complaintID)
	sig, ok := readSignature(b)
	if err != nil || !ok || cluster == 0 {
		return nil, err
	}
	var ids []int64
	err = each(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	}, "SELECT complaint_id FROM sketches WHERE cluster_id = ? ORDER BY complaint_id DESC LIMIT ?", cluster, counted)
	if err != nil {
		return nil, err
	}
	return likeOf(ctx, tx, ids, &sig)
}

// sameLetter are the complaints that were split from one letter with this one, and those merged with it: not others at all.
func sameLetter(ctx context.Context, tx *store.Tx, complaintID int64) ([]int64, error) {
	var out []int64
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	}, `SELECT other_id FROM complaint_links WHERE complaint_id = ?
		UNION SELECT original_id FROM duplicates WHERE complaint_id = ? AND undone_at IS NULL
		UNION SELECT complaint_id FROM duplicates WHERE original_id = ? AND undone_at IS NULL`, complaintID, complaintID, complaintID)
	return out, err
}

// shelter finds the complaints whose complainant may be kept from colleagues, with no more than says so.
func shelter(ctx context.Context, tx *store.Tx, ids []int64) (map[int64]*complaint.Complaint, error) {
	out := map[int64]*complaint.Complaint{}
	if len(ids) == 0 {
		return out, nil
	}
	err := each(ctx, tx, func(rows *sql.Rows) error {
		c := &complaint.Complaint{}
		if err := rows.Scan(&c.ID, &c.Track, &c.HideIdentity); err != nil {
			return err
		}
		out[c.ID] = c
		return nil
	}, "SELECT id, track, hide_identity FROM complaints WHERE (track = 'report' OR hide_identity = 1) AND id IN ("+marks(len(ids))+")", anys(ids)...)
	return out, err
}
