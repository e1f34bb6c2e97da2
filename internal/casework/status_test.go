package casework

import (
	"fmt"
	"strings"
	"testing"

	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
)

// Every deed in every state: what the diagram draws, and nothing else.
func TestTransitions(t *testing.T) {
	want := map[string]Status{
		"assign unassigned": Investigating, "assign unassigned found": Found, "assign investigating": Investigating, "assign found": Found,
		"assign enforcement": Enforcement, "release investigating": Unassigned, "release found": Unassigned,
		"record investigating": Found, "record found": Found, "propose found": Enforcement, "propose enforcement": Enforcement,
		"leave enforcement": Found, "close unassigned": Closed, "close investigating": Closed, "close found": Closed,
	}
	words := lawtest.Words(t)
	for _, d := range []deed{assign, release, record, propose, leave, finish} {
		for _, s := range Statuses {
			for _, found := range []bool{false, true} {
				name := fmt.Sprintf("%s %s", d, s)
				to, ok := want[name]
				if special, twice := want[name+" found"]; found && twice {
					to = special
				}
				got, err := s.next(d, found)
				switch {
				case ok != s.can(d):
					t.Errorf("%s: can is %v", name, s.can(d))
				case ok && (err != nil || got != to):
					t.Errorf("%s (findings %v): %s, %v; want %s", name, found, got, err, to)
				case !ok && !fault.Is(err, fault.Conflict):
					t.Errorf("%s: %s, %v; want a conflict", name, got, err)
				case !ok && !words.Has(locale.ZH, s.refusal(d)):
					t.Errorf("%s: no sentence %s", name, s.refusal(d))
				}
			}
		}
	}
}

func TestWordsExist(t *testing.T) {
	words := lawtest.Words(t)
	var keys []string
	for _, s := range Statuses {
		keys = append(keys, "casework.status."+string(s))
	}
	for _, e := range Events {
		keys = append(keys, "event."+e)
	}
	for _, k := range keys {
		if !words.Has(locale.ZH, k) || strings.TrimSpace(words.T(locale.EN, k)) == "" {
			t.Errorf("no words for %s", k)
		}
	}
}
