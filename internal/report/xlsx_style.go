package report

import (
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// The styles besides those of the kinds of columns.
const (
	styleHead  = "head"
	styleRight = "head right" // over numbers
	styleWrap  = "wrap"
	styleTitle = "title"
	styleDate  = "date"
)

// formats are how spreadsheets show the kinds. A mean of counts has a decimal, a count none.
var formats = map[string]string{Count: "#,##0.##", Percent: "0.0%", Days: "0.##", Fen: `"¥"#,##0.00`, Rate: "#,##0.00", styleDate: "yyyy-mm-dd", Text: "@"}

func (b *workbook) makeStyles() error {
	b.styles = map[string]int{}
	add := func(name string, s excelize.Style) error {
		id, err := b.file.NewStyle(&s)
		b.styles[name] = id
		return err
	}
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F0EEE8"}}
	for _, kind := range slices.Sorted(maps.Keys(formats)) {
		format := formats[kind]
		for _, total := range []bool{false, true} {
			s, name := excelize.Style{CustomNumFmt: &format}, kind
			if kind == Text {
				s.Alignment = &excelize.Alignment{Horizontal: "left", Indent: 1, WrapText: true} // words do not touch the numbers to their left
			}
			if total {
				name += " total"
				s.Font, s.Fill, s.Border = bold(11), grey, []excelize.Border{{Type: "top", Color: "1B2430", Style: 1}}
			}
			if err := add(name, s); err != nil {
				return err
			}
		}
	}
	for _, x := range []struct {
		name  string
		style excelize.Style
	}{
		{styleHead, excelize.Style{Font: bold(11), Fill: grey, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "left", Indent: 1}}},
		{styleRight, excelize.Style{Font: bold(11), Fill: grey, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "right"}}},
		{styleWrap, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{styleTitle, excelize.Style{Font: bold(16)}},
	} {
		if err := add(x.name, x.style); err != nil {
			return err
		}
	}
	return nil
}

// bold is the font of the other cells: a font without a name is another one in some programs.
func bold(size float64) *excelize.Font {
	return &excelize.Font{Bold: true, Family: "Calibri", Size: size}
}
