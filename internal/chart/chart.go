// Package chart lays small pictures of numbers out as shapes with places: what a page writes as SVG and a paper draws as lines
// and rectangles. It is pure, and knows neither colours nor languages: words come finished, and colours from the classes of
// web/static/app.css.
//
// A picture never says more than the table beside it, and is readable without colour: every mark has its number, bars begin at
// zero, and a label that does not fit is broken, at last cut with an ellipsis, never run out of the picture.
package chart

import (
	"math"
	"strconv"
	"strings"
)

// Picture is a chart laid out, in the units of its viewBox from the upper left corner.
type Picture struct {
	ID            string // unique on the page
	Title, Desc   string // finished texts
	Width, Height float64
	Shapes        []Shape
}

// Empty reports whether there is nothing to draw.
func (p *Picture) Empty() bool { return p == nil || len(p.Shapes) == 0 }

// The kinds of shapes.
const (
	Rect = "rect"
	Line = "line"
	Path = "path"
	Dot  = "dot"
	Text = "text"
)

// The places of a text at its X.
const (
	Start  = "start"
	Middle = "middle"
	End    = "end"
)

// Shape is one mark. Class names what it is, see Classes.
type Shape struct {
	Kind, Class string
	X, Y        float64 // corner of a rect, begin of a line, centre of a dot, baseline of a text
	W, H        float64 // of a rect
	X2, Y2      float64 // end of a line
	R           float64 // of a dot
	Points      []XY    // of a path
	Text        string
	Size        float64 // of a text
	Anchor      string  // of a text: Start, Middle, End
	Tip         string  // what the shape says in full, where its text is short
}

// XY is a place.
type XY struct{ X, Y float64 }

// Classes of shapes.
const (
	ClassBar     = "bar"
	ClassStrong  = "bar strong" // the one to look at
	ClassAxis    = "axis"
	ClassLine    = "line"
	ClassAverage = "line average"
	ClassDot     = "dot"
	ClassName    = "name"
	ClassValue   = "value"
	ClassTick    = "tick"
	ClassInside  = "inside" // a number in a light field
	ClassOn      = "on"     // a number in a dark field
	ClassFrame   = "frame"  // the outline of nothing
)

// Parts are the classes of the parts of stacked bars, in their order.
var Parts = []string{"p1", "p2", "p3", "p4", "p5"}

// ClassPast is the class of a part that should not be: what is past its date.
const ClassPast = "past"

// Steps are the classes of the fields of a map, from the least to the most.
var Steps = []string{"q1", "q2", "q3", "q4", "q5"}

// dark classes bear light words.
var dark = map[string]bool{"p1": true, "p4": true, ClassPast: true, "q4": true, "q5": true}

// D is the path in the notation of SVG.
func (s Shape) D() string {
	var b strings.Builder
	for i, p := range s.Points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		b.WriteString(verb + number(p.X) + " " + number(p.Y))
	}
	return b.String()
}

func number(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }

func round(v float64) float64 { return math.Round(v*100) / 100 }

// Width is about how wide a text is at a size, rather more than less: fonts differ.
func Width(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case r >= 0x2e80:
			w += 1
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%' || r == '@' || r == '—' || r == '…':
			w += 0.95
		case r >= 'A' && r <= 'Z' || r == '&':
			w += 0.7
		case r == ' ' || r == '.' || r == ',' || r == ':' || r == 'i' || r == 'l' || r == 'j' || r == 'I' || r == '\'':
			w += 0.35
		default:
			w += 0.6
		}
	}
	return w * size
}

// lines breaks a text into at most n lines of a width; what is left over is cut with an ellipsis.
func lines(text string, size, width float64, n int) []string {
	var out []string
	rest := []rune(strings.TrimSpace(text))
	for len(rest) > 0 && len(out) < n {
		at := fitting(rest, size, width)
		if at == len(rest) {
			return append(out, string(rest))
		}
		if len(out) == n-1 {
			return append(out, cut(string(rest), size, width))
		}
		out = append(out, strings.TrimSpace(string(rest[:at])))
		rest = []rune(strings.TrimSpace(string(rest[at:])))
	}
	return out
}

// fitting is how many characters go on a line; it breaks after a space or beside Chinese where it can.
func fitting(rs []rune, size, width float64) int {
	used, last := 0.0, 0
	for i, r := range rs {
		if i > 0 && (rs[i-1] == ' ' || r >= 0x4e00 || rs[i-1] >= 0x4e00) {
			last = i
		}
		if used += Width(string(r), size); used > width && i > 0 {
			if last > 0 {
				return last
			}
			return i
		}
	}
	return len(rs)
}

// cut shortens a text to a width, with an ellipsis.
func cut(text string, size, width float64) string {
	if Width(text, size) <= width {
		return text
	}
	rs := []rune(text)
	for len(rs) > 0 && Width(string(rs)+"…", size) > width {
		rs = rs[:len(rs)-1]
	}
	return strings.TrimRight(string(rs), " ,，、（(") + "…"
}

// canvas gathers shapes.
type canvas struct {
	shapes []Shape
	width  float64
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	c.shapes = append(c.shapes, Shape{Kind: Rect, Class: class, X: round(x), Y: round(y), W: round(w), H: round(h)})
}

func (c *canvas) line(class string, x, y, x2, y2 float64) {
	c.shapes = append(c.shapes, Shape{Kind: Line, Class: class, X: round(x), Y: round(y), X2: round(x2), Y2: round(y2)})
}

// text sets a line of words, moved so that it stays inside the picture.
func (c *canvas) text(class, text string, size, x, y float64, anchor string) {
	w := Width(text, size)
	if w > c.width {
		text = cut(text, size, c.width)
		w = Width(text, size)
	}
	left := x
	switch anchor {
	case Middle:
		left = x - w/2
	case End:
		left = x - w
	}
	x += max(0, -left) - max(0, left+w-c.width)
	c.shapes = append(c.shapes, Shape{Kind: Text, Class: class, Text: text, Size: size, X: round(x), Y: round(y), Anchor: anchor})
}

func (c *canvas) done(height float64) Picture {
	if len(c.shapes) == 0 {
		return Picture{}
	}
	return Picture{Width: c.width, Height: math.Ceil(height), Shapes: c.shapes}
}

// legend writes what the classes mean, as many beside each other as fit; it returns the height that it took.
func (c *canvas) legend(y float64, classes, texts []string) float64 {
	const box, gap, step = 11, 6, 18
	x, top := 0.0, y
	for i, text := range texts {
		text = cut(text, tickSize, c.width-box-gap)
		w := box + gap + Width(text, tickSize) + 14
		if x > 0 && x+w-14 > c.width {
			x, y = 0, y+step
		}
		if strings.HasPrefix(classes[i], ClassLine) {
			c.line(classes[i], x, y+6, x+box, y+6)
		} else {
			c.rect(classes[i], x, y, box, box)
		}
		c.text(ClassTick, text, tickSize, x+box+gap, y+10, Start)
		x += w
	}
	return y + step - top
}
