package httpd

import (
	"context"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/store"
)

// noteDenial appends an entry for a deed that was refused.
func (s *Server) noteDenial(ctx context.Context, by access.Actor, route string) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := s.Log.Append(ctx, tx, by, audit.AccessDenied, route)
		return err
	})
}
