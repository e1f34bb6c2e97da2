package contactlog

import (
	"bytes"
	"errors"
	"io"
)

// xmlScan reads XML as a stream: elements, their wanted attributes, text. It
// knows no document types and no entities but the five of XML, so that there is
// nothing to expand; and it joins surrogate halves written as two references,
// which the phone programs write for every emoji and encoding/xml refuses.
type xmlScan struct {
	r          io.Reader
	buf        []byte
	start, end int
	err        error
	line       int
	depth      int

	want  map[string]bool // attributes to keep
	name  []byte          // of the element last read
	attrs []xmlAttr
	arena []byte // the values of attrs
	text  []byte
}

type xmlAttr struct {
	name   string
	lo, hi int // in the arena
}

type xmlKind uint8

const (
	xmlOpen xmlKind = iota
	xmlOpenClosed
	xmlClose
	xmlText
)

// maxXMLDepth is far deeper than any log nests.
const maxXMLDepth = 64

func newXMLScan(r io.Reader, want ...string) *xmlScan {
	x := &xmlScan{r: r, buf: make([]byte, 64<<10), line: 1, want: map[string]bool{}}
	for _, w := range want {
		x.want[w] = true
	}
	return x
}

func (x *xmlScan) broken() error { return refuse("broken_xml", x.line) }

