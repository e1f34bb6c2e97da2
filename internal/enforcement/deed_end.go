package enforcement

import (
	"fmt"

	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
)

// ApproveCase decides for the sentence as it stands.
type ApproveCase struct {
	Note string `json:"note"`
}

// Step names the step.
func (*ApproveCase) Step() Step { return StepApprove }

func (d *ApproveCase) check(_ *scene, bad *fault.Fields) { text(bad, "note", &d.Note, 0) }

// ReturnCase sends the case back: to the investigation, or to whoever examines it.
type ReturnCase struct {
	To      string `json:"to"` // investigation, trial
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*ReturnCase) Step() Step { return StepReturn }

func (d *ReturnCase) check(_ *scene, bad *fault.Fields) {
	oneOf(bad, "to", d.To, "investigation", "trial")
	text(bad, "reasons", &d.Reasons, minOrder)
}

// IssueCase numbers, writes and seals the decision.
type IssueCase struct {
	Account    string `json:"account"`     // where the party pays; needed where something is to be paid
	Address    string `json:"address"`     // of the firm, where the end of the investigation did not say it
	LateReason string `json:"late_reason"` // after the 90 days (art. 60): why, and on what provision
	Number     string `json:"number"`      // set here
}

// Step names the step.
func (*IssueCase) Step() Step { return StepIssue }

func (d *IssueCase) check(sc *scene, bad *fault.Fields) {
	text(bad, "account", &d.Account, 0)
	text(bad, "address", &d.Address, 0)
	sc.lateReason(bad, &d.LateReason)
	d.Number = sc.number
}

// NoPenalty ends the case without one, on a ground of the rulebook (arts. 33, 36).
type NoPenalty struct {
	Ground   string   `json:"ground"`
	Reasons  string   `json:"reasons"`
	Evidence []string `json:"evidence"`
	// Taught is how the party was instructed, which art. 33 asks for where an act is not penalised; "" where there was none.
	Taught     string `json:"taught"`
	LateReason string `json:"late_reason"`
}

// Step names the step.
func (*NoPenalty) Step() Step { return StepNoPenalty }

func (d *NoPenalty) check(sc *scene, bad *fault.Fields) {
	if _, ok := sc.pack.Ground("no_penalty", d.Ground); !ok {
		bad.Add("ground", "fault.choose")
	}
	sc.cited(bad, "evidence", &d.Evidence)
	text(bad, "reasons", &d.Reasons, minText)
	text(bad, "taught", &d.Taught, 0)
	sc.lateReason(bad, &d.LateReason)
}

// Transfer hands the case with its file to the police or another authority (arts. 27, 57).
type Transfer struct {
	Authority string `json:"authority"` // id of the pack's
	Reasons   string `json:"reasons"`
	FileSent  bool   `json:"file_sent"` // the file goes with it
}

// Step names the step.
func (*Transfer) Step() Step { return StepTransfer }

func (d *Transfer) check(sc *scene, bad *fault.Fields) {
	known := false
	for _, a := range sc.pack.Authorities {
		known = known || a.ID == d.Authority
	}
	if !known {
		bad.Add("authority", "fault.choose")
	}
	if !d.FileSent {
		bad.Add("file_sent", "penalty_case.file_sent")
	}
	text(bad, "reasons", &d.Reasons, minText)
}

// Serve is the service of the decision (送达). Of a public notice On is the day of the notice; it counts as received when its
// time is over.
type Serve struct {
	On         calendar.Date `json:"on"`
	Means      string        `json:"means"`
	Proof      string        `json:"proof"`
	Consent    string        `json:"consent"`     // to electronic service, in writing
	Failed     string        `json:"failed"`      // why every other means failed, before a public notice
	AllParties bool          `json:"all_parties"` // each person beside the firm was served too, the last of all on that day
	ReceivedOn calendar.Date `json:"received_on"` // set here
}

// Step names the step.
func (*Serve) Step() Step { return StepServe }

func (d *Serve) check(sc *scene, bad *fault.Fields) {
	from := sc.c.DecidedOn
	if sc.c.NoPenalty != nil {
		from = sc.c.EndedOn
	}
	day(sc, bad, "on", &d.On, from)
	text(bad, "proof", &d.Proof, minOrder)
	d.ReceivedOn = sc.delivered(bad, d.On, d.Means, &d.Consent, &d.Failed)
	sc.everyParty(bad, d.AllParties)
}

// Publish puts the decision on the public register.
type Publish struct {
	Facts     string        `json:"facts"`      // the main facts in a few words, no complainant in them
	ExpiresOn calendar.Date `json:"expires_on"` // last day on the register; none: open
}

// Step names the step.
func (*Publish) Step() Step { return StepPublish }

func (d *Publish) check(sc *scene, bad *fault.Fields) {
	text(bad, "facts", &d.Facts, minText)
	if !d.ExpiresOn.IsZero() && !d.ExpiresOn.After(sc.today) {
		bad.Add("expires_on", "penalty_case.too_early", sc.today)
	}
}

// CorrectPublication changes what the register shows.
type CorrectPublication struct {
	Facts   string `json:"facts"`
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*CorrectPublication) Step() Step { return StepCorrect }

func (d *CorrectPublication) check(_ *scene, bad *fault.Fields) {
	text(bad, "facts", &d.Facts, minText)
	text(bad, "reasons", &d.Reasons, minOrder)
}

// WithdrawPublication takes a decision off the register, with reasons that are shown (art. 48).
type WithdrawPublication struct {
	Reasons string `json:"reasons"`
}

// Step names the step.
func (*WithdrawPublication) Step() Step { return StepWithdraw }

