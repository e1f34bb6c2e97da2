// Package policies holds what the office decides rather than codes: who may do
// what, which days are worked, which rules were in force when, and in which
// words its letters speak. The files are embedded, so that one binary carries
// one dated set of them.
package policies

import "embed"

// FS holds access/, calendar/, letter/ and rulebook/ as they lie beside this file.
//
//go:embed access calendar letter rulebook
var FS embed.FS
