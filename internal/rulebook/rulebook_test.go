package rulebook_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
	"dunwatch/internal/rulebook"
	"dunwatch/policies"
)

func mustLoad(t testing.TB) *rulebook.Book {
	t.Helper()
	sub, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		t.Fatal(err)
	}
	b, err := rulebook.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustPack(t testing.TB, id string) *rulebook.Pack {
	t.Helper()
	p, ok := mustLoad(t).Pack(id)
	if !ok {
		t.Fatalf("no pack %s", id)
	}
	return p
}

func ids(bs rulebook.Bases) []string {
	out := []string{}
	for _, b := range bs {
		out = append(out, b.ID)
	}
	return out
}

func TestChineseInventory(t *testing.T) {
	p := mustPack(t, "cn")
	if n := len(p.Violations()); n != 45 {
		t.Errorf("%d violations, want 45", n)
	}
	got := map[string]int{}
	for _, v := range p.Violations() {
		got[v.Family]++
	}
	for f, want := range map[string]int{"T": 7, "C": 5, "P": 8, "I": 5, "H": 6, "V": 1, "F": 5, "N": 3, "G": 4, "S": 1} {
		if got[f] != want {
			t.Errorf("family %s: %d, want %d", f, got[f], want)
		}
	}
	if len(p.Families()) != 10 {
		t.Errorf("%d families, want 10", len(p.Families()))
	}
}

// The act of the last day of 2025 is judged by the old text, that of the next
// day by the renumbered one with the higher fine.
func TestBasesByDate(t *testing.T) {
	v, _ := mustPack(t, "cn").Violation("H02")
	tests := []struct {
		on, want string
		fine     int64
	}{{"2025-12-31", "cn-psl2012-42", 500_00}, {"2026-01-01", "cn-psl2025-50", 1000_00}}
	for _, tt := range tests {
		bs := v.Bases(calendar.MustDate(tt.on))
		if got := ids(bs); !slices.Equal(got, []string{tt.want, "cn-crim-293-1"}) {
			t.Errorf("%s: %v", tt.on, got)
			continue
		}
		if got := bs[0].Amounts[1]; got.Kind != "fine" || maxMinor(got) != tt.fine {
			t.Errorf("%s: fine %d fen, want %d", tt.on, maxMinor(got), tt.fine)
		}
		if bs[0].ByOffice() || len(bs.Penalty()) != 0 || len(bs.Referral()) != 2 {
			t.Errorf("%s: what the police punish is not the office's to punish", tt.on)
		}
		if c := bs[0].Citation(); !strings.Contains(c.ZH, "条款号待核对") || !strings.Contains(c.EN, "not verified") {
			t.Errorf("%s: unverified article number without a mark: %v", tt.on, c)
		}
	}
}

func maxMinor(a rulebook.Amount) int64 {
	n, _ := a.MaxMinor()
	return n
}

// A breach of a recommended standard is recorded apart from the legal basis of
// a penalty.
func TestBasesSplit(t *testing.T) {
	on := calendar.MustDate("2026-10-20")
	p := mustPack(t, "cn")
	tests := []struct{ code, standards, law, penalty string }{
		{"T01", "cn-gbt45251-hours cn-cba-hours", "cn-civil-1033", ""},
		{"P04", "cn-gbt45251-secrecy", "cn-pipl-28 cn-civil-1032 cn-cpl-29 cn-cpl-56", "cn-cpl-56"},
		{"G01", "cn-gbt45251-agency cn-cba-list", "cn-card-66 cn-bsl-46-5", "cn-bsl-46-5"},
		{"T05", "", "", ""},
	}
	for _, tt := range tests {
		v, _ := p.Violation(tt.code)
		bs := v.Bases(on)
		got := [3]string{strings.Join(ids(bs.Standards()), " "), strings.Join(ids(bs.Law()), " "), strings.Join(ids(bs.Penalty()), " ")}
		if got != [3]string{tt.standards, tt.law, tt.penalty} {
			t.Errorf("%s: %q", tt.code, got)
		}
	}
	if got := ids(p.PenaltyBases(on)); slices.Contains(got, "cn-psl2025-50") || !slices.Contains(got, "cn-bsl-46-5") {
		t.Errorf("penalty bases of the office: %v", got)
	}
	v, _ := p.Violation("T01")
	if got := ids(v.Bases(calendar.MustDate("2025-02-27")).Standards()); len(got) != 0 {
		t.Errorf("before GB/T 45251 and the guide: %v", got)
	}
}

