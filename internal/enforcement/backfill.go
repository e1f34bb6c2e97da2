package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// backfillBatch is how many ledgers one transaction writes, so that the one writer is not held up.
const backfillBatch = 100

// KeepLedgers writes the ledgers of decisions that were issued before ledgers were kept for the sums of the report. It is a
// job; run again, it finds nothing to do. It returns how many ledgers it wrote.
func (s *Service) KeepLedgers(ctx context.Context) (n int, err error) {
	for after := int64(0); ; {
		done := 0
		err := s.d.DB.Write(ctx, func(tx *store.Tx) error {
			rows, err := findRows[penaltyRow](ctx, tx, "id", backfillBatch, `id > ? AND issued_on IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM penalty_entries e WHERE e.penalty_id = penalties.id)
				AND EXISTS (SELECT 1 FROM penalty_measures m WHERE m.penalty_id = penalties.id AND m.amount_fen > 0)`, after)
			if err != nil || len(rows) == 0 {
				return err
			}
			list, err := s.join(ctx, tx, rows)
			if err != nil {
				return err
			}
			for i := range list {
				if err := s.keepLedger(ctx, tx, &list[i]); err != nil {
					return fmt.Errorf("ledger of %s: %w", list[i].Reference, err)
				}
			}
			after, done = rows[len(rows)-1].ID, len(rows)
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("keep ledgers: %w", err)
		}
		if done == 0 {
			return n, nil
		}
		n += done
	}
}

// keepLedger writes the ledger of a decision from its steps; one of the short way has none, and owes what it imposes.
func (s *Service) keepLedger(ctx context.Context, tx *store.Tx, p *Penalty) error {
	pack, err := s.pack(p.Case.Pack)
	if err != nil {
		return err
	}
	c, err := s.course(ctx, tx, p, pack)
	if err != nil {
		return err
	}
	if c == nil {
		return replaceEntries(ctx, tx, p.ID, p.imposed(p.IssuedOn))
	}
	cal, ok := s.d.Calendars[pack.Calendar]
	if !ok {
		return fmt.Errorf("no calendar %q for rulebook %s", pack.Calendar, pack.ID)
	}
	return keepEntries(ctx, tx, &scene{p: p, c: c, pack: pack, cal: cal, today: s.today(tx), level: s.d.Level})
}
