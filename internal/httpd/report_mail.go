package httpd

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"dunwatch/internal/access"
)

// subscribePage says whether the reader wants the reports by mail.
func (s *Server) subscribePage(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	d, wants := s.deskOf(c), form.Value("wants") == "yes"
	if err := s.Reports.Subscribe(d.ctx, d.by, wants); err != nil {
		return err
	}
	key := "report_mail.off_done"
	if wants {
		key = "report_mail.on_done"
	}
	s.flash(c, "good", key)
	return c.Redirect(http.StatusSeeOther, "/reports")
}

// subscriptionView says whether the monthly report comes by mail.
type subscriptionView struct {
	Wants bool `json:"wants" doc:"The report of each month comes by mail on the 1st of the next, with the PDF and the workbook."`
}

type subscriptionInput struct{ Body subscriptionView }

func (s *Server) apiSubscription(ctx context.Context, by access.Actor, _ *struct{}) (*answer[subscriptionView], error) {
	wants, err := s.Reports.Subscribed(ctx, by)
	if err != nil {
		return nil, err
	}
	return reply(subscriptionView{wants}), nil
}

func (s *Server) apiSubscribe(ctx context.Context, by access.Actor, in *subscriptionInput) (*answer[subscriptionView], error) {
	if err := s.Reports.Subscribe(ctx, by, in.Body.Wants); err != nil {
		return nil, err
	}
	return reply(subscriptionView{in.Body.Wants}), nil
}
