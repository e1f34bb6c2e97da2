package casework_test

import (
	"slices"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// desk opens an office with six cases: of two units, tracks, severities and days.
func desk(t *testing.T, o *caseworktest.Office) []*casework.Case {
	t.Helper()
	ctx := t.Context()
	var out []*casework.Case
	for i, x := range []struct {
		code, unit string
		track      complaint.Track
		firm       bool
	}{
		{"T01", "A", "complaint", true}, {"H02", "A", "report", true}, {"T01", "A", "report", false},
		{"H02", "B", "complaint", true}, {"T01", "A", "complaint", false}, {"H02", "A", "complaint", true},
	} {
		f := o.Filing()
		f.Violations = []string{x.code}
		if !x.firm {
			f.Agency, f.AgencyUnknown = complaint.Party{}, true
		}
		if i == 5 {
			f.Channels = []string{"visit"}
		}
		c := o.File(t, f)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, x.unit, x.track)
		check(t, err)
		out = append(out, k)
		o.Clock.Add(24 * time.Hour)
	}
	k, err := o.Cases.Assign(ctx, o.Supervisor, out[0].Reference, out[0].Version, id(o.Reviewer))
	check(t, err)
	out[0] = k
	return out
}

func TestQueueFilters(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), desk(t, o)
		_, err := o.Complaints.Index(ctx)
		check(t, err)
		for name, tt := range map[string]struct {
			f    casework.Filter
			want []int
		}{
			"due":           {casework.Filter{}, []int{0, 3, 4, 5, 1, 2}},
			"severity":      {casework.Filter{Sort: "severity"}, []int{3, 5, 1, 0, 4, 2}},
			"received":      {casework.Filter{Sort: "received"}, []int{0, 1, 2, 3, 4, 5}},
			"newest":        {casework.Filter{Sort: "-received"}, []int{5, 4, 3, 2, 1, 0}},
			"unit":          {casework.Filter{Unit: "B"}, []int{3}},
			"my unit":       {casework.Filter{Unit: "mine"}, []int{0, 4, 5, 1, 2}},
			"officer":       {casework.Filter{Officer: "wang@desk.example"}, []int{0}},
			"nobody":        {casework.Filter{Officer: "none", Sort: "received"}, []int{1, 2, 3, 4, 5}},
			"me":            {casework.Filter{Officer: "me"}, nil},
			"no such":       {casework.Filter{Officer: "ghost@desk.example"}, nil},
			"status":        {casework.Filter{Status: []casework.Status{casework.Investigating}}, []int{0}},
			"firm":          {casework.Filter{Firm: "A1"}, []int{0, 3, 5, 1}},
			"agency":        {casework.Filter{Agency: "A1"}, []int{0, 3, 5, 1}},
			"no agency":     {casework.Filter{Agency: casework.None}, []int{4, 2}},
			"not as lender": {casework.Filter{Lender: "A1"}, nil},
			"pack":          {casework.Filter{Pack: "cn", Unit: "B"}, []int{3}},
			"other pack":    {casework.Filter{Pack: "us"}, nil},
			"no outcome":    {casework.Filter{Outcome: casework.None}, nil},
			"code":          {casework.Filter{Code: "T01"}, []int{0, 4, 2}},
			"channel":       {casework.Filter{Channel: "visit"}, []int{5}},
			"grave":         {casework.Filter{Severity: 4, Sort: "received"}, []int{1, 3, 5}},
			"source":        {casework.Filter{Source: "phone"}, nil},
			"due before":    {casework.Filter{DueBefore: day("2026-11-03")}, []int{0}},
			"opened":        {casework.Filter{Opened: calendar.MustMonth("2026-10"), Sort: "opened"}, []int{0, 1, 2, 3, 4, 5}},
			"closed":        {casework.Filter{Closed: calendar.MustMonth("2026-10")}, nil},
			"late":          {casework.Filter{Late: "late"}, nil},
			"in time":       {casework.Filter{Late: "in_time", Unit: "B"}, []int{3}},
			"case":          {casework.Filter{Q: k[2].Reference}, []int{2}},
			"its complaint": {casework.Filter{Q: k[1].Complaint.Reference}, []int{1}},
			"words":         {casework.Filter{Q: "夜里 领导", Sort: "received"}, []int{0, 1, 2, 3, 4, 5}},
			"no words":      {casework.Filter{Q: "不存在的词"}, nil},
		} {
			l, err := o.Cases.Queue(ctx, o.Supervisor, tt.f)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := places(k, l.Items); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		}
		l, err := o.Cases.Queue(ctx, o.Reviewer, casework.Filter{})
		check(t, err)
		if c := l.Counts; len(l.Items) != 5 || c["mine"] != 1 || c["unassigned"] != 4 || c["investigating"] != 1 || c["open"] != 5 {
			t.Errorf("a reviewer's queue: %d cases, counts %v", len(l.Items), c)
		}
		o.Clock.Set(time.Date(2026, 10, 31, 2, 0, 0, 0, time.UTC))
		l, err = o.Cases.Queue(ctx, o.Reviewer, casework.Filter{Late: "late"})
		check(t, err)
		if got := places(k, l.Items); !slices.Equal(got, []int{0}) || l.Counts["late"] != 1 {
			t.Errorf("late are %v, counts %v", got, l.Counts)
		}
	})
}

func places(all []*casework.Case, items []casework.Case) []int {
	var out []int
	for _, x := range items {
		out = append(out, slices.IndexFunc(all, func(k *casework.Case) bool { return k.ID == x.ID }))
	}
	return out
}

func TestQueuePages(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), desk(t, o)
		for _, sort := range casework.Sorts {
			whole, err := o.Cases.Queue(ctx, o.Supervisor, casework.Filter{Sort: sort})
			check(t, err)
			all := places(k, whole.Items)
			var got []int
			f := casework.Filter{Sort: sort, Limit: 2}
			for range 4 {
				l, err := o.Cases.Queue(ctx, o.Supervisor, f)
				check(t, err)
				got = append(got, places(k, l.Items)...)
				if f.Cursor = l.NextCursor; f.Cursor == "" {
					break
				}
			}
			if !slices.Equal(got, all) || len(all) != len(k) {
				t.Errorf("%s by pages %v, whole %v", sort, got, all)
			}
			for i, at := range all {
				prev, next, err := o.Cases.Neighbours(ctx, o.Supervisor, casework.Filter{Sort: sort}, k[at].Reference)
				check(t, err)
				if i > 0 && prev != k[all[i-1]].Reference || i == 0 && prev != "" ||
					i+1 < len(all) && next != k[all[i+1]].Reference || i+1 == len(all) && next != "" {
					t.Errorf("%s: neighbours of %d are %q and %q", sort, i, prev, next)
				}
			}
		}
	})
}

func TestQueueRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		desk(t, o)
		l, err := o.Cases.Queue(ctx, o.Supervisor, casework.Filter{Limit: 1})
		check(t, err)
		for name, f := range map[string]casework.Filter{
			"limit": {Limit: 101}, "sort": {Sort: "name; DROP TABLE cases"}, "status": {Status: []casework.Status{"lost"}}, "late": {Late: "very"},
			"nonsense cursor": {Cursor: "AAAA"}, "another sort's cursor": {Cursor: l.NextCursor, Sort: "severity"},
			"cursor of another shape": {Cursor: "eyJzIjoiZHVlIiwiayI6WzEsMl19"},
		} {
			if _, err := o.Cases.Queue(ctx, o.Supervisor, f); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
