package complaint_test

import (
	"slices"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// walk reads a list to its end, two at a time.
func (o *office) walk(t *testing.T, by access.Actor, f complaint.Filter) []string {
	t.Helper()
	f.Limit = 2
	var refs []string
	for range 20 {
		l, err := o.List(t.Context(), by, f)
		check(t, err)
		for _, c := range l.Items {
			refs = append(refs, c.Reference)
		}
		if l.NextCursor == "" {
			return refs
		}
		f.Cursor = l.NextCursor
	}
	t.Fatal("the list has no end")
	return nil
}

func TestListPagesAndOrders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		o.staff(t)
		codes := []string{"T01", "H02", "T01", "N01", "H02"}
		var refs []string
		for _, code := range codes {
			f := sample()
			f.Violations = []string{code}
			refs = append(refs, o.file(t, f).Complaint.Reference)
			clock.Add(24 * time.Hour)
		}
		// The second ends: it has no due date any more.
		_, err := o.Refuse(t.Context(), supervisor, refs[1], 1, "not_our_duty", "")
		check(t, err)
		month := calendar.MonthOf(calendar.OfTime(clock.Now().In(time.FixedZone("", 8*3600))))
		counts, err := o.Counts(t.Context(), supervisor)
		check(t, err)
		if counts[complaint.Received] != 4 || counts[complaint.NotAccepted] != 1 || counts[complaint.Closed] != 0 {
			t.Errorf("counts %v", counts)
		}
		if counts, err = o.Counts(t.Context(), reviewer); err != nil || counts != nil {
			t.Errorf("counts of one unit: %v, %v", counts, err)
		}
		order := func(i ...int) []string {
			out := []string{}
			for _, k := range i {
				out = append(out, refs[k])
			}
			return out
		}
		for _, tt := range []struct {
			filter complaint.Filter
			want   []string
		}{
			{complaint.Filter{}, order(0, 2, 3, 4, 1)},
			{complaint.Filter{Sort: complaint.SortDue, Status: complaint.Received}, order(0, 2, 3, 4)},
			{complaint.Filter{Sort: complaint.SortOldest}, order(0, 1, 2, 3, 4)},
			{complaint.Filter{Sort: complaint.SortNewest}, order(4, 3, 2, 1, 0)},
			{complaint.Filter{Sort: complaint.SortSeverity}, bySeverity(o, codes, refs)},
			{complaint.Filter{Sort: complaint.SortOldest, Code: "H02"}, order(1, 4)},
			{complaint.Filter{Q: refs[3]}, order(3)},
			{complaint.Filter{Sort: complaint.SortOldest, Phone: "138-1234-5678"}, order(0, 1, 2, 3, 4)},
			{complaint.Filter{Phone: "13812345679"}, nil},
			{complaint.Filter{Sort: complaint.SortOldest, IDNumber: "11010519491231002x"}, order(0, 1, 2, 3, 4)},
			{complaint.Filter{Month: calendar.MustMonth("2026-09")}, nil},
			{complaint.Filter{Source: "api"}, nil},
			{complaint.Filter{Firm: "NONE"}, nil},
			{complaint.Filter{Sort: complaint.SortOldest, Pack: "cn", Region: sample().Complainant.Region, Product: sample().Loan.Product}, order(0, 1, 2, 3, 4)},
			{complaint.Filter{Pack: "us"}, nil},
			{complaint.Filter{Region: complaint.None}, nil},
			{complaint.Filter{Product: "别的"}, nil},
			{complaint.Filter{Sort: complaint.SortOldest, Channel: sample().Channels[0]}, order(0, 1, 2, 3, 4)},
			{complaint.Filter{Channel: "fax"}, nil},
			{complaint.Filter{Lender: "NONE"}, nil},
			{complaint.Filter{Decided: month}, order(1)},
			{complaint.Filter{Decided: month.Prev()}, nil},
			{complaint.Filter{Sort: complaint.SortOldest, Open: month}, order(0, 2, 3, 4)},
			{complaint.Filter{Open: month.Prev()}, nil},
		} {
			if got := o.walk(t, supervisor, tt.filter); !slices.Equal(got, tt.want) {
				t.Errorf("%+v: got %v, want %v", tt.filter, got, tt.want)
			}
		}
		_, err = o.List(t.Context(), supervisor, complaint.Filter{Sort: "name"})
		wantKind(t, err, fault.Invalid, "")
		_, err = o.List(t.Context(), supervisor, complaint.Filter{Cursor: "xx"})
		wantKind(t, err, fault.Invalid, "")
		first, err := o.List(t.Context(), supervisor, complaint.Filter{Limit: 1})
		check(t, err)
		_, err = o.List(t.Context(), supervisor, complaint.Filter{Sort: complaint.SortNewest, Cursor: first.NextCursor})
		wantKind(t, err, fault.Invalid, "") // a mark of another order
	})
}

// bySeverity sorts the references by what the rulebook says of their codes.
func bySeverity(o *office, codes, refs []string) []string {
	p, _ := o.book.Pack("cn")
	idx := []int{0, 1, 2, 3, 4}
	slices.SortStableFunc(idx, func(a, b int) int {
		va, _ := p.Violation(codes[a])
		vb, _ := p.Violation(codes[b])
		return vb.Severity - va.Severity
	})
	out := []string{}
	for _, i := range idx {
		out = append(out, refs[i])
	}
	return out
}

func TestListIsWithinReach(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	mine, other := o.file(t, sample()), o.file(t, sample())
	o.openCase(t, mine.Complaint, reviewer)
	for name, tt := range map[string]struct {
		by   access.Actor
		want []string
	}{
		"supervisor": {supervisor, []string{mine.Complaint.Reference, other.Complaint.Reference}},
		"reviewer":   {reviewer, []string{mine.Complaint.Reference}}, "stranger": {stranger, nil},
		"borrower": {o.borrower(t, other), []string{other.Complaint.Reference}},
	} {
		got := o.walk(t, tt.by, complaint.Filter{Sort: complaint.SortOldest})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s sees %v, want %v", name, got, tt.want)
		}
	}
	_, err := o.List(t.Context(), access.Actor{Role: access.Firm, FirmID: 1}, complaint.Filter{})
	wantKind(t, err, fault.Forbidden, "")
}
