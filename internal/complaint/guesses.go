package complaint

import (
	"net/netip"
	"sync"
	"time"
)

// How many wrong access codes are heard, in a window.
const (
	guessWindow   = 15 * time.Minute
	guessesOfPair = 10 // of one reference from one address
	guessesOfAddr = 50 // from one address, whatever the references
	guessesKept   = 100_000
)

// guesses counts wrong access codes by address, and by reference and address. It
// does not count by reference alone: references can be counted up, so anybody
// could lock a borrower out, while a code of 66 bits needs no such help. Counts
// live in memory, for they only slow a guesser down.
type guesses struct {
	mu    sync.Mutex
	count map[string]guess
}

type guess struct {
	n     int
	until time.Time
}

func newGuesses() *guesses { return &guesses{count: map[string]guess{}} }

// wait is how many seconds somebody at the address must wait before the next
// try at the reference; 0 is none.
func (g *guesses) wait(ref, address string, now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := network(address)
	for key, most := range map[string]int{"a " + a: guessesOfAddr, "r " + ref + " " + a: guessesOfPair} {
		if c := g.count[key]; c.n >= most && now.Before(c.until) {
			return int(c.until.Sub(now)/time.Second) + 1
		}
	}
	return 0
}

// wrong counts a wrong code.
func (g *guesses) wrong(ref, address string, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.count) >= guessesKept {
		g.sweep(now)
	}
	a := network(address)
	for _, key := range []string{"a " + a, "r " + ref + " " + a} {
		c := g.count[key]
		if !now.Before(c.until) {
			c = guess{until: now.Add(guessWindow)}
		}
		c.n++
		g.count[key] = c
	}
}

// right forgets the pair: who typed the code at last is no guesser.
func (g *guesses) right(ref, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.count, "r "+ref+" "+network(address))
}

// sweep drops what has run out, and everything if that was not enough: memory
// stays bounded whatever comes.
func (g *guesses) sweep(now time.Time) {
	for k, c := range g.count {
		if !now.Before(c.until) {
			delete(g.count, k)
		}
	}
	if len(g.count) >= guessesKept {
		clear(g.count)
	}
}

// network is the address by which a guesser is known: an IPv6 subscriber has a
// whole /64 of them.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, _ := a.WithZone("").Prefix(64)
	return p.String()
}
