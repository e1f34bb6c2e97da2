package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

// Limit is one time limit.
type Limit struct {
	Key  string `yaml:"key" json:"key"`
	Name Text   `yaml:"name" json:"name"`
	// N counts Units: workday, day, week, month, hour or year.
	N    int    `yaml:"value" json:"value"`
	Unit string `yaml:"unit" json:"unit"`
	// Roll: an end on a day of rest moves to the next working day. Set for the
	// rights of the parties; not for the duties of the office and the firm.
	Roll bool `yaml:"roll" json:"roll"`
	// Party is whose limit it is: office, firm, complainant, respondent or other.
	Party    string   `yaml:"party" json:"party"`
	Article  Text     `yaml:"article" json:"article"`
	Strength Strength `yaml:"strength" json:"strength"`
	// From and To bound the version of the limit, both days included.
	From  calendar.Date `yaml:"from,omitempty" json:"from"`
	To    calendar.Date `yaml:"to,omitempty" json:"to"`
	Note  Text          `yaml:"note,omitempty" json:"note,omitzero"`
	Trust `yaml:",inline"`
}

// Marked reports whether the limit must be shown as unverified law. What the
// office set for itself is nobody's law and needs no mark.
func (l Limit) Marked() bool { return !l.Verified && l.Strength != Office }

// Rate is a percentage with its ceiling.
type Rate struct {
	Key     string  `yaml:"key" json:"key"`
	Name    Text    `yaml:"name" json:"name"`
	Percent float64 `yaml:"percent" json:"percent"`
	Per     string  `yaml:"per" json:"per"` // day or year
	// CapPercent is the ceiling of the total in percent of the principal; 0 is none.
	CapPercent float64       `yaml:"cap_percent,omitempty" json:"cap_percent,omitempty"`
	Article    Text          `yaml:"article" json:"article"`
	Strength   Strength      `yaml:"strength" json:"strength"`
	From       calendar.Date `yaml:"from,omitempty" json:"from"`
	To         calendar.Date `yaml:"to,omitempty" json:"to"`
	Trust      `yaml:",inline"`
}

// Threshold is a sum or a number of people at which the procedure changes.
type Threshold struct {
	Key      string   `yaml:"key" json:"key"`
	Name     Text     `yaml:"name" json:"name"`
	Value    int64    `yaml:"value" json:"value"`
	Unit     string   `yaml:"unit" json:"unit"` // currency (whole units), people, count
	Article  Text     `yaml:"article" json:"article"`
	Strength Strength `yaml:"strength" json:"strength"`
	Note     Text     `yaml:"note,omitempty" json:"note,omitzero"`
	Trust    `yaml:",inline"`
}

// Limit returns the newest version of the time limit.
func (p *Pack) Limit(key string) (Limit, bool) {
	var best Limit
	for _, l := range p.limits {
		if l.Key == key && (best.Key == "" || best.From.Before(l.From)) {
			best = l
		}
	}
	return best, best.Key != ""
}

// LimitOn returns the version of the time limit that ran on the day.
func (p *Pack) LimitOn(key string, on calendar.Date) (Limit, bool) {
	for _, l := range p.limits {
		if l.Key == key && (l.From.IsZero() || !on.Before(l.From)) && (l.To.IsZero() || !on.After(l.To)) {
			return l, true
		}
	}
	return Limit{}, false
}

// Limits returns every version of every time limit.
func (p *Pack) Limits() []Limit { return slices.Clone(p.limits) }

// Rate returns the rate with the key.
func (p *Pack) Rate(key string) (Rate, bool) {
	i := slices.IndexFunc(p.rates, func(r Rate) bool { return r.Key == key })
	if i < 0 {
		return Rate{}, false
	}
	return p.rates[i], true
}

// Threshold returns the threshold with the key.
func (p *Pack) Threshold(key string) (Threshold, bool) {
	i := slices.IndexFunc(p.thresholds, func(t Threshold) bool { return t.Key == key })
	if i < 0 {
		return Threshold{}, false
	}
	return p.thresholds[i], true
}
