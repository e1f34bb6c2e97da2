package contactlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// lines reads a text line by line without keeping more than one.
type lines struct {
	r          io.Reader
	buf        []byte
	start, end int
	line       int // of the last line given out
	err        error
}

func newLines(r io.Reader) *lines { return &lines{r: r, buf: make([]byte, 64<<10)} }

// next is the next line without its end, valid until the next call.
func (l *lines) next() ([]byte, error) {
	from := l.start
	for {
		if i := bytes.IndexByte(l.buf[from:l.end], '\n'); i >= 0 {
			b := l.buf[l.start : from+i]
			l.start = from + i + 1
			l.line++
			return bytes.TrimSuffix(b, []byte{'\r'}), nil
		}
		if l.err != nil {
			if !errors.Is(l.err, io.EOF) {
				return nil, l.err
			}
			if l.start == l.end {
				return nil, io.EOF
			}
			b := l.buf[l.start:l.end]
			l.start = l.end
			l.line++
			return bytes.TrimSuffix(b, []byte{'\r'}), nil
		}
		from = l.end - l.start
		if err := l.fill(); err != nil {
			return nil, err
		}
		from += l.start
	}
}

func (l *lines) fill() error {
	if l.start > 0 {
		copy(l.buf, l.buf[l.start:l.end])
		l.start, l.end = 0, l.end-l.start
	}
	if l.end == len(l.buf) {
		if l.end >= maxRowBytes {
			return refuse("row_too_long", l.line+1)
		}
		bigger := make([]byte, 2*len(l.buf))
		copy(bigger, l.buf)
		l.buf = bigger
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	if err != nil {
		l.err = err
		if !errors.Is(err, io.EOF) {
			l.err = readError(err)
		}
	}
	return nil
}

// readError keeps a refusal as it is and wraps what the file system said.
func readError(err error) error {
	if isRefusal(err) {
		return err
	}
	return fmt.Errorf("read a contact log: %w", err)
}

// csvRows cuts lines into cells.
type csvRows struct {
	in     *lines
	delim  byte
	cells  [][]byte
	joined []byte // a record that runs over several lines
	flat   []byte // cells whose quotes were taken off
}

// next is the next row that is not blank, with the line it begins on; valid
// until the next call.
func (c *csvRows) next() ([][]byte, int, error) {
	for {
		b, err := c.in.next()
		if err != nil {
			return nil, 0, err
		}
		at := c.in.line
		if len(bytes.Trim(b, " \t,;|")) == 0 {
			continue
		}
		c.cells = c.cells[:0]
		if bytes.IndexByte(b, '"') < 0 {
			return c.plain(b, at)
		}
		if bytes.Count(b, []byte{'"'})%2 == 1 {
			if b, err = c.join(b); err != nil {
				return nil, 0, err
			}
		}
		return c.quoted(b, at)
	}
}

func (c *csvRows) plain(b []byte, at int) ([][]byte, int, error) {
	for {
		i := bytes.IndexByte(b, c.delim)
		if len(c.cells) == maxColumns {
			return nil, 0, refuse("too_many_columns", at)
		}
		if i < 0 {
			c.cells = append(c.cells, b)
			return c.cells, at, nil
		}
		c.cells = append(c.cells, b[:i])
		b = b[i+1:]
	}
}

// join adds lines until the quotes are even.
func (c *csvRows) join(b []byte) ([]byte, error) {
	at := c.in.line
	c.joined = append(c.joined[:0], b...)
	for {
		more, err := c.in.next()
		if errors.Is(err, io.EOF) {
			return c.joined, nil
		}
		if err != nil {
			return nil, err
		}
		c.joined = append(append(c.joined, '\n'), more...)
		if len(c.joined) > maxRowBytes {
			return nil, refuse("row_too_long", at)
		}
		if bytes.Count(more, []byte{'"'})%2 == 1 {
			return c.joined, nil
		}
	}
}

func (c *csvRows) quoted(b []byte, at int) ([][]byte, int, error) {
	if cap(c.flat) < len(b) {
		c.flat = make([]byte, 0, 2*len(b))
	}
	out := c.flat[:0] // never grows past b: cells may point into it
	from, in := 0, false
	for i := 0; i <= len(b); i++ {
		switch {
		case i == len(b) || b[i] == c.delim && !in:
			if len(c.cells) == maxColumns {
				return nil, 0, refuse("too_many_columns", at)
			}
			c.cells = append(c.cells, out[from:])
			from = len(out)
		case b[i] != '"':
			out = append(out, b[i])
		case in && i+1 < len(b) && b[i+1] == '"':
			out = append(out, '"')
			i++
		default:
			in = !in
		}
	}
	return c.cells, at, nil
}

// openCSV finds the delimiter and leaves the rest to the table.
func (s *Source) openCSV(start []byte, text io.Reader) error {
	if bytes.IndexByte(start, '\n') < 0 && len(start) > maxRowBytes {
		return refuse("row_too_long", 1)
	}
	s.format = CSV
	rows := &csvRows{in: newLines(text), delim: delimiter(start)}
	return s.openTable(rows.next)
}

// delimiter is the one that cuts the first lines into most cells.
func delimiter(start []byte) byte {
	best, most := byte(','), 0
	for _, d := range []byte{',', '\t', ';', '|'} {
		if n := bytes.Count(start[:min(len(start), 8<<10)], []byte{d}); n > most {
			best, most = d, n
		}
	}
	return best
}
