package contactlog

import (
	"cmp"
	"slices"
	"time"
)

// CompareOptions bound how far two clocks and two starts of a call may differ.
type CompareOptions struct {
	// Tolerance is how far the times of one call may lie apart once the skew of
	// the clocks is taken off; a minute if 0. A dialler notes when it dials, a
	// phone when it rings, a carrier when somebody answers.
	Tolerance time.Duration
	// MaxSkew is how far the clocks may differ; fifteen minutes if 0.
	MaxSkew time.Duration
	// LengthSlack is a difference of talk times that nobody need explain; three
	// seconds if 0.
	LengthSlack time.Duration
	// FirmFrom and FirmTo are the time for which the firm was asked: its log covers
	// all of it, also where it begins or ends with a silence. Zero: not known.
	FirmFrom, FirmTo time.Time
}

// Comparison is a borrower's log beside the firm's for the same days.
type Comparison struct {
	// Skew is what must be added to the firm's times to get the borrower's, as
	// the matched contacts show it; Sure says that enough of them agree.
	Skew time.Duration
	Sure bool
	// From and To bound the time that both logs cover: outside it a contact that
	// one side lacks says nothing, and is in Outside.
	From, To     time.Time
	Pairs        []Pair
	OnlyBorrower []Contact
	OnlyFirm     []Contact
	Outside      int
}

// Pair is one contact as both sides have it.
type Pair struct {
	Borrower, Firm Contact
	// Apart is the borrower's time less the firm's, the skew taken off.
	Apart time.Duration
	// Longer is the borrower's talk time less the firm's, where both are known.
	Longer      time.Duration
	LengthKnown bool
	// LengthDiffers and ResultDiffers say that the sides do not agree.
	LengthDiffers, ResultDiffers bool
}

// Compare matches the contacts of a borrower's log with those of the firm's:
// the same kind and direction, the same number of the firm where its export
// tells it, times within the tolerance after a constant skew of the clocks that
// is estimated from the logs themselves.
func Compare(borrower, firm []Contact, opt CompareOptions) Comparison {
	opt.Tolerance = cmp.Or(opt.Tolerance, time.Minute)
	opt.MaxSkew = cmp.Or(opt.MaxSkew, 15*time.Minute)
	opt.LengthSlack = cmp.Or(opt.LengthSlack, 3*time.Second)
	b, f := byTime(borrower), byTime(firm)
	var out Comparison
	out.Skew, out.Sure = skew(b, f, opt)
	out.From, out.To = overlapOf(b, f, out.Skew, opt)
	usedB, usedF := make([]bool, len(b)), make([]bool, len(f))
	for _, m := range match(b, f, out.Skew, opt.Tolerance) {
		usedB[m.borrower], usedF[m.firm] = true, true
		out.Pairs = append(out.Pairs, pairOf(b[m.borrower], f[m.firm], out.Skew, opt))
	}
	for i, c := range b {
		if !usedB[i] {
			out.alone(&out.OnlyBorrower, c, 0, opt)
		}
	}
	for i, c := range f {
		if !usedF[i] {
			out.alone(&out.OnlyFirm, c, out.Skew, opt)
		}
	}
	return out
}

func (c *Comparison) alone(list *[]Contact, k Contact, skew time.Duration, opt CompareOptions) {
	at := k.At.Add(skew)
	if at.Before(c.From.Add(-opt.Tolerance)) || at.After(c.To.Add(opt.Tolerance)) {
		c.Outside++
		return
	}
	*list = append(*list, k)
}

func byTime(list []Contact) []Contact {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b Contact) int { return a.At.Compare(b.At) })
	return out
}

func overlapOf(b, f []Contact, skew time.Duration, opt CompareOptions) (from, to time.Time) {
	if len(b) == 0 || len(f) == 0 {
		return time.Time{}, time.Time{}
	}
	from, to = b[0].At, b[len(b)-1].At
	first, last := f[0].At.Add(skew), f[len(f)-1].At.Add(skew)
	if !opt.FirmFrom.IsZero() && opt.FirmFrom.Before(first) {
		first = opt.FirmFrom
	}
	if opt.FirmTo.After(last) {
		last = opt.FirmTo
	}
	if first.After(from) {
		from = first
	}
	if last.Before(to) {
		to = last
	}
	return from, to
}

// alike reports that two rows may be the same contact, their times aside.
func alike(b, f *Contact) bool {
	if b.Channel.Spoken() != f.Channel.Spoken() || !b.Channel.Spoken() && b.Channel.String() != f.Channel.String() {
		return false
	}
	if b.Direction != DirectionUnknown && f.Direction != DirectionUnknown && b.Direction != f.Direction {
		return false
	}
	return f.Line == "" || b.Number == "" || b.Number == "*" || f.Line == b.Number || agrees(b.Number, f.Line)
}

