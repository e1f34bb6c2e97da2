package httpd

import (
	"context"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
	"dunwatch/internal/forwarding"
)

// portalDeed runs one command on a forward and goes back to its page; a refused form comes back as it was typed.
func (s *Server) portalDeed(c echo.Context, name, done, anchor string, do func(context.Context, access.Actor, string, *Form) error) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), actorOf(c), c.Param("ref"), form); err != nil {
		return s.portalAgain(c, err, form, name)
	}
	s.flash(c, "good", done)
	return c.Redirect(http.StatusSeeOther, portalHref(c.Param("ref"))+anchor)
}

func (s *Server) portalAgain(c echo.Context, err error, form *Form, name string) error {
	return s.again(c, err, form, name, portalForwardTemplate, func() (any, error) { return s.portalForwardData(c) }, func(v any, f *Form) any {
		p := v.(*portalForwardData)
		p.kept(f)
		return p
	})
}

// kept puts a form that was sent back on the page.
func (p *portalForwardData) kept(f *Form) {
	p.Form = f
	if p.Offer != nil {
		p.Offer.show(f.For(portalPlanForm))
	}
	for i := range p.Plans {
		if w := p.Plans[i].Withdraw; w != nil {
			w.Form = f
		}
	}
}

func (s *Server) portalAcknowledge(c echo.Context) error {
	return s.portalDeed(c, "acknowledge", "portal.acknowledged", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Forwards.Acknowledge(ctx, by, ref, f.Version())
		return err
	})
}

func (s *Server) portalAskTime(c echo.Context) error {
	return s.portalDeed(c, "time", "portal.time.asked", "#time", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		in := forwarding.TimeInput{Ground: f.Text("ground"), Reason: f.Text("reason")}
		if text := f.Text("n"); text != "" {
			n, err := strconv.Atoi(narrow(text))
			if err != nil || n < 1 {
				return fault.Fields{{Name: "n", Key: "fault.number"}}.Err()
			}
			in.Days = n
		}
		_, err := s.Forwards.AskTime(ctx, by, ref, f.Version(), in)
		return err
	})
}

func (s *Server) portalPassOn(c echo.Context) error {
	return s.portalDeed(c, "pass", "portal.passed_on", "#agencies", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		due, err := f.Date("due_on")
		if err != nil {
			return fault.Fields{{Name: "due_on", Key: "fault.date"}}.Err()
		}
		_, err = s.Forwards.PassOn(ctx, by, ref, f.Version(), forwarding.PassInput{
			Agency: f.Text("agency"), DueOn: due, Disclose: f.List("disclose"), Note: f.Text("note")})
		return err
	})
}

// portalAnswer stores the files that were chosen and then sends the answer; the button beside the files stores them
// alone, and what was typed stays.
func (s *Server) portalAnswer(c echo.Context) error {
	form, err := s.formWithFiles(c)
	if err != nil {
		if form == nil {
			return err
		}
		return s.portalAgain(c, err, form, "answer")
	}
	only := form.Value("do") == "file"
	if only || len(uploads(c, "file")) > 0 {
		if err := s.portalStore(c, form); err != nil {
			return s.portalAgain(c, err, form, "answer")
		}
	}
	if only {
		return s.portalFilesStored(c, form)
	}
	in, err := portalAnswerOf(form)
	if err != nil {
		return s.portalAgain(c, err, form, "answer")
	}
	if _, err := s.Forwards.Answer(c.Request().Context(), actorOf(c), c.Param("ref"), form.Version(), in); err != nil {
		return s.portalAgain(c, err, form, "answer")
	}
	s.flash(c, "good", "portal.answered")
	return c.Redirect(http.StatusSeeOther, portalHref(c.Param("ref")))
}

// portalFilesStored shows the page with its answer unsent.
func (s *Server) portalFilesStored(c echo.Context, form *Form) error {
	p, err := s.portalForwardData(c)
	if err != nil {
		return err
	}
	form.Name = "answer"
	p.Flash = append(p.Flash, Flash{Tone: "good", Key: "portal.files_stored"})
	p.kept(form)
	return s.show(c, http.StatusOK, portalForwardTemplate, p)
}

func portalAnswerOf(form *Form) (forwarding.AnswerInput, error) {
	in := forwarding.AnswerInput{Outcome: form.Text("outcome"), Body: form.Text("body")}
	if text := form.Text("amount"); text != "" {
		fen, ok := fenOf(text)
		if !ok {
			return in, fault.Fields{{Name: "amount", Key: "fault.money"}}.Err()
		}
		in.AmountFen = fen
	}
	return in, nil
}

func (s *Server) portalStore(c echo.Context, form *Form) error {
	kind := form.Text("kind")
	if kind == "" {
		return fault.Fields{{Name: "kind", Key: "fault.choose"}}.Err()
	}
	return s.storeFiles(c, form, func(h *multipart.FileHeader, f multipart.File) error {
		_, err := s.Forwards.AddFile(c.Request().Context(), actorOf(c), c.Param("ref"), kind, h.Filename, f)
		return err
	})
}

// portalFile hands a file out to be saved, never to be shown; see downloadEvidence. The look is on the record.
func (s *Server) portalFile(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("number"))
	if err != nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	info, file, err := s.Forwards.OpenFile(c.Request().Context(), actorOf(c), c.Param("ref"), number)
	if err != nil {
		return err
	}
	return s.saveFile(c, strconv.Itoa(info.Number)+" "+info.Name, info.Size, file)
}
