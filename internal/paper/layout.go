package paper

import (
	"cmp"
	"slices"
)

// run is text in one font at a place; the baseline is y, from the top of the page, in points.
type run struct {
	x, y, size float64
	face       int
	text       string
	ink        Ink
}

// stroke is a horizontal line.
type stroke struct{ x1, x2, y, width float64 }

type sheet struct {
	wide    bool
	marks   []mark // of drawings, in the order of drawing, below all else
	runs    []run
	strokes []stroke
}

// width and height of the page, in points.
func (p *sheet) width() float64 {
	if p.wide {
		return pageHeight
	}
	return pageWidth
}

func (p *sheet) height() float64 {
	if p.wide {
		return pageWidth
	}
	return pageHeight
}

// inner is the width between the margins.
func (p *sheet) inner() float64 { return p.width() - 2*margin }

// layout is a document cut into pages.
type layout struct {
	faces  []*face
	pages  []*sheet
	y      float64 // of the page being filled: where the next block begins
	absent map[rune]bool
	titles []int // the pages of the titles, from 1
}

const top = margin

// bottom is where the page being filled ends.
func (l *layout) bottom() float64 { return l.page().height() - margin }

func layOut(faces []*face, meta Meta, blocks []block) *layout {
	l := &layout{faces: faces, absent: map[rune]bool{}}
	l.newPage()
	for i, b := range blocks {
		l.turn(b.wide)
		l.place(b, blocks[i+1:])
	}
	for i, p := range l.pages {
		if meta.Page != nil {
			l.text(p, meta.Page(i+1, len(l.pages)), smallSize, margin, p.inner(), Centre, p.height()-margin/2)
		}
		if meta.Mark != "" {
			l.text(p, meta.Mark, smallSize, margin, p.inner(), Right, margin/2)
		}
		if meta.Running != "" && i > 0 {
			l.text(p, meta.Running, smallSize, margin, p.inner(), Left, margin/2)
		}
	}
	return l
}

func (l *layout) newPage() {
	wide := len(l.pages) > 0 && l.page().wide
	l.pages = append(l.pages, &sheet{wide: wide})
	l.y = top
}

// turn goes on with a page that lies or stands, a new one unless this is empty.
func (l *layout) turn(wide bool) {
	if l.page().wide == wide {
		return
	}
	if !l.fresh() {
		l.newPage()
	}
	l.page().wide = wide
}

func (l *layout) page() *sheet { return l.pages[len(l.pages)-1] }

func (l *layout) fresh() bool { return l.y == top }

func (l *layout) place(b block, rest []block) {
	switch {
	case b.table != nil:
		l.placeTable(b.table)
	case b.picture != nil:
		l.placePicture(b.picture)
	case b.leave:
		if !l.fresh() {
			l.newPage()
		}
	case b.rule:
		l.page().strokes = append(l.page().strokes, stroke{margin, margin + l.page().inner(), l.y + 4, 1.2})
		l.y += 10
	case b.skip > 0:
		if !l.fresh() {
			l.y += b.skip
		}
	default:
		l.placeLines(b, rest)
		if b.title {
			l.titles = append(l.titles, len(l.pages))
		}
	}
}

// placeLines sets texts. What is to stay together goes to the next page when this one has no room; a title or
// heading takes some lines of what follows it along.
func (l *layout) placeLines(b block, rest []block) {
	if b.keep {
		need := l.height(b)
		if len(b.lines) == 1 && len(rest) > 0 {
			need += max(float64(cmp.Or(b.along, 2))*bodyLeading, l.pictureAfter(rest))
		}
		if l.y+need > l.bottom() && !l.fresh() {
			l.newPage()
		}
	}
	for _, t := range b.lines {
		if !l.fresh() {
			l.y += t.before
		}
		for i, s := range l.wrapped(t) {
			if l.y+t.leading > l.bottom() {
				l.newPage()
			}
			x := margin + t.left
			if i == 0 {
				x += t.first
			}
			l.text(l.page(), s, t.size, x, margin+l.page().inner()-x, t.align, l.baseline(t.size, t.leading))
			l.y += t.leading
		}
	}
}

// pictureAfter is how much room a picture that follows needs, with the texts before it; 0 where none does.
func (l *layout) pictureAfter(rest []block) float64 {
	h := 0.0
	for _, b := range rest {
		switch {
		case b.wide != l.page().wide || b.table != nil:
			return 0
		case b.picture != nil:
			return h + 6 + b.picture.Height*b.picture.scale(l.page())
		}
		h += l.height(b)
	}
	return 0
}

// baseline is where text of a size stands in the line that begins at y.
func (l *layout) baseline(size, leading float64) float64 { return l.y + (leading+size*0.72)/2 }

