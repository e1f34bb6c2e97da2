package httpd

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/audit"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/evidence"
	"dunwatch/internal/report"
	"dunwatch/internal/store/storetest"
)

// worked is a complaint of the office that went the whole way.
type worked struct {
	filed   *complaint.Filed
	ref     string // of the complaint
	c       string // of the case
	penalty string
}

// worksOne takes a filing to an issued penalty, with a file, messages, a note, a
// corrected finding and a recusal on the way.
func (s *site) worksOne(f complaint.Filing) worked {
	s.Helper()
	ctx := s.Context()
	filed, err := s.Complaints.File(ctx, access.Nobody, f, "web", "", "")
	s.ok(err)
	w := worked{filed: filed, ref: filed.Complaint.Reference}
	borrower := access.Actor{Role: access.Borrower, ComplaintID: filed.Complaint.ID, Lang: "zh"}
	_, err = s.Evidence.Add(ctx, borrower, w.ref, "sms", "短信.txt", strings.NewReader("再不还钱就去你家"))
	s.ok(err)
	_, err = s.Complaints.Send(ctx, borrower, w.ref, "请尽快处理。")
	s.ok(err)
	_, k, err := s.Cases.Accept(ctx, s.as("supervisor"), w.ref, filed.Complaint.Version, "HZ", "")
	s.ok(err)
	w.c = k.Reference
	_, err = s.Cases.Assign(ctx, s.as("supervisor"), w.c, k.Version, "reviewer@example.cn")
	s.ok(err)
	s.ok(s.Cases.Recuse(ctx, s.as("supervisor"), w.c, "director2@example.cn", "与当事人有亲属关系"))
	_, err = s.Cases.Note(ctx, s.as("reviewer"), w.c, "已电话联系投诉人核实。")
	s.ok(err)
	k, err = s.Cases.ByRef(ctx, s.as("reviewer"), w.c)
	s.ok(err)
	n := casework.NewFinding{Code: "H02", Outcome: "substantiated", ActedOn: calendar.MustDate("2026-10-05"), Basis: []string{"cn-bsl-46-5"},
		Reasons: "短信内容与通话录音相互印证，足以认定。", Evidence: []string{"E-1"}, Version: k.Version}
	k, found, err := s.Cases.Record(ctx, s.as("reviewer"), w.c, n)
	s.ok(err)
	n.Version, n.Corrects, n.Reasons = k.Version, found.Number, "短信内容与通话录音相互印证，另有证人证言，足以认定。"
	k, found, err = s.Cases.Record(ctx, s.as("reviewer"), w.c, n)
	s.ok(err)
	p, err := s.Penalties.Propose(ctx, s.as("reviewer"), w.c, enforcement.Proposal{Firm: "A001", Findings: []int{found.Number},
		Measures: []enforcement.Measure{{Kind: "warning_letter"}, {Kind: "correct"}}, Basis: []string{"cn-bsl-46-5"},
		Facts: "2026年10月5日，当事人以短信威胁借款人家属。", Reasons: "违法事实清楚，证据确凿，应予处罚。", Version: k.Version})
	s.ok(err)
	p, err = s.Penalties.Approve(ctx, s.as("director"), p.Reference, p.Version, "")
	s.ok(err)
	p, err = s.Penalties.Issue(ctx, s.as("supervisor"), p.Reference, p.Version)
	s.ok(err)
	w.penalty = p.Reference
	return w
}

// worksEvidence blacks a word out in a copy, twice, and lets the original of a recording go out that no clean copy can be
// made of: twice, so that two rows can be swapped.
func (s *site) worksEvidence(w worked) {
	s.Helper()
	borrower := access.Actor{Role: access.Borrower, ComplaintID: w.filed.Complaint.ID, Lang: "zh"}
	for range 2 {
		_, err := s.Evidence.Redact(s.Context(), s.as("reviewer"), w.ref, 1, evidence.Redaction{Words: []string{"你家"}, Reason: "遮盖住处"})
		s.ok(err)
		heard, err := s.Evidence.Add(s.Context(), borrower, w.ref, "recording", "来电.ogg", strings.NewReader("OggS\x00\x02"+strings.Repeat("\x00", 22)+"\x01vorbis"+strings.Repeat("\x00", 40)))
		s.ok(err)
		s.ok(s.Evidence.Release(s.Context(), s.as("supervisor"), w.ref, heard.Number, "original", "机构申请听取录音原件"))
	}
}

