package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func mustKeys(t testing.TB, masters ...byte) *Keys {
	t.Helper()
	var all [][]byte
	for _, m := range masters {
		all = append(all, bytes.Repeat([]byte{m}, KeySize))
	}
	k, err := New(all[0], all[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func mustDataKey(t testing.TB, k *Keys) (*DataKey, []byte) {
	t.Helper()
	d, wrapped, err := k.NewDataKey()
	if err != nil {
		t.Fatal(err)
	}
	return d, wrapped
}

func TestFieldOpensOnlyInItsPlace(t *testing.T) {
	k := mustKeys(t, 1)
	d, wrapped := mustDataKey(t, k)
	other, _ := mustDataKey(t, k)
	s, err := d.Seal("complaint.phone", "13812345678")
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("complaint.phone", s); got != "13812345678" || err != nil {
		t.Errorf("opened %q, %v", got, err)
	}
	if _, err := d.Open("complaint.name", s); !errors.Is(err, ErrAltered) {
		t.Errorf("opens as another field: %v", err)
	}
	if _, err := other.Open("complaint.phone", s); !errors.Is(err, ErrAltered) {
		t.Errorf("opens under another complaint's key: %v", err)
	}
	for i := range s {
		bad := append(Sealed(nil), s...)
		bad[i] ^= 1
		if _, err := d.Open("complaint.phone", bad); !errors.Is(err, ErrAltered) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := d.Open("complaint.phone", s[:i]); i > 0 && !errors.Is(err, ErrAltered) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
	if twice, _ := d.Seal("complaint.phone", "13812345678"); bytes.Equal(twice, s) {
		t.Error("the same value seals to the same bytes")
	}
}

func TestSealedSize(t *testing.T) {
	d, wrapped := mustDataKey(t, mustKeys(t, 1))
	s, _ := d.Seal("f", "11010519491231002X")
	if len(s) != 47 || len(wrapped) != 61 {
		t.Errorf("an 18-digit number takes %d bytes, a wrapped key %d; want 47 and 61", len(s), len(wrapped))
	}
}

func TestEmptyAndNoField(t *testing.T) {
	k := mustKeys(t, 1)
	d, _ := mustDataKey(t, k)
	for name, seal := range map[string]func(string, string) (Sealed, error){"data key": d.Seal, "keys": k.Seal} {
		if s, err := seal("f", ""); s != nil || err != nil {
			t.Errorf("%s: the empty string seals to %d bytes, %v", name, len(s), err)
		}
		if _, err := seal("", "x"); err == nil {
			t.Errorf("%s: seals without a field", name)
		}
	}
	if s, err := d.Open("f", nil); s != "" || err != nil {
		t.Errorf("nil opens to %q, %v", s, err)
	}
	if s, err := k.Open("f", nil); s != "" || err != nil {
		t.Errorf("nil opens to %q, %v", s, err)
	}
}

func TestForgotten(t *testing.T) {
	k := mustKeys(t, 1)
	if _, err := k.Unwrap(nil); !errors.Is(err, ErrForgotten) {
		t.Errorf("a destroyed key: %v", err)
	}
	_, wrapped := mustDataKey(t, k)
	wrapped[20] ^= 1
	if _, err := k.Unwrap(wrapped); !errors.Is(err, ErrAltered) {
		t.Errorf("an altered key: %v", err)
	}
}

func TestChangeOfMasterKey(t *testing.T) {
	before, after, without := mustKeys(t, 1), mustKeys(t, 2, 1), mustKeys(t, 2)
	d, wrapped := mustDataKey(t, before)
	field, _ := d.Seal("f", "plain")
	secret, _ := before.Seal("account.totp/1", "JBSWY3DP")

	if got, err := after.Open("account.totp/1", secret); got != "JBSWY3DP" || err != nil {
		t.Errorf("the ring opens %q, %v", got, err)
	}
	if _, err := after.Open("account.totp/2", secret); !errors.Is(err, ErrAltered) {
		t.Errorf("opens in another row: %v", err)
	}
	if _, err := without.Open("account.totp/1", secret); !errors.Is(err, ErrNoKey) {
		t.Errorf("without the old key: %v", err)
	}
	if _, err := without.Unwrap(wrapped); !errors.Is(err, ErrNoKey) {
		t.Errorf("unwrapped without the old key: %v", err)
	}
	fresh, changed, err := after.Rewrap(wrapped)
	if err != nil || !changed {
		t.Fatalf("rewrap: changed %v, %v", changed, err)
	}
	moved, err := without.Unwrap(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := moved.Open("f", field); got != "plain" || err != nil {
		t.Errorf("after the change the field opens to %q, %v", got, err)
	}
	if same, changed, err := after.Rewrap(fresh); changed || err != nil || !bytes.Equal(same, fresh) {
		t.Errorf("rewrapped again: %v, %v", changed, err)
	}
	if !after.Holds(before.Fingerprint()) || without.Holds(before.Fingerprint()) || after.Fingerprint() != without.Fingerprint() {
		t.Error("fingerprints do not tell which keys are held")
	}
	if len(after.RowDigestKeys()) != 2 || !bytes.Equal(after.RowDigestKeys()[1], before.RowDigestKey()) {
		t.Error("the older row digest key is lost")
	}
}

// Two keys of a ring may share their id byte; both must still open.
func TestKeysOfOneID(t *testing.T) {
	a := bytes.Repeat([]byte{1}, KeySize)
	za, _ := newZone(a)
	b := append([]byte(nil), a...)
	for i := 0; ; i++ {
		b[0], b[1] = byte(i), byte(i>>8)
		if z, _ := newZone(b); z.id == za.id && z.fingerprint != za.fingerprint {
			break
		}
	}
	old, _ := New(b)
	ring, _ := New(a, b)
	s, _ := old.Seal("f", "plain")
	if got, err := ring.Open("f", s); got != "plain" || err != nil {
		t.Errorf("opened %q, %v", got, err)
	}
	_, wrapped := mustDataKey(t, old)
	if _, changed, err := ring.Rewrap(wrapped); !changed || err != nil {
		t.Errorf("rewrap: %v, %v", changed, err)
	}
}

func TestBlind(t *testing.T) {
	k, ring := mustKeys(t, 1), mustKeys(t, 2, 1)
	a := k.Blind("phone", "13812345678")
	if len(a) != 16 || !bytes.Equal(a, k.Blind("phone", "13812345678")) {
		t.Errorf("not a stable index of 16 bytes: %x", a)
	}
	for name, b := range map[string][]byte{
		"value": k.Blind("phone", "13812345679"), "kind": k.Blind("id_number", "13812345678"), "key": ring.Blind("phone", "13812345678"),
	} {
		if bytes.Equal(a, b) {
			t.Errorf("another %s gives the same index", name)
		}
	}
	if k.Blind("phone", "") != nil || k.Blinds("phone", "") != nil {
		t.Error("nothing has an index")
	}
	if all := ring.Blinds("phone", "13812345678"); len(all) != 2 || !bytes.Equal(all[1], a) {
		t.Errorf("the older index is not searched: %x", all)
	}
}

// The purposes must never share a key.
func TestPurposesAreApart(t *testing.T) {
	z, err := newZone(bytes.Repeat([]byte{1}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(z.blind, z.code) || bytes.Equal(z.blind, z.rows) || bytes.Equal(z.code, z.rows) {
		t.Error("two purposes share a key")
	}
	k := mustKeys(t, 1)
	_, wrapped := mustDataKey(t, k)
	if _, err := k.Open(wrapAAD, wrapped); err == nil {
		t.Error("a wrapped key opens as a field")
	}
	if _, err := New([]byte("short")); err == nil {
		t.Error("a short master key is taken")
	}
}

func TestKeysNeverPrint(t *testing.T) {
	k := mustKeys(t, 7)
	d, _ := mustDataKey(t, k)
	s, _ := d.Seal("f", "13812345678")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "k", k, "d", d, "s", s)
	js, err := json.Marshal(map[string]any{"k": k, "d": d, "s": s, "none": Sealed(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if string(js) != `{"d":"[data key]","k":"[keys]","none":null,"s":"[sealed]"}` {
		t.Errorf("JSON: %s", js)
	}
	if !strings.HasSuffix(log.String(), "k=[keys] d=\"[data key]\" s=[sealed]\n") {
		t.Errorf("log: %s", log.String())
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		if got := fmt.Sprintf(verb+verb+verb, k, d, s); got != "[keys][data key][sealed]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if s.String() != "[sealed]" || s.GoString() != "[sealed]" || Sealed(nil).String() != "" {
		t.Error("String shows more or less than it should")
	}
	var in Sealed
	if json.Unmarshal([]byte(`"`+base64.StdEncoding.EncodeToString(s)+`"`), &in) == nil {
		t.Error("a sealed value is read from JSON")
	}
}

func FuzzOpen(f *testing.F) {
	k, err := New(randomKey()) // the fuzzer's workers each have their own
	if err != nil {
		f.Fatal(err)
	}
	d, wrapped := mustDataKey(f, k)
	s, _ := d.Seal("f", "plain")
	for _, b := range [][]byte{nil, {1}, {k.ring[0].id}, wrapped, s} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := d.Open("f", b); err == nil && got != "" && got != "plain" {
			t.Fatalf("opened %q", got)
		}
		if got, err := k.Open("f", b); err == nil && got != "" {
			t.Fatalf("opened %q", got)
		}
		if _, err := k.Unwrap(b); err == nil && !bytes.Equal(b, wrapped) {
			t.Fatal("unwrapped something")
		}
	})
}

func BenchmarkSealOpen(b *testing.B) {
	d, _ := mustDataKey(b, mustKeys(b, 1))
	for b.Loop() {
		s, err := d.Seal("complaint.id_number", "11010519491231002X")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.Open("complaint.id_number", s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrap(b *testing.B) {
	k := mustKeys(b, 1)
	_, wrapped := mustDataKey(b, k)
	for b.Loop() {
		if _, err := k.Unwrap(wrapped); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBlind(b *testing.B) {
	k := mustKeys(b, 1)
	for b.Loop() {
		k.Blind("id_number", "11010519491231002X")
	}
}
