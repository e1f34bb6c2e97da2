package cfpb

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dunwatch/internal/calendar"
)

// mustRead reads a whole file of testdata.
func mustRead(tb testing.TB, name string, opt Options) ([]Complaint, []*Reject) {
	tb.Helper()
	return mustReadFile(tb, filepath.Join("testdata", name), opt)
}

func mustReadFile(tb testing.TB, path string, opt Options) ([]Complaint, []*Reject) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rows, rejects, err := read(f, opt)
	if err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return rows, rejects
}

func read(from io.Reader, opt Options) (rows []Complaint, rejects []*Reject, err error) {
	r, err := NewReader(from, opt)
	if err != nil {
		return nil, nil, err
	}
	for {
		c, j, err := r.Next()
		switch {
		case err == io.EOF:
			return rows, rejects, nil
		case err != nil:
			return rows, rejects, err
		case j != nil:
			rejects = append(rejects, j)
		default:
			rows = append(rows, c)
		}
	}
}

var dates = cmp.Comparer(func(a, b calendar.Date) bool { return a == b })

func TestEighteenColumns(t *testing.T) {
	rows, rejects := mustRead(t, "eighteen.csv", Options{Company: "not used"})
	want := []Complaint{{
		ID: "9000001", Received: calendar.MustDate("2020-03-18"), Sent: calendar.MustDate("2020-03-19"),
		Product: "Debt collection", SubProduct: "Medical debt", Issue: "Communication tactics", SubIssue: "Frequent or repeated calls",
		Narrative: "- They rang me XXXX times.\n\"Pay, or else\" they said.\n\nI paid.", Company: "EXAMPLE RECOVERY, INC.",
		State: "FL", ZIP: "330XX", Consent: "Consent provided", Via: "Web", Response: "Closed with explanation", Timely: Yes, Line: 2, ZIPWritten: "330XX",
	}, {
		ID: "9000002", Received: calendar.MustDate("2019-09-19"), Sent: calendar.MustDate("2019-09-20"),
		Product: "Credit card", Issue: "Billing disputes", Company: "EXAMPLE BANK", Tags: "Servicemember",
		Consent: "N/A", Via: "Postal mail", Response: "In progress", Timely: No, Disputed: Yes, Line: 6,
	}}
	if d := cmp.Diff(want, rows, dates); d != "" {
		t.Error(d)
	}
	if len(rejects) > 0 {
		t.Errorf("rejects: %v", rejects[0].Sentence())
	}
	if !rows[0].IsDebtCollection() || rows[1].IsDebtCollection() {
		t.Error("debt collection is told apart wrongly")
	}
}

func TestSpreadsheetChangesNothing(t *testing.T) {
	iso, _ := mustRead(t, "eighteen.csv", Options{})
	again, rejects := mustRead(t, "eighteen_spreadsheet.csv", Options{})
	if len(again) != 2 || len(rejects) != 0 {
		t.Fatalf("%d rows, %d rejects", len(again), len(rejects))
	}
	for i := range iso {
		if d := iso[i].Diff(&again[i]); len(d) > 0 {
			t.Errorf("%s: %v", iso[i].ID, d)
		}
		if iso[i].Digest() != again[i].Digest() {
			t.Errorf("%s: digests differ", iso[i].ID)
		}
	}
	if again[1].Line != 7 {
		t.Errorf("line %d, want 7", again[1].Line)
	}
}

func TestSixteenColumns(t *testing.T) {
	old, _ := mustRead(t, "eighteen.csv", Options{})
	rows, _ := mustRead(t, "sixteen.csv", Options{})
	if len(rows) != 1 || !rows[0].Absent.Has(Consent) || !rows[0].Absent.Has(Disputed) || rows[0].Absent.Has(Tags) {
		t.Fatalf("%+v", rows)
	}
	want := []FieldDiff{{Narrative, old[0].Narrative, ""}}
	if d := cmp.Diff(want, old[0].Diff(&rows[0])); d != "" {
		t.Error(d)
	}
}

