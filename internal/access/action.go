package access

import "strings"

// Action is a deed that the policy knows, written object.verb.
type Action string

// Every action. A new one needs a row in policies/access/policy.csv; the tests
// say what is missing.
const (
	FileComplaint     Action = "complaint.file"
	ReadComplaint     Action = "complaint.read"
	AddEvidence       Action = "complaint.add_evidence"
	Message           Action = "complaint.message"
	Withdraw          Action = "complaint.withdraw"
	RequestReview     Action = "complaint.request_review"
	Screen            Action = "complaint.screen"
	ImportComplaints  Action = "complaint.import"
	RevealIdentity    Action = "complaint.reveal"
	ReadEvidence      Action = "evidence.read"
	ReleaseEvidence   Action = "evidence.release" // what the program holds back
	ReadCase          Action = "case.read"
	AssignCase        Action = "case.assign"
	TakeCase          Action = "case.take"
	NoteCase          Action = "case.note"
	RecordFinding     Action = "case.find"
	CloseCase         Action = "case.close"
	RecuseCase        Action = "case.recuse"
	ReadPenalty       Action = "penalty.read"
	ProposePenalty    Action = "penalty.propose"
	ApprovePenalty    Action = "penalty.approve"
	IssuePenalty      Action = "penalty.issue"
	FilePenalty       Action = "penalty.file"    // file or suspend a case, name its officers
	TryPenalty        Action = "penalty.try"     // examine it after the investigation
	ReviewPenalty     Action = "penalty.review"  // the legal review
	HearPenalty       Action = "penalty.hear"    // set, chair and report a hearing
	ServePenalty      Action = "penalty.serve"   // notices, defence, service, remedies
	PublishPenalty    Action = "penalty.publish" // the public register
	CollectPenalty    Action = "penalty.collect" // payments, demand, court
	OrderMeasure      Action = "penalty.measure" // measures short of a penalty
	AnswerPenalty     Action = "penalty.answer"  // the party's own side
	ReadFirm          Action = "firm.read"
	ManageFirm        Action = "firm.manage"
	ReadReport        Action = "report.read"
	FreezeReport      Action = "report.freeze"
	SubscribeReport   Action = "report.subscribe"
	AcknowledgeAlarm  Action = "alarm.acknowledge" // say what was found behind an unusual rise
	ReadAudit         Action = "audit.read"
	ManageAccount     Action = "account.manage"
	ManageOwnSession  Action = "account.self"
	UseFirmPortal     Action = "portal.use"
	ManageCalendar    Action = "calendar.manage"
	ReadOperations    Action = "operations.read"
	ReadPublicRecords Action = "public.read"
	RateHandling      Action = "complaint.rate"
	LogContact        Action = "complaint.contact"
	ReopenCase        Action = "case.reopen"
	ReadForward       Action = "forward.read"
	SendForward       Action = "forward.send"
	AnswerForward     Action = "forward.answer"
	CheckAnswer       Action = "forward.check"
	AskForTime        Action = "clock.ask"
	DecideOnTime      Action = "clock.decide" // extensions, suspensions
	WriteLetter       Action = "letter.write"
	ReleaseLetter     Action = "letter.release" // the second reading
	ManageTemplates   Action = "letter.templates"
	OfferPlan         Action = "plan.offer"
	AnswerPlan        Action = "plan.answer"
	ManageFirmUsers   Action = "portal.manage"
	ManageOperations  Action = "operations.manage"
	ReadLinks         Action = "link.read"      // what one complaint has in common with others
	SearchIdentifier  Action = "link.search"    // which complaints name a number
	DecideLink        Action = "link.decide"    // one hand behind two complaints, or not; numbers found later
	MergeDuplicate    Action = "link.merge"     // the same complaint told twice
	ReadClusters      Action = "cluster.read"   // complaints told in nearly the same words
	InviteWitness     Action = "witness.invite" // a link for a relative or colleague
	ReadStatement     Action = "witness.read"
	ReleaseStatement  Action = "witness.release" // to the complainant
	ReadBrief         Action = "brief.read"      // anonymised case briefs before they are told
	WriteBrief        Action = "brief.write"
	ApproveBrief      Action = "brief.approve"
)

// Actions lists every action.
var Actions = []Action{
	FileComplaint, ReadComplaint, AddEvidence, Message, Withdraw, RequestReview, Screen, ImportComplaints, RevealIdentity,
	ReadEvidence, ReleaseEvidence, ReadCase, AssignCase, TakeCase, NoteCase, RecordFinding, CloseCase, RecuseCase,
	ReadPenalty, ProposePenalty, ApprovePenalty, IssuePenalty, FilePenalty, TryPenalty, ReviewPenalty, HearPenalty, ServePenalty,
	PublishPenalty, CollectPenalty, OrderMeasure, AnswerPenalty, ReadFirm, ManageFirm, ReadReport, FreezeReport, SubscribeReport, AcknowledgeAlarm, ReadAudit,
	ManageAccount, ManageOwnSession, UseFirmPortal, ManageCalendar, ReadOperations, ReadPublicRecords,
	RateHandling, LogContact, ReopenCase, ReadForward, SendForward, AnswerForward, CheckAnswer, AskForTime, DecideOnTime,
	WriteLetter, ReleaseLetter, ManageTemplates, OfferPlan, AnswerPlan, ManageFirmUsers, ManageOperations,
	ReadLinks, SearchIdentifier, DecideLink, MergeDuplicate, ReadClusters, InviteWitness, ReadStatement, ReleaseStatement,
	ReadBrief, WriteBrief, ApproveBrief,
}

// Object is the part before the dot.
func (a Action) Object() string {
	o, _, _ := strings.Cut(string(a), ".")
	return o
}

// seeing names the action that shows a thing at all: who lacks it hears that
// the thing does not exist.
var seeing = map[string]Action{
	"complaint": ReadComplaint,
	"evidence":  ReadEvidence,
	"case":      ReadCase,
	"penalty":   ReadPenalty,
	"firm":      ReadFirm,
	"forward":   ReadForward,
	"link":      ReadLinks,
	"witness":   ReadStatement,
	"brief":     ReadBrief,
}
