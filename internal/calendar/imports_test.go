package calendar_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"dunwatch/internal/calendar"
)

func TestParseImportCSV(t *testing.T) {
	var b strings.Builder
	b.WriteString("\ufeffdate,off\r\n2028-01-03,true\r\n")
	for day := 1; day <= 8; day++ {
		fmt.Fprintf(&b, "2027-10-%02d, TRUE\r\n", day)
	}
	im, err := calendar.ParseImport(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(im.Days) != 9 || !im.Days[d("2027-10-08")] || !im.Days[d("2028-01-03")] {
		t.Errorf("days = %v", im.Days)
	}
	// One day of 2028 corrects, it does not announce.
	if len(im.Years) != 1 || im.Years[0] != 2027 {
		t.Errorf("years = %v, want 2027 alone", im.Years)
	}
}

func TestParseImportRefuses(t *testing.T) {
	day := func(date string) string { return `{"year":2026,"papers":[],"days":[` + "\n" + date + "\n]}" }
	for name, c := range map[string]struct {
		in      string
		line    int
		problem calendar.Problem
		value   string
	}{
		"nothing":          {"", 0, calendar.ProblemEmpty, ""},
		"header alone":     {"date,off\n", 0, calendar.ProblemEmpty, ""},
		"no header":        {"2026-01-01,true\n", 1, calendar.ProblemHeader, "2026-01-01,true"},
		"three columns":    {"date,off\n2026-01-01,true,x\n", 2, calendar.ProblemColumns, "2026-01-01,true,x"},
		"slashes":          {"date,off\n\n2026/1/1,true\n", 3, calendar.ProblemDate, "2026/1/1"},
		"no such day":      {"date,off\n2026-02-30,true\n", 2, calendar.ProblemDate, "2026-02-30"},
		"vague off":        {"date,off\n2026-01-01,maybe\n", 2, calendar.ProblemOff, "maybe"},
		"twice":            {"date,off\n2026-01-01,1\n2026-01-01,0\n", 3, calendar.ProblemTwice, "2026-01-01"},
		"open quote":       {"date,off\n\"2026-01-01,1\n", 2, calendar.ProblemSyntax, ""},
		"large":            {"date,off\n" + strings.Repeat(" ", 1<<20), 0, calendar.ProblemLarge, ""},
		"broken JSON":      {"{\"year\":2026,\n\"days\":[}", 2, calendar.ProblemSyntax, ""},
		"wrong type":       {"{\"year\":2026,\n\"days\":7}", 2, calendar.ProblemSyntax, ""},
		"JSON no off":      {day(`{"date":"2026-01-01"}`), 2, calendar.ProblemSyntax, ""},
		"JSON bad date":    {day(`{"date":"2026-01-1","isOffDay":true}`), 2, calendar.ProblemDate, "2026-01-1"},
		"JSON twice":       {day("{\"date\":\"2026-01-01\",\"isOffDay\":true},\n{\"date\":\"2026-01-01\",\"isOffDay\":true}"), 3, calendar.ProblemTwice, "2026-01-01"},
		"JSON other year":  {day(`{"date":"2027-05-01","isOffDay":true}`), 2, calendar.ProblemYear, "2027-05-01"},
		"JSON without day": {`{"year":2027,"papers":[],"days":[]}`, 0, calendar.ProblemEmpty, ""},
	} {
		_, err := calendar.ParseImport(strings.NewReader(c.in))
		var bad *calendar.ImportError
		if !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bad.Line != c.line || bad.Problem != c.problem || bad.Value != c.value {
			t.Errorf("%s: %+v, want line %d, %s, %q", name, *bad, c.line, c.problem, c.value)
		}
	}
	if got := (&calendar.ImportError{Line: 3, Problem: calendar.ProblemDate, Value: "2026/1/1"}).Error(); got != `read calendar import: line 3: want a date YYYY-MM-DD, have "2026/1/1"` {
		t.Error(got)
	}
}

// The notice of 2023 names a day of December 2022, and 2027 has no notice yet.
func TestParseImportOfRealFiles(t *testing.T) {
	im := mustImport(t, "2023.json")
	if len(im.Years) != 1 || im.Years[0] != 2023 || !im.Days[d("2022-12-31")] || len(im.Sources) == 0 {
		t.Errorf("2023: years %v, sources %v", im.Years, im.Sources)
	}
	_, err := calendar.ParseImport(mustFixture(t, "2027.json"))
	var bad *calendar.ImportError
	if !errors.As(err, &bad) || bad.Problem != calendar.ProblemEmpty {
		t.Errorf("2027: %v, want %s", err, calendar.ProblemEmpty)
	}
}
