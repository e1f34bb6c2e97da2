package httpd

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

// caseDeed runs one command of the case page and goes back to it.
func (s *Server) caseDeed(c echo.Context, name, done, anchor string, do func(context.Context, access.Actor, string, *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	if err := do(c.Request().Context(), actorOf(c), ref, form); err != nil {
		return s.caseAgain(c, err, form, name)
	}
	s.flash(c, "good", done, ref)
	to := "/cases/" + urlPath(ref)
	if list := form.Value("list"); list != "" {
		to += "?list=" + urlQuery(list)
	}
	return c.Redirect(http.StatusSeeOther, to+anchor)
}

func (s *Server) caseAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, caseTemplate, func() (any, error) {
		k, err := s.Cases.ByRef(c.Request().Context(), actorOf(c), c.Param("ref"))
		if err != nil {
			return nil, err
		}
		return s.caseData(c, k, nil)
	}, func(v any, f *Form) any {
		p := v.(*casePageData)
		p.putForm(f)
		return p
	})
}

func (s *Server) assignCase(c echo.Context) error {
	return s.caseDeed(c, "assign", "case_page.assigned", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		officer := f.Text("officer")
		if officer == "" {
			return fault.Fields{{Name: "officer", Key: "queue.choose_officer"}}.Err()
		}
		_, err := s.Cases.Assign(ctx, by, ref, f.Version(), officer)
		return err
	})
}

func (s *Server) releaseCase(c echo.Context) error {
	return s.caseDeed(c, "release", "case_page.released", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Cases.Assign(ctx, by, ref, f.Version(), "")
		return err
	})
}

func (s *Server) takeCase(c echo.Context) error {
	return s.caseDeed(c, "take", "queue.taken", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Cases.Take(ctx, by, ref, f.Version())
		return err
	})
}

func (s *Server) noteCase(c echo.Context) error {
	return s.caseDeed(c, "note", "case_page.noted", "#notes", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		if f.Text("body") == "" {
			return fault.Fields{{Name: "body", Key: "fault.required"}}.Err()
		}
		_, err := s.Cases.Note(ctx, by, ref, f.Text("body"))
		return err
	})
}

func (s *Server) recuseOfficer(c echo.Context) error {
	return s.caseDeed(c, "recuse", "case_page.recused", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		return s.Cases.Recuse(ctx, by, ref, f.Text("officer"), f.Text("reason"))
	})
}

func (s *Server) closeCase(c echo.Context) error {
	return s.caseDeed(c, "close", "case_page.closed", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Cases.Close(ctx, by, ref, f.Version(), f.Text("reason"))
		return err
	})
}

func (s *Server) writeFromCase(c echo.Context) error {
	return s.caseDeed(c, "message", "desk.message_sent", "#messages", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		k, err := s.Cases.ByRef(ctx, by, ref)
		if err != nil {
			return err
		}
		return s.sendMessage(c, k.Complaint.Reference, f)
	})
}

// revealOfCase answers without a redirect, like revealComplainant.
func (s *Server) revealOfCase(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx, by := c.Request().Context(), actorOf(c)
	k, err := s.Cases.ByRef(ctx, by, c.Param("ref"))
	if err != nil {
		return err
	}
	who, err := s.Complaints.Reveal(ctx, by, k.Complaint.Reference, form.Text("reason"))
	if err != nil {
		return s.caseAgain(c, err, form, "reveal")
	}
	p, err := s.caseData(c, k, who)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, caseTemplate, p)
}
