package chart_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"dunwatch/internal/chart"
)

const (
	longChinese = "中国某某某某某某某某消费金融股份有限公司及其委托的某某某某某某企业管理咨询（集团）有限责任公司浙江第一分公司"
	longEnglish = "BANK OF AMERICA, NATIONAL ASSOCIATION (Wholesale Collections Division of the Greater Northwestern Metropolitan Area) LLC"
)

func names(n int) []chart.Point {
	var out []chart.Point
	for i := range n {
		label := []string{longChinese, longEnglish, "短", strings.Repeat("W", 90)}[i%4]
		out = append(out, chart.Point{Label: label, Value: float64(7 * (n - i)), Text: fmt.Sprintf("%d,000,000", 7*(n-i)), Strong: i == 0})
	}
	return out
}

// inside holds every shape, words with their width, against the picture's edges.
func inside(t *testing.T, name string, p chart.Picture) {
	t.Helper()
	for _, s := range p.Shapes {
		left, right, top, bottom := s.X, s.X, s.Y, s.Y
		switch s.Kind {
		case chart.Rect:
			right, bottom = s.X+s.W, s.Y+s.H
		case chart.Line:
			right, bottom = s.X2, s.Y2
		case chart.Dot:
			left, right, top, bottom = s.X-s.R, s.X+s.R, s.Y-s.R, s.Y+s.R
		case chart.Path:
			xs, ys := []float64{}, []float64{}
			for _, at := range s.Points {
				xs, ys = append(xs, at.X), append(ys, at.Y)
			}
			left, right, top, bottom = slices.Min(xs), slices.Max(xs), slices.Min(ys), slices.Max(ys)
		case chart.Text:
			w := chart.Width(s.Text, s.Size)
			switch s.Anchor {
			case chart.Middle:
				left = s.X - w/2
			case chart.End:
				left = s.X - w
			}
			right, top, bottom = left+w, s.Y-s.Size*0.8, s.Y+s.Size*0.25
			if s.Text == "" {
				t.Errorf("%s: a text without words", name)
			}
		}
		if left < -0.01 || top < -0.01 || right > p.Width+0.01 || bottom > p.Height+0.01 {
			t.Errorf("%s: %s %q reaches %.1f..%.1f, %.1f..%.1f in a picture of %.0f by %.0f", name, s.Kind, s.Text, left, right, top, bottom, p.Width, p.Height)
		}
	}
}

// apart holds that no two texts lie on each other.
func apart(t *testing.T, name string, p chart.Picture) {
	t.Helper()
	type box struct {
		l, r, y float64
		text    string
	}
	var boxes []box
	for _, s := range p.Shapes {
		if s.Kind != chart.Text {
			continue
		}
		w := chart.Width(s.Text, s.Size)
		l := s.X
		switch s.Anchor {
		case chart.Middle:
			l -= w / 2
		case chart.End:
			l -= w
		}
		b := box{l, l + w, s.Y, s.Text}
		for _, o := range boxes {
			if b.l < o.r-1 && o.l < b.r-1 && math.Abs(b.y-o.y) < 9 {
				t.Errorf("%s: %q and %q lie on each other", name, b.text, o.text)
			}
		}
		boxes = append(boxes, b)
	}
}

func TestNothingLeavesThePicture(t *testing.T) {
	for _, n := range []int{0, 1, 2, 13, 30} {
		points := names(n)
		pictures := map[string]chart.Picture{"bars": chart.Bars(points)}
		var stacks []chart.Stack
		var months, average []chart.Point
		var tiles []chart.Tile
		for i, p := range points {
			stacks = append(stacks, chart.Stack{Label: p.Label, Values: []float64{p.Value, 1, 0, float64(i)}, Texts: []string{p.Text, "1", "0", fmt.Sprint(i)}, Whole: "12,345,678"})
			month := chart.Point{Label: fmt.Sprintf("2026-%02d", i%12+1), Value: p.Value, Text: p.Text, Missing: i == 5, Strong: i == n-1}
			months, average = append(months, month), append(average, chart.Point{Value: p.Value / 2, Missing: i < 2})
			tiles = append(tiles, chart.Tile{Column: i % 7, Row: i / 7, Label: longChinese, Value: p.Value, Text: p.Text})
		}
		pictures["stacked"] = chart.Stacked(stacks, []string{longEnglish, "逾期", longChinese, "d"})
		pictures["trend"] = chart.Trend(months, average, [2]string{"当月", "三个月平均"})
		pictures["tiles"] = chart.Tiles(tiles, func(a, b float64) string { return fmt.Sprintf("%.0f–%.0f", a, b) })
		for kind, p := range pictures {
			name := fmt.Sprintf("%s of %d", kind, n)
			if p.Empty() != (n == 0) {
				t.Errorf("%s: %d shapes", name, len(p.Shapes))
			}
			inside(t, name, p)
			apart(t, name, p)
		}
	}
}