// importsSome stores a few public complaints twice over, so that conflicts and
// unmapped issues are on record too.
func (s *site) importsSome() {
	s.Helper()
	const head = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID\n"
	row := func(id int, issue, zip string) string {
		return fmt.Sprintf("2026-09-01,Debt collection,I do not know,%s,Debt is not yours,,,Acme Recovery LLC,CA,%s,,N/A,Web,2026-09-02,Closed with explanation,Yes,N/A,%d\n", issue, zip, id)
	}
	const known = "Attempts to collect debt not owed"
	for i, text := range []string{
		head + row(7000001, known, "94016") + row(7000002, known, "94017") + row(7000003, "Nobody knows this issue", "94018") + row(7000004, "Nor that one", "94019"),
		head + row(7000001, known, "4016") + row(7000002, known, "4017"),
	} {
		_, err := s.Complaints.ImportCFPB(s.Context(), access.Program, strings.NewReader(text), complaint.ImportOptions{Name: fmt.Sprintf("public%d.csv", i)})
		s.ok(err)
	}
}

// forger is somebody with the database file and no keys.
type forger struct {
	*testing.T
	log *audit.Log
	raw *sql.DB
	// tried and missed count changes.
	tried, missed int
}

func newForger(t *testing.T, log *audit.Log, dir string) *forger {
	t.Helper()
	raw, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "dunwatch.db")+"?_foreign_keys=off&_busy_timeout=5000&_synchronous=off&_ignore_check_constraints=on")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	raw.SetMaxOpenConns(1)
	f := &forger{T: t, log: log, raw: raw}
	f.exec("PRAGMA ignore_check_constraints = on")
	for _, name := range f.list("SELECT name FROM sqlite_master WHERE type = 'trigger'") {
		f.exec("DROP TRIGGER " + name)
	}
	return f
}

func (f *forger) exec(query string, args ...any) {
	f.Helper()
	if _, err := f.raw.Exec(query, args...); err != nil {
		f.Fatalf("%s: %v", query, err)
	}
}

