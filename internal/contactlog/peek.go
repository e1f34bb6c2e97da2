package contactlog

import (
	"errors"
	"io"

	"dunwatch/internal/fault"
)

// Preview is the start of a table, for a person to say what its columns are.
type Preview struct {
	Rows    [][]string
	Numbers []int // the line or row of each
	// Mapping is what was understood; the zero value where Understood is false.
	Mapping    Mapping
	Understood bool
}

// peekRows is how many rows a person needs to see.
const peekRows = 20

// Peek reads the first rows of a table. It fails as Open does, but not for want
// of a header that it knows.
func Peek(name string, r io.ReaderAt, size int64, opt Options) (Preview, error) {
	opt.peek = &Preview{}
	s, err := Open(name, r, size, opt)
	var f *fault.Error
	if errors.As(err, &f) && f.Key == "contactlog.refused.no_columns" {
		return *opt.peek, nil
	}
	if err != nil {
		return Preview{}, err
	}
	if s.table == nil {
		return Preview{}, refuse("no_table")
	}
	for len(opt.peek.Rows) < peekRows {
		cells, row, err := s.table.rows()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Preview{}, err
		}
		opt.peek.add(texts(cells), row)
	}
	opt.peek.Mapping, opt.peek.Understood = s.table.m, true
	return *opt.peek, nil
}

func (p *Preview) add(cells []string, row int) {
	if p != nil && len(p.Rows) < peekRows {
		p.Rows, p.Numbers = append(p.Rows, cells), append(p.Numbers, row)
	}
}
