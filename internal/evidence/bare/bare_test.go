package bare_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/signintech/gopdf"
	"github.com/xuri/excelize/v2"

	"dunwatch/internal/evidence/bare"
)

// secret stands in every file where something is told beside the content.
const secret = "CANARY-30.2741N-120.1551E"

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func strip(t *testing.T, b []byte, kind string) []byte {
	t.Helper()
	var out, again bytes.Buffer
	check(t, bare.Strip(&out, bytes.NewReader(b), kind))
	check(t, bare.Strip(&again, bytes.NewReader(b), kind))
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("twice stripped, the copies differ")
	}
	return out.Bytes()
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 24))
	for y := range 24 {
		for x := range 40 {
			m.Set(x, y, color.RGBA{uint8(6 * x), uint8(10 * y), 90, 255})
		}
	}
	return m
}

// exif is an Exif block with an orientation and a place.
func exif(orientation byte) []byte {
	b := append([]byte("II*\x00\x08\x00\x00\x00\x02\x00"), 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0x0e, 0x01, 2, 0, 25, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0)
	return append(b, secret...)
}

func segment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)), body...)
}

func photo(t *testing.T, orientation byte) (plain, told []byte) {
	t.Helper()
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, picture(), nil))
	plain = b.Bytes()
	told = append([]byte{}, plain[:2]...)
	told = append(told, segment(0xE1, append([]byte("Exif\x00\x00"), exif(orientation)...))...)
	told = append(told, segment(0xE1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret))...)
	told = append(told, segment(0xE2, []byte("ICC_PROFILE\x00\x01\x01"+secret))...)
	told = append(told, segment(0xED, []byte("Photoshop 3.0\x00"+secret))...)
	told = append(told, segment(0xFE, []byte(secret))...)
	told = append(told, plain[2:]...)
	return plain, append(told, "PK\x03\x04"+secret...) // a film or an archive after the picture
}

func same(t *testing.T, a, b []byte) {
	t.Helper()
	x, _, err := image.Decode(bytes.NewReader(a))
	check(t, err)
	y, _, err := image.Decode(bytes.NewReader(b))
	check(t, err)
	if x.Bounds() != y.Bounds() {
		t.Fatalf("%v became %v", x.Bounds(), y.Bounds())
	}
	for p := x.Bounds().Min; p.Y < x.Bounds().Max.Y; p.Y++ {
		for p.X = 0; p.X < x.Bounds().Max.X; p.X++ {
			if x.At(p.X, p.Y) != y.At(p.X, p.Y) {
				t.Fatalf("pixel %v changed", p)
			}
		}
	}
}

func TestJPEG(t *testing.T) {
	for _, o := range []byte{1, 6} {
		plain, told := photo(t, o)
		out := strip(t, told, "image/jpeg")
		if bytes.Contains(out, []byte("CANARY")) {
			t.Errorf("orientation %d: the copy tells", o)
		}
		same(t, plain, out)
		if got := bare.Orientation(out); got != int(o) {
			t.Errorf("orientation %d became %d", o, got)
		}
	}
}

func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	named := append([]byte(kind), body...)
	return binary.BigEndian.AppendUint32(append(b, named...), crc32.ChecksumIEEE(named))
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	check(t, png.Encode(&b, picture()))
	plain := b.Bytes()
	head := 8 + 25
	told := append([]byte{}, plain[:head]...)
	for _, kind := range []string{"tEXt", "iTXt", "zTXt", "iCCP", "eXIf", "tIME", "prVt"} {
		told = append(told, chunk(kind, []byte("Author\x00"+secret))...)
	}
	told = append(append(told, plain[head:]...), secret...)
	out := strip(t, told, "image/png")
	if !bytes.Equal(out, plain) {
		t.Errorf("%d bytes left of %d, want %d as before anything was told", len(out), len(told), len(plain))
	}
}

