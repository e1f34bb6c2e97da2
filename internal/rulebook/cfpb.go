package rulebook

import (
	"slices"
	"strings"
)

// mapping ties one issue and sub-issue of the CFPB's public data to codes, the
// primary one first. An empty Sub stands for rows that give the issue alone.
type mapping struct {
	Issue  string   `yaml:"issue"`
	Sub    string   `yaml:"sub"`
	Codes  []string `yaml:"codes"`
	Legacy bool     `yaml:"legacy,omitempty"`
	Trust  `yaml:",inline"`
}

// MapCFPB returns the codes for an issue and sub-issue of the CFPB's complaint
// data, the primary code first. ok is false for strings that the map does not
// know; such a row needs a person.
func (p *Pack) MapCFPB(issue, sub string) (codes []string, ok bool) {
	codes, ok = p.cfpb[[2]string{strings.TrimSpace(issue), strings.TrimSpace(sub)}]
	return slices.Clone(codes), ok
}

// CFPBProduct reports whether rows of the product are about debt collection.
func (p *Pack) CFPBProduct(product string) bool {
	return slices.Contains(p.cfpbProducts, strings.TrimSpace(product))
}
