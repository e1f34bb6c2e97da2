package report

import "context"

// column is the machine name, the kind and the definition of one.
type column struct{ key, kind, definition string }

// content is a table of the report.
type content struct {
	id, section string
	make        func(*builder, context.Context) (*Table, error)
	columns     []column
}

// The sections of the report, in the order of contents.
const (
	sectionHeadline   = "headline"
	sectionIntake     = "intake"
	sectionViolations = "violations"
	sectionFirms      = "firms"
	sectionHandling   = "handling"
	sectionTimeliness = "timeliness"
	sectionPenalties  = "penalties"
	sectionChecks     = "checks"
	sectionFairness   = "fairness"
)

// name closes most lines: what the key is called.
var name = column{"name", Text, ""}

// tallied are the columns of tables of complaints received by one key.
func tallied(key string) []column {
	return []column{{key, Text, ""}, {"count", Count, "received"}, {"share", Percent, "share_received"}, {"change", Percent, "chain"}, name}
}

// contents are the tables in the order of reading. It is filled at start, since the tables' functions look it up.
var contents []content

func init() {
	contents = []content{
		{"headline", sectionHeadline, (*builder).headline, []column{{"figure", Text, ""}, {"value", Count, ""}, {"previous", Count, "previous"}, {"change", Percent, "chain"},
			{"year_before", Count, "year_before"}, {"year_change", Percent, "year_on_year"}, {"average", Count, "average"}, name}},
		{"by_channel", sectionIntake, (*builder).byChannel, tallied("source")},
		{"by_contact_channel", sectionIntake, (*builder).byContactChannel, tallied("channel")},
		{"by_product", sectionIntake, (*builder).byProduct, tallied("product")},
		{"by_province", sectionIntake, (*builder).byProvince, tallied("province")},
		{"by_region", sectionIntake, (*builder).byRegion, tallied("region")},
		{"by_code", sectionViolations, (*builder).byCode, []column{{"code", Text, ""}, {"count", Count, "received_code"}, {"share", Percent, "share_received"}, {"change", Percent, "chain"},
			{"severity", Count, "severity"}, {"findings", Count, "findings"}, {"upheld", Count, "findings_substantiated"}, {"upheld_rate", Percent, "upheld_rate"},
			{"low", Percent, "interval"}, {"high", Percent, "interval"}, {"upheld_of_all", Percent, "upheld_of_all"}, name}},
		{"by_severity", sectionViolations, (*builder).bySeverity, []column{{"severity", Text, ""}, {"count", Count, "received_code"}, {"share", Percent, "share_codes"}, {"change", Percent, "chain"},
			{"findings", Count, "findings"}, {"upheld", Count, "findings_substantiated"}, {"upheld_rate", Percent, "upheld_rate"}, {"low", Percent, "interval"}, {"high", Percent, "interval"}, name}},
		{"by_firm", sectionFirms, (*builder).byFirm, []column{{"firm", Text, ""}, {"count", Count, "received"}, {"share", Percent, "share_received"}, {"change", Percent, "chain"},
			{"accepted", Count, "accepted"}, {"upheld", Count, "findings_substantiated"}, {"penalties", Count, "penalties_issued"}, {"amount", Fen, "penalty_amount"},
			{"role", Text, ""}, {"role_name", Text, ""}, name}},
		{"firm_rates", sectionFirms, (*builder).firmRates, []column{{"firm", Text, ""}, {"count", Count, "received"}, {"denominator_month", Text, "denominators"},
			{"customers", Count, "customers"}, {"per_customers", Rate, "per_customers"}, {"low", Rate, "interval"}, {"high", Rate, "interval"},
			{"overdue_accounts", Count, "overdue_accounts"}, {"per_overdue", Rate, "per_overdue"}, {"lent", Fen, "lent"}, {"per_lent", Rate, "per_lent"},
			{"role", Text, ""}, {"role_name", Text, ""}, name}},
		{"firm_medians", sectionFirms, (*builder).firmMedians, []column{{"role", Text, ""}, {"firms", Count, "firms"}, {"median", Rate, "median_count"}, {"with_rate", Count, "firms_with_rate"},
			{"median_customers", Rate, "median_rate"}, {"median_overdue", Rate, "median_rate"}, {"median_lent", Rate, "median_rate"}, {"top_share", Percent, "top_share"}, name}},
		{"firm_movers", sectionFirms, (*builder).firmMovers, []column{{"firm", Text, ""}, {"count", Count, "received"}, {"previous", Count, "previous"}, {"difference", Count, "difference"},
			{"change", Percent, "chain"}, {"role", Text, ""}, {"role_name", Text, ""}, name}},
		{"agency_share", sectionFirms, (*builder).agencyShare, []column{{"firm", Text, ""}, {"count", Count, "received"}, {"through_agency", Count, "through_agency"},
			{"share", Percent, "agency_share"}, name}},
		{"repeat_offenders", sectionFirms, (*builder).repeatOffenders, []column{{"firm", Text, ""}, {"penalties", Count, "repeat_penalties"}, {"same_code", Count, "repeat_code"},
			{"code", Text, ""}, name}},
		{"by_outcome", sectionHandling, (*builder).byOutcome, []column{{"outcome", Text, ""}, {"count", Count, "outcome"}, {"share", Percent, "share_stage"}, {"change", Percent, "chain"},
			{"stage", Text, ""}, {"stage_name", Text, ""}, name}},
		{"measures", sectionHandling, (*builder).measures, []column{{"measure", Text, ""}, {"count", Count, "measures"}, {"change", Percent, "chain"}, name}},
		{"screening", sectionTimeliness, (*builder).screening, []column{{"source", Text, ""}, {"decided", Count, "decided"}, {"median", Days, "wait"}, {"p90", Days, "wait"},
			{"longest", Days, "wait"}, name}},
		{"timeliness", sectionTimeliness, (*builder).timeliness, []column{{"clock", Text, ""}, {ClockStarted, Count, "clock_started"}, {ClockDue, Count, "clock_due"},
			{ClockInTime, Count, "clock_in_time"}, {ClockLate, Count, "clock_late"}, {ClockOverdue, Count, "clock_overdue"}, {"in_time_rate", Percent, "in_time_rate"},
			{"median", Days, "days_taken"}, {"p90", Days, "days_taken"}, {ClockSuspended, Count, "clock_suspended"}, {ClockExtended, Count, "clock_extended"}, {"unit", Text, ""}, name}},
		{"penalties", sectionPenalties, (*builder).penalties, []column{{"measure", Text, ""}, {"count", Count, "penalties_issued"}, {"share", Percent, "share_penalties"}, {"amount", Fen, "penalty_amount"}, name}},
		{"collection", sectionPenalties, (*builder).collection, []column{{"account", Text, ""}, {"imposed", Fen, "imposed"}, {"changed", Fen, "changed"}, {"surcharged", Fen, "surcharged"},
			{"paid", Fen, "paid"}, {"refunded", Fen, "refunded"}, {"outstanding", Fen, "outstanding"}, {"collected_rate", Percent, "collected_rate"}, name}},
		{"decisions", sectionPenalties, (*builder).decisions, []column{{"penalty", Text, ""}, {"decision_number", Text, ""}, {"issued_on", Text, ""}, {"firm", Text, ""},
			{"fine", Fen, "fine"}, {"confiscation", Fen, "confiscation"}, {"amount", Fen, "penalty_amount"}, {"firm_name", Text, ""}}},
		{"log_intake", sectionChecks, (*builder).logIntake, []column{{"side", Text, ""}, {"logs", Count, "logs_kept"}, {"complaints", Count, "logged_complaints"}, name}},
		{"log_findings", sectionChecks, (*builder).logFindings, []column{{"rule", Text, ""}, {"strength_name", Text, ""}, {"findings", Count, "log_findings"},
			{"hits", Count, "log_hits"}, {"upheld", Count, "findings_substantiated"}, {"upheld_rate", Percent, "upheld_rate"}, {"corrected", Count, "log_corrected"}, name}},
		{"fairness", sectionFairness, (*builder).fairness, []column{{"figure", Text, ""}, {"count", Count, ""}, {"of", Count, "of"}, {"share", Percent, "share_of"},
			{"median", Days, "wait"}, {"p90", Days, "wait"}, name}},
		{"repeat_complainants", sectionFairness, (*builder).repeatComplainants, []column{{"figure", Text, ""}, {"count", Count, "repeat_complainants"},
			{"of", Count, "known_complainants"}, {"share", Percent, "share_of"}, name}},
		{"outcome_by_channel", sectionFairness, (*builder).outcomeByChannel, outcomeColumns("source")},
		{"outcome_by_province", sectionFairness, (*builder).outcomeByProvince, outcomeColumns("province")},
	}
}

// outcomeColumns are those of how cases ended, by what they have in common.
func outcomeColumns(key string) []column {
	return []column{{key, Text, ""}, {"closed", Count, "closed"}, {"upheld", Count, "closed_upheld"}, {"upheld_rate", Percent, "closed_upheld_rate"},
		{"low", Percent, "interval"}, {"high", Percent, "interval"}, {"refused", Count, "refused"}, name}
}

func contentOf(id string) content {
	for _, c := range contents {
		if c.id == id {
			return c
		}
	}
	panic("report: no table " + id)
}
