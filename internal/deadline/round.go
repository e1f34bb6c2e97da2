package deadline

import (
	"strconv"
	"strings"
)

// An owner has one clock of a kind; what can happen again (being asked for more,
// answering again) runs as "complaint.supplement#2" the second time.

// Round is the kind under which the limit base runs next, given the clocks that
// the owner has: "base", then "base#2", "base#3".
func Round(base string, clocks []Clock) string {
	n := 1
	for _, c := range clocks {
		if Base(c.Kind) == base {
			n++
		}
	}
	if n == 1 {
		return base
	}
	return base + "#" + strconv.Itoa(n)
}

// Base is the rulebook's key of the limit behind a kind: "base#2" is "base".
func Base(kind string) string {
	base, _, _ := strings.Cut(kind, "#")
	return base
}
