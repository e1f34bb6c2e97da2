package firm

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/fault"
)

// ImportResult is what a CSV import did.
type ImportResult struct {
	Rows, Created, Changed, Unchanged int
	Rejects                           []ImportReject // by line
}

// ImportReject is a row that was not taken. Reason is a key of web/locales,
// Args fill it.
type ImportReject struct {
	Line   int
	Reason string
	Args   []any
}

func (r *ImportResult) reject(line int, reason string, args ...any) {
	r.Rejects = append(r.Rejects, ImportReject{line, reason, args})
}

// maxCSV bounds an import file: 16 MiB hold some 100,000 firms.
const maxCSV = 16 << 20

// csvRow is one row that can be read.
type csvRow struct {
	line int
	NewFirm
}

var csvColumns = []string{"code", "name", "kind", "parent_code", "uscc", "aliases"}

// readCSV reads the file and rejects what is wrong with a row by itself.
func readCSV(in io.Reader, res *ImportResult) ([]csvRow, error) {
	r, place, err := openCSV(in, csvColumns, csvColumns[:3])
	if err != nil {
		return nil, err
	}
	return csvRows(r, place, len(place), res)
}

// openCSV reads the file and its header: which column stands where.
func openCSV(in io.Reader, columns, needed []string) (*csv.Reader, map[string]int, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxCSV+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxCSV {
		return nil, nil, fault.New(fault.TooLarge, "firm.import.too_large")
	}
	if text = bytes.TrimPrefix(text, []byte("\ufeff")); !utf8.Valid(text) {
		return nil, nil, badFile("firm.import.encoding")
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, nil, badFile("firm.import.header", strings.Join(needed, ", "))
	}
	place, err := csvHeader(head, columns, needed)
	return r, place, err
}

func badFile(key string, args ...any) error {
	return fault.Fields{{Name: "file", Key: key, Args: args}}.Err()
}

// csvHeader finds the columns; their order is free, only those needed must be there.
func csvHeader(head, columns, needed []string) (map[string]int, error) {
	place := map[string]int{}
	for i, h := range head {
		h = strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(columns, h) {
			return nil, badFile("firm.import.column", h)
		}
		if _, twice := place[h]; twice {
			return nil, badFile("firm.import.column", h)
		}
		place[h] = i
	}
	for _, need := range needed {
		if _, ok := place[need]; !ok {
			return nil, badFile("firm.import.header", strings.Join(needed, ", "))
		}
	}
	return place, nil
}

func csvRows(r *csv.Reader, place map[string]int, width int, res *ImportResult) ([]csvRow, error) {
	var out []csvRow
	lines := map[string]int{}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		// The reader goes on at the next line after a quote in a wrong place.
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			res.Rows++
			res.reject(bad.StartLine, "firm.import.quotes")
			continue
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		res.Rows++
		if len(rec) != width {
			res.reject(line, "firm.import.width", width, len(rec))
			continue
		}
		row := csvRow{line, csvFirm(rec, place)}
		if err := row.check(); err != nil {
			f, _ := errors.AsType[*fault.Error](err)
			res.reject(line, f.Fields[0].Key, f.Fields[0].Args...)
			continue
		}
		if first, twice := lines[row.Code]; twice {
			res.reject(line, "firm.import.twice", row.Code, first)
			continue
		}
		lines[row.Code] = line
		out = append(out, row)
	}
}

func csvFirm(rec []string, place map[string]int) NewFirm {
	at := func(col string) string {
		i, ok := place[col]
		if !ok {
			return ""
		}
		return rec[i]
	}
	return NewFirm{Code: at("code"), Name: at("name"), Kind: Kind(at("kind")), ParentCode: at("parent_code"),
		USCC: at("uscc"), Aliases: strings.Split(at("aliases"), "|")}.tidy()
}
