package account

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"dunwatch/internal/access"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

type unitRow struct {
	ID        int64
	Code      string
	NameZH    string
	NameEN    string
	CreatedAt store.Time `gorm:"autoCreateTime:false"`
	Version   int64
}

func (unitRow) TableName() string { return "units" }

func (r unitRow) unit() Unit { return Unit{ID: r.ID, Code: r.Code, NameZH: r.NameZH, NameEN: r.NameEN} }

// userRow is an account. TOTPUsed is the last time step whose code was taken;
// pending (-1) says that the second factor is not confirmed yet.
type userRow struct {
	ID         int64
	Email      string
	Name       string
	Role       string
	UnitID     store.ID
	FirmID     store.ID
	Password   string
	TOTP       seal.Sealed `gorm:"column:totp"`
	TOTPUsed   int64       `gorm:"column:totp_used"`
	Lang       string
	CreatedAt  store.Time `gorm:"autoCreateTime:false"`
	DisabledAt store.Time
	Version    int64
}

const pending = -1

func (userRow) TableName() string { return "users" }

// secondFactor reports whether a confirmed one is set.
func (r *userRow) secondFactor() bool { return len(r.TOTP) > 0 && r.TOTPUsed != pending }

func (r *userRow) user(units map[int64]string) User {
	return User{ID: r.ID, Email: r.Email, Name: r.Name, Role: access.Role(r.Role), UnitID: int64(r.UnitID), UnitCode: units[int64(r.UnitID)],
		FirmID: int64(r.FirmID), Lang: r.Lang, OTP: r.secondFactor(), CreatedAt: r.CreatedAt.Time(), DisabledAt: r.DisabledAt.Time(), Version: r.Version}
}

// serialise makes changes of accounts happen one after another on PostgreSQL
// too: "the last administrator" is a rule over many rows.
func serialise(ctx context.Context, tx *store.Tx) error {
	_, err := store.Next(ctx, tx, "account.change")
	return err
}

// lockUser reads an account that this transaction alone may change now. SQLite
// has one writer; PostgreSQL needs to be told. nil: there is none.
func lockUser(ctx context.Context, tx *store.Tx, where string, arg any) (*userRow, error) {
	if tx.Dialect == store.Postgres {
		rows, err := tx.Rows(ctx, "SELECT id FROM users WHERE "+where+" FOR UPDATE", arg)
		if err != nil {
			return nil, err
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return findUser(ctx, tx, where, arg)
}

func findUser(ctx context.Context, tx *store.Tx, where string, arg any) (*userRow, error) {
	r, err := gorm.G[userRow](tx.DB).Where(where, arg).First(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find account: %w", err)
	}
	return &r, nil
}

// usersWhere lists accounts by e-mail.
func usersWhere(ctx context.Context, tx *store.Tx, where string, args ...any) ([]User, error) {
	rows, err := gorm.G[userRow](tx.DB).Where(where, args...).Order("email").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	units, err := unitCodes(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]User, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.user(units))
	}
	return out, nil
}

func (r *userRow) load(ctx context.Context, tx *store.Tx) (*User, error) {
	units, err := unitCodes(ctx, tx)
	if err != nil {
		return nil, err
	}
	u := r.user(units)
	return &u, nil
}

func unitCodes(ctx context.Context, tx *store.Tx) (map[int64]string, error) {
	rows, err := listUnits(ctx, tx)
	out := map[int64]string{}
	for _, u := range rows {
		out[u.ID] = u.Code
	}
	return out, err
}

func listUnits(ctx context.Context, tx *store.Tx) ([]unitRow, error) {
	rows, err := gorm.G[unitRow](tx.DB).Order("code").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return rows, nil
}

func countUsers(ctx context.Context, tx *store.Tx, where string, args ...any) (int64, error) {
	n, err := gorm.G[userRow](tx.DB).Where(where, args...).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// firmExists asks the table itself: package firm need not be known here.
func firmExists(ctx context.Context, tx *store.Tx, id int64) (bool, error) {
	rows, err := tx.Rows(ctx, "SELECT id FROM firms WHERE id = ?", id)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
