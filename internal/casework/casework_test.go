package casework_test

import (
	"sync"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// each opens an office on both databases and verifies the record at the end.
func each(t *testing.T, f func(t *testing.T, o *caseworktest.Office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := caseworktest.Open(t, db, clock)
		f(t, o)
		o.MustVerify(t)
	})
}

var (
	check = caseworktest.Check
	want  = caseworktest.Want
	id    = caseworktest.ID
)

func TestAccept(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		c := o.File(t, o.Filing())
		_, _, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "Z", "gossip")
		want(t, err, fault.Invalid, "casework.unknown_unit")
		_, _, err = o.Cases.Accept(ctx, o.Reviewer, c.Reference, c.Version, "A", "")
		want(t, err, fault.NotFound, "")
		_, _, err = o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version+1, "A", "")
		want(t, err, fault.Conflict, "fault.stale")

		got, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", complaint.TrackReport)
		check(t, err)
		if got.Status != complaint.Accepted || k.Reference[:7] != "K-2026-" || k.Status != casework.Unassigned || k.UnitCode != "A" ||
			k.Severity != c.Severity || k.Lender == nil || k.Agency == nil || k.Track != complaint.TrackReport {
			t.Errorf("accepted %+v as %+v", got, k)
		}
		// A report is investigated within 60 days (银行保险违法行为举报处理办法); the day of acceptance is not counted.
		if k.DueOn != calendar.MustDate("2026-12-19") {
			t.Errorf("due on %s", k.DueOn)
		}
		_, _, err = o.Cases.Accept(ctx, o.Supervisor, c.Reference, got.Version, "A", "")
		want(t, err, fault.Conflict, "")

		l, err := o.Cases.Queue(ctx, o.Reviewer, casework.Filter{})
		check(t, err)
		if len(l.Items) != 1 || l.Counts["unassigned"] != 1 || l.Counts["open"] != 1 || l.Counts["late"] != 0 {
			t.Errorf("queue %+v", l)
		}
		clocks, err := o.Cases.Clocks(ctx, o.Reviewer, k.Reference)
		check(t, err)
		if n := len(clocks); n != 2 || clocks[1].Kind != "report.investigate" || clocks[1].Due != k.DueOn || clocks[1].Stopped || !clocks[0].Stopped {
			t.Errorf("clocks %+v", clocks)
		}
	})
}

func TestWhoSeesACase(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Assigned(t)
		for _, by := range []access.Actor{o.Reviewer, o.Second, o.Supervisor, o.Director, o.Auditor} {
			got, err := o.Cases.ByRef(ctx, by, k.Complaint.Reference)
			check(t, err)
			if got.Reference != k.Reference {
				t.Errorf("%s sees %s", by.Role, got.Reference)
			}
		}
		for _, by := range []access.Actor{o.Stranger, o.Admin} {
			_, err := o.Cases.ByRef(ctx, by, k.Reference)
			want(t, err, fault.NotFound, "")
		}
		// Another unit's case does not exist; a colleague's exists, and is not mine to judge.
		_, _, err := o.Cases.Record(ctx, o.Stranger, k.Reference, o.Threat(k.Version))
		want(t, err, fault.NotFound, "")
		_, _, err = o.Cases.Record(ctx, o.Second, k.Reference, o.Threat(k.Version))
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.ByRef(ctx, o.Reviewer, "K-2026-999999-0")
		want(t, err, fault.NotFound, "")
		l, err := o.Cases.Queue(ctx, o.Stranger, casework.Filter{})
		check(t, err)
		if len(l.Items) != 0 || l.Counts["open"] != 0 {
			t.Errorf("a stranger sees %+v", l)
		}
		if _, err = o.Cases.Queue(ctx, o.Admin, casework.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator reads the queue: %v", err)
		}
	})
}

func TestAssign(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Case(t)
		_, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Stranger))
		want(t, err, fault.Invalid, "casework.other_unit")
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Director))
		want(t, err, fault.Invalid, "casework.no_such_officer")
		_, err = o.Cases.Assign(ctx, o.Reviewer, k.Reference, k.Version, id(o.Reviewer))
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, "")
		want(t, err, fault.Conflict, "casework.no_officer")

		first, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, "wang@desk.example")
		check(t, err)
		if first.Status != casework.Investigating || first.OfficerID != o.Reviewer.UserID || first.OfficerName != o.Reviewer.Name || first.Version != k.Version+1 {
			t.Errorf("assigned %+v", first)
		}
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Second))
		want(t, err, fault.Conflict, "fault.stale")
		same, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, first.Version, id(o.Reviewer))
		check(t, err)
		if same.Version != first.Version {
			t.Errorf("giving a case to who has it made version %d", same.Version)
		}
		second, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, first.Version, id(o.Second))
		check(t, err)
		freed, err := o.Cases.Assign(ctx, o.Supervisor, k.Reference, second.Version, "")
		check(t, err)
		if freed.Status != casework.Unassigned || freed.OfficerID != 0 || !freed.AssignedAt.IsZero() {
			t.Errorf("released %+v", freed)
		}
		kinds(t, o, k.Reference, casework.EventOpened, casework.EventAssigned, casework.EventReassigned, casework.EventReleased)
		recount(t, o)
	})
}

