package enforcement

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// Deed is what somebody says in taking a step. check trims it and fills what it derives; guards are not its matter.
type Deed interface {
	Step() Step
	check(sc *scene, bad *fault.Fields)
}

// blank makes an empty deed of a step, to read one that was stored.
var blank = map[Step]func() Deed{
	StepApply: func() Deed { return &Apply{} }, StepFile: func() Deed { return &FileCase{} }, StepRefuse: func() Deed { return &RefuseFiling{} },
	StepOfficers: func() Deed { return &Officers{} }, StepInvestigate: func() Deed { return &Investigate{} },
	StepPreserve: func() Deed { return &Preserve{} }, StepPreserved: func() Deed { return &DecidePreserved{} },
	StepSuspend: func() Deed { return &Suspend{} }, StepResume: func() Deed { return &Resume{} }, StepExtend: func() Deed { return &Extend{} },
	StepAskRecusal: func() Deed { return &AskRecusal{} }, StepRecusal: func() Deed { return &DecideRecusal{} }, StepConclude: func() Deed { return &Conclude{} },
	StepTry: func() Deed { return &Try{} }, StepLegalReview: func() Deed { return &LegalReview{} }, StepRevise: func() Deed { return &Revise{} },
	StepNotice: func() Deed { return &Notice{} }, StepDefend: func() Deed { return &Defend{} }, StepReply: func() Deed { return &ReplyDefence{} },
	StepWaive: func() Deed { return &Waive{} }, StepAskHearing: func() Deed { return &AskHearing{} }, StepSetHearing: func() Deed { return &SetHearing{} },
	StepHold: func() Deed { return &HoldHearing{} }, StepHearReport: func() Deed { return &ReportHearing{} },
	StepDeliberate: func() Deed { return &Deliberate{} }, StepApprove: func() Deed { return &ApproveCase{} }, StepReturn: func() Deed { return &ReturnCase{} },
	StepIssue: func() Deed { return &IssueCase{} }, StepNoPenalty: func() Deed { return &NoPenalty{} }, StepTransfer: func() Deed { return &Transfer{} },
	StepServe: func() Deed { return &Serve{} }, StepPublish: func() Deed { return &Publish{} }, StepCorrect: func() Deed { return &CorrectPublication{} },
	StepWithdraw: func() Deed { return &WithdrawPublication{} }, StepPay: func() Deed { return &Pay{} }, StepRefund: func() Deed { return &Refund{} },
	StepAskParts: func() Deed { return &AskInstalments{} }, StepAllowParts: func() Deed { return &AllowInstalments{} },
	StepRefuseParts: func() Deed { return &RefuseInstalments{} },
	StepChallenge:   func() Deed { return &Challenge{} }, StepChallengeEnd: func() Deed { return &ChallengeEnded{} },
	StepDemand: func() Deed { return &Demand{} }, StepCourt: func() Deed { return &Court{} }, StepExecuted: func() Deed { return &Executed{} },
	StepChange: func() Deed { return &Change{} }, StepClose: func() Deed { return &CloseCase{} }, StepArchive: func() Deed { return &ArchiveCase{} },
}

// text trims a text and holds its length, in characters.
func text(bad *fault.Fields, field string, s *string, least int) {
	*s = strings.TrimSpace(*s)
	switch n := utf8.RuneCountInString(*s); {
	case n == 0 && least > 0:
		bad.Add(field, "fault.required")
	case n < least:
		bad.Add(field, "fault.too_short", least)
	case n > maxText:
		bad.Add(field, "fault.too_long", maxText, n)
	}
}

// day gives a date that was left out today's, and refuses one in the future or before the step that it follows.
func day(sc *scene, bad *fault.Fields, field string, on *calendar.Date, notBefore calendar.Date) {
	switch {
	case on.IsZero():
		*on = sc.today
	case on.After(sc.today):
		bad.Add(field, "penalty_case.future")
	case !notBefore.IsZero() && on.Before(notBefore):
		bad.Add(field, "penalty_case.too_early", notBefore)
	}
}

// oneOf refuses a word that is not of the list.
func oneOf(bad *fault.Fields, field, word string, list ...string) {
	if !slices.Contains(list, word) {
		bad.Add(field, "fault.choose")
	}
}

// Apply asks that a case be filed (立案审批): against whom, for what, which acts.
type Apply struct {
	Firm    string        `json:"firm"`     // code of the lender or agency of the case
	Codes   []string      `json:"codes"`    // violations of the rulebook that are suspected
	ActedTo calendar.Date `json:"acted_to"` // the act, or the end of a continuing one
	Grave   string        `json:"grave"`    // why the longer limitation applies; "": it does not
	Facts   string        `json:"facts"`
}

// Step names the step.
func (*Apply) Step() Step { return StepApply }

