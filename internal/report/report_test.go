package report_test

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"dunwatch/internal/calendar"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

// oracle counts the world by loops, for one month and pack.
type oracle struct {
	w     *world
	month string // 2026-09
	pack  string // "" all
	cals  map[string]*calendar.Calendar
}

func (o oracle) back(n int) oracle {
	t, _ := time.Parse("2006-01", o.month)
	o.month = t.AddDate(0, -n, 0).Format("2006-01")
	return o
}

func (o oracle) in(day string) bool { return strings.HasPrefix(day, o.month+"-") }

func (o oracle) at(t time.Time) bool { return !t.IsZero() && o.in(dayOf(t)) }

func (o oracle) each(f func(*seedComplaint)) {
	for _, c := range o.w.complaints {
		if o.pack == "" || o.pack == c.pack {
			f(c)
		}
	}
}

// end is the first day after the month, asOf the day on which lateness is asked.
func (o oracle) end() string {
	t, _ := time.Parse("2006-01", o.month)
	return t.AddDate(0, 1, 0).Format(time.DateOnly)
}

func (o oracle) asOf() string { return min(o.end(), dayOf(now)) }

func (o oracle) received(match func(*seedComplaint) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if o.at(c.receivedAt) && match(c) {
			n++
		}
	})
	return n
}

func (o oracle) cases(match func(*seedComplaint, *seedCase) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase != nil && match(c, c.theCase) {
			n++
		}
	})
	return n
}

func (o oracle) findings(match func(*seedComplaint, *seedFinding) bool) (n int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase == nil {
			return
		}
		for _, f := range c.theCase.findings {
			if f.supersededBy == 0 && o.in(f.foundOn) && match(c, f) {
				n++
			}
		}
	})
	return n
}

func (o oracle) penalties(match func(*seedComplaint, *seedPenalty) bool) (n, fen int64) {
	o.each(func(c *seedComplaint) {
		if c.theCase == nil {
			return
		}
		for _, p := range c.theCase.penalties {
			if o.in(p.issuedOn) && match(c, p) {
				n, fen = n+1, fen+p.fine+p.seized
			}
		}
	})
	return n, fen
}

func isUpheld(f *seedFinding) bool {
	return f.outcome == "substantiated" || f.outcome == "partially_substantiated"
}

func (o oracle) isOpen(c *seedComplaint) bool {
	return !c.auto && dayOf(c.receivedAt) < o.end() && (c.endedAt.IsZero() || dayOf(c.endedAt) >= o.end())
}

func (o oracle) isOverdue(c *seedComplaint) bool {
	for _, k := range c.clocks {
		if k.kind == "complaint.accept" || k.kind == "firm.answer" {
			if s := o.judge(k); s.due != "" && s.stopped == "" && o.asOf() > s.due {
				return true
			}
		}
	}
	return false
}

// judged is a clock as it stood at the cut-off.
type judged struct {
	started, due, stopped string
	days                  int // that it took until it stopped
}

// judge walks day by day from the start.
func (o oracle) judge(k *seedClock) (s judged) {
	type span struct{ after, until string }
	var holds []span
	left := k.n
	for _, e := range k.events {
		switch {
		case e.on >= o.end():
		case e.kind == "start":
			s.started = e.on
		case e.kind == "suspend":
			holds = append(holds, span{e.on, "9999"})
		case e.kind == "resume":
			holds[len(holds)-1].until = e.on
		case e.kind == "extend":
			left += e.n
		case e.kind == "stop":
			s.stopped = e.on
		}
	}
	if s.started == "" {
		return judged{}
	}
	counts := func(day time.Time) bool {
		on := day.Format(time.DateOnly)
		for _, h := range holds {
			if on > h.after && on <= h.until {
				return false
			}
		}
		return k.unit == "day" || o.cals[k.complaint.pack].IsWorkday(calendar.MustDate(on))
	}
	day, _ := time.Parse(time.DateOnly, s.started)
	for i := 0; i < 1000 && (left > 0 || day.Format(time.DateOnly) < s.stopped); i++ {
		day = day.AddDate(0, 0, 1)
		on := day.Format(time.DateOnly)
		if !counts(day) {
			continue
		}
		if on <= s.stopped {
			s.days++
		}
		if left--; left == 0 {
			s.due = on
		}
	}
	return s
}

