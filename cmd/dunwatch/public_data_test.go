package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"dunwatch/internal/access"
	"dunwatch/internal/account"
	"dunwatch/internal/calendar"
	"dunwatch/internal/casework"
	"dunwatch/internal/complaint"
	"dunwatch/internal/enforcement"
	"dunwatch/internal/enforcement/enforcementtest"
	"dunwatch/internal/rulebook"
	"dunwatch/internal/store/storetest"
)

// fixture finds real data that is not part of the project, or skips.
func fixture(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", name)
	if _, err := os.Stat(path); err != nil {
		storetest.SkipOrFail(t, "the real data "+name+" is not beside the checkout (../shared)")
	}
	return path
}

// csvRows reads a file with nothing but encoding/csv: the independent count.
func csvRows(t *testing.T, path string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i, h := range head {
			row[h] = rec[i]
		}
		out = append(out, row)
	}
}

// monthly is the report's fixed JSON form, read as a script would.
type monthly struct {
	Month    string
	Headline map[string]int
	Tables   []struct {
		ID      string
		Columns []string
		Rows    [][]any
	}
}

// counts gives a by_* table as key -> count; label picks the column that names
// the key.
func (m monthly) counts(t *testing.T, id string, label int) map[string]int {
	t.Helper()
	for _, tab := range m.Tables {
		if tab.ID != id {
			continue
		}
		out := map[string]int{}
		for _, row := range tab.Rows {
			if label < 0 {
				label += len(row)
			}
			out[fmt.Sprint(row[label])] += int(row[1].(float64))
		}
		return out
	}
	t.Fatalf("%s has no table %s", m.Month, id)
	return nil
}

