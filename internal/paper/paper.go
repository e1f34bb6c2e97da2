// Package paper lays text out on A4 pages and writes them as PDF: letters, decisions and reports, in Chinese and English,
// with titles, paragraphs, tables and page numbers.
//
// The words are the caller's. Chinese lines break between any two characters, but never before a closing or after an
// opening punctuation mark. A character that the first font lacks is taken from the next; one that none has is printed as
// a box, named in a note on the last page and returned to the caller: nothing is ever left blank silently. The same
// document gives the same bytes.
package paper

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Meta is what a document says about itself.
type Meta struct {
	Title, Author string
	At            time.Time // the moment that the file names as its creation
	// Page writes the number at the foot of a page: "第 1 页 共 2 页".
	Page func(n, of int) string
	// Missing introduces the list of the characters that no font has, "U+2000B U+2A7DD"; nil prints no note.
	Missing func(codes string) string
	// Mark is printed at the head of every page: "draft". Empty: none.
	Mark string
	// Running is printed small at the left of the head of every page but the first: what the paper is. Empty: none.
	Running string
}

// Sizes in points, and A4 with margins of 25 mm.
const (
	mm         = 72 / 25.4
	pageWidth  = 210 * mm
	pageHeight = 297 * mm
	margin     = 25 * mm
	inner      = pageWidth - 2*margin

	bodySize    = 12.0
	bodyLeading = 21.0
	smallSize   = 9.0
)

// Align says where a text stands in its width.
type Align int

// The alignments.
const (
	Left Align = iota
	Centre
	Right
)

// Doc is a document being composed, from top to bottom.
type Doc struct {
	fonts  *Fonts
	meta   Meta
	blocks []block
	wide   bool
}

// New begins a document.
func New(f *Fonts, m Meta) *Doc { return &Doc{fonts: f, meta: m} }

// style is how a text is set.
type style struct {
	size, leading float64
	align         Align
	first, left   float64 // indents in points: of the first line, of all
	before        float64 // space above
}

// block is a piece of a document.
type block struct {
	lines   []line // of one or more texts, kept on one page if keep
	keep    bool
	along   int // lines of what follows that a kept text takes along; 0: two
	table   *table
	rule    bool
	skip    float64
	title   bool
	wide    bool // on a page that lies on its side
	leave   bool // what follows begins a new page
	picture *Drawing
}

// line is a text with its style; it may take several lines of paper.
type line struct {
	text string
	style
}

// add puts blocks at the end, on pages that stand or lie as Wide said last.
func (d *Doc) add(blocks ...block) {
	for _, b := range blocks {
		b.wide = d.wide
		for i := range b.lines {
			b.lines[i].text = latin(b.lines[i].text)
		}
		d.blocks = append(d.blocks, b)
	}
}

// Wide lays what follows on pages that lie on their side, for tables of many columns, or stands it up again. Where it changes,
// a new page begins.
func (d *Doc) Wide(wide bool) { d.wide = wide }

// Break begins a new page, unless this one is empty.
func (d *Doc) Break() { d.add(block{leave: true}) }

// Letterhead is who writes, above everything else, with a rule below.
func (d *Doc) Letterhead(s string) {
	d.add(block{lines: []line{{s, style{size: 15, leading: 22, align: Centre}}}}, block{rule: true})
}

// Title is the heading of the whole document.
func (d *Doc) Title(s string) {
	d.add(block{title: true, lines: []line{{s, style{size: 19, leading: 28, align: Centre, before: 16}}}, keep: true, along: 5})
}

// Under is a line below the title: the number of a letter, the month of a report.
func (d *Doc) Under(s string) {
	d.add(block{lines: []line{{s, style{size: bodySize, leading: bodyLeading, align: Centre}}}}, block{skip: 8})
}

// Cover is the heading of a paper with a page of its own for it, larger than Title and in the list of titles too.
func (d *Doc) Cover(s string) {
	d.add(block{title: true, lines: []line{{s, style{size: 28, leading: 44, align: Centre}}}, keep: true})
}

// Section opens a part of a long paper, and Subsection a part of that. Both are in the list of titles and stay with what
// follows.
func (d *Doc) Section(s string) {
	d.add(block{title: true, lines: []line{{s, style{size: 18, leading: 26, before: 18}}}, keep: true, along: 6})
}

// Subsection is a part of a section.
func (d *Doc) Subsection(s string) {
	d.add(block{title: true, lines: []line{{s, style{size: 13, leading: bodyLeading, before: 14}}}, keep: true, along: 5})
}

// Heading opens a section and stays with the text that follows it.
func (d *Doc) Heading(s string) {
	d.add(block{lines: []line{{s, style{size: 14, leading: bodyLeading, before: 12}}}, keep: true})
}

