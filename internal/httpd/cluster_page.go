package httpd

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/linkage"
	"dunwatch/internal/locale"
)

// clustersPageData is the list of like complaints.
type clustersPageData struct {
	Page
	Rows  []clusterRow
	Tabs  []Tab
	Pager Pager
}

type clusterRow struct {
	Number          int64
	Href            string
	Size, Recent    int
	FirstOn, LastOn calendar.Date
	Firms           []firmCountRow
	More            int // firms not shown
}

// clusterFirms is how many firms a row of the list names.
const clusterFirms = 3

func (s *Server) mayClusters(by access.Actor) bool {
	return s.Policy.Widest(by.Role, access.ReadClusters) != access.None
}

func clusterHref(number int64) string { return "/clusters/" + strconv.FormatInt(number, 10) }

func (d desk) clusterRow(k linkage.Cluster) clusterRow {
	r := clusterRow{Number: k.Number, Href: clusterHref(k.Number), Size: k.Size, Recent: k.Recent, FirstOn: k.FirstOn, LastOn: k.LastOn, Firms: d.firmCounts(k.Firms)}
	if n := len(r.Firms); n > clusterFirms {
		r.Firms, r.More = r.Firms[:clusterFirms], n-clusterFirms
	}
	return r
}

func (s *Server) clustersPage(c echo.Context) error {
	d, p := s.deskOf(c), &clustersPageData{Page: s.base(c)}
	a := ask{values: p.Query.Values}
	f := linkage.ClusterFilter{Sort: a.oneOf("sort", linkage.ClusterSorts...), Cursor: a.text("cursor"), Limit: a.number("limit", 100)}
	if err := a.err(); err != nil {
		return err
	}
	list, err := s.Links.Clusters(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	for _, k := range list.Items {
		p.Rows = append(p.Rows, d.clusterRow(k))
	}
	for _, sort := range linkage.ClusterSorts {
		p.Tabs = append(p.Tabs, Tab{Label: d.t("linkage.sorts." + sort), Href: p.Query.With("sort", sort, "cursor", "", "back", ""),
			Current: f.Sort == sort || f.Sort == "" && sort == linkage.ClusterSorts[0]})
	}
	p.Pager = d.pager(p.Query, len(p.Rows), list.NextCursor)
	return s.show(c, http.StatusOK, "linkage/clusters", p)
}

// clusterPageData is one group of like complaints with its two readings.
type clusterPageData struct {
	Page
	F             *linkage.ClusterFacts
	Script, Agent []string
	Firms         []firmCountRow
	Numbers       []namedRow
	Sources       []Answer
	Chart         *Chart
	Rows          []relatedRow
	Elsewhere     []string
	Graph         *linkGraph
}

func (s *Server) clusterPage(c echo.Context) error {
	d := s.deskOf(c)
	number, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	f, err := s.Links.Cluster(d.ctx, d.by, number)
	if err != nil {
		return err
	}
	p := &clusterPageData{Page: s.base(c), F: f, Script: d.signs(f.Script), Agent: d.signs(f.Agent), Firms: d.firmCounts(f.Firms),
		Rows: d.relatedRows(f.Items), Elsewhere: d.elsewhere(f.Elsewhere, f.Sheltered), Chart: d.clusterChart(f)}
	p.Crumbs = []Crumb{{Text: d.t("linkage.clusters"), Href: "/clusters"}, {Text: d.t("linkage.cluster_no", number)}}
	for _, x := range f.Identifiers {
		r := namedRow{Kind: d.t("complaint.accused_kinds." + x.Kind), Value: x.Key, Code: x.Kind, Spread: d.t("linkage.of_members", x.Count, f.Looked)}
		if x.Shared() {
			r.Note = d.t("linkage.shared")
		}
		p.Numbers = append(p.Numbers, r)
	}
	for _, x := range f.Sources {
		p.Sources = append(p.Sources, Answer{Label: d.sourceName(s.cfg.Pack, x.Name), Lines: []string{locale.Number(d.lang, float64(x.Count))}})
	}
	n, err := s.Links.NetworkAmong(d.ctx, d.by, f)
	if err != nil {
		return err
	}
	p.Graph = d.linkGraph(n)
	return s.show(c, http.StatusOK, "linkage/cluster", p)
}

func (d desk) signs(list []linkage.Sign) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		out = append(out, d.t("linkage.signs."+x.Key, x.Args...))
	}
	return out
}

// clusterChart is how many came in which month, gaps included; nil for a single month, which a picture says no better.
func (d desk) clusterChart(f *linkage.ClusterFacts) *Chart {
	if len(f.Months) < 2 {
		return nil
	}
	c := &Chart{ID: "cluster-months", Line: true, Title: d.t("linkage.by_month"), Desc: d.t("linkage.by_month_text"), Labels: [2]string{d.t("linkage.month"), d.t("linkage.received")}}
	n := map[calendar.Month]int{}
	for _, m := range f.Months {
		n[m.Month] = m.Count
	}
	last := f.Months[len(f.Months)-1].Month
	for m := f.Months[0].Month; ; m = m.Add(1) {
		c.Points = append(c.Points, Point{Label: m.String(), Value: float64(n[m]), Highlight: m == last})
		if m == last || len(c.Points) > 120 {
			return c
		}
	}
}
