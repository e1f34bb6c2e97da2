package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func monthly(t *testing.T, d desk, month, pack string, lang locale.Lang) *report.Report {
	t.Helper()
	m, err := d.Monthly(context.Background(), supervisor, calendar.MustMonth(month), pack, lang)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The JSON form is what scripts rely on: a change of it must be seen.
func TestJSON(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		newWorld(60, now).insert(t, db)
		d := newDesk(t, db)
		var b bytes.Buffer
		m := monthly(t, d, "2026-09", "cn", locale.EN)
		m.Rulebook["cn"] = "cn-1" // the rulebook has its own versions
		if err := m.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "2026-09.golden.json")
		if *update {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("JSON differs from %s; look at it and run with -update\n%s", golden, b.String())
		}
	})
}

// The names that the design fixes, in an empty office.
func TestJSONShape(t *testing.T) {
	d := newDesk(t, storetest.Open(t))
	var b bytes.Buffer
	if err := monthly(t, d, "2026-10", "", locale.ZH).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Month, Pack string
		Revision    *int
		Frozen      *bool
		CutOff      string `json:"cut_off"`
		Headline    map[string]int64
		Tables      []struct {
			ID, Title string
			Columns   []string
			Rows      [][]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	// It is 10:00 on 20 October: the cut-off is now, this second included.
	if got.Month != "2026-10" || got.Pack != "all" || got.Revision == nil || got.Frozen == nil || got.CutOff != "2026-10-20T10:00:01+08:00" {
		t.Errorf("head = %+v", got)
	}
	for _, k := range []string{"received", "accepted", "closed", "open", "overdue", "findings_substantiated", "penalties_issued", "penalty_amount_fen"} {
		if n, ok := got.Headline[k]; !ok || n != 0 {
			t.Errorf("headline.%s = %d, %v", k, n, ok)
		}
	}
	var ids []string
	for _, tab := range got.Tables {
		ids = append(ids, tab.ID)
		if tab.Rows == nil || len(tab.Columns) == 0 || tab.Title == "" {
			t.Errorf("table %s = %+v", tab.ID, tab)
		}
	}
	for _, id := range []string{"by_channel", "by_code", "by_firm", "by_region", "by_outcome", "timeliness", "penalties"} {
		if !slices.Contains(ids, id) {
			t.Errorf("no table %s in %v", id, ids)
		}
	}
}

// Every by_* table begins with the key and the count.
func TestKeyThenCount(t *testing.T) {
	db := storetest.Open(t)
	newWorld(100, now).insert(t, db)
	for _, tab := range monthly(t, newDesk(t, db), "2026-09", "", locale.ZH).Tables {
		if !strings.HasPrefix(tab.ID, "by_") {
			continue
		}
		for _, row := range tab.Rows {
			_, key := row[0].(string)
			if _, count := row[1].(int64); !key || !count || tab.Keys[1] != "count" {
				t.Errorf("%s begins with %v, %v", tab.ID, row[0], row[1])
			}
		}
	}
}

func TestCSV(t *testing.T) {
	db := storetest.Open(t)
	newWorld(300, now).insert(t, db)
	m := monthly(t, newDesk(t, db), "2026-09", "", locale.EN)
	var b bytes.Buffer
	if err := m.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked {
		t.Error("no byte order mark")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var heads []string
	product := false
	for i, line := range lines {
		if m.Table(line[0]) != nil && len(line) == 4 && line[2] == "2026-09" {
			heads = append(heads, line[0])
			if want := len(m.Table(line[0]).Columns); len(lines[i+1]) != want {
				t.Errorf("%s has %d columns, want %d", line[0], len(lines[i+1]), want)
			}
		}
		product = product || line[0] == "'=cmd|x"
		if line[0] == "penalty_amount_fen" && !strings.Contains(line[1], ".") {
			t.Errorf("amount %s is not in yuan", line[1])
		}
		if strings.HasPrefix(line[0], "=") {
			t.Errorf("a formula: %v", line)
		}
	}
	if len(heads) != len(m.Tables) || !product {
		t.Errorf("tables %v, product made safe: %v", heads, product)
	}
	if !strings.Contains(text, "Amount (yuan)") || !strings.Contains(text, "Share (%)") {
		t.Error("column names do not say what amounts and shares are in")
	}
}

func TestCSVIsSafe(t *testing.T) {
	for _, text := range []string{"=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "\u3000=1"} {
		m := &report.Report{Lang: "zh", Tables: []report.Table{{ID: "x", Columns: []string{"a"}, Kinds: []string{report.Text}, Rows: [][]any{{text}}}}}
		var b bytes.Buffer
		if err := m.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		r.FieldsPerRecord = -1
		lines, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		// Line ends are CRLF, and the writer keeps no lone CR within a cell.
		if got := lines[2][0]; got != "'"+strings.ReplaceAll(text, "\r", "") {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		v    any
		kind string
		want string
	}{
		{nil, report.Percent, "–"}, {int64(12345), report.Count, "12,345"}, {0.125, report.Percent, "12.5%"}, {-0.5, report.Percent, "-50%"},
		{int64(140_000_000), report.Fen, "¥1,400,000.00"}, {333.4, report.Fen, "¥3.33"}, {2.5, report.Days, "2.5"}, {"T01", report.Text, "T01"},
	} {
		if got := report.Format(locale.ZH, c.v, c.kind); got != c.want {
			t.Errorf("Format(%v, %s) = %q, want %q", c.v, c.kind, got, c.want)
		}
	}
}

func TestWhoMayRead(t *testing.T) {
	d, ctx, m := newDesk(t, storetest.Open(t)), context.Background(), calendar.MustMonth("2026-10")
	for role, want := range map[access.Role]fault.Kind{access.Public: fault.Unauthenticated, access.Borrower: fault.Forbidden, access.Firm: fault.Forbidden, access.Admin: fault.Forbidden} {
		by := access.Actor{Role: role}
		_, err1 := d.Monthly(ctx, by, m, "", locale.ZH)
		_, err2 := d.Months(ctx, by)
		_, err3 := d.Trend(ctx, by, m, 14)
		_, err4 := d.Behind(ctx, by, report.MonthPeriod(m), "", report.Figure{Table: "headline", Row: "overdue", Column: "value"}, locale.ZH)
		for i, err := range []error{err1, err2, err3, err4} {
			if fault.KindOf(err) != want || err == nil {
				t.Errorf("%s, deed %d: %v, want %s", role, i, err, want)
			}
		}
	}
	_, err1 := d.Monthly(ctx, supervisor, m, "xx", locale.ZH)
	_, err2 := d.Behind(ctx, supervisor, report.MonthPeriod(m), "", report.Figure{Table: "all", Row: "x", Column: "y"}, locale.ZH)
	_, err3 := d.Monthly(ctx, supervisor, calendar.Month{}, "", locale.ZH)
	for i, err := range []error{err1, err2, err3} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%d: %v, want not found", i, err)
		}
	}
}

func TestTrendAndMonths(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		w := newWorld(300, now)
		d, ctx := newDesk(t, db), context.Background()
		if months, err := d.Months(ctx, supervisor); err != nil || len(months) != 0 {
			t.Errorf("months of nothing = %v, %v", months, err)
		}
		w.insert(t, db)
		o := d.oracle(t, db)
		for _, pack := range []string{"", "us"} {
			points, err := d.PackTrend(ctx, supervisor, pack, calendar.MustMonth("2026-10"), 14)
			if err != nil || len(points) != 14 || points[0].Month.String() != "2025-09" || points[13].Month.String() != "2026-10" {
				t.Fatalf("trend = %v, %v", points, err)
			}
			for _, p := range points {
				h := o.At(report.MonthPeriod(p.Month), pack).Headline()
				if p.Received != h.Received || p.Accepted != h.Accepted || p.Closed != h.Closed {
					t.Errorf("%q %+v, want %+v", pack, p, h)
				}
			}
		}
		seen := map[string]bool{}
		for _, c := range w.complaints {
			seen[dayOf(c.receivedAt)[:7]] = true
			if k := c.theCase; k != nil {
				for _, on := range []string{k.openedOn, k.closedOn} {
					if on != "" {
						seen[on[:7]] = true
					}
				}
			}
		}
		months, err := d.Months(ctx, supervisor)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range months {
			if !seen[m.String()] {
				t.Errorf("%s has nothing", m)
			}
			if i > 0 && !m.Before(months[i-1]) {
				t.Errorf("%s after %s", m, months[i-1])
			}
		}
		if len(months) != len(seen) {
			t.Errorf("%d months, want %d", len(months), len(seen))
		}
	})
}
