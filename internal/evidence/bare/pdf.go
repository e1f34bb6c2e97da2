package bare

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// A PDF names at its end where each of its objects begins, so nothing is taken out: what says who made it is overwritten in
// its place, and pages stay as they are.

var (
	infoRef    = regexp.MustCompile(`/Info\s+(\d+)\s+\d+\s+R\b`)
	infoDirect = regexp.MustCompile(`/Info\s*<<`)
	anyRef     = regexp.MustCompile(`\b(\d+)\s+\d+\s+R\b`)
	attached   = regexp.MustCompile(`/EmbeddedFile\b|/EF\b|/RichMedia\b`)
	encrypted  = regexp.MustCompile(`/Encrypt\b`)
	metadata   = regexp.MustCompile(`/Type\s*/Metadata\b|/Subtype\s*/XML\b`)
	objStream  = regexp.MustCompile(`/Type\s*/ObjStm\b`)
	objBegin   = regexp.MustCompile(`\b\d+\s+\d+\s+obj\b`)
	lengthOf   = regexp.MustCompile(`/Length\s+(\d+)(?:\s+(\d+)\s+R\b)?`)
	firstOf    = regexp.MustCompile(`/First\s+(\d+)`)
)

// pdf blanks the document's information (author, program, dates), its XMP, and the Exif data of photos in it. Attached
// files and encryption it refuses.
func pdf(w *bufio.Writer, r *bufio.Reader) error {
	b, err := whole(r)
	if err != nil {
		return err
	}
	if !bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) || encrypted.Match(b) || attached.Match(b) {
		return fmt.Errorf("PDF encrypted, odd, or with files in it: %w", ErrKept)
	}
	d := &document{b: b, blank: map[string]bool{}}
	for _, m := range infoRef.FindAllSubmatch(b, -1) {
		d.blank[string(m[1])] = false
	}
	for _, at := range infoDirect.FindAllIndex(b, -1) { // in the trailer itself: what follows it is no content
		rest := b[at[0]:]
		for _, end := range []string{"startxref", "endobj"} {
			if i := bytes.Index(rest, []byte(end)); i >= 0 {
				rest = rest[:i]
			}
		}
		wipeStrings(rest)
	}
	if err := d.objects(); err != nil {
		return err
	}
	for n, found := range d.blank {
		if !found {
			return fmt.Errorf("object %s with what the document says of itself was not found: %w", n, ErrKept)
		}
	}
	photos(b)
	_, err = w.Write(b)
	return err
}

// document is a PDF under the brush.
type document struct {
	b     []byte
	blank map[string]bool // numbers of objects whose strings go: whether they were found
}

// objects goes through the objects until no new one has turned up whose strings must go.
func (d *document) objects() error {
	for {
		before := len(d.blank)
		for _, at := range objBegin.FindAllIndex(d.b, -1) {
			if err := d.object(at[0], at[1]); err != nil {
				return err
			}
		}
		if len(d.blank) == before {
			return nil
		}
	}
}

func (d *document) object(head, at int) error {
	end := bytes.Index(d.b[at:], []byte("endobj"))
	if end < 0 {
		return nil
	}
	body := d.b[at : at+end]
	number, _, _ := bytes.Cut(d.b[head:at], []byte{' '})
	number = bytes.TrimSpace(number)
	dict := body
	if i := bytes.Index(body, []byte("stream")); i >= 0 {
		dict = body[:i]
	}
	switch {
	case metadata.Match(dict) && len(dict) < len(body):
		return d.xmp(dict, d.b[at:])
	case objStream.Match(dict) && len(dict) < len(body):
		return d.packed(dict, d.b[at:])
	}
	if _, wanted := d.blank[string(number)]; wanted {
		d.wipe(string(number), dict)
	}
	return nil
}

// wipe overwrites the strings of an object, and notes the objects that it names.
func (d *document) wipe(number string, dict []byte) {
	d.blank[number] = true
	for _, m := range anyRef.FindAllSubmatch(dict, -1) {
		if _, known := d.blank[string(m[1])]; !known {
			d.blank[string(m[1])] = false
		}
	}
	wipeStrings(dict)
}

// wipeStrings overwrites (texts) and <hexadecimal ones> with blanks.
func wipeStrings(b []byte) {
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '(':
			depth := 1
			for i++; i < len(b) && depth > 0; i++ {
				switch b[i] {
				case '\\':
					b[i] = ' '
					if i++; i == len(b) {
						return
					}
					b[i] = ' '
					continue
				case '(':
					depth++
				case ')':
					if depth--; depth == 0 {
						continue
					}
				}
				b[i] = ' '
			}
			i--
		case b[i] == '<' && i+1 < len(b) && b[i+1] == '<':
			i++
		case b[i] == '<':
			for i++; i < len(b) && b[i] != '>'; i++ {
				b[i] = '0'
			}
		}
	}
}

