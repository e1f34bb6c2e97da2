package contactlog

import (
	"cmp"
	"slices"
	"time"
)

// Caller is a number of a log with what the log holds of it, for the owner of
// the log to say whose it is.
type Caller struct {
	Number string // "" for contacts whose number was withheld or masked whole
	// Calls came from the number and Answered is how many of them were; Out are
	// calls and messages to it; Messages came from it.
	Calls, Answered, Messages, Out int
	First, Last                    time.Time
}

// All is how many contacts there are.
func (c Caller) All() int { return c.Calls + c.Messages + c.Out }

// Survey counts the numbers of logs. The zero value is ready.
type Survey struct {
	byNumber map[string]*Caller
}

// maxSurveyed bounds the different numbers: more than that are no person's log.
const maxSurveyed = 20_000

// Add counts a contact. It fails with a fault.Invalid for too many numbers.
func (s *Survey) Add(k *Contact) error {
	n := k.Number
	if n == "*" {
		n = ""
	}
	c := s.byNumber[n]
	if c == nil {
		if len(s.byNumber) == maxSurveyed {
			return refuse("too_many_numbers", maxSurveyed)
		}
		if s.byNumber == nil {
			s.byNumber = map[string]*Caller{}
		}
		c = &Caller{Number: n, First: k.At, Last: k.At}
		s.byNumber[n] = c
	}
	switch yes, known := k.Talked(); {
	case k.Direction == ToFirm && !k.Firm || k.Direction == FromFirm && k.Firm:
		c.Out++
	case k.Channel.Spoken():
		c.Calls++
		if yes && known {
			c.Answered++
		}
	default:
		c.Messages++
	}
	if k.At.Before(c.First) {
		c.First = k.At
	}
	if k.At.After(c.Last) {
		c.Last = k.At
	}
	return nil
}

// Callers lists the numbers, those that called and wrote most first.
func (s *Survey) Callers() []Caller {
	out := make([]Caller, 0, len(s.byNumber))
	for _, c := range s.byNumber {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Caller) int {
		return cmp.Or(cmp.Compare(b.Calls+b.Messages, a.Calls+a.Messages), cmp.Compare(b.All(), a.All()), cmp.Compare(a.Number, b.Number))
	})
	return out
}
