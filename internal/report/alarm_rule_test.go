package report

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// alarmRuns is how many offices the simulation goes through, a year each.
//
//	go test ./internal/report -run AlarmsInASimulatedOffice -v -alarm-offices 200
var alarmRuns = flag.Int("alarm-offices", 6, "offices that the simulation of alarms goes through")

// The tails are those of the textbook: against plain sums of the probabilities in whole.
func TestTailsOfTheAlarmRule(t *testing.T) {
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9+want*1e-6 {
			t.Errorf("%s = %g, want %g", name, got, want)
		}
	}
	poisson := negative{4, 1e9}
	near("Poisson 4, 12 or more", poisson.tail(12), 0.000915233)
	geometric := negative{3, 1} // success 1/4: P(Y >= y) = (3/4)^y
	near("geometric", geometric.tail(7), math.Pow(0.75, 7))
	near("whole", negative{2.5, 0.7}.tail(0), 1)
	even := beta{1, 1} // every number of 0..n alike
	near("uniform", even.tail(8, 10), 3.0/11)
	near("whole of ten", beta{0.4, 7}.tail(0, 10), 1)
	binomial := beta{0.25e9, 0.75e9}
	near("binomial", binomial.tail(9, 10), 10*math.Pow(0.25, 9)*0.75+math.Pow(0.25, 10))
}

func weeks(n int, v ...int64) (out []int64) {
	for i := range n {
		out = append(out, v[i%len(v)])
	}
	return out
}

func TestWhatIsUnusual(t *testing.T) {
	steady, all := weeks(26, 4, 3, 5, 4), weeks(26, 40, 41, 39)
	for _, x := range []struct {
		name  string
		w     weekly
		alarm bool
	}{
		{"as always", weekly{4, steady, 40, all}, false},
		{"four times as many", weekly{16, steady, 52, all}, true},
		{"four times as many, and so of everything", weekly{16, steady, 160, all}, false},
		{"as many as ever while all else stops", weekly{5, steady, 6, all}, false},
		{"four after none", weekly{4, weeks(26, 0), 40, all}, false},
		{"eight after none", weekly{8, weeks(26, 0), 44, all}, true},
		{"eight of a firm of six weeks", weekly{8, weeks(6, 0), 44, all[:6]}, false},
		{"such peaks came before", weekly{16, weeks(26, 1, 1, 2, 14, 1, 0, 15), 52, all}, false},
		{"the whole office, twice", weekly{now: 80, base: all}, true},
		{"the whole office, a little more", weekly{now: 50, base: all}, false},
		{"the whole office, as it wavers", weekly{now: 16, base: weeks(26, 1, 1, 2, 14, 1, 0, 15)}, false},
		{"the only pack", weekly{80, all, 80, all}, false},
	} {
		got, _ := x.w.judge(alarmThreshold(50))
		if alarm := got.usual > 0; alarm != x.alarm {
			t.Errorf("%s: %+v, want an alarm: %v", x.name, got, x.alarm)
		}
		if !x.alarm {
			continue
		}
		below, at := x.w, x.w
		below.now, below.allNow = got.usual, x.w.allNow-x.w.now+got.usual
		at.now, at.allNow = got.usual+1, x.w.allNow-x.w.now+got.usual+1
		if x.w.allBase == nil {
			below.allNow, at.allNow = 0, 0
		}
		under, _ := below.judge(alarmThreshold(50))
		over, _ := at.judge(alarmThreshold(50))
		if under.usual > 0 || over.usual == 0 {
			t.Errorf("%s: %d is said to be the most that is usual, but %+v and one more %+v", x.name, got.usual, under, over)
		}
	}
}

// simulated is an office day by day: firms of all sizes, some that waver from week to week, some that grow, some that are new,
// fewer letters at weekends, a fortnight of holidays in which few come, and an intake that swings as a whole.
type simulated struct {
	series []simulatedFirm
	all    []int64 // received, by day
}

type simulatedFirm struct {
	from int     // day of the first complaint
	days []int64 // received, by day
}

const (
	simulatedFirms = 60
	simulatedDays  = 7 * (alarmWeeks + alarmGap + 1 + 52)
)

// planted is a rise of the first firm of an office.
type planted struct {
	mean, times float64 // a week
	on          int     // first day
}

