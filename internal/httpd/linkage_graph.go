package httpd

import (
	"fmt"

	"dunwatch/internal/linkage"
)

// linkGraph is a network of complaints and numbers laid out in two columns, numbers on the left, complaints on the right. Two
// columns and not a web: every name stays readable, lines are followed by eye, and the order is that of the table beside it.
type linkGraph struct {
	Width, Height int
	Ties          []graphNode
	Items         []graphNode
	Lines         []graphLine
	Large         bool // nothing is drawn: the table says it
	Rows          []graphRow
}

type graphNode struct {
	Y     float64
	Text  string
	Small string
	Href  string
	Here  bool // the complaint looked at
}

type graphLine struct {
	Path string
	Here bool
}

// graphRow is a number with the complaints that name it: the picture in words.
type graphRow struct {
	Kind, Value, Spread string
	Items               []graphNode
}

const (
	graphWidth = 560
	graphStep  = 34
	graphLeft  = 215 // where names of numbers end
	graphRight = 345 // where names of complaints begin
)

// linkGraph lays out a network; nil where no number ties two complaints together.
func (d desk) linkGraph(n *linkage.Network) *linkGraph {
	if len(n.Ties) == 0 {
		return nil
	}
	g := &linkGraph{Width: graphWidth, Large: n.Large}
	rows := max(len(n.Ties), len(n.Items))
	g.Height = rows*graphStep + graphStep/2
	place := func(i, of int) float64 {
		return round((float64(i)+0.5)*float64(rows)/float64(of)*graphStep + graphStep/4)
	}
	for i, r := range n.Items {
		row := graphNode{Y: place(i, len(n.Items)), Text: r.Complaint.Reference, Href: complaintHref(r.Complaint), Here: r.Strength == 0 && i == 0}
		if r.Case.Reference != "" {
			row.Text, row.Href = r.Case.Reference, "/cases/"+urlPath(r.Case.Reference)
		}
		if p := d.namedParties(r.Complaint); len(p) > 0 {
			row.Small = short(p[len(p)-1].Name, 26)
		}
		g.Items = append(g.Items, row)
	}
	for i, t := range n.Ties {
		tie := graphNode{Y: place(i, len(n.Ties)), Text: short(t.Key, 24), Small: d.t("complaint.accused_kinds." + t.Kind)}
		row := graphRow{Kind: tie.Small, Value: t.Key, Spread: d.spread(t.Use)}
		for _, k := range t.Items {
			row.Items = append(row.Items, g.Items[k])
			g.Lines = append(g.Lines, graphLine{
				Path: fmt.Sprintf("M%d %g C%d %g %d %g %d %g", graphLeft+8, tie.Y, graphLeft+70, tie.Y, graphRight-70, g.Items[k].Y, graphRight-8, g.Items[k].Y), Here: g.Items[k].Here,
			})
		}
		g.Ties = append(g.Ties, tie)
		g.Rows = append(g.Rows, row)
	}
	return g
}
