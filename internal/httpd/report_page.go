package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/chart"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// reportsPageData lists the months that have something to report.
type reportsPageData struct {
	Page
	Years []reportYear
	Trend *Chart
	// MaySubscribe says that the reader can have the reports by mail, Subscribed that they come.
	MaySubscribe, Subscribed bool
}

type reportYear struct {
	Year   int
	Months []monthLink
}

type monthLink struct {
	Label, Href string
	Running     bool
}

// trendMonths is what the trend shows: a year and the month to compare it with.
const trendMonths = 13

func (s *Server) reportsPage(c echo.Context) error {
	d, p := s.deskOf(c), reportsPageData{Page: s.base(c)}
	months, err := s.Reports.Months(d.ctx, d.by)
	if err != nil {
		return err
	}
	now := calendar.MonthOf(d.day)
	for _, m := range months {
		if n := len(p.Years); n == 0 || p.Years[n-1].Year != m.Year {
			p.Years = append(p.Years, reportYear{Year: m.Year})
		}
		y := &p.Years[len(p.Years)-1]
		y.Months = append(y.Months, monthLink{Label: locale.Month(d.lang, m.Year, m.Month), Href: "/reports/" + m.String(), Running: m == now})
	}
	if len(months) > 0 {
		if p.Trend, err = d.trend("", months[0]); err != nil {
			return err
		}
	}
	if p.MaySubscribe = s.Policy.May(d.by, access.SubscribeReport) == nil; p.MaySubscribe {
		if p.Subscribed, err = s.Reports.Subscribed(d.ctx, d.by); err != nil {
			return err
		}
	}
	return s.show(c, http.StatusOK, "report/months", p)
}

// trend draws the complaints received, month by month; each point opens its list.
func (d desk) trend(pack string, until calendar.Month) (*Chart, error) {
	points, err := d.s.Reports.PackTrend(d.ctx, d.by, pack, until, trendMonths)
	if err != nil {
		return nil, err
	}
	chart := Chart{ID: "trend", Title: d.t("report_page.trend"), Line: true, Labels: [2]string{d.t("report_page.trend_month"), d.t("report_page.trend_count")},
		Desc: d.t("report_page.trend_span", locale.Month(d.lang, points[0].Month.Year, points[0].Month.Month), locale.Month(d.lang, until.Year, until.Month))}
	for i, pt := range points {
		chart.Points = append(chart.Points, Point{
			Label: pt.Month.String(), Value: float64(pt.Received), Highlight: i == len(points)-1,
			Href: report.MonthLinks(pt.Month, pack).Behind(report.Figure{Table: "headline", Row: "received", Column: "value"}),
		})
	}
	return &chart, nil
}

// reportPageData is the report of a month.
type reportPageData struct {
	Page
	M          *report.Report
	Title      string
	Running    bool
	Versions   string // address
	Tiles      []tile
	Tables     []reportTable
	Forms      []fileLink
	Briefs     []briefView
	BriefsHref string // where they are chosen; "" for who has no part in it
	Schema     string // address
	Prev       string
	Next       string
	Packs      []Tab
}

// tile is a headline figure with its change.
type tile struct {
	Label, Value, Href string
	Change             string // against the month before
	Year               string // against the year before
	Rising             int    // 1, -1, or 0 where there is nothing to compare
	Tone               string
}

type reportTable struct {
	ID, Title, Note string
	Part            string // the title of the section that begins with this table
	CSV             string // address
	Columns         []reportColumn
	Rows            [][]reportCell
	Total           []reportCell
	Pictures        []chart.Picture
	Source          *fileLink // where what it is measured by comes from
}

type reportColumn struct {
	Label   string
	Numbers bool
}

type reportCell struct {
	Text, Href, Label string
	Numbers           bool
}

func periodParam(c echo.Context) (report.Period, error) {
	p, err := report.ParsePeriod(c.Param("month"))
	if err != nil {
		return p, fault.New(fault.NotFound, "fault.not_found")
	}
	return p, nil
}

func (s *Server) reportPage(c echo.Context) error {
	m, err := periodParam(c)
	if err != nil {
		return err
	}
	d, pack := s.deskOf(c), c.QueryParam("pack")
	r, err := s.reportAsked(c, d, m, pack)
	if err != nil {
		return err
	}
	if format := c.QueryParam("format"); format != "" {
		return s.reportFile(c, r, format)
	}
	p, err := s.reportData(c, r, m, pack)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "report/monthly", p)
}

// reportAsked is the report, or one of its revisions.
func (s *Server) reportAsked(c echo.Context, d desk, m report.Period, pack string) (*report.Report, error) {
	a := ask{values: c.QueryParams()}
	revision := a.number("revision", 1000)
	if err := a.err(); err != nil {
		return nil, err
	}
	if a.values.Has("revision") {
		return s.Reports.Revision(d.ctx, d.by, m, pack, d.lang, revision)
	}
	return s.Reports.Whole(d.ctx, d.by, m, pack, d.lang)
}

