package report

import (
	"net/url"

	"dunwatch/internal/calendar"
)

// Links writes the addresses behind the figures of one report. This is the list
// of what the lists of other areas must be able to filter by; a figure equals
// the number of items in the list that its link opens.
//
// /complaints (complaint.Filter), each parameter an exact match, all joined by AND:
//
//	month=2026-10    received_on in the month
//	decided=2026-10  decided_at in the month, in the regulator's zone, AND decided_by IS NOT NULL (by a person, not by an
//	                 import)
//	pack, source, region, product, code, channel (how the collector made contact), status
//	lender=CODE, agency=CODE (the firm in that part; not "either", as firm= is)
//	open=2026-10     received before the report's cut-off and not ended by then: received_on < the first day of the next
//	                 month AND (ended_at >= cut-off AND (decided_at IS NULL OR decided_by IS NOT NULL)
//	                 OR ended_at IS NULL AND status IN (received, supplement, accepted))
//
// region, product, lender and agency take the value "none": the column is empty or NULL.
//
// /queue (casework.Filter): status (all: also closed cases), pack, opened, closed, outcome, lender, agency.
//
// /penalties (enforcement.Filter): issued=2026-10, kind (a measure of the latest round), pack.
//
// /reports/2026-10/behind (Service.Behind): figures whose items are no rows of those lists, or need the working-day
// calendar: overdue complaints, findings, clocks, penalties by the firm's part in the case.
type Links struct {
	Month calendar.Month
	Pack  string // "" all
}

// Received opens the complaints received in the month; more are name, value, name, value ...
func (l Links) Received(more ...string) string {
	return l.to("/complaints", append([]string{"month", l.Month.String()}, more...))
}

// Decided opens the complaints decided on in the month.
func (l Links) Decided(more ...string) string {
	return l.to("/complaints", append([]string{"decided", l.Month.String()}, more...))
}

// Open opens the complaints that were not ended at the cut-off.
func (l Links) Open() string { return l.to("/complaints", []string{"open", l.Month.String()}) }

// Accepted opens the cases opened in the month, whatever became of them.
func (l Links) Accepted(more ...string) string {
	return l.to("/queue", append([]string{"status", "all", "opened", l.Month.String()}, more...))
}

// Closed opens the cases closed in the month.
func (l Links) Closed(more ...string) string {
	return l.to("/queue", append([]string{"status", "closed", "closed", l.Month.String()}, more...))
}

// Issued opens the penalties issued in the month.
func (l Links) Issued(more ...string) string {
	return l.to("/penalties", append([]string{"issued", l.Month.String()}, more...))
}

// Penalty opens one penalty.
func (l Links) Penalty(reference string) string { return "/penalties/" + url.PathEscape(reference) }

// Behind opens the report's own list of what is behind a figure.
func (l Links) Behind(f Figure) string {
	return l.to("/reports/"+l.Month.String()+"/behind", []string{
		"figure", f.Name, "code", f.Code, "outcome", f.Outcome, "firm", f.Firm, "role", f.Role, "clock", f.Clock, "state", f.State, "unit", f.Unit,
	})
}

// FigureOf reads the address that Behind wrote.
func FigureOf(v url.Values) Figure {
	return Figure{
		Name: v.Get("figure"), Code: v.Get("code"), Outcome: v.Get("outcome"), Firm: v.Get("firm"), Role: v.Get("role"),
		Clock: v.Get("clock"), State: v.Get("state"), Unit: v.Get("unit"),
	}
}

// to leaves empty values out and sorts the names, so that equal lists have equal addresses.
func (l Links) to(path string, pairs []string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if l.Pack != "" {
		v.Set("pack", l.Pack)
	}
	return path + "?" + v.Encode()
}
