package rulebook

import "slices"

// Rule is a check of contact records. The code that runs it is contactlog's;
// here are its words, its parameters and its weight.
type Rule struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
	// Says is the rule as it is printed beside a hit.
	Says Text `yaml:"says" json:"says"`
	// Code is the violation that a hit points to.
	Code string `yaml:"code" json:"code"`
	// Strength is binding, standard, presumption or heuristic. A heuristic only
	// sorts: it is never a finding by itself.
	Strength string `yaml:"strength" json:"strength"`
	Mode     string `yaml:"mode" json:"mode"` // auto or assisted
	// Zone is the IANA zone whose clock counts, or "consumer" for the zone where
	// the debtor is.
	Zone     string   `yaml:"zone,omitempty" json:"zone,omitempty"`
	Channels []string `yaml:"channels,omitempty" json:"channels,omitempty"`
	// GroupBy names the fields of a contact that are counted together.
	GroupBy  []string            `yaml:"group_by,omitempty" json:"group_by,omitempty"`
	Hours    *Hours              `yaml:"hours,omitempty" json:"hours,omitempty"`
	Numbers  map[string]int      `yaml:"numbers,omitempty" json:"numbers,omitempty"`
	Patterns map[string]string   `yaml:"patterns,omitempty" json:"patterns,omitempty"`
	Lexicons map[string][]string `yaml:"lexicons,omitempty" json:"lexicons,omitempty"`
	Caps     []Cap               `yaml:"caps,omitempty" json:"caps,omitempty"`
	Exempt   []Text              `yaml:"exempt,omitempty" json:"exempt,omitempty"`
	Note     Text                `yaml:"note,omitempty" json:"note,omitzero"`
	Bases    []string            `yaml:"bases,omitempty" json:"bases,omitempty"` // ids of provisions
	Trust    `yaml:",inline"`
}

// Hours is a daily window of the local clock, HH:MM. Prohibited windows include
// Start and exclude End; permitted windows include both ends.
type Hours struct {
	Kind  string `yaml:"kind" json:"kind"` // prohibited or permitted
	Start string `yaml:"start" json:"start"`
	End   string `yaml:"end" json:"end"`
}

// Number returns the whole-number parameter, and whether the rule has it.
func (r Rule) Number(name string) (int, bool) {
	n, ok := r.Numbers[name]
	return n, ok
}

// Rule returns the contact rule with the id, if the pack has it.
func (p *Pack) Rule(id string) (Rule, bool) {
	i := slices.IndexFunc(p.rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return p.rules[i], true
}

// Rules returns the contact rules of the pack. What they point to must not be
// changed.
func (p *Pack) Rules() []Rule { return slices.Clone(p.rules) }
