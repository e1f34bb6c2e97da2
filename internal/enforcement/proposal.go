package enforcement

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// The lengths of what people write, in characters.
const (
	minText    = 10
	minOrder   = 5 // reasons for returning or withdrawing
	maxText    = 10_000
	maxAmount  = 1_000_000_000_000_000 // fen: ten thousand billion yuan, far from overflow even when added up
	confiscate = "confiscation"
	redress    = "redress"
)

// fines reports whether a kind is a fine, as against taking back what was gained or paying back what was lost.
func fines(k rulebook.PenaltyKind) bool { return k.Money && k.ID != confiscate && k.ID != redress }

// choose picks the findings by number: standing ones that uphold the complaint. Field "findings".
func choose(bad *fault.Fields, pack *rulebook.Pack, standing []casework.Finding, numbers []int) []casework.Finding {
	if len(numbers) == 0 {
		bad.Add("findings", "enforcement.choose_findings")
	}
	var out []casework.Finding
	for _, n := range numbers {
		i := slices.IndexFunc(standing, func(f casework.Finding) bool { return f.Number == n })
		switch {
		case i < 0 || !standing[i].Upheld(pack):
			bad.Add("findings", "enforcement.not_upheld", n)
		case !slices.ContainsFunc(out, func(f casework.Finding) bool { return f.Number == n }):
			out = append(out, standing[i])
		}
	}
	return out
}

// checkTexts trims facts and reasons and checks their length.
func (p *Proposal) checkTexts(bad *fault.Fields) {
	for _, t := range []struct {
		field string
		text  *string
	}{{"facts", &p.Facts}, {"reasons", &p.Reasons}} {
		*t.text = strings.TrimSpace(*t.text)
		n := utf8.RuneCountInString(*t.text)
		switch {
		case n < minText:
			bad.Add(t.field, "fault.too_short", minText)
		case n > maxText:
			bad.Add(t.field, "fault.too_long", maxText, n)
		}
	}
}

// checkMeasures checks kinds and amounts by themselves, and that one act is fined once (行政处罚法 art. 29).
func (p *Proposal) checkMeasures(bad *fault.Fields, pack *rulebook.Pack) {
	if len(p.Measures) == 0 {
		bad.Add("measures", "enforcement.choose_measures")
	}
	seen, fined := map[string]bool{}, false
	for i, m := range p.Measures {
		field := fmt.Sprintf("measures[%d]", i)
		k, ok := pack.PenaltyKind(m.Kind)
		if !ok || !k.ByOffice {
			bad.Add(field+".kind", "enforcement.unknown_kind", m.Kind)
			continue
		}
		switch {
		case seen[m.Kind]:
			bad.Add(field+".kind", "enforcement.kind_twice")
		case fines(k) && fined:
			bad.Add(field+".kind", "enforcement.one_fine")
		}
		seen[m.Kind], fined = true, fined || fines(k)
		switch {
		case k.Money && m.AmountFen <= 0:
			bad.Add(field+".amount_fen", "enforcement.amount_needed")
		case k.Money && m.AmountFen > maxAmount:
			bad.Add(field+".amount_fen", "enforcement.amount_too_large")
		case !k.Money && m.AmountFen != 0:
			bad.Add(field+".amount_fen", "enforcement.no_amount")
		}
	}
}

