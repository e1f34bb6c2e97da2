package evidence

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/text/unicode/norm"

	"dunwatch/internal/fault"
)

// headSize is how much of a file its type is found from, in bytes.
const headSize = 3072

const (
	xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	xls  = "application/vnd.ms-excel"
)

// taken are the media types that are taken: what phones, recorders and offices
// make. What a browser would run (HTML, SVG) and what hides other files
// (archives) is not among them.
var taken = map[string]string{
	"image/jpeg": "image/jpeg", "image/png": "image/png", "image/webp": "image/webp", "image/heic": "image/heic", "image/heif": "image/heif",
	"application/pdf": "application/pdf",
	"audio/mpeg":      "audio/mpeg", "audio/x-m4a": "audio/mp4", "audio/mp4": "audio/mp4", "audio/aac": "audio/aac", "audio/amr": "audio/amr",
	"audio/wav": "audio/wav", "audio/ogg": "audio/ogg", "application/ogg": "audio/ogg",
	"video/mp4": "video/mp4", "video/quicktime": "video/quicktime", "video/3gpp": "video/3gpp", "video/3gpp2": "video/3gpp2", "video/x-m4v": "video/mp4",
	"text/plain": "text/plain", "text/csv": "text/csv", "text/tab-separated-values": "text/plain", "text/xml": "text/xml",
	xls: xls, xlsx: xlsx,
}

// mediaType finds the type of a file from how it begins. It fails with Invalid on
// the field "file" for what is not taken.
func mediaType(head []byte) (string, error) {
	if len(head) == 0 {
		return "", wrong("evidence.empty")
	}
	found := mimetype.Detect(head)
	name, _, _ := strings.Cut(found.String(), ";")
	if t, ok := taken[name]; ok {
		return t, nil
	}
	if found.Is("application/x-ole-storage") {
		return xls, nil // old exports carry no class of their own; soundWorkbook looks further
	}
	if found.Is("application/octet-stream") && bytes.HasPrefix(head, []byte("ID3")) {
		return "audio/mpeg", nil // a cover picture keeps the sound out of the head
	}
	switch {
	case found.Is("text/html") || found.Is("image/svg+xml"):
		return "", wrong("evidence.active")
	case found.Is("application/zip") || found.Is("application/x-rar-compressed") || found.Is("application/x-7z-compressed") || found.Is("application/gzip"):
		return "", wrong("evidence.archive")
	default:
		return "", wrong("evidence.type")
	}
}

func wrong(key string, args ...any) error {
	var w fault.Fields
	w.Add("file", key, args...)
	return w.Err()
}

func utf16le(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}

// Bounds of a workbook. The newer kind is a ZIP archive: a small file can claim to
// unpack to gigabytes.
const (
	maxWorkbook = 32 << 20  // bytes as sent; it is held in memory to look into it
	maxUnpacked = 512 << 20 // bytes as its table of contents claims
	maxMembers  = 5000
)

// soundWorkbook refuses what only looks like a workbook or unpacks beyond reason.
// Whoever reads it later must still bound what it really unpacks to.
func soundWorkbook(b []byte) error {
	if !bytes.HasPrefix(b, []byte("PK")) {
		if bytes.Contains(b, utf16le("Workbook")) || bytes.Contains(b, utf16le("Book")) {
			return nil // the names of the stream that holds an old workbook
		}
		return wrong("evidence.type")
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return wrong("evidence.broken")
	}
	total, book := uint64(0), false
	for _, f := range z.File {
		total += f.UncompressedSize64
		book = book || f.Name == "xl/workbook.xml"
		if total > maxUnpacked || len(z.File) > maxMembers {
			return wrong("evidence.bomb")
		}
	}
	if !book {
		return wrong("evidence.broken")
	}
	return nil
}

const maxFileName = 200

// fileName is the last part of the name that a browser sent, without what could
// mislead a reader or a header: control characters and marks that turn the
// direction of reading.
func fileName(name string) string {
	name = strings.ToValidUTF8(norm.NFC.String(name), "_")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == "/" || name == ".." {
		return "file"
	}
	if utf8.RuneCountInString(name) > maxFileName {
		ext := []rune(path.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		r := []rune(name)
		name = string(r[:maxFileName-len(ext)]) + string(ext)
	}
	return name
}
