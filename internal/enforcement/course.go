package enforcement

import (
	"time"

	"dunwatch/internal/calendar"
)

// Taken is one step that was taken.
type Taken struct {
	Number    int
	Step      Step
	On        calendar.Date // in the regulator's zone
	At        time.Time
	ActorRole string
	ActorID   int64
	ActorName string
	Deed      Deed // what it said
}

// Course is the statutory procedure of a penalty as its steps make it. It is computed, never typed; nil fields have not
// happened.
type Course struct {
	Stage Stage
	Taken []Taken

	Apply         *Apply
	AppliedBy     int64
	FilingNumber  string
	FiledOn       calendar.Date
	Lead, Second  int64   // the two officers now
	Investigators []int64 // everybody who ever investigated or applied
	Investigated  *Investigate
	Preserved     []Preserved
	SuspendedOn   calendar.Date // no date: not suspended
	Objections    []Objection
	Extended      []Extend
	Address       string // of the firm
	Conclude      *Conclude
	ConcludedOn   calendar.Date
	Persons       []Person
	Sentence      *Sentence // as last planned
	SentencedAt   int       // number of the step
	Round         int       // of penalty_measures
	Try           *Try
	TriedBy       []int64
	Review        *LegalReview // the last
	ReviewedAt    int
	ReviewedOn    calendar.Date
	ReviewedBy    []int64
	Notices       []GivenNotice
	NewFactsAt    int // number of the last step that planned anew on new facts
	Defences      []Defence
	RepliedAt     int      // number of the last reply to a defence
	Hearing       *Hearing // of the last notice
	HeardAt       int      // number of the last report of a hearing, of whichever notice
	Deliberate    *Deliberate
	DeliberatedAt int
	ApprovedBy    int64
	ApprovedOn    calendar.Date

	Decided    bool
	Number     string
	PayAccount string
	DecidedOn  calendar.Date
	NoPenalty  *NoPenalty
	Transfer   *Transfer
	EndedOn    calendar.Date // of a case without a penalty
	Refused    *RefuseFiling
	Served     *Serve
	Published  []Publication // of this decision, the last counts
	Money      []Movement
	Plans      []Plan
	Asked      []AskedPlan
	Answered   *AnsweredPlan // the last application that was answered
	Challenges []Challenged
	Demanded   *Demand
	Court      *Court
	Executed   *Executed
	Changes    []Changed
	ClosedOn   calendar.Date
	ArchivedOn calendar.Date
}

// Preserved is evidence that was registered.
type Preserved struct {
	Preserve
	Decision  string
	DecidedOn calendar.Date // no date: not yet
}

// GivenNotice is a notice with what was waived since.
type GivenNotice struct {
	Notice
	At             int // number of the step
	DefenceWaived  bool
	HearingWaived  bool
	HearingTrigger bool // the announced measures give the right to a hearing
}

// Objection is a party's request that somebody be recused, and the answer.
type Objection struct {
	AskRecusal
	On     calendar.Date
	ByFirm bool
	Answer *DecideRecusal
}

// Defence is what the party said and the reply.
type Defence struct {
	Defend
	ByFirm bool
	Reply  *ReplyDefence
}

// Hearing is asked for, set, held, reported.
type Hearing struct {
	AskedOn calendar.Date
	Set     *SetHearing
	Held    *HoldHearing
	Report  *ReportHearing
	DoneAt  int // number of the step of the report
}

// Publication is one stay on the register.
type Publication struct {
	On, WithdrawnOn calendar.Date
	Facts, Reasons  string
	At              int // number of the step that last said what the register shows
}

// Movement is a payment or a refund.
type Movement struct {
	Party     int
	Account   Account
	AmountFen int64 // refunds are negative
	On        calendar.Date
	Receipt   string
}

// Plan is an instalment plan from a day on.
type Plan struct {
	Party int
	On    calendar.Date
	Parts []Part
	// PaidBefore is what the party had paid of the fine when the plan was made: the parts are the rest.
	PaidBefore int64
}

// AskedPlan is an application for instalments.
type AskedPlan struct {
	AskInstalments
	By       int64
	Answered bool
}

// AnsweredPlan is the answer to an application for instalments; no parts: it was refused.
type AnsweredPlan struct {
	Party   int
	On      calendar.Date
	Parts   []Part
	Reasons string
}

