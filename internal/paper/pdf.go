package paper

import (
	"fmt"
	"io"
	"strconv"

	"github.com/signintech/gopdf"
)

// write draws the pages. Only the fonts in use are embedded, each cut down to its characters in use.
func (l *layout) write(w io.Writer, meta Meta) error {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	pdf.SetInfo(gopdf.PdfInfo{Title: meta.Title, Author: meta.Author, Producer: "dunwatch", CreationDate: meta.At.UTC()})
	added := map[int]bool{}
	for _, p := range l.pages {
		if p.wide {
			pdf.AddPageWithOption(gopdf.PageOption{PageSize: &gopdf.Rect{W: p.width(), H: p.height()}})
		} else {
			pdf.AddPage()
		}
		drawMarks(pdf, p.marks)
		for _, s := range p.strokes {
			pdf.SetLineWidth(s.width)
			pdf.Line(s.x1, s.y, s.x2, s.y)
		}
		for _, r := range p.runs {
			if err := l.draw(pdf, r, added); err != nil {
				return err
			}
		}
	}
	_, err := pdf.WriteTo(w)
	return err
}

func (l *layout) draw(pdf *gopdf.GoPdf, r run, added map[int]bool) error {
	name := "f" + strconv.Itoa(r.face)
	if !added[r.face] {
		if err := pdf.AddTTFFontData(name, l.faces[r.face].ttf); err != nil {
			return fmt.Errorf("font %s: %w", l.faces[r.face].name, err)
		}
		added[r.face] = true
	}
	if err := pdf.SetFont(name, "", r.size); err != nil {
		return fmt.Errorf("font %s: %w", l.faces[r.face].name, err)
	}
	if r.ink != (Ink{}) {
		pdf.SetTextColor(r.ink.R, r.ink.G, r.ink.B)
		defer pdf.SetTextColor(0, 0, 0)
	}
	pdf.SetXY(r.x, r.y)
	return pdf.Text(r.text)
}
