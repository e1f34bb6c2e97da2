package httpd

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

const alarmTemplate = "report/alarm"

// alarmsPageData are the unusual rises that there were, and how they are found.
type alarmsPageData struct {
	Page
	Open, Past []alarmRow
	How        report.Definition
}

// alarmPageData is one of them.
type alarmPageData struct {
	Page
	A     alarmRow
	Facts []Answer
	Said  []Answer // what was found and done
	Weeks *Chart
	How   report.Definition
	May   bool // acknowledge
}

// alarmRow is an alarm in words.
type alarmRow struct {
	report.Alarm
	Name, Kind, Span string
	Expected, Chance string
	Path             string
}

func (d desk) alarmRow(a report.Alarm) alarmRow {
	return alarmRow{Alarm: a, Name: a.Name(d.s.Reports, d.lang), Kind: d.t("alarm.kind." + a.Kind), Path: "/alarms/" + strconv.FormatInt(a.ID, 10),
		Span: d.t("alarm.span", locale.Date(d.lang, a.FirstOn), locale.Date(d.lang, a.LastOn)), Expected: locale.Number(d.lang, math.Round(a.Expected*10)/10), Chance: d.chance(a.P)}
}

// chance is a probability as people read it: nobody believes the fifth decimal.
func (d desk) chance(p float64) string {
	for _, least := range []float64{0.000_001, 0.000_01, 0.000_1, 0.001} {
		if p < least {
			return d.t("alarm.less", "1/"+locale.Number(d.lang, math.Round(1/least)))
		}
	}
	return locale.Percent(d.lang, p)
}

func (d desk) alarms(list []report.Alarm) (out []alarmRow) {
	for _, a := range list {
		out = append(out, d.alarmRow(a))
	}
	return out
}

func (s *Server) alarmsPage(c echo.Context) error {
	d, p := s.deskOf(c), alarmsPageData{Page: s.base(c), How: s.Reports.AlarmDefinition(langOf(c))}
	list, err := s.Reports.Alarms(d.ctx, d.by, true)
	if err != nil {
		return err
	}
	p.Crumbs = []Crumb{{Text: d.t("dashboard.title"), Href: "/dashboard"}, {Text: d.t("alarm.title")}}
	for _, a := range list {
		if a.Open() {
			p.Open = append(p.Open, d.alarmRow(a))
		} else {
			p.Past = append(p.Past, d.alarmRow(a))
		}
	}
	return s.show(c, http.StatusOK, "report/alarms", p)
}

func alarmID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "fault.not_found")
	}
	return id, nil
}

func (s *Server) alarmPage(c echo.Context) error {
	p, err := s.alarmData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, alarmTemplate, p)
}

func (s *Server) alarmData(c echo.Context) (*alarmPageData, error) {
	id, err := alarmID(c)
	if err != nil {
		return nil, err
	}
	d := s.deskOf(c)
	a, err := s.Reports.Alarm(d.ctx, d.by, id)
	if err != nil {
		return nil, err
	}
	p := &alarmPageData{Page: s.base(c), A: d.alarmRow(*a), How: s.Reports.AlarmDefinition(d.lang), May: a.Open() && s.Policy.May(d.by, access.AcknowledgeAlarm) == nil}
	p.Query = Query{Path: p.A.Path}
	p.Crumbs = []Crumb{{Text: d.t("dashboard.title"), Href: "/dashboard"}, {Text: d.t("alarm.title"), Href: "/alarms"}, {Text: d.t("alarm.crumb", id)}}
	for _, f := range []struct{ key, text string }{
		{"kind_head", p.A.Kind}, {"days", p.A.Span}, {"observed", report.Format(d.lang, a.Observed, report.Count)}, {"expected", p.A.Expected},
		{"usual", report.Format(d.lang, a.Usual, report.Count)}, {"chance", p.A.Chance}, {"raised", locale.DateTime(d.lang, a.RaisedAt, s.cfg.Zone)},
		{"seen", locale.Date(d.lang, a.SeenOn)}, {"series", d.t("alarm.series_n", a.Series)}, {"method", strconv.Itoa(a.Method)},
	} {
		p.Facts = append(p.Facts, Answer{Label: d.t("alarm." + f.key), Lines: []string{f.text}})
	}
	for _, f := range []struct{ key, text string }{{"found", a.Found}, {"done", a.Done}} {
		if !a.Open() {
			p.Said = append(p.Said, Answer{Label: d.t("alarm." + f.key), Lines: []string{f.text}})
		}
	}
	p.Weeks, err = d.alarmWeeks(a)
	return p, err
}

