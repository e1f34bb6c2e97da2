package account

import (
	"cmp"
	"context"
	"slices"

	"dunwatch/internal/access"
)

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
