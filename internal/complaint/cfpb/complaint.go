// Package cfpb reads the complaint files that the Consumer Financial Protection
// Bureau of the United States publishes, in the forms they have had over the
// years and in the state in which spreadsheets leave them. It streams: memory
// does not grow with the file.
//
// It judges each row alone. Whether a complaint is new, known or changed is for
// the caller, with Digest and Diff; so are firms, rules and the database.
package cfpb

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"dunwatch/internal/calendar"
)

// Column is one column of the public file.
type Column int

// The columns in the order of the 18-column form.
const (
	Received Column = iota
	Product
	SubProduct
	Issue
	SubIssue
	Narrative
	PublicResponse
	Company
	State
	ZIP
	Tags
	Consent
	Submitted
	Sent
	Response
	Timely
	Disputed
	ID
	columns // how many there are
)

var columnTitles = [columns]string{
	"Date received", "Product", "Sub-product", "Issue", "Sub-issue", "Consumer complaint narrative",
	"Company public response", "Company", "State", "ZIP code", "Tags", "Consumer consent provided?", "Submitted via",
	"Date sent to company", "Company response to consumer", "Timely response?", "Consumer disputed?", "Complaint ID",
}

// String is the column's name in the public file's header.
func (c Column) String() string { return columnTitles[c] }

// Fields is a set of columns, one bit each, fit to be stored as an integer.
type Fields uint32

// Has reports whether c is in the set.
func (f Fields) Has(c Column) bool { return f&(1<<c) != 0 }

// Complaint is one row. Texts are as written but for surrounding blanks, line
// ends (LF) and NUL characters; ID, ZIP and State are in canonical form.
type Complaint struct {
	ID             string        // digits, no leading zeros
	Received       calendar.Date // by the regulator
	Sent           calendar.Date // to the company; may be no date
	Product        string        // as written; see CurrentProduct
	SubProduct     string        // as written; see CurrentSubProduct
	Issue          string
	SubIssue       string
	Narrative      string
	PublicResponse string
	Company        string // from the file, or Options.Company
	State          string // two capitals as a rule
	ZIP            string // five digits, or masked as 330XX, or empty
	Tags           string
	Consent        string
	Via            string // as written; see ParseVia
	Response       string
	Timely         Answer
	Disputed       Answer
	// Absent are the columns that the file does not have: that a value is missing
	// there says nothing about the complaint. Store it with the row, for Diff.
	Absent Fields
	// Line is the physical line on which the record starts, from 1. It is no part
	// of the content.
	Line int
	// ZIPWritten is the ZIP code as the file has it, which spreadsheets shorten. It is
	// no part of the content either.
	ZIPWritten string
}

// IsDebtCollection reports whether the product is debt collection.
func (c *Complaint) IsDebtCollection() bool { return fold(c.Product) == fold(debtCollection) }

// Digest is the SHA-256 of the content in canonical form. Equal digests mean
// that nothing changed. Different ones mean that something may have: files of
// another form carry other columns, so ask Diff.
func (c *Complaint) Digest() [sha256.Size]byte {
	h := sha256.New()
	var size [binary.MaxVarintLen64]byte
	for col := range columns {
		if c.Absent.Has(col) {
			continue
		}
		v := c.canonical(col)
		h.Write(append(size[:0], byte(col)))
		h.Write(size[:binary.PutUvarint(size[:], uint64(len(v)))])
		h.Write([]byte(v))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// FieldDiff is one field in which two versions of a complaint differ, with the
// values as written; dates are YYYY-MM-DD.
type FieldDiff struct {
	Field    Column
	Old, New string
}

// Diff lists the fields in which next differs from c by meaning, in the order of
// the public file. Another way to write the same date, ZIP code, company name
// or product is no difference, nor is a column that one of the two files lacks.
// The company of a 12-column file counts: whoever imported it named the company.
func (c *Complaint) Diff(next *Complaint) []FieldDiff {
	var diffs []FieldDiff
	for col := range columns {
		if c.Absent.Has(col) || next.Absent.Has(col) || c.canonical(col) == next.canonical(col) {
			continue
		}
		diffs = append(diffs, FieldDiff{Field: col, Old: c.Value(col), New: next.Value(col)})
	}
	return diffs
}

// Value is the value of a column as written; dates are YYYY-MM-DD.
func (c *Complaint) Value(col Column) string {
	switch col {
	case Received:
		return c.Received.String()
	case Product:
		return c.Product
	case SubProduct:
		return c.SubProduct
	case Issue:
		return c.Issue
	case SubIssue:
		return c.SubIssue
	case Narrative:
		return c.Narrative
	case PublicResponse:
		return c.PublicResponse
	case Company:
		return c.Company
	case State:
		return c.State
	case ZIP:
		return c.ZIP
	case Tags:
		return c.Tags
	case Consent:
		return c.Consent
	case Submitted:
		return c.Via
	case Sent:
		return c.Sent.String()
	case Response:
		return c.Response
	case Timely:
		return string(c.Timely)
	case Disputed:
		return string(c.Disputed)
	}
	return c.ID
}

// canonical is the value with everything taken off that carries no meaning.
func (c *Complaint) canonical(col Column) string {
	v := c.Value(col)
	switch col {
	case Product:
		return fold(CurrentProduct(v))
	case SubProduct:
		return fold(CurrentSubProduct(c.Product, v))
	case Company, Issue, SubIssue, PublicResponse, Tags, Response:
		return fold(v)
	case Consent:
		if v = fold(v); v == "na" {
			return ""
		}
		return v
	case Submitted:
		if via := ParseVia(v); via != ViaUnknown {
			return string(via)
		}
		return fold(v)
	case ZIP:
		return canonicalZIP(v)
	case State:
		return strings.ToUpper(v)
	case Narrative:
		return strings.Join(strings.Fields(v), " ")
	}
	return v
}
