package contactlog

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// openZip takes a spreadsheet, or the zip that SMS Import / Export writes.
func (s *Source) openZip(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return refuse("damaged")
	}
	const manyFiles = 10_000
	if len(z.File) > manyFiles {
		return refuse("bomb")
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "/")
		if f.Flags&1 != 0 {
			return refuse("encrypted")
		}
		if parts[name] != nil {
			return refuse("damaged") // two of one name: readers disagree which counts
		}
		parts[name] = f
	}
	if parts["xl/workbook.xml"] != nil && parts["[Content_Types].xml"] != nil {
		return s.openXLSX(parts)
	}
	for name, f := range parts {
		if base := strings.ToLower(path.Base(name)); base == "messages.ndjson" || base == "calls.ndjson" {
			body, err := s.inflate(f)
			if err != nil {
				return err
			}
			return s.openNDJSON(body)
		}
	}
	return refuse("packed")
}

// inflate opens a file of an archive and watches what comes out of it.
func (s *Source) inflate(f *zip.File) (io.Reader, error) {
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return nil, refuse("damaged")
	}
	body, err := f.Open()
	if err != nil {
		return nil, refuse("damaged")
	}
	return &inflated{r: body, in: int64(f.CompressedSize64)}, nil
}

// inflated stops a bomb: more than can be meant comes out of little.
type inflated struct {
	r       io.Reader
	in, out int64
}

func (i *inflated) Read(b []byte) (int, error) {
	n, err := i.r.Read(b)
	i.out += int64(n)
	if i.out > maxInflated || i.out > 1<<20 && i.out/max(i.in, 1) > maxRatio {
		return n, refuse("bomb")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, refuse("damaged")
	}
	return n, err
}

// openXLSX reads the first sheet that people see.
func (s *Source) openXLSX(parts map[string]*zip.File) error {
	sheet, date1904, err := s.firstSheet(parts)
	if err != nil {
		return err
	}
	x := &xlsxRows{}
	if f := parts["xl/sharedStrings.xml"]; f != nil {
		if err := x.shared.load(s, f); err != nil {
			return err
		}
	}
	body, err := s.inflate(sheet)
	if err != nil {
		return err
	}
	x.x = newXMLScan(body, "r", "t")
	s.format = XLSX
	if err := s.openTable(x.next); err != nil {
		return err
	}
	s.table.date1904 = date1904
	x.mapped = s.table.columns()
	return nil
}

// columns are the columns that something is read from, from 0.
func (t *table) columns() map[int]bool {
	m := map[int]bool{}
	for _, c := range t.m.Columns {
		if c > 0 {
			m[c-1] = true
		}
	}
	for _, w := range t.ways {
		m[w] = true
	}
	return m
}

func (s *Source) firstSheet(parts map[string]*zip.File) (f *zip.File, date1904 bool, err error) {
	id := ""
	err = s.eachElement(parts["xl/workbook.xml"], func(x *xmlScan) bool {
		switch local(x.name) {
		case "workbookPr":
			v := string(x.attr("date1904"))
			date1904 = v == "1" || v == "true"
		case "sheet":
			if state := string(x.attr("state")); id == "" && (state == "" || state == "visible") {
				id = string(x.attr("r:id"))
			}
		}
		return true
	}, "date1904", "state", "r:id")
	if err != nil {
		return nil, false, err
	}
	target := ""
	if rels := parts["xl/_rels/workbook.xml.rels"]; rels != nil && id != "" {
		err = s.eachElement(rels, func(x *xmlScan) bool {
			if string(x.attr("Id")) == id {
				target = string(x.attr("Target"))
			}
			return target == ""
		}, "Id", "Target")
		if err != nil {
			return nil, false, err
		}
	}
	if target == "" {
		target = "worksheets/sheet1.xml"
	}
	name := path.Clean("xl/" + target)
	if strings.HasPrefix(target, "/") {
		name = path.Clean(target[1:])
	}
	if f = parts[name]; f == nil {
		return nil, false, refuse("damaged")
	}
	return f, date1904, nil
}

func local(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return string(name)
}

func (s *Source) eachElement(f *zip.File, each func(*xmlScan) bool, want ...string) error {
	const enough = 4 << 20
	body, err := s.inflate(f)
	if err != nil {
		return err
	}
	x := newXMLScan(io.LimitReader(body, enough), want...)
	for {
		kind, err := x.next(false)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind != xmlClose && !each(x) {
			return nil
		}
	}
}

// sharedStrings are the texts of a workbook, in one block of memory.
type sharedStrings struct {
	text []byte
	ends []uint32
}

func (t *sharedStrings) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.text[from:t.ends[i]], true
}

