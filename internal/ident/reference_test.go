package ident

import (
	"errors"
	"testing"
)

func TestReferenceRoundTrip(t *testing.T) {
	if got := NewReference("C", 2026, 123); got[:14] != "C-2026-000123-" || len(got) != 15 {
		t.Errorf("NewReference = %q", got)
	}
	for _, serial := range []int64{1, 9, 123, 999_999, 1_000_000, 999_999_999_999_999} {
		ref := NewReference("PN", 2026, serial)
		prefix, year, got, err := ParseReference(ref)
		if prefix != "PN" || year != 2026 || got != serial || err != nil {
			t.Errorf("%s reads as %s %d %d, %v", ref, prefix, year, got, err)
		}
	}
}

func TestReferenceAsTyped(t *testing.T) {
	check := NewReference("C", 2026, 123)[14:]
	for _, s := range []string{"c-2026-000123-" + check, "C2026000123" + check, " C 2026 000123 " + check, "Ｃ－２０２６－０００１２３－" + check, "C–2026—000123−" + check} {
		prefix, year, serial, err := ParseReference(s)
		if prefix != "C" || year != 2026 || serial != 123 || err != nil {
			t.Errorf("%q reads as %s %d %d, %v", s, prefix, year, serial, err)
		}
	}
	for _, s := range []string{"", "C", "C-2026-123-7", "2026-000123-7", "C-2026-000000-0", "ABCDE-2026-000123-7", "C-2026-0000123-7", "C-2026-000123-X", "C-2026-000123", "C-2026-1234567890123456-7"} {
		if _, _, _, err := ParseReference(s); !errors.Is(err, ErrReference) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// Every single wrong digit, every swap of two neighbours and every other prefix
// in use must be noticed.
func TestReferenceCatchesSlips(t *testing.T) {
	for _, prefix := range []string{"C", "K", "P"} {
		for serial := int64(1); serial < 40_000; serial += 397 {
			ref := NewReference(prefix, 2026, serial)
			for _, bad := range slips(ref) {
				if _, _, _, err := ParseReference(bad); err == nil {
					t.Fatalf("%s passes for %s", bad, ref)
				}
			}
		}
	}
}

func slips(ref string) []string {
	var out []string
	digit := func(i int) bool { return ref[i] >= '0' && ref[i] <= '9' }
	last := -1
	for i := range len(ref) {
		if !digit(i) {
			continue
		}
		for d := byte('0'); d <= '9'; d++ {
			if d != ref[i] {
				out = append(out, ref[:i]+string(d)+ref[i+1:])
			}
		}
		if last >= 0 && ref[last] != ref[i] {
			b := []byte(ref)
			b[last], b[i] = b[i], b[last]
			out = append(out, string(b))
		}
		last = i
	}
	for _, p := range []string{"C", "K", "P"} {
		if p != ref[:1] {
			out = append(out, p+ref[1:])
		}
	}
	return out
}

func TestNewReferenceRefusesNonsense(t *testing.T) {
	for name, call := range map[string]func(){
		"prefix": func() { NewReference("c", 2026, 1) },
		"year":   func() { NewReference("C", 26, 1) },
		"serial": func() { NewReference("C", 2026, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
