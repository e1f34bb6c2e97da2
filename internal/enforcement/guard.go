package enforcement

import (
	"slices"

	"dunwatch/internal/fault"
	"dunwatch/internal/rulebook"
)

// Lack is what a step still needs. Key is a sentence of web/locales with Args; Article is what asks for it, with its mark.
type Lack struct {
	Guard    string        `json:"guard"`
	Key      string        `json:"key"`
	Args     []any         `json:"args,omitempty"`
	Article  rulebook.Text `json:"article"`
	Verified bool          `json:"verified"`
}

// article is a provision that asks for a step. It was read in the source law.md names S1, S9 or S11.
type article struct {
	zh, en   string
	verified bool
}

// The provisions behind the guards. Other packs than cn follow the same procedure as the office's own rule.
var (
	art36  = article{"《行政处罚法》第三十六条", "Administrative Penalty Law, art. 36", true}
	art42  = article{"《行政处罚法》第四十二条", "Administrative Penalty Law, art. 42", true}
	art43  = article{"《行政处罚法》第四十三条", "Administrative Penalty Law, art. 43", true}
	art44  = article{"《行政处罚法》第四十四条、第六十二条", "Administrative Penalty Law, arts. 44, 62", true}
	art45  = article{"《行政处罚法》第四十五条、第六十二条", "Administrative Penalty Law, arts. 45, 62", true}
	art48  = article{"《行政处罚法》第四十八条", "Administrative Penalty Law, art. 48", true}
	art56  = article{"《行政处罚法》第五十六条", "Administrative Penalty Law, art. 56", true}
	art57  = article{"《行政处罚法》第五十七条", "Administrative Penalty Law, art. 57", true}
	art58  = article{"《行政处罚法》第五十八条", "Administrative Penalty Law, art. 58", true}
	art59  = article{"《行政处罚法》第五十九条", "Administrative Penalty Law, art. 59", true}
	art60  = article{"《行政处罚法》第六十条", "Administrative Penalty Law, art. 60", true}
	art61  = article{"《行政处罚法》第六十一条", "Administrative Penalty Law, art. 61", true}
	art63  = article{"《行政处罚法》第六十三条", "Administrative Penalty Law, art. 63", true}
	art64  = article{"《行政处罚法》第六十四条、第六十五条", "Administrative Penalty Law, arts. 64, 65", true}
	art66  = article{"《行政处罚法》第六十六条", "Administrative Penalty Law, art. 66", true}
	art72  = article{"《行政处罚法》第七十二条", "Administrative Penalty Law, art. 72", true}
	comp53 = article{"《行政强制法》第五十三条", "Administrative Compulsion Law, art. 53", true}
	comp54 = article{"《行政强制法》第五十四条", "Administrative Compulsion Law, art. 54", true}
	own    = article{"本机关内部规定", "set by the office", false}
)

// guard is a condition of steps: missing says whether it is not met, with the arguments of its sentence. The sentence is
// "penalty_case.lack." + id.
type guard struct {
	id      string
	article article
	steps   []Step
	missing func(sc *scene) (bool, []any)
}

// guards is the table of all conditions, in the order in which people meet them.
var guards = slices.Concat(guardsBefore, guardsOfDecision, contentGuards(), guardsAfter)

// counted names the limits of the rulebook that guards count with: where one was not read in law, or was set by the office
// itself, the guard says so beside its article.
var counted = map[string]string{
	"defence_window": "penalty.defence", "hearing_window": "hearing.request", "hearing_late": "hearing.request", "hearing_notice": "hearing.notice",
	"limitation": "penalty.limitation", "limitation_finding": "penalty.limitation", "demand_window": "execution.demand", "court_too_late": "execution.court",
}

// lacks is what a step needs and does not have, the stage and the actor apart.
func (sc *scene) lacks(step Step) (out []Lack) {
	for _, g := range guards {
		if !slices.Contains(g.steps, step) {
			continue
		}
		if missing, args := g.missing(sc); missing {
			out = append(out, sc.lack(g.id, g.article, args...))
		}
	}
	return out
}

