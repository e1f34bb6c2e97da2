package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

// Family is a group of violations that share a letter.
type Family struct {
	ID   string `yaml:"id" json:"id"`
	Name Text   `yaml:"name" json:"name"`
}

// Severity is one step of the scale from 1 (minor) to 5 (critical).
type Severity struct {
	Level   int    `yaml:"level" json:"level"`
	Name    Text   `yaml:"name" json:"name"`
	Urgency string `yaml:"urgency" json:"urgency"` // normal, priority, urgent, immediate
}

// Violation is one kind of collection misconduct.
type Violation struct {
	Code     string `yaml:"code" json:"code"`
	Family   string `yaml:"family" json:"family"`
	Name     Text   `yaml:"name" json:"name"`
	Severity int    `yaml:"severity" json:"severity"`
	// Question is the plain sentence by which a borrower recognises it.
	Question Text `yaml:"question" json:"question"`
	// Group is the heading of the public form under which it is offered; empty
	// for what only the office establishes.
	Group  string `yaml:"group,omitempty" json:"group,omitempty"`
	Detect Detect `yaml:"detect" json:"detect"`
	// CriminalReferral: a substantiated finding must be weighed for transfer to
	// the police or the procuratorate.
	CriminalReferral bool     `yaml:"criminal_referral,omitempty" json:"criminal_referral,omitempty"`
	Evidence         []string `yaml:"evidence" json:"evidence"` // ids of evidence types
	Reason           string   `yaml:"reason,omitempty" json:"reason,omitempty"`
	Hooks            []Hook   `yaml:"hooks" json:"hooks"`

	pack *Pack
}

// Detect says whether the contact rules can find the violation: auto, assisted
// (a hit that a person must confirm) or manual.
type Detect struct {
	Mode  string   `yaml:"mode" json:"mode"`
	Rules []string `yaml:"rules" json:"rules"`
}

// Hook ties a violation to a provision, under a condition if When says one.
type Hook struct {
	Basis string `yaml:"basis" json:"basis"`
	When  Text   `yaml:"when,omitempty" json:"when,omitzero"`
	// NumberUnverified: that this very article covers the violation is from
	// memory, though the instrument's content was confirmed.
	NumberUnverified bool `yaml:"number_unverified,omitempty" json:"number_unverified,omitempty"`
}

// Bases returns the provisions that covered the violation on the day of the
// act, in the order of the rulebook. It is empty where the pack's law is silent.
func (v Violation) Bases(on calendar.Date) Bases {
	var out Bases
	for _, h := range v.Hooks {
		b, ok := v.pack.Basis(h.Basis)
		if !ok || !b.InForce(on) {
			continue
		}
		b.When = h.When
		b.NumberUnverified = b.NumberUnverified || h.NumberUnverified
		out = append(out, b)
	}
	return out
}

// Choice is one line that the public form offers.
type Choice struct {
	Code     string `json:"code"`
	Question Text   `json:"question"`
	Severity int    `json:"severity"`
}

// ChoiceGroup is one heading of the public form with its choices.
type ChoiceGroup struct {
	ID      string   `json:"id"`
	Name    Text     `json:"name"`
	Note    Text     `json:"note,omitzero"`
	Choices []Choice `json:"choices"`
}

type group struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
	Note Text   `yaml:"note,omitempty"`
}

// Violation returns the violation with the code.
func (p *Pack) Violation(code string) (Violation, bool) {
	i := slices.IndexFunc(p.violations, func(v Violation) bool { return v.Code == code })
	if i < 0 {
		return Violation{}, false
	}
	return p.violations[i], true
}

// Violations returns all violations in the order of the rulebook.
func (p *Pack) Violations() []Violation { return slices.Clone(p.violations) }

// Families returns the families in the order of the rulebook.
func (p *Pack) Families() []Family { return slices.Clone(p.families) }

// Severities returns the scale, the mildest first.
func (p *Pack) Severities() []Severity { return slices.Clone(p.severities) }

// PublicChoices returns what the filing form offers, under its headings.
func (p *Pack) PublicChoices() []ChoiceGroup {
	var out []ChoiceGroup
	for _, g := range p.groups {
		c := ChoiceGroup{ID: g.ID, Name: g.Name, Note: g.Note}
		for _, v := range p.violations {
			if v.Group == g.ID {
				c.Choices = append(c.Choices, Choice{v.Code, v.Question, v.Severity})
			}
		}
		out = append(out, c)
	}
	return out
}