// checkBases holds the bases against the day of each act: a penalty basis counts only where it was in force on the day
// of one of the acts, and each act needs one. Measures short of a penalty need none.
func (p *Proposal) checkBases(bad *fault.Fields, pack *rulebook.Pack, findings []casework.Finding) rulebook.Bases {
	var bases rulebook.Bases
	var ids []string
	for _, id := range p.Basis {
		if id = strings.TrimSpace(id); id == "" || slices.Contains(ids, id) {
			continue
		}
		ids = append(ids, id)
		b, ok := pack.Basis(id)
		switch {
		case !ok:
			bad.Add("basis", "casework.unknown_basis", id)
		case !b.ByOffice():
			bad.Add("basis", "enforcement.not_a_penalty_basis", id)
		case len(findings) > 0 && !slices.ContainsFunc(findings, func(f casework.Finding) bool { return p.applies(pack, b, f) }):
			bad.Add("basis", "casework.basis_not_in_force", id, findings[0].ActedOn)
		default:
			bases = append(bases, b)
		}
	}
	p.Basis = ids
	if !p.penalises(pack) {
		return bases
	}
	if len(ids) == 0 {
		bad.Add("basis", "enforcement.basis_needed")
		return bases
	}
	for _, f := range findings {
		if len(bases) == len(ids) && !slices.ContainsFunc(bases, func(b rulebook.Basis) bool { return p.applies(pack, b, f) }) {
			bad.Add("basis", "enforcement.act_without_basis", f.Number, f.ActedOn)
		}
	}
	return bases
}

// applies reports whether a basis covers the act of a finding: in force on its day or, where it is said why, a lighter text
// that came later.
func (p *Proposal) applies(pack *rulebook.Pack, b rulebook.Basis, f casework.Finding) bool {
	return b.InForce(f.ActedOn) || p.later != "" && lighter(pack, b, f.ActedOn, p.today)
}

// penalises reports whether a measure is a penalty in law, rather than one short of it.
func (p *Proposal) penalises(pack *rulebook.Pack) bool {
	return slices.ContainsFunc(p.Measures, func(m Measure) bool {
		k, ok := pack.PenaltyKind(m.Kind)
		return ok && k.Class == "penalty"
	})
}

// checkAmounts holds amounts against what the chosen bases allow for their kind. Only figures that were checked against
// their source bind; a basis whose measures the rulebook does not list allows any.
func (p *Proposal) checkAmounts(bad *fault.Fields, pack *rulebook.Pack, bases rulebook.Bases) {
	for i, m := range p.Measures {
		k, ok := pack.PenaltyKind(m.Kind)
		if !ok || k.Class != "penalty" || m.AmountFen < 0 {
			continue
		}
		verdict := allowance(bases, m, false, 1)
		switch {
		case verdict == "" || len(bases) == 0:
		case verdict == "enforcement.kind_not_in_basis":
			bad.Add(fmt.Sprintf("measures[%d].kind", i), verdict)
		case k.Money:
			bad.Add(fmt.Sprintf("measures[%d].amount_fen", i), verdict)
		}
	}
}

// allowance is "" where one of the bases allows the measure, else the key of why none does. days are those of the violation,
// for ceilings per day; 0 is one.
func allowance(bases rulebook.Bases, m Measure, person bool, days int) string {
	why := "enforcement.kind_not_in_basis"
	for _, b := range bases {
		lists := slices.ContainsFunc(b.Amounts, func(a rulebook.Amount) bool { return a.Kind == m.Kind })
		if len(b.Amounts) == 0 || !b.Verified && lists { // figures that nobody checked do not bind
			return ""
		}
		for _, a := range b.Amounts {
			if a.Kind != m.Kind || a.Subject == "person" && !person || a.Subject == "unit" && person {
				continue
			}
			least, bounded := a.MinMinor()
			most, capped := a.MaxMinor()
			if a.Per == "day" {
				most *= int64(max(1, days))
			}
			capped = capped && a.MaxTimesIncome == 0 && a.MaxTurnoverPercent == 0
			if (!bounded || m.AmountFen >= least) && (!capped || m.AmountFen <= most) {
				return ""
			}
			why = "enforcement.amount_outside_basis"
		}
	}
	return why
}

// sums adds up the fines, and the rest.
func sums(pack *rulebook.Pack, measures []Measure) (fine, rest int64) {
	for _, m := range measures {
		if k, ok := pack.PenaltyKind(m.Kind); ok && fines(k) {
			fine += m.AmountFen
		} else {
			rest += m.AmountFen
		}
	}
	return fine, rest
}
