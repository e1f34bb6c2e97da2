package report_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"dunwatch/internal/access"
	"dunwatch/internal/audit/audittest"
	"dunwatch/internal/calendar"
	"dunwatch/internal/chart"
	"dunwatch/internal/fault"
	"dunwatch/internal/lawtest"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
	"dunwatch/internal/store"
	"dunwatch/internal/store/storetest"
)

var september = report.MonthPeriod(calendar.MustMonth("2026-09"))

func whole(t *testing.T, d desk, p report.Period, pack string, lang locale.Lang) *report.Report {
	t.Helper()
	r, err := d.Whole(context.Background(), supervisor, p, pack, lang)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// freezer is the desk with a record, which freezing is written into.
func (d desk) freezer(t testing.TB, db *store.DB) *report.Service {
	t.Helper()
	return report.New(db, audittest.New(t, db), lawtest.Policy(t), lawtest.Book(t), d.calendars, beijing, d.words)
}

// forms are the files of a report.
func forms(t *testing.T, d desk, r *report.Report) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, write := range map[string]func(io.Writer) error{
		"json": r.WriteJSON, "csv": r.WriteCSV, "xlsx": d.Form(r).WriteXLSX,
		"pdf": func(w io.Writer) error { _, err := d.Form(r).WritePDF(w); return err },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.Bytes()
	}
	return out
}

// The trend is, month by month, what the report of the month says, and the mean is that of three.
func TestTrendTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		newWorld(120, now).insert(t, db)
		d := newDesk(t, db)
		for _, pack := range []string{"", "us"} {
			r := whole(t, d, september, pack, locale.ZH)
			if len(r.Trend.Rows) != 13 || r.Trend.RowKeys[0] != "2025-09" || r.Trend.RowKeys[12] != "2026-09" {
				t.Fatalf("months %v", r.Trend.RowKeys)
			}
			at := map[calendar.Month]report.Headline{}
			for back := range 15 {
				m := september.From.Add(-back)
				at[m] = monthly(t, d, m.String(), pack, locale.ZH).Headline
			}
			for i, row := range r.Trend.Rows {
				m := calendar.MustMonth(r.Trend.RowKeys[i])
				mean := math.Round(float64(at[m].Received+at[m.Add(-1)].Received+at[m.Add(-2)].Received)/3*10) / 10
				if row[1] != at[m].Received || row[2] != mean || row[3] != at[m].Accepted || row[4] != at[m].Closed {
					t.Errorf("%q %v, want %+v and a mean of %v", pack, row, at[m], mean)
				}
				if link := r.TrendLink(i, 1); !strings.HasPrefix(link, "/reports/"+m.String()+"/behind?") || r.TrendLink(i, 2) != "" {
					t.Errorf("link of %s: %s", m, link)
				}
			}
		}
	})
}

// A chart draws its table and nothing else: what is drawn is in proportion to the cells.
func TestPicturesDrawTheirTables(t *testing.T) {
	db := storetest.Open(t)
	newWorld(300, now).insert(t, db)
	d := newDesk(t, db)
	seen := map[string]bool{}
	for _, lang := range locale.Langs {
		r := whole(t, d, september, "", lang)
		for _, tab := range r.Listed() {
			for _, p := range r.Pictures(tab) {
				if p.Title == "" || p.Desc == "" || lang == locale.ZH && seen[p.ID] {
					t.Errorf("picture %s of %s: %q, %q", p.ID, tab.ID, p.Title, p.Desc)
				}
				seen[p.ID] = true
			}
		}
		codes := r.Table("by_code")
		var bars []chart.Shape
		for _, s := range r.Pictures(codes)[0].Shapes {
			if s.Kind == chart.Rect {
				bars = append(bars, s)
			}
		}
		for i, b := range bars {
			want := float64(codes.Rows[i][1].(int64)) / float64(codes.Rows[0][1].(int64))
			if math.Abs(b.W/bars[0].W-want) > 0.01 {
				t.Errorf("bar %d is %.2f of the first, want %.2f", i, b.W/bars[0].W, want)
			}
		}
	}
	for _, id := range []string{"trend", "by-province", "by-code", "by-firm-lender", "by-outcome-screening", "timeliness"} {
		if !seen["picture-"+id] {
			t.Errorf("no picture %s among %v", id, seen)
		}
	}
	if missing := d.words.Missing(); len(missing) > 0 {
		t.Errorf("words missing: %v", missing)
	}
}

