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
}

// stroke is a horizontal line.
type stroke struct{ x1, x2, y, width float64 }

type sheet struct {
	runs    []run
	strokes []stroke
}

// layout is a document cut into pages.
type layout struct {
	faces  []*face
	pages  []*sheet
	y      float64 // of the page being filled: where the next block begins
	absent map[rune]bool
	titles []int // the pages of the titles, from 1
}

const (
	top    = margin
	bottom = pageHeight - margin
)

func layOut(faces []*face, meta Meta, blocks []block) *layout {
	l := &layout{faces: faces, absent: map[rune]bool{}}
	l.newPage()
	for i, b := range blocks {
		l.place(b, blocks[i+1:])
	}
	for i, p := range l.pages {
		if meta.Page != nil {
			l.text(p, meta.Page(i+1, len(l.pages)), smallSize, margin, inner, Centre, pageHeight-margin/2)
		}
		if meta.Mark != "" {
			l.text(p, meta.Mark, smallSize, margin, inner, Right, margin/2)
		}
	}
	return l
}

func (l *layout) newPage() {
	l.pages = append(l.pages, &sheet{})
	l.y = top
}

func (l *layout) page() *sheet { return l.pages[len(l.pages)-1] }

func (l *layout) fresh() bool { return l.y == top }

func (l *layout) place(b block, rest []block) {
	switch {
	case b.table != nil:
		l.placeTable(b.table)
	case b.rule:
		l.page().strokes = append(l.page().strokes, stroke{margin, margin + inner, l.y + 4, 1.2})
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
			need += float64(cmp.Or(b.along, 2)) * bodyLeading
		}
		if l.y+need > bottom && !l.fresh() {
			l.newPage()
		}
	}
	for _, t := range b.lines {
		if !l.fresh() {
			l.y += t.before
		}
		for i, s := range l.wrapped(t) {
			if l.y+t.leading > bottom {
				l.newPage()
			}
			x := margin + t.left
			if i == 0 {
				x += t.first
			}
			l.text(l.page(), s, t.size, x, margin+inner-x, t.align, l.baseline(t.size, t.leading))
			l.y += t.leading
		}
	}
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
	return wrap(t.text, inner-t.left-t.first, inner-t.left, l.measure(t.size))
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
)

func (l *layout) placeTable(t *table) {
	total := 0.0
	for _, c := range t.columns {
		total += c.Width
	}
	widths, head := make([]float64, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		widths[i], head[i] = c.Width/total*inner, c.Head
	}
	l.y += 4
	began := false
	for _, r := range t.rows {
		cells, h := l.cells(r, widths)
		if !began {
			l.tableHead(t, head, widths, h)
			began = true
		} else if l.y+h > bottom {
			l.newPage()
			l.tableHead(t, head, widths, h)
		}
		l.row(t, cells, widths, h)
	}
	if !began {
		l.tableHead(t, head, widths, 0)
	}
	l.y += 8
}

// tableHead sets the head where it and the first row fit.
func (l *layout) tableHead(t *table, head []string, widths []float64, next float64) {
	cells, h := l.cells(head, widths)
	if l.y+h+next > bottom && !l.fresh() {
		l.newPage()
	}
	l.rule(l.y, 0.9)
	l.row(t, cells, widths, h)
	l.rule(l.y, 0.9)
}

func (l *layout) rule(y, width float64) {
	l.page().strokes = append(l.page().strokes, stroke{margin, margin + inner, y, width})
}

// cells wraps a row and tells its height.
func (l *layout) cells(row []string, widths []float64) (cells [][]string, height float64) {
	most := 1
	for i, s := range row {
		w := widths[i] - 2*cellPad
		lines := wrap(s, w, w, l.measure(cellSize))
		cells = append(cells, lines)
		most = max(most, len(lines))
	}
	return cells, float64(most)*cellLeading + 2*cellPad
}

func (l *layout) row(t *table, cells [][]string, widths []float64, h float64) {
	x := margin
	for i, lines := range cells {
		y := l.y
		l.y += cellPad
		for _, s := range lines {
			l.text(l.page(), s, cellSize, x+cellPad, widths[i]-2*cellPad, t.columns[i].Align, l.baseline(cellSize, cellLeading))
			l.y += cellLeading
		}
		l.y = y
		x += widths[i]
	}
	l.y += h
	l.rule(l.y, 0.3)
}
