package paper

import (
	"math"

	"github.com/signintech/gopdf"
)

// Ink is a colour; the zero is black.
type Ink struct{ R, G, B uint8 }

// Drawing is a picture of a page's width at most, which stays on one page. Its shapes have places from its upper left corner in
// units of which Width go across; Points is how wide it is on paper, 0 for the whole width.
type Drawing struct {
	Width, Height float64
	Points        float64
	marks         []mark
}

// mark is a shape of a drawing; on a sheet its places are those of the page.
type mark struct {
	kind         int
	x, y, x2, y2 float64
	path         []gopdf.Point
	width        float64
	dashed       bool
	ink          Ink
	text         string
	size         float64
	align        Align
}

const (
	markRect = iota
	markFrame
	markLine
	markPath
	markDot
	markText
)

// Rect fills a rectangle.
func (d *Drawing) Rect(x, y, w, h float64, ink Ink) {
	d.marks = append(d.marks, mark{kind: markRect, x: x, y: y, x2: x + w, y2: y + h, ink: ink})
}

// Frame draws the outline of a rectangle.
func (d *Drawing) Frame(x, y, w, h float64, ink Ink) {
	d.marks = append(d.marks, mark{kind: markFrame, x: x, y: y, x2: x + w, y2: y + h, ink: ink})
}

// Line draws a line of a width.
func (d *Drawing) Line(x, y, x2, y2, width float64, ink Ink) {
	d.marks = append(d.marks, mark{kind: markLine, x: x, y: y, x2: x2, y2: y2, width: width, ink: ink})
}

// Path draws a line through places, x and y by turns.
func (d *Drawing) Path(places []float64, width float64, dashed bool, ink Ink) {
	m := mark{kind: markPath, width: width, dashed: dashed, ink: ink}
	for i := 0; i+1 < len(places); i += 2 {
		m.path = append(m.path, gopdf.Point{X: places[i], Y: places[i+1]})
	}
	d.marks = append(d.marks, m)
}

// Dot fills a circle.
func (d *Drawing) Dot(x, y, r float64, ink Ink) {
	d.marks = append(d.marks, mark{kind: markDot, x: x, y: y, x2: r, ink: ink})
}

// Text sets words with their baseline at y; align says where x is in them.
func (d *Drawing) Text(x, y, size float64, text string, align Align, ink Ink) {
	d.marks = append(d.marks, mark{kind: markText, x: x, y: y, size: size, text: latin(text), align: align, ink: ink})
}

// Picture sets a drawing at the left margin.
func (d *Doc) Picture(p *Drawing) { d.add(block{picture: p}) }

// tallest is the part of a page's height that a drawing may take: a heading and what is said of it stand on the same page.
const tallest = 0.68

// scale is how many points a unit of the drawing has on a page.
func (d *Drawing) scale(p *sheet) float64 {
	points := d.Points
	if points == 0 || points > p.inner() {
		points = p.inner()
	}
	return min(points/d.Width, tallest*(p.height()-2*margin)/d.Height)
}

func (l *layout) placePicture(d *Drawing) {
	k := d.scale(l.page())
	if l.y+6+d.Height*k > l.bottom() && !l.fresh() {
		l.newPage()
	}
	if !l.fresh() {
		l.y += 6
	}
	p := l.page()
	for _, m := range d.marks {
		m.x, m.y, m.width, m.size = margin+m.x*k, l.y+m.y*k, m.width*k, m.size*k
		switch m.kind {
		case markText:
			l.word(p, m)
			continue
		case markDot:
			m.x2 *= k
		default:
			m.x2, m.y2 = margin+m.x2*k, l.y+m.y2*k
		}
		path := m.path
		m.path = nil
		for _, at := range path {
			m.path = append(m.path, gopdf.Point{X: margin + at.X*k, Y: l.y + at.Y*k})
		}
		p.marks = append(p.marks, m)
	}
	l.y += d.Height*k + 10
}

// word sets the text of a drawing.
func (l *layout) word(p *sheet, m mark) {
	used := 0.0
	for _, r := range m.text {
		f, r := l.pick(r)
		used += l.faces[f].width(r) * m.size
	}
	x := m.x
	switch m.align {
	case Centre:
		x -= used / 2
	case Right:
		x -= used
	}
	from := len(p.runs)
	l.text(p, m.text, m.size, x, used, Left, m.y)
	for i := from; i < len(p.runs); i++ {
		p.runs[i].ink = m.ink
	}
}

// dotSides is how many sides a dot has: at its size nobody sees them.
const dotSides = 16

func drawMarks(pdf *gopdf.GoPdf, marks []mark) {
	if len(marks) == 0 {
		return
	}
	for _, m := range marks {
		pdf.SetStrokeColor(m.ink.R, m.ink.G, m.ink.B)
		pdf.SetFillColor(m.ink.R, m.ink.G, m.ink.B)
		switch m.kind {
		case markRect:
			pdf.RectFromUpperLeftWithStyle(m.x, m.y, m.x2-m.x, m.y2-m.y, "F")
		case markFrame:
			pdf.SetLineWidth(0.5)
			pdf.RectFromUpperLeftWithStyle(m.x, m.y, m.x2-m.x, m.y2-m.y, "D")
		case markLine:
			pdf.SetLineWidth(m.width)
			pdf.Line(m.x, m.y, m.x2, m.y2)
		case markPath:
			pdf.SetLineWidth(m.width)
			if m.dashed {
				pdf.SetLineType("dashed")
			}
			for i := 1; i < len(m.path); i++ {
				pdf.Line(m.path[i-1].X, m.path[i-1].Y, m.path[i].X, m.path[i].Y)
			}
			pdf.SetLineType("solid")
		case markDot:
			var around []gopdf.Point
			for i := range dotSides {
				a := 2 * math.Pi * float64(i) / dotSides
				around = append(around, gopdf.Point{X: m.x + m.x2*math.Cos(a), Y: m.y + m.x2*math.Sin(a)})
			}
			pdf.Polygon(around, "F")
		}
	}
	pdf.SetStrokeColor(0, 0, 0)
	pdf.SetFillColor(0, 0, 0)
}
