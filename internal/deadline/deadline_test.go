package deadline_test

import (
	"errors"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/deadline"
	"dunwatch/policies"
)

func mustChina(t testing.TB) *calendar.Calendar {
	t.Helper()
	all, err := calendar.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return all["cn"]
}

var d = calendar.MustDate

func on(kind deadline.EventKind, date string) deadline.Event {
	return deadline.Event{Kind: kind, On: d(date)}
}

func extend(date string, l deadline.Limit) deadline.Event {
	return deadline.Event{Kind: deadline.Extend, On: d(date), Limit: l}
}

func workdays(n int) deadline.Limit { return deadline.Limit{N: n, Unit: deadline.Workday} }
func days(n int) deadline.Limit     { return deadline.Limit{N: n, Unit: deadline.Day} }
func rolling(n int) deadline.Limit  { return deadline.Limit{N: n, Unit: deadline.Day, Roll: true} }
func months(n int) deadline.Limit   { return deadline.Limit{N: n, Unit: deadline.Month} }

func clock(l deadline.Limit, events ...deadline.Event) deadline.Clock {
	return deadline.Clock{Kind: "test", Limit: l, Events: events}
}

func TestCompute(t *testing.T) {
	cn := mustChina(t)
	for name, c := range map[string]struct {
		clock         deadline.Clock
		due, earliest string
		provisional   bool
	}{
		"forwarding, 7 working days over Spring Festival": {
			clock(workdays(7), on(deadline.Start, "2026-02-13")), "2026-03-02", "2026-03-02", false},
		"90 days from filing (行政处罚法 60)": {
			clock(days(90), on(deadline.Start, "2026-08-03")), "2026-11-01", "2026-11-01", false},
		"firm's answer, 15 days, no roll": {
			clock(days(15), on(deadline.Start, "2026-09-20")), "2026-10-05", "2026-10-05", false},
		"payment, 15 days, rolled": {
			clock(rolling(15), on(deadline.Start, "2026-09-20")), "2026-10-08", "2026-10-08", false},
		"six months to sue, shorter month": {
			clock(months(6), on(deadline.Start, "2025-08-31")), "2026-02-28", "2026-02-28", false},
		"eight weeks": {
			clock(deadline.Limit{N: 8, Unit: deadline.Week}, on(deadline.Start, "2026-11-02")), "2026-12-28", "2026-12-28", false},
		// 9 and 10 March run, 11 to 20 do not, three days remain: 23, 24, 25.
		"working days suspended": {
			clock(workdays(5), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-10"), on(deadline.Resume, "2026-03-20")), "2026-03-25", "2026-03-25", false},
		"suspended and resumed on one day": {
			clock(workdays(5), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-10"), on(deadline.Resume, "2026-03-10")), "2026-03-13", "2026-03-13", false},
		"suspended on the day of the start": {
			clock(days(3), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-06"), on(deadline.Resume, "2026-03-09")), "2026-03-12", "2026-03-12", false},
		"a month suspended for ten days": {
			clock(months(1), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-10"), on(deadline.Resume, "2026-03-20")), "2026-04-16", "2026-04-16", false},
		"still suspended": {
			clock(workdays(5), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-10")), "", "2026-03-13", false},
		"suspended on the due day": {
			clock(workdays(5), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-13")), "2026-03-13", "2026-03-13", false},
		"a rolled end inside a suspension": {
			clock(rolling(1), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-07"), on(deadline.Resume, "2026-03-11")), "2026-03-12", "2026-03-12", false},
		"30 days and 30 more, granted while suspended": {
			clock(days(30), on(deadline.Start, "2026-03-01"), on(deadline.Suspend, "2026-03-11"), extend("2026-03-12", days(30)), on(deadline.Resume, "2026-03-16")), "2026-05-05", "2026-05-05", false},
		"an extension starts from the rolled day": {
			clock(rolling(15), on(deadline.Start, "2026-09-20"), extend("2026-09-30", days(10))), "2026-10-18", "2026-10-18", false},
		"a year without notice": {
			clock(workdays(5), on(deadline.Start, "2026-12-28")), "2027-01-04", "2027-01-04", true},
		"calendar days need no notice": {
			clock(days(15), on(deadline.Start, "2026-12-28")), "2027-01-12", "2027-01-12", false},
		"but their roll does": {
			clock(rolling(15), on(deadline.Start, "2026-12-28")), "2027-01-12", "2027-01-12", true},
	} {
		s, err := deadline.Compute(cn, c.clock)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Due.String() != c.due || s.Earliest.String() != c.earliest || s.Provisional != c.provisional {
			t.Errorf("%s: due %q, earliest %s, provisional %v; want %q, %s, %v", name, s.Due, s.Earliest, s.Provisional, c.due, c.earliest, c.provisional)
		}
	}
}

func TestPhases(t *testing.T) {
	cn := mustChina(t)
	base := []deadline.Event{on(deadline.Start, "2026-03-06")} // 5 working days: due 2026-03-13
	for name, c := range map[string]struct {
		events  []deadline.Event
		today   string
		phase   deadline.Phase
		inTime  string
		overdue bool
		left    int
		unit    deadline.Unit
	}{
		"first day":            {nil, "2026-03-06", deadline.Running, "", false, 5, deadline.Workday},
		"due day":              {nil, "2026-03-13", deadline.Running, "", false, 0, deadline.Workday},
		"Saturday after":       {nil, "2026-03-14", deadline.Running, "", true, -1, deadline.Day},
		"Monday after":         {nil, "2026-03-16", deadline.Running, "", true, -3, deadline.Day},
		"suspended":            {[]deadline.Event{on(deadline.Suspend, "2026-03-10")}, "2026-06-01", deadline.Suspended, "", false, 3, deadline.Workday},
		"suspended when over":  {[]deadline.Event{on(deadline.Suspend, "2026-03-13")}, "2026-03-16", deadline.Suspended, "", true, -3, deadline.Day},
		"stopped on the day":   {[]deadline.Event{on(deadline.Stop, "2026-03-13")}, "2026-06-01", deadline.Stopped, "yes", false, 0, deadline.Workday},
		"stopped early":        {[]deadline.Event{on(deadline.Stop, "2026-03-11")}, "2026-06-01", deadline.Stopped, "yes", false, 2, deadline.Workday},
		"stopped late":         {[]deadline.Event{on(deadline.Stop, "2026-03-16")}, "2026-06-01", deadline.Stopped, "no", false, -3, deadline.Day},
		"stopped in suspense":  {[]deadline.Event{on(deadline.Suspend, "2026-03-10"), on(deadline.Stop, "2026-05-01")}, "2026-06-01", deadline.Stopped, "yes", false, 3, deadline.Workday},
		"suspended, then late": {[]deadline.Event{on(deadline.Suspend, "2026-03-13"), on(deadline.Stop, "2026-03-16")}, "2026-06-01", deadline.Stopped, "no", false, -3, deadline.Day},
	} {
		s, err := deadline.Compute(cn, clock(workdays(5), append(base[:1:1], c.events...)...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		inTime := ""
		if s.InTime != nil {
			inTime = map[bool]string{true: "yes", false: "no"}[*s.InTime]
		}
		if s.Phase != c.phase || inTime != c.inTime || s.Overdue(d(c.today)) != c.overdue {
			t.Errorf("%s: %s, in time %q, overdue %v; want %s, %q, %v", name, s.Phase, inTime, s.Overdue(d(c.today)), c.phase, c.inTime, c.overdue)
		}
		if n, unit := deadline.Left(cn, s, d(c.today)); n != c.left || unit != c.unit {
			t.Errorf("%s: left %d %s, want %d %s", name, n, unit, c.left, c.unit)
		}
	}
}

func TestComputeRefuses(t *testing.T) {
	start := on(deadline.Start, "2026-03-06")
	for name, c := range map[string]struct {
		clock   deadline.Clock
		index   int
		problem deadline.Problem
	}{
		"no events":             {clock(days(5)), -1, deadline.ProblemStart},
		"no limit":              {clock(deadline.Limit{}, start), -1, deadline.ProblemLimit},
		"unknown unit":          {clock(deadline.Limit{N: 1, Unit: "year"}, start), -1, deadline.ProblemLimit},
		"endless limit":         {clock(days(3661), start), -1, deadline.ProblemLimit},
		"no start":              {clock(days(5), on(deadline.Stop, "2026-03-06")), 0, deadline.ProblemStart},
		"two starts":            {clock(days(5), start, start), 1, deadline.ProblemStart},
		"no date":               {clock(days(5), deadline.Event{Kind: deadline.Start}), 0, deadline.ProblemDate},
		"backwards":             {clock(days(5), start, on(deadline.Stop, "2026-03-05")), 1, deadline.ProblemOrder},
		"resume while running":  {clock(days(5), start, on(deadline.Resume, "2026-03-07")), 1, deadline.ProblemRunning},
		"suspended twice":       {clock(days(5), start, on(deadline.Suspend, "2026-03-07"), on(deadline.Suspend, "2026-03-08")), 2, deadline.ProblemSuspended},
		"resumed twice":         {clock(days(5), start, on(deadline.Suspend, "2026-03-07"), on(deadline.Resume, "2026-03-08"), on(deadline.Resume, "2026-03-09")), 3, deadline.ProblemRunning},
		"after the stop":        {clock(days(5), start, on(deadline.Stop, "2026-03-07"), on(deadline.Suspend, "2026-03-08")), 2, deadline.ProblemStopped},
		"extension by nothing":  {clock(days(5), start, extend("2026-03-07", deadline.Limit{})), 1, deadline.ProblemLimit},
		"limit of a suspension": {clock(days(5), start, deadline.Event{Kind: deadline.Suspend, On: d("2026-03-07"), Limit: days(1)}), 1, deadline.ProblemLimit},
		"unknown kind":          {clock(days(5), start, on("pause", "2026-03-07")), 1, deadline.ProblemKind},
	} {
		_, err := deadline.Compute(mustChina(t), c.clock)
		var bad *deadline.HistoryError
		if !errors.As(err, &bad) || bad.Index != c.index || bad.Problem != c.problem || bad.Error() == "" {
			t.Errorf("%s: %v, want event %d, %s", name, err, c.index, c.problem)
		}
	}
}

func TestAdd(t *testing.T) {
	cn := mustChina(t)
	c := clock(workdays(5), on(deadline.Start, "2026-03-06")) // due 2026-03-13
	for name, e := range map[string]deadline.Event{
		"extended on the due day":  extend("2026-03-13", workdays(5)),
		"suspended on the due day": on(deadline.Suspend, "2026-03-13"),
		"stopped late":             on(deadline.Stop, "2026-04-01"),
	} {
		next, err := deadline.Add(cn, c, e)
		if err != nil || len(next.Events) != 2 || len(c.Events) != 1 {
			t.Errorf("%s: %+v, %v", name, next, err)
		}
	}
	for name, k := range map[string]struct {
		event   deadline.Event
		problem deadline.Problem
	}{
		"extended too late":  {extend("2026-03-14", workdays(5)), deadline.ProblemExpired},
		"suspended too late": {on(deadline.Suspend, "2026-03-14"), deadline.ProblemExpired},
		"not suspended":      {on(deadline.Resume, "2026-03-10"), deadline.ProblemRunning},
	} {
		_, err := deadline.Add(cn, c, k.event)
		var bad *deadline.HistoryError
		if !errors.As(err, &bad) || bad.Problem != k.problem || bad.Index != 1 {
			t.Errorf("%s: %v, want %s", name, err, k.problem)
		}
	}
	suspended, err := deadline.Add(cn, c, on(deadline.Suspend, "2026-03-10"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deadline.Add(cn, suspended, extend("2026-04-20", workdays(5))); err != nil {
		t.Errorf("a suspended clock cannot run out: %v", err)
	}
	if _, err := deadline.Add(cn, clock(days(5)), on(deadline.Start, "2026-03-06")); err != nil {
		t.Errorf("the start: %v", err)
	}
	two := append(make([]deadline.Event, 0, 8), c.Events...)
	one, err := deadline.Add(cn, clock(workdays(5), two...), on(deadline.Stop, "2026-03-10"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deadline.Add(cn, clock(workdays(5), two...), on(deadline.Suspend, "2026-03-11")); err != nil || one.Events[1].Kind != deadline.Stop {
		t.Errorf("two clocks share their events: %+v, %v", one.Events, err)
	}
}

func TestCap(t *testing.T) {
	cn := mustChina(t)
	// A firm's answer: 30 days, 30 more with approval, 60 in all.
	c := clock(days(30), on(deadline.Start, "2026-03-01"), extend("2026-03-20", days(30)))
	if latest, within, err := deadline.Cap(cn, c, days(60)); err != nil || !within || latest != d("2026-04-30") {
		t.Errorf("60 of 60: %s, %v, %v", latest, within, err)
	}
	c.Events = append(c.Events, extend("2026-03-21", days(1)))
	if latest, within, err := deadline.Cap(cn, c, days(60)); err != nil || within || latest != d("2026-04-30") {
		t.Errorf("61 of 60: %s, %v, %v", latest, within, err)
	}
	if n := c.Extensions(); n != 2 {
		t.Errorf("%d extensions", n)
	}
	// A suspension is not an extension: it moves the cap too, while it lasts as well.
	c = clock(days(30), on(deadline.Start, "2026-03-01"), on(deadline.Suspend, "2026-03-05"), on(deadline.Resume, "2026-03-15"), extend("2026-03-20", days(30)))
	if latest, within, err := deadline.Cap(cn, c, days(60)); err != nil || !within || latest != d("2026-05-10") {
		t.Errorf("suspended: %s, %v, %v", latest, within, err)
	}
	c.Events = append(c.Events, on(deadline.Suspend, "2026-03-25"))
	if latest, within, err := deadline.Cap(cn, c, days(59)); err != nil || within || latest != d("2026-05-09") {
		t.Errorf("still suspended: %s, %v, %v", latest, within, err)
	}
	if _, _, err := deadline.Cap(cn, c, deadline.Limit{}); err == nil {
		t.Error("a cap of nothing: no error")
	}
}

func BenchmarkCompute(b *testing.B) {
	cn := mustChina(b)
	c := clock(workdays(20), on(deadline.Start, "2026-03-06"), on(deadline.Suspend, "2026-03-10"), on(deadline.Resume, "2026-03-20"), extend("2026-03-25", workdays(10)))
	for b.Loop() {
		if _, err := deadline.Compute(cn, c); err != nil {
			b.Fatal(err)
		}
	}
}

// The vectors of the law notes (E5), computed by hand from the State Council's notices.
func TestStatutoryVectors(t *testing.T) {
	cn := mustChina(t)
	for _, c := range []struct {
		from, nominal, want string
		limit               deadline.Limit
	}{
		{"2026-09-24", "", "2026-10-09", workdays(5)},
		{"2026-02-13", "", "2026-03-02", workdays(7)},
		{"2026-04-30", "", "2026-05-11", workdays(5)},
		{"2026-01-01", "", "2026-01-06", workdays(3)},
		{"2026-09-18", "", "2026-09-24", workdays(5)},
		{"2025-09-30", "", "2025-10-16", workdays(7)},
		{"2026-09-20", "2026-10-05", "2026-10-08", rolling(15)},
		{"2026-02-03", "2026-02-18", "2026-02-24", rolling(15)},
		{"2026-08-03", "2026-10-02", "2026-10-08", rolling(60)},
		{"2026-04-16", "2026-05-01", "2026-05-06", rolling(15)},
	} {
		s, err := deadline.Compute(cn, clock(c.limit, on(deadline.Start, c.from)))
		if err != nil || s.Due != d(c.want) || s.Provisional {
			t.Errorf("%d %s after %s: %s, %v; want %s", c.limit.N, c.limit.Unit, c.from, s.Due, err, c.want)
		}
		if c.nominal == "" {
			continue
		}
		if s, err = deadline.Compute(cn, clock(days(c.limit.N), on(deadline.Start, c.from))); err != nil || s.Due != d(c.nominal) {
			t.Errorf("%d days after %s without roll: %s, %v; want %s", c.limit.N, c.from, s.Due, err, c.nominal)
		}
	}
}
