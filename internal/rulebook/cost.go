package rulebook

import "dunwatch/internal/calendar"

// Cap is a ceiling on the yearly cost of a loan by the date of its contract.
type Cap struct {
	Scope string `yaml:"scope" json:"scope"`
	Name  Text   `yaml:"name" json:"name"`
	// PercentPerYear, or a multiple of the one-year loan prime rate.
	PercentPerYear float64       `yaml:"percent_per_year,omitempty" json:"percent_per_year,omitempty"`
	TimesLPR       float64       `yaml:"times_lpr,omitempty" json:"times_lpr,omitempty"`
	From           calendar.Date `yaml:"from" json:"from"`
	To             calendar.Date `yaml:"to,omitempty" json:"to"`
	Trust          `yaml:",inline"`
}
