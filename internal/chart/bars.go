package chart

// Bars draws one bar under each name, as long as its value, with the number behind it. A missing value has no bar.
func Bars(points []Point) Picture {
	const lineStep, barHeight, gap = 16, 12, 12
	c := &canvas{width: width}
	top, room := 0.0, 0.0
	for _, p := range points {
		top, room = max(top, p.Value), max(room, Width(p.Text, nameSize)*1.08)
	}
	if top == 0 {
		top = 1
	}
	room = min(room+10, width/2)
	y := 0.0
	for _, p := range points {
		for _, text := range lines(p.Label, nameSize, width, 2) {
			c.text(ClassName, text, nameSize, 0, y+12, Start)
			y += lineStep
		}
		w := 0.0
		if !p.Missing {
			w = max(p.Value, 0) / top * (width - room)
			class := ClassBar
			if p.Strong {
				class = ClassStrong
			}
			c.rect(class, 0, y+2, w, barHeight)
		}
		c.text(ClassValue, p.Text, nameSize, w+8, y+barHeight+1, Start)
		y += barHeight + gap
	}
	return c.done(y - gap + 6)
}

// Stack is a whole with its parts.
type Stack struct {
	Label  string
	Values []float64
	Texts  []string // the values as people read them
	Whole  string   // what they add up to, as people read it
}

// Stacked draws each whole as a bar of the same length, divided by the shares of its parts, with the numbers in them where they
// fit and the whole behind; below stands what the parts are, in the classes given or Parts. A whole of nothing is an outline.
func Stacked(stacks []Stack, parts []string, classes ...string) Picture {
	const lineStep, barHeight, gap = 16, 20, 12
	c := &canvas{width: width}
	if len(classes) == 0 {
		classes = Parts
	}
	room := 0.0
	for _, s := range stacks {
		room = max(room, Width(s.Whole, nameSize)*1.08)
	}
	full, y := width-min(room+10, width/2), 0.0
	for _, s := range stacks {
		for _, text := range lines(s.Label, nameSize, width, 2) {
			c.text(ClassName, text, nameSize, 0, y+12, Start)
			y += lineStep
		}
		c.parts(s, classes, y+2, barHeight, full)
		c.text(ClassValue, s.Whole, nameSize, full+8, y+barHeight-3, Start)
		y += barHeight + gap
	}
	if len(stacks) > 0 {
		y += c.legend(y, classes[:min(len(parts), len(classes))], parts[:min(len(parts), len(classes))])
	}
	return c.done(y)
}

func (c *canvas) parts(s Stack, classes []string, y, h, full float64) {
	sum := 0.0
	for _, v := range s.Values {
		sum += max(v, 0)
	}
	if sum == 0 {
		c.rect(ClassFrame, 0.5, y+0.5, full-1, h-1)
		return
	}
	x := 0.0
	for i, v := range s.Values {
		if v <= 0 {
			continue
		}
		class := classes[min(i, len(classes)-1)]
		w := v / sum * full
		c.rect(class, x, y, w, h)
		if text := s.Texts[i]; Width(text, tickSize) <= w-6 {
			inside := ClassInside
			if dark[class] {
				inside = ClassOn
			}
			c.text(inside, text, tickSize, x+w/2, y+h/2+4.5, Middle)
		}
		x += w
	}
}
