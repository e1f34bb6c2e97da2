// Package fault is the small vocabulary of failure that crosses package
// borders: a kind on which a caller can act, and a message that is safe to show
// to the person who asked. Any other error is internal: it is logged once, at
// the edge, and the person reads a plain sentence without details.
//
// A message is a key of web/locales plus arguments, never a finished sentence,
// because the person may read Chinese or English.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what a caller can do about a failure.
type Kind int

// The kinds, each acted upon somewhere.
const (
	Internal        Kind = iota // nothing the person can mend
	Invalid                     // mend the fields named
	Unauthenticated             // sign in
	Forbidden                   // ask somebody who may
	NotFound                    // does not exist, or not for this person
	Conflict                    // somebody else was first: reload
	TooMany                     // wait
	TooLarge                    // send less
	Unavailable                 // try again shortly
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_many", "too_large", "unavailable"}

// String is the kind's name as logs and the API's problem type show it.
func (k Kind) String() string { return kindNames[k] }

// Error is a failure that may be shown.
type Error struct {
	Kind   Kind
	Key    string  // of web/locales, e.g. "fault.case.stale"
	Args   []any   // for the message's {0}, {1} ...
	Fields []Field // for Invalid: every field that is wrong, in form order
	// RetryAfter is in whole seconds, for TooMany and Unavailable.
	RetryAfter int
	cause      error
}

// Field is one wrong input.
type Field struct {
	Name string // as the form and the JSON body name it: "complainant.phone", "accused[0].value"
	Key  string // of web/locales
	Args []any
}

// New returns a failure with a message.
func New(k Kind, key string, args ...any) *Error { return &Error{Kind: k, Key: key, Args: args} }

// Wrap is New with the error that caused it, for the log only.
func Wrap(cause error, k Kind, key string, args ...any) *Error {
	return &Error{Kind: k, Key: key, Args: args, cause: cause}
}

// Error is for logs: kind, key and fields, no values that a person typed.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Kind, e.Key)
	for i, f := range e.Fields {
		sep := ", "
		if i == 0 {
			sep = " ["
		}
		fmt.Fprintf(&b, "%s%s %s", sep, f.Name, f.Key)
	}
	if len(e.Fields) > 0 {
		b.WriteByte(']')
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf finds the kind of err; Internal where nobody gave it one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a failure of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Fields gathers wrong inputs while a request is checked, so that the person
// hears of all of them at once.
type Fields []Field

// Add notes that the input name is wrong.
func (f *Fields) Add(name, key string, args ...any) {
	*f = append(*f, Field{Name: name, Key: key, Args: args})
}

// Err is nil when nothing is wrong, else one Invalid failure.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "fault.invalid", Fields: f}
}
