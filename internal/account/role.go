package account

import (
	"cmp"
	"context"
	"slices"

	"dunwatch/internal/access"
	"dunwatch/internal/store"
)

// Holding lists the active users of a unit (0: of all units) who have a role, inside an open transaction, whoever asks: who
// hears that something waits for that role.
func (s *Service) Holding(ctx context.Context, tx *store.Tx, unitID int64, role access.Role) ([]User, error) {
	return usersWhere(ctx, tx, "role = ? AND disabled_at IS NULL AND (? = 0 OR unit_id = ?)", string(role), unitID, unitID)
}

// WithRole lists the active users of a unit (0: of all units) who have one of the roles, by name.
func (s *Service) WithRole(ctx context.Context, unitID int64, roles ...access.Role) ([]User, error) {
	var out []User
	for _, r := range roles {
		users, err := s.list(ctx, "role = ? AND disabled_at IS NULL AND (? = 0 OR unit_id = ?)", string(r), unitID, unitID)
		if err != nil {
			return nil, err
		}
		out = append(out, users...)
	}
	slices.SortStableFunc(out, func(a, b User) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}
