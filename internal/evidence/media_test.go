package evidence

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dunwatch/internal/fault"
	"dunwatch/internal/store/storetest"
)

func TestRealExportsAreTaken(t *testing.T) {
	paths, _ := filepath.Glob("../../../shared/fixtures/cdr/*")
	if len(paths) == 0 {
		storetest.SkipOrFail(t, "call records not beside the checkout")
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mediaType(b[:min(len(b), headSize)])
		if err == nil && got == xls {
			err = soundWorkbook(b)
		}
		want := xls
		if strings.HasSuffix(p, ".csv") {
			want = "text/csv"
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v", filepath.Base(p), got, err)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for name, tt := range map[string]struct{ head, want string }{
		"jpeg": {"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"}, "pdf": {"%PDF-1.7\n", "application/pdf"}, "webp": {"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"},
		"heic": {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"}, "mp3": {"ID3\x04\x00\x00\x00\x00\x00\x00", "audio/mpeg"},
		"amr": {"#!AMR\n", "audio/amr"}, "wav": {"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"}, "ogg": {"OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00", "audio/ogg"},
		"m4a": {"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", "audio/mp4"}, "mp4": {"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "video/mp4"},
		"mov": {"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "video/quicktime"}, "3gp": {"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00", "video/3gpp"},
		"text": {"十月一日晚上十一点，对方来电。", "text/plain"}, "xml": {`<?xml version="1.0" encoding="UTF-8"?><smses count="1"/>`, "text/xml"},
		"gbk": {"\xca\xb1\xbc\xe4\xa3\xac\xba\xc5\xc2\xeb", "text/plain"},
	} {
		if got, err := mediaType([]byte(tt.head)); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// book makes a ZIP archive; claim overrides the size that its contents claim.
func book(t *testing.T, name string, claim uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, UncompressedSize64: claim, CompressedSize64: 1})
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("x"))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbooks(t *testing.T) {
	if err := soundWorkbook(book(t, "xl/workbook.xml", 1)); err != nil {
		t.Error(err)
	}
	for name, tt := range map[string]struct {
		file []byte
		key  string
	}{
		"bomb": {book(t, "xl/workbook.xml", 4<<30), "evidence.bomb"}, "no book in it": {book(t, "word/document.xml", 1), "evidence.broken"},
		"cut": {book(t, "xl/workbook.xml", 1)[:40], "evidence.broken"}, "other": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "evidence.type"},
	} {
		var f *fault.Error
		if err := soundWorkbook(tt.file); !errors.As(err, &f) || f.Fields[0].Key != tt.key {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileNames(t *testing.T) {
	for in, want := range map[string]string{
		"通话.csv": "通话.csv", `C:\fakepath\a.png`: "a.png", "../../etc/passwd": "passwd", "": "file", "..": "file", "a\x00b\n.txt": "ab.txt",
		"invoice\u202egnp.exe": "invoicegnp.exe", "a\xff.txt": "a_.txt", strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 196) + ".pdf",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestDiskStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	d, err := NewDisk(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	outside := filepath.Join(dir, "secret")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret", "..", "", strings.Repeat("A", 64), strings.Repeat("0", 63) + "/"} {
		if _, err := d.Open(t.Context(), name); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if err := d.Remove(t.Context(), name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}
