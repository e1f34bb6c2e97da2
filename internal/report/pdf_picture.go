package report

import (
	"dunwatch/internal/chart"
	"dunwatch/internal/paper"
)

// inks are the colours of a picture's classes on paper: those of web/static/app.css in the light, which differ in brightness too,
// for printers that know grey alone.
var inks = map[string]paper.Ink{
	chart.ClassBar: {R: 141, G: 148, B: 157}, chart.ClassStrong: {R: 15, G: 92, B: 102}, chart.ClassAxis: {R: 180, G: 176, B: 166},
	chart.ClassLine: {R: 15, G: 92, B: 102}, chart.ClassAverage: {R: 85, G: 96, B: 110}, chart.ClassDot: {R: 15, G: 92, B: 102},
	chart.ClassName: {R: 27, G: 36, B: 48}, chart.ClassValue: {R: 27, G: 36, B: 48}, chart.ClassTick: {R: 85, G: 96, B: 110},
	chart.ClassInside: {R: 27, G: 36, B: 48}, chart.ClassOn: {R: 255, G: 255, B: 255}, chart.ClassFrame: {R: 180, G: 176, B: 166},
	chart.ClassPast: {R: 179, G: 51, B: 43},
	"p1":            {R: 15, G: 92, B: 102}, "p2": {R: 233, G: 190, B: 120}, "p3": {R: 205, G: 208, B: 212}, "p4": {R: 110, G: 118, B: 130}, "p5": {R: 226, G: 230, B: 220},
	"q1": {R: 226, G: 238, B: 239}, "q2": {R: 184, G: 212, B: 215}, "q3": {R: 132, G: 180, B: 186}, "q4": {R: 60, G: 128, B: 137}, "q5": {R: 15, G: 80, B: 90},
}

// pictureOn is how wide a picture is on paper, in points: its words are then about as large as those of the tables.
const pictureOn = 300

// drawing puts a chart on paper.
func drawing(p chart.Picture) *paper.Drawing {
	d := &paper.Drawing{Width: p.Width, Height: p.Height, Points: pictureOn}
	for _, s := range p.Shapes {
		ink := inks[s.Class]
		switch s.Kind {
		case chart.Rect:
			if s.Class == chart.ClassFrame {
				d.Frame(s.X, s.Y, s.W, s.H, ink)
			} else {
				d.Rect(s.X, s.Y, s.W, s.H, ink)
			}
		case chart.Line:
			if s.Class == chart.ClassAverage {
				d.Path([]float64{s.X, s.Y, s.X2, s.Y2}, 1.5, true, ink)
			} else {
				d.Line(s.X, s.Y, s.X2, s.Y2, 1.5, ink)
			}
		case chart.Path:
			var places []float64
			for _, at := range s.Points {
				places = append(places, at.X, at.Y)
			}
			d.Path(places, 1.8, s.Class == chart.ClassAverage, ink)
		case chart.Dot:
			d.Dot(s.X, s.Y, s.R, ink)
		case chart.Text:
			d.Text(s.X, s.Y, s.Size, s.Text, map[string]paper.Align{chart.Middle: paper.Centre, chart.End: paper.Right}[s.Anchor], ink)
		}
	}
	return d
}