// kinds holds the case's own events against a list.
func kinds(t *testing.T, o *caseworktest.Office, ref string, want ...string) {
	t.Helper()
	all, err := o.Cases.Timeline(t.Context(), o.Supervisor, ref)
	check(t, err)
	var got []string
	for _, e := range all {
		if len(e.Kind) > 5 && e.Kind[:5] == "case." {
			got = append(got, e.Kind)
			if e.ActorName == "" {
				t.Errorf("%s by nobody", e.Kind)
			}
		}
	}
	if len(got) != len(want) {
		t.Fatalf("events %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("events %v, want %v", got, want)
		}
	}
}

// recount holds the kept counts against the cases.
func recount(t *testing.T, o *caseworktest.Office) {
	t.Helper()
	ctx := t.Context()
	check(t, o.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Rows(ctx, `
			SELECT unit_id, officer_id, status, SUM(n) FROM (
				SELECT unit_id, officer_id, status, n FROM case_counts
				UNION ALL SELECT unit_id, COALESCE(officer_id, 0), status, -1 FROM cases) AS x
			GROUP BY unit_id, officer_id, status HAVING SUM(n) <> 0`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var unit, officer, n int64
			var status string
			if err := rows.Scan(&unit, &officer, &status, &n); err != nil {
				return err
			}
			t.Errorf("counted %d too many in unit %d, officer %d, %s", n, unit, officer, status)
		}
		return rows.Err()
	}))
}

func TestBulkAssignAnswersEachItem(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		a, b, c := o.Case(t), o.Case(t), o.Case(t)
		out, err := o.Cases.AssignAll(ctx, o.Supervisor, []casework.BulkItem{
			{Reference: a.Reference, Version: a.Version}, {Reference: b.Reference, Version: b.Version + 7}, {Reference: "K-0"}, {Reference: c.Reference},
		}, id(o.Reviewer))
		check(t, err)
		for i, kind := range []fault.Kind{0, fault.Conflict, fault.NotFound, 0} {
			if kind == 0 && (out[i].Err != nil || out[i].Case.OfficerID != o.Reviewer.UserID) {
				t.Errorf("item %d: %+v", i, out[i])
			} else if kind != 0 && !fault.Is(out[i].Err, kind) {
				t.Errorf("item %d: %v, want %s", i, out[i].Err, kind)
			}
		}
		_, err = o.Cases.AssignAll(ctx, o.Reviewer, []casework.BulkItem{{Reference: b.Reference}}, id(o.Second))
		want(t, err, fault.Forbidden, "")
		load, err := o.Cases.Load(ctx, o.Supervisor, o.UnitA)
		check(t, err)
		if load[o.Reviewer.UserID] != 2 || load[0] != 1 {
			t.Errorf("load %v", load)
		}
		recount(t, o)
	})
}

func TestTwoAssignAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		k := o.Case(t)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, officer := range []access.Actor{o.Reviewer, o.Second} {
			wg.Go(func() { _, errs[i] = o.Cases.Assign(t.Context(), o.Supervisor, k.Reference, k.Version, id(officer)) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both or neither won: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil {
				want(t, err, fault.Conflict, "fault.stale")
			}
		}
		recount(t, o)
	})
}

func TestTakeNext(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		_, err := o.Cases.TakeNext(ctx, o.Reviewer)
		want(t, err, fault.NotFound, "casework.nothing_to_take")
		light := o.Filing()
		light.Violations = []string{"T01"}
		c := o.File(t, light)
		_, mild, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", "")
		check(t, err)
		grave := o.Case(t)
		avoided := o.Case(t)
		check(t, o.Cases.Recuse(ctx, o.Supervisor, avoided.Reference, id(o.Reviewer), "亲属"))
		for _, ref := range []string{grave.Reference, mild.Reference} {
			k, err := o.Cases.TakeNext(ctx, o.Reviewer)
			check(t, err)
			if k.Reference != ref || k.OfficerID != o.Reviewer.UserID || k.Status != casework.Investigating {
				t.Errorf("took %s, want %s", k.Reference, ref)
			}
		}
		_, err = o.Cases.TakeNext(ctx, o.Reviewer)
		want(t, err, fault.NotFound, "casework.nothing_to_take")
		_, err = o.Cases.TakeNext(ctx, o.Stranger)
		want(t, err, fault.NotFound, "casework.nothing_to_take")
		_, err = o.Cases.TakeNext(ctx, o.Supervisor)
		want(t, err, fault.Forbidden, "")
		kinds(t, o, grave.Reference, casework.EventOpened, casework.EventTaken)
	})
}

func TestTwentyTakeTwenty(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		const n = 20
		for range n {
			o.Case(t)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		seen := map[string]bool{}
		for i := range n {
			by := []access.Actor{o.Reviewer, o.Second}[i%2]
			wg.Go(func() {
				k, err := o.Cases.TakeNext(t.Context(), by)
				if err != nil {
					t.Errorf("take: %v", err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if seen[k.Reference] {
					t.Errorf("%s was taken twice", k.Reference)
				}
				seen[k.Reference] = true
			})
		}
		wg.Wait()
		if len(seen) != n {
			t.Errorf("%d cases were taken, want %d", len(seen), n)
		}
		recount(t, o)
	})
}