func (t *sharedStrings) load(s *Source, f *zip.File) error {
	body, err := s.inflate(f)
	if err != nil {
		return err
	}
	x := newXMLScan(body)
	inText, phonetic := false, false
	for {
		kind, err := x.next(inText)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch name := local(x.name); {
		case kind == xmlText:
			if !phonetic {
				t.text = append(t.text, x.text...)
			}
		case name == "t":
			inText = kind == xmlOpen
		case name == "rPh":
			phonetic = kind == xmlOpen
		case name == "si" && kind != xmlOpen:
			t.ends = append(t.ends, uint32(len(t.text)))
		}
		if len(t.text)+4*len(t.ends) > maxShared {
			return refuse("too_many_texts")
		}
	}
}

// xlsxRows gives the rows of a sheet.
type xlsxRows struct {
	x      *xmlScan
	shared sharedStrings
	mapped map[int]bool // nil while the header is looked for
	cells  [][]byte
	arena  []byte
	spans  [][2]int
	row    int
	col    int
	seen   int // cells that were ever looked at in this row
}

func (s *xlsxRows) next() ([][]byte, int, error) {
	for {
		kind, err := s.x.next(false)
		if err != nil {
			return nil, 0, err
		}
		if local(s.x.name) != "row" || kind == xmlClose {
			continue
		}
		s.row++
		if n, err := strconv.Atoi(string(s.x.attr("r"))); err == nil && n >= s.row {
			s.row = n
		}
		if kind == xmlOpenClosed {
			continue
		}
		if err := s.readRow(); err != nil {
			return nil, 0, err
		}
		s.cells = s.cells[:0]
		blank := true
		for _, sp := range s.spans {
			c := s.arena[sp[0]:sp[1]]
			blank = blank && len(bytes.TrimSpace(c)) == 0
			s.cells = append(s.cells, c)
		}
		if !blank {
			return s.cells, s.row, nil
		}
	}
}

func (s *xlsxRows) readRow() error {
	s.arena, s.spans, s.col, s.seen = s.arena[:0], s.spans[:0], -1, 0
	for {
		kind, err := s.x.next(false)
		if errors.Is(err, io.EOF) {
			return s.x.broken()
		}
		if err != nil {
			return err
		}
		switch name := local(s.x.name); {
		case kind == xmlClose && name == "row":
			return nil
		case name == "c" && kind != xmlClose:
			if err := s.cell(kind); err != nil {
				return err
			}
		}
	}
}

// cell reads one cell up to its end.
func (s *xlsxRows) cell(kind xmlKind) error {
	s.col++
	if r := s.x.attr("r"); len(r) > 0 {
		if c := columnOf(r); c >= 0 {
			s.col = c
		}
	}
	if s.seen++; s.col >= maxColumns || s.seen > 2*maxColumns {
		return refuse("too_many_columns", s.row)
	}
	typ := string(s.x.attr("t"))
	lo := len(s.arena)
	if kind == xmlOpen {
		if err := s.value(); err != nil {
			return err
		}
	}
	if typ == "s" {
		i, err := strconv.Atoi(string(s.arena[lo:]))
		text, ok := s.shared.at(i)
		if err != nil || !ok {
			return refuse("damaged")
		}
		s.arena = append(s.arena[:lo], text...)
	}
	if len(s.arena) > maxRowBytes {
		return refuse("row_too_long", s.row)
	}
	for len(s.spans) <= s.col {
		s.spans = append(s.spans, [2]int{})
	}
	s.spans[s.col] = [2]int{lo, len(s.arena)}
	return nil
}

// value reads the value of a cell into the arena. A formula is refused where it
// counts: what it shows was made by whoever wrote it, not logged.
func (s *xlsxRows) value() error {
	inside, phonetic := false, false
	for {
		kind, err := s.x.next(inside)
		if errors.Is(err, io.EOF) {
			return s.x.broken()
		}
		if err != nil {
			return err
		}
		if kind == xmlText {
			if !phonetic {
				s.arena = append(s.arena, s.x.text...)
			}
			if len(s.arena) > maxRowBytes {
				return refuse("row_too_long", s.row)
			}
			continue
		}
		switch local(s.x.name) {
		case "c":
			if kind == xmlClose {
				return nil
			}
		case "f":
			if s.mapped == nil || s.mapped[s.col] {
				return refuse("formula", columnName(s.col)+strconv.Itoa(s.row))
			}
		case "v", "t":
			inside = kind == xmlOpen
		case "rPh":
			phonetic = kind == xmlOpen
		}
	}
}

// columnOf reads the letters of a reference like AB12; -1 if there are none.
func columnOf(ref []byte) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > maxColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

func columnName(c int) string {
	name := ""
	for c++; c > 0; c = (c - 1) / 26 {
		name = string(rune('A'+(c-1)%26)) + name
	}
	return name
}
