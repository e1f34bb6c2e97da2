package contactlog

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/store/storetest"
)

// fixtures are real exports that lie beside the checkout, never in it.
func fixture(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "shared", "fixtures", name)
	if _, err := os.Stat(p); err != nil {
		storetest.SkipOrFail(t, "the real logs are not here: "+err.Error())
	}
	return p
}

func openFile(t testing.TB, path string, opt Options) (*Source, error) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return Open(filepath.Base(path), f, st.Size(), opt)
}

// drain reads a source to its end.
func drain(t testing.TB, s *Source) []Contact {
	t.Helper()
	var out []Contact
	for {
		var c Contact
		err := s.Next(&c)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: row %d: %v", s.Name(), c.Row, err)
		}
		out = append(out, c)
	}
}

// accounted holds that every row was read or dropped for a reason.
func accounted(t testing.TB, s *Source, rows, read int) {
	t.Helper()
	y := s.Tally()
	sum := y.Read
	for _, d := range y.Dropped {
		sum += d.Rows
	}
	if y.Rows != rows || y.Read != read || sum != y.Rows {
		t.Errorf("%s (%s): %d rows, %d read, dropped %v; want %d rows, %d read", s.Name(), s.Format(), y.Rows, y.Read, y.Dropped, rows, read)
	}
}

func TestFixtureCarriers(t *testing.T) {
	dir := fixture(t, "cdr")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		s, err := openFile(t, f, Options{})
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		got := drain(t, s)
		if strings.Contains(f, "meiran97") {
			mobileBill(t, s, got, strings.HasSuffix(f, ".xls"))
			continue
		}
		unicomBill(t, s, got)
	}
}

func mobileWant() Contact {
	return Contact{
		At: time.Date(2020, 3, 7, 23, 38, 16, 0, Beijing), Clock: Wall, Direction: FromFirm, Number: "18075550630",
		Duration: 393, DurationKnown: true, Row: 13,
	}
}

func mobileBill(t *testing.T, s *Source, got []Contact, xls bool) {
	accounted(t, s, 23, 23)
	if !s.Bill() {
		t.Errorf("%s is not taken for a bill", s.Name())
	}
	if want := (map[bool]Format{false: CSV, true: XLS})[xls]; s.Format() != want {
		t.Errorf("%s: format %s, want %s", s.Name(), s.Format(), want)
	}
	if got[6] != mobileWant() {
		t.Errorf("%s: seventh call\n got %+v\nwant %+v", s.Name(), got[6], mobileWant())
	}
	in, numbers := 0, map[string]bool{}
	for _, c := range got {
		if c.Direction == FromFirm {
			in++
		}
		numbers[c.Number] = true
		if c.At.Year() != 2020 || !c.DurationKnown {
			t.Errorf("%s: row %d: %+v", s.Name(), c.Row, c)
		}
	}
	if in != 17 || !numbers["02156631681"] || !numbers["07564471097"] || !numbers["13911569937"] {
		t.Errorf("%s: %d incoming, numbers %v", s.Name(), in, numbers)
	}
}

// Five calls, all with masked numbers: three came in, two went out.
func unicomBill(t *testing.T, s *Source, got []Contact) {
	accounted(t, s, 5, 5)
	if s.Format() != XLS {
		t.Errorf("%s: format %s", s.Name(), s.Format())
	}
	var told []string
	for _, c := range got {
		told = append(told, fmt.Sprintf("%s %s %s %d", c.At.Format("2006-01-02 15:04:05"), c.Direction, c.Number, c.Duration))
	}
	want := []string{
		"2017-03-17 08:51:12 inbound * 47", "2017-03-14 11:55:39 outbound * 30", "2017-03-11 09:35:19 inbound * 38",
		"2017-03-04 18:36:34 outbound * 507", "2017-03-04 14:30:15 inbound * 64",
	}
	if !slices.Equal(told, want) {
		t.Errorf("%s: got %q", s.Name(), told)
	}
}

// Every call and message of the phones' backups is read; two calls stand in both
// backups and are counted once.
func TestFixturePhones(t *testing.T) {
	dir := fixture(t, "sms")
	want := map[string]int{"to_process/00/calls-test.xml": 12, "to_process/01/calls-test.xml": 12, "to_process/sms-test.xml": 15}
	c, err := NewChecker(Terms{Pack: pack(t, "us")})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range slices.Sorted(maps.Keys(want)) {
		s, err := openFile(t, filepath.Join(dir, name), Options{Country: "us", Zone: time.UTC, File: n})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, k := range drain(t, s) {
			if err := c.Add(&k); err != nil {
				t.Fatal(err)
			}
		}
		accounted(t, s, want[name], want[name])
		if s.Format() != SMSBackupXML {
			t.Errorf("%s: format %s", name, s.Format())
		}
		c.AddFile(s.Bill())
		n++
	}
	if d := c.Duplicates(1); d.Rows != 2 || d.First != 15 || d.Reason != Duplicate || c.Duplicates(0).Rows != 0 {
		t.Errorf("standing in both backups: %+v, %+v", c.Duplicates(0), d)
	}
}

var refusalForm = regexp.MustCompile(`refuse\("([a-z_0-9]+)"`)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fixtureBytes(t testing.TB, name string) []byte {
	t.Helper()
	return readFile(t, fixture(t, name))
}