// What is frozen stays what it is in every form, and every form is the same bytes each time.
func TestFormsOfAFrozenMonthStay(t *testing.T) {
	db := storetest.Open(t)
	newWorld(200, now).insert(t, db)
	d := newDesk(t, db)
	live := whole(t, d, september, "", locale.ZH)
	if _, err := d.freezer(t, db).Freeze(context.Background(), access.Program, september, ""); err != nil {
		t.Fatal(err)
	}
	before := forms(t, d, whole(t, d, september, "", locale.ZH))
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(context.Background(), "UPDATE complaints SET product = 'other' WHERE received_on >= '2026-09-01' AND received_on < '2026-09-20'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := whole(t, d, september, "", locale.ZH)
	if fmt.Sprint(r.Trend.Rows) != fmt.Sprint(live.Trend.Rows) || r.Trend.Rows[12][1] != r.Headline.Received {
		t.Errorf("the frozen trend\n%v\nis not what it was\n%v", r.Trend.Rows, live.Trend.Rows)
	}
	for name, content := range forms(t, d, r) {
		if !bytes.Equal(content, before[name]) {
			t.Errorf("%s has other bytes after the month was corrected", name)
		}
	}
}

func TestPDF(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		storetest.SkipOrFail(t, "pdftotext is not installed (Debian: apt-get install poppler-utils)")
	}
	db := storetest.Open(t)
	newWorld(300, now).insert(t, db)
	d := newDesk(t, db)
	for lang, words := range map[locale.Lang][]string{
		locale.ZH: {"催收监督月报", "2026年9月", "目录", "未定稿", "第1页共", "合计", "指标解释", "编制说明"},
		locale.EN: {"Monthlyenforcementreport", "September2026", "Contents", "Notfrozen", "Page1of", "Total", "Definitions"},
	} {
		r := whole(t, d, september, "", lang)
		var b bytes.Buffer
		missing, err := d.Form(r).WritePDF(&b)
		if err != nil || len(missing) > 0 {
			t.Fatalf("%s: %v, no glyph for %q", lang, err, string(missing))
		}
		file := filepath.Join(t.TempDir(), "r.pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(" ", "", "\n", "", "　", "").Replace(string(out))
		for _, tab := range r.Listed() {
			words = append(words, strings.ReplaceAll(tab.Title, " ", ""))
		}
		for _, x := range r.Notes {
			words = append(words, strings.NewReplacer(" ", "", "　", "").Replace(x)[:12])
		}
		for _, word := range words {
			word = strings.ReplaceAll(word, "’", "'") // as English is set on paper
			if !strings.Contains(text, word) {
				t.Errorf("%s: the paper does not say %q", lang, word)
			}
		}
		for i, page := range strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")[3:] {
			if len([]rune(strings.Join(strings.Fields(page), ""))) < 60 {
				t.Errorf("%s: page %d is nearly empty: %q", lang, i+4, page)
			}
		}
	}
}

func TestXLSX(t *testing.T) {
	db := storetest.Open(t)
	newWorld(300, now).insert(t, db)
	d := newDesk(t, db)
	r := whole(t, d, september, "", locale.EN)
	content := forms(t, d, r)["xlsx"]
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) != len(r.Listed())+3 { // what it is, the briefs, and the definitions
		t.Fatalf("sheets %v", sheets)
	}
	dangerous := false
	for i, tab := range r.Listed() {
		name := sheets[i+1]
		rows, err := f.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		want := len(tab.Rows) + 1
		if tab.Totals != nil {
			want++
		}
		if len(rows) != want || len([]rune(name)) > 31 {
			t.Errorf("sheet %q has %d rows, want %d", name, len(rows), want)
		}
		for n := range tab.Rows {
			for c, j := range reading(tab) {
				cell, _ := excelize.CoordinatesToCellName(c+1, n+2)
				kind, _ := f.GetCellType(name, cell)
				value, _ := f.GetCellValue(name, cell, excelize.Options{RawCellValue: true})
				dangerous = dangerous || strings.HasPrefix(value, "=")
				if got := said(cellOf(tab, n, j)); got != value && !strings.HasSuffix(tab.Keys[j], "_on") {
					t.Errorf("%s %s is %q, want %s", name, cell, value, got)
				}
				if tab.Kinds[j] == report.Text != (kind == excelize.CellTypeInlineString) && value != "" && !strings.HasSuffix(tab.Keys[j], "_on") {
					t.Errorf("%s %s (%s) of kind %s is of type %v", name, cell, value, tab.Kinds[j], kind)
				}
			}
		}
		if tables, _ := f.GetTables(name); len(tables) != min(len(tab.Rows), 1) {
			t.Errorf("%s has %d filters", name, len(tables))
		}
	}
	if !dangerous {
		t.Error("no cell begins like a formula: the test shows nothing")
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		in, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(in)
		if strings.HasPrefix(part.Name, "xl/worksheets/") && bytes.Contains(text, []byte("<f>")) {
			t.Errorf("%s holds a formula", part.Name)
		}
	}
}

