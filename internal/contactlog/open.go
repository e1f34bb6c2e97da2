package contactlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	uni "golang.org/x/text/encoding/unicode"

	"dunwatch/internal/fault"
)

// Format is how a file is laid out. It is found in the content; the name of a
// file proves nothing.
type Format string

// The formats.
const (
	Empty         Format = "empty" // no bytes at all: a phone with nothing to back up
	CSV           Format = "csv"
	XLSX          Format = "xlsx"
	XLS           Format = "xls"
	SMSBackupXML  Format = "sms_backup_xml"    // SMS Backup & Restore
	SMSExportJSON Format = "sms_export_ndjson" // SMS Import / Export, bare or in its zip
	FormatExtract Format = "extract"           // what this office kept of a log; see Extract
)

// The bounds of a file. They keep memory and time within reason whatever
// somebody sends.
const (
	defaultMaxBytes = 2 << 30
	defaultMaxRows  = 5_000_000
	maxRowBytes     = 1 << 20  // one line, or one value of an XML attribute that is looked at
	maxInflated     = 1 << 30  // bytes out of a compressed file
	maxRatio        = 400      // of what comes out to what went in, once more than a megabyte came out
	maxShared       = 24 << 20 // bytes of shared strings of a spreadsheet
	maxColumns      = 512
	sniffBytes      = 64 << 10
)

// Options are what a file does not say itself. The zero value reads a
// borrower's log of Beijing time.
type Options struct {
	// File is the index that contacts carry.
	File int
	// Country settles numbers without a country code: "cn" (default), "us", "uk".
	Country string
	// Zone is where wall clocks in the file were read; Asia/Shanghai if nil.
	Zone *time.Location
	// Year completes times without one where no heading tells it.
	Year int
	// Firm says that the log is the firm's (a dialler's export), where outgoing
	// means from the firm. Otherwise it is the borrower's.
	Firm bool
	// Filter, if not nil, lets only contacts with these numbers through.
	Filter *Numbers
	// Own are the numbers of the log's owner, for tables with caller and callee.
	Own *Numbers
	// Mapping, if not nil, says what the columns are; otherwise their headers do.
	Mapping *Mapping
	// DayFirst reads 3/2/2020 as the third of February.
	DayFirst bool
	// MaxBytes and MaxRows bound the file; two gigabytes and five million if 0.
	MaxBytes int64
	MaxRows  int

	peek *Preview // gathers the first rows, where somebody asks for them
}

// Source reads the contacts of one file. It is for one goroutine.
type Source struct {
	name   string
	format Format
	opt    Options
	tally  Tally
	read   func(*Contact) (Reason, error) // "" reads the contact
	table  *table
	names  map[string]string
	bill   bool
	err    error
}

func refuse(key string, args ...any) error {
	return fault.New(fault.Invalid, "contactlog.refused."+key, args...)
}

// Open finds out what the file is and makes ready to read it. name is for the
// year in it and for messages only. It fails with a fault.Invalid if the file
// is none that can be read, and says in plain words what to send instead.
func Open(name string, r io.ReaderAt, size int64, opt Options) (*Source, error) {
	opt.defaults()
	s := &Source{name: name, opt: opt, names: map[string]string{}}
	if size > opt.MaxBytes {
		return nil, refuse("too_large", opt.MaxBytes>>20)
	}
	head := make([]byte, min(size, sniffBytes))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the start of a contact log: %w", err)
	}
	body := io.NewSectionReader(r, 0, size)
	switch {
	case size == 0:
		s.format = Empty
		s.read = func(*Contact) (Reason, error) { return "", io.EOF }
		return s, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return s.opened(s.openZip(r, size))
	case bytes.HasPrefix(head, cfbMagic):
		return s.opened(s.openXLS(r, size))
	}
	if kind := binaryKind(head); kind != "" {
		return nil, refuse(kind)
	}
	return s.opened(s.openText(head, body))
}