func (s *Server) reportData(c echo.Context, r *report.Report, m report.Period, pack string) (*reportPageData, error) {
	d := s.deskOf(c)
	p := &reportPageData{Page: s.base(c), M: r, Running: m.Contains(d.day),
		Title: d.t("report_page.month_title", m.Name(s.Words, d.lang))}
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: m.String()}}
	p.Versions = "/reports/" + m.String() + "/revisions"
	p.Prev = Query{Path: "/reports/" + m.Prev().String()}.With("pack", pack)
	if !m.End().After(d.day) {
		p.Next = Query{Path: "/reports/" + m.Next().String()}.With("pack", pack)
	}
	p.Packs = []Tab{{Label: d.t("report_page.all_packs"), Href: p.Query.With("pack", ""), Current: pack == "" || pack == report.All}}
	for _, pk := range s.Book.Packs() {
		p.Packs = append(p.Packs, Tab{Label: d.text(pk.Name), Href: p.Query.With("pack", pk.ID), Current: pack == pk.ID})
	}
	part := ""
	for _, t := range r.Listed() {
		if t.ID == "headline" {
			p.Tiles = d.tiles(r, t)
		}
		v := d.reportTable(r, t)
		if t.Section != part {
			part, v.Part = t.Section, r.SectionTitle(t.Section)
		}
		v.CSV = p.Query.With("format", "csv", "table", t.ID)
		p.Tables = append(p.Tables, v)
	}
	var err error
	if p.Briefs, err = d.briefViews(r.Briefs); err != nil {
		return nil, err
	}
	if m.Months == 1 && s.Policy.Widest(d.by.Role, access.ReadBrief) != access.None {
		p.BriefsHref = "/reports/" + m.String() + "/briefs"
	}
	for _, f := range reportFormats {
		p.Forms = append(p.Forms, fileLink{d.t("report_page.format." + f.name), p.Query.With("format", f.name)})
	}
	p.Schema = report.SchemaPath
	return p, nil
}

// besideColumns is how many columns a table may have to stand beside its picture on a wide screen.
const besideColumns = 5

// Narrow says that the table stands beside its one picture where there is room.
func (t reportTable) Narrow() bool { return len(t.Pictures) == 1 && len(t.Columns) <= besideColumns }

// manyColumns is from how many columns on a table is set closer.
const manyColumns = 11

// Many says that the table has so many columns that they stand close.
func (t reportTable) Many() bool { return len(t.Columns) >= manyColumns }

// fileLink is a file that a page offers.
type fileLink struct{ Label, Href string }

// tiles are the headline table, figure by figure.
func (d desk) tiles(r *report.Report, t *report.Table) []tile {
	at := map[string]int{}
	for i, key := range t.Keys {
		at[key] = i
	}
	var out []tile
	for i, row := range t.Rows {
		key, _ := row[at["figure"]].(string)
		x := tile{Label: report.Format(d.lang, row[at["name"]], report.Text), Value: report.Format(d.lang, row[at["value"]], t.Kind(i, at["value"])),
			Href: r.Link(t, i, at["value"])}
		if t.Kind(i, at["value"]) == report.Fen {
			if fen, ok := row[at["value"]].(int64); ok {
				x.Value = locale.MoneyShort(d.lang, fen)
			}
		}
		if v, ok := row[at["change"]].(float64); ok {
			x.Change, x.Rising = d.t("report_page.on_month", signed(d.lang, v)), sign(v)
		}
		if v, ok := row[at["year_change"]].(float64); ok {
			x.Year = d.t("report_page.on_year", signed(d.lang, v))
		}
		if n, ok := row[at["value"]].(int64); ok && key == "overdue" && n > 0 {
			x.Tone = "danger"
		}
		out = append(out, x)
	}
	return out
}

func signed(lang locale.Lang, v float64) string {
	text := locale.Percent(lang, v)
	if v > 0 {
		return "+" + text
	}
	return text
}

func sign(v float64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}

func (d desk) reportTable(r *report.Report, t *report.Table) reportTable {
	out := reportTable{ID: t.ID, Title: t.Title, Note: t.Note}
	order := t.Reading()
	for _, j := range order {
		out.Columns = append(out.Columns, reportColumn{t.Columns[j], t.Kinds[j] != report.Text})
	}
	line := func(row []any, link func(int) string, kind func(int) string) []reportCell {
		var cells []reportCell
		for _, j := range order {
			cells = append(cells, reportCell{Text: r.Cell(row[j], kind(j)), Href: link(j), Label: t.Columns[j], Numbers: t.Kinds[j] != report.Text})
		}
		return cells
	}
	for i, row := range t.Rows {
		out.Rows = append(out.Rows, line(row, func(j int) string {
			if t == r.Trend {
				return r.TrendLink(i, j)
			}
			return r.Link(t, i, j)
		}, func(j int) string { return t.Kind(i, j) }))
	}
	if t.Totals != nil {
		out.Total = line(t.Totals, func(j int) string { return r.TotalLink(t, j) }, func(j int) string { return t.Kinds[j] })
	}
	out.Pictures = r.Pictures(t)
	if t.ID == "firm_rates" {
		out.Source = &fileLink{d.t("firm_size.source"), "/firm-sizes"}
	}
	return out
}
