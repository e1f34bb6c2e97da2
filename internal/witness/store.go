package witness

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type linkRow struct {
	ID          int64
	ComplaintID int64
	Number      int64
	TokenHash   []byte
	Label       seal.Sealed
	MadeBy      string
	UserID      store.ID
	CreatedAt   store.Time `gorm:"autoCreateTime:false"`
	ExpiresAt   store.Time
	UsedAt      store.Time
	RevokedAt   store.Time
	Version     int64
}

func (linkRow) TableName() string { return "witness_links" }

func (r *linkRow) state(now time.Time) string {
	switch {
	case r.UsedAt != 0:
		return Used
	case r.RevokedAt != 0:
		return Revoked
	case !now.Before(r.ExpiresAt.Time()):
		return Expired
	}
	return Waiting
}

func (r *linkRow) link(now time.Time) *Link {
	return &Link{Number: int(r.Number), ByStaff: r.UserID != 0, CreatedAt: r.CreatedAt.Time(), ExpiresAt: r.ExpiresAt.Time(), State: r.state(now)}
}

func linksOf(ctx context.Context, tx *store.Tx, complaintID int64) ([]linkRow, error) {
	rows, err := gorm.G[linkRow](tx.DB).Where("complaint_id = ?", complaintID).Order("number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load links of witnesses: %w", err)
	}
	return rows, nil
}

// waitingLink finds a link by its secret. NotFound for one that does not work, whatever the reason.
func waitingLink(ctx context.Context, tx *store.Tx, token string) (*linkRow, error) {
	rows, err := gorm.G[linkRow](tx.DB).Where("token_hash = ?", seal.HashToken(token)).Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("find a witness's link: %w", err)
	}
	if len(rows) == 0 || rows[0].state(tx.Now) != Waiting {
		return nil, errGone()
	}
	return &rows[0], nil
}

type statementRow struct {
	ID          int64
	ComplaintID int64
	Number      int64
	LinkID      int64
	ReceivedAt  store.Time
	Contacted   string
	Relation    string
	Age         string
	Answer      seal.Sealed
}

func (statementRow) TableName() string { return "witness_statements" }

func statements(ctx context.Context, tx *store.Tx, complaintID int64) ([]statementRow, error) {
	rows, err := gorm.G[statementRow](tx.DB).Where("complaint_id = ?", complaintID).Order("number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load statements: %w", err)
	}
	return rows, nil
}

func (r *statementRow) load(ctx context.Context, tx *store.Tx) (*Statement, error) {
	st := &Statement{Number: NumberOf(r.Number), At: r.ReceivedAt.Time(), Contacted: r.Contacted, Relation: r.Relation, Age: r.Age, id: r.ID}
	rows, err := gorm.G[custodyRow](tx.DB).Where("statement_id = ? AND kind = ?", r.ID, Released).Limit(1).Find(ctx)
	if err == nil && len(rows) > 0 {
		st.ReleasedAt = rows[0].At.Time()
	}
	return st, err
}

type custodyRow struct {
	ID          int64
	StatementID int64
	At          store.Time
	Kind        string
	ActorRole   string
	ActorID     store.ID
}

func (custodyRow) TableName() string { return "witness_events" }

func addCustody(ctx context.Context, tx *store.Tx, by access.Actor, statementID int64, kind string) error {
	return store.Insert(ctx, tx, &custodyRow{StatementID: statementID, At: store.At(tx.Now), Kind: kind, ActorRole: string(by.Role), ActorID: store.ID(by.UserID)})
}

// seenSince reports whether a look of somebody is on record from a moment on.
func seenSince(ctx context.Context, tx *store.Tx, statementID, userID int64, since time.Time) (bool, error) {
	n, err := gorm.G[custodyRow](tx.DB).Where("statement_id = ? AND kind = ? AND actor_id = ? AND at > ?", statementID, Viewed, userID, since.Unix()).Count(ctx, "id")
	return n > 0, err
}

func (s *Service) custody(ctx context.Context, tx *store.Tx, statementID int64) ([]Custody, error) {
	rows, err := gorm.G[custodyRow](tx.DB).Where("statement_id = ?", statementID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("load custody: %w", err)
	}
	var users []int64
	for _, r := range rows {
		users = append(users, int64(r.ActorID))
	}
	names, err := s.d.Accounts.Names(ctx, tx, users)
	if err != nil {
		return nil, err
	}
	out := make([]Custody, len(rows))
	for i, r := range rows {
		out[i] = Custody{At: r.At.Time(), Kind: r.Kind, Role: r.ActorRole, Name: names[int64(r.ActorID)]}
	}
	return out, nil
}
