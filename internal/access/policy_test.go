package access

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"dunwatch/internal/fault"
	"dunwatch/policies"
)

var update = flag.Bool("update", false, "write the golden file anew")

func mustLoad(tb testing.TB) *Policy {
	tb.Helper()
	p, err := Load(policies.FS)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// The whole policy as a picture: a change of permission is a difference in this
// file, to be read by a person.
func TestMatrix(t *testing.T) {
	p := mustLoad(t)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%-26s", "action")
	for _, r := range Roles {
		fmt.Fprintf(&b, "%-11s", r)
	}
	b.WriteByte('\n')
	for _, a := range Actions {
		fmt.Fprintf(&b, "%-26s", a)
		for _, r := range Roles {
			w := p.Widest(r, a)
			for _, reach := range []Reach{Own, Unit, Any} {
				if got, want := p.Allows(r, a, reach), w != None && reach <= w; got != want {
					t.Errorf("%s %s at %s: %v, but the ladder says %v", r, a, reach, got, want)
				}
			}
			word := w.String()
			if w == None {
				word = "-"
			}
			fmt.Fprintf(&b, "%-11s", word)
		}
		b.WriteByte('\n')
	}
	const golden = "testdata/matrix.golden"
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("the matrix changed; if that is meant, run with -update and read the difference:\n%s", b.String())
	}
}

func TestEveryActionIsUsed(t *testing.T) {
	p := mustLoad(t)
	for _, a := range Actions {
		used := false
		for _, r := range Roles {
			used = used || p.Widest(r, a) != None
		}
		if !used {
			t.Errorf("nobody may %s", a)
		}
	}
}

func TestLint(t *testing.T) {
	for _, tt := range []struct{ rows, want string }{
		{"p, reviewer, case.read", "line 1: a p row has 4 fields"},
		{"p, reviewer, case.raed, own", `unknown action "case.raed"`},
		{"p, reviewr, case.read, own", `unknown role "reviewr"`},
		{"p, reviewer, case.read, own # a note", `unknown reach "own # a note"`},
		{"\np, reviewer, case.read, own\np, reviewer, case.read, own", "line 3: repeats line 2"},
		{"g, own, unit, any", "a g row has 3 fields"},
	} {
		if err := lint(tt.rows); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.rows, err, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	officer := Actor{Role: Reviewer, UserID: 7, UnitID: 2}
	for _, tt := range []struct {
		name string
		by   Actor
		o    Owner
		want Reach
	}{
		{"own case", officer, Owner{UserID: 7, UnitID: 2}, Own},
		{"colleague's case", officer, Owner{UserID: 8, UnitID: 2}, Unit},
		{"other unit", officer, Owner{UserID: 8, UnitID: 3}, Any},
		{"nobody's case is not nobody's own", Actor{Role: Reviewer}, Owner{}, Any},
		{"own complaint", Actor{Role: Borrower, ComplaintID: 5}, Owner{ComplaintID: 5}, Own},
		{"another's complaint", Actor{Role: Borrower, ComplaintID: 5}, Owner{ComplaintID: 6}, Any},
		{"forwarded to the firm", Actor{Role: Firm, FirmID: 3}, Owner{FirmIDs: []int64{1, 3}}, Own},
		{"not forwarded to the firm", Actor{Role: Firm, FirmID: 3}, Owner{FirmIDs: []int64{1}}, Any},
	} {
		if got := tt.by.Distance(tt.o); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestCheckHidesWhatMayNotBeSeen(t *testing.T) {
	p := mustLoad(t)
	other := Owner{UserID: 8, UnitID: 3}
	if err := p.Check(Actor{Role: Reviewer, UserID: 7, UnitID: 2}, RecordFinding, other); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit's case: %v, want not found", err)
	}
	if err := p.Check(Actor{Role: Reviewer, UserID: 7, UnitID: 3}, RecordFinding, other); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a colleague's case: %v, want forbidden", err)
	}
	if err := p.Check(Actor{Role: Admin, UserID: 1}, ReadCase, other); !fault.Is(err, fault.NotFound) {
		t.Errorf("an administrator and a case: %v, want not found", err)
	}
}

func BenchmarkAllows(b *testing.B) {
	p := mustLoad(b)
	b.ReportAllocs()
	for b.Loop() {
		p.Allows(Reviewer, RecordFinding, Own)
	}
}