func (f *forger) list(query string) (out []string) {
	f.Helper()
	rows, err := f.raw.Query(query)
	if err != nil {
		f.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			f.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// forgery is a change to one table, which Verify must answer by naming one of
// the rows.
type forgery struct {
	what, table string
	names       []string
	statements  []string
}

// tries makes changes in tables that say nothing of each other, looks whether
// Verify names a row of each, and puts the tables back from a copy. It asks once
// for all: Verify reads the whole record, and there are a thousand changes.
func (f *forger) tries(batch ...forgery) {
	f.Helper()
	for _, g := range batch {
		f.exec("CREATE TEMP TABLE kept_" + g.table + " AS SELECT * FROM " + g.table)
		for _, s := range g.statements {
			f.exec(s)
		}
	}
	v, err := f.log.Verify(f.Context())
	if err != nil {
		f.Fatalf("%s: verify: %v", batch[0].what, err)
	}
	for _, g := range batch {
		f.tried++
		if !slices.ContainsFunc(v.Problems, func(p audit.Problem) bool {
			return slices.ContainsFunc(g.names, func(n string) bool { return strings.HasPrefix(p.String(), n) })
		}) {
			f.missed++
			f.Errorf("%s %s: verify says %v, which names none of %v", g.table, g.what, v.Problems, g.names)
		}
		f.exec("DELETE FROM " + g.table)
		f.exec("INSERT INTO " + g.table + " SELECT * FROM kept_" + g.table)
		f.exec("DROP TABLE kept_" + g.table)
	}
}

// columnInfo is a column and how a forger changes its values.
type columnInfo struct {
	name, kind string
	nullable   bool
}

func (f *forger) columns(table string) (out []columnInfo) {
	f.Helper()
	for _, line := range f.list("SELECT name || ' ' || type || ' ' || \"notnull\" FROM pragma_table_info('" + table + "')") {
		w := strings.Fields(line)
		out = append(out, columnInfo{w[0], w[1], w[2] == "0"})
	}
	if len(out) < 1 {
		f.Fatalf("%s has no columns", table)
	}
	return out
}

// lies are expressions that make a value another one.
func (c columnInfo) lies() []string {
	q := `"` + c.name + `"`
	var out []string
	switch c.kind {
	case "INTEGER":
		out = []string{"coalesce(" + q + " + 1000, 1)"}
	case "TEXT":
		out = []string{"coalesce(" + q + " || 'x', 'x')", "coalesce(' ' || " + q + ", ' ')"}
	case "BLOB":
		out = []string{"CAST(coalesce(" + q + ", x'00') || x'01' AS BLOB)", "zeroblob(coalesce(length(" + q + ") - 1, 3))"}
	}
	if c.nullable {
		empty := map[string]string{"INTEGER": "0", "TEXT": "''", "BLOB": "x''"}[c.kind]
		out = append(out, "CASE WHEN "+q+" IS NULL THEN "+empty+" END")
	}
	return out
}

// forgeries change every column of the first and the last row of a table, swap
// the values of the two, renumber, remove and add.
func (f *forger) forgeries(table, key string, named func(id string) []string) (all []forgery) {
	f.Helper()
	ids := f.list("SELECT " + key + " FROM " + table + " ORDER BY " + key)
	if len(ids) == 0 {
		f.Errorf("%s is empty: nothing to forge", table)
		return nil
	}
	add := func(what string, names []string, statements ...string) {
		all = append(all, forgery{what, table, names, statements})
	}
	last := ids[len(ids)-1]
	for _, c := range f.columns(table) {
		if c.name == key {
			continue
		}
		for _, id := range slices.Compact([]string{ids[0], last}) {
			for _, lie := range c.lies() {
				add(c.name+" = "+lie+" of row "+id, named(id), fmt.Sprintf(`UPDATE %s SET "%s" = %s WHERE %s = %s`, table, c.name, lie, key, id))
			}
		}
	}
	const away = "987654"
	add("renumbered", append(named(last), named(away)...), fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %s", table, key, away, key, last))
	add("removed first", named(ids[0]), fmt.Sprintf("DELETE FROM %s WHERE %s = %s", table, key, ids[0]))
	add("removed last", named(last), fmt.Sprintf("DELETE FROM %s WHERE %s = %s", table, key, last))
	if len(ids) > 1 {
		swap := func(from, to string) string {
			return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %s", table, key, to, key, from)
		}
		add("two swapped", named(ids[0]), swap(ids[0], "-1"), swap(last, ids[0]), swap("-1", last))
	}
	add("added", named(away), f.another(table, key, last))
	return all
}

// another inserts a row like an existing one, unique texts aside.
func (f *forger) another(table, key, like string) string {
	f.Helper()
	var to, from []string
	for _, c := range f.columns(table) {
		v := `"` + c.name + `"`
		to = append(to, v)
		switch {
		case c.name == key:
			v = "987654"
		case c.kind == "TEXT":
			v += " || 'x'"
		case c.kind == "BLOB":
			v = "CAST(" + v + " || x'01' AS BLOB)"
		case strings.HasSuffix(c.name, "_id"):
			v += " + 1000"
		}
		from = append(from, v)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s = %s", table, strings.Join(to, ", "), strings.Join(from, ", "), table, key, like)
}

// forgesRecord makes the first forgery of every table of record at once, then
// the second of every table that has one, to the end.
func (f *forger) forgesRecord() {
	f.Helper()
	var rounds [][]forgery
	for _, table := range audit.Recorded {
		for i, g := range f.forgeries(table, "id", func(id string) []string { return []string{table + " " + id + ":"} }) {
			if i == len(rounds) {
				rounds = append(rounds, nil)
			}
			rounds[i] = append(rounds[i], g)
		}
	}
	for _, round := range rounds {
		f.tries(round...)
	}
}

// forgesLog forges the log itself, one change at a time: an entry that lies
// throws doubt on every row that it vouches for.
func (f *forger) forgesLog() {
	f.Helper()
	all := f.forgeries("audit_entries", "id", func(id string) []string {
		return []string{"audit_entries " + id + ":", "audit_leaves", "audit_pending " + id + ":"}
	})
	tree := func(string) []string { return []string{"audit_"} }
	for table, key := range map[string]string{"audit_pending": "entry_id", "audit_leaves": "seq", "audit_hashes": "idx", "audit_checkpoints": "size"} {
		all = append(all, f.forgeries(table, key, tree)...)
	}
	for what, set := range map[string]string{
		"trailing words":  `detail = detail || '{"role":"admin"}'`,
		"a key twice":     `detail = '{"role":"admin",' || substr(detail, 2)`,
		"other spacing":   `detail = replace(detail, ':', ': ')`,
		"an unknown name": `rows = replace(rows, '"t":', '"x":1,"t":')`,
		"a row forgotten": `rows = ''`,
	} {
		all = append(all, forgery{"entries: " + what, "audit_entries", []string{"audit_entries"},
			[]string{"UPDATE audit_entries SET " + set + " WHERE id = (SELECT min(id) FROM audit_entries WHERE detail <> '' AND rows <> '')"}})
	}
	for _, g := range all {
		f.tries(g)
	}
}

// TestEveryForgedColumnIsNamed changes every column of every table of record of
// an office in full work, as somebody with the file and no keys can.
func TestEveryForgedColumnIsNamed(t *testing.T) {
	t.Parallel()
	clock, dir := storetest.NewClock(), t.TempDir()
	s := newSiteAt(t, clock, storetest.OpenDir(t, clock, dir))
	s.worksOne(filing())
	w := s.worksOne(filing())
	talk, err := s.Penalties.OrderMeasure(t.Context(), s.as("supervisor"), w.c, enforcement.NewMeasure{Firm: "A001", Kind: "talk", Findings: []int{2}, Text: "约谈机构负责人，责成停止夜间来电。",
		HeldOn: s.today(), Place: "本机关会议室", Present: []string{"合规负责人"}, DueOn: s.today().AddDays(30)})
	s.ok(err)
	_, err = s.Penalties.OrderMeasure(t.Context(), s.as("supervisor"), w.c, enforcement.NewMeasure{Firm: "A001", Kind: "supervisory_measure", Findings: []int{2}, Text: "暂停新增委外催收业务，验收合格后恢复。",
		UntilOn: s.today().AddDays(90), After: talk.Reference})
	s.ok(err)
	s.importsSome()
	s.worksAnswers()
	s.worksLogs()
	fined := s.takes(s.worksCourse(), "supervisor", &enforcement.Serve{Means: "direct", Proof: "送达回证，法定代表人签收", AllParties: true})
	for range 2 {
		_, err = s.Penalties.GiveFile(t.Context(), s.as("firm"), fined.Reference, "other", "困难证明.txt", strings.NewReader("本公司经营困难的证明材料"))
		s.ok(err)
	}
	s.worksLinks()
	s.worksWitness(w.ref)
	s.worksEvidence(w)
	s.worksBriefs()
	s.worksAlarms()
	_, err = s.Rosters.ImportCSV(t.Context(), access.Program, strings.NewReader("firm_code,staff_number,name,phone,from,to\nA001,1001,张小三,13900139000,2025-01-01,\nA001,1002,李小四,13900139001,2025-01-01,\n"))
	s.ok(err)
	_, err = s.Firms.ImportSizes(t.Context(), access.Program, strings.NewReader("firm_code,month,customers,overdue_accounts,lent_fen\nL001,2026-08,90000,4000,500000\nL001,2026-09,91000,4100,510000\n"), shanghai)
	s.ok(err)
	_, err = s.Reports.Freeze(t.Context(), s.as("director"), report.MonthPeriod(calendar.MustMonth("2026-09")), "")
	s.ok(err)
	for _, who := range []string{"director", "reviewer"} {
		s.ok(s.Reports.Subscribe(t.Context(), s.as(who), true))
	}
	_, err = s.Deps.Log.Sequence(t.Context())
	s.ok(err)
	s.filed()
	_, err = s.Deps.Log.Sequence(t.Context())
	s.ok(err)
	s.filed() // waits for the tree
	audittest.MustVerify(t, s.Deps.Log)

	f := newForger(t, s.Deps.Log, dir)
	f.forgesRecord()
	f.forgesLog()
	audittest.MustVerify(t, s.Deps.Log)
	t.Logf("%d changes tried, %d missed", f.tried, f.missed)
	if f.tried < 900 {
		t.Errorf("only %d changes were tried", f.tried)
	}
}
