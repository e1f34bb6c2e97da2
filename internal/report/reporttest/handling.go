package reporttest

import "sort"

func (o Oracle) byOutcome() Grid {
	screened := func(o Oracle) heap {
		h := o.decided(func(c *Complaint) string {
			if c.Status == "not_accepted" || c.Status == "referred" {
				return c.Status
			}
			return ""
		})
		h["accepted"] = o.opened(anyCase).all()
		return h
	}
	ended := func(o Oracle) heap { return o.closed(func(k *Case) string { return nameless(k.Outcome) }) }
	g := Grid{}
	put := func(stage, key string, now, before heap, of int64) {
		g[key] = map[string]any{"outcome": key, "count": all(now[key]), "share": part(now[key].n(), of), "change": growth(now[key].n(), before[key].n()), "stage": stage}
	}
	now, before := screened(o), screened(o.prev())
	for _, key := range []string{"accepted", "not_accepted", "referred"} {
		put("screening", key, now, before, now.all().n())
	}
	now, before = ended(o), ended(o.prev())
	for key := range now {
		put("closing", key, now, before, now.all().n())
	}
	return g
}

func (o Oracle) measures() Grid {
	ordered := func(o Oracle) heap {
		h := heap{}
		for _, m := range o.Facts.Measures {
			if k := o.cases[m.Case]; o.of(k.Pack) && o.in(m.On) {
				h.at(m.Kind).add("measure", k.Ref, 0, m.Kind, 0)
			}
		}
		return h
	}
	g, now, before := Grid{}, ordered(o), ordered(o.prev())
	for kind, b := range now {
		g[kind] = map[string]any{"measure": kind, "count": b, "change": growth(b.n(), before[kind].n())}
	}
	g["total"] = map[string]any{"count": now.all(), "change": nil}
	return g
}

func (o Oracle) screening() Grid {
	waits := map[string][]int64{}
	for _, c := range o.Facts.Complaints {
		if o.of(c.Pack) && o.in(o.day(c.Decided)) && c.By {
			waits[nameless(c.Source)] = append(waits[nameless(c.Source)], (c.Decided-c.Received)/3600)
			waits["total"] = append(waits["total"], (c.Decided-c.Received)/3600)
		}
	}
	decided := o.decided(func(c *Complaint) string { return nameless(c.Source) })
	g := Grid{"total": {"decided": decided.all(), "median": nil, "p90": nil, "longest": nil}}
	for source, w := range waits {
		if g[source] == nil {
			g[source] = map[string]any{"source": source, "decided": decided[source]}
		}
		g[source]["median"], g[source]["p90"], g[source]["longest"] = rank(w, 50), rank(w, 90), rank(w, 100)
	}
	return g
}

// owner is the reference and the pack of whom a clock runs for.
func (o Oracle) owner(c *Clock) (ref, pack string) {
	switch c.Owner {
	case "complaint":
		return o.complaints[c.OwnerID].Ref, o.complaints[c.OwnerID].Pack
	case "case":
		return o.cases[c.OwnerID].Ref, o.cases[c.OwnerID].Pack
	default:
		p := o.penalties[c.OwnerID]
		return p.Ref, o.cases[p.Case].Pack
	}
}

func (o Oracle) timeliness() Grid {
	states, days := map[string]heap{}, map[string][]int64{}
	for _, c := range o.Facts.Clocks {
		ref, pack := o.owner(c)
		if !o.of(pack) {
			continue
		}
		j := o.judge(pack, c)
		if j.started == "" || j.stopped != "" && j.stopped < o.first() {
			continue
		}
		in := func(on string) bool { return o.in(on) }
		for state, yes := range map[string]bool{
			"started": o.in(j.started), "due": o.in(j.due), "in_time": o.in(j.stopped) && (j.due == "" || j.stopped <= j.due),
			"late": o.in(j.stopped) && j.due != "" && j.stopped > j.due, "overdue": j.stopped == "" && o.in(j.due) && o.asOf() > j.due,
			"suspended": c.did("suspend", in), "extended": c.did("extend", in),
		} {
			if yes {
				if states[j.row] == nil {
					states[j.row] = heap{}
				}
				states[j.row].at(state).add(c.Owner, ref, 0, "", 0)
			}
		}
		if o.in(j.stopped) {
			days[j.row] = append(days[j.row], int64(j.days))
		}
	}
	g := Grid{}
	for row, h := range states {
		g[row] = map[string]any{"in_time_rate": part(h["in_time"].n(), h["in_time"].n()+h["late"].n()+h["overdue"].n()), "median": rankDays(days[row], 50), "p90": rankDays(days[row], 90)}
		for _, state := range []string{"started", "due", "in_time", "late", "overdue", "suspended", "extended"} {
			g[row][state] = all(h[state])
		}
	}
	return g
}

