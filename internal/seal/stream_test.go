package seal

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
)

func encrypt(t testing.TB, d *DataKey, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := d.EncryptTo(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decrypt(d *DataKey, blob []byte) ([]byte, error) {
	r, err := d.DecryptFrom(bytes.NewReader(blob))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestBlobRoundTrip(t *testing.T) {
	k := mustKeys(t, 1)
	d, wrapped := mustDataKey(t, k)
	same, err := k.Unwrap(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := mustDataKey(t, k)
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200_000} {
		plain := bytes.Repeat([]byte("录音"), size/6+1)[:size]
		blob := encrypt(t, d, plain)
		got, err := decrypt(same, blob)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
		}
		if size > 100 && bytes.Contains(blob, plain[:60]) {
			t.Errorf("%d bytes: the blob holds the plain text", size)
		}
		if _, err := decrypt(other, blob); !errors.Is(err, ErrAltered) {
			t.Errorf("another complaint's key: %v", err)
		}
	}
}

func TestDamagedBlob(t *testing.T) {
	d, _ := mustDataKey(t, mustKeys(t, 1))
	blob := encrypt(t, d, bytes.Repeat([]byte{9}, 140_000)) // three chunks
	const chunk = 64<<10 + 16
	first := len(blob) - (140_000 - 2*(64<<10) + 16) - 2*chunk // where chunks begin
	for _, n := range []int{0, 10, first - 1, first, first + 1, first + chunk, first + 2*chunk, len(blob) - 1} {
		if _, err := decrypt(d, blob[:n]); !errors.Is(err, ErrAltered) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(blob), err)
		}
	}
	for i := 0; i < len(blob); i += 1 + i/20 {
		bad := bytes.Clone(blob)
		bad[i] ^= 1
		if _, err := decrypt(d, bad); !errors.Is(err, ErrAltered) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	swapped := bytes.Clone(blob)
	copy(swapped[first:], blob[first+chunk:first+2*chunk])
	copy(swapped[first+chunk:], blob[first:first+chunk])
	if _, err := decrypt(d, swapped); !errors.Is(err, ErrAltered) {
		t.Errorf("chunks swapped: %v", err)
	}
	if _, err := decrypt(d, append(bytes.Clone(blob), 0)); !errors.Is(err, ErrAltered) {
		t.Errorf("a byte added: %v", err)
	}
}

// A recording of any length must pass through the same few buffers.
func TestBlobMemoryIsFlat(t *testing.T) {
	const size = 32 << 20
	d, _ := mustDataKey(t, mustKeys(t, 1))
	before := liveHeap()
	pr, pw := io.Pipe()
	go func() {
		w, err := d.EncryptTo(pw)
		if err == nil {
			_, err = io.Copy(w, io.LimitReader(zeros{}, size))
			err = errors.Join(err, w.Close())
		}
		pw.CloseWithError(err)
	}()
	r, err := d.DecryptFrom(pr)
	if err != nil {
		t.Fatal(err)
	}
	for done := 0; done < size; done += 4 << 20 {
		if _, err := io.CopyN(io.Discard, r, 4<<20); err != nil {
			t.Fatal(err)
		}
		if now := liveHeap(); now > before+2<<20 {
			t.Fatalf("after %d bytes %d more bytes are live", done, now-before)
		}
	}
	if n, err := io.Copy(io.Discard, r); n != 0 || err != nil {
		t.Errorf("%d bytes after the end, %v", n, err)
	}
}

// liveHeap is what is still in use after a collection, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
