package enforcement

import (
	"fmt"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// delivered checks how something was handed to the parties and is the day from which their time runs: of a public notice the
// day on which its own time is over (民事诉讼法 95). Electronic service needs the party's consent in writing (行政处罚法 61), a
// public notice that nothing else worked.
func (sc *scene) delivered(bad *fault.Fields, on calendar.Date, means string, consent, failed *string) calendar.Date {
	oneOf(bad, "means", means, Means...)
	text(bad, "consent", consent, 0)
	text(bad, "failed", failed, 0)
	if means == "electronic" && *consent == "" {
		bad.Add("consent", "penalty_case.consent")
	}
	if means != "public" {
		return on
	}
	if *failed == "" {
		bad.Add("failed", "penalty_case.public_last")
	}
	if due := sc.due("penalty.service_public", on); !due.IsZero() {
		return due
	}
	return on
}

// everyParty holds that nobody beside the firm is left out: the day is that of the last of them, so that time runs for all.
func (sc *scene) everyParty(bad *fault.Fields, all bool) {
	if len(sc.c.Persons) > 0 && !all {
		bad.Add("all_parties", "penalty_case.all_parties", len(sc.c.Persons)+1)
	}
}

// Extend gives the case more time than the 90 days, where a law, regulation or rule allows it (art. 60).
type Extend struct {
	Days    int    `json:"days"`
	Basis   string `json:"basis"` // the provision that allows it
	Reasons string `json:"reasons"`
}

// maxExtension in days keeps a slip of the pen from ending the limit; longer needs another extension.
const maxExtension = 180

// Step names the step.
func (*Extend) Step() Step { return StepExtend }

func (d *Extend) check(_ *scene, bad *fault.Fields) {
	if d.Days < 1 || d.Days > maxExtension {
		bad.Add("days", "penalty_case.extension", maxExtension)
	}
	text(bad, "basis", &d.Basis, 2)
	text(bad, "reasons", &d.Reasons, minOrder)
}

// AskRecusal is the party's objection to somebody who works on its case (art. 43), or to the chair of the hearing (art. 64).
// The investigation goes on meanwhile.
type AskRecusal struct {
	Against string `json:"against"` // as the party names them
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*AskRecusal) Step() Step { return StepAskRecusal }

func (d *AskRecusal) check(_ *scene, bad *fault.Fields) {
	text(bad, "against", &d.Against, 2)
	text(bad, "reasons", &d.Reasons, minOrder)
}

// DecideRecusal is the answer of the head of the office. Where it is upheld the person is taken off the case on the page of
// the case, and nothing is decided before that is done.
type DecideRecusal struct {
	Request int    `json:"request"` // number, from 1
	Upheld  bool   `json:"upheld"`
	Person  int64  `json:"person"` // id of the user, where it is upheld
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*DecideRecusal) Step() Step { return StepRecusal }

func (d *DecideRecusal) check(sc *scene, bad *fault.Fields) {
	if d.Request < 1 || d.Request > len(sc.c.Objections) || sc.c.Objections[d.Request-1].Answer != nil {
		bad.Add("request", "fault.choose")
	}
	switch {
	case !d.Upheld:
		d.Person = 0
	case d.Person == 0:
		bad.Add("person", "fault.choose")
	}
	text(bad, "reasons", &d.Reasons, minOrder)
}

// RefuseInstalments answers an application for more time or instalments with no.
type RefuseInstalments struct {
	Party   int    `json:"party"`
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*RefuseInstalments) Step() Step { return StepRefuseParts }

func (d *RefuseInstalments) check(sc *scene, bad *fault.Fields) {
	open := false
	for _, a := range sc.c.Asked {
		open = open || a.Party == d.Party && !a.Answered
	}
	if !open {
		bad.Add("party", "fault.choose")
	}
	text(bad, "reasons", &d.Reasons, minOrder)
}

// lateReason holds that a decision after its 90 days says why, and on what provision.
func (sc *scene) lateReason(bad *fault.Fields, reason *string) {
	text(bad, "late_reason", reason, 0)
	if due, late := sc.late(); late && *reason == "" {
		bad.Add("late_reason", "penalty_case.late_reason", fmt.Sprint(due))
	}
}
