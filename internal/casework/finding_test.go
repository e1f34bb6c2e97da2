package casework_test

import (
	"strings"
	"testing"
	"time"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/casework/caseworktest"
	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
	"dunwatch/internal/store"
)

func TestRecord(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Assigned(t)
		c, f, err := o.Cases.Record(ctx, o.Reviewer, k.Reference, o.Threat(k.Version))
		check(t, err)
		if c.Status != casework.Found || c.Version != k.Version+1 || f.Number != 1 || f.Severity != 4 || f.FirmID != o.Agency.ID {
			t.Errorf("recorded %+v on %+v", f, c)
		}
		// The law of the police is a norm breached, not a ground on which this office may rest a penalty.
		if strings.Join(f.Standards, " ") != "cn-psl2025-50" || strings.Join(f.Bases, " ") != "cn-cpl-56" {
			t.Errorf("standards %v, bases %v", f.Standards, f.Bases)
		}
		better := o.Threat(c.Version)
		better.Outcome, better.Corrects, better.Firm = "partially_substantiated", 1, o.Lender.Code
		c, f, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, better)
		check(t, err)
		all, err := o.Cases.Findings(ctx, o.Second, k.Reference)
		check(t, err)
		if len(all) != 2 || all[0].SupersededBy != f.ID || all[1].SupersededBy != 0 || all[1].FirmID != o.Lender.ID || all[0].FoundByName != o.Reviewer.Name {
			t.Errorf("findings %+v", all)
		}
		again := o.Threat(c.Version)
		again.Corrects = 1
		_, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, again)
		want(t, err, fault.Invalid, "casework.no_such_finding")
		_, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, o.Threat(c.Version-1))
		want(t, err, fault.Conflict, "fault.stale")
		check(t, o.DB.Read(ctx, func(tx *store.Tx) error {
			standing, err := o.Cases.StandingFindings(ctx, tx, k.ID)
			if len(standing) != 1 || standing[0].Number != 2 {
				t.Errorf("standing %+v", standing)
			}
			return err
		}))
		kinds(t, o, k.Reference, casework.EventOpened, casework.EventAssigned, casework.EventFinding, casework.EventCorrected)
	})
}

func TestRecordRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		k := o.Assigned(t)
		for name, tt := range map[string]struct {
			spoil func(*casework.NewFinding)
			key   string
		}{
			"code":              {func(n *casework.NewFinding) { n.Code = "Z99" }, "casework.unknown_code"},
			"outcome":           {func(n *casework.NewFinding) { n.Outcome = "true" }, "fault.choose"},
			"unknown basis":     {func(n *casework.NewFinding) { n.Basis = []string{"cn-nothing"} }, "casework.unknown_basis"},
			"before its time":   {func(n *casework.NewFinding) { n.ActedOn, n.Basis = day("2026-01-29"), []string{"cn-cba-hours"} }, "casework.basis_not_in_force"},
			"no basis":          {func(n *casework.NewFinding) { n.Basis = nil }, "casework.basis_needed"},
			"short reasons":     {func(n *casework.NewFinding) { n.Reasons = "属实" }, "fault.too_short"},
			"unexplained day":   {func(n *casework.NewFinding) { n.ActedOn = day("2026-09-30") }, "casework.explain_day"},
			"future":            {func(n *casework.NewFinding) { n.ActedOn = day("2026-10-21") }, "fault.date_future"},
			"no evidence":       {func(n *casework.NewFinding) { n.Evidence = []string{"E-1"} }, "casework.no_such_evidence"},
			"firm not involved": {func(n *casework.NewFinding) { n.Firm = "X9" }, "casework.not_a_party"},
		} {
			n := o.Threat(k.Version)
			tt.spoil(&n)
			_, _, err := o.Cases.Record(t.Context(), o.Reviewer, k.Reference, n)
			if err == nil {
				t.Errorf("%s was taken", name)
				continue
			}
			want(t, err, fault.Invalid, tt.key)
		}
		n := o.Threat(k.Version)
		n.ActedOn, n.Reasons = day("2026-09-30"), strings.Repeat("行为持续到投诉期间之前，", 3)
		_, _, err := o.Cases.Record(t.Context(), o.Reviewer, k.Reference, n)
		check(t, err)
	})
}