// reading are the columns as the workbook has them: those for people, then the others.
func reading(t *report.Table) []int {
	order, seen := t.Reading(), map[int]bool{}
	for _, j := range order {
		seen[j] = true
	}
	for j := range t.Keys {
		if !seen[j] {
			order = append(order, j)
		}
	}
	return order
}

// cellOf is what a spreadsheet should hold: yuan, and nothing where there is no figure.
func cellOf(t *report.Table, row, column int) any {
	v := t.Rows[row][column]
	switch n := v.(type) {
	case nil:
		return ""
	case int64:
		if t.Kind(row, column) == report.Fen {
			return float64(n) / 100
		}
	case float64:
		if t.Kind(row, column) == report.Fen {
			return n / 100
		}
	}
	return v
}

func said(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func TestTableCSV(t *testing.T) {
	db := storetest.Open(t)
	newWorld(100, now).insert(t, db)
	r := whole(t, newDesk(t, db), september, "", locale.ZH)
	var all bytes.Buffer
	if err := r.WriteCSV(&all); err != nil {
		t.Fatal(err)
	}
	for _, tab := range r.Listed() {
		var b bytes.Buffer
		if err := r.WriteTableCSV(&b, tab.ID); err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(b.String(), "\ufeff")
		if !ok || strings.Count(text, "\r\n") < len(tab.Rows)+1 || !strings.Contains(all.String(), "\r\n"+text) {
			t.Errorf("%s is not the part of the whole: %q", tab.ID, text)
		}
	}
	if err := r.WriteTableCSV(io.Discard, "nothing"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a table that there is not: %v", err)
	}
}

// obeys holds a decoded value against a schema: the words that report.Schema uses.
func obeys(at string, v any, s map[string]any) (wrong []string) {
	kinds, ok := s["type"].([]any)
	if !ok {
		kinds = []any{s["type"]}
	}
	if kind := kindOf(v); !hasKind(kinds, kind) {
		return []string{fmt.Sprintf("%s is %s, want %v", at, kind, kinds)}
	}
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			wrong = append(wrong, obeys(fmt.Sprintf("%s[%d]", at, i), x, s["items"].(map[string]any))...)
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, key := range required {
			if _, ok := v[key.(string)]; !ok {
				wrong = append(wrong, fmt.Sprintf("%s lacks %s", at, key))
			}
		}
		for key, x := range v {
			of, ok := properties[key].(map[string]any)
			if !ok {
				of, ok = s["additionalProperties"].(map[string]any)
			}
			if !ok {
				wrong = append(wrong, at+" has "+key)
				continue
			}
			wrong = append(wrong, obeys(at+"."+key, x, of)...)
		}
	}
	return wrong
}

func hasKind(kinds []any, kind string) bool {
	for _, k := range kinds {
		if k == kind || k == "number" && kind == "integer" {
			return true
		}
	}
	return false
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	default:
		return "object"
	}
}

func TestJSONObeysItsSchema(t *testing.T) {
	db := storetest.Open(t)
	newWorld(150, now).insert(t, db)
	d, ctx := newDesk(t, db), context.Background()
	var schema, public map[string]any
	for text, into := range map[string]*map[string]any{string(report.Schema()): &schema, string(report.PublicSchema()): &public} {
		if err := json.Unmarshal([]byte(text), into); err != nil || (*into)["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Fatalf("schema: %v, %s", err, text)
		}
	}
	check := func(name string, content []byte, s map[string]any) map[string]any {
		var v map[string]any
		if err := json.Unmarshal(content, &v); err != nil {
			t.Fatal(err)
		}
		for _, w := range obeys(name, v, s) {
			t.Error(w)
		}
		return v
	}
	live := forms(t, d, whole(t, d, september, "", locale.ZH))["json"]
	v := check("live", live, schema)
	if _, err := d.freezer(t, db).Freeze(ctx, access.Program, september, ""); err != nil {
		t.Fatal(err)
	}
	check("frozen", forms(t, d, whole(t, d, september, "", locale.EN))["json"], schema)
	err := db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE complaints SET product = 'one' WHERE received_on >= '2026-09-01' AND received_on < '2026-09-10'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.freezer(t, db).Freeze(ctx, access.Program, september, "更正业务品种"); err != nil {
		t.Fatal(err)
	}
	if got := check("revised", forms(t, d, whole(t, d, september, "", locale.EN))["json"], schema); got["changes"] == nil {
		t.Error("the revision has no changes: the test shows less than it should")
	}
	p, err := d.Public(ctx, september)
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	check("public", content, public)
	v["surprise"] = 1.0
	delete(v, "pack")
	if wrong := obeys("spoilt", v, schema); len(wrong) != 2 {
		t.Errorf("a spoilt report has these faults: %v", wrong)
	}
}