func (sc *scene) lack(id string, a article, args ...any) Lack {
	if sc.pack.PenaltyLaw.IsZero() {
		a = own
	}
	out := Lack{Guard: id, Key: "penalty_case.lack." + id, Args: args, Article: rulebook.Text{ZH: a.zh, EN: a.en}, Verified: a.verified}
	if m, unsure := sc.mark(id); unsure && a != own {
		out.Article.ZH, out.Article.EN, out.Verified = out.Article.ZH+"；"+m.ZH, out.Article.EN+"; "+m.EN, false
	}
	return out
}

// mark says of a guard that counts with a figure of the rulebook what is uncertain about the figure, and whether anything is.
func (sc *scene) mark(id string) (rulebook.Text, bool) {
	if id == "hearing_told" {
		t, ok := HearingThreshold(sc.pack, sc.level, false)
		if !ok {
			return rulebook.Text{}, false
		}
		c, unsure := t.Caveat()
		return rulebook.Text{ZH: "听证数额标准" + c.ZH, EN: "the sum from which a hearing is offered is " + c.EN}, unsure
	}
	l, ok := sc.pack.LimitOn(counted[id], sc.today)
	switch {
	case !ok:
		return rulebook.Text{}, false
	case l.Strength == rulebook.Office:
		return rulebook.Text{ZH: "期限由本机关规定", EN: "its length is set by the office"}, true
	default:
		return l.Caveat()
	}
}

// after are the conditions that depend on what was said: dates of a hearing, an account to pay into.
func (sc *scene) after(d Deed) error {
	refuse := func(id string, a article, args ...any) error {
		l := sc.lack(id, a, args...)
		return fault.New(fault.Conflict, l.Key, l.Args...)
	}
	switch d := d.(type) {
	case *Notice:
		pending := sc.c.Hearing != nil && sc.c.Hearing.Report == nil
		if (trigger(sc.pack, sc.level, d.Shares) || pending) && !d.HearingTold {
			return refuse("hearing_told", art63)
		}
	case *AskHearing:
		if due := sc.due("hearing.request", sc.c.notice().ReceivedOn); !due.IsZero() && d.On.After(due) {
			return refuse("hearing_late", art64, due)
		}
	case *SetHearing:
		// 七日前: seven whole working days lie between, neither day counted.
		if due := sc.due("hearing.notice", d.ToldOn); !due.IsZero() && !d.On.After(due) {
			return refuse("hearing_notice", art64, due.AddDays(1))
		}
	case *IssueCase:
		if sc.pays() && d.Account == "" {
			return refuse("content_account", art59)
		}
		if sc.c.Address == "" && d.Address == "" {
			return refuse("content_address", art59)
		}
	case *Conclude:
		return sc.oneAct(&d.Sentence)
	case *Revise:
		return sc.oneAct(&d.Sentence)
	}
	return nil
}

// oneAct holds a sentence against art. 29: an act is fined once, and under the norm with the higher fine.
func (sc *scene) oneAct(s *Sentence) error {
	fine := slices.ContainsFunc(s.Shares, func(sh Share) bool {
		k, ok := sc.pack.PenaltyKind(sh.Kind)
		return ok && fines(k) && sh.Party == 1
	})
	if !fine {
		return nil
	}
	for _, f := range sc.findings {
		if sc.fined[f.ID] {
			return fault.New(fault.Conflict, "enforcement.fined_before", f.Number)
		}
	}
	if id := heavierNorm(sc.pack, sc.findings, s.Basis); id != "" && s.NormReason == "" {
		return fault.New(fault.Conflict, "penalty_case.lack.heavier_norm", id)
	}
	return nil
}

// GuardIDs lists every guard, so that a test can hold the locales against it.
func GuardIDs() []string {
	ids := []string{"stage", "apart", "hearing_late", "hearing_notice", "content_account", "content_address", "heavier_norm"}
	for _, g := range guards {
		ids = append(ids, g.id)
	}
	return ids
}