func day(s string) calendar.Date { return calendar.MustDate(s) }

func TestClose(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Found(t)
		_, err := o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version, " ")
		want(t, err, fault.Invalid, "fault.required")
		_, err = o.Cases.Close(ctx, o.Second, k.Reference, k.Version, "调查终结，意见已告知")
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version-1, "调查终结，意见已告知")
		want(t, err, fault.Conflict, "fault.stale")
		o.Clock.Add(20 * 24 * time.Hour)
		c, err := o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version, "调查终结，意见已告知")
		check(t, err)
		if c.Status != casework.Closed || c.Outcome != "substantiated" || c.ClosedOn != day("2026-11-09") || c.Complaint.Status != complaint.Closed {
			t.Errorf("closed %+v", c)
		}
		if !c.Late(day("2030-01-01")) || c.DueOn != day("2026-10-29") {
			t.Errorf("due on %s, closed on %s: not late", c.DueOn, c.ClosedOn)
		}
		clocks, err := o.Cases.Clocks(ctx, o.Reviewer, k.Reference)
		check(t, err)
		for _, x := range clocks {
			if x.Stopped == (x.Kind == "complaint.result_notice") { // the complainant is still to be told
				t.Errorf("clock %s: stopped %v", x.Kind, x.Stopped)
			}
		}
		_, err = o.Cases.Close(ctx, o.Reviewer, k.Reference, c.Version, "再次办结案件")
		want(t, err, fault.Conflict, "casework.closed")
		_, _, err = o.Cases.Record(ctx, o.Reviewer, k.Reference, o.Threat(c.Version))
		want(t, err, fault.Conflict, "casework.closed")
		recount(t, o)
	})
}

func TestCloseWithoutFindingAndBehindAWithdrawal(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx := t.Context()
		filed, err := o.Complaints.File(ctx, access.Nobody, o.Filing(), "web", "", "")
		check(t, err)
		_, k, err := o.Cases.Accept(ctx, o.Supervisor, filed.Complaint.Reference, filed.Complaint.Version, "A", "")
		check(t, err)
		k, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, k.Version, id(o.Reviewer))
		check(t, err)
		borrower, err := o.Complaints.Open(ctx, filed.Complaint.Reference, filed.AccessCode, "192.0.2.1")
		check(t, err)
		_, err = o.Complaints.Withdraw(ctx, borrower, filed.Complaint.Reference, "已经和解")
		check(t, err)
		c, err := o.Cases.Close(ctx, o.Reviewer, k.Reference, k.Version, "投诉人撤回投诉")
		check(t, err)
		if c.Outcome != casework.NoFinding || c.Complaint.Status != complaint.Withdrawn {
			t.Errorf("closed %s, complaint %s", c.Outcome, c.Complaint.Status)
		}
	})
}

func TestRecuse(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Found(t)
		want(t, o.Cases.Recuse(ctx, o.Reviewer, k.Reference, id(o.Second), "亲属"), fault.Forbidden, "casework.recuse_only_yourself")
		want(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, "nobody@desk.example", "亲属"), fault.Invalid, "casework.no_such_person")
		check(t, o.Cases.Recuse(ctx, o.Reviewer, k.Reference, id(o.Reviewer), "与当事人有亲属关系"))
		want(t, o.Cases.Recuse(ctx, o.Supervisor, k.Reference, id(o.Reviewer), "亲属"), fault.Conflict, "casework.recused_before")
		c, err := o.Cases.ByRef(ctx, o.Supervisor, k.Reference)
		check(t, err)
		if c.Status != casework.Unassigned || c.OfficerID != 0 {
			t.Errorf("a recused officer keeps the case: %+v", c)
		}
		_, err = o.Cases.Assign(ctx, o.Supervisor, k.Reference, c.Version, id(o.Reviewer))
		want(t, err, fault.Invalid, "casework.officer_recused")
		_, err = o.Cases.Take(ctx, o.Reviewer, k.Reference, c.Version)
		want(t, err, fault.Forbidden, "casework.you_are_recused")
		// The case has a finding: whoever takes it goes on from there.
		c, err = o.Cases.Take(ctx, o.Second, k.Reference, c.Version)
		check(t, err)
		if c.Status != casework.Found {
			t.Errorf("taken again it is %s", c.Status)
		}
		_, err = o.Cases.Take(ctx, o.Second, k.Reference, c.Version)
		want(t, err, fault.Conflict, "casework.taken")
		recount(t, o)
	})
}

