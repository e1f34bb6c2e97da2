package enforcement_test

import (
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
)

// The American pack goes the same course: a consent order with redress and a civil money penalty, its ceiling counted by days
// of violation.
func TestConsentOrder(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		f := o.Filing()
		f.Pack, f.Language, f.Complainant = "us", "en", complaint.Complainant{Name: "Ann Lee", Email: "ann@example.com"}
		c := o.Office.File(t, f)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, c.Reference, c.Version, "A", "")
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, caseworktest.ID(o.Reviewer))
		check(t, err)
		acted := calendar.MustDate("2026-10-08")
		k, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, casework.NewFinding{Code: "H02", Outcome: "substantiated", ActedOn: acted,
			Basis: []string{"us-12cfr1083-1"}, Reasons: "Recordings and call records agree that threats were made.", Version: k.Version})
		check(t, err)
		p, course, err := o.Apply(ctx, o.Reviewer, k.Reference, k.Version, &enforcement.Apply{Firm: "A1", Codes: []string{"H02"}, ActedTo: acted,
			Facts: "The collector threatened the consumer at night."})
		check(t, err)
		r := &run{t: t, o: o, ref: p.Reference, v: p.Version, p: p, c: course}
		s := enforcement.Sentence{Facts: "The collector threatened the consumer on five days.", Reasons: "A knowing course of conduct, corrected late.",
			Basis:  []string{"us-12cfr1083-1"},
			Shares: []enforcement.Share{{Party: 1, Kind: "consent_order"}, {Party: 1, Kind: "redress", AmountFen: 9_000_00}, {Party: 1, Kind: "cmp_tier1", AmountFen: 36_085_00}}}
		r.take(o.Supervisor, &enforcement.FileCase{Second: o.Second.UserID, Reasons: "The conditions to file are met"})
		r.take(o.Reviewer, &enforcement.Investigate{CardsShown: true, Told: "Notice and opportunity to respond"})
		conclude := func(s enforcement.Sentence) *enforcement.Conclude {
			return &enforcement.Conclude{Report: "The investigation is closed, the facts are clear.", Findings: []int{1}, Address: "1 Main Street, Albany NY", Sentence: s}
		}
		// One day of tier 1 is 7,217 dollars; five are 36,085, and not a cent more.
		r.refuse(o.Reviewer, conclude(s), fault.Invalid, "enforcement.amount_outside_basis")
		s.Shares[2].Days = 5
		s.Shares[2].AmountFen++
		r.refuse(o.Reviewer, conclude(s), fault.Invalid, "enforcement.amount_outside_basis")
		s.Shares[2].AmountFen--
		r.take(o.Reviewer, conclude(s))
		r.take(o.trier(), &enforcement.Try{Agree: true, Report: "The facts are clear and the procedure was kept."})
		r.take(o.Supervisor, notice(false))
		lacks, err := o.Missing(ctx, o.Director, r.ref, enforcement.StepApprove)
		check(t, err)
		if len(lacks) != 2 || lacks[0].Guard != "consent_given" || lacks[1].Verified || strings.Contains(lacks[0].Article.EN, "Administrative Penalty Law") {
			t.Errorf("missing %+v", lacks)
		}
		r.take(o.Supervisor, &enforcement.Waive{What: "defence", Proof: "stipulation and consent"})
		r.take(o.Director, &enforcement.ApproveCase{Note: "agreed"})
		r.take(o.Director, &enforcement.IssueCase{Account: "Civil Penalty Fund"})
		r.take(o.Supervisor, &enforcement.Serve{Means: "direct", Proof: "signed receipt of service"})
		l, err := o.Ledger(ctx, o.Supervisor, r.ref, calendar.Date{})
		check(t, err)
		if l.OutstandingFen != 36_085_00+9_000_00 || len(l.Balances) != 2 || l.Balances[1].Account != enforcement.AccountRestitution {
			t.Errorf("ledger %+v", l)
		}
		d, err := o.Document(ctx, o.Director, r.ref, enforcement.DocDecision, locale.EN)
		check(t, err)
		for _, want := range []string{"Consent order", "Civil money penalty, tier 1: USD 36,085.00 (for 5 days of violation)", "12 CFR 1083.1", "1 Main Street"} {
			if !strings.Contains(d.Body, want) {
				t.Errorf("the order does not say %q:\n%s", want, d.Body)
			}
		}
		n, err := o.Document(ctx, o.Director, r.ref, enforcement.DocNotice, locale.EN)
		check(t, err)
		if strings.Contains(n.Body, "People's Republic") {
			t.Error("the notice of another country cites the Chinese law")
		}
		// Late: no surcharge is known there.
		r.days(60)
		r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountRestitution, AmountFen: 9_000_00, Receipt: "R-1"})
		r.take(o.Supervisor, &enforcement.Pay{Party: 1, Account: enforcement.AccountFine, AmountFen: 36_085_00, Receipt: "R-2"})
		r.take(o.Reviewer, &enforcement.CloseCase{Report: "The order was performed in full."})
	})
}
