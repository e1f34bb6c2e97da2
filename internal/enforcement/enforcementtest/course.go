// Package enforcementtest leads a case along the whole statutory procedure, for tests of what follows a decision.
package enforcementtest

import (
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/enforcement"
)

// Cast is who takes part. Officer has the case, and Second is the id of the other officer.
type Cast struct {
	Officer, Supervisor, Legal, Director access.Actor
	Second                               int64
}

// Matter is what is decided: on findings of the case, by number, against one of its firms.
type Matter struct {
	Firm     string
	Codes    []string
	ActedTo  calendar.Date
	Findings []int
	Persons  []enforcement.Person
	enforcement.Sentence
}

// MustTake takes one step.
func MustTake(tb testing.TB, s *enforcement.Service, by access.Actor, p *enforcement.Penalty, d enforcement.Deed) *enforcement.Penalty {
	tb.Helper()
	next, _, err := s.Take(tb.Context(), by, p.Reference, p.Version, d)
	if err != nil {
		tb.Fatalf("%s by %s: %v", d.Step(), by.Role, err)
	}
	return next
}

// MustDecide leads a case from its lead to the sealed decision in one day: the party waives its defence and its hearing, and
// what only grave cases need is done too.
func MustDecide(tb testing.TB, s *enforcement.Service, who Cast, k *casework.Case, m Matter) *enforcement.Penalty {
	tb.Helper()
	p, _, err := s.Apply(tb.Context(), who.Officer, k.Reference, k.Version, &enforcement.Apply{Firm: m.Firm, Codes: m.Codes, ActedTo: m.ActedTo, Facts: m.Facts})
	if err != nil {
		tb.Fatalf("apply: %v", err)
	}
	all := len(m.Persons) > 0
	for _, turn := range []struct {
		by   access.Actor
		deed enforcement.Deed
	}{
		{who.Supervisor, &enforcement.FileCase{Second: who.Second, Reasons: "符合立案条件，准予立案"}},
		{who.Officer, &enforcement.Investigate{CardsShown: true, Told: "出示执法证并送达调查通知书"}},
		{who.Officer, &enforcement.Conclude{Report: "经调查取证，违法事实清楚，证据确实充分。", Findings: m.Findings, Persons: m.Persons, Sentence: m.Sentence}},
		{who.Supervisor, &enforcement.Try{Agree: true, Report: "事实清楚，证据充分，程序合法，同意处理意见。"}},
		{who.Legal, &enforcement.LegalReview{Passed: true, Opinion: "主体适格，事实清楚，程序合法，同意。"}},
		{who.Supervisor, &enforcement.Notice{Means: "direct", Proof: "送达回证，法定代表人签收", HearingTold: true, AllParties: all}},
		{who.Supervisor, &enforcement.Waive{What: "defence", Proof: "书面声明", AllParties: all}},
		{who.Supervisor, &enforcement.Waive{What: "hearing", Proof: "书面声明", AllParties: all}},
		{who.Director, &enforcement.Deliberate{Members: []string{"陈立", "周宁"}, Minutes: "集体讨论一致同意拟处罚内容。", Agree: true}},
		{who.Director, &enforcement.ApproveCase{Note: "同意"}},
		{who.Director, &enforcement.IssueCase{Account: "国库专户 001", Address: "杭州市西湖区文三路1号"}},
	} {
		p = MustTake(tb, s, turn.by, p, turn.deed)
	}
	return p
}
