package contactlog

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dunwatch/internal/fault"
)

// FuzzOpen holds that any file is read with every row accounted for, or refused
// in words.
func FuzzOpen(f *testing.F) {
	samples, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil || len(samples) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, n := range samples {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(telecom))
	f.Add(book(f, [][]any{{"起始时间", "对方号码"}, {"2026-10-20 10:00:00", "95500"}}))
	f.Add(append(bytes.Clone(cfbMagic), make([]byte, 1024)...))
	rules := pack(f, "cn")
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := NewChecker(Terms{Pack: rules})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open("x", bytes.NewReader(b), int64(len(b)), Options{Year: 2026})
		for err == nil {
			var k Contact
			if err = s.Next(&k); err == nil {
				if k.At.Year() < 1989 || k.At.Year() > 2101 || k.Duration < 0 || k.Row < 1 {
					t.Fatalf("contact %+v", k)
				}
				err = c.Add(&k)
			}
		}
		if !errors.Is(err, io.EOF) && !fault.Is(err, fault.Invalid) {
			t.Fatalf("neither read nor refused: %v", err)
		}
		if s != nil {
			y := s.Tally()
			sum := y.Read
			for _, d := range y.Dropped {
				sum += d.Rows
			}
			if sum != y.Rows {
				t.Fatalf("rows not accounted for: %+v", y)
			}
		}
		c.Hits(func(h Hit) bool {
			if len(h.Rows) == 0 || h.Counted < len(h.Rows) {
				t.Fatalf("hit %+v", h)
			}
			return true
		})
	})
}

// FuzzStamp holds that a time that is read is one.
func FuzzStamp(f *testing.F) {
	for _, s := range []string{"2020-03-02 13:13:40", "03-02 13:13:40", "43892.551", "2017年03月05日 14时03分11秒", "Jul 15, 2013 7:07:22 PM", "1373929642000", "8分27秒", "00:05:38"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := parseStamp(b, false, false); ok && s.date && (s.year != 0 || s.instant) {
			at, _ := s.at(time.UTC)
			if !s.instant && !s.zoned && (at.Day() != s.day || int(at.Month()) != s.month) && s.second < 60 {
				t.Fatalf("%q: %+v became %s", b, s, at)
			}
		}
		if n, ok := parseDuration(b, 1); ok && n < 0 {
			t.Fatalf("%q: %d seconds", b, n)
		}
		once := Normalise(string(b), "cn")
		if len(once) > 64 {
			t.Fatalf("%q: %d bytes", b, len(once))
		}
	})
}
