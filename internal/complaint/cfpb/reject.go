package cfpb

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reason is why a record was not read, as a key for statistics.
type Reason string

// The reasons.
const (
	ReasonQuote     Reason = "quote"      // quotation mark not closed or misplaced
	ReasonFields    Reason = "fields"     // wrong number of fields
	ReasonLong      Reason = "long"       // beyond 1 MiB
	ReasonNoID      Reason = "no_id"      // complaint number is missing
	ReasonID        Reason = "id"         // complaint number is not numeric
	ReasonNoDate    Reason = "no_date"    // date received is missing
	ReasonDate      Reason = "date"       // a date that cannot be read
	ReasonAnswer    Reason = "answer"     // neither yes nor no: the cells have shifted
	ReasonNoProduct Reason = "no_product" // product is missing
	ReasonNoCompany Reason = "no_company" // company is missing
)

// sentences are in English only, like the file and its source: the reject file
// is for whoever repairs the English data.
var sentences = map[Reason]string{
	ReasonQuote:     "A quotation mark is not closed, or stands where none can.",
	ReasonFields:    "Wrong number of fields",
	ReasonLong:      "The record is longer than 1 MiB; most likely a quotation mark is not closed.",
	ReasonNoID:      "The complaint ID is missing.",
	ReasonID:        "The complaint ID is not a whole number",
	ReasonNoDate:    "The date received is missing.",
	ReasonDate:      "A date cannot be read",
	ReasonAnswer:    "Neither Yes nor No where one is wanted; the cells may have shifted",
	ReasonNoProduct: "The product is missing.",
	ReasonNoCompany: "The company is missing.",
}

// Reject is a record that was not read.
type Reject struct {
	File     string
	Line     int // physical line on which the record starts, from 1
	LastLine int // last physical line that was lost with it
	Reason   Reason
	Raw      string // the lines as they stand in the file, at most 1 MiB
	detail   string
}

// Sentence says in plain English what is wrong and how many lines were lost.
func (j *Reject) Sentence() string {
	s := sentences[j.Reason]
	if !strings.HasSuffix(s, ".") {
		s += ": " + clip(strings.Join(strings.Fields(j.detail), " "), 60) + "."
	}
	if j.LastLine > j.Line {
		s += fmt.Sprintf(" Lines %d to %d were not read.", j.Line, j.LastLine)
	}
	return s
}

// RejectWriter writes rejects as CSV with the header
// file,line,reason,sentence,raw. Cells that a spreadsheet would run as a formula
// are led by an apostrophe.
type RejectWriter struct {
	w      *csv.Writer
	headed bool
}

// NewRejectWriter returns a writer to w. Nothing is written before the first
// Write or Flush.
func NewRejectWriter(w io.Writer) *RejectWriter { return &RejectWriter{w: csv.NewWriter(w)} }

// Write adds one reject. It fails with what writing failed with.
func (w *RejectWriter) Write(j *Reject) error {
	if err := w.head(); err != nil {
		return err
	}
	row := []string{j.File, strconv.Itoa(j.Line), string(j.Reason), j.Sentence(), j.Raw}
	for i := range row {
		row[i] = inert(row[i])
	}
	if err := w.w.Write(row); err != nil {
		return fmt.Errorf("write reject of line %d: %w", j.Line, err)
	}
	return nil
}

// Flush writes what is buffered, and the header if there was no reject. It fails
// with what writing failed with.
func (w *RejectWriter) Flush() error {
	if err := w.head(); err != nil {
		return err
	}
	w.w.Flush()
	if err := w.w.Error(); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return nil
}

func (w *RejectWriter) head() error {
	if w.headed {
		return nil
	}
	w.headed = true
	if err := w.w.Write([]string{"file", "line", "reason", "sentence", "raw"}); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return nil
}

// inert keeps a spreadsheet from taking a cell for a formula. The blanks before
// it, the full-width signs and the control characters are ways around a check
// that looks at the first ASCII character only.
func inert(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
	body := strings.TrimLeft(s, " \u00a0\u3000\ufeff\u200b\"")
	if first, size := utf8.DecodeRuneInString(body); size > 0 && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