// Challenged is a review or suit.
type Challenged struct {
	Challenge
	EndedOn calendar.Date // no date: under way
	Outcome string
	EndedAt int // number of the step
}

// Changed is a change or an annulment.
type Changed struct {
	Change
	On calendar.Date
	At int // number of the step
}

// read computes the course of steps.
func read(steps []Taken, trigger func([]Share) bool) *Course {
	c := &Course{Stage: StageLead, Apply: &Apply{}, Sentence: &Sentence{}}
	for _, t := range steps {
		c.take(t, trigger)
	}
	return c
}

// take lets one step happen. trigger says whether measures give the right to a hearing.
func (c *Course) take(t Taken, trigger func([]Share) bool) {
	c.Taken = append(c.Taken, t)
	switch d := t.Deed.(type) {
	case *Apply:
		c.Stage, c.Apply, c.AppliedBy, c.Investigators = StageLead, d, t.ActorID, []int64{t.ActorID}
	case *FileCase:
		c.Stage, c.FiledOn, c.FilingNumber = StageFiled, t.On, d.Number
		c.pair(d.Lead, d.Second)
	case *RefuseFiling:
		c.Stage, c.Refused = StageEnded, d
	case *Officers:
		c.pair(d.Lead, d.Second)
	case *Investigate:
		c.Stage, c.Investigated = StageInvestigates, d
		c.Investigators = with(c.Investigators, t.ActorID)
	case *Preserve:
		c.Preserved = append(c.Preserved, Preserved{Preserve: *d})
	case *DecidePreserved:
		for i := range c.Preserved {
			if c.Preserved[i].DecidedOn.IsZero() {
				c.Preserved[i].Decision, c.Preserved[i].DecidedOn = d.Decision, t.On
			}
		}
	case *Suspend:
		c.SuspendedOn, c.Stage = t.On, StageSuspended
	case *Resume:
		c.SuspendedOn, c.Stage = calendar.Date{}, StageInvestigates
		if c.Investigated == nil {
			c.Stage = StageFiled
		}
	case *Extend:
		c.Extended = append(c.Extended, *d)
	case *AskRecusal:
		c.Objections = append(c.Objections, Objection{AskRecusal: *d, On: t.On, ByFirm: ofFirm(t)})
	case *DecideRecusal:
		c.Objections[d.Request-1].Answer = d
	case *Conclude:
		c.Stage, c.Conclude, c.ConcludedOn, c.Persons = StageInvestigated, d, t.On, d.Persons
		if d.Address != "" {
			c.Address = d.Address
		}
		c.Investigators = with(c.Investigators, t.ActorID)
		c.sentence(&d.Sentence, t)
	case *Try:
		c.Try, c.Stage = d, StageTried
		if !d.Agree {
			c.Stage = StageInvestigates
		}
		c.TriedBy = with(c.TriedBy, t.ActorID)
	case *LegalReview:
		c.Review, c.ReviewedAt, c.ReviewedOn = d, t.Number, t.On
		c.ReviewedBy = with(c.ReviewedBy, t.ActorID)
	case *Revise:
		c.sentence(&d.Sentence, t)
		if d.NewFacts != "" {
			c.NewFactsAt = t.Number
		}
	default:
		c.takeNotice(t, trigger)
	}
}