func riff(form string, chunks ...[]byte) []byte {
	body := []byte(form)
	for i := 0; i < len(chunks); i += 2 {
		body = append(body, chunks[i]...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(chunks[i+1])))
		if body = append(body, chunks[i+1]...); len(chunks[i+1])%2 == 1 {
			body = append(body, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestRIFF(t *testing.T) {
	film := []byte("the sound itself, bit for bit!")
	in := riff("WAVE", []byte("fmt "), make([]byte, 16), []byte("LIST"), []byte("INFOIART"+secret), []byte("data"), film, []byte("id3 "), []byte(secret))
	out := strip(t, in, "audio/wav")
	if len(out) != len(in) || bytes.Contains(out, []byte("CANARY")) || !bytes.Contains(out, film) {
		t.Errorf("wav: %q", out)
	}
	in = riff("WEBP", []byte("VP8X"), []byte{0x2C, 0, 0, 0, 9, 0, 0, 9, 0, 0}, []byte("ICCP"), []byte(secret), []byte("VP8 "), film, []byte("EXIF"), exif(8), []byte("XMP "), []byte(secret))
	out = strip(t, in, "image/webp")
	if len(out) != len(in) || bytes.Contains(out, []byte("CANARY")) || !bytes.Contains(out, film) || out[20] != 0x08 {
		t.Errorf("webp: %q", out)
	}
	if o := bare.Orientation(in); o != 8 {
		t.Errorf("orientation 8 became %d", o)
	}
}

func box(kind string, body ...[]byte) []byte {
	all := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(all)+8)), append([]byte(kind), all...)...)
}

func TestFilm(t *testing.T) {
	film := []byte("the film itself, bit for bit")
	dated := append([]byte{0, 0, 0, 0}, []byte("DATEDATErest")...)
	track := box("trak", box("tkhd", dated), box("udta", []byte(secret)), box("mdia", box("mdhd", dated), box("hdlr", make([]byte, 24), []byte(secret))))
	moov := box("moov", box("mvhd", dated), track, box("meta", []byte(secret)), box("udta", box("\xa9xyz", []byte(secret))))
	in := bytes.Join([][]byte{box("ftyp", []byte("qt  ")), box("uuid", []byte(secret)), box("mdat", film), moov, box("free", []byte(secret))}, nil)
	out := strip(t, in, "video/quicktime")
	if len(out) != len(in) || bytes.Contains(out, []byte("CANARY")) || bytes.Contains(out, []byte("DATE")) || !bytes.Contains(out, film) {
		t.Errorf("film: %q", out)
	}
	gps := box("moov", box("trak", box("mdia", box("minf", box("stbl", box("stsd", make([]byte, 8), box("gpmd", make([]byte, 8))))))))
	err := bare.Strip(io.Discard, bytes.NewReader(append(box("ftyp", []byte("mp42")), gps...)), "video/mp4")
	if !errors.Is(err, bare.ErrKept) {
		t.Errorf("a film with positions among its frames: %v", err)
	}
}

func TestTaggedSound(t *testing.T) {
	sound := append([]byte{0xFF, 0xFB, 0x90, 0}, bytes.Repeat([]byte("frame"), 60_000)...)
	id3 := append([]byte{'I', 'D', '3', 4, 0, 0, 0, 0, 0, byte(len(secret))}, secret...)
	ape := append([]byte(secret), make([]byte, 32)...)
	copy(ape[len(secret):], "APETAGEX")
	binary.LittleEndian.PutUint32(ape[len(secret)+12:], uint32(len(ape)))
	tail := make([]byte, 128)
	copy(tail, "TAG"+secret)
	out := strip(t, bytes.Join([][]byte{id3, sound, ape, tail}, nil), "audio/mpeg")
	if !bytes.Equal(out, sound) {
		t.Errorf("%d bytes left, want %d", len(out), len(sound))
	}
}

// document writes a PDF whose information lies in the open.
func document(t *testing.T) []byte {
	t.Helper()
	_, told := photo(t, 1)
	p := &gopdf.GoPdf{}
	p.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	p.SetInfo(gopdf.PdfInfo{Title: secret, Author: secret, Creator: secret})
	p.AddPage()
	h, err := gopdf.ImageHolderByBytes(told[:bytes.LastIndex(told, []byte("PK\x03\x04"))])
	check(t, err)
	check(t, p.ImageByHolder(h, 20, 20, nil))
	b, err := p.GetBytesPdfReturnErr()
	check(t, err)
	return b
}

func TestPDF(t *testing.T) {
	in := document(t)
	out := strip(t, in, "application/pdf")
	if len(out) != len(in) {
		t.Errorf("%d bytes became %d: the positions in it are wrong", len(in), len(out))
	}
	utf16 := strings.Join(strings.Split("CANARY", ""), "\x00")
	if !bytes.Contains(in, []byte("CANARY")) || bytes.Contains(out, []byte("CANARY")) || bytes.Contains(out, []byte(utf16)) {
		t.Error("the copy tells")
	}
}

