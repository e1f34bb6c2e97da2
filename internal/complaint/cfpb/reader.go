package cfpb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"dunwatch/internal/calendar"
)

// Options are what the file itself does not say.
type Options struct {
	// Company is the company that all rows are about, for files without such a
	// column; ignored where the file has one.
	Company string
	// Name of the file, for messages and rejects.
	Name string
}

// Reader reads one file. It is for one goroutine.
type Reader struct {
	src    *source
	opt    Options
	layout layout
}

// NewReader finds the header, below a title or notes if need be, and with it the
// delimiter and the form. It fails with a *FormatError if the file is none that
// the package reads, else with what reading failed with.
func NewReader(r io.Reader, opt Options) (*Reader, error) {
	s := newSource(r)
	l, err := findHeader(s, opt)
	if err != nil {
		return nil, err
	}
	if l.at[Company] == -1 {
		l.absent &^= 1 << Company
	}
	opt.Company = strings.TrimSpace(opt.Company)
	return &Reader{src: s, opt: opt, layout: l}, nil
}

// Form describes the form of the file in a few words.
func (r *Reader) Form() string { return r.layout.form() }

// Absent are the columns that the file does not have.
func (r *Reader) Absent() Fields { return r.layout.absent }

// Next returns the next complaint, or the next record that cannot be one: the
// Reject is then not nil. It fails with io.EOF at the end, and with what reading
// failed with otherwise. Empty lines and repeated headers are passed over.
func (r *Reader) Next() (Complaint, *Reject, error) {
	for {
		n, err := r.src.split(r.layout.delim)
		switch {
		case err == io.EOF:
			return Complaint{}, nil, io.EOF
		case errors.Is(err, errQuote):
			return r.reject(ReasonQuote, "", 0)
		case errors.Is(err, errLong):
			return r.reject(ReasonLong, "", 0)
		case err != nil:
			return Complaint{}, nil, fmt.Errorf("read %s line %d: %w", r.opt.Name, r.src.line, err)
		}
		if r.void() {
			r.src.skip(n)
			continue
		}
		if !r.fits() {
			return r.reject(ReasonFields, fmt.Sprintf("%d, the header has %d", len(r.src.cells), len(r.layout.cells)), 0)
		}
		c, reason, detail := r.complaint(n)
		if reason != "" {
			return r.reject(reason, detail, n)
		}
		r.src.skip(n)
		return c, nil, nil
	}
}

// void reports whether the record holds nothing: all cells are empty, or it is
// the header again, as in files that were put one after the other.
func (r *Reader) void() bool {
	s := r.src
	empty := true
	for _, c := range s.cells {
		if len(bytes.TrimSpace(s.buf[s.pos+c.from:s.pos+c.to])) > 0 {
			empty = false
			break
		}
	}
	if empty {
		return true
	}
	return r.headerAgain()
}

// headerAgain compares the record with the header; the cell of the complaint
// number tells nearly always, without a copy.
func (r *Reader) headerAgain() bool {
	s := r.src
	if len(s.cells) != len(r.layout.cells) {
		return false
	}
	id := s.cells[r.layout.at[ID]]
	if id.to > id.from && s.at(id.from) <= '9' || columnNames[fold(s.text(id))] != ID {
		return false
	}
	for i, c := range s.cells {
		if fold(s.text(c)) != fold(r.layout.cells[i]) {
			return false
		}
	}
	return true
}

// fits reports whether the record has the header's number of cells. Columns
// without a name at the header's end may be missing, and empty cells may follow:
// spreadsheets add and drop both.
func (r *Reader) fits() bool {
	s := r.src
	if len(s.cells) < r.layout.need {
		return false
	}
	for i := len(s.cells) - 1; i >= len(r.layout.cells); i-- {
		if s.cells[i].to > s.cells[i].from {
			return false
		}
	}
	for i := len(s.cells); i < len(r.layout.cells); i++ {
		if cleanHeader(r.layout.cells[i]) != "" {
			return false
		}
	}
	return true
}

// text is the content of a cell of the record at hand.
func (s *source) text(c span) string {
	return unescape(string(s.buf[s.pos+c.from:s.pos+c.to]), c.escaped)
}

func (r *Reader) cell(col Column) string {
	i := r.layout.at[col]
	if i < 0 || i >= len(r.src.cells) {
		return ""
	}
	return r.src.text(r.src.cells[i])
}

