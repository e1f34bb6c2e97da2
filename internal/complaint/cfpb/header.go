package cfpb

import (
	"bytes"
	"fmt"
	"strings"
)

// columnNames maps what a header cell folds to onto its column: the names of
// the public CSV and those of the regulator's API.
var columnNames = map[string]Column{
	"datereceived":               Received,
	"datesenttocompany":          Sent,
	"product":                    Product,
	"subproduct":                 SubProduct,
	"issue":                      Issue,
	"subissue":                   SubIssue,
	"consumercomplaintnarrative": Narrative,
	"complaintwhathappened":      Narrative,
	"companypublicresponse":      PublicResponse,
	"company":                    Company,
	"state":                      State,
	"zipcode":                    ZIP,
	"tags":                       Tags,
	"consumerconsentprovided":    Consent,
	"submittedvia":               Submitted,
	"companyresponsetoconsumer":  Response,
	"companyresponse":            Response,
	"timelyresponse":             Timely,
	"timely":                     Timely,
	"consumerdisputed":           Disputed,
	"complaintid":                ID,
}

// dateSubmitted marks the 12-column form. There it is the day on which the
// regulator received the complaint, and "Date received" is the day on which the
// company did, which every other form calls "Date sent to company".
const dateSubmitted = "datesubmitted"

// required are the columns without which a row is no complaint. The company is
// required too, but may come from Options.
var required = []Column{ID, Received, Product, Issue}

// layout says where each column stands.
type layout struct {
	delim  byte
	cells  []string // the header as written
	at     [columns]int
	need   int // cells up to the last column that we know
	absent Fields
	twelve bool
}

// headerSearch bounds how far down the header may stand, in lines that are not
// empty: titles, "sep=;" and export notes come before it.
const headerSearch = 20

// FormatError says why a file is not read at all, in words for the person who
// chose the file.
type FormatError struct {
	Name    string   // of the file, may be empty
	Missing []string // names of the columns that it lacks
	Detail  string   // the sentence
	// NeedsCompany: the file would be read if Options.Company were given.
	NeedsCompany bool
}

func (e *FormatError) Error() string {
	name := e.Name
	if name == "" {
		name = "the file"
	}
	return name + ": " + e.Detail
}

// findHeader consumes the source through the header line.
func findHeader(s *source, opt Options) (layout, error) {
	bad := func(detail string) error { return &FormatError{Name: opt.Name, Detail: detail} }
	if !s.has(0) {
		if err := s.ended(); err != nil {
			return layout{}, fmt.Errorf("read %s: %w", opt.Name, err)
		}
		return layout{}, bad("the file is empty")
	}
	s.has(3)
	head := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return layout{}, bad("the text is UTF-16; save it as “CSV UTF-8” and try again")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return layout{}, bad("this is a ZIP archive or an Excel workbook; unpack it, or save the sheet as “CSV UTF-8”, and try again")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return layout{}, bad("the file is packed with gzip; unpack it and try again")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		s.pos += 3
	}
	var best layout
	known := 1 // one known word, "State" or "Company", is no header
	for tries := 0; tries < headerSearch && s.has(0); {
		l, n, size := headerAt(s)
		if n > known {
			known, best = n, l
		}
		if n > 0 && complete(&l, opt) == nil {
			s.skip(size)
			return l, nil
		}
		var raw []byte
		s.skipLine(&raw)
		if len(bytes.TrimSpace(raw)) > 0 {
			tries++
		}
	}
	if err := s.ended(); err != nil && !s.full {
		return layout{}, fmt.Errorf("read %s: %w", opt.Name, err)
	}
	if known == 1 {
		return layout{}, bad("no header of a CFPB complaint file: its first lines name none of the columns, such as “Complaint ID” and “Date received”")
	}
	return layout{}, complete(&best, opt)
}

// headerAt tries the line at the source with each delimiter and returns the
// reading that knows most columns, with its length in bytes.
func headerAt(s *source) (best layout, known, size int) {
	for _, delim := range []byte{',', ';', '\t', '|'} {
		n, err := s.split(delim)
		if err != nil {
			continue
		}
		l := layout{delim: delim}
		for _, c := range s.cells {
			l.cells = append(l.cells, s.text(c))
		}
		if k := l.place(); k > known {
			best, known, size = l, k, n
		}
	}
	return best, known, size
}

// place fills the positions and returns how many columns it knows. A column
// that stands twice is kept at -2, for complete to name.
func (l *layout) place() int {
	for i := range l.at {
		l.at[i] = -1
	}
	submitted, sent := -1, false
	for i, cell := range l.cells {
		key := fold(cleanHeader(cell))
		if key == dateSubmitted {
			submitted = i
			continue
		}
		c, ok := columnNames[key]
		if !ok {
			continue
		}
		sent = sent || c == Sent
		if l.at[c] != -1 {
			i = -2
		}
		l.at[c] = i
	}
	if submitted >= 0 && !sent {
		l.twelve = true
		l.at[Sent], l.at[Received] = l.at[Received], submitted
	}
	known := 0
	for c, i := range l.at {
		if i == -1 {
			l.absent |= 1 << c
			continue
		}
		known++
		l.need = max(l.need, i+1)
	}
	return known
}

// complete says what the header lacks.
func complete(l *layout, opt Options) error {
	e := &FormatError{Name: opt.Name}
	for c, i := range l.at {
		if i == -2 {
			e.Detail = fmt.Sprintf("the header names the column “%s” twice; remove one", Column(c))
			return e
		}
	}
	for _, c := range required {
		if l.at[c] == -1 {
			e.Missing = append(e.Missing, c.String())
		}
	}
	if len(e.Missing) > 0 {
		e.Detail = "not a CFPB complaint file: the header has no column “" + strings.Join(e.Missing, "”, “") + "”"
		if l.cells[0] == "" || cleanHeader(l.cells[0]) == "" {
			e.Detail += "; its first cell is empty"
		}
		return e
	}
	if l.at[Company] == -1 && strings.TrimSpace(opt.Company) == "" {
		e.Missing, e.NeedsCompany = []string{Company.String()}, true
		e.Detail = "the header has no column “Company”; if all complaints are about one company, name it with --company NAME"
		return e
	}
	return nil
}

// cleanHeader drops what editors leave around a header cell.
func cleanHeader(s string) string {
	return strings.Trim(s, "\ufeff\u00a0\u200b \t\r\n\"'")
}

// form names the form for people.
func (l *layout) form() string {
	switch {
	case l.twelve:
		return "one company, dates submitted and received"
	case l.at[Consent] == -1 && l.at[Disputed] == -1:
		return "since June 2026, without consent and dispute"
	}
	return "until June 2026, with consent and dispute"
}
