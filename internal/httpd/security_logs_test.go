package httpd

import (
	"strings"

	"dunwatch/internal/access"
	"dunwatch/internal/casework"
	"dunwatch/internal/contactlog"
	"dunwatch/internal/logbook"
)

// worksLogs fills the tables of contact logs: a borrower's log, the firm's on a
// request, the columns of a carrier, and a finding that rests on rows.
func (s *site) worksLogs() {
	s.Helper()
	ctx := s.Context()
	k := s.assigned()
	take := func(text string, firm bool, numbers ...string) *contactlog.Extract {
		x, err := contactlog.Take(ctx, contactlog.File{Name: "a.csv", Size: int64(len(text)), ReaderAt: strings.NewReader(text)},
			contactlog.Options{Firm: firm, Filter: contactlog.NewNumbers("cn", numbers...)})
		s.ok(err)
		return x
	}
	borrower := access.Actor{Role: access.Borrower, ComplaintID: k.ComplaintID, Lang: "zh"}
	_, err := s.Logs.Keep(ctx, borrower, k.Complaint.Reference, "call_log", "a.csv", take(nightLog(), false, "13900139000", "057188880001"))
	s.ok(err)
	f := s.forwarded(k, "L001")
	day := s.today()
	_, err = s.Logs.AskFirm(ctx, s.as("reviewer"), k.Reference, logbook.Ask{Forward: f.Reference, From: day.AddDays(-20), To: day.AddDays(-1), Due: day.AddDays(5), Note: "请附外显号码。"})
	s.ok(err)
	s.ok(s.Logs.KeepOfFirm(ctx, s.as("firm"), f.Reference, "b.csv", take(diallerLog(), true, "13800138000")))
	s.ok(s.Logs.Propose(ctx, s.as("reviewer"), contactlog.Mapping{HeaderRow: 1, Signature: contactlog.Signature([]string{"甲", "乙"})}, []string{"甲", "乙"}))
	k, err = s.Cases.ByRef(ctx, s.as("reviewer"), k.Reference)
	s.ok(err)
	b, err := s.Logs.Of(ctx, s.as("reviewer"), k.Reference)
	s.ok(err)
	d, err := b.Draft("R01", logbook.Borrower)
	s.ok(err)
	_, _, err = s.Logs.Record(ctx, s.as("reviewer"), k.Reference, "R01", logbook.Borrower, casework.NewFinding{Code: "T01", Outcome: "substantiated", ActedOn: d.On, Basis: d.Bases,
		Reasons: "夜间来电两次，见借款人提供的通话详单。", Firm: "L001", Version: k.Version})
	s.ok(err)
}
