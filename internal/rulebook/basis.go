package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

// Strength is the rank of a norm. Only the first three can carry a penalty.
type Strength string

// The ranks, hard law first. Office marks what the office set for itself.
const (
	Law        Strength = "law"
	Regulation Strength = "regulation"
	RuleOf     Strength = "rule"
	Standard   Strength = "standard"
	Guide      Strength = "guide"
	Office     Strength = "office"
	Heuristic  Strength = "heuristic"
)

// Hard reports whether s is a law, a regulation or a departmental rule. A
// recommended national standard or an association's guide is evidence of
// improper conduct, never by itself the basis of a penalty.
func (s Strength) Hard() bool { return s == Law || s == Regulation || s == RuleOf }

// Basis is one provision in one version: what it says, from when to when, and
// how sure we are of it.
type Basis struct {
	ID         string   `yaml:"id" json:"id"`
	Instrument Text     `yaml:"instrument" json:"instrument"`
	Article    Text     `yaml:"article,omitempty" json:"article"`
	Says       Text     `yaml:"says" json:"says"`
	Strength   Strength `yaml:"strength" json:"strength"`
	// PenaltyBasis: hard law on which a penalty may rest.
	PenaltyBasis bool `yaml:"penalty_basis,omitempty" json:"penalty_basis"`
	// ImposedBy is who may impose it: office, public_security, court or other.
	// Empty unless PenaltyBasis.
	ImposedBy string `yaml:"imposed_by,omitempty" json:"imposed_by,omitempty"`
	// From and To are the first and the last day in force, both included. No
	// date is "open".
	From calendar.Date `yaml:"from,omitempty" json:"from"`
	To   calendar.Date `yaml:"to,omitempty" json:"to"`
	// DatesUnverified marks From and To that were not read in a source.
	DatesUnverified bool     `yaml:"dates_unverified,omitempty" json:"dates_unverified,omitempty"`
	ReplacedBy      string   `yaml:"replaced_by,omitempty" json:"replaced_by,omitempty"`
	Amounts         []Amount `yaml:"amounts,omitempty" json:"amounts,omitempty"`
	Note            Text     `yaml:"note,omitempty" json:"note,omitzero"`
	Trust           `yaml:",inline"`

	// When is the further condition under which a violation falls under the
	// provision. Only set on what Violation.Bases returns.
	When Text `yaml:"-" json:"when,omitzero"`
}

// Amount is one measure that a penalty basis allows, in whole currency units
// (yuan, dollars). A nil bound is open.
type Amount struct {
	Kind    string `yaml:"kind" json:"kind"`       // id of a penalty kind
	Subject string `yaml:"subject" json:"subject"` // unit, person or any
	If      Text   `yaml:"if,omitempty" json:"if,omitzero"`
	Min     *int64 `yaml:"min,omitempty" json:"min,omitempty"`
	Max     *int64 `yaml:"max,omitempty" json:"max,omitempty"`
	// Multiples of the illegal income, instead of a sum.
	MinTimesIncome float64 `yaml:"min_times_income,omitempty" json:"min_times_income,omitempty"`
	MaxTimesIncome float64 `yaml:"max_times_income,omitempty" json:"max_times_income,omitempty"`
	// MaxTurnoverPercent is an alternative ceiling: percent of last year's turnover.
	MaxTurnoverPercent float64 `yaml:"max_turnover_percent,omitempty" json:"max_turnover_percent,omitempty"`
	MinDays            int     `yaml:"min_days,omitempty" json:"min_days,omitempty"` // of detention
	MaxDays            int     `yaml:"max_days,omitempty" json:"max_days,omitempty"`
	Per                string  `yaml:"per,omitempty" json:"per,omitempty"` // act or day
	PerUnverified      bool    `yaml:"per_unverified,omitempty" json:"per_unverified,omitempty"`
}

// MinMinor is the lower bound in fen or cents, and whether there is one.
func (a Amount) MinMinor() (int64, bool) { return minor(a.Min) }

// MaxMinor is the upper bound in fen or cents, and whether there is one. Where
// MaxTimesIncome or MaxTurnoverPercent is set the higher ceiling applies.
func (a Amount) MaxMinor() (int64, bool) { return minor(a.Max) }

func minor(whole *int64) (int64, bool) {
	if whole == nil {
		return 0, false
	}
	return *whole * 100, true
}

// InForce reports whether the provision applied to an act on that day.
func (b Basis) InForce(on calendar.Date) bool {
	return (b.From.IsZero() || !on.Before(b.From)) && (b.To.IsZero() || !on.After(b.To))
}

// ByOffice reports whether the office itself may rest a penalty on b. Police
// and court provisions are reasons to transfer a case, not to fine in it.
func (b Basis) ByOffice() bool { return b.PenaltyBasis && b.ImposedBy == "office" }

// Citation is how a document names the provision, with the mark of an
// unverified text or number at its end.
func (b Basis) Citation() Text {
	c := Text{"《" + b.Instrument.ZH + "》" + b.Article.ZH, b.Instrument.EN}
	if b.Article.EN != "" {
		c.EN += ", " + b.Article.EN
	}
	if mark, ok := b.Caveat(); ok {
		c.ZH += "（" + mark.ZH + "）"
		c.EN += " (" + mark.EN + ")"
	}
	return c
}

// Bases are the provisions that cover an act. A finding records the standard
// breached apart from the legal basis for a penalty: hence the split.
type Bases []Basis

// Standards are the recommended standards and sector guides among b.
func (b Bases) Standards() Bases {
	return b.where(func(x Basis) bool { return x.Strength == Standard || x.Strength == Guide })
}

// Law is the hard law among b, whether or not a penalty may rest on it.
func (b Bases) Law() Bases { return b.where(func(x Basis) bool { return x.Strength.Hard() }) }

// Penalty is what the office itself may rest a penalty on.
func (b Bases) Penalty() Bases { return b.where(Basis.ByOffice) }

// Referral is what the police, a court or another authority acts on.
func (b Bases) Referral() Bases {
	return b.where(func(x Basis) bool { return x.PenaltyBasis && !x.ByOffice() })
}

func (b Bases) where(keep func(Basis) bool) Bases {
	var out Bases
	for _, x := range b {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

// Basis returns the provision with the id.
func (p *Pack) Basis(id string) (Basis, bool) {
	i := slices.IndexFunc(p.bases, func(b Basis) bool { return b.ID == id })
	if i < 0 {
		return Basis{}, false
	}
	return p.bases[i], true
}

// AllBases returns every provision of the pack, in and out of force.
func (p *Pack) AllBases() Bases { return slices.Clone(p.bases) }

// PenaltyBases are the provisions in force on the day of the act on which the
// office itself may rest a penalty. Where a later text is lighter the later one
// applies (行政处罚法 art. 37): see Basis.ReplacedBy.
func (p *Pack) PenaltyBases(on calendar.Date) Bases { return p.inForce(on).Penalty() }

// ReferralBases are the provisions in force on the day of the act on which
// another authority acts: reasons to transfer the matter.
func (p *Pack) ReferralBases(on calendar.Date) Bases { return p.inForce(on).Referral() }

func (p *Pack) inForce(on calendar.Date) Bases {
	return p.bases.where(func(b Basis) bool { return b.InForce(on) })
}
