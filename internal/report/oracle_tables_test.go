package report_test

import (
	"sort"
	"strings"

	"dunwatch/internal/report"
)

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

func (o oracle) byKey(key string, values []string, has func(c *seedComplaint, v string) bool) grid {
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
	g := o.byKey("code", seedCodes, func(c *seedComplaint, v string) bool { return has(c.codes, v) })
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
			g[role+":"+nameless(code)] = row
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
		ran := s.stopped == "" || s.stopped >= o.month+"-01"
		states := map[string]bool{
			"started": o.in(s.started), "due": o.in(s.due) && ran, "in_time": o.in(s.stopped) && (s.due == "" || s.stopped <= s.due),
			"late": o.in(s.stopped) && s.due != "" && s.stopped > s.due, "overdue": s.stopped == "" && o.in(s.due) && o.asOf() > s.due,
			"suspended": ran && k.did("suspend", o.in), "extended": ran && k.did("extend", o.in),
		}
		kind, _, _ := strings.Cut(k.kind, "#") // rounds are one stage
		row := kind + "/" + k.unit
		for state, yes := range states {
			if yes && g[row] == nil {
				g[row] = map[string]any{"clock": kind, "started": int64(0), "due": int64(0), "in_time": int64(0), "late": int64(0), "overdue": int64(0),
					"suspended": int64(0), "extended": int64(0)}
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

func (o oracle) penaltyKinds() grid {
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
	v, p, pp, y := values(o.headline()), values(o.back(1).headline()), values(o.back(2).headline()), values(o.yearBack().headline())
	for k := range v {
		g[k] = map[string]any{"figure": k, "value": v[k], "previous": p[k], "change": growth(v[k], p[k]), "year_before": y[k],
			"year_change": growth(v[k], y[k]), "average": rounded{float64(v[k]+p[k]+pp[k]) / 3, 1}}
		if o.months > 1 {
			g[k]["average"] = nil
		}
	}
	return g
}

func (o oracle) tables() map[string]grid {
	return map[string]grid{
		"headline":           o.headlineTable(),
		"by_channel":         o.byKey("source", []string{"web", "phone", "post", "referral"}, func(c *seedComplaint, v string) bool { return c.source == v }),
		"by_contact_channel": o.byKey("channel", []string{"phone", "sms", "visit"}, func(c *seedComplaint, v string) bool { return has(c.channels, v) }),
		"by_product":         o.byKey("product", []string{"消费贷款", "=cmd|x", ""}, func(c *seedComplaint, v string) bool { return c.product == v }),
		"by_region":          o.byKey("region", []string{"330100", "110101", "FL", ""}, func(c *seedComplaint, v string) bool { return c.region == v }),
		"by_code":            o.byCode(), "by_firm": o.byFirm(), "by_outcome": o.byOutcome(), "screening": o.screening(),
		"timeliness": o.timeliness(), "penalties": o.penaltyKinds(), "decisions": o.decisions(),
		"by_province": o.byKey("province", []string{"33", "11", "FL", ""}, func(c *seedComplaint, v string) bool { return province(c) == v }),
		"by_severity": o.bySeverity(), "firm_rates": o.firmRates(), "firm_medians": o.firmMedians(), "firm_movers": o.firmMovers(),
		"agency_share": o.agencyShare(), "repeat_offenders": o.repeatOffenders(), "measures": o.supervisory(), "collection": o.collection(),
		"fairness":           o.fairness(),
		"outcome_by_channel": o.endedBy("source", func(c *seedComplaint) string { return c.source }), "outcome_by_province": o.endedBy("province", province),
	}
}
