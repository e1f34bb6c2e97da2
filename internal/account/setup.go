package account

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/fault"
	"dunwatch/internal/seal"
	"dunwatch/internal/store"
)

// NeedsSetUp reports whether there is no account yet.
func (s *Service) NeedsSetUp(ctx context.Context) (bool, error) {
	var n int64
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = countUsers(ctx, tx, "1 = 1")
		return err
	})
	return n == 0 && err == nil, err
}

// NewSetUpCode makes the one-time code of the first start, in place of an
// earlier one. Conflict once there is an account.
func (s *Service) NewSetUpCode(ctx context.Context) (string, error) {
	code := seal.NewAccessCode()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		if err := empty(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM setup_codes WHERE used_at IS NULL"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO setup_codes (code_hash, created_at) VALUES (?, ?)", s.keys.HashAccessCode(code), tx.Now.Unix())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make set-up code: %w", err)
	}
	return code, nil
}

func empty(ctx context.Context, tx *store.Tx) error {
	n, err := countUsers(ctx, tx, "1 = 1")
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "account.set_up_done")
	}
	return err
}

// SetUp makes the first administrator with the one-time code. Invalid (code,
// e-mail, name, password); Conflict once there is an account.
func (s *Service) SetUp(ctx context.Context, code string, n NewUser) (*User, error) {
	// The code is looked at before the slow hash, so that strangers cannot keep
	// the machine busy; the transaction takes it.
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		if err := empty(ctx, tx); err != nil {
			return err
		}
		_, err := s.setUpCode(ctx, tx, code)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	n.Role, n.Unit, n.FirmID = access.Admin, "", 0
	u, err := s.create(ctx, access.Program, audit.SetUpDone, n, func(tx *store.Tx) error {
		if err := empty(ctx, tx); err != nil {
			return err
		}
		id, err := s.setUpCode(ctx, tx, code)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE setup_codes SET used_at = ? WHERE id = ?", tx.Now.Unix(), id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	return u, nil
}

func (s *Service) setUpCode(ctx context.Context, tx *store.Tx, code string) (int64, error) {
	rows, err := tx.Rows(ctx, "SELECT id, code_hash FROM setup_codes WHERE used_at IS NULL")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	found := int64(0)
	for rows.Next() {
		var id int64
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return 0, err
		}
		if s.keys.CheckAccessCode(code, hash) {
			found = id
		}
	}
	if found == 0 && rows.Err() == nil {
		return 0, fault.Fields{{Name: "code", Key: "account.set_up_code"}}.Err()
	}
	return found, rows.Err()
}
