package reporttest

import (
	"math"
	"sort"
	"strings"
)

var roles = []string{"lender", "agency"}

func (o Oracle) inRole(role string, lender, agency int64) string {
	if role == "agency" {
		return o.code(agency)
	}
	return o.code(lender)
}

// party is the part in which a firm answers for something in a case.
func (o Oracle) party(firm int64, k *Case) string {
	if firm != 0 && k.Agency != 0 && o.code(firm) == o.code(k.Agency) {
		return "agency:" + o.code(firm)
	}
	return "lender:" + o.code(firm)
}

// against are the complaints received by role:code.
func (o Oracle) against() heap {
	return o.receivedBy(func(c *Complaint) []string {
		return []string{"lender:" + o.inRole("lender", c.Lender, c.Agency), "agency:" + o.inRole("agency", c.Lender, c.Agency)}
	})
}

func (o Oracle) byFirm() Grid {
	n, prior, accepted := o.against(), o.prev().against(), heap{}
	for _, role := range roles {
		for key, b := range o.opened(func(k *Case) string { return role + ":" + o.inRole(role, k.Lender, k.Agency) }) {
			accepted[key] = b
		}
	}
	upheld := o.upheldBy(func(f *Finding, k *Case) string { return o.party(f.Firm, k) })
	issued := o.issued(func(p *Penalty, k *Case) string { return o.party(p.Firm, k) }, whole)
	g, received := Grid{}, o.received().n()
	for _, h := range []heap{n, accepted, upheld, issued} {
		for key := range h {
			role, code, _ := strings.Cut(key, ":")
			change := growth(n[key].n(), prior[key].n())
			if n[key].n() == 0 {
				change = nil // what was not received is not compared
			}
			g[key] = map[string]any{"firm": code, "role": role, "count": all(n[key]), "share": part(n[key].n(), received), "change": change,
				"accepted": all(accepted[key]), "upheld": all(upheld[key]), "penalties": all(issued[key]), "amount": all(issued[key])}
		}
	}
	b := o.headlineBags()
	g["total"] = map[string]any{"count": b["received"], "share": part(received, received), "change": nil, "accepted": b["accepted"],
		"upheld": b["findings_substantiated"], "penalties": b["penalties_issued"], "amount": b["penalty_amount_fen"]}
	return g
}

// sizes are what each firm last said of itself for the period, by code.
func (o Oracle) sizes() map[string]Size {
	last, oldest := o.Period.From.Add(o.Period.Months-1).String(), o.Period.From.Add(o.Period.Months-12).String()
	out := map[string]Size{}
	for _, s := range o.Facts.Sizes {
		code := o.firms[s.Firm].Code
		if s.Month <= last && s.Month >= oldest && s.Month >= out[code].Month {
			out[code] = s
		}
	}
	return out
}

// byar is the interval of a Poisson count n that 95 % of such counts lie in.
func byar(n float64) (low, high float64) {
	const z = 1.959963984540054
	cube := func(x, sign float64) float64 {
		v := 1 - 1/(9*x) + sign*z/(3*math.Sqrt(x))
		return x * v * v * v
	}
	return cube(n, -1), cube(n+1, 1)
}

func (o Oracle) firmRates() Grid {
	g, against := Grid{}, o.against()
	for code, s := range o.sizes() {
		role := o.firms[s.Firm].Kind
		b := against[role+":"+code]
		per := func(of int64, unit float64, least int64) any {
			if b.n() < 5 || of < least {
				return nil
			}
			return rounded{float64(b.n()) * unit / float64(of), 2}
		}
		row := map[string]any{"firm": code, "role": role, "count": all(b), "denominator_month": s.Month, "customers": s.Customers, "per_customers": per(s.Customers, 1e4, 1000),
			"overdue_accounts": s.Overdue, "per_overdue": per(s.Overdue, 1000, 1000), "lent": s.Lent, "per_lent": per(s.Lent, 1e10, 1e8), "low": nil, "high": nil}
		if row["per_customers"] != nil {
			low, high := byar(float64(b.n()))
			row["low"], row["high"] = rounded{low * 1e4 / float64(s.Customers), 2}, rounded{high * 1e4 / float64(s.Customers), 2}
		}
		g[role+":"+code] = row
	}
	return g
}

