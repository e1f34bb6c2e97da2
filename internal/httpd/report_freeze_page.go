package httpd

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

const revisionsTemplate = "report/revisions"

// revisionsPageData says how a report was frozen, what has changed since, and lets a director freeze.
type revisionsPageData struct {
	Page
	Title   string
	Name    string // of the period
	Report  string // address
	List    []freezeRowView
	Pending []changeView
	Over    bool // the period has ended
	Frozen  bool
	May     bool // freeze
	Public  string
}

// freezeRowView is a revision with what it explains.
type freezeRowView struct {
	report.Freeze
	Href    string
	Files   []fileLink
	Changes []changeView
}

// changeView is a changed figure in words.
type changeView struct {
	report.Change
	Was, Is string
	Events  []changeEventView
	More    []changeEventView // of Events, those that a reader opens
}

type changeEventView struct {
	report.Event
	Label string
}

func (s *Server) revisionsPage(c echo.Context) error {
	p, err := s.revisionsData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, revisionsTemplate, p)
}

func (s *Server) revisionsData(c echo.Context) (*revisionsPageData, error) {
	period, err := periodParam(c)
	if err != nil {
		return nil, err
	}
	d, p := s.deskOf(c), &revisionsPageData{Page: s.base(c), Name: period.Name(s.Words, langOf(c)), Report: "/reports/" + period.String()}
	p.Query = Query{Path: p.Report}
	p.Title = d.t("report_freeze.title", p.Name)
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: p.Name, Href: p.Report}, {Text: d.t("report_freeze.crumb")}}
	p.Over, p.May = !period.End().After(d.day), s.Policy.May(d.by, access.FreezeReport) == nil
	list, err := s.Reports.Revisions(d.ctx, d.by, period)
	if err != nil {
		return nil, err
	}
	p.Frozen = len(list) > 0
	for _, f := range list {
		r, err := s.Reports.Revision(d.ctx, d.by, period, report.All, d.lang, f.Revision)
		if err != nil {
			return nil, err
		}
		at := p.Report + "?revision=" + strconv.Itoa(f.Revision)
		row := freezeRowView{Freeze: f, Href: at, Changes: d.changes(r.Changes, r.Events)}
		for _, x := range reportFormats {
			row.Files = append(row.Files, fileLink{d.t("report_page.format." + x.name), at + "&format=" + x.name})
		}
		p.List = append(p.List, row)
		if f.Published {
			p.Public = "/statistics/" + period.String()
		}
	}
	changes, events, err := s.Reports.Pending(d.ctx, d.by, period, d.lang)
	if err != nil {
		return nil, err
	}
	p.Pending = d.changes(changes, events)
	return p, nil
}

// changes puts changes into words.
func (d desk) changes(list []report.Change, events []report.Event) []changeView {
	var out []changeView
	for _, c := range list {
		v := changeView{Change: c, Was: report.Format(d.lang, c.Was, c.Kind), Is: report.Format(d.lang, c.Is, c.Kind)}
		for _, e := range events {
			if slices.Contains(c.Events, e.Entry) {
				label := e.Action
				if key := "audit_page.action." + e.Action; d.s.Words.Has(d.lang, key) {
					label = d.t(key)
				}
				if key := "event.step." + e.Step; e.Step != "" && d.s.Words.Has(d.lang, key) {
					label = d.t(key)
				}
				v.Events = append(v.Events, changeEventView{e, label})
			}
		}
		if len(v.Events) > shownEvents {
			v.Events, v.More = v.Events[:shownEvents], v.Events[shownEvents:]
		}
		out = append(out, v)
	}
	return out
}

// shownEvents is how many entries stand open beside a figure that changed.
const shownEvents = 5

