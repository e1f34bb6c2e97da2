package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"dunwatch/internal/locale"
)

// WriteJSON writes the fixed JSON form: of a frozen report the very bytes that were stored.
func (m *Report) WriteJSON(w io.Writer) error {
	if m.raw != nil {
		if _, err := w.Write(m.raw); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
		return nil
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// bom tells spreadsheets that the file is UTF-8.
const bom = "\ufeff"

// WriteCSV writes every table as one UTF-8 CSV with a BOM, each table headed by its id; cells are safe for spreadsheets.
// A line of column names follows the id, and an empty line each table. Percentages are in percent and amounts in yuan,
// as the column names say; "–" is no figure.
func (m *Report) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, bom); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, t := range m.Listed() {
		if err := m.writeTable(c, t); err != nil {
			return fmt.Errorf("write table %s: %w", t.ID, err)
		}
	}
	if m.TellsBriefs() {
		lines := append([][]string{{sectionBriefs, safe(m.words.T(locale.Lang(m.Lang), "report.section."+sectionBriefs)), m.Month.String(), m.Pack}}, m.csvBriefs()...)
		if err := c.WriteAll(append(lines, []string{""})); err != nil {
			return fmt.Errorf("write briefs: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// WriteTableCSV writes one table as UTF-8 CSV with a BOM: a line of column names, a line for each row, and the total. It fails with
// NotFound for a table that the report does not have.
func (m *Report) WriteTableCSV(w io.Writer, id string) error {
	var lines [][]string
	if id == sectionBriefs && m.TellsBriefs() {
		lines = m.csvBriefs()
	}
	for _, t := range m.Listed() {
		if t.ID == id {
			lines = m.csvLines(t)
		}
	}
	if lines == nil {
		return notFound()
	}
	if _, err := io.WriteString(w, bom); err != nil {
		return fmt.Errorf("write table %s: %w", id, err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.WriteAll(lines); err != nil {
		return fmt.Errorf("write table %s: %w", id, err)
	}
	return nil
}

func (m *Report) writeTable(c *csv.Writer, t *Table) error {
	lines := append([][]string{{t.ID, safe(t.Title), m.Month.String(), m.Pack}}, m.csvLines(t)...)
	return c.WriteAll(append(lines, []string{""}))
}

// csvLines are the names of the columns, the rows and the total.
func (m *Report) csvLines(t *Table) [][]string {
	head := make([]string, len(t.Columns))
	for i, name := range t.Columns {
		head[i] = safe(name + m.unit(t.Kinds[i]))
	}
	lines := [][]string{head}
	for i, row := range t.Rows {
		line := make([]string, len(row))
		for j, v := range row {
			line[j] = csvCell(v, t.Kind(i, j))
		}
		lines = append(lines, line)
	}
	if t.Totals != nil {
		line := make([]string, len(t.Totals))
		for j, v := range t.Totals {
			line[j] = csvCell(v, t.Kinds[j])
		}
		lines = append(lines, line)
	}
	return lines
}

// unit is what the figures of a column are in.
func (m *Report) unit(kind string) string {
	if kind != Percent && kind != Fen {
		return ""
	}
	return m.words.T(locale.Lang(m.Lang), "report.csv."+kind)
}

// csvCell writes a value so that a spreadsheet can count with it.
func csvCell(v any, kind string) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case int64:
		if kind == Fen {
			return strconv.FormatFloat(float64(v)/100, 'f', 2, 64)
		}
		return strconv.FormatInt(v, 10)
	case float64:
		switch kind {
		case Percent:
			v = round(v*100, 2)
		case Fen:
			return strconv.FormatFloat(v/100, 'f', 2, 64)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return safe(fmt.Sprint(v))
	}
}

// dangerous are the first characters that make spreadsheets take a cell for a formula, their full-width forms too,
// which some of them fold.
const dangerous = "=+-@\t\r\n＝＋－＠"

// safe puts an apostrophe before text that a spreadsheet would run. It looks behind blanks, which some cut off.
func safe(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " \u00a0\u3000\ufeff\u200b"))
	if first != utf8.RuneError && strings.ContainsRune(dangerous, first) {
		return "'" + text
	}
	return text
}

// Format writes a value of a kind as people read it: 1,234, 12.5%, ¥1,400.00, – for no figure.
func Format(lang locale.Lang, v any, kind string) string {
	var n float64
	switch v := v.(type) {
	case nil:
		return "–"
	case int64:
		if kind == Fen {
			return locale.Money(lang, v)
		}
		n = float64(v)
	case float64:
		n = v
	default:
		return fmt.Sprint(v)
	}
	switch kind {
	case Percent:
		return locale.Percent(lang, n)
	case Fen:
		return locale.Money(lang, int64(round(n, 0)))
	default:
		return locale.Number(lang, n)
	}
}