func only(p chart.Picture, kind string) (out []chart.Shape) {
	for _, s := range p.Shapes {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

func TestBarsAreAsLongAsTheirValues(t *testing.T) {
	p := chart.Bars([]chart.Point{{Label: "a", Value: 40, Text: "40"}, {Label: "b", Value: 10, Text: "10"}, {Label: "c", Text: "0"}, {Label: "d", Missing: true, Text: "–"}})
	bars := only(p, chart.Rect)
	if len(bars) != 3 || bars[0].W < 300 || math.Abs(bars[0].W-4*bars[1].W) > 0.05 || bars[2].W != 0 {
		t.Errorf("bars of 40, 10, 0 and nothing: %+v", bars)
	}
	if texts := only(p, chart.Text); len(texts) != 8 {
		t.Errorf("%d texts, want a name and a number for each", len(texts))
	}
}

func TestPartsShareTheirWhole(t *testing.T) {
	p := chart.Stacked([]chart.Stack{
		{Label: "a", Values: []float64{30, 0, 10}, Texts: []string{"30", "0", "10"}, Whole: "40"},
		{Label: "b", Values: []float64{0, 0, 0}, Texts: []string{"0", "0", "0"}, Whole: "0"},
	}, []string{"x", "y", "z"})
	r := only(p, chart.Rect)
	if len(r) != 6 || math.Abs(r[0].W-3*r[1].W) > 0.05 || math.Abs(r[0].X+r[0].W-r[1].X) > 0.05 || r[0].Class != "p1" || r[1].Class != "p3" || r[2].Class != chart.ClassFrame {
		t.Errorf("parts of 30 and 10, an outline, three of the legend: %+v", r)
	}
}

func TestTrendHasGapsAndZeroBase(t *testing.T) {
	v := func(n float64) chart.Point { return chart.Point{Label: "m", Value: n, Text: fmt.Sprint(n)} }
	p := chart.Trend([]chart.Point{v(0), v(50), {Label: "m", Missing: true}, v(100), v(25)}, nil, [2]string{"x", "y"})
	dots, paths := only(p, chart.Dot), only(p, chart.Path)
	if len(dots) != 4 || len(paths) != 2 {
		t.Fatalf("%d dots and %d paths, want 4 and 2", len(dots), len(paths))
	}
	base := only(p, chart.Line)[2].Y
	if dots[0].Y != base || math.Abs((base-dots[2].Y)-2*(base-dots[1].Y)) > 0.05 || math.Abs((base-dots[2].Y)-4*(base-dots[3].Y)) > 0.05 {
		t.Errorf("dots %+v over %v are not as high as 0, 50, 100, 25", dots, base)
	}
	if got := paths[0].D(); !strings.HasPrefix(got, "M30 ") || strings.Count(got, "L") != 1 {
		t.Errorf("path %s", got)
	}
}

func TestTilesAreShadedInSteps(t *testing.T) {
	var tiles []chart.Tile
	for i, v := range []float64{0, 1, 20, 21, 100} {
		tiles = append(tiles, chart.Tile{Column: i, Label: "浙", Value: v, Text: fmt.Sprint(v)})
	}
	p := chart.Tiles(tiles, func(a, b float64) string { return fmt.Sprintf("%.0f–%.0f", a, b) })
	var got []string
	for _, s := range only(p, chart.Rect) {
		got = append(got, s.Class)
	}
	if want := "frame q1 q1 q2 q5 q1 q2 q3 q4 q5"; strings.Join(got, " ") != want {
		t.Errorf("classes %v, want %s", got, want)
	}
	var words []string
	for _, s := range only(p, chart.Text) {
		words = append(words, s.Text)
	}
	if text := strings.Join(words, " "); !strings.Contains(text, "1–20 21–40 41–60 61–80 81–100") || !strings.Contains(text, "浙 100") {
		t.Errorf("words: %s", text)
	}
}
