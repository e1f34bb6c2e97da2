package enforcement

import (
	"slices"

	"dunwatch/internal/access"
)

// Stage is where the statutory procedure of a penalty stands (行政处罚法 ch. 5). Facets that run beside it, such as
// defence, hearing, publication, review and suit, are in Course.
//
// There is no summary procedure (art. 51: up to 200 yuan for a person, 3,000 for a unit, or a warning, by two officers on the
// spot): this office works from complaints and files, its officers meet nobody in the act, and a small penalty that went
// the ordinary way is never void for it. What is milder than a penalty is a measure, see FirmMeasure.
//
//	lead -> filed -> investigation -> investigated -> tried -> noticed -> approved -> decided -> served -> closed -> archived
//	          |        ^  |                 ^           |  ^------'  ^------'                                ^
//	          v        |  v                 '-----------'                                                     |
//	        ended    suspended          (sent back)      no penalty, transferred: ended ----------------------'
type Stage string

// The stages.
const (
	StageLead         Stage = "lead"          // somebody asks to file a case
	StageFiled        Stage = "filed"         // the 90 days run
	StageInvestigates Stage = "investigation" // evidence is taken
	StageSuspended    Stage = "suspended"     // the clock is held
	StageInvestigated Stage = "investigated"  // the investigation is closed with a proposal
	StageTried        Stage = "tried"         // examined by somebody else than the investigators
	StageNoticed      Stage = "noticed"       // the party was told what is planned
	StageApproved     Stage = "approved"      // the director decided
	StageDecided      Stage = "decided"       // the decision is sealed
	StageServed       Stage = "served"        // the party has it
	StageClosed       Stage = "closed"        // performed, or ended otherwise
	StageArchived     Stage = "archived"      // the file is in the archive
	StageEnded        Stage = "ended"         // without a penalty: not filed, no penalty, transferred
)

// Stages lists every stage in the order of the work.
var Stages = []Stage{
	StageLead, StageFiled, StageInvestigates, StageSuspended, StageInvestigated, StageTried, StageNoticed, StageApproved, StageDecided,
	StageServed, StageClosed, StageArchived, StageEnded,
}

// Step is one deed of the procedure. "event.step." + Step is its line of the timeline, "penalty_case.step." + Step its name.
type Step string

// The steps in the order of the work.
const (
	StepApply        Step = "apply"
	StepFile         Step = "file"
	StepRefuse       Step = "refuse_filing"
	StepOfficers     Step = "officers"
	StepInvestigate  Step = "investigate"
	StepPreserve     Step = "preserve"
	StepPreserved    Step = "decide_preserved"
	StepSuspend      Step = "suspend"
	StepExtend       Step = "extend"
	StepResume       Step = "resume"
	StepAskRecusal   Step = "ask_recusal"
	StepRecusal      Step = "decide_recusal"
	StepConclude     Step = "conclude"
	StepTry          Step = "try"
	StepLegalReview  Step = "legal_review"
	StepRevise       Step = "revise"
	StepNotice       Step = "notice"
	StepDefend       Step = "defend"
	StepReply        Step = "reply_defence"
	StepWaive        Step = "waive"
	StepAskHearing   Step = "ask_hearing"
	StepSetHearing   Step = "set_hearing"
	StepHold         Step = "hold_hearing"
	StepHearReport   Step = "report_hearing"
	StepDeliberate   Step = "deliberate"
	StepApprove      Step = "approve"
	StepReturn       Step = "return"
	StepIssue        Step = "issue"
	StepNoPenalty    Step = "no_penalty"
	StepTransfer     Step = "transfer"
	StepServe        Step = "serve"
	StepPublish      Step = "publish"
	StepCorrect      Step = "correct_publication"
	StepWithdraw     Step = "withdraw_publication"
	StepPay          Step = "pay"
	StepRefund       Step = "refund"
	StepAskParts     Step = "ask_instalments"
	StepAllowParts   Step = "allow_instalments"
	StepRefuseParts  Step = "refuse_instalments"
	StepChallenge    Step = "challenge"
	StepChallengeEnd Step = "challenge_ended"
	StepDemand       Step = "demand"
	StepCourt        Step = "court"
	StepExecuted     Step = "executed"
	StepChange       Step = "change"
	StepClose        Step = "close"
	StepArchive      Step = "archive"
)

