package audit

// Action names what was done, object.verb. Every audited action is listed here.
type Action string

// Viewing protected data is an action too.
const (
	SetUpDone         Action = "account.set_up"
	AccountCreated    Action = "account.created"
	AccountChanged    Action = "account.changed"
	AccountDisabled   Action = "account.disabled"
	PasswordChanged   Action = "account.password_changed"
	SecondFactorSet   Action = "account.second_factor_set"
	SignedIn          Action = "account.signed_in"
	SignedOut         Action = "account.signed_out"
	SignInRefused     Action = "account.sign_in_refused"
	UnitCreated       Action = "unit.created"
	FirmCreated       Action = "firm.created"
	FirmChanged       Action = "firm.changed"
	FirmAliasAdded    Action = "firm.alias_added"
	FirmLinked        Action = "firm.linked"
	FirmUnlinked      Action = "firm.unlinked"
	ComplaintFiled    Action = "complaint.filed"
	ComplaintImport   Action = "complaint.imported"
	ImportFinished    Action = "import.finished"
	SupplementAsked   Action = "complaint.supplement_asked"
	SupplementGiven   Action = "complaint.supplement_given"
	ComplaintRefused  Action = "complaint.not_accepted"
	ComplaintRefer    Action = "complaint.referred"
	ComplaintAccept   Action = "complaint.accepted"
	ComplaintDrawn    Action = "complaint.withdrawn"
	ReviewRequested   Action = "complaint.review_requested"
	MessageSent       Action = "complaint.message_sent"
	ComplaintClosed   Action = "complaint.closed"
	IdentityRevealed  Action = "complaint.identity_revealed"
	EvidenceAdded     Action = "evidence.added"
	EvidenceScanned   Action = "evidence.scanned"
	EvidenceViewed    Action = "evidence.viewed"
	EvidenceCopied    Action = "evidence.copied"
	EvidenceDisclosed Action = "evidence.disclosed"
	EvidenceShared    Action = "evidence.shared"
	EvidenceRedacted  Action = "evidence.redacted"
	EvidenceReplaced  Action = "evidence.superseded"
	EvidenceReleased  Action = "evidence.released"
	CaseOpened        Action = "case.opened"
	CaseViewed        Action = "case.viewed"
	CaseAssigned      Action = "case.assigned"
	CaseTaken         Action = "case.taken"
	CaseNoted         Action = "case.noted"
	CaseClosed        Action = "case.closed"
	CaseReopened      Action = "case.reopened"
	OfficerRecused    Action = "case.recused"
	FindingRecorded   Action = "finding.recorded"
	PenaltyProposed   Action = "penalty.proposed"
	PenaltyReturned   Action = "penalty.returned"
	PenaltyApproved   Action = "penalty.approved"
	PenaltyIssued     Action = "penalty.issued"
	PenaltyDropped    Action = "penalty.dropped"
	PenaltyStep       Action = "penalty.step"
	RegisterExpired   Action = "publication.expired"
	MeasureOrdered    Action = "measure.ordered"
	MeasureNoted      Action = "measure.noted"
	DataExported      Action = "data.exported"
	KeyDestroyed      Action = "data_key.destroyed"
	CalendarImported  Action = "calendar.imported"
	AccessDenied      Action = "access.denied"
	ComplaintSplit    Action = "complaint.split"
	ComplaintTaken    Action = "complaint.taken_down"
	ContactTried      Action = "complaint.contact_tried"
	ComplaintTold     Action = "complaint.told"
	HandlingRated     Action = "complaint.rated"
	ClockSuspended    Action = "clock.suspended"
	ClockResumed      Action = "clock.resumed"
	TimeAsked         Action = "clock.time_asked"
	TimeGranted       Action = "clock.time_granted"
	TimeRefused       Action = "clock.time_refused"
	ForwardSent       Action = "forward.sent"
	ForwardPassed     Action = "forward.passed_to_agency"
	ForwardSeen       Action = "forward.viewed"
	ForwardReceived   Action = "forward.acknowledged"
	ForwardAnswered   Action = "forward.answered"
	ForwardChecked    Action = "forward.checked"
	ForwardTold       Action = "forward.told"
	ForwardAccepted   Action = "forward.accepted"
	ForwardChased     Action = "forward.chased"
	ForwardEnded      Action = "forward.ended"
	PlanOffered       Action = "plan.offered"
	PlanAnswered      Action = "plan.answered"
	PlanPaid          Action = "plan.paid"
	PlanBroken        Action = "plan.breach_reported"
	PlanEnded         Action = "plan.ended"
	LetterWritten     Action = "letter.written"
	LetterEdited      Action = "letter.edited"
	LetterIssued      Action = "letter.issued"
	LetterCancelled   Action = "letter.cancelled"
	LetterDelivered   Action = "letter.delivery_noted"
	LetterSeen        Action = "letter.seen"
	TemplateChanged   Action = "letter.template_changed"
	MessageResent     Action = "outbox.resent"
	RosterStored      Action = "roster.stored"
	SizeStored        Action = "firm.size_stored"
	ReportFrozen      Action = "report.frozen"
	ReportSubscribed  Action = "report.subscribed" // or no longer
	AlarmRaised       Action = "alarm.raised"
	AlarmContinued    Action = "alarm.continued"
	AlarmAcknowledged Action = "alarm.acknowledged"
	BriefDrafted      Action = "brief.drafted"
	BriefSubmitted    Action = "brief.submitted"
	BriefReturned     Action = "brief.returned"
	BriefApproved     Action = "brief.approved"
	BriefWithdrawn    Action = "brief.withdrawn"
	LogKept           Action = "contact_log.kept"
	LogAsked          Action = "contact_log.asked"
	LogMappingSaid    Action = "log_mapping.said"
)

