package contactlog

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

func unicomBill(t *testing.T, s *Source, got []Contact) {
	t.Log(s.Name(), s.Format(), s.Tally(), s.Mapping())
	for _, c := range got {
		t.Logf("%+v", c)
	}
}

func TestFixturePhones(t *testing.T) {
	dir := fixture(t, "sms")
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "LICENSE" {
			return err
		}
		s, err := openFile(t, p, Options{Country: "us", Zone: time.UTC})
		if err != nil {
			t.Errorf("%s: %v", p, err)
			return nil
		}
		got := drain(t, s)
		t.Log(p, s.Format(), s.Tally(), len(got))
		for _, c := range got {
			t.Logf("%+v", c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
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