func (l *layout) height(b block) float64 {
	h := 0.0
	for _, t := range b.lines {
		h += t.before + float64(len(l.wrapped(t)))*t.leading
	}
	return h
}

func (l *layout) wrapped(t line) []string {
	return wrap(t.text, l.page().inner()-t.left-t.first, l.page().inner()-t.left, l.measure(t.size))
}

// measure is the width of a rune at a size.
func (l *layout) measure(size float64) func(rune) float64 {
	return func(r rune) float64 {
		f, r := l.pick(r)
		return l.faces[f].width(r) * size
	}
}

// box stands for a character that no font has.
const box = '□'

// pick finds the first font that has r, else says how the gap is shown.
func (l *layout) pick(r rune) (int, rune) {
	for i, f := range l.faces {
		if f.has(r) {
			return i, r
		}
	}
	l.absent[r] = true
	for _, stand := range []rune{box, '?'} {
		for i, f := range l.faces {
			if f.has(stand) {
				return i, stand
			}
		}
	}
	return 0, '?'
}

func (l *layout) missing() []rune {
	var out []rune
	for r := range l.absent {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}

// shade greys the line that begins at y.
func (l *layout) shade(h float64) {
	p := l.page()
	p.marks = append(p.marks, mark{kind: markRect, x: margin, y: l.y, x2: margin + p.inner(), y2: l.y + h, ink: Ink{240, 238, 232}})
}

// text sets one line in a width at x, cut into runs of one font each.
func (l *layout) text(p *sheet, s string, size, x, width float64, align Align, y float64) {
	var runs []run
	used := 0.0
	for _, r := range s {
		f, r := l.pick(r)
		if n := len(runs); n == 0 || runs[n-1].face != f {
			runs = append(runs, run{x: used, y: y, size: size, face: f})
		}
		runs[len(runs)-1].text += string(r)
		used += l.faces[f].width(r) * size
	}
	switch align {
	case Centre:
		x += (width - used) / 2
	case Right:
		x += width - used
	}
	for _, r := range runs {
		r.x += x
		p.runs = append(p.runs, r)
	}
}

const (
	cellSize    = 10.0
	cellLeading = 15.0
	cellPad     = 4.0
	smallCell   = 8.0
)

// firstRows is how many rows of a table at least stand under its head on the page where it begins.
const firstRows = 4

func (l *layout) placeTable(t *table) {
	total := 0.0
	for _, c := range t.columns {
		total += c.Width
	}
	widths, head := make([]float64, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		widths[i], head[i] = c.Width/total*l.page().inner(), c.Head
	}
	l.y += 4
	began := false
	for i, r := range t.rows {
		cells, h := l.cells(t, r, widths)
		if !began {
			along := h
			for _, r := range t.rows[1:min(len(t.rows), firstRows)] {
				_, h := l.cells(t, r, widths)
				along += h
			}
			l.tableHead(t, head, widths, along)
			began = true
		} else if l.y+h > l.bottom() {
			l.newPage()
			l.tableHead(t, head, widths, h)
		}
		if t.totals && i == len(t.rows)-1 {
			l.shade(h)
			l.rule(l.y, 0.9)
		}
		l.row(t, cells, widths, h)
	}
	if !began {
		l.tableHead(t, head, widths, 0)
	}
	l.y += 8
}

// tableHead sets the head where it and what is to stand below it fit.
func (l *layout) tableHead(t *table, head []string, widths []float64, next float64) {
	cells, h := l.cells(t, head, widths)
	if l.y+h+next > l.bottom() && !l.fresh() {
		l.newPage()
	}
	l.rule(l.y, 0.9)
	l.row(t, cells, widths, h)
	l.rule(l.y, 0.9)
}

func (l *layout) rule(y, width float64) {
	l.page().strokes = append(l.page().strokes, stroke{margin, margin + l.page().inner(), y, width})
}

// cells wraps a row and tells its height.
func (l *layout) cells(t *table, row []string, widths []float64) (cells [][]string, height float64) {
	most := 1
	for i, s := range row {
		w := widths[i] - 2*cellPad
		lines := wrap(s, w, w, l.measure(t.size()))
		cells = append(cells, lines)
		most = max(most, len(lines))
	}
	return cells, float64(most)*t.leading() + 2*t.pad()
}

func (l *layout) row(t *table, cells [][]string, widths []float64, h float64) {
	x := margin
	for i, lines := range cells {
		y := l.y
		l.y += t.pad()
		for _, s := range lines {
			l.text(l.page(), s, t.size(), x+cellPad, widths[i]-2*cellPad, t.columns[i].Align, l.baseline(t.size(), t.leading()))
			l.y += t.leading()
		}
		l.y = y
		x += widths[i]
	}
	l.y += h
	l.rule(l.y, 0.3)
}
