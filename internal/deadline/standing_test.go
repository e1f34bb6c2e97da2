package deadline_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// lives stores random clocks, one each for the owners 1 to n, and returns them as
// they stand on record.
func lives(t *testing.T, db *store.DB, log *audit.Log, cal *calendar.Calendar, n int) []deadline.Clock {
	t.Helper()
	ctx, r := t.Context(), rand.New(rand.NewPCG(3, 14))
	clocks := make([]deadline.Clock, n)
	err := db.Write(ctx, func(tx *store.Tx) error {
		for i := range clocks {
			plan, owner := randomClock(r), deadline.Owner{Kind: deadline.OfCase, ID: int64(i + 1)}
			var err error
			if clocks[i], err = deadline.Begin(ctx, tx, cal, owner, "k#2", plan.Limit, plan.Events[0].On, 0); err != nil {
				return err
			}
			for _, e := range plan.Events[1:] {
				next, err := deadline.Happen(ctx, tx, cal, owner, "k#2", e, 0)
				if deadline.Expired(err) {
					break
				}
				if err != nil {
					return err
				}
				clocks[i] = next
			}
		}
		_, err := log.Append(ctx, tx, access.Program, audit.CaseNoted, "K-1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return clocks
}

// stand reads every state that is kept, by owner.
func stand(t *testing.T, db *store.DB) map[int64]deadline.Standing {
	t.Helper()
	out := map[int64]deadline.Standing{}
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		for _, f := range []deadline.Filter{{}, {Owner: deadline.OfCase, Clocks: []string{"k"}}} {
			all, err := deadline.States(t.Context(), tx, f)
			if err != nil {
				return err
			}
			if !slices.IsSortedFunc(all, func(a, b deadline.Standing) int {
				switch {
				case a.Due == b.Due:
					return 0
				case a.Due.IsZero(), !b.Due.IsZero() && a.Due.After(b.Due):
					return 1
				}
				return -1
			}) {
				t.Error("not in order of the due date")
			}
			for _, s := range all {
				out[s.Owner.ID] = s
			}
		}
		none, err := deadline.States(t.Context(), tx, deadline.Filter{Clocks: []string{"k#"}, Limit: 3})
		if len(none) != 0 {
			t.Errorf("another base matched: %+v", none)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStatesFollowTheEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		cn, log := mustChina(t), audittest.New(t, db)
		clocks := lives(t, db, log, cn, 150)
		agree(t, cn, clocks, stand(t, db))

		// A database from before: filled in step by step, then nothing is missing.
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.Exec(t.Context(), "DELETE FROM clock_states WHERE owner_id > 20"); err != nil {
				return err
			}
			for want := 130; want >= 0; want -= 50 {
				n, err := deadline.Fill(t.Context(), tx, 50, func(deadline.OwnerKind, int64) *calendar.Calendar { return cn })
				if err != nil || n != min(want, 50) {
					t.Errorf("filled %d of %d: %v", n, want, err)
				}
			}
			n, err := deadline.Fill(t.Context(), tx, 50, func(deadline.OwnerKind, int64) *calendar.Calendar { return cn })
			if n != 0 {
				t.Errorf("filled %d more", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		agree(t, cn, clocks, stand(t, db))
	})
}

// agree compares what is kept with what the events amount to.
func agree(t *testing.T, cal *calendar.Calendar, clocks []deadline.Clock, kept map[int64]deadline.Standing) {
	t.Helper()
	running := 0
	for i, c := range clocks {
		want, err := deadline.Compute(cal, c)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := kept[int64(i+1)]
		if ok == (want.Phase == deadline.Stopped) {
			t.Errorf("clock %d is %s, listed: %v", i+1, want.Phase, ok)
		}
		if !ok {
			continue
		}
		running++
		if got.Phase != want.Phase || got.Started != want.Started || got.Original != want.Original || got.Due != want.Due ||
			got.Earliest != want.Earliest || got.Provisional != want.Provisional || got.Clock != "k#2" {
			t.Errorf("clock %d: kept %+v, computed %+v", i+1, got, want)
		}
	}
	if running < 50 || running == len(clocks) {
		t.Errorf("poor clocks: %d of %d run", running, len(clocks))
	}
}

// Exactly the dates that moved are returned, whoever else leaned on the year.
func TestRecomputeReturnsWhatMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		cn, log := mustChina(t), audittest.New(t, db)
		clocks := lives(t, db, log, cn, 300)
		days := map[calendar.Date]bool{}
		for i := range 8 {
			days[d("2027-02-05").AddDays(i)] = true
		}
		days[d("2027-02-14")] = false
		next := cn.With(days, 2027)
		all := func(deadline.OwnerKind, int64) *calendar.Calendar { return next }
		moved := recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) { return deadline.Recompute(t.Context(), tx, all) })
		expectMoved(t, cn, next, clocks, moved)
		agree(t, next, clocks, stand(t, db))
		if again := recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) { return deadline.Recompute(t.Context(), tx, all) }); len(again) != 0 {
			t.Errorf("moved again: %+v", again)
		}

		// A day of an announced year is put right: nothing is provisional any more, and still the right ones move.
		fixed := next.With(map[calendar.Date]bool{d("2026-03-10"): true})
		moved = recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) {
			return deadline.RecomputeOver(t.Context(), tx, d("2026-03-10"), d("2026-03-10"), func(deadline.OwnerKind, int64) *calendar.Calendar { return fixed })
		})
		expectMoved(t, next, fixed, clocks, moved)
		agree(t, fixed, clocks, stand(t, db))
		if none := recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) {
			return deadline.RecomputeOver(t.Context(), tx, d("2023-01-01"), d("2028-01-01"), func(deadline.OwnerKind, int64) *calendar.Calendar { return nil })
		}); len(none) != 0 {
			t.Errorf("clocks of another calendar moved: %+v", none)
		}
	})
}

