package cfpb

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixture is the path of a published file, which is no part of the repository.
func fixture(tb testing.TB, name string) string {
	tb.Helper()
	path := filepath.Join("../../../../shared/fixtures/cfpb", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("DUNWATCH_TEST_STRICT") == "1" {
			tb.Fatalf("real data wanted: %v", err)
		}
		tb.Skipf("real data not beside the checkout: %v", err)
	}
	return path
}

func TestRealFileAndItsSpreadsheetTwin(t *testing.T) {
	rows, rejects := mustReadFile(t, fixture(t, "cuny_iso.csv"), Options{})
	if len(rows) != 1343 || len(rejects) != 0 {
		t.Fatalf("%d rows, %d rejects", len(rows), len(rejects))
	}
	byID, debts := map[string]*Complaint{}, 0
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
		if rows[i].IsDebtCollection() {
			debts++
		}
		if ParseVia(rows[i].Via) == ViaUnknown {
			t.Errorf("line %d: via %q", rows[i].Line, rows[i].Via)
		}
	}
	if debts != 245 || len(byID) != 1343 {
		t.Errorf("%d on debt collection, %d numbers", debts, len(byID))
	}
	twins, rejects := mustReadFile(t, fixture(t, "cuny_excel_mangled_same_ids.csv"), Options{})
	if len(twins) != 300 || len(rejects) != 0 {
		t.Fatalf("twin: %d rows, %d rejects", len(twins), len(rejects))
	}
	// As text all 300 differ in their dates and 11 in the ZIP code; by meaning none.
	for i := range twins {
		old := byID[twins[i].ID]
		if old == nil {
			t.Fatalf("twin %s is unknown", twins[i].ID)
		}
		if d := old.Diff(&twins[i]); len(d) > 0 || old.Digest() != twins[i].Digest() {
			t.Errorf("%s: %v", old.ID, d)
		}
	}
}

func TestRealFileOfOneCompany(t *testing.T) {
	rows, rejects := mustReadFile(t, fixture(t, "bofa_2017_2023_sample.csv"), Options{Company: "BANK OF AMERICA, NATIONAL ASSOCIATION"})
	months, open, debts := map[string]bool{}, 0, 0
	for _, c := range rows {
		months[c.Received.String()[:7]] = true
		if c.Sent.Before(c.Received) {
			t.Errorf("%s was sent %s, before %s", c.ID, c.Sent, c.Received)
		}
		if c.Timely == Unknown {
			open++
		}
		if c.IsDebtCollection() {
			debts++
		}
	}
	if len(rows) != 1290 || len(rejects) != 0 || len(months) != 76 || open != 35 || debts != 52 {
		t.Errorf("%d rows, %d rejects, %d months, %d without an answer on time, %d on debt collection", len(rows), len(rejects), len(months), open, debts)
	}
}

func TestRealFileWithoutNumbers(t *testing.T) {
	f, err := os.Open(fixture(t, "narratives_debt_sample.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = NewReader(f, Options{Name: "narratives.csv", Company: "X"})
	want := "narratives.csv: not a CFPB complaint file: the header has no column “Complaint ID”, “Date received”, “Issue”; its first cell is empty"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestRenamesAsPublished(t *testing.T) {
	for _, tt := range []struct {
		file string
		pick func([]string) bool
		ours map[string]string
	}{
		{"product_mapping.csv", func([]string) bool { return true }, currentProducts},
		{"subproduct_mapping.csv", func(r []string) bool { return r[0] == debtCollection }, currentDebts},
	} {
		text, err := os.ReadFile(fixture(t, "dbt-seeds/seeds/"+tt.file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		theirs := map[string]string{}
		for _, r := range rows[1:] {
			if tt.pick(r) {
				theirs[r[len(r)-2]] = r[len(r)-1]
			}
		}
		if d := cmp.Diff(theirs, tt.ours); d != "" {
			t.Errorf("%s: %s", tt.file, d)
		}
	}
}