func (o Oracle) penaltyKinds() Grid {
	h, seen := heap{}, map[string]bool{}
	counts := map[string]map[string]bool{}
	for _, p := range o.Facts.Penalties {
		if k := o.cases[p.Case]; !o.of(k.Pack) || !o.in(p.Issued) || p.Annulled {
			continue
		}
		for _, m := range p.Imposes {
			if l := m.Kind + line("penalty", p.Ref, 0, m.Kind, m.Fen); !seen[l] {
				h.at(m.Kind).add("penalty", p.Ref, 0, m.Kind, m.Fen)
				seen[l] = true
			}
			if counts[m.Kind] == nil {
				counts[m.Kind] = map[string]bool{}
			}
			counts[m.Kind][p.Ref] = true
		}
	}
	b := o.headlineBags()["penalties_issued"]
	g := Grid{"total": {"count": b, "share": part(b.n(), b.n()), "amount": b}}
	for kind, x := range h {
		g[kind] = map[string]any{"measure": kind, "count": x, "share": part(int64(len(counts[kind])), b.n()), "amount": x}
	}
	return g
}

func (o Oracle) decisions() Grid {
	parts := map[string]heap{}
	for column, fen := range map[string]func(*Penalty) int64{"fine": func(p *Penalty) int64 { return p.Fine }, "confiscation": func(p *Penalty) int64 { return p.Confiscated }, "amount": whole} {
		parts[column] = o.issued(func(p *Penalty, _ *Case) string { return p.Ref }, fen)
	}
	g := Grid{"total": {}}
	for column, h := range parts {
		g["total"][column] = h.all()
		for ref, b := range h {
			if g[ref] == nil {
				g[ref] = map[string]any{"penalty": ref}
			}
			g[ref][column] = b
		}
	}
	for _, p := range o.Facts.Penalties {
		if row := g[p.Ref]; row != nil {
			row["issued_on"], row["firm"] = p.Issued, o.code(p.Firm)
		}
	}
	return g
}

func (o Oracle) collection() Grid {
	columns := map[string]heap{}
	due, paid := map[string]int64{}, map[string]int64{}
	for _, c := range []string{"imposed", "changed", "surcharged", "paid", "refunded", "outstanding"} {
		columns[c] = heap{}
	}
	asOf := o.end()
	if today := o.day(o.Now.Unix()); today < asOf {
		asOf = today + "x" // today included
	}
	for _, p := range o.Facts.Penalties {
		if !o.of(o.cases[p.Case].Pack) {
			continue
		}
		type key struct {
			party   int64
			account string
		}
		owed := map[key]int64{}
		for _, e := range p.Ledger {
			if e.On >= asOf {
				continue
			}
			owed[key{e.Party, e.Account}] += e.Fen
			fen, column := e.Fen, map[string]string{"imposed": "imposed", "changed": "changed", "surcharge": "surcharged", "payment": "paid", "refund": "refunded"}[e.Kind]
			if column == "paid" {
				fen = -fen
			}
			if column == "paid" || column == "refunded" {
				paid[e.Account] -= e.Fen
			} else {
				due[e.Account] += e.Fen
			}
			if o.in(e.On) && column != "" {
				columns[column].at(e.Account).add("penalty", p.Ref, 0, "", fen)
			}
		}
		for k, fen := range owed {
			if fen > 0 {
				columns["outstanding"].at(k.account).add("penalty", p.Ref, 0, "", fen)
			}
		}
	}
	g, sum := Grid{"total": {}}, [2]int64{}
	for _, account := range []string{"fine", "confiscation", "restitution", "surcharge"} {
		row, known := map[string]any{"account": account, "collected_rate": part(paid[account], due[account])}, paid[account] != 0 || due[account] != 0
		for column, h := range columns {
			known = known || h[account] != nil
			row[column] = all(h[account])
		}
		if known {
			g[account] = row
		}
		sum[0], sum[1] = sum[0]+paid[account], sum[1]+due[account]
	}
	for column, h := range columns {
		g["total"][column] = h.all()
	}
	g["total"]["collected_rate"] = part(sum[0], sum[1])
	return g
}

