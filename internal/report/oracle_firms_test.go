package report_test

import (
	"math"
	"sort"
	"strconv"
)

func (k *seedClock) did(kind string, in func(string) bool) bool {
	for _, e := range k.events {
		if e.kind == kind && in(e.on) {
			return true
		}
	}
	return false
}

func province(c *seedComplaint) string {
	if len(c.region) == 6 {
		return c.region[:2]
	}
	return c.region
}

// seedSeverity is the gravity of the codes of the world in the rulebooks; ZZ9 is in none.
var seedSeverity = map[string]string{"T01": "2", "T03": "2", "H02": "4", "P01": "3", "ZZ9": "none"}

func (o oracle) bySeverity() grid {
	codes := func(o oracle, sv string) (n int64) {
		for _, code := range seedCodes {
			if seedSeverity[code] == sv {
				n += o.received(func(c *seedComplaint) bool { return has(c.codes, code) })
			}
		}
		return n
	}
	var all int64
	for _, sv := range []string{"1", "2", "3", "4", "5", "none"} {
		all += codes(o, sv)
	}
	g := grid{}
	for _, sv := range []string{"1", "2", "3", "4", "5", "none"} {
		is := func(f *seedFinding) bool { return strconv.Itoa(f.severity) == sv }
		n := codes(o, sv)
		findings := o.findings(func(_ *seedComplaint, f *seedFinding) bool { return is(f) })
		upheld := o.findings(func(_ *seedComplaint, f *seedFinding) bool { return is(f) && isUpheld(f) })
		counted := o.findings(func(_ *seedComplaint, f *seedFinding) bool {
			return is(f) && (isUpheld(f) || f.outcome == "unsubstantiated")
		})
		if n+findings == 0 {
			continue
		}
		g[sv] = map[string]any{"severity": sv, "count": n, "share": part(n, all), "change": growth(n, codes(o.back(1), sv)), "findings": findings, "upheld": upheld,
			"upheld_rate": part(upheld, counted)}
		if n == 0 {
			g[sv]["change"] = nil
		}
	}
	return g
}

// size is what a firm last said of itself for the period.
func (o oracle) size(code string) (d seedSize, ok bool) {
	last := o.end()[:7]
	for _, x := range o.w.sizes {
		if x.firm == code && x.month < last && x.month >= shift(last, -12) && (!ok || x.month >= d.month) {
			d, ok = x, true
		}
	}
	return d, ok
}

func shift(month string, n int) string {
	y, _ := strconv.Atoi(month[:4])
	m, _ := strconv.Atoi(month[5:])
	m += 12*y + n - 1
	return strconv.Itoa(m/12) + "-" + string([]byte{'0' + byte((m%12+1)/10), '0' + byte((m%12+1)%10)})
}

func roleOfCode(code string) string {
	return map[byte]string{'L': "lender", 'A': "agency"}[code[0]]
}

func (o oracle) against(role, code string) int64 {
	return o.received(func(c *seedComplaint) bool { return seedFirms[inRole(c, role)] == code })
}

func (o oracle) firmRates() grid {
	g := grid{}
	for _, code := range seedFirms[1:] {
		d, ok := o.size(code)
		if !ok {
			continue
		}
		role := roleOfCode(code)
		n := o.against(role, code)
		per := func(of int64, per float64, least int64) any {
			if n < 5 || of < least {
				return nil
			}
			return rounded{float64(n) * per / float64(of), 2}
		}
		g[role+":"+code] = map[string]any{"firm": code, "count": n, "denominator_month": d.month, "customers": d.customers, "per_customers": per(d.customers, 1e4, 1000),
			"overdue_accounts": d.overdue, "per_overdue": per(d.overdue, 1000, 1000), "lent": d.lent, "per_lent": per(d.lent, 1e10, 1e8)}
	}
	return g
}

func middle(v []float64, least int) any {
	if len(v) < least {
		return nil
	}
	sort.Float64s(v)
	if len(v)%2 == 1 {
		return rounded{v[len(v)/2], 2}
	}
	return rounded{(v[len(v)/2-1] + v[len(v)/2]) / 2, 2}
}

func (o oracle) firmMedians() grid {
	g := grid{}
	for _, role := range []string{"lender", "agency"} {
		var counts, rates []float64
		var all, top int64
		for _, code := range seedFirms[1:] {
			if n := o.against(role, code); n > 0 {
				counts = append(counts, float64(n))
				all += n
				top += n // there are fewer than five
			}
			if d, ok := o.size(code); ok && roleOfCode(code) == role && d.customers >= 1000 {
				rates = append(rates, float64(o.against(role, code))/float64(d.customers)*1e4)
			}
		}
		g[role] = map[string]any{"role": role, "firms": int64(len(counts)), "median": middle(counts, 1), "with_rate": int64(len(rates)),
			"median_customers": middle(rates, 3), "top_share": part(top, all)}
	}
	return g
}

func (o oracle) firmMovers() grid {
	g := grid{}
	for _, role := range []string{"lender", "agency"} {
		for _, code := range seedFirms[1:] {
			n, prior := o.against(role, code), o.back(1).against(role, code)
			if d := math.Abs(float64(n - prior)); (n >= 5 || prior >= 5) && d*d > 4*float64(n+prior) {
				g[role+":"+code] = map[string]any{"firm": code, "count": n, "previous": prior, "difference": n - prior, "change": growth(n, prior), "role": role}
			}
		}
	}
	return g
}

func (o oracle) agencyShare() grid {
	g := grid{}
	for id, code := range seedFirms[1:] {
		n := o.against("lender", code)
		through := o.received(func(c *seedComplaint) bool { return c.lender == int64(id+1) && c.agency != 0 })
		if n > 0 {
			g[code] = map[string]any{"firm": code, "count": n, "through_agency": through, "share": part(through, n)}
		}
	}
	return g
}

