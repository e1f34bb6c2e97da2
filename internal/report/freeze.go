package report

import (
	"context"
	"time"

	"dunwatch/internal/locale"
	"dunwatch/internal/store"
)

const latest = -1

type Change struct{}

type keptList struct {
	items  []Item
	cutOff time.Time
}

func (s *Service) edition(ctx context.Context, tx *store.Tx, p Period, pack string, lang locale.Lang, revision int) (*Report, error) {
	return nil, nil
}

func (s *Service) kept(ctx context.Context, tx *store.Tx, p Period, pack string, f Figure, revision int) (*keptList, error) {
	return nil, nil
}
