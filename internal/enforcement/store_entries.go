package enforcement

import (
	"context"
	"fmt"

	"dunwatch/internal/store"
)

// entryRow is a line of a ledger for sums over all penalties. It is derived from the steps and written anew with each.
type entryRow struct {
	ID        int64
	PenaltyID int64
	Party     int64
	Account   string
	Kind      string
	OnDate    string
	AmountFen int64
}

func (entryRow) TableName() string { return "penalty_entries" }

// entryYears is how far ahead the surcharges of days to come are written: long past any ceiling that a rulebook sets.
const entryYears = 3

// keepEntries writes the ledger of a penalty for the sums of the report: every line that was made, a line for each day of a
// surcharge, and those of the days to come as they will be if nothing happens. A sum up to a day is the balance of that day.
func keepEntries(ctx context.Context, tx *store.Tx, sc *scene) error {
	if !sc.c.Decided {
		return nil
	}
	t := sc.terms()
	t.daily = true
	return replaceEntries(ctx, tx, sc.p.ID, ledgerOf(sc.c, t, sc.today.AddMonths(12*entryYears)).Entries)
}

// replaceEntries puts a ledger in the place of what was known of a penalty.
func replaceEntries(ctx context.Context, tx *store.Tx, penaltyID int64, entries []Entry) error {
	if _, err := tx.Exec(ctx, "DELETE FROM penalty_entries WHERE penalty_id = ?", penaltyID); err != nil {
		return fmt.Errorf("keep ledger: %w", err)
	}
	for _, e := range entries {
		if e.AmountFen == 0 {
			continue
		}
		r := &entryRow{PenaltyID: penaltyID, Party: int64(e.Party), Account: string(e.Account), Kind: e.Kind, OnDate: e.On.String(), AmountFen: e.AmountFen}
		if err := store.InsertPlain(ctx, tx, r); err != nil {
			return fmt.Errorf("keep ledger: %w", err)
		}
	}
	return nil
}
