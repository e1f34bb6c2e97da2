package httpd

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/locale"
	"dunwatch/internal/report"
)

const numberedTemplate = "report/numbered"

// numberedPageData is a fixed report, or the list of them.
type numberedPageData struct {
	Page
	List   []report.NumberedReport
	N      report.NumberedReport
	R      *report.Report // nil where it still needs something
	Asked  *Form
	Tables []reportTable
}

func (s *Server) numberedList(c echo.Context) error {
	p := numberedPageData{Page: s.base(c), List: s.Reports.Numbered(langOf(c))}
	p.Crumbs = []Crumb{{Text: s.Words.T(langOf(c), "report_page.title"), Href: "/reports"}, {Text: s.Words.T(langOf(c), "numbered.page")}}
	return s.show(c, http.StatusOK, "report/numbered_list", p)
}

func (s *Server) numberedPage(c echo.Context) error {
	d, p := s.deskOf(c), numberedPageData{Page: s.base(c), Asked: NewForm(c.QueryParams())}
	number, err := strconv.Atoi(c.Param("number"))
	for _, n := range s.Reports.Numbered(d.lang) {
		if err == nil && n.Number == number {
			p.N = n
		}
	}
	if p.N.Number == 0 {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	p.Crumbs = []Crumb{{Text: d.t("report_page.title"), Href: "/reports"}, {Text: d.t("numbered.page"), Href: "/reports/numbered"}, {Text: d.t("numbered.number", number)}}
	if p.N.Firm && !c.QueryParams().Has("firm") {
		return s.show(c, http.StatusOK, numberedTemplate, p)
	}
	p.R, err = s.numberedAsked(d.ctx, d.by, number, c.QueryParams(), d.lang)
	if err != nil {
		if fault.Is(err, fault.Invalid) {
			if err = p.Asked.Reject(err); err == nil {
				return s.show(c, http.StatusUnprocessableEntity, numberedTemplate, p)
			}
		}
		return err
	}
	if format := c.QueryParam("format"); format != "" {
		f, err := s.fileOf(p.R, format, "")
		if err != nil {
			return err
		}
		c.Response().Header().Set("Content-Disposition", f.Disposition)
		return c.Blob(http.StatusOK, f.Type, f.Body)
	}
	for i := range p.R.Tables {
		p.Tables = append(p.Tables, d.numberedTable(p.R, &p.R.Tables[i]))
	}
	return s.show(c, http.StatusOK, numberedTemplate, p)
}

// numberedTable is a table whose lines open what they name: a case or a firm.
func (d desk) numberedTable(r *report.Report, t *report.Table) reportTable {
	out := d.reportTable(r, t)
	opens := map[string]string{"case": "/cases/", "firm": "/firms/"}
	for j, at := range t.Reading() {
		path, ok := opens[t.Keys[at]]
		for i := range out.Rows {
			if key, _ := t.Rows[i][at].(string); ok && key != "" && key != report.None {
				out.Rows[i][j].Href = path + url.PathEscape(key)
			}
		}
	}
	return out
}

// numberedAsked reads what is asked of a fixed report. Invalid for a period that is none.
func (s *Server) numberedAsked(ctx context.Context, by access.Actor, number int, v url.Values, lang locale.Lang) (*report.Report, error) {
	ask, err := numberedAsk(number, v)
	if err != nil {
		return nil, err
	}
	return s.Reports.NumberedOf(ctx, by, ask, lang)
}

func numberedAsk(number int, v url.Values) (report.NumberedAsk, error) {
	ask := report.NumberedAsk{Number: number, Pack: v.Get("pack"), Firm: strings.TrimSpace(v.Get("firm"))}
	if text := strings.TrimSpace(v.Get("period")); text != "" {
		var err error
		if ask.Period, err = report.ParsePeriod(text); err != nil {
			return ask, fault.Fields{{Name: "period", Key: "numbered.wrong_period"}}.Err()
		}
	}
	return ask, nil
}

type numberedInput struct {
	Number int    `path:"number" minimum:"1" maximum:"99" doc:"1 weekly report on open cases, 2 scorecard of a firm, 3 own open cases, 4 digest of the register."`
	Period string `query:"period" maxLength:"7" doc:"YYYY-MM, YYYY-Q1 to Q4, YYYY-H1, YYYY-H2 or YYYY; now if empty."`
	Pack   string `query:"pack" maxLength:"10" doc:"All packs if empty."`
	Firm   string `query:"firm" maxLength:"64" doc:"Code of the firm, for number 2."`
	Format string `query:"format" enum:"json,csv,xlsx,pdf" default:"json"`
}

func (s *Server) apiNumbered(ctx context.Context, by access.Actor, in *numberedInput) (*fileAnswer, error) {
	r, err := s.numberedAsked(ctx, by, in.Number, url.Values{"period": {in.Period}, "pack": {in.Pack}, "firm": {in.Firm}}, callerFrom(ctx).lang)
	if err != nil {
		return nil, err
	}
	return s.fileOf(r, in.Format, "")
}