// fill reads more; false at the end.
func (x *xmlScan) fill() bool {
	if x.err != nil {
		return false
	}
	x.start, x.end = 0, 0
	for range 100 {
		n, err := x.r.Read(x.buf)
		x.end = n
		if err != nil {
			x.err = err
		}
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	x.err = io.ErrNoProgress
	return false
}

func (x *xmlScan) stopped() error {
	if errors.Is(x.err, io.EOF) {
		return io.EOF
	}
	return readError(x.err)
}

func (x *xmlScan) peek() (byte, bool) {
	if x.start == x.end && !x.fill() {
		return 0, false
	}
	return x.buf[x.start], true
}

func (x *xmlScan) take() (byte, bool) {
	c, ok := x.peek()
	if ok {
		x.start++
		if c == '\n' {
			x.line++
		}
	}
	return c, ok
}

// until moves past the byte stop and adds what stood before it to dst, if dst
// is not nil and limit allows.
func (x *xmlScan) until(stop byte, dst *[]byte, limit int) error {
	for {
		if x.start == x.end && !x.fill() {
			return x.cut()
		}
		window := x.buf[x.start:x.end]
		i := bytes.IndexByte(window, stop)
		part := window
		if i >= 0 {
			part = window[:i]
		}
		x.line += bytes.Count(part, []byte{'\n'})
		if dst != nil {
			if len(*dst)+len(part) > limit {
				return refuse("row_too_long", x.line)
			}
			*dst = append(*dst, part...)
		}
		x.start += len(part)
		if i >= 0 {
			x.start++
			return nil
		}
	}
}

// cut is the error of a file that ends where it must not.
func (x *xmlScan) cut() error {
	if err := x.stopped(); !errors.Is(err, io.EOF) {
		return err
	}
	return x.broken()
}

// next reads the next tag or, where keepText, the next run of text. It fails
// with io.EOF at the end of the document.
func (x *xmlScan) next(keepText bool) (xmlKind, error) {
	for {
		c, ok := x.peek()
		if !ok {
			if err := x.stopped(); !errors.Is(err, io.EOF) || x.depth == 0 {
				return 0, err
			}
			return 0, x.broken()
		}
		if c != '<' {
			if done, err := x.characters(keepText); err != nil || done {
				return xmlText, err
			}
			continue
		}
		x.take()
		switch c, _ := x.peek(); c {
		case '?':
			if err := x.until('>', nil, 0); err != nil {
				return 0, err
			}
		case '!':
			if err := x.bang(keepText); err != nil {
				return 0, err
			}
			if len(x.text) > 0 && keepText {
				return xmlText, nil
			}
		case '/':
			x.take()
			x.name = x.name[:0]
			if err := x.until('>', &x.name, 256); err != nil {
				return 0, err
			}
			x.name = bytes.TrimSpace(x.name)
			if x.depth--; x.depth < 0 {
				return 0, x.broken()
			}
			return xmlClose, nil
		default:
			return x.open()
		}
	}
}

// characters reads text up to the next tag; done if there is some to give out.
func (x *xmlScan) characters(keep bool) (done bool, err error) {
	x.text = x.text[:0]
	for {
		if x.start == x.end && !x.fill() {
			return keep && len(bytes.TrimSpace(x.text)) > 0, nil
		}
		window := x.buf[x.start:x.end]
		i := bytes.IndexByte(window, '<')
		part := window
		if i >= 0 {
			part = window[:i]
		}
		x.line += bytes.Count(part, []byte{'\n'})
		if keep {
			if len(x.text)+len(part) > maxRowBytes {
				return false, refuse("row_too_long", x.line)
			}
			x.text = append(x.text, part...)
		} else if len(bytes.TrimSpace(part)) > 0 && x.depth == 0 {
			return false, x.broken()
		}
		x.start += len(part)
		if i >= 0 {
			break
		}
	}
	if keep {
		if x.text, err = x.unescape(x.text, 0); err != nil {
			return false, err
		}
	}
	return keep && len(x.text) > 0, nil
}

// bang reads a comment or a CDATA section. A document type is refused: no log
// has one, and they are what entity bombs are made of.
func (x *xmlScan) bang(keep bool) error {
	x.take()
	x.text = x.text[:0]
	var word [7]byte
	for i := range word {
		c, ok := x.take()
		if !ok {
			return x.cut()
		}
		word[i] = c
		switch {
		case i == 1 && word[0] == '-' && word[1] == '-':
			return x.pass("--", nil)
		case i == 6 && string(word[:]) == "[CDATA[":
			if keep {
				return x.pass("]]", &x.text)
			}
			return x.pass("]]", nil)
		case i == 6 && string(word[:]) == "DOCTYPE":
			return refuse("doctype")
		}
	}
	return x.broken()
}

// pass moves behind tail + ">".
func (x *xmlScan) pass(tail string, dst *[]byte) error {
	last, prev := byte(0), byte(0)
	for {
		c, ok := x.take()
		if !ok {
			return x.cut()
		}
		if c == '>' && last == tail[1] && prev == tail[0] {
			if dst != nil {
				*dst = (*dst)[:len(*dst)-2]
			}
			return nil
		}
		if dst != nil {
			if len(*dst) == maxRowBytes {
				return refuse("row_too_long", x.line)
			}
			*dst = append(*dst, c)
		}
		prev, last = last, c
	}
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == ':' || c == '.' || c >= 0x80
}

func (x *xmlScan) word(dst []byte) ([]byte, error) {
	for {
		c, ok := x.peek()
		if !ok {
			return dst, x.cut()
		}
		if !nameByte(c) {
			return dst, nil
		}
		if len(dst) == 256 {
			return dst, x.broken()
		}
		dst = append(dst, c)
		x.start++
	}
}

func (x *xmlScan) space() (byte, error) {
	for {
		c, ok := x.peek()
		if !ok {
			return 0, x.cut()
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, nil
		}
		x.take()
	}
}

// open reads a start tag with its attributes.
func (x *xmlScan) open() (xmlKind, error) {
	var err error
	if x.name, err = x.word(x.name[:0]); err != nil {
		return 0, err
	}
	if len(x.name) == 0 {
		return 0, x.broken()
	}
	x.attrs, x.arena = x.attrs[:0], x.arena[:0]
	for {
		c, err := x.space()
		if err != nil {
			return 0, err
		}
		switch {
		case c == '>':
			x.take()
			if x.depth++; x.depth > maxXMLDepth {
				return 0, x.broken()
			}
			return xmlOpen, nil
		case c == '/':
			x.take()
			if c, ok := x.take(); !ok || c != '>' {
				return 0, x.broken()
			}
			return xmlOpenClosed, nil
		case nameByte(c):
			if err := x.attribute(); err != nil {
				return 0, err
			}
		default:
			return 0, x.broken()
		}
	}
}

func (x *xmlScan) attribute() error {
	var space [256]byte
	name, err := x.word(space[:0])
	if err != nil {
		return err
	}
	if c, err := x.space(); err != nil || c != '=' {
		return x.orBroken(err)
	}
	x.take()
	quote, err := x.space()
	if err != nil || quote != '"' && quote != '\'' {
		return x.orBroken(err)
	}
	x.take()
	if !x.want[string(name)] {
		return x.until(quote, nil, 0) // pictures ride in attributes: megabytes are passed over, not kept
	}
	lo := len(x.arena)
	if err := x.until(quote, &x.arena, lo+maxRowBytes); err != nil {
		return err
	}
	if x.arena, err = x.unescape(x.arena, lo); err != nil {
		return err
	}
	if len(x.attrs) < maxColumns {
		x.attrs = append(x.attrs, xmlAttr{wantedName(x.want, name), lo, len(x.arena)})
	}
	return nil
}

func (x *xmlScan) orBroken(err error) error {
	if err != nil {
		return err
	}
	return x.broken()
}
