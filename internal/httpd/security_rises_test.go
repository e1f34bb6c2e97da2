package httpd

import (
	"fmt"
	"strings"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/brief"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
)

// toldCase is a case that the reviewer upheld and closed; what comes before is done while it is open.
func (s *site) toldCase(before ...func(*casework.Case)) *casework.Case {
	s.Helper()
	ctx := s.Context()
	k := s.opened()
	for _, do := range before {
		do(k)
	}
	_, err := s.Cases.Assign(ctx, s.as("supervisor"), k.Reference, k.Version, "reviewer@example.cn")
	s.ok(err)
	k, err = s.Cases.ByRef(ctx, s.as("reviewer"), k.Reference)
	s.ok(err)
	k, _, err = s.Cases.Record(ctx, s.as("reviewer"), k.Reference, casework.NewFinding{Code: "H02", Outcome: "substantiated", ActedOn: calendar.MustDate("2026-10-05"), Basis: []string{"cn-bsl-46-5"},
		Reasons: "短信内容与通话录音相互印证，足以认定。", Version: k.Version})
	s.ok(err)
	k, err = s.Cases.Close(ctx, s.as("reviewer"), k.Reference, k.Version, "调查终结，已告知双方。")
	s.ok(err)
	return k
}

// worksBriefs closes two cases and tells them: two rows can be swapped.
func (s *site) worksBriefs() {
	s.Helper()
	for range 2 {
		_, err := s.Briefs.Write(s.Context(), s.as("reviewer"), s.toldCase().Reference, brief.Input{Month: calendar.MonthOf(s.today()).String(), FirmKind: "agency", Codes: []string{"H02"}, Text: brief.Text{
			TitleZH: "深夜来电并威胁上门案", HappenedZH: "2026年10月，某催收机构多次在深夜来电，并称要到借款人单位。", RuleZH: "催收不得以威胁方式进行。", OutcomeZH: "认定属实，责令改正。",
		}}, false)
		s.ok(err)
	}
}

// worksAlarms imports thirty quiet weeks and one that is not, and lets the night's watch find it.
func (s *site) worksAlarms() {
	s.Helper()
	var b strings.Builder
	b.WriteString("Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID\n")
	row := func(daysAgo, id int) {
		on := s.clock.Now().AddDate(0, 0, -daysAgo).Format(time.DateOnly)
		fmt.Fprintf(&b, "%s,Debt collection,I do not know,Attempts to collect debt not owed,Debt is not yours,,,Acme Recovery LLC,CA,94016,,N/A,Web,%s,Closed with explanation,Yes,N/A,%d\n", on, on, id)
	}
	for week := range 30 {
		row(10+7*week, 7100001+week)
	}
	for i := range 30 {
		row(1+i%7, 7200001+i)
	}
	_, err := s.Complaints.ImportCFPB(s.Context(), access.Program, strings.NewReader(b.String()), complaint.ImportOptions{Name: "rise.csv"})
	s.ok(err)
	s.ok(s.Reports.Watch(s.Context()))
	list, err := s.Reports.Alarms(s.Context(), s.as("director"), true)
	s.ok(err)
	if len(list) == 0 {
		s.Fatal("thirty complaints in a week raise no alarm")
	}
}
