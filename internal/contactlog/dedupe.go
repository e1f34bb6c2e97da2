package contactlog

import (
	"cmp"
	"slices"
)

// dedupe keeps of equal contacts those of the file that has most of them: two
// messages in one second are two, the same two in a second backup are not four.
func (c *Checker) dedupe() {
	var run []uint32
	gone := false
	for lo := 0; lo < len(c.order); {
		hi := lo + 1
		for hi < len(c.order) && c.at(c.order[hi]).at == c.at(c.order[lo]).at {
			hi++
		}
		if hi-lo > 1 {
			run = append(run[:0], c.order[lo:hi]...)
			slices.SortFunc(run, func(a, b uint32) int { return c.same(c.at(a), c.at(b)) })
			for i := 0; i < len(run); {
				j := i + 1
				for j < len(run) && c.same(c.at(run[i]), c.at(run[j])) == 0 {
					j++
				}
				gone = c.dropTwice(run[i:j]) || gone
				i = j
			}
		}
		lo = hi
	}
	if c.nearlySame() || gone {
		c.order = slices.DeleteFunc(c.order, func(i uint32) bool { return c.at(i).is(flagDropped) })
	}
}

// same compares what two files that hold one contact agree in.
func (c *Checker) same(a, b *record) int {
	return cmp.Or(cmp.Compare(a.party, b.party), cmp.Compare(a.kind, b.kind), cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.outcome, b.outcome))
}

func (c *Checker) dropTwice(equal []uint32) bool {
	if len(equal) < 2 {
		return false
	}
	var per [256]int
	best := c.at(equal[0]).file
	for _, i := range equal {
		per[c.at(i).file]++
	}
	for _, i := range equal {
		if f := c.at(i).file; per[f] > per[best] || per[f] == per[best] && f < best {
			best = f
		}
	}
	gone := false
	for _, i := range equal {
		if r := c.at(i); r.file != best {
			c.drop(r)
			gone = true
		}
	}
	return gone
}

func (c *Checker) drop(r *record) {
	r.flags |= flagDropped
	d := c.twice[int(r.file)]
	d.Reason = Duplicate
	d.Rows++
	if d.First == 0 || int(r.row) < d.First {
		d.First = int(r.row)
	}
	c.twice[int(r.file)] = d
}

// How far the phone's and the carrier's record of one call lie apart: a phone
// notes when it rings, a bill when somebody answers.
const (
	ringSeconds  = 60
	talkedWithin = 5 // seconds of talk time
)

// nearlySame drops connected calls that another file holds with another start:
// a borrower sends the phone's log and the carrier's bill, and four calls must
// not become eight. Each call of one file stands for one of the other.
func (c *Checker) nearlySame() bool {
	type half struct {
		row  uint32
		file uint8
	}
	taken := map[half]bool{}
	gone := false
	for k, i := range c.order {
		a := c.at(i)
		if a.is(flagDropped) || !a.lasted() {
			continue
		}
		best, apart := -1, int64(ringSeconds+1)
		for n, j := range c.order[k+1 : min(len(c.order), k+1+storm)] {
			b := c.at(j)
			if b.at-a.at > ringSeconds {
				break
			}
			if b.file != a.file && b.party == a.party && b.kind == a.kind && !b.is(flagDropped) && b.lasted() &&
				abs(int64(a.seconds)-int64(b.seconds)) <= talkedWithin && !taken[half{i, b.file}] && !taken[half{j, a.file}] && b.at-a.at < apart {
				best, apart = k+1+n, b.at-a.at
			}
		}
		if best < 0 {
			continue
		}
		kept, lost := i, c.order[best]
		if c.at(lost).file < a.file {
			kept, lost = lost, kept
		}
		taken[half{kept, c.at(lost).file}] = true
		c.drop(c.at(lost))
		gone = true
	}
	return gone
}

// lasted reports a call of known talk time.
func (r *record) lasted() bool {
	yes, _ := r.talked()
	return yes && r.channel().Spoken() && r.is(flagDuration) && r.seconds > 0
}

// Duplicates are the rows of a file that another file holds too. They were read
// and are not counted twice; the caller takes them out of the file's Tally.
func (c *Checker) Duplicates(file int) Drop {
	c.prepare()
	return c.twice[file]
}