func TestTwelveColumns(t *testing.T) {
	rows, _ := mustRead(t, "twelve.csv", Options{Company: " Example Bank "})
	c := rows[0]
	if c.Received.String() != "2023-08-08" || c.Sent.String() != "2023-08-10" || c.Company != "Example Bank" || c.Timely != Unknown || c.Absent.Has(Company) {
		t.Errorf("%+v", c)
	}
	if ParseVia(c.Via) != ViaReferral || CurrentSubProduct(c.Product, c.SubProduct) != "Auto debt" {
		t.Errorf("via %q, sub-product %q", c.Via, c.SubProduct)
	}
	text, err := os.ReadFile("testdata/twelve.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = read(bytes.NewReader(text), Options{Name: "b.csv"})
	e, ok := errors.AsType[*FormatError](err)
	if !ok || !e.NeedsCompany || !strings.Contains(err.Error(), "--company") {
		t.Errorf("without a company: %v", err)
	}
}

func TestBrokenRecords(t *testing.T) {
	rows, rejects := mustRead(t, "broken.csv", Options{Name: "broken.csv"})
	var ids []string
	for _, c := range rows {
		ids = append(ids, fmt.Sprint(c.ID, "@", c.Line))
	}
	if d := cmp.Diff([]string{"1001@2", "1003@4", "1004@6", "1011@15", "1014@18"}, ids); d != "" {
		t.Error(d)
	}
	var got []string
	for _, j := range rejects {
		got = append(got, fmt.Sprintf("%d-%d %s: %s", j.Line, j.LastLine, j.Reason, j.Sentence()))
	}
	want := []string{
		"3-3 quote: A quotation mark is not closed, or stands where none can.",
		"7-7 date: A date cannot be read: 2020-13-04.",
		"8-8 no_id: The complaint ID is missing.",
		"9-9 id: The complaint ID is not a whole number: 10O7.",
		"10-10 fields: Wrong number of fields: 19, the header has 18.",
		"11-11 id: The complaint ID is not a whole number: 1.00E+06.",
		"13-14 quote: A quotation mark is not closed, or stands where none can. Lines 13 to 14 were not read.",
		"16-16 no_company: The company is missing.",
		"17-17 quote: A quotation mark is not closed, or stands where none can.",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !strings.HasPrefix(rejects[0].Raw, "2020-01-02,") || !strings.HasSuffix(rejects[0].Raw, ",1002") {
		t.Errorf("raw: %q", rejects[0].Raw)
	}
}

// A chunk may end anywhere, also between \r and \n or two quotes.
func TestByteByByte(t *testing.T) {
	for _, name := range []string{"eighteen.csv", "eighteen_spreadsheet.csv", "broken.csv"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		want, lost := mustRead(t, name, Options{})
		rows, rejects, err := read(iotest.OneByteReader(bytes.NewReader(text)), Options{})
		if d := cmp.Diff(want, rows, dates); err != nil || d != "" || len(lost) != len(rejects) {
			t.Errorf("%s: %v, %d rejects for %d\n%s", name, err, len(rejects), len(lost), d)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	header, _, _ := strings.Cut(sample(1), "\n")
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"narratives", ",Product,Consumer complaint narrative\n1,Debt collection,x\n", "no column “Complaint ID”, “Date received”, “Issue”; its first cell is empty"},
		{"other", "name,age\nBob,7\n", "no header of a CFPB complaint file"},
		{"workbook", "PK\x03\x04....", "Excel workbook"},
		{"utf-16", "\xff\xfeD\x00a\x00", "UTF-16"},
		{"gzip", "\x1f\x8b\x08\x00", "gzip"},
		{"twice", header + ",Product\n", "names the column “Product” twice"},
	} {
		_, _, err := read(strings.NewReader(tt.text), Options{Name: "f.csv", Company: "X"})
		if _, ok := errors.AsType[*FormatError](err); !ok || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestHeaderJunk(t *testing.T) {
	text := sample(2)
	for name, text := range map[string]string{
		"plain":      text,
		"sep line":   "sep=,\r\n" + text,
		"tabs":       strings.ReplaceAll(text, ",", "\t"),
		"index":      "," + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n7,"), "\n7,\n", "\n"),
		"no newline": strings.TrimSuffix(text, "\n"),
		"API names":  strings.NewReplacer("Date received", "date_received", "Complaint ID", "complaint_id", "Sub-product", "sub_product").Replace(text),
		"empty rows": strings.ReplaceAll(text, "\n", "\n\n"),
		"padded":     strings.ReplaceAll(text, ",", " , "),
	} {
		rows, rejects, err := read(strings.NewReader(strings.TrimSuffix(text, "7,")), Options{})
		if err != nil || len(rows) != 2 || len(rejects) != 0 || rows[1].ID != "7000001" || rows[1].Product != "Debt collection" {
			t.Errorf("%s: %v, %d rows, %d rejects", name, err, len(rows), len(rejects))
		}
	}
}

func TestForeignEncoding(t *testing.T) {
	text := strings.Replace(sample(1), "narrative 0", "I don\x92t owe\x00 it", 1)
	rows, _, err := read(strings.NewReader(text), Options{})
	if err != nil || rows[0].Narrative != "I don’t owe it" {
		t.Errorf("%v, %q", err, rows[0].Narrative)
	}
}

func TestReadFailureIsNoEnd(t *testing.T) {
	from := io.MultiReader(strings.NewReader(sample(3)[:700]), iotest.ErrReader(io.ErrClosedPipe))
	rows, _, err := read(from, Options{Name: "f.csv"})
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestEndlessLine(t *testing.T) {
	text := sample(1) + "2020-01-01," + strings.Repeat("x", 3*maxRecord) + "\n" + strings.SplitAfterN(sample(1), "\n", 2)[1]
	rows, rejects, err := read(strings.NewReader(text), Options{})
	if err != nil || len(rows) != 2 || len(rejects) != 1 {
		t.Fatalf("%v, %d rows, %d rejects", err, len(rows), len(rejects))
	}
	if j := rejects[0]; j.Reason != ReasonLong || j.Line != 3 || j.LastLine != 3 || len(j.Raw) != maxRecord || rows[1].Line != 4 {
		t.Errorf("%s at %d-%d, %d bytes; next row at %d", j.Reason, j.Line, j.LastLine, len(j.Raw), rows[1].Line)
	}
}

func TestRejectWriter(t *testing.T) {
	var out bytes.Buffer
	w := NewRejectWriter(&out)
	raws := []string{"=1+1", "  @x", "\u3000＝x", "\"=cmd", "\tx", "2020,plain\n\"two\""}
	for _, raw := range raws {
		if err := w.Write(&Reject{File: "-f.csv", Line: 3, Reason: ReasonNoID, Raw: raw}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"file", "line", "reason", "sentence", "raw"}, rows[0]); d != "" {
		t.Error(d)
	}
	for i, raw := range raws {
		want := "'" + raw
		if i == len(raws)-1 {
			want = raw
		}
		if d := cmp.Diff([]string{"'-f.csv", "3", "no_id", "The complaint ID is missing.", want}, rows[i+1]); d != "" {
			t.Error(d)
		}
	}
}

// sample is a file of n rows in the 18-column form.
func sample(n int) string {
	var b strings.Builder
	writeSample(&b, n)
	return b.String()
}

func writeSample(w io.Writer, n int) {
	for c := range columns {
		sep := ","
		if c == columns-1 {
			sep = "\n"
		}
		io.WriteString(w, c.String()+sep)
	}
	for i := range n {
		_, err := fmt.Fprintf(w, "2020-01-02,Debt collection,Other debt,Communication tactics,Frequent or repeated calls,narrative %d,,EXAMPLE BANK,TX,75201,,N/A,Web,2020-01-03,Closed with explanation,Yes,N/A,%d\n", i, 7000000+i)
		if err != nil {
			return
		}
	}
}