func recomputed(t *testing.T, db *store.DB, f func(*store.Tx) ([]deadline.Moved, error)) (moved []deadline.Moved) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) (err error) { moved, err = f(tx); return err }); err != nil {
		t.Fatal(err)
	}
	return moved
}

func expectMoved(t *testing.T, before, after *calendar.Calendar, clocks []deadline.Clock, moved []deadline.Moved) {
	t.Helper()
	got := map[int64]deadline.Moved{}
	for _, m := range moved {
		got[m.Owner.ID] = m
	}
	n := 0
	for i, c := range clocks {
		was, err := deadline.Compute(before, c)
		if err != nil {
			t.Fatal(err)
		}
		is, err := deadline.Compute(after, c)
		if err != nil {
			t.Fatal(err)
		}
		m, ok := got[int64(i+1)]
		if ok != (is.Phase != deadline.Stopped && was.Earliest != is.Earliest) || ok && (m.Was != was.Earliest || m.Is != is.Earliest || m.Held != is.Due.IsZero()) {
			t.Errorf("clock %d (%s): %s to %s, returned %+v", i+1, is.Phase, was.Earliest, is.Earliest, m)
		}
		if ok {
			n++
		}
	}
	if n != len(moved) || n < 3 || n == len(clocks) {
		t.Errorf("poor test: %d of %d moved, %d returned", n, len(clocks), len(moved))
	}
}

func TestRound(t *testing.T) {
	had := []deadline.Clock{{Kind: "a.b"}, {Kind: "a.b#2"}, {Kind: "a.bc"}}
	for base, want := range map[string]string{"a.b": "a.b#3", "a.bc": "a.bc#2", "a": "a"} {
		if got := deadline.Round(base, had); got != want || deadline.Base(got) != base {
			t.Errorf("Round(%s) = %s, Base %s", base, got, deadline.Base(got))
		}
	}
}

// The edges of a correction, and a stopped clock: late by what was known, in time
// by what was announced later, due on no day and so not among what moved.
func TestRecomputeAtTheEdges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		cn, log, ctx := mustChina(t), audittest.New(t, db), t.Context()
		of := func(id int64) deadline.Owner { return deadline.Owner{Kind: deadline.OfComplaint, ID: id} }
		err := db.Write(ctx, func(tx *store.Tx) error {
			for id, start := range []string{"2026-12-28", "2026-11-02", "2026-11-03", "2026-11-10"} { // 5 working days each
				if _, err := deadline.Begin(ctx, tx, cn, of(int64(id)), "a", workdays(5), d(start), 0); err != nil {
					return err
				}
			}
			if _, err := deadline.Happen(ctx, tx, cn, of(0), "a", on(deadline.Stop, "2027-01-05"), 0); err != nil {
				return err
			}
			_, err := log.Append(ctx, tx, access.Program, audit.CaseNoted, "K-1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		next := cn.With(map[calendar.Date]bool{d("2027-01-01"): true, d("2027-01-04"): true}, 2027).With(map[calendar.Date]bool{d("2026-11-10"): true})
		cal := func(deadline.OwnerKind, int64) *calendar.Calendar { return next }
		if moved := recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) { return deadline.Recompute(ctx, tx, cal) }); len(moved) != 0 {
			t.Errorf("a stopped clock moved: %+v", moved)
		}
		var inTime int
		if err := db.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.Rows(ctx, "SELECT in_time FROM clock_states WHERE owner_id = 0 AND provisional = 0")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				if err := rows.Scan(&inTime); err != nil {
					return err
				}
			}
			return rows.Err()
		}); err != nil || inTime != 1 {
			t.Errorf("the stopped clock: in time %d, %v", inTime, err)
		}
		// 2 to 9 November does not reach the 10th, 3 to 10 ends on it, and what starts on it does not count it.
		moved := recomputed(t, db, func(tx *store.Tx) ([]deadline.Moved, error) {
			return deadline.RecomputeOver(ctx, tx, d("2026-11-10"), d("2026-11-10"), cal)
		})
		if len(moved) != 1 || moved[0].Owner != of(2) || moved[0].Was != d("2026-11-10") || moved[0].Is != d("2026-11-11") {
			t.Errorf("moved %+v", moved)
		}
	})
}
