package enforcement

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
)

// Person is somebody of the firm who answers beside it. Parties count from 1, the firm; persons follow.
type Person struct {
	Name string `json:"name"`
	Post string `json:"post"`
}

// Share is what one party bears of one measure; AmountFen in fen, 0 where the kind has none.
type Share struct {
	Party     int    `json:"party"` // 1 the firm, 2 the first person ...
	Kind      string `json:"kind"`
	AmountFen int64  `json:"amount_fen"`
	// Days of a kind whose ceiling is per day of violation (12 CFR 1083.1): the sum is held against as many ceilings.
	Days int `json:"days,omitempty"`
}

// Factor is a circumstance that was weighed, with the evidence for it. Effect: lighter, mitigated, heavier.
type Factor struct {
	Key      string   `json:"key"`
	Effect   string   `json:"effect"`
	Evidence []string `json:"evidence"` // E-1, E-2 ... of the complaint, or in words where it stands in the file
}

// evidenceLabel is how a file of the complaint is named.
var evidenceLabel = regexp.MustCompile(`^[Ee][-－]?[0-9]+$`)

// cited trims what a statement rests on: files of the complaint that exist, or a reason in words.
func (sc *scene) cited(bad *fault.Fields, field string, list *[]string) {
	var out []string
	for _, e := range *list {
		if e = strings.TrimSpace(e); e == "" {
			continue
		}
		if evidenceLabel.MatchString(e) {
			e = "E-" + strings.TrimLeft(e[1:], "-－")
			if sc.files != nil && !sc.files[e] {
				bad.Add(field, "penalty_case.no_such_evidence", e)
			}
		} else if utf8.RuneCountInString(e) < minCited {
			bad.Add(field, "penalty_case.evidence_or_reason", minCited)
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		bad.Add(field, "penalty_case.factor_evidence")
	}
	*list = out
}

// maxDays bounds the days of violation that a sum may be reckoned by.
const maxDays = 3660

// minCited is the least that words in place of a file's number must be, in characters.
const minCited = 4

// Sentence is what is planned against the parties; amounts of all of them are in fen.
type Sentence struct {
	Shares  []Share  `json:"shares"`
	Basis   []string `json:"basis"`
	Facts   string   `json:"facts"`
	Reasons string   `json:"reasons"`
	Factors []Factor `json:"factors"`
	// LaterLaw says why a text that came after the act is lighter and therefore applies (art. 37); "": none does.
	LaterLaw string `json:"later_law"`
	// NormReason says why a norm with the higher fine does not cover the act (art. 29); "": the heaviest was taken.
	NormReason string `json:"norm_reason"`
	// RangeReason says why the fine leaves what is usual in like cases; "" where it does not.
	RangeReason string `json:"range_reason"`
}

// Conclude closes the investigation (调查终结) with a report and a proposal.
type Conclude struct {
	Report   string   `json:"report"`
	Findings []int    `json:"findings"`
	Persons  []Person `json:"persons"`
	Address  string   `json:"address"` // of the firm: the decision says it (art. 59)
	Sentence
}

// Step names the step.
func (*Conclude) Step() Step { return StepConclude }

func (d *Conclude) check(sc *scene, bad *fault.Fields) {
	text(bad, "report", &d.Report, minText)
	text(bad, "address", &d.Address, 0)
	for i := range d.Persons {
		text(bad, fmt.Sprintf("persons[%d].name", i), &d.Persons[i].Name, 2)
		text(bad, fmt.Sprintf("persons[%d].post", i), &d.Persons[i].Post, 0)
	}
	sc.findings = choose(bad, sc.pack, sc.standing, d.Findings)
	for _, f := range sc.p.Findings { // what was relied on before stays relied on
		if !slices.ContainsFunc(sc.findings, func(g casework.Finding) bool { return g.ID == f.ID }) {
			bad.Add("findings", "penalty_case.finding_left_out", f.Number)
		}
	}
	d.Sentence.check(sc, bad, len(d.Persons))
}

// check holds a sentence against the rulebook: kinds, amounts, bases by the day of each act, factors.
func (d *Sentence) check(sc *scene, bad *fault.Fields, persons int) {
	n := &Proposal{Measures: totals(d.Shares), Basis: d.Basis, Facts: d.Facts, Reasons: d.Reasons}
	n.later = strings.TrimSpace(d.LaterLaw)
	n.today = sc.today
	text(bad, "later_law", &d.LaterLaw, 0)
	text(bad, "norm_reason", &d.NormReason, 0)
	text(bad, "range_reason", &d.RangeReason, 0)
	if len(d.Shares) == 0 {
		bad.Add("shares", "enforcement.choose_measures")
	}
	bases := n.checkBases(bad, sc.pack, sc.findings)
	d.Basis = n.Basis
	fined := map[int]bool{}
	seen := map[Share]bool{}
	for i, sh := range d.Shares {
		field := fmt.Sprintf("shares[%d]", i)
		k, ok := sc.pack.PenaltyKind(sh.Kind)
		switch {
		case sh.Party < 1 || sh.Party > persons+1:
			bad.Add(field+".party", "fault.choose")
			continue
		case !ok || !k.ByOffice || k.Class == "referral":
			bad.Add(field+".kind", "enforcement.unknown_kind", sh.Kind)
			continue
		case sh.Party > 1 && !k.Person:
			bad.Add(field+".kind", "penalty_case.not_for_persons")
		case seen[Share{Party: sh.Party, Kind: sh.Kind}]:
			bad.Add(field+".kind", "enforcement.kind_twice")
		case fines(k) && fined[sh.Party]:
			bad.Add(field+".kind", "enforcement.one_fine")
		case k.Money && sh.AmountFen <= 0:
			bad.Add(field+".amount_fen", "enforcement.amount_needed")
		case k.Money && sh.AmountFen > maxAmount:
			bad.Add(field+".amount_fen", "enforcement.amount_too_large")
		case !k.Money && sh.AmountFen != 0:
			bad.Add(field+".amount_fen", "enforcement.no_amount")
		case sh.Days < 0 || sh.Days > maxDays:
			bad.Add(field+".days", "penalty_case.extension", maxDays)
		case k.Class == "penalty" && !k.ByConsent && len(bases) > 0:
			if why := allowance(bases, Measure{sh.Kind, sh.AmountFen}, sh.Party > 1, sh.Days); why != "" {
				bad.Add(field+".amount_fen", why)
			}
		}
		seen[Share{Party: sh.Party, Kind: sh.Kind}] = true
		fined[sh.Party] = fined[sh.Party] || fines(k)
	}
	n.checkTexts(bad)
	d.Facts, d.Reasons = n.Facts, n.Reasons
	seenFactor := map[string]bool{}
	for i := range d.Factors {
		f := &d.Factors[i]
		f.check(sc, bad, fmt.Sprintf("factors[%d]", i))
		if seenFactor[f.Key] {
			bad.Add(fmt.Sprintf("factors[%d].key", i), "penalty_case.factor_twice")
		}
		seenFactor[f.Key] = true
	}
}

func (f *Factor) check(sc *scene, bad *fault.Fields, field string) {
	known := false
	for _, c := range Factors(sc.pack, sc.today) {
		known = known || c.Key == f.Key && slices.Contains(c.Effects, f.Effect)
	}
	if !known {
		bad.Add(field+".key", "fault.choose")
	}
	sc.cited(bad, field+".evidence", &f.Evidence)
}

// totals adds the shares of all parties up by kind, in the order in which the kinds first appear.
func totals(shares []Share) []Measure {
	var out []Measure
	for _, sh := range shares {
		i := slices.IndexFunc(out, func(m Measure) bool { return m.Kind == sh.Kind })
		if i < 0 {
			out = append(out, Measure{Kind: sh.Kind})
			i = len(out) - 1
		}
		out[i].AmountFen += sh.AmountFen
	}
	return out
}

// Try is the examination by others than the investigators (审理): agree, or send back.
type Try struct {
	Agree  bool   `json:"agree"`
	Report string `json:"report"`
	// Complex and Major decide on collective discussion (art. 57); Legal lists grounds of art. 58 for a legal review:
	// public_interest, difficult, other. That a hearing is offered is a ground by itself.
	Complex bool     `json:"complex"`
	Major   bool     `json:"major"`
	Legal   []string `json:"legal"`
}

// Step names the step.
func (*Try) Step() Step { return StepTry }

// LegalGrounds are the grounds of art. 58 that people tick; a hearing is one by itself.
var LegalGrounds = []string{"public_interest", "difficult", "other"}

func (d *Try) check(_ *scene, bad *fault.Fields) {
	text(bad, "report", &d.Report, minText)
	for i, g := range d.Legal {
		oneOf(bad, fmt.Sprintf("legal[%d]", i), g, LegalGrounds...)
	}
}

// LegalReview is the review before the decision (法制审核).
type LegalReview struct {
	Passed  bool   `json:"passed"`
	Opinion string `json:"opinion"`
}

// Step names the step.
func (*LegalReview) Step() Step { return StepLegalReview }

func (d *LegalReview) check(_ *scene, bad *fault.Fields) { text(bad, "opinion", &d.Opinion, minText) }

// Revise plans anew: after defence, hearing or review. What becomes heavier must be announced again.
type Revise struct {
	Why string `json:"why"`
	// NewFacts says which facts, unknown at the notice, carry a heavier sentence: defence alone never does (art. 45).
	NewFacts string `json:"new_facts"`
	Sentence
}

// Step names the step.
func (*Revise) Step() Step { return StepRevise }

func (d *Revise) check(sc *scene, bad *fault.Fields) {
	text(bad, "why", &d.Why, minOrder)
	text(bad, "new_facts", &d.NewFacts, 0)
	sc.findings = sc.p.Findings
	d.Sentence.check(sc, bad, len(sc.c.Persons))
	if len(*bad) == 0 && len(sc.c.Notices) > 0 && heavier(sc, d.Shares, sc.c.announced()) != "" && d.NewFacts == "" {
		bad.Add("new_facts", "penalty_case.defence_never_heavier")
	}
}

// Notice tells the party what is planned, why, and its rights (行政处罚事先告知书).
type Notice struct {
	ServedOn    calendar.Date `json:"served_on"`
	Means       string        `json:"means"` // see Means
	Proof       string        `json:"proof"`
	Consent     string        `json:"consent"`      // to electronic service, in writing
	Failed      string        `json:"failed"`       // why every other means failed, before a public notice
	AllParties  bool          `json:"all_parties"`  // each person beside the firm was served too, the last of all on that day
	HearingTold bool          `json:"hearing_told"` // the notice says that a hearing can be asked for
	Shares      []Share       `json:"shares"`       // set here: what was announced
	Basis       []string      `json:"basis"`        // set here: on which provisions
	ReceivedOn  calendar.Date `json:"received_on"`  // set here: the times of defence and hearing run from it
}

// Step names the step.
func (*Notice) Step() Step { return StepNotice }

// Means are the ways of service (民事诉讼法 87-95): handing over, leaving in place, post, through another, electronic with
// consent, public notice.
var Means = []string{"direct", "leave", "mail", "entrusted", "electronic", "public"}

func (d *Notice) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "served_on", &d.ServedOn, sc.c.lastOn())
	text(bad, "proof", &d.Proof, minOrder)
	d.ReceivedOn = sc.delivered(bad, d.ServedOn, d.Means, &d.Consent, &d.Failed)
	sc.everyParty(bad, d.AllParties)
	d.Shares, d.Basis = slices.Clone(sc.c.Sentence.Shares), slices.Clone(sc.c.Sentence.Basis)
}