func (o oracle) headline() report.Headline {
	var h report.Headline
	h.Received = o.received(func(*seedComplaint) bool { return true })
	h.Accepted = o.cases(func(_ *seedComplaint, k *seedCase) bool { return o.in(k.openedOn) })
	h.Closed = o.cases(func(_ *seedComplaint, k *seedCase) bool { return o.in(k.closedOn) })
	o.each(func(c *seedComplaint) {
		if o.isOpen(c) {
			h.Open++
			if o.isOverdue(c) {
				h.Overdue++
			}
		}
	})
	h.FindingsSubstantiated = o.findings(func(_ *seedComplaint, f *seedFinding) bool { return isUpheld(f) })
	h.PenaltiesIssued, h.PenaltyAmountFen = o.penalties(func(*seedComplaint, *seedPenalty) bool { return true })
	return h
}

// grid is what a table should say: row key -> column key -> value.
type grid map[string]map[string]any

func growth(v, base int64) any {
	if base < 5 {
		return nil
	}
	return part(v-base, base)
}

func part(v, of int64) any {
	if of == 0 {
		return nil
	}
	return rounded{float64(v) / float64(of), 4}
}

// rounded is a number that is shown with so many decimals.
type rounded struct {
	v      float64
	places int
}

func (o oracle) byKey(id, key string, values []string, has func(c *seedComplaint, v string) bool) grid {
	g := grid{}
	all := o.received(func(*seedComplaint) bool { return true })
	for _, v := range values {
		match := func(c *seedComplaint) bool { return has(c, v) }
		n, prior := o.received(match), o.back(1).received(match)
		if n > 0 {
			g[nameless(v)] = map[string]any{key: nameless(v), "count": n, "share": part(n, all), "change": growth(n, prior)}
		}
	}
	return g
}

func nameless(v string) string {
	if v == "" {
		return "none"
	}
	return v
}

func has(list []string, v string) bool {
	return strings.Contains("|"+strings.Join(list, "|")+"|", "|"+v+"|")
}

func (o oracle) byCode() grid {
	g := o.byKey("by_code", "code", seedCodes, func(c *seedComplaint, v string) bool { return has(c.codes, v) })
	for _, code := range seedCodes {
		all := o.findings(func(_ *seedComplaint, f *seedFinding) bool { return f.code == code })
		upheld := o.findings(func(_ *seedComplaint, f *seedFinding) bool { return f.code == code && isUpheld(f) })
		counted := o.findings(func(_ *seedComplaint, f *seedFinding) bool {
			return f.code == code && (isUpheld(f) || f.outcome == "unsubstantiated")
		})
		if all == 0 && g[code] == nil {
			continue
		}
		if g[code] == nil {
			g[code] = map[string]any{"code": code, "count": int64(0), "share": part(0, o.received(func(*seedComplaint) bool { return true })), "change": growth(0, 0)}
		}
		g[code]["findings"], g[code]["upheld"] = all, upheld
		g[code]["upheld_rate"], g[code]["upheld_of_all"] = part(upheld, counted), part(upheld, all)
	}
	return g
}

// roleOf is the part in which a firm answers for a finding or penalty.
func roleOf(c *seedComplaint, firm int64) string {
	if firm != 0 && firm == c.agency {
		return "agency"
	}
	return "lender"
}

func inRole(c *seedComplaint, role string) int64 {
	if role == "agency" {
		return c.agency
	}
	return c.lender
}