// content is where the bytes of a stream lie that begins after a dictionary.
func (d *document) content(dict, rest []byte) ([]byte, error) {
	m := lengthOf.FindSubmatch(dict)
	if m == nil {
		return nil, fmt.Errorf("stream without a length: %w", ErrKept)
	}
	start := len(dict) + len("stream")
	if start < len(rest) && rest[start] == '\r' {
		start++
	}
	if start < len(rest) && rest[start] == '\n' {
		start++
	}
	n := -1
	if m[2] == nil {
		n, _ = strconv.Atoi(string(m[1]))
	} else if end := bytes.Index(rest[start:], []byte("endstream")); end >= 0 { // the length stands elsewhere
		n = len(bytes.TrimRight(rest[start:start+end], "\r\n"))
	}
	if n < 0 || start+n > len(rest) || !bytes.HasPrefix(bytes.TrimLeft(rest[start+n:], "\r\n "), []byte("endstream")) {
		return nil, fmt.Errorf("stream of an odd length: %w", ErrKept)
	}
	return rest[start : start+n], nil
}

// xmp empties a stream of metadata.
func (d *document) xmp(dict, rest []byte) error {
	data, err := d.content(dict, rest)
	if err != nil {
		return err
	}
	if bytes.Contains(dict, []byte("/Filter")) {
		if !bytes.Contains(dict, []byte("FlateDecode")) {
			return fmt.Errorf("metadata in an odd coding: %w", ErrKept)
		}
		return repack(data, nil)
	}
	for i := range data {
		data[i] = ' '
	}
	return nil
}

// packed wipes objects that lie in a compressed stream of objects.
func (d *document) packed(dict, rest []byte) error {
	data, err := d.content(dict, rest)
	if err != nil {
		return err
	}
	first := firstOf.FindSubmatch(dict)
	if first == nil || !bytes.Contains(dict, []byte("FlateDecode")) || bytes.Contains(dict, []byte("/DecodeParms")) {
		return fmt.Errorf("objects in an odd coding: %w", ErrKept)
	}
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	text, err := whole(z)
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrKept)
	}
	if attached.Match(text) {
		return fmt.Errorf("PDF with files in it: %w", ErrKept)
	}
	start, _ := strconv.Atoi(string(first[1]))
	if start > len(text) {
		return fmt.Errorf("objects out of their stream: %w", ErrKept)
	}
	index := bytes.Fields(text[:start])
	changed := false
	for i := 0; i+1 < len(index); i += 2 {
		if found, wanted := d.blank[string(index[i])]; !wanted || found {
			continue
		}
		from, _ := strconv.Atoi(string(index[i+1]))
		to := len(text) - start
		if i+3 < len(index) {
			to, _ = strconv.Atoi(string(index[i+3]))
		}
		if from > to || start+to > len(text) {
			return fmt.Errorf("objects out of their stream: %w", ErrKept)
		}
		d.wipe(string(index[i]), text[start+from:start+to])
		changed = true
	}
	if !changed {
		return nil
	}
	return repack(data, text)
}

// repack compresses text into the very bytes of data: what is left over is filled with empty blocks, and at most four
// blanks after the end.
func repack(data, text []byte) error {
	var z bytes.Buffer
	c, err := zlib.NewWriterLevel(&z, zlib.BestCompression)
	if err != nil {
		return err
	}
	_, err = c.Write(text)
	if err := errors.Join(err, c.Close()); err != nil {
		return err
	}
	b := z.Bytes()
	spare := len(data) - len(b)
	if spare < 0 {
		return fmt.Errorf("no room: %w", ErrKept)
	}
	out := append([]byte{}, b[:2]...)
	for range spare / 5 {
		out = append(out, 0, 0, 0, 0xFF, 0xFF)
	}
	out = append(out, b[2:]...)
	n := copy(data, out)
	for i := range data[n:] {
		data[n+i] = '\n'
	}
	return nil
}

// photos blanks what JPEG pictures in a file say of themselves, in their place.
func photos(b []byte) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte{0xFF, 0xD8, 0xFF})
		if i < 0 {
			return
		}
		at += i + 2
		for p := at; p+4 <= len(b) && b[p] == 0xFF; {
			m, n := b[p+1], int(b[p+2])<<8|int(b[p+3])
			if n < 2 || p+2+n > len(b) || m < 0xC0 || m == 0xDA || m == 0xD9 {
				break
			}
			if m > 0xE0 && m <= 0xEF && m != 0xEE || m == 0xFE {
				clear(b[p+4 : p+2+n])
			}
			p += 2 + n
		}
	}
}
