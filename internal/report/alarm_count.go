package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dunwatch/internal/calendar"
)

// The kinds of series in which rises are looked for.
const (
	AlarmOffice = "office" // everything received
	AlarmPack   = "pack"
	AlarmLender = "lender"
	AlarmAgency = "agency"
	AlarmCode   = "code" // a violation code of a pack
)

// series names what is watched.
type series struct {
	kind string
	firm int64 // of lender and agency
	pack string
	code string
}

// whole is what the series is a part of; ok false of the whole office.
func (s series) whole() (series, bool) {
	switch s.kind {
	case AlarmOffice:
		return series{}, false
	case AlarmCode:
		return series{kind: AlarmPack, pack: s.pack}, true
	default:
		return series{kind: AlarmOffice}, true
	}
}

// alarmSpan is how many weeks are counted: the last seven days, the gap, the baseline.
const alarmSpan = 1 + alarmGap + alarmWeeks

// counts are what was received of each series in each week, the last seven days first.
type counts struct {
	q      query
	end    calendar.Date // the first day that is not counted
	of     map[series]*[alarmSpan]int64
	shared int // series that share the budget
}

// countSeries counts every series in the weeks before a day, or those of one kind. The database counts; what comes back is a number for each series and week.
func countSeries(ctx context.Context, q query, end calendar.Date, only string) (*counts, error) {
	c := &counts{q: q, end: end, of: map[series]*[alarmSpan]int64{}}
	firms := func(role string) string {
		return "SELECT w.n, COALESCE(r.merged_into, r.id), '', '', COUNT(*) FROM w JOIN complaints c ON c.received_on >= w.a AND c.received_on < w.b" +
			" JOIN firms r ON r.id = c." + role + "_id GROUP BY 1, 2"
	}
	for kind, text := range map[string]string{
		AlarmPack: "SELECT w.n, 0, c.pack, '', COUNT(*) FROM w JOIN complaints c ON c.received_on >= w.a AND c.received_on < w.b GROUP BY 1, 3",
		AlarmCode: "SELECT w.n, 0, c.pack, x.code, COUNT(DISTINCT c.id) FROM w JOIN complaints c ON c.received_on >= w.a AND c.received_on < w.b" +
			" JOIN complaint_codes x ON x.complaint_id = c.id GROUP BY 1, 3, 4",
		AlarmLender: firms(Lender), AlarmAgency: firms(Agency),
	} {
		if only != "" && only != kind && (only != AlarmOffice || kind != AlarmPack) {
			continue
		}
		if err := c.add(ctx, kind, text); err != nil {
			return nil, fmt.Errorf("count %s for alarms: %w", kind, err)
		}
	}
	for _, n := range c.of {
		base := int64(0)
		for _, v := range n[1+alarmGap:] {
			base += v
		}
		if base >= alarmLeast || n[0] >= alarmLeast {
			c.shared++
		}
	}
	return c, nil
}

func (c *counts) add(ctx context.Context, kind, text string) error {
	s := new(sql).add("WITH w (n, a, b) AS (")
	for n := range alarmSpan {
		s.add("SELECT "+strconv.Itoa(n)+", CAST(? AS TEXT), CAST(? AS TEXT) UNION ALL ", c.end.AddDays(-7*(n+1)), c.end.AddDays(-7*n))
	}
	s.text = strings.TrimSuffix(s.text, "UNION ALL ") + ") " + text
	return c.q.each(ctx, s, func(scan func(...any) error) error {
		var week int
		var n int64
		key := series{kind: kind}
		if err := scan(&week, &key.firm, &key.pack, &key.code, &n); err != nil {
			return err
		}
		c.at(key)[week] = n
		if kind == AlarmPack { // the office is the sum of its packs
			c.at(series{kind: AlarmOffice})[week] += n
		}
		return nil
	})
}

func (c *counts) at(key series) *[alarmSpan]int64 {
	if c.of[key] == nil {
		c.of[key] = new([alarmSpan]int64)
	}
	return c.of[key]
}

// weekly is a series as the rule wants it. Weeks before the first complaint that there ever was of it teach nothing.
func (c *counts) weekly(ctx context.Context, key series) (weekly, error) {
	n := c.of[key]
	w := weekly{now: n[0], base: n[1+alarmGap:]}
	if w.base[alarmWeeks-1] == 0 {
		first, err := c.first(ctx, key)
		if err != nil {
			return w, err
		}
		for len(w.base) > 0 && !first.Before(c.end.AddDays(-7*(alarmGap+1+len(w.base)))) {
			w.base = w.base[:len(w.base)-1]
		}
	}
	if of, ok := key.whole(); ok {
		all := c.of[of]
		w.allNow, w.allBase = all[0], all[1+alarmGap:][:len(w.base)]
	}
	return w, nil
}

// first is the day on which the first complaint of a series was received.
func (c *counts) first(ctx context.Context, key series) (on calendar.Date, err error) {
	s := new(sql).add("SELECT MIN(c.received_on) FROM complaints c")
	switch key.kind {
	case AlarmPack:
		s.add(" WHERE c.pack = ?", key.pack)
	case AlarmCode:
		s.add(" JOIN complaint_codes x ON x.complaint_id = c.id WHERE x.code = ? AND c.pack = ?", key.code, key.pack)
	case AlarmLender, AlarmAgency:
		s.add(" WHERE c."+key.kind+"_id IN (SELECT id FROM firms WHERE id = ? OR merged_into = ?)", key.firm, key.firm)
	}
	if err := c.q.one(ctx, s, &on); err != nil {
		return on, fmt.Errorf("find the first complaint: %w", err)
	}
	return on, nil
}

// rise is a series whose last seven days are unusual.
type rise struct {
	series
	judged
	observed int64
}

// rises are the series with more than is usual.
func (c *counts) rises(ctx context.Context) (out []rise, err error) {
	threshold := alarmThreshold(c.shared)
	for key, n := range c.of {
		if n[0] < alarmLeast {
			continue
		}
		w, err := c.weekly(ctx, key)
		if err != nil {
			return nil, err
		}
		if got, _ := w.judge(threshold); got.usual > 0 {
			out = append(out, rise{key, got, n[0]})
		}
	}
	return out, nil
}