func (o oracle) byFirm() grid {
	g := grid{}
	all := o.received(func(*seedComplaint) bool { return true })
	for _, role := range []string{"lender", "agency"} {
		for id, code := range seedFirms {
			firm := int64(id)
			is := func(c *seedComplaint) bool { return inRole(c, role) == firm }
			n, prior := o.received(is), o.back(1).received(is)
			opened := o.cases(func(c *seedComplaint, k *seedCase) bool { return o.in(k.openedOn) && is(c) })
			upheld := o.findings(func(c *seedComplaint, f *seedFinding) bool {
				return isUpheld(f) && f.firm == firm && roleOf(c, firm) == role
			})
			issued, fen := o.penalties(func(c *seedComplaint, p *seedPenalty) bool { return p.firm == firm && roleOf(c, firm) == role })
			if n+opened+upheld+issued == 0 {
				continue
			}
			row := map[string]any{"firm": nameless(code), "role": role, "count": n, "share": part(n, all), "change": growth(n, prior),
				"accepted": opened, "upheld": upheld, "penalties": issued, "amount": fen}
			if n == 0 {
				row["change"] = nil // what was not received is not compared
			}
			g[nameless(code)+"/"+role] = row
		}
	}
	return g
}

func (o oracle) byOutcome() grid {
	g := grid{}
	decided := func(o oracle, status string) (n int64) {
		if status == "accepted" {
			return o.headline().Accepted
		}
		o.each(func(c *seedComplaint) {
			if o.at(c.decidedAt) && c.status == status && !c.auto {
				n++
			}
		})
		return n
	}
	var all int64
	for _, s := range []string{"accepted", "not_accepted", "referred"} {
		all += decided(o, s)
	}
	for _, s := range []string{"accepted", "not_accepted", "referred"} {
		n := decided(o, s)
		g[s] = map[string]any{"outcome": s, "count": n, "share": part(n, all), "change": growth(n, decided(o.back(1), s)), "stage": "screening"}
	}
	for _, out := range append([]string{"no_finding"}, seedOutcomes...) {
		closed := func(o oracle) int64 {
			return o.cases(func(_ *seedComplaint, k *seedCase) bool { return o.in(k.closedOn) && k.outcome == out })
		}
		if n := closed(o); n > 0 {
			g[out] = map[string]any{"outcome": out, "count": n, "share": part(n, o.headline().Closed), "change": growth(n, closed(o.back(1))), "stage": "closing"}
		}
	}
	return g
}

func (o oracle) screening() grid {
	waits := map[string][]float64{}
	o.each(func(c *seedComplaint) {
		if o.at(c.decidedAt) && !c.auto {
			hours := float64(int(c.decidedAt.Sub(c.receivedAt).Hours()))
			waits[c.source] = append(waits[c.source], hours/24)
		}
	})
	g := grid{}
	for source, w := range waits {
		g[source] = map[string]any{"source": source, "decided": int64(len(w)), "median": rank(w, 50), "p90": rank(w, 90), "longest": rank(w, 100)}
	}
	return g
}

// rank is the percentile by nearest rank.
func rank(w []float64, p int) any {
	if len(w) == 0 {
		return nil
	}
	sort.Float64s(w)
	return rounded{w[(len(w)*p+99)/100-1], 1}
}

func (o oracle) timeliness() grid {
	g := grid{}
	days := map[string][]float64{}
	for _, k := range o.w.clocks {
		if o.pack != "" && o.pack != k.complaint.pack {
			continue
		}
		s := o.judge(k)
		ran := s.stopped == "" || s.stopped >= o.month
		states := map[string]bool{
			"started": o.in(s.started), "due": o.in(s.due) && ran, "in_time": o.in(s.stopped) && (s.due == "" || s.stopped <= s.due),
			"late": o.in(s.stopped) && s.due != "" && s.stopped > s.due, "overdue": s.stopped == "" && o.in(s.due) && o.asOf() > s.due,
		}
		row := k.kind + "/" + k.unit
		for state, yes := range states {
			if yes && g[row] == nil {
				g[row] = map[string]any{"clock": k.kind, "started": int64(0), "due": int64(0), "in_time": int64(0), "late": int64(0), "overdue": int64(0)}
			}
			if yes {
				g[row][state] = g[row][state].(int64) + 1
			}
		}
		if o.in(s.stopped) {
			days[row] = append(days[row], float64(s.days))
		}
	}
	for row, r := range g {
		done := r["in_time"].(int64) + r["late"].(int64) + r["overdue"].(int64)
		r["in_time_rate"], r["median"], r["p90"] = part(r["in_time"].(int64), done), rank(days[row], 50), rank(days[row], 90)
	}
	return g
}

