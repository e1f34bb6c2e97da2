package contactlog

import (
	"slices"
	"time"
)

// thirdPersons is R07: a contact person only after attempts in a row to reach
// the debtor failed, and never after refusing.
func (x *run) thirdPersons() {
	fails, counted := x.rule.Number("failed_attempts")
	if !counted {
		x.unseen(NeedPerson) // the rule is about what was said
		return
	}
	type state struct {
		failed []uint32
		tried  bool
	}
	var states perKey[state]
	thirds, tried := 0, false
	x.each(func(i uint32, r *record, p *party) {
		s := states.of(p.group)
		if !p.role.Third() {
			if yes, known := r.talked(); r.channel().Spoken() && known && p.role == Debtor {
				s.tried, tried = true, true
				if s.failed = append(s.failed, i); yes {
					s.failed = s.failed[:0]
				}
			}
			return
		}
		thirds++
		if since := x.terms.Unreachable; !since.IsZero() && !time.Unix(r.at, 0).Before(since) {
			return
		}
		switch {
		case x.refused(p, r.at): // R10 and this one: the provision says both
			x.hit(i, nil)
		case s.tried && len(s.failed) < fails:
			x.hit(i, s.failed)
		}
	})
	switch {
	case thirds == 0:
		x.unseen(NeedRoles)
	case !tried:
		x.unseen(NeedAttempts)
	}
}

// refused reports that the person at the number refused before.
func (x *run) refused(p *party, at int64) bool {
	t, ok := x.refusals[p.person]
	return ok && at > t.Unix()
}

// spread is how many different numbers there may be in how many seconds.
type spread struct{ limit, seconds int64 }

// distinct reports contacts that make the different keys in a moving window
// more than the limit; once, however many windows they overfill.
func (x *run) distinct(spreads []spread, strength string, key func(*party) (string, bool)) {
	states := make([]perKey[names], len(spreads))
	x.each(func(i uint32, r *record, p *party) {
		name, ok := key(p)
		if !ok {
			return
		}
		var over *names
		for k, sp := range spreads {
			n := states[k].of(p.group)
			n.cut(r.at-sp.seconds, func(j uint32) string { old, _ := key(&x.parties[x.at(j).party]); return old })
			n.add(i, r.at, name)
			if int64(len(n.counts)) > sp.limit {
				over = n
			}
		}
		if over != nil {
			held := over.held()
			x.hitAs(i, held[:len(held)-1], Hit{Strength: strength})
		}
	})
}

// names counts the different names in a moving window.
type names struct {
	queue
	counts map[string]int
}

// cut drops what is as old as before or older.
func (n *names) cut(before int64, name func(uint32) string) {
	for n.head < len(n.rows) && n.keys[n.head] <= before {
		old := name(n.rows[n.head])
		if n.counts[old]--; n.counts[old] == 0 {
			delete(n.counts, old)
		}
		n.head++
	}
}

func (n *names) add(i uint32, at int64, name string) {
	if n.counts == nil {
		n.counts = map[string]int{}
	}
	n.counts[name]++
	n.push(i, at)
}

// contactBook is R08: how many different third persons were contacted.
func (x *run) contactBook() {
	if !slices.ContainsFunc(x.parties, func(p party) bool { return p.role.Third() }) {
		x.unseen(NeedRoles)
		return
	}
	day, ok1 := x.need("per_24h")
	week, ok2 := x.need("per_7d")
	if ok1 && ok2 {
		x.distinct([]spread{{day, daySeconds}, {week, 7 * daySeconds}}, x.rule.Strength, func(p *party) (string, bool) { return p.person, p.role.Third() })
	}
}

// debtorMayStop are the packs whose law lets debtors themselves end all contact
// in writing. In China contact persons alone may refuse (GB/T 45251-2025); the
// debtor has no general right to be left alone.
var debtorMayStop = map[string]bool{"us": true}

// afterRefusal is R10.
func (x *run) afterRefusal() {
	stop := x.terms.Cease
	if !debtorMayStop[x.terms.Pack.ID] {
		stop = time.Time{}
	}
	if stop.IsZero() && len(x.refusals) == 0 {
		x.unseen(NeedFacts)
		return
	}
	x.each(func(i uint32, r *record, p *party) {
		switch {
		case p.role.Third() && x.refused(p, r.at),
			!p.role.Third() && !stop.IsZero() && r.at > stop.Unix():
			x.hit(i, nil)
		}
	})
}

// workplace is R23: calls to the debtor's employer.
func (x *run) workplace() {
	any := slices.ContainsFunc(x.parties, func(p party) bool { return p.role == Employer })
	knew := x.terms.NotAtWork
	if !any || debtorMayStop[x.terms.Pack.ID] && knew.IsZero() {
		x.unseen(NeedFacts)
		return
	}
	x.each(func(i uint32, r *record, p *party) {
		if p.role == Employer && (knew.IsZero() || r.at > knew.Unix()) {
			x.hit(i, nil)
		}
	})
}