// Of what complaints have in common.
const (
	AccusedAdded    Action = "accused.added"
	NumberSearched  Action = "identifier.searched"
	LinkDecided     Action = "link.decided"
	ClusterViewed   Action = "cluster.viewed"
	DuplicateMerged Action = "duplicate.merged"
	DuplicateUndone Action = "duplicate.undone"
	WitnessInvited  Action = "witness.invited"
	WitnessRevoked  Action = "witness.revoked"
	WitnessStated   Action = "witness.stated"
	WitnessRead     Action = "witness.read"
	WitnessReleased Action = "witness.released"
)

// Recorded lists the tables of record: each row in them answers to the last
// entry that wrote it. The other tables hold what can be computed again or dies
// by itself (sessions, drafts, outbox, counters, the tree's own).
var Recorded = []string{
	"units", "firms", "firm_aliases", "firm_links", "users",
	"data_keys", "complaints", "complaint_codes", "complaint_channels", "accused", "complaint_events", "messages",
	"clock_events", "evidence", "evidence_links", "evidence_releases", "imports", "import_conflicts", "import_unmapped",
	"cases", "case_events", "case_notes", "findings", "recusals",
	"penalties", "penalty_measures", "penalty_findings", "penalty_events", "decisions",
	"procedures", "penalty_steps", "publications", "publication_events", "supervisory_measures", "supervisory_measure_events",
	"supervisory_measure_particulars",
	"respondent_files",
	"calendar_years", "calendar_days", "calendar_moves", "extension_requests",
	"forwards", "forward_events", "firm_answers", "answer_checks", "forward_files", "disclosures",
	"plans", "plan_instalments", "plan_events", "letter_templates", "letters", "letter_events",
	"contact_attempts", "complaint_links", "intakes", "ratings", "rosters", "collectors",
	"accused_added", "link_decisions", "duplicates", "witness_links", "witness_statements", "witness_events",
	"firm_denominators", "report_freezes", "report_editions", "report_references", "report_publications", "report_subscriptions", "alarms",
	"contact_logs", "log_requests", "log_mappings", "finding_checks", "case_briefs",
}

// Unrecorded lists every other table with its reason; a test holds both lists
// against the schema.
var Unrecorded = map[string]string{
	"counters":                  "derived: the next number of a series",
	"leases":                    "dies by itself",
	"outbox":                    "delivery state; what was said is in the events",
	"outbox_files":              "delivery state",
	"outbox_attachments":        "delivery state",
	"report_mails":              "delivery state: who was sent a report",
	"audit_entries":             "the record itself",
	"audit_pending":             "the record itself",
	"audit_leaves":              "the record itself",
	"audit_hashes":              "the record itself",
	"audit_checkpoints":         "the record itself",
	"sessions":                  "die by themselves; signing in is an entry",
	"sign_in_failures":          "counters that expire",
	"setup_codes":               "used once before anything is on record",
	"drafts":                    "not filed yet: the person may still throw it away",
	"draft_files":               "not filed yet",
	"evidence_previews":         "derived from the files",
	"evidence_checks":           "what a look found; the files answer for themselves",
	"case_counts":               "derived from cases",
	"past_decisions":            "derived from penalties, findings and penalty_steps",
	"complaint_search":          "derived from complaints",
	"complaint_search_content":  "a part of complaint_search",
	"complaint_search_segments": "a part of complaint_search",
	"complaint_search_segdir":   "a part of complaint_search",
	"complaint_search_docsize":  "a part of complaint_search",
	"complaint_search_stat":     "a part of complaint_search",
	"identifiers":               "derived from accused and accused_added",
	"identifier_uses":           "derived from accused and accused_added",
	"sketches":                  "derived from complaints",
	"sketch_bands":              "derived from complaints",
	"clusters":                  "derived from sketches",
	"clock_states":              "derived from clock_events",
	"penalty_entries":           "derived from penalty_steps",
	"clock_marks":               "delivery state: which reminders went out",
	"goose_db_version":          "the migration tool's own",
}
