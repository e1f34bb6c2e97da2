package reporttest

import (
	"strconv"

	"dunwatch/internal/report"
)

// receivedBy are the complaints received, by what they have of something.
func (o Oracle) receivedBy(keys func(*Complaint) []string) heap {
	h := heap{}
	for _, c := range o.Facts.Complaints {
		if !o.of(c.Pack) || !o.in(c.ReceivedOn) {
			continue
		}
		seen := map[string]bool{}
		for _, key := range keys(c) {
			if !seen[key] {
				h.at(nameless(key)).add("complaint", c.Ref, 0, "", 0)
			}
			seen[key] = true
		}
	}
	return h
}

func one(of func(*Complaint) string) func(*Complaint) []string {
	return func(c *Complaint) []string { return []string{of(c)} }
}

func (o Oracle) received() *Bag {
	return o.receivedBy(one(func(*Complaint) string { return "all" })).all()
}

func (o Oracle) opened(key func(*Case) string) heap {
	h := heap{}
	for _, k := range o.Facts.Cases {
		if o.of(k.Pack) && o.in(k.Opened) {
			h.at(key(k)).add("case", k.Ref, 0, "", 0)
		}
	}
	return h
}

func (o Oracle) closed(key func(*Case) string) heap {
	h := heap{}
	for _, k := range o.Facts.Cases {
		if o.of(k.Pack) && o.in(k.Closed) {
			h.at(key(k)).add("case", k.Ref, 0, "", 0)
		}
	}
	return h
}

func anyCase(*Case) string { return "all" }

// decided are the complaints on which a person decided, other than by opening a case.
func (o Oracle) decided(key func(*Complaint) string) heap {
	h := heap{}
	for _, c := range o.Facts.Complaints {
		if o.of(c.Pack) && o.in(o.day(c.Decided)) && c.By {
			if k := key(c); k != "" {
				h.at(k).add("complaint", c.Ref, 0, "", 0)
			}
		}
	}
	return h
}

// findings are those that stand.
func (o Oracle) findings(key func(*Finding, *Case) string) heap {
	h := heap{}
	for _, x := range o.Facts.Findings {
		k := o.cases[x.Case]
		if o.of(k.Pack) && o.in(x.On) && !x.Superseded {
			if v := key(x, k); v != "" {
				h.at(v).add("finding", k.Ref, x.Number, x.Code, 0)
			}
		}
	}
	return h
}

// issued are the penalties issued and not annulled since.
func (o Oracle) issued(key func(*Penalty, *Case) string, fen func(*Penalty) int64) heap {
	h := heap{}
	for _, p := range o.Facts.Penalties {
		k := o.cases[p.Case]
		if o.of(k.Pack) && o.in(p.Issued) && !p.Annulled {
			h.at(key(p, k)).add("penalty", p.Ref, 0, "", fen(p))
		}
	}
	return h
}

func whole(p *Penalty) int64 { return p.Fine + p.Confiscated }

func anyPenalty(*Penalty, *Case) string { return "all" }

func (o Oracle) isOpen(c *Complaint) bool {
	if c.ReceivedOn >= o.end() {
		return false
	}
	if c.Ended == 0 {
		return c.Status == "received" || c.Status == "supplement" || c.Status == "accepted"
	}
	return c.Ended >= o.cut() && !c.auto()
}

func (o Oracle) isOverdue(c *Complaint) bool {
	for _, clock := range o.owned[c.ID] {
		if !o.duty(c.Pack, clock.Kind) {
			continue
		}
		if j := o.judge(c.Pack, clock); j.started != "" && j.stopped == "" && j.due != "" && o.asOf() > j.due {
			return true
		}
	}
	return false
}

// headlineBags are the figures of the headline.
func (o Oracle) headlineBags() map[string]*Bag {
	open, overdue := &Bag{}, &Bag{}
	for _, c := range o.Facts.Complaints {
		if o.of(c.Pack) && o.isOpen(c) {
			open.add("complaint", c.Ref, 0, "", 0)
			if o.isOverdue(c) {
				overdue.add("complaint", c.Ref, 0, "", 0)
			}
		}
	}
	issued := o.issued(anyPenalty, whole).all()
	return map[string]*Bag{"received": o.received(), "accepted": o.opened(anyCase).all(), "closed": o.closed(anyCase).all(), "open": open, "overdue": overdue,
		"findings_substantiated": o.upheldBy(func(*Finding, *Case) string { return "all" }).all(), "penalties_issued": issued, "penalty_amount_fen": issued}
}

