package firm

import (
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

// What firms say of their size is taken line by line; what is said again is left as it is, another figure replaces it.
func TestSizes(t *testing.T) {
	eachRostered(t, func(t *testing.T, o rostered) {
		const head = "firm_code,month,customers,overdue_accounts,lent_fen\n"
		take := func(rows string) *SizeResult {
			t.Helper()
			r, err := o.ImportSizes(t.Context(), admin, strings.NewReader(head+rows), rosterZone)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := take("L1,2026-09,120000,3400,88000000000\nA1,2026-09,9000,9000,0\nX9,2026-09,1,1,1\nL1,2026-13,1,1,1\nL1,2026-11,1,1,1\nL1,2026-08,-1,0,0\nL1,2026-08,0,5,0\nL1,2026-08\nA1,2026-08,9e3,1,1\n")
		if r.Rows != 9 || r.Stored != 2 || len(r.Rejects) != 7 {
			t.Errorf("%+v", r)
		}
		for i, want := range []int{4, 5, 6, 7, 8, 9, 10} {
			if r.Rejects[i].Line != want {
				t.Errorf("reject %d is of line %d, want %d", i, r.Rejects[i].Line, want)
			}
		}
		if r = take("L1,2026-09,120000,3400,88000000000\n"); r.Stored != 0 || r.Unchanged != 1 {
			t.Errorf("again: %+v", r)
		}
		if r = take("L1,2026-09,130000,3400,88000000000\n"); r.Stored != 1 {
			t.Errorf("corrected: %+v", r)
		}
		list, err := o.Sizes(t.Context(), admin, "L1", 0)
		if err != nil || len(list) != 1 || list[0].Customers != 130000 || list[0].Month.String() != "2026-09" || list[0].ReceivedOn != o.today() {
			t.Errorf("what counts: %+v, %v", list, err)
		}
		if _, err := o.ImportSizes(t.Context(), admin, strings.NewReader("firm_code,month\n"), rosterZone); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file without columns: %v", err)
		}
		if _, err := o.ImportSizes(t.Context(), access.Actor{Role: access.Supervisor}, strings.NewReader(head), rosterZone); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor: %v", err)
		}
		_, err = o.HandInSizes(t.Context(), admin, []Size{{Firm: "L1", Customers: -1}}, rosterZone)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a size without a month: %v", err)
		}
	})
}