// side says who of those with the right role may not take a step.
type side int

const (
	anyone     side = iota
	outsider        // no part in the accusation: not the applicant, not an investigator, not a finder
	uninvolved      // outsider, and neither the one who tried the case nor the one who reviewed it
)

// rule is what the machine says of one step: from which stages, who by role, who not by part.
type rule struct {
	from   []Stage
	action access.Action
	side   side
	firm   bool // the party itself may take it too, for its own case
}

// open is every stage between filing and the decision in which the case is worked on.
var open = []Stage{StageFiled, StageInvestigates, StageInvestigated, StageTried, StageNoticed}

// rules is the whole machine: what is not in it is a Conflict. Which stage follows is the step's own, see Course.take.
var rules = map[Step]rule{
	StepApply:       {action: access.ProposePenalty},
	StepFile:        {from: []Stage{StageLead}, action: access.FilePenalty, side: outsider},
	StepRefuse:      {from: []Stage{StageLead}, action: access.FilePenalty, side: outsider},
	StepOfficers:    {from: []Stage{StageFiled, StageInvestigates, StageSuspended}, action: access.FilePenalty, side: outsider},
	StepInvestigate: {from: []Stage{StageFiled}, action: access.ProposePenalty},
	StepPreserve:    {from: []Stage{StageInvestigates}, action: access.ProposePenalty},
	StepPreserved:   {from: []Stage{StageInvestigates, StageSuspended}, action: access.ProposePenalty},
	StepSuspend:     {from: []Stage{StageFiled, StageInvestigates}, action: access.FilePenalty, side: outsider},
	StepResume:      {from: []Stage{StageSuspended}, action: access.FilePenalty, side: outsider},
	StepExtend:      {from: open, action: access.ApprovePenalty, side: outsider},
	StepAskRecusal:  {from: open, action: access.ServePenalty, firm: true},
	StepRecusal:     {from: open, action: access.ApprovePenalty, side: outsider},
	StepConclude:    {from: []Stage{StageInvestigates}, action: access.ProposePenalty},
	StepTry:         {from: []Stage{StageInvestigated}, action: access.TryPenalty, side: outsider},
	StepLegalReview: {from: []Stage{StageTried, StageNoticed}, action: access.ReviewPenalty, side: outsider},
	StepRevise:      {from: []Stage{StageTried, StageNoticed}, action: access.ProposePenalty},
	StepNotice:      {from: []Stage{StageTried, StageNoticed}, action: access.ServePenalty},
	StepDefend:      {from: []Stage{StageNoticed}, action: access.ServePenalty, firm: true},
	StepReply:       {from: []Stage{StageNoticed}, action: access.ServePenalty, side: outsider},
	StepWaive:       {from: []Stage{StageNoticed}, action: access.ServePenalty, firm: true},
	StepAskHearing:  {from: []Stage{StageNoticed}, action: access.ServePenalty, firm: true},
	StepSetHearing:  {from: []Stage{StageNoticed}, action: access.HearPenalty, side: outsider},
	StepHold:        {from: []Stage{StageNoticed}, action: access.HearPenalty, side: outsider},
	StepHearReport:  {from: []Stage{StageNoticed}, action: access.HearPenalty, side: outsider},
	StepDeliberate:  {from: []Stage{StageTried, StageNoticed}, action: access.ApprovePenalty, side: outsider},
	StepApprove:     {from: []Stage{StageNoticed}, action: access.ApprovePenalty, side: uninvolved},
	StepReturn:      {from: []Stage{StageTried, StageNoticed, StageApproved}, action: access.ApprovePenalty, side: uninvolved},
	StepIssue:       {from: []Stage{StageApproved}, action: access.IssuePenalty, side: uninvolved},
	StepNoPenalty:   {from: []Stage{StageTried, StageNoticed}, action: access.ApprovePenalty, side: uninvolved},
	StepTransfer:    {from: open, action: access.ApprovePenalty, side: outsider},
	StepServe:       {from: []Stage{StageDecided, StageEnded}, action: access.ServePenalty},
	StepPublish:     {from: []Stage{StageDecided, StageServed, StageClosed}, action: access.PublishPenalty},
	StepCorrect:     {from: []Stage{StageDecided, StageServed, StageClosed, StageArchived}, action: access.PublishPenalty},
	StepWithdraw:    {from: []Stage{StageDecided, StageServed, StageClosed, StageArchived}, action: access.PublishPenalty},
	StepPay:         {from: []Stage{StageServed}, action: access.CollectPenalty},
	StepRefund:      {from: []Stage{StageServed, StageClosed, StageArchived}, action: access.CollectPenalty},
	StepAskParts:    {from: []Stage{StageServed}, action: access.CollectPenalty, firm: true},
	StepAllowParts:  {from: []Stage{StageServed}, action: access.ApprovePenalty, side: outsider},
	StepRefuseParts: {from: []Stage{StageServed}, action: access.ApprovePenalty, side: outsider},
	// A review or suit may still come when everything was paid and the file lies in the archive.
	StepChallenge:    {from: []Stage{StageDecided, StageServed, StageClosed, StageArchived}, action: access.ServePenalty},
	StepChallengeEnd: {from: []Stage{StageDecided, StageServed, StageClosed, StageArchived}, action: access.ServePenalty},
	StepDemand:       {from: []Stage{StageServed}, action: access.CollectPenalty},
	StepCourt:        {from: []Stage{StageServed}, action: access.CollectPenalty},
	StepExecuted:     {from: []Stage{StageServed}, action: access.CollectPenalty},
	StepChange:       {from: []Stage{StageDecided, StageServed, StageClosed, StageArchived}, action: access.ApprovePenalty, side: outsider},
	StepClose:        {from: []Stage{StageServed, StageDecided}, action: access.ProposePenalty},
	StepArchive:      {from: []Stage{StageClosed, StageEnded}, action: access.ProposePenalty},
}

