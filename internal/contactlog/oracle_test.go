package contactlog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/rulebook"
)

// The oracle is the law once more, as plainly as it can be written: for each
// contact it looks at all others. It shares nothing with the checks, and its
// numbers are typed from law.md, not read from the rulebook.

type oracle struct {
	log   []Contact // in order of time
	zones []*time.Location
}

// daysBetween counts midnights on the calendar.
func daysBetween(a, b time.Time, z *time.Location) int {
	a, b = a.In(z), b.In(z)
	x := time.Date(a.Year(), a.Month(), a.Day(), 12, 0, 0, 0, time.UTC)
	y := time.Date(b.Year(), b.Month(), b.Day(), 12, 0, 0, 0, time.UTC)
	return int(y.Sub(x) / (24 * time.Hour))
}

func clockOf(t time.Time, z *time.Location) string { return t.In(z).Format("15:04:05") }

func (o oracle) answered(c Contact) bool {
	return c.Outcome == Connected || c.Outcome == OutcomeUnknown && c.DurationKnown && c.Duration > 0
}

func (o oracle) told(rule string, i int, with []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d:", rule, o.log[i].Row)
	for _, j := range with {
		fmt.Fprintf(&b, " %d", o.log[j].Row)
	}
	return b.String()
}

func call(c Contact) bool { return c.Channel == Voice || c.Channel == Robot }

// lender is who stands behind the numbers of the generated logs.
func lender(n string) byte { return n[len(n)-1] % 2 }

func (o oracle) china() []string {
	var out []string
	z := o.zones[0]
	for i, c := range o.log {
		if c.Direction != FromFirm {
			continue
		}
		if t := clockOf(c.At, z); t >= "22:00:00" || t < "08:00:00" {
			out = append(out, o.told("R01", i, nil))
		}
		if !call(c) {
			continue
		}
		var same []int
		for j, d := range o.log[:i] {
			if d.Direction == FromFirm && call(d) && lender(d.Number) == lender(c.Number) && daysBetween(d.At, c.At, z) == 0 && o.answered(d) == o.answered(c) && d.Outcome != NotInService {
				same = append(same, j)
			}
		}
		switch {
		case o.answered(c) && len(same) >= 3:
			out = append(out, o.told("R03", i, same))
		case !o.answered(c) && c.Outcome != NotInService && len(same) >= 6:
			out = append(out, o.told("R04", i, same))
		}
	}
	return out
}

func (o oracle) america() []string {
	var out []string
	for i, c := range o.log {
		if c.Direction != FromFirm {
			continue
		}
		for _, z := range o.zones {
			if t := clockOf(c.At, z); t < "08:00:00" || t > "21:00:00" {
				out = append(out, o.told("R01", i, nil))
				break
			}
		}
		if !call(c) || c.Outcome == NotInService || c.Outcome == Busy {
			continue
		}
		seven, pause := true, true
		var first []int
		last := -1
		for j, d := range o.log[:i] {
			if call(d) && d.Channel == Voice && lender(d.Number) == lender(c.Number) && o.answered(d) {
				last = j
			}
		}
		for k, z := range o.zones {
			var in []int
			for j, d := range o.log[:i] {
				if d.Direction == FromFirm && call(d) && d.Outcome != NotInService && d.Outcome != Busy && lender(d.Number) == lender(c.Number) && daysBetween(d.At, c.At, z) <= 6 {
					in = append(in, j)
				}
			}
			seven = seven && len(in) >= 7
			if k == 0 {
				first = in
			}
			pause = pause && last >= 0 && daysBetween(o.log[last].At, c.At, z) <= 6
		}
		if seven {
			out = append(out, o.told("R05", i, first))
		}
		if pause {
			out = append(out, o.told("R06", i, []int{last}))
		}
	}
	return out
}

// borders are instants near which counts go wrong: midnight, the hours of the
// rules, the end of a year, both changes of the clocks.
func borders(z *time.Location) []time.Time {
	var out []time.Time
	for _, day := range []string{"2025-12-31", "2026-01-01", "2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-02-28", "2026-06-30"} {
		d, _ := time.ParseInLocation("2006-01-02", day, z)
		for _, h := range []int{0, 1, 2, 3, 8, 12, 21, 22} {
			out = append(out, time.Date(d.Year(), d.Month(), d.Day(), h, 0, 0, 0, z))
		}
	}
	return out
}

