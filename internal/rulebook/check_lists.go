package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

func (r *reader) checkLimits(f *files) {
	d := f.limits
	for i, l := range d.data.Limits {
		line, what := d.line("limits", i), "limit "+l.Key
		if !idForm.MatchString(l.Key) {
			r.add(d.name, line, "%s: keys are lower-case words joined by dots", what)
		}
		if l.N <= 0 {
			r.add(d.name, d.line("limits", i, "value"), "%s: value must be positive", what)
		}
		r.checkText(d.name, line, what, l.Name)
		r.checkText(d.name, line, what+": article", l.Article)
		r.oneOf(d.name, d.line("limits", i, "unit"), "unit", l.Unit, unitNames)
		r.oneOf(d.name, d.line("limits", i, "party"), "party", l.Party, partyNames)
		r.checkDates(d.name, line, what, l.From, l.To)
		r.checkTrust(d.name, line, what, l.Trust, l.Strength == Office)
		r.checkStrength(d.name, line, what, l.Strength)
		for j, o := range d.data.Limits[:i] {
			if o.Key == l.Key && overlap(o.From, o.To, l.From, l.To) {
				r.add(d.name, line, "%s: two versions run at once, see line %d", what, d.line("limits", j))
			}
		}
	}
	seen := unique{}
	for i, x := range d.data.Rates {
		line := d.line("rates", i)
		seen.add(r, d.name, line, "rate", x.Key)
		r.checkText(d.name, line, "rate "+x.Key, x.Name)
		r.checkTrust(d.name, line, "rate "+x.Key, x.Trust, x.Strength == Office)
		r.checkStrength(d.name, line, "rate "+x.Key, x.Strength)
		if x.Percent <= 0 || x.CapPercent < 0 {
			r.add(d.name, line, "rate %s: percent must be positive", x.Key)
		}
		r.oneOf(d.name, line, "per", x.Per, []string{"day", "year"})
	}
	for i, x := range d.data.Thresholds {
		line := d.line("thresholds", i)
		seen.add(r, d.name, line, "threshold", x.Key)
		r.checkText(d.name, line, "threshold "+x.Key, x.Name)
		r.checkTrust(d.name, line, "threshold "+x.Key, x.Trust, x.Strength == Office)
		r.checkStrength(d.name, line, "threshold "+x.Key, x.Strength)
		if x.Value <= 0 {
			r.add(d.name, line, "threshold %s: value must be positive", x.Key)
		}
		r.oneOf(d.name, line, "unit", x.Unit, []string{"currency", "people", "count"})
	}
}

func overlap(aFrom, aTo, bFrom, bTo calendar.Date) bool {
	return (aTo.IsZero() || !aTo.Before(bFrom)) && (bTo.IsZero() || !bTo.Before(aFrom))
}

func (r *reader) checkStrength(file string, line int, what string, s Strength) {
	if !slices.Contains(strengths, s) {
		r.add(file, line, "%s: strength %q: want one of %v", what, s, strengths)
	}
}

func (r *reader) checkChannels(f *files) {
	d := f.channels
	log := unique{}
	for key, list := range map[string][]Channel{"contact": d.data.Contact, "submission": d.data.Submission} {
		seen := unique{}
		if len(list) == 0 && d.root != nil {
			r.add(d.name, d.line(), "no %s channels", key)
		}
		for i, c := range list {
			line := d.line(key, i)
			seen.add(r, d.name, line, key+" channel", c.ID)
			r.checkText(d.name, line, key+" channel "+c.ID, c.Name)
			for _, l := range c.Log {
				log.add(r, d.name, line, "log channel", l)
				r.oneOf(d.name, line, "log channel", l, logChannels)
			}
		}
	}
	for _, l := range logChannels {
		if !log[l] && d.root != nil {
			r.add(d.name, d.line("contact"), "log channel %s belongs to no contact channel", l)
		}
	}
}

func (r *reader) checkGrounds(f *files) {
	d := f.grounds
	for kind, list := range d.data.Grounds {
		r.oneOf(d.name, d.line("grounds", kind), "ground kind", kind, groundKinds)
		seen := unique{}
		for i, g := range list {
			line, what := d.line("grounds", kind, i), "ground "+g.Key
			seen.add(r, d.name, line, "ground", g.Key)
			r.checkText(d.name, line, what, g.Name)
			r.checkTrust(d.name, line, what, g.Trust, g.Strength == Office)
			r.checkStrength(d.name, line, what, g.Strength)
			r.checkDates(d.name, line, what, g.From, g.To)
			r.oneOf(d.name, line, "track", g.Track, []string{"complaint", "report", "both"})
		}
	}
}

func (r *reader) checkOutcomes(f *files) {
	d := f.outcomes
	for key, list := range map[string][]Outcome{"findings": d.data.Findings, "answers": d.data.Answers} {
		seen := unique{}
		if len(list) == 0 && d.root != nil {
			r.add(d.name, d.line(), "no %s", key)
		}
		for i, o := range list {
			seen.add(r, d.name, d.line(key, i), "outcome", o.ID)
			r.checkText(d.name, d.line(key, i), "outcome "+o.ID, o.Name)
		}
	}
}

func (r *reader) checkCFPB(f *files, codes unique) {
	d := f.cfpb
	seen := unique{}
	for i, m := range d.data.Map {
		line := d.line("map", i)
		seen.add(r, d.name, line, "mapping", m.Issue+" / "+m.Sub)
		r.checkTrust(d.name, line, "mapping", m.Trust, false)
		if len(m.Codes) == 0 {
			r.add(d.name, line, "mapping of %q has no codes", m.Issue)
		}
		for _, c := range m.Codes {
			if !codes[c] {
				r.add(d.name, line, "mapping of %q points to unknown %s", m.Issue, c)
			}
		}
	}
}