func (o Oracle) upheldBy(key func(*Finding, *Case) string) heap {
	return o.findings(func(f *Finding, k *Case) string {
		if !o.upheld(f.Outcome) {
			return ""
		}
		return key(f, k)
	})
}

// Headline are the figures as the report has them.
func (o Oracle) Headline() report.Headline {
	b := o.headlineBags()
	return report.Headline{Received: b["received"].n(), Accepted: b["accepted"].n(), Closed: b["closed"].n(), Open: b["open"].n(), Overdue: b["overdue"].n(),
		FindingsSubstantiated: b["findings_substantiated"].n(), PenaltiesIssued: b["penalties_issued"].n(), PenaltyAmountFen: b["penalty_amount_fen"].fen}
}

func (o Oracle) headline() Grid {
	now, previous, before, year := o.headlineBags(), o.prev().headlineBags(), o.prev().prev().headlineBags(), o.months(-12).headlineBags()
	g := Grid{}
	for key := range now {
		v := func(b map[string]*Bag) int64 {
			if key == "penalty_amount_fen" {
				return b[key].fen
			}
			return b[key].n()
		}
		g[key] = map[string]any{"figure": key, "value": now[key], "previous": previous[key], "change": growth(v(now), v(previous)), "year_before": year[key],
			"year_change": growth(v(now), v(year)), "average": nil}
		if o.Period.Months == 1 {
			g[key]["average"] = rounded{float64(v(now)+v(previous)+v(before)) / 3, 1}
		}
	}
	return g
}

// tallied is a table of complaints by one key.
func (o Oracle) tallied(column string, keys func(*Complaint) []string) Grid {
	g, got, prior, n := Grid{}, o.receivedBy(keys), o.prev().receivedBy(keys), o.received().n()
	for key, b := range got {
		g[key] = map[string]any{column: key, "count": b, "share": part(b.n(), n), "change": growth(b.n(), prior[key].n())}
	}
	sum := got.all()
	g["total"] = map[string]any{"count": sum, "share": part(sum.n(), n), "change": nil}
	return g
}

// codes are those that complaints received name, by a key of the code; each code is a thing.
func (o Oracle) codes(key func(string) string) heap {
	h := heap{}
	for _, c := range o.Facts.Complaints {
		if !o.of(c.Pack) || !o.in(c.ReceivedOn) {
			continue
		}
		for _, code := range c.Codes {
			h.at(key(code)).add("complaint", c.Ref, 0, code, 0)
		}
	}
	return h
}

// violations are by_code and by_severity: codes of complaints, and findings, by a key of each.
func (o Oracle) violations(column string, ofCode func(string) string, ofFinding func(*Finding) string) Grid {
	received, prior := o.codes(ofCode), o.prev().codes(ofCode)
	found := o.findings(func(f *Finding, _ *Case) string { return ofFinding(f) })
	upheld := o.upheldBy(func(f *Finding, _ *Case) string { return ofFinding(f) })
	counted := o.findings(func(f *Finding, _ *Case) string {
		if !o.counted(f.Outcome) {
			return ""
		}
		return ofFinding(f)
	})
	of := o.received().n()
	if column == "severity" {
		of = received.all().n()
	}
	row := func(codes, findings, up *Bag, counted, before int64) map[string]any {
		low, high := wilson(up.n(), counted)
		change := growth(codes.n(), before)
		if codes.n() == 0 {
			change = nil
		}
		return map[string]any{"count": all(codes), "share": part(codes.n(), of), "change": change, "findings": all(findings), "upheld": all(up),
			"upheld_rate": part(up.n(), counted), "low": low, "high": high, "upheld_of_all": part(up.n(), findings.n()), "severity": nil}
	}
	g := Grid{}
	for _, key := range append(received.keys(), found.keys()...) {
		g[key] = row(received[key], found[key], upheld[key], counted[key].n(), prior[key].n())
		g[key][column] = key
		if n := o.severity(key); column == "code" && n > 0 {
			g[key]["severity"] = int64(n)
		}
	}
	g["total"] = row(received.all(), found.all(), upheld.all(), counted.all().n(), 0)
	if column == "severity" {
		for _, r := range g {
			delete(r, "upheld_of_all")
		}
		delete(g["total"], "severity")
	}
	return g
}

func (o Oracle) byCode() Grid {
	return o.violations("code", func(code string) string { return code }, func(f *Finding) string { return f.Code })
}

func (o Oracle) bySeverity() Grid {
	return o.violations("severity", func(code string) string {
		if n := o.severity(code); n > 0 {
			return strconv.Itoa(n)
		}
		return "none"
	}, func(f *Finding) string { return strconv.Itoa(int(f.Severity)) })
}