func generate(r *rand.Rand, z *time.Location, edges []time.Time) []Contact {
	base := edges[r.IntN(len(edges))]
	n := 1 + r.IntN(45)
	hot := r.IntN(3) // some logs are storms on one day
	out := make([]Contact, n)
	for i := range out {
		at := base
		switch hot {
		case 0:
			at = base.Add(time.Duration(r.IntN(36*3600)) * time.Second)
		case 1:
			at = base.AddDate(0, 0, r.IntN(16)-8).Add(time.Duration(r.IntN(11)-5) * time.Second)
		default:
			at = base.Add(time.Duration(r.IntN(20*86400)-10*86400) * time.Second)
		}
		c := Contact{At: at.In(z), Number: fmt.Sprintf("9550%d", r.IntN(4)), Row: i + 1, Direction: FromFirm}
		if r.IntN(5) == 0 {
			c.Direction = ToFirm
		}
		switch r.IntN(8) {
		case 0:
			c.Channel = SMS
		case 1:
			c.Channel = Robot
		}
		switch r.IntN(8) {
		case 0, 1, 2:
			c.Duration, c.DurationKnown = r.IntN(3)*20, true
		case 3:
			c.Outcome = Connected
		case 4:
			c.Outcome = []Outcome{Busy, NotInService}[r.IntN(2)]
		default:
			c.Outcome = NoAnswer
		}
		out[i] = c
	}
	return out
}

func told(hits []Hit, rules string) []string {
	var out []string
	for _, h := range hits {
		if !strings.Contains(rules, h.Rule.ID) {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "%s %d:", h.Rule.ID, h.Rows[0].Row)
		for _, r := range h.Rows[1:] {
			fmt.Fprintf(&b, " %d", r.Row)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}

// Ten thousand generated logs, in three places, agree with the oracle in every
// hit and in the rows behind it.
func TestAgreesWithOracle(t *testing.T) {
	firms := []Firm{{Lender: "A", Numbers: []string{"95500", "95502"}}, {Lender: "B", Numbers: []string{"95501", "95503"}}}
	places := []struct {
		pack  *rulebook.Pack
		zones []*time.Location
		rules string
		law   func(oracle) []string
	}{
		{pack(t, "cn"), []*time.Location{zoneOf(t, "Asia/Shanghai")}, "R01 R03 R04", oracle.china},
		{pack(t, "us"), []*time.Location{zoneOf(t, "America/New_York")}, "R01 R05 R06", oracle.america},
		{pack(t, "us"), []*time.Location{zoneOf(t, "America/St_Johns"), zoneOf(t, "America/Phoenix")}, "R01 R05 R06", oracle.america},
	}
	logs := 10_000
	if testing.Short() {
		logs = 600
	}
	r := rand.New(rand.NewPCG(2026, 11))
	edges := make([][]time.Time, len(places))
	for i, p := range places {
		edges[i] = borders(p.zones[0])
	}
	hits := map[string]int{}
	for n := range logs {
		p := places[n%len(places)]
		log := generate(r, p.zones[0], edges[n%len(places)])
		c, err := NewChecker(Terms{Pack: p.pack, Zones: p.zones, Firms: firms})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range r.Perm(len(log)) {
			if err := c.Add(&log[i]); err != nil {
				t.Fatal(err)
			}
		}
		got := told(hitsOf(c), p.rules)
		ordered := slices.Clone(log)
		slices.SortFunc(ordered, func(a, b Contact) int {
			if d := a.At.Compare(b.At); d != 0 {
				return d
			}
			return a.Row - b.Row
		})
		want := p.law(oracle{ordered, p.zones})
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("log %d (%s): got\n%s\nwant\n%s\nof %+v", n, p.zones[0], strings.Join(got, "\n"), strings.Join(want, "\n"), ordered)
		}
		for _, h := range got {
			hits[p.pack.ID+" "+h[:3]]++
		}
	}
	for _, k := range []string{"cn R01", "cn R03", "cn R04", "us R01", "us R05", "us R06"} {
		if hits[k] < logs/40 {
			t.Errorf("%s was hit %d times only: the logs do not try it", k, hits[k])
		}
	}
	t.Log(hits)
}