// takeNotice is take from the notice to the decision.
func (c *Course) takeNotice(t Taken, trigger func([]Share) bool) {
	switch d := t.Deed.(type) {
	case *Notice:
		// A hearing that was asked for and not finished stays asked for: a new notice does not take it away.
		if h := c.Hearing; h != nil && h.Report == nil {
			c.Hearing = &Hearing{AskedOn: h.AskedOn}
		} else {
			c.Hearing = nil
		}
		c.Stage = StageNoticed
		n := GivenNotice{Notice: *d, At: t.Number, HearingTrigger: trigger(d.Shares)}
		if n.ReceivedOn.IsZero() { // notices from before it was kept
			n.ReceivedOn = n.ServedOn
		}
		c.Notices = append(c.Notices, n)
	case *Defend:
		c.Defences = append(c.Defences, Defence{Defend: *d, ByFirm: ofFirm(t)})
	case *ReplyDefence:
		c.Defences[d.Defence-1].Reply, c.RepliedAt = d, t.Number
	case *Waive:
		n := c.notice()
		n.DefenceWaived = n.DefenceWaived || d.What == "defence"
		n.HearingWaived = n.HearingWaived || d.What == "hearing"
	case *AskHearing:
		c.Hearing = &Hearing{AskedOn: d.On}
	case *SetHearing:
		c.Hearing.Set = d
	case *HoldHearing:
		c.Hearing.Held = d
	case *ReportHearing:
		c.Hearing.Report, c.Hearing.DoneAt, c.HeardAt = d, t.Number, t.Number
	case *Deliberate:
		c.Deliberate, c.DeliberatedAt = d, t.Number
	case *ApproveCase:
		c.Stage, c.ApprovedBy, c.ApprovedOn = StageApproved, t.ActorID, t.On
	case *ReturnCase:
		c.ApprovedBy, c.ApprovedOn, c.Stage = 0, calendar.Date{}, StageInvestigates
		if d.To == "trial" {
			c.Stage = StageInvestigated
		}
	case *IssueCase:
		c.Stage, c.Decided, c.DecidedOn, c.Number, c.PayAccount = StageDecided, true, t.On, d.Number, d.Account
		if d.Address != "" {
			c.Address = d.Address
		}
	case *NoPenalty:
		c.Stage, c.NoPenalty, c.EndedOn = StageEnded, d, t.On
	case *Transfer:
		c.Stage, c.Transfer, c.EndedOn = StageEnded, d, t.On
	default:
		c.takeAfter(t)
	}
}

// takeAfter is take after the decision.
func (c *Course) takeAfter(t Taken) {
	switch d := t.Deed.(type) {
	case *Serve:
		c.Served = d
		if c.Stage == StageDecided {
			c.Stage = StageServed
		}
	case *Publish:
		c.Published = append(c.Published, Publication{On: t.On, Facts: d.Facts, At: t.Number})
	case *CorrectPublication:
		p := &c.Published[len(c.Published)-1]
		p.Facts, p.At = d.Facts, t.Number
	case *WithdrawPublication:
		p := &c.Published[len(c.Published)-1]
		p.WithdrawnOn, p.Reasons = t.On, d.Reasons
	case *Pay:
		c.Money = append(c.Money, Movement{d.Party, d.Account, d.AmountFen, d.On, d.Receipt})
	case *Refund:
		c.Money = append(c.Money, Movement{d.Party, d.Account, -d.AmountFen, d.On, d.Receipt})
	case *AskInstalments:
		c.Asked = append(c.Asked, AskedPlan{AskInstalments: *d, By: t.ActorID})
	case *AllowInstalments:
		p := Plan{Party: d.Party, On: t.On, Parts: d.Parts}
		for _, m := range c.Money {
			if m.Party == d.Party && m.Account == AccountFine {
				p.PaidBefore += m.AmountFen
			}
		}
		c.Plans = append(c.Plans, p)
		c.answerAsked(d.Party)
		c.Answered = &AnsweredPlan{d.Party, t.On, d.Parts, d.Reasons}
	case *RefuseInstalments:
		c.answerAsked(d.Party)
		c.Answered = &AnsweredPlan{d.Party, t.On, nil, d.Reasons}
	case *Challenge:
		c.Challenges = append(c.Challenges, Challenged{Challenge: *d})
	case *ChallengeEnded:
		ch := c.challenge()
		ch.EndedOn, ch.Outcome, ch.EndedAt = d.On, d.Outcome, t.Number
	case *Demand:
		c.Demanded = d
		if d.ReceivedOn.IsZero() { // demands from before it was kept
			d.ReceivedOn = d.ServedOn
		}
	case *Court:
		c.Court = d
	case *Executed:
		c.Executed = d
	case *Change:
		c.Changes = append(c.Changes, Changed{*d, t.On, t.Number})
	case *CloseCase:
		c.Stage, c.ClosedOn = StageClosed, t.On
	case *ArchiveCase:
		c.Stage, c.ArchivedOn = StageArchived, t.On
	}
}

// sentence takes a new plan: what was discussed or reviewed before was another one.
func (c *Course) sentence(s *Sentence, t Taken) {
	c.Sentence, c.SentencedAt = s, t.Number
	c.Round++
}

// answerAsked marks the applications of a party for instalments as answered.
func (c *Course) answerAsked(party int) {
	for i := range c.Asked {
		c.Asked[i].Answered = c.Asked[i].Answered || c.Asked[i].Party == party
	}
}
