package httpd

import (
	"context"
	"math"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/chart"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

// dashboardPageData is how things stand now. Each figure opens the list of work that holds exactly these things: to whoever
// reaches all of them, as supervisors and directors do.
type dashboardPageData struct {
	Page
	Alarms []alarmRow
	More   int // alarms not shown
	Tiles  []tile
	Units  []unitRow
	Total  unitRow
	Trend  chart.Picture
	Days   []dayRow // the newest first
}

// unitRow is what a unit has in hand, with a bar of it as long as its share of the fullest unit.
type unitRow struct {
	Name                                  string
	Open, Unassigned, Overdue             int64
	OpenHref, UnassignedHref, OverdueHref string
	BarOpen, BarOverdue                   float64 // of 100
}

type dayRow struct {
	On       calendar.Date
	Received int64
	Href     string
}

// alarmsOnTop is how many alarms the dashboard shows.
const alarmsOnTop = 3

func (s *Server) dashboardPage(c echo.Context) error {
	d, p := s.deskOf(c), dashboardPageData{Page: s.base(c)}
	now, err := s.Reports.Dashboard(d.ctx, d.by, d.lang)
	if err != nil {
		return err
	}
	open, err := s.Reports.Alarms(d.ctx, d.by, false)
	if err != nil {
		return err
	}
	p.Alarms = d.alarms(open[:min(alarmsOnTop, len(open))])
	p.More = len(open) - len(p.Alarms)
	p.Tiles = d.standing(now)
	p.units(now)
	p.Trend = d.daily(now)
	for i := range now.Days {
		day := now.Days[len(now.Days)-1-i]
		p.Days = append(p.Days, dayRow{day.On, day.Received, receivedOn(day.On, day.On)})
	}
	return s.show(c, http.StatusOK, "report/dashboard", p)
}

// receivedOn is the list of the complaints received from one day to another, both included.
func receivedOn(since, until calendar.Date) string {
	return Query{Path: "/complaints"}.With("status", "all", "since", since.String(), "until", until.String())
}

// standing are the figures of the office.
func (d desk) standing(now *report.Dashboard) (out []tile) {
	day := now.Today.String()
	for _, x := range []struct {
		key, href string
		n         int64
		tone      string
	}{
		{"received", receivedOn(now.Today, now.Today), now.Received, ""}, {"week", receivedOn(now.Today.AddDays(-6), now.Today), now.Week, ""},
		{"to_screen", "/complaints", now.ToScreen, ""}, {"unassigned", "/queue?officer=none", now.Unassigned, ""}, {"overdue", "/queue?time=late", now.Overdue, "danger"},
		{"open", "/queue", now.Open, ""}, {"opened", Query{Path: "/queue"}.With("status", "all", "opened_since", day, "opened_until", day), now.Opened, ""},
		{"closed", Query{Path: "/queue"}.With("status", "closed", "closed_since", day, "closed_until", day), now.Closed, ""},
	} {
		t := tile{Label: d.t("dashboard." + x.key), Value: report.Format(d.lang, x.n, report.Count), Href: x.href}
		if x.n > 0 {
			t.Tone = x.tone
		}
		if x.key == "week" {
			t.Change = d.t("dashboard.week_before", now.WeekBefore)
		}
		out = append(out, t)
	}
	return out
}

func (p *dashboardPageData) units(now *report.Dashboard) {
	most := int64(1)
	for _, u := range now.Units {
		most = max(most, u.Open)
	}
	for _, u := range now.Units {
		at := "/queue?unit=" + url.QueryEscape(u.Code)
		p.Units = append(p.Units, unitRow{u.Name, u.Open, u.Unassigned, u.Overdue, at, at + "&officer=none", at + "&time=late",
			math.Round(float64(u.Open) / float64(most) * 100), math.Round(float64(u.Overdue) / float64(most) * 100)})
	}
	p.Total = unitRow{Open: now.Open, Unassigned: now.Unassigned, Overdue: now.Overdue, OpenHref: "/queue", UnassignedHref: "/queue?officer=none", OverdueHref: "/queue?time=late"}
}

// daily draws what was received each day, beside the mean of the days that are over.
func (d desk) daily(now *report.Dashboard) chart.Picture {
	mean := math.Round(now.Mean()*10) / 10
	var points, means []chart.Point
	for i, day := range now.Days {
		points = append(points, chart.Point{Label: day.On.String(), Value: float64(day.Received), Text: report.Format(d.lang, day.Received, report.Count), Strong: i == len(now.Days)-1})
		means = append(means, chart.Point{Label: day.On.String(), Value: mean})
	}
	out := chart.Trend(points, means, [2]string{d.t("dashboard.received_n"), d.t("dashboard.mean", locale.Number(d.lang, mean))})
	out.ID, out.Title = "days", d.t("dashboard.trend")
	out.Desc = d.t("dashboard.trend_span", locale.Date(d.lang, now.Days[0].On), locale.Date(d.lang, now.Today))
	return out
}

func (s *Server) apiDashboard(ctx context.Context, by access.Actor, _ *struct{}) (*answer[report.Dashboard], error) {
	d, err := s.Reports.Dashboard(ctx, by, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	return reply(*d), nil
}