func TestConfirmedAmounts(t *testing.T) {
	b, ok := mustPack(t, "cn").Basis("cn-bsl-46-5")
	lo, _ := b.Amounts[0].MinMinor()
	if !ok || lo != 200_000_00 || maxMinor(b.Amounts[0]) != 500_000_00 {
		t.Errorf("银监法 46(5): %+v", b.Amounts)
	}
	b, _ = mustPack(t, "us").Basis("us-12cfr1083-1")
	for i, want := range []int64{7_217_00, 36_083_00, 1_443_275_00} {
		if maxMinor(b.Amounts[i]) != want || !b.Amounts[i].PerUnverified {
			t.Errorf("tier %d: %+v", i+1, b.Amounts[i])
		}
	}
}

func TestLimits(t *testing.T) {
	p := mustPack(t, "cn")
	tests := []struct {
		key, unit    string
		n            int
		roll, marked bool
	}{
		{"complaint.accept", "workday", 7, false, false},
		{"complaint.forward", "workday", 7, false, true},
		{"complaint.supplement", "workday", 10, true, false},
		{"firm.answer", "day", 15, false, false},
		{"firm.answer_complex", "day", 30, false, false},
		{"firm.answer_extension", "day", 30, false, false},
		{"firm.review", "day", 30, false, true},
		{"report.accept", "day", 15, false, false},
		{"report.investigate", "day", 60, false, false},
		{"report.extend", "day", 30, false, false},
		{"penalty.decide", "day", 90, false, false},
		{"penalty.pay", "day", 15, true, false},
		{"penalty.service", "workday", 7, false, false},
		{"hearing.request", "workday", 5, true, false},
		{"review.apply", "day", 60, true, false},
		{"suit.direct", "month", 6, true, false},
		{"publication.withdraw", "workday", 3, false, false},
		{"publication.publish", "workday", 7, false, true},
	}
	for _, tt := range tests {
		l, ok := p.Limit(tt.key)
		if !ok || l.N != tt.n || l.Unit != tt.unit || l.Roll != tt.roll || l.Marked() != tt.marked {
			t.Errorf("%s: %+v", tt.key, l)
		}
	}
	if r, ok := p.Rate("surcharge"); !ok || r.Percent != 3 || r.CapPercent != 100 || r.Per != "day" {
		t.Errorf("surcharge: %+v", r)
	}
	if _, ok := p.LimitOn("report.accept", calendar.MustDate("2020-02-29")); ok {
		t.Error("report.accept ran before 2020-03-01")
	}
	if h, _ := p.Threshold("hearing.fine_unit_head"); h.Verified || h.Confidence != "low" {
		t.Errorf("superseded hearing threshold without its mark: %+v", h)
	}
}

func TestPublicChoices(t *testing.T) {
	for _, p := range mustLoad(t).Packs() {
		seen := map[string]bool{}
		for _, g := range p.PublicChoices() {
			for _, c := range g.Choices {
				if seen[c.Code] || c.Question.ZH == "" || c.Question.EN == "" {
					t.Errorf("%s %s: %+v", p.ID, g.ID, c)
				}
				seen[c.Code] = true
			}
		}
		for code, want := range map[string]bool{"T01": true, "T05": p.ID == "us", "G01": false, "H02": p.ID != "uk"} {
			if seen[code] != want {
				t.Errorf("%s: %s offered: %v, want %v", p.ID, code, seen[code], want)
			}
		}
	}
}

// Nothing is presented as confirmed law without a source, and nothing
// unconfirmed without a mark.
func TestNothingUnverifiedWithoutAMark(t *testing.T) {
	book := mustLoad(t)
	for _, p := range book.Packs() {
		for _, b := range p.AllBases() {
			if _, marked := b.Caveat(); marked == b.NumberVerified() {
				t.Errorf("%s: verified %v, marked %v", b.ID, b.NumberVerified(), marked)
			}
			if b.PenaltyBasis && (!b.Verified || !b.Strength.Hard()) {
				t.Errorf("%s carries a penalty", b.ID)
			}
			for _, s := range b.Source {
				if _, ok := book.Source(s); !ok {
					t.Errorf("%s: no source %s", b.ID, s)
				}
			}
		}
		for _, l := range p.Limits() {
			if !l.Verified && l.Strength != rulebook.Office && !l.Marked() {
				t.Errorf("%s is shown as law", l.Key)
			}
		}
		for _, r := range p.Rules() {
			if r.Strength == "binding" && !r.Verified && r.Confidence == "" {
				t.Errorf("%s %s is shown as law", p.ID, r.ID)
			}
		}
	}
}

