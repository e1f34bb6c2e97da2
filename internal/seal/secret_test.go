package seal

import (
	"regexp"
	"strings"
	"testing"
)

func TestAccessCode(t *testing.T) {
	k, ring := mustKeys(t, 1), mustKeys(t, 2, 1)
	code := NewAccessCode()
	if !regexp.MustCompile(`^\d{4}( \d{4}){4}$`).MatchString(code) {
		t.Fatalf("code %q", code)
	}
	hash := k.HashAccessCode(code)
	plain := strings.ReplaceAll(code, " ", "")
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, plain)
	for _, typed := range []string{code, plain, wide, strings.ReplaceAll(code, " ", "-"), " " + code + "\u3000", "\u202d" + strings.ReplaceAll(code, " ", "—")} {
		if !k.CheckAccessCode(typed, hash) || !ring.CheckAccessCode(typed, hash) {
			t.Errorf("%q is refused", typed)
		}
	}
	if mustKeys(t, 2).CheckAccessCode(code, hash) {
		t.Error("the hash is not keyed")
	}
	for _, typed := range []string{"", plain[:19], plain + "0", "x" + plain, plain[:19] + string('0'+(plain[19]-'0'+1)%10)} {
		if k.CheckAccessCode(typed, hash) {
			t.Errorf("%q passes", typed)
		}
	}
	if k.CheckAccessCode(code, nil) || k.CheckAccessCode("", nil) || k.CheckAccessCode(code, hash[:31]) {
		t.Error("a missing or short hash passes")
	}
	hash[31] ^= 1
	if k.CheckAccessCode(code, hash) {
		t.Error("the end of the hash is not compared")
	}
	if k.HashAccessCode("1234") != nil {
		t.Error("what cannot be a code has a hash")
	}
}

// A code must use every digit in every place: a lost leading zero or a biased
// digit would show.
func TestAccessCodesAreSpread(t *testing.T) {
	var seen [accessCodeDigits][10]int
	all := map[string]bool{}
	for range 2000 {
		c, ok := NormaliseAccessCode(NewAccessCode())
		if !ok || all[c] {
			t.Fatalf("code %q twice or malformed", c)
		}
		all[c] = true
		for i := range c {
			seen[i][c[i]-'0']++
		}
	}
	for i, digits := range seen {
		for d, n := range digits {
			if n < 110 || n > 300 { // 200 expected, sd 13
				t.Errorf("digit %d occurs %d times in place %d", d, n, i)
			}
		}
	}
}

func TestToken(t *testing.T) {
	a, b := NewToken(), NewToken()
	if a == b || !regexp.MustCompile(`^[\w-]{43}$`).MatchString(a) {
		t.Errorf("tokens %q %q", a, b)
	}
	if h := HashToken(a); len(h) != 32 || string(h) == string(HashToken(b)) || string(h) != string(HashToken(a)) {
		t.Error("hash of a token")
	}
}

func FuzzAccessCode(f *testing.F) {
	for _, s := range []string{"", "4821 0937 1122 3344 5566", "４８２１-0937-1122-3344-5566", "\xff", "12a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := NormaliseAccessCode(s)
		if again, _ := NormaliseAccessCode(code); ok && again != code {
			t.Fatalf("%q -> %q -> %q", s, code, again)
		}
	})
}
