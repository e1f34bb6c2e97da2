// Package ident reads the identifiers of people and firms as people type them,
// and gives each one form in which equal means equal: identity numbers, credit
// codes, telephone numbers, bank cards, e-mail addresses, firm names, and our
// own references. It is pure.
//
// It proves form, never existence: a number that passes may belong to nobody.
package ident

import (
	"errors"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Error is why an identifier was refused: a key of web/locales. It never holds
// what the person typed.
type Error string

// Error is for logs.
func (e Error) Error() string { return "identifier refused: " + string(e) }

// Key is the message's key in web/locales.
func (e Error) Key() string { return string(e) }

// Why identifiers are refused.
const (
	ErrIDForm     Error = "ident.id_number.form"     // not 18 characters (or the 15 digits of before 1999)
	ErrIDProvince Error = "ident.id_number.province" // first two digits are no province
	ErrIDBirth    Error = "ident.id_number.birth"    // no such day, in the future, or over 120 years ago
	ErrIDCheck    Error = "ident.id_number.check"    // check character wrong: a slip in typing

	ErrUSCCForm  Error = "ident.uscc.form"  // not 18 of the characters used
	ErrUSCCCheck Error = "ident.uscc.check" // a check character is wrong

	ErrPhone Error = "ident.phone.form"
	ErrEmail Error = "ident.email.form"

	ErrCardForm  Error = "ident.bank_card.form"  // not 13 to 19 digits
	ErrCardCheck Error = "ident.bank_card.check" // Luhn digit wrong

	ErrReference      Error = "ident.reference.form"  // not like C-2026-000123-7
	ErrReferenceCheck Error = "ident.reference.check" // check digit wrong
)

// Errors are all of them, so that a test can hold the locales against the list.
func Errors() []Error {
	return []Error{
		ErrIDForm, ErrIDProvince, ErrIDBirth, ErrIDCheck, ErrUSCCForm, ErrUSCCCheck, ErrPhone, ErrEmail,
		ErrCardForm, ErrCardCheck, ErrReference, ErrReferenceCheck,
	}
}

// Key is the locale key in err, for fault.Fields; "" where err is none of ours.
func Key(err error) string {
	e, _ := errors.AsType[Error](err)
	return string(e)
}

// NormaliseDigits folds full-width characters to ASCII and drops spaces, hyphens
// and the invisible marks that come with copied numbers. It changes nothing
// else, so it is safe on what may not be digits at all.
func NormaliseDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || r == '−' {
			return -1
		}
		return r
	}, width.Fold.String(s))
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// allDigits reports whether s is n digits.
func allDigits(s string, n int) bool { return len(s) == n && isDigits(s) }
