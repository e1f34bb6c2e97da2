package letter

import "slices"

// Kinds lists every kind of letter in the order in which the pages show them: the way of a complaint first, then the
// report, the petition and the plan.
var Kinds = []string{
	"acceptance", "supplement", "non_acceptance", "transfer", "transfer_notice",
	"forward", "forward_notice", "more_time_granted", "more_time_refused", "extension_notice",
	"answer", "answer_returned", "review_notice", "review_decision",
	"chase_due", "chase_overdue", "chase_escalated",
	"suspension", "resumption", "closing", "withdrawal",
	"report_acceptance", "report_opinion", "petition_acceptance", "petition_opinion", "plan_notice",
}

// common are the fields that a letter of every kind can name. office is the name of the office that writes; on is the day
// of the deed, and the day of writing where the caller gives none.
var common = []string{"office", "on", "reference", "text"}

// own are the further fields of each kind. name is the complainant's and therefore known only in letters to them.
var own = map[string][]string{
	"acceptance":          {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "track"},
	"supplement":          {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "track"},
	"non_acceptance":      {"name", "firm", "lender", "agency", "received_on", "track", "ground", "article", "remedy"},
	"transfer":            {"firm", "lender", "agency", "received_on", "track", "ground", "article", "authority"},
	"transfer_notice":     {"name", "firm", "lender", "agency", "received_on", "track", "ground", "article", "authority"},
	"forward":             {"firm", "lender", "agency", "received_on", "due_on", "period", "article"},
	"forward_notice":      {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "article"},
	"more_time_granted":   {"firm", "lender", "agency", "received_on", "original_on", "due_on", "period", "ground", "article"},
	"more_time_refused":   {"firm", "lender", "agency", "received_on", "due_on", "period", "ground", "article"},
	"extension_notice":    {"name", "firm", "lender", "agency", "received_on", "original_on", "due_on", "period", "ground", "article", "track"},
	"answer":              {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "article", "outcome", "amount"},
	"answer_returned":     {"firm", "lender", "agency", "received_on", "due_on", "period", "ground", "article"},
	"review_notice":       {"firm", "lender", "agency", "received_on", "due_on", "period", "article"},
	"review_decision":     {"name", "firm", "lender", "agency", "received_on", "outcome", "amount"},
	"chase_due":           {"firm", "lender", "agency", "received_on", "due_on", "days"},
	"chase_overdue":       {"firm", "lender", "agency", "received_on", "due_on", "days"},
	"chase_escalated":     {"firm", "lender", "agency", "received_on", "due_on", "days"},
	"suspension":          {"name", "firm", "lender", "agency", "received_on", "ground", "article", "track"},
	"resumption":          {"name", "firm", "lender", "agency", "received_on", "due_on", "ground", "track"},
	"closing":             {"name", "firm", "lender", "agency", "received_on", "due_on", "ground", "article", "outcome", "amount"},
	"withdrawal":          {"name", "firm", "lender", "agency", "received_on", "track"},
	"report_acceptance":   {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "article"},
	"report_opinion":      {"name", "firm", "lender", "agency", "received_on", "outcome", "ground", "article"},
	"petition_acceptance": {"name", "firm", "lender", "agency", "received_on", "due_on", "period", "article"},
	"petition_opinion":    {"name", "firm", "lender", "agency", "received_on", "outcome", "ground", "article", "remedy"},
	"plan_notice":         {"name", "firm", "lender", "agency", "received_on", "due_on", "amount", "period", "instalments"},
}

// Fields lists what a template of the kind can name, sorted; nil for a kind that does not exist.
func Fields(kind string) []string {
	more, ok := own[kind]
	if !ok {
		return nil
	}
	return slices.Sorted(slices.Values(append(slices.Clone(common), more...)))
}

// everyField is every name that a caller may give. What a kind does not name is left aside; what none names is a mistake
// of the program.
var everyField = func() map[string]bool {
	all := map[string]bool{}
	for _, kind := range Kinds {
		for _, f := range Fields(kind) {
			all[f] = true
		}
	}
	return all
}()

// remedies are the time limits of the pack of which {remedy} tells, by kind.
var remedies = map[string][]string{
	"non_acceptance":   {"review.apply", "suit.direct"},
	"petition_opinion": {"petition.review"},
}
