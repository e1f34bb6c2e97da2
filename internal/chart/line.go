package chart

// Point is a value with its words.
type Point struct {
	Label   string
	Value   float64
	Text    string // the value as people read it
	Missing bool   // a gap, not a zero
	Strong  bool   // the one to look at
}

const (
	width    = 400 // small, so that the words stay readable on a phone
	nameSize = 13
	tickSize = 12
)

// Trend draws values over time as a line with dots from a zero baseline, since a count that starts elsewhere lies, and beside it
// a dashed line of their moving average; labels are those of the two lines. Points and averages belong together by their
// places; a missing one is a gap.
func Trend(points, average []Point, labels [2]string) Picture {
	const side, height, head, foot = 30, 210, 46, 26
	c := &canvas{width: width}
	if len(points) == 0 {
		return c.done(0)
	}
	c.legend(0, []string{ClassLine, ClassAverage}, labels[:])
	top := 0.0
	for _, p := range points {
		top = max(top, p.Value)
	}
	for _, p := range average {
		top = max(top, p.Value)
	}
	if top == 0 {
		top = 1
	}
	base, step := float64(height-foot), 0.0
	if n := len(points); n > 1 {
		step = float64(width-2*side) / float64(n-1)
	}
	at := func(i int, p Point) XY {
		return XY{round(side + step*float64(i)), round(base - max(p.Value, 0)/top*(base-head))}
	}
	c.line(ClassAxis, side-10, base, width-side+10, base)
	c.paths(ClassAverage, average, at)
	c.paths(ClassLine, points, at)
	c.marks(points, at, base)
	return c.done(height)
}

// paths draws a line, cut at the gaps.
func (c *canvas) paths(class string, points []Point, at func(int, Point) XY) {
	var path []XY
	flush := func() {
		if len(path) > 1 {
			c.shapes = append(c.shapes, Shape{Kind: Path, Class: class, Points: path})
		}
		path = nil
	}
	for i, p := range points {
		if p.Missing {
			flush()
			continue
		}
		path = append(path, at(i, p))
	}
	flush()
}

// marks sets the dots, the number of the one to look at and of the highest, and under the axis every label that fits.
func (c *canvas) marks(points []Point, at func(int, Point) XY, base float64) {
	peak, strong := -1, -1
	for i, p := range points {
		if !p.Missing && (peak < 0 || p.Value > points[peak].Value) {
			peak = i
		}
		if p.Strong && !p.Missing {
			strong = i
		}
	}
	every := (len(points) + 4) / 5
	for i, p := range points {
		place := at(i, p)
		if (len(points)-1-i)%every == 0 {
			c.text(ClassTick, p.Label, tickSize, place.X, base+18, Middle)
		}
		if p.Missing {
			continue
		}
		r := 3.0
		if i == strong {
			r = 4.5
		}
		c.shapes = append(c.shapes, Shape{Kind: Dot, Class: ClassDot, X: place.X, Y: place.Y, R: r, Tip: p.Label + " " + p.Text})
		switch {
		case i == strong:
			c.text(ClassValue, p.Text, nameSize, place.X, place.Y-10, Middle)
		case i == peak && (strong < 0 || abs(at(strong, points[strong]).X-place.X) > 60):
			c.text(ClassTick, p.Text, tickSize, place.X, place.Y-8, Middle)
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }
