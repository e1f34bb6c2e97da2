package httpd

import (
	"context"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
	"dunwatch/internal/forwarding"
)

// handlingRoutes are the desk's deeds on forwards, clocks and requests for time.
func (s *Server) handlingRoutes() []Route {
	return []Route{
		may(access.CheckAnswer, "GET", "/waiting", s.waitingPage),
		may(access.SendForward, "POST", "/cases/:ref/forward", s.forwardCase),
		may(access.CheckAnswer, "POST", "/cases/:ref/check", s.checkAnswer),
		may(access.SendForward, "POST", "/cases/:ref/end-forward", s.endForward),
		may(access.DecideOnTime, "POST", "/cases/:ref/suspend", s.suspendClock),
		may(access.DecideOnTime, "POST", "/cases/:ref/resume", s.resumeClock),
		may(access.AskForTime, "POST", "/cases/:ref/ask-time", s.askForTime),
		may(access.DecideOnTime, "POST", "/cases/:ref/decide-time", s.decideOnTime),
		may(access.ReopenCase, "POST", "/cases/:ref/reopen", s.reopenCase),
	}
}

// forwardCase sends the complaint to a firm, or asks a firm for information. The two have forms of their own.
func (s *Server) forwardCase(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	kind, name := forwarding.ToAnswer, formAnswer
	if form.Text("kind") == string(forwarding.ForInformation) {
		kind, name = forwarding.ForInformation, formInformation
	}
	return s.caseDeed(c, name, "handling.sent", "#firm-side", func(ctx context.Context, by access.Actor, ref string, f *Form) error {
		due, err := f.Date("due_on")
		if err != nil {
			return handlingWrong("due_on", err)
		}
		_, err = s.Forwards.Send(ctx, by, ref, f.Version(), forwarding.SendInput{
			Firm: f.Text("firm"), Kind: kind, Disclose: f.List("disclose"), Summary: f.Text("summary"), Note: f.Text("note"), DueOn: due})
		return err
	})
}

// checkAnswer passes a firm's answer or sends it back; which of the two buttons was pressed says so.
func (s *Server) checkAnswer(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	passed, done := form.Text("verdict") == "pass", "handling.sent_back"
	if passed {
		done = "handling.passed"
	}
	return s.caseDeed(c, formCheck+form.Text("forward"), done, "#firm-side", func(ctx context.Context, by access.Actor, _ string, f *Form) error {
		_, err := s.Forwards.Check(ctx, by, f.Text("forward"), f.Version(), passed, f.List("points"), f.Text("note"))
		return err
	})
}

func (s *Server) endForward(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	return s.caseDeed(c, formEnd+form.Text("forward"), "handling.ended", "#firm-side", func(ctx context.Context, by access.Actor, _ string, f *Form) error {
		_, err := s.Forwards.End(ctx, by, f.Text("forward"), f.Version(), f.Text("reason"))
		return err
	})
}
