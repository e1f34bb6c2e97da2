package complaint_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/complaint"
	"dunwatch/internal/complaint/cfpb"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared/fixtures/cfpb", name))
	if err != nil {
		storetest.SkipOrFail(tb, "real data not beside the checkout: "+err.Error())
	}
	return b
}

func (o *office) importFile(tb testing.TB, data []byte, opt complaint.ImportOptions) *complaint.ImportSummary {
	tb.Helper()
	sum, err := o.ImportCFPB(tb.Context(), access.Program, bytes.NewReader(data), opt)
	if err != nil {
		tb.Fatalf("import: %v", err)
	}
	return sum
}

func TestImportOfPublicFiles(t *testing.T) {
	iso, mangled := fixture(t, "cuny_iso.csv"), fixture(t, "cuny_excel_mangled_same_ids.csv")
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := open(t, db, clock)
		dry := o.importFile(t, iso, complaint.ImportOptions{Name: "iso.csv", DryRun: true})
		if dry.Stored != 1343 || o.count(t, "SELECT count(*) FROM complaints") != 0 || o.count(t, "SELECT count(*) FROM firms") != 0 {
			t.Errorf("dry run: %d would be stored, %d were", dry.Stored, o.count(t, "SELECT count(*) FROM complaints"))
		}
		calls := 0
		first := o.importFile(t, iso, complaint.ImportOptions{Name: "iso.csv", Progress: func(int) { calls++ }})
		if first.Rows != 1343 || first.Stored != 1343 || first.Known != 0 || first.Conflicts != 0 || first.Rejected != 0 || calls != 3 || first.ImportID == 0 {
			t.Errorf("first: %+v, %d calls", first, calls)
		}
		if len(first.NewFirms) != len(dry.NewFirms) || len(first.NewFirms) < 100 {
			t.Errorf("%d new firms, %d in the dry run", len(first.NewFirms), len(dry.NewFirms))
		}
		if n := o.count(t, "SELECT count(*) FROM complaints WHERE status = 'received'"); n != 245 {
			t.Errorf("%d to screen, want 245", n)
		}
		if n := o.count(t, "SELECT count(*) FROM clock_events"); n != 245 {
			t.Errorf("%d clocks", n)
		}
		if n := o.count(t, "SELECT count(*) FROM complaints WHERE status = 'not_accepted' AND ground = 'not_our_duty' AND ended_at IS NOT NULL"); n != 1098 {
			t.Errorf("%d outside the duty", n)
		}
		again := o.importFile(t, iso, complaint.ImportOptions{Name: "iso.csv"})
		if again.Stored != 0 || again.Known != 1343 || again.Conflicts != 0 || len(again.NewFirms) != 0 {
			t.Errorf("again: %+v", again)
		}
		for range 2 {
			twin := o.importFile(t, mangled, complaint.ImportOptions{Name: "mangled.csv"})
			if twin.Stored != 0 || twin.Known != 300 || twin.Conflicts != 11 || len(twin.ConflictRows) != 11 {
				t.Errorf("twin: %d stored, %d known, %d conflicts", twin.Stored, twin.Known, twin.Conflicts)
			}
			for _, c := range twin.ConflictRows {
				if c.Field != "ZIP code" || !strings.HasSuffix(c.Stored, c.Offered) || len(c.Stored) != 5 || c.Reference == "" {
					t.Errorf("conflict %+v", c)
				}
			}
		}
		if n := o.count(t, "SELECT count(*) FROM import_conflicts"); n != 11 {
			t.Errorf("%d conflicts noted, want each once", n)
		}
		audittest.MustVerify(t, o.log)
	})
}

func TestImportedComplaint(t *testing.T) {
	o := openSQLite(t)
	o.staff(t)
	o.importFile(t, fixture(t, "cuny_iso.csv"), complaint.ImportOptions{Name: "iso.csv"})
	list, err := o.List(t.Context(), supervisor, complaint.Filter{Status: complaint.Received, Limit: 100})
	check(t, err)
	sources := map[string]bool{}
	codes := 0
	for _, c := range list.Items {
		sources[c.Source] = true
		codes += len(c.Codes)
		if c.External["issue"] == "" || c.External["product"] != "Debt collection" || c.ExternalID == "" || c.LenderID == 0 {
			t.Fatalf("item %+v", c)
		}
		if c.DueOn != calendar.MustDate("2026-10-27") { // five working days of the us calendar after 20 October
			t.Fatalf("due %s", c.DueOn)
		}
		if c.ReceivedOn.Year() == 2026 || c.Reference[2:6] != fmt.Sprint(c.ReceivedOn.Year()) {
			t.Fatalf("%s received %s", c.Reference, c.ReceivedOn)
		}
	}
	if codes == 0 || !sources["web"] {
		t.Errorf("%d codes, sources %v", codes, sources)
	}
	one := list.Items[0]
	found, err := o.List(t.Context(), supervisor, complaint.Filter{Q: one.ExternalID})
	check(t, err)
	if len(found.Items) != 1 || found.Items[0].Reference != one.Reference {
		t.Errorf("by external number: %d", len(found.Items))
	}
	if _, err := o.Open(t.Context(), one.Reference, "", "192.0.2.1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an imported complaint opens without a code: %v", err)
	}
	_, err = o.Refuse(t.Context(), supervisor, one.Reference, one.Version, "other_path", "")
	check(t, err)
}

