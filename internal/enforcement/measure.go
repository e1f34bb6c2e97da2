package enforcement

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
	"dunwatch/internal/rulebook"
)

// MeasureStatus is where a measure short of a penalty stands.
type MeasureStatus string

// ordered -> proved -> corrected | not_corrected; a referral goes ordered -> handed -> ended. A measure that nobody follows up
// ends at once. One that was not corrected is open while it has a new day, and over where a penalty or a further measure takes
// its place: EndedOn tells.
const (
	MeasureOrdered      MeasureStatus = "ordered"
	MeasureProved       MeasureStatus = "proved"
	MeasureCorrected    MeasureStatus = "corrected"
	MeasureNotCorrected MeasureStatus = "not_corrected"
	MeasureHanded       MeasureStatus = "handed" // the file of a referral is with the other authority
	MeasureEnded        MeasureStatus = "ended"
)

// MeasureStatuses lists them.
var MeasureStatuses = []MeasureStatus{MeasureOrdered, MeasureProved, MeasureCorrected, MeasureNotCorrected, MeasureHanded, MeasureEnded}

// NoPenaltyKind is the measure that is no kind of penalty in the rulebook: the decision for no penalty, with its ground.
const NoPenaltyKind = "no_penalty"

// Ids of the rulebook that ask for more than their class says.
const (
	kindTalk    = "talk"
	kindCorrect = "correct"
	kindPolice  = "refer_police"
	police      = "police" // the authority
)

// NewMeasure is the request to order a measure short of a penalty: a talk, a letter, an order to correct, a restriction, a
// referral with the file, or no penalty with its ground. What a kind does not ask for stays empty, see MeasureKinds.
type NewMeasure struct {
	Firm      string        `json:"firm"`
	Kind      string        `json:"kind"` // of the rulebook with class measure or referral, or no_penalty
	Findings  []int         `json:"findings"`
	Text      string        `json:"text"`
	Basis     []string      `json:"basis"`     // ids of the rulebook; may be empty
	Ground    string        `json:"ground"`    // of no_penalty
	Authority string        `json:"authority"` // of a referral: id of the pack's
	DueOn     calendar.Date `json:"due_on"`    // when it is followed up
	HeldOn    calendar.Date `json:"held_on"`   // of a talk
	Place     string        `json:"place"`     // of a talk
	Present   []string      `json:"present"`   // of a talk: who was there
	Proof     string        `json:"proof"`     // of an order to correct: what is to be shown
	UntilOn   calendar.Date `json:"until_on"`  // of a restriction: its last day
	After     string        `json:"after"`     // reference of the measure of the case that it follows
}

// FirmMeasure is a measure and what became of it.
type FirmMeasure struct {
	ID                int64
	Reference         string // M-2026-000001-3
	Number            string // of its paper: 〔2026〕监管1号
	CaseID            int64
	Case              *casework.Case // never for the firm
	Firm              firm.Firm
	Kind              string
	Status            MeasureStatus
	Findings          []int
	Text              string
	Basis             []string
	Ground, Authority string
	Particulars
	OrderedOn      calendar.Date
	OrderedBy      int64
	OrderedByName  string
	DueOn, EndedOn calendar.Date
	Overdue        bool
	Events         []MeasureEvent
	Files          []PartyFile // that the firm gave; of one measure, not of those in a list
	Follows        string      // reference of the measure after which it was ordered; "" for none
	FollowedBy     []string    // those ordered after it
	UnitID         int64
	Version        int64
}

// Particulars are what only some kinds of measures have.
type Particulars struct {
	HeldOn  calendar.Date
	Place   string
	Present []string
	Proof   string
	UntilOn calendar.Date
	// FirstDueOn is the day that the order set; DueOn moves with each new one.
	FirstDueOn calendar.Date
}

// Open reports whether somebody still has to do something about it.
func (m *FirmMeasure) Open() bool { return m.EndedOn.IsZero() }

// Referral reports whether another authority acts.
func (m *FirmMeasure) Referral() bool { return m.Authority != "" }

