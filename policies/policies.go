// Package policies holds what the office decides rather than codes: who may do
// what, which days are worked, and which rules were in force when. The files
// are embedded, so that one binary carries one dated set of them.
package policies

import "embed"

// FS holds access/, calendar/ and rulebook/ as they lie beside this file.
//
//go:embed access calendar rulebook
var FS embed.FS
