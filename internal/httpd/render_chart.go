package httpd

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dunwatch/internal/locale"
)

// Chart is a small picture of numbers, with its table behind a disclosure.
type Chart struct {
	ID     string    // unique on the page
	Title  string    // finished texts
	Desc   string    // what the reader should see in it
	Line   bool      // a line over time, else horizontal bars
	Labels [2]string // heads of the table: what, how much
	Points []Point
}

// Point is one value. Text is what people read ("12 件", "¥1.4m"); it falls back
// to the number.
type Point struct {
	Label     string
	Value     float64
	Text      string
	Missing   bool // a gap, not a zero
	Highlight bool
	Href      string // the cases behind the number
}

// Plot is a Chart laid out: coordinates in the units of its viewBox.
type Plot struct {
	Chart
	Width, Height int
	Marks         []Mark
	Segments      []string // paths of a line, cut at the gaps
	Base          float64  // y of zero, of a line
}

// Mark is one point laid out.
type Mark struct {
	Point
	X, Y, W float64
	TextX   float64
	Show    bool // the label of a line's point fits
}

const (
	plotWidth  = 400 // small, so that the words stay readable on a phone
	barStep    = 42  // a name, and its bar below
	barValue   = 70  // room for the number behind a bar
	lineHeight = 200
	linePad    = 30
)

// plot lays a chart out. Bars start at zero always; so does a line, because a
// count of complaints that starts elsewhere lies.
func (w words) plot(c Chart) Plot {
	top := 0.0
	c.Points = slices.Clone(c.Points)
	for i, p := range c.Points {
		if p.Text == "" && !p.Missing {
			c.Points[i].Text = locale.Number(w.lang, p.Value)
		}
		if p.Missing {
			c.Points[i].Text = w.t("ui.no_data")
			continue
		}
		top = math.Max(top, p.Value)
	}
	if top == 0 {
		top = 1
	}
	if c.Line {
		return plotLine(c, top)
	}
	return plotBars(c, top)
}

func plotBars(c Chart, top float64) Plot {
	p := Plot{Chart: c, Width: plotWidth, Height: barStep * len(c.Points)}
	for i, point := range c.Points {
		width := 0.0
		if !point.Missing {
			width = round(math.Max(point.Value, 0) / top * (plotWidth - barValue))
		}
		point.Label = short(point.Label, barName)
		p.Marks = append(p.Marks, Mark{Point: point, Y: float64(i * barStep), W: width,
			TextX: width + 8})
	}
	return p
}

// barName is how many half-width letters fit above a bar; a Chinese one takes two.
const barName = 54

// short cuts a label that would run out of the picture. The table beside it has
// the whole.
func short(label string, width int) string {
	n := 0
	for i, r := range label {
		n++
		if r > 0x2e7f {
			n++
		}
		if n > width {
			return strings.TrimRight(label[:i], " ,，、（(") + "…"
		}
	}
	return label
}

func plotLine(c Chart, top float64) Plot {
	p := Plot{Chart: c, Width: plotWidth, Height: lineHeight, Base: lineHeight - linePad}
	step := 0.0
	if n := len(c.Points); n > 1 {
		step = float64(plotWidth-2*linePad) / float64(n-1)
	}
	var path strings.Builder
	flush := func() {
		if path.Len() > 0 {
			p.Segments = append(p.Segments, path.String())
			path.Reset()
		}
	}
	every := (len(c.Points) + 4) / 5
	for i, point := range c.Points {
		m := Mark{Point: point, X: round(linePad + step*float64(i))}
		m.Show = every == 0 || (len(c.Points)-1-i)%every == 0
		if point.Missing {
			flush()
			p.Marks = append(p.Marks, m)
			continue
		}
		m.Y = round(p.Base - point.Value/top*(p.Base-linePad))
		verb := "L"
		if path.Len() == 0 {
			verb = "M"
		}
		fmt.Fprintf(&path, "%s%g %g", verb, m.X, m.Y)
		p.Marks = append(p.Marks, m)
	}
	flush()
	return p
}

func round(v float64) float64 { return math.Round(v*10) / 10 }