// Paragraph is running text. indent sets its first line in by two characters, as Chinese does; without it
// a little room above parts the paragraphs.
func (d *Doc) Paragraph(s string, indent bool) {
	st := style{size: bodySize, leading: bodyLeading}
	if indent {
		st.first = 2 * bodySize
	} else {
		st.before = 5
	}
	d.add(block{lines: []line{{s, st}}})
}

// Note is small text.
func (d *Doc) Note(s string) {
	d.add(block{lines: []line{{s, style{size: smallSize, leading: 14, before: 6}}}})
}

// Caption is small text that stays with the picture that follows.
func (d *Doc) Caption(s string) {
	d.add(block{lines: []line{{s, style{size: smallSize, leading: 14, before: 6}}}, keep: true})
}

// Signature is lines at the right that stay together on one page.
func (d *Doc) Signature(lines ...string) {
	b := block{keep: true}
	for i, s := range lines {
		st := style{size: bodySize, leading: bodyLeading, align: Right, left: inner / 3}
		if i == 0 {
			st.before = 24
		}
		b.lines = append(b.lines, line{s, st})
	}
	d.add(b)
}

// Space leaves room, in millimetres.
func (d *Doc) Space(millimetres float64) {
	d.add(block{skip: millimetres * mm})
}

// Column is a column of a table. Widths are shares of the page's width, in any unit.
type Column struct {
	Head  string
	Width float64
	Align Align
}

type table struct {
	columns []Column
	rows    [][]string
	small   bool
	totals  bool // the last row is a sum
}

// leading is how high a line of the table is.
func (t *table) leading() float64 {
	if t.small {
		return smallCell * 1.4
	}
	return cellLeading
}

// pad is the room above and below the words of a cell.
func (t *table) pad() float64 {
	if t.small {
		return 2.5
	}
	return cellPad
}

func (t *table) size() float64 {
	if t.small {
		return smallCell
	}
	return cellSize
}

// Table sets rows under a head, which is said again on every page that the table reaches. A row stays on one page. It
// panics when a row has another number of cells than there are columns: a mistake of the program.
func (d *Doc) Table(columns []Column, rows [][]string) {
	for _, r := range rows {
		if len(r) != len(columns) {
			panic(fmt.Sprintf("paper: a row of %d cells in a table of %d columns", len(r), len(columns)))
		}
	}
	set := make([][]string, len(rows))
	for i, r := range rows {
		set[i] = make([]string, len(r))
		for j := range r {
			set[i][j] = latin(r[j])
		}
	}
	d.add(block{table: &table{columns: columns, rows: set}})
}

// Figures is Table in small print, for many columns of numbers. totals, where there are any, are the last row, set apart.
func (d *Doc) Figures(columns []Column, rows [][]string, totals []string) {
	if totals != nil {
		rows = append(slices.Clip(rows), totals)
	}
	d.Table(columns, rows)
	t := d.blocks[len(d.blocks)-1].table
	t.small, t.totals = true, totals != nil
}

// FiguresWidth is the width of Figures in units of half its size, about that of a digit, on a page that stands or lies;
// FiguresPad is what each column needs besides its words.
func FiguresWidth(wide bool) float64 {
	w := inner
	if wide {
		w = pageHeight - 2*margin
	}
	return w / (smallCell / 2)
}

// FiguresPad is in the units of FiguresWidth.
const FiguresPad = 2 * cellPad / (smallCell / 2)

// TitlePages lays the document out and says on which page each Title stands, in their order, so that a table of contents can
// be written: once with blanks to learn the pages, then with them.
func (d *Doc) TitlePages() ([]int, error) {
	faces, err := d.fonts.load()
	if err != nil {
		return nil, fmt.Errorf("lay out PDF: %w", err)
	}
	return layOut(faces, d.meta, d.blocks).titles, nil
}

// Write lays the document out and writes it as PDF. missing lists, sorted, the characters that no font has.
func (d *Doc) Write(w io.Writer) (missing []rune, err error) {
	faces, err := d.fonts.load()
	if err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	l := layOut(faces, d.meta, d.blocks)
	if missing = l.missing(); len(missing) > 0 && d.meta.Missing != nil {
		codes := make([]string, len(missing))
		for i, r := range missing {
			codes[i] = fmt.Sprintf("U+%04X", r)
		}
		note := &Doc{blocks: slices.Clone(d.blocks)}
		note.Note(d.meta.Missing(strings.Join(codes, " ")))
		l = layOut(faces, d.meta, note.blocks)
	}
	if err := l.write(w, d.meta); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return missing, nil
}
