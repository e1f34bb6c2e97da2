package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dunwatch/internal/rulebook"
)

// What came of the logs of contacts: which were kept, and the findings that rest on the hits of a rule in them. Hits by
// themselves are no figure: they are computed when somebody looks, and a hit is no finding (package logbook).
var (
	// A whole file that was kept beside its extract is no second log.
	keptLogs = things{kind: "complaint", from: from("contact_logs l JOIN complaints c ON c.id = l.complaint_id"), when: during("l.at"), pack: "c.pack", id: "l.id",
		ref: "c.reference", on: "l.at"}.only("l.part = 'extract'")
	loggedComplaints = func() things {
		th := keptLogs
		th.id, th.on, th.many = "c.id", "c.received_on", true
		return th
	}()
	checkedFindings  = standingFindings.joined(" JOIN finding_checks fc ON fc.finding_id = x.id", false)
	upheldOfChecks   = upheldFindings.joined(" JOIN finding_checks fc ON fc.finding_id = x.id", false)
	correctedOfCheck = things{kind: "finding", from: from("findings x JOIN cases k ON k.id = x.case_id JOIN finding_checks fc ON fc.finding_id = x.id"), when: within("x.found_on"),
		pack: "k.pack", id: "x.id", ref: "k.reference", on: "x.found_on", more: [3]string{"x.number", "x.code", "x.outcome"}}.only("x.superseded_by IS NOT NULL")
)

// ruleKey is a rule with its pack: packs number their rules alike.
const ruleKey = "k.pack || '/' || fc.rule"

// logSides are the lines of log_intake: whose logs, and either.
var logSides = []string{"borrower", "firm", anySide}

const anySide = "any"

func (b *builder) checkOpenings(o map[string][]opening) {
	for column, of := range map[string]things{"logs": keptLogs, "complaints": loggedComplaints} {
		o["log_intake."+column] = []opening{{of: of, key: "l.side"}, {of: of, row: anySide}}
	}
	o["log_findings.findings"] = []opening{{of: checkedFindings, key: ruleKey}}
	o["log_findings.upheld"] = []opening{{of: upheldOfChecks, key: ruleKey}}
	o["log_findings.corrected"] = []opening{{of: correctedOfCheck, key: ruleKey}}
}

// logIntake says how many logs were kept in the period, and of how many complaints. A complaint may have logs of both sides,
// so that the last line is no sum.
func (b *builder) logIntake(ctx context.Context) (*Table, error) {
	logs, err := b.count(ctx, b.query, "log_intake", "logs")
	if err != nil {
		return nil, err
	}
	complaints, err := b.count(ctx, b.query, "log_intake", "complaints")
	if err != nil {
		return nil, err
	}
	t := b.table("log_intake")
	for _, side := range logSides {
		t.add(side, side, logs[side].n, complaints[side].n, b.words.T(b.lang, "report.side."+side))
	}
	return t, nil
}

// logFindings are the findings of the period that rest on hits in logs, by the rule that was hit.
func (b *builder) logFindings(ctx context.Context) (*Table, error) {
	var got [3]map[string]sum
	keys := map[string]bool{}
	for i, column := range []string{"findings", "upheld", "corrected"} {
		x, err := b.count(ctx, b.query, "log_findings", column)
		if err != nil {
			return nil, err
		}
		got[i] = x
		for key := range x {
			keys[key] = true
		}
	}
	counted, err := b.tally(ctx, b.query, checkedFindings.and(func(b *builder, _ query, s *sql) { oneOf(s, "x.outcome", b.s.outcomes(b.pack).counted) }), ruleKey)
	if err != nil {
		return nil, fmt.Errorf("count findings of checks: %w", err)
	}
	resting := checkedFindings
	resting.fen = "fc.hits"
	hits, err := b.tally(ctx, b.query, resting, ruleKey)
	if err != nil {
		return nil, fmt.Errorf("sum hits of checks: %w", err)
	}
	var lines []tally
	for key := range keys {
		lines = append(lines, tally{key: key, n: got[0][key].n})
	}
	slices.SortFunc(lines, byCount)
	t := b.table("log_findings")
	var all [5]int64
	for _, l := range lines {
		row := [5]int64{l.n, hits[l.key].fen, got[1][l.key].n, counted[l.key].n, got[2][l.key].n}
		name, strength := b.rule(l.key)
		t.add(l.key, l.key, strength, row[0], row[1], row[2], ratio(row[2], row[3]), row[4], name)
		for i := range all {
			all[i] += row[i]
		}
	}
	t.Totals = []any{Total, "", all[0], all[1], all[2], ratio(all[2], all[3]), all[4], b.words.T(b.lang, "report.total")}
	return t, nil
}

// rule is the name of a rule by its key, and what a hit of it proves.
func (b *builder) rule(key string) (name, strength string) {
	pack, id, _ := strings.Cut(key, "/")
	p, ok := b.s.book.Pack(pack)
	var r rulebook.Rule
	if ok {
		r, ok = p.Rule(id)
	}
	if !ok {
		return key, ""
	}
	return id + " " + r.Name.In(string(b.lang)), b.words.T(b.lang, "report.strength."+r.Strength)
}
