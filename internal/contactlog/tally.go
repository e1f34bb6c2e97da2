package contactlog

import "slices"

// Reason says why a row was dropped: the end of a key of web/locales,
// "contactlog.dropped." + reason.
type Reason string

// The reasons.
const (
	Unrelated Reason = "unrelated"  // the number has nothing to do with the complaint
	Duplicate Reason = "duplicate"  // the same contact stands in another file
	NoTime    Reason = "no_time"    // no time in the row
	BadTime   Reason = "bad_time"   // a time that cannot be read
	NoYear    Reason = "no_year"    // neither row, nor heading, nor option tells the year
	NoNumber  Reason = "no_number"  // withheld, where only certain numbers count
	NotSent   Reason = "not_sent"   // a draft, or a message still waiting
	NoContact Reason = "no_contact" // a heading once more, a sum, a remark
	BadRow    Reason = "bad_row"    // a row that is damaged
)

// Reasons are all of them, so that a test can hold the locales against the list.
func Reasons() []Reason {
	return []Reason{Unrelated, Duplicate, NoTime, BadTime, NoYear, NoNumber, NotSent, NoContact, BadRow}
}

// Tally accounts for the rows of a file: Rows is Read and all that was dropped.
type Tally struct {
	Rows    int
	Read    int
	Dropped []Drop
}

// Drop is how many rows were dropped for one reason, and the first of them.
type Drop struct {
	Reason Reason
	Rows   int
	First  int // line or row in the file
}

func (t *Tally) drop(r Reason, row int) {
	t.Rows++
	i := slices.IndexFunc(t.Dropped, func(d Drop) bool { return d.Reason == r })
	if i < 0 {
		t.Dropped = append(t.Dropped, Drop{Reason: r, First: row})
		i = len(t.Dropped) - 1
	}
	t.Dropped[i].Rows++
}

// Withdraw moves n rows that were read to the dropped ones: what turned out to
// stand in another file too. first is the row of one of them.
func (t *Tally) Withdraw(n int, r Reason, first int) {
	for range n {
		t.Rows--
		t.Read--
		t.drop(r, first)
	}
}