func simulate(r *rand.Rand, rise planted) simulated {
	out := simulated{all: make([]int64, simulatedDays)}
	office := make([]float64, simulatedDays)
	swing := 1.0
	holiday := 7*40 + r.IntN(100)
	for d := range office {
		if d%7 == 0 {
			swing = gamma(r, 40) / 40
		}
		office[d] = swing * []float64{1.2, 1.2, 1.1, 1.1, 1.1, 0.7, 0.6}[d%7] / 7 * math.Exp(0.4*float64(d)/simulatedDays)
		if d >= holiday && d < holiday+14 {
			office[d] *= 0.3
		}
	}
	for i := range simulatedFirms {
		f := simulatedFirm{days: make([]int64, simulatedDays)}
		mean, spread, growth := math.Exp(-1.5+3.8*r.Float64()), []float64{0, 0, 0.05, 0.15}[i%4], []float64{0, 0, 0, 0.4, -0.4}[i%5]
		if i%10 == 9 {
			f.from = r.IntN(simulatedDays)
		}
		if i == 0 && rise.mean > 0 {
			mean, spread, growth = rise.mean, 0, 0
		}
		waver := 1.0
		for d := f.from; d < simulatedDays; d++ {
			if d%7 == 0 && spread > 0 {
				waver = gamma(r, 1/spread) * spread
			}
			m := mean * office[d] * waver * math.Exp(growth*float64(d)/simulatedDays)
			if i == 0 && rise.mean > 0 && d >= rise.on && d < rise.on+14 {
				m *= rise.times
			}
			f.days[d] = poisson(r, m)
			out.all[d] += f.days[d]
		}
		out.series = append(out.series, f)
	}
	return out
}

// watch says on which days a firm raises an alarm, looking every night from the day on which there is a whole baseline. A rise
// that goes on is one alarm.
func (o simulated) watch(i, threshold int) (raised []int) {
	f, last := o.series[i], -100
	for d := simulatedDays - 52*7; d < simulatedDays; d++ {
		var w weekly
		w.now, w.allNow = total(f.days, d, 0), total(o.all, d, 0)
		if w.now < alarmLeast {
			continue
		}
		for n := 1 + alarmGap; n <= alarmGap+alarmWeeks && d+1-7*(n+1) > f.from; n++ {
			w.base, w.allBase = append(w.base, total(f.days, d, n)), append(w.allBase, total(o.all, d, n))
		}
		if got, _ := w.judge(alarmThreshold(threshold)); got.usual == 0 {
			continue
		}
		if d-last > 7 {
			raised = append(raised, d)
		}
		last = d
	}
	return raised
}

// total is what came in the n-th seven days back from those that end with a day.
func total(days []int64, d, n int) (sum int64) {
	for _, v := range days[d+1-7*(n+1) : d+1-7*n] {
		sum += v
	}
	return sum
}

func gamma(r *rand.Rand, shape float64) float64 { // Marsaglia and Tsang, for shapes from 1
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := (1 + c*x) * (1 + c*x) * (1 + c*x)
		if v > 0 && math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func poisson(r *rand.Rand, mean float64) (n int64) {
	for p := r.Float64(); p > math.Exp(-mean); p *= r.Float64() {
		n++
	}
	return n
}

// The stated rate holds, and rises are found: this is what the note on the method says of both.
func TestAlarmsInASimulatedOffice(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	false_, weeks := 0, 0
	for range *alarmRuns {
		o := simulate(r, planted{})
		for i := range o.series {
			false_ += len(o.watch(i, simulatedFirms))
		}
		weeks += 52
	}
	rate := float64(false_) / float64(weeks)
	t.Logf("%d false alarms in %d weeks over %d firms: %.3f a week, %.3f allowed", false_, weeks, simulatedFirms, rate, alarmBudget)
	if rate > alarmBudget*1.5 { // what chance alone may add to so few runs
		t.Errorf("%.3f false alarms a week", rate)
	}
	for _, x := range []struct {
		planted
		first, second float64 // least share found within a week, within two
	}{{planted{mean: 4, times: 3}, 0.35, 0.65}, {planted{mean: 4, times: 4}, 0.7, 0.9}, {planted{mean: 20, times: 2}, 0.35, 0.6}} {
		var found [2]int
		n := 25 * *alarmRuns
		for range n {
			x.on = simulatedDays - 100 + r.IntN(80)
			raised := simulate(r, x.planted).watch(0, simulatedFirms)
			for k := range found {
				if slices.ContainsFunc(raised, func(d int) bool { return d >= x.on && d < x.on+7*(k+1) }) {
					found[k]++
				}
			}
		}
		first, second := float64(found[0])/float64(n), float64(found[1])/float64(n)
		t.Logf("%.0f times of %.0f a week: %.0f%% found within a week, %.0f%% within two", x.times, x.mean, 100*first, 100*second)
		if first < x.first || second < x.second {
			t.Errorf("%.0f times of %.0f a week is found too seldom", x.times, x.mean)
		}
	}
}