// Steps lists every step in the order of the work.
var Steps = []Step{
	StepApply, StepFile, StepRefuse, StepOfficers, StepInvestigate, StepPreserve, StepPreserved, StepSuspend, StepResume, StepExtend,
	StepAskRecusal, StepRecusal, StepConclude,
	StepTry, StepLegalReview, StepRevise, StepNotice, StepDefend, StepReply, StepWaive, StepAskHearing, StepSetHearing, StepHold,
	StepHearReport, StepDeliberate, StepApprove, StepReturn, StepIssue, StepNoPenalty, StepTransfer, StepServe, StepPublish, StepCorrect,
	StepWithdraw, StepPay, StepRefund, StepAskParts, StepAllowParts, StepRefuseParts, StepChallenge, StepChallengeEnd, StepDemand, StepCourt, StepExecuted,
	StepChange, StepClose, StepArchive,
}

// EventKind is the kind of a step's line in the timeline.
func (s Step) EventKind() string { return "step." + string(s) }

// fits reports whether a step is possible in a stage.
func (s Step) fits(at Stage) bool { return slices.Contains(rules[s].from, at) }

// status is what a penalty with a full procedure shows in lists.
func (c *Course) status() Status {
	switch {
	case c.Decided:
		return Issued
	case c.Stage == StageApproved:
		return Approved
	case c.Stage == StageEnded || c.Stage == StageArchived:
		return Ended
	default:
		return Proceeding
	}
}