func TestContactRules(t *testing.T) {
	cn, us := mustPack(t, "cn"), mustPack(t, "us")
	for id, want := range map[string]int{"R03": 3, "R04": 6} {
		if r, _ := cn.Rule(id); r.Strength != "standard" || r.Numbers["max"] != want || r.Zone != "Asia/Shanghai" {
			t.Errorf("cn %s: %+v", id, r)
		}
	}
	if r, _ := us.Rule("R05"); r.Strength != "presumption" || r.Numbers["max"] != 7 || r.Numbers["window_days"] != 7 {
		t.Errorf("us R05: %+v", r)
	}
	if r, _ := us.Rule("R01"); r.Hours.Kind != "permitted" || r.Hours.End != "21:00" {
		t.Errorf("us R01: %+v", r.Hours)
	}
	if _, ok := us.Rule("R03"); ok {
		t.Error("the Chinese daily cap stands in the American pack")
	}
}

func TestTextIn(t *testing.T) {
	x := rulebook.Text{ZH: "上门", EN: "Visits"}
	for lang, want := range map[string]string{"zh": "上门", "zh-CN": "上门", "en": "Visits", "en-GB": "Visits", "": "上门"} {
		if got := x.In(lang); got != want {
			t.Errorf("In(%q) = %q", lang, got)
		}
	}
}

func TestJSON(t *testing.T) {
	v, _ := mustPack(t, "cn").Violation("H02")
	raw, err := json.Marshal(v.Bases(calendar.MustDate("2026-01-01"))[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"from":"2026-01-01"`, `"penalty_basis":true`, `"verified":true`, `"number_unverified":true`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("want %s in %s", want, raw)
		}
	}
}

// What callers get is theirs: changing it must not change the law.
func TestImmutable(t *testing.T) {
	p := mustPack(t, "us")
	codes, _ := p.MapCFPB("Attempts to collect debt not owed", "Debt was paid")
	codes[0] = "X99"
	p.Limits()[0].N = 999
	if again, _ := p.MapCFPB("Attempts to collect debt not owed", "Debt was paid"); again[0] != "F01" {
		t.Errorf("map changed to %v", again)
	}
	if p.Limits()[0].N == 999 {
		t.Error("limit changed")
	}
}

// Every debt-collection row of the published samples must map.
func TestCFPBMapAgainstPublishedRows(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/fixtures/cfpb/*.csv") // the pattern is well-formed
	if len(files) == 0 {
		if os.Getenv("DUNWATCH_TEST_STRICT") == "1" {
			t.Fatal("no CFPB samples in ../../../shared/fixtures/cfpb")
		}
		t.Skip("no CFPB samples in ../../../shared/fixtures/cfpb")
	}
	p, rows := mustPack(t, "us"), 0
	for _, name := range files {
		for _, r := range debtRows(t, p, name) {
			rows++
			codes, ok := p.MapCFPB(r[0], r[1])
			if !ok {
				t.Errorf("%s: no code for %q / %q", filepath.Base(name), r[0], r[1])
			}
			for _, c := range codes {
				if _, ok := p.Violation(c); !ok {
					t.Errorf("%q / %q maps to unknown %s", r[0], r[1], c)
				}
			}
		}
	}
	if rows < 300 {
		t.Errorf("only %d debt-collection rows read", rows)
	}
	if _, ok := p.MapCFPB("Communication tactics", "Sent a carrier pigeon"); ok {
		t.Error("an unknown sub-issue mapped")
	}
}

// debtRows returns issue and sub-issue of the debt-collection rows of a file,
// none if it lacks the columns.
func debtRows(t *testing.T, p *rulebook.Pack, name string) (out [][2]string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	product, issue, sub := slices.Index(head, "Product"), slices.Index(head, "Issue"), slices.Index(head, "Sub-issue")
	if product < 0 || issue < 0 || sub < 0 {
		return nil
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p.CFPBProduct(rec[product]) {
			out = append(out, [2]string{rec[issue], rec[sub]})
		}
	}
}