func reportOf(t *testing.T, data, month string) monthly {
	t.Helper()
	out, code := runProgram(t, "report", "monthly", month, "--data", data, "--format", "json", "--lang", "en")
	if code != 0 {
		t.Fatalf("report %s: %s", month, out)
	}
	var m monthly
	if err := json.Unmarshal([]byte(out), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// The whole job on data that nobody here made: two imports of the same
// complaints, then one of them through to a penalty, then every month of the
// report against a count of the CSV that shares no code with it.
func TestMainJobOnPublicData(t *testing.T) {
	original, twin := fixture(t, "fixtures/cfpb/cuny_iso.csv"), fixture(t, "fixtures/cfpb/cuny_excel_mangled_same_ids.csv")
	data := t.TempDir()
	rows := csvRows(t, original)

	out, code := runProgram(t, "import", "cfpb", original, "--data", data)
	if code != 0 || !strings.Contains(out, fmt.Sprintf("%d rows: %d stored, 0 known already, 0 conflicts, 0 rejected", len(rows), len(rows))) {
		t.Fatalf("import: exit %d\n%s", code, out)
	}
	out, code = runProgram(t, "import", "cfpb", original, "--data", data)
	if code != 0 || !strings.Contains(out, fmt.Sprintf("0 stored, %d known already, 0 conflicts", len(rows))) {
		t.Fatalf("the same file again: exit %d\n%s", code, out)
	}
	importTwin(t, data, rows, twin)
	out, code = runProgram(t, "import", "cfpb", fixture(t, "fixtures/cfpb/narratives_debt_sample.csv"), "--data", data)
	if code != 1 || !strings.Contains(out, "Complaint ID") {
		t.Errorf("a file without IDs: exit %d\n%s", code, out)
	}

	issued := penaliseOne(t, data)
	for month := range monthsOf(rows) {
		checkMonth(t, reportOf(t, data, month), monthsOf(rows)[month])
	}
	now := reportOf(t, data, issued)
	if h := now.Headline; h["accepted"] != 1 || h["findings_substantiated"] != 1 || h["penalties_issued"] != 1 || h["penalty_amount_fen"] != 700_000 {
		t.Errorf("the month of the penalty: %v", h)
	}
	if out, code := runProgram(t, "audit", "verify", "--data", data); code != 0 {
		t.Errorf("audit verify: %s", out)
	}
}

// importTwin imports the Excel-damaged copy: nothing is doubled, and each ZIP
// that lost its leading zero is listed.
func importTwin(t *testing.T, data string, rows []map[string]string, twin string) {
	t.Helper()
	zip := map[string]string{}
	for _, r := range rows {
		zip[r["Complaint ID"]] = r["ZIP code"]
	}
	damaged := csvRows(t, twin)
	want := 0
	for _, r := range damaged {
		if r["ZIP code"] != zip[r["Complaint ID"]] {
			want++
		}
	}
	if want == 0 {
		t.Fatal("the damaged copy is not damaged: the test shows nothing")
	}
	out, code := runProgram(t, "import", "cfpb", twin, "--data", data)
	if code != 0 || !strings.Contains(out, fmt.Sprintf("%d rows: 0 stored, %d known already, %d conflicts, 0 rejected", len(damaged), len(damaged), want)) {
		t.Fatalf("damaged copy: exit %d, want %d conflicts\n%s", code, want, out)
	}
	if n := strings.Count(out, "  conflict: "); n != want {
		t.Errorf("%d conflicts listed, want %d\n%s", n, want, out)
	}
}

// penaliseOne carries an imported complaint the whole way and returns the month
// in which it happened.
func penaliseOne(t *testing.T, data string) string {
	t.Helper()
	ctx := t.Context()
	o, err := openOffice(ctx, dataFlags{Data: data, Zone: "Asia/Shanghai"}, newLogger(Streams{Err: os.Stderr}, levelQuiet), openOptions{cost: account.Cheap})
	if err != nil {
		t.Fatal(err)
	}
	defer o.DB.Close()
	if _, err := o.Accounts.CreateUnit(ctx, access.Program, account.Unit{Code: "U1", NameZH: "一处", NameEN: "Unit 1"}); err != nil {
		t.Fatal(err)
	}
	who := map[access.Role]access.Actor{}
	for _, role := range []access.Role{access.Supervisor, access.Reviewer, access.Legal, access.Director} {
		u, err := o.Accounts.Create(ctx, access.Program, account.NewUser{Email: string(role) + "@office.example", Name: string(role), Role: role, Unit: "U1", Lang: "en", Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		who[role] = u.Actor()
	}
	second, err := o.Accounts.Create(ctx, access.Program, account.NewUser{Email: "second@office.example", Name: "second", Role: access.Reviewer, Unit: "U1", Lang: "en", Password: "correct horse battery"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := o.Complaints.List(ctx, who[access.Supervisor], complaint.Filter{Status: complaint.Received, Code: "F01", Limit: 1})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("no imported complaint to screen: %v", err)
	}
	c := list.Items[0]
	_, k, err := o.Cases.Accept(ctx, who[access.Supervisor], c.Reference, c.Version, "U1", "")
	if err != nil {
		t.Fatal(err)
	}
	if k, err = o.Cases.Assign(ctx, who[access.Supervisor], k.Reference, k.Version, "reviewer@office.example"); err != nil {
		t.Fatal(err)
	}
	day := c.ReceivedOn
	pack, _ := o.Book.Pack("us")
	k, _, err = o.Cases.Record(ctx, who[access.Reviewer], k.Reference, casework.NewFinding{
		Code: "F01", Outcome: "substantiated", ActedOn: day, Basis: []string{standardOf(t, pack, day)}, Reasons: "The firm's own letters show that the debt was paid in full.", Version: k.Version,
	})
	if err != nil {
		t.Fatalf("finding: %+v", err)
	}
	p := enforcementtest.MustDecide(t, o.Penalties, enforcementtest.Cast{
		Officer: who[access.Reviewer], Second: second.ID, Supervisor: who[access.Supervisor], Legal: who[access.Legal], Director: who[access.Director],
	}, k, enforcementtest.Matter{Firm: k.Lender.Code, Codes: []string{"F01"}, ActedTo: day, Findings: []int{1}, Sentence: enforcement.Sentence{
		Shares: []enforcement.Share{{Party: 1, Kind: "cmp_tier1", AmountFen: 700_000}}, Basis: []string{pack.PenaltyBases(day)[0].ID},
		Facts: "The firm went on collecting a debt that had been paid.", Reasons: "One act, first time, corrected late.",
	}})
	if _, err := o.Log.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
	return calendar.MonthOf(p.IssuedOn).String()
}

// standardOf is a rule that F01 breaks, in force on the day.
func standardOf(t *testing.T, pack *rulebook.Pack, day calendar.Date) string {
	t.Helper()
	v, _ := pack.Violation("F01")
	for _, b := range v.Bases(day) {
		return b.ID
	}
	t.Fatalf("no rule of F01 is in force on %s", day)
	return ""
}

func monthsOf(rows []map[string]string) map[string][]map[string]string {
	out := map[string][]map[string]string{}
	for _, r := range rows {
		m := r["Date received"][:7]
		out[m] = append(out[m], r)
	}
	return out
}

// checkMonth holds every figure of the intake tables against the CSV.
func checkMonth(t *testing.T, got monthly, rows []map[string]string) {
	t.Helper()
	if got.Headline["received"] != len(rows) {
		t.Errorf("%s: received %d, the CSV has %d", got.Month, got.Headline["received"], len(rows))
	}
	via, region, firm, code := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range rows {
		via[map[string]string{"Web": "web", "Phone": "phone", "Referral": "referral", "Web Referral": "referral", "Postal mail": "post", "Fax": "fax", "Email": "email"}[r["Submitted via"]]]++
		state := r["State"]
		if state == "" {
			state = "none"
		}
		region[state]++
		firm[r["Company"]]++
		for _, c := range codesOf(t, r) {
			code[c]++
		}
	}
	same(t, got.Month+" by_channel", got.counts(t, "by_channel", 0), via)
	same(t, got.Month+" by_region", got.counts(t, "by_region", 0), region)
	same(t, got.Month+" by_code", got.counts(t, "by_code", 0), code)
	lenders := map[string]int{}
	for name, n := range got.counts(t, "by_firm", -1) {
		if n > 0 {
			lenders[name] = n
		}
	}
	for name, n := range firm {
		if lenders[name] != n {
			t.Errorf("%s by_firm: %s has %d, the CSV %d", got.Month, name, lenders[name], n)
		}
	}
}

func same(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 }) // lines that only hold findings
	if !maps.Equal(got, want) {
		t.Errorf("%s: got %v, the CSV gives %v", what, got, want)
	}
}

// taxonomy is the research the rulebook was made from, read on its own.
var taxonomy map[string]map[string][]string

// legacy are the pairs of this file from before April 2017, which the taxonomy
// does not list.
var legacy = map[string][]string{
	"Cont'd attempts collect debt not owed / Debt resulted from identity theft": {"F01"},
	"Disclosure verification of debt / Right to dispute notice not received":    {"N01"},
	"Taking/threatening an illegal action / Threatened to sue on too old debt":  {"F05"},
}

func codesOf(t *testing.T, r map[string]string) []string {
	t.Helper()
	if taxonomy == nil {
		b, err := os.ReadFile(fixture(t, "domain/taxonomy.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Map map[string]map[string][]string `yaml:"cfpb_import_map"`
		}
		if err := yaml.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		taxonomy = doc.Map
	}
	if r["Product"] != "Debt collection" {
		return nil
	}
	if codes, ok := taxonomy[r["Issue"]][r["Sub-issue"]]; ok {
		return codes
	}
	return legacy[r["Issue"]+" / "+r["Sub-issue"]]
}
