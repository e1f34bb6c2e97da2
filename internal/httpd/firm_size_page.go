package httpd

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
)

const sizesTemplate = "firm/sizes"

// sizesPageData are the sizes of firms by which the report measures complaints.
type sizesPageData struct {
	Page
	Sizes  []firm.Size
	Firm   string // its name, where the sizes of one firm are asked for
	Manage bool
	Done   *firm.SizeResult
	Wrong  []string // lines that were not taken
}

func (s *Server) sizesPage(c echo.Context) error {
	p, err := s.sizesData(c)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, sizesTemplate, p)
}

func (s *Server) sizesData(c echo.Context) (*sizesPageData, error) {
	d, p := s.deskOf(c), &sizesPageData{Page: s.base(c)}
	p.Query = Query{Path: "/firm-sizes"}
	p.Crumbs = []Crumb{{Text: d.t("firms_page.title"), Href: "/firms"}, {Text: d.t("firm_size.title")}}
	p.Manage = s.Policy.Widest(d.by.Role, access.ManageFirm) != access.None
	code := strings.TrimSpace(c.QueryParam("firm"))
	if code != "" {
		f, err := s.Firms.ByCode(d.ctx, code)
		if err != nil {
			return nil, err
		}
		p.Firm, code = f.Name, f.Code
		p.Crumbs = []Crumb{{Text: d.t("firms_page.title"), Href: "/firms"}, {Text: f.Code, Href: "/firms/" + urlPath(f.Code)}, {Text: d.t("firm_size.title")}}
	}
	var err error
	p.Sizes, err = s.Firms.Sizes(d.ctx, d.by, code, 500)
	return p, err
}

func (s *Server) importSizes(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	again := func(err error) error {
		return s.again(c, err, form, "", sizesTemplate, func() (any, error) { return s.sizesData(c) }, func(v any, f *Form) any {
			p := v.(*sizesPageData)
			p.Form = f
			return p
		})
	}
	file, err := postedTable(c)
	if fault.Is(err, fault.Invalid) {
		return again(err)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	d := s.deskOf(c)
	res, err := s.Firms.ImportSizes(d.ctx, d.by, file, s.cfg.Zone)
	if err != nil {
		return again(err)
	}
	p, err := s.sizesData(c)
	if err != nil {
		return err
	}
	p.Done = res
	for _, r := range res.Rejects {
		p.Wrong = append(p.Wrong, d.t("firm_size.line", strconv.Itoa(r.Line), d.t(r.Reason, r.Args...)))
	}
	return s.show(c, http.StatusOK, sizesTemplate, p)
}

// sizeView is what a firm said of its size for a month.
type sizeView struct {
	FirmCode        string `json:"firm_code" required:"true" maxLength:"64"`
	Month           string `json:"month" required:"true" maxLength:"7" doc:"YYYY-MM"`
	Customers       int64  `json:"customers" required:"true"`
	OverdueAccounts int64  `json:"overdue_accounts" required:"true"`
	LentFen         int64  `json:"lent_fen" required:"true"`
}

func sizeViewOf(z firm.Size) sizeView {
	return sizeView{z.Firm, z.Month.String(), z.Customers, z.OverdueAccounts, z.LentFen}
}

func (s *Server) apiSizes(ctx context.Context, by access.Actor, in *codePath) (*answer[itemsView[sizeView]], error) {
	if _, err := s.Firms.ByCode(ctx, in.Code); err != nil {
		return nil, err
	}
	list, err := s.Firms.Sizes(ctx, by, in.Code, 0)
	if err != nil {
		return nil, err
	}
	return reply(itemsView[sizeView]{viewsOf(list, sizeViewOf)}), nil
}

type sizesInput struct {
	Body struct {
		Sizes []sizeView `json:"sizes" required:"true" minItems:"1" maxItems:"10000"`
	}
}

// sizesTaken is what became of what was handed in.
type sizesTaken struct {
	Stored    int `json:"stored"`
	Unchanged int `json:"unchanged"`
	Rejected  int `json:"rejected" doc:"Of firms that are not registered, or of months to come."`
}

func (s *Server) apiHandInSizes(ctx context.Context, by access.Actor, in *sizesInput) (*answer[sizesTaken], error) {
	var sizes []firm.Size
	var wrong fault.Fields
	for i, v := range in.Body.Sizes {
		m, err := calendar.ParseMonth(v.Month)
		if err != nil {
			wrong.Add("sizes["+strconv.Itoa(i)+"].month", "firm.size.month")
		}
		sizes = append(sizes, firm.Size{Firm: v.FirmCode, Month: m, Customers: v.Customers, OverdueAccounts: v.OverdueAccounts, LentFen: v.LentFen})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	res, err := s.Firms.HandInSizes(ctx, by, sizes, s.cfg.Zone)
	if err != nil {
		return nil, err
	}
	return reply(sizesTaken{res.Stored, res.Unchanged, len(res.Rejects)}), nil
}
