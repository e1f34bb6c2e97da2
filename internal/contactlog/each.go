package contactlog

import (
	"context"
	"errors"
	"io"
)

// File is a log that somebody sent.
type File struct {
	Name string
	Size int64
	io.ReaderAt
	// Mapping, if not nil, says what its columns are.
	Mapping *Mapping
}

// Account is what a file turned out to be, and what became of each of its rows.
type Account struct {
	Name    string
	Format  Format
	Tally   Tally
	Bill    bool     // a carrier's bill, which lists connected calls alone
	Firm    bool     // a dialler's export
	Mapping *Mapping // what the columns were taken for; nil without columns
}

// Each gives the contacts of a file to do, one after the other; do must not keep
// the contact. It fails as Open and Next do, with the error of do, and when ctx
// ends; the account then tells how far it came.
func Each(ctx context.Context, f File, opt Options, do func(*Contact) error) (Account, error) {
	a := Account{Name: f.Name}
	if f.Mapping != nil {
		opt.Mapping = f.Mapping
	}
	s, err := Open(f.Name, f, f.Size, opt)
	if err != nil {
		return a, err
	}
	var k Contact
	for n := 0; err == nil; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			err = ctx.Err()
			break
		}
		if err = s.Next(&k); err == nil {
			err = do(&k)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	a.Format, a.Tally, a.Bill, a.Firm, a.Mapping = s.Format(), s.Tally(), s.Bill(), s.opt.Firm, s.Mapping()
	return a, err
}