// skew finds the difference of the clocks on which most contacts agree: each
// pair of rows that may be one contact votes for its difference, and the widest
// agreement within half the tolerance wins. Agreement is sure when more than
// chance brings it about: three votes, and twice those of the best difference
// elsewhere.
func skew(b, f []Contact, opt CompareOptions) (time.Duration, bool) {
	votes := map[int64]int{}
	lo := 0
	for i := range b {
		for lo < len(f) && f[lo].At.Before(b[i].At.Add(-opt.MaxSkew)) {
			lo++
		}
		for j := lo; j < len(f) && j < lo+storm && !f[j].At.After(b[i].At.Add(opt.MaxSkew)); j++ {
			if alike(&b[i], &f[j]) {
				votes[int64(b[i].At.Sub(f[j].At)/time.Second)]++
			}
		}
	}
	half := int64(opt.Tolerance / time.Second / 6)
	best, most := widest(votes, half, func(int64) bool { return true })
	if most == 0 {
		return 0, false
	}
	_, second := widest(votes, half, func(d int64) bool { return d < best-4*half || d > best+4*half })
	sure := most >= 3 && most >= 2*second
	if !sure {
		return 0, false
	}
	return time.Duration(middle(votes, best-half, best+half)) * time.Second, true
}

// storm is how many rows are looked at for one: more calls than that within
// minutes are no call log.
const storm = 200

// widest is the difference with most votes within half on either side; the
// smallest of equals, so that a doubt is settled for clocks that agree.
func widest(votes map[int64]int, half int64, ok func(int64) bool) (best int64, most int) {
	keys := make([]int64, 0, len(votes))
	for d := range votes {
		keys = append(keys, d)
	}
	slices.Sort(keys)
	lo, hi, sum := 0, 0, 0
	for _, d := range keys {
		for hi < len(keys) && keys[hi] <= d+half {
			sum += votes[keys[hi]]
			hi++
		}
		for keys[lo] < d-half {
			sum -= votes[keys[lo]]
			lo++
		}
		if ok(d) && (sum > most || sum == most && abs(d) < abs(best)) {
			best, most = d, sum
		}
	}
	return best, most
}

func abs(n int64) int64 { return max(n, -n) }

// middle is the median vote between two differences.
func middle(votes map[int64]int, from, to int64) int64 {
	total := 0
	for d := from; d <= to; d++ {
		total += votes[d]
	}
	seen := 0
	for d := from; d <= to; d++ {
		if seen += votes[d]; 2*seen >= total {
			return d
		}
	}
	return 0
}

type matched struct{ borrower, firm int }

// match pairs rows, the closest in time first, each once.
func match(b, f []Contact, skew, tolerance time.Duration) []matched {
	type candidate struct {
		matched
		apart time.Duration
	}
	var all []candidate
	lo := 0
	for i := range b {
		at := b[i].At.Add(-skew)
		for lo < len(f) && f[lo].At.Before(at.Add(-tolerance)) {
			lo++
		}
		for j := lo; j < len(f) && j < lo+storm && !f[j].At.After(at.Add(tolerance)); j++ {
			if alike(&b[i], &f[j]) {
				all = append(all, candidate{matched{i, j}, at.Sub(f[j].At).Abs()})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(x.apart, y.apart) })
	usedB, usedF := make([]bool, len(b)), make([]bool, len(f))
	var out []matched
	for _, c := range all {
		if !usedB[c.borrower] && !usedF[c.firm] {
			usedB[c.borrower], usedF[c.firm] = true, true
			out = append(out, c.matched)
		}
	}
	slices.SortFunc(out, func(x, y matched) int { return cmp.Compare(x.borrower, y.borrower) })
	return out
}

func pairOf(b, f Contact, skew time.Duration, opt CompareOptions) Pair {
	p := Pair{Borrower: b, Firm: f, Apart: b.At.Sub(f.At) - skew}
	if b.DurationKnown && f.DurationKnown {
		p.LengthKnown = true
		p.Longer = time.Duration(b.Duration-f.Duration) * time.Second
		p.LengthDiffers = p.Longer.Abs() > opt.LengthSlack
	}
	x, knownX := b.Talked()
	y, knownY := f.Talked()
	p.ResultDiffers = b.Channel.Spoken() && knownX && knownY && x != y
	return p
}
