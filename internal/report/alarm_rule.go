package report

import "math"

// The rule by which a rise is unusual. It is a pure function of counts, and simulated in alarm_rule_test.go, which states how
// often it is wrong and what it finds.
//
// The last seven whole days are held against a baseline of weeks before them. As Farrington et al. (J. R. Stat. Soc. A 159,
// 1996) and Noufaily et al. (Stat. Med. 32, 2013) do for outbreaks, the newest weeks stay out of the baseline, so that a rise
// does not teach itself what is usual, counts are negative binomial, and fewer than five are no alarm; leaving out the days
// next to the present is also what sets C2 of the Early Aberration Reporting System apart from C1 (Hutwagner et al., J. Urban
// Health 80, 2003). Where those fit a trend and a season, this rule asks two questions of which both must be answered with yes:
// is it more than the series itself lets expect, and is it more than its share of everything received? A holiday, a campaign
// or a slow growth that carries the whole office then raises nothing for each firm.
const (
	// AlarmMethod is the version of the rule: it goes up with every change that moves an alarm.
	AlarmMethod = 1

	alarmWeeks   = 26 // of the baseline
	alarmGap     = 2  // weeks before the last seven days that teach nothing
	alarmLeast   = 5  // complaints: fewer are no alarm
	alarmHistory = 8  // weeks of baseline that a series must have to be judged

	// alarmBudget is how many false alarms a week over all series the rule allows itself: one in twenty weeks.
	alarmBudget = 0.05
	// alarmLooks is as how many separate looks the seven nights of a week count. They see nearly the same days.
	alarmLooks = 2
	// alarmSpread is the least that a series' own level is taken to waver by from week to week, as a squared share of it.
	alarmSpread = 0.005
)

// weekly is a series as the rule sees it.
type weekly struct {
	now  int64   // in the last seven days
	base []int64 // in the weeks of the baseline, the newest first
	// The same of all that it is a part of; none of a series that is the whole.
	allNow  int64
	allBase []int64
}

// judged is what the rule says of a series.
type judged struct {
	expected float64 // complaints
	usual    int64   // the most that would be no alarm
	p        float64 // how likely so many or more are if nothing has changed
}

// alarmThreshold is the probability below which one of n series is unusual: all share the budget.
func alarmThreshold(n int) float64 { return alarmBudget / alarmLooks / float64(max(n, 1)) }

// judge says how unusual the last seven days of a series are; ok false of one with too short a past. Without a rise it does
// not work out by how much there is none.
func (w weekly) judge(threshold float64) (out judged, ok bool) {
	if len(w.base) < alarmHistory {
		return judged{}, false
	}
	level, share := w.level(), w.share()
	out.expected, out.p = level.mean, 1
	if share != nil {
		out.expected = min(out.expected, share.mean(w.allNow))
	}
	if w.now < alarmLeast || float64(w.now) <= out.expected {
		return out, true
	}
	at := func(y int64) float64 {
		p := level.tail(y)
		if share != nil {
			p = max(p, share.tail(y, w.allNow-w.now+y))
		}
		return p
	}
	if out.p = at(w.now); out.p > threshold {
		return out, true
	}
	for out.usual = w.now - 1; out.usual >= alarmLeast && at(out.usual) <= threshold; out.usual-- {
	}
	return out, true
}

// negative is a negative binomial distribution of a count.
type negative struct{ mean, size float64 }

// level is what the series' own past lets expect: the rate is known as well as so many complaints tell it, and wavers from
// week to week by as much as it did, at least a little.
func (w weekly) level() negative {
	n, sum := float64(len(w.base)), 0.0
	for _, v := range w.base {
		sum += float64(v)
	}
	mean, squares := sum/n, 0.0
	for _, v := range w.base {
		squares += (float64(v) - mean) * (float64(v) - mean)
	}
	spread := alarmSpread
	if mean > 0 {
		spread = max(spread, (squares/(n-1)-mean)/(mean*mean))
	}
	known := sum + 0.5
	return negative{known / n, 1 / (1/known + spread)}
}

// tail is the probability of y or more.
func (d negative) tail(y int64) float64 {
	k, r, q := float64(y), d.size, d.mean/(d.size+d.mean)
	term := math.Exp(lgamma(k+r) - lgamma(k+1) - lgamma(r) + r*math.Log1p(-q) + k*math.Log(q))
	sum := term
	for ; term > sum*1e-9; k++ {
		term *= q * (k + r) / (k + 1)
		sum += term
	}
	return min(sum, 1)
}

// beta is a beta-binomial distribution: so many of n, each with a chance that itself is known as beta.
type beta struct{ a, b float64 }

// share is what the past lets expect of a part of everything; nil of what is no part.
func (w weekly) share() *beta {
	if w.allBase == nil {
		return nil
	}
	var sum, all float64
	for i, v := range w.base {
		sum, all = sum+float64(v), all+float64(w.allBase[i])
	}
	part := (sum + 0.5) / (all + 1)
	var squares, pairs float64
	for i, v := range w.base {
		n := float64(w.allBase[i])
		squares += (float64(v) - n*part) * (float64(v) - n*part)
		pairs += n * (n - 1)
	}
	n := float64(len(w.base))
	spread := alarmSpread * part / (1 - part)
	if pairs > 0 {
		spread = max(spread, (squares/(part*(1-part))*n/(n-1)-all)/pairs)
	}
	strength := max(1/(1/(all+2)+spread)-1, 0.1)
	return &beta{part * strength, (1 - part) * strength}
}

func (d beta) mean(n int64) float64 { return float64(n) * d.a / (d.a + d.b) }

// tail is the probability of y or more of n.
func (d beta) tail(y, n int64) float64 {
	k, m := float64(y), float64(n)
	term := math.Exp(lgamma(m+1) - lgamma(k+1) - lgamma(m-k+1) + lgamma(k+d.a) + lgamma(m-k+d.b) - lgamma(m+d.a+d.b) + lgamma(d.a+d.b) - lgamma(d.a) - lgamma(d.b))
	sum := term
	for ; k < m && term > sum*1e-9; k++ {
		term *= (m - k) / (k + 1) * (k + d.a) / (m - k - 1 + d.b)
		sum += term
	}
	return min(sum, 1)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