// TestPackedPDF holds a document of the newer kind, whose objects lie compressed, with XMP beside.
func TestPackedPDF(t *testing.T) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	text := "7 0 8 60 " + fmt.Sprintf("%-60s", "<< /Author ("+secret+") >>") + "<< /Type /Catalog >>"
	_, err := w.Write([]byte(text))
	check(t, errors.Join(err, w.Close()))
	xmp := "<x:xmpmeta>" + secret + "</x:xmpmeta>"
	in := fmt.Sprintf("%%PDF-1.5\n5 0 obj\n<< /Type /ObjStm /N 2 /First 9 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n"+
		"6 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream\nendobj\n9 0 obj\n<< /Type /XRef /Info 7 0 R /Root 8 0 R >>\nendobj\n%%%%EOF", z.Len(), z.Bytes(), len(xmp), xmp)
	out := strip(t, []byte(in), "application/pdf")
	if len(out) != len(in) || bytes.Contains(out, []byte("CANARY")) {
		t.Errorf("the copy tells: %q", out)
	}
	at := bytes.Index(out, []byte("stream\n")) + 7
	r, err := zlib.NewReader(bytes.NewReader(out[at:]))
	check(t, err)
	unpacked, err := io.ReadAll(r)
	check(t, err)
	if len(unpacked) != len(text) || bytes.Contains(unpacked, []byte("CANARY")) || !bytes.Contains(unpacked, []byte("/Catalog")) {
		t.Errorf("unpacked: %q", unpacked)
	}
}

func TestWorkbook(t *testing.T) {
	f := excelize.NewFile()
	check(t, f.SetCellStr("Sheet1", "A1", "通话记录"))
	check(t, f.SetDocProps(&excelize.DocProperties{Creator: secret, LastModifiedBy: secret}))
	check(t, f.SetAppProps(&excelize.AppProperties{Company: secret}))
	check(t, f.AddComment("Sheet1", excelize.Comment{Cell: "A1", Author: secret, Text: "看这里"}))
	var b bytes.Buffer
	check(t, f.Write(&b))
	out := strip(t, b.Bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	check(t, err)
	for _, m := range z.File {
		r, err := m.Open()
		check(t, err)
		text, err := io.ReadAll(r)
		check(t, err)
		if bytes.Contains(text, []byte("CANARY")) {
			t.Errorf("%s tells", m.Name)
		}
	}
	back, err := excelize.OpenReader(bytes.NewReader(out))
	check(t, err)
	if v, err := back.GetCellValue("Sheet1", "A1"); err != nil || v != "通话记录" {
		t.Errorf("the cell holds %q, %v", v, err)
	}
}

// What cannot be promised is refused, and nothing that a stranger sends brings the program down.
func TestRefused(t *testing.T) {
	_, told := photo(t, 1)
	pdf := document(t)
	for name, x := range map[string]struct {
		kind string
		body []byte
	}{
		"HEIC": {"image/heic", []byte("ftypheic")}, "old workbook": {"application/vnd.ms-excel", []byte("x")},
		"cut photo": {"image/jpeg", told[:len(told)/3]}, "photo of another kind": {"image/jpeg", pdf}, "empty": {"image/png", nil},
		"encrypted": {"application/pdf", append(bytes.Clone(pdf), "/Encrypt 9 0 R"...)}, "with files": {"application/pdf", append(bytes.Clone(pdf), "/Type /EmbeddedFile"...)},
		"information nowhere": {"application/pdf", append(bytes.Clone(pdf), "/Info 999 0 R"...)},
		"odd film":            {"video/mp4", box("moov", []byte{0, 0, 0, 4, 't', 'r', 'a', 'k'})}, "no archive": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []byte("PK")},
	} {
		if err := bare.Strip(io.Discard, bytes.NewReader(x.body), x.kind); !errors.Is(err, bare.ErrKept) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzStrip(f *testing.F) {
	kinds := []string{"image/jpeg", "image/png", "image/webp", "audio/wav", "audio/mpeg", "video/mp4", "application/pdf"}
	f.Add(0, []byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 'E', 'x', 'i', 'f', 0, 0})
	f.Add(5, box("moov", box("trak", []byte{0})))
	f.Add(6, []byte("%PDF-1.4\n1 0 obj<</Length 3>>stream\nabc\nendstream endobj/Info 1 0 R"))
	f.Fuzz(func(t *testing.T, kind int, b []byte) {
		bare.Strip(io.Discard, bytes.NewReader(b), kinds[(kind%len(kinds)+len(kinds))%len(kinds)])
		bare.Orientation(b)
	})
}

// A long film is copied in flat memory.
func TestFlatMemory(t *testing.T) {
	const size = 256 << 20
	in := io.MultiReader(bytes.NewReader(box("ftyp", []byte("mp42"))), bytes.NewReader(append(binary.BigEndian.AppendUint32(nil, size+8), "mdat"...)), io.LimitReader(zeros{}, size))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	check(t, bare.Strip(io.Discard, in, "video/mp4"))
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were taken for a film of %d", used, size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
