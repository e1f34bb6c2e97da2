package chart

import "math"

// Tile is a region of a map of equal tiles.
type Tile struct {
	Column, Row int
	Label, Tip  string // short for the tile, and in full
	Value       float64
	Text        string
}

// Tiles draws regions as equal tiles about where they lie, each with its name and number, shaded in five steps up to the
// largest; below stands what the steps are. A region with nothing is an outline. steps writes a range of values.
func Tiles(tiles []Tile, steps func(from, to float64) string) Picture {
	const gap, foot = 4, 14
	c := &canvas{width: width}
	columns, rows, top := 0, 0, 0.0
	for _, t := range tiles {
		columns, rows, top = max(columns, t.Column+1), max(rows, t.Row+1), max(top, t.Value)
	}
	if columns == 0 {
		return c.done(0)
	}
	size := min((width+gap)/float64(columns)-gap, 60)
	left := (width - float64(columns)*(size+gap) + gap) / 2
	high := size * 0.86
	for _, t := range tiles {
		x, y := left+float64(t.Column)*(size+gap), float64(t.Row)*(high+gap)
		class, words := ClassFrame, ClassTick
		if t.Value > 0 {
			class, words = Steps[step(t.Value, top)], ClassInside
			if dark[class] {
				words = ClassOn
			}
		}
		c.rect(class, x+0.5, y+0.5, size-1, high-1)
		c.shapes[len(c.shapes)-1].Tip = t.Tip
		name := min(tickSize, size*0.26)
		c.text(words, cut(t.Label, name, size-2), name, x+size/2, y+high*0.42, Middle)
		number := name
		if w := Width(t.Text, number); w > size-4 { // a large number is set smaller, never cut
			number *= (size - 4) / w
		}
		c.text(words, t.Text, number, x+size/2, y+high*0.8, Middle)
	}
	y := float64(rows)*(high+gap) + foot
	if top > 0 {
		classes, texts := ranges(top, steps)
		y += c.legend(y, classes, texts)
	}
	return c.done(y)
}

// step is the place among five in which a value lies.
func step(v, top float64) int {
	return min(max(int(math.Ceil(v/top*float64(len(Steps))))-1, 0), len(Steps)-1)
}

// ranges says which whole numbers each step holds; steps that hold none are left out.
func ranges(top float64, say func(from, to float64) string) (classes, texts []string) {
	from := 1.0
	for i := range Steps {
		to := math.Floor(top*float64(i+1)/float64(len(Steps)) + 1e-9)
		if to < from {
			continue
		}
		classes, texts = append(classes, Steps[i]), append(texts, say(from, to))
		from = to + 1
	}
	return classes, texts
}