func (d *Apply) check(sc *scene, bad *fault.Fields) {
	if len(d.Codes) == 0 {
		bad.Add("codes", "fault.required")
	}
	for i, code := range d.Codes {
		if _, ok := sc.pack.Violation(code); !ok {
			bad.Add(fmt.Sprintf("codes[%d]", i), "fault.choose")
		}
	}
	switch {
	case d.ActedTo.IsZero():
		bad.Add("acted_to", "fault.required")
	case d.ActedTo.After(sc.today):
		bad.Add("acted_to", "penalty_case.future")
	}
	text(bad, "facts", &d.Facts, minText)
	text(bad, "grave", &d.Grave, 0)
}

// FileCase files the case (立案): the 90 days of art. 60 run from here. Second is the id of the second officer; the first
// is the officer of the case.
type FileCase struct {
	Second  int64  `json:"second"`
	Reasons string `json:"reasons"`
	Number  string `json:"number"` // set here: the filing number
	Lead    int64  `json:"lead"`   // set here
}

// Step names the step.
func (*FileCase) Step() Step { return StepFile }

func (d *FileCase) check(sc *scene, bad *fault.Fields) {
	d.Lead, d.Number = sc.p.Case.OfficerID, sc.number
	text(bad, "reasons", &d.Reasons, minOrder)
	sc.second(bad, d.Lead, d.Second)
}

// second holds the pair of officers: two different reviewers, neither recused.
func (sc *scene) second(bad *fault.Fields, lead, second int64) {
	switch {
	case second == 0:
		bad.Add("second", "fault.required")
	case second == lead:
		bad.Add("second", "penalty_case.two_officers")
	case !sc.officers[second]:
		bad.Add("second", "penalty_case.not_an_officer")
	case sc.recused[second]:
		bad.Add("second", "penalty_case.second_recused")
	}
}

// RefuseFiling declines to file a case.
type RefuseFiling struct {
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*RefuseFiling) Step() Step { return StepRefuse }

func (d *RefuseFiling) check(_ *scene, bad *fault.Fields) { text(bad, "reasons", &d.Reasons, minOrder) }

// Officers changes the second officer, or takes over a new officer of the case.
type Officers struct {
	Second  int64  `json:"second"`
	Reasons string `json:"reasons"`
	Lead    int64  `json:"lead"` // set here
}

// Step names the step.
func (*Officers) Step() Step { return StepOfficers }

func (d *Officers) check(sc *scene, bad *fault.Fields) {
	d.Lead = sc.p.Case.OfficerID
	text(bad, "reasons", &d.Reasons, minOrder)
	sc.second(bad, d.Lead, d.Second)
}

// Investigate opens the investigation: the officers showed their cards (art. 55) and told the party what it is about.
type Investigate struct {
	On         calendar.Date `json:"on"`
	CardsShown bool          `json:"cards_shown"`
	Told       string        `json:"told"` // how the party was told
}

// Step names the step.
func (*Investigate) Step() Step { return StepInvestigate }

func (d *Investigate) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "on", &d.On, sc.c.FiledOn)
	if !d.CardsShown {
		bad.Add("cards_shown", "penalty_case.cards")
	}
	text(bad, "told", &d.Told, minOrder)
}

// Preserve registers evidence that could be lost (先行登记保存); what becomes of it is decided within 7 working days.
type Preserve struct {
	On       calendar.Date `json:"on"`
	What     string        `json:"what"`
	Approved string        `json:"approved"` // who in charge approved it
}

// Step names the step.
func (*Preserve) Step() Step { return StepPreserve }

func (d *Preserve) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "on", &d.On, sc.c.FiledOn)
	text(bad, "what", &d.What, minOrder)
	text(bad, "approved", &d.Approved, 2)
}

// DecidePreserved decides what becomes of the preserved evidence.
type DecidePreserved struct {
	Decision string `json:"decision"`
}

// Step names the step.
func (*DecidePreserved) Step() Step { return StepPreserved }

func (d *DecidePreserved) check(_ *scene, bad *fault.Fields) {
	text(bad, "decision", &d.Decision, minOrder)
}

// Suspend holds the case and its 90 days (中止调查).
type Suspend struct {
	Ground  string `json:"ground"` // of the rulebook's grounds to suspend
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*Suspend) Step() Step { return StepSuspend }

func (d *Suspend) check(sc *scene, bad *fault.Fields) {
	if _, ok := sc.pack.Ground("suspend", d.Ground); !ok {
		bad.Add("ground", "fault.choose")
	}
	text(bad, "reasons", &d.Reasons, minOrder)
}

// Resume lets a suspended case go on.
type Resume struct {
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*Resume) Step() Step { return StepResume }

func (d *Resume) check(_ *scene, bad *fault.Fields) { text(bad, "reasons", &d.Reasons, minOrder) }
