package contactlog

import (
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The records of a BIFF stream that matter here.
const (
	biffFormula   = 0x0006
	biffEOF       = 0x000a
	biffDate1904  = 0x0022
	biffFilePass  = 0x002f
	biffContinue  = 0x003c
	biffSheet     = 0x0085
	biffMulRK     = 0x00bd
	biffSST       = 0x00fc
	biffLabelSST  = 0x00fd
	biffNumber    = 0x0203
	biffLabel     = 0x0204
	biffRString   = 0x00d6
	biffRK        = 0x027e
	biffBOF       = 0x0809
	biffVersion8  = 0x0600
	biffVersion57 = 0x0500
)

// openXLS reads the first worksheet of an old workbook (BIFF8, and BIFF5 as
// Chinese programs still write it). Nobody but carriers makes these files now,
// and no module that reads them could be had.
func (s *Source) openXLS(r io.ReaderAt, size int64) error {
	c, dir, err := openCompound(r, size)
	if err != nil {
		return err
	}
	b, err := c.stream(dir, "Workbook", "Book")
	if err != nil {
		return err
	}
	x := &xlsRows{b: b}
	if err := x.globals(); err != nil {
		return err
	}
	s.format = XLS
	if err := s.openTable(x.next); err != nil {
		return err
	}
	s.table.date1904 = x.date1904
	x.mapped = s.table.columns()
	return nil
}

// xlsRows gives the rows of a sheet.
type xlsRows struct {
	b        []byte
	at       int
	old      bool // BIFF5: texts in the code page
	date1904 bool
	shared   sharedStrings
	mapped   map[int]bool
	row      int
	cells    [][]byte
}

// record reads the next record; ok is false at the end of the stream.
func (x *xlsRows) record() (kind int, data []byte, ok bool) {
	if x.at+4 > len(x.b) {
		return 0, nil, false
	}
	kind, n := int(binary.LittleEndian.Uint16(x.b[x.at:])), int(binary.LittleEndian.Uint16(x.b[x.at+2:]))
	if x.at+4+n > len(x.b) {
		return 0, nil, false
	}
	data = x.b[x.at+4 : x.at+4+n]
	x.at += 4 + n
	return kind, data, true
}

// globals reads the head of the workbook: its texts and where the first visible
// worksheet begins.
func (x *xlsRows) globals() error {
	kind, data, ok := x.record()
	if !ok || kind != biffBOF || len(data) < 4 {
		return refuse("damaged")
	}
	switch binary.LittleEndian.Uint16(data) {
	case biffVersion8:
	case biffVersion57:
		x.old = true
	default:
		return refuse("old_xls")
	}
	sheet := -1
	for {
		kind, data, ok := x.record()
		if !ok {
			return refuse("damaged")
		}
		switch kind {
		case biffFilePass:
			return refuse("encrypted")
		case biffDate1904:
			x.date1904 = len(data) >= 2 && data[0] == 1
		case biffSheet:
			if len(data) >= 6 && data[4] == 0 && data[5] == 0 && sheet < 0 {
				sheet = int(binary.LittleEndian.Uint32(data))
			}
		case biffSST:
			if err := x.sst(data); err != nil {
				return err
			}
		case biffEOF:
			return x.sheet(sheet)
		}
	}
}

func (x *xlsRows) sheet(at int) error {
	if at < 0 || at+4 > len(x.b) {
		return refuse("damaged")
	}
	x.at = at
	if kind, _, ok := x.record(); !ok || kind != biffBOF {
		return refuse("damaged")
	}
	x.row = -1
	return nil
}

// pieces reads across the records that continue one another.
type pieces struct {
	x    *xlsRows
	data []byte
	bad  bool
}

func (p *pieces) more() bool {
	for len(p.data) == 0 {
		at := p.x.at
		kind, data, ok := p.x.record()
		if !ok || kind != biffContinue {
			p.x.at, p.bad = at, true
			return false
		}
		p.data = data
	}
	return true
}

func (p *pieces) byte() int {
	if !p.more() {
		return 0
	}
	c := p.data[0]
	p.data = p.data[1:]
	return int(c)
}

func (p *pieces) u16() int { lo := p.byte(); return lo | p.byte()<<8 }
func (p *pieces) u32() int { lo := p.u16(); return lo | p.u16()<<16 }

func (p *pieces) skip(n int) {
	for n > 0 && p.more() {
		k := min(n, len(p.data))
		p.data, n = p.data[k:], n-k
	}
}

// sst reads the shared texts. A text that goes over the end of a record says
// anew, behind the seam, how wide its characters are.
func (x *xlsRows) sst(data []byte) error {
	p := &pieces{x: x, data: data}
	p.u32()
	count := p.u32()
	var units []uint16
	for i := 0; i < count && !p.bad; i++ {
		n, flags := p.u16(), p.byte()
		runs, far := 0, 0
		if flags&8 != 0 {
			runs = p.u16()
		}
		if flags&4 != 0 {
			far = p.u32()
		}
		units = units[:0]
		for len(units) < n && !p.bad {
			if len(p.data) == 0 && p.more() {
				flags = p.byte()
			}
			if flags&1 != 0 {
				units = append(units, uint16(p.u16()))
			} else {
				units = append(units, uint16(p.byte()))
			}
		}
		p.skip(4*runs + far)
		x.shared.text = appendUTF16(x.shared.text, units)
		x.shared.ends = append(x.shared.ends, uint32(len(x.shared.text)))
		if len(x.shared.text)+4*len(x.shared.ends) > maxShared {
			return refuse("too_many_texts")
		}
	}
	if p.bad {
		return refuse("damaged")
	}
	return nil
}

func appendUTF16(b []byte, units []uint16) []byte {
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) && i+1 < len(units) {
			if d := utf16.DecodeRune(r, rune(units[i+1])); d != utf8.RuneError {
				r = d
				i++
			}
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// next is the next row that has something in it.
func (x *xlsRows) next() ([][]byte, int, error) {
	x.cells = x.cells[:0]
	for {
		at := x.at
		kind, data, ok := x.record()
		if !ok || kind == biffEOF {
			x.at = at // stay at the end
			if len(x.cells) > 0 {
				return x.cells, x.row + 1, nil
			}
			return nil, 0, io.EOF
		}
		row, isCell := cellRow(kind, data)
		if isCell && row != x.row {
			if len(x.cells) > 0 {
				x.at = at
				return x.cells, x.row + 1, nil
			}
			if row < x.row {
				return nil, 0, refuse("damaged")
			}
			x.row = row
		}
		if err := x.cell(kind, data); err != nil {
			return nil, 0, err
		}
	}
}

// cellRow is the row of a record that holds a cell with something in it.
func cellRow(kind int, data []byte) (int, bool) {
	switch kind {
	case biffFormula, biffMulRK, biffLabelSST, biffNumber, biffLabel, biffRString, biffRK:
		if len(data) >= 6 {
			return int(binary.LittleEndian.Uint16(data)), true
		}
	}
	return 0, false
}

func (x *xlsRows) cell(kind int, data []byte) error {
	if len(data) < 6 {
		return nil
	}
	col, body := int(binary.LittleEndian.Uint16(data[2:])), data[6:]
	switch kind {
	case biffLabelSST:
		if len(body) < 4 {
			return refuse("damaged")
		}
		text, ok := x.shared.at(int(binary.LittleEndian.Uint32(body)))
		if !ok {
			return refuse("damaged")
		}
		return x.set(col, text)
	case biffNumber:
		if len(body) < 8 {
			return refuse("damaged")
		}
		return x.set(col, number(math.Float64frombits(binary.LittleEndian.Uint64(body))))
	case biffRK:
		if len(body) < 4 {
			return refuse("damaged")
		}
		return x.set(col, number(rk(binary.LittleEndian.Uint32(body))))
	case biffMulRK:
		for b := data[4:]; len(b) >= 8; b = b[6:] { // a style and a value each, then the last column
			if err := x.set(col, number(rk(binary.LittleEndian.Uint32(b[2:])))); err != nil {
				return err
			}
			col++
		}
	case biffLabel, biffRString:
		text, err := x.label(body)
		if err != nil {
			return err
		}
		return x.set(col, text)
	case biffFormula:
		if x.mapped == nil || x.mapped[col] {
			return refuse("formula", columnName(col)+strconv.Itoa(x.row+1))
		}
	}
	return nil
}

func (x *xlsRows) set(col int, text []byte) error {
	if col >= maxColumns {
		return refuse("too_many_columns", x.row+1)
	}
	for len(x.cells) <= col {
		x.cells = append(x.cells, nil)
	}
	x.cells[col] = text
	return nil
}

// label reads a text that stands in its cell.
func (x *xlsRows) label(b []byte) ([]byte, error) {
	if len(b) < 3 {
		return nil, refuse("damaged")
	}
	n := int(binary.LittleEndian.Uint16(b))
	if x.old {
		if len(b) < 2+n {
			return nil, refuse("damaged")
		}
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[2 : 2+n])
		if err != nil {
			return nil, refuse("damaged")
		}
		return text, nil
	}
	wide, b := b[2]&1 != 0, b[3:]
	units := make([]uint16, n)
	for i := range units {
		switch {
		case wide && len(b) >= 2*(i+1):
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		case !wide && len(b) > i:
			units[i] = uint16(b[i])
		default:
			return nil, refuse("damaged")
		}
	}
	return appendUTF16(nil, units), nil
}

// rk unpacks a number of 30 bits.
func rk(v uint32) float64 {
	var f float64
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	} else {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

// number writes a value as parseStamp and Normalise read it: never with an
// exponent.
func number(f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e18 {
		return nil
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64)
}