func (o oracle) measures() grid {
	g := grid{}
	issued, _ := o.penalties(func(*seedComplaint, *seedPenalty) bool { return true })
	for kind, fen := range map[string]func(*seedPenalty) int64{
		"warning": func(*seedPenalty) int64 { return 0 }, "fine": func(p *seedPenalty) int64 { return p.fine }, "confiscation": func(p *seedPenalty) int64 { return p.seized },
	} {
		var sum int64
		n, _ := o.penalties(func(_ *seedComplaint, p *seedPenalty) bool {
			yes := kind == "warning" || fen(p) > 0
			if yes {
				sum += fen(p)
			}
			return yes
		})
		if n > 0 {
			g[kind] = map[string]any{"measure": kind, "count": n, "share": part(n, issued), "amount": sum}
		}
	}
	return g
}

func (o oracle) decisions() grid {
	g := grid{}
	o.penalties(func(_ *seedComplaint, p *seedPenalty) bool {
		g[p.ref] = map[string]any{"penalty": p.ref, "decision_number": "〔2026〕" + p.ref, "issued_on": p.issuedOn, "firm": seedFirms[p.firm],
			"fine": p.fine, "confiscation": p.seized, "amount": p.fine + p.seized, "firm_name": "机构" + seedFirms[p.firm]}
		return true
	})
	return g
}

func (o oracle) headlineTable() grid {
	g := grid{}
	values := func(h report.Headline) map[string]int64 {
		return map[string]int64{"received": h.Received, "accepted": h.Accepted, "closed": h.Closed, "open": h.Open, "overdue": h.Overdue,
			"findings_substantiated": h.FindingsSubstantiated, "penalties_issued": h.PenaltiesIssued, "penalty_amount_fen": h.PenaltyAmountFen}
	}
	v, p, pp, y := values(o.headline()), values(o.back(1).headline()), values(o.back(2).headline()), values(o.back(12).headline())
	for k := range v {
		g[k] = map[string]any{"figure": k, "value": v[k], "previous": p[k], "change": growth(v[k], p[k]), "year_before": y[k],
			"year_change": growth(v[k], y[k]), "average": rounded{float64(v[k]+p[k]+pp[k]) / 3, 1}}
	}
	return g
}

func (o oracle) tables() map[string]grid {
	return map[string]grid{
		"headline":           o.headlineTable(),
		"by_channel":         o.byKey("by_channel", "source", []string{"web", "phone", "post", "referral"}, func(c *seedComplaint, v string) bool { return c.source == v }),
		"by_contact_channel": o.byKey("by_contact_channel", "channel", []string{"phone", "sms", "visit"}, func(c *seedComplaint, v string) bool { return has(c.channels, v) }),
		"by_product":         o.byKey("by_product", "product", []string{"消费贷款", "=cmd|x", ""}, func(c *seedComplaint, v string) bool { return c.product == v }),
		"by_region":          o.byKey("by_region", "region", []string{"330100", "110101", "FL", ""}, func(c *seedComplaint, v string) bool { return c.region == v }),
		"by_code":            o.byCode(), "by_firm": o.byFirm(), "by_outcome": o.byOutcome(), "screening": o.screening(),
		"timeliness": o.timeliness(), "penalties": o.measures(), "decisions": o.decisions(),
	}
}

// rowKey names a row as the oracle does.
func rowKey(t *report.Table, words *locale.Catalog, row []any) string {
	key := fmt.Sprint(row[0])
	switch t.ID {
	case "by_firm":
		return key + "/" + fmt.Sprint(row[column(t, "role")])
	case "timeliness":
		if row[column(t, "unit")] == words.T(locale.ZH, "report.unit.workday") {
			return key + "/workday"
		}
		return key + "/day"
	}
	return key
}