// alarmWeeks draws the weeks that the rule looked at.
func (d desk) alarmWeeks(a *report.Alarm) (*Chart, error) {
	weeks, err := d.s.Reports.AlarmWeeks(d.ctx, d.by, a)
	if err != nil {
		return nil, err
	}
	chart := Chart{ID: "weeks", Title: d.t("alarm.weeks"), Line: true, Labels: [2]string{d.t("alarm.week"), d.t("alarm.observed")}, Desc: d.t("alarm.weeks_span", len(weeks))}
	for i, w := range weeks {
		chart.Points = append(chart.Points, Point{Label: w.From.String(), Value: float64(w.Received), Highlight: i == len(weeks)-1})
	}
	return &chart, nil
}

func (s *Server) acknowledgeAlarm(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	id, err := alarmID(c)
	if err != nil {
		return err
	}
	d := s.deskOf(c)
	err = s.Reports.Acknowledge(d.ctx, d.by, id, report.Acknowledgement{Found: form.Value("found"), Done: form.Value("done"), Version: form.Version()})
	if err != nil {
		return s.again(c, err, form, "acknowledge", alarmTemplate, func() (any, error) { return s.alarmData(c) }, func(v any, f *Form) any {
			p := v.(*alarmPageData)
			p.Form = f
			return p
		})
	}
	s.flash(c, "good", "alarm.saved")
	return c.Redirect(http.StatusSeeOther, "/alarms/"+strconv.FormatInt(id, 10))
}

// alarmView is an unusual rise.
type alarmView struct {
	ID             int64   `json:"id"`
	Kind           string  `json:"kind" doc:"office, pack, lender, agency, code"`
	Firm           string  `json:"firm,omitempty" doc:"Code."`
	Pack           string  `json:"pack,omitempty"`
	Code           string  `json:"code,omitempty"`
	Name           string  `json:"name"`
	FirstOn        string  `json:"first_on" format:"date"`
	LastOn         string  `json:"last_on" format:"date"`
	Observed       int64   `json:"observed" doc:"Complaints, as counted when it was found."`
	Listed         int64   `json:"listed" doc:"Complaints of these days by now: letters are taken down later, and split."`
	Expected       float64 `json:"expected"`
	Usual          int64   `json:"usual" doc:"The most that would have been no alarm."`
	Probability    float64 `json:"probability" doc:"Of so many or more if nothing has changed."`
	Series         int     `json:"series" doc:"How many series were watched at once."`
	Method         int     `json:"method" doc:"Version of the rule."`
	RaisedAt       string  `json:"raised_at" format:"date-time"`
	SeenOn         string  `json:"seen_on" format:"date" doc:"The last day of the last seven that were still unusual."`
	Complaints     string  `json:"complaints" doc:"Address of the list of exactly these complaints."`
	AcknowledgedAt string  `json:"acknowledged_at,omitempty" format:"date-time"`
	AcknowledgedBy string  `json:"acknowledged_by,omitempty"`
	Found          string  `json:"found,omitempty"`
	Done           string  `json:"done,omitempty"`
	Version        int64   `json:"version"`
}

func (s *Server) alarmViewOf(a report.Alarm, lang locale.Lang) alarmView {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return stamp(t)
	}
	return alarmView{a.ID, a.Kind, a.Firm, a.Pack, a.Code, a.Name(s.Reports, lang), a.FirstOn.String(), a.LastOn.String(), a.Observed, a.Listed, a.Expected, a.Usual, a.P, a.Series, a.Method,
		stamp(a.RaisedAt), a.SeenOn.String(), a.Href(), at(a.AcknowledgedAt), a.By, a.Found, a.Done, a.Version}
}

type alarmsInput struct {
	All bool `query:"all" doc:"Those that were acknowledged too."`
}

func (s *Server) apiAlarms(ctx context.Context, by access.Actor, in *alarmsInput) (*answer[itemsView[alarmView]], error) {
	list, err := s.Reports.Alarms(ctx, by, in.All)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[alarmView]{viewsOf(list, func(a report.Alarm) alarmView { return s.alarmViewOf(a, callerFrom(ctx).lang) })}), nil
}

type alarmPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) apiAlarm(ctx context.Context, by access.Actor, in *alarmPath) (*answer[alarmView], error) {
	a, err := s.Reports.Alarm(ctx, by, in.ID)
	if err != nil {
		return nil, err
	}
	return reply(s.alarmViewOf(*a, callerFrom(ctx).lang)), nil
}

type acknowledgeInput struct {
	alarmPath
	Body struct {
		Found   string `json:"found" required:"true" maxLength:"2000"`
		Done    string `json:"done" required:"true" maxLength:"2000"`
		Version int64  `json:"version" required:"true"`
	}
}

func (s *Server) apiAcknowledge(ctx context.Context, by access.Actor, in *acknowledgeInput) (*answer[alarmView], error) {
	err := s.Reports.Acknowledge(ctx, by, in.ID, report.Acknowledgement{Found: in.Body.Found, Done: in.Body.Done, Version: in.Body.Version})
	if err != nil {
		return nil, err
	}
	return s.apiAlarm(ctx, by, &in.alarmPath)
}