func TestImportOfOneCompanyNeedsItsName(t *testing.T) {
	data := fixture(t, "bofa_2017_2023_sample.csv")
	o := openSQLite(t)
	_, err := o.ImportCFPB(t.Context(), access.Program, bytes.NewReader(data), complaint.ImportOptions{Name: "bofa.csv"})
	var f *cfpb.FormatError
	if !errors.As(err, &f) || !f.NeedsCompany {
		t.Errorf("without a company: %v", err)
	}
	sum := o.importFile(t, data, complaint.ImportOptions{Name: "bofa.csv", Company: "BANK OF AMERICA, NATIONAL ASSOCIATION"})
	if sum.Stored != 1290 || len(sum.NewFirms) != 1 {
		t.Errorf("%+v", sum)
	}
	if n := o.count(t, "SELECT count(DISTINCT received_on) FROM complaints WHERE received_at IS NOT NULL"); n < 500 {
		t.Errorf("%d days", n)
	}
	_, err = o.ImportCFPB(t.Context(), reviewer, bytes.NewReader(data), complaint.ImportOptions{Name: "bofa.csv"})
	wantKind(t, err, fault.Forbidden, "")
}

const header = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID\n"

func TestImportReportsWhatItCouldNotUse(t *testing.T) {
	o := openSQLite(t)
	file := header +
		"2020-01-02,Debt collection,Medical debt,Strange issue,Strange sub,first,,ACME LLC,ZZ,02139,,,Carrier pigeon,2020-01-03,Closed,Yes,N/A,1\n" +
		"2020-01-02,Debt collection,Medical debt,Strange issue,Strange sub,changed,,\"Acme, L.L.C.\",CA,02139,,,Web,2020-01-03,Closed,Yes,N/A,1\n" +
		"not a date,Debt collection,,x,,,,ACME,CA,,,,Web,,Closed,Yes,N/A,2\n" +
		"2020-01-02,Mortgage,,x,,,,!!!,CA,,,,Web,2020-01-03,Closed,Yes,N/A,3\n"
	var rejects bytes.Buffer
	sum, err := o.ImportCFPB(t.Context(), access.Program, strings.NewReader(file), complaint.ImportOptions{Name: "x.csv", Rejects: &rejects})
	check(t, err)
	if sum.Rows != 4 || sum.Stored != 2 || sum.Known != 1 || sum.Conflicts != 1 || sum.Rejected != 1 || sum.Unmapped["Strange issue / Strange sub"] != 2 {
		t.Errorf("%+v", sum)
	}
	fields := map[string]bool{}
	for _, c := range sum.ConflictRows {
		fields[c.Field] = true
		if c.Line != 3 {
			t.Errorf("line %d", c.Line)
		}
	}
	if !fields["Consumer complaint narrative"] || !fields["Submitted via"] || !fields["State"] || fields["Company"] {
		t.Errorf("fields %v", fields)
	}
	if !strings.Contains(rejects.String(), "x.csv,4,date") {
		t.Errorf("rejects %q", rejects.String())
	}
	c, err := o.List(t.Context(), supervisor, complaint.Filter{Status: complaint.Received})
	check(t, err)
	if len(c.Items) != 1 || c.Items[0].Narrative != "first" || c.Items[0].Source != "import" || c.Items[0].Region != "" {
		t.Errorf("stored %+v", c.Items)
	}
	if n := o.count(t, "SELECT n FROM import_unmapped WHERE value = 'Strange issue / Strange sub'"); n != 2 {
		t.Errorf("unmapped noted %d times", n)
	}
	audittest.MustVerify(t, o.log)
}

// BenchmarkImport reads the real file under new numbers: rows a second.
func BenchmarkImport(b *testing.B) {
	data := fixture(b, "cuny_iso.csv")
	r, err := cfpb.NewReader(bytes.NewReader(data), cfpb.Options{})
	check(b, err)
	rows := 0
	for {
		_, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(b, err)
		rows++
	}
	o := openSQLite(b)
	n := 0
	for b.Loop() {
		n++
		b.StopTimer()
		fresh := renumber(data, n)
		b.StartTimer()
		if sum := o.importFile(b, fresh, complaint.ImportOptions{Name: "bench"}); sum.Stored != rows {
			b.Fatalf("%d stored of %d", sum.Stored, rows)
		}
	}
	b.ReportMetric(float64(rows*n)/b.Elapsed().Seconds(), "rows/s")
}

// renumber puts the round before every complaint number: it is the last cell.
func renumber(data []byte, round int) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(data) {
		end := bytes.TrimRight(line, "\r\n")
		i := bytes.LastIndexByte(end, ',')
		if id := end[i+1:]; i > 0 && len(id) >= 6 && len(bytes.Trim(id, "0123456789")) == 0 {
			fmt.Fprintf(&out, "%s,%d%s\n", end[:i], round, id)
			continue
		}
		out.Write(line)
	}
	return out.Bytes()
}
