package rulebook_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"dunwatch/internal/rulebook"
	"dunwatch/policies"
)

// copied returns the real rulebook in memory, so that a test can spoil a line.
func copied(t testing.TB) fstest.MapFS {
	t.Helper()
	sub, err := fs.Sub(policies.FS, "rulebook")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	err = fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(sub, name)
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spoil replaces the first occurrence after the marker and returns the line of
// the replacement.
func spoil(t testing.TB, f fstest.MapFS, file, marker, old, with string) int {
	t.Helper()
	raw := f[file].Data
	at := bytes.Index(raw, []byte(marker))
	if at < 0 {
		t.Fatalf("%s has no %q", file, marker)
	}
	i := bytes.Index(raw[at:], []byte(old))
	if i < 0 {
		t.Fatalf("%s has no %q after %q", file, old, marker)
	}
	at += i
	f[file] = &fstest.MapFile{Data: []byte(string(raw[:at]) + with + string(raw[at+len(old):]))}
	return 1 + bytes.Count(raw[:at], []byte("\n"))
}

func TestLoadNamesTheLine(t *testing.T) {
	tests := []struct {
		name, file, marker, old, with, want string
		// up is how many lines above the spoilt text the entry begins.
		up int
	}{
		{"unknown key", "cn/limits.yaml", "penalty.pay", "value:", "vaule:", "field vaule not found", 0},
		{"unknown key in a text", "cn/limits.yaml", "penalty.pay", "en:", "fr: x, en:", "field fr not found", 0},
		{"wrong kind of value", "cn/limits.yaml", "penalty.pay", "value: 15", "value: soon", "cannot unmarshal", 0},
		{"no value", "cn/limits.yaml", "penalty.pay", "value: 15", "value: 0", "limit penalty.pay: value must be positive", 0},
		{"unknown unit", "cn/limits.yaml", "penalty.pay", "unit: day", "unit: moon", `unit "moon"`, 0},
		{"unknown strength", "cn/limits.yaml", "penalty.pay", "strength: law", "strength: custom", `strength "custom"`, 7},
		{"two versions at once", "cn/limits.yaml", "hearing.notice", "hearing.notice", "hearing.request", "two versions run at once", 0},
		{"verified without source", "cn/limits.yaml", "penalty.pay", "    source: [S1]", "    note: {zh: 甲, en: a}", "is verified but names no source", 9},
		{"unmarked number", "cn/limits.yaml", "firm.review_request", "    confidence: high\n", "", "confidence must be high, medium or low", 9},
		{"unknown source", "cn/limits.yaml", "penalty.pay", "[S1]", "[S999]", "source S999 is not in sources.yaml", 9},
		{"rate without percent", "cn/limits.yaml", "rates:", "percent: 3", "percent: 0", "rate surcharge: percent must be positive", 2},
		{"bad date", "cn/legal_bases.yaml", "id: cn-psl2012-42", "to: 2025-12-31", "to: 2025-02-30", `parse date "2025-02-30"`, 0},
		{"dates out of order", "cn/legal_bases.yaml", "id: cn-psl2012-42", "to: 2025-12-31", "from: 2026-05-01\n    to: 2025-12-31", "before it begins", 7},
		{"gap to the successor", "cn/legal_bases.yaml", "id: cn-psl2012-42", "to: 2025-12-31", "to: 2025-12-30", "must end the day before cn-psl2025-50 begins", 7},
		{"basis twice", "cn/legal_bases.yaml", "id: cn-cba-redial", "cn-cba-redial", "cn-cba-hours", "basis cn-cba-hours stands twice", 0},
		{"Chinese missing", "cn/legal_bases.yaml", "id: cn-bsl-47", "zh: ", "# zh: \n      ", "Chinese missing", 0},
		{"English missing", "cn/grounds.yaml", "key: not_our_duty", `, en: "Outside the office's remit"`, "", "English missing", 0},
		{"Chinese for English", "cn/grounds.yaml", "key: not_our_duty", "Outside", "职责", "English text holds Chinese", 0},
		{"blank", "cn/channels.yaml", "id: sms", `"短信"`, `""`, "zh is blank", 0},
		{"standard as penalty basis", "cn/legal_bases.yaml", "id: cn-cba-redial", "strength: guide", "strength: guide\n    penalty_basis: true\n    imposed_by: office", "a guide cannot carry a penalty", 3},
		{"hearsay as penalty basis", "us/legal_bases.yaml", "id: us-udaap", "strength: law", "strength: law\n    penalty_basis: true\n    imposed_by: office", "an unverified provision cannot carry a penalty", 4},
		{"unknown penalty kind", "cn/legal_bases.yaml", "id: cn-bsl-46-5", "kind: fine", "kind: whip", `penalty kind "whip" is unknown`, 0},
		{"amounts out of order", "cn/legal_bases.yaml", "id: cn-bsl-46-5", "min: 200000", "min: 900000", "positive and in order", 0},
		{"unknown family", "cn/violations.yaml", "code: T02", "family: T", "family: Z", `family "Z" is unknown`, 1},
		{"code twice", "cn/violations.yaml", "code: T02", "T02", "T01", "violation T01 stands twice", 0},
		{"unknown basis", "cn/violations.yaml", "code: T04", "cn-cba-redial", "cn-cba-redail", `basis "cn-cba-redail" is unknown`, 0},
		{"successor forgotten", "cn/violations.yaml", "code: P05", "      - {basis: cn-psl2025-50}\n", "", "its successor cn-psl2025-50 is not a hook", 1},
		{"unknown rule", "cn/violations.yaml", "code: T04", "R04", "R99", "rule R99 is unknown", 0},
		{"unknown evidence type", "cn/violations.yaml", "code: T04", "call_log", "call_dog", "evidence type call_dog is unknown", 0},
		{"unknown group", "cn/violations.yaml", "code: T04", "group: contact", "group: contract", `group "contract" is unknown`, 0},
		{"offered without law", "cn/violations.yaml", "code: T05", "severity: 3", "severity: 3\n    group: contact", "no provision covers it", -1},
		{"severity off the scale", "cn/violations.yaml", "code: T05", "severity: 3", "severity: 6", "severity 6 is not on the scale", 0},
		{"rule to nowhere", "cn/contact_rules.yaml", "id: R03", "code: T03", "code: T99", `violation "T99" is unknown`, 3},
		{"rule of no weight", "cn/contact_rules.yaml", "id: R03", "strength: standard", "strength: firm", `strength "firm"`, 4},
		{"rule in no zone", "cn/contact_rules.yaml", "id: R03", "Asia/Shanghai", "Asia/Nowhere", "neither an IANA zone", 6},
		{"rule without number", "cn/contact_rules.yaml", "id: R03", "max: 3", "max: 0", "max must be positive", 0},
		{"bad clock", "cn/contact_rules.yaml", "id: R01", `"22:00"`, `"25:00"`, "hours are HH:MM", 0},
		{"bad pattern", "cn/contact_rules.yaml", "id: R12", "退订|", "退订(|", "missing closing", 0},
		{"map to nowhere", "us/cfpb_map.yaml", `"Debt was paid"`, "F01", "F99", "points to unknown F99", 0},
		{"unknown ground kind", "cn/grounds.yaml", "  refer:", "refer:", "prefer:", `ground kind "prefer"`, -1},
		{"zone of the pack", "us/pack.yaml", "zone:", "America/New_York", "Mars/Olympus", "is not an IANA zone", 0},
		{"folder and id", "us/pack.yaml", "id:", "id: us", "id: usa", "must be the name of the folder", 0},
		{"syntax", "us/pack.yaml", "zone:", "zone: America", "zone: [America", "did not find expected", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := copied(t)
			line := spoil(t, f, tt.file, tt.marker, tt.old, tt.with) - tt.up
			_, err := rulebook.Load(f)
			if err == nil {
				t.Fatal("loaded")
			}
			if tt.name == "syntax" { // the parser names a line nearby
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("want %q in:\n%v", tt.want, err)
				}
				return
			}
			at := fmt.Sprintf("%s:%d: ", tt.file, line)
			for _, l := range strings.Split(strings.TrimPrefix(err.Error(), "rulebook: "), "\n") {
				if strings.HasPrefix(l, at) && strings.Contains(l, tt.want) {
					return
				}
			}
			t.Errorf("want %s...%s in:\n%v", at, tt.want, err)
		})
	}
}

