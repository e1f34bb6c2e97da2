package httpd

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/fault"
	"dunwatch/internal/report"
)

// behindPageData lists what a figure of a report counts. Everybody who reads reports sees the whole list: it names things by
// their references and holds no personal data. Opening them is up to the reader's reach.
type behindPageData struct {
	Page
	Title   string
	L       *report.List
	Items   []behindRow
	N       int
	Amounts bool   // the figure is an amount, of which each item says its part
	Work    string // the list of another area with the same filter, within the reader's own reach
	Pager   Pager
}

type behindRow struct {
	report.Item
	KindText, Outcome, Code string
}

// behindShown is how many things a page lists.
const behindShown = 200

func (s *Server) behindPage(c echo.Context) error {
	m, err := periodParam(c)
	if err != nil {
		return err
	}
	d, f, pack := s.deskOf(c), report.FigureOf(c.QueryParams()), c.QueryParam("pack")
	a := ask{values: c.QueryParams()}
	from := a.number("from", 1_000_000_000)
	if err := a.err(); err != nil {
		return err
	}
	l, err := s.Reports.Behind(d.ctx, d.by, m, pack, f, d.lang)
	if err != nil {
		return err
	}
	p := d.behind(c, l, pack, from)
	p.Work = report.Links{Period: m, Pack: pack}.Worklist(f)
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"},
		{Text: m.Name(s.Words, d.lang), Href: Query{Path: "/reports/" + m.String()}.With("pack", pack)}, {Text: p.Title}}
	return s.show(c, http.StatusOK, "report/behind", p)
}

// numberedBehindPage lists what a figure of a fixed report counts.
func (s *Server) numberedBehindPage(c echo.Context) error {
	d, v := s.deskOf(c), c.QueryParams()
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	a := ask{values: v}
	from := a.number("from", 1_000_000_000)
	if err := a.err(); err != nil {
		return err
	}
	what, err := numberedAsk(number, v)
	if err != nil {
		return err
	}
	l, err := s.Reports.NumberedBehind(d.ctx, d.by, what, report.FigureOf(v), d.lang)
	if err != nil {
		return err
	}
	p := d.behind(c, l, what.Pack, from)
	if f, err := s.Firms.ByCode(d.ctx, what.Firm); err == nil {
		p.Title = f.Name + " · " + p.Title
	}
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: d.t("numbered.page"), Href: "/reports/numbered"},
		{Text: d.t("numbered.number", number), Href: Query{Path: "/reports/numbered/" + strconv.Itoa(number)}.With("firm", what.Firm, "period", v.Get("period"), "pack", what.Pack)}, {Text: p.Title}}
	return s.show(c, http.StatusOK, "report/behind", p)
}

// behind is a page of a list, from a place on.
func (d desk) behind(c echo.Context, l *report.List, pack string, from int) behindPageData {
	p := behindPageData{Page: d.s.base(c), L: l, Title: l.Title + " · " + l.Column, N: len(l.Items), Amounts: l.Kind == report.Fen}
	items := l.Items[min(from, len(l.Items)):]
	for _, it := range items[:min(behindShown, len(items))] {
		r := behindRow{Item: it, KindText: d.t("report_page.kind." + it.Kind)}
		if it.Code != "" {
			r.Code = d.behindCode(pack, it)
		}
		if it.Outcome != "" {
			r.Outcome = d.filterValue(pack, "outcome", it.Outcome)
		}
		p.Items = append(p.Items, r)
	}
	if key := map[string]string{"measure": "kind"}[l.RowKey]; key != "" {
		l.RowKey = key
	}
	if l.RowKey != "" {
		l.RowName = d.filterValue(pack, l.RowKey, l.RowName)
	}
	p.Pager = d.behindPager(p.Query, from, len(l.Items))
	return p
}

// behindCode is what an item is about: a violation, or a kind of measure.
func (d desk) behindCode(pack string, it report.Item) string {
	if it.Kind == "measure" || it.Kind == "penalty" {
		return d.filterValue(pack, "kind", it.Code)
	}
	return d.filterValue(pack, "code", it.Code)
}

// behindPager goes through a list by places: it stays the same while it is read.
func (d desk) behindPager(q Query, from, n int) Pager {
	p := Pager{Text: d.t("report_page.behind_shown", min(from+1, n), min(from+behindShown, n), n)}
	if from > 0 {
		back := ""
		if from > behindShown {
			back = strconv.Itoa(from - behindShown)
		}
		p.Newer = q.With("from", back)
	}
	if from+behindShown < n {
		p.Older = q.With("from", strconv.Itoa(from+behindShown))
	}
	return p
}
