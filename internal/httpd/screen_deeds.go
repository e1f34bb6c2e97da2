package httpd

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/complaint"
	"dunwatch/internal/fault"
)

// complaintAgain shows the complaint with a rejected form.
func (s *Server) complaintAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, complaintTemplate, func() (any, error) { return s.complaintData(c, nil) }, func(v any, f *Form) any {
		p := v.(*complaintPageData)
		p.Form = f
		if p.Reveal != nil {
			p.Reveal.Form = f
		}
		return p
	})
}

func (s *Server) acceptComplaint(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if form.Value("do") == "preview" {
		return s.previewDecision(c, form, "accept")
	}
	_, k, err := s.Cases.Accept(c.Request().Context(), actorOf(c), c.Param("ref"), form.Version(), form.Text("unit"), complaint.Track(form.Text("track")))
	if err != nil {
		return s.complaintAgain(c, err, form, "accept")
	}
	s.flash(c, "good", "screening.accepted", c.Param("ref"), k.Reference)
	return c.Redirect(http.StatusSeeOther, "/cases/"+urlPath(k.Reference))
}

func (s *Server) askForMore(c echo.Context) error {
	return s.screen(c, "ask", "screening.asked", func(f *Form) error {
		_, err := s.Complaints.AskForMore(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), f.Text("what"))
		return err
	})
}

func (s *Server) refuseComplaint(c echo.Context) error {
	return s.screen(c, "reject", "screening.rejected", func(f *Form) error {
		_, err := s.Complaints.Refuse(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), f.Text("ground"), f.Text("note"))
		return err
	})
}

func (s *Server) referComplaint(c echo.Context) error {
	return s.screen(c, "refer", "screening.referred", func(f *Form) error {
		_, err := s.Complaints.Refer(c.Request().Context(), actorOf(c), c.Param("ref"), f.Version(), f.Text("to"), f.Text("ground"), f.Text("note"))
		return err
	})
}

// screen decides and goes back to the list: the next complaint waits there.
func (s *Server) screen(c echo.Context, name, done string, decide func(*Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if form.Value("do") == "preview" {
		return s.previewDecision(c, form, name)
	}
	if err := decide(form); err != nil {
		return s.complaintAgain(c, err, form, name)
	}
	s.flash(c, "good", done, c.Param("ref"))
	return c.Redirect(http.StatusSeeOther, "/complaints")
}

// revealComplainant answers without a redirect: the particulars stand in this
// one answer and nowhere else.
func (s *Server) revealComplainant(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	who, err := s.Complaints.Reveal(c.Request().Context(), actorOf(c), c.Param("ref"), form.Text("reason"))
	if err != nil {
		return s.complaintAgain(c, err, form, "reveal")
	}
	p, err := s.complaintData(c, who)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, complaintTemplate, p)
}

func (s *Server) writeToComplainant(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ref := c.Param("ref")
	if err := s.sendMessage(c, ref, form); err != nil {
		return s.complaintAgain(c, err, form, "message")
	}
	s.flash(c, "good", "desk.message_sent")
	return c.Redirect(http.StatusSeeOther, "/complaints/"+urlPath(ref)+"#messages")
}

func (s *Server) sendMessage(c echo.Context, ref string, form *Form) error {
	if form.Text("body") == "" {
		return fault.Fields{{Name: "body", Key: "fault.required"}}.Err()
	}
	_, err := s.Complaints.Send(c.Request().Context(), actorOf(c), ref, form.Text("body"))
	return err
}
