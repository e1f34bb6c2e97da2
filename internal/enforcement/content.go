package enforcement

import (
	"slices"

	"dunwatch/internal/rulebook"
)

// Element is one thing that a decision must say (行政处罚法 art. 59), and whether it is there. Asked: the form of the decision
// asks for it.
type Element struct {
	ID      string        `json:"id"`
	Present bool          `json:"present"`
	Asked   bool          `json:"asked,omitempty"`
	Args    []any         `json:"-"` // of the sentence that says what is missing, "penalty_case.lack.content_" + ID
	Article rulebook.Text `json:"article"`
}

// element is an Element of every decision; missing is asked before the form is sent.
type element struct {
	id      string
	asked   bool // the form of the decision may still supply it
	missing func(sc *scene) (bool, []any)
}

// elements are what art. 59 lists, in its order.
var elements = []element{
	{"party", false, func(sc *scene) (bool, []any) { return sc.p.Firm.Name == "", nil }},
	{"address", true, func(sc *scene) (bool, []any) { return sc.c.Address == "", nil }},
	{"facts", false, func(sc *scene) (bool, []any) { return sc.c.Sentence.Facts == "" || len(sc.p.Findings) == 0, nil }},
	{"evidence", false, func(sc *scene) (bool, []any) {
		for _, f := range sc.p.Findings {
			if len(f.Evidence) == 0 && f.Reasons == "" {
				return true, []any{f.Number}
			}
		}
		return false, nil
	}},
	{"kind", false, func(sc *scene) (bool, []any) { return len(sc.c.Sentence.Shares) == 0, nil }},
	{"basis", false, func(sc *scene) (bool, []any) { return len(sc.c.Sentence.Basis) == 0 && sc.penalises(), nil }},
	{"reasons", false, func(sc *scene) (bool, []any) { return sc.c.Sentence.Reasons == "", nil }},
	{"account", true, func(sc *scene) (bool, []any) { return sc.pays() && sc.c.PayAccount == "", nil }},
	{"term", false, func(sc *scene) (bool, []any) {
		_, ok := sc.pack.LimitOn("penalty.pay", sc.today)
		return sc.pays() && !ok, nil
	}},
	{"remedies", false, func(sc *scene) (bool, []any) {
		_, review := sc.pack.LimitOn("review.apply", sc.today)
		_, suit := sc.pack.LimitOn("suit.direct", sc.today)
		return !sc.pack.PenaltyLaw.IsZero() && (!review || !suit), nil
	}},
	{"authority", false, func(sc *scene) (bool, []any) { return sc.pack.Office.IsZero(), nil }},
}

// contentGuards hold a decision against what art. 59 lists before it is sealed; what its form asks for is held in
// scene.after.
func contentGuards() []guard {
	var out []guard
	for _, e := range elements {
		if !e.asked {
			out = append(out, guard{"content_" + e.id, art59, []Step{StepIssue}, e.missing})
		}
	}
	return out
}

// content lists the elements as the case stands.
func (sc *scene) content() []Element {
	out := make([]Element, 0, len(elements))
	for _, e := range elements {
		missing, args := e.missing(sc)
		l := sc.lack("content_"+e.id, art59)
		out = append(out, Element{ID: e.id, Present: !missing, Asked: missing && e.asked, Args: args, Article: l.Article})
	}
	return out
}

func (sc *scene) penalises() bool {
	return slices.ContainsFunc(sc.c.Sentence.Shares, func(sh Share) bool {
		k, ok := sc.pack.PenaltyKind(sh.Kind)
		return ok && k.Class == "penalty"
	})
}
