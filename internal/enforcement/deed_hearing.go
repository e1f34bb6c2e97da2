package enforcement

import (
	"cmp"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// AskHearing asks for a hearing, within 5 working days of the notice (art. 64).
type AskHearing struct {
	On    calendar.Date `json:"on"` // received, or posted
	Text  string        `json:"text"`
	Files []string      `json:"files"` // set here
}

// Step names the step.
func (*AskHearing) Step() Step { return StepAskHearing }

func (d *AskHearing) check(sc *scene, bad *fault.Fields) {
	sc.today0(&d.On)
	day(sc, bad, "on", &d.On, sc.c.notice().ServedOn)
	text(bad, "text", &d.Text, 2)
}

// SetHearing names time, place and chair, and tells the party at least 7 working days before.
type SetHearing struct {
	NoticedOn calendar.Date `json:"noticed_on"`
	Means     string        `json:"means"` // see Means; "" is direct
	Proof     string        `json:"proof"` // that the party had the notice
	Consent   string        `json:"consent"`
	Failed    string        `json:"failed"`
	ToldOn    calendar.Date `json:"told_on"` // set here: the seven working days run from it
	On        calendar.Date `json:"on"`
	Place     string        `json:"place"`
	Chair     int64         `json:"chair"`  // id of the user
	Closed    string        `json:"closed"` // why not public: secrets, privacy; "" public
}

// Step names the step.
func (*SetHearing) Step() Step { return StepSetHearing }

func (d *SetHearing) check(sc *scene, bad *fault.Fields) {
	asked := calendar.Date{}
	if h := sc.c.Hearing; h != nil {
		asked = h.AskedOn
	}
	day(sc, bad, "noticed_on", &d.NoticedOn, asked)
	d.Means = cmp.Or(d.Means, "direct")
	d.ToldOn = sc.delivered(bad, d.NoticedOn, d.Means, &d.Consent, &d.Failed)
	text(bad, "proof", &d.Proof, minOrder)
	text(bad, "place", &d.Place, 2)
	text(bad, "closed", &d.Closed, 0)
	switch {
	case d.On.IsZero():
		bad.Add("on", "fault.required")
	case !d.On.After(d.NoticedOn):
		bad.Add("on", "penalty_case.too_early", d.NoticedOn)
	}
	if !sc.chairs[d.Chair] {
		bad.Add("chair", "penalty_case.not_a_chair")
	}
}

// HoldHearing records the hearing (听证笔录). Absence is a waiver.
type HoldHearing struct {
	On     calendar.Date `json:"on"`
	Absent bool          `json:"absent"`
	Agents []string      `json:"agents"` // at most two (art. 64)
	Record string        `json:"record"`
	Signed bool          `json:"signed"` // by the party, or its refusal noted
}

// Step names the step.
func (*HoldHearing) Step() Step { return StepHold }

func (d *HoldHearing) check(sc *scene, bad *fault.Fields) {
	from := sc.c.notice().ServedOn
	if h := sc.c.Hearing; h != nil && h.Set != nil {
		from = h.Set.On // never before the day that the party was told
	}
	day(sc, bad, "on", &d.On, from)
	text(bad, "record", &d.Record, minText)
	if len(d.Agents) > 2 {
		bad.Add("agents", "penalty_case.two_agents")
	}
	if !d.Signed && !d.Absent {
		bad.Add("signed", "penalty_case.record_signed")
	}
}

// ReportHearing is the chair's report; the decision rests on the record (art. 65).
type ReportHearing struct {
	Report string `json:"report"`
}

// Step names the step.
func (*ReportHearing) Step() Step { return StepHearReport }

func (d *ReportHearing) check(_ *scene, bad *fault.Fields) { text(bad, "report", &d.Report, minText) }

// Deliberate is the collective discussion of those in charge (集体讨论).
type Deliberate struct {
	On      calendar.Date `json:"on"`
	Members []string      `json:"members"`
	Minutes string        `json:"minutes"`
	Agree   bool          `json:"agree"`
}

// Step names the step.
func (*Deliberate) Step() Step { return StepDeliberate }

func (d *Deliberate) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "on", &d.On, sc.c.notice().ServedOn)
	if len(d.Members) < 2 {
		bad.Add("members", "penalty_case.members")
	}
	text(bad, "minutes", &d.Minutes, minText)
}
