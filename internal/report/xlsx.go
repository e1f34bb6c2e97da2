package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"dunwatch/internal/calendar"
	"dunwatch/internal/chart"
)

// WriteXLSX writes the report as a workbook: what it is, a sheet for each table with typed cells, filters and a head that stays,
// and the definitions. No figure is an empty cell. Words are stored as words, never as formulas. The same report gives the same
// bytes.
func (f Form) WriteXLSX(w io.Writer) error {
	b := &workbook{Form: f, file: excelize.NewFile()}
	defer b.file.Close()
	if err := b.fill(); err != nil {
		return fmt.Errorf("write workbook of %s: %w", f.Month, err)
	}
	var buf bytes.Buffer
	if err := b.file.Write(&buf); err != nil {
		return fmt.Errorf("write workbook of %s: %w", f.Month, err)
	}
	if err := settle(w, buf.Bytes()); err != nil {
		return fmt.Errorf("write workbook of %s: %w", f.Month, err)
	}
	return nil
}

// settle writes the parts of a workbook in the order of their names: the library puts those that were streamed in any.
func settle(w io.Writer, book []byte) error {
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int {
		if first := "[Content_Types].xml"; a.Name == first || b.Name == first {
			return map[bool]int{true: -1, false: 1}[a.Name == first]
		}
		return strings.Compare(a.Name, b.Name)
	})
	out := zip.NewWriter(w)
	for _, part := range in.File {
		from, err := part.Open()
		if err != nil {
			return err
		}
		to, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate})
		if err == nil {
			_, err = io.Copy(to, from)
		}
		from.Close()
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// workbook is a report on its way into sheets.
type workbook struct {
	Form
	file   *excelize.File
	styles map[string]int
	names  []string
	// briefName is that of the sheet of briefs; "" where the report tells none.
	briefName string
}

func (b *workbook) fill() error {
	at := b.CutOff.UTC().Format(time.RFC3339)
	if err := b.file.SetDocProps(&excelize.DocProperties{Creator: b.office(), LastModifiedBy: b.office(), Created: at, Modified: at,
		Title: b.title() + " " + b.period(), Language: b.lang().Tag()}); err != nil {
		return err
	}
	if err := b.makeStyles(); err != nil {
		return err
	}
	tables := b.Listed()
	for i, t := range tables {
		b.names = append(b.names, sheetName(fmt.Sprintf("%02d %s", i+1, t.Title)))
	}
	if b.TellsBriefs() {
		b.briefName = sheetName(fmt.Sprintf("%02d %s", len(tables)+1, b.t("report.section."+sectionBriefs)))
	}
	if err := b.about(tables); err != nil {
		return err
	}
	for i, t := range tables {
		if err := b.sheet(t, i); err != nil {
			return fmt.Errorf("sheet %s: %w", t.ID, err)
		}
	}
	if b.briefName != "" {
		if err := b.briefSheet(); err != nil {
			return fmt.Errorf("sheet of briefs: %w", err)
		}
	}
	if err := b.terms(); err != nil {
		return err
	}
	b.file.SetActiveSheet(0)
	return nil
}

// sheetName is a title that spreadsheets take: without their marks, at most 31 UTF-16 units. The number before it keeps names
// apart.
func sheetName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, title)
	rs := []rune(name)
	for len(utf16.Encode(rs)) > 31 {
		rs = rs[:len(rs)-1]
	}
	return strings.TrimSpace(string(rs))
}