func column(t *report.Table, key string) int {
	for i, k := range t.Keys {
		if k == key {
			return i
		}
	}
	return -1
}

func same(got, want any) bool {
	w, ok := want.(rounded)
	if !ok {
		return got == want
	}
	v := math.Round(w.v*math.Pow10(w.places)) / math.Pow10(w.places)
	switch g := got.(type) {
	case float64:
		return g == v
	case int64:
		return float64(g) == v
	}
	return false
}

var months = []string{"2025-08", "2026-08", "2026-09", "2026-10"}

// TestMonthly holds every figure against loops over the same facts, the tables against each other, and the links against
// what they open.
func TestMonthly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		w := newWorld(300, now)
		w.insert(t, db)
		d := newDesk(t, db)
		for _, pack := range []string{"", "cn", "us"} {
			for _, month := range months {
				m, err := d.Monthly(context.Background(), supervisor, calendar.MustMonth(month), pack, locale.ZH)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(month+"/"+m.Pack, func(t *testing.T) {
					o := oracle{w, month, pack, d.calendars}
					t.Run("figures", func(t *testing.T) { testFigures(t, d, o, m) })
					t.Run("totals", func(t *testing.T) { testTotals(t, m) })
					t.Run("links", func(t *testing.T) { testLinks(t, d, o, m) })
				})
			}
		}
		if missing := d.words.Missing(); len(missing) > 0 {
			t.Errorf("words missing: %v", missing)
		}
	})
}

func testFigures(t *testing.T, d desk, o oracle, m *report.Monthly) {
	if want := o.headline(); m.Headline != want {
		t.Errorf("headline\n got %+v\nwant %+v", m.Headline, want)
	}
	want := o.tables()
	if len(m.Tables) != len(want) {
		t.Errorf("%d tables, want %d", len(m.Tables), len(want))
	}
	for id, g := range want {
		tab := m.Table(id)
		if tab == nil {
			t.Errorf("no table %s", id)
			continue
		}
		if len(tab.Rows) != len(g) {
			t.Errorf("%s: %d rows, want %d", id, len(tab.Rows), len(g))
		}
		for _, row := range tab.Rows {
			key := rowKey(tab, d.words, row)
			if g[key] == nil {
				t.Errorf("%s: row %s is not wanted", id, key)
			}
			for col, v := range g[key] {
				if got := row[column(tab, col)]; !same(got, v) {
					t.Errorf("%s[%s].%s = %v, want %v", id, key, col, got, v)
				}
			}
		}
	}
}