// Defend is what the party says (陈述、申辩); the firm itself or, of what came on paper, the office.
type Defend struct {
	On       calendar.Date `json:"on"`
	Text     string        `json:"text"`
	Evidence []string      `json:"evidence"`
	Files    []string      `json:"files"` // set here: E-4 ..., what the party gave since its last word
}

// Step names the step.
func (*Defend) Step() Step { return StepDefend }

func (d *Defend) check(sc *scene, bad *fault.Fields) {
	sc.today0(&d.On)
	day(sc, bad, "on", &d.On, sc.c.notice().ServedOn)
	text(bad, "text", &d.Text, minOrder)
}

// today0 keeps the party from dating its own acts.
func (sc *scene) today0(on *calendar.Date) {
	if sc.by.Role.OfFirm() {
		*on = sc.today
	}
}

// ReplyDefence records how a defence was weighed (复核意见).
type ReplyDefence struct {
	Defence int    `json:"defence"` // number, from 1
	Adopted string `json:"adopted"` // yes, partly, no
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*ReplyDefence) Step() Step { return StepReply }

func (d *ReplyDefence) check(sc *scene, bad *fault.Fields) {
	if d.Defence < 1 || d.Defence > len(sc.c.Defences) || sc.c.Defences[d.Defence-1].Reply != nil {
		bad.Add("defence", "fault.choose")
	}
	oneOf(bad, "adopted", d.Adopted, "yes", "partly", "no")
	text(bad, "reasons", &d.Reasons, minOrder)
}

// Waive is the word in writing of the party, and of every person beside it, that it will not defend itself, or wants no
// hearing. The firm speaks for itself alone: where persons answer beside it, the office enters what all of them signed.
type Waive struct {
	What       string `json:"what"` // defence, hearing
	Proof      string `json:"proof"`
	AllParties bool   `json:"all_parties"` // each person beside the firm has waived too
}

// Step names the step.
func (*Waive) Step() Step { return StepWaive }

func (d *Waive) check(sc *scene, bad *fault.Fields) {
	oneOf(bad, "what", d.What, "defence", "hearing")
	if sc.by.Role.OfFirm() {
		d.AllParties = false
	}
	sc.everyParty(bad, d.AllParties)
	text(bad, "proof", &d.Proof, 2)
}