func TestNotesAreSealed(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Assigned(t)
		_, err := o.Cases.Note(ctx, o.Reviewer, k.Reference, "  ")
		want(t, err, fault.Invalid, "fault.required")
		_, err = o.Cases.Note(ctx, o.Second, k.Reference, "同事不能写")
		want(t, err, fault.Forbidden, "")
		_, err = o.Cases.Note(ctx, o.Reviewer, k.Reference, "张小三说周三方便接电话")
		check(t, err)
		_, err = o.Cases.Note(ctx, o.Supervisor, k.Reference, "请尽快办理")
		check(t, err)
		notes, err := o.Cases.Notes(ctx, o.Second, k.Reference)
		check(t, err)
		if len(notes) != 2 || notes[0].Body != "张小三说周三方便接电话" || notes[1].UserName != o.Supervisor.Name {
			t.Errorf("notes %+v", notes)
		}
		check(t, o.DB.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.Rows(ctx, "SELECT body FROM case_notes")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var b []byte
				if err := rows.Scan(&b); err != nil {
					return err
				}
				if strings.Contains(string(b), "张小三") {
					t.Error("a note is stored in clear")
				}
			}
			return rows.Err()
		}))
		_, err = o.Cases.Notes(ctx, o.Stranger, k.Reference)
		want(t, err, fault.NotFound, "")
	})
}

func TestViewIsRecordedOnceAnHour(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		ctx, k := t.Context(), o.Assigned(t)
		look := func(by access.Actor) {
			_, err := o.Cases.View(ctx, by, k.Reference)
			check(t, err)
		}
		look(o.Reviewer)
		look(o.Reviewer)
		look(o.Auditor)
		o.Clock.Add(61 * time.Minute)
		look(o.Reviewer)
		n := 0
		check(t, o.DB.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.Rows(ctx, "SELECT COUNT(*) FROM audit_entries WHERE action = ?", string(audit.CaseViewed))
			if err != nil {
				return err
			}
			defer rows.Close()
			rows.Next()
			return rows.Scan(&n)
		}))
		if n != 3 {
			t.Errorf("%d looks on record, want 3", n)
		}
	})
}

func TestMoves(t *testing.T) {
	each(t, func(t *testing.T, o *caseworktest.Office) {
		k := o.Case(t)
		if m := o.Cases.Moves(o.Reviewer, k); !m.Take || m.Record || m.Close || m.Assign || m.Note {
			t.Errorf("reviewer, unassigned: %+v", m)
		}
		if m := o.Cases.Moves(o.Supervisor, k); !m.Assign || m.Release || m.Take || !m.Recuse || !m.Reveal {
			t.Errorf("supervisor, unassigned: %+v", m)
		}
		k = o.Found(t)
		if m := o.Cases.Moves(o.Reviewer, k); !m.Record || !m.Propose || !m.Close || !m.Note || m.Take {
			t.Errorf("reviewer, own: %+v", m)
		}
		if m := o.Cases.Moves(o.Second, k); m != (casework.Moves{}) {
			t.Errorf("a colleague: %+v", m)
		}
		if m := o.Cases.Moves(o.Auditor, k); m != (casework.Moves{}) {
			t.Errorf("auditor: %+v", m)
		}
	})
}