func (o Oracle) endedBy(column string, key func(*Complaint) string) Grid {
	closed := o.closed(func(k *Case) string { return nameless(key(o.complaints[k.Complaint])) })
	upheld := heap{}
	for _, k := range o.Facts.Cases {
		if o.of(k.Pack) && o.in(k.Closed) && o.upheld(k.Outcome) {
			upheld.at(nameless(key(o.complaints[k.Complaint]))).add("case", k.Ref, 0, "", 0)
		}
	}
	refused := o.decided(func(c *Complaint) string {
		if c.Status != "not_accepted" {
			return ""
		}
		return nameless(key(c))
	})
	row := func(c, u, r *Bag) map[string]any {
		low, high := wilson(u.n(), c.n())
		return map[string]any{"closed": all(c), "upheld": all(u), "upheld_rate": part(u.n(), c.n()), "low": low, "high": high, "refused": all(r)}
	}
	g := Grid{"total": row(closed.all(), upheld.all(), refused.all())}
	keys := append(closed.keys(), refused.keys()...)
	sort.Strings(keys)
	for _, k := range keys {
		g[k] = row(closed[k], upheld[k], refused[k])
		g[k][column] = k
	}
	return g
}

func (o Oracle) fairness() Grid {
	received, read, unread, told, viewed, only := &Bag{}, &Bag{}, &Bag{}, &Bag{}, &Bag{}, &Bag{}
	var waits []int64
	within := func(at int64) bool { return o.in(o.day(at)) && at < o.cut() }
	for _, c := range o.Facts.Complaints {
		if !o.of(c.Pack) || !o.in(c.ReceivedOn) || c.auto() {
			continue
		}
		received.add("complaint", c.Ref, 0, "", 0)
		var first int64
		for _, at := range o.read[c.Ref] {
			if at < o.cut() && (first == 0 || at < first) {
				first = at
			}
		}
		if first == 0 {
			unread.add("complaint", c.Ref, 0, "", 0)
			continue
		}
		read.add("complaint", c.Ref, 0, "", 0)
		waits = append(waits, max(0, first-c.Received)/3600)
	}
	closed := o.closed(anyCase).all()
	for _, k := range o.Facts.Cases {
		if !o.of(k.Pack) {
			continue
		}
		if o.in(k.Closed) {
			for _, c := range o.owned[k.Complaint] {
				if c.Owner == "complaint" && c.Kind == "complaint.result_notice" && !c.did("stop", func(on string) bool { return on < o.end() }) {
					told.add("case", k.Ref, 0, "", 0)
				}
			}
		}
		looked, acted := false, false
		for _, at := range o.viewed[k.Ref] {
			looked = looked || within(at)
		}
		if !looked || k.Opened >= o.end() || k.Closed != "" && k.Closed < o.end() {
			continue
		}
		viewed.add("case", k.Ref, 0, "", 0)
		for _, at := range o.deeds[k.ID] {
			acted = acted || within(at)
		}
		if !acted {
			only.add("case", k.Ref, 0, "", 0)
		}
	}
	row := func(key string, n, of *Bag) map[string]any {
		return map[string]any{"figure": key, "count": n, "of": of, "share": part(n.n(), of.n()), "median": nil, "p90": nil}
	}
	g := Grid{"first_reading": row("first_reading", read, received), "unread": row("unread", unread, received), "not_informed": row("not_informed", told, closed),
		"viewed_only": row("viewed_only", only, viewed)}
	g["first_reading"]["median"], g["first_reading"]["p90"] = rank(waits, 50), rank(waits, 90)
	return g
}

// Tables are all tables of the report.
func (o Oracle) Tables() map[string]Grid {
	return map[string]Grid{
		"headline":           o.headline(),
		"by_channel":         o.tallied("source", one(func(c *Complaint) string { return c.Source })),
		"by_contact_channel": o.tallied("channel", func(c *Complaint) []string { return c.Channels }),
		"by_product":         o.tallied("product", one(func(c *Complaint) string { return c.Product })),
		"by_region":          o.tallied("region", one(func(c *Complaint) string { return c.Region })),
		"by_province":        o.tallied("province", one(func(c *Complaint) string { return province(c.Region) })),
		"by_code":            o.byCode(), "by_severity": o.bySeverity(),
		"by_firm": o.byFirm(), "firm_rates": o.firmRates(), "firm_medians": o.firmMedians(), "firm_movers": o.firmMovers(), "agency_share": o.agencyShare(),
		"repeat_offenders": o.repeatOffenders(), "by_outcome": o.byOutcome(), "measures": o.measures(), "screening": o.screening(), "timeliness": o.timeliness(),
		"penalties": o.penaltyKinds(), "decisions": o.decisions(), "collection": o.collection(), "fairness": o.fairness(),
		"log_intake": o.logIntake(), "log_findings": o.logFindings(), "repeat_complainants": o.repeatComplainants(),
		"outcome_by_channel":  o.endedBy("source", func(c *Complaint) string { return c.Source }),
		"outcome_by_province": o.endedBy("province", func(c *Complaint) string { return province(c.Region) }),
	}
}