func TestLoadReportsEveryMistake(t *testing.T) {
	f := copied(t)
	spoil(t, f, "cn/limits.yaml", "penalty.pay", "value: 15", "value: -1")
	spoil(t, f, "cn/limits.yaml", "hearing.request", "value: 5", "value: 0")
	spoil(t, f, "us/contact_rules.yaml", "id: R05", "max: 7", "max: 0")
	f["cn/limts.yaml"] = &fstest.MapFile{Data: []byte("limits: []\n")}
	delete(f, "uk/grounds.yaml")
	_, err := rulebook.Load(f)
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{"limit penalty.pay: value", "limit hearing.request: value", "rule R05: max must",
		"cn/limts.yaml: not a file of a rulebook pack", "uk/grounds.yaml: missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in:\n%v", want, err)
		}
	}
}

func TestDigestFollowsTheText(t *testing.T) {
	f := copied(t)
	before, err := rulebook.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, f, "us/limits.yaml", "firm.answer", "value: 15", "value: 16")
	after, err := rulebook.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"cn", "us"} {
		a, _ := before.Pack(id)
		b, _ := after.Pack(id)
		if len(a.Digest()) != 64 || (a.Digest() == b.Digest()) != (id == "cn") {
			t.Errorf("%s: digests %s and %s", id, a.Digest(), b.Digest())
		}
	}
}
