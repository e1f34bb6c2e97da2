package account

import (
	"context"
	"fmt"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

// keeps says whose accounts the actor may make, end and reset: 0 for an
// administrator, who keeps all, else the one firm whose manager the actor is.
// Forbidden.
func (s *Service) keeps(by access.Actor) (firm int64, err error) {
	denied := s.policy.May(by, access.ManageAccount)
	if denied == nil {
		return 0, nil
	}
	if by.FirmID != 0 && s.policy.May(by, access.ManageFirmUsers) == nil {
		return by.FirmID, nil
	}
	return 0, denied
}

// FirmUsers lists the accounts of the actor's own firm, ended ones included, for
// its manager. Forbidden.
func (s *Service) FirmUsers(ctx context.Context, by access.Actor) ([]User, error) {
	if err := s.policy.May(by, access.ManageFirmUsers); err != nil {
		return nil, err
	}
	if by.FirmID == 0 {
		return nil, access.Denied(by)
	}
	out, err := s.list(ctx, "firm_id = ?", by.FirmID)
	if err != nil {
		return nil, fmt.Errorf("accounts of firm %d: %w", by.FirmID, err)
	}
	return out, nil
}

// OfFirm lists the active accounts of a firm inside an open transaction, whoever
// asks: who hears that something arrived for it.
func (s *Service) OfFirm(ctx context.Context, tx *store.Tx, firmID int64) ([]User, error) {
	return usersWhere(ctx, tx, "firm_id = ? AND disabled_at IS NULL", firmID)
}

// Find loads accounts by id inside an open transaction, whoever asks; ended ones
// are among them. For packages that write to people.
func (s *Service) Find(ctx context.Context, tx *store.Tx, ids []int64) ([]User, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return usersWhere(ctx, tx, "id IN ?", ids)
}

func notLastManager(ctx context.Context, tx *store.Tx, r *userRow) error {
	if r.Role != string(access.FirmManager) {
		return nil
	}
	n, err := countUsers(ctx, tx, "role = ? AND firm_id = ? AND disabled_at IS NULL AND id <> ?", r.Role, int64(r.FirmID), r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "account.last_manager")
	}
	return nil
}