func (o oracle) repeatOffenders() grid {
	g := grid{}
	for id, code := range seedFirms[1:] {
		var penalties, most int64
		var which string
		same := map[string]int64{}
		o.each(func(c *seedComplaint) {
			if c.theCase == nil {
				return
			}
			for _, p := range c.theCase.penalties {
				if p.firm == int64(id+1) && !p.annulled && o.lately(p.issuedOn, 12) {
					penalties++
				}
			}
			for _, f := range c.theCase.findings {
				if f.supersededBy == 0 && isUpheld(f) && f.firm == int64(id+1) && o.lately(f.foundOn, 6) {
					same[f.code]++
				}
			}
		})
		for _, v := range seedCodes {
			if same[v] > most || same[v] == most && most > 0 && v < which {
				most, which = same[v], v
			}
		}
		if penalties >= 2 || most >= 3 {
			g[code] = map[string]any{"firm": code, "penalties": penalties, "same_code": most, "code": which}
		}
	}
	return g
}

func (o oracle) supervisory() grid {
	g := grid{}
	for _, kind := range seedMeasures {
		count := func(o oracle) int64 {
			var n int64
			o.each(func(c *seedComplaint) {
				if c.theCase != nil {
					for _, m := range c.theCase.measures {
						if m.kind == kind && o.in(m.on) {
							n++
						}
					}
				}
			})
			return n
		}
		if n := count(o); n > 0 {
			g[kind] = map[string]any{"measure": kind, "count": n, "change": growth(n, count(o.back(1)))}
		}
	}
	return g
}

func (o oracle) collection() grid {
	g := grid{}
	asOf := o.end()
	if today := dayOf(now); today < asOf {
		asOf = today + "x" // today included
	}
	for _, account := range []string{"fine", "confiscation", "surcharge"} {
		row := map[string]any{"account": account}
		sums := map[string]int64{"imposed": 0, "changed": 0, "surcharged": 0, "paid": 0, "refunded": 0, "outstanding": 0}
		var due, paid int64
		known := false
		o.each(func(c *seedComplaint) {
			if c.theCase == nil {
				return
			}
			for _, p := range c.theCase.penalties {
				var owed int64
				for _, e := range p.ledger {
					if e.account != account || e.on >= asOf {
						continue
					}
					known = true
					owed += e.fen
					if e.kind == "payment" || e.kind == "refund" {
						paid -= e.fen
					} else {
						due += e.fen
					}
					column := map[string]string{"imposed": "imposed", "changed": "changed", "surcharge": "surcharged", "payment": "paid", "refund": "refunded"}[e.kind]
					if o.in(e.on) && e.kind == "payment" {
						sums[column] -= e.fen
					} else if o.in(e.on) {
						sums[column] += e.fen
					}
				}
				if owed > 0 {
					sums["outstanding"] += owed
				}
			}
		})
		if !known {
			continue
		}
		for k, v := range sums {
			row[k] = v
		}
		row["collected_rate"] = part(paid, due)
		g[account] = row
	}
	return g
}

func (o oracle) fairness() grid {
	var received, read, closed, told, viewed, only int64
	var waits []float64
	asOf := o.end()
	o.each(func(c *seedComplaint) {
		if o.at(c.receivedAt) && !c.auto {
			received++
			if !c.readAt.IsZero() && dayOf(c.readAt) < asOf {
				read++
				waits = append(waits, float64(int(c.readAt.Sub(c.receivedAt).Hours()))/24)
			}
		}
		k := c.theCase
		if k == nil {
			return
		}
		if o.in(k.closedOn) {
			closed++
			for _, clock := range c.clocks {
				if clock.kind == "complaint.result_notice" && !clock.did("stop", func(on string) bool { return on < asOf }) {
					told++
				}
			}
		}
		if k.viewedOn != "" && o.in(k.viewedOn) && k.openedOn < asOf && (k.closedOn == "" || k.closedOn >= asOf) {
			viewed++
			if k.actedOn == "" || !o.in(k.actedOn) {
				only++
			}
		}
	})
	return grid{
		"first_reading": {"figure": "first_reading", "count": read, "of": received, "share": part(read, received), "median": rank(waits, 50), "p90": rank(waits, 90)},
		"unread":        {"figure": "unread", "count": received - read, "of": received, "share": part(received-read, received), "median": nil},
		"not_informed":  {"figure": "not_informed", "count": told, "of": closed, "share": part(told, closed)},
		"viewed_only":   {"figure": "viewed_only", "count": only, "of": viewed, "share": part(only, viewed)},
	}
}

func (o oracle) endedBy(key string, of func(*seedComplaint) string) grid {
	g := grid{}
	row := func(c *seedComplaint) map[string]any {
		v := nameless(of(c))
		if g[v] == nil {
			g[v] = map[string]any{key: v, "closed": int64(0), "upheld": int64(0), "refused": int64(0)}
		}
		return g[v]
	}
	o.each(func(c *seedComplaint) {
		if k := c.theCase; k != nil && o.in(k.closedOn) {
			r := row(c)
			r["closed"] = r["closed"].(int64) + 1
			if k.outcome == "substantiated" || k.outcome == "partially_substantiated" {
				r["upheld"] = r["upheld"].(int64) + 1
			}
		}
		if o.at(c.decidedAt) && c.status == "not_accepted" && !c.auto {
			r := row(c)
			r["refused"] = r["refused"].(int64) + 1
		}
	})
	for _, r := range g {
		r["upheld_rate"] = part(r["upheld"].(int64), r["closed"].(int64))
	}
	return g
}
