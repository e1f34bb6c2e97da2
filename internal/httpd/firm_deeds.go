package httpd

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/calendar"
	"dunwatch/internal/fault"
	"dunwatch/internal/firm"
)

// firmDeed runs one command of the firm's page and goes back to it. to names the
// firm where that is now another.
func (s *Server) firmDeed(c echo.Context, name, done string, do func(context.Context, access.Actor, string, *Form) (to string, err error)) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	to, err := do(c.Request().Context(), actorOf(c), c.Param("code"), form)
	if err != nil {
		return s.again(c, err, form, name, firmTemplate, func() (any, error) { return s.firmData(c) }, func(v any, f *Form) any {
			p := v.(*firmPageData)
			p.Form = f
			return p
		})
	}
	s.flash(c, "good", done, to)
	return c.Redirect(http.StatusSeeOther, "/firms/"+urlPath(to))
}

func (s *Server) addAlias(c echo.Context) error {
	return s.firmDeed(c, "alias", "firms_page.alias_added", func(ctx context.Context, by access.Actor, code string, f *Form) (string, error) {
		return code, s.Firms.AddAlias(ctx, by, code, f.Text("alias"))
	})
}

// linkFirm links the firm with another, whichever of them lends.
func (s *Server) linkFirm(c echo.Context) error {
	return s.firmDeed(c, "link", "firms_page.linked", func(ctx context.Context, by access.Actor, code string, f *Form) (string, error) {
		var wrong fault.Fields
		from, to := dateField(f, "from", &wrong), dateField(f, "to", &wrong)
		if from.IsZero() && len(wrong) == 0 {
			wrong.Add("from", "fault.required")
		}
		if err := wrong.Err(); err != nil {
			return code, err
		}
		lender, agency, err := s.sides(ctx, code, f.Text("other"))
		if err != nil {
			return code, err
		}
		return code, s.Firms.Connect(ctx, by, lender, agency, from, to)
	})
}

func (s *Server) unlinkFirm(c echo.Context) error {
	return s.firmDeed(c, "unlink", "firms_page.unlinked", func(ctx context.Context, by access.Actor, code string, f *Form) (string, error) {
		var wrong fault.Fields
		to := dateField(f, "until", &wrong)
		if to.IsZero() && len(wrong) == 0 {
			wrong.Add("until", "fault.required")
		}
		if err := wrong.Err(); err != nil {
			return code, err
		}
		lender, agency, err := s.sides(ctx, code, f.Text("other"))
		if err != nil {
			return code, err
		}
		return code, s.Firms.Disconnect(ctx, by, lender, agency, to)
	})
}

// sides sorts a firm and another into lender and agency.
func (s *Server) sides(ctx context.Context, code, other string) (lender, agency string, err error) {
	f, err := s.Firms.ByCode(ctx, code)
	if err != nil {
		return "", "", err
	}
	if other == "" {
		return "", "", fault.Fields{{Name: "other", Key: "fault.required"}}.Err()
	}
	if f.Kind == firm.Agency {
		return other, code, nil
	}
	return code, other, nil
}

// confirmFirm makes a provisional firm a registered one, or merges it into the
// firm whose code is given.
func (s *Server) confirmFirm(c echo.Context) error {
	return s.firmDeed(c, "confirm", "firms_page.confirmed", func(ctx context.Context, by access.Actor, code string, f *Form) (string, error) {
		n := newFirmOf(f)
		if into := f.Text("into"); into != "" {
			n.Code = into
		} else {
			n.Code = ""
		}
		if _, err := s.Firms.Confirm(ctx, by, code, f.Version(), n); err != nil {
			return code, err
		}
		if n.Code != "" {
			return n.Code, nil
		}
		return code, nil
	})
}

// dateField reads a date and notes it where it is none.
func dateField(f *Form, name string, wrong *fault.Fields) calendar.Date {
	d, err := f.Date(name)
	if err != nil {
		wrong.Add(name, "fault.date")
	}
	return d
}