// MeasureEvent is a line of a measure's history.
type MeasureEvent struct {
	Kind      string // ordered, proved, corrected, not_corrected, follow_up, given_up, handed, received, answered
	At        time.Time
	On        calendar.Date // of follow_up: the new day
	ActorRole string
	ActorID   int64
	ActorName string
	Note      string   // of received: the number that the authority gave it
	Evidence  []string // labels of files, references of penalties, or what is told in words
}

// MeasureField is a particular that some kinds of measures are asked for; the words are those of NewMeasure in JSON.
type MeasureField string

// The particulars in the order in which they are asked for.
const (
	AsksHeldOn    MeasureField = "held_on"
	AsksPlace     MeasureField = "place"
	AsksPresent   MeasureField = "present"
	AsksGround    MeasureField = "ground"
	AsksAuthority MeasureField = "authority"
	AsksProof     MeasureField = "proof"
	AsksUntilOn   MeasureField = "until_on"
	AsksDueOn     MeasureField = "due_on"
)

// MeasureFields lists them.
var MeasureFields = []MeasureField{AsksHeldOn, AsksPlace, AsksPresent, AsksGround, AsksAuthority, AsksProof, AsksUntilOn, AsksDueOn}

// MeasureKind is a kind of measure with what it is asked for, beside the firm, findings, basis and text of all.
type MeasureKind struct {
	rulebook.PenaltyKind                // of no_penalty its id alone
	Asks                 []MeasureField // in the order of MeasureFields
	Needs                []MeasureField // of these, what may not be left out
	Finding              bool           // it rests on a finding at least
}

// MeasureKinds are the measures that the office may order under a pack, mildest first; no penalty comes last.
func MeasureKinds(p *rulebook.Pack) []MeasureKind {
	var out []MeasureKind
	for _, k := range p.PenaltyKinds() {
		if !k.ByOffice || k.Class == "penalty" {
			continue
		}
		m := MeasureKind{PenaltyKind: k}
		switch {
		case k.Class == "referral":
			m.Asks, m.Needs = []MeasureField{AsksAuthority, AsksDueOn}, []MeasureField{AsksAuthority}
		case k.ID == kindTalk:
			m.Asks, m.Needs = []MeasureField{AsksHeldOn, AsksPlace, AsksPresent, AsksDueOn}, []MeasureField{AsksHeldOn, AsksPlace, AsksPresent}
		case k.ID == kindCorrect:
			m.Asks, m.Needs, m.Finding = []MeasureField{AsksProof, AsksDueOn}, []MeasureField{AsksProof, AsksDueOn}, true
		case strings.HasSuffix(k.ID, "_letter"):
			m.Asks = []MeasureField{AsksDueOn}
		default: // what restricts the firm
			m.Asks, m.Finding = []MeasureField{AsksUntilOn, AsksDueOn}, true
		}
		out = append(out, m)
	}
	if len(p.Grounds(NoPenaltyKind)) > 0 {
		out = append(out, MeasureKind{PenaltyKind: rulebook.PenaltyKind{ID: NoPenaltyKind, Class: "measure", ByOffice: true},
			Asks: []MeasureField{AsksGround}, Needs: []MeasureField{AsksGround}})
	}
	return out
}

// MeasureKindOf finds a kind; ok is false for what is none, a penalty above all.
func MeasureKindOf(p *rulebook.Pack, id string) (k MeasureKind, ok bool) {
	all := MeasureKinds(p)
	i := slices.IndexFunc(all, func(k MeasureKind) bool { return k.ID == id })
	if i < 0 {
		return k, false
	}
	return all[i], true
}

// AuthoritiesFor are the authorities to which a kind of referral can go.
func AuthoritiesFor(p *rulebook.Pack, kind string) []rulebook.Authority {
	var out []rulebook.Authority
	for _, a := range p.Authorities {
		if kind != kindPolice || a.ID == police {
			out = append(out, a)
		}
	}
	return out
}

// The bounds of what a measure says: people and places are lines, days are less than ten years away, as clocks are.
const (
	maxLine    = 200
	maxPresent = 20
	maxAhead   = 3650 // days
	maxCited   = 20   // files and other things that a proof or a check names
)

