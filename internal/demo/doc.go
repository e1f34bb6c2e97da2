// Package demo seeds an office that looks lived in: fourteen months of
// complaints, cases and penalties, done by the real services under a clock that
// the seed moves, so that every row, clock and audit entry is what the office
// itself would have written on that day.
//
// The same moment gives the same office: all chance comes from a generator with
// a fixed seed. Nobody in it exists. Firms stand in towns that do not exist,
// credit codes name an office of registration that does not exist, telephone
// numbers lie in ranges that are not assigned (154, 161, 164; area code 0399;
// 555-01xx), and mail goes to example domains, which nobody can own (RFC 2606).
//
// It does not promise a picture of any real market: shares and amounts are made
// up to show every state that the office knows.
package demo

import "time"

// utc is where days become text; a date has no zone.
var utc = time.UTC