func (o Oracle) firmMedians() Grid {
	g, against, sizes := Grid{}, o.against(), o.sizes()
	for _, role := range roles {
		var counts, customers, overdue, lent []float64
		var sum, top int64
		for key, b := range against {
			if strings.HasPrefix(key, role+":") && key != role+":none" {
				counts = append(counts, float64(b.n()))
			}
		}
		sort.Sort(sort.Reverse(sort.Float64Slice(counts)))
		for i, n := range counts {
			sum += int64(n)
			if i < 5 {
				top += int64(n)
			}
		}
		for code, s := range sizes {
			n := float64(against[role+":"+code].n())
			if o.firms[s.Firm].Kind != role {
				continue
			}
			if s.Customers >= 1000 {
				customers = append(customers, n/float64(s.Customers)*1e4)
			}
			if s.Overdue >= 1000 {
				overdue = append(overdue, n/float64(s.Overdue)*1e3)
			}
			if s.Lent >= 1e8 {
				lent = append(lent, n/float64(s.Lent)*1e10)
			}
		}
		g[role] = map[string]any{"role": role, "firms": int64(len(counts)), "median": middle(counts, 1), "with_rate": int64(len(customers)),
			"median_customers": middle(customers, 3), "median_overdue": middle(overdue, 3), "median_lent": middle(lent, 3), "top_share": part(top, sum)}
	}
	return g
}

func (o Oracle) firmMovers() Grid {
	now, before := o.against(), o.prev().against()
	var moved []string
	gap := func(key string) int64 {
		d := now[key].n() - before[key].n()
		return max(d, -d)
	}
	for _, key := range all(&Bag{things: append(now.keys(), before.keys()...)}).things {
		a, b := now[key].n(), before[key].n()
		if !strings.HasSuffix(key, ":none") && max(a, b) >= 5 && gap(key)*gap(key) > 4*(a+b) {
			moved = append(moved, key)
		}
	}
	sort.Slice(moved, func(i, j int) bool {
		if gap(moved[i]) != gap(moved[j]) {
			return gap(moved[i]) > gap(moved[j])
		}
		return moved[i] < moved[j]
	})
	g := Grid{}
	for _, key := range moved {
		if len(g) == 10 {
			break
		}
		a, b := now[key].n(), before[key].n()
		role, code, _ := strings.Cut(key, ":")
		g[key] = map[string]any{"firm": code, "role": role, "count": all(now[key]), "previous": all(before[key]), "difference": a - b, "change": growth(a, b)}
	}
	return g
}

func (o Oracle) agencyShare() Grid {
	lender := func(through bool) heap {
		h := o.receivedBy(func(c *Complaint) []string {
			if c.Lender == 0 || through && c.Agency == 0 {
				return nil
			}
			return []string{o.code(c.Lender)}
		})
		return h
	}
	g, n, through := Grid{}, lender(false), lender(true)
	for code, b := range n {
		g[code] = map[string]any{"firm": code, "count": b, "through_agency": all(through[code]), "share": part(through[code].n(), b.n())}
	}
	a, t := n.all(), through.all()
	g["total"] = map[string]any{"count": a, "through_agency": t, "share": part(t.n(), a.n())}
	return g
}

func (o Oracle) repeatOffenders() Grid {
	penalties, findings := heap{}, map[string]heap{}
	for _, p := range o.Facts.Penalties {
		if k := o.cases[p.Case]; o.of(k.Pack) && !p.Annulled && o.lately(p.Issued, 12) {
			penalties.at(o.code(p.Firm)).add("penalty", p.Ref, 0, "", whole(p))
		}
	}
	for _, x := range o.Facts.Findings {
		if k := o.cases[x.Case]; o.of(k.Pack) && !x.Superseded && o.upheld(x.Outcome) && x.Firm != 0 && o.lately(x.On, 6) {
			code := o.code(x.Firm)
			if findings[code] == nil {
				findings[code] = heap{}
			}
			findings[code].at(x.Code).add("finding", k.Ref, x.Number, x.Code, 0)
		}
	}
	g := Grid{}
	for _, f := range o.Facts.Firms {
		which, most := "", &Bag{}
		for _, code := range findings[f.Code].keys() {
			if b := findings[f.Code][code]; b.n() > most.n() {
				which, most = code, b
			}
		}
		if p := penalties[f.Code]; p.n() >= 2 || most.n() >= 3 {
			g[f.Code] = map[string]any{"firm": f.Code, "penalties": all(p), "same_code": most, "code": which}
		}
	}
	return g
}
