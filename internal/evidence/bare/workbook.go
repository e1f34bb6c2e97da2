package bare

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// Replacements in the parts of a workbook that name people and places.
var (
	author    = regexp.MustCompile(`(?s)<author>.*?</author>`)
	person    = regexp.MustCompile(`\b(displayName|userId|userName)="[^"]*"`)
	absPath   = regexp.MustCompile(`(absPath[^>]*\burl)="[^"]*"`)
	thumbnail = regexp.MustCompile(`<Relationship\b[^>]*/thumbnail"[^>]*/>`)
)

const (
	emptyCore   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>`
	emptyApp    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>`
	emptyCustom = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>`
)

// workbook writes a spreadsheet anew: sheets as they were, without properties, authors, paths and the times of its parts,
// with pictures in it bare too. One with files embedded in it is refused.
func workbook(w *bufio.Writer, r *bufio.Reader) error {
	b, err := whole(r)
	if err != nil {
		return err
	}
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	out := zip.NewWriter(w)
	for _, f := range in.File {
		if err := member(out, f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return out.Close()
}

func member(out *zip.Writer, f *zip.File) error {
	switch name := strings.ToLower(f.Name); {
	case strings.Contains(name, "/embeddings/"):
		return fmt.Errorf("a file in it: %w", ErrKept)
	case name == "docprops/core.xml":
		return put(out, f.Name, []byte(emptyCore))
	case name == "docprops/app.xml":
		return put(out, f.Name, []byte(emptyApp))
	case name == "docprops/custom.xml":
		return put(out, f.Name, []byte(emptyCustom))
	case strings.HasPrefix(name, "docprops/"):
		return nil
	case name == "_rels/.rels":
		return edit(out, f, func(b []byte) ([]byte, error) { return thumbnail.ReplaceAll(b, nil), nil })
	case name == "xl/workbook.xml" || strings.HasPrefix(name, "xl/persons/") || strings.HasPrefix(name, "xl/comments"):
		return edit(out, f, func(b []byte) ([]byte, error) {
			b = author.ReplaceAll(b, []byte("<author>-</author>"))
			b = person.ReplaceAll(b, []byte(`$1="-"`))
			return absPath.ReplaceAll(b, []byte(`$1=""`)), nil
		})
	case strings.HasPrefix(name, "xl/media/"):
		picture := map[string]func(*bufio.Writer, *bufio.Reader) error{".jpg": jpeg, ".jpeg": jpeg, ".png": png}[path.Ext(name)]
		if picture == nil {
			break
		}
		return edit(out, f, func(b []byte) ([]byte, error) {
			var bare bytes.Buffer
			w := bufio.NewWriter(&bare)
			err := errors.Join(picture(w, bufio.NewReader(bytes.NewReader(b))), w.Flush())
			return bare.Bytes(), err
		})
	}
	return raw(out, f)
}

func put(out *zip.Writer, name string, b []byte) error {
	w, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func edit(out *zip.Writer, f *zip.File, change func([]byte) ([]byte, error)) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	b, err := whole(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	if b, err = change(b); err != nil {
		return err
	}
	return put(out, f.Name, b)
}

// raw copies a part as it is packed, under a head of our own.
func raw(out *zip.Writer, f *zip.File) error {
	r, err := f.OpenRaw()
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	w, err := out.CreateRaw(&zip.FileHeader{
		Name: f.Name, Method: f.Method, CRC32: f.CRC32, CompressedSize64: f.CompressedSize64, UncompressedSize64: f.UncompressedSize64,
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}