// A table's column adds up to what another table, or the headline, says.
func testTotals(t *testing.T, m *report.Monthly) {
	sum := func(id, col string, of func(row map[string]any) bool) (n int64) {
		tab := m.Table(id)
		for _, r := range tab.Rows {
			row := map[string]any{}
			for i, k := range tab.Keys {
				row[k] = r[i]
			}
			if of == nil || of(row) {
				n += row[col].(int64)
			}
		}
		return n
	}
	where := func(col, v string) func(map[string]any) bool {
		return func(row map[string]any) bool { return row[col] == v }
	}
	h := m.Headline
	for name, c := range map[string]struct{ got, want int64 }{
		"by_channel":             {sum("by_channel", "count", nil), h.Received},
		"by_product":             {sum("by_product", "count", nil), h.Received},
		"by_region":              {sum("by_region", "count", nil), h.Received},
		"lenders":                {sum("by_firm", "count", where("role", "lender")), h.Received},
		"agencies":               {sum("by_firm", "count", where("role", "agency")), h.Received},
		"accepted by lender":     {sum("by_firm", "accepted", where("role", "lender")), h.Accepted},
		"accepted by agency":     {sum("by_firm", "accepted", where("role", "agency")), h.Accepted},
		"accepted by outcome":    {sum("by_outcome", "count", where("outcome", "accepted")), h.Accepted},
		"closed by outcome":      {sum("by_outcome", "count", where("stage", "closing")), h.Closed},
		"decisions at screening": {sum("screening", "decided", nil), sum("by_outcome", "count", where("stage", "screening"))},
		"upheld by code":         {sum("by_code", "upheld", nil), h.FindingsSubstantiated},
		"upheld by firm":         {sum("by_firm", "upheld", nil), h.FindingsSubstantiated},
		"penalties by firm":      {sum("by_firm", "penalties", nil), h.PenaltiesIssued},
		"decisions":              {int64(len(m.Table("decisions").Rows)), h.PenaltiesIssued},
		"amount by firm":         {sum("by_firm", "amount", nil), h.PenaltyAmountFen},
		"amount by measure":      {sum("penalties", "amount", nil), h.PenaltyAmountFen},
		"amount by decision":     {sum("decisions", "amount", nil), h.PenaltyAmountFen},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// Every link opens as many things as its figure says.
func testLinks(t *testing.T, d desk, o oracle, m *report.Monthly) {
	check := func(tab *report.Table, j int, v any, kind, link string) {
		n, counted := v.(int64)
		if link == "" || !counted || kind != report.Count {
			return
		}
		if got := o.open(t, d, link); got != n {
			t.Errorf("%s.%s = %d, but %s opens %d", tab.ID, tab.Keys[j], n, link, got)
		}
	}
	for i := range m.Tables {
		tab := &m.Tables[i]
		for r, row := range tab.Rows {
			for j, v := range row {
				check(tab, j, v, tab.Kind(r, j), tab.Links[r][j])
			}
		}
		for j, v := range tab.Totals {
			check(tab, j, v, tab.Kinds[j], tab.TotalLinks[j])
		}
	}
}

// open counts what a list with these parameters shows, by the definitions in links.go.
func (o oracle) open(t *testing.T, d desk, link string) (n int64) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	v := u.Query()
	o.pack = v.Get("pack")
	firm := func(c *seedComplaint, role string) bool {
		return !v.Has(role) || nameless(seedFirms[inRole(c, role)]) == v.Get(role)
	}
	is := func(name, value string) bool { return !v.Has(name) || v.Get(name) == value }
	switch {
	case u.Path == "/complaints":
		o.each(func(c *seedComplaint) {
			yes := is("source", c.source) && is("region", nameless(c.region)) && is("product", nameless(c.product)) && is("status", c.status) &&
				firm(c, "lender") && firm(c, "agency") && (!v.Has("code") || has(c.codes, v.Get("code"))) && (!v.Has("channel") || has(c.channels, v.Get("channel")))
			for name, match := range map[string]func(oracle) bool{
				"month": func(o oracle) bool { return o.at(c.receivedAt) }, "decided": func(o oracle) bool { return o.at(c.decidedAt) && !c.auto }, "open": func(o oracle) bool { return o.isOpen(c) },
			} {
				if v.Has(name) {
					o.month = v.Get(name)
					yes = yes && match(o)
				}
			}
			if yes {
				n++
			}
		})
	case u.Path == "/queue":
		return o.cases(func(c *seedComplaint, k *seedCase) bool {
			return strings.HasPrefix(k.openedOn, v.Get("opened")) && strings.HasPrefix(k.closedOn, v.Get("closed")) && is("outcome", k.outcome) &&
				(v.Get("status") == "all" || v.Get("status") == k.status) && firm(c, "lender") && firm(c, "agency")
		})
	case u.Path == "/penalties":
		o.month = v.Get("issued")
		n, _ = o.penalties(func(_ *seedComplaint, p *seedPenalty) bool {
			kind := v.Get("kind")
			return kind == "" || kind == "warning" || kind == "fine" && p.fine > 0 || kind == "confiscation" && p.seized > 0
		})
	case strings.HasPrefix(u.Path, "/reports/") && strings.HasSuffix(u.Path, "/behind"):
		month := calendar.MustMonth(strings.Split(u.Path, "/")[2])
		items, err := d.Behind(context.Background(), supervisor, month, o.pack, report.FigureOf(v))
		if err != nil {
			t.Fatal(err)
		}
		return int64(len(items))
	default:
		t.Fatalf("link %s leads nowhere", link)
	}
	return n
}