func (d *WithdrawPublication) check(_ *scene, bad *fault.Fields) {
	text(bad, "reasons", &d.Reasons, minOrder)
}

// Challenge is the party's application for review, or its suit. The surcharge is not counted while it is under way (art. 73).
type Challenge struct {
	Kind string        `json:"kind"` // review, suit
	Body string        `json:"body"` // which authority or court
	On   calendar.Date `json:"on"`
	Ref  string        `json:"ref"` // its number there
}

// Step names the step.
func (*Challenge) Step() Step { return StepChallenge }

func (d *Challenge) check(sc *scene, bad *fault.Fields) {
	oneOf(bad, "kind", d.Kind, "review", "suit")
	day(sc, bad, "on", &d.On, sc.c.DecidedOn) // a party may know of the decision before it counts as served
	text(bad, "body", &d.Body, 2)
	text(bad, "ref", &d.Ref, 0)
	if n := len(sc.c.Challenges); n > 0 && d.On.Before(sc.c.Challenges[n-1].EndedOn) {
		bad.Add("on", "penalty_case.too_early", sc.c.Challenges[n-1].EndedOn)
	}
}

// ChallengeEnded is how a review or suit ended. Changed and annulled are carried out with Change.
type ChallengeEnded struct {
	On      calendar.Date `json:"on"`
	Outcome string        `json:"outcome"` // see Outcomes
	Note    string        `json:"note"`
}

// Outcomes are the ways in which a review or suit ends; void is found unlawful or of no effect (确认违法、无效).
var Outcomes = []string{"upheld", "changed", "annulled", "void", "withdrawn", "dismissed"}

// Step names the step.
func (*ChallengeEnded) Step() Step { return StepChallengeEnd }

func (d *ChallengeEnded) check(sc *scene, bad *fault.Fields) {
	var from calendar.Date
	if ch := sc.c.challenge(); ch != nil {
		from = ch.On
	}
	day(sc, bad, "on", &d.On, from)
	oneOf(bad, "outcome", d.Outcome, Outcomes...)
	text(bad, "note", &d.Note, 0)
}

// Demand is the demand letter (催告书); the court may be asked ten working days later.
type Demand struct {
	ServedOn   calendar.Date `json:"served_on"`
	Means      string        `json:"means"`
	Proof      string        `json:"proof"`
	Consent    string        `json:"consent"`
	Failed     string        `json:"failed"`
	ReceivedOn calendar.Date `json:"received_on"` // set here: the ten working days run from it
}

// Step names the step.
func (*Demand) Step() Step { return StepDemand }

func (d *Demand) check(sc *scene, bad *fault.Fields) {
	day(sc, bad, "served_on", &d.ServedOn, sc.c.Served.ReceivedOn)
	text(bad, "proof", &d.Proof, minOrder)
	d.ReceivedOn = sc.delivered(bad, d.ServedOn, d.Means, &d.Consent, &d.Failed)
}

// Court is the application to the court for execution (申请强制执行).
type Court struct {
	On   calendar.Date `json:"on"`
	Name string        `json:"name"`
}

// Step names the step.
func (*Court) Step() Step { return StepCourt }

func (d *Court) check(sc *scene, bad *fault.Fields) {
	var from calendar.Date
	if sc.c.Demanded != nil {
		from = sc.c.Demanded.ReceivedOn
	}
	day(sc, bad, "on", &d.On, from)
	text(bad, "name", &d.Name, 2)
}

// Executed says how the court's execution ended. Exhausted: nothing more can be got.
type Executed struct {
	Exhausted bool   `json:"exhausted"`
	Note      string `json:"note"`
}

// Step names the step.
func (*Executed) Step() Step { return StepExecuted }

func (d *Executed) check(_ *scene, bad *fault.Fields) { text(bad, "note", &d.Note, minOrder) }

// Change lowers or annuls a decision (变更、撤销): by the office itself, or as a review or judgment ordered. It never raises.
type Change struct {
	Annul   bool    `json:"annul"`
	Shares  []Share `json:"shares"` // of a change: what remains
	Order   string  `json:"order"`  // own, review, court
	Reasons string  `json:"reasons"`
}

// Step names the step.
func (*Change) Step() Step { return StepChange }

func (d *Change) check(sc *scene, bad *fault.Fields) {
	oneOf(bad, "order", d.Order, "own", "review", "court")
	text(bad, "reasons", &d.Reasons, minText)
	if d.Annul {
		d.Shares = nil
		return
	}
	if len(d.Shares) == 0 {
		bad.Add("shares", "enforcement.choose_measures")
	}
	for i, sh := range d.Shares {
		if k, ok := sc.pack.PenaltyKind(sh.Kind); !ok || k.Money != (sh.AmountFen > 0) {
			bad.Add(fmt.Sprintf("shares[%d]", i), "enforcement.amount_needed")
		}
	}
	if party := heavier(sc, d.Shares, sc.c.inForce()); party != "" {
		bad.Add("shares", "penalty_case.never_raised")
	}
}

// CloseCase closes the case (结案).
type CloseCase struct {
	Report string `json:"report"`
}

// Step names the step.
func (*CloseCase) Step() Step { return StepClose }

func (d *CloseCase) check(_ *scene, bad *fault.Fields) { text(bad, "report", &d.Report, minText) }

// ArchiveCase puts the file into the archive (归档).
type ArchiveCase struct {
	Place string `json:"place"` // shelf mark, or the archive's number
}

// Step names the step.
func (*ArchiveCase) Step() Step { return StepArchive }

func (d *ArchiveCase) check(_ *scene, bad *fault.Fields) { text(bad, "place", &d.Place, 2) }
