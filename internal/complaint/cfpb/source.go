package cfpb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxRecord bounds one record and one physical line, in bytes. The longest
// public narrative has some 33,000 characters, and a quote that is never closed
// must not pull a file of gigabytes into memory before anybody notices.
const maxRecord = 1 << 20

var (
	errQuote = errors.New("a quotation mark is not closed or stands in the wrong place")
	errLong  = fmt.Errorf("longer than %d bytes", maxRecord)
)

// source is a window over the file. Splitting a record looks but does not
// consume, so that a record with a broken quote can be given up after its first
// physical line and the lines that it swallowed are read again. encoding/csv
// cannot do that: it has consumed them when it reports the error.
type source struct {
	r        io.Reader
	buf      []byte
	pos, end int
	line     int // physical line at pos, from 1
	err      error
	full     bool
	cells    []span
}

// span is one cell, as offsets from pos, without its quotes.
type span struct {
	from, to int
	escaped  bool // holds doubled quotes
}

func newSource(r io.Reader) *source {
	return &source{r: r, buf: make([]byte, 64<<10), line: 1}
}

func (s *source) fill() bool {
	if s.err != nil {
		return false
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxRecord {
			s.full = true
			return false
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// has reports whether byte i after pos exists, reading on if it must.
func (s *source) has(i int) bool {
	for i >= s.end-s.pos {
		if !s.fill() {
			return false
		}
	}
	return true
}

func (s *source) at(i int) byte { return s.buf[s.pos+i] }

// index finds c at or after i; -1 if the window ends first.
func (s *source) index(i int, c byte) int {
	for s.has(i) {
		if k := bytes.IndexByte(s.buf[s.pos+i:s.end], c); k >= 0 {
			return i + k
		}
		i = s.end - s.pos
	}
	return -1
}

// ended says why the window ended: a failed read, a record beyond the limit, or
// just the end of the file (nil).
func (s *source) ended() error {
	if s.full {
		return errLong
	}
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	return nil
}

// split finds the cells of the record at pos and its length in bytes with the
// line end, and consumes nothing. It fails with io.EOF, errQuote, errLong or
// what reading failed with.
func (s *source) split(delim byte) (int, error) {
	s.cells, s.full = s.cells[:0], false
	if !s.has(0) {
		if err := s.ended(); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	for i := 0; ; {
		next, last, err := s.cell(i, delim)
		if err != nil {
			return 0, err
		}
		if last {
			return next, nil
		}
		i = next
	}
}

func (s *source) blank(i int, delim byte) bool {
	return s.has(i) && (s.at(i) == ' ' || s.at(i) == '\t' && delim != '\t')
}

// cell reads the cell at i and gives the offset after it.
func (s *source) cell(i int, delim byte) (next int, last bool, err error) {
	j := i
	for s.blank(j, delim) {
		j++
	}
	if s.has(j) && s.at(j) == '"' {
		return s.quoted(j+1, delim)
	}
	for k := i; ; k = s.end - s.pos {
		if !s.has(k) {
			s.cells = append(s.cells, span{from: i, to: s.end - s.pos})
			return s.end - s.pos, true, s.ended()
		}
		for n, c := range s.buf[s.pos+k : s.end] {
			if c == delim {
				s.cells = append(s.cells, span{from: i, to: k + n})
				return k + n + 1, false, nil
			}
			if c == '\n' {
				to := k + n
				if to > i && s.at(to-1) == '\r' {
					to--
				}
				s.cells = append(s.cells, span{from: i, to: to})
				return k + n + 1, true, nil
			}
		}
	}
}

// quoted reads the cell whose opening quote stands before i.
func (s *source) quoted(i int, delim byte) (next int, last bool, err error) {
	cell := span{from: i}
	for k := i; ; {
		q := s.index(k, '"')
		if q < 0 {
			if err := s.ended(); err != nil {
				return 0, false, err
			}
			return 0, false, errQuote
		}
		if s.has(q+1) && s.at(q+1) == '"' {
			cell.escaped = true
			k = q + 2
			continue
		}
		cell.to = q
		s.cells = append(s.cells, cell)
		return s.afterQuote(q+1, delim)
	}
}

// afterQuote wants a delimiter or the end of the record, blanks aside.
func (s *source) afterQuote(i int, delim byte) (next int, last bool, err error) {
	for s.blank(i, delim) || s.has(i) && s.at(i) == '\r' {
		i++
	}
	if !s.has(i) {
		return i, true, s.ended()
	}
	switch s.at(i) {
	case delim:
		return i + 1, false, nil
	case '\n':
		return i + 1, true, nil
	}
	return 0, false, errQuote
}

// skip consumes n bytes.
func (s *source) skip(n int) {
	s.line += bytes.Count(s.buf[s.pos:s.pos+n], []byte{'\n'})
	s.pos += n
}

// skipLine consumes the rest of the physical line and appends it to raw, up to
// maxRecord bytes of raw in all. It reports whether there was anything.
func (s *source) skipLine(raw *[]byte) bool {
	some := false
	for s.has(0) {
		n := bytes.IndexByte(s.buf[s.pos:s.end], '\n') + 1
		whole := n > 0
		if !whole {
			n = s.end - s.pos
		}
		part := s.buf[s.pos : s.pos+n]
		*raw = append(*raw, part[:min(len(part), maxRecord-len(*raw))]...)
		s.skip(n)
		s.full = false
		some = true
		if whole {
			break
		}
	}
	return some
}