// stream begins a sheet; columns are widths.
func (b *workbook) stream(name string, widths ...float64) (*excelize.StreamWriter, error) {
	if _, err := b.file.NewSheet(name); err != nil {
		return nil, err
	}
	fit, lying, once, any := true, "landscape", 1, 0 // printed as wide as the paper, as many pages as it takes
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return nil, err
	}
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &lying, FitToWidth: &once, FitToHeight: &any}); err != nil {
		return nil, err
	}
	w, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, width := range widths {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (b *workbook) styled(style string, texts ...string) []any {
	out := make([]any, 0, len(texts))
	for _, text := range texts {
		out = append(out, excelize.Cell{StyleID: b.styles[style], Value: text})
	}
	return out
}

// lined writes lines of words one below the other, each as high as its words need in columns of these widths, and ends the sheet.
func lined(w *excelize.StreamWriter, lines [][]any, widths ...float64) error {
	for i, line := range lines {
		height := 1.0
		for j, v := range line {
			if c, ok := v.(excelize.Cell); ok && j < len(widths) {
				height = max(height, math.Ceil(chart.Width(fmt.Sprint(c.Value), 1)/0.56/widths[j]))
			}
		}
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := w.SetRow(cell, line, excelize.RowOpts{Height: min(15*height+3, 400)}); err != nil {
			return err
		}
	}
	return w.Flush()
}

// put writes lines from a row on.
func put(w *excelize.StreamWriter, row int, lines [][]any) error {
	for i, line := range lines {
		cell, err := excelize.CoordinatesToCellName(1, row+i)
		if err != nil {
			return err
		}
		if err := w.SetRow(cell, line); err != nil {
			return err
		}
	}
	return nil
}

// about is the first sheet: what the report is, which sheets there are, how the figures are made.
func (b *workbook) about(tables []*Table) error {
	name := sheetName(b.t("report.form.about_sheet"))
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	widths := []float64{30, 60, 80}
	w, err := b.stream(name, widths...)
	if err != nil {
		return err
	}
	lines := [][]any{b.styled(styleTitle, b.title()+" "+b.period()), b.styled(styleWrap, b.office()), nil}
	for _, x := range b.facts() {
		lines = append(lines, b.styled(styleWrap, x.name, x.value))
	}
	lines = append(lines, nil, b.styled(styleHead, b.t("report.form.sheet"), b.t("report.form.table"), b.t("report.form.counts")))
	for i, t := range tables {
		lines = append(lines, b.styled(styleWrap, b.names[i], t.Title, t.Note))
	}
	if b.briefName != "" {
		lines = append(lines, b.styled(styleWrap, b.briefName, b.t("report.section."+sectionBriefs), b.t("report.brief.note")))
	}
	lines = append(lines, nil, b.styled(styleHead, b.t("report.form.method")))
	for i, note := range b.Notes {
		lines = append(lines, b.styled(styleWrap, "", b.t("report.form.item", i+1, note)))
	}
	return lined(w, append(lines, b.styled(styleWrap, "", b.t("report.form.blank"))), widths...)
}

// terms is the sheet of the definitions.
func (b *workbook) terms() error {
	widths := []float64{24, 80, 60, 10, 26}
	w, err := b.stream(sheetName(b.t("report.form.terms")), widths...)
	if err != nil {
		return err
	}
	lines := [][]any{b.styled(styleHead, b.t("report.form.term"), b.t("report.form.meaning"), b.t("report.form.formula"), b.t("report.form.version"), b.t("report.form.id"))}
	for _, x := range b.used() {
		lines = append(lines, append(b.styled(styleWrap, x.Name, x.Text, x.Formula), x.Version, x.ID))
	}
	return lined(w, lines, widths...)
}

// columnsOf are all columns, those for people first.
func columnsOf(t *Table) []int {
	order := t.Reading()
	for j := range t.Keys {
		if !slices.Contains(order, j) {
			order = append(order, j)
		}
	}
	return order
}

func (b *workbook) sheet(t *Table, i int) error {
	order := columnsOf(t)
	widths := make([]float64, len(order))
	for k, j := range order {
		most := min(chart.Width(t.Columns[j], 1)/0.56, 14)
		for i, row := range t.Rows[:min(len(t.Rows), 200)] {
			most = max(most, chart.Width(b.format(row[j], t.Kind(i, j)), 1)/0.56)
		}
		if t.Totals != nil {
			most = max(most, 1.1*chart.Width(b.format(t.Totals[j], t.Kinds[j]), 1)/0.56) // in bold
		}
		widths[k] = min(most+4, 48)
	}
	w, err := b.stream(b.names[i], widths...)
	if err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	head, high := b.head(t, order, widths)
	if err := w.SetRow("A1", head, excelize.RowOpts{Height: high}); err != nil {
		return err
	}
	var lines [][]any
	for i, row := range t.Rows {
		lines = append(lines, b.cells(t, order, row, func(j int) string { return t.Kind(i, j) }, ""))
	}
	if t.Totals != nil {
		lines = append(lines, b.cells(t, order, t.Totals, func(j int) string { return t.Kinds[j] }, " total"))
	}
	if err := put(w, 2, lines); err != nil {
		return err
	}
	if err := b.filters(w, t, len(order), i); err != nil { // needs the head to be there
		return err
	}
	return w.Flush()
}

// head is the first line of a sheet and how high it is: heads wider than their column, less the room of the filter's button,
// take several lines.
func (b *workbook) head(t *Table, order []int, widths []float64) (cells []any, height float64) {
	lines := 1.0
	for k, text := range headsOf(t, order) {
		style := styleHead
		if t.Kinds[order[k]] != Text {
			style = styleRight
		}
		cells = append(cells, excelize.Cell{StyleID: b.styles[style], Value: text})
		lines = max(lines, math.Ceil(chart.Width(text, 1)/0.56/(widths[k]-4)-0.01))
	}
	return cells, 15*lines + 5
}

// headsOf are the names of columns; spreadsheets want each but once.
func headsOf(t *Table, order []int) []string {
	var heads []string
	for _, j := range order {
		head := t.Columns[j]
		if slices.Contains(heads, head) {
			head += " (" + t.Keys[j] + ")"
		}
		heads = append(heads, head)
	}
	return heads
}

// filters puts them over the lines, the total left out.
func (b *workbook) filters(w *excelize.StreamWriter, t *Table, columns, i int) error {
	if len(t.Rows) == 0 {
		return nil
	}
	last, err := excelize.CoordinatesToCellName(columns, len(t.Rows)+1)
	if err != nil {
		return err
	}
	plain := false
	return w.AddTable(&excelize.Table{Range: "A1:" + last, Name: fmt.Sprintf("t%02d_%s", i+1, t.ID), StyleName: "TableStyleLight1", ShowRowStripes: &plain})
}

func (b *workbook) cells(t *Table, order []int, row []any, kind func(int) string, suffix string) []any {
	var out []any
	for _, j := range order {
		v, style := typed(row[j], kind(j), t.Keys[j])
		out = append(out, excelize.Cell{StyleID: b.styles[style+suffix], Value: v})
	}
	return out
}

// typed is a value as spreadsheets count with it, and how they show it: amounts in yuan, days as dates.
func typed(v any, kind, key string) (any, string) {
	switch v := v.(type) {
	case int64:
		if kind == Fen {
			return float64(v) / 100, kind
		}
		return v, kind
	case float64:
		if kind == Fen {
			return v / 100, kind
		}
		return v, kind
	case string:
		if d, err := calendar.ParseDate(v); err == nil && strings.HasSuffix(key, "_on") {
			return d.Start(time.UTC), styleDate
		}
		return v, Text
	}
	return nil, kind
}
