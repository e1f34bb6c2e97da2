package deadline_test

import (
	"errors"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func TestClocksAreStoredAsEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		cn, log, ctx := mustChina(t), audittest.New(t, db), t.Context()
		owner := deadline.Owner{Kind: deadline.OfCase, ID: 7}
		write := func(f func(tx *store.Tx) error) error {
			return db.Write(ctx, func(tx *store.Tx) error {
				if err := f(tx); err != nil {
					return err
				}
				_, err := log.Append(ctx, tx, access.Program, audit.CaseNoted, "K-1")
				return err
			})
		}
		err := write(func(tx *store.Tx) error {
			if _, err := deadline.Begin(ctx, tx, cn, owner, "a", workdays(7), d("2026-10-20"), 3); err != nil {
				return err
			}
			if _, err := deadline.Begin(ctx, tx, cn, deadline.Owner{Kind: deadline.OfPenalty, ID: 7}, "a", days(5), d("2026-10-20"), 0); err != nil {
				return err
			}
			_, err := deadline.Begin(ctx, tx, cn, owner, "b", deadline.Limit{N: 2, Unit: deadline.Month, Roll: true}, d("2026-10-21"), 3)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []deadline.Event{
			{Kind: deadline.Suspend, On: d("2026-10-22"), Reason: "等待鉴定"}, {Kind: deadline.Resume, On: d("2026-10-26")},
			{Kind: deadline.Extend, On: d("2026-10-27"), Limit: days(30), Reason: "情况复杂"},
		} {
			if err := write(func(tx *store.Tx) error { _, err := deadline.Happen(ctx, tx, cn, owner, "a", e, 3); return err }); err != nil {
				t.Fatal(err)
			}
		}
		var h *deadline.HistoryError
		err = write(func(tx *store.Tx) error {
			_, err := deadline.Happen(ctx, tx, cn, owner, "a", on(deadline.Resume, "2026-10-28"), 3)
			return err
		})
		if !errors.As(err, &h) || h.Problem != deadline.ProblemRunning {
			t.Errorf("resumed twice: %v", err)
		}
		err = write(func(tx *store.Tx) error {
			_, err := deadline.Happen(ctx, tx, cn, owner, "c", on(deadline.Stop, "2026-10-28"), 3)
			return err
		})
		if !errors.As(err, &h) {
			t.Errorf("a clock that never began: %v", err)
		}
		err = db.Read(ctx, func(tx *store.Tx) error {
			clocks, err := deadline.Of(ctx, tx, owner)
			if err != nil {
				return err
			}
			if len(clocks) != 2 || clocks[0].Kind != "a" || len(clocks[0].Events) != 4 || clocks[0].Limit != workdays(7) ||
				clocks[0].Events[3].Limit != days(30) || clocks[0].Events[1].Reason != "等待鉴定" || !clocks[1].Limit.Roll {
				t.Errorf("read back %+v", clocks)
			}
			want := clock(workdays(7), on(deadline.Start, "2026-10-20"), on(deadline.Suspend, "2026-10-22"), on(deadline.Resume, "2026-10-26"),
				extend("2026-10-27", days(30)))
			a, err := deadline.Compute(cn, clocks[0])
			if err != nil {
				return err
			}
			b, err := deadline.Compute(cn, want)
			if a.Due != b.Due || a.Due.IsZero() {
				t.Errorf("due %s, in memory %s", a.Due, b.Due)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		audittest.MustVerify(t, log)
	})
}