func (s *Source) opened(err error) (*Source, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (o *Options) defaults() {
	if o.Zone == nil {
		o.Zone = Beijing
	}
	if o.Country == "" {
		o.Country = "cn"
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxRows == 0 {
		o.MaxRows = defaultMaxRows
	}
}

// Beijing is the civil time of all China. It stands here as a constant, so that
// a machine without zone files reads Chinese logs all the same; summer time was
// last kept in 1991, before any log.
var Beijing = time.FixedZone("Asia/Shanghai", 8*3600)

// binaryKind names what is certainly no log: the key of the refusal.
func binaryKind(head []byte) string {
	for _, k := range [...]struct{ magic, kind string }{
		{"\x1f\x8b", "packed"}, {"BZh", "packed"}, {"7z\xbc\xaf\x27\x1c", "packed"}, {"Rar!", "packed"}, {"\xfd7zXZ", "packed"}, {"\x28\xb5\x2f\xfd", "packed"},
		{"%PDF", "picture"}, {"\x89PNG", "picture"}, {"\xff\xd8\xff", "picture"}, {"GIF8", "picture"}, {"RIFF", "picture"},
		{"MZ", "program"}, {"\x7fELF", "program"}, {"SQLite format 3", "database"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return k.kind
		}
	}
	if len(head) > 8 && string(head[4:8]) == "ftyp" {
		return "picture"
	}
	return ""
}

// openText tells XML, JSON and tables apart, in any of the encodings in use.
func (s *Source) openText(head []byte, body io.Reader) error {
	enc, bom := encodingOf(head)
	var text io.Reader = body
	if bom > 0 {
		if _, err := io.CopyN(io.Discard, body, int64(bom)); err != nil {
			return fmt.Errorf("read a contact log: %w", err)
		}
	}
	start := head[bom:]
	if enc != nil {
		text = enc.NewDecoder().Reader(body)
		start, _ = enc.NewDecoder().Bytes(start)
	}
	if i := bytes.IndexFunc(start, foreign); i >= 0 {
		return refuse("not_text")
	}
	start = bytes.TrimLeft(start, " \t\r\n")
	switch {
	case len(start) == 0:
		return refuse("blank")
	case bytes.HasPrefix(start, []byte(extractMark+",")):
		return s.openExtract(text)
	case start[0] == '<':
		return s.openXML(start, text)
	case start[0] == '{' || start[0] == '[':
		return s.openNDJSON(text)
	}
	return s.openCSV(start, text)
}

// foreign reports characters that no text has: they give away a binary file.
func foreign(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' }

// encodingOf finds the encoding of a text, nil for UTF-8, and the bytes of its
// mark. What is not UTF-8 is taken for GB 18030: Excel in China saves that.
func encodingOf(head []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return nil, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return uni.UTF16(uni.LittleEndian, uni.IgnoreBOM), 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return uni.UTF16(uni.BigEndian, uni.IgnoreBOM), 2
	}
	whole := head
	for i := 0; i < 3 && len(whole) > 0 && !utf8.Valid(whole); i++ {
		whole = whole[:len(whole)-1] // the cut may go through a character
	}
	if utf8.Valid(whole) {
		return nil, 0
	}
	return simplifiedchinese.GB18030, 0
}

// Name is the name that the file was opened with.
func (s *Source) Name() string { return s.name }

// Format is what the file turned out to be.
func (s *Source) Format() Format { return s.format }

// Tally accounts for the rows so far; of the whole file, once Next gave io.EOF.
func (s *Source) Tally() Tally { return s.tally }

// Bill reports a carrier's bill. It lists connected calls alone, so that nothing
// can be said about unanswered ones.
func (s *Source) Bill() bool { return s.bill || s.table != nil && s.table.bill }

// Mapping is what the columns were taken for; nil for formats without columns.
func (s *Source) Mapping() *Mapping {
	if s.table == nil {
		return nil
	}
	m := s.table.m
	return &m
}

// Next reads the next contact into c. It fails with io.EOF at the end and with
// a fault.Invalid where the file turns out to be hostile or broken. Rows that
// are no contact are passed over and counted.
func (s *Source) Next(c *Contact) error {
	for s.err == nil {
		*c = Contact{File: s.opt.File, Firm: s.opt.Firm}
		why, err := s.read(c)
		if err != nil {
			s.err = err
			break
		}
		if s.tally.Rows == s.opt.MaxRows {
			s.err = refuse("too_many_rows", s.opt.MaxRows)
			break
		}
		if why == "" {
			why = s.filter(c)
		}
		if why == "" {
			s.tally.Rows++
			s.tally.Read++
			return nil
		}
		s.tally.drop(why, c.Row)
	}
	return s.err
}

// All reads what is left, for Compare and for pages; it refuses more than most
// contacts.
func (s *Source) All(most int) ([]Contact, error) {
	var out []Contact
	for {
		var c Contact
		switch err := s.Next(&c); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		case len(out) == most:
			return nil, refuse("too_many_rows", most)
		}
		out = append(out, c)
	}
}

// filter keeps what the complaint is about.
func (s *Source) filter(c *Contact) Reason {
	f := s.opt.Filter
	switch {
	case f == nil || f.Has(c.Number) || c.Line != "" && f.Has(c.Line):
		return ""
	case c.Number == "" || c.Number == "*":
		return NoNumber
	}
	return Unrelated
}

// number normalises a number as it stands in the file. Logs repeat numbers, so
// the answers are kept, as long as they are not too many.
func (s *Source) number(raw []byte) string {
	if n, ok := s.names[string(raw)]; ok {
		return n
	}
	if len(raw) > 256 {
		raw = raw[:256]
	}
	n := Normalise(string(raw), s.opt.Country)
	const most = 20_000
	if len(s.names) >= most {
		clear(s.names)
	}
	s.names[string(raw)] = n
	return n
}

// toward gives a direction of the log's owner its meaning: from the firm or to
// it.
func (s *Source) toward(w way) Direction {
	switch {
	case w == wayUnknown:
		return DirectionUnknown
	case (w == wayOut) == s.opt.Firm:
		return FromFirm
	}
	return ToFirm
}

// yearIn finds a year in a file's name: 2017年03月语音通信.xls, 2020-03.csv.
func yearIn(name string) int {
	for i := 0; i+4 <= len(name); i++ {
		y := 0
		for _, c := range []byte(name[i : i+4]) {
			if c < '0' || c > '9' {
				y = -1
				break
			}
			y = y*10 + int(c-'0')
		}
		digitBefore := i > 0 && name[i-1] >= '0' && name[i-1] <= '9'
		digitAfter := i+4 < len(name) && name[i+4] >= '0' && name[i+4] <= '9'
		rest := name[i+4:]
		marked := strings.HasPrefix(rest, "年") || len(rest) > 2 && strings.ContainsRune("-_./", rune(rest[0])) && rest[1] >= '0' && rest[1] <= '9'
		if y >= 1990 && y <= 2100 && !digitBefore && !digitAfter && marked {
			return y
		}
	}
	return 0
}