// complaint builds the row from the n bytes of the record, or says why not.
func (r *Reader) complaint(n int) (c Complaint, reason Reason, detail string) {
	s := r.src
	// One copy for the whole record; the fields are parts of it.
	record := string(s.buf[s.pos : s.pos+n])
	valid := utf8.ValidString(record)
	value := func(col Column) string {
		i := r.layout.at[col]
		if i < 0 {
			return ""
		}
		at := s.cells[i]
		return tidy(unescape(record[at.from:at.to], at.escaped), valid)
	}
	id, ok := canonicalID(value(ID))
	if !ok {
		if value(ID) == "" {
			return c, ReasonNoID, ""
		}
		return c, ReasonID, value(ID)
	}
	c = Complaint{
		ID:             id,
		Product:        value(Product),
		SubProduct:     value(SubProduct),
		Issue:          value(Issue),
		SubIssue:       value(SubIssue),
		Narrative:      value(Narrative),
		PublicResponse: value(PublicResponse),
		Company:        value(Company),
		State:          strings.ToUpper(value(State)),
		ZIP:            canonicalZIP(value(ZIP)),
		ZIPWritten:     value(ZIP),
		Tags:           value(Tags),
		Consent:        value(Consent),
		Via:            value(Submitted),
		Response:       value(Response),
		Absent:         r.layout.absent,
		Line:           s.line,
	}
	if r.layout.at[Company] == -1 {
		c.Company = r.opt.Company
	}
	return r.judge(c, value)
}

// judge reads the fields that are not text and checks that none is missing.
func (r *Reader) judge(c Complaint, value func(Column) string) (Complaint, Reason, string) {
	received := value(Received)
	if received == "" {
		return c, ReasonNoDate, ""
	}
	var err error
	c.Received, err = ParseDate(received)
	if err != nil {
		return c, ReasonDate, received
	}
	c.Sent, err = optionalDate(value(Sent))
	if err != nil {
		return c, ReasonDate, value(Sent)
	}
	var ok bool
	if c.Timely, ok = parseAnswer(value(Timely)); !ok {
		return c, ReasonAnswer, value(Timely)
	}
	if c.Disputed, ok = parseAnswer(value(Disputed)); !ok {
		return c, ReasonAnswer, value(Disputed)
	}
	if c.Product == "" {
		return c, ReasonNoProduct, ""
	}
	if c.Company == "" {
		return c, ReasonNoCompany, ""
	}
	return c, "", ""
}

func optionalDate(s string) (calendar.Date, error) {
	if s == "" || s == "N/A" {
		return calendar.Date{}, nil
	}
	return ParseDate(s)
}

// unescape makes one quote of two.
func unescape(s string, escaped bool) string {
	if escaped {
		return strings.ReplaceAll(s, `""`, `"`)
	}
	return s
}

// tidy takes off what no reader of a text would miss. Text that is not UTF-8 is
// taken for Windows-1252, which is what American spreadsheets write.
func tidy(s string, valid bool) string {
	if !valid && !utf8.ValidString(s) {
		t, err := charmap.Windows1252.NewDecoder().String(s)
		if err == nil {
			s = t
		}
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.TrimSpace(s)
}

// reject gives up the record at hand and goes on at the next line that can
// start a record. A record whose cells could be told apart (size > 0 bytes) is
// given up whole, unless a complete record stands inside: then a quote had
// swallowed it.
func (r *Reader) reject(reason Reason, detail string, size int) (Complaint, *Reject, error) {
	s := r.src
	j := &Reject{File: r.opt.Name, Line: s.line, Reason: reason, detail: detail}
	var raw []byte
	start, kept, dropped := s.line, 0, 0
	for {
		before, pos := s.line, len(raw)
		if !s.skipLine(&raw) {
			break
		}
		dropped += len(raw) - pos
		if len(bytes.TrimSpace(raw[pos:])) > 0 || len(raw) == maxRecord {
			j.LastLine, kept = before, len(raw)
		}
		if size > 0 && dropped >= size || r.resumes(size > 0) {
			break
		}
	}
	if err := s.err; err != nil && err != io.EOF && !s.has(0) {
		return Complaint{}, nil, fmt.Errorf("read %s line %d: %w", r.opt.Name, start, err)
	}
	j.Raw = string(bytes.TrimRight(raw[:kept], "\r\n"))
	return Complaint{}, j, nil
}

// resumes reports whether a record can start at the line at hand: its first cell
// is a date or number as that column wants, or (all that strict asks) it has the
// right number of cells and a complaint number.
func (r *Reader) resumes(strict bool) bool {
	if !strict && r.opens() {
		return true
	}
	if _, err := r.src.split(r.layout.delim); err != nil || !r.fits() {
		return false
	}
	_, ok := canonicalID(strings.TrimSpace(r.cell(ID)))
	return ok
}

// opens looks at the first cell of the line only.
func (r *Reader) opens() bool {
	s := r.src
	const longest = 48 // bytes of a quoted timestamp with blanks around
	s.has(longest)
	line := s.buf[s.pos:min(s.end, s.pos+longest)]
	cell, _, ok := bytes.Cut(line, []byte{r.layout.delim})
	if !ok {
		return false
	}
	first := strings.Trim(string(cell), "\" ")
	switch 0 {
	case r.layout.at[ID]:
		_, ok = canonicalID(first)
		return ok
	case r.layout.at[Received], r.layout.at[Sent]:
		_, err := ParseDate(first)
		return err == nil
	}
	return false
}
