package rulebook

import (
	"slices"
	"strings"
)

func (r *reader) checkViolations(dir string, f *files, bases, rules, evidence unique) {
	d := f.violations
	families, groups, reasons, codes := unique{}, unique{}, unique{}, unique{}
	for i, x := range d.data.Families {
		families.add(r, d.name, d.line("families", i), "family", x.ID)
		r.checkText(d.name, d.line("families", i), "family "+x.ID, x.Name)
	}
	for i, x := range d.data.Groups {
		groups.add(r, d.name, d.line("groups", i), "group", x.ID)
		r.checkText(d.name, d.line("groups", i), "group "+x.ID, x.Name)
	}
	for i, x := range d.data.Reasons {
		reasons.add(r, d.name, d.line("reasons", i), "reason", x.ID)
	}
	for i, x := range d.data.Severities {
		if x.Level != i+1 {
			r.add(d.name, d.line("severities", i), "severities run from 1 to 5")
		}
	}
	used := unique{}
	for i, v := range d.data.Violations {
		line := d.line("violations", i)
		codes.add(r, d.name, line, "violation", v.Code)
		r.checkViolation(d, i, families, groups, reasons)
		r.checkHooks(d, i, f.bases.data.Bases, bases)
		for _, x := range v.Detect.Rules {
			if !rules[x] {
				r.add(d.name, d.line("violations", i, "detect"), "violation %s: rule %s is unknown", v.Code, x)
			}
		}
		for _, e := range v.Evidence {
			if !evidence[e] {
				r.add(d.name, d.line("violations", i, "evidence"), "violation %s: evidence type %s is unknown", v.Code, e)
			}
		}
		used[v.Group] = true
	}
	for i, g := range d.data.Groups {
		if !used[g.ID] {
			r.add(d.name, d.line("groups", i), "group %s offers nothing", g.ID)
		}
	}
	r.checkInventory(dir, d)
}

func (r *reader) checkViolation(d document[violationsFile], i int, families, groups, reasons unique) {
	v, line := d.data.Violations[i], d.line("violations", i)
	what := "violation " + v.Code
	if !codeForm.MatchString(v.Code) || !strings.HasPrefix(v.Code, v.Family) {
		r.add(d.name, line, "%s: codes are the letter of the family and two digits", what)
	}
	if !families[v.Family] {
		r.add(d.name, line, "%s: family %q is unknown", what, v.Family)
	}
	r.checkText(d.name, line, what+": name", v.Name)
	r.checkText(d.name, line, what+": question", v.Question)
	if v.Severity < 1 || v.Severity > len(d.data.Severities) {
		r.add(d.name, d.line("violations", i, "severity"), "%s: severity %d is not on the scale", what, v.Severity)
	}
	r.oneOf(d.name, d.line("violations", i, "detect"), "mode", v.Detect.Mode, []string{"auto", "assisted", "manual"})
	if (v.Detect.Mode == "auto") && len(v.Detect.Rules) == 0 {
		r.add(d.name, d.line("violations", i, "detect"), "%s: auto needs a rule", what)
	}
	if v.Group != "" && !groups[v.Group] {
		r.add(d.name, d.line("violations", i, "group"), "%s: group %q is unknown", what, v.Group)
	}
	if v.Group != "" && len(v.Hooks) == 0 {
		r.add(d.name, d.line("violations", i, "group"), "%s: offered to the public, but no provision covers it", what)
	}
	if v.Reason != "" && !reasons[v.Reason] {
		r.add(d.name, d.line("violations", i, "reason"), "%s: reason %q is unknown", what, v.Reason)
	}
	if len(v.Evidence) == 0 {
		r.add(d.name, line, "%s names no evidence", what)
	}
}

// checkHooks holds that the provisions exist, each once, and that two versions
// of one provision come together or not at all: a finding on an older act must
// not lose its basis.
func (r *reader) checkHooks(d document[violationsFile], i int, all []Basis, bases unique) {
	v := d.data.Violations[i]
	seen := unique{}
	for j, h := range v.Hooks {
		line := d.line("violations", i, "hooks", j)
		seen.add(r, d.name, line, "violation "+v.Code+": basis", h.Basis)
		if !bases[h.Basis] {
			r.add(d.name, line, "violation %s: basis %q is unknown", v.Code, h.Basis)
		}
	}
	for j, h := range v.Hooks {
		k := slices.IndexFunc(all, func(b Basis) bool { return b.ID == h.Basis })
		if k >= 0 && all[k].ReplacedBy != "" && !seen[all[k].ReplacedBy] {
			r.add(d.name, d.line("violations", i, "hooks", j), "violation %s: %s ends on %s and its successor %s is not a hook",
				v.Code, h.Basis, all[k].To, all[k].ReplacedBy)
		}
	}
}

func (r *reader) checkInventory(dir string, d document[violationsFile]) {
	if d.root == nil {
		return
	}
	got := map[string]int{}
	for _, v := range d.data.Violations {
		got[v.Family]++
	}
	for _, x := range d.data.Families {
		want, known := inventory[x.ID]
		switch {
		case !known:
			r.add(d.name, d.line("families"), "family %s is not one of the taxonomy", x.ID)
		case got[x.ID] > want || dir == "cn" && got[x.ID] != want:
			r.add(d.name, d.line("violations"), "family %s has %d codes, the taxonomy %d", x.ID, got[x.ID], want)
		}
	}
	if dir == "cn" && (len(d.data.Violations) != 45 || len(d.data.Families) != len(inventory)) {
		r.add(d.name, d.line("violations"), "%d codes in %d families, the taxonomy has 45 in 10", len(d.data.Violations), len(d.data.Families))
	}
}
