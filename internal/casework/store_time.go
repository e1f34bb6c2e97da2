package casework

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/deadline"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// requestRow is a wish for more time; granted is NULL until somebody decides.
type requestRow struct {
	ID        int64
	CaseID    int64
	ForwardID store.ID
	Clock     string
	N         int64
	Unit      string
	Ground    string
	Reason    string
	AskedRole string
	AskedBy   int64
	AskedAt   store.Time
	Granted   sql.NullInt64
	Decision  string
	DecidedBy store.ID
	DecidedAt store.Time
	Version   int64
}

func (requestRow) TableName() string { return "extension_requests" }

func (r *requestRow) request() TimeRequest {
	return TimeRequest{
		ID: r.ID, CaseID: r.CaseID, ForwardID: int64(r.ForwardID), Clock: r.Clock, N: int(r.N), Unit: deadline.Unit(r.Unit), Ground: r.Ground,
		Reason: r.Reason, AskedRole: access.Role(r.AskedRole), AskedBy: r.AskedBy, AskedAt: r.AskedAt.Time(), Open: !r.Granted.Valid,
		Granted: r.Granted.Int64 == 1, Decision: r.Decision, DecidedBy: int64(r.DecidedBy), DecidedAt: r.DecidedAt.Time(), Version: r.Version,
	}
}

func insertRequest(ctx context.Context, tx *store.Tx, t *TimeRequest) error {
	r := &requestRow{
		CaseID: t.CaseID, ForwardID: store.ID(t.ForwardID), Clock: t.Clock, N: int64(t.N), Unit: string(t.Unit), Ground: t.Ground, Reason: t.Reason,
		AskedRole: string(t.AskedRole), AskedBy: t.AskedBy, AskedAt: store.At(t.AskedAt), Version: t.Version,
	}
	if err := store.Insert(ctx, tx, r); err != nil {
		return fmt.Errorf("insert request for time: %w", err)
	}
	t.ID = r.ID
	return nil
}

// findRequest loads a wish for time of a case. NotFound.
func findRequest(ctx context.Context, tx *store.Tx, c *Case, id int64) (*TimeRequest, error) {
	r, err := gorm.G[requestRow](tx.DB).Where("id = ? AND case_id = ?", id, c.ID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("find request for time %d: %w", id, err)
	}
	t := r.request()
	t.CaseReference = c.Reference
	return &t, nil
}

func saveDecision(ctx context.Context, tx *store.Tx, t *TimeRequest) error {
	granted := sql.NullInt64{Valid: true}
	if t.Granted {
		granted.Int64 = 1
	}
	err := store.Update[requestRow](ctx, tx, t.ID, t.Version, store.Set("granted", granted), store.Set("decision", t.Decision),
		store.Set("decided_by", store.ID(t.DecidedBy)), store.Set("decided_at", store.At(t.DecidedAt)))
	if err != nil {
		return fmt.Errorf("decide request for time %d: %w", t.ID, err)
	}
	t.Version++
	return nil
}

// waitsFor reports whether more time on a clock was asked for and nobody decided yet.
func waitsFor(ctx context.Context, tx *store.Tx, caseID int64, clock string) (bool, error) {
	n, err := gorm.G[requestRow](tx.DB).Where("case_id = ? AND clock = ? AND granted IS NULL", caseID, clock).Count(ctx, "id")
	if err != nil {
		return false, fmt.Errorf("look up requests for time: %w", err)
	}
	return n > 0, nil
}

func requestsOf(ctx context.Context, tx *store.Tx, caseID int64) ([]TimeRequest, error) {
	rows, err := gorm.G[requestRow](tx.DB).Where("case_id = ?", caseID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load requests for time: %w", err)
	}
	return requests(rows), nil
}

func requestsFor(ctx context.Context, tx *store.Tx, forwardID int64) ([]TimeRequest, error) {
	rows, err := gorm.G[requestRow](tx.DB).Where("forward_id = ?", forwardID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load requests for time of a forward: %w", err)
	}
	return requests(rows), nil
}

// requestsWaiting are the oldest open wishes of the cases that w bounds.
func requestsWaiting(ctx context.Context, tx *store.Tx, w where, limit int) ([]TimeRequest, error) {
	rows, err := gorm.G[requestRow](tx.DB).
		Where("granted IS NULL AND case_id IN (SELECT c.id FROM cases c WHERE "+w.sql()+")", w.args...).
		Order("id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load requests for time: %w", err)
	}
	return requests(rows), nil
}

func requests(rows []requestRow) []TimeRequest {
	out := make([]TimeRequest, len(rows))
	for i := range rows {
		out[i] = rows[i].request()
	}
	return out
}
