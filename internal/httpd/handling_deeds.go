package httpd

import (
	"context"
	"strconv"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/fault"
)

// The names of the forms of this area on the case page. Those of one forward or request end with its reference or id.
const (
	formAnswer      = "forward"
	formInformation = "information"
	formCheck       = "check-"
	formEnd         = "end-"
	formSuspend     = "suspend"
	formResume      = "resume"
	formAskTime     = "ask-time"
	formDecideTime  = "decide-time-"
	formReopen      = "reopen"
)

// handlingWrong puts the sentence of a refused value beside its input.
func handlingWrong(name string, err error) error {
	f := faultOf(err)
	return fault.Fields{{Name: name, Key: f.Key, Args: f.Args}}.Err()
}

func (s *Server) suspendClock(c echo.Context) error {
	return s.caseDeed(c, formSuspend, "handling.suspended", "#clocks", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		if f.Text("clock") == "" {
			return fault.Fields{{Name: "clock", Key: "fault.choose"}}.Err()
		}
		_, err := s.Cases.Suspend(ctx, by, ref, f.Text("clock"), f.Text("ground"), f.Text("reason"))
		return err
	})
}

func (s *Server) resumeClock(c echo.Context) error {
	return s.caseDeed(c, formResume, "handling.resumed", "#clocks", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		if f.Text("clock") == "" {
			return fault.Fields{{Name: "clock", Key: "fault.choose"}}.Err()
		}
		_, err := s.Cases.Resume(ctx, by, ref, f.Text("clock"), f.Text("reason"))
		return err
	})
}

func (s *Server) askForTime(c echo.Context) error {
	return s.caseDeed(c, formAskTime, "handling.time_asked", "#clocks", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		if f.Text("clock") == "" {
			return fault.Fields{{Name: "clock", Key: "fault.choose"}}.Err()
		}
		n, err := strconv.Atoi(narrow(f.Text("n")))
		if err != nil {
			return fault.Fields{{Name: "n", Key: "handling.days"}}.Err()
		}
		_, err = s.Cases.AskTime(ctx, by, ref, f.Text("clock"), n, "", f.Text("ground"), f.Text("reason"))
		return err
	})
}

// decideOnTime grants or refuses; neither is preset, so that nobody grants by haste.
func (s *Server) decideOnTime(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(form.Text("request"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	granted := form.Text("decision") == "grant"
	done := "handling.time_refused"
	if granted {
		done = "handling.time_granted"
	}
	return s.caseDeed(c, formDecideTime+form.Text("request"), done, "#clocks", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		if !granted && f.Text("decision") != "refuse" {
			return fault.Fields{{Name: "decision", Key: "fault.choose"}}.Err()
		}
		_, err := s.Cases.DecideTime(ctx, by, ref, id, f.Version(), granted, f.Text("reason"))
		return err
	})
}

func (s *Server) reopenCase(c echo.Context) error {
	return s.caseDeed(c, formReopen, "handling.reopened", "", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		_, err := s.Cases.Reopen(ctx, by, ref, f.Version(), f.Text("ground"), f.Text("reason"))
		return err
	})
}
