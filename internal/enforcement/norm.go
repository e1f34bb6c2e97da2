package enforcement

import (
	"slices"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/rulebook"
)

// findingOf is a finding as the guards read it.
type findingOf = casework.Finding

// highestFine is the highest fine on a firm that a basis provides, in fen; ok is false where the rulebook does not say,
// nobody verified it, or it is not a sum.
func highestFine(b rulebook.Basis) (fen int64, ok bool) {
	if !b.Verified {
		return 0, false
	}
	for _, a := range b.Amounts {
		if a.Kind != "fine" || a.Subject == "person" {
			continue
		}
		if most, capped := a.MaxMinor(); capped {
			fen, ok = max(fen, most), true
		}
	}
	return fen, ok
}

// heavierNorm is the id of a norm in force on the day of an act that covers it with a higher fine than every norm chosen
// (行政处罚法 art. 29); "" where there is none. Only sums that were verified are compared.
func heavierNorm(pack *rulebook.Pack, findings []casework.Finding, chosen []string) string {
	var most int64
	for _, id := range chosen {
		b, ok := pack.Basis(id)
		if !ok {
			continue
		}
		fen, known := highestFine(b)
		if !known {
			return "" // a norm without a figure cannot be called the lower one
		}
		most = max(most, fen)
	}
	for _, f := range findings {
		v, ok := pack.Violation(f.Code)
		if !ok {
			continue
		}
		for _, b := range v.Bases(f.ActedOn).Penalty() {
			if fen, known := highestFine(b); known && fen > most && b.When.IsZero() && !slices.Contains(chosen, b.ID) {
				return b.ID
			}
		}
	}
	return ""
}

// lighter reports whether a text that came after an act may be applied to it (行政处罚法 art. 37): in force today, it
// replaces one that was in force on the day, and where both sums are verified it is not the higher one.
func lighter(pack *rulebook.Pack, b rulebook.Basis, acted, today calendar.Date) bool {
	if !b.InForce(today) || b.InForce(acted) {
		return false
	}
	for _, old := range pack.AllBases() {
		if old.ReplacedBy != b.ID || !old.InForce(acted) {
			continue
		}
		was, knownWas := highestFine(old)
		is, knownIs := highestFine(b)
		return !knownWas || !knownIs || is <= was
	}
	return false
}

// FactorChoice is a circumstance that can be ticked, with the effects it can have. Ground carries its name, article and
// mark.
type FactorChoice struct {
	rulebook.Ground
	Effects []string `json:"effects"`
}

// Factors are the circumstances that a pack lets people tick on a day: those that lighten, then those that weigh.
func Factors(pack *rulebook.Pack, on calendar.Date) []FactorChoice {
	var out []FactorChoice
	for _, kind := range []struct {
		grounds string
		effects []string
	}{{"mitigate", []string{"lighter", "mitigated"}}, {"aggravate", []string{"heavier"}}} {
		for _, g := range pack.Grounds(kind.grounds) {
			if g.InForce(on) {
				out = append(out, FactorChoice{g, kind.effects})
			}
		}
	}
	return out
}
