package report_test

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/locale"
	"dunwatch/internal/office"
	"dunwatch/internal/report"
	"dunwatch/internal/report/reporttest"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/seal"
	"dunwatch/internal/store/storetest"
)

// publicRows reads a public file with nothing but encoding/csv.
func publicRows(t *testing.T, name string) (path string, rows []map[string]string) {
	t.Helper()
	path = filepath.Join("..", "..", "..", "shared", "fixtures", "cfpb", name)
	f, err := os.Open(path)
	if err != nil {
		storetest.SkipOrFail(t, "the public complaint file is not beside the checkout (../shared): "+err.Error())
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return path, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, h := range head {
			row[h] = rec[i]
		}
		rows = append(rows, row)
	}
}

// publicFacts are what the rows of the file with twelve columns come to: each is received on the day on which it was
// submitted; what is not about debt collection was refused by the import, the rest waits.
func publicFacts(t *testing.T, rows []map[string]string, imported time.Time, pack *rulebook.Pack, firms []reporttest.Firm) *reporttest.Facts {
	t.Helper()
	f := &reporttest.Facts{Firms: firms}
	for i, row := range rows {
		on := row["Date submitted"]
		at, err := time.ParseInLocation(time.DateOnly, on, beijing)
		if err != nil {
			t.Fatal(err)
		}
		source := map[string]string{"Web": "web", "Referral": "referral", "Web Referral": "referral", "Phone": "phone", "Postal mail": "post", "Fax": "fax"}[row["Submitted via"]]
		c := &reporttest.Complaint{ID: int64(i + 1), Pack: "us", Source: source, Status: "received", Region: row["State"], Product: row["Product"], Lender: firms[0].ID,
			Received: at.Unix(), ReceivedOn: on, External: row["Complaint ID"]}
		if c.Product == "Debt collection" {
			c.Codes, _ = pack.MapCFPB(row["Issue"], row["Sub-issue"])
		} else {
			c.Status, c.Decided, c.Ended = "not_accepted", imported.Unix(), imported.Unix()
		}
		f.Complaints = append(f.Complaints, c)
	}
	return f
}

// TestPublicFileOf76Months imports a public file as the command line does and holds every figure of each of its months, of
// two of its years and of the month of the import against a count of the CSV.
func TestPublicFileOf76Months(t *testing.T) {
	path, rows := publicRows(t, "bofa_2017_2023_sample.csv")
	db := storetest.Open(t)
	law, err := office.ReadLaw()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New([]byte("0123456789abcdefghijklmnopqrstuv"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := office.Wire(law, office.Options{DB: db, Log: audittest.New(t, db), Keys: keys, Zone: beijing, Cost: account.Cheap})
	if err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	sum, err := o.Complaints.ImportCFPB(t.Context(), access.Program, in, complaint.ImportOptions{Name: "bofa", Company: "Bank of America"})
	if err != nil || sum.Stored != len(rows) {
		t.Fatalf("import: %+v, %v", sum, err)
	}
	stored := reporttest.Read(t, db)
	pack, _ := law.Book.Pack("us")
	facts := publicFacts(t, rows, now, pack, stored.Firms)
	refs := map[string]string{} // the office's own numbers are not in the file
	for _, c := range stored.Complaints {
		refs[c.External] = c.Ref
	}
	months := map[string]bool{}
	for _, c := range facts.Complaints {
		c.Ref = refs[c.External]
		months[c.ReceivedOn[:7]] = true
	}
	if len(months) != 76 {
		t.Fatalf("%d months, want 76", len(months))
	}
	count := reporttest.Of(facts, law.Book, law.Calendars, beijing, now)
	check := func(text, pack string, depth reporttest.Depth) {
		p, err := report.ParsePeriod(text)
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.Reports.Of(t.Context(), supervisor, p, pack, locale.EN)
		if err != nil {
			t.Fatal(err)
		}
		count.At(p, pack).Check(t, r, o.Reports, supervisor, depth)
		testTotals(t, r)
	}
	for month := range months {
		check(month, "", reporttest.Numbers)
	}
	check("2023-04", "us", reporttest.Cells)
	check("2020", "", reporttest.Totals)
	check("2019-H2", "", reporttest.Totals)
	check("2021-03", "cn", reporttest.Cells) // nothing of another law
	// What the import itself began, its clocks, is known from the tables alone.
	count = reporttest.Of(stored, law.Book, law.Calendars, beijing, now)
	check(dayOf(now)[:7], "", reporttest.Cells)
}