// check finds what is wrong with a measure, but for its findings.
func (n *NewMeasure) check(bad *fault.Fields, pack *rulebook.Pack, today calendar.Date) {
	k, ok := MeasureKindOf(pack, n.Kind)
	if !ok {
		bad.Add("kind", "penalty_case.measure_kind")
	}
	given := map[MeasureField]bool{
		AsksHeldOn: !n.HeldOn.IsZero(), AsksPlace: n.Place != "", AsksPresent: len(n.Present) > 0, AsksGround: n.Ground != "", AsksAuthority: n.Authority != "",
		AsksProof: n.Proof != "", AsksUntilOn: !n.UntilOn.IsZero(), AsksDueOn: !n.DueOn.IsZero(),
	}
	for _, f := range MeasureFields {
		switch {
		case ok && given[f] && !slices.Contains(k.Asks, f):
			bad.Add(string(f), "measure.not_asked")
		case !given[f] && slices.Contains(k.Needs, f):
			bad.Add(string(f), missingWords(f))
		case ok && given[f]:
			n.checkOne(bad, pack, f, today)
		}
	}
	for i, id := range n.Basis {
		if _, ok := pack.Basis(id); !ok {
			bad.Add(fmt.Sprintf("basis[%d]", i), "casework.unknown_basis", id)
		}
	}
	text(bad, "text", &n.Text, minText)
}

// missingWords says that a particular was left out.
func missingWords(f MeasureField) string {
	switch f {
	case AsksDueOn:
		return "penalty_case.follow_up"
	case AsksGround, AsksAuthority:
		return "fault.choose"
	}
	return "fault.required"
}

// checkOne checks a particular that was given.
func (n *NewMeasure) checkOne(bad *fault.Fields, pack *rulebook.Pack, f MeasureField, today calendar.Date) {
	switch f {
	case AsksHeldOn:
		if n.HeldOn.After(today) {
			bad.Add("held_on", "penalty_case.future")
		}
	case AsksPlace:
		line(bad, "place", &n.Place)
	case AsksPresent:
		if lines(bad, "present", &n.Present, maxPresent); len(n.Present) == 0 {
			bad.Add("present", "fault.required")
		}
	case AsksGround:
		if _, ok := pack.Ground(NoPenaltyKind, n.Ground); !ok {
			bad.Add("ground", "fault.choose")
		}
	case AsksAuthority:
		if !slices.ContainsFunc(AuthoritiesFor(pack, n.Kind), func(a rulebook.Authority) bool { return a.ID == n.Authority }) {
			bad.Add("authority", "fault.choose")
		}
	case AsksProof:
		text(bad, "proof", &n.Proof, minOrder)
	case AsksUntilOn:
		ahead(bad, "until_on", n.UntilOn, today)
	case AsksDueOn:
		ahead(bad, "due_on", n.DueOn, today)
	}
}

// ahead refuses a day that is not to come, or too far away.
func ahead(bad *fault.Fields, field string, on, today calendar.Date) {
	switch {
	case !on.After(today):
		bad.Add(field, "penalty_case.too_early", today)
	case on.Sub(today) > maxAhead:
		bad.Add(field, "measure.too_far", today.AddDays(maxAhead))
	}
}

// line trims a line of text that must say something.
func line(bad *fault.Fields, field string, s *string) {
	*s = strings.Join(strings.Fields(*s), " ")
	switch n := utf8.RuneCountInString(*s); {
	case n == 0:
		bad.Add(field, "fault.required")
	case n > maxLine:
		bad.Add(field, "fault.too_long", maxLine, n)
	}
}

// lines trims a list of lines and drops the empty ones.
func lines(bad *fault.Fields, field string, list *[]string, most int) {
	out := []string{}
	for _, l := range *list {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			out = append(out, l)
		}
		if n := utf8.RuneCountInString(l); n > maxLine {
			bad.Add(field, "fault.too_long", maxLine, n)
			return
		}
	}
	if len(out) > most {
		bad.Add(field, "measure.too_many", most)
	}
	*list = out
}
