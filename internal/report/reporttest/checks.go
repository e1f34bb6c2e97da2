package reporttest

import "bytes"

func (o Oracle) logIntake() Grid {
	logs, complaints := heap{}, heap{}
	seen := map[string]bool{}
	for _, l := range o.Facts.Logs {
		c := o.complaints[l.Complaint]
		if l.Part != "extract" || !o.of(c.Pack) || !o.in(o.day(l.At)) {
			continue
		}
		for _, side := range []string{l.Side, "any"} {
			logs.at(side).add("complaint", c.Ref, 0, "", 0)
			if !seen[side+c.Ref] {
				complaints.at(side).add("complaint", c.Ref, 0, "", 0)
			}
			seen[side+c.Ref] = true
		}
	}
	g := Grid{}
	for _, side := range []string{"borrower", "firm", "any"} {
		g[side] = map[string]any{"side": side, "logs": all(logs[side]), "complaints": all(complaints[side])}
	}
	return g
}

func (o Oracle) logFindings() Grid {
	type line struct {
		stand, upheld, corrected Bag
		counted, hits            int64
	}
	lines := map[string]*line{"total": {}}
	for _, x := range o.Facts.Findings {
		k := o.cases[x.Case]
		if x.Rule == "" || !o.of(k.Pack) || !o.in(x.On) {
			continue
		}
		key := k.Pack + "/" + x.Rule
		if lines[key] == nil {
			lines[key] = &line{}
		}
		for _, l := range []*line{lines[key], lines["total"]} {
			if x.Superseded {
				l.corrected.add("finding", k.Ref, x.Number, x.Code, 0)
				continue
			}
			l.stand.add("finding", k.Ref, x.Number, x.Code, 0)
			l.hits += x.Hits
			if o.upheld(x.Outcome) {
				l.upheld.add("finding", k.Ref, x.Number, x.Code, 0)
			}
			if o.counted(x.Outcome) {
				l.counted++
			}
		}
	}
	g := Grid{}
	for key, l := range lines {
		g[key] = map[string]any{"findings": &l.stand, "hits": l.hits, "upheld": &l.upheld, "upheld_rate": part(l.upheld.n(), l.counted), "corrected": &l.corrected}
	}
	return g
}

// repeatComplainants looks at every pair of complaints.
func (o Oracle) repeatComplainants() Grid {
	same := func(a, b []byte) bool { return len(a) > 0 && bytes.Equal(a, b) }
	firm := func(a, b int64) bool { return a != 0 && b != 0 && o.code(a) == o.code(b) }
	var known, again int64
	for _, c := range o.Facts.Complaints {
		if !o.of(c.Pack) || !o.in(c.ReceivedOn) || len(c.Phone)+len(c.IDNumber) == 0 {
			continue
		}
		known++
		for _, p := range o.Facts.Complaints {
			before := p.Received < c.Received || p.Received == c.Received && p.ID < c.ID
			if before && c.Received-p.Received <= 90*86400 && (same(p.Phone, c.Phone) || same(p.IDNumber, c.IDNumber)) && (firm(p.Lender, c.Lender) || firm(p.Agency, c.Agency)) {
				again++
				break
			}
		}
	}
	row := map[string]any{"figure": "same_firm", "count": again, "of": known, "share": part(again, known)}
	if again > 0 && again < 5 {
		row["count"], row["share"] = nil, nil
	}
	return Grid{"same_firm": row}
}
