// Package rulebook holds the law that the desk works by, as data: violations,
// the provisions that cover them by date, time limits, contact rules, penalty
// kinds, and the fixed lists of words around them, one pack a jurisdiction.
//
// It is pure: Load reads and checks everything once, afterwards nothing
// changes. It gives no legal advice and does not decide which of two texts is
// the lighter one. What no source confirmed says so: see Trust.
package rulebook

import (
	"slices"

	"dunwatch/internal/calendar"
)

// Book is every pack of one release.
type Book struct {
	packs   []*Pack
	sources []Source
}

// Header is what a pack says about itself.
type Header struct {
	ID       string   `yaml:"id" json:"id"`
	Name     Text     `yaml:"name" json:"name"`
	Zone     string   `yaml:"zone" json:"zone"`         // IANA zone of the office
	Calendar string   `yaml:"calendar" json:"calendar"` // id of the working-day calendar
	Currency Currency `yaml:"currency" json:"currency"`
	Edition  string   `yaml:"version" json:"version"`
	// AsOf is the day up to which the law was read; From and To bound the
	// pack's own validity.
	AsOf   calendar.Date `yaml:"as_of" json:"as_of"`
	From   calendar.Date `yaml:"from" json:"from"`
	To     calendar.Date `yaml:"to,omitempty" json:"to"`
	Office Text          `yaml:"office" json:"office"`
	// Letters is the language in which the office writes to firms and other authorities, zh or en, and in whose manner its
	// letters are numbered.
	Letters string `yaml:"letters" json:"letters"`
	// PenaltyLaw is the statute whose articles the steps of a penalty are held against; none: the office follows them as a
	// rule of its own.
	PenaltyLaw  Text        `yaml:"penalty_law,omitempty" json:"penalty_law,omitzero"`
	Authorities []Authority `yaml:"authorities" json:"authorities"`
	Hotlines    []Hotline   `yaml:"hotlines" json:"hotlines"`
}

// Currency is the unit of amounts; it divides into a hundred.
type Currency struct {
	Code   string `yaml:"code" json:"code"`
	Symbol string `yaml:"symbol" json:"symbol"`
	Minor  Text   `yaml:"minor" json:"minor"` // fen, cent
}

// Authority is a body to which a matter can be referred.
type Authority struct {
	ID    string `yaml:"id" json:"id"`
	Name  Text   `yaml:"name" json:"name"`
	Remit Text   `yaml:"remit" json:"remit"`
}

// Hotline is a number that people can ring.
type Hotline struct {
	Number string `yaml:"number" json:"number"`
	Name   Text   `yaml:"name" json:"name"`
	Hours  Text   `yaml:"hours,omitempty" json:"hours,omitzero"`
	// Emergency: shown first where somebody is in danger.
	Emergency bool `yaml:"emergency,omitempty" json:"emergency"`
	Trust     `yaml:",inline"`
}

// Pack is the law of one jurisdiction in one version.
type Pack struct {
	Header
	digest       string
	families     []Family
	severities   []Severity
	groups       []group
	violations   []Violation
	reasons      []Reason
	bases        Bases
	limits       []Limit
	rates        []Rate
	thresholds   []Threshold
	rules        []Rule
	kinds        []PenaltyKind
	channels     []Channel
	submissions  []Channel
	grounds      map[string][]Ground
	findings     []Outcome
	answers      []Outcome
	evidence     []EvidenceType
	cfpb         map[[2]string][]string
	cfpbProducts []string
}

// Pack returns the pack with the id.
func (b *Book) Pack(id string) (*Pack, bool) {
	i := slices.IndexFunc(b.packs, func(p *Pack) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return b.packs[i], true
}

// Packs returns the packs by id.
func (b *Book) Packs() []*Pack { return slices.Clone(b.packs) }

// Source returns where values with that mark were read.
func (b *Book) Source(id string) (Source, bool) {
	i := slices.IndexFunc(b.sources, func(s Source) bool { return s.ID == id })
	if i < 0 {
		return Source{}, false
	}
	return b.sources[i], true
}

// Version names the version of the pack. A case keeps it, with the digest,
// because it is judged under the rules of its own day.
func (p *Pack) Version() string { return p.Edition }

// Digest is the SHA-256 of the pack's files, in hexadecimal.
func (p *Pack) Digest() string { return p.digest }