func (s *Server) freezePage(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	period, err := periodParam(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	f, err := s.Reports.Freeze(d.ctx, d.by, period, form.Value("reason"))
	if err != nil {
		return s.again(c, err, form, "freeze", revisionsTemplate, func() (any, error) { return s.revisionsData(c) }, func(v any, f *Form) any {
			p := v.(*revisionsPageData)
			p.Form = f
			return p
		})
	}
	s.flash(c, "good", "report_freeze.done", strconv.Itoa(f.Revision))
	return c.Redirect(http.StatusSeeOther, "/reports/"+period.String()+"/revisions")
}

type freezeInput struct {
	Month string `path:"month" maxLength:"7"`
	Body  struct {
		Reason string `json:"reason" maxLength:"2000" doc:"Needed for a revision."`
	}
}

// freezeView is a frozen report.
type freezeView struct {
	Month     string `json:"month"`
	Revision  int    `json:"revision"`
	CutOff    string `json:"cut_off" format:"date-time"`
	FrozenAt  string `json:"frozen_at" format:"date-time"`
	Reason    string `json:"reason"`
	By        string `json:"by"`
	SHA256    string `json:"sha256" doc:"Of the report in Chinese over all packs, byte by byte as it is served."`
	Published bool   `json:"published" doc:"The public sees the figures of this revision."`
}

func freezeViewOf(f report.Freeze) freezeView {
	return freezeView{f.Period.String(), f.Revision, stamp(f.CutOff), stamp(f.FrozenAt), f.Reason, f.By, f.SHA256, f.Published}
}

func (s *Server) apiFreeze(ctx context.Context, by access.Actor, in *freezeInput) (*answer[freezeView], error) {
	period, err := periodIn(in.Month)
	if err != nil {
		return nil, err
	}
	f, err := s.Reports.Freeze(ctx, by, period, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return reply(freezeViewOf(*f)), nil
}

type periodPath struct {
	Month string `path:"month" maxLength:"7" doc:"YYYY-MM; also YYYY-Q1 to Q4, YYYY-H1, YYYY-H2 and YYYY."`
}

// revisionsView says how a report was frozen, the newest first, and what differs from it today.
type revisionsView struct {
	Items   []freezeView    `json:"items"`
	Changes []report.Change `json:"changes" doc:"What the next revision would explain."`
	Events  []report.Event  `json:"events"`
}

func (s *Server) apiRevisions(ctx context.Context, by access.Actor, in *periodPath) (*answer[revisionsView], error) {
	period, err := periodIn(in.Month)
	if err != nil {
		return nil, err
	}
	list, err := s.Reports.Revisions(ctx, by, period)
	if err != nil {
		return nil, err
	}
	changes, events, err := s.Reports.Pending(ctx, by, period, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	return reply(revisionsView{viewsOf(list, freezeViewOf), append([]report.Change{}, changes...), append([]report.Event{}, events...)}), nil
}

// publicFiguresData are the public figures of a month, or the months that there are.
type publicFiguresData struct {
	Page
	Months []monthLink
	P      *report.Public
	Name   string
	Tables []publicTableView
	Briefs []briefView
	CSV    string
	JSON   string
	Schema string
}

type publicTableView struct {
	ID, Title string
	Withheld  bool
	Rows      []publicRowView
	Total     string
	Hidden    bool // something in it is
}

type publicRowView struct {
	Name, Count string
	Hidden      bool
}

func (s *Server) publicMonthsPage(c echo.Context) error {
	d, p := s.deskOf(c), publicFiguresData{Page: s.base(c)}
	months, err := s.Reports.PublicMonths(d.ctx)
	if err != nil {
		return err
	}
	for _, m := range months {
		p.Months = append(p.Months, monthLink{Label: m.Name(s.Words, d.lang), Href: "/statistics/" + m.String()})
	}
	return s.show(c, http.StatusOK, "public/statistics", p)
}

func (s *Server) publicFiguresPage(c echo.Context) error {
	period, err := periodParam(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	r, err := s.Reports.Public(d.ctx, period)
	if err != nil {
		return err
	}
	switch c.QueryParam("format") {
	case "json":
		c.Response().Header().Set("Content-Disposition", contentDisposition("statistics-"+period.String()+".json"))
		return c.JSONPretty(http.StatusOK, r, "  ")
	case "csv":
		c.Response().Header().Set("Content-Disposition", contentDisposition("statistics-"+period.String()+".csv"))
		c.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
		return r.WriteCSV(c.Response(), d.lang)
	}
	p := publicFiguresData{Page: s.base(c), P: r, Name: period.Name(s.Words, d.lang)}
	p.Crumbs = []Crumb{{Text: d.t("statistics.title"), Href: "/statistics"}, {Text: p.Name}}
	p.CSV, p.JSON = p.Query.With("format", "csv"), p.Query.With("format", "json")
	p.Schema = report.PublicSchemaPath
	for i := range r.Tables {
		p.Tables = append(p.Tables, d.publicTable(&r.Tables[i]))
	}
	for _, x := range r.Briefs {
		p.Briefs = append(p.Briefs, d.briefView(x.In(d.lang), d.lang))
	}
	return s.show(c, http.StatusOK, "public/figures", p)
}

func (d desk) publicTable(t *report.PublicTable) publicTableView {
	v := publicTableView{ID: t.ID, Title: t.Title(d.lang), Withheld: t.Withheld}
	for _, r := range t.Rows {
		row := publicRowView{Name: r.Name(d.lang), Hidden: r.Count == nil}
		if r.Count != nil {
			row.Count = report.Format(d.lang, *r.Count, r.Kind)
		}
		v.Hidden = v.Hidden || row.Hidden
		v.Rows = append(v.Rows, row)
	}
	if t.Total != nil {
		v.Total = locale.Number(d.lang, float64(*t.Total))
	}
	return v
}

// publicMonthsView lists the months of which there are public figures.
type publicMonthsView struct {
	Items []string `json:"items" doc:"YYYY-MM, the newest first."`
}

func (s *Server) apiPublicMonths(ctx context.Context, _ access.Actor, _ *struct{}) (*answer[publicMonthsView], error) {
	months, err := s.Reports.PublicMonths(ctx)
	if err != nil {
		return nil, err
	}
	return reply(publicMonthsView{viewsOf(months, report.Period.String)}), nil
}

func (s *Server) apiPublicFigures(ctx context.Context, _ access.Actor, in *periodPath) (*answer[*report.Public], error) {
	period, err := periodIn(in.Month)
	if err != nil {
		return nil, err
	}
	p, err := s.Reports.Public(ctx, period)
	if err != nil {
		return nil, err
	}
	return reply(p), nil
}
