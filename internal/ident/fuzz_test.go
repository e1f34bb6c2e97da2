package ident

import (
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	"", "11010519491231002X", "110105491231002", "９１１１００００８０２１００４３３Ｂ", "+86 138 1234 5678", "010-62345678转801",
	"(212) 555-1234", "a@例.中国", "4111 1111 1111 1111", "C-2026-000123-7", "某某（中国）有限公司", "J.P. Morgan & Co.", "\xff\x00", "𠮷İſ",
}

// fuzz gives every parser the same seeds; read returns the normal form.
func fuzz(f *testing.F, read func(string) (string, error)) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := read(s)
		if err != nil {
			if once != "" || Key(err) == "" {
				t.Fatalf("%q: refused with %q, %v", s, once, err)
			}
			return
		}
		if !utf8.ValidString(once) {
			t.Fatalf("%q gives %q", s, once)
		}
		twice, err := read(once)
		if err != nil || twice != once {
			t.Fatalf("%q -> %q -> %q, %v", s, once, twice, err)
		}
	})
}

func FuzzResidentID(f *testing.F) {
	fuzz(f, func(s string) (string, error) {
		id, err := ParseResidentID(s, today)
		return id.Number, err
	})
}

func FuzzUSCC(f *testing.F) { fuzz(f, ParseUSCC) }

func FuzzPhone(f *testing.F) {
	fuzz(f, func(s string) (string, error) {
		p, err := ParsePhone(s)
		return p.Number, err
	})
}

func FuzzEmail(f *testing.F) { fuzz(f, ParseEmail) }

func FuzzBankCard(f *testing.F) { fuzz(f, ParseBankCard) }

func FuzzReference(f *testing.F) {
	fuzz(f, func(s string) (string, error) {
		prefix, year, serial, err := ParseReference(s)
		if err != nil {
			return "", err
		}
		return NewReference(prefix, year, serial), nil
	})
}

func FuzzName(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := NormaliseName(s); utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q gives %q", s, got)
		}
	})
}
